//! From the API's words of an incident to the case a post mortem is drafted from.

use super::PostmortemFault;
use super::reading::hop;
use crate::record::IncidentRecord;
use crate::time::{instant, rfc3339};
use crate::window::Windows;
use crate::{Change, Entry, Incident, Shift};
use hw_incident::{
    Author, Hypothesis, HypothesisState, Mitigation, Name, Promise, Record, Role, RoleHeld,
    SeverityLevel, Status, Text, Wait,
};
use hw_model::{
    ChangeId, ChangeKind, ChangeSource, Clearance, CodePlace, Diagnosis, Direction, Effect, Impact,
    IncidentId, Interval, Judgement, Lead, Origin, Severity, ShiftId, Signal, Target, Timestamp,
    TrailStep, Verdict, percent_encoded,
};
use hw_report::{Case, Course, Line, LineKind, Review, Step, StepCounts, What};

/// What of an incident cannot be read, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFault(pub String);

/// What the API says of an incident.
#[derive(Clone, Copy, Debug)]
pub struct CaseWords<'a> {
    /// Its present words, with its record.
    pub incident: &'a Incident,
    /// Its shifts; others are left out.
    pub shifts: &'a [Shift],
    /// Changes: at least those it judges, and those of a day before its onset and since.
    pub changes: &'a [Change],
    /// Its entries.
    pub entries: &'a [Entry],
    /// Counts on its hops, as they were frozen.
    pub windows: &'a [Windows],
    /// What is now.
    pub now: Timestamp,
}

type Read<T> = Result<T, CaseFault>;

/// The case of an incident. Facts, action items and the review are added by who has them.
///
/// # Errors
///
/// If a word, a time or an id in it cannot be read: what.
pub fn case(words: &CaseWords<'_>) -> Read<Case> {
    let incident = words.incident;
    let of_it = words.shifts.iter().filter(|shift| incident.shifts.contains(&shift.id));
    let mut shifts = of_it.map(shift).collect::<Read<Vec<_>>>()?;
    shifts.sort_by_key(|(id, _)| *id);
    let mut changes = all(words.changes, change)?;
    changes.sort_by_key(|change| (change.at, change.id));
    let mut lines = all(words.entries, line)?;
    lines.sort_by_key(|line| line.seq);
    let mut record = match &incident.record {
        Some(known) => record(incident, known, &lines)?,
        None => Record::new(id(incident)?),
    };
    record.is_measured = !shifts.is_empty();
    record.is_harmed = shifts.iter().any(|(_, shift)| shift.over_at().is_none());
    record.times.started_from = shifts.iter().map(|(_, shift)| shift.onset.from).min();
    Ok(Case {
        record,
        title: incident
            .record
            .as_ref()
            .and_then(|record| record.title.clone())
            .unwrap_or_else(|| incident.title.clone()),
        ended_at: optional(incident.ended_at.as_ref())?,
        shifts,
        changes,
        diagnosis: diagnosis(incident)?,
        lines,
        courses: all(words.windows, course)?,
        facts: Vec::new(),
        actions: Vec::new(),
        review: Review::default(),
        now: words.now,
    })
}

impl From<PostmortemFault> for CaseFault {
    fn from(fault: PostmortemFault) -> Self {
        Self(fault.0)
    }
}

fn all<A, B>(items: &[A], read: impl Fn(&A) -> Read<B>) -> Read<Vec<B>> {
    items.iter().map(read).collect()
}

fn word<T>(what: &str, word: &str, find: impl Fn(&str) -> Option<T>) -> Read<T> {
    find(word).ok_or_else(|| CaseFault(format!("\"{word}\" is no {what}")))
}

fn at(text: &str) -> Read<Timestamp> {
    word("time", text, instant)
}

fn optional(text: Option<&String>) -> Read<Option<Timestamp>> {
    text.map(|text| at(text)).transpose()
}

fn id(incident: &Incident) -> Read<IncidentId> {
    word("incident", &incident.id, IncidentId::from_word)
}

fn change_id(text: &str) -> Read<ChangeId> {
    word("change", text, ChangeId::from_word)
}

fn optional_change(text: Option<&String>) -> Read<Option<ChangeId>> {
    text.map(|text| change_id(text)).transpose()
}

