//! Action items of all incidents: what is left to do, and by whom.

use crate::asking::Site;
use crate::commands::idempotency_key;
use crate::incidents::{done_in, signed_body, unusable};
use crate::json::Json;
use crate::nearest::nearest;
use crate::problem::{Problem, ProblemKind};
use crate::query::{Id, Query};
use crate::require::{Read, Require, Respond};
use crate::sight::{Sight, seen};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hw_api::{ActionBody, ActionPatch, ActionRef, ActionWords, Caller, DoneAnswer, List};
use std::sync::Arc;

/// States that can be asked for.
const STATES: [&str; 4] = ["open", "done", "declined", "all"];

/// Action items, those first that are due first. Of a restricted incident only those see them who may
/// read it.
#[utoipa::path(
    get, path = "/api/v1/actions", tag = "after",
    params(
        ("state" = Option<String>, Query, description = "open, done, declined, or all; open if left out"),
        ("owner" = Option<String>, Query, description = "only those of this person or team"),
        ("incident" = Option<String>, Query, description = "only those of this incident"),
    ),
    responses(
        (status = 200, description = "All of them, in one part.", body = List<ActionWords>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn actions(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<ActionWords>>, Problem> {
    let query = Query::read(&uri, &["state", "owner", "incident"])?;
    let state = query.text("state").unwrap_or("open").to_owned();
    if !STATES.contains(&state.as_str()) {
        let words = format!("state={state} is none: {}", STATES.join(", "));
        return Err(Problem::bad(words).meaning(nearest(&state, STATES)));
    }
    let owner = query.text("owner").map(str::to_lowercase);
    let incident = query.text("incident").map(|text| {
        let number = text.strip_prefix("INC-").unwrap_or(text);
        format!("INC-{number}")
    });
    let is_wanted = move |action: &ActionWords| {
        (state == "all" || action.state == state)
            && owner.as_ref().is_none_or(|owner| action.owner.to_lowercase() == *owner)
            && incident.as_ref().is_none_or(|incident| action.incident == *incident)
    };
    let items = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        let mut items = backend.actions(&mut |incident| sight.covers(incident))?;
        items.retain(is_wanted);
        items.sort_by(|a, b| (&a.due, &a.id).cmp(&(&b.due, &b.id)));
        Ok(items)
    });
    Ok(Json(List { items: items.await?, next: None }))
}

/// Adds an action item to an incident. One that cannot be worked on as it is written (no verb, no end,
/// nobody's) is refused with what is missing, unless `anyway` is true.
#[utoipa::path(
    post, path = "/api/v1/actions", tag = "after",
    params(("Idempotency-Key" = Option<String>, Header, description = "with the same key it is added once, and answered alike; for a day")),
    request_body = ActionBody,
    responses(
        (status = 201, description = "It is durable.", body = DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn add(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let key = idempotency_key(request.headers())?;
    let body = signed_body::<ActionBody>(&site, &caller, request).await?;
    let (incident, orders) = body.read().map_err(unusable)?;
    let warning = body.wording().map_err(unusable)?;
    let answer = done_in((&site, caller), (incident.0, orders, key)).await?;
    Ok((StatusCode::CREATED, Json(DoneAnswer { warning, ..answer })).into_response())
}

/// Says something else of an action item: what, who, until when, where it stands in a tracker, that it
/// is done, declined, or open again. Words that it could not be worked on with are refused, unless
/// `anyway` is true.
#[utoipa::path(
    patch, path = "/api/v1/actions/{id}", tag = "after",
    params(
        ("id" = String, Path, description = "`INC-1-A2`"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is done once, and answered alike; for a day"),
    ),
    request_body = ActionPatch,
    responses(
        (status = 200, description = "It is durable.", body = DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn patch(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    Id(id): Id,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let key = idempotency_key(request.headers())?;
    let Some(action) = ActionRef::from_word(&id) else {
        let words = format!("\"{id}\" is no action item: give INC-1-A2");
        return Err(Problem::new(ProblemKind::BadRequest, words));
    };
    let patch = signed_body::<ActionPatch>(&site, &caller, request).await?;
    let orders = patch.read(action.action).map_err(unusable)?;
    let item = item(&site, caller.clone(), action).await?;
    let warning = item.map_or(Ok(None), |item| patch.wording(&item)).map_err(unusable)?;
    let answer = done_in((&site, caller), (action.incident.0, orders, key)).await?;
    Ok((StatusCode::OK, Json(DoneAnswer { warning, ..answer })).into_response())
}

/// An action item as it stands; nothing if there is none that the caller may see.
async fn item(
    site: &Site,
    caller: Caller,
    action: ActionRef,
) -> Result<Option<ActionWords>, Problem> {
    let found = site.ask(move |backend| {
        let incident = seen(backend, &caller, action.incident.0)?;
        let items = incident.and_then(|incident| incident.record).map(|record| record.actions);
        let mut items = items.into_iter().flatten();
        Ok(items.find(|item| ActionRef::from_word(&item.id) == Some(action)))
    });
    found.await
}
