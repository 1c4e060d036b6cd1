//! What is asked where, and what holds for every answer.

use crate::asking::Site;
use crate::guard::Link;
use crate::problem::{Problem, ProblemKind, Sent};
use crate::table::{Route, Table};
use crate::{
    actions, commands, compared, counted, document, follow, guard, hooks, imported, incidents,
    pages, people, postmortem, recorded, rules, search, status, team, tokens,
};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tracing::warn;

/// Every route, each with what it needs: the type of its handler's first argument.
fn table() -> Table {
    Table::default()
        .get("/api/v1/now", status::now)
        .get("/api/v1/hops", counted::hops)
        .get("/api/v1/hops/{id}", counted::hop)
        .get("/api/v1/hops/{id}/windows", counted::windows)
        .get("/api/v1/counts", compared::counts)
        .get("/api/v1/compare", compared::compare)
        .get("/api/v1/services", counted::services)
        .get("/api/v1/services/{id}/people", people::people)
        .get("/api/v1/flow", counted::flow)
        .get("/api/v1/shifts", recorded::shifts)
        .get("/api/v1/shifts/{id}", recorded::shift)
        .post("/api/v1/shifts/{id}/accept", commands::accept)
        .get("/api/v1/incidents", recorded::incidents)
        .post("/api/v1/incidents", incidents::open)
        .get("/api/v1/incidents/{n}", recorded::incident)
        .get("/api/v1/incidents/{n}/brief", recorded::brief)
        .get("/api/v1/incidents/{n}/backlog", recorded::backlog)
        .get("/api/v1/incidents/{n}/postmortem", postmortem::json)
        .put("/api/v1/incidents/{n}/postmortem", postmortem::write)
        .get("/api/v1/incidents/{n}/postmortem.md", postmortem::markdown)
        .get("/api/v1/incidents/{n}/postmortem.html", postmortem::page)
        .get("/api/v1/postmortems", imported::list)
        .post("/api/v1/postmortems", imported::import)
        .get("/api/v1/postmortems/{id}", imported::shown)
        .get("/api/v1/incidents/{n}/similar", team::similar)
        .post("/api/v1/incidents/{n}/commands", incidents::command)
        .get("/api/v1/incidents/{n}/entries", recorded::entries)
        .post("/api/v1/incidents/{n}/entries", incidents::write)
        .post("/api/v1/incidents/{n}/entries/{seq}/amend", incidents::amend)
        .post("/api/v1/incidents/{n}/entries/{seq}/pin", incidents::pin)
        .get("/api/v1/actions", actions::actions)
        .post("/api/v1/actions", actions::add)
        .patch("/api/v1/actions/{id}", actions::patch)
        .post("/api/v1/reports", incidents::report)
        .post("/api/v1/hooks/slack", hooks::slack)
        .post("/api/v1/hooks/mattermost", hooks::mattermost)
        .post("/api/v1/hooks/alertmanager", hooks::alertmanager)
        .get("/api/v1/changes", recorded::changes)
        .post("/api/v1/changes", commands::tell)
        .get("/api/v1/changes/{id}", recorded::change)
        .get("/api/v1/incidents/{n}/replay", rules::replay)
        .get("/api/v1/rules", rules::rules)
        .post("/api/v1/rules", rules::save)
        .post("/api/v1/rules/propose", rules::propose)
        .post("/api/v1/rules/backtest", rules::backtest_unsaved)
        .post("/api/v1/rules/{id}/backtest", rules::backtest)
        .delete("/api/v1/rules/{id}", rules::retire)
        .get("/api/v1/search", search::search)
        .get("/api/v1/record", team::record)
        .get("/api/v1/record/freeze", team::freeze)
        .get("/api/v1/record/knowledge", team::knowledge)
        .get("/api/v1/redeploy", team::redeploy)
        .get("/api/v1/events", follow::events)
        .get("/healthz", status::healthz)
        .get("/readyz", status::readyz)
        .get("/metrics", status::metrics)
        .get("/openapi.json", document::openapi)
        .get("/api/v1/tokens", tokens::tokens)
        .post("/api/v1/tokens", tokens::create)
        .delete("/api/v1/tokens/{id}", tokens::revoke)
        .get("/api/v1/audit", tokens::audit)
}

