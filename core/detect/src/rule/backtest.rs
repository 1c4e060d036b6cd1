//! What a rule would have done: its firings over recorded windows, those that an incident explains told
//! from false alarms.
//!
//! It is a replay through the standings that a rule has live, nothing else, so its count of false alarms is
//! real. A firing
//! belongs to an incident if its figure crossed the bound after the onset, and while the window could
//! still hold some of the harm. It would have been said when its window was final, some time
//! after its end: that is what is compared with when somebody noticed.

use super::replay::{Replay, Tally};
use super::{Past, Rule};
use hw_model::Timestamp;

/// Whether a rule ought to fire in an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expects {
    /// Its figure shifted: it ought to.
    Firing,
    /// Others did, near it: it may.
    Nothing,
}

/// An incident that explains firings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it is called.
    pub name: String,
    /// Whether the rule ought to fire in it.
    pub expects: Expects,
    /// The earliest it may have begun.
    pub from: Timestamp,
    /// When the figure was back, or where the data ends.
    pub to: Timestamp,
    /// When Highwater noticed.
    pub machine_at: Option<Timestamp>,
    /// When a person noticed.
    pub person_at: Option<Timestamp>,
}

/// A stretch in which the rule fires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fired {
    /// The end of the first window in which the figure was beyond the bound.
    pub since: Timestamp,
    /// When it began: the end of the window that decided it.
    pub began: Timestamp,
    /// When it would have been said: when that window was final.
    pub said: Timestamp,
    /// When it ended; `None` if it fires where the data ends.
    pub ended: Option<Timestamp>,
    /// The figure at its beginning.
    pub figure: f64,
    /// The incident that explains it; of a false alarm none.
    pub case: Option<usize>,
}

/// What the rule did in an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CaseFound {
    /// When it said so first.
    pub first: Option<Timestamp>,
    /// Whether that was decided while the incident lasted: what only the echo in the window makes fire
    /// helps nobody.
    pub in_time: bool,
    /// Seconds after the onset.
    pub delay_s: Option<f64>,
    /// Seconds by which it was sooner than Highwater; negative if it was later.
    pub lead_machine_s: Option<f64>,
    /// Seconds by which it was sooner than people.
    pub lead_person_s: Option<f64>,
}

/// What comes out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It fires in every incident of its figure, and without one never.
    Good,
    /// No incident is known in which it ought to fire, and without one it never does.
    Untried,
    /// In no window was there a figure to judge.
    Blind,
    /// It does not fire in an incident of its figure while that lasts.
    Misses,
    /// It fires where there is no incident.
    Cries,
    /// Both.
    MissesAndCries,
}

/// What a rule would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// Stored windows that it was run over.
    pub n_windows: usize,
    /// Days that they cover.
    pub days: f64,
    /// Days of them outside of incidents in which there was a figure to judge.
    pub quiet_days: f64,
    /// Share of the windows that say nothing because counts are missing.
    pub unknown: f64,
    /// Share of the windows that say nothing because too few items came.
    pub thin: f64,
    /// The most items that one window of the rule held.
    pub items_max: f64,
    /// The lowest and the highest figure outside of incidents.
    pub quiet_range: Option<(f64, f64)>,
    /// Every firing, oldest first.
    pub fired: Vec<Fired>,
    /// What it did in each incident.
    pub cases: Vec<CaseFound>,
    /// What comes out of it.
    pub judgement: Judgement,
}

impl Backtest {
    /// Firings that no incident explains.
    pub fn false_alarms(&self) -> impl Iterator<Item = &Fired> {
        self.fired.iter().filter(|fired| fired.case.is_none())
    }
}

impl Judgement {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Untried => "untried",
            Self::Blind => "blind",
            Self::Misses => "misses",
            Self::Cries => "cries",
            Self::MissesAndCries => "misses_and_cries",
        }
    }
}

/// Runs a rule over what was recorded. Windows are final `final_after_s` seconds after their end.
#[must_use]
pub fn backtest(rule: &Rule, past: &Past, cases: &[Case], final_after_s: i64) -> Backtest {
    Replay::of(rule, past, cases).backtest(final_after_s)
}

impl Backtest {
    /// What comes out of a replay.
    pub(super) fn of((past, cases): (&Past, &[Case]), tally: &Tally, fired: Vec<Fired>) -> Self {
        let found: Vec<CaseFound> =
            (0..).zip(cases).map(|(at, case)| found_in(case, at, &fired)).collect();
        let share = |n: usize| n as f64 / past.rows.len().max(1) as f64;
        let judgement = judge(tally, (cases, &found), &fired);
        Self {
            n_windows: past.rows.len(),
            days: past.days(),
            quiet_days: tally.n_quiet as f64 * past.step_s as f64 / 86_400.0,
            unknown: share(tally.n_missing),
            thin: share(tally.n_thin),
            items_max: tally.items_max,
            quiet_range: tally.quiet_range,
            fired,
            cases: found,
            judgement,
        }
    }
}

/// The incident that a firing belongs to.
pub(super) fn explained_by(
    cases: &[Case],
    rule: &Rule,
    (since, at): (Timestamp, Timestamp),
) -> Option<usize> {
    let echo_s = rule.echo_s() as f64;
    cases.iter().position(|case| since > case.from && at <= case.to.plus_s(echo_s))
}

fn found_in(case: &Case, at: usize, fired: &[Fired]) -> CaseFound {
    let Some(first) = fired.iter().find(|fired| fired.case == Some(at)) else {
        return CaseFound::default();
    };
    let lead = |noticed: Option<Timestamp>| Some(noticed?.seconds_since(first.said));
    CaseFound {
        first: Some(first.said),
        in_time: first.began <= case.to,
        delay_s: Some(first.said.seconds_since(case.from)),
        lead_machine_s: lead(case.machine_at),
        lead_person_s: lead(case.person_at),
    }
}

fn judge(tally: &Tally, (cases, found): (&[Case], &[CaseFound]), fired: &[Fired]) -> Judgement {
    let mut wanted =
        cases.iter().zip(found).filter(|(case, _)| case.expects == Expects::Firing).peekable();
    let is_tried = wanted.peek().is_some();
    let misses = !wanted.all(|(_, found)| found.in_time);
    let cries = fired.iter().any(|fired| fired.case.is_none());
    match (misses, cries) {
        _ if tally.n_judged == 0 => Judgement::Blind,
        (true, true) => Judgement::MissesAndCries,
        (true, false) => Judgement::Misses,
        (false, true) => Judgement::Cries,
        (false, false) if is_tried => Judgement::Good,
        (false, false) => Judgement::Untried,
    }
}

#[cfg(test)]
mod tests;
