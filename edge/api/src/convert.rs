//! From the engine's report to the JSON shapes.

use crate::analysis::{
    Analysis, Change, Cleared, CodePlace, Counts, Hop, Impact, Incident, Judgement, Lead,
    Mitigation, Origin, Shift, TrailStep,
};
use crate::number::{items, ratio, tenth};
use crate::time::rfc3339;
use hw_engine::{Counted, Numbered, Report};
use hw_model::{ChangeId, Timestamp};

/// What whoever read the telemetry could not use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// Records, and lines that could not be read at all.
    pub n: u64,
}

impl Analysis {
    /// What a report says, over the stretch that was asked for.
    #[must_use]
    pub fn new(report: &Report, from: Timestamp, to: Timestamp, rejected: Rejected) -> Self {
        let coverage = report.coverage;
        Self {
            from: rfc3339(from),
            to: rfc3339(to),
            counts: Counts {
                spans: coverage.spans,
                late: coverage.late,
                rejected: rejected.n,
                unjoined: coverage.unjoined,
            },
            coverage: ratio(coverage.share()),
            hops: report.hops.iter().map(hop).collect(),
            shifts: report.shifts.iter().map(shift).collect(),
            incidents: report.incidents.iter().map(incident).collect(),
            changes: report.changes.iter().map(change).collect(),
        }
    }
}

fn hop(counted: &Counted) -> Hop {
    let Counted { hop, summary, .. } = counted;
    let (entered, left) = (summary.entered, summary.left);
    Hop {
        id: hop.id().0,
        caller: hop.caller.clone(),
        entry: hop.entry.clone(),
        callee: hop.callee.clone(),
        operation: hop.operation.clone(),
        entered,
        left,
        received: summary.received,
        transfer_ratio: (entered > 0).then(|| ratio(left as f64 / entered as f64)),
        answers: summary.answers.iter().cloned().collect(),
    }
}

fn shift(numbered: &Numbered) -> Shift {
    let shift = &numbered.shift;
    Shift {
        id: numbered.id.to_string(),
        signal: shift.signal.word().to_owned(),
        service: shift.service.clone(),
        hop: shift.target.hop().map(|hop| hop.id().0),
        value: shift.value.clone(),
        direction: shift.direction.word().to_owned(),
        before: ratio(shift.before),
        after: ratio(shift.after),
        onset_at: rfc3339(shift.onset_at),
        onset_from: rfc3339(shift.onset.from),
        onset_to: rfc3339(shift.onset.to),
        detected_at: rfc3339(shift.detected_at),
        ended_at: shift.ended_at.map(rfc3339),
        evidence_nats: tenth(shift.evidence_nats),
        incident: numbered.incident.map(|id| id.to_string()),
        accepted_at: shift.accepted_at.map(rfc3339),
    }
}

fn incident(incident: &hw_model::Incident) -> Incident {
    let diagnosis = &incident.diagnosis;
    Incident {
        id: incident.id.to_string(),
        title: incident.title.clone(),
        started_at: rfc3339(incident.started_at),
        detected_at: Some(rfc3339(incident.detected_at)),
        ended_at: incident.ended_at.map(rfc3339),
        shifts: incident.shifts.iter().map(ToString::to_string).collect(),
        origins: diagnosis.origins.iter().zip(1..).map(origin).collect(),
        cleared: diagnosis.cleared.iter().map(cleared).collect(),
        trail: diagnosis.trail.iter().map(trail_step).collect(),
        leads: diagnosis.leads.iter().map(lead).collect(),
        changes: diagnosis.judgements.iter().map(judgement).collect(),
        mitigations: diagnosis.mitigations.iter().map(mitigation).collect(),
        redeploy: diagnosis.redeploy.iter().map(ToString::to_string).collect(),
        impact: diagnosis.impact.map(impact),
        merged_into: None,
        record: None,
    }
}

fn origin((origin, rank): (&hw_model::Origin, usize)) -> Origin {
    Origin {
        rank,
        service: origin.service.clone(),
        hop: origin.hop.as_ref().map(|hop| hop.id().0),
        confidence: ratio(origin.confidence),
        because: origin.because.clone(),
    }
}

fn cleared(clearance: &hw_model::Clearance) -> Cleared {
    Cleared { service: clearance.service.clone(), because: clearance.because.clone() }
}

fn trail_step(step: &hw_model::TrailStep) -> TrailStep {
    TrailStep {
        hop: step.hop.id().0,
        entered: step.entered,
        left: step.left,
        expected: tenth(step.expected),
    }
}

fn lead(lead: &hw_model::Lead) -> Lead {
    Lead {
        service: lead.service.clone(),
        severity: lead.severity.word().to_owned(),
        template: lead.template.clone(),
        count: lead.count,
        first_at: rfc3339(lead.first_at),
        source: lead.place.as_ref().map(code_place),
    }
}

fn code_place(place: &hw_model::CodePlace) -> CodePlace {
    CodePlace {
        file: place.file.clone(),
        line: (place.line > 0).then_some(place.line),
        function: Some(place.function.clone()).filter(|name| !name.is_empty()),
        repository: Some(place.repository.clone()).filter(|url| !url.is_empty()),
        revision: Some(place.revision.clone()).filter(|revision| !revision.is_empty()),
        link: place.link(),
    }
}

fn judgement(judgement: &hw_model::Judgement) -> Judgement {
    Judgement {
        change: judgement.change.to_string(),
        verdict: judgement.verdict.word().to_owned(),
        probability: ratio(judgement.probability),
        because: judgement.because.clone(),
    }
}

fn mitigation(mitigation: &hw_model::Mitigation) -> Mitigation {
    Mitigation {
        change: mitigation.change.to_string(),
        effect: mitigation.effect.word().to_owned(),
        because: mitigation.because.clone(),
    }
}

fn impact(impact: hw_model::Impact) -> Impact {
    Impact {
        excess_items: items(impact.excess_items),
        low: items(impact.low),
        high: items(impact.high),
    }
}

fn change(change: &hw_model::Change) -> Change {
    let word = |id: ChangeId| id.to_string();
    Change {
        id: change.id.to_string(),
        kind: change.kind.word().to_owned(),
        service: change.service.clone(),
        from_version: change.from_version.clone(),
        to_version: change.to_version.clone(),
        at: rfc3339(change.at),
        source: change.source.word().to_owned(),
        reverses: change.reverses.map(word),
        redeploy_of: change.redeploy_of.map(word),
    }
}

impl From<&Counted> for Hop {
    fn from(counted: &Counted) -> Self {
        hop(counted)
    }
}

impl From<&Numbered> for Shift {
    fn from(numbered: &Numbered) -> Self {
        shift(numbered)
    }
}

impl From<&hw_model::Incident> for Incident {
    fn from(words: &hw_model::Incident) -> Self {
        incident(words)
    }
}

impl From<&hw_model::Change> for Change {
    fn from(words: &hw_model::Change) -> Self {
        change(words)
    }
}
