//! The post mortem of an incident: drafted from its record, as JSON, Markdown or one page, and written on.

use crate::asking::Site;
use crate::backend::{PostmortemAsked, PostmortemForm};
use crate::commands::idempotency_key;
use crate::incidents::{done, signed_body, unusable};
use crate::problem::Problem;
use crate::query::{Id, Query};
use crate::require::{Read, Require, Respond};
use crate::sight::{no_incident, of_seen};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hw_api::{Caller, PostmortemBody};
use std::sync::Arc;

/// A page brings its own style and pictures, and loads nothing.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The post mortem as JSON: sections of sentences, each with what it rests on, and questions where the
/// record says nothing.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/postmortem", tag = "after",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("audience" = Option<String>, Query, description = "internal, or public: without names and hosts; internal if left out"),
    ),
    responses(
        (status = 200, description = "The post mortem.", body = hw_api::Postmortem),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn json(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Response, Problem> {
    shown((&site, caller), (&id, &uri), PostmortemForm::Json).await
}

/// The post mortem as Markdown, which can be read back.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/postmortem.md", tag = "after",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("audience" = Option<String>, Query, description = "internal, or public: without names and hosts; internal if left out"),
        ("template" = Option<String>, Query, description = "highwater, sre or pagerduty; highwater if left out"),
    ),
    responses(
        (status = 200, description = "The post mortem.", body = String, content_type = "text/markdown"),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn markdown(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Response, Problem> {
    shown((&site, caller), (&id, &uri), PostmortemForm::Markdown).await
}

/// The post mortem as one page that prints well and loads nothing.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/postmortem.html", tag = "after",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("audience" = Option<String>, Query, description = "internal, or public: without names and hosts; internal if left out"),
        ("template" = Option<String>, Query, description = "highwater, sre or pagerduty; highwater if left out"),
    ),
    responses(
        (status = 200, description = "The post mortem.", body = String, content_type = "text/html"),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn page(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Response, Problem> {
    shown((&site, caller), (&id, &uri), PostmortemForm::Html).await
}

/// Writes a section of the post mortem, or moves its review. Of two who write over the same version
/// only one does; the other is told (409), and has lost nothing.
#[utoipa::path(
    put, path = "/api/v1/incidents/{n}/postmortem", tag = "after",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is done once, and answered alike; for a day"),
    ),
    request_body = PostmortemBody,
    responses(
        (status = 200, description = "It is durable.", body = hw_api::DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn write(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    id: Id,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let number = id.number("INC-", "an incident")?;
    let key = idempotency_key(request.headers())?;
    let body = signed_body::<PostmortemBody>(&site, &caller, request).await?;
    let orders = body.read().map_err(unusable)?;
    done((&site, caller), (number, orders, key), StatusCode::OK).await
}

async fn shown(
    (site, caller): (&Site, Caller),
    (id, uri): (&Id, &Uri),
    form: PostmortemForm,
) -> Result<Response, Problem> {
    let keys: &[&'static str] = match form {
        PostmortemForm::Json => &["audience"],
        PostmortemForm::Markdown | PostmortemForm::Html => &["audience", "template"],
    };
    let query = Query::read(uri, keys)?;
    let is_public = match query.text("audience") {
        None | Some("internal") => false,
        Some("public") => true,
        Some(other) => {
            return Err(Problem::bad(format!("audience={other} is none: internal, public")));
        }
    };
    let template = query.text("template").map(str::to_owned);
    let asked = PostmortemAsked { form, is_public, template };
    let number = id.number("INC-", "an incident")?;
    let found = site.ask(move |backend| {
        of_seen((backend, &caller), number, || backend.postmortem(number, &asked))
    });
    let text = found.await?.ok_or_else(|| no_incident(number))?;
    let (kind, policy) = match form {
        PostmortemForm::Json => ("application/json", None),
        PostmortemForm::Markdown => ("text/markdown; charset=utf-8", None),
        PostmortemForm::Html => ("text/html; charset=utf-8", Some(PAGE_POLICY)),
    };
    let mut response = ([(CONTENT_TYPE, kind)], text).into_response();
    if let Some(policy) = policy {
        let policy = HeaderValue::from_static(policy);
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}
