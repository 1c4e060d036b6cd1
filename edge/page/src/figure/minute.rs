//! The flow map of one minute, as the chart takes it: what flows against what usually does.

use crate::place::Place;
use hw_api::{FlowHop as CountedHop, FlowMap as CountedMap, Shift};
use hw_chart::{FlowHop, FlowMap, FlowService, HopState, Tense};
use std::collections::BTreeSet;

/// The map of a minute. Of a hop that shifted it is known what is usual; any other is as usual.
pub(crate) fn minute(title: &str, counted: &CountedMap, shifts: &[Shift]) -> FlowMap {
    let minutes = minutes(counted);
    let mut hops: Vec<FlowHop> =
        counted.hops.iter().map(|hop| drawn(hop, shifts, minutes)).collect();
    carry(&mut hops);
    let mut seen = BTreeSet::new();
    let names = counted.hops.iter().flat_map(|hop| [&hop.caller, &hop.callee]);
    let services = names
        .filter(|name| seen.insert(name.as_str()))
        .map(|name| FlowService { name: name.clone(), href: Some(Place::service(name).href()) });
    FlowMap {
        title: title.to_owned(),
        unit: "items".to_owned(),
        tense: Tense::Now,
        services: services.collect(),
        hops,
        asked: Vec::new(),
        n_folded: 0,
    }
}

fn minutes(counted: &CountedMap) -> f64 {
    let length = hw_api::instant(&counted.to)
        .zip(hw_api::instant(&counted.from))
        .map_or(60.0, |(to, from)| to.seconds_since(from));
    (length / 60.0).max(1.0 / 60.0)
}

fn drawn(hop: &CountedHop, shifts: &[Shift], minutes: f64) -> FlowHop {
    let now = hop.left as f64 / minutes;
    let shift = shifts.iter().find(|shift| {
        shift.signal == "transfer" && shift.ended_at.is_none() && hop.shifts.contains(&shift.id)
    });
    let usual = shift.map_or(now, |shift| hop.entered as f64 / minutes * shift.before);
    FlowHop {
        from: hop.caller.clone(),
        to: hop.callee.clone(),
        now,
        usual,
        ratio_now: hop.transfer_ratio,
        ratio_usual: shift.map(|shift| (shift.before, shift.before)),
        state: if shift.is_some() { HopState::Changed } else { HopState::AsUsual },
        href: Some(Place::hop(&hop.id).href()),
    }
}

/// What comes after a hop that changed gets more or less than usual and carries it on.
fn carry(hops: &mut [FlowHop]) {
    let mut reached: BTreeSet<String> = hops
        .iter()
        .filter(|hop| hop.state == HopState::Changed)
        .map(|hop| hop.to.clone())
        .collect();
    let excess: f64 = hops
        .iter()
        .filter(|hop| hop.state == HopState::Changed)
        .map(|hop| hop.now / hop.usual.max(1e-9))
        .fold(1.0, f64::max);
    loop {
        let n_before = reached.len();
        for hop in hops.iter_mut().filter(|hop| hop.state == HopState::AsUsual) {
            if reached.contains(&hop.from) {
                hop.state = HopState::CarriedOn;
                hop.usual = hop.now / excess.max(1.0);
                reached.insert(hop.to.clone());
            }
        }
        if reached.len() == n_before {
            return;
        }
    }
}
