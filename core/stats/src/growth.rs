//! Did a ratio turn at once, or did it grow?
//!
//! Two courses of the same rows are weighed: one that steps (the stretches that were found, or the best
//! single step), and one that is even, then goes in a straight line to another figure, and is even
//! again. The likelihoods are tempered by the scatter and each free number costs half of ln(rows)
//! (Schwarz, Annals of Statistics 6, 1978): two for each step, four in all for growth. Growth over
//! fewer than [`ROWS_MIN`] rows is a step that was caught in the middle.
//!
//! The ends of the growth are found by least squares on blocks of rows, so they are right to some
//! 1/70 of the rows; how sharp its corners were is not asked.

use crate::Counts;
use crate::evidence::{Form, ln_point};

/// Rows from which on growth is no step.
const ROWS_MIN: usize = 6;

/// Blocks into which the rows are summed up to look for the ends of the growth.
const BLOCKS_MAX: usize = 72;

/// Nats by which growth must be the better description.
const AHEAD: f64 = 2.0;

/// A ratio that grew, or shrank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// The first row in which it had begun to.
    pub first: usize,
    /// The first row in which it had ended.
    pub end: usize,
    /// What it was before.
    pub before: f64,
    /// What it was afterwards.
    pub after: f64,
}

impl Growth {
    /// The figure in the middle of a row.
    #[must_use]
    pub fn figure(&self, row: usize) -> f64 {
        let gone = (row as f64 + 0.5 - self.first as f64) / (self.end - self.first) as f64;
        self.before + (self.after - self.before) * gone.clamp(0.0, 1.0)
    }
}

/// The growth that describes these rows better than steps do: `cuts` are the rows at which they
/// step if they do. `None` if steps are as good.
#[must_use]
pub fn growth(form: Form, rows: &[Option<Counts>], phi: f64, cuts: &[usize]) -> Option<Growth> {
    let n_known = rows.iter().flatten().filter(|row| row.n > 0.0).count();
    if n_known < 4 * ROWS_MIN {
        return None;
    }
    let free = 0.5 * (n_known as f64).ln();
    let found = straight(rows)?;
    let line = rows.iter().enumerate().filter_map(|(at, row)| Some((found.figure(at), (*row)?)));
    let growing: f64 = line.map(|(q, row)| ln_point(form, row, q, phi)).sum();
    let stairs = steps(form, rows, phi, cuts) - (2.0 * cuts.len() as f64 + 1.0) * free;
    let stepping = (1..rows.len()).map(|cut| steps(form, rows, phi, &[cut]) - 3.0 * free);
    let stepping = stepping.fold(stairs, f64::max);
    let nats = growing - 4.0 * free - stepping;
    (nats > AHEAD).then_some(found)
}

/// The ln likelihood of rows that step at some rows and are even in between.
fn steps(form: Form, rows: &[Option<Counts>], phi: f64, cuts: &[usize]) -> f64 {
    let mut edges = vec![0];
    edges.extend_from_slice(cuts);
    edges.push(rows.len());
    let piece = |(from, to): (&usize, &usize)| {
        let counts: Counts = rows.get(*from..*to).into_iter().flatten().flatten().copied().sum();
        counts.ratio().map_or(0.0, |ratio| ln_point(form, counts, ratio, phi))
    };
    edges.iter().zip(edges.iter().skip(1)).map(piece).sum()
}

/// The line that fits best, by squares weighted with the exposure.
fn straight(rows: &[Option<Counts>]) -> Option<Growth> {
    let n_rows = rows.len().div_ceil(BLOCKS_MAX);
    let blocks: Vec<Counts> =
        rows.chunks(n_rows).map(|rows| rows.iter().flatten().copied().sum()).collect();
    let mut best: Option<(f64, Growth)> = None;
    for first in 0..blocks.len() {
        for end in first + ROWS_MIN.div_ceil(n_rows)..=blocks.len() {
            let Some((fit, (before, after))) = fitted(&blocks, first, end) else { continue };
            if best.is_none_or(|(most, _)| fit > most) {
                let (first, end) = (first * n_rows, (end * n_rows).min(rows.len()));
                best = Some((fit, Growth { first, end, before, after }));
            }
        }
    }
    best.map(|(_, found)| found)
}

/// How much of the squares a line between two edges of blocks explains, and the figures at its ends.
fn fitted(blocks: &[Counts], first: usize, end: usize) -> Option<(f64, (f64, f64))> {
    let length = (end - first) as f64;
    let (mut n, mut ns, mut nss, mut k, mut ks) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (at, block) in blocks.iter().enumerate() {
        let gone = ((at as f64 + 0.5 - first as f64) / length).clamp(0.0, 1.0);
        n += block.n;
        ns += block.n * gone;
        nss += block.n * gone * gone;
        k += block.k;
        ks += block.k * gone;
    }
    let determinant = n * nss - ns * ns;
    if determinant <= 1e-9 * n * nss {
        return None;
    }
    let slope = (n * ks - ns * k) / determinant;
    let before = (k - slope * ns) / n;
    let figure = |q: f64| q.max(0.0);
    Some((before * k + slope * ks, (figure(before), figure(before + slope))))
}
