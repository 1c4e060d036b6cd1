//! Who knows a service, who is on call for it, who owns it.

use crate::asking::Site;
use crate::json::Json;
use crate::nearest::nearest_some;
use crate::problem::Problem;
use crate::query::{Id, Query};
use crate::require::{Read, Require};
use axum::extract::State;
use axum::http::Uri;
use hw_api::ServicePeople;
use hw_model::plain;
use std::sync::Arc;

/// Letters of a name in a sentence.
const NAME_MAX: usize = 200;

/// Whom to ask about a service: on call, owners, who knows it with the evidence, who is away.
#[utoipa::path(
    get, path = "/api/v1/services/{id}/people", tag = "record",
    params(("id" = String, Path, description = "name of the service, percent-encoded")),
    responses(
        (status = 200, description = "Whom to ask.", body = ServicePeople),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn people(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<ServicePeople>, Problem> {
    Query::read(&uri, &[])?;
    let Id(service) = id;
    let asked = service.clone();
    let found = site.ask(move |backend| backend.people(&asked)).await?;
    found.map(Json).map_err(|others| no_service(&service, &others))
}

fn no_service(service: &str, others: &[String]) -> Problem {
    let near = nearest_some(service, others.iter().map(String::as_str));
    let quoted = |name: &&str| format!("\"{}\"", plain(name, NAME_MAX));
    let names: Vec<String> = near.iter().map(quoted).collect();
    let hint = match names.split_last() {
        None if others.is_empty() => ": none is known yet".to_owned(),
        None => "; GET /api/v1/services lists those that send something".to_owned(),
        Some((name, [])) => format!(": did you mean {name}?"),
        Some((last, more)) => format!(": did you mean {} or {last}?", more.join(", ")),
    };
    let detail = format!("no service \"{}\"{hint}", plain(service, NAME_MAX));
    Problem::not_found(detail).meaning(near.first().map(|name| (*name).to_owned()))
}
