//! Changes that were taken back although they are innocent.

use crate::analysis::Change;
use crate::number::ratio;
use crate::time::rfc3339;
use hw_learn::{Redeploy, RedeployState, Unproven};
use hw_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change that was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RedeployItem {
    /// Its first deploy.
    pub change: Change,
    /// waiting: it can be deployed again. watched: it runs again, for less than half an hour. done: it runs
    /// again. overtaken: another version runs. unproven: nothing clears it by a hard fact.
    pub state: String,
    /// What is said of it over all incidents; null if none judged it.
    pub verdict: Option<String>,
    /// The rollback that took it back last.
    pub rollback: String,
    /// When that was.
    pub rolled_back_at: String,
    /// Seconds since then; until it ran again, if it does.
    pub age_s: f64,
    /// The deploy by which it runs again, or that overtook it.
    pub by: Option<String>,
    /// When that was.
    pub by_at: Option<String>,
    /// Until when it is watched; null if it is not.
    pub watched_until: Option<String>,
    /// Who owns its service, as files say.
    pub owners: Vec<String>,
    /// Incidents that judged it.
    pub incidents: Vec<VerdictIn>,
    /// The evidence as Markdown, for a comment on a pull request; null of what is unproven.
    pub markdown: Option<String>,
}

/// What one incident says of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VerdictIn {
    /// The incident.
    pub incident: String,
    /// implicated, `not_implicated`, exonerated, undecided.
    pub verdict: String,
    /// Probability that the change caused it.
    pub probability: f64,
    /// The evidence.
    pub because: Vec<String>,
}

impl RedeployItem {
    /// One that is exonerated, as it stands at `now`.
    #[must_use]
    pub fn of(item: &Redeploy, owners: Vec<String>, now: Timestamp) -> Self {
        let (by, watched_until) = match item.state {
            RedeployState::Waiting => (None, None),
            RedeployState::Watched { again, at, until } => (Some((again, at)), Some(until)),
            RedeployState::Overtaken { by, at } => (Some((by, at)), None),
            RedeployState::Done { again, at } => (Some((again, at)), None),
        };
        let incidents = item.judged.iter().map(|judged| VerdictIn {
            incident: judged.incident.to_string(),
            verdict: judged.verdict.word().to_owned(),
            probability: ratio(judged.probability),
            because: judged.because.clone(),
        });
        let end = by.map_or(now, |(_, at)| at);
        Self {
            change: Change::from(&item.change),
            state: item.state.word().to_owned(),
            verdict: Some(hw_model::Verdict::Exonerated.word().to_owned()),
            rollback: item.rollback.id.to_string(),
            rolled_back_at: rfc3339(item.rollback.at),
            age_s: end.seconds_since(item.rollback.at).round(),
            by: by.map(|(by, _)| by.to_string()),
            by_at: by.map(|(_, at)| rfc3339(at)),
            watched_until: watched_until.map(rfc3339),
            owners,
            incidents: incidents.collect(),
            markdown: Some(item.comment(&readable)),
        }
    }

    /// One of which it is not proven that it is innocent.
    #[must_use]
    pub fn unproven(item: &Unproven, owners: Vec<String>, now: Timestamp) -> Self {
        Self {
            change: Change::from(&item.change),
            state: "unproven".to_owned(),
            verdict: item.verdict.map(|verdict| verdict.word().to_owned()),
            rollback: item.rollback.id.to_string(),
            rolled_back_at: rfc3339(item.rollback.at),
            age_s: now.seconds_since(item.rollback.at).round(),
            by: None,
            by_at: None,
            watched_until: None,
            owners,
            incidents: Vec::new(),
            markdown: None,
        }
    }
}

/// `2026-11-24 13:42:11 UTC`.
fn readable(at: Timestamp) -> String {
    let at = rfc3339(at).replace('T', " ");
    format!("{} UTC", at.split('.').next().unwrap_or_default())
}
