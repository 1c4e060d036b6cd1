//! What is late, and what is mine?

use crate::form::{Form, behind, choice, field};
use crate::frame::{Frame, Page, Region};
use crate::parts::{capital, card, empty, id_link, link};
use crate::place::Place;
use hw_api::{ActionWords, instant};
use hw_incident::ActionKind;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ActionsView {
    /// All action items that may be seen, the first due first.
    pub items: Vec<ActionWords>,
    /// Incidents to which one can be added, newest first: id and title.
    pub incidents: Vec<(String, String)>,
}

impl ActionsView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let owner =
            if let Place::Actions { owner } = &frame.place { owner.as_deref() } else { None };
        let of_owner =
            |item: &&ActionWords| owner.is_none_or(|owner| item.owner.eq_ignore_ascii_case(owner));
        let shown: Vec<&ActionWords> = self.items.iter().filter(of_owner).collect();
        let column = |state: &str| -> Vec<&ActionWords> {
            shown.iter().copied().filter(|item| item.state == state).collect()
        };
        let board = |state: &str, words: &str| {
            let items = column(state);
            card(words, &items.len().to_string(), &cards(&items, frame))
        };
        Page {
            title: "Action items".to_owned(),
            up: Some(Place::Now),
            is_live: true,
            regions: vec![
                Region::new("r-head", "page-head", self.head(frame, owner, &shown)),
                Region::new("r-open", "card half", board("open", "Open")),
                Region::new("r-done", "card quarter", board("done", "Done")),
                Region::new("r-declined", "card quarter", board("declined", "Declined")),
            ],
        }
    }

    fn head(&self, frame: &Frame, owner: Option<&str>, shown: &[&ActionWords]) -> Markup {
        let owners: BTreeSet<&str> = self.items.iter().map(|item| item.owner.as_str()).collect();
        html! {
            h1 { (sentence(shown, frame)) }
            nav class="chips" aria-label="Whose" {
                a class="chip" href=(Place::Actions { owner: None }.href()) aria-current=[owner.is_none().then_some("true")] { "everybody" }
                @for name in owners {
                    @let place = Place::Actions { owner: Some(name.to_owned()) };
                    a class="chip" href=(place.href()) aria-current=[(owner == Some(name)).then_some("true")] { (name) }
                }
            }
            @if frame.viewer.may_respond && !self.incidents.is_empty() { div class="acts" { (self.add(frame)) } }
        }
    }

    fn add(&self, frame: &Frame) -> Markup {
        let form = Form { action: "actions", class: "stack", said: "The action item is added." };
        let fields = html! {
            (field("What is to be done? Begin with what somebody does.", &html! { input name="text" required maxlength="400"; }))
            div class="fields" {
                (field("Kind", &choice("kind", &ActionKind::ALL.map(ActionKind::word), None)))
                (field("Who", &html! { input name="owner" required maxlength="100"; }))
                (field("Until", &html! { input name="due" type="date" required; }))
            }
            (field("How will it be known that it is done?", &html! { input name="done_when" required maxlength="400"; }))
            (field("Out of which incident?", &html! {
                select name="incident" { @for (id, title) in &self.incidents { option value=(id) { (id) ": " (title) } } }
            }))
            button type="submit" { "Add it" }
        };
        behind("Add an action item", Some("n"), &form.html(frame, &fields))
    }
}

fn is_late(item: &ActionWords, frame: &Frame) -> bool {
    item.state == "open" && instant(&item.due).is_some_and(|due| due < frame.clock.now)
}

fn sentence(shown: &[&ActionWords], frame: &Frame) -> String {
    let open = shown.iter().filter(|item| item.state == "open").count();
    let late = shown.iter().filter(|item| is_late(item, frame)).count();
    match (open, late) {
        (0, _) => "Nothing is left to do.".to_owned(),
        (1, 0) => "1 action item is open, and not late.".to_owned(),
        (1, _) => "1 action item is open, and late.".to_owned(),
        (n, 0) => format!("{n} action items are open; none is late."),
        (n, late) => format!(
            "{late} of {n} open action items {} late.",
            if late == 1 { "is" } else { "are" }
        ),
    }
}

fn cards(items: &[&ActionWords], frame: &Frame) -> Markup {
    html! {
        @if items.is_empty() { (empty("None.", &html! {})) }
        ul class="board" { @for item in items { (one(item, frame)) } }
    }
}

fn one(item: &ActionWords, frame: &Frame) -> Markup {
    let late = is_late(item, frame);
    html! {
        li class=(if late { "item late-item" } else { "item" }) data-row {
            p class="incident-line" {
                span class="kind" { (item.kind) } (id_link(&item.incident))
                @if late { span class="late" { "late" } }
            }
            p { b { (capital(&item.text)) } }
            p class="note" { (item.owner) ", " @if item.state == "open" { "due " (frame.clock.day(&item.due)) } @else { "was due " (frame.clock.day(&item.due)) } }
            p class="note" { "Done when: " (item.done_when) }
            @if let Some(because) = &item.because {
                p class="note" { @if item.state == "declined" { "Declined: " } @else { "Done: " } (because) @if let Some(by) = &item.ended_by { ", " (by) } }
            }
            @if let Some(trouble) = &item.tracker_trouble { p class="trouble" { (trouble) } }
            @if let Some(url) = item.url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
                p { a href=(url) rel="noreferrer" { "Its issue" @if let Some(state) = &item.issue { ", " (state) } } }
            }
            (doing(item, frame))
        }
    }
}

fn doing(item: &ActionWords, frame: &Frame) -> Markup {
    let action = format!("actions/{}", item.id);
    let to = |state: &str, label: &str, word: &str, said: &str| {
        let form = Form { action: &action, class: "stack", said };
        form.html(frame, &html! {
            input type="hidden" name="method" value="patch";
            input type="hidden" name="state" value=(state);
            input type="hidden" name="was:number" value=(item.seq);
            (field(label, &html! { textarea name="because" rows="2" required maxlength="1000" {} }))
            button type="submit" { (word) }
        })
    };
    let alter = Form { action: &action, class: "stack", said: "It is altered." };
    let incident = item.incident.trim_start_matches("INC-").parse().unwrap_or_default();
    html! {
        @if frame.viewer.may_respond {
            div class="acts small" {
                @if item.state == "open" {
                    (behind("Done", None, &to("done", "How is that known?", "It is done", "It is done.")))
                    (behind("Decline", None, &to("declined", "Why is it not done?", "Decline it", "It is declined.")))
                    (behind("Alter", None, &alter.html(frame, &html! {
                        input type="hidden" name="method" value="patch";
                        input type="hidden" name="was:number" value=(item.seq);
                        (field("Who", &html! { input name="owner" maxlength="100" value=(item.owner); }))
                        (field("Until", &html! { input name="due" type="date"; }))
                        button type="submit" { "Alter it" }
                    })))
                } @else {
                    (behind("Open again", None, &to("open", "Why?", "Open it again", "It is open again.")))
                }
                @if item.kind == "detect" && item.state == "open" {
                    (link(&Place::Proposal { incident }, "Write and prove the alert"))
                }
            }
        }
    }
}
