//! What it was, in a few sentences: for who reads no further.

use super::Body;
use crate::action::ActionState;
use crate::clock::{Clock, late_words};
use crate::phrase::{begun, counted, ended, listed};
use crate::question::QuestionKind;
use crate::source::{Sentence, Source, Sources};
use crate::view::View;
use hw_incident::{Moment, Status};
use hw_model::{ChangeId, Impact, Verdict, count_words, length_words, share_words};

/// Changes that are named here at most.
const CHANGES_NAMED: usize = 3;

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    let seen = [what(view), end_of_record(view), when(view), harm(view)];
    body.paragraph(seen.into_iter().flatten().collect());
    body.paragraph(who_noticed(view).into_iter().collect());
    let why = origin(view).into_iter().chain(guilty(view)).chain(innocent(view));
    body.paragraph(why.collect());
    body.paragraph(cure(view));
    let record = &view.case.record;
    if record.severity.is_none() {
        let words = "How bad was it? It has no severity (SEV1 to SEV5), and without one no date by which \
                     this review is due.";
        body.ask(QuestionKind::Severity, words, vec![view.case.present()]);
    }
    if view.onset.is_none() {
        let words = "When did it begin? No figure shows it, and nobody wrote it down.";
        body.ask(QuestionKind::Onset, words, vec![view.case.present()]);
    }
    ask_for_the_end(view, &mut body);
    body
}

fn what(view: &View<'_>) -> Option<Sentence> {
    let opened = view.case.told(crate::case::What::Opened).next().map(crate::case::Line::source);
    let shown = view.main.map(|(id, _)| Source::Shift(id));
    let sources = Sources::of(opened.into_iter().chain(shown));
    let sources = sources.unwrap_or_else(|| view.case.present().into());
    Some(Sentence::new(ended(&format!("What was seen: {}", view.case.title_told())), sources))
}

/// Whether it was an incident at all.
fn end_of_record(view: &View<'_>) -> Option<Sentence> {
    let record = &view.case.record;
    let words = match (record.status, record.merged_into) {
        (Status::Merged, Some(into)) => {
            format!("It turned out to be part of {into}: read there what it was.")
        }
        (Status::Declined, _) => {
            "It was declined: people looked at it, and called it no incident.".to_owned()
        }
        (
            Status::Triage
            | Status::Active
            | Status::Mitigated
            | Status::Resolved
            | Status::Closed
            | Status::Merged,
            _,
        ) => return None,
    };
    let moved =
        view.case.told(crate::case::What::StatusSet).next_back().map(crate::case::Line::source);
    Some(Sentence::new(words, moved.unwrap_or_else(|| view.case.present())))
}

fn when(view: &View<'_>) -> Option<Sentence> {
    let onset = view.onset.as_ref()?;
    let began = format!("It began on {}", Clock::in_full(onset.at));
    let Some(over) = &view.over else {
        return Some(Sentence::new(ended(&began), onset.sources.clone()));
    };
    let lasted =
        view.lasted_s().map(|s| format!(", {} later", length_words(s))).unwrap_or_default();
    let words = format!("{began}, and the harm stopped {}{lasted}.", view.clock.when(over.at));
    Some(Sentence::new(words, onset.sources.clone().and_all(over.sources.iter().cloned())))
}

fn who_noticed(view: &View<'_>) -> Option<Sentence> {
    let onset = view.onset.as_ref()?;
    let late = |at| late_words(at, onset.at);
    let (detected, noticed) = (view.detected.as_ref(), view.noticed.as_ref());
    let person = |by: &Option<String>| by.clone().unwrap_or_else(|| "the first person".to_owned());
    let (words, sources) = match (detected, noticed) {
        (Some(machine), Some(human)) => (
            format!(
                "Highwater noticed {} it began, and the first person, {}, {} it began.",
                late(machine.at),
                human.by.as_deref().unwrap_or("whose name is not recorded"),
                late(human.at)
            ),
            machine.sources.clone().and_all(human.sources.iter().cloned()),
        ),
        (Some(machine), None) => {
            (format!("Highwater noticed {} it began.", late(machine.at)), machine.sources.clone())
        }
        (None, Some(human)) => (
            format!("{} noticed {} it began.", begun(&person(&human.by)), late(human.at)),
            human.sources.clone(),
        ),
        (None, None) => return None,
    };
    Some(Sentence::new(words, sources.and_all(onset.sources.iter().cloned())))
}

fn harm(view: &View<'_>) -> Option<Sentence> {
    let impact = view.case.diagnosis.impact?;
    Some(Sentence::new(harm_words(view, &impact), view.case.present()))
}

/// `4,701 more items than usual reached worklist (95 % interval: 4,547 to 4,855).`
pub(super) fn harm_words(view: &View<'_>, impact: &Impact) -> String {
    let (which, low, high) = if impact.excess_items < 0.0 {
        ("fewer", -impact.high, -impact.low)
    } else {
        ("more", impact.low, impact.high)
    };
    let to = view.case.diagnosis.trail.last().map(|leg| format!("reached {}", leg.hop.callee));
    format!(
        "{} {which} items than usual {} (95 % interval: {} to {}).",
        count_words(impact.excess_items.abs()),
        to.unwrap_or_else(|| "went on".to_owned()),
        count_words(low),
        count_words(high)
    )
}

