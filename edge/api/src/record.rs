//! The incident record: where an incident stands, as people and Highwater left it.

use crate::actions::{ActionWords, ReviewWords};
use crate::time::rfc3339;
use hw_incident::{Hypothesis, HypothesisState, Mitigation, Moment, Record};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an incident stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentRecord {
    /// What people call it; null as long as Highwater's title stands.
    pub title: Option<String>,
    /// triage, active, mitigated, resolved, closed, declined, merged.
    pub status: String,
    /// SEV1 to SEV5; null as long as nobody said.
    pub severity: Option<String>,
    /// Its times.
    pub times: IncidentTimes,
    /// Who has which role.
    pub roles: Vec<RoleHolder>,
    /// What is, or was, believed.
    pub hypotheses: Vec<HypothesisWords>,
    /// What was tried.
    pub attempts: Vec<Attempt>,
    /// What is to be done afterwards; left out if nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionWords>,
    /// Where the review of its post mortem stands; left out as long as nothing was done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewWords>,
    /// When people will hear more at the latest; null if nothing is promised.
    pub next_update_due: Option<String>,
    /// Whether that word was due and has not come.
    #[serde(default)]
    pub is_update_overdue: bool,
    /// What is waited for; null if nothing is.
    pub waiting: Option<Waiting>,
    /// The incident it is part of; null if it is none.
    pub merged_into: Option<String>,
    /// Who may read it, if not everybody who may read incidents; left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted_to: Option<Vec<String>>,
    /// Number of its last entry.
    pub seq: u64,
}

/// The times of an incident, in the order of its life; null as long as not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentTimes {
    /// When the harm began.
    pub started_at: Option<String>,
    /// When a person noticed.
    pub noticed_at: Option<String>,
    /// When Highwater noticed.
    pub detected_at: Option<String>,
    /// When somebody said that it is an incident.
    pub declared_at: Option<String>,
    /// When a person first took it up.
    pub acknowledged_at: Option<String>,
    /// When the harm stopped.
    pub mitigated_at: Option<String>,
    /// When what caused it was repaired.
    pub resolved_at: Option<String>,
    /// When nothing was left to do.
    pub closed_at: Option<String>,
}

/// Somebody with a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleHolder {
    /// lead, scribe, deputy, liaison, helper.
    pub role: String,
    /// Who.
    pub person: String,
    /// Since when.
    pub since: String,
}

/// What somebody believes, or believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HypothesisWords {
    /// The entry that opened it.
    pub entry: u64,
    /// What.
    pub text: String,
    /// The change it is about.
    pub change: Option<String>,
    /// open, `ruled_out`.
    pub state: String,
    /// The entry that ruled it out.
    pub ruled_out_by: Option<u64>,
    /// The fact that did.
    pub fact: Option<String>,
}

/// An attempt to stop the harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// The entry that began it.
    pub entry: u64,
    /// What was done.
    pub text: String,
    /// The change that it is.
    pub change: Option<String>,
    /// What it was to bring about.
    pub expected: Option<String>,
    /// worked, none, undecided.
    pub effect: String,
    /// The entry of a person that says so; null if Highwater does.
    pub checked_by: Option<u64>,
}

/// A decision to wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// The entry that says so.
    pub entry: u64,
    /// For what.
    pub condition: String,
    /// How long at most.
    pub until: String,
    /// Whether that time is over, and somebody has to look.
    #[serde(default)]
    pub is_over: bool,
}

impl IncidentRecord {
    /// Who leads.
    #[must_use]
    pub fn lead(&self) -> Option<&str> {
        let lead = self.roles.iter().find(|held| held.role == "lead");
        lead.map(|held| held.person.as_str())
    }
}

impl From<&Record> for IncidentRecord {
    fn from(record: &Record) -> Self {
        let roles = record.roles.iter().map(|held| RoleHolder {
            role: held.role.word().to_owned(),
            person: held.person.to_string(),
            since: rfc3339(held.since),
        });
        Self {
            title: record.title.as_ref().map(ToString::to_string),
            status: record.status.word().to_owned(),
            severity: record.severity.map(|severity| severity.word().to_owned()),
            times: IncidentTimes::from(record),
            roles: roles.collect(),
            hypotheses: record.hypotheses.iter().map(HypothesisWords::from).collect(),
            attempts: record.mitigations.iter().map(Attempt::from).collect(),
            actions: ActionWords::of(record),
            review: ReviewWords::of(&record.review),
            next_update_due: record.promise.as_ref().map(|promise| rfc3339(promise.due)),
            is_update_overdue: record.promise.as_ref().is_some_and(|it| it.is_overdue),
            waiting: record.wait.as_ref().map(|wait| Waiting {
                entry: wait.entry,
                condition: wait.condition.to_string(),
                until: rfc3339(wait.until),
                is_over: wait.is_over,
            }),
            merged_into: record.merged_into.map(|into| into.to_string()),
            restricted_to: record
                .restricted_to
                .as_ref()
                .map(|readers| readers.iter().map(ToString::to_string).collect()),
            seq: record.seq,
        }
    }
}

impl From<&Record> for IncidentTimes {
    fn from(record: &Record) -> Self {
        let time = |moment| record.times.get(moment).map(rfc3339);
        Self {
            started_at: time(Moment::Started),
            noticed_at: time(Moment::Noticed),
            detected_at: time(Moment::Detected),
            declared_at: time(Moment::Declared),
            acknowledged_at: time(Moment::Acknowledged),
            mitigated_at: time(Moment::Mitigated),
            resolved_at: time(Moment::Resolved),
            closed_at: time(Moment::Closed),
        }
    }
}

impl From<&Hypothesis> for HypothesisWords {
    fn from(hypothesis: &Hypothesis) -> Self {
        let (state, ruled_out_by, fact) = match &hypothesis.state {
            HypothesisState::Open => ("open", None, None),
            HypothesisState::RuledOut { entry, fact } => {
                ("ruled_out", Some(*entry), Some(fact.to_string()))
            }
        };
        Self {
            entry: hypothesis.entry,
            text: hypothesis.text.to_string(),
            change: hypothesis.change.map(|change| change.to_string()),
            state: state.to_owned(),
            ruled_out_by,
            fact,
        }
    }
}

impl From<&Mitigation> for Attempt {
    fn from(tried: &Mitigation) -> Self {
        Self {
            entry: tried.entry,
            text: tried.text.to_string(),
            change: tried.change.map(|change| change.to_string()),
            expected: tried.expected.as_ref().map(ToString::to_string),
            effect: tried.effect.word().to_owned(),
            checked_by: tried.checked_by,
        }
    }
}
