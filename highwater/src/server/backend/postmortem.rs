//! The post mortem of an incident, drafted from what is recorded of it.

use super::Answers;
use super::record::{EVENTS_MAX, Folded};
use hw_api::{CaseWords, Entry, Frozen, FrozenCourse, Incident, IncidentRecord, instant};
use hw_document::Layout;
use hw_incident::{Name, Record, Section, Status};
use hw_model::{ChangeId, HopId};
use hw_report::{
    Action, ActionState, Case, Course, Document, Place, Redaction, Review, SectionKind, Step,
    StepCounts, Usual, Written, draft, redact,
};
use hw_store::{Kind, StoredEvent};
use hw_web::{Answered, Failure, Page, PostmortemAsked, PostmortemForm};
use hw_wire::{AfterV1, WhatV1};
use std::collections::BTreeSet;

/// Changes among which a re-deploy is looked for.
const LATEST: Page = Page { before: None, items_max: 200 };

impl Answers {
    /// The post mortem in the form that is asked for.
    pub(super) fn postmortem_text(
        &self,
        incident: u32,
        asked: &PostmortemAsked,
    ) -> Answered<Option<String>> {
        let layout = asked.template.as_deref().map_or(Ok(Layout::Own), |name| {
            let known = "highwater, sre, pagerduty";
            let unknown = || Failure::Invalid(format!("template={name} is none: {known}"));
            Layout::named(name).ok_or_else(unknown)
        })?;
        let Some(document) = self.postmortem_document(incident)? else { return Ok(None) };
        let document =
            if asked.is_public { redact(&document, &Redaction::default()) } else { document };
        let text = match asked.form {
            PostmortemForm::Json => Ok(hw_document::json(&document)),
            PostmortemForm::Markdown => hw_document::markdown(&document, &layout),
            PostmortemForm::Html => hw_document::html(&document, &layout, &hw_page::draw_for_paper),
        };
        text.map(Some).map_err(|wrong| Failure::Broken(wrong.to_string()))
    }

    pub(super) fn postmortem_document(&self, incident: u32) -> Answered<Option<Document>> {
        let Some(words) = self.incident_words(incident)? else { return Ok(None) };
        Ok(Some(draft(&self.told_case(incident, &words)?)))
    }

    /// Everything that is known of an incident.
    fn told_case(&self, number: u32, incident: &Incident) -> Answered<Case> {
        let Folded { record, stored, .. } = self.folded(number)?;
        let shifts = self.shifts_of(incident)?;
        let entries = self.entry_list(number, 0, EVENTS_MAX)?;
        let changes = self.changes_of(incident, &entries)?;
        let now = self.time_now()?;
        let words = IncidentRecord::from(&record);
        let incident = Incident { record: Some(words), ..incident.clone() };
        let case_words = CaseWords {
            incident: &incident,
            shifts: &shifts,
            changes: &changes,
            entries: &entries,
            windows: &[],
            now,
        };
        let mut case = hw_api::case(&case_words).map_err(|wrong| {
            Failure::Broken(format!("the record of INC-{number} cannot be read: {}", wrong.0))
        })?;
        let counted = if is_over(&record) { frozen(&stored) } else { None };
        let counted = counted.map_or_else(|| self.courses(&incident), Ok)?;
        case.courses = courses(&counted);
        case.actions = record.actions.iter().map(action).collect();
        case.review = review(&record.review);
        case.record = record;
        Ok(case)
    }

    /// The changes that an incident speaks of, and its entries.
    fn changes_of(&self, incident: &Incident, entries: &[Entry]) -> Answered<Vec<hw_api::Change>> {
        let judged = incident.changes.iter().map(|judged| &judged.change);
        let tried = incident.mitigations.iter().map(|tried| &tried.change);
        let told = entries.iter().filter_map(|entry| entry.about.as_ref());
        let all = judged.chain(tried).chain(&incident.redeploy).chain(told);
        let ids: BTreeSet<u32> =
            all.filter_map(|id| ChangeId::from_word(id)).map(|ChangeId(number)| number).collect();
        // What was taken back although innocent may run again by now.
        let latest: Vec<hw_api::Change> = self.states(Kind::Change, LATEST)?;
        let is_again = |change: &hw_api::Change| {
            change.redeploy_of.as_ref().is_some_and(|of| incident.redeploy.contains(of))
        };
        let again: Vec<hw_api::Change> = latest
            .into_iter()
            .filter(|change| {
                is_again(change) && !ids.iter().any(|id| change.id == format!("C{id}"))
            })
            .collect();
        let changes = ids.into_iter().map(|number| self.state(Kind::Change, number));
        let known = changes.collect::<Answered<Vec<Option<_>>>>()?.into_iter().flatten();
        Ok(known.chain(again).collect())
    }
}

