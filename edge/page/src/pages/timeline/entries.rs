//! The entries of a timeline, day by day: people large, the machine small, what matters most pinned.

use super::{TimelineView, pen};
use crate::frame::Frame;
use crate::pages::incident;
use crate::parts::{because, card, chip, empty, hop_words, id_link, said};
use crate::place::Place;
use hw_api::Entry;
use hw_chart::Said;
use hw_report::without_nats;
use maud::{Markup, html};

/// Entries of the machine in a row from which on those that matter less are folded.
const FOLDED_FROM: usize = 4;

/// The timeline. Oldest first it reads as a story; newest first it says what happened last.
pub(super) fn entries(view: &TimelineView, frame: &Frame) -> Markup {
    let days = days(view, frame);
    let body = html! {
        @if days.is_empty() {
            (empty("Nothing is written yet.", &html! { p { "What Highwater finds is written here by itself; what you see, you write beside it." } }))
        }
        @for (day, entries) in &days {
            h3 class="day" { (day) }
            ol class="timeline" {
                @for group in groups(entries, view) {
                    @match group {
                        Group::Shown(entry) => (line(entry, view, frame)),
                        Group::Folded(entries) => li class="folded" {
                            details {
                                summary { (entries.len()) " more of Highwater" (between(&entries, frame)) }
                                ol class="timeline" { @for entry in entries { (line(entry, view, frame)) } }
                            }
                        }
                    }
                }
            }
        }
    };
    card("Timeline", "", &html! { (order(view, frame)) (body) })
}

pub(super) fn is_newest_first(frame: &Frame) -> bool {
    matches!(frame.place, Place::Timeline { is_newest_first: true, .. })
}

/// Which way it is read, and the other way.
fn order(view: &TimelineView, frame: &Frame) -> Markup {
    let incident = incident::number(&view.incident);
    let is_newest_first = is_newest_first(frame);
    let other = Place::Timeline { incident, amend: None, is_newest_first: !is_newest_first };
    let (this, that) = if is_newest_first {
        ("Newest first", "oldest first")
    } else {
        ("Oldest first", "newest first")
    };
    html! { p class="note" { (this) ". " a href=(other.href()) data-press="z" data-press-words="turn the timeline round" { "Read it " (that) } } }
}

/// From when to when entries are.
fn between(entries: &[&Entry], frame: &Frame) -> Markup {
    let mut times: Vec<&str> = entries.iter().map(|entry| entry.happened_at.as_str()).collect();
    times.sort_unstable();
    html! {
        @if let (Some(first), Some(last)) = (times.first(), times.last()) {
            ", " (frame.clock.second(first)) @if first != last { " to " (frame.clock.second(last)) }
        }
    }
}

/// Entries by the day on which they happened, in the order in which they are read.
fn days<'v>(view: &'v TimelineView, frame: &Frame) -> Vec<(String, Vec<&'v Entry>)> {
    let mut sorted: Vec<&Entry> =
        view.entries.iter().filter(|entry| revised(entry).is_none()).collect();
    sorted.sort_by(|a, b| (&a.happened_at, a.event).cmp(&(&b.happened_at, b.event)));
    if is_newest_first(frame) {
        sorted.reverse();
    }
    let mut days: Vec<(String, Vec<&Entry>)> = Vec::new();
    for entry in sorted {
        let day = frame.clock.day(&entry.happened_at);
        match days.last_mut().filter(|(known, _)| *known == day) {
            Some((_, entries)) => entries.push(entry),
            None => days.push((day, vec![entry])),
        }
    }
    days
}

/// The entry that another one revises: that it is pinned, or amended, is shown there.
fn revised(entry: &Entry) -> Option<u64> {
    let is_revision = matches!(entry.kind.as_str(), "pinned" | "unpinned" | "amended");
    let about = entry.about.as_deref().filter(|_| is_revision)?;
    about.strip_prefix("entry ")?.parse().ok()
}

/// Who revised an entry last in a way: by name.
fn reviser<'v>(entry: &Entry, kind: &str, view: &'v TimelineView) -> Option<&'v Entry> {
    let all = view.entries.iter().rev();
    all.filter(|it| it.kind == kind).find(|it| entry.seq.is_some() && revised(it) == entry.seq)
}

enum Group<'e> {
    Shown(&'e Entry),
    Folded(Vec<&'e Entry>),
}

/// What the machine says often and what matters less, folded where much of it stands together.
fn groups<'e>(entries: &[&'e Entry], view: &TimelineView) -> Vec<Group<'e>> {
    let mut groups = Vec::new();
    let mut lesser: Vec<&Entry> = Vec::new();
    let close = |lesser: &mut Vec<&'e Entry>, groups: &mut Vec<Group<'e>>| {
        let taken = std::mem::take(lesser);
        if taken.len() >= FOLDED_FROM {
            groups.push(Group::Folded(taken));
        } else {
            groups.extend(taken.into_iter().map(Group::Shown));
        }
    };
    for entry in entries {
        if is_lesser(entry, view) {
            lesser.push(entry);
        } else {
            close(&mut lesser, &mut groups);
            groups.push(Group::Shown(entry));
        }
    }
    close(&mut lesser, &mut groups);
    groups
}

