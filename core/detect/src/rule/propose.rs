//! The rule that an incident lacked.
//!
//! The bound lies halfway between what is usual and what the figure was in the incident, so that an
//! incident of half the size would fire too; further out if chance reaches halfway. Of all lengths of
//! windows, each with the least number of items at which the bound is out of reach for chance
//! ([`Quiet`]) and for the incident's own scatter on the other side, the one is taken that fires soonest in
//! the incident and can judge most of the time. What comes out is run over all that was recorded before it
//! is proposed: it fires in the incident and nowhere else, or there is no proposal and it is said why.

mod because;

use super::{Backtest, Bound, Case, Measure, Past, Quiet, Rule, Terms, backtest};
use because::because;
use hw_model::{Target, count_words};
use hw_stats::Counts;
use std::fmt;

/// Windows that are tried, in seconds. The shortest holds four scrapes of the usual half minute.
const WINDOWS_S: [i64; 6] = [120, 300, 600, 900, 1_800, 3_600];

/// Where the bound may lie between what is usual and what was.
const WAYS: [f64; 4] = [0.5, 0.6, 0.7, 0.8];

/// Least numbers of items that are tried.
const ITEMS: [u64; 14] =
    [20, 30, 50, 80, 100, 150, 200, 300, 500, 800, 1_000, 2_000, 5_000, 10_000];

/// False alarms of chance in thirty days, at most, even if no window ever held more than the fewest items
/// that are judged.
const FALSE_ALARMS_A_MONTH: f64 = 0.1;

/// Standard deviations by which the figure of the incident is beyond the bound: it is seen at once in
/// 999 of 1,000 windows.
const SEEN_Z: f64 = 3.1;

/// Share of the windows in which a rule should be able to judge.
const JUDGED_MIN: f64 = 0.9;

/// Seconds for which the figure has to be beyond the bound: a single late scrape is none.
const FOR_S: i64 = 60;

/// What a rule is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What it will be called.
    pub name: &'a str,
    /// Where the figure shifted.
    pub target: &'a Target,
    /// Which figure.
    pub measure: &'a Measure,
    /// What was counted there, in the incident and before.
    pub past: &'a Past,
    /// Incidents in which the figure shifted: the first is the one that lacked a rule.
    pub cases: &'a [Case],
    /// Seconds after their end at which windows are final.
    pub final_after_s: i64,
}

/// A rule, and why it is as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The rule.
    pub rule: Rule,
    /// Reasons, one sentence each.
    pub because: Vec<String>,
    /// False alarms of chance in thirty days.
    pub false_alarms_a_month: f64,
    /// What it would have done.
    pub backtest: Backtest,
}

/// Why no rule is proposed.
#[derive(Clone, Debug, PartialEq)]
pub enum NoRule {
    /// There is no incident to propose it for.
    NoCase,
    /// Nothing was counted there in the incident.
    NothingInIncident,
    /// Too little was counted there outside of incidents to know what is usual.
    NothingBefore,
    /// The figure was as usual.
    NoDifference {
        /// What is usual, and what it was.
        figures: (f64, f64),
    },
    /// No bound over an hour or less tells the incident from chance.
    Inseparable {
        /// What is usual, and what it was.
        figures: (f64, f64),
        /// How much more than chance the figure scatters.
        scatter: f64,
    },
    /// An hour would tell the incident from chance, but held too few items of it.
    TooThin {
        /// What is usual, and what it was.
        figures: (f64, f64),
        /// Items that an hour has to hold.
        needed: u64,
        /// Items that an hour of the incident held.
        held: f64,
    },
}

/// A rule that would do.
struct Candidate<'a> {
    rule: Rule,
    quiet: Quiet<'a>,
    /// What the figure was in the incident, as far as that is known.
    was: f64,
    /// Share of the windows in which it can judge.
    judged: f64,
    backtest: Backtest,
}

impl Candidate<'_> {
    fn items_min(&self) -> u64 {
        self.rule.terms().items_min
    }
}

