//! Two counts side by side: where they part, and at which hop.
//!
//! Every tool can draw two lines; whoever compares them by eye wants the first window in which one is no
//! longer the share of the other that it was. The ratio of the two is cut into stretches in which it
//! stayed the same ([`hw_stats::course`], at most one of [`FALSE_ALARMS`] of ratios that never turn is
//! said to), laid over each other first if one follows the other some windows later. A turn that is
//! described better as a line than as steps is told as growth. Of a chain of hops between the two every
//! leg is asked the same, and the first that turned then is named.
//!
//! Limits: what comes and goes within two windows is set aside and listed. A ratio that always wanders
//! has turns, and they are all listed. Windows without data are left out, and are never zeros.

mod way;
mod words;

pub use way::{Passage, way};
pub(crate) use words::{beside, moment};

use hw_model::{Hop, Timestamp};
use hw_stats::{Counts, Course, Estimate, Growth, course, growth, lag};

/// Of ratios that never turn, at most this share is said to part.
pub const FALSE_ALARMS: f64 = 0.001;

/// Windows by which one count may follow the other, at most.
const LAG_MAX: usize = 60;

/// Below so many windows with counts, or items, nothing is said.
const WINDOWS_MIN: usize = 8;
const ITEMS_MIN: f64 = 20.0;

/// Windows by which a leg's turn may lie beside that of the whole.
const BESIDE: usize = 2;

/// One count over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is counted, as people say it.
    pub name: String,
    /// What was counted in each window; `None` where it is not known.
    pub rows: Vec<Option<f64>>,
}

/// One leg between the two counts, and what stands at its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct LegSeries {
    /// The hop.
    pub hop: Hop,
    /// What lies between its ends, in words.
    pub what: String,
    /// The count nearer to where the items come from.
    pub before: Vec<Option<f64>>,
    /// The count behind it.
    pub after: Vec<Option<f64>>,
}

/// Two counts, window by window.
#[derive(Clone, Debug, PartialEq)]
pub struct Sides {
    /// Start of the first window.
    pub from: Timestamp,
    /// Seconds of a window.
    pub step_s: i64,
    /// What is compared with.
    pub a: Series,
    /// What is compared.
    pub b: Series,
    /// Whether both count the same items, so that one may follow the other.
    pub may_follow: bool,
    /// The legs between them, in the order in which items pass them; empty if that is not known.
    pub legs: Vec<LegSeries>,
}

/// What comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They part at one window.
    Parted,
    /// The one grew out of the other, with no single step.
    Grew,
    /// They stay as they were.
    Together,
    /// Too little was counted to say.
    TooLittle,
}

/// A stretch in which the ratio stayed the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Its start.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Counts of A and B.
    pub counts: Counts,
    /// B / A with its interval; `None` where A is zero.
    pub ratio: Option<Estimate>,
}

/// Where they part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parting {
    /// Start of the first window that is different.
    pub at: Timestamp,
    /// Start of the earliest and end of the latest window that may be the first (95 %).
    pub within: (Timestamp, Timestamp),
    /// Evidence in nats.
    pub nats: f64,
}

/// Growth from one ratio to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grown {
    /// When it began.
    pub from: Timestamp,
    /// When it ended, or where the windows do.
    pub to: Timestamp,
    /// B / A before.
    pub before: f64,
    /// B / A afterwards.
    pub after: f64,
}

/// What two counts say.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The sentence that says it.
    pub answer: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// Windows by which B follows A; the rows are laid over each other by it.
    pub lag: isize,
    /// The counts of A and B as they were compared.
    pub rows: Vec<(Option<f64>, Option<f64>)>,
    /// Stretches in which the ratio stayed the same, oldest first.
    pub spans: Vec<Span>,
    /// Where they part first.
    pub parting: Option<Parting>,
    /// How the ratio grew, if it did not step.
    pub growth: Option<Grown>,
    /// The leg that parts first, among those that were given.
    pub leg: Option<usize>,
    /// What differs for a window or two only.
    pub brief: Vec<(Timestamp, Timestamp)>,
}

