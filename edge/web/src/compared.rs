//! Counts by the names people give them: one over time, and two side by side.

mod naming;

use crate::asking::Site;
use crate::backend::{CompareAsked, CountsAsked, NamedCount, StepsAsked};
use crate::json::Json;
use crate::problem::Problem;
use crate::query::Query;
use crate::require::{Read, Require};
use axum::extract::State;
use axum::http::Uri;
use hw_api::{Comparison, CountSeries};
use naming::{Names, NoSuch};
use std::sync::Arc;

/// One count over time: every step, also those in which nothing was counted. Steps without data are
/// told apart from zeros. The newest windows, which still take late data, are left out.
#[utoipa::path(
    get, path = "/api/v1/counts", tag = "flow",
    params(
        ("of" = String, Query, description = "which count: a hop (`caller|entry|callee|operation`, or `screening->worklist` where that is clear) or an entry (`screening`, `screening POST /items`), with `.entered`, `.left`, `.received`, `.calls` or `.errors` behind it; of a hop what left, of an entry what entered, if that is left out"),
        ("from" = Option<String>, Query, description = "start; three hours before the end if left out"),
        ("to" = Option<String>, Query, description = "end; where the data is final if left out"),
        ("step" = Option<String>, Query, description = "seconds, or 5m, 1h, 1d: a multiple of the stored windows; chosen to fit if left out"),
        ("shift" = Option<String>, Query, description = "so long before the times that are shown: 1d, 7d"),
    ),
    responses(
        (status = 200, description = "The count.", body = CountSeries),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn counts(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<CountSeries>, Problem> {
    let query = Query::read(&uri, &["of", "from", "to", "step", "shift"])?;
    let text = query.text("of").ok_or_else(|| Problem::bad(missing("of")))?;
    let names = names(&site).await?;
    let of = names.find(text).map_err(|none| none.problem("of"))?;
    let asked = CountsAsked {
        of,
        steps: steps(&query)?,
        shift_s: query.seconds("shift")?.unwrap_or_default(),
    };
    site.ask(move |backend| backend.counts(&asked)).await.map(Json)
}

/// Two counts side by side: whether they part, at which window, and on which hop; or how the one grew
/// out of the other. With `shift` a count and its own past.
#[utoipa::path(
    get, path = "/api/v1/compare", tag = "flow",
    params(
        ("a" = String, Query, description = "what is compared with, as `of` of /api/v1/counts"),
        ("b" = Option<String>, Query, description = "what is compared; if it is left out and `a` is a hop, what left on it is compared with what entered its caller"),
        ("shift" = Option<String>, Query, description = "compare `a` with itself so long before: 1d, 7d; without `b`"),
        ("from" = Option<String>, Query, description = "start; three hours before the end if left out"),
        ("to" = Option<String>, Query, description = "end; where the data is final if left out"),
        ("step" = Option<String>, Query, description = "seconds, or 5m, 1h, 1d: a multiple of the stored windows; chosen to fit if left out"),
    ),
    responses(
        (status = 200, description = "What they come to.", body = Comparison),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn compare(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<Comparison>, Problem> {
    let query = Query::read(&uri, &["a", "b", "shift", "from", "to", "step"])?;
    let a = query.text("a").ok_or_else(|| Problem::bad(missing("a")))?;
    let (b, shift_s) = (query.text("b"), query.seconds("shift")?);
    let names = names(&site).await?;
    let found = |text: &str, key| names.find(text).map_err(|none| none.problem(key));
    let (a, b) = match (b, shift_s) {
        (Some(_), Some(_)) => {
            return Err(Problem::bad("shift compares a count with its own past: leave b out"));
        }
        (Some(b), None) => (found(a, "a")?, found(b, "b")?),
        (None, Some(_)) => {
            let of = found(a, "a")?;
            (of.clone(), of)
        }
        (None, None) => ends(&names, a)?,
    };
    if shift_s.is_none() && a.of == b.of {
        let name = &a.name;
        return Err(Problem::bad(format!(
            "a and b are both \"{name}\": say which count of it with .entered, .left or .received, or \
             give shift"
        )));
    }
    let asked = CompareAsked { a, b, shift_s, steps: steps(&query)? };
    site.ask(move |backend| backend.compare(&asked)).await.map(Json)
}

/// What entered the caller of a hop and what left on it.
fn ends(names: &Names, hop: &str) -> Result<(NamedCount, NamedCount), Problem> {
    let after = names.find(hop).map_err(|none| none.problem("a"))?;
    let before = names.at_entrance(&after).ok_or_else(|| {
        Problem::bad("b is missing: give another count, or shift=1d for the same a day before")
    })?;
    Ok((before, after))
}

fn missing(key: &str) -> String {
    format!(
        "{key} is missing: give a hop, such as {key}=screening-%3Eworklist, or an entry, such as \
         {key}=screening; GET /api/v1/hops and /api/v1/services list them"
    )
}

fn steps(query: &Query<'_>) -> Result<StepsAsked, Problem> {
    let (from, to) = (query.time("from")?, query.time("to")?);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Problem::bad("from must be before to"));
    }
    Ok(StepsAsked { from, to, step_s: query.seconds("step")? })
}

async fn names(site: &Arc<Site>) -> Result<Names, Problem> {
    let known = site.ask(|backend| Ok((backend.hops()?, backend.services()?))).await?;
    Ok(Names::new(known.0, known.1))
}

impl NoSuch {
    fn problem(self, key: &str) -> Problem {
        Problem::not_found(format!("{key}: {}", self.why)).meaning(self.nearest)
    }
}
