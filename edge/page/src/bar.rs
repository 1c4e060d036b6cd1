//! The bar above every page: where to go, whether it is live, how it looks, who looks.

use crate::frame::{Frame, Theme};
use crate::place::{Place, Stretch};
use maud::{Markup, html};
use serde::Serialize;

/// A page of the bar: its name, its place, and the key after `g`.
fn pages() -> [(&'static str, Place, &'static str); 7] {
    [
        ("Now", Place::Now, "n"),
        ("Flow", Place::Flow { at: None, is_whole: false }, "f"),
        ("Incidents", Place::Incidents { status: None }, "i"),
        ("Changes", Place::Changes { service: None, verdict: None, before: None }, "c"),
        ("Alerts", Place::Rules, "l"),
        ("Actions", Place::Actions { owner: None }, "a"),
        ("Record", Place::Record { stretch: Stretch::default(), only: None }, "r"),
    ]
}

/// Pages that only the palette and the menu name.
fn more() -> [(&'static str, Place, &'static str); 2] {
    [("Who knows what", Place::Knowledge, "k"), ("Settings", Place::Settings, "s")]
}

/// The page of the bar to which a page belongs.
fn chapter(place: &Place) -> Option<&'static str> {
    Some(match place {
        Place::Now => "Now",
        Place::Flow { .. } | Place::Hop { .. } | Place::Service { .. } => "Flow",
        Place::Incidents { .. }
        | Place::Story { .. }
        | Place::Timeline { .. }
        | Place::Review { .. }
        | Place::Proposal { .. } => "Incidents",
        Place::Changes { .. } | Place::Change { .. } => "Changes",
        Place::Rules | Place::Rule { .. } => "Alerts",
        Place::Actions { .. } => "Actions",
        Place::Record { .. } | Place::Knowledge => "Record",
        Place::Settings | Place::Search { .. } => return None,
    })
}

/// The bar.
pub(crate) fn bar(frame: &Frame, is_live: bool) -> Markup {
    let chapter = chapter(&frame.place);
    html! {
        header class="bar" {
            a class="mark" href="/" { (mark()) span { "Highwater" } }
            nav class="pages" aria-label="Pages" {
                @for (name, place, key) in pages() {
                    @let here = (chapter == Some(name)).then_some("page");
                    a href=(place.href()) data-go=(key) aria-current=[here] { (name) }
                }
            }
            div class="bar-end" {
                @if is_live { span id="live" class="live" data-state="off" role="status" {} }
                button type="button" class="key" data-palette hidden { "Ctrl K" }
                (menu(frame))
            }
        }
    }
}

/// What the reader may set of how pages look, and who they are.
fn menu(frame: &Frame) -> Markup {
    let viewer = &frame.viewer;
    let name = viewer.name.as_deref();
    html! {
        details class="menu" {
            summary { span class="who" { (name.unwrap_or("You")) } }
            div class="menu-body" {
                form method="post" action="/view" {
                    input type="hidden" name="back" value=(frame.place.href());
                    @if viewer.is_signed_in {
                        p class="note" { "Signed in as " b { (name.unwrap_or_default()) } "." }
                    } @else {
                        label for="view-name" { "Your name" }
                        input id="view-name" name="name" autocomplete="name" maxlength="100" value=[name];
                        p class="note" { "What you write and do stands under it." }
                    }
                    fieldset {
                        legend { "Colours" }
                        @for theme in [Theme::System, Theme::Light, Theme::Dark] {
                            @let is_on = viewer.theme == theme;
                            label class="choice" {
                                input type="radio" name="theme" value=(theme.word()) checked[is_on];
                                (theme.word())
                            }
                        }
                    }
                    label class="choice" {
                        input type="checkbox" name="keys" value="on" checked[viewer.has_keys];
                        "single keys (" kbd { "?" } " lists them)"
                    }
                    button type="submit" { "Save" }
                }
                nav aria-label="More pages" {
                    @for (name, place, key) in more() {
                        a href=(place.href()) data-go=(key) { (name) }
                    }
                }
                @if viewer.is_signed_in {
                    form method="post" action="/sign-out" { button type="submit" class="plain" { "Sign out" } }
                }
            }
        }
    }
}

/// A staff with a wave through its high-water line.
fn mark() -> Markup {
    html! {
        svg class="logo" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" {
            path d="M4 2v20M4 3h5M4 12h3M4 21h5" stroke="var(--ink)" stroke-width="2.4" {}
            path d="M7 12c3-3.5 5 3.5 8 0s4-1.5 7-1" stroke="var(--flow)" stroke-width="2.4" {}
        }
    }
}

#[derive(Serialize)]
struct Choice {
    name: &'static str,
    href: String,
    keys: String,
}

/// What the palette offers, as JSON that can stand in a script element.
pub(crate) fn palette(frame: &Frame) -> String {
    let of_incident = frame.place.incident().map(|incident| {
        [
            ("Story of this incident", Place::story(incident)),
            ("Timeline of this incident", Place::timeline(incident)),
            ("Post mortem of this incident", Place::Review { incident, section: None }),
            ("The alert it lacked", Place::Proposal { incident }),
        ]
    });
    let of_incident = of_incident.into_iter().flatten();
    let of_incident = of_incident.map(|(name, place)| (name, place, ""));
    let all = of_incident.chain(pages()).chain(more());
    let choices: Vec<Choice> = all
        .map(|(name, place, key)| Choice {
            name,
            href: place.href(),
            keys: if key.is_empty() { String::new() } else { format!("g {key}") },
        })
        .collect();
    for_script(&choices)
}

/// JSON in which nothing can end the script element it stands in.
pub(crate) fn for_script<T: Serialize + ?Sized>(value: &T) -> String {
    let text = serde_json::to_string(value).expect("invariant: words and numbers");
    text.replace('<', "\\u003c")
}
