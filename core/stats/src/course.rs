//! What the ratio of two counts did over time: the stretches in which it stayed the same, and the
//! rows at which it turned.
//!
//! Rows are counts k in an exposure n. A cut between two stretches is worth the ratio of marginal
//! likelihoods "two figures, both unknown" against "one figure, unknown" ([`ln_marginal`], tempered by
//! the scatter), and it costs ln(rows / false alarms). With a known scatter the ratio has expectation
//! 1 where nothing turned, over the prior of the figure, so by the union bound over all ways to cut m
//! rows k times, C(m, k) (rate / m)^k, a course is cut at all in fewer than e^rate - 1 of the cases in
//! which nothing turned. The best cuts are found exactly (optimal partitioning: Jackson et al., IEEE
//! Signal Processing Letters 12, 2005). Measured in `tests/course.rs`.
//!
//! Assumed: rows scatter around one figure independently of each other. A ratio that wanders does
//! turn, and is said to. Rows that are not known are left out, which is not the same as zero.

mod scatter;

use crate::Counts;
use crate::evidence::{Form, ln_marginal};
use crate::interval::{Estimate, Z, jeffreys_edge, wilson};
use crate::onset::OnsetPosterior;
use scatter::scatter;

/// Stretches that differ by less than this on the link scale are one: half a percent of a count, and
/// of a share near 0 or 1 half a percent of the rarer side.
const BAND: f64 = 0.005;

/// Rows from which on a stretch is one; less between two stretches that agree is a burst or a gap.
const LASTING_ROWS: usize = 3;

/// A stretch in which the ratio stayed the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Its first row.
    pub first: usize,
    /// The row after its last.
    pub end: usize,
    /// What was counted in it; what was brief is left out.
    pub counts: Counts,
    /// Where it begins: the first and last row that may be the first of it (95 %), and the evidence in
    /// nats. `None` of the first.
    pub turn: Option<Turn>,
}

/// How sure it is where a stretch begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// The earliest row that may be its first, at 95 %.
    pub from: usize,
    /// The latest.
    pub to: usize,
    /// Evidence that the figure is another than before, in nats.
    pub nats: f64,
}

/// What a ratio did.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Whether k is a part of n.
    pub form: Form,
    /// How much more than chance the rows may scatter, on the safe side; below 1 if less.
    pub phi: f64,
    /// The same as it was measured.
    scatter: f64,
    /// The stretches, oldest first; none where nothing was counted.
    pub stretches: Vec<Stretch>,
    /// Rows that differ for so short that the ratio cannot be said to have turned: first and end.
    pub brief: Vec<(usize, usize)>,
}

impl Course {
    /// The ratio in a stretch, with its 95 % interval; `None` where the exposure was zero.
    #[must_use]
    pub fn estimate(&self, counts: Counts) -> Option<Estimate> {
        let value = counts.ratio()?;
        let (low, high) = match self.form {
            Form::Share => wilson(Counts::new(counts.n / self.scatter, counts.k / self.scatter)),
            Form::Count => {
                let edge = |z| jeffreys_edge(self.form, counts, self.scatter, z).max(0.0);
                (edge(-Z), edge(Z))
            }
        };
        Some(Estimate { value, low: low.min(value), high: high.max(value) })
    }
}

/// The course of a ratio over rows, of which some are not known. Of courses that never turn, fewer than
/// the share `false_alarms` are said to.
#[must_use]
pub fn course(rows: &[Option<Counts>], false_alarms: f64) -> Course {
    let known: Vec<(usize, Counts)> = (0..)
        .zip(rows)
        .filter_map(|(at, row)| Some((at, (*row)?)))
        .filter(|(_, row)| row.n > 0.0 || row.k > 0.0)
        .collect();
    let counts: Vec<Counts> = known.iter().map(|(_, row)| *row).collect();
    let cutter = Cutter::new(&counts, false_alarms);
    let mut pieces = cutter.pieces();
    cutter.unite(&mut pieces);
    let brief = cutter.set_brief_aside(&mut pieces);
    cutter.unite(&mut pieces);
    let place = |at: usize| known.get(at).map_or(rows.len(), |(row, _)| *row);
    let last = |end: usize| known.get(end.wrapping_sub(1)).map_or(0, |(row, _)| row + 1);
    let mut stretches: Vec<Stretch> = Vec::with_capacity(pieces.len());
    let mut before: Option<&Piece> = None;
    for piece in &pieces {
        let turn = before.map(|before| {
            let (nats, (from, to)) = cutter.turn(before, piece);
            Turn { from: place(from), to: place(to), nats }
        });
        let (first, end) = (place(piece.first), last(piece.end));
        stretches.push(Stretch { first, end, counts: piece.counts, turn });
        before = Some(piece);
    }
    let brief = brief.into_iter().map(|piece| (place(piece.first), last(piece.end))).collect();
    Course { form: cutter.form, phi: cutter.phi, scatter: cutter.scatter, stretches, brief }
}

/// How much more than a Poisson count rows of counts per exposure scatter, on the safe side.
pub(crate) fn count_scatter(rows: &[Counts]) -> f64 {
    scatter(Form::Count, rows).safe
}

