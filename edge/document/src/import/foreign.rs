//! A post mortem that others wrote: its sections by what their headings are usually called.

use super::dates;
use crate::escape::one_line;
use crate::markdown::parts::{Part, parts};
use hw_incident::ReviewStatus;
use hw_model::Timestamp;
use hw_report::{Audience, Document, Place, Section, SectionKind, Written};

/// What sections are called elsewhere: words that a heading begins with, or is.
const HEADINGS: &[(SectionKind, &[&str])] = &[
    (
        SectionKind::Overview,
        &[
            "overview",
            "summary",
            "executive summary",
            "abstract",
            "tl;dr",
            "tldr",
            "issue summary",
            "incident summary",
        ],
    ),
    (
        SectionKind::Happened,
        &[
            "timeline",
            "what happened",
            "chronology",
            "sequence of events",
            "events",
            "incident timeline",
            "narrative",
        ],
    ),
    (
        SectionKind::Impact,
        &["impact", "customer impact", "user impact", "business impact", "damage", "effects"],
    ),
    (
        SectionKind::Detection,
        &[
            "detection",
            "trigger",
            "how we noticed",
            "how we found out",
            "discovery",
            "alerting",
            "monitoring",
        ],
    ),
    (
        SectionKind::Factors,
        &[
            "contributing factors",
            "contributing causes",
            "root cause",
            "root causes",
            "cause",
            "causes",
            "fault",
            "why it happened",
            "analysis",
        ],
    ),
    (SectionKind::Beliefs, &["hypotheses", "what we believed", "what was believed", "theories"]),
    (
        SectionKind::Innocent,
        &["what changed and was not the cause", "ruled out", "what it was not"],
    ),
    (
        SectionKind::Mitigation,
        &[
            "mitigation",
            "resolution",
            "recovery",
            "remediation",
            "response",
            "fix",
            "how we fixed it",
        ],
    ),
    (
        SectionKind::Surprises,
        &[
            "surprises",
            "what surprised us",
            "why were we surprised",
            "why we were surprised",
            "what didn't go so well",
            "what went wrong",
            "what went badly",
            "what didn't go well",
            "what went poorly",
        ],
    ),
    (
        SectionKind::Luck,
        &[
            "luck",
            "where we got lucky",
            "where we were lucky",
            "where were we lucky",
            "what we were lucky about",
        ],
    ),
    (SectionKind::WentWell, &["what went well", "things that went well", "went well"]),
    (
        SectionKind::Actions,
        &[
            "action items",
            "actions",
            "follow-ups",
            "follow ups",
            "followup",
            "follow-up",
            "next steps",
            "corrective actions",
            "todo",
            "to do",
            "what we do",
        ],
    ),
    (
        SectionKind::Data,
        &[
            "supporting information",
            "supporting data",
            "appendix",
            "references",
            "links",
            "graphs",
            "data",
            "evidence",
        ],
    ),
];

pub(super) fn read(name: &str, text: &str) -> Document {
    let (front, text) = front_matter(text);
    let all = parts(text);
    let title_at = all.iter().position(|part| part.level == 1);
    let heading = title_at.and_then(|at| all.get(at)).map(|part| part.heading.clone());
    let title = front.title.or(heading).unwrap_or_else(|| title_of(name));
    let at = front.date.or_else(|| date(name, &all, text));
    let mut sections: Vec<Section> = Vec::new();
    for (n, part) in all.iter().enumerate() {
        let under = part.text(text).trim();
        let is_title = title_at == Some(n) || part.level == 0;
        add(&mut sections, part, (under, is_title));
    }
    Document {
        incident: None,
        title: one_line(&title),
        at,
        status: None,
        severity: None,
        state: ReviewStatus::Closed,
        version: 0,
        due: None,
        made_at: at.unwrap_or_default(),
        audience: Audience::Internal,
        restricted_to: Vec::new(),
        people: Vec::new(),
        facts: Vec::new(),
        sections,
        figures: Vec::new(),
    }
}

/// Adds a part: to its section, to the one before it if it is only a heading within that, or as a section of its own.
fn add(sections: &mut Vec<Section>, part: &Part, (text, is_title): (&str, bool)) {
    let kind = kind_of(&part.heading);
    if is_title {
        if !text.is_empty() {
            push(sections, (SectionKind::Other, "Top"), text);
        }
        return;
    }
    match (kind, sections.last_mut()) {
        (None, Some(last)) if part.level >= 3 => {
            append(last, &format!("#### {}\n\n{text}", part.heading));
        }
        (None, _) => push(sections, (SectionKind::Other, &part.heading), text),
        (Some(kind), _) => match sections.iter_mut().find(|section| section.kind == kind) {
            Some(known) => append(known, &format!("#### {}\n\n{text}", part.heading)),
            None => push(sections, (kind, &part.heading), text),
        },
    }
}

fn push(sections: &mut Vec<Section>, (kind, title): (SectionKind, &str), text: &str) {
    let written = Written { text: text.to_owned(), place: Place::Instead, by: None, at: None };
    sections.push(Section {
        kind,
        title: one_line(title),
        blocks: Vec::new(),
        questions: Vec::new(),
        written: Some(written),
    });
}

fn append(section: &mut Section, text: &str) {
    if let Some(written) = &mut section.written {
        written.text = format!("{}\n\n{text}", written.text).trim().to_owned();
    }
}

/// What a heading is usually about.
fn kind_of(heading: &str) -> Option<SectionKind> {
    let plain = heading.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
    let plain =
        plain.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    let plain = plain.trim_end_matches(['?', ':', '!', '.', ' ']).trim();
    let is_it = |known: &&str| {
        plain == *known
            || plain
                .strip_prefix(known)
                .is_some_and(|rest| rest.starts_with([' ', ':', '(', '/', ',']))
    };
    // `root cause` would match `root causes` of another row first: the longest wins.
    let of_row =
        HEADINGS.iter().flat_map(|(kind, names)| names.iter().map(move |name| (*kind, *name)));
    let found = of_row.filter(|(_, name)| is_it(name)).max_by_key(|(_, name)| name.len());
    found.map(|(kind, _)| kind)
}

/// What stands before the text, between two lines of dashes.
#[derive(Default)]
struct Front {
    title: Option<String>,
    date: Option<Timestamp>,
}

fn front_matter(text: &str) -> (Front, &str) {
    let inside = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let Some((lines, rest)) = inside else { return (Front::default(), text) };
    let value = |key: &str| {
        let line = lines.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
    };
    let front =
        Front { title: value("title"), date: value("date").as_deref().and_then(dates::first) };
    if front.title.is_none() && front.date.is_none() {
        return (front, text);
    }
    (front, rest)
}

/// The day it is about: a line that says so, or the name of the file, or the first date in its first lines.
fn date(name: &str, all: &[Part], text: &str) -> Option<Timestamp> {
    let told = text.lines().take(60).find_map(|line| {
        let plain = line.trim_start_matches(['*', '-', '|', ' ', '_']).to_lowercase();
        plain.starts_with("date").then(|| dates::first(line)).flatten()
    });
    let heading = || all.first().and_then(|part| dates::first(&part.heading));
    let early = || dates::first(text.get(..2_000).unwrap_or(text));
    told.or_else(|| dates::first(name)).or_else(heading).or_else(early)
}

/// A title of a file name: `2024-03-01-queue-stuck.md` is `queue stuck`.
fn title_of(name: &str) -> String {
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let words =
        stem.split(['-', '_', ' ']).filter(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}
