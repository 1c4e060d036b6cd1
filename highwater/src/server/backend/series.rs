//! Counts step by step: from the engine's memory and the stored packs, with what has no data told apart
//! from zero.
//!
//! Only windows that are final are read. Nothing that was counted in a step is a zero if others were
//! heard then: if not one of the busiest hops has a count in it, or the service itself was told as
//! silent, there is no data.

use super::Answers;
use super::windows::multiple_of_windows;
use crate::compared::fitting_step_s;
use hw_api::Shift;
use hw_engine::Engine;
use hw_flow::{Flow, HopIdx, Rows, WindowCounts};
use hw_model::{CountOf, Hop, HopCount, Signal, Target, Timestamp};
use hw_store::{HistoryQuery, Kind, subject_of};
use hw_web::{Answered, Failure, Page, StepsAsked};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that are read unless it is said from when.
const READ_S: i64 = 3 * 3_600;

/// Steps at most.
const STEPS_MAX: i64 = 2_000;

/// Hops that are looked through for whether anything was heard.
const BUSIEST: usize = 16;

/// Stored windows that are read at a time.
const WINDOWS_AT_A_TIME: i64 = 8_640;

/// Shifts that are looked through for silences.
const LOOKED_THROUGH: u32 = 500;

/// Which steps, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    pub from: i64,
    pub end: i64,
    pub step_s: i64,
    pub window_s: i64,
    /// Whether more was asked for than is final.
    pub is_cut: bool,
}

/// Windows of targets, each so many seconds before the steps.
pub(super) type Wanted = BTreeSet<(Target, i64)>;

/// What was counted of a target.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    windows: BTreeMap<i64, WindowCounts>,
    is_callee_heard: bool,
}

/// What was counted of several, and when nothing was heard.
pub(super) struct Gathered {
    pub steps: Steps,
    counted: BTreeMap<(Target, i64), Counted>,
    /// Steps in which something was heard, of those with zeros.
    heard: BTreeMap<i64, BTreeSet<i64>>,
    silences: Vec<(String, i64, i64)>,
    pub damaged_packs: u64,
}

impl Answers {
    /// The steps that are asked for, and every hop with whether its callee was heard.
    pub(super) fn steps(&self, asked: StepsAsked) -> Answered<(Steps, Vec<(Hop, bool)>)> {
        let found = self.ask(0, move |engine| {
            let flow = engine.flow();
            let hops = flow
                .hops()
                .filter_map(|hop| Some((flow.hop_words(hop)?, flow.is_callee_heard(hop))));
            (Steps::fit(engine, asked), hops.collect())
        })?;
        Ok((found.0.map_err(Failure::Invalid)?, found.1))
    }

    /// What was counted of some targets in the steps.
    pub(super) fn gather(&self, steps: Steps, wanted: Wanted) -> Answered<Gathered> {
        let mut counted = self.ask(0, move |engine| in_memory(engine.flow(), steps, wanted))?;
        let mut damaged_packs = 0;
        for ((target, shift_s), found) in &mut counted {
            damaged_packs += self.add_packs(target, steps.windows(*shift_s), found)?;
        }
        let mut gathered = Gathered {
            steps,
            counted,
            heard: BTreeMap::new(),
            silences: self.silences()?,
            damaged_packs,
        };
        let shifts: BTreeSet<i64> = gathered.counted.keys().map(|(_, shift_s)| *shift_s).collect();
        for shift_s in shifts {
            let heard = self.heard(steps, shift_s)?;
            gathered.heard.insert(shift_s, heard);
        }
        Ok(gathered)
    }

    /// Adds stored windows that are not known yet. Returns how many packs are damaged.
    fn add_packs(
        &self,
        target: &Target,
        (mut from, end): (i64, i64),
        found: &mut Counted,
    ) -> Answered<u64> {
        let subject = subject_of(target);
        let mut damaged = 0;
        while from < end {
            let to = end.min(from.saturating_add(WINDOWS_AT_A_TIME));
            let query = HistoryQuery { subject: subject.clone(), what: Rows::Windows, from, to };
            let (rows, n) = self.read(|reader| Ok(reader.history(&query)?))?;
            damaged += n as u64;
            for (at, row) in rows.iter().flat_map(|rows| &rows.rows) {
                found.windows.entry(*at).or_insert_with(|| WindowCounts::from_row(row));
            }
            from = to;
        }
        Ok(damaged)
    }

