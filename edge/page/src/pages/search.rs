//! What is found.

use crate::frame::{Frame, Page, Region};
use crate::parts::{card, empty, id_link};
use crate::place::Place;
use hw_api::Hit;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct SearchView {
    /// What was looked for.
    pub text: String,
    /// What was found, and whether there is more.
    pub hits: Vec<Hit>,
    /// Whether more was found than is shown.
    pub is_more: bool,
}

impl SearchView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let head = html! {
            h1 { (self.sentence()) }
            form method="get" action="/search" class="line" role="search" {
                label class="field" { span { "Words that must all stand in it" } input type="search" name="q" value=(self.text) maxlength="200"; }
                button type="submit" { "Search" }
            }
        };
        Page {
            title: "Search".to_owned(),
            up: Some(Place::Now),
            is_live: false,
            regions: vec![
                Region::new("r-head", "page-head", head),
                Region::new("r-hits", "card wide", self.found(frame)),
            ],
        }
    }

    fn sentence(&self) -> String {
        match (self.text.is_empty(), self.hits.len()) {
            (true, _) => "Search timelines and post mortems.".to_owned(),
            (false, 0) => format!("Nothing says \u{201c}{}\u{201d}.", self.text),
            (false, 1) => format!("1 place says \u{201c}{}\u{201d}.", self.text),
            (false, n) if self.is_more => {
                format!("More than {n} places say \u{201c}{}\u{201d}.", self.text)
            }
            (false, n) => format!("{n} places say \u{201c}{}\u{201d}.", self.text),
        }
    }

    fn found(&self, frame: &Frame) -> Markup {
        let body = html! {
            @if self.hits.is_empty() { (empty("Nothing to show.", &html! { p { "Looked for is in incidents, their entries, and post mortems, imported ones too." } })) }
            ul class="plain" {
                @for hit in &self.hits {
                    li data-row {
                        p {
                            @if let Some(id) = hit.incident.as_ref().or(hit.postmortem.as_ref()) { (id_link(id)) " " }
                            @if let Some(place) = place(hit) { a href=(place) { (hit.words) } } @else { (hit.words) }
                        }
                        p class="note" { (frame.clock.time(&hit.at)) ", " (hit.by) }
                    }
                }
            }
        };
        card("Found", "", &body)
    }
}

/// Where a hit stands.
fn place(hit: &Hit) -> Option<String> {
    let id = hit.incident.as_ref()?;
    let incident = id.trim_start_matches("INC-").parse().ok()?;
    Some(match (&hit.section, hit.entry) {
        (Some(section), _) => {
            format!("{}#s-{section}", Place::Review { incident, section: None }.href())
        }
        (None, Some(entry)) => format!("{}#e{entry}", Place::timeline(incident).href()),
        (None, None) => Place::story(incident).href(),
    })
}
