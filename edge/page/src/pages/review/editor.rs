//! One section under the pen: the text, its look, and beside it what the record says.

use super::{DrawnSection, ReviewView};
use crate::form::Form;
use crate::frame::Frame;
use crate::pages::incident;
use crate::parts::{card, link};
use crate::place::Place;
use maud::{Markup, PreEscaped, html};

/// The text, and what can be done with it.
pub(super) fn editor(view: &ReviewView, section: &DrawnSection, frame: &Frame) -> Markup {
    let number = incident::number(&view.incident);
    let written = view
        .review()
        .and_then(|review| review.sections.iter().find(|it| it.section == section.word));
    let base = written.map_or(0, |written| written.version);
    let action = format!("incidents/{}/postmortem", view.incident.id);
    let back = Place::Review { incident: number, section: None };
    let fields = html! {
        input type="hidden" name="method" value="put";
        input type="hidden" name="section" value=(section.word);
        input type="hidden" name="base:number" value=(base);
        label class="field" {
            span { "Markdown; a figure is put in as " code { "![](figure:ratio)" } }
            textarea name="text" rows="18" maxlength="60000" required data-preview="/preview" data-preview-into="#preview" { (section.markdown) }
        }
        div class="line" {
            button type="submit" { "Save" }
            (link(&back, "Back without saving"))
        }
    };
    let save = Form { action: &action, class: "stack", said: "Saved." };
    let undo =
        Form { action: &action, class: "stack", said: "Highwater's draft stands there again." };
    let body = html! {
        @if let Some(written) = written.filter(|written| !written.is_draft) {
            p class="note" { "Written by " b { (written.by) } ", " (frame.clock.time(&written.at)) "." }
        } @else {
            p class="note" { "What stands here is Highwater's draft. What you write takes its place; the draft can be had back." }
        }
        (save.guarded(frame, &html! { (fields) }))
        @if written.is_some_and(|written| !written.is_draft) {
            (undo.html(frame, &html! {
                input type="hidden" name="method" value="put";
                input type="hidden" name="section" value=(section.word);
                input type="hidden" name="base:number" value=(base);
                button type="submit" class="plain" { "Take Highwater's draft again" }
            }))
        }
    };
    card(&section.title, "", &body)
}

/// What it looks like, and what the record says there.
pub(super) fn evidence(section: &DrawnSection) -> Markup {
    html! {
        section class="card" { (card("What it looks like", "as you write", &html! { div id="preview" class="document" data-keep { p class="note" { "Write, and it shows here." } } })) }
        section class="card document" { (card("What stands there now", "with its figures and questions", &html! { (PreEscaped(&section.html)) })) }
    }
}
