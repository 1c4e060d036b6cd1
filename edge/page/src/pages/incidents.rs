//! What is open, and what waits for somebody?

use super::incident;
use crate::form::{Form, behind, choice, field};
use crate::frame::{Frame, Page, Region};
use crate::parts::{card, empty, id_link, link, service, status_chip};
use crate::place::Place;
use hw_api::Incident;
use hw_incident::SeverityLevel;
use hw_model::{count_words, share_words};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct IncidentsView {
    /// Incidents, newest first; parts of others are left out.
    pub incidents: Vec<Incident>,
}

/// Words by which incidents are chosen.
const FILTERS: [(&str, Option<&str>); 4] = [
    ("all", None),
    ("open", Some("open")),
    ("resolved", Some("resolved")),
    ("closed", Some("closed")),
];

impl IncidentsView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let chosen =
            if let Place::Incidents { status } = &frame.place { status.as_deref() } else { None };
        let shown: Vec<&Incident> =
            self.incidents.iter().filter(|incident| is_chosen(incident, chosen)).collect();
        Page {
            title: "Incidents".to_owned(),
            up: Some(Place::Now),
            is_live: true,
            regions: vec![
                Region::new("r-head", "page-head", self.head(frame, chosen)),
                Region::new("r-list", "card wide", list(&shown, frame)),
            ],
        }
    }

    fn head(&self, frame: &Frame, chosen: Option<&str>) -> Markup {
        html! {
            h1 { (self.sentence(frame)) }
            nav class="chips" aria-label="Which incidents" {
                @for (name, status) in FILTERS {
                    @let place = Place::Incidents { status: status.map(str::to_owned) };
                    a class="chip" href=(place.href()) aria-current=[(status == chosen).then_some("true")] { (name) }
                }
            }
            @if frame.viewer.may_respond { div class="acts" { (declare(frame)) } }
        }
    }

    fn sentence(&self, frame: &Frame) -> String {
        let open: Vec<&Incident> =
            self.incidents.iter().filter(|it| incident::is_open(incident::status(it))).collect();
        let without_lead = open
            .iter()
            .filter(|it| it.record.as_ref().is_none_or(|record| record.lead().is_none()))
            .count();
        match (open.len(), without_lead) {
            (0, _) => match self.incidents.first() {
                None => "There was no incident yet.".to_owned(),
                Some(last) => match over_at(last) {
                    Some(at) => {
                        format!(
                            "No incident is open. The last one was over {}.",
                            frame.clock.ago(at)
                        )
                    }
                    None => "No incident is open.".to_owned(),
                },
            },
            (1, 0) => "1 incident is open.".to_owned(),
            (n, 0) => format!("{n} incidents are open."),
            (1, 1) => "1 incident is open, and waits for somebody to lead it.".to_owned(),
            (n, 1) => format!("{n} incidents are open; 1 waits for somebody to lead it."),
            (n, waiting) => {
                format!("{n} incidents are open; {waiting} wait for somebody to lead them.")
            }
        }
    }
}

/// When an incident was over: its figures were back, or people said so where none speaks of it.
fn over_at(incident: &Incident) -> Option<&str> {
    let times = incident.record.as_ref().map(|record| &record.times);
    let said = times.and_then(|times| times.resolved_at.as_ref().or(times.closed_at.as_ref()));
    incident.ended_at.as_ref().or(said).map(String::as_str)
}

fn is_chosen(incident: &Incident, chosen: Option<&str>) -> bool {
    let status = incident::status(incident);
    match chosen {
        None => true,
        Some("open") => incident::is_open(status),
        Some(word) => status == word,
    }
}

/// Opens an incident: a word, and the form behind it.
pub(super) fn declare(frame: &Frame) -> Markup {
    let form = Form { action: "incidents", class: "stack", said: "The incident is declared." };
    let levels: Vec<&str> =
        [""].into_iter().chain(SeverityLevel::ALL.map(SeverityLevel::word)).collect();
    let fields = html! {
        input type="hidden" name="then" value="/incidents/{incident}/timeline";
        (field("What is wrong, in a line?", &html! { input name="title" required maxlength="200"; }))
        (field("How bad?", &choice("severity", &levels, None)))
        button type="submit" { "Declare it" }
    };
    behind("Declare an incident", Some("d"), &form.html(frame, &fields))
}

fn list(shown: &[&Incident], frame: &Frame) -> Markup {
    let table = html! {
        @if shown.is_empty() {
            (empty("None of these.", &html! { p { "Highwater opens an incident when a figure shifts. Somebody who sees something odd can " (link(&Place::Now, "say so")) "." } }))
        } @else {
            table class="rows" {
                thead { tr {
                    th scope="col" { "Incident" } th scope="col" { "What is wrong" } th scope="col" { "Began" }
                    th scope="col" { "Starts at" } th scope="col" { "Harm" } th scope="col" { "Lead" }
                } }
                tbody { @for it in shown { (row(it, frame)) } }
            }
        }
    };
    card("Incidents", &count_words(shown.len() as f64), &table)
}

fn row(it: &Incident, frame: &Frame) -> Markup {
    let record = it.record.as_ref();
    html! {
        tr data-row {
            td data-label="Incident" class="nowrap" {
                (id_link(&it.id)) " " (status_chip(incident::status(it)))
                @if let Some(severity) = record.and_then(|record| record.severity.as_ref()) { " " span class="chip" { (severity) } }
            }
            td data-label="What" { b { (incident::title(it)) } }
            td data-label="Began" class="when" { (frame.clock.time(&it.started_at)) }
            td data-label="Starts at" {
                @if let Some(origin) = it.origins.first() {
                    (service(&origin.service)) " " span class="note" { (share_words(origin.confidence)) }
                }
            }
            td data-label="Harm" {
                @if let Some(impact) = it.impact {
                    (count_words(impact.excess_items.unsigned_abs() as f64))
                    @if impact.excess_items < 0 { " missing" } @else { " too many" }
                }
            }
            td data-label="Lead" {
                @match record.and_then(|record| record.lead()) {
                    Some(lead) => (lead),
                    None if incident::is_open(incident::status(it)) => span class="missing" { "nobody yet" },
                    None => {}
                }
            }
        }
    }
}
