//! The instances of a world: what the acts of people make of its services over time.
//!
//! A service with one instance is down while that is replaced: calls are refused. With two, they are
//! replaced one after the other and nothing is refused.

use crate::clock::{S, Us};
use crate::ids::ServiceId;
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::world::{INSTANCES_MAX, What, World};

/// Time between the replacements of two instances.
const STAGGER: Us = 12 * S;

/// The SDK a world starts with.
const SDK: &str = "1.30.0";

/// How much longer everything takes in a slow second.
const SLOW_TIMES: i64 = 5;

/// A process of a service.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub service: ServiceId,
    /// Its number among those of its service, from 1.
    pub number: usize,
    pub version: String,
    /// The deploy that brought its version, by number of the act; `None` at the start.
    pub release: Option<usize>,
    pub sdk: String,
    pub from: Us,
    pub until: Us,
    /// Whether it died without sending what it still had.
    pub is_crash: bool,
    /// How far its clock is ahead.
    pub skew: Us,
}

/// Every process there ever is.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    instances: Vec<Running>,
    by_service: Vec<Vec<usize>>,
    slow: Parts,
    seed: u64,
}

/// A version that runs, and the deploy that brought it.
#[derive(Clone, Debug, PartialEq)]
struct Release {
    version: String,
    brought_by: Option<usize>,
}

/// A service while its life is written.
struct Draft {
    /// What runs is the last; a rollback takes it away.
    stack: Vec<Release>,
    /// Every release there ever was.
    known: Vec<Release>,
    sdk: String,
    alive: Vec<usize>,
}

impl Life {
    /// Lives through the acts of a world.
    pub(crate) fn new(world: &World) -> Self {
        let n = world.services.len();
        let (slow, seed) = (world.hosts.slow, world.seed);
        let mut life = Self { instances: Vec::new(), by_service: vec![Vec::new(); n], slow, seed };
        for (at, service) in world.services.iter().enumerate() {
            let first = Release { version: service.version.clone(), brought_by: None };
            let (stack, known) = (vec![first.clone()], vec![first]);
            let mut draft = Draft { stack, known, sdk: SDK.to_owned(), alive: Vec::new() };
            life.begin(world, ServiceId(at), &mut draft, 0);
            let acts = world.acts.iter().enumerate();
            for (number, _) in acts.filter(|(_, act)| act.service == ServiceId(at)) {
                life.follow(world, &mut draft, number);
            }
        }
        life
    }

    pub(crate) fn all(&self) -> &[Running] {
        &self.instances
    }

    pub(crate) fn get(&self, instance: usize) -> &Running {
        self.instances.get(instance).expect("invariant: an instance's number comes from its life")
    }

    /// The processes of a service.
    pub(crate) fn of(&self, service: ServiceId) -> impl Iterator<Item = &Running> {
        let own = self.by_service.get(service.0).into_iter().flatten();
        own.map(|instance| self.get(*instance))
    }

    /// A process of a service that is up at this time; `None` while it is down.
    pub(crate) fn one_of(&self, service: ServiceId, at: Us, random: &mut Random) -> Option<usize> {
        let mut up = [0; INSTANCES_MAX];
        let mut n_up = 0;
        for instance in self.by_service.get(service.0).into_iter().flatten() {
            let running = self.get(*instance);
            if running.from <= at
                && at < running.until
                && let Some(slot) = up.get_mut(n_up)
            {
                *slot = *instance;
                n_up += 1;
            }
        }
        let chosen = if n_up > 1 { random.position(n_up) } else { 0 };
        up.get(chosen).copied().filter(|_| n_up > 0)
    }

    /// When a service that is down is up again.
    pub(crate) fn next_up(&self, service: ServiceId, at: Us) -> Option<Us> {
        self.of(service).map(|running| running.from).filter(|from| *from > at).min()
    }

    /// How much longer everything takes on the host of an instance at this time.
    pub(crate) fn slowness(&self, instance: usize, at: Us) -> i64 {
        if self.slow.is_none() {
            return 1;
        }
        let place = [instance as u64, at.div_euclid(S).unsigned_abs()];
        let is_slow = Random::new(self.seed, Use::SlowSecond, &place).chance(self.slow);
        if is_slow { SLOW_TIMES } else { 1 }
    }

    fn follow(&mut self, world: &World, draft: &mut Draft, number: usize) {
        let Some(act) = world.acts.get(number) else { return };
        match &act.what {
            What::Deploy { version, .. } => {
                // The same version again brings back what its first deploy brought.
                let known = draft.known.iter().find(|release| release.version == *version);
                let brought_by = known.map_or(Some(number), |release| release.brought_by);
                let release = Release { version: version.clone(), brought_by };
                draft.stack.push(release.clone());
                draft.known.push(release);
            }
            What::Rollback { .. } => {
                if draft.stack.len() > 1 {
                    draft.stack.pop();
                }
            }
            What::Sdk { version, .. } => draft.sdk.clone_from(version),
            What::Restart { .. } | What::Config { .. } => {}
            What::Grow => {
                if draft.alive.len() < INSTANCES_MAX {
                    self.begin(world, act.service, draft, act.at);
                }
                return;
            }
            What::Shrink => {
                if draft.alive.len() > 1
                    && let Some(last) = draft.alive.pop()
                {
                    self.end(last, act.at, false);
                }
                return;
            }
        }
        let is_crash = matches!(act.what, What::Restart { is_crash: true, .. });
        if let Some(down) = act.what.down() {
            self.replace(world, draft, number, (down, is_crash));
        }
    }

    /// Every process of the service is replaced, one after the other.
    fn replace(
        &mut self,
        world: &World,
        draft: &mut Draft,
        number: usize,
        (down, is_crash): (Us, bool),
    ) {
        let Some(act) = world.acts.get(number) else { return };
        let old = std::mem::take(&mut draft.alive);
        for (turn, instance) in (0..).zip(old) {
            let at = act.at + turn * STAGGER;
            self.end(instance, at, is_crash);
            self.begin(world, act.service, draft, at + down);
        }
    }

    fn begin(&mut self, world: &World, service: ServiceId, draft: &mut Draft, from: Us) {
        let Some(release) = draft.stack.last() else { return };
        let Some(own) = self.by_service.get_mut(service.0) else { return };
        let instance = self.instances.len();
        let mut random = Random::new(self.seed, Use::Skew, &[instance as u64]);
        self.instances.push(Running {
            service,
            number: own.len() + 1,
            version: release.version.clone(),
            release: release.brought_by,
            sdk: draft.sdk.clone(),
            from,
            until: Us::MAX,
            is_crash: false,
            skew: random.between(-world.hosts.skew, world.hosts.skew),
        });
        own.push(instance);
        draft.alive.push(instance);
    }

    fn end(&mut self, instance: usize, at: Us, is_crash: bool) {
        if let Some(running) = self.instances.get_mut(instance) {
            running.until = at;
            running.is_crash = is_crash;
        }
    }
}
