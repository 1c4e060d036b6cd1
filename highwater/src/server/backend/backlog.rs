//! What piles up since an incident began, on the way of its items.
//!
//! Two places are looked at for each hop of the way: between what all callers send to the entry it calls
//! and what comes in there, and between what comes into the caller, by all its entries, and what leaves
//! it to the callee. The first shows what waits in a queue or on the wire, the second what waits inside
//! a service, and also what a filter halts: the sentence says that it cannot tell them apart.

use super::Answers;
use super::series::{Gathered, Wanted};
use crate::compared::fitting_step_s;
use hw_api::{Backlog, Incident, Shift, rfc3339};
use hw_diagnose::{Drained, Pile, Piling, pile};
use hw_flow::OWN_SERVICE;
use hw_model::{CountOf, Hop, HopCount, ShiftId, Target, Timestamp};
use hw_stats::{BacklogCourse, Counts};
use hw_store::Kind;
use hw_web::{Answered, StepsAsked};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Seconds before the onset from which it is known what is usual.
const USUAL_S: f64 = 3_600.0;

/// Seconds after the end for which it is looked whether what piled up came out.
const AFTER_S: f64 = 6.0 * 3_600.0;

/// Shortest step, in seconds: what waits for less needs no word.
const STEP_S_MIN: i64 = 10;

/// Hops and backlogs of one incident, at most.
const HOPS_MAX: usize = 24;
const BACKLOGS_MAX: usize = 3;

/// A place where items may pile up: counts of what comes in and of what goes out.
struct Place {
    at: String,
    lacks: String,
    came: Vec<CountOf>,
    went: Vec<CountOf>,
}

/// Every hop, and every entry by service and operation.
type Known = (Vec<(Hop, bool)>, Vec<(String, String)>);

impl Answers {
    /// The backlogs of an incident, the greatest first.
    pub(super) fn backlogs(&self, number: u32) -> Answered<Option<Vec<Backlog>>> {
        let Some(incident) = self.incident_words(number)? else { return Ok(None) };
        let Some(started_at) = hw_api::instant(&incident.started_at) else {
            return Ok(Some(Vec::new()));
        };
        let known = self.known()?;
        let ids = self.hops_of(&incident)?;
        // Of an incident that people opened nobody knows the way: then it is looked everywhere.
        let is_meant = |hop: &Hop| {
            if ids.is_empty() { hop.caller != OWN_SERVICE } else { ids.contains(&hop.id().0) }
        };
        let way: Vec<&(Hop, bool)> =
            known.0.iter().filter(|(hop, _)| is_meant(hop)).take(HOPS_MAX).collect();
        let places: Vec<Place> = way
            .iter()
            .flat_map(|(hop, is_heard)| [inside(hop, &known), before(hop, *is_heard, &known)])
            .flatten()
            .collect();
        if places.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let Some(asked) = self.asked_steps(&incident, started_at)? else {
            return Ok(Some(Vec::new()));
        };
        let (steps, _) = self.steps(asked)?;
        let counts = places.iter().flat_map(|place| place.came.iter().chain(&place.went));
        let wanted: Wanted = counts.map(|of| (of.target.clone(), 0)).collect();
        let gathered = self.gather(steps, wanted)?;
        let mut found = Vec::new();
        for place in &places {
            if let Some(pile) = pile(&piling(&gathered, place, started_at)?) {
                found.push(words(&place.at, &pile));
            }
        }
        found.sort_by_key(|backlog| Reverse((backlog.items, backlog.most)));
        found.dedup_by(|a, b| a.words == b.words);
        found.truncate(BACKLOGS_MAX);
        Ok(Some(found))
    }

    fn known(&self) -> Answered<Known> {
        self.ask(0, |engine| {
            let flow = engine.flow();
            // The busiest first: of too many these matter most.
            let mut hops: Vec<_> = flow.hops().collect();
            hops.sort_by_cached_key(|hop| Reverse(flow.hop_summary(*hop).map_or(0, |it| it.calls)));
            let hops = hops
                .into_iter()
                .filter_map(|hop| Some((flow.hop_words(hop)?, flow.is_callee_heard(hop))));
            let entry = |entry| {
                let (service, operation) = flow.entry_place(entry)?;
                let operation = flow.vocabulary().name(operation?).to_owned();
                Some((flow.service_word(service), operation))
            };
            (hops.collect(), flow.entries().filter_map(entry).collect())
        })
    }

    /// Ids of the hops on the way of an incident's items, and of those that shifted.
    fn hops_of(&self, incident: &Incident) -> Answered<BTreeSet<String>> {
        let mut ids: BTreeSet<String> =
            incident.trail.iter().map(|step| step.hop.clone()).collect();
        for id in incident.shifts.iter().take(HOPS_MAX) {
            let Some(ShiftId(number)) = ShiftId::from_word(id) else { continue };
            let shift: Option<Shift> = self.state(Kind::Shift, number)?;
            ids.extend(shift.and_then(|shift| shift.hop));
        }
        Ok(ids)
    }

