//! What happens: changes as teams make them, one fault, and what people try until it is over.

use super::chance::Chance;
use super::family::{HistoryFamily, Setting, Truth};
use super::system::{N_SERVICES, Place, System};
use hw_model::ChangeKind;

pub(super) const MINUTE: f64 = 60.0;
pub(super) const HOUR: f64 = 3_600.0;

/// Seconds of history before the fault in which changes happen.
const CHANGES_BEFORE_S: f64 = 26.0 * HOUR;

/// The longest delay of an effect.
const DELAY_S_MAX: f64 = 1_400.0 * MINUTE;

/// Figures before and since.
const FIGURES: [(f64, f64); 8] = [
    (0.5, 1.0),
    (0.5, 0.8),
    (0.5, 0.65),
    (0.5, 0.58),
    (0.9, 0.6),
    (0.9, 0.8),
    (0.2, 0.6),
    (0.3, 0.05),
];

/// Items a second.
const RATES: [f64; 3] = [0.5, 2.0, 10.0];

/// Attempts to help, at most.
const ATTEMPTS_MAX: usize = 3;

/// How a change is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Seen,
    Told(i64),
    Never,
}

/// A change as it truly happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act {
    /// First second of the new instance.
    pub at: i64,
    /// Seconds before in which nobody answered.
    pub gap_s: i64,
    pub service: usize,
    pub kind: ChangeKind,
    pub known: Known,
    /// Seconds in which the old version ran beside the new one, and the share of items that came to this.
    pub beside_s: i64,
    pub share_new: f64,
    pub reverses: Option<usize>,
    pub redeploy_of: Option<usize>,
}

impl Act {
    pub(super) const fn known_at(&self) -> Option<i64> {
        match self.known {
            Known::Seen => Some(self.at),
            Known::Told(at) => Some(at),
            Known::Never => None,
        }
    }
}

/// Everything that happened, in seconds since the figure is watched.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub seed: u64,
    pub truth: Truth,
    pub system: System,
    pub rate: f64,
    pub before: f64,
    pub after: f64,
    /// Standard deviation of the figure's drift on the logit scale.
    pub drift: f64,
    pub onset: i64,
    pub end: i64,
    /// Where the fault sits.
    pub sits: usize,
    pub guilty: Option<usize>,
    pub acts: Vec<Act>,
    /// When the figure was shifted.
    pub shifted: Vec<(i64, i64)>,
}

impl History {
    pub(super) fn new(seed: u64, setting: Setting, family: HistoryFamily) -> Self {
        let truth = Truth::of(setting, family);
        let mut chance = Chance::new(seed, 1);
        let system = System::new(&mut chance);
        let (before, after) = chance.pick(&FIGURES).unwrap_or((0.5, 1.0));
        let onset = whole(chance.between(4.0 * HOUR, 6.0 * HOUR));
        let history = Self {
            seed,
            truth,
            rate: chance.pick(&RATES).unwrap_or(1.0),
            before,
            after,
            drift: chance.pick(&[0.03, 0.1, 0.1, 0.2]).unwrap_or(0.1),
            onset,
            end: onset,
            sits: system.shown_at,
            guilty: None,
            acts: Vec::new(),
            shifted: Vec::new(),
            system,
        };
        let mut draft = Draft { history, chance, family };
        draft.everyday();
        draft.fault();
        draft.incident();
        draft.history
    }

    pub(super) fn is_shifted(&self, at: i64) -> bool {
        self.shifted.iter().any(|(from, to)| (*from..*to).contains(&at))
    }

    /// The act after which this one's version no longer runs beside another.
    pub(super) fn beside_until(&self, act: &Act) -> i64 {
        let later = self.acts.iter().filter(|other| {
            other.service == act.service && other.at > act.at && other.kind != ChangeKind::Config
        });
        let next = later.map(|other| other.at - other.gap_s).min().unwrap_or(i64::MAX);
        next.min(act.at + act.beside_s)
    }
}

/// A history while it is drawn.
struct Draft {
    history: History,
    chance: Chance,
    family: HistoryFamily,
}

impl Draft {
    /// Changes that have nothing to do with it.
    fn everyday(&mut self) {
        let truth = self.history.truth;
        let rates = [
            (ChangeKind::Deploy, truth.deploys),
            (ChangeKind::Config, truth.settings),
            (ChangeKind::Restart, truth.restarts),
        ];
        let from = self.history.onset as f64 - CHANGES_BEFORE_S;
        let length = CHANGES_BEFORE_S + 5.0 * HOUR;
        for service in 0..N_SERVICES {
            for (kind, per_day) in rates {
                let n = self.chance.poisson(per_day * length / (24.0 * HOUR));
                let mut left = n;
                while left > 0.0 {
                    let at = whole(from + self.chance.between(0.0, length));
                    self.act(at, service, kind);
                    left -= 1.0;
                }
            }
        }
    }

