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
    /// Where to begin.
    pub from: SearchFrom,
    /// Items at most.
    pub items_max: u32,
}

/// Where a search begins, or goes on: incidents come first, then entries, then what was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchFrom {
    /// Incidents before this number; all if it is left out.
    Incidents(Option<u32>),
    /// Events before this one.
    Entries(u64),
    /// Imported post mortems before this number; of the first, so much of what is found was told.
    Imported {
        /// The number.
        before: u32,
        /// How much.
        told: u32,
    },
}

impl SearchFrom {
    /// What stands in `next`.
    #[must_use]
    pub fn cursor(self) -> String {
        match self {
            Self::Incidents(None) => String::new(),
            Self::Incidents(Some(before)) => format!("incident-{before}"),
            Self::Entries(before) => before.to_string(),
            Self::Imported { before, told } => format!("old-{before}-{told}"),
        }
    }

    /// The place that a cursor says; `None` if it is none of ours.
    #[must_use]
    pub fn from_cursor(text: &str) -> Option<Self> {
        if let Some(before) = text.strip_prefix("incident-") {
            return Some(Self::Incidents(Some(before.parse().ok()?)));
        }
        let Some(place) = text.strip_prefix("old-") else {
            return text.parse().ok().map(Self::Entries);
        };
        let (before, told) = place.split_once('-')?;
        Some(Self::Imported { before: before.parse().ok()?, told: told.parse().ok()? })
    }
}

/// Incidents by their titles, then entries and sections of post mortems that people wrote, newest first,
/// then imported post mortems, in which every word stands. Entries are found by what they say, by whom,
/// and by their facts; a section by what it says now.
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
    let from = cursor.map_or(Ok(SearchFrom::Incidents(None)), |text| {
        SearchFrom::from_cursor(text).ok_or_else(|| stray_cursor(text))
    })?;
    let asked = SearchAsked { words, from, items_max: query.limit()? };
    let found = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        backend.search(&asked, &mut |incident| sight.covers(incident))
    });
    found.await.map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_say_the_place_where_the_search_goes_on() {
        let places = [
            SearchFrom::Incidents(Some(7)),
            SearchFrom::Entries(u64::MAX),
            SearchFrom::Imported { before: u32::MAX, told: 3 },
        ];
        for place in places {
            assert_eq!(SearchFrom::from_cursor(&place.cursor()), Some(place));
        }
        for stray in ["", "x", "-1", "incident-", "old-", "old-1", "old-1-x", "incident-1-2"] {
            assert_eq!(SearchFrom::from_cursor(stray), None, "{stray}");
        }
    }
}
