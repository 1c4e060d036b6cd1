//! Pictures in states other than the story's: calm, learning, with gaps, broken, crowded, empty.

use crate::story;
use hw_chart::{
    AnswerMix, Baseline, ChangeMark, Durations, FlowHop, FlowMap, HopState, Mark, OnsetCloseUp,
    Quantity, RatioOverTime, Said, Standing, ThresholdSweep, View,
};
use hw_model::Verdict;

pub(crate) fn gaps() -> RatioOverTime {
    let mut data = story::ratio();
    for point in &mut data.series.points {
        let missing =
            [((0, 20, 0), (0, 22, 30)), ((1, 14, 0), (1, 14, 30)), ((2, 3, 0), (2, 3, 10))];
        let is_missing = missing.iter().any(|(a, b)| {
            story::clock(a.0, a.1, a.2) <= point.at && point.at < story::clock(b.0, b.1, b.2)
        });
        if is_missing {
            point.value = None;
        }
    }
    data.series.points.retain(|point| point.at < story::clock(2, 15, 0));
    data
}

pub(crate) fn learning() -> RatioOverTime {
    let view =
        View { from: story::clock(0, 1, 0), to: story::clock(0, 9, 0), zone: story::berlin() };
    let mut series = story::series(&view, 60);
    series.baseline = Baseline::Learning;
    RatioOverTime {
        title: "Share that filter lets through".to_owned(),
        series,
        view,
        onset: None,
        alerts: Vec::new(),
        people: Vec::new(),
        changes: Vec::new(),
    }
}

pub(crate) fn fan_out() -> RatioOverTime {
    let mut data = story::ratio();
    for point in &mut data.series.points {
        point.value = point.value.map(|value| value * 4.3);
    }
    for point in &mut data.series.band {
        (point.low, point.high) = (point.low * 4.3, point.high * 4.3);
    }
    data
}

pub(crate) fn count() -> RatioOverTime {
    let mut data = fan_out();
    data.series.quantity = Quantity::Count { unit: "items / min".to_owned() };
    for point in &mut data.series.points {
        point.value = point.value.map(|value| value * 971.0);
    }
    for point in &mut data.series.band {
        (point.low, point.high) = (point.low * 971.0, point.high * 971.0);
    }
    data
}

pub(crate) fn no_data() -> RatioOverTime {
    let mut data = learning();
    data.series.points.clear();
    data.series.band.clear();
    data
}

pub(crate) fn crowded() -> RatioOverTime {
    let mut data = story::ratio();
    let saids = [Verdict::Exonerated, Verdict::NotImplicated, Verdict::Undecided];
    for n in 0..60 {
        let at = story::clock(0, 7, 0).plus_s(f64::from(n) * 3_300.0);
        let said = Said::Verdict(saids[usize::try_from(n % 3).unwrap()]);
        let service = ["filter", "inbox", "enrich", "billing"][usize::try_from(n % 4).unwrap()];
        let (kind, what) = ("deploy".to_owned(), format!("r{n}"));
        data.changes.push(ChangeMark {
            at,
            service: service.to_owned(),
            kind,
            what,
            said,
            href: None,
        });
    }
    for n in 0..20 {
        let at = story::clock(1, 8, 0).plus_s(f64::from(n) * 1_500.0);
        data.people.push(Mark { at, label: format!("note {n}") });
    }
    data
}

pub(crate) fn one_hop() -> FlowMap {
    let mut map = story::map();
    map.services.clear();
    map.hops.truncate(1);
    map.asked.clear();
    map.n_folded = 0;
    map
}

pub(crate) fn one_service() -> FlowMap {
    let mut map = story::map();
    map.services.truncate(1);
    map.hops.clear();
    map.asked.clear();
    map.n_folded = 1;
    map
}

pub(crate) fn empty_map() -> FlowMap {
    FlowMap { services: Vec::new(), ..one_service() }
}

pub(crate) fn zero_flow() -> FlowMap {
    let mut map = story::map();
    for hop in &mut map.hops {
        (hop.now, hop.usual, hop.ratio_now) = (0.0, 0.0, None);
    }
    map
}

pub(crate) fn deficit() -> FlowMap {
    let mut map = story::map();
    for hop in &mut map.hops {
        match hop.state {
            HopState::AsUsual => {}
            HopState::Changed => (hop.now, hop.ratio_now) = (480.0, Some(0.115)),
            HopState::CarriedOn => (hop.now, hop.ratio_now) = (478.0, Some(0.998)),
        }
    }
    map.asked[0].answering.answers[0].now = 480.0;
    map.asked[0].answering.answers[1].now = 3_700.0;
    map
}

