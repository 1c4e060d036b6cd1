//! What only people can say: surprises, luck, what went well. The record offers facts that may help, and no answer.

use super::Body;
use crate::case::{Case, What};
use crate::phrase::{ended, quoted};
use crate::question::{Question, QuestionKind};
use crate::source::Sentence;
use crate::view::View;
use hw_incident::{Author, HypothesisState};
use hw_model::{Effect, length_words};
use std::collections::BTreeSet;

/// Facts that are offered at most.
const HINTS_MAX: usize = 5;

pub(super) fn surprises(view: &View<'_>) -> Body {
    let beliefs = view.case.record.hypotheses.iter();
    let ruled_out = beliefs.filter(|it| it.state != HypothesisState::Open).map(|it| {
        let words = format!("It was believed, and was not so: {}", quoted(it.text.as_str()));
        Sentence::new(ended(&words), crate::source::Source::Entry(it.entry))
    });
    let tried = view.attempts.iter().filter(|tried| tried.effect == Effect::None).map(|tried| {
        let words = format!("It was tried, and had no effect: {}.", tried.words(view.case));
        Sentence::new(words, tried.sources.clone())
    });
    let hints = ruled_out.chain(tried).take(HINTS_MAX).collect();
    asked(
        QuestionKind::Surprises,
        "What surprised you? What did you believe about the system that was not so?",
        hints,
    )
}

pub(super) fn luck() -> Body {
    asked(
        QuestionKind::Luck,
        "Where were you lucky? What would have made it worse, or found it later?",
        Vec::new(),
    )
}

pub(super) fn went_well(view: &View<'_>) -> Body {
    let cleared = view
        .with_verdict(&[hw_model::Verdict::Exonerated])
        .filter(|judged| view.is_suspected(judged.change));
    let cleared = cleared.map(|judged| {
        let words = format!(
            "The {} was suspected, and cleared by evidence.",
            view.case.change_words(judged.change)
        );
        Sentence::new(words, judged.change)
    });
    let named = view.case.told(What::OriginNamed).next().zip(view.detected.as_ref());
    let named = named.and_then(|(line, detected)| {
        let after_s = line.happened_at.seconds_since(detected.at);
        let words = format!(
            "Highwater said where it starts {} after it noticed: {}",
            length_words(after_s),
            line.words
        );
        (after_s >= 0.0).then(|| Sentence::new(ended(&words), line.source()))
    });
    let hints = cleared.chain(named).take(HINTS_MAX).collect();
    asked(QuestionKind::WentWell, "What went well, and should be done so again?", hints)
}

fn asked(kind: QuestionKind, words: &str, hints: Vec<Sentence>) -> Body {
    let question =
        Question { kind, words: words.to_owned(), sources: Vec::new(), hints: Vec::new() };
    Body { blocks: Vec::new(), questions: vec![question.with_hints(hints)] }
}

/// Everybody whom the record names, in the order of their names.
pub(super) fn named(case: &Case) -> Vec<String> {
    let authors = case.lines.iter().filter_map(|line| match &line.by {
        Author::Person(name) => Some(name.to_string()),
        Author::Highwater | Author::Program(_) => None,
    });
    let roles = case.record.roles.iter().map(|held| held.person.to_string());
    let owners = case.actions.iter().filter_map(|action| action.owner.clone());
    let writers = case.review.written.iter().filter_map(|(_, written)| written.by.clone());
    let readers = case.record.restricted_to.iter().flatten().map(ToString::to_string);
    let names: BTreeSet<String> =
        authors.chain(roles).chain(owners).chain(writers).chain(readers).collect();
    names.into_iter().collect()
}
