//! How machines and telemetry fail in a world: each fault of telemetry in some worlds, none in half.

use crate::clock::{MS, S};
use crate::ids::ServiceId;
use crate::parts::Parts;
use crate::random::Random;
use crate::world::{Hosts, Senders, Silence, World};

/// Draws slow seconds for most worlds, and faults of telemetry for half of them.
pub(super) fn draw(world: &mut World, random: &mut Random) {
    let often = Parts::percent(40);
    let [slow, lost, late, doubled] = [150, 500, 300, 300].map(|most| random.parts(0, most));
    let skew = random.between(0, 200) * MS;
    let silence = Silence {
        service: ServiceId(random.position(world.services.len())),
        from: random.between(EDGE_S, world.length_s - EDGE_S) * S,
        length: random.between(5, 30) * S,
    };
    let is_slow = random.chance(Parts::percent(70));
    let is_clean = random.chance(Parts::percent(50));
    let mut has = || random.chance(often) && !is_clean;
    let keep = |has: bool, parts: Parts| if has { parts } else { Parts::NONE };
    world.senders = Senders {
        lost: keep(has(), lost),
        late: keep(has(), late),
        doubled: keep(has(), doubled),
        silent: has().then_some(silence),
        ..Senders::default()
    };
    let skew = if has() { skew } else { 0 };
    world.hosts = Hosts { slow: keep(is_slow, slow), skew };
}

/// Nobody falls silent in the first and in the last seconds.
const EDGE_S: i64 = 60;
