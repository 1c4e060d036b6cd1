//! Opening a data folder: from the newest snapshot and the log behind it, back to where it was.

use super::admission::{Admission, span_key};
use super::clock::{Clock, ClockKind, wall};
use super::group::Totals;
use super::pace::Pace;
use crate::settings::Settings;
use anyhow::Context;
use hw_api::IncidentRecord;
use hw_detect::{Budget, Tuning};
use hw_engine::{Engine, EngineSettings, Memory};
use hw_flow::{Dictionary, DictionaryLimits, FlowSettings};
use hw_ingest::{Intake, Minute, Seen, SeenLimits};
use hw_model::{IncidentId, Timestamp};
use hw_notify::schedule::Row;
use hw_store::{Applying, Folder, Kind, Reader, Snapshots, Store};
use hw_wire::{LogRow, SNAPSHOT_VERSION, decode_snapshot};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use tracing::{info, warn};

/// Windows of a hop that stay in memory: an hour and more. The store has the others.
const WINDOWS_IN_MEMORY: usize = 512;

/// Rows of the log read at a time.
const PAGE: u32 = 64;

/// What can be set about a server's data.
#[derive(Clone, Debug)]
pub(crate) struct DataSettings {
    pub settings: Settings,
    pub window_s: i64,
    pub clock: ClockKind,
    pub seen: SeenLimits,
}

/// A data folder that cannot be used as it was asked for.
#[derive(Debug)]
pub(crate) struct Unsuitable(pub String);

impl fmt::Display for Unsuitable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsuitable {}

/// Everything as it was when the process ended.
pub(super) struct Opened {
    pub store: Store,
    pub reader: Reader,
    pub admission: Admission,
    pub engine: Engine,
    pub clock: Clock,
    pub pace: Pace,
    /// The row that the engine applies next; those before the last durable one are in the log.
    pub next: u64,
    pub durable: u64,
    pub last_event: u64,
    pub quarantined: BTreeSet<u64>,
    pub applying: Applying,
    pub snapshots: Snapshots,
    pub seen_saved: i64,
    pub totals: Totals,
}

/// Opens a data folder, or makes one.
pub(super) fn open(folder: &Path, data: &DataSettings) -> anyhow::Result<Opened> {
    let mut store = Store::open(Folder::take(folder)?)?;
    let secret = agree(&mut store, data)?;
    let applying = Applying::new(store.paths());
    put_away_culprit(&mut store, &applying)?;
    let reader = Reader::open(store.paths())?;
    let snapshots = Snapshots::new(store.paths());
    let durable = reader.next_step()? - 1;
    let first = reader.log_range()?.map_or(durable + 1, |(first, _)| first);
    let (engine, dictionary, known) = restore(&snapshots, data, first, durable);
    let read = data.settings.clone().into_read_options(Vec::new());
    let intake = Intake::with_dictionary(read, dictionary);
    let admission = Admission::new(intake, Seen::new(data.seen, secret), data.clock);
    let mut opened = Opened {
        clock: Clock::new(data.clock, None),
        pace: Pace::new(durable - known, snapshots.steps().first().copied().unwrap_or(0)),
        last_event: reader.last_shown_event()?,
        quarantined: reader.quarantined()?,
        next: known + 1,
        totals: Totals::parse(store.meta("acknowledged")?.as_deref()),
        seen_saved: i64::MIN,
        store,
        reader,
        admission,
        engine,
        durable,
        applying,
        snapshots,
    };
    let last_at = opened.recall(known)?.max(opened.engine.now());
    opened.set_clock(data, last_at)?;
    Ok(opened)
}

