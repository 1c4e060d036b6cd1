//! What happens: changes as teams make them, one fault, and what people try until it is over.

mod incident;

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
}

/// Whole seconds.
#[expect(clippy::cast_possible_truncation, reason = "seconds of some days")]
pub(super) fn whole(seconds: f64) -> i64 {
    seconds.round() as i64
}
