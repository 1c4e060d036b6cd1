//! What share passes at each hop, and where did it change?

use crate::figure::{chart, minute};
use crate::form::field;
use crate::frame::{Frame, Page, Region};
use crate::parts::{capital, card, empty, id_link};
use crate::place::Place;
use hw_api::{FlowHop, FlowMap, Shift, instant, rfc3339};
use hw_chart::{flow_map, flow_map_tables, flow_map_whole};
use hw_model::{Timestamp, count_words, share_words};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct FlowView {
    /// What flowed in the minute.
    pub map: FlowMap,
    /// Shifts that were open then.
    pub shifts: Vec<Shift>,
}

impl FlowView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let (at, is_whole) = if let Place::Flow { at, is_whole } = &frame.place {
            (*at, *is_whole)
        } else {
            (None, false)
        };
        let title = match at {
            Some(at) => format!("What flowed in the minute before {}", frame.clock.words(at)),
            None => "What flowed in the last minute".to_owned(),
        };
        let data = minute(&title, &self.map, &self.shifts);
        let picture = chart(
            "f-map",
            (1_270, 340),
            &|style| if is_whole { flow_map_whole(&data, style) } else { flow_map(&data, style) },
            (&flow_map_tables(&data), None),
        );
        Page {
            title: "Flow".to_owned(),
            up: Some(Place::Now),
            is_live: at.is_none(),
            regions: vec![
                Region::new("r-head", "page-head", self.head(frame, at, is_whole)),
                Region::new("r-map", "card wide", card(&title, "", &picture)),
                Region::new("r-hops", "card wide", self.hops()),
            ],
        }
    }

    fn changed(&self) -> Vec<(&FlowHop, &Shift)> {
        let of =
            |hop| self.shifts.iter().find(move |shift| is_of(shift, hop)).map(|shift| (hop, shift));
        self.map.hops.iter().filter_map(of).collect()
    }

    fn sentence(&self) -> String {
        let changed = self.changed();
        match (self.map.hops.as_slice(), changed.as_slice()) {
            ([], _) => "Nothing flowed in that minute.".to_owned(),
            (_, []) => "Every hop passes what it usually passes.".to_owned(),
            (_, [(hop, shift), rest @ ..]) => {
                let more = match rest.len() {
                    0 => String::new(),
                    n => format!(" {n} more changed."),
                };
                let ratio = hop.transfer_ratio.map_or_else(|| "nothing".to_owned(), share_words);
                format!(
                    "{} passes {ratio} on to {}; it usually passes {}.{more}",
                    capital(&hop.caller),
                    hop.callee,
                    share_words(shift.before)
                )
            }
        }
    }

    fn head(&self, frame: &Frame, at: Option<Timestamp>, is_whole: bool) -> Markup {
        let shown = at.or_else(|| instant(&self.map.to)).unwrap_or(frame.clock.now);
        let near = |seconds: f64| Place::Flow { at: Some(shown.plus_s(seconds)), is_whole };
        html! {
            h1 { (self.sentence()) }
            div class="acts" {
                a class="button plain" href=(near(-86_400.0).href()) { "a day earlier" }
                a class="button plain" href=(near(-3_600.0).href()) { "an hour earlier" }
                a class="button plain" href=(near(-600.0).href()) data-earlier { "10 min earlier" }
                @if at.is_some() {
                    a class="button plain" href=(near(600.0).href()) data-later { "10 min later" }
                    a class="button plain" href=(Place::Flow { at: None, is_whole }.href()) { "now" }
                }
                @if is_whole { a class="button plain" href=(Place::Flow { at, is_whole: false }.href()) { "only around what changed" } }
                @else { a class="button plain" href=(Place::Flow { at, is_whole: true }.href()) { "all " (self.map.hops.len()) " hops" } }
                form method="get" action="/flow" class="line" {
                    (field("The minute before (UTC)", &html! { input name="at" value=(rfc3339(shown)) maxlength="40"; }))
                    button type="submit" class="plain" { "Show" }
                }
            }
        }
    }

    fn hops(&self) -> Markup {
        let mut hops: Vec<&FlowHop> = self.map.hops.iter().collect();
        hops.sort_by_key(|hop| {
            (!self.shifts.iter().any(|shift| is_of(shift, hop)), std::cmp::Reverse(hop.left))
        });
        let body = html! {
            @if hops.is_empty() { (empty("No hop.", &html! { p { "A hop shows as soon as one service calls another." } })) }
            @else {
                table class="rows" {
                    thead { tr { th scope="col" { "Hop" } th scope="col" class="number" { "Came in" } th scope="col" class="number" { "Went on" } th scope="col" class="number" { "Share" } th scope="col" class="number" { "Failed" } th scope="col" { "Shifted" } } }
                    tbody { @for hop in hops { (self.row(hop)) } }
                }
            }
        };
        card("Hops", &count_words(self.map.hops.len() as f64), &body)
    }

    fn row(&self, hop: &FlowHop) -> Markup {
        html! {
            tr data-row {
                td data-label="Hop" { (crate::parts::hop(&hop.id)) " " span class="note" { (hop.operation) } }
                td data-label="Came in" class="number" { (count_words(hop.entered as f64)) }
                td data-label="Went on" class="number" { (count_words(hop.left as f64)) }
                td data-label="Share" class="number" { @if let Some(ratio) = hop.transfer_ratio { (share_words(ratio)) } }
                td data-label="Failed" class="number" { @if hop.errors > 0 { (hop.errors) " of " (hop.calls) } }
                td {
                    @for shift in self.shifts.iter().filter(|shift| hop.shifts.contains(&shift.id)) {
                        span class="changed" { (shift.signal) " " (share_words(shift.before)) " \u{2192} " (share_words(shift.after)) }
                        @if let Some(incident) = &shift.incident { " " (id_link(incident)) }
                    }
                }
            }
        }
    }
}

fn is_of(shift: &Shift, hop: &FlowHop) -> bool {
    shift.signal == "transfer" && hop.shifts.contains(&shift.id)
}
