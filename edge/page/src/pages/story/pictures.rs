//! The pictures of a story: where the flow changed, the share over time, the onset close up.

use super::StoryView;
use crate::figure::{self, Readable, answering, chart};
use crate::frame::Frame;
use crate::parts::card;
use crate::place::Place;
use hw_chart::{Asked, FlowMap, FlowService, Standing, flow_map, flow_map_tables};
use hw_report::{AnswerData, FigureData, FlowData, RatioData};
use maud::{Markup, html};

/// Widths of a picture over the whole page and on a phone.
const WHOLE: (u32, u32) = (1_270, 340);
const TWO_THIRDS: (u32, u32) = (827, 340);
const THIRD: (u32, u32) = (384, 340);

/// Where the flow changed.
pub(super) fn map(view: &StoryView) -> Option<Markup> {
    let flow = view.document.figures.iter().find_map(|figure| match &figure.data {
        FigureData::Flow(flow) => Some(flow),
        FigureData::Ratio(_) | FigureData::CloseUp(_) | FigureData::Answers(_) => None,
    })?;
    let data = told(view, flow);
    let picture =
        chart("f-map", WHOLE, &|style| flow_map(&data, style), (&flow_map_tables(&data), None));
    Some(card("Where the flow changed", "", &picture))
}

fn told(view: &StoryView, flow: &FlowData) -> FlowMap {
    let mut map = figure::flow_map("Where the flow changed", flow);
    let origin = flow.origin.as_deref();
    figure::carry(&mut map.hops);
    for (hop, leg) in map.hops.iter_mut().zip(&flow.legs) {
        hop.href = Some(Place::hop(&leg.hop.id().0).href());
    }
    let names = flow.legs.iter().flat_map(|leg| [&leg.hop.caller, &leg.hop.callee]);
    let mut services: Vec<&String> = Vec::new();
    for name in names {
        if !services.contains(&name) {
            services.push(name);
        }
    }
    map.services = services
        .into_iter()
        .map(|name| FlowService { name: name.clone(), href: Some(Place::service(name).href()) })
        .collect();
    map.asked = view
        .document
        .figures
        .iter()
        .filter_map(|figure| match &figure.data {
            FigureData::Answers(answers) => Some(asked(answers, origin)),
            FigureData::Flow(_) | FigureData::Ratio(_) | FigureData::CloseUp(_) => None,
        })
        .collect();
    map
}

fn asked(answers: &AnswerData, origin: Option<&str>) -> Asked {
    let is_origin = origin == Some(answers.hop.callee.as_str());
    let n_asked: u64 = answers.since.iter().map(|(_, n)| n).sum();
    Asked {
        answering: answering(answers),
        owner: String::new(),
        asks_per_min: n_asked as f64,
        note: "counted in whole steps of the chart below".to_owned(),
        standing: if is_origin { Standing::Origin } else { Standing::Changed },
        href: Some(Place::service(&answers.hop.callee).href()),
    }
}

/// The share over time, with every change.
pub(super) fn course(view: &StoryView, frame: &Frame) -> Option<Markup> {
    let (figure, ratio) = view.ratio()?;
    let data = figure::ratio_over_time((&figure.title, ratio), &frame.clock.zone)?;
    let closer = Place::hop(&ratio.hop.id().0).href();
    let picture = chart(
        "f-course",
        TWO_THIRDS,
        &|style| hw_chart::ratio_over_time(&data, style),
        (
            &hw_chart::ratio_over_time_tables(&data),
            Some(Readable::new((&data.series, &data.view), &frame.clock, closer)),
        ),
    );
    Some(card(&figure.title, "with every change, by service", &picture))
}

/// The onset, close up.
pub(super) fn close_up(view: &StoryView, frame: &Frame) -> Option<Markup> {
    let (figure, ratio) = view.document.figures.iter().find_map(|figure| match &figure.data {
        FigureData::CloseUp(ratio) => Some((figure, ratio)),
        FigureData::Flow(_) | FigureData::Ratio(_) | FigureData::Answers(_) => None,
    })?;
    // Too few steps lie close to the onset to say what is usual: the whole time says it.
    let usual = view.ratio().and_then(|(_, whole)| whole.usual).or(ratio.usual);
    let ratio = &RatioData { usual, ..ratio.clone() };
    let data = figure::close_up((&figure.title, ratio), &frame.clock.zone)?;
    let closer = Place::hop(&ratio.hop.id().0).href();
    let note = format!("{} points", hw_model::length_words(f64::from(ratio.step_s)));
    let picture = chart(
        "f-close",
        THIRD,
        &|style| hw_chart::onset_close_up(&data, style),
        (
            &hw_chart::onset_close_up_tables(&data),
            Some(Readable::new((&data.series, &data.view), &frame.clock, closer)),
        ),
    );
    Some(card("The onset, close up", &note, &html! { (picture) }))
}