    /// Steps in which one of the busiest hops was counted.
    fn heard(&self, steps: Steps, shift_s: i64) -> Answered<BTreeSet<i64>> {
        let busiest = self.ask(0, |engine| busiest(engine.flow()))?;
        let wanted: Wanted = busiest.into_iter().map(|hop| (Target::Hop(hop), shift_s)).collect();
        let mut found = self.ask(0, move |engine| in_memory(engine.flow(), steps, wanted))?;
        let mut heard = BTreeSet::new();
        for ((target, _), counted) in &mut found {
            // A minute of one hop is as good as that of another: most need not be read.
            if heard.len() < steps.n_steps() {
                self.add_packs(target, steps.windows(shift_s), counted)?;
            }
            let with_counts = counted.windows.iter().filter(|(_, counts)| !is_empty(counts));
            heard.extend(with_counts.map(|(at, _)| steps.step_of(*at, shift_s)));
        }
        Ok(heard)
    }

    /// Services of which no telemetry came, and between which seconds.
    fn silences(&self) -> Answered<Vec<(String, i64, i64)>> {
        let page = Page { before: None, items_max: LOOKED_THROUGH };
        let shifts: Vec<Shift> = self.states(Kind::Shift, page)?;
        let silent = shifts.into_iter().filter(|shift| shift.signal == Signal::NoData.word());
        let second = |text: &str| hw_api::instant(text).map(|at| at.tick().0);
        let between = |shift: Shift| {
            // Who accepts a silence says that what comes from then on is counted as it is.
            let end = shift.ended_at.as_deref().or(shift.accepted_at.as_deref());
            let end = end.map_or(Some(i64::MAX), second)?;
            Some((shift.service, second(&shift.onset_at)?, end))
        };
        Ok(silent.filter_map(between).collect())
    }
}

impl Steps {
    fn fit(engine: &Engine, asked: StepsAsked) -> Result<Self, String> {
        let window_s = engine.flow().settings().window_s;
        let Some(sealed) = engine.flow().windows_sealed_before() else {
            return Err("no window is complete yet: ask again in a minute".to_owned());
        };
        let now = engine.now().tick().0.saturating_add(1);
        let known = sealed.saturating_mul(window_s).min(now);
        let to = asked.to.map_or(known, |to| to.tick().0.min(known));
        let from = asked.from.map_or(to - READ_S, |from| from.tick().0);
        let ends = hw_api::rfc3339(Timestamp::from_s(to));
        if from >= to {
            return Err(format!("from is not before {ends}, where the data that is final ends"));
        }
        let step_s = match asked.step_s {
            Some(step_s) => checked(step_s, to - from, window_s)?,
            None => fitting_step_s(to - from, window_s),
        };
        let (first, end) = (from.div_euclid(step_s), to.div_euclid(step_s));
        if first >= end {
            return Err(format!(
                "no whole step of {step_s} s ends before {ends}: take shorter ones"
            ));
        }
        let is_cut = asked.to.is_none_or(|to| to.tick().0 > known);
        Ok(Self { from: first, end, step_s, window_s, is_cut })
    }

    /// Numbers of the first window and of the first behind the last, so many seconds before.
    fn windows(self, shift_s: i64) -> (i64, i64) {
        let at = |step: i64| (step * self.step_s - shift_s).div_euclid(self.window_s);
        (at(self.from), at(self.end))
    }

    const fn step_of(self, window: i64, shift_s: i64) -> i64 {
        (window * self.window_s + shift_s).div_euclid(self.step_s)
    }

    /// When a step begins.
    pub(super) const fn at(self, step: i64) -> Timestamp {
        Timestamp::from_s(step.saturating_mul(self.step_s))
    }

    pub(super) fn n_steps(self) -> usize {
        usize::try_from(self.end - self.from).unwrap_or(0)
    }

    /// Whether times can be moved by so much.
    pub(super) fn check_shift(self, shift_s: i64) -> Answered<()> {
        if shift_s % self.window_s == 0 {
            return Ok(());
        }
        let window_s = self.window_s;
        let why =
            format!("shift must be a multiple of {window_s} s, the length of the stored windows");
        Err(Failure::Invalid(why))
    }
}

fn checked(step_s: i64, length_s: i64, window_s: i64) -> Result<i64, String> {
    multiple_of_windows(step_s, window_s)?;
    if length_s / step_s > STEPS_MAX {
        return Err(format!(
            "{} steps are more than the {STEPS_MAX} that are compared at once: take steps of {} s, or \
             less time",
            length_s / step_s,
            fitting_step_s(length_s, window_s)
        ));
    }
    Ok(step_s)
}

fn is_empty(counts: &WindowCounts) -> bool {
    *counts == WindowCounts::default()
}

