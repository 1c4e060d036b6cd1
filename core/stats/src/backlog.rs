//! Items that came in and did not go out: how many, whether they become more, and when they are gone.
//!
//! What usually goes out of what comes in is known from before. Since then, each row lacks what should
//! have gone out by that ratio and did not, or has more of it. The sum of what is lacking has two
//! sources of doubt, chance and the ratio ([`excess`]). It is told if it was ever four standard deviations
//! from nothing. Whether items wait or are lost the sum cannot say; more going out than usual afterwards
//! can, and only that is called draining.
//!
//! Rows must be by the time at which items come and go, not by that at which they came in: what is
//! counted back to its entry never goes out late.

use crate::Counts;
use crate::course::count_scatter;
use crate::evidence::Form;
use crate::interval::{Estimate, excess};

/// Standard deviations from nothing, of intervals of 1.96, that the most that lacked must have.
const CLEAR: f64 = 4.0 / 1.96;

/// The same for its change, before it is said to grow or to drain.
const MOVES: f64 = 3.0 / 1.96;

/// Items below which nobody needs to hear of it.
const ITEMS_MIN: f64 = 10.0;

/// Rows before, and since, that are needed.
const USUAL_MIN: usize = 12;
const SINCE_MIN: usize = 3;

/// What becomes of a backlog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It grows.
    Growing,
    /// It neither grows nor shrinks: what lacks does not come out.
    Standing,
    /// More goes out than comes in.
    Draining,
    /// What had lacked has come out.
    Drained,
}

/// A backlog at the end of the rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backlog {
    /// What becomes of it.
    pub course: Course,
    /// Items that lack now.
    pub items: Estimate,
    /// The most that lacked.
    pub most: f64,
    /// Items by which it grows in a row; negative if it shrinks.
    pub per_row: Estimate,
    /// Rows until it is drained as it shrinks now, soonest and latest; only while it drains.
    pub drained_in: Option<Estimate>,
}

/// The backlog at the end of `since`, by what went out of what came in before it (`usual`). How it changes
/// is read off the last `recent` rows. `None` if nothing lacks, or lacked.
#[must_use]
pub fn backlog(
    usual: &[Option<Counts>],
    since: &[Option<Counts>],
    recent: usize,
) -> Option<Backlog> {
    let usual: Vec<Counts> = usual.iter().flatten().copied().collect();
    let since: Vec<Counts> = since.iter().flatten().copied().collect();
    let learned: Counts = usual.iter().copied().sum();
    if usual.len() < USUAL_MIN || since.len() < SINCE_MIN || learned.k <= 0.0 || learned.n <= 0.0 {
        return None;
    }
    let phi = count_scatter(&usual);
    let lacking = |observed: Counts| {
        let Estimate { value, low, high } = excess(Form::Count, observed, learned, phi);
        Estimate { value: -value, low: -high, high: -low }
    };
    let mut sum = Counts::default();
    let sums = (1..).zip(&since).map(|(n_rows, row)| {
        sum += *row;
        (n_rows, lacking(sum))
    });
    let (at_most, most) = sums.reduce(|a, b| if b.1.value > a.1.value { b } else { a })?;
    if most.value < ITEMS_MIN || most.value < CLEAR * (most.value - most.low) {
        return None;
    }
    let items = lacking(since.iter().copied().sum());
    let change = |n_rows: usize| {
        let last = since.get(since.len().saturating_sub(n_rows.max(1))..).unwrap_or_default();
        let (n, change) = (last.len().max(1) as f64, lacking(last.iter().copied().sum()));
        Estimate { value: change.value / n, low: change.low / n, high: change.high / n }
    };
    // What drains since a short while is not to be read off a time in which it still grew. After the
    // most there is less by nature, so that must be clearer.
    let since_most = change(since.len() - at_most);
    let is_clear = since_most.value < -CLEAR * (since_most.value - since_most.low);
    let is_short = (SINCE_MIN..recent).contains(&(since.len() - at_most));
    let per_row = if is_short && is_clear { since_most } else { change(recent) };
    let moves = MOVES * (per_row.value - per_row.low);
    let course = if items.low <= 0.0 {
        Course::Drained
    } else if per_row.value > moves {
        Course::Growing
    } else if per_row.value < -moves {
        Course::Draining
    } else {
        Course::Standing
    };
    let drained_in = (course == Course::Draining).then(|| Estimate {
        value: items.value / -per_row.value,
        low: items.low / -per_row.low,
        high: items.high / -per_row.high,
    });
    let items = Estimate { low: items.low.max(0.0), value: items.value.max(0.0), ..items };
    Some(Backlog { course, items, most: most.value, per_row, drained_in })
}