fn shift(json: &Shift) -> Read<(ShiftId, hw_model::Shift)> {
    let target = match &json.hop {
        Some(id) => Target::Hop(hop(id)?),
        None => Target::Service(json.service.clone()),
    };
    let words = hw_model::Shift {
        signal: word("signal", &json.signal, Signal::from_word)?,
        service: json.service.clone(),
        target,
        value: json.value.clone(),
        direction: word("direction", &json.direction, Direction::from_word)?,
        before: json.before,
        after: json.after,
        onset_at: at(&json.onset_at)?,
        onset: Interval { from: at(&json.onset_from)?, to: at(&json.onset_to)? },
        detected_at: at(&json.detected_at)?,
        ended_at: optional(json.ended_at.as_ref())?,
        accepted_at: optional(json.accepted_at.as_ref())?,
        back_since: None,
        evidence_nats: json.evidence_nats,
    };
    Ok((word("shift", &json.id, ShiftId::from_word)?, words))
}

fn change(json: &Change) -> Read<hw_model::Change> {
    Ok(hw_model::Change {
        id: change_id(&json.id)?,
        kind: word("kind of change", &json.kind, ChangeKind::from_word)?,
        service: json.service.clone(),
        from_version: json.from_version.clone(),
        to_version: json.to_version.clone(),
        at: at(&json.at)?,
        source: word("source", &json.source, ChangeSource::from_word)?,
        reverses: optional_change(json.reverses.as_ref())?,
        redeploy_of: optional_change(json.redeploy_of.as_ref())?,
    })
}

fn diagnosis(json: &Incident) -> Read<Diagnosis> {
    Ok(Diagnosis {
        origins: all(&json.origins, |origin| {
            Ok(Origin {
                service: origin.service.clone(),
                hop: origin.hop.as_ref().map(|id| hop(id)).transpose()?,
                confidence: origin.confidence,
                because: origin.because.clone(),
            })
        })?,
        cleared: json
            .cleared
            .iter()
            .map(|it| Clearance { service: it.service.clone(), because: it.because.clone() })
            .collect(),
        trail: all(&json.trail, |leg| {
            let (entered, left, expected) = (leg.entered, leg.left, leg.expected);
            Ok(TrailStep { hop: hop(&leg.hop)?, entered, left, expected })
        })?,
        leads: all(&json.leads, |lead| {
            Ok(Lead {
                service: lead.service.clone(),
                severity: word("severity of a log line", &lead.severity, Severity::from_word)?,
                template: lead.template.clone(),
                count: lead.count,
                first_at: at(&lead.first_at)?,
                place: lead.source.as_ref().map(place),
            })
        })?,
        judgements: all(&json.changes, |judged| {
            Ok(Judgement {
                change: change_id(&judged.change)?,
                verdict: word("verdict", &judged.verdict, Verdict::from_word)?,
                probability: judged.probability,
                because: judged.because.clone(),
            })
        })?,
        mitigations: all(&json.mitigations, |tried| {
            Ok(hw_model::Mitigation {
                change: change_id(&tried.change)?,
                effect: word("effect", &tried.effect, Effect::from_word)?,
                because: tried.because.clone(),
            })
        })?,
        redeploy: all(&json.redeploy, |id| change_id(id))?,
        impact: json.impact.map(|impact| Impact {
            excess_items: impact.excess_items as f64,
            low: impact.low as f64,
            high: impact.high as f64,
        }),
    })
}

fn line(json: &Entry) -> Read<Line> {
    let by = match json.source.as_str() {
        "person" => Author::Person(Name::recorded(&json.by)),
        _ if json.by == Author::Highwater.to_string() => Author::Highwater,
        _ => Author::Program(Name::recorded(&json.by)),
    };
    Ok(Line {
        seq: json
            .seq
            .ok_or_else(|| CaseFault(format!("event {} is of no incident", json.event)))?,
        happened_at: at(&json.happened_at)?,
        recorded_at: at(&json.recorded_at)?,
        by,
        what: What::from_word(&json.kind),
        kind: word("kind of entry", &json.timeline, LineKind::from_word)?,
        words: json.words.clone(),
        about: json.about.clone(),
        value: json.value.clone(),
        because: json.because.clone(),
        is_pinned: json.pinned,
    })
}

