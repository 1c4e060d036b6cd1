//! What the server counts of itself and of the hops.
//!
//! The two sides of each count add up: what the receiver took is what the writer acknowledged,
//! refused or knew; what it acknowledged as new is what the engine folded, once it has caught up.

use super::Answers;
use crate::server::counts::{COMMIT_EDGES_S, get};
use hw_engine::Engine;
use hw_flow::{Coverage, HopSummary};
use hw_ingest::{Outcome, Refused, Signal, Transport};
use hw_model::Hop;
use hw_prometheus::contract::{
    ANSWER_LABELS, ENTRY_ENTERED, ENTRY_ERRORS, ENTRY_LABELS, HOP_ANSWERS, HOP_CALLS, HOP_ENTERED,
    HOP_ERRORS, HOP_LABELS, HOP_LEFT, HOP_RECEIVED,
};
use hw_web::FamilyKind::{Counter, Gauge};
use hw_web::{Backend, Family};

type Labels = Vec<(&'static str, String)>;

/// What was counted on a hop.
struct HopFigures {
    hop: Hop,
    entered: u64,
    left: u64,
    received: u64,
    calls: u64,
    errors: u64,
    /// Name of the attribute that holds the answer, and counts by value.
    answers: (String, Vec<(String, u64)>),
}

/// What was counted of an entry.
struct EntryFigures {
    service: String,
    operation: String,
    entered: u64,
    errors: u64,
}

/// What the engine counts.
struct Engines {
    coverage: Coverage,
    watched: usize,
    armed: usize,
    n_open: usize,
    hops: Vec<HopFigures>,
    entries: Vec<EntryFigures>,
}

impl Engines {
    fn of(engine: &Engine) -> Self {
        let flow = engine.flow();
        let hops = flow.hops().filter_map(|idx| {
            let HopSummary { entered, left, received, calls, failed, answers, answer_key, .. } =
                flow.hop_summary(idx)?;
            Some(HopFigures {
                hop: flow.hop_words(idx)?,
                entered,
                left,
                received: received.unwrap_or(0),
                calls,
                errors: failed,
                answers: (answer_key.unwrap_or_default(), answers),
            })
        });
        let entries = flow.entries().filter_map(|idx| {
            let (service, operation) = flow.entry_place(idx)?;
            let (entered, errors) = flow.entry_totals(idx)?;
            let operation = operation.map(|name| flow.vocabulary().name(name).to_owned());
            let (service, operation) = (flow.service_word(service), operation.unwrap_or_default());
            Some(EntryFigures { service, operation, entered, errors })
        });
        let (watched, armed) = engine.n_watched();
        let (mut hops, mut entries): (Vec<_>, Vec<_>) = (hops.collect(), entries.collect());
        hops.sort_by(|a, b| a.hop.cmp(&b.hop));
        entries.sort_by(|a, b| (&a.service, &a.operation).cmp(&(&b.service, &b.operation)));
        Self { coverage: flow.coverage(), watched, armed, n_open: flow.n_open(), hops, entries }
    }
}

impl Answers {
    pub(super) fn families(&self) -> Vec<Family> {
        let mut families = self.of_the_process();
        families.extend(self.of_the_receiver());
        families.extend(self.of_the_writer());
        families.extend(self.of_the_disk());
        families.extend(self.of_the_post());
        let engine = self.ask(0, Engines::of).ok();
        let answered = if engine.is_some() { 1.0 } else { 0.0 };
        families.push(Family::one(
            "highwater_engine_answers",
            Gauge,
            "1 if the engine answered; if not, its figures and those of the hops are missing here.",
            answered,
        ));
        if let Some(engine) = engine {
            families.extend(of_the_engine(&engine));
            families.extend(of_the_hops(&engine.hops));
            families.extend(of_the_entries(&engine.entries));
        }
        families
    }

    fn of_the_process(&self) -> Vec<Family> {
        let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
        let health = self.health();
        let lately = self.counts.lately();
        let flag = |is_so: bool| if is_so { 1.0 } else { 0.0 };
        let mut families = vec![
            Family::many("highwater_build_info", Gauge, "The version that runs.", [(version, 1.0)]),
            Family::one(
                "highwater_ready",
                Gauge,
                "1 if requests are taken and all of before the start is counted.",
                flag(health.is_ready),
            ),
            Family::one(
                "highwater_writable",
                Gauge,
                "1 if data can be made durable.",
                flag(self.counts.trouble().is_none()),
            ),
            Family::one(
                "highwater_engine_behind_batches",
                Gauge,
                "Batches that are durable and not counted yet.",
                self.counts.behind() as f64,
            ),
        ];
        if let Some(age_s) = self.counts.canary_age_s() {
            let help = "Spans of our own that were sent to the receiver.";
            let sent = get(&self.counts.canaries) as f64;
            families.push(Family::one("highwater_canaries_sent_total", Counter, help, sent));
            let help = "Seconds since one of them was counted, or since the start if none was yet.";
            families.push(Family::one("highwater_canary_age_seconds", Gauge, help, age_s));
        }
        families.extend(lately.age_s.map(|age_s| {
            let help = "Seconds since new records came.";
            Family::one("highwater_last_record_age_seconds", Gauge, help, age_s)
        }));
        families
    }

    fn of_the_receiver(&self) -> Vec<Family> {
        let receiver = &self.receiver;
        let signals = [Signal::Traces, Signal::Logs, Signal::Metrics];
        let mut requests = Vec::new();
        for transport in Transport::ALL {
            for signal in signals {
                for outcome in Outcome::ALL {
                    let n = receiver.requests(transport, signal, outcome);
                    let labels: Labels = vec![
                        ("transport", transport_word(transport).to_owned()),
                        ("signal", signal_word(signal).to_owned()),
                        ("outcome", outcome_word(outcome).to_owned()),
                    ];
                    requests.push((labels, n as f64));
                }
            }
        }
        let one = |name, kind, help, n: u64| Family::one(name, kind, help, n as f64);
        vec![
            Family::many(
                "highwater_receiver_requests_total",
                Counter,
                "OTLP requests that are over, by what became of them.",
                requests,
            ),
            one(
                "highwater_receiver_strays_total",
                Counter,
                "Requests to the receiver that are no export.",
                receiver.strays(),
            ),
            one(
                "highwater_receiver_read_bytes_total",
                Counter,
                "Bytes of bodies as they came.",
                receiver.bytes_read(),
            ),
            one(
                "highwater_receiver_delivered_bytes_total",
                Counter,
                "Bytes of bodies, decompressed.",
                receiver.bytes_delivered(),
            ),
            one(
                "highwater_receiver_memory_bytes",
                Gauge,
                "Bytes of memory that bodies take now.",
                receiver.bytes_in_flight() as u64,
            ),
            one(
                "highwater_receiver_connections",
                Gauge,
                "Connections of senders that are open.",
                receiver.connections_open(),
            ),
            one(
                "highwater_receiver_connections_opened_total",
                Counter,
                "Connections of senders that were taken.",
                receiver.connections_opened(),
            ),
            one(
                "highwater_receiver_connections_refused_total",
                Counter,
                "Connections of senders that were closed at once, because as many were open as may.",
                receiver.connections_refused(),
            ),
        ]
    }

    fn of_the_writer(&self) -> Vec<Family> {
        let counts = &self.counts;
        let kind = |word: &str, n| (vec![("kind", word.to_owned())], n as f64);
        let new = [
            kind("span", get(&counts.spans)),
            kind("log", get(&counts.logs)),
            kind("point", get(&counts.points)),
        ];
        let rejected = counts.rejected().map(|(reason, n)| {
            let labels: Labels = vec![("reason", reason.words().to_owned())];
            (labels, n as f64)
        });
        let one = |name, help, n| Family::one(name, Counter, help, get(n) as f64);
        vec![
            Family::many(
                "highwater_records_acknowledged_total",
                Counter,
                "New records that were acknowledged, over the life of the data folder.",
                new,
            ),
            Family::many(
                "highwater_records_rejected_total",
                Counter,
                "Records that do not count, by reason.",
                rejected,
            ),
            one(
                "highwater_records_copied_total",
                "Records that had come before, in another request.",
                &counts.copied_records,
            ),
            one(
                "highwater_records_ignored_total",
                "Metric points that carry no answer.",
                &counts.ignored,
            ),
            one(
                "highwater_requests_copied_total",
                "Requests that had come before.",
                &counts.copied_requests,
            ),
            one(
                "highwater_requests_broken_total",
                "Requests that could not be read.",
                &counts.broken,
            ),
            one(
                "highwater_record_keys_forgotten_total",
                "Keys of records forgotten before a quarter of an hour: copies may have counted twice.",
                &counts.keys_forgotten,
            ),
        ]
    }

    fn of_the_disk(&self) -> Vec<Family> {
        let counts = &self.counts;
        let (sum_s, buckets) = counts.commit_times();
        let one = |name, kind, help, n: f64| Family::one(name, kind, help, n);
        vec![
            Family::histogram(
                "highwater_commit_seconds",
                "How long it took to make a group durable.",
                &COMMIT_EDGES_S,
                (&buckets, sum_s),
            ),
            one(
                "highwater_commits_failed_total",
                Counter,
                "Groups that could not be made durable; nothing of them was acknowledged.",
                get(&counts.commits_failed) as f64,
            ),
            one(
                "highwater_log_bytes_total",
                Counter,
                "Bytes of batches that were appended to the log.",
                get(&counts.log_bytes) as f64,
            ),
            one(
                "highwater_batches_skipped_total",
                Counter,
                "Batches that are damaged or in quarantine, and are not counted.",
                get(&counts.rows_skipped) as f64,
            ),
            one(
                "highwater_snapshots_total",
                Counter,
                "Snapshots that were taken.",
                get(&counts.snapshots) as f64,
            ),
            one(
                "highwater_snapshots_failed_total",
                Counter,
                "Snapshots that came to nothing; the log is kept longer.",
                get(&counts.snapshots_failed) as f64,
            ),
            one(
                "highwater_snapshot_bytes",
                Gauge,
                "Length of the last snapshot.",
                get(&counts.snapshot_bytes) as f64,
            ),
            one(
                "highwater_snapshot_seconds",
                Gauge,
                "How long the last snapshot took.",
                counts.snapshot_s(),
            ),
        ]
    }
}

fn of_the_engine(engine: &Engines) -> Vec<Family> {
    let Coverage {
        spans,
        duplicates,
        late,
        joined,
        unjoined,
        paired,
        orphans,
        beyond,
        logs,
        points,
    } = engine.coverage;
    let counter = |name, help, n: u64| Family::one(name, Counter, help, n as f64);
    let gauge = |name, help, n: f64| Family::one(name, Gauge, help, n);
    vec![
        counter("highwater_spans_folded_total", "Spans that were counted.", spans),
        counter("highwater_logs_folded_total", "Log lines that were counted.", logs),
        counter("highwater_points_folded_total", "Points of counters that were counted.", points),
        counter("highwater_spans_duplicate_total", "Spans that had come before.", duplicates),
        counter("highwater_spans_late_total", "Spans too late for their window.", late),
        counter(
            "highwater_outs_joined_total",
            "Calls that found the entry they left from.",
            joined,
        ),
        counter("highwater_outs_unjoined_total", "Calls that did not.", unjoined),
        counter("highwater_entries_paired_total", "Called entries that found their call.", paired),
        counter("highwater_entries_orphaned_total", "Called entries that did not.", orphans),
        counter(
            "highwater_beyond_limit_total",
            "Ends of calls that are not counted, because there are too many hops.",
            beyond,
        ),
        gauge(
            "highwater_coverage_ratio",
            "Share of calls and called entries that found their other end.",
            engine.coverage.share(),
        ),
        gauge("highwater_spans_waiting", "Spans that wait for others.", engine.n_open as f64),
        gauge("highwater_streams_watched", "Figures that are followed.", engine.watched as f64),
        gauge(
            "highwater_streams_armed",
            "Figures on which a shift would be noticed now.",
            engine.armed as f64,
        ),
    ]
}

/// The contract for rules: what was counted on each hop.
fn of_the_hops(hops: &[HopFigures]) -> Vec<Family> {
    let family = |name, help, count: fn(&HopFigures) -> u64| {
        let sample = |of: &HopFigures| (hop_labels(&of.hop), count(of) as f64);
        Family::many(name, Counter, help, hops.iter().map(sample))
    };
    let answers = hops.iter().flat_map(|of| {
        let (key, answers) = &of.answers;
        answers.iter().map(|(answer, n)| {
            let mut labels = hop_labels(&of.hop);
            labels.extend(ANSWER_LABELS.into_iter().zip([key.clone(), answer.clone()]));
            (labels, *n as f64)
        })
    });
    vec![
        family(HOP_ENTERED, "Items that entered the caller of a hop.", |of| of.entered),
        family(HOP_LEFT, "Items that left on a hop.", |of| of.left),
        family(HOP_RECEIVED, "Items that arrived; 0 where the callee is not seen.", |of| {
            of.received
        }),
        family(HOP_CALLS, "Calls of a hop.", |of| of.calls),
        family(HOP_ERRORS, "Calls of a hop that failed.", |of| of.errors),
        Family::many(HOP_ANSWERS, Counter, "Answers on a hop, by value.", answers),
    ]
}

fn hop_labels(hop: &Hop) -> Labels {
    let entry = hop.entry.clone().unwrap_or_default();
    let values = [hop.caller.clone(), entry, hop.callee.clone(), hop.operation.clone()];
    HOP_LABELS.into_iter().zip(values).collect()
}

/// The same of each entry.
fn of_the_entries(entries: &[EntryFigures]) -> [Family; 2] {
    let family = |name, help, count: fn(&EntryFigures) -> u64| {
        let sample = |of: &EntryFigures| {
            let values = [of.service.clone(), of.operation.clone()];
            (ENTRY_LABELS.into_iter().zip(values).collect(), count(of) as f64)
        };
        Family::many(name, Counter, help, entries.iter().map(sample))
    };
    [
        family(ENTRY_ENTERED, "Items that entered a service by an entry.", |of| of.entered),
        family(ENTRY_ERRORS, "Entries that failed.", |of| of.errors),
    ]
}

const fn transport_word(transport: Transport) -> &'static str {
    match transport {
        Transport::Grpc => "grpc",
        Transport::Http => "http",
    }
}

const fn signal_word(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "traces",
        Signal::Logs => "logs",
        Signal::Metrics => "metrics",
    }
}

const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::AcceptedInPart => "accepted_in_part",
        Outcome::Refused(refused) => match refused {
            Refused::Broken => "broken",
            Refused::Garbled => "garbled",
            Refused::UnknownCompression => "unknown_compression",
            Refused::TooLarge => "too_large",
            Refused::TooSlow => "too_slow",
            Refused::QueueFull => "queue_full",
            Refused::MemoryFull => "memory_full",
            Refused::Overloaded => "overloaded",
            Refused::Unavailable => "unavailable",
            Refused::Gone => "gone",
            Refused::Unauthenticated => "unauthenticated",
            Refused::Forbidden => "forbidden",
        },
    }
}
