//! The tests of a stream: is it shifted, is it back, and what does a block teach.

use super::{Alarm, Baseline, Ending, N_SCALES, Readiness, Seen, Shifted, Step, Stream, Tempering};
use super::{Filling, block_s, threshold};
use crate::tuning::Tuning;
use hw_stats::{Counts, Form, ln_likelihood_ratio};

/// Items, or expected events, for which the alarm's figure counts once there are others: it is that of
/// the window that stood out most, and so too far off more often than not.
const ALARM_SIZE: f64 = 10.0;

/// Expected events' worth of variance for which the dispersion that the alarm assumed counts.
const ALARM_VARIANCE: f64 = 30.0;

/// Steps on the link scale by which a shifted figure is beyond the edge of its band, at least.
const BEYOND_MIN: f64 = 0.2;

impl Stream {
    /// Weighs the window of one scale: an alarm if it passes both the screen and the exact
    /// confirmation.
    pub(super) fn test_scale(&mut self, scale: usize, tick: i64, ln_a: f64) -> Option<Alarm> {
        if self.ready == Readiness::Learning {
            return None;
        }
        let wanted = threshold(ln_a, scale);
        let screen = self.tuning.screen * wanted;
        let window = self.scales.get(scale)?;
        let evidence = self.evidence.get_mut(scale)?;
        let most = window.most_nats(self.figure.sides);
        if most < self.tuning.exact_nats.min(self.tuning.freeze_nats).min(screen) {
            *evidence = most;
            return None;
        }
        let armed = self.dispersion_scale(scale);
        let tempering = self.tempering(window.window_n(), armed);
        let suffix = window.strongest_suffix(tempering.phi, self.figure.sides, &self.tuning);
        if let Some(evidence) = self.evidence.get_mut(scale) {
            *evidence = suffix.nats;
        }
        let is_heard = armed.is_some() && scale >= self.figure.finest_scale;
        if !is_heard || suffix.nats < screen || suffix.n_blocks < self.tuning.alarm_blocks_min {
            return None;
        }
        let nats = suffix.confirmed_nats(self.figure.form, &self.edges, tempering.rho, wanted);
        if nats < wanted {
            return None;
        }
        let (before, learned) = self.baseline();
        let length_s = i64::try_from(suffix.n_blocks).unwrap_or(0) * block_s(scale);
        Some(Alarm {
            direction: suffix.direction(),
            onset_tick: tick + 1 - length_s,
            nats,
            before,
            learned,
            after: suffix.counts.ratio().unwrap_or(before),
            phi: tempering.phi,
        })
    }

    /// The coarsest scale, at most two above, whose dispersion is known well enough; `None` if the
    /// scale is not armed. A window of one scale is as long as a block two scales up.
    pub(super) fn dispersion_scale(&self, scale: usize) -> Option<usize> {
        let known = |at: &usize| {
            let blocks = self.scales.get(*at).map_or(0.0, |scale| scale.dispersion.n_blocks());
            blocks >= self.tuning.armed_blocks
        };
        let coarsest = (scale + 2).min(N_SCALES - 1);
        (scale.saturating_sub(3)..=coarsest).rev().find(known)
    }

    pub(super) fn tempering(&self, window_n: f64, measured_at: Option<usize>) -> Tempering {
        let (figure, _) = self.baseline();
        let size = self.figure.form.size(window_n, figure);
        let fresh_s = (self.age_s - self.prior_from_s) as f64;
        let halvings = fresh_s / self.tuning.prior_half_life_s;
        let prior = self.figure.prior_rho(figure) * 0.5f64.powf(halvings);
        let measured = measured_at.and_then(|at| self.scales.get(at));
        let (phi, rho) = match measured {
            Some(scale) => {
                let doubt = 1.0 + 2.0 * (2.0 / scale.dispersion.n_blocks()).sqrt();
                (scale.dispersion.phi() * doubt, scale.dispersion.rho() * doubt + prior)
            }
            None => (1.0, prior),
        };
        let phi = phi.max(1.0 + rho * (size - 1.0)).max(1.0);
        Tempering { phi, rho: ((phi - 1.0) / (size - 1.0).max(1.0)).clamp(1e-6, 0.999) }
    }

    pub(super) fn teach(&mut self, scale: usize, block: &Filling) {
        let Readiness::Ready(since) = self.ready else { return };
        let known = self.known_size();
        let Some(taught) = self.scales.get_mut(scale) else { return };
        if block.counts.n > 0.0 {
            let residual = block.residual(self.figure.form);
            if residual.size <= known && self.age_s - block_s(scale) >= since {
                taught.dispersion.await_lesson(self.age_s, residual);
            }
        }
        if taught.dispersion.has_lesson(self.age_s, &self.tuning) && !self.is_frozen() {
            let Some(taught) = self.scales.get_mut(scale) else { return };
            taught.dispersion.learn(self.age_s, &self.tuning);
        }
    }

    /// Whether a shift may be under way, so that nothing must be learned now. A stream that is not
    /// armed cannot alarm, so it has nothing to wait for.
    pub(super) fn is_frozen(&self) -> bool {
        let thawed = self.frozen_s > self.tuning.freeze_s_max;
        !thawed && self.is_armed() && self.evidence_nats() >= self.tuning.freeze_nats
    }

