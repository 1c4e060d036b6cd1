//! The order of services holds while volumes and hops as usual come and go.

use super::canvas::Canvas;
use super::chosen::Chosen;
use super::{FlowHop, FlowMap, HopState};
use crate::answers::Tense;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn hop((from, to): (usize, usize), now: f64, state: HopState) -> FlowHop {
    let (from, to) = (format!("s{from}"), format!("s{to}"));
    let (ratio_now, ratio_usual, href) = (None, None, None);
    FlowHop { from, to, now, usual: now / 2.0, ratio_now, ratio_usual, state, href }
}

fn map(hops: Vec<FlowHop>) -> FlowMap {
    FlowMap {
        title: "Map".to_owned(),
        unit: "items".to_owned(),
        tense: Tense::Now,
        services: Vec::new(),
        hops,
        asked: Vec::new(),
        n_folded: 0,
    }
}

/// Of each service that is drawn its layer, and where it stands across.
fn places(data: &FlowMap, width: f64) -> BTreeMap<String, (usize, f64)> {
    let chosen = Chosen::new(data, width);
    let canvas = Canvas::new(&chosen, width, 0.0);
    let bars = chosen.services.iter().zip(&canvas.map.bars);
    bars.map(|(service, (layer, bar))| {
        (service.name.to_owned(), (*layer, bar.from + bar.size / 2.0))
    })
    .collect()
}

/// Panics if two services of one layer stand the other way round in another drawing.
fn check_order(before: &FlowMap, after: &FlowMap) {
    for width in [360.0, 1_200.0] {
        let (before, after) = (places(before, width), places(after, width));
        for (a, (layer, at)) in &before {
            for (b, (other_layer, other_at)) in &before {
                let (Some(a2), Some(b2)) = (after.get(a), after.get(b)) else { continue };
                if layer == other_layer && a2.0 == b2.0 && at < other_at {
                    assert!(a2.1 <= b2.1, "{a} stood before {b}");
                }
            }
        }
    }
}

fn hops() -> impl Strategy<Value = Vec<FlowHop>> {
    let state = prop_oneof![
        6 => Just(HopState::AsUsual),
        2 => Just(HopState::Changed),
        1 => Just(HopState::CarriedOn),
    ];
    let parts = ((0_usize..24, 0_usize..24), 1.0..5_000.0_f64, state);
    prop::collection::vec(parts.prop_map(|(ends, now, state)| hop(ends, now, state)), 1..90)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_hop_as_usual_more_moves_no_service_past_another(
        hops in hops(), ends in (0_usize..30, 0_usize..30), now in 1.0..5_000.0_f64, at in 0_usize..90,
    ) {
        let before = map(hops);
        let mut after = before.clone();
        after.hops.insert(at.min(after.hops.len()), hop(ends, now, HopState::AsUsual));
        check_order(&before, &after);
    }

    #[test]
    fn other_volumes_move_no_service_past_another(
        hops in hops(), factors in prop::collection::vec(0.01..100.0_f64, 90),
    ) {
        let before = map(hops);
        let mut after = before.clone();
        for (hop, factor) in after.hops.iter_mut().zip(factors) {
            hop.now *= factor;
        }
        check_order(&before, &after);
    }

    #[test]
    fn the_order_in_which_hops_come_is_none_of_the_map(hops in hops(), at in 0_usize..90) {
        let before = map(hops);
        let mut after = before.clone();
        let at = at % after.hops.len();
        after.hops.rotate_left(at);
        check_order(&before, &after);
    }
}

#[test]
fn what_is_left_out_is_counted_by_hops_and_by_services_that_begin_alike() {
    let mut hops = vec![hop((0, 1), 9.0, HopState::Changed)];
    for (group, n) in [("pay", 40), ("ship", 25), ("mail", 12), ("geo", 2), ("ads", 1)] {
        for at in 0..n {
            let mut hop = hop((0, 0), 1.0, HopState::AsUsual);
            (hop.from, hop.to) = (format!("{group}-{at}"), format!("{group}-{}", (at + 1) % n));
            hops.push(hop);
        }
    }
    hops.extend((0..70).map(|_| hop((0, 1), 5.0, HopState::AsUsual)));
    let data = map(hops);
    let words = Chosen::new(&data, 1_200.0).folded_words();
    let known = "+91 hops as usual in 80 services (pay 40, ship 25, mail 12 and 2 more groups)";
    assert_eq!(words, known);
    assert_eq!(Chosen::whole(&data).folded_words(), "");
}
