//! Counts around an incident: the hops of its way over the whole time, and the hop it is about close to
//! the onset. A picture needs no more steps than it has room for.

use super::Answers;
use hw_api::{
    Change, Frozen, FrozenCounts, FrozenCourse, FrozenStep, FrozenUsual, Incident, Shift, Windows,
    instant, ratio, rfc3339,
};
use hw_model::{ChangeId, ShiftId, Timestamp};
use hw_store::Kind;
use hw_web::{Answered, WindowsAsked};
use std::collections::BTreeMap;

/// Hops of which counts are kept, at most.
const HOPS_MAX: usize = 10;

/// Steps of a course, at most.
const STEPS_MAX: i64 = 240;

/// Seconds before the onset that are shown at least, and after the end.
const BEFORE_S: i64 = 3_600;
const AFTER_S: i64 = 1_800;

/// Changes so many seconds before the onset are shown, too, with so many seconds before the first.
const SUSPECTS_MAX_S: i64 = 12 * 3_600;
const MARGIN_S: i64 = 1_800;

/// Seconds on each side of the onset that the close-up shows at least.
const CLOSE_S: i64 = 600;

/// Items of which a ratio says something: its standard deviation is about a tenth.
const ITEMS_TELLING: f64 = 25.0;

/// A longer step is no close-up any more.
const TELLING_MAX_S: i64 = 300;

/// Steps before the onset from which it is said what is usual.
const USUAL_MIN: usize = 20;

/// A stretch of time, in seconds.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from_s: i64,
    to_s: i64,
    /// When the harm began: what is before it is usual.
    onset_s: i64,
}

impl Answers {
    /// Counts around an incident, as they are now.
    pub(in crate::server) fn courses(&self, incident: &Incident) -> Answered<Frozen> {
        let shifts = self.shifts_of(incident)?;
        let Some(whole) = self.stretch(incident, &shifts)? else { return Ok(Frozen::default()) };
        let hops = hops(incident, &shifts);
        let mut courses = Vec::new();
        for hop in &hops {
            courses.extend(self.course(hop, whole, 1)?);
        }
        if let (Some(hop), Some(course)) = (hops.first(), courses.first()) {
            let close = close(whole, &shifts);
            courses.extend(self.course(hop, close, telling_s(course))?);
        }
        Ok(Frozen { courses })
    }

    /// The shifts of an incident, by number.
    pub(super) fn shifts_of(&self, incident: &Incident) -> Answered<Vec<Shift>> {
        let numbers = incident.shifts.iter().filter_map(|id| ShiftId::from_word(id));
        let shifts = numbers.map(|ShiftId(number)| self.state(Kind::Shift, number));
        Ok(shifts.collect::<Answered<Vec<Option<Shift>>>>()?.into_iter().flatten().collect())
    }

    /// From well before the onset until well after the end, or until now. `None` if nothing was counted.
    fn stretch(&self, incident: &Incident, shifts: &[Shift]) -> Answered<Option<Stretch>> {
        let now = self.time_now()?;
        let onset = instant(&incident.started_at).filter(|at| *at < now);
        let (Some(onset), false) = (onset, shifts.is_empty()) else { return Ok(None) };
        let ended = incident.ended_at.as_deref().and_then(instant);
        let mitigated = incident
            .record
            .as_ref()
            .and_then(|record| record.times.mitigated_at.as_deref().and_then(instant));
        let onset_s = onset.tick().0;
        let end_s = ended.max(mitigated).map_or(now.tick().0, |at| at.tick().0 + AFTER_S);
        let to_s = end_s.min(now.tick().0 + 1).max(onset_s + 1);
        // With the changes that are judged: whoever suspects one looks for it in the picture.
        let first = self.first_judged_s(incident)?.filter(|at_s| *at_s < onset_s);
        let suspects_s = first.map_or(0, |at_s| (onset_s - at_s + MARGIN_S).min(SUSPECTS_MAX_S));
        let before_s = BEFORE_S.max((to_s - onset_s) / 3).max(suspects_s);
        Ok(Some(Stretch { from_s: onset_s - before_s, to_s, onset_s }))
    }