/// What holds for the whole folder, set when it is made. Returns the key of its hashes.
fn agree(store: &mut Store, data: &DataSettings) -> anyhow::Result<[u8; 16]> {
    let window_s = data.window_s.to_string();
    match store.meta("window_s")? {
        Some(known) if known != window_s => {
            anyhow::bail!(Unsuitable(format!(
                "the data folder {} keeps windows of {known} s, and --window says {window_s} s: \
                 leave --window out, or choose another folder with --data",
                store.paths().folder().display()
            )));
        }
        Some(_) | None => {}
    }
    let secret = match store.meta("secret")?.as_deref().and_then(parse_secret) {
        Some(secret) => secret,
        None => {
            let mut secret = [0; 16];
            getrandom::fill(&mut secret).context("failed to get random numbers")?;
            secret
        }
    };
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    store.group(|group| {
        group.set_meta("window_s", &window_s)?;
        group.set_meta("secret", &digits)
    })?;
    Ok(secret)
}

fn parse_secret(digits: &str) -> Option<[u8; 16]> {
    u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)
}

/// Moves a row out of the way that made the process panic twice.
fn put_away_culprit(store: &mut Store, applying: &Applying) -> anyhow::Result<()> {
    let Some((step, why)) = applying.culprit() else { return Ok(()) };
    warn!(step, why, "a row of the log made the process panic twice: it is kept and not counted");
    store.group(|group| group.quarantine(step, &why, wall().0))?;
    applying.forget();
    Ok(())
}

/// The engine and the dictionary of the newest snapshot from which the log goes on, and the last row
/// they know.
fn restore(
    snapshots: &Snapshots,
    data: &DataSettings,
    first: u64,
    durable: u64,
) -> (Engine, Dictionary, u64) {
    for step in snapshots.steps().into_iter().rev() {
        let fits = step + 1 >= first && step <= durable;
        if !fits {
            warn!(step, "a snapshot does not fit the log; trying the one before it");
            continue;
        }
        match read_snapshot(snapshots, step) {
            Ok((restored, dictionary)) => {
                return (restored.engine(engine_settings(data)), dictionary, step);
            }
            Err(why) => warn!(step, why, "a snapshot cannot be used; trying the one before it"),
        }
    }
    if first > 1 {
        warn!(
            "no snapshot can be used: what is usual is learned anew; record and history are kept"
        );
    }
    let dictionary = Dictionary::new(DictionaryLimits::STANDARD);
    (Engine::new(engine_settings(data)), dictionary, first - 1)
}

fn read_snapshot(
    snapshots: &Snapshots,
    step: u64,
) -> Result<(hw_engine::Restored, Dictionary), String> {
    let snapshot = snapshots.read(step).map_err(|error| error.to_string())?;
    if snapshot.version != SNAPSHOT_VERSION {
        return Err(format!("it is of version {}", snapshot.version));
    }
    decode_snapshot(&snapshot.body).map_err(|error| error.to_string())
}

fn engine_settings(data: &DataSettings) -> EngineSettings {
    let mut flow = FlowSettings::standard(data.window_s);
    flow.windows_per_hop_max = WINDOWS_IN_MEMORY;
    flow.declared = data.settings.declared();
    let budget = Budget { false_alarms_per_month: data.settings.false_alarms_per_month };
    EngineSettings { flow, budget, tuning: Tuning::STANDARD, memory: Memory::Recent }
}

impl Opened {
    /// Learns what rows of the log that are in no snapshot define, and what was seen lately. Returns
    /// the time of the last row.
    fn recall(&mut self, known: u64) -> anyhow::Result<Timestamp> {
        self.recall_seen()?;
        let mut last_at = Timestamp(i64::MIN);
        // Rows before the snapshot may still be of a minute of which nothing was saved.
        let mut after = self.reader.log_range()?.map_or(0, |(first, _)| first - 1);
        loop {
            let rows = self.reader.log_after(after, PAGE)?;
            let Some(last) = rows.last() else { break };
            after = last.step;
            for row in &rows {
                last_at = last_at.max(Timestamp(row.at));
                let Some(Ok(LogRow::Batch { batch, keys, .. })) =
                    row.row.as_deref().map(LogRow::decode)
                else {
                    continue;
                };
                if row.step > known {
                    self.admission.intake.dictionary_mut().learn(&batch);
                }
                let minute = Timestamp(row.received_at).tick().0.div_euclid(60);
                if minute >= self.seen_saved {
                    let seen = &mut self.admission.seen;
                    let spans = batch.spans.iter().map(|span| span_key(seen, span));
                    let keys = spans.chain(keys).collect();
                    let digests = row.digest.map(u128::from_le_bytes).into_iter().collect();
                    seen.restore(Minute { minute, digests, keys });
                }
            }
        }
        if self.durable > known {
            info!(rows = self.durable - known, "rows of the log are folded again");
        }
        Ok(last_at)
    }

