//! One group: everything that is made durable together.

use super::admission::{Admission, Admitted, Sorted};
use super::book::{Book, Page, stored};
use super::clock::Clock;
use super::orders::{
    Administration, Command, CommandKind, Decide, Durable, Ordered, Said, Sending, Undecided,
};
use super::words::{merged_state, states};
use crate::administration::{Done, carry_out};
use hw_ingest::{Delivery, Reply, Seen};
use hw_model::{Definitions, IncidentId, Opening, Timestamp, ToldChange};
use hw_notify::schedule::{Row, RowState};
use hw_store::{Group, Kind, NewRow, Retention, SeenMinute, WriteError};
use hw_wire::LogRow;

/// Rows of the log that go with each group: pages that hold them must be walked.
const FORGOTTEN_PER_GROUP: u32 = 64;

/// Seconds for which a key of a command is known.
const KEYS_KEPT_S: f64 = 86_400.0;

/// What a group holds.
pub(super) struct Contents<'a> {
    pub deliveries: Vec<Delivery>,
    pub commands: &'a [Command],
    pub administrations: &'a [Administration],
    pub decides: &'a [Decide],
    pub sendings: &'a [Sending],
    pub said: &'a mut dyn Iterator<Item = &'a Said>,
    pub wants_tick: bool,
    pub chores: Chores,
}

/// What was acknowledged over the life of a data folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub spans: u64,
    pub logs: u64,
    pub points: u64,
}

impl Totals {
    /// From three numbers, as they stand in the folder.
    pub(super) fn parse(text: Option<&str>) -> Self {
        let mut numbers = text.unwrap_or_default().split(' ').map(|n| n.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Self { spans: next(), logs: next(), points: next() }
    }

    fn words(&self) -> String {
        format!("{} {} {}", self.spans, self.logs, self.points)
    }
}

/// What is done beside: a part of it with each group.
#[derive(Clone, Copy)]
pub(super) struct Chores {
    /// Minutes of what was seen before this one were written.
    pub seen_saved: i64,
    /// Rows up to this one may go.
    pub unneeded: u64,
    /// How long history is kept, if it is time to look.
    pub expiry: Option<(Retention, i64)>,
}

/// What was written, or would have been.
pub(super) struct Written {
    /// The time of this machine's clock.
    pub wall: Timestamp,
    /// Rows, in order.
    pub rows: Vec<Durable>,
    pub bytes: u64,
    /// What becomes of each request.
    pub requests: Vec<(Reply, Outcome)>,
    /// What becomes of each command.
    pub ordered: Vec<Ordered>,
    /// What was done of administration, in the order in which it was wanted.
    pub administered: Vec<Done>,
    /// What becomes of what people want done in incidents.
    pub decided: Vec<Result<Vec<u64>, Undecided>>,
    /// Messages to others, and incidents of which earlier ones say nothing more.
    pub messages: Vec<Row>,
    pub veiled: Vec<IncidentId>,
    pub last_event: Option<u64>,
    pub seen_saved: i64,
    pub totals: Totals,
    /// New records of others than us, and when the latest of them came.
    pub received: u64,
    pub latest: Option<Timestamp>,
}

/// What becomes of a request if the group is made durable.
#[derive(Debug)]
pub(super) enum Outcome {
    Counted(Sorted),
    Copy,
    Broken(String),
    Full,
    /// The group failed at it, or before.
    Lost,
}

/// Who decides what rows say, and when.
pub(super) struct Deciding<'a> {
    pub admission: &'a mut Admission,
    pub clock: &'a mut Clock,
    pub book: &'a mut Book,
    /// Who is told of incidents.
    pub receivers: &'a [String],
}

impl Written {
    pub(super) const fn new(wall: Timestamp, seen_saved: i64, totals: Totals) -> Self {
        Self {
            wall,
            rows: Vec::new(),
            bytes: 0,
            requests: Vec::new(),
            ordered: Vec::new(),
            administered: Vec::new(),
            decided: Vec::new(),
            messages: Vec::new(),
            veiled: Vec::new(),
            last_event: None,
            seen_saved,
            totals,
            received: 0,
            latest: None,
        }
    }

