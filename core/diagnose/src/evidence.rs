//! What a diagnosis rests on, gathered beforehand and immutable.
//!
//! Plain words and counts: whoever gathers them has the telemetry, whoever reads them has only
//! this. A diagnosis can therefore be repeated from its evidence alone, and says nothing that is
//! not in it.

use hw_model::{Change, CodePlace, Diagnosis, Hop, Interval, Severity, Shift, Tick, Timestamp};
use hw_stats::{Counts, Form, Unseen, UsualRow, ln_marginal, ln_point};

/// The name of the origin when more (or less) simply came in.
pub const OUTSIDE: &str = "~outside";

/// Nats from which on counts decide whether a figure is back.
pub(crate) const DECIDED_NATS: f64 = 10.0;

/// Seconds of data of an attempt that are read although another change came meanwhile, if that came
/// after the end.
const AFTER_END_S: f64 = 30.0;

/// Everything known about one incident.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The time up to which data was judged.
    pub now: Timestamp,
    /// The shifts that belong together; never empty. The first is the one that counts most.
    pub shifts: Vec<Shift>,
    /// The ticks of the first shift's figure.
    pub track: Track,
    /// What went over its place in items, if it counts any.
    pub flowed: Option<Flowed>,
    /// When the first shift began: instants and their probabilities.
    pub onset: Vec<(Timestamp, f64)>,
    /// Every hop, with what it did before and since the onset.
    pub legs: Vec<Leg>,
    /// What the entries of shifted hops ask, and what became of the items.
    pub asked: Vec<AskedHop>,
    /// Changes that are recent enough to matter, by time.
    pub changes: Vec<KnownChange>,
    /// Log templates with counts before and since the onset.
    pub logs: Vec<LogRate>,
    /// Entries by which items come in from outside.
    pub inlets: Vec<Inlet>,
    /// Whether the answers of some dependency can be seen, in the whole system.
    pub sees_answers: bool,
    /// What was known of it when it was over, if it has come back: all else is of the time since.
    pub earlier: Option<Earlier>,
}

/// What was known of an incident before it came back.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// When it first began.
    pub began_at: Timestamp,
    /// When it was over.
    pub over_at: Timestamp,
    /// What was said of it then.
    pub diagnosis: Diagnosis,
    /// Whether the main figure is the one it was about then.
    pub is_same_figure: bool,
}

/// The ticks of one figure around an incident.
#[derive(Clone, Debug)]
pub struct Track {
    /// Share or count.
    pub form: Form,
    /// Counts behind the baseline.
    pub learned: Counts,
    /// Dispersion of the figure.
    pub phi: f64,
    /// Non-empty ticks in order.
    pub ticks: Vec<(Tick, Counts)>,
}

/// What went over the place of one figure, in items.
#[derive(Clone, Debug)]
pub struct Flowed {
    /// Before it was shifted, and while it was, in all bouts of the incident.
    pub rows: Vec<UsualRow>,
    /// Seconds of a row.
    pub row_s: f64,
    /// What was not seen of it while it was shifted.
    pub unseen: Unseen,
    /// Whether earlier bouts are so long ago that they are not in it.
    pub is_latest_bout: bool,
}

/// One hop before and since the onset, up to the end of the incident or to now.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The hop.
    pub hop: Hop,
    /// Whether the callee itself was heard.
    pub callee_is_heard: bool,
    /// Whether the hop stores or sends something that outlives a call: a database, a message.
    pub is_stateful: bool,
    /// Items that entered the caller, and that left on the hop, before.
    pub items_before: Counts,
    /// The same since.
    pub items_since: Counts,
    /// Calls and failed calls before.
    pub failed_before: Counts,
    /// The same since.
    pub failed_since: Counts,
    /// Calls that succeeded and those slower than the learned p95 before.
    pub slow_before: Counts,
    /// The same since.
    pub slow_since: Counts,
}

/// A hop that is asked before items leave on another.
#[derive(Clone, Debug)]
pub struct AskedHop {
    /// The hop that is asked.
    pub asked: Hop,
    /// The hop on which items leave afterwards.
    pub outcome: Hop,
    /// Its answers, if they can be seen.
    pub answers: Option<SeenAnswers>,
}

/// Answers and what became of the items that got them.
#[derive(Clone, Debug)]
pub struct SeenAnswers {
    /// Name of the attribute that carries the answer.
    pub key: String,
    /// One row per value.
    pub fates: Vec<Fate>,
}

/// What became of the items that got one answer: `n` got it, `k` of them went on.
#[derive(Clone, Debug)]
pub struct Fate {
    /// The answer.
    pub value: String,
    /// Before the onset.
    pub before: Counts,
    /// Since.
    pub since: Counts,
}

/// A change, and what a verdict needs to know about it.
#[derive(Clone, Debug)]
pub struct KnownChange {
    /// The change.
    pub change: Change,
    /// When it can have begun to act: the last span of the old instance, or as told.
    pub began_at: Timestamp,
    /// When it had taken effect: the end of the gap its restart left.
    pub settled_at: Timestamp,
    /// Whether a person told it as a mitigation.
    pub mitigates: bool,
    /// Old and new version side by side: the shifted figure of each since the onset.
    pub split: Option<Split>,
}

