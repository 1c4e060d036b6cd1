//! What people do in a world: innocent changes all along, a guilty deploy, attempts to help.
//!
//! Acts on one service are minutes apart, so that it can be known what each of them was.

use super::fault::Place;
use crate::clock::{MS, S, Us};
use crate::fault::{Fault, FaultKind};
use crate::ids::ServiceId;
use crate::log_line::LogLine;
use crate::parts::Parts;
use crate::random::Random;
use crate::world::{Act, Telling, What, World};
use hw_model::Severity;

/// Between two acts on one service, at least.
const APART: Us = 150 * S;

/// No act in the first and in the last seconds of a world.
const EDGE: Us = 60 * S;

/// From a guilty deploy to its fault.
const LAG: (Us, Us) = (0, 120 * S);

/// From a fault to the first attempt to help, and from one attempt to the next.
const HELP_AFTER: (Us, Us) = (90 * S, 240 * S);

/// How often an act is told.
const TOLD: Parts = Parts(2_500);

/// Innocent acts at most.
const INNOCENT_MAX: i64 = 4;

/// What may be written while something is broken.
const COMPLAINTS: [&str; 3] = [
    "rules snapshot # is empty, using defaults",
    "fallback used for item #",
    "unexpected state # for item #",
];

/// An act and the number it is known by while the list is not sorted.
struct Planned {
    act: Act,
    is_cause: bool,
    is_cure: bool,
}

/// The acts of a world while they are planned.
struct Plan<'a> {
    world: &'a World,
    random: &'a mut Random,
    planned: Vec<Planned>,
    n_versions: u32,
}

/// Draws the life of a world in which nothing breaks.
pub(super) fn without_fault(world: &mut World, random: &mut Random) {
    let mut plan = Plan { world, random, planned: Vec::new(), n_versions: 0 };
    plan.innocents(None);
    let planned = plan.sorted();
    world.acts = planned.into_iter().map(|planned| planned.act).collect();
}

/// Draws the life of a world with this fault from this time on.
pub(super) fn with_fault(world: &mut World, random: &mut Random, place: Place, at: Us) {
    let Place { kind, effect } = place;
    let is_outside = effect.surge().is_some();
    let origin = (!is_outside).then(|| world.entry(effect.entry()).service);
    let mut plan = Plan { world, random, planned: Vec::new(), n_versions: 0 };
    let mut from = at;
    let is_guilty = !is_outside && plan.random.chance(Parts::percent(60));
    if let Some(origin) = origin.filter(|_| is_guilty) {
        from = plan.guilty(origin, at);
    }
    plan.innocents(origin.map(|origin| (origin, from)));
    let sticks = is_guilty && plan.random.chance(Parts::percent(10));
    plan.help((origin, from), is_guilty);
    let lasts = plan.random.between(120, 600) * S;
    let ends = is_outside && plan.random.chance(Parts::percent(50));
    let logs = plan.complaints(kind);
    let planned = plan.sorted();
    let cause = planned.iter().position(|planned| planned.is_cause);
    let cures = planned.iter().position(|planned| planned.is_cure).into_iter().collect();
    let until = ends.then_some(from + lasts);
    world.fault =
        Some(Fault { kind, effect, from, until, again: None, cause, cures, sticks, logs });
    world.acts = planned.into_iter().map(|planned| planned.act).collect();
}

