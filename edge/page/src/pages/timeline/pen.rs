//! What can be done with an entry: people pin and amend what people wrote. What Highwater wrote stands.

use super::entries::is_newest_first;
use super::{TimelineView, example};
use crate::form::{Form, field};
use crate::frame::Frame;
use crate::pages::incident;
use crate::place::Place;
use hw_api::Entry;
use maud::{Markup, html};

/// Whether it is one that somebody wrote: others are neither pinned nor amended.
fn is_of_people(entry: &Entry) -> bool {
    entry.kind == "update_promised" || separator(entry).is_some()
}

/// What stands between what the machine says of an entry and the words of who wrote it; nothing where it is
/// theirs alone.
fn separator(entry: &Entry) -> Option<&'static str> {
    match entry.kind.as_str() {
        "noted" | "reported" | "mitigation_begun" => Some(""),
        "hypothesis_opened"
        | "hypothesis_ruled_out"
        | "mitigation_checked"
        | "handed_over"
        | "wait_begun" => Some(": "),
        _ => None,
    }
}

/// The words of who wrote it, which can be amended.
fn own_words<'e>(entry: &'e Entry, view: &'e TimelineView) -> Option<&'e str> {
    let separator = separator(entry)?;
    let attempts = view.incident.record.iter().flat_map(|record| &record.attempts);
    let tried = attempts.into_iter().find(|tried| entry.seq == Some(tried.entry));
    Some(match (tried, separator) {
        (Some(tried), _) => &tried.text,
        (None, "") => &entry.words,
        (None, separator) => {
            entry.words.split_once(separator).map_or(entry.words.as_str(), |(_, words)| words)
        }
    })
}

/// What can be done with it. Who is not known by name says first who they are, beside the timeline.
pub(super) fn pen(entry: &Entry, view: &TimelineView, frame: &Frame) -> Markup {
    let is_known = frame.viewer.may_respond && frame.viewer.name.is_some();
    let Some(seq) = entry.seq.filter(|_| is_known && is_of_people(entry)) else {
        return html! {};
    };
    let number = incident::number(&view.incident);
    let (pinned, word) = if entry.pinned { ("false", "Unpin") } else { ("true", "Pin") };
    let path = format!("incidents/{}/entries/{seq}/pin", view.incident.id);
    let pin = Form { action: &path, class: "inline", said: "Done." };
    let is_amended =
        matches!(frame.place, Place::Timeline { amend: Some(amend), .. } if amend == seq);
    let is_newest_first = is_newest_first(frame);
    let amending = Place::Timeline { incident: number, amend: Some(seq), is_newest_first };
    html! {
        div class="pen" {
            (pin.html(frame, &html! {
                input type="hidden" name="pinned:bool" value=(pinned);
                button type="submit" class="text" data-press="p" data-press-words="pin the entry that is picked" { (word) }
            }))
            @if own_words(entry, view).is_some() && !is_amended { a href={ (amending.href()) "#e" (seq) } { "Amend" } }
        }
        @if let Some(words) = own_words(entry, view).filter(|_| is_amended) { (amend(words, (number, seq), frame)) }
    }
}

/// An entry that is amended: what it says, or when it was.
fn amend(words: &str, (incident, seq): (u32, u64), frame: &Frame) -> Markup {
    let path = format!("incidents/INC-{incident}/entries/{seq}/amend");
    let amend = Form { action: &path, class: "stack", said: "Amended; the old words are kept." };
    let is_newest_first = is_newest_first(frame);
    let back = Place::Timeline { incident, amend: None, is_newest_first };
    let back = format!("{}#e{seq}", back.href());
    amend.html(frame, &html! {
        input type="hidden" name="then" value=(back);
        (field("What it is to say", &html! { textarea name="text" rows="2" maxlength="4000" required { (words) } }))
        (field("When it was (may be left out; Z is UTC)", &html! { input name="at" placeholder=(example(frame)) maxlength="40"; }))
        (field("Why (may be left out)", &html! { input name="reason" maxlength="400"; }))
        div class="line" { button type="submit" { "Amend it" } a href=(back) { "Leave it as it is" } }
    })
}
