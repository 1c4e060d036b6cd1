//! A rule that runs: stored windows in, beginnings and ends of firings out.
//!
//! After each stored window the rule looks at the last `window_s` seconds. Its figure is crossed, within,
//! or unknown: with more than half of the windows missing, or fewer items than it wants, nothing is said.
//! Unknown is never zero. It begins nothing (what has to hold for a while has to be seen to), and it
//! ends nothing before an hour of it: a silence is told elsewhere, and is no proof that all is well.
//!
//! Otherwise it does what a rule of Prometheus does with `for` and `keep_firing_for`.

use super::{Rule, Terms};
use hw_model::Timestamp;
use hw_stats::Counts;
use std::collections::VecDeque;

/// Seconds without a figure after which a firing ends.
const UNKNOWN_S_MAX: i64 = 3_600;

/// Where a rule stands between two windows. Times are seconds, ends of windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Its figure is within its bound, or unknown.
    #[default]
    Quiet,
    /// The figure is beyond the bound, and not for long enough.
    Pending {
        /// Since when.
        since_s: i64,
    },
    /// It fires.
    Firing {
        /// Since when the figure was beyond the bound.
        since_s: i64,
        /// When it began to fire: what tells this firing from others.
        began_s: i64,
        /// Since when the figure is back.
        back_s: Option<i64>,
        /// Since when there is no figure.
        unknown_s: Option<i64>,
    },
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Said {
    /// It begins to fire.
    Begins {
        /// The end of the window that decided it.
        at: Timestamp,
        /// The end of the first window in which the figure was beyond the bound.
        since: Timestamp,
        /// The figure.
        figure: f64,
    },
    /// It fires no more.
    Ends {
        /// The end of the window that decided it.
        at: Timestamp,
        /// When it had begun.
        began: Timestamp,
        /// Why.
        why: Ended,
    },
}

/// Why a firing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The figure is back.
    Back,
    /// There was no figure for an hour.
    Unknown,
}

/// What the last seconds say, whatever the bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// Too many windows are missing.
    Missing,
    /// Too few items.
    Thin,
    /// A figure.
    Figure(f64),
}

impl Reading {
    /// What a rule reads off the stored windows in its own: their sum, and how many of them are known.
    pub(super) fn of(rule: &Rule, (sum, n_known): (Counts, usize)) -> Self {
        let terms = rule.terms();
        let too_few = terms.measure.items(sum) < terms.items_min as f64;
        match sum.ratio() {
            _ if 2 * n_known < rule.steps() => Self::Missing,
            None => Self::Thin,
            Some(_) if too_few => Self::Thin,
            Some(figure) => Self::Figure(figure),
        }
    }

    /// The figure; `None` if nothing is said.
    pub(super) const fn figure(self) -> Option<f64> {
        match self {
            Self::Figure(figure) => Some(figure),
            Self::Missing | Self::Thin => None,
        }
    }
}

/// A rule at work.
#[derive(Clone, Debug)]
pub struct RuleRun<'a> {
    rule: &'a Rule,
    /// Number of the next stored window.
    next: i64,
    held: VecDeque<Option<Counts>>,
    sum: Counts,
    n_known: usize,
    standing: Standing,
}

impl<'a> RuleRun<'a> {
    /// A rule whose first stored window has this number.
    #[must_use]
    pub fn new(rule: &'a Rule, first: i64) -> Self {
        Self::resumed(rule, first, Standing::Quiet)
    }

    /// A rule that stood like this before. The windows that still lie in its own are to be filled in,
    /// from `first` on, before it goes on.
    #[must_use]
    pub fn resumed(rule: &'a Rule, first: i64, standing: Standing) -> Self {
        Self {
            rule,
            next: first,
            held: VecDeque::with_capacity(rule.steps()),
            sum: Counts::default(),
            n_known: 0,
            standing,
        }
    }

    /// Number of the stored window that is to come next.
    #[must_use]
    pub const fn next(&self) -> i64 {
        self.next
    }

    /// Where it stands.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Takes a window that was judged before.
    pub fn fill(&mut self, counts: Option<Counts>) {
        self.next += 1;
        self.held.push_back(counts);
        let gone = if self.held.len() > self.rule.steps() { self.held.pop_front() } else { None };
        if let Some(counts) = counts {
            self.sum += counts;
            self.n_known += 1;
        }
        if let Some(counts) = gone.flatten() {
            // Whole numbers: nothing is lost by taking away what was added.
            self.sum = self.sum - counts;
            self.n_known -= 1;
        }
    }

    /// Takes the next stored window, `None` where it is not known what was counted in it.
    pub fn push(&mut self, counts: Option<Counts>) -> Option<Said> {
        self.fill(counts);
        let at_s = self.next * self.rule.step_s();
        let reading = Reading::of(self.rule, (self.sum, self.n_known));
        self.standing.go_on(self.rule.terms(), at_s, reading.figure())
    }
}

impl Standing {
    /// Goes on to the figure of the window that ends at `at_s`, `None` where nothing is said.
    pub(super) fn go_on(&mut self, terms: &Terms, at_s: i64, figure: Option<f64>) -> Option<Said> {
        match figure {
            Some(figure) if terms.bound.is_crossed(figure) => self.cross(terms, at_s, figure),
            Some(_) => self.come_back(terms, at_s),
            None => self.lose_sight(at_s),
        }
    }

    fn cross(&mut self, terms: &Terms, at_s: i64, figure: f64) -> Option<Said> {
        let since_s = match *self {
            Self::Firing { since_s, began_s, .. } => {
                *self = Self::Firing { since_s, began_s, back_s: None, unknown_s: None };
                return None;
            }
            Self::Pending { since_s } => since_s,
            Self::Quiet => at_s,
        };
        if at_s - since_s < terms.for_s {
            *self = Self::Pending { since_s };
            return None;
        }
        *self = Self::Firing { since_s, began_s: at_s, back_s: None, unknown_s: None };
        let [at, since] = [at_s, since_s].map(Timestamp::from_s);
        Some(Said::Begins { at, since, figure })
    }

    fn come_back(&mut self, terms: &Terms, at_s: i64) -> Option<Said> {
        let Self::Firing { since_s, began_s, back_s, .. } = *self else {
            *self = Self::Quiet;
            return None;
        };
        let since_back_s = back_s.unwrap_or(at_s);
        if at_s - since_back_s < terms.keep_s {
            let back_s = Some(since_back_s);
            *self = Self::Firing { since_s, began_s, back_s, unknown_s: None };
            return None;
        }
        Some(self.end(at_s, began_s, Ended::Back))
    }

    fn lose_sight(&mut self, at_s: i64) -> Option<Said> {
        let Self::Firing { since_s, began_s, back_s, unknown_s } = *self else {
            *self = Self::Quiet;
            return None;
        };
        let since_unknown_s = unknown_s.unwrap_or(at_s);
        if at_s - since_unknown_s < UNKNOWN_S_MAX {
            let unknown_s = Some(since_unknown_s);
            *self = Self::Firing { since_s, began_s, back_s, unknown_s };
            return None;
        }
        Some(self.end(at_s, began_s, Ended::Unknown))
    }

    const fn end(&mut self, at_s: i64, began_s: i64, why: Ended) -> Said {
        *self = Self::Quiet;
        Said::Ends { at: Timestamp::from_s(at_s), began: Timestamp::from_s(began_s), why }
    }
}

#[cfg(test)]
mod tests;