/// Some of the known rows, by their place among these.
#[derive(Clone, Copy, Debug)]
struct Piece {
    first: usize,
    end: usize,
    counts: Counts,
}

/// Cuts known rows into pieces.
struct Cutter {
    form: Form,
    phi: f64,
    scatter: f64,
    /// A typical figure.
    scale: f64,
    /// Nats that a cut costs.
    price: f64,
    /// Sums of the rows before each place.
    sums: Vec<Counts>,
}

impl Cutter {
    fn new(rows: &[Counts], false_alarms: f64) -> Self {
        // What is never more than there was can be a part of it.
        let is_part = rows.iter().all(|row| row.k <= row.n);
        let form = if is_part { Form::Share } else { Form::Count };
        let mut sums = vec![Counts::default()];
        let mut sum = Counts::default();
        sums.extend(rows.iter().map(|row| {
            sum += *row;
            sum
        }));
        let price = (rows.len().max(1) as f64 / false_alarms).ln();
        let scale = sum.ratio().unwrap_or(1.0);
        let scatter = scatter(form, rows);
        Self { form, phi: scatter.safe, scatter: scatter.measured, scale, price, sums }
    }

    fn n_rows(&self) -> usize {
        self.sums.len() - 1
    }

    fn counts(&self, first: usize, end: usize) -> Counts {
        let at = |place: usize| self.sums.get(place).copied().unwrap_or_default();
        at(end) - at(first)
    }

    fn worth(&self, counts: Counts) -> f64 {
        ln_marginal(self.form, counts, self.scale, self.phi)
    }

    /// What a cut between two is worth.
    fn gain(&self, left: Counts, right: Counts) -> f64 {
        self.worth(left) + self.worth(right) - self.worth(left + right)
    }

    /// The pieces that are worth most, cuts paid.
    fn pieces(&self) -> Vec<Piece> {
        let n = self.n_rows();
        // The best that can be made of the rows before each place, and where its last piece begins.
        // The first piece needs no cut.
        let mut best: Vec<(f64, usize)> = vec![(self.price, 0)];
        for end in 1..=n {
            let cut = |(first, (worth, _)): (usize, &(f64, usize))| {
                (worth + self.worth(self.counts(first, end)) - self.price, first)
            };
            let found = (0..).zip(&best).map(|(first, so_far)| cut((first, so_far)));
            let most = found.fold((f64::NEG_INFINITY, 0), |a, b| if b.0 > a.0 { b } else { a });
            best.push(most);
        }
        let mut pieces = Vec::new();
        let mut end = n;
        while end > 0 {
            let first = best.get(end).map_or(0, |(_, first)| *first);
            pieces.push(Piece { first, end, counts: self.counts(first, end) });
            end = first;
        }
        pieces.reverse();
        pieces
    }

    /// Makes one of neighbours that differ by less than anybody needs to hear of.
    fn unite(&self, pieces: &mut Vec<Piece>) {
        let link = |piece: &Piece| piece.counts.ratio().map(|ratio| self.form.link(ratio));
        let mut at = 1;
        while let (Some(left), Some(right)) = (pieces.get(at - 1), pieces.get(at)) {
            let is_near = match (link(left), link(right)) {
                (Some(a), Some(b)) => (a - b).abs() < BAND,
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            if is_near {
                let one = Piece { end: right.end, counts: left.counts + right.counts, ..*left };
                pieces.splice(at - 1..=at, [one]);
                at = at.saturating_sub(1).max(1);
            } else {
                at += 1;
            }
        }
    }

    /// Takes out pieces of a row or two between pieces that agree, and at the beginning.
    fn set_brief_aside(&self, pieces: &mut Vec<Piece>) -> Vec<Piece> {
        let is_brief = |piece: &Piece| piece.end - piece.first < LASTING_ROWS;
        let mut aside = Vec::new();
        while pieces.len() > 1 && pieces.first().is_some_and(is_brief) {
            aside.push(pieces.remove(0));
        }
        let mut at = 1;
        while let (Some(left), Some(piece), Some(right)) =
            (pieces.get(at - 1), pieces.get(at), pieces.get(at + 1))
        {
            if is_brief(piece) && self.gain(left.counts, right.counts) < self.price {
                let one = Piece { end: right.end, counts: left.counts + right.counts, ..*left };
                aside.push(*piece);
                pieces.splice(at - 1..=at + 1, [one]);
            } else {
                at += 1;
            }
        }
        aside.sort_by_key(|piece| piece.first);
        aside
    }

    /// Evidence that two neighbours differ, and the places between which the second begins (95 %).
    fn turn(&self, left: &Piece, right: &Piece) -> (f64, (usize, usize)) {
        let nats = self.gain(left.counts, right.counts);
        let (first, end) = (left.first, right.end);
        let worth =
            |cut: usize| self.worth(self.counts(first, cut)) + self.worth(self.counts(cut, end));
        let posterior = OnsetPosterior::of_ln((first + 1..end).map(worth).collect());
        let (from, to) = posterior.central(0.95);
        (nats, ((first + 1 + from).min(right.first), (first + 1 + to).max(right.first)))
    }
}
