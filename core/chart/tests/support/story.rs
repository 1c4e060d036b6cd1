//! The story as data: half of what comes in passes, then nearly everything does, because a dependency says
//! "go ahead" to every question.

use hw_chart::{
    AnswerCount, AnswerMix, Answering, Asked, BandPoint, Baseline, ChangeMark, DurationDot,
    DurationRow, Durations, Emphasis, FlowHop, FlowMap, FlowService, HopState, Mark, Onset,
    OnsetCloseUp, Point, Quantity, RatioOverTime, Said, Series, Standing, SweepPoint, Tense,
    ThresholdSweep, View, Zone,
};
use hw_model::{Effect, Interval, Timestamp, Verdict};

/// Wed 2026-11-18 00:00 in UTC+1, as seconds since 1970.
const WEDNESDAY: i64 = 1_795_388_400 - 5 * 86_400;

/// An instant of the story: days after Wednesday, hour and minute of the clock in Berlin.
pub(crate) fn clock(day: i64, hour: i64, minute: i64) -> Timestamp {
    Timestamp::from_s(WEDNESDAY + day * 86_400 + hour * 3_600 + minute * 60)
}

pub(crate) fn berlin() -> Zone {
    Zone { offset_s: 3_600, name: "Europe/Berlin".to_owned() }
}

/// Ups and downs that are the same every time: a linear congruence.
pub(crate) fn noise(seed: i64) -> f64 {
    let mut state =
        seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
    state ^= state >> 29;
    state = state.wrapping_mul(2_862_933_555_777_941_757);
    ((state >> 16) & 0xffff) as f64 / 65_536.0 - 0.5
}

pub(crate) fn onset() -> Onset {
    let within = Interval { from: clock(1, 7, 31), to: clock(1, 7, 38) };
    Onset { at: clock(1, 7, 34), within }
}

fn change(at: Timestamp, service: &str, words: (&str, &str), said: Said) -> ChangeMark {
    ChangeMark {
        at,
        service: service.to_owned(),
        kind: words.0.to_owned(),
        what: words.1.to_owned(),
        said,
        href: Some("/changes/3".to_owned()),
    }
}

pub(crate) fn changes() -> Vec<ChangeMark> {
    vec![
        change(
            clock(1, 7, 31),
            "eligibility",
            ("flag", "rules-cache-v2 on"),
            Said::Verdict(Verdict::Implicated),
        ),
        change(clock(2, 14, 5), "eligibility", ("restart", ""), Said::Effect(Effect::Worked)),
        change(
            clock(0, 14, 20),
            "filter",
            ("deploy", "r312 refactoring"),
            Said::Verdict(Verdict::Exonerated),
        ),
        change(
            clock(1, 17, 45),
            "filter",
            ("rollback", "r312 to r311"),
            Said::Effect(Effect::None),
        ),
        change(
            clock(1, 9, 2),
            "inbox",
            ("deploy", "r88 layout"),
            Said::Verdict(Verdict::NotImplicated),
        ),
        change(
            clock(2, 9, 30),
            "inbox",
            ("config", "page size"),
            Said::Verdict(Verdict::Undecided),
        ),
    ]
}

/// The share that passes, in windows of so many seconds.
pub(crate) fn series(view: &View, window_s: i64) -> Series {
    let (from, to) = (view.from.tick().0, view.to.tick().0);
    let share = |second: i64| {
        let at = Timestamp::from_s(second);
        let wave = 0.01 * ((second - WEDNESDAY) as f64 / 14_000.0).sin();
        let calm = 0.495 + wave + 0.025 * noise(second);
        let began_s = at.seconds_since(clock(1, 7, 31));
        if began_s < 0.0 || at >= clock(2, 14, 8) {
            calm
        } else {
            let all = 0.998 + 0.004 * noise(second);
            calm + (all - calm) * (began_s / 420.0).min(1.0)
        }
    };
    let points = (0..(to - from) / window_s).map(|n| {
        let second = from + n * window_s;
        Point { at: Timestamp::from_s(second), value: Some(share(second)) }
    });
    let band = (0..=(to - from) / 3_600).map(|n| {
        let second = from + n * 3_600;
        let wave = 0.01 * ((second - WEDNESDAY) as f64 / 14_000.0).sin();
        BandPoint { at: Timestamp::from_s(second), low: 0.47 + wave, high: 0.52 + wave }
    });
    Series {
        quantity: Quantity::Ratio,
        window_s: window_s as f64,
        points: points.collect(),
        band: band.collect(),
        baseline: Baseline::Learned,
    }
}

pub(crate) fn ratio() -> RatioOverTime {
    let view = View { from: clock(0, 6, 0), to: clock(2, 18, 0), zone: berlin() };
    RatioOverTime {
        title: "Share that filter lets through".to_owned(),
        series: series(&view, 600),
        view,
        onset: Some(onset()),
        alerts: vec![Mark { at: clock(1, 7, 46), label: "Highwater alert".to_owned() }],
        people: vec![Mark { at: clock(1, 11, 10), label: "a stakeholder notices".to_owned() }],
        changes: changes(),
    }
}