    fn recall_seen(&mut self) -> anyhow::Result<()> {
        for minute in self.reader.seen()? {
            match minute {
                Ok(minute) => {
                    self.seen_saved = minute.minute + 1;
                    let hw_store::SeenMinute { minute, digests, keys } = minute;
                    self.admission.seen.restore(Minute { minute, digests, keys });
                }
                Err(minute) => {
                    warn!(minute, "what was seen in a minute is damaged: copies of it count twice")
                }
            }
        }
        Ok(())
    }

    /// Messages that are still to be sent, or lately were, in the order in which they were made.
    pub(super) fn messages(&self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for found in self.reader.outbox()? {
            let names = found
                .as_ref()
                .map_or_else(Clone::clone, |known| (known.receiver.clone(), known.key.clone()));
            let row = found.ok().and_then(|known| serde_json::from_slice(&known.row).ok());
            match row {
                Some(row) => rows.push(row),
                None => warn!(receiver = names.0, key = names.1, "a message is damaged: not sent"),
            }
        }
        Ok(rows)
    }

    /// Incidents in which somebody waits, promised a word, or has something left to do or to review.
    pub(super) fn promised(&self) -> anyhow::Result<Vec<IncidentId>> {
        let mut promised = Vec::new();
        let mut before = None;
        loop {
            let page = hw_store::Page { before, items_max: 500 };
            let records = self.reader.states(Kind::Record, page)?;
            let Some((last, _)) = records.last() else { return Ok(promised) };
            before = Some(*last);
            for (number, words) in &records {
                // What cannot be read is said by `verify`.
                let record: Option<IncidentRecord> = serde_json::from_str(words).ok();
                let waits = |it: &IncidentRecord| {
                    it.waiting.as_ref().is_some_and(|waiting| !waiting.is_over)
                        || it.actions.iter().any(|action| action.state == "open")
                        || (it.next_update_due.is_some() && !it.is_update_overdue)
                        || may_owe_a_review(it)
                };
                promised.extend(record.filter(waits).map(|_| IncidentId(*number)));
            }
        }
    }

    fn set_clock(&mut self, data: &DataSettings, last_at: Timestamp) -> anyhow::Result<()> {
        const AHEAD_S: f64 = 300.0;
        let last_at = (last_at > Timestamp(i64::MIN)).then_some(last_at);
        if let (ClockKind::Wall, Some(last_at)) = (data.clock, last_at)
            && last_at.seconds_since(wall()) > AHEAD_S
        {
            anyhow::bail!(Unsuitable(format!(
                "the data folder {} ends at {}, which is later than the clock of this machine: it \
                 was filled with --clock data, or a clock is wrong. Choose another folder with \
                 --data, or start with --clock data",
                self.store.paths().folder().display(),
                hw_api::rfc3339(last_at)
            )));
        }
        self.clock = Clock::new(data.clock, last_at);
        Ok(())
    }
}

/// Whether its review may be open: when it is due, the record itself says.
fn may_owe_a_review(record: &IncidentRecord) -> bool {
    let status = record.review.as_ref().map_or("draft", |review| review.status.as_str());
    matches!(record.status.as_str(), "mitigated" | "resolved" | "closed")
        && record.severity.is_some()
        && matches!(status, "draft" | "in_review")
}
