//! Tokens and the audit: for admins.

use crate::asking::Site;
use crate::commands::{check_name, idempotency_key};
use crate::json::{Json, read_json};
use crate::nearest::nearest;
use crate::problem::{Problem, ProblemKind};
use crate::query::{Id, Query, stray_cursor};
use crate::recorded::none;
use crate::require::{Admin, Require};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hw_api::{CreateToken, CreatedToken, Entry, List, Scope, Token, WantedToken};
use std::sync::Arc;

/// All tokens, revoked and expired ones too, by number. Never their text.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "access",
    responses(
        (status = 200, description = "All of them.", body = List<Token>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn tokens(
    _: Require<Admin>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Token>>, Problem> {
    Query::read(&uri, &[])?;
    let items = site.consult(|keeper| keeper.tokens()).await?;
    Ok(Json(List { items, next: None }))
}

/// Makes a token. Its text is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "access",
    request_body = CreateToken,
    responses(
        (status = 201, description = "It is durable and recorded, and of use at once.", body = CreatedToken),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    Require { caller, .. }: Require<Admin>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    if idempotency_key(request.headers())?.is_some() {
        return Err(Problem::bad(
            "Idempotency-Key has no use here, for a secret is shown once: leave it out. If no answer \
             came, list the tokens and revoke what you did not get",
        ));
    }
    let wanted = wanted(read_json(&site, request).await?)?;
    let created = site.consult(move |keeper| keeper.create(wanted, &caller)).await?;
    Ok((StatusCode::CREATED, Json(created)).into_response())
}

/// Revokes a token. The next request with it is refused.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "access",
    params(("id" = String, Path, description = "`T1`, or `1`")),
    responses(
        (status = 200, description = "It is revoked, which is durable and recorded.", body = Token),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn revoke(
    Require { caller, .. }: Require<Admin>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Token>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("T", "a token")?;
    let token = site.consult(move |keeper| keeper.revoke(number, &caller)).await?;
    token.map(Json).ok_or_else(|| none(&format!("T{number}"), "tokens"))
}

/// Acts of administration, oldest first: starts of the server, tokens made and revoked, attempts that
/// were refused. They stand in the one chain of events, with their numbers there.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "access",
    params(
        ("limit" = Option<u32>, Query, description = "items at most, 1 to 1000; 100 if left out"),
        ("cursor" = Option<String>, Query, description = "what stood in `next` of the part before"),
    ),
    responses(
        (status = 200, description = "A part of the list.", body = List<Entry>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn audit(
    _: Require<Admin>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Entry>>, Problem> {
    let query = Query::read(&uri, &["limit", "cursor"])?;
    let cursor = query.text("cursor");
    let after = cursor.map(|text| text.parse().map_err(|_| stray_cursor(text))).transpose()?;
    let (after, limit) = (after.unwrap_or(0), query.limit()?);
    let mut items = site.consult(move |keeper| keeper.audit(after, limit + 1)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| is_more).map(|entry| entry.event.to_string());
    Ok(Json(List { items, next }))
}

/// The token that a body wants.
fn wanted(body: serde_json::Value) -> Result<WantedToken, Problem> {
    let unusable = |detail: String| Problem::new(ProblemKind::Unusable, detail);
    let Some(object) = body.as_object() else {
        let detail = "the body must be one object: {\"name\": \"anna\", \"scope\": \"respond\"}";
        return Err(unusable(detail.to_owned()));
    };
    let known = CreateToken::KEYS;
    if let Some(key) = object.keys().find(|key| !known.contains(&key.as_str())) {
        let detail = format!("the key \"{key}\" is not known; known are {}", known.join(", "));
        return Err(unusable(detail).meaning(nearest(key, known)));
    }
    let wanted: CreateToken =
        serde_json::from_value(body).map_err(|error| unusable(error.to_string()))?;
    check_name("name", &wanted.name)?;
    let scope = Scope::from_word(&wanted.scope).ok_or_else(|| {
        let words = Scope::ALL.map(Scope::word);
        let detail = format!("\"{}\" is no scope; scopes are {}", wanted.scope, words.join(", "));
        unusable(detail).meaning(nearest(&wanted.scope, words))
    })?;
    let at = wanted.expires_at.filter(|at| !at.is_null());
    let at = at.map(|at| at.as_str().map_or_else(|| at.to_string(), str::to_owned));
    let expires_at = at.map(|text| {
        let wrong = || {
            format!("expires_at: \"{text}\" is no time: give 2027-01-31, or 2027-01-31T00:00:00Z")
        };
        hw_api::until(&text).ok_or_else(|| unusable(wrong()))
    });
    Ok(WantedToken { name: wanted.name, scope, expires_at: expires_at.transpose()? })
}
