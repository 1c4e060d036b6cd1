//! Figures of a post mortem, drawn: what a figure says in numbers, as the charts take it.

use hw_chart::{
    AnswerCount, AnswerMix, Answering, BandPoint, Baseline, ChangeMark, FlowHop, FlowMap, HopState,
    Mark, Onset, OnsetCloseUp, PAPER, Point, Quantity, RatioOverTime, Said, Series, Style, Tense,
    View, Zone,
};
use hw_model::Timestamp;
use hw_report::{AnswerData, Figure, FigureData, FlowData, FlowLeg, Lane, RatioData};

/// Width of a picture in a document: that of its text.
const WIDTH_PX: u32 = 900;

/// A share that differs by more than this from what is usual is drawn as changed: less is chance.
const CHANGED_MIN: f64 = 0.05;

/// Draws a figure as SVG, in the colours of paper.
pub(crate) fn draw(figure: &Figure) -> String {
    let style = Style { inks: &PAPER, width_px: WIDTH_PX, id_prefix: &figure.id };
    match &figure.data {
        FigureData::Flow(flow) => hw_chart::flow_map(&flow_map(figure, flow), &style),
        FigureData::Ratio(ratio) => match ratio_over_time(figure, ratio) {
            Some(data) => hw_chart::ratio_over_time(&data, &style),
            None => String::new(),
        },
        FigureData::CloseUp(ratio) => match ratio_over_time(figure, ratio) {
            Some(data) => hw_chart::onset_close_up(&close_up(data, ratio), &style),
            None => String::new(),
        },
        FigureData::Answers(answers) => hw_chart::answer_mix(&answer_mix(figure, answers), &style),
    }
}

fn flow_map(figure: &Figure, flow: &FlowData) -> FlowMap {
    FlowMap {
        title: figure.title.clone(),
        unit: "items".to_owned(),
        tense: Tense::During,
        services: Vec::new(),
        hops: flow.legs.iter().map(leg).collect(),
        asked: Vec::new(),
        n_folded: 0,
    }
}

/// A leg, in items over the whole time: what matters is how they compare.
fn leg(leg: &FlowLeg) -> FlowHop {
    let entered = leg.entered as f64;
    let ratio = |n: f64| (entered > 0.0).then(|| n / entered);
    let (now, usual) = (ratio(leg.left as f64), ratio(leg.expected));
    let differs = now.zip(usual).is_some_and(|(now, usual)| (now - usual).abs() > CHANGED_MIN);
    FlowHop {
        from: leg.hop.caller.clone(),
        to: leg.hop.callee.clone(),
        now: leg.left as f64,
        usual: leg.expected,
        ratio_now: now,
        ratio_usual: usual.map(|usual| (usual, usual)),
        state: if differs { HopState::Changed } else { HopState::AsUsual },
        href: None,
    }
}

/// `None` if it has no points.
fn ratio_over_time(figure: &Figure, ratio: &RatioData) -> Option<RatioOverTime> {
    let (first, last) = (ratio.points.first()?.at, ratio.points.last()?.at);
    let window_s = f64::from(ratio.step_s);
    let to = last.plus_s(window_s);
    Some(RatioOverTime {
        title: figure.title.clone(),
        view: View { from: first, to, zone: Zone::utc() },
        series: series(ratio, (first, to)),
        onset: Some(onset(ratio)),
        alerts: vec![Mark { at: ratio.detected_at, label: "Highwater noticed".to_owned() }],
        people: people(ratio),
        changes: changes(ratio),
    })
}

fn series(ratio: &RatioData, (from, to): (Timestamp, Timestamp)) -> Series {
    let value = |counts: (u64, u64)| {
        let (entered, left) = counts;
        (entered > 0).then(|| left as f64 / entered as f64)
    };
    let points = ratio
        .points
        .iter()
        .map(|point| Point { at: point.at, value: point.counts.and_then(value) });
    let edge = |at| ratio.usual.map(|usual| BandPoint { at, low: usual.low, high: usual.high });
    Series {
        quantity: Quantity::Ratio,
        window_s: f64::from(ratio.step_s),
        points: points.collect(),
        band: [from, to].into_iter().filter_map(edge).collect(),
        baseline: Baseline::Learned,
    }
}

const fn onset(ratio: &RatioData) -> Onset {
    Onset { at: ratio.onset_at, within: ratio.onset }
}

fn people(ratio: &RatioData) -> Vec<Mark> {
    let of_people = ratio.marks.iter().filter(|mark| mark.lane == Lane::Person);
    of_people.map(|mark| Mark { at: mark.at, label: mark.words.clone() }).collect()
}

fn changes(ratio: &RatioData) -> Vec<ChangeMark> {
    let of_changes = ratio.marks.iter().filter(|mark| mark.lane == Lane::Change);
    let drawn = of_changes.filter_map(|mark| {
        // An attempt to help is shown as what it did.
        let said = match (mark.effect, mark.verdict) {
            (Some(effect), _) => Said::Effect(effect),
            (None, Some(verdict)) => Said::Verdict(verdict),
            (None, None) => return None,
        };
        // `deploy of router 1.4.2 -> 2.0.0`: the service has a lane, and the rest is said beside the shape.
        let (kind, rest) = mark.words.split_once(" of ").unwrap_or(("", mark.words.as_str()));
        let (service, what) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(ChangeMark {
            at: mark.at,
            service: service.to_owned(),
            kind: kind.to_owned(),
            what: what.to_owned(),
            said,
            href: None,
        })
    });
    drawn.collect()
}

fn close_up(data: RatioOverTime, ratio: &RatioData) -> OnsetCloseUp {
    let RatioOverTime { title, view, series, alerts, changes, .. } = data;
    let is_inside = |at: Timestamp| view.from <= at && at < view.to;
    OnsetCloseUp {
        title,
        series,
        onset: onset(ratio),
        alerts: alerts.into_iter().filter(|alert| is_inside(alert.at)).collect(),
        changes: changes.into_iter().filter(|change| is_inside(change.at)).collect(),
        view,
    }
}

fn answer_mix(figure: &Figure, answers: &AnswerData) -> AnswerMix {
    let of = |all: &[(String, u64)], value: &str| {
        all.iter().find(|(known, _)| known == value).map_or(0, |(_, n)| *n) as f64
    };
    let mut values: Vec<&String> =
        answers.before.iter().chain(&answers.since).map(|(value, _)| value).collect();
    values.sort();
    values.dedup();
    let counts = values.into_iter().map(|value| AnswerCount {
        value: value.clone(),
        usual: of(&answers.before, value),
        now: of(&answers.since, value),
    });
    AnswerMix {
        title: figure.title.clone(),
        tense: Tense::During,
        dependencies: vec![Answering {
            service: answers.hop.callee.clone(),
            asked_by: answers.hop.caller.clone(),
            answers: counts.collect(),
        }],
    }
}
