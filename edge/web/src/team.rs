//! What a team can learn from its record: figures, similar incidents, re-deploys, deploy days.
//!
//! All of it is computed from what the one who asks may see: a restricted incident is in no figure of
//! those who may not read it.

use crate::asking::Site;
use crate::json::Json;
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::query::{Id, Query};
use crate::require::{Read, Require};
use crate::sight::{Sight, no_incident, of_seen};
use axum::extract::State;
use axum::http::Uri;
use hw_api::{FreezeAnswer, KnowledgeMap, List, RedeployItem, SimilarIncident, TeamRecord};
use hw_learn::Weekday;
use hw_model::Timestamp;
use std::sync::Arc;

/// Letters of the name of a time zone, at most.
const ZONE_MAX: usize = 64;

/// The stretch of time that is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StretchAsked {
    /// Its start; without it, 90 days before its end.
    pub from: Option<Timestamp>,
    /// Its end; without it, now.
    pub to: Option<Timestamp>,
}

/// Which rule about deploy days is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeAsked {
    /// Days on which deploys would be allowed; never empty.
    pub only: Vec<Weekday>,
    /// Name of the time zone of these days.
    pub zone: String,
    /// The stretch of the log on which it is tried.
    pub stretch: StretchAsked,
}

/// The team's record: DORA's figures with their definitions, times to detect, notice, decide, mitigate and
/// resolve as distributions, who noticed, how much was written live.
#[utoipa::path(
    get, path = "/api/v1/record", tag = "record",
    params(
        ("from" = Option<String>, Query, description = "start; 90 days before the end if left out, and never before anything is known"),
        ("to" = Option<String>, Query, description = "end; now if left out"),
    ),
    responses(
        (status = 200, description = "The figures, of what the one who asks may see.", body = TeamRecord),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn record(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<TeamRecord>, Problem> {
    let asked = stretch(&Query::read(&uri, &["from", "to"])?)?;
    let answer = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        backend.record(asked, &mut |incident| sight.covers(incident))
    });
    answer.await.map(Json)
}

/// What a rule about deploy days would have done: deploys delayed, incidents moved and avoided.
#[utoipa::path(
    get, path = "/api/v1/record/freeze", tag = "record",
    params(
        ("only" = String, Query, description = "days on which deploys would be allowed: mon, or mon,tue"),
        ("tz" = Option<String>, Query, description = "time zone of these days, such as Europe/Berlin; UTC if left out"),
        ("from" = Option<String>, Query, description = "start; 90 days before the end if left out, and never before anything is known"),
        ("to" = Option<String>, Query, description = "end; now if left out"),
    ),
    responses(
        (status = 200, description = "What it would have done.", body = FreezeAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn freeze(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<FreezeAnswer>, Problem> {
    let query = Query::read(&uri, &["only", "tz", "from", "to"])?;
    let only = days(query.text("only").unwrap_or_default())?;
    let zone = query.text("tz").unwrap_or("UTC").to_owned();
    if zone.chars().count() > ZONE_MAX {
        return Err(Problem::bad(format!("tz is longer than {ZONE_MAX} letters")));
    }
    let asked = FreezeAsked { only, zone, stretch: stretch(&query)? };
    let answer = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        backend.freeze(&asked, &mut |incident| sight.covers(incident))
    });
    answer.await.map(Json)
}

/// Who knows which service, those that the fewest people know first. Restricted incidents are left out,
/// whoever asks.
#[utoipa::path(
    get, path = "/api/v1/record/knowledge", tag = "record",
    params(
        ("from" = Option<String>, Query, description = "since when people count as new; 90 days ago if left out"),
        ("to" = Option<String>, Query, description = "of when it is; now if left out"),
    ),
    responses(
        (status = 200, description = "The map.", body = KnowledgeMap),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn knowledge(
    _: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<KnowledgeMap>, Problem> {
    let asked = stretch(&Query::read(&uri, &["from", "to"])?)?;
    site.ask(move |backend| backend.knowledge(asked)).await.map(Json)
}

/// Incidents that were like this one, the most similar first, with what they share and what stopped them.
#[utoipa::path(
    get, path = "/api/v1/incidents/{n}/similar", tag = "record",
    params(("n" = String, Path, description = "`INC-1`, or `1`")),
    responses(
        (status = 200, description = "The ten most similar, in one part.", body = List<SimilarIncident>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn similar(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    id: Id,
    uri: Uri,
) -> Result<Json<List<SimilarIncident>>, Problem> {
    Query::read(&uri, &[])?;
    let number = id.number("INC-", "an incident")?;
    let found = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        let similar = || backend.similar(number, &mut |incident| sight.covers(incident));
        of_seen((backend, &caller), number, similar)
    });
    let list = found.await?.map(|items| Json(List { items, next: None }));
    list.ok_or_else(|| no_incident(number))
}

/// Changes that were taken back although they are innocent: those that wait to be deployed again first,
/// then those that were; and those of which it is not proven.
#[utoipa::path(
    get, path = "/api/v1/redeploy", tag = "record",
    responses(
        (status = 200, description = "All of it, in one part.", body = List<RedeployItem>),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn redeploy(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
) -> Result<Json<List<RedeployItem>>, Problem> {
    Query::read(&uri, &[])?;
    let found = site.ask(move |backend| {
        let mut sight = Sight::new(backend, &caller);
        backend.redeploy(&mut |incident| sight.covers(incident))
    });
    found.await.map(|items| Json(List { items, next: None }))
}

fn stretch(query: &Query<'_>) -> Result<StretchAsked, Problem> {
    let (from, to) = (query.time("from")?, query.time("to")?);
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(Problem::bad("from must be before to"));
    }
    Ok(StretchAsked { from, to })
}

/// The days of `mon,tue`.
fn days(text: &str) -> Result<Vec<Weekday>, Problem> {
    let mut days = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let day = Weekday::from_word(word).ok_or_else(|| {
            let names = Weekday::ALL.map(|day| day.word()[..3].to_lowercase());
            let detail =
                format!("only: \"{word}\" is no day; give mon, tue, wed, thu, fri, sat or sun");
            let word = word.to_lowercase();
            Problem::bad(detail).meaning(nearest(&word, names.iter().map(String::as_str)))
        })?;
        if !days.contains(&day) {
            days.push(day);
        }
    }
    if days.is_empty() {
        let detail =
            "only is missing: give the days on which deploys would be allowed, such as only=mon";
        return Err(Problem::bad(detail));
    }
    Ok(days)
}
