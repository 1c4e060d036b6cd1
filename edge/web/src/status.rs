//! How it is: the page for somebody on call, health, readiness, figures.

use crate::asking::Site;
use crate::figures::{Family, FamilyKind, exposition};
use crate::guard;
use crate::json::Json;
use crate::problem::Problem;
use crate::query::Query;
use crate::require::{Anyone, Read, Require};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hw_api::{Health, Now};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One page for somebody on call: is something wrong, and can the answer be trusted.
#[utoipa::path(
    get, path = "/api/v1/now", tag = "status",
    responses(
        (status = 200, description = "What is so now.", body = Now),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn now(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<Now>, Problem> {
    Query::read(&uri, &[])?;
    site.ask(|backend| backend.now()).await.map(Json)
}

/// Whether the server lives. What troubles it is no reason to start it anew, and said to who asks on
/// this machine; others need `/readyz` and a token.
#[utoipa::path(
    get, path = "/healthz", tag = "status",
    responses((status = 200, description = "It lives.", body = Health)),
)]
pub(crate) async fn healthz(
    _: Anyone,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Json<Health> {
    let health = site.backend().health();
    let is_here = guard::is_direct_here(&request);
    let troubles = if is_here { health.troubles } else { Vec::new() };
    Json(Health { troubles, ..health })
}

/// Whether requests are taken, and all that was durable at the start is counted.
#[utoipa::path(
    get, path = "/readyz", tag = "status",
    responses(
        (status = 200, description = "It is ready.", body = Health),
        (status = 503, description = "Not now; the detail says why.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn readyz(_: Require<Read>, State(site): State<Arc<Site>>) -> Response {
    let health = site.backend().health();
    if health.is_ready {
        return Json(health).into_response();
    }
    Problem::unavailable(health.troubles.join("; "), 1).into_response()
}

/// What the server counts of itself and of the hops, as Prometheus reads it.
#[utoipa::path(
    get, path = "/metrics", tag = "status",
    responses((status = 200, description = "Figures.", body = String, content_type = "text/plain")),
)]
pub(crate) async fn metrics(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
) -> Result<Response, Problem> {
    let text = {
        let traffic = traffic(&site);
        site.ask(move |backend| {
            let mut families = backend.figures();
            families.extend(traffic);
            Ok(exposition(&families))
        })
        .await?
    };
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok((StatusCode::OK, [(CONTENT_TYPE, kind)], text).into_response())
}

/// What the API counts of itself.
fn traffic(site: &Site) -> Vec<Family> {
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
    let answers = ["2xx", "3xx", "4xx", "5xx"].into_iter().zip(&site.traffic.answers);
    let answers = answers.map(|(code, counter)| (vec![("code", code.to_owned())], read(counter)));
    let followers = site.settings.followers_max - site.followers.available_permits();
    vec![
        Family::many(
            "highwater_api_answers_total",
            FamilyKind::Counter,
            "Answers of the API by the class of their status.",
            answers,
        ),
        Family::one(
            "highwater_api_connections",
            FamilyKind::Gauge,
            "Connections to the API that are open.",
            read(&site.traffic.connections_open),
        ),
        Family::one(
            "highwater_api_connections_refused_total",
            FamilyKind::Counter,
            "Connections to the API that were closed at once, because as many were open as may.",
            read(&site.traffic.connections_refused),
        ),
        Family::one(
            "highwater_api_followers",
            FamilyKind::Gauge,
            "Those who follow events.",
            followers as f64,
        ),
    ]
}
