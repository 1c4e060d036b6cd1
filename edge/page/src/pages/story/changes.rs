//! What changed around an incident, and whether it mattered.

use super::StoryView;
use crate::frame::Frame;
use crate::parts::{because, card, chip, id_link, said, service};
use hw_api::Change;
use hw_chart::Said;
use maud::{Markup, html};
use std::cmp::Reverse;

/// A change with what is said of it.
struct Row<'a> {
    change: &'a Change,
    said: Option<Said>,
    because: Vec<String>,
}

/// The table, what matters most first.
pub(super) fn changes(view: &StoryView, frame: &Frame) -> Markup {
    let mut rows: Vec<Row<'_>> = view
        .incident
        .changes
        .iter()
        .filter_map(|judged| {
            let change = view.change(&judged.change)?;
            let tried =
                view.incident.mitigations.iter().find(|tried| tried.change == judged.change);
            let facts = tried.map_or(&judged.because, |tried| &tried.because);
            let said = said(&judged.verdict, tried.map(|tried| tried.effect.as_str()));
            Some(Row { change, said, because: strongest_first(view.facts(facts, frame)) })
        })
        .collect();
    // Of those of which the same is said the latest before the onset are suspected first.
    rows.sort_by_key(|row| (row.said.map_or(9, Said::rank), Reverse(row.change.at.clone())));
    let note = match rows.len() {
        0 => String::new(),
        1 => "1 change around its start and since".to_owned(),
        n => format!("{n} changes around its start and since"),
    };
    let table = html! {
        @if rows.is_empty() {
            p class="note" { "Nothing was changed in the day before it began, as far as telemetry shows and people told." }
        } @else {
            table class="rows" {
                thead { tr {
                    th scope="col" { "Verdict" } th scope="col" { "When" } th scope="col" { "Change" }
                    th scope="col" { "Service" } th scope="col" { "Why" }
                } }
                tbody { @for row in &rows { (line(row, frame)) } }
            }
            @if rows.iter().any(|row| row.because.iter().any(|fact| fact.contains(" for innocence"))) {
                p class="note below" {
                    "A factor for innocence says how many times likelier what was seen is if the change is innocent. "
                    "A change is exonerated only if a hard fact speaks for its innocence: it came after the onset, something else ended it, or, beside another fact, it was taken back and nothing changed."
                }
            }
        }
    };
    card("What changed, and did it matter?", &note, &table)
}

/// Facts, that which says most for innocence first: it stands in the row, the others behind it.
fn strongest_first(mut facts: Vec<String>) -> Vec<String> {
    let factor = |fact: &String| -> f64 {
        let number = fact.split_once("(factor ").and_then(|(_, rest)| rest.split(' ').next());
        number.and_then(|number| number.replace(',', "").parse().ok()).unwrap_or(0.0)
    };
    facts.sort_by(|a, b| factor(b).total_cmp(&factor(a)));
    facts
}

fn line(row: &Row<'_>, frame: &Frame) -> Markup {
    let change = row.change;
    let (kind, what) = words(change);
    html! {
        tr data-row {
            td data-label="Verdict" { @if let Some(said) = row.said { (chip(said)) } }
            td data-label="When" class="when" { (frame.clock.time(&change.at)) }
            td data-label="Change" { span class="kind" { (kind) } " " b { (what) } " " (id_link(&change.id)) }
            td data-label="Service" { (service(&change.service)) }
            td data-label="Why" class="why" { (because(&row.because)) }
        }
    }
}

/// A change as its kind, and what it was: `deploy`, `1.4.2 -> 2.0.0`.
pub(super) fn words(change: &Change) -> (String, String) {
    let versions = change.versions();
    (change.kind.clone(), versions.trim_start_matches("to ").replace("->", "\u{2192}"))
}
