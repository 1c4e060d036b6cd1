//! What a template can ask for.

use super::regions::marked;
use crate::body::{Figures, body};
use crate::escape::inline;
use crate::references::{References, suffix};
use hw_incident::ReviewStatus;
use hw_model::date_words;
use hw_report::{Audience, Document, SectionKind};
use minijinja::Value;
use std::collections::BTreeMap;

/// What there is, for who asks for something else.
pub(super) const KNOWN: &str = ". There are heading, title, incident, date, status, severity, state, due, version, restricted_to, people, \
                                head, facts (label, words), sections (kind, title, body) and section.KIND with KIND one of overview, happened, \
                                impact, detection, factors, beliefs, innocent, mitigation, surprises, luck, went_well, actions, data, other";

/// What is given to a template.
pub(super) struct Context {
    pub(super) value: Value,
    /// Bytes of all sections.
    pub(super) bytes: usize,
}

impl Context {
    pub(super) fn of(document: &Document, references: &References, figures: Figures) -> Self {
        let sections = document.sections.iter().map(|section| {
            (section.kind, section.title.clone(), body(document, section, (references, figures)))
        });
        let sections: Vec<(SectionKind, String, String)> = sections.collect();
        let head = head(document, references);
        let bytes = head.len() + sections.iter().map(|(_, _, body)| body.len()).sum::<usize>();
        let mut values: BTreeMap<&str, Value> = BTreeMap::new();
        values.insert("heading", Value::from(heading(document)));
        values.insert("title", Value::from(document.title.clone()));
        values.insert("incident", optional(document.incident.map(|id| id.to_string())));
        values.insert("date", optional(document.at.map(date_words)));
        values.insert("status", optional(document.status.map(|status| status.word().to_owned())));
        values.insert("severity", optional(document.severity.map(|it| it.word().to_owned())));
        values.insert("state", Value::from(state_words(document.state)));
        values.insert("due", optional(document.due.map(date_words)));
        values.insert("version", Value::from(document.version));
        values.insert("restricted_to", Value::from(document.restricted_to.clone()));
        values.insert("people", Value::from(document.people.clone()));
        values.insert("head", Value::from_safe_string(head));
        values.insert("facts", facts(document));
        values.insert("section", by_kind(&sections));
        values.insert("sections", in_order(&sections));
        Self { value: Value::from(owned(values)), bytes }
    }
}

fn owned(values: BTreeMap<&str, Value>) -> BTreeMap<String, Value> {
    values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn optional(text: Option<String>) -> Value {
    text.map_or_else(|| Value::from(()), Value::from)
}

/// The heading of the whole document.
pub(crate) fn heading(document: &Document) -> String {
    match document.incident {
        Some(id) => format!("Post mortem of {id}: {}", document.title),
        None => document.title.clone(),
    }
}

/// Where the review stands, in words.
pub(crate) const fn state_words(state: ReviewStatus) -> &'static str {
    match state {
        ReviewStatus::Draft => "draft",
        ReviewStatus::InReview => "in review",
        ReviewStatus::Reviewed => "reviewed",
        ReviewStatus::Closed => "closed",
    }
}

/// Where the review stands, and by when it is due.
pub(crate) fn review_words(document: &Document) -> String {
    let due = document.due.filter(|_| document.state < ReviewStatus::Reviewed);
    let due = due.map(|due| format!(", due by {}", date_words(due))).unwrap_or_default();
    format!("{}{due}", state_words(document.state))
}

/// How the rest is to be read.
pub(crate) const LEGEND: &str = "Highwater, which watches what flows between services, wrote this from the incident's record. All times are UTC. What stands in \u{2039}\u{203a} is where a sentence has it from: a number is an entry of \
                                 the timeline, S a shift of a figure, C a change, A an action item, Q a question to the API. All are listed \
                                 under the supporting data.";

/// The same for everybody.
pub(crate) const PUBLIC_LEGEND: &str =
    "All times are UTC. Names of people and machines are left out.";

/// How many questions are open, if any.
pub(crate) fn open_words(document: &Document) -> Option<String> {
    let n = document.questions().count();
    let are = if n == 1 { "question is" } else { "questions are" };
    (n > 0).then(|| format!("{n} {are} still to be answered; each stands in its section."))
}

/// The main facts as a table, and how the rest is to be read.
fn head(document: &Document, references: &References) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    for fact in &document.facts {
        let labels = suffix(&references.labels(fact.sentence.sources.iter()));
        rows.push((inline(&fact.label), format!("{}{labels}", inline(&fact.sentence.words))));
    }
    if document.audience == Audience::Internal && document.incident.is_some() {
        rows.push(("Review".to_owned(), review_words(document)));
    }
    if !document.restricted_to.is_empty() {
        rows.push(("Restricted to".to_owned(), inline(&document.restricted_to.join(", "))));
    }
    let mut parts: Vec<String> = Vec::new();
    if !rows.is_empty() {
        let rows = rows.iter().map(|(label, words)| format!("| **{label}** | {words} |"));
        let rows: Vec<String> = rows.collect();
        parts.push(format!("| | |\n| --- | --- |\n{}", rows.join("\n")));
    }
    if document.incident.is_some() {
        parts.push(match document.audience {
            Audience::Internal => LEGEND.to_owned(),
            Audience::Public => PUBLIC_LEGEND.to_owned(),
        });
    }
    parts.extend(open_words(document));
    parts.join("\n\n")
}

fn facts(document: &Document) -> Value {
    let facts = document.facts.iter().map(|fact| {
        let of = |text: &String| Value::from(text.clone());
        let words = [("label", of(&fact.label)), ("words", of(&fact.sentence.words))];
        Value::from(owned(words.into()))
    });
    Value::from(facts.collect::<Vec<Value>>())
}

/// Each section by its kind; a section that is not there is empty. Of imported documents several may be other.
fn by_kind(sections: &[(SectionKind, String, String)]) -> Value {
    let of = |kind: SectionKind| {
        let bodies = sections.iter().filter(|(of, _, body)| *of == kind && !body.is_empty());
        let bodies: Vec<String> = bodies.map(|(_, _, body)| marked(kind, body)).collect();
        Value::from_safe_string(bodies.join("\n\n"))
    };
    Value::from(owned(SectionKind::ALL.map(|kind| (kind.word(), of(kind))).into()))
}

fn in_order(sections: &[(SectionKind, String, String)]) -> Value {
    let values = sections.iter().map(|(kind, title, body)| {
        let body = Value::from_safe_string(marked(*kind, body));
        let kind = Value::from(kind.word());
        Value::from(owned(
            [("kind", kind), ("title", Value::from(title.clone())), ("body", body)].into(),
        ))
    });
    Value::from(values.collect::<Vec<Value>>())
}