/// The hops on which most was counted, but not Highwater's own.
pub(super) fn busiest(flow: &Flow) -> Vec<Hop> {
    let mut hops: Vec<(u64, Hop)> = flow
        .hops()
        .filter_map(|hop| Some((flow.hop_summary(hop)?.calls, flow.hop_words(hop)?)))
        .filter(|(_, hop)| hop.caller != hw_flow::OWN_SERVICE)
        .collect();
    hops.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    hops.into_iter().take(BUSIEST).map(|(_, hop)| hop).collect()
}

/// What the engine has of some targets.
fn in_memory(flow: &Flow, steps: Steps, wanted: Wanted) -> BTreeMap<(Target, i64), Counted> {
    let hops: BTreeMap<Hop, HopIdx> =
        flow.hops().filter_map(|hop| Some((flow.hop_words(hop)?, hop))).collect();
    let of = |target: &Target, shift_s: i64| {
        let (from, to) = steps.windows(shift_s);
        let mut found = Counted::default();
        let mut keep = |at, counts| {
            found.windows.insert(at, counts);
        };
        match target {
            Target::Hop(hop) => {
                if let Some(idx) = hops.get(hop) {
                    flow.visit_windows(*idx, from, to, keep);
                    found.is_callee_heard = flow.is_callee_heard(*idx);
                }
            }
            Target::Entry { service, operation } => {
                let is_meant = |entry: &hw_flow::EntryIdx| {
                    flow.entry_place(*entry).is_some_and(|(of, name)| {
                        flow.service_word(of) == *service
                            && name.is_some_and(|name| flow.vocabulary().name(name) == operation)
                    })
                };
                if let Some(entry) = flow.entries().find(is_meant) {
                    flow.visit_entry_windows(entry, from, to, &mut keep);
                }
            }
            Target::Service(_) => {}
        }
        found
    };
    wanted
        .into_iter()
        .map(|(target, shift_s)| {
            let found = of(&target, shift_s);
            ((target, shift_s), found)
        })
        .collect()
}

impl Gathered {
    /// One count in every step.
    pub(super) fn rows(&self, of: &CountOf, shift_s: i64) -> Answered<Vec<Option<f64>>> {
        let none = Counted::default();
        let counted = self.counted.get(&(of.target.clone(), shift_s)).unwrap_or(&none);
        if of.count == HopCount::Received && !counted.is_callee_heard {
            return Err(Failure::Invalid(unheard(&of.target)));
        }
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        for (at, counts) in &counted.windows {
            let n = f64::from(column(counts, of.count));
            *sums.entry(self.steps.step_of(*at, shift_s)).or_default() += n;
        }
        let silences = self.silences_of(service_of(of), shift_s);
        let heard = self.heard.get(&shift_s);
        let row = |step: i64| {
            let is_silent = silences.iter().any(|(from, to)| (*from..=*to).contains(&step));
            match sums.get(&step) {
                _ if is_silent => None,
                Some(n) if *n > 0.0 => Some(*n),
                Some(_) | None => heard.is_some_and(|heard| heard.contains(&step)).then_some(0.0),
            }
        };
        Ok((self.steps.from..self.steps.end).map(row).collect())
    }

    /// The steps, first and last, in which a service was silent.
    fn silences_of(&self, service: Option<&str>, shift_s: i64) -> Vec<(i64, i64)> {
        let step = |second: i64| second.saturating_add(shift_s).div_euclid(self.steps.step_s);
        let own = self.silences.iter().filter(|(silent, ..)| Some(silent.as_str()) == service);
        own.map(|(_, from, to)| (step(*from), step(*to))).collect()
    }
}

/// Whose telemetry a count rests on.
fn service_of(of: &CountOf) -> Option<&str> {
    match (&of.target, of.count) {
        (Target::Hop(hop), HopCount::Received) => Some(&hop.callee),
        (Target::Hop(hop), _) => Some(&hop.caller),
        (Target::Entry { service, .. } | Target::Service(service), _) => Some(service),
    }
}

fn unheard(target: &Target) -> String {
    let callee = match target {
        Target::Hop(hop) => hop.callee.as_str(),
        Target::Entry { service, .. } | Target::Service(service) => service,
    };
    format!(
        "what {callee} received is not known: it sends no spans itself; .left is what was sent to it"
    )
}

const fn column(counts: &WindowCounts, count: HopCount) -> u32 {
    match count {
        HopCount::Entered => counts.entered,
        HopCount::Left => counts.left,
        HopCount::Received => counts.received,
        HopCount::Calls => counts.calls,
        HopCount::Errors => counts.failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_fit_the_windows_or_it_is_said_which_do() {
        assert_eq!(checked(60, 3_600, 10), Ok(60));
        for (wrong, words) in [(15, ": 10 or 20"), (5, ": 10 or 20"), (10, "take steps of 120 s")] {
            let why = checked(wrong, 86_400, 10).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
    }
}
