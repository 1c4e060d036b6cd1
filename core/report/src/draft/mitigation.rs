//! What was tried to stop the harm: whether it worked, and whether it cured anything.

use super::Body;
use crate::case::{Line, What};
use crate::document::Point;
use crate::phrase::{begun, ended, in_line, quoted, without_nats};
use crate::question::QuestionKind;
use crate::source::{Sentence, Source, Sources};
use crate::view::{Attempt, Tried, View};
use hw_model::{Change, ChangeId, ChangeKind, Effect};

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    body.list(view.attempts.iter().map(|tried| point(view, tried)).collect());
    body.list(relapses(view));
    body.paragraph(by_itself(view).into_iter().collect());
    let repairs = view.repairs();
    body.list(repairs.iter().map(|change| Point::plain(repair(view, change))).collect());
    for tried in view.attempts.iter().filter(|tried| tried.effect == Effect::Undecided) {
        let words = format!(
            "Did {} help? The figures do not decide it, and nobody wrote down a check.",
            tried.words(view.case)
        );
        body.ask(QuestionKind::Effect, words, tried.sources.iter().cloned().collect());
    }
    ask_for_the_repair(view, &repairs, &mut body);
    body
}

fn point(view: &View<'_>, tried: &Attempt<'_>) -> Point {
    let words = format!(
        "{}{}: {} {}.",
        view.clock.at(tried.at),
        tried.by.as_ref().map(|by| format!(", {by}")).unwrap_or_default(),
        tried.words(view.case),
        effect_words(tried)
    );
    let of = |words: String| Sentence::new(ended(&words), tried.sources.clone());
    let expected = tried.expected.map(|expected| of(format!("Expected: {}", quoted(expected))));
    let seen =
        tried.because.iter().map(|fact| of(begun(&view.clock.in_words(&without_nats(fact)))));
    let checked = tried.checked.as_ref().map(|(words, source)| {
        Sentence::new(ended(&format!("Checked by hand: {}", in_line(words))), source.clone())
    });
    let facts = expected.into_iter().chain(seen).chain(checked).chain(cured(view, tried)).collect();
    Point { sentence: Sentence::new(words, tried.sources.clone()), facts }
}

fn effect_words(tried: &Attempt<'_>) -> &'static str {
    match tried.effect {
        Effect::Worked if tried.cures_nothing() => "stopped the harm, and cured nothing",
        Effect::Worked => "stopped the harm",
        Effect::None => "had no effect",
        Effect::Undecided => "may have helped or not",
    }
}

/// What stopping the harm says of what brought it about.
fn cured(view: &View<'_>, tried: &Attempt<'_>) -> Option<Sentence> {
    if tried.effect != Effect::Worked {
        return None;
    }
    if let (Tried::Change(ChangeKind::Restart), Some(change)) =
        (&tried.tried, view.repairs().first())
    {
        let words = format!(
            "Until the {} {} the same version ran with the same settings, and it could have happened again.",
            view.case.change_words(change.id),
            view.clock.when(change.at)
        );
        return Some(Sentence::new(words, tried.sources.clone().and(change.id)));
    }
    let words = match tried.tried {
        Tried::Change(ChangeKind::Restart) => {
            "The same version runs again with the same settings: what brought it about is still there, and can do so again."
        }
        Tried::Change(ChangeKind::Rollback) => {
            "The earlier version runs: the harm stays away as long as it does."
        }
        Tried::Change(
            ChangeKind::Deploy
            | ChangeKind::Flag
            | ChangeKind::Config
            | ChangeKind::Instrumentation
            | ChangeKind::Other,
        ) => "It altered what runs, so it may be the cure.",
        Tried::Words(_) => return None,
    };
    Some(Sentence::new(words, tried.sources.clone()))
}

/// When it came back, and how long it had been gone.
fn relapses(view: &View<'_>) -> Vec<Point> {
    let mut was_over = false;
    let mut points = Vec::new();
    for line in view.case.told(What::StatusSet) {
        let is_active = line.value.as_deref() == Some("active");
        if is_active && was_over {
            let words = format!(
                "{}: it came back. {}",
                view.clock.at(line.happened_at),
                begun(&in_line(reason(line)))
            );
            points.push(Point::plain(Sentence::new(
                ended(&view.clock.in_words(&words)),
                line.source(),
            )));
        }
        was_over = matches!(line.value.as_deref(), Some("mitigated" | "resolved" | "closed"));
    }
    points
}

/// What stands after the status.
fn reason(line: &Line) -> &str {
    line.words.split_once(": ").map_or(line.words.as_str(), |(_, reason)| reason)
}

/// It stopped, and nothing that was tried did it.
fn by_itself(view: &View<'_>) -> Option<Sentence> {
    let over = view.over.as_ref()?;
    if view.cure().is_some() || view.main.is_none() {
        return None;
    }
    let words = format!(
        "It was over {}; of nothing that was tried is it shown that it did that.",
        view.clock.when(over.at)
    );
    Some(Sentence::new(words, over.sources.clone()))
}

fn repair(view: &View<'_>, change: &Change) -> Sentence {
    let back = view.case.shifts.iter().filter(|(_, shift)| shift.onset_at >= change.at);
    let back: Vec<Source> = back.map(|(id, _)| Source::Shift(*id)).collect();
    let name = view.case.change_words(change.id);
    let at = view.clock.when(change.at);
    let (words, source) = if back.is_empty() {
        (
            format!(
                "After that came the {name} {at}. None of the figures has shifted again since."
            ),
            vec![view.case.present()],
        )
    } else {
        (format!("After that came the {name} {at}, and figures shifted again after it."), back)
    };
    Sentence::new(words, Sources::from(change.id).and_all(source))
}

/// That another version held is said once, when it had for long enough.
fn repair_seen(view: &View<'_>) -> Option<Sentence> {
    let line = view.case.told(What::Repaired).next_back()?;
    let change = line.about.as_deref().and_then(ChangeId::from_word)?;
    let words = format!(
        "The {} counts as the repair: by {} it had run for an hour, and none of the figures had shifted again.",
        view.case.change_words(change),
        view.clock.at(line.happened_at)
    );
    Some(Sentence::new(words, Sources::from(line.source()).and(change)))
}

fn ask_for_the_repair(view: &View<'_>, repairs: &[&Change], body: &mut Body) {
    let Some(cure) = view.cure().filter(|cure| cure.cures_nothing()) else { return };
    if let Some(seen) = repair_seen(view) {
        body.paragraph(vec![seen]);
        return;
    }
    let words = match repairs.first() {
        Some(change) => format!(
            "Does the {} repair what brought it about? Write down how that was seen.",
            view.case.change_words(change.id)
        ),
        None => format!(
            "What repairs it? {} only stopped it, and nothing has been altered there since.",
            begun(&cure.words(view.case))
        ),
    };
    let sources = repairs.first().map_or_else(
        || cure.sources.iter().cloned().collect(),
        |change| vec![Source::Change(change.id)],
    );
    body.ask(QuestionKind::Repair, words, sources);
}
