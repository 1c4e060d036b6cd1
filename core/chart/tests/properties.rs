//! Whatever the data: every picture keeps its rules, ends, and is the same again.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "support/checks.rs"]
mod checks;
#[path = "support/xml.rs"]
mod xml;

use hw_chart::{
    AnswerCount, AnswerMix, Answering, Asked, BandPoint, Baseline, ChangeMark, DurationDot,
    DurationRow, Durations, Emphasis, FlowHop, FlowMap, HopState, Mark, Onset, OnsetCloseUp, PAGE,
    PAPER, Point, Quantity, RatioOverTime, Said, Series, Standing, Style, SweepPoint, Table, Tense,
    ThresholdSweep, View, Zone, answer_mix, answer_mix_tables, durations, durations_tables,
    flow_map, flow_map_tables, flow_map_whole, onset_close_up, onset_close_up_tables,
    ratio_over_time, ratio_over_time_tables, threshold_sweep, threshold_sweep_tables,
};
use hw_model::{Effect, Interval, Timestamp, Verdict};
use proptest::prelude::*;

/// Pictures per kind. Two thousand were run when this was written.
const CASES: u32 = 64;

/// Numbers as they come, and as they must not.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => 0.0..5_000.0_f64,
        4 => 0.0..1.0_f64,
        1 => Just(0.0),
        1 => prop::num::f64::ANY,
    ]
}

fn share() -> impl Strategy<Value = f64> {
    prop_oneof![9 => 0.0..1.0_f64, 2 => 0.0..4.0_f64, 1 => number()]
}

/// An instant within three days, now and then anywhere.
fn instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        20 => (0_i64..259_200).prop_map(|s| Timestamp::from_s(1_795_000_000 + s)),
        1 => any::<i64>().prop_map(Timestamp),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[a-z]{1,12}", 2 => "\\PC{0,60}", 1 => "[\\x00-\\x7f]{0,20}"]
}

fn href() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof!["/[a-z]{1,9}", "javascript:[a-z]{1,5}", "//[a-z]{1,9}"])
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        prop::sample::select(vec![
            Verdict::Implicated,
            Verdict::Undecided,
            Verdict::NotImplicated,
            Verdict::Exonerated,
        ])
        .prop_map(Said::Verdict),
        prop::sample::select(Effect::ALL.to_vec()).prop_map(Said::Effect),
        Just(Said::Nothing),
    ]
}

fn change() -> impl Strategy<Value = ChangeMark> {
    let service = prop_oneof!["[a-d]", text()];
    (instant(), service, text(), text(), said(), href()).prop_map(
        |(at, service, kind, what, said, href)| ChangeMark { at, service, kind, what, said, href },
    )
}

fn mark() -> impl Strategy<Value = Mark> {
    (instant(), text()).prop_map(|(at, label)| Mark { at, label })
}

fn view() -> impl Strategy<Value = View> {
    let zone = (any::<i32>(), text()).prop_map(|(offset_s, name)| Zone { offset_s, name });
    (instant(), instant(), zone).prop_map(|(a, b, zone)| View {
        from: a.min(b),
        to: a.max(b),
        zone,
    })
}

fn series() -> impl Strategy<Value = Series> {
    let quantity =
        prop_oneof![Just(Quantity::Ratio), text().prop_map(|unit| Quantity::Count { unit }),];
    let point = (instant(), prop::option::of(share())).prop_map(|(at, value)| Point { at, value });
    let band =
        (instant(), share(), share()).prop_map(|(at, low, high)| BandPoint { at, low, high });
    let baseline = prop::sample::select(vec![Baseline::Learned, Baseline::Learning]);
    let points = prop::collection::vec(point, 0..80);
    let window_s = prop_oneof![4 => 1.0..7_200.0_f64, 1 => number()];
    (quantity, window_s, points, prop::collection::vec(band, 0..20), baseline).prop_map(
        |(quantity, window_s, points, band, baseline)| Series {
            quantity,
            window_s,
            points,
            band,
            baseline,
        },
    )
}

fn onset() -> impl Strategy<Value = Onset> {
    (instant(), instant(), instant())
        .prop_map(|(at, from, to)| Onset { at, within: Interval { from, to } })
}

fn ratios() -> impl Strategy<Value = RatioOverTime> {
    let marks = || prop::collection::vec(mark(), 0..8);
    let changes = prop::collection::vec(change(), 0..60);
    (text(), view(), series(), prop::option::of(onset()), (marks(), marks(), changes)).prop_map(
        |(title, view, series, onset, (alerts, people, changes))| RatioOverTime {
            title,
            view,
            series,
            onset,
            alerts,
            people,
            changes,
        },
    )
}

