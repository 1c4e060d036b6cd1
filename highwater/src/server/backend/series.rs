//! Counts step by step: from the engine's memory and the stored packs, with what has no data told apart
//! from zero.
//!
//! Only windows that are final are read. Nothing that was counted in a step is a zero if others were
//! heard then: if not one of the busiest hops has a count in it, or the service itself was told as
//! silent, there is no data.

mod counted;

use super::Answers;
use super::windows::multiple_of_windows;
use crate::compared::fitting_step_s;
use counted::{Counted, InMemory, Sum, in_memory};
use hw_api::Shift;
use hw_engine::Engine;
use hw_flow::{Flow, Rows, WindowCounts};
use hw_model::{CountOf, Hop, HopCount, Signal, Target, Timestamp};
use hw_store::{HistoryQuery, HistoryRow, Kind, subject_of};
use hw_web::{Answered, Failure, Page, StepsAsked};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that are read unless it is said from when.
const READ_S: i64 = 3 * 3_600;

/// Steps at most.
const STEPS_MAX: i64 = 2_000;

/// Hops that are looked through for whether anything was heard.
const BUSIEST: usize = 16;

/// Steps that two stretches without counts are apart at least, or they are read as one.
const APART: usize = 32;

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

/// What was counted of several, and when nothing was heard.
pub(super) struct Gathered {
    pub steps: Steps,
    counted: BTreeMap<(Target, i64), Counted>,
    /// Of each step, whether something was heard in it.
    heard: BTreeMap<i64, Vec<bool>>,
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
        let shifts: BTreeSet<i64> = wanted.iter().map(|(_, shift_s)| *shift_s).collect();
        let asked = wanted.clone();
        let (found, busiest) = self.ask(0, move |engine| {
            let busiest = busiest(engine.flow());
            let mut all = asked;
            for shift_s in shifts {
                all.extend(busiest.iter().map(|hop| (Target::Hop(hop.clone()), shift_s)));
            }
            (in_memory(engine.flow(), steps, all), busiest)
        })?;
        let mut gathered = Gathered {
            steps,
            counted: BTreeMap::new(),
            heard: BTreeMap::new(),
            silences: self.silences()?,
            damaged_packs: 0,
        };
        for (target, shift_s) in wanted {
            let key = (target, shift_s);
            let Some(in_memory) = found.get(&key) else { continue };
            let mut counted = Counted::nothing(steps, shift_s, in_memory.is_callee_heard);
            let whole = steps.windows(shift_s);
            gathered.damaged_packs += self.count(&mut counted, (&key.0, in_memory), whole)?;
            gathered.counted.insert(key, counted);
        }
        let shifts: BTreeSet<i64> = gathered.counted.keys().map(|(_, shift_s)| *shift_s).collect();
        for shift_s in shifts {
            let heard = self.heard(&gathered, (&busiest, &found), shift_s)?;
            gathered.heard.insert(shift_s, heard);
        }
        Ok(gathered)
    }

    /// Counts windows of a target from one to before another: what the engine has, and the stored ones
    /// beside it. Returns how many packs are damaged.
    fn count(
        &self,
        counted: &mut Counted,
        (target, in_memory): (&Target, &InMemory),
        (mut from, end): (i64, i64),
    ) -> Answered<u64> {
        let subject = subject_of(target);
        let mut windows = in_memory.windows.iter().peekable();
        let mut damaged = 0;
        while from < end {
            let to = end.min(from.saturating_add(WINDOWS_AT_A_TIME));
            // Each window once, and the engine's first.
            let mut is_there = vec![false; usize::try_from(to - from).unwrap_or(0)];
            let mut add = |at: i64, counts: &WindowCounts| {
                let place = usize::try_from(at - from).unwrap_or(usize::MAX);
                let is_there = is_there.get_mut(place);
                if is_there.is_some_and(|is_there| !std::mem::replace(is_there, true)) {
                    counted.add(at, counts);
                }
            };
            while let Some((at, counts)) = windows.next_if(|(at, _)| *at < to) {
                add(*at, counts);
            }
            let query = HistoryQuery { subject: subject.clone(), what: Rows::Windows, from, to };
            damaged += self.read(|reader| {
                let row = |row: HistoryRow<'_>| add(row.at, &WindowCounts::from_row(row.counts));
                Ok(reader.visit_history(&query, row)?)
            })?;
            from = to;
        }
        Ok(damaged as u64)
    }

    /// Of each step, whether one of the busiest hops was counted in it.
    fn heard(
        &self,
        gathered: &Gathered,
        (busiest, found): (&[Hop], &BTreeMap<(Target, i64), InMemory>),
        shift_s: i64,
    ) -> Answered<Vec<bool>> {
        let steps = gathered.steps;
        let mut heard = vec![false; steps.n_steps()];
        let hear = |heard: &mut Vec<bool>, counted: &Counted| {
            for (is_heard, sum) in heard.iter_mut().zip(&counted.sums) {
                *is_heard |= *sum != Sum::default();
            }
        };
        let (known, unknown): (Vec<_>, Vec<_>) = busiest
            .iter()
            .map(|hop| (Target::Hop(hop.clone()), shift_s))
            .partition(|key| gathered.counted.contains_key(key));
        for counted in known.iter().filter_map(|key| gathered.counted.get(key)) {
            hear(&mut heard, counted);
        }
        // A minute of one hop is as good as that of another: most need not be read.
        for key in unknown {
            let gaps = gaps(&heard);
            if gaps.is_empty() {
                break;
            }
            let Some(in_memory) = found.get(&key) else { continue };
            for (first, end) in gaps {
                let mut counted = Counted::nothing(steps, shift_s, false);
                let windows = steps.windows_of((first, end), shift_s);
                self.count(&mut counted, (&key.0, in_memory), windows)?;
                hear(&mut heard, &counted);
            }
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
        self.windows_of((0, self.n_steps()), shift_s)
    }

    /// The same of some of the steps, counted from the first.
    fn windows_of(self, (first, end): (usize, usize), shift_s: i64) -> (i64, i64) {
        let at = |place: usize| {
            let step = self.from.saturating_add(i64::try_from(place).unwrap_or(i64::MAX));
            (step.saturating_mul(self.step_s) - shift_s).div_euclid(self.window_s)
        };
        (at(first), at(end))
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

/// Stretches of steps in which nothing was heard, those that are near to each other as one.
fn gaps(heard: &[bool]) -> Vec<(usize, usize)> {
    let mut gaps: Vec<(usize, usize)> = Vec::new();
    for (at, _) in heard.iter().enumerate().filter(|(_, is_heard)| !**is_heard) {
        match gaps.last_mut() {
            Some((_, end)) if at - *end < APART => *end = at + 1,
            _ => gaps.push((at, at + 1)),
        }
    }
    gaps
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

impl Gathered {
    /// One count in every step.
    pub(super) fn rows(&self, of: &CountOf, shift_s: i64) -> Answered<Vec<Option<f64>>> {
        let counted = self.counted.get(&(of.target.clone(), shift_s));
        let is_callee_heard = counted.is_some_and(|counted| counted.is_callee_heard);
        if of.count == HopCount::Received && !is_callee_heard {
            return Err(Failure::Invalid(unheard(&of.target)));
        }
        let sums = counted.map(|counted| counted.sums.as_slice()).unwrap_or_default();
        let silences = self.silences_of(service_of(of), shift_s);
        let heard = self.heard.get(&shift_s).map(Vec::as_slice).unwrap_or_default();
        let row = |(place, step): (usize, i64)| {
            let is_silent = silences.iter().any(|(from, to)| (*from..=*to).contains(&step));
            match sums.get(place).map_or(0, |sum| sum.of(of.count)) {
                _ if is_silent => None,
                0 => heard.get(place).is_some_and(|is_heard| *is_heard).then_some(0.0),
                n => Some(n as f64),
            }
        };
        Ok((self.steps.from..self.steps.end).enumerate().map(row).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_without_counts_are_read_as_one_if_they_are_near() {
        let mut heard = vec![true; 100];
        assert_eq!(gaps(&heard), []);
        heard[3] = false;
        heard[4] = false;
        heard[30] = false;
        assert_eq!(gaps(&heard), [(3, 31)]);
        heard[99] = false;
        assert_eq!(gaps(&heard), [(3, 31), (99, 100)]);
    }

    #[test]
    fn steps_fit_the_windows_or_it_is_said_which_do() {
        assert_eq!(checked(60, 3_600, 10), Ok(60));
        for (wrong, words) in [(15, ": 10 or 20"), (5, ": 10 or 20"), (10, "take steps of 120 s")] {
            let why = checked(wrong, 86_400, 10).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
    }
}