impl Plan<'_> {
    /// The deploy that brings the fault. Returns when the fault begins.
    fn guilty(&mut self, origin: ServiceId, around: Us) -> Us {
        let lag = self.random.between(LAG.0 / MS, LAG.1 / MS) * MS;
        let down = self.down();
        let at = around - lag;
        let what = What::Deploy { version: self.version(), down };
        self.plan(at, origin, what);
        if let Some(planned) = self.planned.last_mut() {
            planned.is_cause = true;
        }
        around.max(at + down)
    }

    /// Changes that do nothing to the figures. After a fault nobody touches its origin by chance.
    fn innocents(&mut self, fault: Option<(ServiceId, Us)>) {
        for _ in 0..self.random.between(0, INNOCENT_MAX) {
            let service = ServiceId(self.random.position(self.world.services.len()));
            let at = self.random.between(EDGE, self.world.length_s * S - EDGE);
            let gap = self.random.between(APART, 2 * APART);
            let moments = [at, at + gap, at + 2 * gap];
            let length = 1 + self.random.position(3);
            let series = self.innocent(length);
            let last = moments.get(series.len() - 1).copied().unwrap_or(at);
            let is_touched =
                fault.is_some_and(|(origin, from)| service == origin && last > from - APART);
            let fits = last < self.world.length_s * S - EDGE
                && moments.iter().take(series.len()).all(|at| self.is_free(service, *at));
            if fits && !is_touched {
                for (what, at) in series.into_iter().zip(moments) {
                    self.plan(at, service, what);
                }
            }
        }
    }

    /// A series of acts that belong together.
    fn innocent(&mut self, length: usize) -> Vec<What> {
        let (down, again, third) = (self.down(), self.down(), self.down());
        match self.random.position(6) {
            0 => vec![What::Restart { down, is_crash: self.random.chance(Parts::percent(30)) }],
            1 => vec![What::Grow, What::Shrink],
            2 => vec![What::Sdk { version: "1.31.0".to_owned(), down }],
            3 => vec![What::Config { value: format!("pool={}", self.random.between(8, 64)) }],
            _ => {
                let version = self.version();
                let mut series = vec![
                    What::Deploy { version: version.clone(), down },
                    What::Rollback { down: again },
                    What::Deploy { version, down: third },
                ];
                series.truncate(length);
                series
            }
        }
    }

    /// What people try once something is broken: first perhaps the wrong thing.
    fn help(&mut self, (origin, from): (Option<ServiceId>, Us), is_guilty: bool) {
        let mut at = from + self.random.between(HELP_AFTER.0, HELP_AFTER.1);
        if self.random.chance(Parts::percent(40))
            && let Some(suspect) = self.suspect(origin, at)
        {
            let down = self.down();
            self.plan(at, suspect, What::Rollback { down });
            at += self.random.between(HELP_AFTER.0, HELP_AFTER.1);
        }
        let Some(origin) = origin else { return };
        let is_cured = self.random.chance(Parts::percent(75));
        if !is_cured || at > self.world.length_s * S - 2 * EDGE || !self.is_free_after(origin, at) {
            return;
        }
        let down = self.down();
        if is_guilty && self.random.chance(Parts::percent(75)) {
            self.plan(at, origin, What::Rollback { down });
        } else {
            self.plan(at, origin, What::Restart { down, is_crash: false });
            if let Some(planned) = self.planned.last_mut() {
                planned.is_cure = true;
            }
        }
    }

    /// An innocent deploy that stands and that somebody may suspect.
    fn suspect(&mut self, origin: Option<ServiceId>, at: Us) -> Option<ServiceId> {
        let latest = |service: ServiceId| {
            let own = self.planned.iter().filter(|planned| planned.act.service == service);
            own.filter(|planned| planned.act.at < at).max_by_key(|planned| planned.act.at)
        };
        let services = (0..self.world.services.len()).map(ServiceId);
        let suspects: Vec<ServiceId> = services
            .filter(|service| Some(*service) != origin)
            .filter(|service| {
                latest(*service)
                    .is_some_and(|planned| matches!(planned.act.what, What::Deploy { .. }))
            })
            .filter(|service| self.is_free_after(*service, at))
            .collect();
        self.random.pick(&suspects).copied()
    }

    fn complaints(&mut self, kind: FaultKind) -> Vec<LogLine> {
        if kind == FaultKind::Surge || !self.random.chance(Parts::percent(50)) {
            return Vec::new();
        }
        let text = self.random.pick(&COMPLAINTS).copied().unwrap_or_default().to_owned();
        let share = self.random.parts(200, 3_000);
        vec![LogLine { share, severity: Severity::Warn, text }]
    }

    fn plan(&mut self, at: Us, service: ServiceId, what: What) {
        let told = self.random.chance(TOLD) || matches!(what, What::Config { .. });
        let telling = Telling {
            off: self.random.between(-20, 40) * S,
            after: self.random.between(5, 60) * S,
        };
        let at = at - at % MS;
        let act = Act { at, service, what, told: told.then_some(telling) };
        self.planned.push(Planned { act, is_cause: false, is_cure: false });
    }

    /// Whether nothing else happens to a service around this time.
    fn is_free(&self, service: ServiceId, at: Us) -> bool {
        let own = self.planned.iter().filter(|planned| planned.act.service == service);
        own.map(|planned| planned.act.at).all(|other| (other - at).abs() >= APART)
    }

    /// Whether nothing else happens to a service around this time or later.
    fn is_free_after(&self, service: ServiceId, at: Us) -> bool {
        let own = self.planned.iter().filter(|planned| planned.act.service == service);
        own.map(|planned| planned.act.at).all(|other| other < at - HELP_AFTER.0 / 2)
    }

    fn down(&mut self) -> Us {
        self.random.between(1_000, 5_000) * MS
    }

    /// A version nothing has run yet.
    fn version(&mut self) -> String {
        self.n_versions += 1;
        format!("{}.0.{}", 4 + self.n_versions, self.random.between(0, 9))
    }

    fn sorted(self) -> Vec<Planned> {
        let mut planned = self.planned;
        planned.sort_by_key(|planned| planned.act.at);
        planned
    }
}