pub(crate) fn close_up() -> OnsetCloseUp {
    let view = View { from: clock(1, 6, 20), to: clock(1, 8, 40), zone: berlin() };
    OnsetCloseUp {
        title: "The onset, close up".to_owned(),
        series: series(&view, 120),
        view,
        onset: onset(),
        alerts: vec![Mark { at: clock(1, 7, 46), label: "alert".to_owned() }],
        changes: changes(),
    }
}

pub(crate) fn hop(
    from: &str,
    to: &str,
    (now, usual): (f64, f64),
    ratio: f64,
    state: HopState,
) -> FlowHop {
    FlowHop {
        from: from.to_owned(),
        to: to.to_owned(),
        now,
        usual,
        ratio_now: Some(ratio),
        ratio_usual: Some(if state == HopState::Changed { (0.47, 0.52) } else { (0.997, 1.0) }),
        state,
        href: Some(format!("/flow/{from}/{to}")),
    }
}

pub(crate) fn eligibility() -> Answering {
    let answer = |value: &str, usual, now| AnswerCount { value: value.to_owned(), usual, now };
    Answering {
        service: "eligibility".to_owned(),
        asked_by: "filter".to_owned(),
        answers: vec![answer("go ahead", 2_090.0, 4_180.0), answer("halt", 2_085.0, 0.0)],
    }
}

pub(crate) fn map() -> FlowMap {
    let service = |name: &str| FlowService { name: name.to_owned(), href: None };
    FlowMap {
        title: "Where the flow changed".to_owned(),
        unit: "records".to_owned(),
        tense: Tense::Now,
        services: ["intake", "partner-feed", "filter", "enrich", "inbox"].map(service).to_vec(),
        hops: vec![
            hop("intake", "filter", (3_120.0, 3_105.0), 0.999, HopState::AsUsual),
            hop("partner-feed", "filter", (1_060.0, 1_071.0), 0.999, HopState::AsUsual),
            hop("filter", "enrich", (4_171.0, 2_062.0), 0.998, HopState::Changed),
            hop("enrich", "inbox", (4_163.0, 2_058.0), 0.998, HopState::CarriedOn),
        ],
        asked: vec![Asked {
            answering: eligibility(),
            owner: "Team Rules".to_owned(),
            asks_per_min: 4_180.0,
            note: "errors 0.02 %, p95 11 ms: both as usual".to_owned(),
            standing: Standing::Origin,
            href: Some("/services/eligibility".to_owned()),
        }],
        n_folded: 37,
    }
}

pub(crate) fn mix() -> AnswerMix {
    let answer = |value: &str, usual, now| AnswerCount { value: value.to_owned(), usual, now };
    let prices = Answering {
        service: "prices".to_owned(),
        asked_by: "enrich".to_owned(),
        answers: vec![
            answer("found", 1_700.0, 3_300.0),
            answer("not found", 300.0, 720.0),
            answer("stale", 58.0, 110.0),
            answer("timeout", 9.0, 14.0),
            answer("refused", 2.0, 5.0),
            answer("unknown currency", 1.0, 4.0),
        ],
    };
    AnswerMix {
        title: "What dependencies answered".to_owned(),
        tense: Tense::During,
        dependencies: vec![eligibility(), prices],
    }
}

pub(crate) fn durations() -> Durations {
    let row = |name: &str, n: i64, middle: f64| {
        let dots = (0..n).map(|at| DurationDot {
            seconds: middle * (3.0 * noise(at * 977 + n)).exp(),
            name: format!("INC-{at}"),
            href: Some(format!("/incidents/{at}")),
            emphasis: if at == 7 { Emphasis::Subject } else { Emphasis::Plain },
        });
        DurationRow { name: name.to_owned(), dots: dots.collect() }
    };
    Durations {
        title: "How long it took, 12 weeks".to_owned(),
        rows: vec![
            row("time to detect", 24, 540.0),
            row("until a person noticed", 14, 9_000.0),
            row("time to mitigate", 24, 40_000.0),
            row("time to repair", 6, 200_000.0),
        ],
    }
}

pub(crate) fn sweep() -> ThresholdSweep {
    let points = (0..16).map(|n| {
        let threshold = 0.5 + 0.04 * f64::from(n);
        let fires =
            if threshold < 0.99 { Some(20.0 + 90.0 * (threshold - 0.5) / 0.5) } else { None };
        let false_alarms = if n < 5 { (5 - n) as u64 * (5 - n) as u64 * 9 } else { 0 };
        SweepPoint { threshold, false_alarms, fires_after_s: fires }
    });
    ThresholdSweep {
        title: "Threshold of the proposed rule".to_owned(),
        quantity: Quantity::Ratio,
        quiet_days: 14.0,
        points: points.collect(),
        chosen: Some(0.74),
        noticed_after_s: Some(12_960.0),
        detected_after_s: Some(720.0),
    }
}
