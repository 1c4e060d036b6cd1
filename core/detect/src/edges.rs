//! The band of figures nobody needs to hear of, and the alternatives beyond it.

use crate::tuning::{N_LANES, STEPS, Tuning};
use hw_model::Direction;
use hw_stats::{Counts, Form, jeffreys_edge};
use serde::{Deserialize, Serialize};

/// Band edges and alternatives around one baseline, ready to weigh counts against.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Edges {
    form: Form,
    /// Null edge per direction: up, down.
    null: [f64; 2],
    /// Per lane: nats per counted event, and nats per unit of exposure.
    weights: [(f64, f64); N_LANES],
}

impl Edges {
    /// Edges around `figure`, learned from `learned` counts with dispersion `phi`. The band is at
    /// least `band_min` wide and at most three on the link scale.
    pub(crate) fn new(form: Form, figure: f64, learned: Counts, phi: f64, tuning: &Tuning) -> Self {
        Self::around(form, band(form, (figure, learned), phi, tuning))
    }

    /// Edges around all of several figures.
    pub(crate) fn spanning(
        form: Form,
        figures: impl Iterator<Item = (f64, Counts)>,
        phi: f64,
        tuning: &Tuning,
    ) -> Self {
        let bands = figures.map(|figure| band(form, figure, phi, tuning));
        let widest = bands.reduce(|[up, down], [higher, lower]| [up.max(higher), down.min(lower)]);
        Self::around(form, widest.unwrap_or_default())
    }

    /// The same band moved to another figure: for blocks whose baseline drifted meanwhile.
    pub(crate) fn moved(&self, from: f64, to: f64) -> Self {
        let step = self.form.link(to) - self.form.link(from);
        Self::around(self.form, self.null.map(|edge| self.form.link(edge) + step))
    }

    fn around(form: Form, links: [f64; 2]) -> Self {
        let null = links.map(|link| form.unlink(link));
        let mut weights = [(0.0, 0.0); N_LANES];
        for (lane, weight) in weights.iter_mut().enumerate() {
            let (direction, step) = lane_parts(lane);
            let side = usize::from(direction == Direction::Down);
            let (q0, link) = match side {
                0 => (null[0], links[0]),
                _ => (null[1], links[1]),
            };
            let q1 = form.unlink(link + direction.sign() * step);
            *weight = match form {
                Form::Share => {
                    let halted = ((1.0 - q1) / (1.0 - q0)).ln();
                    ((q1 / q0).ln() - halted, halted)
                }
                Form::Count => ((q1 / q0).ln(), q0 - q1),
            };
        }
        Self { form, null, weights }
    }

    /// Log likelihood ratio of the counts for every lane, in nats.
    pub(crate) fn weigh(&self, counts: Counts) -> [f32; N_LANES] {
        if counts.n <= 0.0 {
            return [0.0; N_LANES];
        }
        self.weights.map(|(per_event, per_unit)| {
            #[expect(clippy::cast_possible_truncation, reason = "evidence needs no more digits")]
            let nats = (counts.k * per_event + counts.n * per_unit) as f32;
            nats
        })
    }

    /// Edge of the band in one direction.
    pub(crate) const fn null(&self, direction: Direction) -> f64 {
        match direction {
            Direction::Up => self.null[0],
            Direction::Down => self.null[1],
        }
    }

    /// The figure a lane stands for.
    pub(crate) fn alternative(&self, lane: usize) -> f64 {
        let (direction, step) = lane_parts(lane);
        let link = self.form.link(self.null(direction));
        self.form.unlink(link + direction.sign() * step)
    }
}

/// Upper and lower edge of the band around a figure, on the link scale.
fn band(form: Form, (figure, learned): (f64, Counts), phi: f64, tuning: &Tuning) -> [f64; 2] {
    let centre = form.link(figure);
    let ready = form.size(learned.n, figure) >= tuning.ready_size;
    let edge = |sign: f64| {
        let learned_edge = if ready {
            form.link(jeffreys_edge(form, learned, phi, 2.0 * sign))
        } else {
            let size = form.variance(learned.n + 1.0, figure).max(1e-9);
            centre + sign * (tuning.band_min + 2.0 * (phi / size).sqrt())
        };
        let distance = sign * (learned_edge - centre);
        centre + sign * distance.clamp(tuning.band_min, 3.0)
    };
    [edge(1.0), edge(-1.0)]
}

/// Direction and distance of a lane.
pub(crate) fn lane_parts(lane: usize) -> (Direction, f64) {
    let direction = if lane < STEPS.len() { Direction::Up } else { Direction::Down };
    (direction, STEPS.get(lane % STEPS.len()).copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_stats::ln_likelihood_ratio;

    #[test]
    fn weights_are_the_likelihood_ratio() {
        for form in [Form::Share, Form::Count] {
            let learned = Counts::new(5_000.0, 1_500.0);
            let edges = Edges::new(form, 0.3, learned, 1.2, &Tuning::STANDARD);
            let counts = Counts::new(40.0, 25.0);
            for (lane, nats) in edges.weigh(counts).into_iter().enumerate() {
                let (direction, _) = lane_parts(lane);
                let (q1, q0) = (edges.alternative(lane), edges.null(direction));
                let expect = ln_likelihood_ratio(form, counts, q1, q0);
                assert!((f64::from(nats) - expect).abs() < 1e-3, "{form:?} lane {lane}");
            }
        }
    }

    #[test]
    fn band_is_never_narrower_than_its_minimum() {
        let learned = Counts::new(1e9, 5e8);
        let edges = Edges::new(Form::Share, 0.5, learned, 1.0, &Tuning::STANDARD);
        assert!((edges.null(Direction::Up) - 0.505).abs() < 1e-4);
        assert!((edges.null(Direction::Down) - 0.495).abs() < 1e-4);
    }

    #[test]
    fn moved_band_keeps_its_width_on_the_link_scale() {
        let learned = Counts::new(1_000.0, 500.0);
        let edges = Edges::new(Form::Share, 0.5, learned, 1.0, &Tuning::STANDARD);
        let moved = edges.moved(0.5, 0.6);
        let width = |e: &Edges| {
            Form::Share.link(e.null(Direction::Up)) - Form::Share.link(e.null(Direction::Down))
        };
        assert!((width(&edges) - width(&moved)).abs() < 1e-9);
    }
}