/// The sections of a draft, drawn for a page.
pub(super) fn drawn(document: &Document) -> Vec<hw_page::DrawnSection> {
    let parts = hw_document::section_parts(document, &hw_page::draw_for_page);
    let parts = parts.into_iter().map(|part| hw_page::DrawnSection {
        word: part.kind.word().to_owned(),
        title: part.kind.title().to_owned(),
        html: part.html,
        markdown: part.markdown,
    });
    parts.collect()
}

/// Whether its harm has stopped: what was counted then is frozen.
const fn is_over(record: &Record) -> bool {
    match record.status {
        Status::Mitigated | Status::Resolved | Status::Closed => true,
        Status::Triage | Status::Active | Status::Declined | Status::Merged => false,
    }
}

fn courses(frozen: &Frozen) -> Vec<Course> {
    frozen.courses.iter().filter_map(course).collect()
}

/// What was counted, as a draft takes it; `None` if it is of no hop.
fn course(kept: &FrozenCourse) -> Option<Course> {
    let steps = kept.steps.iter().filter_map(|step| {
        let counts = step.counts.as_ref().map(|counts| StepCounts {
            entered: counts.entered,
            left: counts.left,
            answers: counts.answers.iter().map(|(value, n)| (value.clone(), *n)).collect(),
        });
        Some(Step { at: instant(&step.at)?, counts })
    });
    Some(Course {
        hop: HopId(kept.hop.clone()).hop()?,
        query: kept.query.clone(),
        step_s: kept.step_s,
        steps: steps.collect(),
        usual: kept.usual.map(|usual| Usual {
            share: usual.share,
            low: usual.low,
            high: usual.high,
        }),
    })
}

/// What was kept last, of the events of an incident.
fn frozen(stored: &[StoredEvent]) -> Option<Frozen> {
    let figures = stored.iter().rev().find_map(|stored| {
        let WhatV1::After { did: AfterV1::FiguresFrozen { figures } } = &stored.event.what else {
            return None;
        };
        Some(figures)
    });
    serde_json::from_str(figures?).ok()
}

fn action((number, known): (&u32, &hw_incident::Action)) -> Action {
    let item = &known.item;
    Action {
        id: *number,
        kind: item.kind,
        text: item.text.to_string(),
        owner: Some(item.owner.to_string()),
        due: Some(item.due),
        done_when: Some(item.done_when.to_string()),
        state: match &known.state {
            hw_incident::ActionState::Open => ActionState::Open,
            hw_incident::ActionState::Done { how, .. } => {
                ActionState::Done { evidence: Some(how.to_string()) }
            }
            hw_incident::ActionState::Declined { reason, .. } => {
                ActionState::Declined { reason: reason.to_string() }
            }
        },
        ticket: known.url.as_ref().map(ToString::to_string),
        entry: Some(known.seq),
    }
}

fn review(known: &hw_incident::Review) -> Review {
    let last = known.sections.values().map(|section| section.seq).max();
    Review {
        state: known.status,
        version: last.unwrap_or(0),
        written: known.sections.iter().filter_map(written).collect(),
    }
}

/// What people wrote in a section; `None` where the draft stands.
fn written((section, known): (&Name, &Section)) -> Option<(SectionKind, Written)> {
    let text = known.text.as_ref()?.to_string();
    let by = Some(known.by.to_string());
    let written = Written { text, place: Place::Instead, by, at: Some(known.at) };
    Some((SectionKind::from_word(section.as_str())?, written))
}
