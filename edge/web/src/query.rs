//! What follows the `?`, and ids in paths: read once, into what cannot be wrong.

use crate::backend::Page;
use crate::nearest::nearest;
use crate::problem::Problem;
use axum::extract::{FromRequestParts, Path};
use axum::http::Uri;
use axum::http::request::Parts;
use hw_model::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Items in a part of a list, unless it is said how many, and at most.
const LIMIT: u32 = 100;
const LIMIT_MAX: u32 = 1_000;

/// What follows the `?`.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    values: BTreeMap<&'static str, Cow<'a, str>>,
}

impl<'a> Query<'a> {
    /// Reads it. Other keys than these are refused: one that is silently ignored gives an answer to
    /// another question.
    pub(crate) fn read(uri: &'a Uri, keys: &[&'static str]) -> Result<Self, Problem> {
        let mut values = BTreeMap::new();
        for (key, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let Some(known) = keys.iter().find(|known| **known == key) else {
                let known = if keys.is_empty() {
                    "none is".to_owned()
                } else {
                    format!("known are {}", keys.join(", "))
                };
                let detail = format!("the parameter \"{key}\" is not known here; {known}");
                return Err(Problem::bad(detail).meaning(nearest(&key, keys.iter().copied())));
            };
            if values.insert(*known, value).is_some() {
                return Err(Problem::bad(format!("the parameter {known} is given twice")));
            }
        }
        Ok(Self { values })
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|value| &**value)
    }

    pub(crate) fn time(&self, key: &str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let at = hw_api::instant(text).ok_or_else(|| {
            // A `+` of a zone that was not encoded arrives as a space.
            Problem::bad(format!(
                "{key}={text} is no time: give 2026-11-22T06:44:00Z, or Unix seconds"
            ))
        })?;
        Ok(Some(at))
    }

    pub(crate) fn number(&self, key: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let number = text.parse();
        number.map(Some).map_err(|_| Problem::bad(format!("{key}={text} is no whole number")))
    }

    /// Length of a step in whole seconds: `60`, `60s`, `5m`, `1h`, `1d`.
    pub(crate) fn seconds(&self, key: &str) -> Result<Option<i64>, Problem> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let wrong = || {
            Problem::bad(format!(
                "{key}={text} is no length: give seconds, or 5m, 1h, 1d; a month at most"
            ))
        };
        hw_api::length_s(text).map(Some).ok_or_else(wrong)
    }

    /// How many items a part has.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        self.limit_or(LIMIT)
    }

    /// How many windows a part has: as many as may be, since an hour has 360.
    pub(crate) fn windows_limit(&self) -> Result<u32, Problem> {
        self.limit_or(LIMIT_MAX)
    }

    fn limit_or(&self, usual: u32) -> Result<u32, Problem> {
        let limit = self.number("limit")?.unwrap_or(u64::from(usual));
        let fits = u32::try_from(limit).ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        fits.ok_or_else(|| Problem::bad(format!("limit must be from 1 to {LIMIT_MAX}")))
    }

    /// A part of a list of numbered things.
    pub(crate) fn page(&self) -> Result<Page, Problem> {
        let before = self.text("cursor").map(|text| text.parse().map_err(|_| stray_cursor(text)));
        Ok(Page { before: before.transpose()?, items_max: self.limit()? })
    }
}

pub(crate) fn stray_cursor(text: &str) -> Problem {
    Problem::bad(format!(
        "cursor={text} is none of ours: give what stood in `next` of the part before, as it was"
    ))
}

/// The part of a path that names one thing, percent-decoded.
#[derive(Debug)]
pub(crate) struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let bad = |_| Problem::bad("the id in the path is no text once it is percent-decoded");
        path.map(|Path(id)| Self(id)).map_err(bad)
    }
}

impl Id {
    /// The number in `INC-1`, `inc-1` or `1`.
    pub(crate) fn number(&self, prefix: &str, what: &str) -> Result<u32, Problem> {
        let Self(id) = self;
        let digits = match id.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(prefix) => &id[prefix.len()..],
            Some(_) | None => id,
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_number);
        number.ok_or_else(|| {
            Problem::bad(format!("\"{id}\" is no id of {what}: give {prefix}1, or its number"))
        })
    }
}

/// The number in an id such as `INC-1` that we made ourselves.
pub(crate) fn number_of(id: &str) -> Option<u32> {
    let digits = id.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<u32, Problem> {
        let uri: Uri = format!("/x?{text}").parse().unwrap();
        Query::read(&uri, &["limit", "cursor"])?.limit()
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert_eq!(query(""), Ok(100));
        assert_eq!(query("limit=7"), Ok(7));
        for wrong in ["limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1&limit=2", "limt=5"] {
            assert!(query(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_read_with_and_without_their_prefix() {
        let number = |id: &str| Id(id.to_owned()).number("INC-", "an incident").ok();
        assert_eq!(number("INC-12"), Some(12));
        assert_eq!(number("inc-12"), Some(12));
        assert_eq!(number("12"), Some(12));
        for wrong in ["", "INC-", "C1", "-1", "+1", "1.5", "99999999999", "ü1"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
        assert_eq!(number_of("INC-12"), Some(12));
    }

    #[test]
    fn lengths_have_units() {
        let seconds = |text: &str| {
            let uri: Uri = format!("/x?step={text}").parse().unwrap();
            Query::read(&uri, &["step"]).unwrap().seconds("step").ok().flatten()
        };
        assert_eq!(
            ["30", "30s", "5m", "1h", "1d"].map(seconds),
            [30, 30, 300, 3_600, 86_400].map(Some)
        );
        for wrong in ["0", "-5", "1w", "x", "", "9999999d"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
