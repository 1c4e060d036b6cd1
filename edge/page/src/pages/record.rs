//! Are we getting faster and safer? What would a freeze have changed?

use crate::figure::chart;
use crate::frame::{Frame, Page, Region};
use crate::parts::{capital, card, id_link, link};
use crate::place::{Place, Stretch};
use hw_api::{CountedFigure, FreezeAnswer, TeamRecord, TimesLeg};
use hw_chart::{DurationDot, DurationRow, Durations, Emphasis, durations, durations_tables};
use hw_model::{length_words, share_words};
use maud::{Markup, html};

/// Rules about deploy days that are offered: what stands on them, and their days.
const RULES: [(&str, &str); 4] = [
    ("Mondays only", "mon"),
    ("Monday to Thursday", "mon,tue,wed,thu"),
    ("Tuesday to Thursday", "tue,wed,thu"),
    ("not on Fridays", "mon,tue,wed,thu,sat,sun"),
];

/// What the page shows.
#[derive(Clone, Debug)]
pub struct RecordView {
    /// The team's record.
    pub record: TeamRecord,
    /// What a rule about deploy days would have done, and its days.
    pub freeze: (String, FreezeAnswer),
}

impl RecordView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let record = &self.record;
        let head = html! {
            h1 { (self.sentence()) }
            div class="lead" { p {
                "From " (frame.clock.day(&record.from)) " to " (frame.clock.day(&record.to)) ": "
                (record.incidents) @if record.incidents == 1 { " incident." } @else { " incidents." }
                " " (link(&Place::Knowledge, "Who knows what"))
            } }
        };
        Page {
            title: "Team record".to_owned(),
            up: Some(Place::Now),
            is_live: false,
            regions: vec![
                Region::new("r-head", "page-head", head),
                Region::new("r-failed", "card half", self.failed()),
                Region::new("r-deploys", "card half", self.deploys()),
                Region::new("r-times", "card wide", self.times()),
                Region::new("r-noticed", "card half", self.noticed()),
                Region::new("r-freeze", "card half", self.freeze(frame)),
            ],
        }
    }

    fn sentence(&self) -> String {
        let rate = &self.record.change_failure_rate;
        let (n, of) = (rate.measured.numerator, rate.measured.denominator);
        if of == 0 {
            return "Nothing was deployed in this time.".to_owned();
        }
        let caused = match n {
            0 => format!("None of {of} deploys caused an incident."),
            n => format!("{n} of {of} deploys caused an incident."),
        };
        let naive = rate.naive.iter().map(|naive| naive.figure.numerator).max().unwrap_or(n);
        if naive == n {
            return caused;
        }
        format!("{caused} Counted naively it would be {naive} of {of}.")
    }

    fn failed(&self) -> Markup {
        let rate = &self.record.change_failure_rate;
        let body = html! {
            (figure(&rate.measured))
            @for naive in &rate.naive {
                div class="naive" {
                    p { span class="kind" { "counted as by " (naive.like) ": " } b { (naive.figure.numerator) " of " (naive.figure.denominator) } }
                    p class="note" { (naive.figure.definition) }
                    @if !naive.innocent.is_empty() { p class="note" { "Exonerated, and counted all the same: " (ids(&naive.innocent)) } }
                }
            }
            @if !rate.undecided.is_empty() { p class="note" { "Not decided yet: " (ids(&rate.undecided)) } }
            @if !rate.others.is_empty() { p class="note" { "Implicated, and no deploys: " (ids(&rate.others)) } }
        };
        card("Change failure rate", "", &body)
    }

    fn deploys(&self) -> Markup {
        let record = &self.record;
        let body = html! {
            p { (record.deployment_frequency.words) }
            p class="note" { (record.deployment_frequency.definition) }
            ul class="plain" {
                @for of in &record.deployment_frequency.by_service { li { (crate::parts::service(&of.service)) " " b { (of.deploys) } } }
            }
            h3 { "Recovery after a deploy that failed" }
            p { (record.failed_deployment_recovery_time.all.words) }
            p class="note" { (record.failed_deployment_recovery_time.definition) }
            h3 { "Rework" }
            (figure(&record.rework_rate.figure))
            h3 { "Lead time of changes" }
            p { "Not known: " (record.change_lead_time.because) }
        };
        card("Deploys", "", &body)
    }

    fn times(&self) -> Markup {
        let legs: Vec<&TimesLeg> = self.record.times.iter().collect();
        let row = |leg: &&TimesLeg| DurationRow {
            name: format!("time to {}", leg.name),
            dots: leg
                .all
                .values
                .iter()
                .map(|value| DurationDot {
                    seconds: value.seconds,
                    name: value.incident.clone(),
                    href: Place::of_id(&value.incident).map(|place| place.href()),
                    emphasis: Emphasis::Plain,
                })
                .collect(),
        };
        let data = Durations {
            title: "How long it took".to_owned(),
            rows: legs.iter().map(row).collect(),
        };
        let body = html! {
            (chart("f-times", (1_270, 340), &|style| durations(&data, style), (&durations_tables(&data), None)))
            dl class="definitions" {
                @for leg in &legs { dt { "To " (leg.name) } dd { (leg.all.words) " " span class="note" { (leg.definition) } } }
            }
        };
        card("How long it took", "one dot for each incident; no means", &body)
    }

    fn noticed(&self) -> Markup {
        let record = &self.record;
        let body = html! {
            ul class="plain" {
                @for by in &record.noticed { li { b { (by.by) } " first in " (ids(&by.incidents)) } }
            }
            @if record.noticed.is_empty() { p class="note" { "No incident yet." } }
            h3 { "Written while it happened" }
            p { (record.live.words) }
            p class="note" { (record.live.definition) }
            @if !record.notes.is_empty() {
                h3 { "What this rests on" }
                ul { @for note in &record.notes { li class="note" { (note) } } }
            }
        };
        card("Who noticed first", "", &body)
    }

    fn freeze(&self, frame: &Frame) -> Markup {
        let stretch = if let Place::Record { stretch, .. } = frame.place {
            stretch
        } else {
            Stretch::default()
        };
        let (only, freeze) = &self.freeze;
        let body = html! {
            nav class="chips" aria-label="Deploys only on" {
                @for (words, days) in RULES {
                    @let place = Place::Record { stretch, only: Some(days.to_owned()) };
                    a class="chip" href={ (place.href()) "#r-freeze" } aria-current=[(only == days).then_some("true")] { (words) }
                }
            }
            p class="answer" { (freeze.words) }
            dl class="definitions" {
                dt { "Avoided: " (freeze.avoided.len()) } dd class="note" { (freeze.avoided_means) }
                dt { "Moved: " (freeze.moved.len()) } dd class="note" { (freeze.moved_means) }
                dt { "Deploys that would have waited: " (freeze.moved_deploys.len()) " of " (freeze.deploys) }
                dd class="note" { @if let Some(delay) = freeze.delay { "half of them " (length_words(delay.median_s)) " or less, the longest " (length_words(delay.max_s)) } }
            }
            @if !freeze.during_incidents.is_empty() { p { "Made while an incident hurt, perhaps its repair: " (ids(&freeze.during_incidents)) } }
            @for note in &freeze.notes { p class="note" { (note) } }
        };
        card("If it were deployed only on some days", "", &body)
    }
}

fn figure(figure: &CountedFigure) -> Markup {
    html! {
        p { span class="value" { (figure.numerator) " of " (figure.denominator) } }
        @if let (Some(low), Some(high)) = (figure.low, figure.high) { p { "The data leaves " (share_words(low)) " to " (share_words(high)) " possible." } }
        p class="note" { (capital(&figure.definition)) }
    }
}

fn ids(all: &[String]) -> Markup {
    html! { @for (n, id) in all.iter().enumerate() { @if n > 0 { ", " } (id_link(id)) } }
}
