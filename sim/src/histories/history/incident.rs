//! What people try once the figure has shifted, until it is over: rollbacks of whom they suspect, restarts,
//! patience; and what they make again.

use super::super::family::HistoryFamily;
use super::super::system::Place;
use super::{ATTEMPTS_MAX, Act, Draft, HOUR, Known, MINUTE, whole};
use hw_model::ChangeKind;

impl Draft {
    /// What people try, until it is over or they have no more ideas.
    pub(super) fn incident(&mut self) {
        let onset = self.history.onset as f64;
        let by_itself = self.ends_by_itself();
        let mut ended = by_itself.map(|at| onset + at);
        let mut at = onset + self.chance.between(10.0, 60.0) * MINUTE;
        if let (HistoryFamily::Meets, Some(end)) = (self.family, ended) {
            at = end + self.chance.between(-MINUTE, MINUTE);
        }
        for _ in 0..ATTEMPTS_MAX {
            let is_meeting = self.family == HistoryFamily::Meets;
            if ended.is_some_and(|end| end <= at) && !is_meeting {
                break;
            }
            let helped = self.attempt(whole(at));
            if let Some(seconds) = helped {
                let end = at + seconds;
                ended = Some(ended.map_or(end, |other: f64| other.min(end)));
                if seconds < 15.0 * MINUTE {
                    break;
                }
            }
            if is_meeting {
                break;
            }
            at += self.chance.between(10.0, 40.0) * MINUTE;
        }
        let last = whole(at + 30.0 * MINUTE);
        let end = ended.map_or(last, whole);
        self.history.shifted.push((self.history.onset, end));
        self.history.end = last;
        if ended.is_some() {
            self.history.end = end + whole(self.chance.between(20.0, 60.0) * MINUTE);
            self.make_again(end);
        }
        let end = self.history.end;
        // Numbers must stay what they are: what comes after the end is known to nobody yet.
        for act in &mut self.history.acts {
            if act.at > end {
                act.known = Known::Never;
            }
        }
    }

    fn ends_by_itself(&mut self) -> Option<f64> {
        let share =
            if self.family == HistoryFamily::Meets { 1.0 } else { self.history.truth.by_itself };
        let ends = self.chance.happens(share);
        let at = self.chance.between(10.0, 120.0) * MINUTE;
        ends.then_some(at)
    }

    /// One attempt: a rollback of whom people suspect, a restart, or patience. Seconds until it helps.
    fn attempt(&mut self, at: i64) -> Option<f64> {
        let wants = self.chance.unit();
        let must_roll_back = matches!(self.family, HistoryFamily::Meets | HistoryFamily::Story);
        let suspect = self.suspect(at);
        if let Some(suspect) = suspect.filter(|_| wants < 0.6 || must_roll_back) {
            return self.roll_back(suspect, at);
        }
        if wants < 0.85 {
            let places = [Place::Own, Place::Own, Place::Asked, Place::HandsOn];
            let place = self.chance.pick(&places).unwrap_or(Place::Own);
            return self.restart(self.history.system.at(place), at);
        }
        None
    }

    /// Whom people suspect: the latest deploy of a service on the way, the alerting one first.
    fn suspect(&self, at: i64) -> Option<usize> {
        let history = &self.history;
        let is_gone = |act: usize| history.acts.iter().any(|other| other.reverses == Some(act));
        let deploys = history.acts.iter().enumerate().filter(|(_, act)| {
            act.kind == ChangeKind::Deploy && act.at < at && act.known != Known::Never
        });
        let on_the_way = deploys.filter(|(number, act)| {
            let later = history.acts.iter().any(|other| {
                other.service == act.service
                    && other.kind == ChangeKind::Deploy
                    && (act.at + 1..at).contains(&other.at)
            });
            let must_be_innocent = self.family == HistoryFamily::Meets;
            let is_barred = must_be_innocent && history.guilty == Some(*number);
            let is_elsewhere = history.system.place(act.service) == Place::Elsewhere;
            !(is_elsewhere || later || is_gone(*number) || is_barred)
        });
        let score = |act: &Act| {
            let is_own = history.system.place(act.service) == Place::Own;
            act.at + if is_own { whole(30.0 * HOUR) } else { 0 }
        };
        on_the_way.max_by_key(|(_, act)| score(act)).map(|(number, _)| number)
    }

    fn roll_back(&mut self, suspect: usize, at: i64) -> Option<f64> {
        let truth = self.history.truth;
        let service = self.history.acts.get(suspect)?.service;
        let rollback = self.act(at, service, ChangeKind::Rollback);
        if let Some(act) = self.history.acts.get_mut(rollback) {
            act.reverses = Some(suspect);
        }
        let keeps = self.history.system.is_stateful(service);
        if self.history.guilty == Some(suspect) {
            // While the old version still runs beside it, items that this gets are as always: nothing is kept
            // that would outlive the new one.
            let gone = self.history.acts.get(suspect).copied();
            let is_beside = gone.is_some_and(|act| act.beside_s > at - act.at);
            let helps = self.chance.happens(truth.reverses.of(keeps)) || is_beside;
            return helps.then(|| self.chance.wait(truth.return_s.of(keeps)));
        }
        let helps = self.chance.happens(truth.anyway);
        helps.then(|| self.chance.wait(3.0 * MINUTE))
    }

    fn restart(&mut self, service: usize, at: i64) -> Option<f64> {
        let truth = self.history.truth;
        self.act(at, service, ChangeKind::Restart);
        let acts = &self.history.acts;
        let left_something = |guilty: usize| acts.iter().any(|act| act.reverses == Some(guilty));
        let share = if service != self.history.sits {
            0.3 * truth.anyway
        } else if self.history.guilty.is_none_or(left_something) {
            truth.restart_cures
        } else {
            truth.restart_hides
        };
        self.chance.happens(share).then(|| self.chance.between(0.0, 3.0))
    }

    /// What was taken back is made again some minutes after the end, sometimes.
    fn make_again(&mut self, end: i64) {
        let truth = self.history.truth;
        let gone = self.history.acts.iter().find_map(|act| act.reverses);
        let wants =
            self.chance.happens(if self.family == HistoryFamily::Story { 0.8 } else { 0.4 });
        let Some(gone) = gone.filter(|_| wants) else { return };
        let Some(first) = self.history.acts.get(gone).copied() else { return };
        let at = end + whole(self.chance.between(90.0, 500.0));
        let again = self.act(at, first.service, ChangeKind::Deploy);
        if let Some(act) = self.history.acts.get_mut(again) {
            act.redeploy_of = Some(gone);
        }
        if self.history.guilty == Some(gone) && self.chance.happens(truth.again) {
            let lag = (self.history.onset - first.at).max(1) as f64;
            let returns = at + whole(lag * self.chance.between(0.3, 1.5));
            let end = self.history.end;
            if returns < end {
                self.history.shifted.push((returns, end));
            }
        }
    }
}