/// The shifted figure by version, over the time in which both ran.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// What the old version did.
    pub old: Counts,
    /// What the new version did.
    pub new: Counts,
}

/// A log template's lines.
#[derive(Clone, Debug)]
pub struct LogRate {
    /// Who writes it.
    pub service: String,
    /// How bad it says it is.
    pub severity: Severity,
    /// Without variable parts.
    pub template: String,
    /// Entries of the service, or seconds where it has none, and lines before the onset. Per entry,
    /// so that a line that comes with every item is no lead when traffic grows.
    pub before: Counts,
    /// The same from the onset on, before anybody intervened: an intervention
    /// writes lines of its own.
    pub early: Counts,
    /// Lines since the onset.
    pub n_since: u64,
    /// The first line since.
    pub first_at: Option<Timestamp>,
    /// Where in the source it was written last.
    pub place: Option<CodePlace>,
}

/// An entry that nobody watched calls.
#[derive(Clone, Debug)]
pub struct Inlet {
    /// The service.
    pub service: String,
    /// Its operation.
    pub operation: Option<String>,
    /// Seconds watched and items before the onset.
    pub before: Counts,
    /// The same since.
    pub since: Counts,
    /// Entries and failed entries before.
    pub failed_before: Counts,
    /// The same since.
    pub failed_since: Counts,
    /// Entries that succeeded and those slower than the learned p95 before.
    pub slow_before: Counts,
    /// The same since.
    pub slow_since: Counts,
}

impl Evidence {
    /// The shift that counts most.
    #[must_use]
    pub fn main(&self) -> &Shift {
        self.shifts.first().expect("invariant: an incident has a shift")
    }

    /// When the incident, or its return, most likely began.
    #[must_use]
    pub fn onset_at(&self) -> Timestamp {
        self.main().onset_at
    }

    /// When the incident began, also if it was over since and has come back.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.earlier.as_ref().map_or_else(|| self.onset_at(), |earlier| earlier.began_at)
    }

    /// The stretch in which it began.
    #[must_use]
    pub fn onset_interval(&self) -> Interval {
        self.main().onset
    }

    /// When the main figure was back, or now.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.main().ended_at.unwrap_or(self.now)
    }

    /// Until when data speaks of an attempt to help: until the next change begins, the shift ends,
    /// or `most_s` seconds have passed. A shift that ends within a minute of the attempt may have
    /// been ended by it, so what follows speaks of it too.
    #[must_use]
    pub fn read_until(&self, attempt: &KnownChange, most_s: f64) -> Timestamp {
        let ended_at = self.main().ended_at;
        let later = self.changes.iter().filter(|other| other.began_at > attempt.change.at);
        // What came after the figure was back did not bring it back, but may have moved it again.
        let limit = |other: &KnownChange| {
            if self.was_back_before(other) {
                other.began_at.max(attempt.settled_at.plus_s(AFTER_END_S))
            } else {
                other.began_at
            }
        };
        let next = later.map(limit).min();
        let soon = attempt.settled_at.plus_s(60.0);
        let end = ended_at.filter(|end| *end > soon);
        let limits = [Some(self.now), next, end, Some(attempt.settled_at.plus_s(most_s))];
        limits.into_iter().flatten().min().unwrap_or(self.now)
    }

    /// Whether the main figure was back before a change began. When exactly a shift ended is known to
    /// some seconds only, so what was counted between must say it too.
    #[must_use]
    pub fn was_back_before(&self, known: &KnownChange) -> bool {
        let Some(end) = self.main().ended_at.filter(|end| *end < known.began_at) else {
            return false;
        };
        let shifted = self.track.between(self.onset_interval().to, end);
        let between = self.track.between(end, known.began_at);
        self.track.ln_returned(between, shifted) >= DECIDED_NATS
    }

    /// Probability that the onset lies before `at`.
    #[must_use]
    pub fn onset_before(&self, at: Timestamp) -> f64 {
        self.onset.iter().filter(|(onset, _)| *onset < at).map(|(_, weight)| weight).sum()
    }
}

impl Track {
    /// Counts of the ticks that begin in `[from, to)`.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Counts {
        let inside = |tick: &Tick| tick.starts_at() >= from && tick.starts_at() < to;
        self.ticks.iter().filter(|(tick, _)| inside(tick)).map(|(_, counts)| *counts).sum()
    }

    /// The baseline's figure.
    #[must_use]
    pub fn baseline(&self) -> f64 {
        self.learned.ratio().unwrap_or(0.5)
    }

    /// ln of how much better the counts fit the baseline than the figure they shifted to, known
    /// from the `shifted` counts (R of docs/internals/attribution.md).
    #[must_use]
    pub fn ln_returned(&self, counts: Counts, shifted: Counts) -> f64 {
        let p = self.baseline();
        let together = ln_marginal(self.form, shifted + counts, p, self.phi);
        let stayed = together - ln_marginal(self.form, shifted, p, self.phi);
        ln_point(self.form, counts, p, self.phi) - stayed
    }
}
