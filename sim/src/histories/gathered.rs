//! The evidence that the product would have gathered of a history at one second.

use super::figure::Figure;
use super::history::{Act, HOUR, History, Known};
use super::noticed::{Noticed, instant, ticks};
use super::system::{N_CHAIN, N_SERVICES, asked_by, hop, hop_to_store, name};
use hw_diagnose::{AskedHop, Evidence, Fate, KnownChange, Leg, SeenAnswers, Split, Track};
use hw_engine::{onset_middle, onset_within};
use hw_model::{Change, ChangeId, ChangeKind, ChangeSource, Hop, Shift, Signal, Target, Timestamp};
use hw_stats::{Counts, Form};

/// As in `core/engine/src/gather.rs`.
const COMPARED_S: i64 = 3_600;
const CHANGES_BEFORE_S: f64 = 24.0 * HOUR;
const CHANGES_AFTER_S: f64 = 600.0;

/// Seconds after a restart began at which it has taken effect.
const SETTLE_S: f64 = 2.0;

/// What ran before a change.
const BEFORE: &str = "before";

/// The version that an act brings.
fn word_of(number: usize) -> String {
    format!("v{number}")
}

/// What is asked of a history.
pub(super) struct Gathering<'a> {
    pub history: &'a History,
    pub figure: &'a Figure,
    pub noticed: &'a Noticed,
}

/// Counts before the onset, and since.
#[derive(Clone, Copy)]
struct Both {
    before: Counts,
    since: Counts,
}

/// A number of items before and since, of which all went on.
impl Both {
    fn all_of(self, count: fn(Counts) -> f64) -> Self {
        let (before, since) = (count(self.before), count(self.since));
        Self { before: Counts::new(before, before), since: Counts::new(since, since) }
    }
}

