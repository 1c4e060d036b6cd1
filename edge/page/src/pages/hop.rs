//! What does this hop let through, since when, and what differs?

mod course;
mod differs;

use crate::figure::{Readable, chart};
use crate::form::{Form, behind};
use crate::frame::{Frame, Page, Region};
use crate::parts::{answer_list, capital, card, empty, id_link, service};
use crate::place::{Place, Stretch};
use course::{course, usual_of};
use differs::Sides;
use hw_api::{Change, Hop, Incident, Shift, Window, Windows, instant};
use hw_chart::{
    AnswerCount, AnswerMix, Answering, Tense, answer_mix, answer_mix_tables, ratio_over_time,
    ratio_over_time_tables,
};
use hw_model::{Timestamp, share_words};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Stretches that are offered, and their seconds.
const STRETCHES: [(&str, f64); 4] =
    [("1 hour", 3_600.0), ("6 hours", 21_600.0), ("1 day", 86_400.0), ("14 days", 1_209_600.0)];

/// What the page shows.
#[derive(Clone, Debug)]
pub struct HopView {
    /// The hop.
    pub hop: Hop,
    /// What was counted on it in the stretch that is looked at.
    pub windows: Windows,
    /// Shifts of it, newest first.
    pub shifts: Vec<Shift>,
    /// Changes in the stretch, of the services at its ends and what they lead to.
    pub changes: Vec<Change>,
    /// Incidents that judged them.
    pub incidents: Vec<Incident>,
}

