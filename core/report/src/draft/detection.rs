//! Who noticed, when, and how late. Onset, noticed, detected and declared are kept apart.

use super::Body;
use super::head::within_words;
use crate::case::What;
use crate::clock::late_words;
use crate::document::Point;
use crate::phrase::{counted, ended, in_line, quoted, shift_words};
use crate::question::QuestionKind;
use crate::source::{Sentence, Source, Sources};
use crate::view::{Known, View, is_at};
use hw_incident::Moment;
use hw_model::{ShiftId, Signal, length_words};

/// Seconds by which a person may be later than Highwater before it is asked why.
const LATE_S: f64 = 600.0;

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    let said = [began(view), machine(view), person(view), between(view), declared(view)];
    let points = said.into_iter().flatten().chain(corrected(view));
    body.list(points.map(Point::plain).collect());
    body.paragraph(nothing_loud(view));
    ask(view, &mut body);
    body
}

fn began(view: &View<'_>) -> Option<Sentence> {
    let onset = view.onset.as_ref()?;
    let within = within_words(view, onset).map(|words| format!(" ({words})")).unwrap_or_default();
    let shown = view.main.filter(|_| onset.within.is_some());
    let shown = shown.map(|(_, shift)| format!(": {}", shift_words(shift)));
    let words =
        format!("It began {}{within}{}.", view.clock.when(onset.at), shown.unwrap_or_default());
    Some(Sentence::new(words, onset.sources.clone()))
}

fn machine(view: &View<'_>) -> Option<Sentence> {
    let detected = view.detected.as_ref()?;
    let late = view
        .onset
        .as_ref()
        .map(|onset| format!(", {} it began", late_words(detected.at, onset.at)));
    let words =
        format!("Highwater noticed {}{}.", view.clock.when(detected.at), late.unwrap_or_default());
    Some(Sentence::new(words, detected.sources.clone()))
}

fn person(view: &View<'_>) -> Option<Sentence> {
    let noticed = view.noticed.as_ref()?;
    let who = noticed.by.clone().unwrap_or_else(|| "A person".to_owned());
    let late =
        view.onset.as_ref().map(|onset| format!(", {} it began", late_words(noticed.at, onset.at)));
    let report = view.case.told(What::Reported).find(|line| is_at(line, noticed.at));
    let report = report.map(|line| format!(": {}", quoted(&line.words)));
    let words = format!(
        "{} noticed {}{}{}",
        who,
        view.clock.when(noticed.at),
        late.unwrap_or_default(),
        report.unwrap_or_default()
    );
    Some(Sentence::new(ended(&words), noticed.sources.clone()))
}

/// Who of the two was first, and by how much.
fn between(view: &View<'_>) -> Option<Sentence> {
    let (machine, person) = (view.detected.as_ref()?, view.noticed.as_ref()?);
    let apart = machine.at.seconds_since(person.at);
    let words = if apart.abs() < 1.0 {
        "Both noticed at the same time.".to_owned()
    } else if apart < 0.0 {
        format!("Highwater was {} ahead of the first person.", length_words(-apart))
    } else {
        format!("The first person was {} ahead of Highwater.", length_words(apart))
    };
    Some(Sentence::new(words, machine.sources.clone().and_all(person.sources.iter().cloned())))
}

fn declared(view: &View<'_>) -> Option<Sentence> {
    let at = view.case.record.times.declared?;
    let sources = view.moment_sources(Moment::Declared);
    let since = view.noticed.as_ref().map(|noticed| ("the first person noticed", noticed.at));
    let since =
        since.or_else(|| view.detected.as_ref().map(|machine| ("Highwater noticed", machine.at)));
    let late = since.map(|(what, since)| format!(", {} {what}", late_words(at, since)));
    let words =
        format!("It was declared an incident {}{}.", view.clock.when(at), late.unwrap_or_default());
    Some(Sentence::new(words, sources))
}

/// Times that people put right: what stands above is what they say.
fn corrected(view: &View<'_>) -> Vec<Sentence> {
    let lines = view.case.told(What::TimeCorrected);
    lines
        .map(|line| {
            let words = format!(
                "{} put a time right: {}",
                line.by,
                view.clock.in_words(&in_line(&line.words))
            );
            Sentence::new(ended(&words), line.source())
        })
        .collect()
}

/// Why it woke nobody by itself: nothing failed, and nothing was slow at first.
fn nothing_loud(view: &View<'_>) -> Vec<Sentence> {
    if !view.is_silent() {
        return Vec::new();
    }
    let shifts = &view.case.shifts;
    let all = shifts.iter().map(|(id, _)| Source::Shift(*id));
    let Some(sources) = Sources::of(all) else { return Vec::new() };
    let words = match shifts.len() {
        1 => "Nothing failed: the one figure that shifted is not one of errors.".to_owned(),
        n => format!("Nothing failed: of the {n} figures that shifted none is one of errors."),
    };
    let mut said = vec![Sentence::new(words, sources)];
    let slow: Vec<(ShiftId, f64)> = shifts
        .iter()
        .filter(|(_, shift)| shift.signal == Signal::Latency)
        .filter_map(|(id, shift)| {
            Some((*id, shift.detected_at.seconds_since(view.detected.as_ref()?.at)))
        })
        .collect();
    if let Some(first_s) = slow.iter().map(|(_, late)| *late).reduce(f64::min) {
        let figures = counted(slow.len(), "figure", "figures");
        let words = format!(
            "Calls became slower, too ({figures} of latency); Highwater noticed the first of them {} after the first figure.",
            length_words(first_s)
        );
        said.extend(
            Sources::of(slow.iter().map(|(id, _)| Source::Shift(*id)))
                .map(|of| Sentence::new(words, of)),
        );
    }
    said
}

fn ask(view: &View<'_>, body: &mut Body) {
    match (&view.detected, &view.noticed) {
        (_, None) => {
            let words = "Who noticed first, and when? Nobody wrote it down. A report with its time answers it, from whoever it was: engineer, stakeholder or customer.";
            body.ask(QuestionKind::Noticed, words, vec![view.case.present()]);
        }
        (Some(machine), Some(person)) => ask_who_was_late(view, (machine, person), body),
        (None, Some(person)) => {
            let words = "Why did no figure show it? Is what it hurt seen in telemetry?";
            body.ask(QuestionKind::Unseen, words, person.sources.iter().cloned().collect());
        }
    }
}

fn ask_who_was_late(view: &View<'_>, (machine, person): (&Known, &Known), body: &mut Body) {
    let late_s = person.at.seconds_since(machine.at);
    let sources = machine.sources.clone().and_all(person.sources.iter().cloned());
    let sources: Vec<Source> = sources.iter().cloned().collect();
    if late_s > LATE_S {
        let words = format!(
            "Highwater said so {}, and nobody took it up for {}. What would have brought it to somebody sooner?",
            view.clock.when(machine.at),
            length_words(late_s)
        );
        body.ask(QuestionKind::Sooner, words, sources);
    } else if late_s < -1.0 {
        let by = person.by.as_deref().unwrap_or("the first person");
        let words = format!("What did {by} see that no figure showed yet?");
        body.ask(QuestionKind::Unseen, words, sources);
    }
}