fn close_ups() -> impl Strategy<Value = OnsetCloseUp> {
    (onset(), ratios()).prop_map(|(onset, data)| OnsetCloseUp {
        title: data.title,
        view: data.view,
        series: data.series,
        onset,
        alerts: data.alerts,
        changes: data.changes,
    })
}

fn answering(asked_by: impl Strategy<Value = String>) -> impl Strategy<Value = Answering> {
    let answer = (text(), number(), number()).prop_map(|(value, usual, now)| AnswerCount {
        value,
        usual,
        now,
    });
    (text(), asked_by, prop::collection::vec(answer, 0..9))
        .prop_map(|(service, asked_by, answers)| Answering { service, asked_by, answers })
}

fn maps() -> impl Strategy<Value = FlowMap> {
    let name = || prop_oneof![9 => "[a-h]", 1 => text()];
    let usual = prop::option::of((share(), share()));
    let state =
        prop::sample::select(vec![HopState::AsUsual, HopState::Changed, HopState::CarriedOn]);
    let hop =
        ((name(), name()), (number(), number()), prop::option::of(share()), usual, (state, href()))
            .prop_map(|(ends, flow, ratio_now, ratio_usual, (state, href))| FlowHop {
                from: ends.0,
                to: ends.1,
                now: flow.0,
                usual: flow.1,
                ratio_now,
                ratio_usual,
                state,
                href,
            });
    let standing =
        prop::sample::select(vec![Standing::Origin, Standing::Changed, Standing::AsUsual]);
    let asked = (answering(name()), text(), number(), text(), (standing, href())).prop_map(
        |(answering, owner, asks_per_min, note, (standing, href))| Asked {
            answering,
            owner,
            asks_per_min,
            note,
            standing,
            href,
        },
    );
    let tense = prop::sample::select(vec![Tense::Now, Tense::During]);
    let hops = prop::collection::vec(hop, 0..75);
    (text(), tense, hops, prop::collection::vec(asked, 0..5), any::<usize>()).prop_map(
        |(unit, tense, hops, asked, n_folded)| FlowMap {
            title: "Where the flow changed".to_owned(),
            unit,
            tense,
            services: Vec::new(),
            hops,
            asked,
            n_folded,
        },
    )
}

/// Maps of more hops than a view has, each between another pair.
fn great_maps() -> impl Strategy<Value = FlowMap> {
    let state = prop_oneof![
        20 => Just(HopState::AsUsual),
        2 => Just(HopState::Changed),
        1 => Just(HopState::CarriedOn),
    ];
    let hop = ((1.0..5_000.0_f64, 1.0..5_000.0_f64), state);
    let hops = prop::collection::btree_map((0_u32..60, 0_u32..60), hop, 1..300);
    hops.prop_map(|hops| FlowMap {
        title: "Where the flow changed".to_owned(),
        unit: "items".to_owned(),
        tense: Tense::Now,
        services: Vec::new(),
        hops: hops
            .into_iter()
            .map(|((from, to), ((now, usual), state))| FlowHop {
                from: format!("team-{from}"),
                to: format!("team-{to}"),
                now,
                usual,
                ratio_now: None,
                ratio_usual: None,
                state,
                href: None,
            })
            .collect(),
        asked: Vec::new(),
        n_folded: 0,
    })
}

fn rows() -> impl Strategy<Value = Durations> {
    let emphasis = prop::sample::select(vec![Emphasis::Plain, Emphasis::Subject]);
    let seconds = prop_oneof![9 => 1.0..1e6_f64, 1 => number()];
    let dot = (seconds, text(), href(), emphasis)
        .prop_map(|(seconds, name, href, emphasis)| DurationDot { seconds, name, href, emphasis });
    let row = (text(), prop::collection::vec(dot, 0..40))
        .prop_map(|(name, dots)| DurationRow { name, dots });
    (text(), prop::collection::vec(row, 0..6)).prop_map(|(title, rows)| Durations { title, rows })
}

