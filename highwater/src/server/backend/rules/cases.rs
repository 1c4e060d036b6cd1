//! Incidents that explain firings of a rule: those in which its figure shifted, and those near it.

use super::super::Answers;
use super::super::record::speaks_of;
use hw_api::{Incident, Shift, instant};
use hw_detect::rule::{Case, Expects, Measure, Rule};
use hw_model::{Direction, HopId, Target, Timestamp};
use hw_web::{Answered, MaySee, Page};

/// Incidents that are looked through.
const LOOKED_THROUGH: u32 = 1_000;

/// What stands for the name of an incident that may not be seen.
const RESTRICTED: &str = "a restricted incident";

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Answers {
    /// The incidents of a stretch that explain firings of a rule, oldest first.
    pub(super) fn cases_of(
        &self,
        rule: &Rule,
        stretch: Stretch,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Vec<Case>> {
        let page = Page { before: None, items_max: LOOKED_THROUGH };
        let mut cases = Vec::new();
        for incident in self.incident_page(page)? {
            let shifts = self.shifts_of(&incident)?;
            let Some(case) = case(rule, (&incident, &shifts), stretch.to) else { continue };
            if is_none_of_its_own(&incident) || case.to <= stretch.from || case.from >= stretch.to {
                continue;
            }
            let name =
                if may_see(Some(&incident.id))? { incident.id } else { RESTRICTED.to_owned() };
            cases.push(Case { name, ..case });
        }
        cases.sort_by(|a, b| a.from.cmp(&b.from).then_with(|| a.name.cmp(&b.name)));
        Ok(cases)
    }
}

/// Whether an incident explains nothing by itself: people say that it is none, or that it is another.
fn is_none_of_its_own(incident: &Incident) -> bool {
    let record = incident.record.as_ref();
    let is_declined = record.is_some_and(|record| record.status == "declined");
    let into = incident.merged_into.as_ref();
    is_declined || into.or_else(|| record?.merged_into.as_ref()).is_some()
}

/// The incident as the rule sees it; `None` if it has nothing to do with it.
pub(super) fn case(
    rule: &Rule,
    (incident, shifts): (&Incident, &[Shift]),
    data_end: Timestamp,
) -> Option<Case> {
    let own: Vec<&Shift> = shifts.iter().filter(|shift| is_of(rule, shift)).collect();
    let is_near =
        || speaks_of(incident, rule.service()) || shifts.iter().any(|shift| is_beside(rule, shift));
    let (expects, counted) = match own.is_empty() {
        false => (Expects::Firing, own),
        true if is_near() => (Expects::Nothing, shifts.iter().collect()),
        true => return None,
    };
    let began = counted.iter().filter_map(|shift| instant(&shift.onset_from)).min();
    let ended = |shift: &&Shift| over_at(shift).unwrap_or(data_end);
    let record_times = incident.record.as_ref().map(|record| &record.times);
    let time = |of: &Option<String>| of.as_deref().and_then(instant);
    Some(Case {
        name: incident.id.clone(),
        expects,
        from: began.or_else(|| instant(&incident.started_at))?,
        to: match counted.iter().map(ended).max() {
            Some(end) => end.min(data_end),
            None => time(&incident.ended_at).unwrap_or(data_end),
        },
        machine_at: record_times
            .and_then(|times| time(&times.detected_at))
            .or_else(|| time(&incident.detected_at)),
        person_at: record_times.and_then(|times| time(&times.noticed_at)),
    })
}

fn over_at(shift: &Shift) -> Option<Timestamp> {
    let end = shift.ended_at.as_deref().or(shift.accepted_at.as_deref());
    end.and_then(instant)
}

/// Whether a shift is one of the rule's figure, the way in which the rule looks.
fn is_of(rule: &Rule, shift: &Shift) -> bool {
    let terms = rule.terms();
    let looks = if shift.direction == Direction::Up.word() {
        terms.bound.above().is_some()
    } else {
        terms.bound.below().is_some()
    };
    let is_same_value = match &terms.measure {
        Measure::Answer(value) => shift.value.as_ref() == Some(value),
        Measure::Transfer | Measure::Errors | Measure::Volume => true,
    };
    looks && is_same_value && shift.signal == terms.measure.signal().word() && is_at(rule, shift)
}

/// Whether a shift is where the rule looks.
fn is_at(rule: &Rule, shift: &Shift) -> bool {
    match (&rule.terms().target, &shift.hop) {
        (Target::Hop(hop), Some(id)) => hop.id().0 == *id,
        (Target::Entry { service, .. } | Target::Service(service), None) => {
            shift.service == *service
        }
        (Target::Hop(_), None) | (Target::Entry { .. } | Target::Service(_), Some(_)) => false,
    }
}

/// Whether a shift is at one of the rule's services.
fn is_beside(rule: &Rule, shift: &Shift) -> bool {
    let ends: Vec<String> = match &rule.terms().target {
        Target::Hop(hop) => vec![hop.caller.clone(), hop.callee.clone()],
        Target::Entry { service, .. } | Target::Service(service) => vec![service.clone()],
    };
    let hop = shift.hop.clone().and_then(|id| HopId(id).hop());
    let of_shift = hop.map_or_else(Vec::new, |hop| vec![hop.caller, hop.callee]);
    ends.iter().any(|end| *end == shift.service || of_shift.contains(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_api::RuleBody;

    const HOP: &str = "screening|POST /items|eligibility|POST /decide";

    fn rule(value: &str) -> Rule {
        let body = RuleBody {
            name: "a".into(),
            signal: "answers".into(),
            hop: Some(HOP.into()),
            value: Some(value.into()),
            window_s: 300,
            above: Some(0.75),
            items_min: 50,
            ..RuleBody::default()
        };
        body.read(10).unwrap()
    }

    fn shift(signal: &str, hop: &str, value: Option<&str>) -> Shift {
        Shift {
            id: "S1".into(),
            signal: signal.into(),
            service: "eligibility".into(),
            hop: Some(hop.into()),
            value: value.map(str::to_owned),
            direction: "up".into(),
            before: 0.5,
            after: 1.0,
            onset_at: "2026-11-22T06:55:00Z".into(),
            onset_from: "2026-11-22T06:54:50Z".into(),
            onset_to: "2026-11-22T06:55:10Z".into(),
            detected_at: "2026-11-22T06:56:00Z".into(),
            ended_at: None,
            evidence_nats: 40.0,
            incident: Some("INC-1".into()),
            accepted_at: None,
        }
    }

    fn expects(rule: &Rule, shift: Shift) -> Option<Expects> {
        let incident = Incident {
            id: "INC-1".into(),
            started_at: "2026-11-22T06:55:00Z".into(),
            ..Incident::default()
        };
        let end = instant("2026-11-22T08:00:00Z").unwrap();
        let found = case(rule, (&incident, &[shift]), end)?;
        assert_eq!((found.from, found.to), (instant("2026-11-22T06:54:50Z").unwrap(), end));
        Some(found.expects)
    }

    #[test]
    fn incident_of_the_figure_wants_a_firing_and_one_near_it_explains_it() {
        let go = rule("go");
        assert_eq!(expects(&go, shift("answers", HOP, Some("go"))), Some(Expects::Firing));
        assert_eq!(expects(&go, shift("answers", HOP, Some("halt"))), Some(Expects::Nothing));
        assert_eq!(expects(&go, shift("transfer", HOP, None)), Some(Expects::Nothing));
        let down = Shift { direction: "down".into(), ..shift("answers", HOP, Some("go")) };
        assert_eq!(expects(&go, down), Some(Expects::Nothing));
        let far = Shift { service: "other".into(), ..shift("transfer", "a|b|c|d", None) };
        assert_eq!(expects(&go, far), None);
    }
}
