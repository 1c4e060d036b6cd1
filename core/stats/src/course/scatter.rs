//! How much more, or less, than chance a ratio scatters from row to row.
//!
//! From differences of neighbouring blocks, so that a ratio that turns once spoils one of them: each
//! squared difference over what chance would make of it is phi times chi-squared with one degree of
//! freedom. The greatest twentieth is left out, and the mean of the rest put right for that. Blocks of
//! 1, 4 and 16 rows, and the greatest counts: rows may hang together over some time. Once there are
//! enough of the longer ones, single rows do not count: what misses one row and comes in the next
//! scatters rows, and no stretch of them.

use crate::Counts;
use crate::evidence::Form;

/// Rows of a block.
const BLOCKS: [usize; 3] = [1, 4, 16];

/// Differences from which on a scale says something.
const DIFFERENCES_MIN: usize = 12;

/// Differences of longer blocks from which on single rows do not count.
const DIFFERENCES_ENOUGH: usize = 24;

/// Events in a block below which its scatter is no longer that of a bell.
const EVENTS_MIN: f64 = 5.0;

/// Share of the differences that is left out.
const LEFT_OUT: f64 = 0.05;

/// A count that follows another may scatter less than a count by itself, but not by more than this.
const PHI_MIN: f64 = 0.05;

/// The factor of the variance of `k` over that of a binomial share, or of a Poisson count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scatter {
    /// As it was measured.
    pub measured: f64,
    /// On the safe side: two standard deviations of the measurement more.
    pub safe: f64,
}

/// The scatter of some rows.
pub(super) fn scatter(form: Form, rows: &[Counts]) -> Scatter {
    let enough = BLOCKS.get(1).is_some_and(|longer| rows.len() / longer > DIFFERENCES_ENOUGH);
    let blocks = BLOCKS.iter().skip(usize::from(enough));
    let measured = blocks.filter_map(|n_rows| of_blocks(form, rows, *n_rows));
    let greatest = measured.reduce(|a, b| if b.safe > a.safe { b } else { a });
    let total: Counts = rows.iter().copied().sum();
    // Two counts that have nothing to do with each other scatter both.
    let unknown = match form {
        Form::Share => 1.0,
        Form::Count => 1.0 + total.ratio().unwrap_or(1.0),
    };
    // Items decide one by one: that is the least there is.
    let least = match form {
        Form::Share => 1.0,
        Form::Count => PHI_MIN,
    };
    let Scatter { measured, safe } =
        greatest.unwrap_or(Scatter { measured: unknown, safe: unknown });
    Scatter { measured: measured.max(least), safe: safe.max(least) }
}

/// The factor by blocks of so many rows; `None` if there are too few.
fn of_blocks(form: Form, rows: &[Counts], n_rows: usize) -> Option<Scatter> {
    let blocks: Vec<Counts> = rows
        .chunks_exact(n_rows)
        .map(|rows| rows.iter().copied().sum::<Counts>())
        .filter(|block| block.n > 0.0)
        .collect();
    let mut squares: Vec<f64> = blocks
        .iter()
        .zip(blocks.iter().skip(1))
        .filter_map(|(a, b)| squared_difference(form, *a, *b))
        .collect();
    let events: f64 = blocks.iter().map(|block| block.k).sum::<f64>() / blocks.len().max(1) as f64;
    if squares.len() < DIFFERENCES_MIN || (form == Form::Count && events < EVENTS_MIN) {
        return None;
    }
    let n = squares.len();
    squares.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of n")]
    let n_left_out = (n as f64 * LEFT_OUT).ceil() as usize;
    let kept = squares.get(..n - n_left_out)?;
    let mean = kept.iter().sum::<f64>() / kept.len() as f64;
    // Mean of chi-squared below its 95 % quantile is .759, and .663 below its 91.7 %.
    let expected = 0.759 - 2.87 * (n_left_out as f64 / n as f64 - LEFT_OUT);
    let measured = mean / expected;
    Some(Scatter { measured, safe: measured * (1.0 + 2.0 * (2.0 / n as f64).sqrt()) })
}

/// The square of a difference, over its variance by chance.
fn squared_difference(form: Form, a: Counts, b: Counts) -> Option<f64> {
    let both = a + b;
    let figure = (both.k + 0.5) / (both.n + 1.0);
    let variance = form.variance(1.0, figure) * (1.0 / a.n + 1.0 / b.n);
    let difference = a.ratio()? - b.ratio()?;
    (variance > 0.0).then(|| difference * difference / variance)
}
