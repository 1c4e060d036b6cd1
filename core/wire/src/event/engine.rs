//! What the engine says, as events.

use super::{EventV1, WhatV1};
use hw_engine::{Output, Revisions};
use hw_model::{Change, ChangeId, IncidentId, Shift, ShiftId, Timestamp};

impl EventV1 {
    /// The events of one step of an engine, in order: what it said, and how it put it.
    #[must_use]
    pub fn of_step(now: Timestamp, outputs: &[Output], revisions: &Revisions) -> Vec<Self> {
        let said = outputs.iter().filter_map(|output| Self::of(output, revisions));
        let merged = revisions.merged.iter().map(|merged| Self {
            at: now.0,
            incident: Some(merged.incident.0),
            by: None,
            what: WhatV1::IncidentMerged { into: merged.into.0, reason: None },
        });
        said.chain(merged).collect()
    }

    fn of(output: &Output, revisions: &Revisions) -> Option<Self> {
        let words = Words(revisions);
        let event = |at: &Timestamp, incident: Option<IncidentId>, what: WhatV1| {
            Some(Self { at: at.0, incident: incident.map(|id| id.0), by: None, what })
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
            Output::ShiftSettled { at, shift } => {
                event(at, words.incident_of(*shift), WhatV1::ShiftSettled { shift: shift.0 })
            }
            Output::IncidentOpened { incident, opening, .. } => Some(Self {
                at: opening.at.0,
                incident: Some(incident.0),
                by: Some(opening.by.clone()),
                what: WhatV1::IncidentOpened {
                    title: opening.title.clone(),
                    is_declared: opening.is_declared,
                },
            }),
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
            Output::RepairSeen { at, incident, change } => {
                event(at, Some(*incident), WhatV1::RepairSeen { change: change.0 })
            }
        }
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