fn origin(view: &View<'_>) -> Option<Sentence> {
    let origin = view.origin()?;
    let because = origin.because.first().map(|fact| format!(": {}", view.clock.in_words(fact)));
    let words = format!(
        "Most likely it started at {} ({}){}",
        origin.service,
        share_words(origin.confidence),
        because.unwrap_or_default()
    );
    Some(Sentence::new(ended(&words), view.origin_sources()))
}

fn guilty(view: &View<'_>) -> Vec<Sentence> {
    let caused = view.with_verdict(&[Verdict::Implicated]).map(|judged| {
        let change = view.case.change_words(judged.change);
        let words = format!(
            "The {change} is implicated: it caused this with a probability of {:.0} %.",
            judged.probability * 100.0
        );
        Sentence::new(words, judged.change)
    });
    caused.collect()
}

/// Those that somebody took for the cause; the others are counted.
fn innocent(view: &View<'_>) -> Option<Sentence> {
    let innocent = view.with_verdict(&[Verdict::Exonerated, Verdict::NotImplicated]);
    let innocent: Vec<ChangeId> = innocent.map(|judged| judged.change).collect();
    let suspects = view.suspects();
    let suspected: Vec<ChangeId> =
        innocent.iter().copied().filter(|id| suspects.contains(id)).collect();
    let named = if suspected.is_empty() { &innocent } else { &suspected };
    let named: Vec<ChangeId> = named.iter().copied().take(CHANGES_NAMED).collect();
    let mut names: Vec<String> =
        named.iter().map(|id| format!("the {}", view.case.change_words(*id))).collect();
    let more = innocent.len() - named.len();
    if more > 0 {
        names.push(counted(more, "other change", "other changes"));
    }
    let sources = Sources::of(named.into_iter().map(Source::Change))?;
    Some(Sentence::new(
        ended(&format!("Not the cause: {}", listed(&names))),
        sources.and(view.case.present()),
    ))
}

/// What stopped it, and what repaired it.
fn cure(view: &View<'_>) -> Vec<Sentence> {
    let Some(cure) = view.cure() else { return Vec::new() };
    let words = begun(&cure.words(view.case));
    let at = view.clock.when(cure.at);
    let repaired = view.case.told(crate::case::What::Repaired).next_back();
    let mut words = format!("{words} {at} stopped the harm");
    if cure.cures_nothing() {
        words.push_str(match repaired {
            Some(_) => ", and left in place what brought it about",
            None => ". A restart cures nothing: what brought it about can bring it about again",
        });
    }
    let stopped = Sentence::new(ended(&words), cure.sources.clone());
    let repaired = repaired.and_then(|line| repair(view, line));
    [Some(stopped), repaired, resolved(view)].into_iter().flatten().collect()
}

fn repair(view: &View<'_>, line: &crate::case::Line) -> Option<Sentence> {
    let change = line.about.as_deref().and_then(ChangeId::from_word)?;
    let at = view.case.change(change).map(|change| format!(" {}", view.clock.when(change.at)));
    let words = format!(
        "The {}{} counts as the repair.",
        view.case.change_words(change),
        at.unwrap_or_default()
    );
    Some(Sentence::new(words, Sources::from(line.source()).and(change)))
}

/// When people called it resolved, and what of it is left to do.
fn resolved(view: &View<'_>) -> Option<Sentence> {
    let at = view.case.record.times.resolved?;
    let open = view.case.actions.iter().filter(|action| action.state == ActionState::Open);
    let open: Vec<Source> = open.map(|action| Source::Action(action.id)).collect();
    let left = match open.len() {
        0 => String::new(),
        n => format!("; {} left to do", counted(n, "action item is", "action items are")),
    };
    let words = format!("It was resolved {}{left}.", view.clock.when(at));
    Some(Sentence::new(words, view.moment_sources(Moment::Resolved).and_all(open)))
}

fn ask_for_the_end(view: &View<'_>, body: &mut Body) {
    let status = view.case.record.status;
    if view.over.is_some() || matches!(status, Status::Declined | Status::Merged) {
        return;
    }
    let (words, sources) = match (view.main, status.is_open()) {
        (Some((id, _)), true) => {
            ("When is it over? Its figures are not back yet.".to_owned(), vec![id.into()])
        }
        (Some((id, _)), false) => (
            format!(
                "Is it over? It is {}, and its figures are not back. Accept what they do now as the new normal, or reopen it.",
                status.word()
            ),
            vec![id.into()],
        ),
        (None, _) => (
            "When was it over? No figure shows it, and nobody wrote it down.".to_owned(),
            vec![view.case.present()],
        ),
    };
    body.ask(QuestionKind::End, words, sources);
}
