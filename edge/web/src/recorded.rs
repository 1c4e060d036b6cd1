//! What is known: incidents with their entries, shifts, changes.

use crate::asking::Site;
use crate::backend::{Answered, Page};
use crate::json::Json;
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::query::{Id, Query, number_of, stray_cursor};
use crate::require::{Read, Require};
use crate::sight::{may_see, no_incident, of_seen, seen};
use axum::extract::State;
use axum::http::Uri;
use hw_api::{Backlog, Brief, Change, Entry, Incident, List, Shift};
use std::sync::Arc;

/// Which incidents are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// All that are on their own.
    All,
    Open,
    Ended,
    /// Those that turned out to be part of another.
    Merged,
}

impl Which {
    const WORDS: [&str; 3] = ["open", "ended", "merged"];

    fn read(word: Option<&str>) -> Result<Self, Problem> {
        match word {
            None => Ok(Self::All),
            Some("open") => Ok(Self::Open),
            Some("ended") => Ok(Self::Ended),
            Some("merged") => Ok(Self::Merged),
            Some(other) => {
                let detail = format!("status={other} is none: open, ended or merged");
                Err(Problem::bad(detail).meaning(nearest(other, Self::WORDS)))
            }
        }
    }

    fn has(self, incident: &Incident) -> bool {
        let is_merged = incident.merged_into.is_some();
        match self {
            Self::All => !is_merged,
            Self::Open => incident.is_open(),
            Self::Ended => !is_merged && !incident.is_open(),
            Self::Merged => is_merged,
        }
    }
}

/// Incidents, newest first. Those that turned out to be part of another only with `status=merged`.
#[utoipa::path(
    get, path = "/api/v1/incidents", tag = "record",
    params(
        ("status" = Option<String>, Query, description = "open, ended or merged; open and ended if left out"),
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<Incident>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn incidents(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Incident>>, Problem> {
    let query = Query::read(&uri, &["status", "limit", "cursor"])?;
    let (which, page) = (Which::read(query.text("status"))?, query.page()?);
    let list = site.ask(move |backend| {
        let is_wanted = |incident: &Incident| which.has(incident) && may_see(&caller, incident);
        numbered(page, |part| backend.incidents(part), |incident| &incident.id, is_wanted)
    });
    list.await.map(Json)
}

/// One incident.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}", tag = "record",
    params(("n" = String, Path, description = "`INC-1`, or `1`")),
    responses(
        (status = 200, description = "The incident.", body = Incident),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn incident(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Incident>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("INC-", "an incident")?;
    let found = site.ask(move |backend| seen(backend, &caller, number)).await?;
    found.map(Json).ok_or_else(|| no_incident(number))
}

/// An incident in at most 150 words, also on what is not the cause.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/brief", tag = "record",
    params(("n" = String, Path, description = "`INC-1`, or `1`")),
    responses(
        (status = 200, description = "The brief.", body = Brief),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn brief(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Brief>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("INC-", "an incident")?;
    let found =
        site.ask(move |backend| of_seen((backend, &caller), number, || backend.brief(number)));
    found.await?.map(Json).ok_or_else(|| no_incident(number))
}

/// What piles up since the incident began: items that came in at a place on their way and did not go
/// out, the most first. Nothing is in the list where nothing lacks or lacked on the 24 busiest hops of its way.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/backlog", tag = "record",
    params(("n" = String, Path, description = "`INC-1`, or `1`")),
    responses(
        (status = 200, description = "All of it, in one part.", body = List<Backlog>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn backlog(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<List<Backlog>>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("INC-", "an incident")?;
    let found =
        site.ask(move |backend| of_seen((backend, &caller), number, || backend.backlog(number)));
    let list = found.await?.map(|items| Json(List { items, next: None }));
    list.ok_or_else(|| no_incident(number))
}

/// What became known of an incident, event by event, oldest first.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/entries", tag = "record",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<Entry>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn entries(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<List<Entry>>, Problem> {
    let query = Query::read(&uri, &["limit", "cursor"])?;
    let number = id.number("INC-", "an incident")?;
    let cursor = query.text("cursor");
    let after = cursor.map(|text| text.parse().map_err(|_| stray_cursor(text))).transpose()?;
    let (after, limit) = (after.unwrap_or(0), query.limit()?);
    let answer = site.ask(move |backend| {
        let entries = || backend.entries(number, after, limit + 1).map(Some);
        of_seen((backend, &caller), number, entries)
    });
    let Some(mut items) = answer.await? else { return Err(no_incident(number)) };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| is_more);
    let next = last.and_then(|entry| entry.seq).map(|seq| seq.to_string());
    Ok(Json(List { items, next }))
}

/// Shifts, newest first.
#[utoipa::path(
    get, path = "/api/v1/shifts", tag = "record",
    params(
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<Shift>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn shifts(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Shift>>, Problem> {
    let page = Query::read(&uri, &["limit", "cursor"])?.page()?;
    let list = site.ask(move |backend| {
        numbered(page, |part| backend.shifts(part), |shift| &shift.id, |_| true)
    });
    list.await.map(Json)
}

/// One shift.
#[utoipa::path(
    get, path = "/api/v1/shifts/{id}", tag = "record",
    params(("id" = String, Path, description = "`S1`, or `1`")),
    responses(
        (status = 200, description = "The shift.", body = Shift),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn shift(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Shift>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("S", "a shift")?;
    let found = site.ask(move |backend| backend.shift(number)).await?;
    found.map(Json).ok_or_else(|| none(&format!("S{number}"), "shifts"))
}

/// Changes, in the order in which they became known, newest first.
#[utoipa::path(
    get, path = "/api/v1/changes", tag = "record",
    params(
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<Change>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn changes(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Change>>, Problem> {
    let page = Query::read(&uri, &["limit", "cursor"])?.page()?;
    let list = site.ask(move |backend| {
        numbered(page, |part| backend.changes(part), |change| &change.id, |_| true)
    });
    list.await.map(Json)
}

/// One change.
#[utoipa::path(
    get, path = "/api/v1/changes/{id}", tag = "record",
    params(("id" = String, Path, description = "`C1`, or `1`")),
    responses(
        (status = 200, description = "The change.", body = Change),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn change(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Change>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("C", "a change")?;
    let found = site.ask(move |backend| backend.change(number)).await?;
    found.map(Json).ok_or_else(|| none(&format!("C{number}"), "changes"))
}

pub(crate) fn none(id: &str, list: &str) -> Problem {
    Problem::not_found(format!("there is no {id}; GET /api/v1/{list} lists what there is"))
}

/// A part of a list of numbered things, those that `has` wants.
fn numbered<T>(
    page: Page,
    read: impl Fn(Page) -> Answered<Vec<T>>,
    id: impl Fn(&T) -> &String,
    has: impl Fn(&T) -> bool,
) -> Answered<List<T>> {
    let limit = usize::try_from(page.items_max).unwrap_or(usize::MAX);
    let items_max = page.items_max.saturating_add(1);
    let (mut items, mut before) = (Vec::new(), page.before);
    while items.len() <= limit {
        let part = read(Page { before, items_max })?;
        let is_last = part.len() <= limit;
        before = part.last().and_then(|last| number_of(id(last)));
        items.extend(part.into_iter().filter(&has));
        if is_last || before.is_none() {
            break;
        }
    }
    let is_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| is_more);
    let next = last.and_then(|item| number_of(id(item))).map(|number| number.to_string());
    Ok(List { items, next })
}