    /// When the first of the changes that are judged was.
    fn first_judged_s(&self, incident: &Incident) -> Answered<Option<i64>> {
        let ids = incident.changes.iter().filter_map(|judged| ChangeId::from_word(&judged.change));
        let changes = ids.map(|ChangeId(number)| self.state::<Change>(Kind::Change, number));
        let changes = changes.collect::<Answered<Vec<Option<Change>>>>()?;
        let times = changes.into_iter().flatten().filter_map(|change| instant(&change.at));
        Ok(times.map(|at| at.tick().0).min())
    }

    /// Counts of one hop, in steps of so many seconds at least; `None` if there is no such hop any more.
    fn course(&self, hop: &str, stretch: Stretch, least_s: i64) -> Answered<Option<FrozenCourse>> {
        let window_s = self.ask(0, |engine| engine.flow().settings().window_s)?;
        let step_s = step_of((stretch.to_s - stretch.from_s).max(least_s * STEPS_MAX), window_s);
        let at = Timestamp::from_s;
        let asked = WindowsAsked {
            hop: hop.to_owned(),
            from: Some(at(stretch.from_s)),
            to: Some(at(stretch.to_s)),
            step_s: Some(step_s),
            items_max: 1_000,
        };
        let Some(windows) = self.window_list(&asked)? else { return Ok(None) };
        let steps = steps(&windows);
        let query = format!(
            "/api/v1/hops/{}/windows?from={}&to={}&step={step_s}",
            crate::client::percent_encoded(hop),
            windows.from,
            windows.to
        );
        Ok(Some(FrozenCourse {
            hop: hop.to_owned(),
            query,
            step_s: u32::try_from(step_s).unwrap_or(u32::MAX),
            usual: usual(&steps, at(stretch.onset_s)),
            steps,
        }))
    }
}

/// The hop it is about first, then the way of the items, then who was asked.
fn hops(incident: &Incident, shifts: &[Shift]) -> Vec<String> {
    let main = shifts.iter().filter(|shift| shift.signal == "transfer");
    let main = main.chain(shifts).filter_map(|shift| shift.hop.clone());
    let trail = incident.trail.iter().map(|step| step.hop.clone());
    let origins = incident.origins.iter().filter_map(|origin| origin.hop.clone());
    let mut hops: Vec<String> = Vec::new();
    for hop in main.chain(trail).chain(origins) {
        if hops.len() < HOPS_MAX && !hops.contains(&hop) {
            hops.push(hop);
        }
    }
    hops
}

/// The onset with its stretch, until it was noticed.
fn close(whole: Stretch, shifts: &[Shift]) -> Stretch {
    let time = |at: &str| instant(at).map(|at| at.tick().0);
    let first = shifts.first();
    let detected = first.and_then(|shift| time(&shift.detected_at)).unwrap_or(whole.onset_s);
    let from = first.and_then(|shift| time(&shift.onset_from)).unwrap_or(whole.onset_s);
    let side = CLOSE_S.max((detected - whole.onset_s) * 2);
    Stretch {
        from_s: whole.from_s.max(from - side),
        to_s: whole.to_s.min(detected + side),
        onset_s: whole.onset_s,
    }
}

/// The shortest step of round length of which so many fit, in whole windows.
fn step_of(length_s: i64, window_s: i64) -> i64 {
    const ROUND: [i64; 12] = [10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 21_600];
    let fits = |step: &i64| step % window_s == 0 && length_s <= step * STEPS_MAX;
    let least = (length_s / STEPS_MAX + 1).div_euclid(window_s) + 1;
    ROUND.into_iter().find(fits).unwrap_or(least * window_s)
}

