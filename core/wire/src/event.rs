//! Events of the record: what became known, frozen as it was said then.
//!
//! JSON, so that a record can be read with nothing but the database's own shell. Times are
//! nanoseconds since the Unix epoch.

use crate::{ActV1, WireError};
use hw_engine::{Output, Revisions};
use hw_model::{Change, ChangeId, IncidentId, Shift, ShiftId, Timestamp};
use serde::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventV1 {
    /// When it became known, in event time.
    pub at: i64,
    /// The incident it belongs to.
    pub incident: Option<u32>,
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
    },
    /// All its figures are back, or accepted.
    IncidentEnded,
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
        Self { at: at.0, incident: None, what: WhatV1::Audit { by: by.to_owned(), did } }
    }

    /// The events of one step of an engine, in order: what it said, and how it put it.
    #[must_use]
    pub fn of_step(now: Timestamp, outputs: &[Output], revisions: &Revisions) -> Vec<Self> {
        let said = outputs.iter().filter_map(|output| Self::of(output, revisions));
        let merged = revisions.merged.iter().map(|merged| Self {
            at: now.0,
            incident: Some(merged.incident.0),
            what: WhatV1::IncidentMerged { into: merged.into.0 },
        });
        said.chain(merged).collect()
    }

    fn of(output: &Output, revisions: &Revisions) -> Option<Self> {
        let words = Words(revisions);
        let event = |at: &Timestamp, incident: Option<IncidentId>, what: WhatV1| {
            Some(Self { at: at.0, incident: incident.map(|id| id.0), what })
        };
        match output {
            Output::ChangeFound { at, change } => event(at, None, change_found(change)),
            Output::ShiftDetected { at, shift, incident } => {
                event(at, *incident, shift_detected(*shift, words.shift(*shift)?))
            }
            Output::ShiftEnded { at, shift } => {
                event(at, words.incident_of(*shift), WhatV1::ShiftEnded { shift: shift.0 })
            }
            Output::ShiftAccepted { at, shift } => {
                event(at, words.incident_of(*shift), WhatV1::ShiftAccepted { shift: shift.0 })
            }
            Output::OriginNamed { at, incident, service, confidence } => {
                let because = words.because_of_origin(*incident, service);
                let (service, confidence) = (service.clone(), *confidence);
                event(at, Some(*incident), WhatV1::OriginNamed { service, confidence, because })
            }
            Output::VerdictChanged { at, incident, change, verdict, probability } => {
                let (because, probability) = (words.because_of(*incident, *change), *probability);
                let (change, verdict) = (change.0, verdict.word().to_owned());
                let what = WhatV1::VerdictChanged { change, verdict, probability, because };
                event(at, Some(*incident), what)
            }
            Output::EffectKnown { at, incident, change, effect } => {
                let because = words.because_of_effect(*incident, *change);
                let (change, effect) = (change.0, effect.word().to_owned());
                event(at, Some(*incident), WhatV1::EffectKnown { change, effect, because })
            }
            Output::IncidentEnded { at, incident } => {
                event(at, Some(*incident), WhatV1::IncidentEnded)
            }
        }
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

fn change_found(change: &Change) -> WhatV1 {
    WhatV1::ChangeFound {
        change: change.id.0,
        change_kind: change.kind.word().to_owned(),
        service: change.service.clone(),
        from_version: change.from_version.clone(),
        to_version: change.to_version.clone(),
        happened_at: change.at.0,
        source: change.source.word().to_owned(),
    }
}

fn shift_detected(id: ShiftId, shift: &Shift) -> WhatV1 {
    WhatV1::ShiftDetected {
        shift: id.0,
        signal: shift.signal.word().to_owned(),
        service: shift.service.clone(),
        hop: shift.target.hop().map(|hop| hop.id().0),
        value: shift.value.clone(),
        before: shift.before,
        after: shift.after,
        onset_at: shift.onset_at.0,
        onset_from: shift.onset.from.0,
        onset_to: shift.onset.to.0,
        evidence_nats: shift.evidence_nats,
    }
}

/// How the engine put what it said.
struct Words<'a>(&'a Revisions);

impl Words<'_> {
    fn shift(&self, id: ShiftId) -> Option<&Shift> {
        self.0.shifts.iter().find(|shift| shift.id == id).map(|numbered| &numbered.shift)
    }

    fn incident_of(&self, id: ShiftId) -> Option<IncidentId> {
        self.0.shifts.iter().find(|shift| shift.id == id).and_then(|numbered| numbered.incident)
    }

    fn diagnosis(&self, id: IncidentId) -> Option<&hw_model::Diagnosis> {
        self.0.incidents.iter().find(|incident| incident.id == id).map(|i| &i.diagnosis)
    }

    fn because_of_origin(&self, id: IncidentId, service: &str) -> Vec<String> {
        let mut origins = self.diagnosis(id).into_iter().flat_map(|d| &d.origins);
        let origin = origins.find(|origin| origin.service == service);
        origin.map(|origin| origin.because.clone()).unwrap_or_default()
    }

    fn because_of(&self, id: IncidentId, change: ChangeId) -> Vec<String> {
        let mut all = self.diagnosis(id).into_iter().flat_map(|d| &d.judgements);
        let found = all.find(|judgement| judgement.change == change);
        found.map(|judgement| judgement.because.clone()).unwrap_or_default()
    }

    fn because_of_effect(&self, id: IncidentId, change: ChangeId) -> Vec<String> {
        let mut all = self.diagnosis(id).into_iter().flat_map(|d| &d.mitigations);
        let found = all.find(|mitigation| mitigation.change == change);
        found.map(|mitigation| mitigation.because.clone()).unwrap_or_default()
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
