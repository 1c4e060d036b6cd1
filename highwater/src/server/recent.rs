//! What came in lately, by the second of a clock that only runs forward.

use hw_model::Timestamp;
use std::time::Instant;

/// Seconds that are remembered.
const SECONDS: u64 = 60;

/// New records of the last minute.
#[derive(Debug)]
pub(super) struct Recent {
    started: Instant,
    /// Seconds since the start, and records in them; each second in its place.
    seconds: [(u64, u64); SECONDS as usize],
    last: Option<(Instant, Timestamp)>,
}

/// What is known of the last minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lately {
    /// New records.
    pub records: u64,
    /// The time that the latest record said.
    pub last_record_at: Option<Timestamp>,
    /// Seconds since new records came.
    pub age_s: Option<f64>,
    /// Seconds since the process started.
    pub uptime_s: f64,
}

impl Default for Recent {
    fn default() -> Self {
        Self { started: Instant::now(), seconds: [(0, 0); SECONDS as usize], last: None }
    }
}

impl Recent {
    pub(super) fn note(&mut self, now: Instant, records: u64, latest: Option<Timestamp>) {
        let second = now.saturating_duration_since(self.started).as_secs();
        let place = usize::try_from(second % SECONDS).unwrap_or(0);
        if let Some(slot) = self.seconds.get_mut(place) {
            let before = if slot.0 == second { slot.1 } else { 0 };
            *slot = (second, before + records);
        }
        let known = self.last.map(|(_, at)| at);
        self.last = latest.max(known).map(|at| (now, at));
    }

    pub(super) fn lately(&self, now: Instant) -> Lately {
        let second = now.saturating_duration_since(self.started).as_secs();
        let young = self.seconds.iter().filter(|(at, _)| at + SECONDS > second);
        Lately {
            records: young.map(|(_, records)| records).sum(),
            last_record_at: self.last.map(|(_, at)| at),
            age_s: self.last.map(|(at, _)| now.saturating_duration_since(at).as_secs_f64()),
            uptime_s: now.saturating_duration_since(self.started).as_secs_f64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_minute_is_remembered_and_no_more() {
        let mut recent = Recent::default();
        let start = recent.started;
        let at = |s| start + Duration::from_secs(s);
        for s in 0..200 {
            recent.note(at(s), 2, Some(Timestamp::from_s(1_000 - s.cast_signed())));
        }
        assert_eq!(recent.lately(at(199)).records, 120);
        assert_eq!(recent.lately(at(229)).records, 60);
        assert_eq!(recent.lately(at(300)).records, 0);
        assert_eq!(recent.lately(at(209)).age_s, Some(10.0));
        assert_eq!(recent.lately(at(209)).last_record_at, Some(Timestamp::from_s(1_000)));
    }
}
