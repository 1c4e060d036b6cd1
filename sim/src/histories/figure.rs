//! The figure that people look at, second by second: items that entered, and those that went on.

use super::chance::Chance;
use super::history::{Act, History, MINUTE};
use hw_model::ChangeKind;
use hw_stats::{Counts, logit, sigmoid};

/// Time constant of the figure's drift and of the traffic's, in seconds.
const DRIFT_S: f64 = 600.0;

/// How much traffic wanders.
const TRAFFIC: f64 = 0.2;

/// Minutes before it is watched that are known by the minute.
const MINUTES_BEFORE: i64 = 26 * 60;

/// Counts of one history.
#[derive(Debug)]
pub(super) struct Figure {
    /// From second 0 on.
    pub ticks: Vec<Counts>,
    /// Before that, by the minute; the first is the earliest.
    pub minutes_before: Vec<Counts>,
    /// Seconds in which two versions of the service that shows it ran side by side.
    pub beside: Vec<Beside>,
}

/// Two versions in one second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub act: usize,
    pub at: i64,
    pub old: Counts,
    pub new: Counts,
}

impl Figure {
    pub(super) fn new(history: &History) -> Self {
        let mut chance = Chance::new(history.seed, 2);
        let mut drift = Drift { chance: Chance::new(history.seed, 3), x: 0.0 };
        let mut traffic = Drift { chance: Chance::new(history.seed, 4), x: 0.0 };
        let mut figure = Self { ticks: Vec::new(), minutes_before: Vec::new(), beside: Vec::new() };
        for _ in 0..MINUTES_BEFORE {
            let rate = history.rate * (TRAFFIC * traffic.next(MINUTE)).exp();
            let share = sigmoid(logit(history.before) + history.drift * drift.next(MINUTE));
            let n = chance.poisson(MINUTE * rate);
            figure.minutes_before.push(chance.some_of(n, share));
        }
        let rollouts = rollouts(history);
        let gaps = gaps(history);
        for at in 0..history.end {
            let rate = history.rate * (TRAFFIC * traffic.next(1.0)).exp();
            let share = sigmoid(logit(history.before) + history.drift * drift.next(1.0));
            if gaps.iter().any(|(from, to)| (*from..*to).contains(&at)) {
                figure.ticks.push(Counts::default());
                continue;
            }
            let n = chance.poisson(rate);
            let shifted = history.shifted_share(share, at);
            let shown_at = history.system.shown_at;
            let mut own = rollouts.iter().rev().filter(|rollout| rollout.service == shown_at);
            let Some(rollout) = own.find(|rollout| rollout.covers(at)) else {
                let strength = guilty_share(history, &rollouts, at);
                figure.ticks.push(chance.some_of(n, share + strength * (shifted - share)));
                continue;
            };
            let new = chance.some_of(n, rollout.share_new).k;
            let is_guilty = history.guilty == Some(rollout.act);
            let strength = guilty_share(history, &rollouts, at);
            let mixed = share + strength * (shifted - share);
            let of_old = if is_guilty { share } else { mixed };
            let of_new = if is_guilty { shifted } else { mixed };
            let (old, new) = (chance.some_of(n - new, of_old), chance.some_of(new, of_new));
            figure.beside.push(Beside { act: rollout.act, at, old, new });
            figure.ticks.push(old + new);
        }
        figure
    }

    /// Counts of the seconds `[from, to)`.
    pub(super) fn between(&self, from: i64, to: i64) -> Counts {
        let at = |second: i64| usize::try_from(second.max(0)).unwrap_or(0).min(self.ticks.len());
        self.ticks.get(at(from)..at(to).max(at(from))).into_iter().flatten().copied().sum()
    }

    /// Counts of the minute that begins at this second.
    pub(super) fn minute(&self, from: i64) -> Counts {
        if from >= 0 {
            return self.between(from, from + 60);
        }
        let back = usize::try_from(-from.div_euclid(60)).unwrap_or(usize::MAX);
        let at = self.minutes_before.len().checked_sub(back);
        at.and_then(|at| self.minutes_before.get(at)).copied().unwrap_or_default()
    }
}

impl History {
    /// The share that goes on while all of it is shifted.
    fn shifted_share(&self, share: f64, at: i64) -> f64 {
        if !self.is_shifted(at) {
            return share;
        }
        if self.after > self.before {
            share + (1.0 - share) * (self.after - self.before) / (1.0 - self.before)
        } else {
            share * self.after / self.before
        }
    }
}

/// A stretch in which two versions run.
struct Rollout {
    act: usize,
    service: usize,
    from: i64,
    to: i64,
    share_new: f64,
}

impl Rollout {
    fn covers(&self, at: i64) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// Rollouts of the service that shows it, and of the guilty one.
fn rollouts(history: &History) -> Vec<Rollout> {
    let acts = history.acts.iter().enumerate().filter(|(number, act)| {
        act.beside_s > 0
            && (act.service == history.system.shown_at || history.guilty == Some(*number))
    });
    let rollout = |(number, act): (usize, &Act)| Rollout {
        act: number,
        service: act.service,
        from: act.at,
        to: history.beside_until(act),
        share_new: act.share_new,
    };
    let mut all: Vec<Rollout> = acts.map(rollout).filter(|rollout| rollout.to > 0).collect();
    all.sort_by_key(|rollout| rollout.from);
    all
}

/// How much of the fault is there: the guilty version's share of the items while it is rolled out.
fn guilty_share(history: &History, rollouts: &[Rollout], at: i64) -> f64 {
    let guilty = rollouts.iter().find(|r| Some(r.act) == history.guilty && r.covers(at));
    guilty.map_or(1.0, |rollout| rollout.share_new)
}

/// Seconds in which the service that shows it did not answer.
fn gaps(history: &History) -> Vec<(i64, i64)> {
    let own = history.acts.iter().filter(|act| {
        act.service == history.system.shown_at && act.kind != ChangeKind::Config && act.gap_s > 0
    });
    own.map(|act| (act.at - act.gap_s, act.at)).filter(|(_, to)| *to > 0).collect()
}

/// An autocorrelated wander of standard deviation one.
struct Drift {
    chance: Chance,
    x: f64,
}

impl Drift {
    fn next(&mut self, seconds: f64) -> f64 {
        let kept = (-seconds / DRIFT_S).exp();
        self.x = kept * self.x + (1.0 - kept * kept).sqrt() * self.chance.normal();
        self.x
    }
}
