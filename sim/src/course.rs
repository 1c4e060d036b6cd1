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
        self.lasts_at(at) && self.lives_in(world, instance)
    }

    /// When the last instance that has it is gone; `None` if it lasts to the end.
    pub(crate) fn ends_at(&self, world: &World, life: &Life) -> Option<Us> {
        let Some(origin) = self.origin(world) else { return self.until };
        let infected = life.of(origin).filter(|instance| self.lives_in(world, instance));
        let last = infected.map(|instance| instance.until).max()?;
        let last = self.until.map_or(last, |until| until.min(last));
        (last < world.length_s * S).then_some(last)
    }

    fn lives_in(&self, world: &World, instance: &Running) -> bool {
        let cured_at = self.cure.and_then(|cure| world.acts.get(cure)).map(|act| act.at);
        let is_version =
            self.sticks || self.cause.is_none_or(|cause| instance.release == Some(cause));
        is_version && cured_at.is_none_or(|cured_at| instance.from < cured_at)
    }
}
