//! Is data arriving, from whom, and who may ask?

use crate::form::{Form, behind, choice, field};
use crate::frame::{Frame, Page, Region};
use crate::parts::{card, empty, service};
use crate::place::Place;
use hw_api::{Entry, Now, Service, Token, instant};
use hw_model::share_words;
use maud::{Markup, html};

/// Minutes without a record after which a service is called silent here.
const SILENT_MINUTES: f64 = 10.0;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct SettingsView {
    /// What is so now.
    pub now: Now,
    /// All services.
    pub services: Vec<Service>,
    /// Where telemetry is taken in.
    pub doors: Vec<String>,
    /// The tokens, for who may make them.
    pub tokens: Option<Vec<Token>>,
    /// What was administered last, newest first, for the same.
    pub audit: Vec<Entry>,
}

impl SettingsView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let mut regions = vec![
            Region::new("r-head", "page-head", self.head()),
            Region::new("r-services", "card two-thirds", self.sources(frame)),
            Region::new("r-send", "card third", self.send(frame)),
        ];
        if let Some(tokens) = &self.tokens {
            regions.push(Region::new("r-tokens", "card two-thirds", self.tokens(tokens, frame)));
            regions.push(Region::new("r-audit", "card third", self.audit(frame)));
        }
        Page { title: "Settings".to_owned(), up: Some(Place::Now), is_live: true, regions }
    }

    fn head(&self) -> Markup {
        let n = self.services.iter().filter(|it| it.last_at.is_some()).count();
        html! {
            h1 {
                @match (n, self.now.received.last_minute) {
                    (0, _) => "No service has sent anything yet.",
                    (1, 0) => "1 service is known; nothing came in the last minute.",
                    (n, 0) => { (n) " services are known; nothing came in the last minute." }
                    (n, records) => { (records) " records came in the last minute; " (n) " services are known." }
                }
            }
            @for trouble in &self.now.troubles { p class="trouble" { (trouble) } }
        }
    }

    fn sources(&self, frame: &Frame) -> Markup {
        let body = html! {
            @if self.services.is_empty() {
                (empty("None yet.", &html! { p { "Point an OpenTelemetry exporter at one of the addresses beside this." } }))
            } @else {
                table class="rows" {
                    thead { tr { th scope="col" { "Service" } th scope="col" { "Version" } th scope="col" { "Instances" } th scope="col" { "Last record" } } }
                    tbody { @for it in &self.services { (source(it, frame)) } }
                }
            }
        };
        card("Sources", "", &body)
    }

    fn send(&self, frame: &Frame) -> Markup {
        let now = &self.now;
        let body = html! {
            @for (n, door) in self.doors.iter().enumerate() {
                div class="copy" { pre id={ "door" (n) } { (door) } button type="button" class="plain" data-copy={ "#door" (n) } hidden { "Copy" } }
            }
            p class="note" { "OTLP over HTTP and gRPC: traces, metrics, logs." }
            ul class="plain" {
                li { (super::now::streams(now)) }
                li { b { (share_words(now.coverage)) } " of calls found their other end." }
                @if let Some(at) = &now.received.last_record_at { li { "The latest record says " (frame.clock.time(at)) "." } }
                li { "Highwater " (now.version) }
                li { a href="/openapi.json" { "The API, described" } ", " a href="/metrics" { "own metrics" } }
            }
            p class="note" { "Receivers, calendars and trackers stand in the settings file: " code { "highwater settings --explain" } " says what can, " code { "highwater doctor" } " says whether they work." }
        };
        card("Where to send telemetry", "", &body)
    }

    fn tokens(&self, tokens: &[Token], frame: &Frame) -> Markup {
        let create = Form { action: "tokens", class: "stack", said: "The token is made." };
        let body = html! {
            @if tokens.is_empty() { p class="note" { "There is none: only this machine is let in." } }
            @else {
                table class="rows" {
                    thead { tr { th scope="col" { "Token" } th scope="col" { "May" } th scope="col" { "Made" } th scope="col" { "Until" } th scope="col" { "Revoke" } } }
                    tbody { @for token in tokens { (one(token, frame)) } }
                }
            }
            div class="acts" {
                (behind("Make a token", None, &create.unsigned(frame, &html! {
                    (field("Whose it is", &html! { input name="name" required maxlength="100"; }))
                    (field("What it is for", &choice("scope", &["read", "respond", "ingest", "admin"], None)))
                    (field("Until when? (may be left out)", &html! { input name="expires_at" type="date"; }))
                    button type="submit" { "Make it" }
                    p class="note" { "It is shown once." }
                })))
            }
        };
        card("Tokens", "who may ask, and for what", &body)
    }

    fn audit(&self, frame: &Frame) -> Markup {
        let body = html! {
            @if self.audit.is_empty() { p class="note" { "Nothing yet." } }
            ul class="plain" {
                @for entry in &self.audit { li { (frame.clock.time(&entry.recorded_at)) " " b { (entry.by) } " " (frame.clock.retold(&entry.words, None)) } }
            }
        };
        card("Administered lately", "", &body)
    }
}

fn source(it: &Service, frame: &Frame) -> Markup {
    let silent = it
        .last_at
        .as_deref()
        .and_then(instant)
        .is_none_or(|at| frame.clock.now.seconds_since(at) > 60.0 * SILENT_MINUTES);
    html! {
        tr data-row {
            td data-label="Service" { (service(&it.id)) }
            td data-label="Version" { @for (n, version) in it.versions.iter().enumerate() { @if n > 0 { ", " } (version.version) } }
            td data-label="Instances" { (it.versions.iter().map(|version| version.instances).sum::<u64>()) }
            td data-label="Last record" class="when" {
                @match &it.last_at {
                    Some(at) => { (frame.clock.time(at)) @if silent { " " span class="missing" { "silent since" } } },
                    None => span class="note" { "never: only others speak of it" },
                }
            }
        }
    }
}

fn one(token: &Token, frame: &Frame) -> Markup {
    let action = format!("tokens/{}", token.id);
    let revoke = Form { action: &action, class: "stack", said: "The token is revoked." };
    html! {
        tr data-row {
            td data-label="Token" { b { (token.name) } }
            td data-label="May" { (token.scope) }
            td data-label="Made" class="when" { (frame.clock.time(&token.created_at)) }
            td data-label="Until" class="when" {
                @match (&token.revoked_at, &token.expires_at) {
                    (Some(at), _) => { "revoked " (frame.clock.time(at)) },
                    (None, Some(at)) => (frame.clock.time(at)),
                    (None, None) => "it is revoked",
                }
            }
            td {
                @if token.revoked_at.is_none() {
                    (behind("Revoke", None, &revoke.unsigned(frame, &html! {
                        input type="hidden" name="method" value="delete";
                        p { "The next request with it is refused." }
                        button type="submit" { "Revoke it" }
                    })))
                }
            }
        }
    }
}
