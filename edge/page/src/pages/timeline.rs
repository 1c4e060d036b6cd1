//! What happened last, and who does what now?

mod entries;
mod pen;
mod roles;
mod verbs;

use super::incident;
use crate::form::field;
use crate::frame::{Frame, Page, Region};
use crate::parts::card;
use crate::place::Place;
use hw_api::{Brief, Change, Entry, Incident, ServicePeople, Shift, Waiting, instant};
use hw_model::Timestamp;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct TimelineView {
    /// The incident.
    pub incident: Incident,
    /// Its entries, oldest first.
    pub entries: Vec<Entry>,
    /// The changes it speaks of.
    pub changes: Vec<Change>,
    /// Its shifts: days in its facts count from when they began.
    pub shifts: Vec<Shift>,
    /// It in at most 150 words.
    pub brief: Option<Brief>,
    /// Whom to ask about the service at which it starts.
    pub people: Option<ServicePeople>,
    /// Other incidents that are open: id and title. It may be part of one.
    pub others: Vec<(String, String)>,
}

impl TimelineView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let number = incident::number(&self.incident);
        Page {
            title: format!("Timeline of {}", self.incident.id),
            up: Some(Place::story(number)),
            is_live: true,
            regions: vec![
                Region::new("r-head", "story-head", self.head(frame)),
                Region::new("r-pages", "", incident::pages(number, frame)),
                Region::new("r-entries", "card two-thirds", entries::entries(self, frame)),
                Region::new("r-doing", "third doing", self.doing(frame)),
            ],
        }
    }

    fn head(&self, frame: &Frame) -> Markup {
        html! {
            (incident::line(&self.incident, frame))
            h1 { (self.sentence(frame)) }
            div class="lead" { p { (incident::title(&self.incident)) } }
        }
    }

    /// Who does what now.
    fn sentence(&self, frame: &Frame) -> String {
        let Some(record) = &self.incident.record else {
            return "Nothing is written yet.".to_owned();
        };
        if let Some(into) = &record.merged_into {
            return format!("It is part of {into}: go on there.");
        }
        let status = record.status.as_str();
        if !incident::is_open(status) {
            let times = &record.times;
            let since = if status == "closed" { &times.closed_at } else { &times.resolved_at };
            return match (status, since) {
                ("declined", _) => "It was declined: it is no incident.".to_owned(),
                (_, Some(at)) => format!("It is {status}, since {}.", said_time(frame, at)),
                (_, None) => format!("It is {status}."),
            };
        }
        let lead = match record.lead() {
            Some(lead) => format!("{lead} leads"),
            None => "Nobody leads yet".to_owned(),
        };
        let waiting = record.waiting.as_ref().map(|waiting| waited(waiting, frame));
        let update = record.next_update_due.as_deref().map(|due| {
            let is_or_was = if record.is_update_overdue { "was" } else { "is" };
            format!("the next update {is_or_was} due {}", said_time(frame, due))
        });
        let parts: Vec<String> = [Some(lead), waiting, update].into_iter().flatten().collect();
        format!("{}.", parts.join("; "))
    }

    fn doing(&self, frame: &Frame) -> Markup {
        html! {
            (verbs::verbs(self, frame))
            @if let Some(record) = &self.incident.record {
                @if record.hypotheses.iter().any(|it| it.state == "open") {
                    section class="card" {
                        (card("Believed, and not ruled out", "", &verbs::hypotheses(record, &self.incident.id, frame)))
                    }
                }
            }
            @if let Some(brief) = &self.brief {
                section class="card" {
                    (card("For somebody who was not there", "", &html! {
                        div class="copy" {
                            p id="brief" { (frame.clock.retold(&brief.words, incident::onset(&self.shifts))) }
                            button type="button" class="plain" data-copy="#brief" hidden { "Copy" }
                        }
                    }))
                }
            }
            @if let Some(people) = &self.people {
                section class="card" { (card("Whom to ask", &people.service, &html! { p { (frame.clock.retold(&people.words, None)) } })) }
            }
        }
    }
}

fn waited(waiting: &Waiting, frame: &Frame) -> String {
    let (what, until) = (&waiting.condition, said_time(frame, &waiting.until));
    if waiting.is_over {
        format!("the wait for \u{201c}{what}\u{201d} is over since {until}: look again")
    } else {
        format!("waiting for \u{201c}{what}\u{201d} until {until}")
    }
}

fn said_time(frame: &Frame, at: &str) -> String {
    instant(at).map_or_else(|| at.to_owned(), |at| frame.clock.words(at))
}

/// A time that somebody gives, if it is not now.
pub(super) fn at_field(frame: &Frame) -> Markup {
    let zone = frame.clock.zone.words();
    html! {
        (field("When? (now, if left out)", &html! { input name="at" placeholder=(example(frame)) maxlength="40"; }))
        p class="note" { "Times with Z are UTC; your pages show " (zone) "." }
    }
}

/// How a time is written: the last full hour, in UTC.
pub(super) fn example(frame: &Frame) -> String {
    let hour = frame.clock.now.0.div_euclid(3_600_000_000_000) * 3_600;
    let words = hw_api::rfc3339(Timestamp::from_s(hour));
    words.replace(".000Z", "Z")
}
