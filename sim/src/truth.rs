//! What was true in a world, held against what was said of it: for the statistics.
//!
//! Nothing here breaks a rule: how soon a fault is noticed and how well it is explained has no
//! bound that must hold in each world. What must hold is in [`crate::check`].

use crate::clock::{S, Us};
use crate::fault::{Fault, FaultKind};
use crate::life::Life;
use crate::world::{Act, What, World};
use hw_diagnose::OUTSIDE;
use hw_engine::{Numbered, Report};
use hw_model::{Change, ChangeKind, Effect, Incident, Verdict};

/// How far the onset of a shift may lie outside of a fault for the shift to be its doing.
const SLACK: Us = 30 * S;

/// How far a change may be from the act it is, after the new process was up.
const SAME: Us = 60 * S;

/// Acts in the last seconds cannot be known yet.
const RECENT: Us = 75 * S;

/// What was true and what was said of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The world.
    pub seed: u64,
    /// Spans that reached Highwater.
    pub n_spans: u64,
    /// The fault, if there was one.
    pub kind: Option<FaultKind>,
    /// How the fault was found, if it was.
    pub found: Option<Found>,
    /// What was said of the guilty deploy in the end, if there was one and the fault was found.
    pub guilty: Option<Verdict>,
    /// Innocent changes judged in the incident of the fault, and those implicated in the end.
    pub innocents: (usize, usize),
    /// Incidents before the fault, or without one.
    pub n_false: usize,
    /// Incidents besides that of the fault.
    pub n_further: usize,
    /// How changes were found.
    pub changes: Changes,
    /// How attempts to help were judged.
    pub efforts: Efforts,
}

/// How a fault was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Seconds from its beginning until it could be said.
    pub delay_s: f64,
    /// Seconds by which the onset is off.
    pub onset_error_s: f64,
    /// Whether the first origin is the right one.
    pub is_origin_right: bool,
}

/// Acts, and what was found of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Acts that alter something.
    pub happened: usize,
    /// Those found or told, as what they were.
    pub found: usize,
    /// Changes that were found and are no act, or another one.
    pub invented: usize,
}

/// Attempts to help, and what was said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Efforts {
    /// Rightly said to have worked, or not.
    pub right: usize,
    /// Wrongly.
    pub wrong: usize,
    /// Not decided in the end.
    pub undecided: usize,
}

/// What a world was like and what is known of it.
pub(crate) struct Truth<'a> {
    pub world: &'a World,
    pub life: &'a Life,
}

