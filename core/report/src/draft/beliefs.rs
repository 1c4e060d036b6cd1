//! What was believed when, and what ruled it out. Beliefs are no facts, and stand apart from them.

use super::Body;
use crate::case::What;
use crate::document::Point;
use crate::phrase::{ended, quoted};
use crate::question::QuestionKind;
use crate::source::{Sentence, Source, Sources};
use crate::view::View;
use hw_incident::{Hypothesis, HypothesisState};
use hw_model::{ChangeId, Verdict, length_words};

/// Things people believed that are told at most; the others are counted.
const BELIEFS_MAX: usize = 30;

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    let known = &view.case.record.hypotheses;
    body.list(known.iter().take(BELIEFS_MAX).map(|it| belief(view, it)).collect());
    body.paragraph(more(known).into_iter().collect());
    body.list(highwater(view));
    for open in known.iter().filter(|it| it.state == HypothesisState::Open).take(BELIEFS_MAX) {
        let words =
            format!("Is this still believed? Nothing ruled it out: {}", quoted(open.text.as_str()));
        body.ask(QuestionKind::Belief, words, vec![Source::Entry(open.entry)]);
    }
    body
}

fn belief(view: &View<'_>, it: &Hypothesis) -> Point {
    let line = view.case.line(it.entry);
    let at = line.map(|line| format!(" {}", view.clock.when(line.happened_at))).unwrap_or_default();
    let words = format!("It was believed{at}: {}", quoted(it.text.as_str()));
    let sources = Sources::from(Source::Entry(it.entry)).and_all(it.change.map(Source::Change));
    let facts = ruled_out(view, it).into_iter();
    let facts = facts.chain(verdict_on(view, it.change)).chain(known_before(view, it)).collect();
    Point { sentence: Sentence::new(ended(&words), sources), facts }
}

fn ruled_out(view: &View<'_>, it: &Hypothesis) -> Option<Sentence> {
    let HypothesisState::RuledOut { entry, fact } = &it.state else { return None };
    let line = view.case.line(*entry);
    let opened = view.case.line(it.entry);
    let when =
        line.map(|line| format!(" {}", view.clock.when(line.happened_at))).unwrap_or_default();
    let by = line.and_then(View::author).map(|by| format!(" by {by}")).unwrap_or_default();
    let after =
        line.zip(opened).map(|(line, opened)| line.happened_at.seconds_since(opened.happened_at));
    let after = after.filter(|s| *s >= 1.0).map(|s| format!(", {} later", length_words(s)));
    let words =
        format!("Ruled out{when}{by}{}: {}", after.unwrap_or_default(), quoted(fact.as_str()));
    Some(Sentence::new(ended(&words), Source::Entry(*entry)))
}

/// What Highwater had said by then of the change that was suspected: how long an answer had stood there.
fn known_before(view: &View<'_>, it: &Hypothesis) -> Option<Sentence> {
    let suspects = view.suspects();
    let change = match (it.change, suspects.as_slice()) {
        (Some(change), _) => change,
        (None, [only]) => *only,
        (None, _) => return None,
    };
    let about = change.to_string();
    let believed_at = view.case.line(it.entry)?.happened_at;
    let mut said = view
        .case
        .told(What::VerdictChanged)
        .filter(|line| line.about.as_ref() == Some(&about) && line.happened_at < believed_at);
    let last = said.next_back()?;
    let verdict =
        last.value.as_deref().filter(|word| matches!(*word, "not_implicated" | "exonerated"))?;
    let words = format!(
        "By then Highwater had had the {} as {} for {}.",
        view.case.change_words(change),
        verdict.replace('_', " "),
        length_words(believed_at.seconds_since(last.happened_at))
    );
    Some(Sentence::new(words, Sources::from(last.source()).and(change)))
}

/// What figures say of the change that it is about.
fn verdict_on(view: &View<'_>, change: Option<ChangeId>) -> Option<Sentence> {
    let change = change?;
    let judged = view.case.diagnosis.judgements.iter().find(|judged| judged.change == change)?;
    let words = format!(
        "By the figures the {} is {}.",
        view.case.change_words(change),
        verdict_words(judged.verdict)
    );
    Some(Sentence::new(words, change))
}

pub(super) const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Implicated => "implicated",
        Verdict::Undecided => "not decided",
        Verdict::NotImplicated => "not implicated",
        Verdict::Exonerated => "exonerated",
    }
}

fn more(known: &[Hypothesis]) -> Option<Sentence> {
    let rest = known.get(BELIEFS_MAX..).filter(|rest| !rest.is_empty())?;
    let first = rest.first().map(|it| Source::Entry(it.entry))?;
    let words = format!("{} more were written down.", rest.len());
    Some(Sentence::new(
        words,
        Sources::from(first).and_all(rest.last().map(|it| Source::Entry(it.entry))),
    ))
}

/// What Highwater said itself, as it changed its mind.
fn highwater(view: &View<'_>) -> Vec<Point> {
    let named = view.case.told(What::OriginNamed);
    let mut points: Vec<Point> = Vec::new();
    let mut last = String::new();
    for line in named {
        if line.words != last {
            last.clone_from(&line.words);
            let words =
                format!("Highwater said {}: {}", view.clock.when(line.happened_at), line.words);
            points.push(Point::plain(Sentence::new(ended(&words), line.source())));
        }
    }
    points.extend(view.suspects().into_iter().filter_map(|change| course(view, change)));
    points
}

/// How the verdict on a change went: only where it was another before.
fn course(view: &View<'_>, change: ChangeId) -> Option<Point> {
    let about = change.to_string();
    let said =
        view.case.told(What::VerdictChanged).filter(|line| line.about.as_ref() == Some(&about));
    let mut words: Vec<(String, Source)> = Vec::new();
    for line in said {
        let verdict = line.value.as_deref().unwrap_or_default().replace('_', " ");
        words.push((format!("{verdict} ({})", view.clock.at(line.happened_at)), line.source()));
    }
    if words.len() < 2 {
        return None;
    }
    let steps: Vec<&str> = words.iter().map(|(step, _)| step.as_str()).collect();
    let said = format!(
        "Highwater said of the {}: {}.",
        view.case.change_words(change),
        steps.join(", then ")
    );
    let sources = Sources::of(words.iter().map(|(_, source)| source.clone()))?;
    Some(Point::plain(Sentence::new(said, sources)))
}