fn is_lesser(entry: &Entry, view: &TimelineView) -> bool {
    let value = entry.value.as_deref();
    // Whether an attempt to help caused what it was to help against is nobody's question.
    let is_attempt = entry
        .about
        .as_ref()
        .is_some_and(|about| view.incident.mitigations.iter().any(|tried| tried.change == *about));
    let is_telling = match entry.kind.as_str() {
        "origin_named" | "incident_ended" | "status_set" | "repair_seen" => true,
        "effect_known" => value != Some("undecided"),
        "verdict_changed" => matches!(value, Some("implicated" | "exonerated")) && !is_attempt,
        _ => entry.seq == Some(1),
    };
    entry.source == "machine" && !entry.pinned && !is_telling
}

fn line(entry: &Entry, view: &TimelineView, frame: &Frame) -> Markup {
    let told = |words: &str| {
        let words = without_nats(&frame.clock.retold(words, incident::onset(&view.shifts)));
        // Ids of hops are for programs.
        let hops = view.shifts.iter().filter_map(|shift| shift.hop.as_ref());
        hops.fold(words, |words, hop| words.replace(hop.as_str(), &hop_words(hop)))
    };
    let facts: Vec<String> = entry.because.iter().map(|fact| told(fact)).collect();
    let class = if entry.source == "machine" { "machine" } else { "person" };
    let id = entry.seq.map(|seq| format!("e{seq}"));
    html! {
        li class=(class) id=[id] data-row {
            span class="when" { (frame.clock.second(&entry.happened_at)) }
            div {
                p {
                    @if entry.pinned { (pinned(entry, view)) }
                    @if !entry.words.starts_with(&format!("{} is ", entry.by)) { b class="who" { (entry.by) } " " }
                    @if let Some(kind) = kind(entry) { span class="kind" { (kind) ": " } }
                    (told(plain_words(entry)))
                    @if let Some(said) = mark(entry) { " " (chip(said)) }
                    (about(entry))
                }
                (because(&facts))
                @if !entry.before.is_empty() { (amended(entry, view)) }
                (pen::pen(entry, view, frame))
            }
        }
    }
}

fn pinned(entry: &Entry, view: &TimelineView) -> Markup {
    let by = reviser(entry, "pinned", view).map(|pin| format!(" by {}", pin.by));
    html! { span class="pin" { span aria-hidden="true" { "\u{2605} " } "pinned" (by.unwrap_or_default()) } " " }
}

/// What it said before, and who amended it.
fn amended(entry: &Entry, view: &TimelineView) -> Markup {
    let by = reviser(entry, "amended", view).map(|amend| format!(" by {}", amend.by));
    html! {
        details class="because" {
            summary { "amended" (by.unwrap_or_default()) }
            ul { @for words in &entry.before { li { "It said: " (words) } } }
        }
    }
}

/// What it is about: a change, or another entry.
fn about(entry: &Entry) -> Markup {
    let about = entry.about.as_deref().unwrap_or_default();
    let other: Option<u64> = about.strip_prefix("entry ").and_then(|seq| seq.parse().ok());
    html! {
        @if about.starts_with('C') { " " (id_link(about)) }
        @if let Some(seq) = other { " " a class="note" href={ "#e" (seq) } { "see entry " (seq) } }
    }
}

/// What an entry says, without what stands beside it as a word or a shape.
fn plain_words(entry: &Entry) -> &str {
    let words = entry.words.as_str();
    match entry.kind.as_str() {
        "verdict_changed" => words
            .split_once("): ")
            .map_or(words, |(name, _)| words.get(..=name.len()).unwrap_or(words)),
        "hypothesis_opened" => words.strip_prefix("hypothesis: ").unwrap_or(words),
        "hypothesis_ruled_out" => {
            words.split_once(" is ruled out: ").map_or(words, |(_, fact)| fact)
        }
        _ => words,
    }
}

/// What kind of entry it is, where its words do not say so.
fn kind(entry: &Entry) -> Option<&str> {
    match (entry.source.as_str(), entry.kind.as_str()) {
        ("person", "hypothesis_ruled_out") => return Some("ruled it out"),
        ("person", "severity_set") => return Some("set the severity"),
        ("person", "status_set") => return Some("set the status"),
        _ => {}
    }
    match (entry.source.as_str(), entry.timeline.as_str()) {
        ("person", "observation") => Some("saw"),
        ("person", "hypothesis") => Some("believes"),
        ("person", "decision") => Some("decided"),
        ("person", "communication") => Some("told others"),
        ("person", "follow_up") => Some("to do later"),
        _ => None,
    }
}

/// A verdict or an effect that it says.
fn mark(entry: &Entry) -> Option<Said> {
    let value = entry.value.as_deref()?;
    match entry.kind.as_str() {
        "verdict_changed" => said(value, None),
        "effect_known" | "mitigation_checked" => said("", Some(value)),
        _ => None,
    }
}