    /// The steps from an hour before the onset to some hours after the end; `None` if none is final.
    fn asked_steps(
        &self,
        incident: &Incident,
        started_at: Timestamp,
    ) -> Answered<Option<StepsAsked>> {
        let ended_at = incident.ended_at.as_deref().and_then(hw_api::instant);
        let to = ended_at.map(|end| end.plus_s(AFTER_S));
        let (window_s, known) = self.ask(0, |engine| {
            let window_s = engine.flow().settings().window_s;
            let sealed = engine.flow().windows_sealed_before();
            (window_s, sealed.map(|sealed| sealed.saturating_mul(window_s)))
        })?;
        let from = started_at.plus_s(-USUAL_S);
        let Some(known) = known.filter(|known| *known > started_at.tick().0) else {
            return Ok(None);
        };
        let end = to.map_or(known, |to| to.tick().0.min(known));
        let unit_s = window_s.max((STEP_S_MIN + window_s - 1) / window_s * window_s);
        let step_s = fitting_step_s(end - from.tick().0, unit_s);
        Ok(Some(StepsAsked { from: Some(from), to, step_s: Some(step_s) }))
    }
}

/// Between what comes into the caller of a hop and what leaves it to the callee.
fn inside(hop: &Hop, (hops, entries): &Known) -> Option<Place> {
    let Hop { caller, callee, .. } = hop;
    let entries = entries.iter().filter(|(service, _)| service == caller);
    let came: Vec<CountOf> = entries
        .map(|(service, operation)| CountOf {
            target: Target::Entry { service: service.clone(), operation: operation.clone() },
            count: HopCount::Entered,
        })
        .collect();
    let left = hops.iter().filter(|(hop, _)| hop.caller == *caller && hop.callee == *callee);
    let went = left.map(|(hop, _)| on(hop)).collect();
    let lacks = format!("items that usually leave {caller} for {callee} have not");
    (!came.is_empty()).then(|| Place { at: caller.clone(), lacks, came, went })
}

/// Between what all callers send to an entry and what comes in there.
fn before(hop: &Hop, is_heard: bool, (hops, _): &Known) -> Option<Place> {
    let Hop { callee, operation, .. } = hop;
    let callers = hops.iter().filter(|(other, _)| other.callee == *callee);
    let callers = callers.filter(|(other, _)| other.operation == *operation);
    let came = callers.map(|(hop, _)| on(hop)).collect();
    let target = Target::Entry { service: callee.clone(), operation: operation.clone() };
    let went = vec![CountOf { target, count: HopCount::Entered }];
    let at = format!("{callee} {operation}");
    let lacks = format!("items that were sent to {at} have not come in there");
    is_heard.then_some(Place { at, lacks, came, went })
}

fn on(hop: &Hop) -> CountOf {
    CountOf { target: Target::Hop(hop.clone()), count: HopCount::Left }
}

fn piling(gathered: &Gathered, place: &Place, started_at: Timestamp) -> Answered<Piling> {
    let steps = gathered.steps;
    let sum = |counts: &[CountOf]| -> Answered<Vec<Option<f64>>> {
        let mut sums = vec![Some(0.0); steps.n_steps()];
        for of in counts {
            for (sum, row) in sums.iter_mut().zip(gathered.rows(of, 0)?) {
                *sum = sum.zip(row).map(|(sum, row)| sum + row);
            }
        }
        Ok(sums)
    };
    let (came, went) = (sum(&place.came)?, sum(&place.went)?);
    let mut usual: Vec<Option<Counts>> =
        came.iter().zip(&went).map(|(n, k)| Some(Counts::new((*n)?, (*k)?))).collect();
    let onset = started_at.tick().0.div_euclid(steps.step_s) - steps.from;
    let since = usual.split_off(usize::try_from(onset).unwrap_or(0).min(usual.len()));
    Ok(Piling {
        lacks: place.lacks.clone(),
        step_s: steps.step_s,
        to: steps.at(steps.end),
        usual,
        since,
    })
}

fn words(at: &str, pile: &Pile) -> Backlog {
    let Pile { words, backlog, per_minute, drained } = pile;
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is wanted here")]
    let items = |n: f64| n.round() as i64;
    let course = match backlog.course {
        BacklogCourse::Growing => "growing",
        BacklogCourse::Standing => "standing",
        BacklogCourse::Draining => "draining",
        BacklogCourse::Drained => "drained",
    };
    let drained_at =
        |of: fn(&Drained) -> Timestamp| drained.as_ref().map(|drained| rfc3339(of(drained)));
    Backlog {
        words: words.clone(),
        course: course.to_owned(),
        at: at.to_owned(),
        items: items(backlog.items.value),
        low: items(backlog.items.low),
        high: items(backlog.items.high),
        most: items(backlog.most),
        per_minute: (per_minute.value * 10.0).round() / 10.0,
        drained_at: drained_at(|drained| drained.at),
        drained_earliest: drained_at(|drained| drained.earliest),
        drained_latest: drained_at(|drained| drained.latest),
    }
}
