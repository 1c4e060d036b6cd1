//! Who has which role: taken, taken over, and left.

use super::verbs::Verbs;
use crate::form::{choice, field};
use hw_api::RoleHolder;
use hw_incident::Role;
use maud::{Markup, html};

/// Roles are taken and left. Where nobody leads, one press is enough for who is known by name.
pub(super) fn roles(verbs: &Verbs<'_>) -> Markup {
    let record = verbs.view.incident.record.as_ref();
    let held = record.map(|record| record.roles.as_slice()).unwrap_or_default();
    let name = verbs.frame.viewer.name.as_deref();
    let is_led = held.iter().any(|held| held.role == "lead");
    html! {
        @if let Some(name) = name.filter(|_| !is_led) {
            (verbs.at_once(("assign", "You lead now."), "inline", &html! {
                input type="hidden" name="role" value="lead";
                input type="hidden" name="person" value=(name);
                button type="submit" { "I lead it" }
            }))
        }
        (take(verbs, held))
        @if !held.is_empty() { (leave(verbs, held)) }
    }
}

fn take(verbs: &Verbs<'_>, held: &[RoleHolder]) -> Markup {
    let is_single = |held: &&RoleHolder| Role::from_word(&held.role).is_some_and(Role::is_single);
    let single: Vec<&RoleHolder> = held.iter().filter(is_single).collect();
    let fields = html! {
        div class="fields" {
            (field("Role", &choice("role", &Role::ALL.map(Role::word), None)))
            (field("Who", &html! { input name="person" required maxlength="100" value=[verbs.frame.viewer.name.as_deref()]; }))
        }
        @if !single.is_empty() {
            label class="choice" { input type="checkbox" name="take_over:flag" value="1"; "take it over from who has it" }
            p class="note" {
                @for (n, held) in single.iter().enumerate() { @if n > 0 { ", " } (held.role) ": " (held.person) }
            }
        }
        button type="submit" { "Take the role" }
    };
    verbs.command(("Take a role", Some("l")), ("assign", "The role is taken."), &fields)
}

/// Each with its own button: who leaves what needs no spelling.
fn leave(verbs: &Verbs<'_>, held: &[RoleHolder]) -> Markup {
    let forms = html! {
        ul class="plain" {
            @for held in held {
                li {
                    (verbs.at_once(("leave", "The role is left."), "line", &html! {
                        input type="hidden" name="role" value=(held.role);
                        input type="hidden" name="person" value=(held.person);
                        button type="submit" class="plain" { (held.person) " is " (held.role) " no more" }
                    }))
                }
            }
        }
    };
    crate::form::behind("Leave a role", None, &forms)
}
