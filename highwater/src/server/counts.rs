//! What the server counts of itself, to be read at any time.

use super::group::Totals;
use super::recent::{Lately, Recent};
use hw_ingest::{Rejection, Tally};
use hw_model::Timestamp;
use hw_notify::schedule::Tally as Messages;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Upper edges of the histogram of commits, in seconds.
pub(super) const COMMIT_EDGES_S: [f64; 10] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// Seconds after the last canary that came through from which on that is said.
const CANARY_MISSED_S: f64 = 45.0;

/// Counters of writer and engine.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Rows that are durable, and rows the engine has applied.
    pub durable: AtomicU64,
    pub applied: AtomicU64,
    /// Bytes of rows that were appended by this process.
    pub log_bytes: AtomicU64,
    /// Spans, log lines and points that were acknowledged as new, over the life of the data folder.
    pub spans: AtomicU64,
    pub logs: AtomicU64,
    pub points: AtomicU64,
    /// Requests that had come before, and records that had come in another request.
    pub copied_requests: AtomicU64,
    pub copied_records: AtomicU64,
    /// Points that carry no answer.
    pub ignored: AtomicU64,
    rejected: [AtomicU64; Rejection::ALL.len()],
    /// Requests that could not be read.
    pub broken: AtomicU64,
    /// Keys of records forgotten early.
    pub keys_forgotten: AtomicU64,
    pub commits: AtomicU64,
    pub commits_failed: AtomicU64,
    commit_ns: AtomicU64,
    commit_buckets: [AtomicU64; COMMIT_EDGES_S.len() + 1],
    pub snapshots: AtomicU64,
    pub snapshots_failed: AtomicU64,
    pub snapshot_bytes: AtomicU64,
    snapshot_ms: AtomicU64,
    /// Rows that are damaged or in quarantine, and were not applied.
    pub rows_skipped: AtomicU64,
    /// When a canary last came through, or the first was about to be sent; by a clock that only runs
    /// forward.
    canary_at: Mutex<Option<Instant>>,
    /// Canaries sent.
    pub canaries: AtomicU64,
    /// Whether requests are taken.
    pub is_ready: AtomicBool,
    /// What keeps the writer from writing.
    trouble: Mutex<Option<String>>,
    recent: Mutex<Recent>,
    /// Whether nobody tells others any more.
    pub is_post_dead: AtomicBool,
    /// What became of messages to others since the start, and how many wait.
    post: Mutex<(Messages, usize)>,
}

impl Counts {
    pub(super) fn set_totals(&self, totals: Totals) {
        self.spans.store(totals.spans, Ordering::Relaxed);
        self.logs.store(totals.logs, Ordering::Relaxed);
        self.points.store(totals.points, Ordering::Relaxed);
    }

    /// Adds what became of a request that is durable.
    pub(super) fn add(&self, tally: &Tally, copies: u64) {
        add(&self.ignored, tally.ignored);
        add(&self.copied_records, copies);
        for (reason, n) in tally.rejections() {
            if let Some(counter) = self.rejected.get(reason as usize) {
                add(counter, n);
            }
        }
    }

    pub(super) fn rejected(&self) -> impl Iterator<Item = (Rejection, u64)> {
        Rejection::ALL.into_iter().zip(self.rejected.iter().map(get))
    }

    pub(super) fn committed(&self, took_s: f64) {
        add(&self.commits, 1);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "nanoseconds")]
        add(&self.commit_ns, (took_s * 1e9) as u64);
        let bucket = COMMIT_EDGES_S.iter().position(|edge| took_s <= *edge);
        if let Some(bucket) = self.commit_buckets.get(bucket.unwrap_or(COMMIT_EDGES_S.len())) {
            add(bucket, 1);
        }
    }

    /// Seconds of all commits, and how many fell into each bucket.
    pub(super) fn commit_times(&self) -> (f64, Vec<u64>) {
        (get(&self.commit_ns) as f64 / 1e9, self.commit_buckets.iter().map(get).collect())
    }

    pub(super) fn snapshot_taken(&self, took_s: f64, bytes: u64) {
        add(&self.snapshots, 1);
        self.snapshot_bytes.store(bytes, Ordering::Relaxed);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds"
        )]
        self.snapshot_ms.store((took_s * 1e3) as u64, Ordering::Relaxed);
    }

    pub(super) fn snapshot_s(&self) -> f64 {
        get(&self.snapshot_ms) as f64 / 1e3
    }

    /// New records are durable; the latest of them says `latest`.
    pub(super) fn received(&self, records: u64, latest: Option<Timestamp>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.note(Instant::now(), records, latest);
    }

    pub(super) fn lately(&self) -> Lately {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).lately(Instant::now())
    }

    pub(super) fn canary_came(&self) {
        *self.canary_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Seconds since a canary came through, or since the start; `None` where none is sent.
    pub(super) fn canary_age_s(&self) -> Option<f64> {
        let last = *self.canary_at.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed().as_secs_f64())
    }

    /// What is wrong, if no canary came through for long.
    pub(super) fn canary_trouble(&self) -> Option<String> {
        let age_s = self.canary_age_s().filter(|age_s| *age_s > CANARY_MISSED_S)?;
        Some(format!("no canary came through the receiver and was counted for {age_s:.0} s"))
    }

    pub(super) fn set_post(&self, tally: Messages, waiting: usize) {
        *self.post.lock().unwrap_or_else(PoisonError::into_inner) = (tally, waiting);
    }

    /// What became of messages to others since the start, and how many wait.
    pub(super) fn post(&self) -> (Messages, usize) {
        *self.post.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rows that are durable and not applied yet.
    pub(super) fn behind(&self) -> u64 {
        get(&self.durable).saturating_sub(get(&self.applied))
    }

    pub(super) fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(super) fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

pub(super) fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
