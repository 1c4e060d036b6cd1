//! What had to be so that it could happen: places and mechanisms, never a person, and never one cause for all.

use super::Body;
use crate::case::{Line, LineKind};
use crate::document::Point;
use crate::phrase::{begun, ended, in_line, quoted};
use crate::question::{Question, QuestionKind};
use crate::source::{Sentence, Source, Sources};
use crate::view::View;
use hw_incident::Author;
use hw_model::{CodePlace, Lead, Verdict, count_words, share_words};

/// Log lines that are named at most.
const LEADS_MAX: usize = 5;
/// Entries of people that may say why, at most.
const HINTS_MAX: usize = 5;
/// Places with less probability than this are not named.
const CONFIDENCE_MIN: f64 = 0.05;

pub(super) fn body(view: &View<'_>) -> Body {
    let mut body = Body::default();
    let origins = view.case.diagnosis.origins.iter();
    let origins = origins.filter(|origin| origin.confidence >= CONFIDENCE_MIN);
    let mut points: Vec<Point> = origins.map(|origin| start(view, origin)).collect();
    points.extend(view.case.diagnosis.cleared.iter().map(|cleared| behaves(view, cleared)));
    points.extend(view.with_verdict(&[Verdict::Implicated]).map(|judged| change(view, judged)));
    points
        .extend(view.case.diagnosis.leads.iter().take(LEADS_MAX).map(|lead| log_line(view, lead)));
    body.list(points);
    body.questions.push(question(view));
    body
}

fn facts_of(view: &View<'_>, because: &[String], sources: &Sources) -> Vec<Sentence> {
    let said = because.iter().map(|fact| ended(&begun(&view.clock.in_words(fact))));
    said.map(|words| Sentence::new(words, sources.clone())).collect()
}

fn start(view: &View<'_>, origin: &hw_model::Origin) -> Point {
    let sources = view.origin_sources();
    let words = format!(
        "It starts at {} with a probability of {}.",
        origin.service,
        share_words(origin.confidence)
    );
    let facts = facts_of(view, &origin.because, &sources);
    Point { sentence: Sentence::new(words, sources), facts }
}

fn behaves(view: &View<'_>, cleared: &hw_model::Clearance) -> Point {
    let words = format!(
        "{} is not where it starts: it shows it, too, but treats each answer as before.",
        cleared.service
    );
    let sources = Sources::from(view.case.present());
    let facts = facts_of(view, &cleared.because, &sources);
    Point { sentence: Sentence::new(words, sources), facts }
}

fn change(view: &View<'_>, judged: &hw_model::Judgement) -> Point {
    let words = format!(
        "The {} is implicated, with a probability of {}.",
        view.case.change_words(judged.change),
        share_words(judged.probability)
    );
    let sources = Sources::from(judged.change);
    let facts = facts_of(view, &judged.because, &sources);
    Point { sentence: Sentence::new(words, sources), facts }
}

fn log_line(view: &View<'_>, lead: &Lead) -> Point {
    let words = format!(
        "Log line of {}, {}: {}, {} times while it lasted, first {}. Something to look at, no proof.",
        lead.service,
        lead.severity.word(),
        quoted(&lead.template),
        count_words(lead.count as f64),
        view.clock.when(lead.first_at)
    );
    let Some(place) = &lead.place else {
        return Point::plain(Sentence::new(words, view.case.present()));
    };
    let link = place.link();
    let sources = Sources::from(view.case.present()).and_all(link.map(Source::Code));
    let written =
        ended(&format!("It is written at {}{}", in_line(&place.to_string()), deployed(place)));
    Point {
        sentence: Sentence::new(words, view.case.present()),
        facts: vec![Sentence::new(written, sources)],
    }
}

/// `, revision 3f2a9c1`, shortened if it is a commit.
fn deployed(place: &CodePlace) -> String {
    let revision = in_line(&place.revision);
    let is_commit = revision.len() >= 40 && revision.chars().all(|c| c.is_ascii_hexdigit());
    match revision.get(..12).filter(|_| is_commit) {
        Some(short) => format!(", revision {short}"),
        None if revision.is_empty() => String::new(),
        None => format!(", revision {revision}"),
    }
}

/// Whether people may have written there why: they pinned it, or it names where it starts, or it came from who
/// had just named it.
fn tells_why(view: &View<'_>, line: &Line) -> bool {
    let is_seen = matches!(line.kind, LineKind::Note | LineKind::Observation);
    let origin = view.origin().map(|origin| origin.service.as_str());
    let names = |line: &Line| origin.is_some_and(|origin| line.words.contains(origin));
    let has_named = |by: &Author| view.case.lines.iter().any(|it| it.by == *by && names(it));
    line.by.is_person() && (line.is_pinned || (is_seen && (names(line) || has_named(&line.by))))
}

fn question(view: &View<'_>) -> Question {
    let words = match view.origin() {
        Some(origin) => format!(
            "What made {} do so, and what else had to be so that it could happen, and go on for so long? Places, \
             settings, habits and missing checks; never a person.",
            origin.service
        ),
        None => "What had to be so that it could happen, and go on for so long? Places, settings, habits and missing \
                 checks; never a person."
            .to_owned(),
    };
    let found = view.case.told(crate::case::What::Noted).filter(|line| tells_why(view, line));
    let found = found.take(HINTS_MAX);
    let hints = found.filter_map(|line| {
        let by = View::author(line)?;
        let words = format!("{by} {}: {}", view.clock.when(line.happened_at), quoted(&line.words));
        Some(Sentence::new(ended(&words), line.source()))
    });
    let sources: Vec<Source> = view.origin_sources().iter().cloned().collect();
    Question { kind: QuestionKind::Factors, words, sources, hints: Vec::new() }
        .with_hints(hints.collect())
}
