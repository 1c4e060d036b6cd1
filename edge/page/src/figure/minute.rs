//! The flow map of one minute, as the chart takes it: what flows against what usually does.

use crate::place::Place;
use hw_api::{FlowHop as CountedHop, FlowMap as CountedMap, Shift};
use hw_chart::{
    AnswerCount, Answering, Asked, FlowHop, FlowMap, FlowService, HopState, Standing, Tense,
};
use std::collections::{BTreeMap, BTreeSet};

/// The map of a minute. Of a hop that shifted it is known which share is usual; any other passes its usual
/// share of what comes to it, which may be more or less than usual. DependencyAnswerss are no flow: who answers them
/// stands in a box.
pub(crate) fn minute(title: &str, counted: &CountedMap, shifts: &[Shift]) -> FlowMap {
    let minutes = minutes(counted);
    let (asking, flowing): (Vec<&CountedHop>, Vec<&CountedHop>) =
        counted.hops.iter().partition(|hop| hop.dependency.is_some());
    let mut hops: Vec<FlowHop> = flowing.iter().map(|hop| drawn(hop, shifts, minutes)).collect();
    carry(&mut hops);
    let mut passing: BTreeSet<&str> = BTreeSet::new();
    let names = flowing.iter().flat_map(|hop| [&hop.caller, &hop.callee]);
    let services: Vec<FlowService> = names
        .filter(|name| passing.insert(name.as_str()))
        .map(|name| FlowService { name: name.clone(), href: Some(Place::service(name).href()) })
        .collect();
    FlowMap {
        title: title.to_owned(),
        unit: "items".to_owned(),
        tense: Tense::Now,
        services,
        hops,
        asked: asked(&asking, &passing, minutes),
        n_folded: 0,
    }
}

/// The dependencies that somebody asks who is on the map, and whom they ask for it in turn.
fn asked(asking: &[&CountedHop], passing: &BTreeSet<&str>, minutes: f64) -> Vec<Asked> {
    let (first, further): (Vec<&&CountedHop>, Vec<&&CountedHop>) =
        asking.iter().partition(|hop| passing.contains(hop.caller.as_str()));
    let box_of = |hop: &CountedHop| {
        let asks = further.iter().filter(|other| other.caller == hop.callee);
        let asks: Vec<String> = asks
            .map(|hop| format!("asks {} {}", hop.callee, rate(hop.calls as f64 / minutes)))
            .collect();
        boxed(hop, asks, minutes)
    };
    first.into_iter().filter_map(|hop| box_of(hop)).collect()
}

fn rate(per_minute: f64) -> String {
    format!("{} / min", hw_model::count_words(per_minute))
}

/// A dependency, and what it answered.
fn boxed(hop: &CountedHop, asks: Vec<String>, minutes: f64) -> Option<Asked> {
    let answered = hop.dependency.as_ref()?;
    let of = |all: &BTreeMap<String, u64>, value: &str| all.get(value).copied().unwrap_or(0) as f64;
    let values: BTreeSet<&String> = answered.usual.keys().chain(answered.answers.keys()).collect();
    let answers = values.into_iter().map(|value| AnswerCount {
        value: value.clone(),
        usual: of(&answered.usual, value),
        now: of(&answered.answers, value),
    });
    let failed = (hop.errors > 0).then(|| format!("{} of {} calls failed", hop.errors, hop.calls));
    let note: Vec<String> = failed.into_iter().chain(asks).collect();
    Some(Asked {
        answering: Answering {
            service: hop.callee.clone(),
            asked_by: hop.caller.clone(),
            answers: answers.collect(),
        },
        owner: String::new(),
        asks_per_min: hop.calls as f64 / minutes,
        note: note.join("; "),
        standing: if hop.shifts.is_empty() { Standing::AsUsual } else { Standing::Changed },
        href: Some(Place::service(&hop.callee).href()),
    })
}

fn minutes(counted: &CountedMap) -> f64 {
    let length = hw_api::instant(&counted.to)
        .zip(hw_api::instant(&counted.from))
        .map_or(60.0, |(to, from)| to.seconds_since(from));
    (length / 60.0).max(1.0 / 60.0)
}

