//! Latency sketch: a histogram with log-linear buckets, mergeable in any order.
//!
//! Eight buckets per octave from 1.024 us: relative error of a quantile at most 6 %. Counts are
//! integers, so merging is exact and commutative. The alternative, a DDSketch or t-digest crate,
//! merges too, but its bytes depend on the order of merging or on floating point.

use serde::{Deserialize, Serialize};

/// Buckets per octave.
const PER_OCTAVE: usize = 8;

/// Enough octaves of microseconds for 2^36 us, about 19 hours.
const N_BUCKETS: usize = 36 * PER_OCTAVE;

/// Counts of durations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencySketch {
    buckets: Vec<u32>,
    n: u64,
}

impl LatencySketch {
    /// Adds one duration in nanoseconds; negative ones count as zero.
    pub fn add(&mut self, duration_ns: i64) {
        let bucket = bucket_of(duration_ns);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        if let Some(count) = self.buckets.get_mut(bucket) {
            *count = count.saturating_add(1);
        }
        self.n += 1;
    }

    /// Adds everything that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (ours, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *ours = ours.saturating_add(*theirs);
        }
        self.n += other.n;
    }

    /// How many durations were added.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The counts as a short row of numbers: pairs of bucket and count.
    #[must_use]
    pub fn to_row(&self) -> Vec<u32> {
        let used = (0u32..).zip(&self.buckets).filter(|(_, count)| **count > 0);
        let mut before = 0;
        let mut row = Vec::new();
        for (bucket, count) in used {
            row.extend([bucket - before, *count]);
            before = bucket;
        }
        row
    }

    /// The inverse of [`LatencySketch::to_row`]; trailing zeros do no harm.
    #[must_use]
    pub fn from_row(row: &[u32]) -> Self {
        let mut sketch = Self::default();
        let mut bucket = 0;
        for pair in row.chunks(2) {
            let [step, count] = pair else { break };
            bucket = (bucket + *step as usize).min(N_BUCKETS - 1);
            if sketch.buckets.len() <= bucket {
                sketch.buckets.resize(bucket + 1, 0);
            }
            if let Some(slot) = sketch.buckets.get_mut(bucket) {
                *slot = slot.saturating_add(*count);
            }
            sketch.n += u64::from(*count);
        }
        sketch
    }

    /// The duration in nanoseconds that a `share` of calls do not exceed; `None` if it is empty.
    #[must_use]
    pub fn quantile_ns(&self, share: f64) -> Option<i64> {
        let wanted = share.clamp(0.0, 1.0) * self.n as f64;
        let mut sum = 0.0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            sum += f64::from(*count);
            if *count > 0 && sum >= wanted {
                return Some(upper_edge_ns(bucket));
            }
        }
        None
    }
}

fn bucket_of(duration_ns: i64) -> usize {
    let us = (u64::try_from(duration_ns).unwrap_or(0) >> 10).max(1);
    let octave = us.ilog2() as usize;
    let fraction = if octave >= 3 { us >> (octave - 3) } else { us << (3 - octave) };
    let within = usize::try_from(fraction & 7).unwrap_or(0);
    (octave * PER_OCTAVE + within).min(N_BUCKETS - 1)
}

/// The first duration that falls into the next bucket.
fn upper_edge_ns(bucket: usize) -> i64 {
    let (octave, within) = (bucket / PER_OCTAVE, bucket % PER_OCTAVE);
    let eighths = i64::try_from(9 + within).unwrap_or(i64::MAX);
    let octave_ns = 1i64 << (octave + 10).min(60);
    octave_ns / 8 * eighths
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantile_is_within_an_eighth() {
        let mut sketch = LatencySketch::default();
        (1..=1_000i64).for_each(|ms| sketch.add(ms * 1_000_000));
        for (share, expect) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0)] {
            let found = sketch.quantile_ns(share).unwrap() as f64 / 1e6;
            assert!(found >= expect && found <= expect * 1.15, "{share}: {found}");
        }
    }

    #[test]
    fn empty_sketch_has_no_quantile() {
        assert_eq!(LatencySketch::default().quantile_ns(0.5), None);
    }

    proptest! {
        #[test]
        fn merging_in_any_order_gives_equal_bytes(
            a in prop::collection::vec(0i64..1 << 40, 0..50),
            b in prop::collection::vec(-5i64..1 << 50, 0..50),
        ) {
            let sketch = |durations: &[i64]| {
                let mut sketch = LatencySketch::default();
                durations.iter().for_each(|d| sketch.add(*d));
                sketch
            };
            let (mut ab, mut ba) = (sketch(&a), sketch(&b));
            ab.merge(&sketch(&b));
            ba.merge(&sketch(&a));
            prop_assert_eq!(&ab, &ba);
            let all: Vec<i64> = a.iter().chain(&b).copied().collect();
            prop_assert_eq!(&ab, &sketch(&all));
            prop_assert_eq!(LatencySketch::from_row(&ab.to_row()), ab);
        }
    }
}
