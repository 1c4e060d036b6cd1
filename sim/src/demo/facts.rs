//! What is true of a story, read off its world: for whoever checks what Highwater says.

use crate::clock::Us;
use crate::ids::ServiceId;
use crate::remark::RemarkKind;
use crate::world::{Act, What, World};
use hw_model::Timestamp;

/// What is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The service that broke.
    pub origin: String,
    /// When it did.
    pub broke_at: Timestamp,
    /// When the first person noticed.
    pub noticed_at: Timestamp,
    /// When what cures began: the service was down then for a moment.
    pub cured_at: Timestamp,
    /// The deploy that repairs the cause.
    pub repair: Deployed,
    /// The deploy that is suspected.
    pub suspect: Suspect,
    /// Every deploy; none of them broke anything.
    pub deploys: Vec<Deployed>,
}

/// A version that was deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Of which service.
    pub service: String,
    /// The version.
    pub version: String,
    /// When the old one stopped.
    pub at: Timestamp,
}

/// An innocent deploy that is suspected, taken back, and made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The deploy.
    pub deployed: Deployed,
    /// When it was taken back.
    pub rolled_back_at: Timestamp,
    /// When it was made again.
    pub redeployed_at: Timestamp,
}

impl Facts {
    pub(super) fn of(world: &World) -> Self {
        Self::read(world).expect("invariant: the story has a fault, a cure, a repair and a suspect")
    }

    fn read(world: &World) -> Option<Self> {
        let fault = world.fault.as_ref()?;
        let origin = fault.origin(world)?;
        let cured_at = world.acts.get(*fault.cures.first()?)?.at;
        let mut reports = world.remarks.iter().filter(|said| said.kind == RemarkKind::Report);
        let deploys = world.acts.iter().filter_map(|act| deployed(world, act));
        Some(Self {
            origin: world.service(origin).name.clone(),
            broke_at: world.start.instant(fault.from),
            noticed_at: world.start.instant(reports.next()?.at),
            cured_at: world.start.instant(cured_at),
            repair: deploy_of(world, origin, cured_at)?,
            suspect: suspect(world)?,
            deploys: deploys.collect(),
        })
    }
}

/// The service that is rolled back, the deploy that this takes back, and the one after it.
fn suspect(world: &World) -> Option<Suspect> {
    let is_rollback = |act: &&Act| matches!(act.what, What::Rollback { .. });
    let rollback = world.acts.iter().find(is_rollback)?;
    let service = rollback.service;
    let own = world.acts.iter().filter(|act| act.service == service && act.at < rollback.at);
    Some(Suspect {
        deployed: own.rev().find_map(|act| deployed(world, act))?,
        rolled_back_at: world.start.instant(rollback.at),
        redeployed_at: deploy_of(world, service, rollback.at)?.at,
    })
}

/// The first deploy of a service after a time.
fn deploy_of(world: &World, service: ServiceId, after: Us) -> Option<Deployed> {
    let mut own = world.acts.iter().filter(|act| act.service == service && act.at > after);
    own.find_map(|act| deployed(world, act))
}

fn deployed(world: &World, act: &Act) -> Option<Deployed> {
    let What::Deploy { version, .. } = &act.what else { return None };
    Some(Deployed {
        service: world.service(act.service).name.clone(),
        version: version.clone(),
        at: world.start.instant(act.at),
    })
}
