//! The best that can be said: the same evidence, weighed with the true parameters of the history's world.
//!
//! It knows how often things change, where faults sit, the lags, how surely and quickly a rollback
//! helps, and by how much clocks are off. It does not know what happened. Exact but for one thing: pieces of
//! evidence are taken as independent given who is guilty.

use super::family::Truth;
use super::gathered::{Gathering, id};
use super::history::{HOUR, Known};
use super::system::{N_SERVICES, Place};
use hw_diagnose::{Evidence, KnownChange};
use hw_model::{ChangeId, ChangeKind};
use hw_stats::{ln_marginal, ln_point};

/// Seconds after a rollback that are read.
const READ_S: f64 = 1_800.0;

/// Probability of each candidate, by its number.
pub(super) fn probabilities(
    gathering: &Gathering<'_>,
    evidence: &Evidence,
) -> Vec<(ChangeId, f64)> {
    let oracle = Oracle { gathering, evidence, truth: gathering.history.truth };
    let weights: Vec<(ChangeId, f64)> =
        evidence.changes.iter().map(|known| (known.change.id, oracle.weight(known))).collect();
    let nobody = oracle.nobody();
    let total = nobody + weights.iter().map(|(_, weight)| weight).sum::<f64>();
    weights.into_iter().map(|(change, weight)| (change, weight / total)).collect()
}

struct Oracle<'a> {
    gathering: &'a Gathering<'a>,
    evidence: &'a Evidence,
    truth: Truth,
}

