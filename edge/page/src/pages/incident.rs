//! What the pages of one incident have in common: its head, and the way between them.

use crate::frame::Frame;
use crate::parts::{id_link, status_chip, tabs};
use crate::place::Place;
use hw_api::{Incident, Shift, instant};
use hw_model::{Timestamp, day_of, past_title};
use maud::{Markup, html};

/// The day that times of day in the facts of an incident count from: that of its shifts, if it is one.
pub(crate) fn onset(shifts: &[Shift]) -> Option<Timestamp> {
    let mut onsets = shifts.iter().filter_map(|shift| instant(&shift.onset_at));
    let first = onsets.next()?;
    onsets.all(|onset| day_of(onset) == day_of(first)).then_some(first)
}

/// The number of an incident.
pub(crate) fn number(incident: &Incident) -> u32 {
    incident.id.trim_start_matches("INC-").parse().unwrap_or_default()
}

/// Its title: what people call it, or Highwater's, told as what was once it is over.
pub(crate) fn title(incident: &Incident) -> String {
    let called = incident.record.as_ref().and_then(|record| record.title.clone());
    match called {
        Some(called) => called,
        None if incident.ended_at.is_some() => past_title(&incident.title),
        None => incident.title.clone(),
    }
}

/// Its status, as a word.
pub(crate) fn status(incident: &Incident) -> &str {
    incident.record.as_ref().map_or("active", |record| record.status.as_str())
}

/// Its name, status, severity and who has which role, in a row.
pub(crate) fn line(incident: &Incident, frame: &Frame) -> Markup {
    let record = incident.record.as_ref();
    html! {
        p class="incident-line" {
            (id_link(&incident.id))
            (status_chip(status(incident)))
            @if let Some(record) = record {
                @if let Some(at) = since(incident) { span class="note" { "since " (frame.clock.time(at)) } }
                @if let Some(severity) = &record.severity { span class="chip" { (severity) } }
                @for held in &record.roles {
                    span class="role" { (crate::parts::capital(&held.role)) " " b { (held.person) } }
                }
                @if record.lead().is_none() && is_open(status(incident)) {
                    span class="role missing" { "Nobody leads yet" }
                }
                @if let Some(people) = &record.restricted_to {
                    span class="chip" title=(people.join(", ")) { "restricted" }
                }
            }
            @if let Some(into) = &incident.merged_into { span class="note" { "part of " (id_link(into)) } }
        }
    }
}

/// Since when it has its status, where that is known.
fn since(incident: &Incident) -> Option<&str> {
    let record = incident.record.as_ref()?;
    let times = &record.times;
    let at = match record.status.as_str() {
        "mitigated" => &times.mitigated_at,
        "resolved" => &times.resolved_at,
        "closed" => &times.closed_at,
        _ => &None,
    };
    at.as_deref()
}

/// Whether somebody has to do something about it.
pub(crate) fn is_open(status: &str) -> bool {
    matches!(status, "triage" | "active" | "mitigated")
}

/// The pages of an incident.
pub(crate) fn pages(incident: u32, frame: &Frame) -> Markup {
    tabs(
        frame,
        "Pages of this incident",
        &[
            ("Story", Place::story(incident), Some("o")),
            ("Timeline", Place::timeline(incident), Some("t")),
            ("Post mortem", Place::Review { incident, section: None }, Some("r")),
            ("The alert it lacked", Place::Proposal { incident }, Some("w")),
        ],
    )
}
