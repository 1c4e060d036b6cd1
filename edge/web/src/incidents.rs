//! What people do in incidents: open them, write into them, order something. Durable when answered.

use crate::asking::Site;
use crate::backend::Failure;
use crate::commands::idempotency_key;
use crate::json::{Json, read_json};
use crate::nearest::nearest;
use crate::problem::{Problem, ProblemKind};
use crate::query::{Id, Query};
use crate::recorded::none;
use crate::require::{Require, Respond};
use crate::sight::{may_see, no_incident, seen};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hw_api::{
    AmendBody, Caller, CommandBody, DoneAnswer, EntryBody, OpenBody, OrderFault, Orders, PinBody,
    ReportAnswer, ReportBody,
};
use hw_incident::Command;
use hw_model::IncidentId;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Opens an incident: a person says that there is one.
#[utoipa::path(
    post, path = "/api/v1/incidents", tag = "record",
    params(("Idempotency-Key" = Option<String>, Header, description = "with the same key it is opened once, and answered alike; for a day")),
    request_body = OpenBody,
    responses(
        (status = 201, description = "It is durable.", body = DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn open(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let key = idempotency_key(request.headers())?;
    let opened =
        signed_body::<OpenBody>(&site, &caller, request).await?.read().map_err(unusable)?;
    let answer = site.ask(move |backend| {
        let answer = backend.open(&opened, key.as_deref())?;
        Ok(answer.filter(|answer| may_see(&caller, &answer.incident)))
    });
    let answer = answer
        .await?
        .ok_or_else(|| Problem::not_found("it was opened, and cannot be shown yet"))?;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Does something in an incident: assign a role, set the status or the severity, record a mitigation or
/// its check, merge, decline, reopen, hand over, correct a time.
#[utoipa::path(
    post, path = "/api/v1/incidents/{n}/commands", tag = "record",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is done once, and answered alike; for a day"),
    ),
    request_body = CommandBody,
    responses(
        (status = 200, description = "It is durable.", body = DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn command(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    id: Id,
    request: Request,
) -> Result<Response, Problem> {
    let number = id.number("INC-", "an incident")?;
    let key = whole(&request)?;
    let body: CommandBody = signed_body(&site, &caller, request).await?;
    let orders = body.read().map_err(|fault| {
        let meant = nearest(&body.command, CommandBody::COMMANDS);
        let is_known = CommandBody::COMMANDS.contains(&body.command.as_str());
        unusable(fault).meaning(meant.filter(|_| !is_known))
    })?;
    done((&site, caller), (number, orders, key), StatusCode::OK).await
}

/// Writes an entry into an incident.
#[utoipa::path(
    post, path = "/api/v1/incidents/{n}/entries", tag = "record",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is written once, and answered alike; for a day"),
    ),
    request_body = EntryBody,
    responses(
        (status = 201, description = "It is durable.", body = DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn write(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    id: Id,
    request: Request,
) -> Result<Response, Problem> {
    let number = id.number("INC-", "an incident")?;
    let key = whole(&request)?;
    let orders =
        signed_body::<EntryBody>(&site, &caller, request).await?.read().map_err(unusable)?;
    done((&site, caller), (number, orders, key), StatusCode::CREATED).await
}

/// Amends an entry: it says something else from now on, and the old words are kept.
#[utoipa::path(
    post, path = "/api/v1/incidents/{n}/entries/{seq}/amend", tag = "record",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("seq" = u64, Path, description = "number of the entry"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is done once, and answered alike; for a day"),
    ),
    request_body = AmendBody,
    responses(
        (status = 200, description = "It is durable.", body = DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn amend(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    Path((id, seq)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (number, seq) = place(id, &seq)?;
    let key = whole(&request)?;
    let orders =
        signed_body::<AmendBody>(&site, &caller, request).await?.read(seq).map_err(unusable)?;
    done((&site, caller), (number, orders, key), StatusCode::OK).await
}

/// Pins an entry, or takes its pin away.
#[utoipa::path(
    post, path = "/api/v1/incidents/{n}/entries/{seq}/pin", tag = "record",
    params(
        ("n" = String, Path, description = "`INC-1`, or `1`"),
        ("seq" = u64, Path, description = "number of the entry"),
        ("Idempotency-Key" = Option<String>, Header, description = "with the same key it is done once, and answered alike; for a day"),
    ),
    request_body = PinBody,
    responses(
        (status = 200, description = "It is durable.", body = DoneAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn pin(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    Path((id, seq)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (number, seq) = place(id, &seq)?;
    let key = whole(&request)?;
    let orders =
        signed_body::<PinBody>(&site, &caller, request).await?.read(seq).map_err(unusable)?;
    done((&site, caller), (number, orders, key), StatusCode::OK).await
}

/// Takes a report by anyone: answers what deviates near it now, also below the alarm line, and puts it
/// into an incident that is open, or opens one to watch.
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "record",
    params(("Idempotency-Key" = Option<String>, Header, description = "with the same key it is taken once, and answered alike; for a day")),
    request_body = ReportBody,
    responses(
        (status = 201, description = "It is durable.", body = ReportAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn report(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let key = idempotency_key(request.headers())?;
    let reported =
        signed_body::<ReportBody>(&site, &caller, request).await?.read().map_err(unusable)?;
    let named = reported.incident;
    let answer = site.ask(move |backend| {
        let is_seen = match reported.incident {
            Some(named) => seen(backend, &caller, named.0)?.is_some(),
            None => true,
        };
        let answer = if is_seen { backend.report(reported, key.as_deref())? } else { None };
        Ok(answer.filter(|answer| may_see(&caller, &answer.incident)))
    });
    let answer = answer.await?;
    let missing = || none(&named.map_or_else(String::new, |id| id.to_string()), "incidents");
    Ok((StatusCode::CREATED, Json(answer.ok_or_else(missing)?)).into_response())
}

/// The key of a request that has no query.
fn whole(request: &Request) -> Result<Option<String>, Problem> {
    Query::read(request.uri(), &[])?;
    idempotency_key(request.headers())
}

pub(crate) async fn done(
    (site, caller): (&Site, Caller),
    (number, orders, key): (u32, Orders, Option<String>),
    status: StatusCode,
) -> Result<Response, Problem> {
    let answer = done_in((site, caller), (number, orders, key)).await?;
    Ok((status, Json(answer)).into_response())
}

/// Does what is wanted in an incident that the caller may see.
pub(crate) async fn done_in(
    (site, caller): (&Site, Caller),
    (number, orders, key): (u32, Orders, Option<String>),
) -> Result<DoneAnswer, Problem> {
    let answer = site.ask(move |backend| {
        if seen(backend, &caller, number)?.is_none() {
            return Ok(None);
        }
        for target in orders.commands.iter().filter_map(merge_target) {
            if seen(backend, &caller, target.0)?.is_none() {
                let why = format!("{target} is not there to be merged into, or is part of another");
                return Err(Failure::Conflict(why));
            }
        }
        backend.order(number, orders, key.as_deref())
    });
    answer.await?.ok_or_else(|| no_incident(number))
}

fn merge_target(command: &Command) -> Option<IncidentId> {
    let Command::Merge { into, .. } = command else { return None };
    Some(*into)
}

/// The numbers of an incident and of one of its entries.
fn place(id: String, seq: &str) -> Result<(u32, u64), Problem> {
    let number = Id(id).number("INC-", "an incident")?;
    let wrong = || Problem::bad(format!("\"{seq}\" is no entry: give its number"));
    Ok((number, seq.parse().map_err(|_| wrong())?))
}

pub(crate) fn unusable(OrderFault(words): OrderFault) -> Problem {
    Problem::new(ProblemKind::Unusable, words)
}

/// A body of known shape, signed by whom it is from.
pub(crate) async fn signed_body<T: DeserializeOwned>(
    site: &Site,
    caller: &Caller,
    request: Request,
) -> Result<T, Problem> {
    let mut body = read_json(site, request).await?;
    sign(&mut body, caller)?;
    shaped(body)
}

/// A body of known shape that only asks something.
pub(crate) async fn read_body<T: DeserializeOwned>(
    site: &Site,
    request: Request,
) -> Result<T, Problem> {
    shaped(read_json(site, request).await?)
}

fn shaped<T: DeserializeOwned>(body: serde_json::Value) -> Result<T, Problem> {
    serde_json::from_value(body).map_err(|error| {
        let words = error.to_string();
        let meant = meant(&words);
        Problem::new(ProblemKind::Unusable, words).meaning(meant)
    })
}

/// Who shows a token says things in its name, and in no other.
fn sign(body: &mut serde_json::Value, caller: &Caller) -> Result<(), Problem> {
    let (Some(_), Some(fields)) = (caller.token, body.as_object_mut()) else { return Ok(()) };
    let by = fields.entry("by").or_insert(serde_json::Value::Null);
    if by.is_null() {
        *by = caller.name.as_str().into();
    }
    if by.as_str() == Some(&caller.name) {
        return Ok(());
    }
    let words =
        format!("by: this token is {}'s; leave by out, or take your own token", caller.name);
    Err(Problem::new(ProblemKind::Unusable, words))
}

/// The known key that an unknown one may stand for, read off what serde says.
fn meant(words: &str) -> Option<String> {
    let rest = words.strip_prefix("unknown field `")?;
    let (unknown, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2);
    nearest(unknown, known)
}