fn sweeps() -> impl Strategy<Value = ThresholdSweep> {
    let point = (share(), 0_u64..500, prop::option::of(number())).prop_map(
        |(threshold, false_alarms, fires_after_s)| SweepPoint {
            threshold,
            false_alarms,
            fires_after_s,
        },
    );
    let quantity =
        prop_oneof![Just(Quantity::Ratio), text().prop_map(|unit| Quantity::Count { unit }),];
    let optional = || prop::option::of(number());
    (quantity, number(), prop::collection::vec(point, 0..30), optional(), (optional(), optional()))
        .prop_map(|(quantity, quiet_days, points, chosen, (noticed_after_s, detected_after_s))| {
            let title = "Threshold".to_owned();
            ThresholdSweep {
                title,
                quantity,
                quiet_days,
                points,
                chosen,
                noticed_after_s,
                detected_after_s,
            }
        })
}

/// Draws in a width, twice, and checks what holds for every picture.
fn check<D>(data: &D, draw: fn(&D, &Style<'_>) -> String, width_px: u32) {
    for inks in [&PAGE, &PAPER] {
        let style = Style { inks, width_px, id_prefix: "t" };
        let svg = draw(data, &style);
        checks::check(&svg, "t");
        assert_eq!(svg, draw(data, &style), "equal inputs give equal bytes");
    }
}

/// Every row of a table has a cell per column.
fn rectangular(tables: &[Table]) {
    for table in tables {
        assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{}", table.caption);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn maps_keep_the_rules(data in maps(), width_px in 280_u32..1_500) {
        check(&data, flow_map, width_px);
        rectangular(&flow_map_tables(&data));
    }

    #[test]
    fn whole_maps_keep_the_rules(data in maps(), width_px in 280_u32..1_500) {
        check(&data, flow_map_whole, width_px);
    }

    /// Nothing far is drawn while something near is left out, and nothing as usual instead of what changed.
    #[test]
    fn what_changed_and_its_neighbourhood_come_first(data in great_maps(), width_px in 280_u32..1_500) {
        let svg = flow_map(&data, &Style { inks: &PAPER, width_px, id_prefix: "t" });
        let elements = xml::read(&svg).unwrap();
        let hops = elements.iter().enumerate().filter(|(_, e)| {
            e.attributes.get("class").is_some_and(|class| class == "hop")
        });
        let title = |group: usize| elements.iter().find(|e| e.parent == Some(group)).unwrap();
        let drawn: Vec<String> = hops.map(|(at, _)| title(at).text.clone()).collect();
        prop_assert!(drawn.len() <= 60);
        let is_drawn = |hop: &FlowHop| {
            drawn.iter().any(|said| said.starts_with(&format!("{} to {}: ", hop.from, hop.to)))
        };
        let changed = data.hops.iter().filter(|hop| hop.state == HopState::Changed);
        let near: Vec<&str> = changed.flat_map(|hop| [&*hop.from, &*hop.to]).collect();
        let class = |hop: &FlowHop| match hop.state {
            HopState::Changed => 0,
            HopState::CarriedOn => 1,
            HopState::AsUsual if near.contains(&&*hop.from) || near.contains(&&*hop.to) => 2,
            HopState::AsUsual => 3,
        };
        let farthest = data.hops.iter().filter(|hop| is_drawn(hop)).map(class).max();
        let nearest = data.hops.iter().filter(|hop| !is_drawn(hop)).map(class).min();
        prop_assert!(nearest.is_none() || farthest <= nearest, "{:?} {:?}", farthest, nearest);
        let n_left_out = data.hops.len() - drawn.len();
        prop_assert!(n_left_out == 0 || svg.contains(">+"));
    }

    #[test]
    fn ratios_keep_the_rules(data in ratios(), width_px in 280_u32..1_500) {
        check(&data, ratio_over_time, width_px);
        rectangular(&ratio_over_time_tables(&data));
    }

    #[test]
    fn close_ups_keep_the_rules(data in close_ups(), width_px in 280_u32..1_500) {
        check(&data, onset_close_up, width_px);
        rectangular(&onset_close_up_tables(&data));
    }

    #[test]
    fn answer_mixes_keep_the_rules(
        dependencies in prop::collection::vec(answering(text()), 0..5),
        width_px in 280_u32..1_500,
    ) {
        let data = AnswerMix { title: "Answers".to_owned(), tense: Tense::During, dependencies };
        check(&data, answer_mix, width_px);
        rectangular(&answer_mix_tables(&data));
    }

    #[test]
    fn durations_keep_the_rules(data in rows(), width_px in 280_u32..1_500) {
        check(&data, durations, width_px);
        rectangular(&durations_tables(&data));
    }

    #[test]
    fn sweeps_keep_the_rules(data in sweeps(), width_px in 280_u32..1_500) {
        check(&data, threshold_sweep, width_px);
        rectangular(&threshold_sweep_tables(&data));
    }
}
