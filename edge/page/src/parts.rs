//! Small parts that many pages are made of: chips, cards, facts, rows, what is said where nothing is.

use crate::frame::Frame;
use crate::place::Place;
use hw_chart::{Said, glyph};
use hw_model::{Effect, Hop, HopId, Verdict, count_words, share_words};
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeMap;

/// What is said of a change, as a word and a shape.
pub(crate) fn chip(said: Said) -> Markup {
    let class = match said {
        Said::Verdict(Verdict::Implicated) => "chip implicated",
        Said::Verdict(Verdict::Exonerated) => "chip exonerated",
        Said::Verdict(Verdict::NotImplicated) => "chip not-implicated",
        Said::Effect(Effect::Worked) => "chip mitigated",
        Said::Effect(Effect::None) => "chip no-effect",
        Said::Verdict(Verdict::Undecided) | Said::Effect(Effect::Undecided) => "chip undecided",
        Said::Nothing => "chip",
    };
    html! { span class=(class) { (PreEscaped(glyph(said))) (said.word()) } }
}

/// What the words of the API say of a change: of an attempt to help its effect, else the verdict.
pub(crate) fn said(verdict: &str, effect: Option<&str>) -> Option<Said> {
    match effect {
        Some(word) => Effect::from_word(word).map(Said::Effect),
        None => Verdict::from_word(verdict).map(Said::Verdict),
    }
}

/// The status of an incident, as a word and a shape.
pub(crate) fn status_chip(status: &str) -> Markup {
    let (class, shape) = match status {
        "triage" => ("chip undecided", Some(Said::Verdict(Verdict::Undecided))),
        "active" => ("chip implicated", Some(Said::Verdict(Verdict::Implicated))),
        "mitigated" => ("chip mitigated", Some(Said::Effect(Effect::Worked))),
        "resolved" | "closed" => ("chip exonerated", Some(Said::Verdict(Verdict::Exonerated))),
        _ => ("chip", None),
    };
    html! { span class=(class) { @if let Some(shape) = shape { (PreEscaped(glyph(shape))) } (status) } }
}

/// A card: its title, what stands small beside it, and its body.
pub(crate) fn card(title: &str, note: &str, body: &Markup) -> Markup {
    html! {
        header class="card-head" {
            h2 { (title) }
            @if !note.is_empty() { span class="note" { (note) } }
        }
        (body)
    }
}

/// A number that matters, what it is, and what else is to be said of it.
pub(crate) fn fact(label: &str, value: &Markup, note: &Markup) -> Markup {
    html! {
        div class="fact" {
            dt { (label) }
            dd { span class="value" { (value) } span class="note" { (note) } }
        }
    }
}

/// What stands where nothing is: what that means, and what to do.
pub(crate) fn empty(words: &str, what_to_do: &Markup) -> Markup {
    html! { div class="empty" { p { b { (words) } } (what_to_do) } }
}

/// A link to a page.
pub(crate) fn link(place: &Place, words: &str) -> Markup {
    html! { a href=(place.href()) { (words) } }
}

/// A link to the page of a service.
pub(crate) fn service(name: &str) -> Markup {
    html! { a class="service" href=(Place::service(name).href()) { (name) } }
}

/// A link to the page of a hop: `screening to eligibility`.
pub(crate) fn hop(id: &str) -> Markup {
    let words = hop_words(id);
    html! { a class="hop" href=(Place::hop(id).href()) title=(id) { (words) } }
}

/// A hop by its services.
pub(crate) fn hop_words(id: &str) -> String {
    match HopId(id.to_owned()).hop() {
        Some(Hop { caller, callee, .. }) => format!("{caller} \u{2192} {callee}"),
        None => id.to_owned(),
    }
}

/// An id such as `INC-1` or `C3`, as a link if there is a page for it.
pub(crate) fn id_link(id: &str) -> Markup {
    match Place::of_id(id) {
        Some(place) => html! { a class="id" href=(place.href()) { (id) } },
        None => html! { span class="id" { (id) } },
    }
}

/// Facts one below the other; of many, the first open and the others folded.
pub(crate) fn because(facts: &[String]) -> Markup {
    html! {
        @match facts {
            [] => {}
            [only] => p class="because" { (only) }
            [first, rest @ ..] => {
                details class="because" {
                    summary { (first) span class="more" { " +" (rest.len()) " more" } }
                    ul { @for fact in rest { li { (fact) } } }
                }
            }
        }
    }
}

/// A row of pages that belong together, the one that is shown marked.
pub(crate) fn tabs(frame: &Frame, label: &str, tabs: &[(&str, Place, Option<&str>)]) -> Markup {
    html! {
        nav class="tabs" aria-label=(label) {
            @for (name, place, key) in tabs {
                @let is_here = same_page(place, &frame.place);
                @let key = key.filter(|_| !is_here);
                a href=(place.href()) aria-current=[is_here.then_some("page")] data-press=[key] data-press-words=[key.map(|_| *name)] { (name) }
            }
        }
    }
}

/// Whether two places are the same page, whatever is asked of it.
fn same_page(a: &Place, b: &Place) -> bool {
    let path = |place: &Place| place.href().split('?').next().map(str::to_owned);
    path(a) == path(b)
}

/// A name with the first letter large.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How often each answer was given, the most frequent first, and which share of all that is.
pub(crate) fn answer_shares(answers: &BTreeMap<String, u64>) -> Vec<(&str, u64, f64)> {
    let all: u64 = answers.values().sum();
    let share = |n: u64| n as f64 / all.max(1) as f64;
    let mut sorted: Vec<_> =
        answers.iter().map(|(value, n)| (value.as_str(), *n, share(*n))).collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    sorted
}

/// The same as a list.
pub(crate) fn answer_list(answers: &BTreeMap<String, u64>) -> Markup {
    html! {
        ul class="plain" {
            @for (value, n, share) in answer_shares(answers) { li { b { (value) } " " (count_words(n as f64)) " (" (share_words(share)) ")" } }
        }
    }
}
