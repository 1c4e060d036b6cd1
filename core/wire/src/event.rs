//! Events of the record: what became known, frozen as it was said then.
//!
//! JSON, so that a record can be read with nothing but the database's own shell. Times are
//! nanoseconds since the Unix epoch.

mod engine;
mod people;

use crate::{ActV1, AfterV1, WireError};
use hw_model::Timestamp;
use serde::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventV1 {
    /// When it became known, in event time.
    pub at: i64,
    /// The incident it belongs to.
    pub incident: Option<u32>,
    /// The person who did it, by name; `None` if Highwater did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What happened.
    pub what: WhatV1,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WhatV1 {
    /// A change was found, or told.
    ChangeFound {
        /// Its number.
        change: u32,
        /// deploy, rollback, ...
        change_kind: String,
        /// Whose.
        service: String,
        /// Version before.
        from_version: Option<String>,
        /// Version since.
        to_version: Option<String>,
        /// When it happened.
        happened_at: i64,
        /// telemetry, told, both.
        source: String,
    },
    /// A figure shifted.
    ShiftDetected {
        /// Its number.
        shift: u32,
        /// transfer, answers, ...
        signal: String,
        /// Whose.
        service: String,
        /// On which hop, if on one.
        hop: Option<String>,
        /// The answer that gained most, or the latency limit.
        value: Option<String>,
        /// The figure before.
        before: f64,
        /// The figure since.
        after: f64,
        /// Most likely onset.
        onset_at: i64,
        /// Start of the stretch that holds it with 95 % probability.
        onset_from: i64,
        /// Its end.
        onset_to: i64,
        /// Evidence in nats.
        evidence_nats: f64,
    },
    /// A figure is back.
    ShiftEnded {
        /// Its number.
        shift: u32,
    },
    /// A person said that what a figure does is normal.
    ShiftAccepted {
        /// Its number.
        shift: u32,
    },
    /// A figure has done something else for so long that it is normal.
    ShiftSettled {
        /// Its number.
        shift: u32,
    },
    /// The likeliest origin is another than before.
    OriginNamed {
        /// The service.
        service: String,
        /// Its probability.
        confidence: f64,
        /// The facts.
        because: Vec<String>,
    },
    /// A verdict was reached, or changed.
    VerdictChanged {
        /// The change.
        change: u32,
        /// implicated, undecided, not_implicated, exonerated.
        verdict: String,
        /// Probability that it caused the incident.
        probability: f64,
        /// The evidence.
        because: Vec<String>,
    },
    /// What an attempt to help did became known, or changed.
    EffectKnown {
        /// The change.
        change: u32,
        /// worked, none, undecided.
        effect: String,
        /// The facts.
        because: Vec<String>,
    },
    /// The incident is part of another.
    IncidentMerged {
        /// That one.
        into: u32,
        /// Why, if a person says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// All its figures are back, or accepted.
    IncidentEnded,
    /// What a restart stopped counts as repaired.
    RepairSeen {
        /// What brought another version of the service.
        change: u32,
    },
    /// A person says that there is an incident.
    IncidentOpened {
        /// What is wrong.
        title: String,
        /// Whether it is said to be one; else it is watched.
        is_declared: bool,
    },
    /// It has another title.
    TitleSet {
        /// What is wrong.
        title: String,
    },
    /// It stands elsewhere.
    StatusSet {
        /// triage, active, mitigated, resolved, closed, declined.
        status: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It is as bad as this.
    SeveritySet {
        /// SEV1 to SEV5.
        severity: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Somebody has a role.
    RoleTaken {
        /// lead, scribe, deputy, liaison, helper.
        role: String,
        /// Who.
        person: String,
    },
    /// Somebody has a role no more.
    RoleLeft {
        /// Which.
        role: String,
        /// Who.
        person: String,
    },
    /// A time of the incident was another.
    TimeCorrected {
        /// started, noticed, declared, ...
        moment: String,
        /// When it was.
        to: i64,
        /// Why that is known now.
        reason: String,
    },
    /// Somebody wrote something down.
    Noted {
        /// note, observation, decision, action, communication, `follow_up`.
        note_kind: String,
        /// What it says.
        text: String,
    },
    /// Somebody reported something.
    Reported {
        /// What.
        text: String,
        /// Of which service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<String>,
        /// What Highwater saw near it then.
        found: Vec<String>,
    },
    /// Somebody believes something.
    HypothesisOpened {
        /// What.
        text: String,
        /// The change it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<u32>,
    },
    /// It is not so.
    HypothesisRuledOut {
        /// The entry that opened it.
        hypothesis: u64,
        /// The fact that rules it out.
        fact: String,
    },
    /// Somebody tries to stop the harm.
    MitigationBegun {
        /// What was done.
        text: String,
        /// The change that it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<u32>,
        /// What it is to bring about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<String>,
    },
    /// Somebody looked whether it helped.
    MitigationChecked {
        /// The entry that began it.
        mitigation: u64,
        /// worked, none, undecided.
        effect: String,
        /// How that was seen.
        text: String,
    },
    /// Another team has it now.
    HandedOver {
        /// Who.
        team: String,
        /// What they should know.
        text: String,
    },
    /// People will hear more by then.
    UpdatePromised {
        /// When at the latest.
        due: i64,
    },
    /// It was decided to wait.
    WaitBegun {
        /// For what.
        condition: String,
        /// How long at most.
        until: i64,
    },
    /// Only some may read it from now on.
    Restricted {
        /// Who.
        to: Vec<String>,
    },
    /// Everybody who may read incidents may read it again.
    RestrictionLifted,
    /// What was waited for did not come in time, or came: somebody has to look.
    WaitOver {
        /// The entry that began the wait.
        wait: u64,
        /// What was waited for.
        condition: String,
    },
    /// The word that was promised has not come.
    UpdateOverdue {
        /// When it was due.
        due: i64,
        /// Who promised it; `None` if Highwater did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promised_by: Option<String>,
    },
    /// An entry says something else now; the old text is kept.
    Amended {
        /// The entry.
        entry: u64,
        /// What it says now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// When it happened, as is known now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<i64>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An entry matters most.
    Pinned {
        /// The entry.
        entry: u64,
    },
    /// It does not.
    Unpinned {
        /// The entry.
        entry: u64,
    },
    /// Something for after the incident.
    After {
        /// What it was.
        did: AfterV1,
    },
    /// Something of administration: for admins only, and of no incident.
    Audit {
        /// The name of who did it.
        by: String,
        /// What it was.
        did: ActV1,
    },
}

impl WhatV1 {
    /// Whether only admins may read it.
    #[must_use]
    pub const fn is_audit(&self) -> bool {
        matches!(self, Self::Audit { .. })
    }
}

impl EventV1 {
    /// An act of administration.
    #[must_use]
    pub fn audit(at: Timestamp, by: &str, did: ActV1) -> Self {
        let what = WhatV1::Audit { by: by.to_owned(), did };
        Self { at: at.0, incident: None, by: None, what }
    }

    /// The event as JSON.
    #[must_use]
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("invariant: numbers of an event are finite or null")
    }

    /// Reads an event.
    ///
    /// # Errors
    ///
    /// If it is not one.
    pub fn decode(json: &str) -> Result<Self, WireError> {
        serde_json::from_str(json).map_err(WireError::broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_kept_as_they_were_first_written() {
        let did = ActV1::TokenCreated {
            token: 3,
            name: "anna".to_owned(),
            scope: "respond".to_owned(),
            expires_at: Some(7),
        };
        let event = EventV1::audit(Timestamp(5), "this machine", did);
        let json = r#"{"at":5,"incident":null,"what":{"kind":"audit","by":"this machine","did":{"act":"token_created","token":3,"name":"anna","scope":"respond","expires_at":7}}}"#;
        assert_eq!(event.encode(), json);
        assert_eq!(EventV1::decode(json).unwrap(), event);
        assert!(event.what.is_audit() && !WhatV1::IncidentEnded.is_audit());
    }
}
