//! A new token, shown once.

use crate::frame::{Page, Region};
use crate::place::Place;
use maud::html;

/// The page that shows the secret of a new token: whose it is, the secret, and where to go on.
#[must_use]
pub fn secret_page((name, secret, back): (&str, &str, &str)) -> Page {
    let body = html! {
        h1 { "The token of " (name) }
        div class="lead" { p { "It is shown now and never again: only its hash is kept." } }
        div class="card copy" { pre id="secret" { (secret) } button type="button" data-copy="#secret" hidden { "Copy" } }
        p { a href=(back) { "Go on" } }
    };
    Page {
        title: "A new token".to_owned(),
        up: Some(Place::Settings),
        is_live: false,
        regions: vec![Region::new("r-secret", "wide", body)],
    }
}
