//! Why Highwater says where it starts, and whether it is over.

use super::StoryView;
use super::head::is_over_since;
use crate::frame::Frame;
use crate::parts::{card, chip, said, service};
use hw_api::Lead;
use hw_model::{count_words, share_words};
use hw_report::QuestionKind;
use maud::{Markup, html};

/// Where it starts, who is cleared, and log lines worth a look.
pub(super) fn why(view: &StoryView, frame: &Frame) -> Markup {
    let incident = &view.incident;
    let body = html! {
        @if incident.origins.is_empty() {
            p { "Where it starts is not known yet. More data decides it, or a dependency that shows its answers." }
        }
        @for origin in incident.origins.iter().filter(|origin| origin.confidence >= 0.01) {
            h3 { (service(&origin.service)) " " span class="note" { (share_words(origin.confidence)) " sure" } }
            ul { @for fact in view.facts(&origin.because, frame) { li { (fact) } } }
        }
        @for cleared in &incident.cleared {
            h3 { (service(&cleared.service)) " " span class="note" { "shows it, too, but behaves as always" } }
            ul { @for fact in view.facts(&cleared.because, frame) { li { (fact) } } }
        }
        @let found = view.document.questions().filter(|it| it.kind == QuestionKind::Factors);
        @let found: Vec<&str> = found.flat_map(|it| &it.hints).map(|hint| hint.words.as_str()).collect();
        @if !found.is_empty() {
            h3 { "What people found (times in UTC)" }
            ul { @for words in found { li { (words) } } }
        }
        @if !incident.leads.is_empty() {
            h3 { "Log lines worth a look" }
            ul { @for lead in &incident.leads { li { (line(lead)) } } }
        }
    };
    card("Why there?", "", &body)
}

fn line(lead: &Lead) -> Markup {
    html! {
        (service(&lead.service)) " " span class="kind" { (lead.severity) } " " code { (lead.template) }
        " " span class="note" { (count_words(lead.count as f64)) " since it began" }
        @if let Some(place) = &lead.source {
            " " span class="note" { "written at " }
            @let words = match place.line { Some(line) => format!("{}:{line}", place.file), None => place.file.clone() };
            @match &place.link {
                Some(link) if link.starts_with("https://") || link.starts_with("http://") => a href=(link) rel="noreferrer" { (words) },
                _ => code { (words) },
            }
        }
    }
}

/// What was tried, what it did, what is still to be done.
pub(super) fn over(view: &StoryView, frame: &Frame) -> Markup {
    let incident = &view.incident;
    let record = incident.record.as_ref();
    let body = html! {
        p { (is_over_since(view, frame)) "." }
        @if incident.mitigations.is_empty() && record.is_none_or(|record| record.attempts.is_empty()) {
            p class="note" { "Nothing was tried yet." }
        }
        ul class="checks" {
            @for tried in &incident.mitigations {
                @if let Some(change) = view.change(&tried.change) {
                    li {
                        @if let Some(said) = said("", Some(&tried.effect)) { (chip(said)) }
                        " " (frame.clock.time(&change.at)) " " b { (change.name()) }
                        @for fact in view.facts(&tried.because, frame) { p class="note" { (fact) } }
                    }
                }
            }
            @if let Some(record) = record {
                @for tried in record.attempts.iter().filter(|tried| tried.change.is_none()) {
                    li {
                        @if let Some(said) = said("", Some(&tried.effect)) { (chip(said)) }
                        " " b { (tried.text) }
                        @if let Some(expected) = &tried.expected { p class="note" { "expected: " (expected) } }
                    }
                }
            }
        }
        @if let Some(pile) = view.backlog.first() {
            h3 { "What piles up" }
            p { (pile.words) }
        }
        @if !incident.redeploy.is_empty() {
            h3 { "Taken back, although innocent" }
            ul { @for id in &incident.redeploy { @if let Some(change) = view.change(id) { li { (change.name()) } } } }
        }
        @if let Some(record) = record.filter(|record| !record.actions.is_empty()) {
            h3 { "Action items" }
            ul class="plain" {
                @for item in &record.actions {
                    li { span class="kind" { (item.kind) } " " (item.text) " " span class="note" { (item.owner) ", " (item.state) } }
                }
            }
        }
    };
    card("Is it over?", "what was tried, and what it did", &body)
}
