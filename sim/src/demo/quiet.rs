//! Ordinary life on quiet days: small releases, restarts and settings, none of which alters the flow.
//!
//! Versions are counted back from those the story begins with.

use crate::clock::{DAY_S, S, Us};
use crate::days::is_working_day;
use crate::ids::ServiceId;
use crate::parts::Parts;
use crate::random::Random;
use crate::world::{Act, Service, Telling, What, World};

/// How often something happens on a working day, and a restart on any day.
const DEPLOY: Parts = Parts::percent(75);
const SETTING: Parts = Parts::percent(25);
const RESTART: Parts = Parts::percent(20);

/// Of how many deploys a pipeline tells.
const TOLD: Parts = Parts::percent(30);

/// When people release and set, in seconds of a day.
const OFFICE_S: (i64, i64) = (9 * 3_600 + 1_800, 16 * 3_600);

/// How long a service is down, in seconds.
const DOWN_S: (i64, i64) = (2, 5);

/// What is set.
const SETTINGS: [&str; 6] = [
    "page_size=50",
    "page_size=100",
    "cache_s=60",
    "cache_s=300",
    "log_level=debug",
    "log_level=info",
];

/// Adds ordinary life to the first days of a world.
pub(super) fn draw(world: &mut World, random: &mut Random, days: i64) {
    let mut acts = Vec::new();
    // From the last day to the first, because versions are counted back.
    for day in (0..days).rev() {
        let epoch_day = world.start.instant(0).tick().0.div_euclid(DAY_S) + day;
        if is_working_day(epoch_day) {
            acts.extend(deploy(world, random, day));
            acts.extend(setting(world, random, day));
        }
        acts.extend(restart(world, random, day));
    }
    acts.sort_by_key(|act| act.at);
    if let Some(fault) = &mut world.fault {
        fault.cause = fault.cause.map(|number| number + acts.len());
        fault.cures.iter_mut().for_each(|number| *number += acts.len());
    }
    world.acts.splice(0..0, acts);
}

fn deploy(world: &mut World, random: &mut Random, day: i64) -> Option<Act> {
    let happens = random.chance(DEPLOY);
    let has_older = |service: &Service| version_before(&service.version).is_some();
    let releasable = (0..).zip(&world.services).filter(|(_, service)| has_older(service));
    let releasable: Vec<usize> = releasable.map(|(number, _)| number).collect();
    let service = ServiceId(*random.pick(&releasable)?);
    let (at, down) = (within(random, day, OFFICE_S), down(random));
    let is_told = random.chance(TOLD);
    let telling = Telling { off: random.between(-20, 5) * S, after: random.between(5, 40) * S };
    let own = world.services.get_mut(service.0).filter(|_| happens)?;
    let version = own.version.clone();
    own.version = version_before(&version)?;
    let what = What::Deploy { version, down };
    Some(Act { at, service, what, told: is_told.then_some(telling) })
}

/// A setting is known only if it is told.
fn setting(world: &World, random: &mut Random, day: i64) -> Option<Act> {
    let happens = random.chance(SETTING);
    let (service, at) = (any_service(world, random), within(random, day, OFFICE_S));
    let value = (*random.pick(&SETTINGS)?).to_owned();
    let told = Some(Telling { off: 0, after: random.between(10, 90) * S });
    happens.then_some(Act { at, service, what: What::Config { value }, told })
}

fn restart(world: &World, random: &mut Random, day: i64) -> Option<Act> {
    let happens = random.chance(RESTART);
    let (service, at) = (any_service(world, random), within(random, day, (0, DAY_S - 60)));
    let what = What::Restart { down: down(random), is_crash: false };
    happens.then_some(Act { at, service, what, told: None })
}

fn any_service(world: &World, random: &mut Random) -> ServiceId {
    ServiceId(random.position(world.services.len()))
}

fn within(random: &mut Random, day: i64, (from_s, until_s): (i64, i64)) -> Us {
    (day * DAY_S + random.between(from_s, until_s)) * S
}

fn down(random: &mut Random) -> Us {
    random.between(DOWN_S.0, DOWN_S.1) * S
}

/// `2.3.8` before `2.3.9`; `None` where a version is the first of its kind.
fn version_before(version: &str) -> Option<String> {
    let (rest, patch) = version.rsplit_once('.')?;
    let before = patch.parse::<u32>().ok()?.checked_sub(1)?;
    Some(format!("{rest}.{before}"))
}