impl Truth<'_> {
    /// What came of it.
    pub(crate) fn outcome(&self, report: &Report, n_spans: u64) -> Outcome {
        let fault = self.world.fault.as_ref();
        let incident = fault.and_then(|fault| self.incident_of(fault, report));
        let n_false =
            report.incidents.iter().filter(|incident| self.is_false(incident, report)).count();
        let n_of_fault = usize::from(incident.is_some());
        Outcome {
            seed: self.world.seed,
            n_spans,
            kind: fault.map(|fault| fault.kind),
            found: fault.zip(incident).map(|(fault, incident)| self.found(fault, incident, report)),
            guilty: incident.and_then(|incident| self.guilty_verdict(incident, report)),
            innocents: incident.map_or((0, 0), |incident| self.innocents(incident, report)),
            n_false,
            n_further: report.incidents.len().saturating_sub(n_false + n_of_fault),
            changes: self.changes(report),
            efforts: incident.map_or_else(Efforts::default, |i| self.efforts(i, report)),
        }
    }

    /// Whether an incident was opened while nothing was wrong.
    pub(crate) fn is_false(&self, incident: &Incident, report: &Report) -> bool {
        let fault = self.world.fault.as_ref();
        let since = |at| self.world.start.since(at);
        let first = shifts(incident, report).map(|s| since(s.shift.detected_at)).min();
        fault.is_none_or(|fault| first.is_none_or(|first| first < fault.from))
    }

    /// The incident that is about the fault: the first one whose shifts overlap with it.
    pub(crate) fn incident_of<'r>(
        &self,
        fault: &Fault,
        report: &'r Report,
    ) -> Option<&'r Incident> {
        let end = fault.ends_at(self.world, self.life).unwrap_or(Us::MAX / 2);
        let start = self.world.start;
        let is_its = |incident: &&Incident| {
            !self.is_false(incident, report)
                && shifts(incident, report).any(|numbered| {
                    let onset = numbered.shift.onset;
                    start.since(onset.to) >= fault.from - SLACK
                        && start.since(onset.from) <= end + SLACK
                })
        };
        report.incidents.iter().filter(is_its).min_by_key(|incident| incident.detected_at)
    }

    /// Whether a change is the deploy that brought the fault.
    pub(crate) fn is_guilty(&self, change: &Change) -> bool {
        let cause = self.world.fault.as_ref().and_then(|fault| fault.cause);
        cause.is_some() && self.act_of(change) == cause
    }

    /// The act that a change is, by its number.
    pub(crate) fn act_of(&self, change: &Change) -> Option<usize> {
        let at = self.world.start.since(change.at);
        let acts = self.world.acts.iter().enumerate().filter(|(_, act)| {
            let version =
                if let What::Deploy { version, .. } = &act.what { Some(version) } else { None };
            let same_version =
                version.is_none_or(|version| change.to_version.as_ref() == Some(version));
            self.world.service(act.service).name == change.service
                && kind_of(&act.what) == Some(change.kind)
                && same_version
                && distance(act, at) <= SAME
        });
        acts.min_by_key(|(_, act)| distance(act, at)).map(|(number, _)| number)
    }

    fn found(&self, fault: &Fault, incident: &Incident, report: &Report) -> Found {
        let origin = fault.origin(self.world).map(|id| self.world.service(id).name.as_str());
        let first = incident.diagnosis.origins.first().map(|origin| origin.service.as_str());
        let start = self.world.start;
        let after = shifts(incident, report).map(|s| start.since(s.shift.detected_at));
        let detected = after.filter(|at| *at >= fault.from).min().unwrap_or(fault.from);
        let onset_error = (start.since(incident.started_at) - fault.from).abs();
        Found {
            delay_s: (detected - fault.from) as f64 / S as f64,
            onset_error_s: onset_error as f64 / S as f64,
            is_origin_right: first == Some(origin.unwrap_or(OUTSIDE)),
        }
    }

    fn guilty_verdict(&self, incident: &Incident, report: &Report) -> Option<Verdict> {
        let guilty = report.changes.iter().find(|change| self.is_guilty(change))?;
        let judgements = incident.diagnosis.judgements.iter();
        judgements.filter(|j| j.change == guilty.id).map(|j| j.verdict).next()
    }

    fn innocents(&self, incident: &Incident, report: &Report) -> (usize, usize) {
        let guilty = report.changes.iter().find(|change| self.is_guilty(change)).map(|c| c.id);
        let innocent = incident.diagnosis.judgements.iter().filter(|j| Some(j.change) != guilty);
        let implicated = innocent.clone().filter(|j| j.verdict == Verdict::Implicated);
        (innocent.count(), implicated.count())
    }

    fn changes(&self, report: &Report) -> Changes {
        let late = self.world.length_s * S - RECENT;
        let happened: Vec<usize> = (0..)
            .zip(&self.world.acts)
            .filter(|(_, act)| kind_of(&act.what).is_some() && act.at < late)
            .filter(|(_, act)| !matches!(act.what, What::Config { .. }) || act.told.is_some())
            .map(|(number, _)| number)
            .collect();
        let acts: Vec<Option<usize>> = report.changes.iter().map(|c| self.act_of(c)).collect();
        let mut known: Vec<usize> = acts.iter().flatten().copied().collect();
        known.sort_unstable();
        let n_known = known.len();
        known.dedup();
        Changes {
            found: happened.iter().filter(|number| known.contains(number)).count(),
            happened: happened.len(),
            invented: acts.len() - n_known + (n_known - known.len()),
        }
    }

    fn efforts(&self, incident: &Incident, report: &Report) -> Efforts {
        let mut efforts = Efforts::default();
        for mitigation in &incident.diagnosis.mitigations {
            let change = report.changes.iter().find(|change| change.id == mitigation.change);
            let Some(act) = change.and_then(|change| self.act_of(change)) else { continue };
            let truth = if self.cures(act) { Effect::Worked } else { Effect::None };
            match mitigation.effect {
                Effect::Undecided => efforts.undecided += 1,
                said if said == truth => efforts.right += 1,
                Effect::Worked | Effect::None => efforts.wrong += 1,
            }
        }
        efforts
    }

    /// Whether an act ended the fault.
    pub(crate) fn cures(&self, number: usize) -> bool {
        let (Some(fault), Some(act)) = (&self.world.fault, self.world.acts.get(number)) else {
            return false;
        };
        let is_rollback = matches!(act.what, What::Rollback { .. });
        let takes_back = is_rollback && fault.cause.is_some() && !fault.sticks;
        let is_after = act.at > fault.from && fault.origin(self.world) == Some(act.service);
        fault.cures.contains(&number) || (takes_back && is_after)
    }
}

/// How far a time is from an act and the rise of its process.
fn distance(act: &Act, at: Us) -> Us {
    let up = act.at + act.what.down().unwrap_or(0);
    (act.at - at).max(at - up).max(0)
}

/// The shifts of an incident.
pub(crate) fn shifts<'a>(
    incident: &'a Incident,
    report: &'a Report,
) -> impl Iterator<Item = &'a Numbered> {
    report.shifts.iter().filter(|numbered| numbered.incident == Some(incident.id))
}

/// What Highwater calls an act; `None` for what is no change to it.
pub(crate) const fn kind_of(what: &What) -> Option<ChangeKind> {
    match what {
        What::Deploy { .. } => Some(ChangeKind::Deploy),
        What::Rollback { .. } => Some(ChangeKind::Rollback),
        What::Restart { .. } => Some(ChangeKind::Restart),
        What::Sdk { .. } => Some(ChangeKind::Instrumentation),
        What::Config { .. } => Some(ChangeKind::Config),
        What::Grow | What::Shrink => None,
    }
}