impl Gathering<'_> {
    pub(super) fn evidence(&self, now: i64) -> Evidence {
        let noticed = self.noticed;
        let within = onset_within(&noticed.onset);
        let ended = noticed.ended_at(now);
        let second = |at: Timestamp| at.tick().0 - instant(0).tick().0;
        let (from, to) = (second(within.from), second(within.to));
        let end = ended.unwrap_or(now).max(to);
        let both = Both {
            before: self.figure.between((from - COMPARED_S).max(0), from),
            since: self.figure.between(to, end),
        };
        let shift = self.shift(both, ended);
        let track_from =
            noticed.onset.first().map_or(from, |(tick, _)| second(Timestamp::from_s(*tick)));
        Evidence {
            now: instant(now),
            track: Track {
                form: Form::Share,
                learned: noticed.alarm.learned,
                phi: noticed.phi,
                ticks: ticks(self.figure, track_from, now),
            },
            flowed: None,
            onset: noticed.onset.iter().map(|(at, w)| (Timestamp::from_s(*at), *w)).collect(),
            legs: self.legs(both),
            asked: self.asked(both),
            changes: self.changes(&shift, now, (to, end)),
            logs: Vec::new(),
            inlets: Vec::new(),
            sees_answers: self.history.system.asked().is_some() && self.history.system.answers_seen,
            earlier: None,
            shifts: vec![shift],
        }
    }

    /// Who brought about what was noticed: if that begins when it came the second time, the guilty change made
    /// again.
    pub(super) fn guilty(&self) -> Option<usize> {
        let history = self.history;
        let again = || {
            let mut acts = history.acts.iter();
            acts.position(|act| act.redeploy_of.is_some() && act.redeploy_of == history.guilty)
        };
        let onset = onset_middle(&self.noticed.onset);
        let again_at = again().and_then(|again| history.acts.get(again)).map(|act| instant(act.at));
        let is_second = again_at.is_some_and(|at| at < onset);
        if is_second { again().or(history.guilty) } else { history.guilty }
    }

    fn shown_on(&self) -> Hop {
        let at = self.history.system.shown_at;
        hop(at, at + 1)
    }

    fn shift(&self, both: Both, ended: Option<i64>) -> Shift {
        let alarm = &self.noticed.alarm;
        Shift {
            signal: Signal::Transfer,
            service: name(self.history.system.shown_at),
            target: Target::Hop(self.shown_on()),
            value: None,
            direction: alarm.direction,
            before: alarm.learned.ratio().unwrap_or(alarm.before),
            after: both.since.ratio().unwrap_or(alarm.after),
            onset_at: onset_middle(&self.noticed.onset),
            onset: onset_within(&self.noticed.onset),
            detected_at: instant(self.noticed.at + super::noticed::AGE_S),
            ended_at: ended.map(instant),
            accepted_at: None,
            back_since: None,
            evidence_nats: alarm.nats,
        }
    }

    /// Everything up to the hop goes on; what left on it goes on behind it.
    fn legs(&self, both: Both) -> Vec<Leg> {
        let system = &self.history.system;
        let entered = both.all_of(|counts| counts.n);
        let left = both.all_of(|counts| counts.k);
        let enters = |service: usize| if service <= system.shown_at { entered } else { left };
        let mut legs = Vec::new();
        for service in 0..N_SERVICES {
            if service + 1 < N_CHAIN {
                let shown = service == system.shown_at;
                legs.push(leg(
                    hop(service, service + 1),
                    if shown { both } else { enters(service) },
                ));
            }
            if let Some(asked) = asked_by(service) {
                legs.push(leg(hop(service, asked), enters(service)));
            }
            if system.is_stateful(service) {
                let items = if service < N_CHAIN { enters(service) } else { entered };
                legs.push(Leg {
                    is_stateful: true,
                    callee_is_heard: false,
                    ..leg(hop_to_store(service), items)
                });
            }
        }
        legs
    }

    /// Whom the service asks before items leave, with answers if they can be seen. Where it does something
    /// else with an answer itself, the mix is as always; where it is answered otherwise, or asks
    /// otherwise because it is handed something else, the mix moved.
    fn asked(&self, both: Both) -> Vec<AskedHop> {
        let system = &self.history.system;
        let Some(asked) = system.asked() else { return Vec::new() };
        let Both { before, since } = both;
        let row = |value: &str, before, since| Fate { value: value.to_owned(), before, since };
        let no = |counts: Counts| Counts::new(counts.n - counts.k, 0.0);
        let yes = |counts: Counts| Counts::new(counts.k, counts.k);
        let fates = if self.history.sits == system.shown_at {
            let share = before.ratio().unwrap_or(0.5);
            let n_yes = (since.n * share).round();
            let k_yes = since.k.min(n_yes);
            vec![
                row("yes", yes(before), Counts::new(n_yes, k_yes)),
                row("no", no(before), Counts::new(since.n - n_yes, since.k - k_yes)),
            ]
        } else {
            vec![row("yes", yes(before), yes(since)), row("no", no(before), no(since))]
        };
        let answers = SeenAnswers { key: "answer".to_owned(), fates };
        vec![AskedHop {
            asked: hop(system.shown_at, asked),
            outcome: self.shown_on(),
            answers: system.answers_seen.then_some(answers),
        }]
    }

    fn changes(&self, shift: &Shift, now: i64, since: (i64, i64)) -> Vec<KnownChange> {
        let from = shift.onset_at.plus_s(-CHANGES_BEFORE_S);
        let to = shift.ended_at.map_or(instant(now), |end| end.plus_s(CHANGES_AFTER_S));
        let to = to.min(instant(now));
        let acts = self.history.acts.iter().enumerate();
        let known = acts.filter_map(|(number, act)| {
            let at = instant(act.known_at()?);
            let is_new = act.at > now;
            (at >= from && at <= to && !is_new).then(|| self.known(number, act, since))
        });
        let mut known: Vec<KnownChange> = known.collect();
        known.sort_by(|a, b| {
            (a.change.at, &a.change.service).cmp(&(b.change.at, &b.change.service))
        });
        hw_diagnose::link_told(&mut known);
        known
    }

    fn known(&self, number: usize, act: &Act, since: (i64, i64)) -> KnownChange {
        let is_seen = act.known == Known::Seen;
        let at = act.known_at().unwrap_or(act.at);
        // What is only told has no instances by which a rollback is known as one of a deploy.
        let link = |to: Option<usize>| {
            let is_known =
                |to: &usize| self.history.acts.get(*to).is_some_and(|act| act.known == Known::Seen);
            to.filter(is_known).filter(|_| is_seen).map(id)
        };
        KnownChange {
            change: Change {
                id: id(number),
                kind: act.kind,
                service: name(act.service),
                from_version: Some(act.reverses.map_or_else(|| BEFORE.to_owned(), word_of)),
                to_version: Some(Self::version_since(number, act)),
                at: instant(at),
                source: if is_seen { ChangeSource::Telemetry } else { ChangeSource::Told },
                reverses: link(act.reverses),
                redeploy_of: link(act.redeploy_of),
            },
            began_at: instant(if is_seen { at - act.gap_s } else { at }),
            settled_at: instant(at).plus_s(SETTLE_S),
            mitigates: false,
            split: self.split(number, act, since),
        }
    }

    /// What runs since an act: what ran before, if it takes something back.
    fn version_since(number: usize, act: &Act) -> String {
        let brings = || word_of(act.redeploy_of.unwrap_or(number));
        act.reverses.map_or_else(brings, |_| BEFORE.to_owned())
    }

    /// Both versions of the service that shows it, since the onset.
    fn split(&self, number: usize, act: &Act, (from, to): (i64, i64)) -> Option<Split> {
        if act.kind != ChangeKind::Deploy || act.known != Known::Seen {
            return None;
        }
        let own = self.figure.beside.iter().filter(|beside| beside.act == number);
        let mut since = own.filter(|beside| (from..to).contains(&beside.at)).peekable();
        since.peek()?;
        let split = Split { old: Counts::default(), new: Counts::default() };
        Some(since.fold(split, |sum, beside| Split {
            old: sum.old + beside.old,
            new: sum.new + beside.new,
        }))
    }
}

pub(super) fn id(number: usize) -> ChangeId {
    ChangeId(u32::try_from(number).unwrap_or(u32::MAX))
}

fn leg(hop: Hop, items: Both) -> Leg {
    let none = Counts::default();
    Leg {
        hop,
        callee_is_heard: true,
        is_stateful: false,
        items_before: items.before,
        items_since: items.since,
        failed_before: none,
        failed_since: none,
        slow_before: none,
        slow_since: none,
    }
}
