//! The log of a team as plain data: changes, incidents, what people wrote.
//!
//! Whoever gathers it leaves out what the one who asks may not see, so that no figure gives it away.

use hw_incident::{Author, Status, Times};
use hw_model::{
    Change, ChangeId, ChangeKind, Direction, Effect, HopId, IncidentId, Interval, Judgement,
    Signal, Timestamp, Verdict,
};

/// What a team did, and what happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// When the record begins: nothing is known of before.
    pub known_from: Timestamp,
    /// What is now.
    pub now: Timestamp,
    /// Changes, in any order.
    pub changes: Vec<Change>,
    /// Incidents, in any order.
    pub incidents: Vec<Case>,
}

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its number.
    pub id: IncidentId,
    /// What people or Highwater call it.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Its times, as far as they are known.
    pub times: Times,
    /// When anything of it was heard first; its place in time if it is not known when the harm began.
    pub first_at: Timestamp,
    /// Who said that something is wrong, and when.
    pub sightings: Vec<Sighting>,
    /// What shifted most; none if no figure did.
    pub shape: Option<Shape>,
    /// Where it may start, most likely first.
    pub origins: Vec<Place>,
    /// The legs on which the items came, source first.
    pub trail: Vec<HopId>,
    /// What is said of each change around it.
    pub verdicts: Vec<Judgement>,
    /// What was tried.
    pub attempts: Vec<Attempt>,
    /// What people wrote.
    pub written: Vec<Written>,
}

/// Somebody said that something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// When it was seen.
    pub at: Timestamp,
    /// By whom.
    pub by: Author,
}

/// What kind of trouble it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The figure that shifted.
    pub signal: Signal,
    /// Which way.
    pub direction: Direction,
    /// Whose it is.
    pub service: String,
    /// The leg it is of, if it is of one.
    pub hop: Option<HopId>,
    /// Whether nothing failed and nothing was slow.
    pub is_silent: bool,
}

/// A figure that shifted in an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Shifted {
    /// Which figure.
    pub signal: Signal,
    /// Which way.
    pub direction: Direction,
    /// Whose it is.
    pub service: String,
    /// The leg it is of, if it is of one.
    pub hop: Option<HopId>,
    /// How sure it is.
    pub evidence_nats: f64,
}

/// A place where an incident may start.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The service.
    pub service: String,
    /// The leg on which it shows first.
    pub hop: Option<HopId>,
    /// Probability that it starts here.
    pub confidence: f64,
}

/// An attempt to stop the harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What was done.
    pub words: String,
    /// The change that it is.
    pub change: Option<ChangeId>,
    /// When it began.
    pub began_at: Timestamp,
    /// What it did.
    pub effect: Effect,
}

/// An entry of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// When what it tells happened.
    pub happened_at: Timestamp,
    /// When it was written; none if the clock of the data says what is now, which is another clock.
    pub recorded_at: Option<Timestamp>,
}

impl Shape {
    /// The shape of an incident in which these figures shifted: that of the one that counts most. Items that
    /// are missing count less than failures where there are any, for they follow from them.
    #[must_use]
    pub fn of(shifted: &[Shifted]) -> Option<Self> {
        let fails = shifted.iter().any(|shift| shift.signal == Signal::Errors);
        let follows = |shift: &Shifted| {
            fails && shift.signal == Signal::Transfer && shift.direction == Direction::Down
        };
        let weight = |shift: &Shifted| {
            if follows(shift) { Signal::Volume.weight() } else { shift.signal.weight() }
        };
        let main = shifted.iter().min_by(|a, b| {
            let by_kind = weight(b).total_cmp(&weight(a));
            by_kind.then_with(|| b.evidence_nats.total_cmp(&a.evidence_nats))
        })?;
        let is_loud = |shift: &Shifted| {
            matches!(shift.signal, Signal::Errors | Signal::Latency | Signal::NoData)
        };
        Some(Self {
            signal: main.signal,
            direction: main.direction,
            service: main.service.clone(),
            hop: main.hop.clone(),
            is_silent: !shifted.iter().any(is_loud),
        })
    }
}