    pub(super) fn begin_shift(&mut self, tick: i64, alarm: &Alarm) {
        let form = self.figure.form;
        let figure = within(form, alarm.after);
        let size = ALARM_SIZE / form.size(1.0, figure);
        let phi = alarm.phi * multiplied(form, alarm);
        self.shifted = Some(Shifted {
            direction: alarm.direction,
            figure,
            phi,
            sum: 0.0,
            lowest: 0.0,
            back_tick: tick + 1,
            seen: Seen {
                counts: Counts::new(size, size * figure),
                squares: phi * ALARM_VARIANCE,
                variance: ALARM_VARIANCE,
            },
            since: Seen::default(),
            phi_min: alarm.phi,
            age_s: 0,
            usual: None,
        });
        self.minute = Counts::default();
        self.baseline.drop_waiting();
        self.reset_windows();
    }

    /// Evidence that the figure is back at the edge of its band rather than where it shifted to:
    /// a cumulative sum that restarts at its lowest point (docs/internals/detection.md, End).
    pub(super) fn test_end(&mut self, tick: i64, counts: Counts) -> Step {
        let form = self.figure.form;
        let Some(shifted) = &mut self.shifted else { return Step::Quiet };
        let edge = self.edges.null(shifted.direction);
        let ratio = ln_likelihood_ratio(form, counts, edge, shifted.figure) / shifted.phi;
        shifted.sum += ratio.min(self.tuning.block_nats_max);
        shifted.since.see(form, counts, shifted.figure);
        if shifted.sum < shifted.lowest {
            shifted.lowest = shifted.sum;
            shifted.back_tick = tick + 1;
            shifted.learn(form, edge);
        }
        let back_tick = shifted.back_tick;
        let is_back = shifted.sum - shifted.lowest >= self.tuning.end_nats
            && tick + 1 - back_tick >= self.tuning.end_ticks_min;
        if !is_back {
            return Step::Quiet;
        }
        self.shifted = None;
        self.minute = Counts::default();
        self.reset_windows();
        Step::Ended(Ending { back_tick })
    }

    /// Whether a shift has lasted as long as nothing may.
    pub(super) fn is_long_shifted(&self) -> bool {
        let shifted = self.shifted.as_ref();
        shifted.is_some_and(|shifted| shifted.age_s >= self.tuning.freeze_s_max)
    }

    /// Ends a shift, if there is one, that has lasted as long as nothing may: what it does is usual from now on, for
    /// a stream that waits for what was usual before would be blind for good. How it scatters there nobody has
    /// measured, so what is believed of that beforehand is fresh again.
    pub fn settle(&mut self, tick: i64) {
        let Some(shifted) = self.shifted.take() else { return };
        if let Some(usual) = shifted.usual {
            self.baseline = *usual;
        }
        self.baseline.enter_minute(tick, self.age_s, &self.tuning);
        if self.known_size() < self.tuning.ready_size {
            self.ready = Readiness::Learning;
        }
        (self.frozen_s, self.prior_from_s) = (0, self.age_s);
        self.reset_windows();
        self.renew_edges();
    }

    pub(super) fn reset_windows(&mut self) {
        self.evidence = [0.0; N_SCALES];
        for scale in self.scales.iter_mut() {
            scale.reset_window();
            scale.dispersion.drop_quarantine();
        }
    }
}

impl Shifted {
    /// Lets a minute teach what would be usual if the shift were.
    pub(super) fn follow(&mut self, form: Form, (tick, minute): (i64, Counts), tuning: &Tuning) {
        let usual = self.usual.get_or_insert_with(|| Box::new(Baseline::new(form)));
        usual.await_lesson(tick - 60, minute);
        usual.learn(self.age_s, tuning);
        usual.enter_minute(tick, self.age_s, tuning);
        self.age_s += 60;
    }

    /// Takes up what was seen up to now, where the figure is surely not back.
    fn learn(&mut self, form: Form, edge: f64) {
        let since = std::mem::take(&mut self.since);
        self.seen.counts += since.counts;
        self.seen.squares += since.squares;
        self.seen.variance += since.variance;
        let Some(seen) = self.seen.counts.ratio().filter(|_| self.seen.variance > 0.0) else {
            return;
        };
        let sign = self.direction.sign();
        let beyond = sign * (form.link(seen) - form.link(edge));
        self.figure = within(form, form.unlink(form.link(edge) + sign * beyond.max(BEYOND_MIN)));
        self.phi = (self.seen.squares / self.seen.variance).max(self.phi_min).max(1.0);
    }
}

impl Seen {
    fn see(&mut self, form: Form, counts: Counts, figure: f64) {
        let off = counts.k - counts.n * figure;
        self.counts += counts;
        self.squares += off * off;
        self.variance += form.variance(counts.n, figure);
    }
}

/// How many times what counts scatter when each of them becomes several: a sum of m times as much for each
/// varies by m squared, and its mean by m.
fn multiplied(form: Form, alarm: &Alarm) -> f64 {
    match form {
        Form::Share => 1.0,
        Form::Count => (alarm.after / alarm.before.max(1e-9)).max(1.0),
    }
}

/// A figure that leaves room for the other.
fn within(form: Form, figure: f64) -> f64 {
    match form {
        Form::Share => figure.clamp(1e-4, 1.0 - 1e-4),
        Form::Count => figure.max(1e-4),
    }
}
