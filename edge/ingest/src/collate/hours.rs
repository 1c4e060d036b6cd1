//! When records lie, hour by hour, and which few of them lie where no others do.

use hw_model::Timestamp;
use std::collections::BTreeMap;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Span,
    Evaluation,
    Log,
    Sum,
}

/// Numbers of records by kind.
pub(super) type Counts = [u64; Kind::ALL.len()];

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Span, Self::Evaluation, Self::Log, Self::Sum];
}

/// A gap this long sets records apart from the rest.
const GAP_S: f64 = 6.0 * 3600.0;

/// How many records may be set apart: one in a thousand, or this many of a short recording.
const FEW: u64 = 5;

/// Records by hour of arrival.
#[derive(Debug, Default)]
pub(super) struct Hours(BTreeMap<i64, Hour>);

#[derive(Clone, Copy, Debug)]
struct Hour {
    counts: Counts,
    began_at: Timestamp,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// What is kept, by arrival, and how many records are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// The earliest start.
    pub(super) first_at: Option<Timestamp>,
    /// The first and last arrival.
    pub(super) from: Timestamp,
    pub(super) last_at: Option<Timestamp>,
    pub(super) past: Counts,
    pub(super) future: Counts,
}

impl Hours {
    pub(super) fn add(&mut self, began_at: Timestamp, arrived_at: Timestamp, kind: Kind) {
        let fresh =
            Hour { counts: Counts::default(), began_at, first_at: arrived_at, last_at: arrived_at };
        let hour = self.0.entry(arrived_at.tick().0.div_euclid(3600)).or_insert(fresh);
        hour.began_at = hour.began_at.min(began_at);
        hour.first_at = hour.first_at.min(arrived_at);
        hour.last_at = hour.last_at.max(arrived_at);
        if let Some(count) = hour.counts.get_mut(kind as usize) {
            *count += 1;
        }
    }

    /// Sets apart the few records that lie hours after, and then those hours before, all others.
    pub(super) fn kept(&self) -> Kept {
        let mut hours: Vec<Hour> = self.0.values().copied().collect();
        let n: u64 = hours.iter().map(Hour::n).sum();
        let few = if n < 1000 * FEW { FEW } else { n / 1000 };
        let future = cut_end(&mut hours, few, |earlier, later| (earlier.last_at, later.first_at));
        hours.reverse();
        let past = cut_end(&mut hours, few, |later, earlier| (earlier.last_at, later.first_at));
        Kept {
            first_at: hours.iter().map(|hour| hour.began_at).min(),
            from: hours.last().map(|hour| hour.first_at).unwrap_or_default(),
            last_at: hours.first().map(|hour| hour.last_at),
            past,
            future,
        }
    }
}

impl Hour {
    fn n(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// Cuts hours off the end of `hours`: as many as lie behind a gap and hold few records, and fewer
/// than are before it. `ends_of_gap` says where the gap between two neighbours begins and ends.
fn cut_end(
    hours: &mut Vec<Hour>,
    few: u64,
    ends_of_gap: impl Fn(&Hour, &Hour) -> (Timestamp, Timestamp),
) -> Counts {
    let mut n_before: u64 = hours.iter().map(Hour::n).sum();
    let (mut n_behind, mut keep) = (0, hours.len());
    for (idx, [before, behind]) in hours.array_windows().enumerate().rev() {
        n_behind += behind.n();
        n_before -= behind.n();
        if n_behind > few {
            break;
        }
        let (from, to) = ends_of_gap(before, behind);
        if to.seconds_since(from) > GAP_S && n_behind < n_before {
            keep = idx + 1;
        }
    }
    let mut counts = Counts::default();
    for hour in hours.drain(keep..) {
        for (count, n) in counts.iter_mut().zip(hour.counts) {
            *count += n;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_S: i64 = 3600;

    fn hours(arrivals_s: &[(i64, u64)]) -> Hours {
        let mut hours = Hours::default();
        for (at, n) in arrivals_s {
            for _ in 0..*n {
                hours.add(Timestamp::from_s(*at - 1), Timestamp::from_s(*at), Kind::Span);
            }
        }
        hours
    }

    /// Numbers of records from the past, from the future, and the span of what is kept.
    fn check(arrivals_s: &[(i64, u64)], expect: (u64, u64, i64, i64)) {
        let kept = hours(arrivals_s).kept();
        let found = (kept.past[0], kept.future[0], kept.from, kept.last_at.unwrap());
        let (past, future, from, to) = expect;
        assert_eq!(found, (past, future, Timestamp::from_s(from), Timestamp::from_s(to)));
        assert_eq!(kept.first_at, Some(Timestamp::from_s(from - 1)));
    }

    #[test]
    fn few_records_hours_after_all_others_are_from_the_future() {
        check(&[(0, 100), (10, 100), (7 * HOUR_S, 3)], (0, 3, 0, 10));
        check(&[(0, 100), (7 * HOUR_S, 2), (500 * HOUR_S, 3)], (0, 5, 0, 0));
        check(&[(0, 100), (7 * HOUR_S, 6)], (0, 0, 0, 7 * HOUR_S));
        check(&[(0, 100), (5 * HOUR_S, 3)], (0, 0, 0, 5 * HOUR_S));
    }

    #[test]
    fn gap_is_measured_to_the_second() {
        check(&[(3599, 50), (3599 + 6 * HOUR_S, 1)], (0, 0, 3599, 3599 + 6 * HOUR_S));
        check(&[(3599, 50), (3600 + 6 * HOUR_S, 1)], (0, 1, 3599, 3599));
    }

    #[test]
    fn few_records_hours_before_all_others_are_from_the_past() {
        check(&[(-9 * HOUR_S, 4), (0, 100), (90 * HOUR_S, 1)], (4, 1, 0, 0));
    }

    #[test]
    fn of_many_records_one_in_a_thousand_is_few() {
        check(&[(0, 9990), (9 * HOUR_S, 9)], (0, 9, 0, 0));
        check(&[(0, 9990), (9 * HOUR_S, 11)], (0, 0, 0, 9 * HOUR_S));
    }

    #[test]
    fn where_no_side_has_more_nothing_is_set_apart() {
        check(&[(0, 2), (90 * HOUR_S, 2)], (0, 0, 0, 90 * HOUR_S));
        check(&[(0, 1)], (0, 0, 0, 0));
        assert_eq!(Hours::default().kept(), Kept::default());
    }
}
