//! What happened last, and who does what now?

mod entries;
mod verbs;

use super::incident;
use crate::form::field;
use crate::frame::{Frame, Page, Region};
use crate::parts::card;
use crate::place::Place;
use hw_api::{Brief, Change, Entry, Incident, ServicePeople, Shift, instant};
use hw_model::{Timestamp, day_of};
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
        let status = record.status.as_str();
        if !incident::is_open(status) {
            return match &record.times.resolved_at {
                Some(at) => format!("It is {status}, since {}.", said_time(frame, at)),
                None => format!("It is {status}."),
            };
        }
        let lead = match record.lead() {
            Some(lead) => format!("{lead} leads"),
            None => "Nobody leads yet".to_owned(),
        };
        if let Some(waiting) = &record.waiting {
            let until = said_time(frame, &waiting.until);
            return if waiting.is_over {
                format!(
                    "{lead}; the wait for \u{201c}{}\u{201d} is over since {until}: look again.",
                    waiting.condition
                )
            } else {
                format!("{lead}; waiting for \u{201c}{}\u{201d} until {until}.", waiting.condition)
            };
        }
        match &record.next_update_due {
            Some(due) if record.is_update_overdue => {
                format!("{lead}; the next update was due {}.", said_time(frame, due))
            }
            Some(due) => format!("{lead}; the next update is due {}.", said_time(frame, due)),
            None => format!("{lead}."),
        }
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
                            p id="brief" { (frame.clock.retold(&brief.words, self.onset())) }
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

    /// The day that times of day in facts count from, if it is one.
    fn onset(&self) -> Option<Timestamp> {
        let mut onsets = self.shifts.iter().filter_map(|shift| instant(&shift.onset_at));
        let first = onsets.next()?;
        onsets.all(|onset| day_of(onset) == day_of(first)).then_some(first)
    }
}

fn said_time(frame: &Frame, at: &str) -> String {
    instant(at).map_or_else(|| at.to_owned(), |at| frame.clock.words(at))
}

/// A time that somebody gives, if it is not now.
pub(super) fn at_field(frame: &Frame) -> Markup {
    let zone = frame.clock.zone.words();
    html! {
        (field("When? (now, if left out)", &html! { input name="at" placeholder="2026-11-24T20:41:00Z" maxlength="40"; }))
        p class="note" { "Times with Z are UTC; your pages show " (zone) "." }
    }
}
