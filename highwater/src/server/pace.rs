//! When a snapshot is worth its cost, and what of the log may go.

use super::orders::SnapshotEnd;
use std::time::{Duration, Instant};

/// Between two snapshots when little happens.
const CALM: Duration = Duration::from_secs(300);

/// Bytes of the log after which one is due sooner: a second or two of folding.
const BYTES: u64 = 64 << 20;

/// Between two snapshots at least, and how much longer than one takes.
const LEAST: Duration = Duration::from_secs(15);
const TIMES: f64 = 10.0;

/// Between two looks for history that is older than it is kept.
const EXPIRY: Duration = Duration::from_secs(600);

/// What was done when.
#[derive(Debug)]
pub(super) struct Pace {
    rows: u64,
    bytes: u64,
    last: Instant,
    took: Duration,
    is_running: bool,
    /// Rows up to this one are in two snapshots.
    in_snapshots: u64,
    /// Rows up to this one are not needed to know copies.
    in_seen: u64,
    expired: Instant,
}

impl Pace {
    /// At the start: `rows` of the log are in no snapshot, and rows up to `in_snapshots` are in two.
    pub(super) fn new(rows: u64, in_snapshots: u64) -> Self {
        let now = Instant::now();
        Self {
            rows,
            bytes: 0,
            last: now,
            took: Duration::ZERO,
            is_running: false,
            in_snapshots,
            in_seen: 0,
            expired: now,
        }
    }

    pub(super) const fn appended(&mut self, rows: u64, bytes: u64) {
        self.rows += rows;
        self.bytes += bytes;
    }

    /// What was seen up to this row is kept elsewhere now.
    pub(super) const fn seen_kept(&mut self, step: u64) {
        self.in_seen = step;
    }

    /// Whether a snapshot should be taken now.
    pub(super) fn is_due(&self) -> bool {
        let passed = self.last.elapsed();
        let least = LEAST.max(self.took.mul_f64(TIMES));
        let is_worth_it = passed >= CALM || self.bytes >= BYTES;
        !self.is_running && self.rows > 0 && passed >= least && is_worth_it
    }

    pub(super) fn snapshot_begun(&mut self) {
        (self.rows, self.bytes, self.is_running) = (0, 0, true);
        self.last = Instant::now();
    }

    pub(super) fn snapshot_ended(&mut self, end: &SnapshotEnd) {
        self.is_running = false;
        self.took = Duration::from_secs_f64(end.took_s.max(0.0));
        match end.log_unneeded {
            Some(step) => self.in_snapshots = self.in_snapshots.max(step),
            // It did not come about, so the rows are in none.
            None => self.rows = self.rows.max(1),
        }
    }

    /// The row up to which the log may go.
    pub(super) fn unneeded(&self) -> u64 {
        self.in_snapshots.min(self.in_seen)
    }

    /// Whether it is time to look for old history.
    pub(super) fn is_expiry_due(&mut self) -> bool {
        let is_due = self.expired.elapsed() >= EXPIRY;
        if is_due {
            self.expired = Instant::now();
        }
        is_due
    }
}