pub(crate) fn cycles() -> FlowMap {
    let hop = |from: &str, to: &str, now: f64, state| story::hop(from, to, (now, now), 0.97, state);
    let mut map = story::map();
    map.hops.extend([
        hop("inbox", "filter", 120.0, HopState::AsUsual),
        hop("enrich", "enrich", 44.0, HopState::AsUsual),
        hop("enrich", "archive", 900.0, HopState::AsUsual),
        hop("intake", "archive", 310.0, HopState::AsUsual),
    ]);
    let mut second = map.asked[0].clone();
    second.answering.service = "prices".to_owned();
    second.answering.asked_by = "enrich".to_owned();
    second.answering.answers[1].now = 4_000.0;
    second.standing = Standing::AsUsual;
    map.asked.push(second);
    map
}

/// Many hops over four layers, three of them changed.
pub(crate) fn many() -> FlowMap {
    let mut map = story::map();
    map.hops.clear();
    map.services.clear();
    map.asked.clear();
    let pick = |n: i64| ((story::noise(n) + 0.5) * 8.0).floor();
    for n in 0_i64..75 {
        let layer = usize::try_from(n % 3).unwrap();
        let from = format!("{}-{}", ["feed", "stage", "sort"][layer], pick(n));
        let to = format!("{}-{}", ["stage", "sort", "sink"][layer], pick(n + 1_000));
        let now = 40.0 + 900.0 * (story::noise(n + 2_000) + 0.5).powi(4);
        map.hops.push(story::hop(&from, &to, (now, now), 0.98, HopState::AsUsual));
    }
    for (at, state) in [(3, HopState::Changed), (10, HopState::CarriedOn), (24, HopState::Changed)]
    {
        let hop: &mut FlowHop = &mut map.hops[at];
        hop.state = state;
        hop.ratio_usual = Some((0.47, 0.52));
        hop.now = hop.usual * 2.0 + 300.0;
    }
    map
}

pub(crate) fn empty_mix() -> AnswerMix {
    AnswerMix { dependencies: Vec::new(), ..story::mix() }
}

pub(crate) fn empty_durations() -> Durations {
    let mut data = story::durations();
    for row in &mut data.rows {
        row.dots.clear();
    }
    data
}

pub(crate) fn empty_sweep() -> ThresholdSweep {
    ThresholdSweep { points: Vec::new(), chosen: None, ..story::sweep() }
}

/// Every name of a picture through `f`, for hostile ones.
pub(crate) fn renamed_map(f: &dyn Fn(&str) -> String) -> FlowMap {
    let mut map = cycles();
    map.title = f(&map.title);
    map.unit = f(&map.unit);
    for service in &mut map.services {
        service.name = f(&service.name);
        service.href = Some(f("/flow"));
    }
    for hop in &mut map.hops {
        (hop.from, hop.to) = (f(&hop.from), f(&hop.to));
        hop.href = Some(f("/flow"));
    }
    for asked in &mut map.asked {
        asked.owner = f(&asked.owner);
        asked.note = f(&asked.note);
        asked.href = Some(f("/flow"));
        rename(&mut asked.answering, f);
    }
    map
}

fn rename(answering: &mut hw_chart::Answering, f: &dyn Fn(&str) -> String) {
    answering.service = f(&answering.service);
    answering.asked_by = f(&answering.asked_by);
    for answer in &mut answering.answers {
        answer.value = f(&answer.value);
    }
}

pub(crate) fn renamed_ratio(f: &dyn Fn(&str) -> String) -> RatioOverTime {
    let mut data = crowded();
    data.title = f(&data.title);
    data.view.zone.name = f(&data.view.zone.name);
    data.series.quantity = Quantity::Count { unit: f("items") };
    for mark in data.alerts.iter_mut().chain(&mut data.people) {
        mark.label = f(&mark.label);
    }
    for change in &mut data.changes {
        change.service = f(&change.service);
        change.kind = f(&change.kind);
        change.what = f(&change.what);
        change.href = Some(f("/changes"));
    }
    data
}

pub(crate) fn renamed_mix(f: &dyn Fn(&str) -> String) -> AnswerMix {
    let mut data = story::mix();
    data.title = f(&data.title);
    data.dependencies.iter_mut().for_each(|answering| rename(answering, f));
    data
}

pub(crate) fn renamed_durations(f: &dyn Fn(&str) -> String) -> Durations {
    let mut data = story::durations();
    data.title = f(&data.title);
    for row in &mut data.rows {
        row.name = f(&row.name);
        for dot in &mut row.dots {
            dot.name = f(&dot.name);
            dot.href = Some(f("/incidents"));
        }
    }
    data
}

pub(crate) fn renamed_sweep(f: &dyn Fn(&str) -> String) -> ThresholdSweep {
    let quantity = Quantity::Count { unit: f("items") };
    ThresholdSweep { title: f("Threshold"), quantity, ..story::sweep() }
}

pub(crate) fn renamed_close_up(f: &dyn Fn(&str) -> String) -> OnsetCloseUp {
    let mut data = story::close_up();
    data.title = f(&data.title);
    for alert in &mut data.alerts {
        alert.label = f(&alert.label);
    }
    for change in &mut data.changes {
        change.kind = f(&change.kind);
    }
    data
}
