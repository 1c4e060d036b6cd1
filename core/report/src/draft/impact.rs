//! What harm was done, in items.

use super::Body;
use super::overview::harm_words;
use crate::document::Point;
use crate::question::QuestionKind;
use crate::source::{Sentence, Source, Sources};
use crate::view::View;
use hw_model::{TrailStep, count_words, length_words, share_words};

/// A leg that handed on this share more or less than usual is named.
const LEG_SHARE_MIN: f64 = 0.01;

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    let said = [harm(view), against_usual(view), lasted(view)];
    body.paragraph(said.into_iter().flatten().collect());
    // The last leg is the one of which the harm is told.
    let legs = view.case.diagnosis.trail.iter().rev().skip(1).rev().filter(|leg| is_harmed(leg));
    body.list(legs.map(|leg| Point::plain(leg_sentence(view, leg))).collect());
    if view.case.diagnosis.impact.is_none() {
        ask_how_much(view, &mut body);
    }
    for gap in &view.gaps {
        let words = format!(
            "Nothing was counted at {} from {}: was there nothing to count, or did telemetry not come? What \
             happened then is in no figure here.",
            gap.of,
            view.clock.span(gap.within)
        );
        body.ask(QuestionKind::Gap, words, vec![gap.source.clone()]);
    }
    body
}

fn shift_source(view: &View<'_>) -> Sources {
    let shift = view.main.map(|(id, _)| Source::Shift(id));
    Sources::from(view.case.present()).and_all(shift)
}

fn harm(view: &View<'_>) -> Option<Sentence> {
    let impact = view.case.diagnosis.impact?;
    Some(Sentence::new(harm_words(view, &impact), shift_source(view)))
}

/// Items that would have gone on where the harm is counted: all figures of it say the same.
pub(super) fn usual_items(view: &View<'_>) -> Option<f64> {
    let leg = view.case.diagnosis.trail.last()?;
    let impact = view.case.diagnosis.impact?;
    Some((leg.left as f64 - impact.excess_items).max(0.0))
}

/// The counts that this comes from.
fn against_usual(view: &View<'_>) -> Option<Sentence> {
    let leg = view.case.diagnosis.trail.last()?;
    let usual = usual_items(view)?;
    let (entered, left) = (leg.entered as f64, leg.left as f64);
    let words = format!(
        "While it lasted {} items entered {}, and {} went on to {}; usually about {} of them would have.",
        count_words(entered),
        leg.hop.caller,
        count_words(left),
        leg.hop.callee,
        count_words(usual)
    );
    Some(Sentence::new(words, shift_source(view)))
}

fn lasted(view: &View<'_>) -> Option<Sentence> {
    let (onset, over) = (view.onset.as_ref()?, view.over.as_ref()?);
    let words = format!("It lasted {}.", length_words(view.lasted_s()?));
    Some(Sentence::new(words, onset.sources.clone().and_all(over.sources.iter().cloned())))
}

fn is_harmed(leg: &TrailStep) -> bool {
    (leg.left as f64 - leg.expected).abs() > LEG_SHARE_MIN * leg.expected.max(1.0)
}

fn leg_sentence(view: &View<'_>, leg: &TrailStep) -> Sentence {
    let entered = leg.entered as f64;
    let share =
        |n: f64| if entered > 0.0 { share_words(n / entered) } else { "nothing".to_owned() };
    let words = format!(
        "On the way there, from {} to {}, {} of what came in went on, where {} is usual.",
        leg.hop.caller,
        leg.hop.callee,
        share(leg.left as f64),
        share(leg.expected)
    );
    Sentence::new(words, shift_source(view))
}

fn ask_how_much(view: &View<'_>, body: &mut Body) {
    let words = match view.main {
        Some(_) => {
            "How much harm was done? What shifted cannot be counted in items: say whom it hurt, and how much."
        }
        None => {
            "How much harm was done? No figure shows it: say how many items, customers or hours, and where that is counted."
        }
    };
    body.ask(QuestionKind::Impact, words, vec![view.case.present()]);
}
