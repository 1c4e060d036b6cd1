//! The figures of an incident, from what was frozen of it.

use super::impact::usual_items;
use crate::case::{Course, StepCounts, Usual};
use crate::document::SectionKind;
use crate::figure::{AnswerData, Figure, FigureData, FlowData, FlowLeg, Lane, Mark, RatioData};
use crate::source::Source;
use crate::view::View;
use hw_model::{Change, Interval, Shift, Signal, Timestamp};
use std::collections::BTreeMap;

/// Seconds around the onset that the close-up shows, at least; and steps.
const CLOSE_UP_S: f64 = 600.0;
const CLOSE_UP_STEPS: f64 = 12.0;

pub(super) fn figures(view: &View<'_>) -> Vec<Figure> {
    let all = [ratio(view), close_up(view), flow(view), answers(view)];
    all.into_iter().flatten().collect()
}

/// The section in which a figure stands.
pub(super) const fn section_of(figure: &Figure) -> SectionKind {
    match figure.data {
        FigureData::Ratio(_) => SectionKind::Impact,
        FigureData::CloseUp(_) => SectionKind::Detection,
        FigureData::Flow(_) | FigureData::Answers(_) => SectionKind::Factors,
    }
}

fn flow(view: &View<'_>) -> Option<Figure> {
    let diagnosis = &view.case.diagnosis;
    if diagnosis.trail.is_empty() {
        return None;
    }
    let legs = diagnosis.trail.iter().map(|leg| FlowLeg {
        hop: leg.hop.clone(),
        entered: leg.entered,
        left: leg.left,
        expected: leg.expected,
    });
    let mut legs: Vec<FlowLeg> = legs.collect();
    if let Some((last, usual)) = legs.last_mut().zip(usual_items(view)) {
        last.expected = usual;
    }
    let data = FlowData {
        legs,
        origin: view.origin().map(|origin| origin.service.clone()),
        cleared: diagnosis.cleared.iter().map(|cleared| cleared.service.clone()).collect(),
    };
    Some(Figure {
        id: "flow".to_owned(),
        title: "The way of the items while it lasted: what came in and went on, leg by leg"
            .to_owned(),
        query: view.case.present().to_string(),
        data: FigureData::Flow(data),
    })
}

/// The first shift of this kind on a hop whose counts were frozen, with them.
fn courses<'a>(view: &View<'a>, signal: Signal) -> Option<(&'a Shift, Vec<&'a Course>)> {
    let mut shifts =
        view.case.shifts.iter().map(|(_, shift)| shift).filter(|shift| shift.signal == signal);
    shifts.find_map(|shift| {
        let hop = shift.target.hop()?;
        let of_hop = view
            .case
            .courses
            .iter()
            .filter(|course| course.hop == *hop && !course.steps.is_empty());
        let courses: Vec<&Course> = of_hop.collect();
        (!courses.is_empty()).then_some((shift, courses))
    })
}

/// The course that reaches furthest.
fn longest<'a>(courses: &[&'a Course]) -> Option<&'a Course> {
    courses
        .iter()
        .copied()
        .max_by_key(|course| course.steps.len() as u64 * u64::from(course.step_s))
}

/// The course that shows an onset in the most detail.
fn finest<'a>(courses: &[&'a Course], shift: &Shift) -> Option<&'a Course> {
    let has_onset = |course: &&&Course| {
        let (first, last) = (course.steps.first(), course.steps.last());
        first
            .zip(last)
            .is_some_and(|(first, last)| first.at <= shift.onset.from && shift.onset.to <= last.at)
    };
    courses.iter().filter(has_onset).min_by_key(|course| course.step_s).copied()
}