/// Seconds in which so many items come that their ratio says something.
fn telling_s(course: &FrozenCourse) -> i64 {
    let counts = course.steps.iter().filter_map(|step| step.counts.as_ref());
    let entered: u64 = counts.map(|counts| counts.entered).sum();
    let length_s = f64::from(course.step_s) * course.steps.len() as f64;
    let seconds = ITEMS_TELLING * length_s / (entered as f64).max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and a step has an end")]
    let seconds = seconds.ceil() as i64;
    seconds.clamp(1, TELLING_MAX_S)
}

/// Every step from the first to the last, also those in which nothing was counted.
fn steps(windows: &Windows) -> Vec<FrozenStep> {
    let time = |at: &str| instant(at).map_or(0, |at| at.tick().0);
    let counted: BTreeMap<&str, FrozenCounts> = windows
        .items
        .iter()
        .map(|window| {
            let answers = window.answers.clone();
            let counts = FrozenCounts { entered: window.entered, left: window.left, answers };
            (window.from.as_str(), counts)
        })
        .collect();
    let (mut at_s, to_s) = (time(&windows.from), time(&windows.to));
    let mut steps = Vec::new();
    while at_s < to_s {
        let at = rfc3339(Timestamp::from_s(at_s));
        let counts = counted.get(at.as_str()).cloned();
        steps.push(FrozenStep { at, counts });
        at_s += windows.step_s.max(1);
    }
    steps
}

/// What the ratio did before the onset.
fn usual(steps: &[FrozenStep], onset: Timestamp) -> Option<FrozenUsual> {
    let length = instant(&steps.get(1)?.at)?.seconds_since(instant(&steps.first()?.at)?);
    let is_before =
        |step: &&FrozenStep| instant(&step.at).is_some_and(|at| at.plus_s(length) <= onset);
    let counts = steps.iter().filter(is_before).filter_map(|step| step.counts.as_ref());
    let counts: Vec<&FrozenCounts> = counts.filter(|counts| counts.entered > 0).collect();
    if counts.len() < USUAL_MIN {
        return None;
    }
    let sum =
        |count: fn(&FrozenCounts) -> u64| counts.iter().map(|it| count(it)).sum::<u64>() as f64;
    let share = sum(|it| it.left) / sum(|it| it.entered);
    let mut ratios: Vec<f64> = counts.iter().map(|it| it.left as f64 / it.entered as f64).collect();
    ratios.sort_by(f64::total_cmp);
    let beyond = ratios.len() / 40;
    let low = ratios.get(beyond).copied()?;
    let high = ratios.get(ratios.len() - 1 - beyond).copied()?;
    Some(FrozenUsual { share: ratio(share), low: ratio(low), high: ratio(high) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(at_s: i64, counts: Option<(u64, u64)>) -> FrozenStep {
        let counts =
            counts.map(|(entered, left)| FrozenCounts { entered, left, ..FrozenCounts::default() });
        FrozenStep { at: rfc3339(Timestamp::from_s(at_s)), counts }
    }

    #[test]
    fn usual_is_what_was_before_the_onset() {
        let mut steps: Vec<FrozenStep> =
            (0..40).map(|n| step(n * 10, Some((10, 4 + n as u64 % 3)))).collect();
        steps.extend((40..60).map(|n| step(n * 10, Some((10, 10)))));
        let found = usual(&steps, Timestamp::from_s(400)).unwrap();
        assert!((found.share - 0.4975).abs() < 1e-9, "{found:?}");
        assert_eq!((found.low, found.high), (0.4, 0.6));
        // The step in which it began is no longer usual; nor is anything known of ten steps.
        assert_eq!(usual(&steps, Timestamp::from_s(409)).unwrap(), found);
        assert_eq!(usual(&steps, Timestamp::from_s(100)), None);
    }

    #[test]
    fn steps_fit_a_picture_and_hold_whole_windows() {
        assert_eq!(step_of(1_200, 10), 10);
        assert_eq!(step_of(86_400, 10), 600);
        assert_eq!(step_of(86_400 * 365, 10) % 10, 0);
        assert!(86_400 * 365 / step_of(86_400 * 365, 10) <= STEPS_MAX);
        assert_eq!(step_of(600, 7) % 7, 0);
    }
}
