//! Recorded windows as a Prometheus would have scraped them, and what its rule would have made of that.
//!
//! `increase()` is computed as Prometheus does (extrapolatedRate in promql/functions.go): the growth between
//! the first and the last sample of the range, extrapolated to its ends. Up to version 2 a range holds the
//! sample at its very beginning, from 3 on it does not: a test file has to hold in both, so both are
//! computed. The counters begin at a million, because one that begins near zero is extrapolated less.

use crate::rule_file::EVERY_S;
use hw_detect::rule::{Measure, Past, Rule};
use std::ops::Range;

/// What the counters stand at when the first scrape comes.
pub(crate) const BEGIN: f64 = 1e6;

/// Seconds for which Prometheus takes the last sample of a series for its value.
const LOOK_BACK_S: i64 = 300;

/// Whether a range holds the sample at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RangeStart {
    /// Up to Prometheus 2.
    Held,
    /// Since Prometheus 3.
    LeftOut,
}

/// Both counters of a rule at each scrape; `None` where one found nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scrapes {
    /// Seconds between two scrapes, and between two evaluations.
    pub every_s: i64,
    /// What was counted in all (n), and of that (k).
    pub samples: Vec<Option<(f64, f64)>>,
}

/// Seconds between two scrapes of windows that are so long.
pub(crate) const fn every_s(step_s: i64) -> i64 {
    (EVERY_S + step_s - 1) / step_s * step_s
}

impl RangeStart {
    pub(crate) const ALL: [Self; 2] = [Self::Held, Self::LeftOut];
}

impl Scrapes {
    /// A stretch of the past.
    pub(crate) fn of(past: &Past, rows: Range<usize>) -> Self {
        let every_s = every_s(past.step_s);
        let rows_each = usize::try_from(every_s / past.step_s).unwrap_or(1);
        let rows = past.rows.get(rows).unwrap_or_default();
        let mut samples = vec![Some((BEGIN, BEGIN))];
        let (mut n, mut k) = (BEGIN, BEGIN);
        for each in rows.chunks_exact(rows_each) {
            for counts in each.iter().flatten() {
                n += counts.n;
                k += counts.k;
            }
            let is_known = each.iter().all(Option::is_some);
            samples.push(is_known.then_some((n, k)));
        }
        Self { every_s, samples }
    }

    /// Scrapes between which so much is counted, each alike.
    pub(crate) fn even(every_s: i64, length: usize, (n, k): (f64, f64)) -> Self {
        let at = |place: usize| (BEGIN + place as f64 * n, BEGIN + place as f64 * k);
        Self { every_s, samples: (0..length).map(|place| Some(at(place))).collect() }
    }

    /// The row of the past that a scrape comes after, if the first one comes before row 0.
    pub(crate) fn row(&self, place: usize, step_s: i64) -> usize {
        place * usize::try_from(self.every_s / step_s).unwrap_or(1)
    }

    /// Seconds from the first scrape to the last.
    pub(crate) fn length_s(&self) -> i64 {
        self.every_s * i64::try_from(self.samples.len().saturating_sub(1)).unwrap_or(0)
    }

    /// At which evaluations the rule fires.
    pub(crate) fn firing(&self, rule: &Rule, start: RangeStart) -> Vec<bool> {
        let terms = rule.terms();
        let (mut since, mut back, mut fires): (Option<i64>, Option<i64>, bool) =
            (None, None, false);
        let mut firing = Vec::with_capacity(self.samples.len());
        let known = Known::of(self);
        for (place, at_s) in (0..self.samples.len()).zip((0i64..).step_by(self.step())) {
            if self.is_crossed((&known, place), rule, start) {
                back = None;
                fires |= at_s - *since.get_or_insert(at_s) >= terms.for_s;
            } else if fires && at_s - *back.get_or_insert(at_s) < terms.keep_s {
                // It is kept firing.
            } else {
                (since, back, fires) = (None, None, false);
            }
            firing.push(fires);
        }
        firing
    }

    fn step(&self) -> usize {
        usize::try_from(self.every_s).unwrap_or(1)
    }

    fn is_crossed(&self, (known, place): (&Known, usize), rule: &Rule, start: RangeStart) -> bool {
        let terms = rule.terms();
        let Some((n, k)) = self.increases((known, place), terms.window_s, start) else {
            return false;
        };
        let (figure, items) = match terms.measure {
            Measure::Volume => (k / terms.window_s as f64, k),
            Measure::Transfer | Measure::Answer(_) | Measure::Errors => (k / n, n),
        };
        let is_old_enough = match terms.measure {
            Measure::Volume if terms.bound.below().is_some() => {
                self.was_there(place, terms.window_s)
            }
            Measure::Volume | Measure::Transfer | Measure::Answer(_) | Measure::Errors => true,
        };
        is_old_enough && items >= terms.items_min as f64 && terms.bound.is_crossed(figure)
    }