/// The pages, and what browsers send to them.
fn page_table(table: Table) -> Table {
    PAGES
        .into_iter()
        .fold(table, |table, path| table.get(path, pages::show))
        .get("/incidents/{n}/pictures/{name}", pages::picture)
        .get("/live", pages::live::follow)
        .get("/assets/{name}", pages::asset)
        .post("/do/{*path}", pages::forms::take)
        .post("/preview", pages::settle::preview)
        .post("/view", pages::settle::view)
        .post("/sign-in", pages::settle::sign_in)
        .post("/sign-out", pages::settle::sign_out)
}

/// Where pages stand.
const PAGES: [&str; 18] = [
    "/",
    "/flow",
    "/flow/{id}",
    "/services/{id}",
    "/incidents",
    "/incidents/{n}",
    "/incidents/{n}/timeline",
    "/incidents/{n}/review",
    "/incidents/{n}/alert",
    "/changes",
    "/changes/{id}",
    "/alerts",
    "/alerts/{id}",
    "/actions",
    "/record",
    "/record/knowledge",
    "/settings",
    "/search",
];

/// What is answered, and what each of it needs.
#[must_use]
pub fn routes() -> Vec<Route> {
    page_table(table()).into_parts().1
}

/// The API alone, for forms that are handed on to it.
pub(crate) fn inner(site: Arc<Site>) -> Router {
    let (router, _) = table().into_parts();
    router.fallback(no_page).method_not_allowed_fallback(no_method).with_state(site)
}

/// Everything that is answered on one connection.
pub(crate) fn router(site: Arc<Site>, link: Link) -> Router {
    let (router, _) = page_table(table()).into_parts();
    router
        .fallback(no_page)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(Arc::clone(&site), around))
        .layer(Extension(link))
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

/// What holds for every request: who may ask, that no answer is kept or guessed at, and that it has a
/// number. To a browser that asks for a page a problem is one, too.
async fn around(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    const NOSNIFF: HeaderName = HeaderName::from_static("x-content-type-options");
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    let id = site.traffic.next_id();
    let asked = Asked::of(&request);
    let allowed = guard::check(&request, &site.doors);
    let response = match allowed {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let mut response = asked.told(response, &id);
    let status = response.status();
    if status.is_server_error() {
        warn!(request.id = id, http.status = status.as_u16(), url.path = asked.path, "no answer");
    }
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(NOSNIFF, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    let class = usize::from(status.as_u16() / 100);
    if let Some(counter) = class.checked_sub(2).and_then(|at| site.traffic.answers.get(at)) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    response
}

/// What of a request is needed to say to a person what is wrong.
struct Asked {
    path: String,
    headers: HeaderMap,
    is_page: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let path = request.uri().path();
        let takes =
            request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let takes_html = takes.into_iter().any(|value| value.contains("text/html"));
        let is_api = ["/api/", "/openapi.json", "/metrics", "/healthz", "/readyz"]
            .iter()
            .any(|start| path.starts_with(start));
        Self {
            path: path.to_owned(),
            headers: request.headers().clone(),
            is_page: takes_html && !is_api,
        }
    }

    /// A problem as a page, if a page was asked for; any other answer as it is.
    fn told(&self, mut response: Response, request: &str) -> Response {
        let problem = response.extensions_mut().remove::<Problem>().filter(|_| self.is_page);
        let Some(problem) = problem else { return response };
        let sent = response.extensions_mut().remove::<Sent>();
        let view = problem.view(request.to_owned(), sent);
        let frame = pages::bare_frame(&self.headers);
        pages::answer::problem(&self.headers, response, view.page(&frame).html(&frame))
    }
}