/// Compares two counts.
#[must_use]
pub fn compare(sides: &Sides) -> Comparison {
    let follows = if sides.may_follow { lag(&sides.a.rows, &sides.b.rows, LAG_MAX) } else { 0 };
    let rows = laid_over(sides, follows);
    let counts: Vec<Option<Counts>> = rows.iter().map(|(a, b)| paired(*a, *b)).collect();
    let course = course(&counts, FALSE_ALARMS);
    let times = Times { from: sides.from, step_s: sides.step_s };
    let grown = grown(&counts, &course);
    let leg = grown.map(|grown| (grown.first, grown.end)).or_else(|| turned(&course));
    let leg = leg.and_then(|within| first_leg(sides, within, follows.unsigned_abs()));
    let outcome = match (grown, course.stretches.len()) {
        _ if is_too_little(&counts) => Outcome::TooLittle,
        (Some(_), _) => Outcome::Grew,
        (None, 0 | 1) => Outcome::Together,
        (None, _) => Outcome::Parted,
    };
    let is_told = outcome != Outcome::TooLittle;
    let mut found = Comparison {
        answer: String::new(),
        outcome,
        lag: follows,
        rows,
        spans: spans(&course, times),
        parting: parting(&course, times).filter(|_| is_told && grown.is_none()),
        growth: grown.filter(|_| is_told).map(|grown| times.grown(&grown)),
        leg: leg.filter(|_| is_told),
        brief: course.brief.iter().map(|(a, b)| (times.at(*a), times.at(*b))).collect(),
    };
    found.answer = words::answer(sides, &found);
    found
}

/// When rows are.
#[derive(Clone, Copy, Debug)]
struct Times {
    from: Timestamp,
    step_s: i64,
}

impl Times {
    fn at(self, row: usize) -> Timestamp {
        let seconds = i64::try_from(row).unwrap_or(i64::MAX).saturating_mul(self.step_s);
        Timestamp(self.from.0.saturating_add(Timestamp::from_s(seconds).0))
    }

    fn grown(self, growth: &Growth) -> Grown {
        let Growth { first, end, before, after, .. } = *growth;
        Grown { from: self.at(first), to: self.at(end), before, after }
    }
}

fn paired(a: Option<f64>, b: Option<f64>) -> Option<Counts> {
    Some(Counts::new(a?, b?))
}

/// The rows of both, B moved back by the windows by which it follows.
fn laid_over(sides: &Sides, lag: isize) -> Vec<(Option<f64>, Option<f64>)> {
    let b = |at: isize| {
        usize::try_from(at + lag).ok().and_then(|at| sides.b.rows.get(at)).copied().flatten()
    };
    (0..).zip(&sides.a.rows).map(|(at, a)| (*a, b(at))).collect()
}

fn is_too_little(counts: &[Option<Counts>]) -> bool {
    let counted = counts.iter().flatten().filter(|row| row.n > 0.0 || row.k > 0.0);
    let items: f64 = counted.clone().map(|row| row.n.max(row.k)).sum();
    counted.count() < WINDOWS_MIN || items < ITEMS_MIN
}

fn spans(course: &Course, times: Times) -> Vec<Span> {
    let span = |stretch: &hw_stats::Stretch| Span {
        from: times.at(stretch.first),
        to: times.at(stretch.end),
        counts: stretch.counts,
        ratio: course.estimate(stretch.counts),
    };
    course.stretches.iter().map(span).collect()
}

fn parting(course: &Course, times: Times) -> Option<Parting> {
    let stretch = course.stretches.get(1)?;
    let turn = stretch.turn?;
    let within = (times.at(turn.from), times.at(turn.to + 1));
    Some(Parting { at: times.at(stretch.first), within, nats: turn.nats })
}

/// The rows between which the first turn lies.
fn turned(course: &Course) -> Option<(usize, usize)> {
    course.stretches.get(1)?.turn.map(|turn| (turn.from, turn.to))
}

/// The growth that describes the first turn, and those that go on in its direction, better than steps.
fn grown(rows: &[Option<Counts>], course: &Course) -> Option<Growth> {
    let ratio = |at: usize| course.stretches.get(at).and_then(|stretch| stretch.counts.ratio());
    let is_up = ratio(1)? > ratio(0)?;
    let goes_on = |at: &usize| match (ratio(at - 1), ratio(*at)) {
        (Some(before), Some(since)) => (since > before) == is_up,
        (None, _) | (_, None) => false,
    };
    let last = (1..course.stretches.len()).take_while(goes_on).last()?;
    let cuts: Vec<usize> =
        course.stretches.iter().take(last + 1).skip(1).map(|stretch| stretch.first).collect();
    let end = course.stretches.get(last).map(|stretch| stretch.end)?;
    growth(course.form, rows.get(..end)?, course.phi, &cuts)
}

/// The first leg whose own ratio turned then.
fn first_leg(sides: &Sides, (from, to): (usize, usize), lag: usize) -> Option<usize> {
    let slack = BESIDE + lag;
    let turned_then = |leg: &LegSeries| {
        let ends = leg.before.iter().zip(&leg.after);
        let rows: Vec<Option<Counts>> = ends.map(|(a, b)| paired(*a, *b)).collect();
        let turns = course(&rows, FALSE_ALARMS).stretches;
        let mut turns = turns.iter().filter_map(|stretch| stretch.turn);
        turns.any(|turn| turn.from <= to + slack && from <= turn.to + slack)
    };
    sides.legs.iter().position(turned_then)
}

#[cfg(test)]
mod tests;