/// Proposes the rule that an incident lacked.
///
/// # Errors
///
/// Why there is none.
pub fn propose(question: &Question<'_>) -> Result<Proposal, NoRule> {
    let Question { past, measure, cases, .. } = *question;
    let case = cases.first().ok_or(NoRule::NoCase)?;
    let during = past.sum(case.from, case.to);
    let after = during.ratio().ok_or(NoRule::NothingInIncident)?;
    let quiet_past = past.without(cases);
    let usual: Counts = quiet_past.rows.iter().flatten().copied().sum();
    let usual = usual.ratio().ok_or(NoRule::NothingBefore)?;
    let figures = (usual, after);
    let gap = (after - usual).abs();
    if gap <= 1e-9 {
        return Err(NoRule::NoDifference { figures });
    }
    let quiets: Vec<(i64, Quiet<'_>)> = windows_s(past.step_s)
        .filter_map(|(window_s, steps)| {
            Some((window_s, Quiet::of(&quiet_past, measure, steps, after)?))
        })
        .collect();
    let (window_s, longest) = quiets.last().ok_or(NoRule::NothingBefore)?;
    let on_the_way = |way: f64| {
        let edge = rounded(usual + way * (after - usual), gap / 8.0);
        if after > usual { Bound::Above(edge) } else { Bound::Below(edge) }
    };
    for bound in WAYS.map(on_the_way) {
        let tried = quiets.iter();
        let able = tried
            .filter_map(|(window_s, quiet)| candidate(question, (bound, *window_s), quiet, during));
        if let Some(best) = best_of(able.collect()) {
            return Ok(proposal(question, best, figures));
        }
    }
    let held = most(question, *window_s);
    let needed = WAYS.iter().filter_map(|way| needed(longest, on_the_way(*way), during)).min();
    match needed.filter(|needed| *needed as f64 > held) {
        Some(needed) => Err(NoRule::TooThin { figures, needed, held }),
        None => Err(NoRule::Inseparable { figures, scatter: longest.scatter() }),
    }
}

/// Lengths of windows that consist of stored ones, and of how many.
fn windows_s(step_s: i64) -> impl Iterator<Item = (i64, usize)> {
    let step_s = step_s.max(1);
    let mut fitting: Vec<i64> =
        WINDOWS_S.iter().map(|window_s| -(-window_s).div_euclid(step_s)).collect();
    fitting.dedup();
    fitting
        .into_iter()
        .filter_map(move |steps| Some((steps * step_s, usize::try_from(steps).ok()?)))
}

/// The rule with this bound and window, if it tells the incident from chance.
fn candidate<'a>(
    question: &Question<'_>,
    (bound, window_s): (Bound, i64),
    quiet: &Quiet<'a>,
    during: Counts,
) -> Option<Candidate<'a>> {
    let items_min = match question.measure {
        Measure::Transfer | Measure::Answer(_) | Measure::Errors => needed(quiet, bound, during)?,
        Measure::Volume => is_told(quiet, bound, during, window_s as f64).then_some(0)?,
    };
    let terms = Terms {
        name: question.name.to_owned(),
        target: question.target.clone(),
        measure: question.measure.clone(),
        window_s,
        bound,
        items_min,
        for_s: FOR_S,
        keep_s: window_s,
    };
    let rule = Rule::new(terms, question.past.step_s).ok()?;
    let found = backtest(&rule, question.past, question.cases, question.final_after_s);
    let fires = found.cases.first().is_some_and(|case| case.in_time);
    (fires && found.false_alarms().next().is_none()).then(|| Candidate {
        was: scattering(during),
        judged: quiet.judged(items_min),
        quiet: quiet.clone(),
        backtest: found,
        rule,
    })
}

/// The fewest items with which a window tells the incident from chance.
fn needed(quiet: &Quiet<'_>, bound: Bound, during: Counts) -> Option<u64> {
    ITEMS.into_iter().find(|items| is_told(quiet, bound, during, *items as f64))
}