impl Oracle<'_> {
    /// Weight of "no known change did it".
    fn nobody(&self) -> f64 {
        let Truth { caused, untold, .. } = self.truth;
        1.0 - caused + caused * untold
    }

    fn weight(&self, known: &KnownChange) -> f64 {
        let system = &self.gathering.history.system;
        let Some(service) =
            (0..N_SERVICES).find(|s| super::system::name(*s) == known.change.service)
        else {
            return 0.0;
        };
        let place = system.place(service);
        let (of_kind, per_day) = match known.change.kind {
            ChangeKind::Deploy => (0.85, self.truth.deploys),
            ChangeKind::Config => (0.12, self.truth.settings),
            ChangeKind::Restart => (0.03, self.truth.restarts),
            ChangeKind::Rollback
            | ChangeKind::Flag
            | ChangeKind::Instrumentation
            | ChangeKind::Other => return 0.0,
        };
        let per_s = per_day / (24.0 * HOUR);
        let prior = self.truth.caused * self.sits(place) * of_kind / per_s;
        prior * self.timing(known, place) * self.experiments(known, service)
    }

    /// Probability that a fault sits at a place, given what the answers show.
    fn sits(&self, place: Place) -> f64 {
        let system = &self.gathering.history.system;
        let asks = system.asked().is_some();
        let prior = match place {
            Place::Own => 0.6,
            Place::Asked if asks => 0.25,
            Place::HandsOn if asks => 0.15,
            Place::HandsOn => 0.4,
            Place::Asked | Place::Elsewhere => 0.0,
        };
        if !asks || !system.answers_seen {
            return prior;
        }
        // A mix that moved says that it does not sit at the service itself, and one that did not, that it does.
        let moved = self.gathering.history.sits != system.shown_at;
        let all = if moved { 0.4 } else { 0.6 };
        if moved == (place != Place::Own) { prior / all } else { 0.0 }
    }

    /// Density of the lag per second, over the onset's posterior and what the clock may be off.
    fn timing(&self, known: &KnownChange, place: Place) -> f64 {
        let act = self.gathering.history.acts.iter().enumerate();
        let mut act = act.filter(|(number, _)| id(*number) == known.change.id);
        let is_told = act.next().is_some_and(|(_, act)| matches!(act.known, Known::Told(_)));
        let off_s = if is_told { self.truth.clock_s } else { 0.0 };
        let steps = if is_told { 9 } else { 1 };
        let mean_s = match place {
            Place::HandsOn => self.truth.passed_on_s,
            Place::Own | Place::Asked | Place::Elsewhere => self.truth.prompt_s,
        };
        let mut density = 0.0;
        for step in 0..steps {
            let off = if steps == 1 { 0.0 } else { off_s * (f64::from(step) / 4.0 - 1.0) };
            for (onset, weight) in &self.evidence.onset {
                // What is seen is timed to the second, and so is the onset.
                let lag_s = onset.seconds_since(known.change.at) - off + 2.0;
                density += weight * self.lag_density(lag_s, mean_s) / f64::from(steps);
            }
        }
        density
    }

    fn lag_density(&self, lag_s: f64, mean_s: f64) -> f64 {
        if lag_s < 0.0 {
            return 0.0;
        }
        let Truth { delayed, delay_s, delay_sigma, .. } = self.truth;
        let prompt = (1.0 - delayed) * (-lag_s / mean_s).exp() / mean_s;
        let z = (lag_s.max(1.0) / delay_s).ln() / delay_sigma;
        let normal = (-0.5 * z * z).exp() / (std::f64::consts::TAU.sqrt() * delay_sigma);
        prompt + delayed * normal / lag_s.max(1.0)
    }

    fn experiments(&self, known: &KnownChange, service: usize) -> f64 {
        self.reversal(known, service)
            * self.split(known)
            * self.cure(known, service)
            * self.redeploy(known)
    }

    fn reversal(&self, known: &KnownChange, service: usize) -> f64 {
        let evidence = self.evidence;
        let mut others = evidence.changes.iter();
        let Some(reversal) = others.find(|other| other.change.reverses == Some(known.change.id))
        else {
            return 1.0;
        };
        if reversal.change.at < evidence.onset_interval().from {
            return 0.0;
        }
        if evidence.was_back_before(reversal) {
            return 1.0;
        }
        let from = reversal.settled_at;
        let to = evidence.read_until(reversal, READ_S);
        let read_s = to.seconds_since(from);
        if read_s <= 0.0 {
            return 1.0;
        }
        let shifted = evidence.track.between(evidence.onset_interval().to, reversal.began_at);
        let counts = evidence.track.between(from, to);
        let returned = evidence.track.ln_returned(counts, shifted).clamp(-40.0, 40.0).exp();
        let is_stateful = self.gathering.history.system.is_stateful(service);
        let tau_s = self.truth.return_s.of(is_stateful);
        let in_time = 1.0 - (-read_s / tau_s).exp();
        let (rho, anyway) = (self.truth.reverses.of(is_stateful) * in_time, self.truth.anyway);
        (rho * returned + 1.0 - rho) / (anyway * returned + 1.0 - anyway)
    }

    fn split(&self, known: &KnownChange) -> f64 {
        let Some(split) = known.split else { return 1.0 };
        let track = &self.evidence.track;
        let (form, p, phi) = (track.form, track.baseline(), track.phi);
        let only_new = ln_point(form, split.old, p, phi) + ln_marginal(form, split.new, p, phi);
        let both = ln_marginal(form, split.old + split.new, p, phi);
        (only_new - both).clamp(-30.0, 30.0).exp()
    }

    /// A restart ended it.
    fn cure(&self, known: &KnownChange, service: usize) -> f64 {
        let Truth { restart_cures, restart_hides, anyway, .. } = self.truth;
        let Some(end) = self.evidence.main().ended_at else { return 1.0 };
        let mut restarts = self.evidence.changes.iter().filter(|other| {
            other.change.kind == ChangeKind::Restart && other.change.at > self.evidence.onset_at()
        });
        let cured = restarts.find(|other| other.change.at.seconds_since(end).abs() < 15.0);
        let Some(cure) = cured else { return 1.0 };
        let is_gone = self.evidence.changes.iter().any(|other| {
            other.change.reverses == Some(known.change.id) && other.change.at < cure.change.at
        });
        let at = |place: Place| super::system::name(self.gathering.history.system.at(place));
        let by_nobody: f64 = [Place::Own, Place::Asked, Place::HandsOn]
            .into_iter()
            .map(|place| {
                let cures =
                    if at(place) == cure.change.service { restart_cures } else { 0.3 * anyway };
                self.sits(place) * cures
            })
            .sum();
        let is_own = super::system::name(service) == cure.change.service;
        let by_it = match (is_own, is_gone) {
            (true, true) => restart_cures,
            (true, false) => restart_hides,
            (false, _) => 0.3 * anyway,
        };
        by_it / by_nobody.max(1e-6)
    }

    fn redeploy(&self, known: &KnownChange) -> f64 {
        let evidence = self.evidence;
        let mut others = evidence.changes.iter();
        let Some(again) = others.find(|other| other.change.redeploy_of == Some(known.change.id))
        else {
            return 1.0;
        };
        let Some(ended) = evidence.main().ended_at.filter(|end| *end < again.change.at) else {
            return 1.0;
        };
        let lag_s = evidence.onset_at().seconds_since(known.change.at).max(1.0);
        let quiet_s = evidence.now.seconds_since(again.change.at);
        let shifted = evidence.track.between(evidence.onset_interval().to, ended);
        let counts = evidence.track.between(again.settled_at, evidence.now);
        if evidence.track.ln_returned(counts, shifted) <= -10.0 {
            return 1_000.0;
        }
        // It comes back evenly between .3 and 1.5 of the first lag.
        let by_now = ((quiet_s / lag_s - 0.3) / 1.2).clamp(0.0, 1.0);
        1.0 - self.truth.again * by_now
    }
}
