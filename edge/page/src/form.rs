//! Forms: what people do on a page. Each is a plain form that is sent and answered with a page.

use crate::frame::Frame;
use hw_model::Timestamp;
use maud::{Markup, html};

/// What every form carries: where to go back to, by whom it is, and what was seen when it was filled in.
pub(crate) struct Form<'a> {
    /// The route of the API that does it, without `/api/v1/`.
    pub action: &'a str,
    /// Its class.
    pub class: &'a str,
    /// What is said when it is done.
    pub said: &'a str,
}

impl Form<'_> {
    /// The form with its fields, done under the reader's name. Who may not do anything gets none.
    pub(crate) fn html(&self, frame: &Frame, fields: &Markup) -> Markup {
        self.unsigned(frame, &html! { (by(frame)) (fields) })
    }

    /// The same for what is done under no name but that of a token.
    pub(crate) fn unsigned(&self, frame: &Frame, fields: &Markup) -> Markup {
        html! {
            @if frame.viewer.may_respond {
                form method="post" action={ "/do/" (self.action) } class=(self.class) data-quick {
                    (self.about(frame)) (fields)
                }
            }
        }
    }

    /// The same for what takes long to write: whoever leaves it is asked first.
    pub(crate) fn guarded(&self, frame: &Frame, fields: &Markup) -> Markup {
        html! {
            @if frame.viewer.may_respond {
                form method="post" action={ "/do/" (self.action) } class=(self.class) data-quick data-guard {
                    (self.about(frame)) (by(frame)) (fields)
                }
            }
        }
    }

    /// Where it stood, what was seen then, and what is said when it is done.
    fn about(&self, frame: &Frame) -> Markup {
        html! {
            input type="hidden" name="back" value=(frame.place.href());
            input type="hidden" name="seen" value=(frame.event);
            input type="hidden" name="said" value=(self.said);
        }
    }
}

/// By whom: known, or asked for.
fn by(frame: &Frame) -> Markup {
    let viewer = &frame.viewer;
    html! {
        @match &viewer.name {
            Some(_) if viewer.is_signed_in => {}
            Some(name) => input type="hidden" name="by" value=(name);,
            None => label class="field by" { span { "Your name" } input name="by" required maxlength="100" autocomplete="name"; }
        }
    }
}

/// A field with its label.
pub(crate) fn field(label: &str, input: &Markup) -> Markup {
    html! { label class="field" { span { (label) } (input) } }
}

/// A choice among words; the first is chosen unless another is.
pub(crate) fn choice(name: &str, words: &[&str], chosen: Option<&str>) -> Markup {
    html! {
        select name=(name) {
            @for word in words {
                option value=(word) selected[chosen == Some(*word)] { (word.replace('_', " ")) }
            }
        }
    }
}

/// A time to come, chosen by how long it is until then: nobody reckons with zones at night.
pub(crate) fn later(name: &str, label: &str, frame: &Frame) -> Markup {
    let clock = &frame.clock;
    // To five minutes, so that the page stays as it is meanwhile.
    let from = Timestamp::from_s((clock.now.0.div_euclid(1_000_000_000) / 300 + 1) * 300);
    field(
        label,
        &html! {
            select name=(name) required {
                @for (words, minutes) in LATER {
                    @let at = from.plus_s(60.0 * minutes);
                    option value=(hw_api::rfc3339(at)) { "in " (words) ", at " (clock.words(at)) }
                }
            }
        },
    )
}

/// How long people promise and wait.
const LATER: [(&str, f64); 8] = [
    ("15 min", 15.0),
    ("30 min", 30.0),
    ("1 h", 60.0),
    ("2 h", 120.0),
    ("4 h", 240.0),
    ("8 h", 480.0),
    ("a day", 1_440.0),
    ("a week", 10_080.0),
];

/// What is done in two steps: a word that opens, and the form behind it.
pub(crate) fn behind(words: &str, key: Option<&str>, form: &Markup) -> Markup {
    html! {
        details class="act" {
            summary data-press=[key] data-press-words=[key.map(|_| words)] { (words) }
            div class="act-body" { (form) }
        }
    }
}