/// The most items that a window of such a length held in the incident.
fn most(question: &Question<'_>, window_s: i64) -> f64 {
    let Some(case) = question.cases.first() else { return 0.0 };
    let within = case.to.seconds_since(case.from).min(window_s as f64);
    let starts = (0..question.past.rows.len()).map(|row| question.past.begins_at(row));
    let inside = starts.filter(|from| *from >= case.from && from.plus_s(within) <= case.to);
    let held = inside.map(|from| question.past.sum(from, from.plus_s(within)));
    held.map(|counts| question.measure.items(counts)).fold(0.0, f64::max)
}

/// Whether the bound lies out of reach of chance on both sides, in windows with so much exposure.
fn is_told(quiet: &Quiet<'_>, bound: Bound, during: Counts, exposure: f64) -> bool {
    let edge = bound.above().or_else(|| bound.below()).unwrap_or_default();
    let was = scattering(during);
    quiet.false_alarms_a_month_at(bound, exposure) <= FALSE_ALARMS_A_MONTH
        && bound.is_crossed(was)
        && quiet.distance(was, edge, exposure) >= SEEN_Z
}

/// The figure with half an event more than was seen: one of exactly 0 or 1 scatters too.
fn scattering(during: Counts) -> f64 {
    (during.k + 0.5) / (during.n + 1.0)
}

/// The candidate that fires soonest among those that can judge; else the one that can judge most.
fn best_of(mut candidates: Vec<Candidate<'_>>) -> Option<Candidate<'_>> {
    if candidates.iter().any(|candidate| candidate.judged >= JUDGED_MIN) {
        candidates.retain(|candidate| candidate.judged >= JUDGED_MIN);
        let delay_s = |candidate: &Candidate<'_>| {
            let first = candidate.backtest.cases.first();
            first.and_then(|case| case.delay_s).unwrap_or(f64::INFINITY)
        };
        return candidates.into_iter().min_by(|a, b| delay_s(a).total_cmp(&delay_s(b)));
    }
    candidates.into_iter().reduce(|a, b| if b.judged > a.judged { b } else { a })
}

/// A number to the next multiple of 1, 2 or 5 times a power of ten that is not above `within`.
pub(super) fn rounded(number: f64, within: f64) -> f64 {
    let power = within.log10().floor();
    let tens = 10f64.powf(power);
    let step = [5.0, 2.0, 1.0].into_iter().find(|step| step * tens <= within).unwrap_or(1.0);
    if power >= 0.0 {
        let step = step * tens;
        return (number / step).round() * step;
    }
    // Dividing by a whole number gives the decimal number that is meant.
    let parts = (10f64.powf(-power) / step).round();
    (number * parts).round() / parts
}

fn proposal(question: &Question<'_>, best: Candidate<'_>, figures: (f64, f64)) -> Proposal {
    let bound = best.rule.terms().bound;
    let false_alarms_a_month = best.quiet.false_alarms_a_month(bound, best.items_min());
    let because = because(question, &best, figures, false_alarms_a_month);
    let Candidate { rule, backtest, .. } = best;
    Proposal { rule, because, false_alarms_a_month, backtest }
}

impl fmt::Display for NoRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCase => f.write_str("there is no incident to propose a rule for"),
            Self::NothingInIncident => f.write_str(
                "nothing is stored of this figure in the incident: its counts have expired, or none came",
            ),
            Self::NothingBefore => f.write_str(
                "too little is stored of this figure outside of incidents to know what is usual: a few \
                 minutes of ordinary traffic are needed",
            ),
            Self::NoDifference { figures } => {
                write!(f, "the figure was {} in the incident, as it usually is", figures.1)
            }
            Self::Inseparable { figures: (usual, was), scatter } => write!(
                f,
                "no bound over an hour or less tells {was:.4} in the incident from the usual {usual:.4}: \
                 windows scatter {scatter:.1} times as much as chance. The detector, which looks at longer \
                 times, stays the one to tell"
            ),
            Self::TooThin { figures: (usual, was), needed, held } => write!(
                f,
                "to tell {was:.4} in the incident from the usual {usual:.4}, an hour has to hold {} items, \
                 and held {}. The detector, which looks at longer times, stays the one to tell",
                count_words(*needed as f64),
                count_words(*held)
            ),
        }
    }
}

impl std::error::Error for NoRule {}

#[cfg(test)]
mod tests;
