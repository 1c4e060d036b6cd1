//! What must hold in the final report.

use super::Broken;
use super::announced::is_probability;
use crate::clock::{Clock, Start};
use crate::truth::{Truth, shifts};
use hw_engine::{Numbered, Report};
use hw_model::{Incident, Shift, Signal};
use std::collections::BTreeMap;

/// How far a sum of probabilities may be off.
const SUM_SLACK: f64 = 1e-9;

/// Everything that is wrong with a report.
pub(super) fn check(truth: &Truth<'_>, report: &Report) -> Vec<Broken> {
    let mut broken = Vec::new();
    let start = truth.world.start;
    check_ids(report, &mut broken);
    for numbered in &report.shifts {
        if !is_in_order(numbered) {
            let seen = in_words(numbered, start);
            broken.push(Broken { check: "times of a shift are in order", seen });
        }
        if !has_shares(report, numbered) {
            let seen = in_words(numbered, start);
            broken.push(Broken { check: "shares are between 0 and 1", seen });
        }
    }
    for incident in &report.incidents {
        check_probabilities(incident, report, &mut broken);
        check_sentences(incident, &mut broken);
        if truth.is_false(incident, report) {
            let seen = describe(incident, report, start);
            broken.push(Broken { check: "without a fault there is no incident", seen });
        }
    }
    broken
}

/// Ids are dense and sorted, and lead somewhere.
fn check_ids(report: &Report, broken: &mut Vec<Broken>) {
    let mut dense = |what: &str, ids: Vec<u32>| {
        let wanted = 1..=u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if !ids.iter().copied().eq(wanted) {
            let seen = format!("{what}: {ids:?}");
            broken.push(Broken { check: "ids are dense and sorted", seen });
        }
    };
    dense("shifts", report.shifts.iter().map(|shift| shift.id.0).collect());
    dense("incidents", report.incidents.iter().map(|incident| incident.id.0).collect());
    dense("changes", report.changes.iter().map(|change| change.id.0).collect());
    let n_changes = report.changes.len();
    let is_known = |id: u32| usize::try_from(id).is_ok_and(|id| (1..=n_changes).contains(&id));
    for incident in &report.incidents {
        let diagnosis = &incident.diagnosis;
        let judged = diagnosis.judgements.iter().map(|judgement| judgement.change);
        let tried = diagnosis.mitigations.iter().map(|mitigation| mitigation.change);
        let named = judged.chain(tried).chain(diagnosis.redeploy.iter().copied());
        if incident.shifts.is_empty() || named.into_iter().any(|id| !is_known(id.0)) {
            let seen = format!("{}: {diagnosis:?}", incident.id);
            broken.push(Broken { check: "ids lead somewhere", seen });
        }
    }
}

/// Whether times are in order.
fn is_in_order(numbered: &Numbered) -> bool {
    let shift = &numbered.shift;
    let onset_in_order = shift.onset.from <= shift.onset_at && shift.onset_at <= shift.onset.to;
    let noticed_in_order = shift.detected_at >= shift.onset.from;
    let ended_in_order = shift.ended_at.is_none_or(|ended_at| ended_at > shift.onset_at);
    onset_in_order && noticed_in_order && ended_in_order
}

/// Whether shares are shares, and rates are not negative.
fn has_shares(report: &Report, numbered: &Numbered) -> bool {
    let shift = &numbered.shift;
    let is_share = match shift.signal {
        Signal::Answers | Signal::Errors | Signal::Latency => true,
        Signal::Transfer => !fans_out(report, shift),
        Signal::Volume | Signal::Log | Signal::NoData => false,
    };
    let fits = |figure: f64| figure.is_finite() && figure >= 0.0 && (!is_share || figure <= 1.0);
    fits(shift.before) && fits(shift.after) && shift.evidence_nats.is_finite()
}

