//! What can be done: a change told, a shift accepted. Both are durable when they are answered.

use crate::asking::Site;
use crate::backend::Backend;
use crate::json::{Json, read_json};
use crate::nearest::nearest;
use crate::problem::{Problem, ProblemKind};
use crate::query::{Id, Query};
use crate::recorded::none;
use crate::require::{Require, Respond};
use axum::extract::{Request, State};
use axum::http::header::{HeaderName, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hw_api::{Shift, TellChange, TellFault, Told, ToldAnswer};
use hw_model::ChangeKind;
use std::sync::Arc;

/// Letters of an idempotency key, of a service's name, and of a version.
const KEY_MAX: usize = 200;
const NAME_MAX: usize = 200;

/// Tells a change that telemetry cannot show, or not yet. It is judged like any other.
#[utoipa::path(
    post, path = "/api/v1/changes", tag = "record",
    params(("Idempotency-Key" = Option<String>, Header, description = "with the same key it is told once, and answered alike; for a day")),
    request_body = TellChange,
    responses(
        (status = 201, description = "It is durable.", body = ToldAnswer, headers(("Location" = String, description = "where it stands"))),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn tell(
    _: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let key = idempotency_key(request.headers())?;
    let told = told(read_json(&site, request).await?)?;
    let answer = site.ask(move |backend| {
        let service = told.service.clone();
        let change = backend.tell(told, key)?;
        // It is told: that nobody can say which services there are is no reason to fail.
        let warning = warning(backend, &service);
        Ok(ToldAnswer { change, warning })
    });
    let answer = answer.await?;
    let location = HeaderValue::try_from(format!("/api/v1/changes/{}", answer.change.id));
    let mut response = (StatusCode::CREATED, Json(answer)).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Says that what a shifted figure does now is its new normal. The shift is over by that.
#[utoipa::path(
    post, path = "/api/v1/shifts/{id}/accept", tag = "record",
    params(
        ("id" = String, Path, description = "`S1`, or `1`"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is done once, and answered alike; for a day"),
    ),
    responses(
        (status = 200, description = "It is durable.", body = Shift),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn accept(
    _: Require<Respond>,
    State(site): State<Arc<Site>>,
    id: Id,
    request: Request,
) -> Result<Json<Shift>, Problem> {
    Query::read(request.uri(), &[])?;
    let (number, key) = (id.number("S", "a shift")?, idempotency_key(request.headers())?);
    let shift = site.ask(move |backend| backend.accept(number, key)).await?;
    shift.map(Json).ok_or_else(|| none(&format!("S{number}"), "shifts"))
}

pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    const KEY: HeaderName = HeaderName::from_static("idempotency-key");
    let mut keys = headers.get_all(KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else {
        let is_none = headers.get(KEY).is_none();
        let twice = || Problem::bad("Idempotency-Key is given twice");
        return is_none.then_some(None).ok_or_else(twice);
    };
    let key = key.to_str().ok().filter(|key| (1..=KEY_MAX).contains(&key.len()));
    let wrong = || Problem::bad(format!("Idempotency-Key must be 1 to {KEY_MAX} ASCII letters"));
    key.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

/// The change that a body tells.
fn told(body: serde_json::Value) -> Result<Told, Problem> {
    let unusable = |detail: String| Problem::new(ProblemKind::Unusable, detail);
    let Some(object) = body.as_object() else {
        let detail =
            "the body must be one object: {\"kind\": \"flag\", \"service\": \"gate\", ...}";
        return Err(unusable(detail.to_owned()));
    };
    let is_known =
        |key: &str| TellChange::KEYS.contains(&key) || TellChange::KEYS_BESIDE.contains(&key);
    if let Some(key) = object.keys().find(|key| !is_known(key)) {
        let detail =
            format!("the key \"{key}\" is not known; known are {}", TellChange::KEYS.join(", "));
        return Err(unusable(detail).meaning(nearest(key, TellChange::KEYS)));
    }
    let tell: TellChange =
        serde_json::from_value(body).map_err(|error| unusable(error.to_string()))?;
    let kind = tell.kind.clone();
    let told = tell.told().map_err(|fault| match fault {
        TellFault::Kind => {
            let kinds = ChangeKind::ALL.map(ChangeKind::word);
            let detail = format!("\"{kind}\" is no kind of change; kinds are {}", kinds.join(", "));
            unusable(detail).meaning(nearest(&kind, kinds))
        }
        TellFault::At(text) => unusable(format!(
            "at: \"{text}\" is no time: give 2026-11-22T06:44:00Z, or leave it out for now"
        )),
    })?;
    check_name("service", &told.service)?;
    for (key, version) in [("from_version", &told.from_version), ("to_version", &told.to_version)] {
        version.iter().try_for_each(|version| check_name(key, version))?;
    }
    Ok(told)
}

pub(crate) fn check_name(key: &str, name: &str) -> Result<(), Problem> {
    let is_name = !name.trim().is_empty()
        && name.chars().count() <= NAME_MAX
        && name.chars().all(hw_model::is_plain);
    let wrong = || {
        let detail = format!("{key} must have 1 to {NAME_MAX} letters, and no control characters");
        Problem::new(ProblemKind::Unusable, detail)
    };
    is_name.then_some(()).ok_or_else(wrong)
}

/// What is odd about a service that a change was told of.
fn warning(backend: &dyn Backend, service: &str) -> Option<String> {
    let known = backend.services().ok()?;
    if known.iter().any(|known| known.id == service) {
        return None;
    }
    let near = nearest(service, known.iter().map(|known| known.id.as_str()));
    Some(match near {
        Some(near) => format!(
            "no service \"{service}\" was heard yet; did you mean \"{near}\"? The change is kept as it \
             was told"
        ),
        None => format!("no service \"{service}\" was heard yet; the change waits for it"),
    })
}
