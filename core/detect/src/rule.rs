//! A rule: a bound that people put on a figure, and what it takes to say that it is crossed.
//!
//! The detector learns what is usual; a rule is the other kind of alert, whose bound somebody can read,
//! argue about and hand to another tool. It is evaluated over windows of counts by the same code live and
//! in a backtest ([`RuleRun`]), so that what the backtest counts is what will happen. [`propose`] writes
//! the rule that an incident lacked, [`backtest`] and [`sweep`] say what it would have done. The
//! mathematics, with what was measured, stands in `docs/internals/rules.md`.
//!
//! A rule that can never fire, or that always does, is refused when it is made. What only the traffic
//! tells, that a window never holds as many items as the rule wants, the backtest says.

mod backtest;
mod flaw;
mod past;
mod propose;
mod quiet;
mod replay;
mod run;
mod sweep;
mod words;

pub use backtest::{Backtest, Case, CaseFound, Expects, Fired, Judgement, backtest};
pub use flaw::Flaw;
pub use past::Past;
pub use propose::{NoRule, Proposal, Question, propose};
pub use quiet::Quiet;
pub use run::{Ended, RuleRun, Said, Standing};
pub use sweep::{SweepPoint, sweep};

use hw_model::{Signal, Target};
use hw_stats::{Counts, Form};

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Items that left on a hop per item that entered its caller.
    Transfer,
    /// The share of one value among the answers on a hop.
    Answer(String),
    /// The share of calls, or of entries, that failed.
    Errors,
    /// Items per second: those that leave on a hop, or that enter.
    Volume,
}

impl Measure {
    /// The signal of shifts of this figure.
    #[must_use]
    pub const fn signal(&self) -> Signal {
        match self {
            Self::Transfer => Signal::Transfer,
            Self::Answer(_) => Signal::Answers,
            Self::Errors => Signal::Errors,
            Self::Volume => Signal::Volume,
        }
    }

    /// Whether the figure is a share, which is never above 1.
    const fn is_share(&self) -> bool {
        match self {
            Self::Answer(_) | Self::Errors => true,
            Self::Transfer | Self::Volume => false,
        }
    }

    /// How its counts scatter while its figures are these: a transfer ratio that stays below 1 is a
    /// share of items, one that does not counts them.
    pub(crate) fn form(&self, figures: [f64; 2]) -> Form {
        match self {
            Self::Answer(_) | Self::Errors => Form::Share,
            Self::Transfer if figures.iter().all(|figure| *figure <= 1.0) => Form::Share,
            Self::Transfer | Self::Volume => Form::Count,
        }
    }

    /// The items that stand behind a figure, of which a rule wants some.
    #[must_use]
    pub const fn items(&self, counts: Counts) -> f64 {
        match self {
            Self::Transfer | Self::Answer(_) | Self::Errors => counts.n,
            // The exposure are seconds.
            Self::Volume => counts.k,
        }
    }
}

/// Where a figure ought not to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Above this.
    Above(f64),
    /// Below this.
    Below(f64),
    /// Below the one or above the other.
    Outside {
        /// The lower edge.
        low: f64,
        /// The upper edge.
        high: f64,
    },
}

impl Bound {
    /// Whether a figure is where it ought not to be. At the edge it is not.
    #[must_use]
    pub fn is_crossed(self, figure: f64) -> bool {
        self.above().is_some_and(|edge| figure > edge)
            || self.below().is_some_and(|edge| figure < edge)
    }

    /// The edge above which it is crossed.
    #[must_use]
    pub const fn above(self) -> Option<f64> {
        match self {
            Self::Above(edge) | Self::Outside { high: edge, .. } => Some(edge),
            Self::Below(_) => None,
        }
    }

    /// The edge below which it is crossed.
    #[must_use]
    pub const fn below(self) -> Option<f64> {
        match self {
            Self::Below(edge) | Self::Outside { low: edge, .. } => Some(edge),
            Self::Above(_) => None,
        }
    }
}

/// What a rule says, before it is looked at whether it can be.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// What people call it.
    pub name: String,
    /// Of what the figure is: a hop, an entry, or a service with all its entries.
    pub target: Target,
    /// Which figure.
    pub measure: Measure,
    /// Over how many seconds it is counted.
    pub window_s: i64,
    /// Where it ought not to be.
    pub bound: Bound,
    /// A window with fewer items says nothing.
    pub items_min: u64,
    /// Seconds for which it has to be there before the rule fires.
    pub for_s: i64,
    /// Seconds for which it has to be back before the firing ends.
    pub keep_s: i64,
}

/// A rule that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    // Invariant: nothing in `Flaw` is true of the terms with stored windows of this length.
    terms: Terms,
    step_s: i64,
}

impl Rule {
    /// A rule over stored windows of `step_s` seconds.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the terms, each with what would be right.
    pub fn new(terms: Terms, step_s: i64) -> Result<Self, Vec<Flaw>> {
        let flaws = flaw::flaws(&terms, step_s);
        if flaws.is_empty() { Ok(Self { terms, step_s }) } else { Err(flaws) }
    }

    /// What it says.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The service that it is about: who passes on, who answers, whose entries fail.
    #[must_use]
    pub fn service(&self) -> &str {
        match (&self.terms.target, &self.terms.measure) {
            (Target::Hop(hop), Measure::Transfer | Measure::Volume) => &hop.caller,
            (Target::Hop(hop), Measure::Answer(_) | Measure::Errors) => &hop.callee,
            (Target::Entry { service, .. } | Target::Service(service), _) => service,
        }
    }

    /// Seconds of a stored window, after each of which it is evaluated.
    #[must_use]
    pub const fn step_s(&self) -> i64 {
        self.step_s
    }

    /// Stored windows in one of its own.
    #[must_use]
    pub fn steps(&self) -> usize {
        usize::try_from(self.terms.window_s / self.step_s).unwrap_or(1)
    }

    /// Seconds after the harm has ended in which a firing may still begin or go on because of it: the
    /// window still holds some of it.
    #[must_use]
    pub const fn echo_s(&self) -> i64 {
        self.terms.window_s + self.terms.for_s + self.terms.keep_s
    }

    /// Where its figure ought not to be: `above 75 %`.
    #[must_use]
    pub fn bound_words(&self) -> String {
        words::crossed(self.terms.bound, self.unit())
    }

    /// A figure of it, rounded: `87 %`.
    #[must_use]
    pub fn figure_words(&self, figure: f64) -> String {
        words::figure(figure, self.unit())
    }

    /// Whether its figures are said in percent.
    #[must_use]
    pub fn is_of_a_share(&self) -> bool {
        self.unit() == words::Unit::Percent
    }

    fn unit(&self) -> words::Unit {
        let bound = self.terms.bound;
        let most = bound.above().or_else(|| bound.below()).unwrap_or_default();
        words::Unit::of(&self.terms.measure, most)
    }

    /// The same rule with another bound.
    ///
    /// # Errors
    ///
    /// As [`Rule::new`].
    pub fn with_bound(&self, bound: Bound) -> Result<Self, Vec<Flaw>> {
        Self::new(Terms { bound, ..self.terms.clone() }, self.step_s)
    }
}

#[cfg(test)]
mod tests;
