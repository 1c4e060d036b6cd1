//! The entries of a timeline, day by day: people large, the machine small, what matters most pinned.

use super::TimelineView;
use crate::form::{Form, field};
use crate::frame::Frame;
use crate::pages::incident;
use crate::parts::{because, card, chip, hop_words, id_link, said};
use crate::place::Place;
use hw_api::Entry;
use hw_chart::Said;
use hw_report::without_nats;
use maud::{Markup, html};

/// Entries of the machine in a row from which on those that matter less are folded.
const FOLDED_FROM: usize = 4;

/// The timeline, oldest first: it reads as a story, and the place to write stands beside its end.
pub(super) fn entries(view: &TimelineView, frame: &Frame) -> Markup {
    let body = html! {
        @if view.entries.is_empty() { p class="note" { "Nothing is written yet." } }
        @for (day, entries) in days(view, frame) {
            h3 class="day" { (day) }
            ol class="timeline" {
                @for group in groups(&entries, view) {
                    @match group {
                        Group::Shown(entry) => (line(entry, view, frame)),
                        Group::Folded(entries) => li class="folded" {
                            details {
                                summary { (entries.len()) " more of Highwater"
                                    @if let Some(first) = entries.first() { ", from " (frame.clock.second(&first.happened_at)) } }
                                ol class="timeline" { @for entry in entries { (line(entry, view, frame)) } }
                            }
                        }
                    }
                }
            }
        }
    };
    card("Timeline", "oldest first", &body)
}

/// Entries by the day on which they happened.
fn days<'v>(view: &'v TimelineView, frame: &Frame) -> Vec<(String, Vec<&'v Entry>)> {
    let mut sorted: Vec<&Entry> = view.entries.iter().collect();
    sorted.sort_by(|a, b| (&a.happened_at, a.event).cmp(&(&b.happened_at, b.event)));
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
        let words = without_nats(&frame.clock.retold(words, view.onset()));
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
                    @if entry.pinned { span class="pin" title="pinned" { "\u{2605}" span class="unseen" { "pinned" } } " " }
                    @if !entry.words.starts_with(&format!("{} is ", entry.by)) { b class="who" { (entry.by) } " " }
                    @if let Some(kind) = kind(entry) { span class="kind" { (kind) ": " } }
                    (told(plain_words(entry)))
                    @if let Some(said) = mark(entry) { " " (chip(said)) }
                    @if let Some(about) = entry.about.as_deref().filter(|about| about.starts_with('C')) { " " (id_link(about)) }
                }
                (because(&facts))
                @if !entry.before.is_empty() {
                    details class="because" { summary { "amended" } ul { @for words in &entry.before { li { "It said: " (words) } } } }
                }
                (pen(entry, view, frame))
            }
        }
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
        _ => words,
    }
}

/// What kind of entry it is, where its words do not say so.
fn kind(entry: &Entry) -> Option<&str> {
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

/// What can be done with an entry: pin it, and amend what a person wrote. Who is not known by name says first
/// who they are, beside the timeline.
fn pen(entry: &Entry, view: &TimelineView, frame: &Frame) -> Markup {
    let is_known = frame.viewer.may_respond && frame.viewer.name.is_some();
    let Some(seq) = entry.seq.filter(|_| is_known) else { return html! {} };
    let number = incident::number(&view.incident);
    let (pinned, word) = if entry.pinned { ("false", "Unpin") } else { ("true", "Pin") };
    let path = format!("incidents/{}/entries/{seq}/pin", view.incident.id);
    let pin = Form { action: &path, class: "inline", said: "Done." };
    let is_amended =
        matches!(frame.place, Place::Timeline { amend: Some(amend), .. } if amend == seq);
    html! {
        div class="pen" {
            (pin.html(frame, &html! { input type="hidden" name="pinned:bool" value=(pinned); button type="submit" class="text" { (word) } }))
            @if entry.source == "person" && !is_amended {
                a href={ (Place::Timeline { incident: number, amend: Some(seq) }.href()) "#e" (seq) } { "Amend" }
            }
        }
        @if is_amended { (amend(entry, (number, seq), frame)) }
    }
}

/// An entry that is amended.
fn amend(entry: &Entry, (number, seq): (u32, u64), frame: &Frame) -> Markup {
    let path = format!("incidents/INC-{number}/entries/{seq}/amend");
    let amend = Form { action: &path, class: "stack", said: "Amended; the old words are kept." };
    amend.html(frame, &html! {
        input type="hidden" name="then" value=(Place::timeline(number).href());
        (field("What it is to say", &html! { textarea name="text" rows="2" maxlength="4000" required { (entry.words) } }))
        (field("Why (may be left out)", &html! { input name="reason" maxlength="400"; }))
        button type="submit" { "Amend it" }
    })
}