impl HopView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let hop = &self.hop;
        Page {
            title: format!("{} to {}", hop.caller, hop.callee),
            up: Some(Place::Flow { at: None, is_whole: false }),
            is_live: !self.is_asked(frame),
            regions: vec![
                Region::new("r-head", "page-head", self.head(frame)),
                Region::new("r-course", "card wide", self.picture(frame)),
                Region::new("r-answers", "card half", self.answers()),
                Region::new("r-calls", "card half", differs::counted(self)),
                Region::new("r-shifts", "card wide", self.shifted(frame)),
            ],
        }
    }

    fn is_asked(&self, frame: &Frame) -> bool {
        matches!(&frame.place, Place::Hop { stretch, .. } if *stretch != Stretch::default())
    }

    fn open(&self) -> Option<&Shift> {
        self.shifts.iter().find(|shift| shift.signal == "transfer" && shift.over_at().is_none())
    }

    /// The last shift in the stretch that is over, and when it was.
    fn ended(&self) -> Option<(&Shift, &str)> {
        let (from, to) = (instant(&self.windows.from)?, instant(&self.windows.to)?);
        self.shifts.iter().filter(|shift| shift.signal == "transfer").find_map(|shift| {
            let end = shift.over_at()?;
            let is_shown = instant(end)? > from && instant(&shift.onset_at)? < to;
            is_shown.then_some((shift, end))
        })
    }

    fn sentence(&self, frame: &Frame) -> String {
        let hop = &self.hop;
        let (caller, callee) = (capital(&hop.caller), &hop.callee);
        if let Some(shift) = self.open() {
            let since =
                instant(&shift.onset_at).map(|at| frame.clock.words(at)).unwrap_or_default();
            return format!(
                "{caller} passes {} on to {callee} since {since}; it usually passes {}.",
                share_words(shift.after),
                share_words(shift.before)
            );
        }
        if let Some((shift, end)) = self.ended() {
            let [since, until] = [shift.onset_at.as_str(), end]
                .map(|at| instant(at).map(|at| frame.clock.words(at)).unwrap_or_default());
            return format!(
                "{caller} passed {} on to {callee} from {since} to {until}; it usually passes {}.",
                share_words(shift.after),
                share_words(shift.before)
            );
        }
        let (entered, left) = sums(&self.windows.items);
        if entered == 0 {
            return format!(
                "Nothing came in at {} on the way to {callee} in this stretch.",
                hop.caller
            );
        }
        format!(
            "{caller} passed {} of what it received on to {callee}.",
            share_words(left as f64 / entered as f64)
        )
    }

    fn head(&self, frame: &Frame) -> Markup {
        let end = instant(&self.windows.to).unwrap_or(frame.clock.now);
        let start = instant(&self.windows.from).unwrap_or(end);
        let length = end.seconds_since(start);
        let place = |from: Timestamp, to: Timestamp| Place::Hop {
            id: self.hop.id.clone(),
            stretch: Stretch { from: Some(from), to: Some(to) },
        };
        html! {
            p class="incident-line" { (service(&self.hop.caller)) "\u{2192}" (service(&self.hop.callee)) span class="note" { (self.hop.entry.as_deref().unwrap_or("items begin there")) ", then " (self.hop.operation) } }
            h1 { (self.sentence(frame)) }
            div class="acts" {
                a class="button plain" href=(place(start.plus_s(-length), start).href()) data-earlier { "Earlier" }
                @if end < frame.clock.now.plus_s(-60.0) { a class="button plain" href=(place(end, end.plus_s(length)).href()) data-later { "Later" } }
                @for (words, seconds) in STRETCHES {
                    @let is_on = (length - seconds).abs() < seconds * 0.05;
                    a class="button plain" href=(place(end.plus_s(-seconds), end).href()) aria-current=[is_on.then_some("true")] { (words) }
                }
                @if self.is_asked(frame) { a class="button plain" href=(Place::hop(&self.hop.id).href()) { "Now" } }
            }
        }
    }

    fn picture(&self, frame: &Frame) -> Markup {
        let Some(data) = course(self, frame) else {
            return card(
                "Share that passes on",
                "",
                &empty(
                    "Nothing was counted in this stretch.",
                    &html! { p { "Look at an earlier one." } },
                ),
            );
        };
        let readable = Readable::new(
            (&data.series, &data.view),
            &frame.clock,
            Place::hop(&self.hop.id).href(),
        );
        let picture = chart(
            "f-course",
            (1_270, 340),
            &|style| ratio_over_time(&data, style),
            (&ratio_over_time_tables(&data), Some(readable)),
        );
        let note = match usual_of(self) {
            Some(_) => {
                "with what is usual in this stretch, and every change of the services at its ends"
            }
            None => {
                "with every change of the services at its ends; too little is counted here to say what is usual"
            }
        };
        card("Share that passes on", note, &picture)
    }

    /// What is answered since a shift, against what was before it.
    fn answers(&self) -> Markup {
        let Sides { usual, shifted } = Sides::of(self);
        let (before, since) = (answered(&usual), answered(&shifted));
        let body = match (before.is_empty(), since.is_empty()) {
            (true, true) => empty(
                "Its answers are not visible.",
                &html! { p { "Highwater sees an answer as a status, a flag's variant, or an attribute with few values. Without it a shift may start here or at what it asks." } },
            ),
            (false, false) => self.mix(&before, &since),
            // With one side alone there is nothing to compare.
            (false, true) => html! { (answer_list(&before)) },
            (true, false) => html! {
                (answer_list(&since))
                p class="note" { "The figure was shifted in all of this stretch: look at an earlier one for what is usual." }
            },
        };
        card(&format!("What {} answers", self.hop.callee), "", &body)
    }

    fn mix(&self, before: &BTreeMap<String, u64>, since: &BTreeMap<String, u64>) -> Markup {
        let values = before.keys().chain(since.keys().filter(|value| !before.contains_key(*value)));
        let count =
            |all: &BTreeMap<String, u64>, value: &str| all.get(value).copied().unwrap_or(0) as f64;
        let data = AnswerMix {
            title: format!("What {} answers", self.hop.callee),
            tense: if self.open().is_some() { Tense::Now } else { Tense::During },
            dependencies: vec![Answering {
                service: self.hop.callee.clone(),
                asked_by: self.hop.caller.clone(),
                answers: values
                    .map(|value| AnswerCount {
                        value: value.clone(),
                        usual: count(before, value),
                        now: count(since, value),
                    })
                    .collect(),
            }],
        };
        chart(
            "f-answers",
            (606, 340),
            &|style| answer_mix(&data, style),
            (&answer_mix_tables(&data), None),
        )
    }

    fn shifted(&self, frame: &Frame) -> Markup {
        let body = html! {
            @if self.shifts.is_empty() { p class="note" { "No figure of this hop has shifted, as far as is recorded." } }
            @else {
                table class="rows" {
                    thead { tr { th scope="col" { "Shift" } th scope="col" { "From" } th scope="col" { "Began" } th scope="col" { "Noticed" } th scope="col" { "Back" } th scope="col" { "Incident" } } }
                    tbody { @for shift in &self.shifts { (self.shift(shift, frame)) } }
                }
            }
        };
        card("Shifts of this hop", "", &body)
    }

    fn shift(&self, shift: &Shift, frame: &Frame) -> Markup {
        let clock = &frame.clock;
        let action = format!("shifts/{}/accept", shift.id);
        let accept =
            Form { action: &action, class: "stack", said: "It is the new normal from now on." };
        html! {
            tr data-row {
                td data-label="Shift" { span class="id" { (shift.id) } " " (shift.signal) @if let Some(value) = &shift.value { " " code { (value) } } }
                td data-label="From" { (figure(shift, shift.before)) " \u{2192} " b { (figure(shift, shift.after)) } }
                td data-label="Began" class="when" { (clock.time(&shift.onset_at)) }
                td data-label="Noticed" class="when" { (clock.time(&shift.detected_at)) }
                td data-label="Back" class="when" {
                    @match (&shift.ended_at, &shift.accepted_at) {
                        (Some(at), _) => (clock.time(at)),
                        (None, Some(at)) => { "normal since " (clock.time(at)) },
                        (None, None) => (behind("Accept as normal", None, &accept.unsigned(frame, &html! {
                            p { "From now on this is what is usual, and is told no more." }
                            button type="submit" { "Accept it" }
                        }))),
                    }
                }
                td data-label="Incident" { @if let Some(incident) = &shift.incident { (id_link(incident)) } }
            }
        }
    }
}

fn figure(shift: &Shift, value: f64) -> String {
    if shift.signal == "volume" { format!("{value:.1} / s") } else { share_words(value) }
}

fn ms(value: f64) -> String {
    if value < 1_000.0 { format!("{value:.0} ms") } else { format!("{:.1} s", value / 1_000.0) }
}

/// How often each answer was given.
fn answered(steps: &[&Window]) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (value, n) in steps.iter().flat_map(|window| &window.answers) {
        *sums.entry(value.clone()).or_default() += n;
    }
    sums
}

fn sums(windows: &[Window]) -> (u64, u64) {
    windows
        .iter()
        .fold((0, 0), |(entered, left), window| (entered + window.entered, left + window.left))
}
