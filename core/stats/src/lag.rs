//! By how many rows one count follows another.
//!
//! What one system counts another counts later: the small ups and downs of the first are found again
//! in the second. Both series less their mean over some rows around are laid over each other at each
//! shift, and the shift at which they agree best counts if the agreement is far beyond chance there
//! (by chance a correlation of m rows has a standard deviation of 1 / sqrt(m)) and clearly better than
//! without a shift. Two counts that have nothing to do with each other give 0.

/// Rows on each side of the mean that is taken off.
const AROUND: usize = 7;

/// Standard deviations that the best agreement must have, and be ahead of no shift at all.
const CLEAR: f64 = 5.0;
const AHEAD: f64 = 3.0;

/// Rows both must have at a shift.
const ROWS_MIN: usize = 30;

/// Rows by which `b` follows `a`, at most `lag_max` either way; negative if it comes before.
#[must_use]
pub fn lag(a: &[Option<f64>], b: &[Option<f64>], lag_max: usize) -> isize {
    let (a, b) = (rough(a), rough(b));
    let longest = lag_max.min(a.len() / 4).cast_signed();
    let agreement = |lag: isize| correlation(&a, &b, lag);
    let shifts = (-longest..=longest).filter_map(|lag| Some((lag, agreement(lag)?)));
    // Of equal ones the shortest.
    let best = shifts
        .max_by(|(x, (p, _)), (y, (q, _))| p.total_cmp(q).then_with(|| y.abs().cmp(&x.abs())));
    let Some((lag, (correlation, n))) = best else { return 0 };
    let unshifted = agreement(0).map_or(0.0, |(correlation, _)| correlation);
    let deviation = 1.0 / (n as f64).sqrt();
    let is_clear = correlation > CLEAR * deviation;
    let is_ahead = correlation - unshifted > AHEAD * std::f64::consts::SQRT_2 * deviation;
    if is_clear && is_ahead { lag } else { 0 }
}

/// Each row less the mean of those around it.
fn rough(rows: &[Option<f64>]) -> Vec<Option<f64>> {
    let around = |at: usize| {
        let near = rows.iter().take(at + AROUND + 1).skip(at.saturating_sub(AROUND));
        let (sum, n) = near.flatten().fold((0.0, 0.0), |(sum, n), row| (sum + row, n + 1.0));
        sum / n
    };
    (0..).zip(rows).map(|(at, row)| row.map(|row| row - around(at))).collect()
}

/// How well the rows agree if `b` is moved back by `lag` rows, and how many there are.
fn correlation(a: &[Option<f64>], b: &[Option<f64>], lag: isize) -> Option<(f64, usize)> {
    let (mut n, mut products, mut squares) = (0, 0.0, (0.0, 0.0));
    for (at, a) in (0isize..).zip(a) {
        let there = usize::try_from(at + lag).ok().and_then(|at| b.get(at)).copied().flatten();
        let (Some(a), Some(b)) = (a, there) else { continue };
        n += 1;
        products += a * b;
        squares = (squares.0 + a * a, squares.1 + b * b);
    }
    let size = (squares.0 * squares.1).sqrt();
    (n >= ROWS_MIN && size > 0.0).then(|| (products / size, n))
}
