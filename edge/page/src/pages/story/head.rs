//! The head of a story: the sentence, where it starts, and three numbers.

use super::StoryView;
use crate::clock::between;
use crate::frame::Frame;
use crate::pages::incident;
use crate::parts::{fact, service};
use hw_api::{Change, instant};
use hw_model::{count_words, length_words};
use maud::{Markup, html};

/// The head.
pub(super) fn head(view: &StoryView, frame: &Frame) -> Markup {
    html! {
        (incident::line(&view.incident, frame))
        h1 { (told(&incident::title(&view.incident))) }
        div class="lead-and-facts" {
            div class="lead" {
                (starts(view, frame))
                (innocent(view))
                (over(view, frame))
            }
            dl class="facts" {
                (began(view, frame))
                (noticed(view))
                (lasted(view, frame))
                (harm(view))
            }
        }
    }
}

/// A title, the first share in it marked: it is what is wrong.
fn told(title: &str) -> Markup {
    let words: Vec<&str> = title.split(' ').collect();
    let Some(at) = words.iter().position(|word| *word == "%").and_then(|at| at.checked_sub(1))
    else {
        return html! { (title) };
    };
    let (before, after) =
        (words.get(..at).unwrap_or_default(), words.get(at + 2..).unwrap_or_default());
    let number = words.get(at).copied().unwrap_or_default();
    html! {
        (before.join(" ")) " " span class="changed" { (number) "\u{a0}%" }
        @if !after.is_empty() { " " (after.join(" ")) }
    }
}

fn starts(view: &StoryView, frame: &Frame) -> Markup {
    let Some(origin) = view.incident.origins.first() else {
        return html! { p { "Where it starts is not known." } };
    };
    let facts = view.facts(&origin.because, frame);
    let fact = facts.first();
    html! {
        p {
            "It starts at " b { (service(&origin.service)) }
            " (" (hw_model::share_words(origin.confidence)) " sure)"
            @if let Some(fact) = fact { ": " (fact) } "."
        }
    }
}

/// Which changes are not the cause.
fn innocent(view: &StoryView) -> Markup {
    let is_attempt = |id: &str| view.incident.mitigations.iter().any(|tried| tried.change == id);
    let cleared = view.incident.changes.iter().filter(|judged| {
        matches!(judged.verdict.as_str(), "exonerated") && !is_attempt(&judged.change)
    });
    let names: Vec<String> =
        cleared.filter_map(|judged| view.change(&judged.change)).map(Change::name).collect();
    let guilty: Vec<String> = view
        .incident
        .changes
        .iter()
        .filter(|judged| judged.verdict == "implicated")
        .filter_map(|judged| view.change(&judged.change))
        .map(Change::name)
        .collect();
    html! {
        @if !guilty.is_empty() { p { "A change did it: " b { (guilty.join(", ")) } "." } }
        @if !names.is_empty() { p { "Not the cause: " (names.join(", ")) "." } }
    }
}

/// Whether it is over, what ended it, and what is left.
fn over(view: &StoryView, frame: &Frame) -> Markup {
    let worked = view.incident.mitigations.iter().rev().find(|tried| tried.effect == "worked");
    let helped = worked.and_then(|tried| view.change(&tried.change));
    let is_over = view.incident.ended_at.is_some();
    let record = view.incident.record.as_ref();
    let n_open =
        record.map_or(0, |record| record.actions.iter().filter(|it| it.state == "open").count());
    html! {
        p {
            (is_over_since(view, frame))
            @match (is_over, helped) {
                (true, Some(change)) => { ": the " (change.name()) " stopped it." },
                (true, None) => "; what stopped it is not known.",
                (false, Some(change)) => { ", although the " (change.name()) " helped." },
                (false, None) => ".",
            }
            @if is_over && incident::status(&view.incident) == "mitigated" && helped.is_some_and(|change| change.kind == "restart") {
                " A restart cures nothing: what brought it about is still there."
            }
            @match n_open {
                0 => {}
                1 => " 1 action item is open.",
                n => { " " (n) " action items are open." }
            }
        }
    }
}

/// Whether its figures are back, and since when.
pub(super) fn is_over_since(view: &StoryView, frame: &Frame) -> Markup {
    let ended = view.ratio().and_then(|(_, ratio)| ratio.ended_at);
    html! {
        @match (view.incident.ended_at.is_some(), view.incident.detected_at.is_some()) {
            (true, _) => { b { "The flow is as usual again" } @if let Some(at) = ended { " since " (frame.clock.at(at)) } },
            (false, true) => b { "It goes on" },
            (false, false) => "No figure speaks of it yet: a person opened it",
        }
    }
}

fn began(view: &StoryView, frame: &Frame) -> Markup {
    let (at, within) = match view.ratio() {
        Some((_, ratio)) => (hw_api::rfc3339(ratio.onset_at), Some(ratio.onset)),
        None => (view.incident.started_at.clone(), None),
    };
    let clock = &frame.clock;
    let note = html! {
        @if let Some(within) = within {
            "between " (clock.second(&hw_api::rfc3339(within.from))) " and " (clock.second(&hw_api::rfc3339(within.to)))
        }
    };
    fact("Began", &clock.time(&at), &note)
}

/// When Highwater noticed, and when a person did.
fn noticed(view: &StoryView) -> Markup {
    let began = match view.ratio() {
        Some((_, ratio)) => hw_api::rfc3339(ratio.onset_at),
        None => view.incident.started_at.clone(),
    };
    let after = |at: Option<&String>| at.and_then(|at| between(&began, at));
    let times = view.incident.record.as_ref().map(|record| &record.times);
    let machine = after(view.incident.detected_at.as_ref());
    let person = after(times.and_then(|times| times.noticed_at.as_ref()));
    let value = match &machine {
        Some(machine) => html! { (machine) },
        None => html! { "by people" },
    };
    let note = match person {
        Some(person) => format!("the first person after {person}"),
        None => "no person yet".to_owned(),
    };
    fact("Noticed after", &value, &html! { (note) })
}

/// How long.
fn lasted(view: &StoryView, frame: &Frame) -> Markup {
    let (from, ended) = match view.ratio() {
        Some((_, ratio)) => (Some(ratio.onset_at), ratio.ended_at),
        None => (
            instant(&view.incident.started_at),
            view.incident.ended_at.as_deref().and_then(instant),
        ),
    };
    let to = ended.unwrap_or(frame.clock.now);
    let length = from.map(|from| length_words(to.seconds_since(from)));
    let label = if ended.is_some() { "Lasted" } else { "Lasts for" };
    fact(label, &html! { (length.unwrap_or_default()) }, &html! {})
}

/// How much harm, in items.
fn harm(view: &StoryView) -> Markup {
    let Some(impact) = view.incident.impact else { return html! {} };
    let what = if impact.excess_items < 0 { "items missing" } else { "items too many" };
    let [a, b] = [impact.low, impact.high].map(|n| n.unsigned_abs() as f64);
    let (low, high) = (a.min(b), a.max(b));
    let note = html! { (what) "; 95 % interval " (count_words(low)) " to " (count_words(high)) };
    fact("Harm", &html! { (count_words(impact.excess_items.unsigned_abs() as f64)) }, &note)
}
