//! Which service is known by one person only?

use crate::frame::{Frame, Page, Region};
use crate::parts::{because, card, empty, service};
use crate::place::{Place, Stretch};
use hw_api::{KnowledgeMap, ServiceKnowledge};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct KnowledgeView {
    /// Who knows which service.
    pub map: KnowledgeMap,
}

impl KnowledgeView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let head = html! {
            h1 { (self.sentence()) }
            div class="lead" { p class="note" { (self.map.bus_factor_means) } }
        };
        Page {
            title: "Who knows what".to_owned(),
            up: Some(Place::Record { stretch: Stretch::default(), only: None }),
            is_live: false,
            regions: vec![
                Region::new("r-head", "page-head", head),
                Region::new("r-map", "card wide", self.table(frame)),
            ],
        }
    }

    fn sentence(&self) -> String {
        let of = |n: u64| -> Vec<&str> {
            let services = self.map.services.iter().filter(|it| it.bus_factor == n);
            services.map(|it| it.service.as_str()).collect()
        };
        match (of(0).as_slice(), of(1).as_slice()) {
            ([], []) if self.map.services.is_empty() => "No service was seen yet.".to_owned(),
            ([], []) => "Every service is known by two people or more.".to_owned(),
            ([], [one]) => format!("{one} is known by one person only."),
            ([], many) => format!("{} services are known by one person only.", many.len()),
            (some, _) => format!("Nobody is known to know {}.", some.join(" and ")),
        }
    }

    fn table(&self, frame: &Frame) -> Markup {
        let body = html! {
            @if self.map.services.is_empty() {
                (empty("Nothing to show yet.", &html! { p { "Services show here as soon as their telemetry comes in; people, from ownership files, calendars and what they did in incidents." } }))
            } @else {
                table class="rows" {
                    thead { tr { th scope="col" { "Service" } th scope="col" { "Known by" } th scope="col" { "Who, and what shows it" } } }
                    tbody { @for it in &self.map.services { (row(it)) } }
                }
            }
            @for trouble in &self.map.troubles { p class="note" { (trouble) } }
        };
        card(
            "Services, those that the fewest people know first",
            &format!("as of {}", frame.clock.day(&self.map.at)),
            &body,
        )
    }
}

fn row(it: &ServiceKnowledge) -> Markup {
    html! {
        tr data-row {
            td data-label="Service" { (service(&it.service)) }
            td data-label="Known by" {
                span class="people" aria-hidden="true" { @for _ in 0..it.bus_factor.min(6) { span class="dot" {} } }
                @match it.bus_factor {
                    0 => span class="missing" { "nobody" },
                    1 => span class="missing" { "1 person" },
                    n => { (n) " people" }
                }
                @if it.here < it.bus_factor { " " span class="note" { (it.bus_factor - it.here) " away" } }
            }
            td data-label="Who" {
                ul class="plain knowers" {
                    @for person in &it.people {
                        li {
                            b { (person.person) }
                            @if person.is_new { span class="chip" { "new" } }
                            @if person.is_away { span class="chip" { "away" } }
                            (because(&person.because))
                        }
                    }
                    @for team in &it.teams { li { b { (team) } span class="note" { "a team whose people no setting lists" } } }
                }
                @if it.people.is_empty() { span class="note" { (it.words) } }
            }
        }
    }
}
