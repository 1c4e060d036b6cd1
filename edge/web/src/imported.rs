//! Post mortems that were written elsewhere: imported, listed, shown.
//!
//! They belong to no incident of ours, so whoever may read may read them.

use crate::asking::Site;
use crate::commands::check_name;
use crate::incidents::signed_body;
use crate::json::Json;
use crate::problem::{Problem, ProblemKind};
use crate::query::{Id, Query, number_of};
use crate::require::{Read, Require, Respond};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hw_api::{ImportAnswer, ImportBody, ImportedPostmortem, List};
use std::sync::Arc;

/// Imported post mortems, the newest import first.
#[utoipa::path(
    get, path = "/api/v1/postmortems", tag = "after",
    params(
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<ImportedPostmortem>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<ImportedPostmortem>>, Problem> {
    let page = Query::read(&uri, &["limit", "cursor"])?.page()?;
    let items = site.ask(move |backend| backend.imported(page)).await?;
    let is_full = u32::try_from(items.len()).is_ok_and(|n| n >= page.items_max);
    let last = items.last().and_then(|item| number_of(&item.id));
    let next = last.filter(|last| is_full && *last > 1).map(|last| last.to_string());
    Ok(Json(List { items, next }))
}

/// Keeps a post mortem that was written elsewhere, in Markdown. The same text is kept once.
#[utoipa::path(
    post, path = "/api/v1/postmortems", tag = "after",
    request_body = ImportBody,
    responses(
        (status = 201, description = "It is durable.", body = ImportAnswer),
        (status = 200, description = "It was kept before.", body = ImportAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn import(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let body: ImportBody = signed_body(&site, &caller, request).await?;
    check_name("name", &body.name)?;
    body.by.iter().try_for_each(|by| check_name("by", by))?;
    let answer = site.ask(move |backend| backend.import(&body, &caller.name)).await?;
    let status = if answer.added { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(answer)).into_response())
}

/// An imported post mortem as JSON, in the shape of those that are drafted.
#[utoipa::path(
    get, path = "/api/v1/postmortems/{id}", tag = "after",
    params(
        ("id" = String, Path, description = "`OLD-1`, or `1`"),
        ("audience" = Option<String>, Query, description = "internal; there is no public version of what was imported"),
    ),
    responses(
        (status = 200, description = "The post mortem.", body = hw_api::Postmortem),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn shown(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["audience"])?;
    if let Some(other) = query.text("audience").filter(|audience| *audience != "internal") {
        let words = format!(
            "audience={other}: nobody said which names an imported post mortem holds, so none can be taken out"
        );
        return Err(Problem::new(ProblemKind::BadRequest, words));
    }
    let number = id.number("OLD-", "an imported post mortem")?;
    let found = site.ask(move |backend| backend.imported_document(number)).await?;
    let missing = || {
        Problem::not_found(format!("there is no OLD-{number}; GET /api/v1/postmortems lists them"))
    };
    let text = found.ok_or_else(missing)?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}
