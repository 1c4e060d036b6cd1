//! What changed and was not the cause, each with its evidence; and what could not be decided.

use super::Body;
use super::beliefs::verdict_words;
use crate::document::Point;
use crate::phrase::{begun, ended, listed, without_nats};
use crate::question::QuestionKind;
use crate::source::{Sentence, Source, Sources};
use crate::view::View;
use hw_model::{Change, ChangeId, Judgement, Timestamp, Verdict, share_words};

/// Changes that are told with their evidence at most; the others are named.
const CHANGES_MAX: usize = 10;

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    let cleared = view.with_verdict(&[Verdict::Exonerated, Verdict::NotImplicated]);
    let cleared: Vec<&Judgement> = cleared.collect();
    body.paragraph(factor_words(&cleared).into_iter().collect());
    body.list(cleared.iter().take(CHANGES_MAX).map(|judged| point(view, judged)).collect());
    body.paragraph(
        more(view, cleared.get(CHANGES_MAX..).unwrap_or_default()).into_iter().collect(),
    );
    let again: Vec<Point> = again(view).into_iter().map(Point::plain).collect();
    body.list(again);
    for judged in view.with_verdict(&[Verdict::Undecided]) {
        let last = judged.because.last().map(|fact| view.clock.in_words(fact)).unwrap_or_default();
        let words = format!(
            "Did the {} have a part in it? The figures do not decide it (probability {}): {}",
            view.case.change_words(judged.change),
            share_words(judged.probability),
            ended(&last)
        );
        body.ask(QuestionKind::Change, words, vec![judged.change.into()]);
    }
    body
}

/// What a factor means, where one is said.
fn factor_words(cleared: &[&Judgement]) -> Option<Sentence> {
    let with_factor = cleared
        .iter()
        .find(|judged| judged.because.iter().any(|fact| fact.contains("(factor ")))?;
    let words = "\u{201c}Factor 19 for innocence\u{201d} means: what was seen is 19 times likelier if the change is \
                 innocent. A change is exonerated only if a hard fact speaks for it, never by a number alone.";
    Some(Sentence::new(words, with_factor.change))
}

fn point(view: &View<'_>, judged: &Judgement) -> Point {
    let words = format!(
        "{} is {}.",
        begun(&format!("the {}", view.case.change_words(judged.change))),
        verdict_words(judged.verdict)
    );
    let facts = judged.because.iter().map(|fact| {
        Sentence::new(ended(&begun(&view.clock.in_words(&without_nats(fact)))), judged.change)
    });
    Point { sentence: Sentence::new(words, judged.change), facts: facts.collect() }
}

fn more(view: &View<'_>, rest: &[&Judgement]) -> Option<Sentence> {
    let names: Vec<String> =
        rest.iter().map(|judged| view.case.change_words(judged.change)).collect();
    let sources = Sources::of(rest.iter().map(|judged| judged.change.into()))?;
    Some(Sentence::new(format!("Nor were these: {}.", listed(&names)), sources))
}

/// What was taken back although innocent: whether it was deployed again.
fn again(view: &View<'_>) -> Vec<Sentence> {
    let taken_back = &view.case.diagnosis.redeploy;
    taken_back.iter().map(|id| sentence(view, *id)).collect()
}

fn sentence(view: &View<'_>, id: ChangeId) -> Sentence {
    let name = view.case.change_words(id);
    let back = view.case.changes.iter().filter(|later| later.redeploy_of == Some(id));
    let Some(back) = back.max_by_key(|later| later.at) else {
        let words = format!("The {name} was taken back, and can be deployed again.");
        return Sentence::new(words, id);
    };
    let returned = returned_since(view, back.at);
    let words = format!(
        "The {name} was taken back; it was deployed again {} ({}){}.",
        view.clock.when(back.at),
        back.id,
        if returned.is_empty() { ", and none of the figures has shifted again since" } else { "" }
    );
    Sentence::new(words, Sources::from(id).and_all(evidence(view, back, &returned)))
}

/// Shifts of the incident that began after a time.
fn returned_since(view: &View<'_>, at: Timestamp) -> Vec<Source> {
    let since = view.case.shifts.iter().filter(|(_, shift)| shift.onset_at >= at);
    since.map(|(id, _)| Source::Shift(*id)).collect()
}

fn evidence(view: &View<'_>, back: &Change, returned: &[Source]) -> Vec<Source> {
    let mut sources = vec![Source::Change(back.id)];
    if returned.is_empty() {
        sources.push(view.case.present());
    }
    sources
}