    /// What the rows define, the last first: to be taken back in this order.
    pub(super) fn definitions(&self) -> impl Iterator<Item = &Definitions> {
        self.rows.iter().rev().filter_map(|durable| match &durable.row {
            LogRow::Batch { batch, .. } => Some(&batch.definitions),
            LogRow::Told(_) | LogRow::Accepted(_) | LogRow::Opened(_) | LogRow::Tick => None,
        })
    }

    /// Writes a group.
    pub(super) fn write(
        &mut self,
        group: &mut Group<'_>,
        mut deciding: Deciding<'_>,
        contents: Contents<'_>,
    ) -> Result<(), WriteError> {
        let Contents { deliveries, commands, administrations, decides, .. } = contents;
        let Contents { sendings, said, wants_tick, chores, .. } = contents;
        self.seen_saved = save_seen(group, &deciding.admission.seen, chores.seen_saved)?;
        let before = self.totals;
        self.take_in(group, &mut deciding, deliveries)?;
        if self.totals != before {
            group.set_meta("acknowledged", &self.totals.words())?;
        }
        for command in commands {
            self.order(group, deciding.clock, command)?;
        }
        for Administration { act, by, .. } in administrations {
            self.administered.push(carry_out(group, (act, by), self.wall)?);
        }
        if wants_tick {
            self.append(group, deciding.clock.now(), LogRow::Tick, None)?;
        }
        for said in said {
            self.record(group, &mut deciding, said)?;
        }
        for decide in decides {
            let mut page = Page::new(group, self.wall, deciding.receivers);
            let decided = deciding.book.decide(&mut page, deciding.clock.now(), decide)?;
            self.turn(page);
            self.decided.push(decided);
        }
        if deciding.book.is_reminder_due(deciding.clock.now()) {
            let mut page = Page::new(group, self.wall, deciding.receivers);
            deciding.book.remind(&mut page, deciding.clock.now())?;
            self.turn(page);
        }
        sendings.iter().try_for_each(|sending| keep_messages(group, sending))?;
        group.forget_log(chores.unneeded, FORGOTTEN_PER_GROUP)?;
        if let Some((retention, window_s)) = chores.expiry {
            group.expire_history(deciding.clock.now().tick().0, window_s, retention)?;
            group.expire_keys(self.wall.plus_s(-KEYS_KEPT_S).0)?;
        }
        Ok(())
    }

    /// Appends what is new of the requests. All of them get an outcome, also if it fails.
    fn take_in(
        &mut self,
        group: &mut Group<'_>,
        deciding: &mut Deciding<'_>,
        deliveries: Vec<Delivery>,
    ) -> Result<(), WriteError> {
        let mut failed = None;
        for delivery in deliveries {
            let Delivery { signal, encoding, body, reply } = delivery;
            let outcome = if failed.is_some() {
                Outcome::Lost
            } else {
                let admitted = deciding.admission.admit(signal, encoding, &body, self.wall);
                let outcome = self.take_one(group, deciding.clock, admitted);
                outcome.unwrap_or_else(|error| {
                    failed = Some(error);
                    Outcome::Lost
                })
            };
            self.requests.push((reply, outcome));
        }
        failed.map_or(Ok(()), Err)
    }

    fn take_one(
        &mut self,
        group: &mut Group<'_>,
        clock: &mut Clock,
        admitted: Admitted,
    ) -> Result<Outcome, WriteError> {
        Ok(match admitted {
            Admitted::New(new) => {
                let at = clock.at(new.arrived_at);
                self.append(group, at, new.row, Some(new.digest))?;
                let tally = &new.sorted.tally;
                if !new.is_canary {
                    self.latest = self.latest.max(Some(new.arrived_at));
                    self.received += tally.spans + tally.logs + tally.points;
                }
                self.totals.spans += tally.spans;
                self.totals.logs += tally.logs;
                self.totals.points += tally.points;
                Outcome::Counted(new.sorted)
            }
            Admitted::Copy => Outcome::Copy,
            Admitted::Nothing(sorted) => Outcome::Counted(sorted),
            Admitted::Broken(reason) => Outcome::Broken(reason),
            Admitted::Full => Outcome::Full,
        })
    }

    fn append(
        &mut self,
        group: &mut Group<'_>,
        at: Timestamp,
        row: LogRow,
        digest: Option<u128>,
    ) -> Result<u64, WriteError> {
        let bytes = row.encode();
        let digest = digest.map(u128::to_le_bytes);
        let new = NewRow { at: at.0, received_at: self.wall.0, digest, row: &bytes };
        // Before it is written: if that fails, what it defines must be taken back.
        self.rows.push(Durable { step: 0, at, row });
        let step = group.append(new)?;
        if let Some(last) = self.rows.last_mut() {
            last.step = step;
        }
        self.bytes += bytes.len() as u64;
        Ok(step)
    }

