//! Action items of all incidents: what is left to do, and by whom.

use crate::asking::Site;
use crate::commands::idempotency_key;
use crate::incidents::{body, done, unusable};
use crate::json::Json;
use crate::nearest::nearest;
use crate::problem::{Problem, ProblemKind};
use crate::query::{Id, Query};
use crate::require::{Read, Require, Respond};
use crate::sight::Sight;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use hw_api::{ActionBody, ActionPatch, ActionRef, ActionWords, List};
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

/// Adds an action item to an incident. One whose words say too little to be done is refused with what
/// is missing, unless `anyway` is true.
#[utoipa::path(
    post, path = "/api/v1/actions", tag = "after",
    params(("Idempotency-Key" = Option<String>, Header, description = "with the same key it is added once, and answered alike; for a day")),
    request_body = ActionBody,
    responses(
        (status = 201, description = "It is durable.", body = hw_api::DoneAnswer),
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
    let body = body::<ActionBody>(&site, &caller, request).await?;
    let (incident, orders) = body.read().map_err(unusable)?;
    done((&site, caller), (incident.0, orders, key), StatusCode::CREATED).await
}

/// Says something else of an action item: what, who, until when, where it stands in a tracker, that it
/// is done, declined, or open again.
#[utoipa::path(
    patch, path = "/api/v1/actions/{id}", tag = "after",
    params(
        ("id" = String, Path, description = "`INC-1-A2`"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is done once, and answered alike; for a day"),
    ),
    request_body = ActionPatch,
    responses(
        (status = 200, description = "It is durable.", body = hw_api::DoneAnswer),
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
    let patch = body::<ActionPatch>(&site, &caller, request).await?;
    let orders = patch.read(action.action).map_err(unusable)?;
    done((&site, caller), (action.incident.0, orders, key), StatusCode::OK).await
}
