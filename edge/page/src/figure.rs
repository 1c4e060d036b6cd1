//! Figures of an incident, drawn: what a figure says in numbers, as the charts take it, for paper and for
//! the page.

mod course;
mod minute;
mod read;

pub(crate) use course::{close_up, ratio_over_time};
pub(crate) use minute::{carry, minute};
pub(crate) use read::{Readable, chart};

use hw_chart::{
    AnswerCount, AnswerMix, Answering, FlowHop, FlowMap, HopState, Inks, PAGE, PAPER, Style, Tense,
    Zone,
};
use hw_report::{AnswerData, Figure, FigureData, FlowData, FlowLeg};

/// Width of a picture in a document: that of its text.
const WIDTH_PX: u32 = 900;

/// A share that differs by more than this from what is usual is drawn as changed: less is chance.
const CHANGED_MIN: f64 = 0.05;

/// Draws a figure as SVG, in the colours of paper.
#[must_use]
pub fn draw_for_paper(figure: &Figure) -> String {
    draw(figure, &PAPER)
}

/// Draws a figure as SVG, in the colours of the page.
#[must_use]
pub fn draw_for_page(figure: &Figure) -> String {
    draw(figure, &PAGE)
}

fn draw(figure: &Figure, inks: &Inks) -> String {
    let style = Style { inks, width_px: WIDTH_PX, id_prefix: &figure.id };
    let utc = Zone::utc();
    match &figure.data {
        FigureData::Flow(flow) => hw_chart::flow_map(&flow_map(&figure.title, flow), &style),
        FigureData::Ratio(ratio) => match ratio_over_time((&figure.title, ratio), &utc) {
            Some(data) => hw_chart::ratio_over_time(&data, &style),
            None => String::new(),
        },
        FigureData::CloseUp(ratio) => match close_up((&figure.title, ratio), &utc) {
            Some(data) => hw_chart::onset_close_up(&data, &style),
            None => String::new(),
        },
        FigureData::Answers(answers) => {
            hw_chart::answer_mix(&answer_mix(&figure.title, answers), &style)
        }
    }
}

/// The legs that items passed.
pub(crate) fn flow_map(title: &str, flow: &FlowData) -> FlowMap {
    FlowMap {
        title: title.to_owned(),
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

fn answer_mix(title: &str, answers: &AnswerData) -> AnswerMix {
    AnswerMix {
        title: title.to_owned(),
        tense: Tense::During,
        dependencies: vec![answering(answers)],
    }
}

/// What a dependency answered before and since.
pub(crate) fn answering(answers: &AnswerData) -> Answering {
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
    Answering {
        service: answers.hop.callee.clone(),
        asked_by: answers.hop.caller.clone(),
        answers: counts.collect(),
    }
}
