//! Looking for words in what is recorded.

use crate::asking::Site;
use crate::json::Json;
use crate::problem::Problem;
use crate::query::{Query, stray_cursor};
use crate::require::{Read, Require};
use crate::sight::Sight;
use axum::extract::State;
use axum::http::Uri;
use hw_api::{Hit, List};
use std::sync::Arc;

/// Letters of what is looked for, at most.
const LETTERS_MAX: usize = 200;

/// What is looked for, and where to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchAsked {
    /// Words in small letters; all of them must stand in what is found.
    pub words: Vec<String>,
    /// Only events before this one; all, and incidents too, if it is left out.
    pub before: Option<u64>,
    /// Items at most.
    pub items_max: u32,
}

/// Incidents by their titles, then entries of all incidents, newest first, in which every word stands.
/// Entries are found by what they say, by whom, and by their facts.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "record",
    params(
        ("q" = String, Query, description = "words, in any order; small and capital letters are one"),
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list. It may be shorter than `limit` although `next` goes on.", body = List<Hit>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn search(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Hit>>, Problem> {
    let query = Query::read(&uri, &["q", "limit", "cursor"])?;
    let text = query.text("q").unwrap_or_default();
    if text.chars().count() > LETTERS_MAX {
        return Err(Problem::bad(format!("q is longer than {LETTERS_MAX} letters")));
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Err(Problem::bad("q is missing: give words to look for, such as q=eligibility"));
    }
    let cursor = query.text("cursor");
    let before = cursor.map(|text| text.parse().map_err(|_| stray_cursor(text))).transpose()?;
    let asked = SearchAsked { words, before, items_max: query.limit()? };
    let found = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        backend.search(&asked, &mut |incident| sight.covers(incident))
    });
    found.await.map(Json)
}
