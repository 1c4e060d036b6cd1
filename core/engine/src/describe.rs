//! Shifts in words, and the ticks behind them.

use crate::incidents::onset_interval;
use crate::onset::onset_middle;
use crate::shifts::{Subject, Tracked};
use crate::watch::Watched;
use hw_flow::{Asked, EntryIdx, Flow, HopIdx};
use hw_model::{Hop, Shift, Signal, Target, Tick, Timestamp, UNKNOWN};
use hw_stats::Counts;

/// Names of the learned latency limits.
const LIMITS: [&str; 3] = ["p50", "p95", "p99"];

/// The non-empty judged ticks `[from, to)` of what a stream watches.
pub(crate) fn ticks_of(flow: &Flow, watched: Watched, from: i64, to: i64) -> Vec<(Tick, Counts)> {
    let mut ticks = Vec::new();
    let mut push = |tick: i64, n: u32, k: u32| {
        if n > 0 {
            ticks.push((Tick(tick), Counts::new(f64::from(n), f64::from(k))));
        }
    };
    match watched {
        Watched::Transfer(hop) => {
            flow.visit_hop_ticks(hop, from, to, |at, t| push(at, t.entries, t.any));
        }
        Watched::FanOut(hop) => {
            flow.visit_hop_ticks(hop, from, to, |at, t| push(at, t.entered, t.left));
        }
        Watched::HopErrors(hop) => {
            flow.visit_hop_ticks(hop, from, to, |at, t| push(at, t.calls, t.failed));
        }
        Watched::HopSlow(hop, limit) => flow.visit_hop_ticks(hop, from, to, |at, t| {
            push(at, t.calls.saturating_sub(t.failed), pick(t.slow, limit));
        }),
        Watched::EntryErrors(entry) => flow.visit_entry_ticks(entry, from, to, |at, t| {
            push(at, t.entries + t.failed, t.failed);
        }),
        Watched::EntrySlow(entry, limit) => flow.visit_entry_ticks(entry, from, to, |at, t| {
            push(at, t.entries, pick(t.slow, limit));
        }),
        Watched::Volume(entry) => {
            flow.visit_entry_ticks(entry, from, to, |at, t| push(at, 1, t.entered));
        }
        Watched::Telemetry(_) => {}
        Watched::Answer(asked, key, value) => {
            flow.visit_mix((asked, key), from, to, |at, row| {
                push(at, row.iter().sum(), row.get(value).copied().unwrap_or(0));
            });
        }
    }
    ticks
}

fn pick(slow: [u32; 3], limit: usize) -> u32 {
    slow.get(limit).copied().unwrap_or(0)
}

/// A shift in words.
pub(crate) fn describe(flow: &Flow, shift: &Tracked) -> Shift {
    let main = shift.main();
    let onset = onset_interval(shift);
    let back_since = shift.back_tick().map(Timestamp::from_s).filter(|_| shift.is_open());
    let end = shift.over_at().or(back_since).map_or(i64::MAX, |end| end.tick().0);
    let since: Counts = ticks_of(flow, main.watched, onset.to.tick().0, end)
        .into_iter()
        .map(|(_, counts)| counts)
        .sum();
    let nats = shift.members.iter().map(|member| member.alarm.nats).fold(0.0, f64::max);
    Shift {
        signal: shift.signal,
        service: service_of(flow, (shift.subject, shift.signal)),
        target: target_of(flow, shift.subject),
        value: value_of(flow, main.watched),
        direction: main.alarm.direction,
        before: main.alarm.learned.ratio().unwrap_or(main.alarm.before),
        after: since.ratio().unwrap_or(main.alarm.after),
        onset_at: onset_at(shift),
        onset,
        detected_at: shift.members.iter().map(|m| m.at).min().unwrap_or(main.at),
        ended_at: shift.ended_at,
        accepted_at: shift.accepted_at,
        back_since,
        evidence_nats: nats,
    }
}

/// The middle of the onset's probability.
pub(crate) fn onset_at(shift: &Tracked) -> Timestamp {
    onset_middle(&shift.onset)
}

/// The service that a figure belongs to.
pub(crate) fn service_of(flow: &Flow, (subject, signal): (Subject, Signal)) -> String {
    let hop_end = |hop: HopIdx| {
        let words = flow.hop_words(hop);
        let callers = matches!(signal, Signal::Transfer);
        words.map(|words| if callers { words.caller } else { words.callee })
    };
    let found = match subject {
        Subject::Hop(hop) | Subject::Answers(Asked::Hop(hop), _) => hop_end(hop),
        Subject::Entry(entry) => entry_words(flow, entry).map(|(service, _)| service),
        Subject::Service(service) => Some(flow.service_word(service)),
        Subject::Answers(Asked::Counter(counter), _) => {
            flow.counter_place(counter).map(|(service, _)| flow.service_word(service))
        }
    };
    found.unwrap_or_else(|| UNKNOWN.to_owned())
}

pub(crate) fn target_of(flow: &Flow, subject: Subject) -> Target {
    let found = match subject {
        Subject::Hop(hop) | Subject::Answers(Asked::Hop(hop), _) => {
            flow.hop_words(hop).map(Target::Hop)
        }
        Subject::Entry(entry) => entry_words(flow, entry)
            .map(|(service, operation)| Target::Entry { service, operation }),
        Subject::Answers(Asked::Counter(counter), _) => counter_hop(flow, counter).map(Target::Hop),
        Subject::Service(service) => Some(Target::Service(flow.service_word(service))),
    };
    found.unwrap_or_else(|| Target::Service(UNKNOWN.to_owned()))
}

/// A counter that carries answers, as the hop on which anybody asks its service.
pub(crate) fn counter_hop(flow: &Flow, counter: hw_flow::CounterIdx) -> Option<Hop> {
    let (service, metric) = flow.counter_place(counter)?;
    Some(Hop {
        caller: UNKNOWN.to_owned(),
        entry: None,
        callee: flow.service_word(service),
        operation: flow.vocabulary().name(metric).to_owned(),
    })
}

/// Service and operation of an entry in words.
pub(crate) fn entry_words(flow: &Flow, entry: EntryIdx) -> Option<(String, String)> {
    let (service, operation) = flow.entry_place(entry)?;
    let operation = operation.map(|name| flow.vocabulary().name(name).to_owned());
    Some((flow.service_word(service), operation.unwrap_or_default()))
}

pub(crate) fn value_of(flow: &Flow, watched: Watched) -> Option<String> {
    let limit = |limits: Option<[i64; 3]>, at: usize| {
        let ms = limits?.get(at).copied()? as f64 / 1e6;
        Some(format!("{} ({ms:.0} ms)", LIMITS.get(at)?))
    };
    match watched {
        Watched::Answer(asked, key, value) => flow.mix_names(asked, key)?.1.into_iter().nth(value),
        Watched::HopSlow(hop, at) => limit(flow.latency_limits_ns(hop), at),
        Watched::EntrySlow(entry, at) => limit(flow.entry_latency_limits_ns(entry), at),
        Watched::Transfer(_)
        | Watched::FanOut(_)
        | Watched::HopErrors(_)
        | Watched::EntryErrors(_)
        | Watched::Volume(_)
        | Watched::Telemetry(_) => None,
    }
}
