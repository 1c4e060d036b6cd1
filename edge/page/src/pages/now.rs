//! Is everything flowing as usual, and if not, where?

mod first;

use super::incidents::declare;
use crate::figure::{chart, minute};
use crate::form::{Form, behind, field};
use crate::frame::{Frame, Page, Region};
use crate::parts::{capital, card, chip, id_link, said, service, status_chip};
use crate::place::Place;
use hw_api::{ActionWords, Change, FlowMap, Now, OpenIncident, Shift};
use hw_chart::{flow_map, flow_map_tables};
use hw_model::{count_words, share_words};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Services that are offered where one is named.
const OFFERED_MAX: usize = 100;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct NowView {
    /// What is so now.
    pub now: Now,
    /// What flowed in the last minute.
    pub map: FlowMap,
    /// Shifts that are open.
    pub shifts: Vec<Shift>,
    /// The latest changes, newest first.
    pub changes: Vec<Change>,
    /// Action items that are open and late.
    pub late: Vec<ActionWords>,
    /// Where telemetry is taken in: gRPC and HTTP.
    pub doors: Vec<String>,
}

impl NowView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let is_empty = self.now.received.last_record_at.is_none() && self.now.now.is_none();
        let regions = if is_empty { self.first() } else { self.regions(frame) };
        Page { title: "Now".to_owned(), up: None, is_live: true, regions }
    }

    fn first(&self) -> Vec<Region> {
        vec![Region::new("r-first", "wide first", first::first(&self.doors))]
    }

    fn regions(&self, frame: &Frame) -> Vec<Region> {
        let mut regions = vec![Region::new("r-head", "now-head", self.head(frame))];
        if !self.now.incidents.is_empty() {
            regions.push(Region::new("r-open", "card wide", self.open(frame)));
        }
        regions.push(Region::new("r-map", "card wide", self.flow()));
        regions.push(Region::new("r-changes", "card half", self.latest(frame)));
        regions.push(Region::new("r-watch", "card half", self.watched(frame)));
        regions
    }

    fn head(&self, frame: &Frame) -> Markup {
        let is_calm = matches!(self.now.status.as_str(), "calm" | "learning");
        html! {
            h1 class=(if is_calm { "calm" } else { "stirred" }) { (self.sentence()) }
            div class="lead" {
                p { (self.now.sentence) }
                @for trouble in &self.now.troubles { p class="trouble" { b { "Highwater itself: " } (trouble) } }
                @if let Some(change) = self.changes.first() {
                    p class="note" { "The last change was " (frame.clock.ago(&change.at)) ": " (change.name()) "." }
                }
            }
            (self.doing(frame))
        }
    }

    /// One sentence that is the answer.
    fn sentence(&self) -> String {
        let names: Vec<&str> =
            self.now.incidents.iter().filter_map(|open| open.origin.as_deref()).collect();
        match (self.now.status.as_str(), self.now.incidents.as_slice()) {
            (_, [only]) => only.title.clone(),
            (_, [_, ..]) if names.is_empty() => {
                format!("{} incidents are open.", self.now.incidents.len())
            }
            (_, [_, ..]) => {
                format!("{} incidents are open: {}.", self.now.incidents.len(), names.join(", "))
            }
            ("silent", []) => "Nothing comes in.".to_owned(),
            ("learning", []) => "Still learning what is usual.".to_owned(),
            ("trouble", []) => "Highwater itself is in trouble.".to_owned(),
            (_, []) => "Everything flows as usual.".to_owned(),
        }
    }

    /// What somebody does who sees something.
    fn doing(&self, frame: &Frame) -> Markup {
        let report =
            Form { action: "reports", class: "stack", said: "Your report is in the record." };
        let services: BTreeSet<&str> =
            self.map.hops.iter().map(|hop| hop.callee.as_str()).collect();
        html! {
            @if frame.viewer.may_respond {
                div class="acts" {
                    (behind("I see something odd", Some("e"), &report.html(frame, &html! {
                        input type="hidden" name="then" value="/incidents/{incident}/timeline";
                        (field("What do you see?", &html! { textarea name="text" required rows="2" maxlength="4000" {} }))
                        (field("Near which service? (may be left out)", &html! {
                            input name="service" list="services" maxlength="200";
                            datalist id="services" { @for name in services.iter().take(OFFERED_MAX) { option value=(name) {} } }
                        }))
                        button type="submit" { "Report it" }
                        p class="note" { "Highwater answers with what deviates near it, and opens an incident or adds it to one." }
                    })))
                    (declare(frame))
                }
            }
        }
    }

    fn open(&self, frame: &Frame) -> Markup {
        let rows = html! {
            ul class="plain incidents" { @for open in &self.now.incidents { (incident(open, frame)) } }
        };
        card("Open incidents", &count_words(self.now.incidents.len() as f64), &rows)
    }

    fn flow(&self) -> Markup {
        let data = minute("What flowed in the last minute", &self.map, &self.shifts);
        let picture = chart(
            "f-map",
            (1_270, 340),
            &|style| flow_map(&data, style),
            (&flow_map_tables(&data), None),
        );
        card("What flowed in the last minute", "", &picture)
    }

    fn latest(&self, frame: &Frame) -> Markup {
        let rows = html! {
            @if self.changes.is_empty() { p class="note" { "No change was seen or told yet." } }
            ul class="plain" {
                @for change in &self.changes {
                    li data-row { (frame.clock.time(&change.at)) " " (id_link(&change.id)) " " (change.name()) }
                }
            }
        };
        card("The latest changes", "", &rows)
    }

    fn watched(&self, frame: &Frame) -> Markup {
        let now = &self.now;
        let body = html! {
            ul class="plain" {
                li { (streams(now)) }
                li { b { (share_words(now.coverage)) } " of calls found their other end." }
                li {
                    b { (count_words(now.received.last_minute as f64)) } " records came in the last minute"
                    @if let Some(at) = &now.received.last_record_at { "; the latest says " (frame.clock.time(at)) }
                    "."
                }
                @if now.clock == "data" { li class="note" { "The time of the data says what is now." } }
                @for item in &self.late {
                    li { span class="late" { "late" } " " (item.text) " " span class="note" { (item.owner) ", was due " (frame.clock.day(&item.due)) } }
                }
            }
        };
        card("How well it is watched", "", &body)
    }
}

