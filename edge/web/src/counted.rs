//! What flows: hops, their windows, services, the map.

use crate::asking::Site;
use crate::backend::WindowsAsked;
use crate::json::Json;
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::query::{Id, Query, stray_cursor};
use crate::require::{Read, Require};
use axum::extract::State;
use axum::http::Uri;
use hw_api::{FlowMap, Hop, List, Service, Windows};
use std::sync::Arc;

/// Every hop with what was counted on it since the data folder was made, by id.
#[utoipa::path(
    get, path = "/api/v1/hops", tag = "flow",
    params(
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<Hop>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn hops(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Hop>>, Problem> {
    let query = Query::read(&uri, &["limit", "cursor"])?;
    let limit = query.limit()?;
    let all = site.ask(|backend| backend.hops()).await?;
    Ok(Json(part(all, query.text("cursor"), limit, |hop| &hop.id)))
}

/// One hop.
#[utoipa::path(
    get, path = "/api/v1/hops/{id}", tag = "flow",
    params(("id" = String, Path, description = "`caller|entry|callee|operation`, percent-encoded")),
    responses(
        (status = 200, description = "The hop.", body = Hop),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn hop(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Hop>, Problem> {
    Query::read(&uri, &[])?;
    let all = site.ask(|backend| backend.hops()).await?;
    let found = all.iter().find(|hop| hop.id == id.0).cloned();
    found.map(Json).ok_or_else(|| no_hop(&id.0, &all))
}

/// What was counted on a hop over time, step by step. Steps in which nothing was counted are left out.
#[utoipa::path(
    get, path = "/api/v1/hops/{id}/windows", tag = "flow",
    params(
        ("id" = String, Path, description = "`caller|entry|callee|operation`, percent-encoded"),
        ("from" = Option<String>, Query, description = "start; an hour before the end if left out"),
        ("to" = Option<String>, Query, description = "end; now if left out"),
        ("step" = Option<String>, Query, description = "seconds, or 5m, 1h, 1d: a multiple of the stored windows, which it is if left out"),
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 1000 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = Windows),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn windows(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Windows>, Problem> {
    let query = Query::read(&uri, &["from", "to", "step", "limit", "cursor"])?;
    // A cursor is where the next part begins.
    let cursor = query.text("cursor");
    let resumed = cursor.map(|text| hw_api::instant(text).ok_or_else(|| stray_cursor(text)));
    let from = resumed.transpose()?.or(query.time("from")?);
    let to = query.time("to")?;
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Problem::bad("from must be before to"));
    }
    let (step_s, items_max) = (query.seconds("step")?, query.windows_limit()?);
    let asked = WindowsAsked { hop: id.0.clone(), from, to, step_s, items_max };
    let answer = site.ask(move |backend| {
        let windows = backend.windows(&asked)?;
        let others = if windows.is_none() { backend.hops()? } else { Vec::new() };
        Ok((windows, others))
    });
    let (windows, others) = answer.await?;
    windows.map(Json).ok_or_else(|| no_hop(&id.0, &others))
}

fn no_hop(id: &str, all: &[Hop]) -> Problem {
    let detail = if all.is_empty() {
        format!("no hop \"{id}\": none was seen yet")
    } else {
        format!("no hop \"{id}\"; GET /api/v1/hops lists them all")
    };
    Problem::not_found(detail).meaning(nearest(id, all.iter().map(|hop| hop.id.as_str())))
}

/// Every service, by name.
#[utoipa::path(
    get, path = "/api/v1/services", tag = "flow",
    params(
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<Service>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn services(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Service>>, Problem> {
    let query = Query::read(&uri, &["limit", "cursor"])?;
    let limit = query.limit()?;
    let all = site.ask(|backend| backend.services()).await?;
    Ok(Json(part(all, query.text("cursor"), limit, |service| &service.id)))
}

/// What flowed where in the minute before a time.
#[utoipa::path(
    get, path = "/api/v1/flow", tag = "flow",
    params(("at" = Option<String>, Query, description = "end of the minute; now if left out")),
    responses(
        (status = 200, description = "The map.", body = FlowMap),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn flow(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<FlowMap>, Problem> {
    let at = Query::read(&uri, &["at"])?.time("at")?;
    site.ask(move |backend| backend.flow(at)).await.map(Json)
}

/// The part of a list, sorted by id, behind a cursor: the last id of the part before.
fn part<T>(all: Vec<T>, cursor: Option<&str>, limit: u32, id: impl Fn(&T) -> &String) -> List<T> {
    let rest = all.into_iter().filter(|item| cursor.is_none_or(|last| id(item).as_str() > last));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut items: Vec<T> = rest.take(limit + 1).collect();
    let is_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| is_more).map(|item| id(item).clone());
    List { items, next }
}