    /// Draws what else there is to a change, and notes it.
    fn act(&mut self, at: i64, service: usize, kind: ChangeKind) -> usize {
        let truth = self.history.truth;
        let chance = &mut self.chance;
        let restarts = kind != ChangeKind::Config;
        let is_canary = kind == ChangeKind::Deploy && chance.happens(truth.canary);
        let off = whole(chance.between(-truth.clock_s, truth.clock_s));
        let is_told = !restarts || chance.happens(truth.told);
        let known = if chance.happens(truth.untold) {
            Known::Never
        } else if is_told {
            Known::Told(at + off)
        } else {
            Known::Seen
        };
        let act = Act {
            at,
            gap_s: if restarts && !is_canary { whole(chance.between(1.0, 4.0)) } else { 0 },
            service,
            kind,
            known,
            beside_s: if is_canary { whole(chance.between(2.0, 40.0) * MINUTE) } else { 0 },
            share_new: chance.pick(&[0.1, 0.3, 0.5]).unwrap_or(0.5),
            reverses: None,
            redeploy_of: None,
        };
        self.history.acts.push(act);
        self.history.acts.len() - 1
    }

    /// Where it sits, and who is guilty.
    fn fault(&mut self) {
        let truth = self.history.truth;
        let u = self.chance.unit();
        let is_caused = self.chance.happens(truth.caused);
        let asked = self.history.system.asked().is_some();
        let place = if u < 0.6 {
            Place::Own
        } else if u < 0.85 && asked {
            Place::Asked
        } else {
            Place::HandsOn
        };
        self.history.sits = self.history.system.at(place);
        if is_caused {
            let lag = self.lag(place);
            let at = self.history.onset - whole(lag.max(0.0));
            let kind = match self.chance.unit() {
                u if u < 0.85 => ChangeKind::Deploy,
                u if u < 0.97 => ChangeKind::Config,
                _ => ChangeKind::Restart,
            };
            let guilty = self.act(at, self.history.sits, kind);
            let guilty = self.alone_in_its_rollout(guilty);
            self.history.guilty = Some(guilty);
        }
        match self.family {
            HistoryFamily::Twins => self.twin(),
            HistoryFamily::Story => {
                let lag = self.chance.between(3.0, 20.0) * MINUTE;
                let at = self.history.onset - whole(lag);
                self.act(at, self.history.system.shown_at, ChangeKind::Deploy);
            }
            HistoryFamily::Plain
            | HistoryFamily::Busy
            | HistoryFamily::Irreversible
            | HistoryFamily::Recovers
            | HistoryFamily::Delayed
            | HistoryFamily::Canary
            | HistoryFamily::Meets
            | HistoryFamily::Clocks
            | HistoryFamily::Untold => {}
        }
    }

    /// Nobody replaces a service whose roll-out is under way. Returns the new number of the act.
    fn alone_in_its_rollout(&mut self, number: usize) -> usize {
        let Some(act) = self.history.acts.get(number).copied() else { return number };
        let is_within = |other: &Act| {
            other.service == act.service
                && other.kind != ChangeKind::Config
                && (act.at + 1..act.at + act.beside_s).contains(&other.at)
        };
        self.history.acts.retain(|other| !is_within(other));
        self.history.acts.len() - 1
    }

    fn lag(&mut self, place: Place) -> f64 {
        let truth = self.history.truth;
        if self.chance.happens(truth.delayed) {
            let off = truth.delay_sigma * self.chance.normal();
            return (truth.delay_s * off.exp()).min(DELAY_S_MAX);
        }
        let is_passed_on = place == Place::HandsOn;
        self.chance.wait(if is_passed_on { truth.passed_on_s } else { truth.prompt_s })
    }

    /// An innocent deploy on the way within a minute of the guilty one, or of the last before the onset.
    fn twin(&mut self) {
        let history = &self.history;
        let on_the_way = |service: usize| history.system.place(service) != Place::Elsewhere;
        let before = history.acts.iter().filter(|act| act.at < history.onset);
        let last = before.filter(|act| on_the_way(act.service)).map(|act| act.at).max();
        let guilty = history.guilty.and_then(|guilty| history.acts.get(guilty));
        let Some(at) = guilty.map(|guilty| guilty.at).or(last) else { return };
        let places = [Place::Own, Place::Asked, Place::HandsOn];
        let place = self.chance.pick(&places).unwrap_or(Place::Own);
        let at = at + whole(self.chance.between(-MINUTE, MINUTE));
        let at = at.min(self.history.onset - 1);
        self.act(at, self.history.system.at(place), ChangeKind::Deploy);
    }

    /// What people try, until it is over or they have no more ideas.
    fn incident(&mut self) {
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

/// Whole seconds.
#[expect(clippy::cast_possible_truncation, reason = "seconds of some days")]
pub(super) fn whole(seconds: f64) -> i64 {
    seconds.round() as i64
}