/// How much is watched.
pub(super) fn streams(now: &Now) -> Markup {
    html! {
        @if now.streams.armed == now.streams.watched { b { "All " (now.streams.watched) } " figures are watched." }
        @else { b { (now.streams.armed) " of " (now.streams.watched) } " figures are watched; the others are learning." }
        @if now.streams.blunt > 0 {
            " " (now.streams.blunt) " of them watch slow calls and are young: that nearly all calls are slow would be noticed, three in ten not for a day or two."
        }
    }
}

fn incident(open: &OpenIncident, frame: &Frame) -> Markup {
    html! {
        li data-row {
            p class="incident-line" {
                (id_link(&open.id))
                @if let Some(status) = &open.status { (status_chip(status)) }
                @if let Some(severity) = &open.severity { span class="chip" { (severity) } }
                @match &open.lead {
                    Some(lead) => span class="role" { "Lead " b { (lead) } },
                    None => span class="role missing" { "Nobody leads yet" },
                }
            }
            p class="title" {
                @match Place::of_id(&open.id) {
                    Some(place) => a href=(place.href()) { (capital(&open.title)) },
                    None => (open.title),
                }
            }
            p class="note" {
                "Since " (frame.clock.time(&open.started_at))
                @if let (Some(origin), Some(sure)) = (&open.origin, open.confidence) {
                    ". It starts at " (service(origin)) " (" (share_words(sure)) " sure)"
                }
                @if let Some(items) = open.excess_items.filter(|items| *items != 0) {
                    ". " (count_words(items.unsigned_abs() as f64)) @if items < 0 { " items missing" } @else { " items too many" }
                }
                "."
            }
            ul class="plain said-of" {
                @for change in &open.changes {
                    li {
                        @if let Some(said) = said(&change.verdict, change.effect.as_deref()) { (chip(said)) }
                        " " (frame.clock.time(&change.at)) " " (change.words)
                    }
                }
            }
        }
    }
}