/// The record, as far as its JSON says it.
fn record(incident: &Incident, json: &IncidentRecord, lines: &[Line]) -> Read<Record> {
    let mut record = Record::new(id(incident)?);
    record.seq = json.seq;
    record.title = json.title.as_ref().map(Text::recorded);
    record.status = word("status", &json.status, Status::from_word)?;
    record.severity = json
        .severity
        .as_ref()
        .map(|it| word("severity", it, SeverityLevel::from_word))
        .transpose()?;
    let times = &json.times;
    let said = &mut record.times;
    said.started = optional(times.started_at.as_ref())?;
    said.noticed = optional(times.noticed_at.as_ref())?;
    said.detected = optional(times.detected_at.as_ref())?;
    said.declared = optional(times.declared_at.as_ref())?;
    said.acknowledged = optional(times.acknowledged_at.as_ref())?;
    said.mitigated = optional(times.mitigated_at.as_ref())?;
    said.resolved = optional(times.resolved_at.as_ref())?;
    said.closed = optional(times.closed_at.as_ref())?;
    let corrected = lines.iter().filter(|line| line.what == What::TimeCorrected);
    said.is_start_told = corrected.into_iter().any(|line| line.words.starts_with("started"));
    record.roles = all(&json.roles, |held| {
        let role = word("role", &held.role, Role::from_word)?;
        Ok(RoleHeld { role, person: Name::recorded(&held.person), since: at(&held.since)? })
    })?;
    record.hypotheses = all(&json.hypotheses, hypothesis)?;
    record.mitigations = all(&json.attempts, attempt)?;
    record.promise = json
        .next_update_due
        .as_ref()
        .map(|due| {
            let by = Author::Highwater;
            Ok::<_, CaseFault>(Promise { due: at(due)?, by, is_overdue: json.is_update_overdue })
        })
        .transpose()?;
    record.wait = json.waiting.as_ref().map(wait).transpose()?;
    record.merged_into = json
        .merged_into
        .as_ref()
        .map(|into| word("incident", into, IncidentId::from_word))
        .transpose()?;
    record.restricted_to =
        json.restricted_to.as_ref().map(|names| names.iter().map(Name::recorded).collect());
    Ok(record)
}

fn hypothesis(json: &crate::HypothesisWords) -> Read<Hypothesis> {
    let state = match json.ruled_out_by {
        Some(entry) => {
            let fact = Text::recorded(json.fact.clone().unwrap_or_default());
            HypothesisState::RuledOut { entry, fact }
        }
        None => HypothesisState::Open,
    };
    let change = optional_change(json.change.as_ref())?;
    Ok(Hypothesis { entry: json.entry, text: Text::recorded(&json.text), change, state })
}

fn attempt(json: &crate::Attempt) -> Read<Mitigation> {
    Ok(Mitigation {
        entry: json.entry,
        text: Text::recorded(&json.text),
        change: optional_change(json.change.as_ref())?,
        expected: json.expected.as_ref().map(Text::recorded),
        effect: word("effect", &json.effect, Effect::from_word)?,
        checked_by: json.checked_by,
    })
}

fn wait(json: &crate::Waiting) -> Read<Wait> {
    let condition = Text::recorded(&json.condition);
    Ok(Wait { entry: json.entry, condition, until: at(&json.until)?, is_over: json.is_over })
}

/// The course of a hop: every step between the first and the last that is final. Where nothing was counted there
/// is no data.
///
/// # Errors
///
/// If a time or the hop in it cannot be read.
pub fn course(windows: &Windows) -> Read<Course> {
    let step_s = u32::try_from(windows.step_s).ok().filter(|step_s| *step_s > 0);
    let step_s = step_s.ok_or_else(|| CaseFault(format!("{} s is no step", windows.step_s)))?;
    let mut steps: Vec<Step> = Vec::new();
    let mut next: Option<Timestamp> = None;
    for window in windows.items.iter().take_while(|window| window.is_final) {
        let start = at(&window.from)?;
        while let Some(missing) = next.filter(|next| *next < start) {
            steps.push(Step { at: missing, counts: None });
            next = Some(missing.plus_s(f64::from(step_s)));
        }
        let answers = window.answers.iter().map(|(value, n)| (value.clone(), *n)).collect();
        let counts = StepCounts { entered: window.entered, left: window.left, answers };
        steps.push(Step { at: start, counts: Some(counts) });
        next = Some(start.plus_s(f64::from(step_s)));
    }
    Ok(Course { hop: hop(&windows.hop)?, query: query(windows)?, step_s, steps, usual: None })
}

/// The question that answers with these windows.
fn query(windows: &Windows) -> Read<String> {
    Ok(format!(
        "/api/v1/hops/{}/windows?from={}&to={}&step={}",
        percent_encoded(&windows.hop),
        rfc3339(at(&windows.from)?),
        rfc3339(at(&windows.to)?),
        windows.step_s
    ))
}

/// A place in source code as it was told.
fn place(json: &crate::CodePlace) -> CodePlace {
    CodePlace {
        file: json.file.clone(),
        line: json.line.unwrap_or(0),
        function: json.function.clone().unwrap_or_default(),
        repository: json.repository.clone().unwrap_or_default(),
        revision: json.revision.clone().unwrap_or_default(),
    }
}
