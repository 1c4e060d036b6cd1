//! Stretches in which nothing was counted where much should have been: what happened in them, nobody knows.

use crate::case::{Case, Course};
use crate::source::Source;
use hw_model::{Interval, Signal, Timestamp};

/// Items that would have come in a stretch in which none was counted, from which on it is no chance: that a
/// steady flow leaves out twenty has a probability of `exp(-20)`.
const ITEMS_MISSED_MIN: f64 = 20.0;

/// A stretch in which nothing was counted.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    pub(crate) within: Interval,
    /// Of what.
    pub(crate) of: String,
    pub(crate) source: Source,
}

/// All of them, each once, the first first.
pub(super) fn gaps(case: &Case) -> Vec<Gap> {
    let silent = case.shifts.iter().filter(|(_, shift)| shift.signal == Signal::NoData);
    let silent = silent.map(|(id, shift)| Gap {
        within: Interval { from: shift.onset_at, to: shift.over_at().unwrap_or(case.now) },
        of: shift.service.clone(),
        source: Source::Shift(*id),
    });
    let counted = case.courses.iter().flat_map(course_gaps);
    let mut gaps: Vec<Gap> = silent.chain(counted).collect();
    gaps.sort_by(|a, b| (a.within.from, &a.of).cmp(&(b.within.from, &b.of)));
    // One service that is silent is silent on all its hops.
    gaps.dedup_by(|later, kept| later.of == kept.of && later.within.from <= kept.within.to);
    gaps
}

fn course_gaps(course: &Course) -> Vec<Gap> {
    let known = course.steps.iter().filter_map(|step| step.counts.as_ref());
    let (steps, items) =
        known.fold((0_u64, 0_u64), |(n, items), counts| (n + 1, items + counts.entered));
    let per_step = items as f64 / (steps.max(1) as f64);
    let mut gaps = Vec::new();
    let mut silent: Option<(Timestamp, u64)> = None;
    // What is frozen may begin before there was anything to count, and end after it.
    for step in course.steps.iter().skip_while(|step| step.counts.is_none()) {
        if step.counts.is_none() {
            let (from, n) = silent.unwrap_or((step.at, 0));
            silent = Some((from, n + 1));
        } else if let Some(stretch) = silent.take() {
            gaps.extend(gap(course, stretch, per_step));
        }
    }
    gaps
}

fn gap(course: &Course, (from, n): (Timestamp, u64), per_step: f64) -> Option<Gap> {
    let to = from.plus_s(n as f64 * f64::from(course.step_s));
    (n as f64 * per_step >= ITEMS_MISSED_MIN).then(|| Gap {
        within: Interval { from, to },
        of: course.hop.caller.clone(),
        source: Source::Query(course.query.clone()),
    })
}
