//! What is asked where, and what holds for every answer.

use crate::asking::Site;
use crate::problem::{Problem, ProblemKind};
use crate::{commands, counted, document, follow, guard, incidents, recorded, status};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::http::{HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Everything that is answered.
pub(crate) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/api/v1/now", get(status::now))
        .route("/api/v1/hops", get(counted::hops))
        .route("/api/v1/hops/{id}", get(counted::hop))
        .route("/api/v1/hops/{id}/windows", get(counted::windows))
        .route("/api/v1/services", get(counted::services))
        .route("/api/v1/flow", get(counted::flow))
        .route("/api/v1/shifts", get(recorded::shifts))
        .route("/api/v1/shifts/{id}", get(recorded::shift))
        .route("/api/v1/shifts/{id}/accept", post(commands::accept))
        .route("/api/v1/incidents", get(recorded::incidents).post(incidents::open))
        .route("/api/v1/incidents/{n}", get(recorded::incident))
        .route("/api/v1/incidents/{n}/brief", get(recorded::brief))
        .route("/api/v1/incidents/{n}/commands", post(incidents::command))
        .route("/api/v1/incidents/{n}/entries", get(recorded::entries).post(incidents::write))
        .route("/api/v1/incidents/{n}/entries/{seq}/amend", post(incidents::amend))
        .route("/api/v1/incidents/{n}/entries/{seq}/pin", post(incidents::pin))
        .route("/api/v1/reports", post(incidents::report))
        .route("/api/v1/changes", get(recorded::changes).post(commands::tell))
        .route("/api/v1/changes/{id}", get(recorded::change))
        .route("/api/v1/events", get(follow::events))
        .route("/healthz", get(status::healthz))
        .route("/readyz", get(status::readyz))
        .route("/metrics", get(status::metrics))
        .route("/openapi.json", get(document::openapi))
        .fallback(no_page)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(Arc::clone(&site), around))
        .with_state(site)
}

async fn no_page(uri: Uri) -> Problem {
    let hint = if uri.path().starts_with("/api/v1/hops/") {
        "; the id of a hop is one part of the path: / in it is %2F, | is %7C, a space is %20"
    } else {
        "; GET /openapi.json says what there is"
    };
    Problem::not_found(format!("nothing stands at {}{hint}", uri.path()))
}

async fn no_method(request: Request) -> Problem {
    let (method, path) = (request.method(), request.uri().path());
    Problem::new(ProblemKind::MethodNotAllowed, format!("{method} is not possible at {path}"))
}

/// What holds for every request: who may ask, and that no answer is kept or guessed at.
async fn around(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    const NOSNIFF: HeaderName = HeaderName::from_static("x-content-type-options");
    let allowed = guard::check(request.method(), request.uri(), request.headers());
    let mut response = match allowed {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(NOSNIFF, HeaderValue::from_static("nosniff"));
    let class = usize::from(response.status().as_u16() / 100);
    if let Some(counter) = class.checked_sub(2).and_then(|at| site.traffic.answers.get(at)) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    response
}
