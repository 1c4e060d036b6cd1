//! Rules: which there are, what they would have done, and the one that an incident lacked.

use crate::asking::Site;
use crate::backend::{BacktestAsked, RuleAsked};
use crate::incidents::{read_body, signed_body};
use crate::json::Json;
use crate::nearest::nearest;
use crate::problem::{Problem, ProblemKind};
use crate::query::{Id, Query};
use crate::recorded::none;
use crate::require::{Read, Require, Respond};
use crate::sight::{Sight, no_incident, of_seen};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hw_api::{
    Backtest, BacktestBody, Caller, List, ProposeBody, Replay, Rule, RuleBody, RuleFault,
    RuleProposal,
};
use hw_model::{ShiftId, Timestamp};
use std::sync::Arc;

/// All rules, also those that were set aside, by number.
#[utoipa::path(
    get, path = "/api/v1/rules", tag = "rules",
    responses(
        (status = 200, description = "All of them, in one part.", body = List<Rule>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn rules(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<Rule>>, Problem> {
    Query::read(&uri, &[])?;
    let items = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        backend.rules(&mut |incident| sight.covers(incident))
    });
    Ok(Json(List { items: items.await?, next: None }))
}

/// Sets a rule: it is watched from now on. The same rule again is the one that is there.
#[utoipa::path(
    post, path = "/api/v1/rules", tag = "rules",
    request_body = RuleBody,
    responses(
        (status = 201, description = "It is durable, and watched.", body = Rule),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn save(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    Query::read(request.uri(), &[])?;
    let body: RuleBody = signed_body(&site, &caller, request).await?;
    check(&body)?;
    let rule = site.ask(move |backend| backend.save_rule(body, &caller.name)).await?;
    Ok((StatusCode::CREATED, Json(rule)).into_response())
}

/// Sets a rule aside: it is not watched any more. Its number is not used again.
#[utoipa::path(
    delete, path = "/api/v1/rules/{id}", tag = "rules",
    params(("id" = String, Path, description = "`R1`, or `1`")),
    responses(
        (status = 200, description = "It is set aside.", body = Rule),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn retire(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Rule>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("R", "a rule")?;
    let rule = site.ask(move |backend| backend.retire_rule(number, &caller.name)).await?;
    rule.map(Json).ok_or_else(|| no_rule(number))
}

/// Runs a rule that is kept over what was recorded: when it would have fired, and where in vain.
#[utoipa::path(
    post, path = "/api/v1/rules/{id}/backtest", tag = "rules",
    params(("id" = String, Path, description = "`R1`, or `1`")),
    request_body = BacktestBody,
    responses(
        (status = 200, description = "What it would have done.", body = Backtest),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn backtest(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    id: Id,
    request: Request,
) -> Result<Json<Backtest>, Problem> {
    Query::read(request.uri(), &[])?;
    let number = id.number("R", "a rule")?;
    let body: BacktestBody = read_body(&site, request).await?;
    if body.rule.is_some() {
        return Err(unusable(format!("rule: the path says which one, R{number}; leave it out")));
    }
    let found = run((&site, caller), (RuleAsked::Kept(number), body)).await?;
    found.map(Json).ok_or_else(|| no_rule(number))
}

/// Runs a rule that is not kept.
#[utoipa::path(
    post, path = "/api/v1/rules/backtest", tag = "rules",
    request_body = BacktestBody,
    responses(
        (status = 200, description = "What it would have done.", body = Backtest),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn backtest_unsaved(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Json<Backtest>, Problem> {
    Query::read(request.uri(), &[])?;
    let mut body: BacktestBody = read_body(&site, request).await?;
    let rule = body.rule.take();
    let rule = rule.ok_or_else(|| unusable("rule: say which, or name one in the path".into()))?;
    check(&rule)?;
    let found = run((&site, caller), (RuleAsked::Told(Box::new(rule)), body)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("there is no such rule"))
}

/// Proposes the rule that an incident lacked, for Highwater and for Prometheus. It is kept nowhere.
#[utoipa::path(
    post, path = "/api/v1/rules/propose", tag = "rules",
    request_body = ProposeBody,
    responses(
        (status = 200, description = "The rule, why it is as it is, and what it would have done.", body = RuleProposal),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn propose(
    Require { caller, .. }: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Json<RuleProposal>, Problem> {
    Query::read(request.uri(), &[])?;
    let body: ProposeBody = read_body(&site, request).await?;
    let number = Id(body.incident).number("INC-", "an incident")?;
    let shift = body.shift.map(|id| Id(id).number("S", "a shift")).transpose()?.map(ShiftId);
    let found = site.ask(move |backend| {
        of_seen((backend, &caller), number, || {
            let mut sight = Sight::new(backend, &caller);
            backend.propose_rule((number, shift), &mut |incident| sight.covers(incident))
        })
    });
    found.await?.map(Json).ok_or_else(|| no_incident(number))
}

/// Runs what was recorded of an incident through all rules: would one of them have fired?
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/replay", tag = "rules",
    params(("n" = String, Path, description = "`INC-1`, or `1`")),
    responses(
        (status = 200, description = "What each rule does in it.", body = Replay),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn replay(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<Replay>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("INC-", "an incident")?;
    let found =
        site.ask(move |backend| of_seen((backend, &caller), number, || backend.replay(number)));
    found.await?.map(Json).ok_or_else(|| no_incident(number))
}

async fn run(
    (site, caller): (&Site, Caller),
    (rule, body): (RuleAsked, BacktestBody),
) -> Result<Option<Backtest>, Problem> {
    let asked = BacktestAsked {
        rule,
        from: time("from", body.from.as_deref())?,
        to: time("to", body.to.as_deref())?,
        is_swept: body.sweep.unwrap_or(true),
    };
    let found = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        backend.backtest_rule(&asked, &mut |incident| sight.covers(incident))
    });
    found.await
}

fn time(key: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || format!("{key}: \"{text}\" is no time: give 2026-11-22T06:44:00Z");
    hw_api::instant(text).map(Some).ok_or_else(|| unusable(wrong()))
}

/// Refuses a rule that could not be with any length of stored windows.
fn check(body: &RuleBody) -> Result<(), Problem> {
    let checked = body.read(body.window_s.max(1));
    checked.map(drop).map_err(|fault: RuleFault| {
        let meant = fault.words().and_then(|(word, known)| nearest(word, known.iter().copied()));
        unusable(fault.to_string()).meaning(meant)
    })
}

fn no_rule(number: u32) -> Problem {
    none(&format!("R{number}"), "rules")
}

fn unusable(words: String) -> Problem {
    Problem::new(ProblemKind::Unusable, words)
}
