//! Looking at an incident: diagnosing it anew, and saying what is different from before.

use crate::engine::Engine;
use crate::incidents::Case;
use crate::input::Output;
use hw_diagnose::diagnose;
use hw_model::{Diagnosis, IncidentId, Timestamp};

/// Seconds between two looks at an open incident while there is news.
const LOOK_S: f64 = 30.0;

/// The same when there was none for `NEWS_S`. What people tried a quarter of an hour ago is decided; the
/// rest is an incident that lasts.
const CALM_LOOK_S: f64 = 300.0;
const NEWS_S: f64 = 900.0;

/// Seconds after the end of an incident in which what happens still speaks of it: a change may be made
/// again some time later, and is watched for half an hour then.
pub(crate) const WATCHED_S: f64 = 3_600.0;

impl Engine {
    /// Looks again at every incident, unless it has long been over: what comes later is another
    /// story.
    pub(crate) fn look_at_all(&mut self) {
        self.news_at = self.now;
        self.look_at_watched();
    }

    /// The same, without news.
    pub(crate) fn look_at_watched(&mut self) {
        let cases = self.incidents.all().filter(|case| self.is_watched(case));
        let ids: Vec<IncidentId> = cases.map(|case| case.id).collect();
        ids.into_iter().for_each(|id| self.look_at(id));
    }

    /// Whether what happens still speaks of an incident.
    fn is_watched(&self, case: &Case) -> bool {
        let ends = case.shifts.iter().filter_map(|id| self.shifts.get(*id)?.over_at()).max();
        !case.is_ended || ends.is_none_or(|end| self.now.seconds_since(end) <= WATCHED_S)
    }

    /// Looks again at incidents that are watched and were not looked at for a while: also behind their
    /// end, when a change that was made again stays without effect.
    pub(crate) fn look_at_due(&mut self) {
        let is_calm = self.now.seconds_since(self.news_at) > NEWS_S;
        let look_s = if is_calm { CALM_LOOK_S } else { LOOK_S };
        let due = |at: Option<Timestamp>| at.is_none_or(|at| self.now.seconds_since(at) >= look_s);
        let is_due = |case: &Case| due(case.diagnosed_at) && self.is_watched(case);
        let cases = self.incidents.all().filter(|case| is_due(case));
        let ids: Vec<IncidentId> = cases.map(|case| case.id).collect();
        ids.into_iter().for_each(|id| self.look_at(id));
    }

    /// What would be said of every incident if it were looked at now; nothing is kept of it.
    #[must_use]
    pub fn diagnose_again(&self) -> Vec<Diagnosis> {
        let evidence = self.incidents.all().filter_map(|case| self.sources().gather(case, None));
        evidence.map(|evidence| diagnose(&evidence)).collect()
    }

    /// Diagnoses an incident anew and says what is different from before.
    pub(crate) fn look_at(&mut self, id: IncidentId) {
        let case = self.incidents.get(id);
        let Some(evidence) = case.and_then(|case| self.sources().gather(case, None)) else {
            return;
        };
        let diagnosis = diagnose(&evidence);
        let is_over = evidence.shifts.iter().all(|shift| shift.over_at().is_some());
        self.say_what_changed(id, &diagnosis);
        if let Some(case) = self.incidents.get(id) {
            self.shifts.revise(case.bout());
        }
        let Some(case) = self.incidents.get_mut(id) else { return };
        if case.before.is_none() {
            case.title = hw_diagnose::title(&evidence);
        }
        case.diagnosis = diagnosis;
        case.diagnosed_at = Some(self.now);
        if is_over && !case.is_ended {
            case.is_ended = true;
            self.outputs.push_back(Output::IncidentEnded { at: self.now, incident: id });
        }
    }

    fn say_what_changed(&mut self, incident: IncidentId, diagnosis: &Diagnosis) {
        let at = self.now;
        let Some(case) = self.incidents.get_mut(incident) else { return };
        if let Some(origin) = diagnosis.origins.first()
            && case.origin.as_ref() != Some(&origin.service)
        {
            case.origin = Some(origin.service.clone());
            let (service, confidence) = (origin.service.clone(), origin.confidence);
            self.outputs.push_back(Output::OriginNamed { at, incident, service, confidence });
        }
        for judgement in &diagnosis.judgements {
            let (change, verdict) = (judgement.change, judgement.verdict);
            if case.verdicts.insert(change, verdict) != Some(verdict) {
                let probability = judgement.probability;
                self.outputs.push_back(Output::VerdictChanged {
                    at,
                    incident,
                    change,
                    verdict,
                    probability,
                });
            }
        }
        for mitigation in &diagnosis.mitigations {
            let (change, effect) = (mitigation.change, mitigation.effect);
            if case.effects.insert(change, effect) != Some(effect) {
                self.outputs.push_back(Output::EffectKnown { at, incident, change, effect });
            }
        }
    }
}