/// Whether several items leave on the hop for one that enters.
fn fans_out(report: &Report, shift: &Shift) -> bool {
    let Some(hop) = shift.target.hop() else { return false };
    let counted = report.hops.iter().find(|counted| counted.hop == *hop);
    counted.is_some_and(|counted| counted.summary.repeated > 0)
}

/// Probabilities are probabilities, and so are their sums.
fn check_probabilities(incident: &Incident, report: &Report, broken: &mut Vec<Broken>) {
    let diagnosis = &incident.diagnosis;
    let judged: Vec<f64> = diagnosis.judgements.iter().map(|j| j.probability).collect();
    let origins: Vec<f64> = diagnosis.origins.iter().map(|o| o.confidence).collect();
    let (once, n_returns) = (1.0, n_returns(incident, report) as f64);
    for (what, all, most) in [("changes", judged, once + n_returns), ("origins", origins, once)] {
        let fits = all.iter().copied().all(is_probability);
        if !fits || all.iter().sum::<f64>() > most + SUM_SLACK {
            let seen = format!("{what} of {}: {all:?}", incident.id);
            broken.push(Broken { check: "probabilities are between 0 and 1", seen });
        }
    }
    if let Some(impact) = diagnosis.impact
        && !(impact.low <= impact.excess_items && impact.excess_items <= impact.high)
    {
        let seen = format!("{}: {impact:?}", incident.id);
        broken.push(Broken { check: "an impact lies within its interval", seen });
    }
}

/// How often a figure came back after it was over, at most: another change may have brought it back than
/// the one that began it.
fn n_returns(incident: &Incident, report: &Report) -> usize {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for numbered in shifts(incident, report) {
        let Shift { signal, target, .. } = &numbered.shift;
        *times.entry(format!("{signal:?} {target:?}")).or_insert(0) += 1;
    }
    times.into_values().max().map_or(0, |most| most - 1)
}

/// Every verdict and every origin has a sentence, and there is an origin.
fn check_sentences(incident: &Incident, broken: &mut Vec<Broken>) {
    let diagnosis = &incident.diagnosis;
    let says = |because: &[String]| because.iter().any(|sentence| !sentence.trim().is_empty());
    let judged = diagnosis.judgements.iter().all(|judgement| says(&judgement.because));
    let origins = diagnosis.origins.iter().all(|origin| says(&origin.because));
    let tried = diagnosis.mitigations.iter().all(|mitigation| says(&mitigation.because));
    let named = !diagnosis.origins.is_empty() && !incident.title.is_empty();
    if !(judged && origins && tried && named) {
        let seen = format!("{}: {diagnosis:?}", incident.id);
        broken.push(Broken { check: "everything said has a reason", seen });
    }
}

/// An incident and its shifts, one after the other.
pub(super) fn describe(incident: &Incident, report: &Report, start: Start) -> String {
    let shifts = shifts(incident, report).map(|numbered| in_words(numbered, start));
    let shifts: Vec<String> = shifts.collect();
    format!("{}: {}; {}", incident.id, incident.title, shifts.join("; "))
}

/// A shift in one line.
fn in_words(numbered: &Numbered, start: Start) -> String {
    let shift = &numbered.shift;
    let target = match &shift.target {
        hw_model::Target::Hop(hop) => hop.id().0,
        hw_model::Target::Entry { service, operation } => format!("{service} {operation}"),
        hw_model::Target::Service(service) => service.clone(),
    };
    let at = |at| Clock(start.since(at));
    format!(
        "{} {} {} {target} {} {:.3} -> {:.3}, onset {} in {}..{}, detected {}, {:.1} nats{}",
        numbered.id,
        shift.signal.word(),
        shift.value.as_deref().unwrap_or(""),
        shift.direction.word(),
        shift.before,
        shift.after,
        at(shift.onset_at),
        at(shift.onset.from),
        at(shift.onset.to),
        at(shift.detected_at),
        shift.evidence_nats,
        shift.ended_at.map_or_else(String::new, |ended_at| format!(", ended {}", at(ended_at))),
    )
}
