//! The course of a fault: where and when it is at work in a world, and when it is over.

use crate::clock::{S, Us};
use crate::fault::Fault;
use crate::ids::ServiceId;
use crate::life::{Life, Running};
use crate::world::World;

impl Fault {
    /// The service where it starts; `None` if it comes from outside.
    pub(crate) fn origin(&self, world: &World) -> Option<ServiceId> {
        self.effect.surge().is_none().then(|| world.entry(self.effect.entry()).service)
    }

    /// Whether it is at work at this time, where no instance matters.
    pub(crate) fn lasts_at(&self, at: Us) -> bool {
        at >= self.from && self.until.is_none_or(|until| at < until)
    }

    /// Whether this instance of its origin has it at this time.
    pub(crate) fn infects(&self, world: &World, instance: &Running, at: Us) -> bool {
        let mut bouts = self.bouts(world).into_iter().flatten();
        self.lasts_at(at) && bouts.any(|bout| at >= bout.from && self.lives_in(bout, instance))
    }

    /// When the last instance that has it is gone; `None` if it lasts to the end.
    pub(crate) fn ends_at(&self, world: &World, life: &Life) -> Option<Us> {
        let Some(origin) = self.origin(world) else { return self.until };
        let bouts = self.bouts(world).into_iter().flatten();
        let infected = bouts
            .flat_map(|bout| life.of(origin).filter(move |instance| self.lives_in(bout, instance)));
        let last = infected.map(|instance| instance.until).max()?;
        let last = self.until.map_or(last, |until| until.min(last));
        (last < world.length_s * S).then_some(last)
    }

    /// The times at which it breaks, each with the start of what cures it.
    fn bouts(&self, world: &World) -> [Option<Bout>; 2] {
        let bout = |from: Us| {
            let acts = self.cures.iter().filter_map(|cure| world.acts.get(*cure));
            Bout { from, cured_at: acts.map(|act| act.at).filter(|at| *at >= from).min() }
        };
        [Some(bout(self.from)), self.again.map(bout)]
    }

    fn lives_in(&self, bout: Bout, instance: &Running) -> bool {
        let is_version =
            self.sticks || self.cause.is_none_or(|cause| instance.release == Some(cause));
        is_version && bout.cured_at.is_none_or(|cured_at| instance.from < cured_at)
    }
}

/// A time at which a fault breaks, and when the processes begin that do not have it.
#[derive(Clone, Copy)]
struct Bout {
    from: Us,
    cured_at: Option<Us>,
}