    /// Appends a command, unless one with its key was.
    fn order(
        &mut self,
        group: &mut Group<'_>,
        clock: &mut Clock,
        command: &Command,
    ) -> Result<(), WriteError> {
        let key = command.idempotency_key.as_deref();
        let known = key.map(|key| group.row_of_key(key)).transpose()?.flatten();
        if let Some((step, row)) = known {
            let told = LogRow::decode(&row).ok().and_then(told_in);
            self.ordered.push(Ordered { step, told });
            return Ok(());
        }
        let (at, row) = match &command.what {
            CommandKind::Tell(told) => (clock.at_least(told.at), LogRow::Told(told.clone())),
            CommandKind::Accept(shift) => (clock.now(), LogRow::Accepted(*shift)),
            CommandKind::Open { title, by, is_declared } => {
                let (at, title, by) = (clock.now(), title.clone(), by.clone());
                (at, LogRow::Opened(Opening { title, by, at, is_declared: *is_declared }))
            }
        };
        let bytes = key.map(|_| row.encode());
        let told = told_in(row.clone());
        let step = self.append(group, at, row, None)?;
        if let (Some(key), Some(bytes)) = (key, bytes) {
            group.keep_key(key, (step, &bytes), self.wall.0)?;
        }
        self.ordered.push(Ordered { step, told });
        Ok(())
    }

    /// A page of the book is full: what it holds beside its events belongs to the group.
    fn turn(&mut self, page: Page<'_, '_>) {
        self.last_event = page.last_event.or(self.last_event);
        self.messages.extend(page.messages);
        self.veiled.extend(page.veiled);
    }

    /// Records what the engine said at one row.
    fn record(
        &mut self,
        group: &mut Group<'_>,
        deciding: &mut Deciding<'_>,
        said: &Said,
    ) -> Result<(), WriteError> {
        // First, since messages are made of them.
        for state in states(&said.revisions) {
            group.put_state(said.step, &state)?;
        }
        for merged in &said.revisions.merged {
            let known = group.state(Kind::Incident, merged.incident.0)?;
            if let Some(state) = known.and_then(|body| merged_state(&body, *merged)) {
                group.put_state(said.step, &state)?;
            }
        }
        let mut page = Page::new(group, self.wall, deciding.receivers);
        deciding.book.note(&mut page, said)?;
        self.turn(page);
        group.keep_history(&said.history)
    }
}

/// Keeps what became of messages. One that is not there any more, or is damaged, is not made again.
fn keep_messages(group: &Group<'_>, sending: &Sending) -> Result<(), WriteError> {
    for change in &sending.changes {
        let (receiver, key) = (&change.receiver, &change.key);
        let known = group.outbox_row(receiver, key)?;
        let known = known.and_then(|known| serde_json::from_slice::<Row>(&known.row).ok());
        match (&change.state, known) {
            (RowState::Ended(_), _) | (_, None) => group.drop_outbox(receiver, key)?,
            (state, Some(row)) => {
                group.put_outbox(&stored(&Row { state: state.clone(), ..row }))?;
            }
        }
    }
    Ok(())
}

/// Writes the minutes of what was seen that are over. Returns the first that was not written.
fn save_seen(group: &Group<'_>, seen: &Seen, saved: i64) -> Result<i64, WriteError> {
    let mut next = saved;
    let first = seen.over().next().map_or(i64::MIN, |minute| minute.minute);
    for minute in seen.over().filter(|minute| minute.minute >= saved) {
        let stored = SeenMinute {
            minute: minute.minute,
            digests: minute.digests.clone(),
            keys: minute.keys.clone(),
        };
        group.keep_seen(&stored, first)?;
        next = minute.minute + 1;
    }
    Ok(next)
}

/// The change that a row tells, if it does.
fn told_in(row: LogRow) -> Option<ToldChange> {
    match row {
        LogRow::Told(told) => Some(told),
        LogRow::Batch { .. } | LogRow::Accepted(_) | LogRow::Opened(_) | LogRow::Tick => None,
    }
}