    /// Whether a series has a value at `offset`: a sample of the five minutes before then.
    fn was_there(&self, place: usize, offset_s: i64) -> bool {
        let places = |seconds: i64| usize::try_from(seconds / self.every_s).unwrap_or(0);
        let Some(then) = place.checked_sub(places(offset_s)) else { return false };
        let looked_at = self.samples.get(then.saturating_sub(places(LOOK_BACK_S))..=then);
        looked_at.is_some_and(|samples| samples.iter().any(Option::is_some))
    }

    /// `increase()` of both counters over the last seconds.
    fn increases(
        &self,
        (known, place): (&Known, usize),
        window_s: i64,
        start: RangeStart,
    ) -> Option<(f64, f64)> {
        let mut back = usize::try_from(window_s / self.every_s).unwrap_or(0);
        if start == RangeStart::LeftOut && window_s % self.every_s == 0 {
            back = back.saturating_sub(1);
        }
        let (n_known, first, last) = known.within(place.saturating_sub(back), place)?;
        let sample = |at: usize| self.samples.get(at).copied().flatten();
        let (before, now) = (sample(first)?, sample(last)?);
        let seconds = |places: usize| places as f64 * self.every_s as f64;
        let sampled = seconds(last - first);
        let average = sampled / (n_known - 1) as f64;
        let reach = |gap: f64| if gap < 1.1 * average { gap } else { average / 2.0 };
        let to_start = window_s as f64 - seconds(place - first);
        let factor = (sampled + reach(to_start) + reach(seconds(place - last))) / sampled;
        Some(((now.0 - before.0) * factor, (now.1 - before.1) * factor))
    }
}

/// Which scrapes found something.
struct Known {
    /// Of each scrape, how many before it did, and the last of those up to it.
    n_before: Vec<usize>,
    last: Vec<Option<usize>>,
    /// Those that did.
    places: Vec<usize>,
}

impl Known {
    fn of(scrapes: &Scrapes) -> Self {
        let mut known = Self { n_before: Vec::new(), last: Vec::new(), places: Vec::new() };
        for (place, sample) in scrapes.samples.iter().enumerate() {
            known.n_before.push(known.places.len());
            if sample.is_some() {
                known.places.push(place);
            }
            known.last.push(known.places.last().copied());
        }
        known
    }

    /// How many did between two, which are among them, the first and the last of these; `None` if only one
    /// did or none.
    fn within(&self, from: usize, to: usize) -> Option<(usize, usize, usize)> {
        let n_before = *self.n_before.get(from)?;
        let (first, last) = (*self.places.get(n_before)?, (*self.last.get(to)?)?);
        if first >= last {
            return None;
        }
        let n_up_to = self.n_before.get(last)? + 1;
        Some((n_up_to - n_before, first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over two minutes.
    fn increases(scrapes: &Scrapes, place: usize, start: RangeStart) -> Option<(f64, f64)> {
        scrapes.increases((&Known::of(scrapes), place), 120, start)
    }

    #[test]
    fn increase_is_extrapolated_as_prometheus_does() {
        let scrapes = Scrapes::even(30, 20, (10.0, 5.0));
        // 2.x: five samples in two minutes and both ends; 3.x: four, and a scrape more by extrapolation.
        for start in RangeStart::ALL {
            let (n, k) = increases(&scrapes, 10, start).unwrap();
            assert!((n - 40.0).abs() < 1e-9 && (k - 20.0).abs() < 1e-9, "{start:?} {n} {k}");
        }
        // At the start of the series it reaches half a scrape before its first sample.
        let (n, _) = increases(&scrapes, 1, RangeStart::Held).unwrap();
        assert!((n - 15.0).abs() < 1e-9, "{n}");
        assert_eq!(increases(&scrapes, 0, RangeStart::Held), None, "one sample says nothing");
    }

    #[test]
    fn gap_is_bridged_and_what_was_counted_in_it_is_not_lost() {
        let mut scrapes = Scrapes::even(30, 20, (10.0, 5.0));
        (7..10).for_each(|place| scrapes.samples[place] = None);
        let (n, _) = increases(&scrapes, 10, RangeStart::Held).unwrap();
        assert!((n - 40.0).abs() < 1e-9, "{n}");
    }
}