impl Log {
    /// The stretch that can be looked at: where nothing is said, the last 90 days; never more than is
    /// known.
    #[must_use]
    pub fn period(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Interval {
        const USUAL_S: f64 = 90.0 * 86_400.0;
        let to = to.unwrap_or(self.now).min(self.now).max(self.known_from);
        let from = from.unwrap_or_else(|| to.plus_s(-USUAL_S));
        Interval { from: from.max(self.known_from).min(to), to }
    }

    /// Deploys in a stretch, by time.
    pub(crate) fn deploys(&self, period: Interval) -> Vec<&Change> {
        self.of_kind(ChangeKind::Deploy, period)
    }

    /// Changes of one kind in a stretch, by time.
    pub(crate) fn of_kind(&self, kind: ChangeKind, period: Interval) -> Vec<&Change> {
        let of_kind = self.changes.iter().filter(|change| change.kind == kind);
        let mut found: Vec<&Change> = of_kind.filter(|c| period.contains(c.at)).collect();
        found.sort_by_key(|change| (change.at, change.id));
        found
    }

    /// A change by its number.
    pub(crate) fn change(&self, id: ChangeId) -> Option<&Change> {
        self.changes.iter().find(|change| change.id == id)
    }

    /// Incidents that count and began in a stretch, by time.
    pub(crate) fn cases(&self, period: Interval) -> Vec<&Case> {
        let counted = self.counted().filter(|case| period.contains(case.began_at()));
        let mut cases: Vec<&Case> = counted.collect();
        cases.sort_by_key(|case| (case.began_at(), case.id));
        cases
    }

    /// Incidents that count.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Case> {
        self.incidents.iter().filter(|case| case.counts())
    }

    /// How many incidents began in a stretch.
    #[must_use]
    pub fn n_incidents(&self, period: Interval) -> u64 {
        self.cases(period).len() as u64
    }

    /// Incidents that are only watched: somebody reported something, no figure shifted, and nobody said
    /// that it is one.
    #[must_use]
    pub fn n_watched(&self, period: Interval) -> u64 {
        let watched = self.incidents.iter().filter(|case| case.is_watched());
        watched.filter(|case| period.contains(case.began_at())).count() as u64
    }

    /// Whether a change is implicated in an incident that counts.
    pub(crate) fn is_implicated(&self, change: ChangeId) -> bool {
        self.standing(change) == Some(Verdict::Implicated)
    }

    /// What is said of a change over all incidents that count: the worst of it. It is exonerated if one
    /// incident exonerates it and none is undecided about it.
    pub(crate) fn standing(&self, change: ChangeId) -> Option<Verdict> {
        let said = || self.counted().filter_map(|case| case.verdict_on(change));
        let worst = said().min()?;
        let is_cleared =
            worst == Verdict::NotImplicated && said().any(|v| v == Verdict::Exonerated);
        Some(if is_cleared { Verdict::Exonerated } else { worst })
    }
}

impl Case {
    /// Whether it counts: those that were none, are part of another or are only watched do not.
    pub(crate) fn counts(&self) -> bool {
        match self.status {
            Status::Declined | Status::Merged => false,
            Status::Triage
            | Status::Active
            | Status::Mitigated
            | Status::Resolved
            | Status::Closed => !self.is_watched(),
        }
    }

    fn is_watched(&self) -> bool {
        self.status == Status::Triage && self.times.detected.is_none()
    }

    /// Its place in time.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.times.started.unwrap_or(self.first_at)
    }

    /// When the first person or machine knew of it.
    pub(crate) fn known_at(&self) -> Option<Timestamp> {
        self.first_noticed().map(|noticed| noticed.at)
    }

    /// What is said of a change in it.
    pub(crate) fn verdict_on(&self, change: ChangeId) -> Option<Verdict> {
        let judged = self.verdicts.iter().find(|judged| judged.change == change);
        judged.map(|judged| judged.verdict)
    }

    /// The place where it most likely starts.
    pub(crate) fn origin(&self) -> Option<&Place> {
        self.origins.first()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(signal: Signal, direction: Direction, evidence_nats: f64) -> Shifted {
        let (service, hop) = (format!("{evidence_nats}"), None);
        Shifted { signal, direction, service, hop, evidence_nats }
    }

    #[test]
    fn items_come_first_unless_they_are_missing_because_something_fails() {
        let up = shift(Signal::Transfer, Direction::Up, 20.0);
        let down = shift(Signal::Transfer, Direction::Down, 90.0);
        let answers = shift(Signal::Answers, Direction::Up, 50.0);
        let errors = shift(Signal::Errors, Direction::Up, 10.0);
        let of = |shifted: &[&Shifted]| {
            let shifted: Vec<Shifted> = shifted.iter().map(|it| (*it).clone()).collect();
            Shape::of(&shifted).map(|shape| (shape.signal, shape.is_silent))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[&answers, &up]), Some((Signal::Transfer, true)));
        assert_eq!(of(&[&answers, &down, &errors]), Some((Signal::Answers, false)));
        assert_eq!(of(&[&down, &errors]), Some((Signal::Errors, false)));
        assert_eq!(of(&[&up, &errors]), Some((Signal::Transfer, false)));
        let strongest = Shape::of(&[up, shift(Signal::Transfer, Direction::Up, 21.0)]);
        assert_eq!(strongest.map(|shape| shape.service), Some("21".to_owned()));
    }
}
