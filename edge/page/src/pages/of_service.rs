//! What does a service ask, what is it told, who feeds it, and who knows it?

use crate::frame::{Frame, Page, Region};
use crate::parts::{
    answer_shares, because, capital, card, empty, id_link, service as service_link,
};
use crate::place::Place;
use hw_api::{Change, Hop, Incident, Service, ServicePeople, Shift};
use hw_model::{count_words, share_words};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ServiceView {
    /// The service.
    pub service: Service,
    /// Hops that come to it or leave it.
    pub hops: Vec<Hop>,
    /// Its changes, newest first.
    pub changes: Vec<Change>,
    /// Its shifts that are open.
    pub shifts: Vec<Shift>,
    /// Incidents that speak of it, newest first.
    pub incidents: Vec<Incident>,
    /// Whom to ask.
    pub people: Option<ServicePeople>,
}

impl ServiceView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let name = &self.service.id;
        let (feeds, sends): (Vec<&Hop>, Vec<&Hop>) =
            self.hops.iter().partition(|hop| hop.callee == *name);
        Page {
            title: name.clone(),
            up: Some(Place::Flow { at: None, is_whole: false }),
            is_live: true,
            regions: vec![
                Region::new("r-head", "page-head", self.head(frame)),
                Region::new(
                    "r-feeds",
                    "card half",
                    card("Who feeds it", "since data began", &hops(&feeds, true)),
                ),
                Region::new(
                    "r-sends",
                    "card half",
                    card(
                        "What it passes on, and whom it asks",
                        "since data began",
                        &hops(&sends, false),
                    ),
                ),
                Region::new("r-changes", "card half", self.changed(frame)),
                Region::new("r-people", "card half", self.known(frame)),
            ],
        }
    }

    fn head(&self, frame: &Frame) -> Markup {
        let it = &self.service;
        let words = match self.shifts.as_slice() {
            [] => format!("{} does what it usually does.", capital(&it.id)),
            [one] => {
                format!("{}: 1 of its figures is not as usual ({}).", capital(&it.id), one.signal)
            }
            many => format!("{}: {} of its figures are not as usual.", capital(&it.id), many.len()),
        };
        html! {
            h1 { (words) }
            div class="lead" {
                @if !it.versions.is_empty() {
                    p {
                        "It runs "
                        @for (n, version) in it.versions.iter().enumerate() {
                            @if n > 0 { ", " }
                            b { (version.version) } " on " (version.instances) @if version.instances == 1 { " instance" } @else { " instances" }
                            " since " (frame.clock.time(&version.first_at))
                        }
                        "."
                    }
                }
                @match &it.last_at {
                    Some(at) => p class="note" { "Its last record came " (frame.clock.time(at)) "." },
                    None => p class="note" { "No record of its own was seen: only others speak of it." },
                }
                @if !it.entries.is_empty() { p class="note" { "Items come in by " @for (n, entry) in it.entries.iter().enumerate() { @if n > 0 { ", " } code { (entry) } } "." } }
            }
            @if !self.incidents.is_empty() {
                p { "Incidents that speak of it: " @for (n, it) in self.incidents.iter().take(5).enumerate() { @if n > 0 { ", " } (id_link(&it.id)) } }
            }
        }
    }

    fn changed(&self, frame: &Frame) -> Markup {
        let body = html! {
            @if self.changes.is_empty() { p class="note" { "No change of it was seen or told." } }
            ul class="plain" {
                @for change in self.changes.iter().take(12) {
                    li data-row { (frame.clock.time(&change.at)) " " (id_link(&change.id)) " " (change.name()) }
                }
            }
            p { a href=(Place::Changes { service: Some(self.service.id.clone()), verdict: None, before: None }.href()) { "All its changes" } }
        };
        card("Its changes", "", &body)
    }

    fn known(&self, frame: &Frame) -> Markup {
        let Some(people) = &self.people else {
            return card("Whom to ask", "", &empty("Nobody is known.", &html! {}));
        };
        let body = html! {
            p { (frame.clock.retold(&people.words, None)) }
            ul class="plain" {
                @for on in &people.on_call { li { span class="chip" { "on call" } " " b { (on.person) } " " span class="note" { "until " (frame.clock.time(&on.until)) } } }
                @for knows in people.knows.iter().take(6) { li { b { (knows.person) } @if let Some(until) = &knows.away_until { " " span class="chip" { "away until " (frame.clock.time(until)) } } (because(&knows.because)) } }
                @for owner in &people.owners { li { (owner.owner) " " span class="note" { "owns it, says " (owner.file) } } }
            }
            @for help in &people.would_help { p class="note" { (help) } }
            @for trouble in &people.troubles { p class="note" { (trouble) } }
        };
        card("Whom to ask", "", &body)
    }
}

fn hops(hops: &[&Hop], is_feed: bool) -> Markup {
    html! {
        @if hops.is_empty() { p class="note" { @if is_feed { "Nobody calls it: items begin here." } @else { "It calls nobody." } } }
        ul class="plain" {
            @for hop in hops {
                li data-row {
                    p {
                        @if is_feed { (service_link(&hop.caller)) } @else { (service_link(&hop.callee)) }
                        " " a class="note" href=(Place::hop(&hop.id).href()) { (hop.operation) }
                        @if let Some(ratio) = hop.transfer_ratio { " " b { (share_words(ratio)) } " pass" }
                        " " span class="note" { (count_words(hop.left as f64)) " items" }
                    }
                    @if !is_feed && hop.answers.len() > 1 { (answers(hop)) }
                }
            }
        }
    }
}

fn answers(hop: &Hop) -> Markup {
    let shares = answer_shares(&hop.answers);
    html! {
        p class="note" {
            "is told "
            @for (n, (value, _, share)) in shares.iter().take(5).enumerate() { @if n > 0 { ", " } b { (value) } " " (share_words(*share)) }
            @if shares.len() > 5 { " and " (shares.len() - 5) " more answers" }
        }
    }
}