fn drawn(hop: &CountedHop, shifts: &[Shift], minutes: f64) -> FlowHop {
    let now = hop.left as f64 / minutes;
    let shift =
        shifts.iter().find(|shift| shift.signal == "transfer" && hop.shifts.contains(&shift.id));
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

/// What comes after a hop that changed gets more or less than usual and carries it on: of what enters a
/// service now, as large a share goes on as without the change, of as much less or more.
pub(crate) fn carry(hops: &mut [FlowHop]) {
    let unscaled: Vec<f64> = hops.iter().map(|hop| hop.usual).collect();
    // A way through the map is at most as long as it has hops; where it runs in circles this ends, too.
    for _ in 0..hops.len() {
        let scales = scales(hops);
        let mut is_settled = true;
        for (hop, unscaled) in hops.iter_mut().zip(&unscaled) {
            let Some(scale) = scales.get(&hop.from) else { continue };
            if hop.state == HopState::AsUsual {
                hop.state = HopState::CarriedOn;
                is_settled = false;
            }
            let usual = unscaled * scale;
            is_settled &= usual.total_cmp(&hop.usual).is_eq();
            hop.usual = usual;
        }
        if is_settled {
            return;
        }
    }
}

/// Of services that something unusual enters: what enters usually, as a share of what enters now.
fn scales(hops: &[FlowHop]) -> BTreeMap<String, f64> {
    let is_unusual =
        |name: &str| hops.iter().any(|hop| hop.to == name && hop.state != HopState::AsUsual);
    let mut entered: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for hop in hops {
        let (usual, now) = entered.entry(&hop.to).or_default();
        *usual += hop.usual;
        *now += hop.now;
    }
    entered
        .into_iter()
        .filter(|(name, (_, now))| *now > 0.0 && is_unusual(name))
        .map(|(name, (usual, now))| (name.to_owned(), usual / now))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_api::DependencyAnswers;

    fn hop(from: &str, to: &str, (now, usual): (f64, f64)) -> FlowHop {
        FlowHop {
            from: from.to_owned(),
            to: to.to_owned(),
            now,
            usual,
            ratio_now: None,
            ratio_usual: None,
            state: if now.total_cmp(&usual).is_eq() {
                HopState::AsUsual
            } else {
                HopState::Changed
            },
            href: None,
        }
    }

    fn carried(mut hops: Vec<FlowHop>) -> Vec<(HopState, f64)> {
        carry(&mut hops);
        hops.into_iter().map(|hop| (hop.state, hop.usual)).collect()
    }

    fn counted(caller: &str, callee: &str, dependency: Option<DependencyAnswers>) -> CountedHop {
        CountedHop {
            id: format!("{caller}|in|{callee}|op"),
            caller: caller.to_owned(),
            entry: Some("in".to_owned()),
            callee: callee.to_owned(),
            operation: "op".to_owned(),
            entered: 60,
            left: 60,
            transfer_ratio: Some(1.0),
            calls: 60,
            errors: 3,
            shifts: Vec::new(),
            dependency,
        }
    }

    #[test]
    fn dependencies_are_boxes_and_whom_they_ask_is_said_there() {
        let answers = BTreeMap::from([("yes".to_owned(), 40), ("no".to_owned(), 20)]);
        let answered =
            DependencyAnswers { answers, usual: BTreeMap::from([("yes".to_owned(), 9)]) };
        let of = CountedMap {
            from: "2026-11-26T20:40:00Z".to_owned(),
            to: "2026-11-26T20:41:00Z".to_owned(),
            hops: vec![
                counted("filter", "rules", Some(answered)),
                counted("rules", "ledger", Some(DependencyAnswers::default())),
                counted("filter", "worklist", None),
            ],
        };
        let map = minute("a minute", &of, &[]);
        let names: Vec<&str> = map.services.iter().map(|service| service.name.as_str()).collect();
        assert_eq!(names, ["filter", "worklist"], "who only answers is no bar");
        assert_eq!(map.hops.len(), 1);
        let [rules] = map.asked.as_slice() else { panic!("{:?}", map.asked) };
        assert_eq!(rules.note, "3 of 60 calls failed; asks ledger 60 / min");
        let mix: Vec<(&str, f64, f64)> = rules
            .answering
            .answers
            .iter()
            .map(|it| (it.value.as_str(), it.usual, it.now))
            .collect();
        assert_eq!(mix, [("no", 0.0, 20.0), ("yes", 9.0, 40.0)]);
    }

    #[test]
    fn what_comes_after_more_or_less_had_the_same_share_of_the_usual() {
        for (now, usual) in [(100.0, 50.0), (25.0, 50.0)] {
            let passed = carried(vec![
                hop("b", "c", (now * 0.8, now * 0.8)),
                hop("a", "b", (now, usual)),
                hop("a", "x", (7.0, 7.0)),
                hop("c", "d", (now * 0.4, now * 0.4)),
            ]);
            assert_eq!(passed[0], (HopState::CarriedOn, usual * 0.8));
            assert_eq!(passed[1], (HopState::Changed, usual));
            assert_eq!(passed[2], (HopState::AsUsual, 7.0), "beside it, nothing is carried");
            assert_eq!(passed[3], (HopState::CarriedOn, usual * 0.4));
        }
    }

    #[test]
    fn where_ways_meet_only_one_of_them_has_more() {
        let passed = carried(vec![
            hop("a", "c", (90.0, 30.0)),
            hop("b", "c", (30.0, 30.0)),
            hop("c", "d", (120.0, 120.0)),
        ]);
        assert_eq!(passed[2], (HopState::CarriedOn, 60.0));
    }

    #[test]
    fn a_circle_and_a_hop_that_nothing_passes_have_an_end() {
        let passed = carried(vec![
            hop("a", "b", (0.0, 50.0)),
            hop("b", "c", (0.0, 0.0)),
            hop("x", "y", (10.0, 5.0)),
            hop("y", "z", (10.0, 10.0)),
            hop("z", "y", (10.0, 10.0)),
        ]);
        assert_eq!(passed[1], (HopState::AsUsual, 0.0), "what it would have passed is not known");
        assert!(passed.iter().all(|(_, usual)| usual.is_finite()));
    }
}