fn ratio(view: &View<'_>) -> Option<Figure> {
    let (shift, courses) = courses(view, Signal::Transfer)?;
    let course = longest(&courses)?;
    let all = Interval { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
    let data = ratio_data(view, (course, shift), all)?;
    Some(Figure {
        id: "ratio".to_owned(),
        title: format!(
            "Share of what enters {} that goes on to {}",
            course.hop.caller, course.hop.callee
        ),
        query: course.query.clone(),
        data: FigureData::Ratio(data),
    })
}

fn close_up(view: &View<'_>) -> Option<Figure> {
    let (shift, courses) = courses(view, Signal::Transfer)?;
    let course = finest(&courses, shift)?;
    let margin_s = CLOSE_UP_S.max(CLOSE_UP_STEPS * f64::from(course.step_s));
    let within = Interval {
        from: shift.onset.from.plus_s(-margin_s),
        to: shift.detected_at.max(shift.onset.to).plus_s(margin_s),
    };
    let data = ratio_data(view, (course, shift), within)?;
    Some(Figure {
        id: "close-up".to_owned(),
        title: format!(
            "Share of what enters {} that goes on to {}, around the onset",
            course.hop.caller, course.hop.callee
        ),
        query: course.query.clone(),
        data: FigureData::CloseUp(data),
    })
}

fn ratio_data(
    view: &View<'_>,
    (course, shift): (&Course, &Shift),
    within: Interval,
) -> Option<RatioData> {
    let (step_s, points) = RatioData::points(course, within);
    let (first, last) = (points.first()?.at, points.last()?.at.plus_s(f64::from(step_s)));
    let usual =
        course.usual.or(Some(Usual { share: shift.before, low: shift.before, high: shift.before }));
    let mut marks: Vec<Mark> =
        view.case.changes.iter().filter_map(|change| mark(view, change)).collect();
    marks.extend(people(view));
    marks.retain(|mark| first <= mark.at && mark.at < last);
    marks.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Some(RatioData {
        hop: course.hop.clone(),
        step_s,
        points,
        usual,
        onset_at: shift.onset_at,
        onset: shift.onset,
        detected_at: shift.detected_at,
        ended_at: shift.over_at(),
        marks,
    })
}

/// A change, if something is said of it in the incident.
fn mark(view: &View<'_>, change: &Change) -> Option<Mark> {
    let diagnosis = &view.case.diagnosis;
    let judged = diagnosis.judgements.iter().find(|judged| judged.change == change.id);
    let tried = diagnosis.mitigations.iter().find(|tried| tried.change == change.id);
    let is_again = change.redeploy_of.is_some_and(|id| diagnosis.redeploy.contains(&id));
    (judged.is_some() || tried.is_some() || is_again).then(|| Mark {
        at: change.at,
        id: change.id.to_string(),
        words: change.name(),
        lane: Lane::Change,
        // Of an attempt to help it is said what it did; that it came after the onset, everybody sees.
        verdict: judged.filter(|_| tried.is_none()).map(|judged| judged.verdict),
        effect: tried.map(|tried| tried.effect),
    })
}

/// What people noticed and declared.
fn people(view: &View<'_>) -> Vec<Mark> {
    let mark = |at, words: String, source: Option<&Source>| Mark {
        at,
        id: source.map(ToString::to_string).unwrap_or_default(),
        words,
        lane: Lane::Person,
        verdict: None,
        effect: None,
    };
    let noticed = view.noticed.as_ref().map(|known| {
        let by = known.by.as_deref().unwrap_or("a person");
        mark(known.at, format!("{by} noticed"), known.sources.iter().next())
    });
    let declared = view.case.record.times.declared.map(|at| {
        let sources = view.moment_sources(hw_incident::Moment::Declared);
        mark(at, "declared".to_owned(), sources.iter().next())
    });
    noticed.into_iter().chain(declared).collect()
}

fn answers(view: &View<'_>) -> Option<Figure> {
    let (shift, courses) = courses(view, Signal::Answers)?;
    let course = longest(&courses)?;
    let hop = &course.hop;
    let ended = shift.over_at().unwrap_or(Timestamp(i64::MAX));
    let length_s = f64::from(course.step_s);
    let within = |from: Timestamp, to: Timestamp| {
        let steps =
            course.steps.iter().filter(|step| from <= step.at && step.at.plus_s(length_s) <= to);
        added(steps.filter_map(|step| step.counts.as_ref()))
    };
    let data = AnswerData {
        hop: hop.clone(),
        before: within(Timestamp(i64::MIN), shift.onset.from),
        since: within(shift.onset.to, ended),
    };
    (!data.before.is_empty() || !data.since.is_empty()).then(|| Figure {
        id: "answers".to_owned(),
        title: format!("What {} answers to {}, before and while it lasted", hop.callee, hop.caller),
        query: course.query.clone(),
        data: FigureData::Answers(data),
    })
}

fn added<'a>(steps: impl Iterator<Item = &'a StepCounts>) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (value, n) in steps.flat_map(|step| &step.answers) {
        *sums.entry(value).or_default() += n;
    }
    sums.into_iter().map(|(value, n)| (value.to_owned(), n)).collect()
}
