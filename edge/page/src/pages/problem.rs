//! What is shown when something cannot be: what failed, what to do, and what was sent, so that nothing is lost.

use crate::frame::{Frame, Page, Region};
use crate::parts::link;
use crate::place::Place;
use maud::{Markup, html};

/// A field of a form that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentField {
    /// Its name.
    pub name: String,
    /// What was sent in it.
    pub value: String,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ProblemView {
    /// What it is, in a few words.
    pub title: String,
    /// What is wrong, and what to do.
    pub detail: String,
    /// What may have been meant.
    pub did_you_mean: Option<String>,
    /// Number of the request, as it stands in the log.
    pub request: String,
    /// What was sent, and where: it can be mended and sent again.
    pub sent: Option<(String, Vec<SentField>)>,
    /// Whether the same can be sent again once it is mended. Where somebody else was quicker it cannot: what stands
    /// there now is looked at first.
    pub can_resend: bool,
    /// Whether a token is needed.
    pub needs_token: bool,
}

impl ProblemView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let body = html! {
            h1 { (self.title) }
            div class="lead" {
                p { (self.detail) }
                @if let Some(meant) = &self.did_you_mean { p { "Did you mean " b { (meant) } "?" } }
            }
            @if self.needs_token {
                form method="post" action="/sign-in" class="card stack" {
                    input type="hidden" name="back" value=(frame.place.href());
                    label class="field" { span { "Token" } input type="password" name="secret" required autocomplete="current-password"; }
                    button type="submit" { "Sign in" }
                    p class="note" { "An administrator makes one: " code { "highwater token create NAME --scope respond" } }
                }
            }
            @if let Some((action, fields)) = &self.sent { (self.sent(action, fields)) }
            p class="note" { (link(&Place::Now, "Back to Now")) ". Request " code { (self.request) } "." }
        };
        Page {
            title: self.title.clone(),
            up: Some(Place::Now),
            is_live: false,
            regions: vec![Region::new("r-problem", "wide problem", body)],
        }
    }
}

impl ProblemView {
    /// What was sent, to be mended and sent again, or to be taken along.
    fn sent(&self, action: &str, fields: &[SentField]) -> Markup {
        let typed = fields.iter().filter(|field| !is_hidden(&field.name));
        let back = fields.iter().find(|field| field.name == "back");
        let fields_shown = html! {
            @for field in typed {
                label class="field" {
                    span { (field.name.split(':').next().unwrap_or_default().replace('_', " ")) }
                    textarea name=(field.name) rows=(field.value.lines().count().clamp(1, 12)) readonly[!self.can_resend] { (field.value) }
                }
            }
        };
        html! {
            @if self.can_resend {
                form method="post" action=(action) class="card stack" data-guard {
                    h2 { "What you sent" }
                    p class="note" { "Nothing of it is lost. Mend it and send it again." }
                    @for field in fields.iter().filter(|field| is_hidden(&field.name)) {
                        input type="hidden" name=(field.name) value=(field.value);
                    }
                    (fields_shown)
                    button type="submit" { "Send again" }
                }
            } @else {
                div class="card stack" {
                    h2 { "What you sent" }
                    p class="note" { "It was not done, and nothing of it is lost: take it along, and look at what stands there now." }
                    (fields_shown)
                    @if let Some(back) = back.filter(|back| back.value.starts_with('/')) {
                        a class="button" href=(back.value) { "Look at what stands there now" }
                    }
                }
            }
        }
    }
}

/// Fields that people did not fill in themselves.
fn is_hidden(name: &str) -> bool {
    let name = name.split(':').next().unwrap_or_default();
    matches!(name, "back" | "then" | "said" | "method" | "seen" | "was" | "base" | "command")
}
