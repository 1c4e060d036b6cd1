//! A world's telemetry as the OpenTelemetry collector's file exporter writes it: a request per line,
//! in OTLP's JSON, in the order in which the requests arrived.
//!
//! The same words as [`crate::records`] hands to the engine; a test holds the two against each
//! other. Ids are the world's own small numbers, so that a recording packs well.

mod gateway;
mod request;
#[cfg(test)]
mod tests;
mod writer;

use crate::export::{Export, Records, exports};
use crate::ids::EntryId;
use crate::life::{Life, Running};
use crate::records::{
    SDK_LANGUAGE, SDK_NAME, Wording, candidates, instance_name, span_id, status, trace_id, wording,
};
use crate::traffic::{Doing, Ending, Line, Span, Traffic};
use crate::world::{Operation, World};
use hw_flow::STATUS;
use hw_model::{Severity, SpanKind};
use request::{Attribute, Body, LinkTo, LogLine, Request, Resource, Scope, SpanLine, SpanStatus};
use serde::Serialize;
use std::collections::BTreeMap;

pub(crate) use gateway::Gateway;

/// Span flags: sampled, and whether it is known that the parent is elsewhere.
const LOCAL: u32 = 0x101;
const REMOTE: u32 = 0x301;

/// Span status ERROR.
const ERROR: u8 = 2;

/// A world's telemetry, a request per line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Requests with spans.
    pub traces: Vec<u8>,
    /// Requests with log lines.
    pub logs: Vec<u8>,
    /// Spans of each service, what was sent twice counted once.
    pub n_spans: BTreeMap<String, u64>,
    /// Log lines of each service, what was sent twice counted once.
    pub n_lines: BTreeMap<String, u64>,
}

/// Lets a world happen and writes down what reaches Highwater. Changes that people tell are not in
/// it.
#[must_use]
pub fn record(world: &World) -> Recorded {
    let life = Life::new(world);
    let traffic = Traffic::new(world, &life);
    let mut recorded = Recorded::default();
    for export in exports(world, life.all(), &traffic) {
        recorded.add(world, life.get(export.instance), &export);
    }
    recorded
}

impl Recorded {
    fn add(&mut self, world: &World, running: &Running, export: &Export<'_>) {
        let name = &world.service(running.service).name;
        let resource = resource(name, running);
        let scope = Scope { name };
        let (n, counts) = match &export.records {
            Records::Spans(spans) => {
                let lines = spans.iter().map(|span| span_line(world, running, span)).collect();
                write_line(&Request::of_spans(resource, scope, lines), &mut self.traces);
                (spans.len() as u64, &mut self.n_spans)
            }
            Records::Lines(lines) => {
                let n = lines.len() as u64;
                let observed = world.start.instant(export.arrives).0;
                let lines = lines.iter().map(|line| log_line(world, running, (line, observed)));
                write_line(&Request::of_lines(resource, scope, lines.collect()), &mut self.logs);
                (n, &mut self.n_lines)
            }
        };
        if !export.is_copy {
            *counts.entry(name.clone()).or_default() += n;
        }
    }
}

fn write_line(request: &impl Serialize, into: &mut Vec<u8>) {
    serde_json::to_writer(&mut *into, request).expect("invariant: a vector takes all");
    into.push(b'\n');
}

fn resource(service: &str, running: &Running) -> Resource {
    let attributes = vec![
        Attribute::text("service.name", service),
        Attribute::text("service.version", &running.version),
        Attribute::text("service.instance.id", &instance_name(service, running)),
        Attribute::text("telemetry.sdk.name", SDK_NAME),
        Attribute::text("telemetry.sdk.language", SDK_LANGUAGE),
        Attribute::text("telemetry.sdk.version", &running.sdk),
    ];
    Resource { attributes }
}

fn span_line(world: &World, running: &Running, span: &Span) -> SpanLine {
    let SpanWords { name, kind, attributes, is_well, is_local } = span_words(world, span);
    let links = span.link.map(|(trace, span)| LinkTo {
        trace_id: hex_of_trace(world, trace),
        span_id: format!("{:016x}", span.0),
        flags: REMOTE,
    });
    SpanLine {
        trace_id: hex_of_trace(world, span.trace),
        span_id: format!("{:016x}", span_id(Some(span.number)).0),
        parent_span_id: span.parent.map(|parent| format!("{:016x}", parent.0)),
        name,
        kind,
        start_time_unix_nano: world.start.instant(span.from + running.skew).0.to_string(),
        end_time_unix_nano: world.start.instant(span.until + running.skew).0.to_string(),
        attributes,
        links: links.into_iter().collect(),
        status: SpanStatus { code: (!is_well).then_some(ERROR) },
        flags: if is_local { LOCAL } else { REMOTE },
    }
}

/// All of a span but its ids and times.
struct SpanWords {
    name: String,
    kind: u8,
    attributes: Vec<Attribute>,
    is_well: bool,
    /// Whether its parent is known to be in the same process.
    is_local: bool,
}

fn span_words(world: &World, span: &Span) -> SpanWords {
    let Wording { kind, operation, .. } = wording(world, span.doing);
    SpanWords {
        name: operation,
        kind: kind_number(kind),
        attributes: attributes(world, span),
        is_well: matches!(span.ending, Ending::Well(_)),
        is_local: matches!(span.doing, Doing::Within(_) | Doing::Call(..)),
    }
}

/// The numbers of OTLP's `SpanKind`.
const fn kind_number(kind: SpanKind) -> u8 {
    match kind {
        SpanKind::Internal | SpanKind::Evaluation => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

/// What a span carries, by the names of today's semantic conventions.
fn attributes(world: &World, span: &Span) -> Vec<Attribute> {
    let mut attributes = match span.doing {
        Doing::Within(_) => Vec::new(),
        Doing::Serve(entry) => served(&world.entry(entry).operation),
        Doing::Call(entry, step) => {
            let to = world.entry(entry).steps.get(step);
            to.map_or_else(Vec::new, |step| called(world, step.to()))
        }
    };
    if let Some(status) = status(world, span).and_then(|status| status.parse().ok()) {
        attributes.push(Attribute::number("http.response.status_code", status));
    }
    if span.items > 1 {
        // The conventions have a name for batches of messages only.
        attributes.push(Attribute::number("messaging.batch.message_count", span.items.into()));
    }
    let candidates = candidates(world, span);
    let others = candidates.iter().filter(|(key, _)| key != STATUS);
    attributes.extend(others.map(|(key, value)| Attribute::text(key, value)));
    attributes
}

fn served(operation: &Operation) -> Vec<Attribute> {
    if operation.is_message() {
        return message("process", &operation.object);
    }
    vec![
        Attribute::text("http.request.method", &operation.verb),
        Attribute::text("http.route", &operation.object),
        Attribute::text("url.scheme", "http"),
        Attribute::text("url.path", &operation.object),
    ]
}

fn called(world: &World, to: EntryId) -> Vec<Attribute> {
    let Operation { verb, object } = &world.entry(to).operation;
    if world.entry(to).operation.is_message() {
        return message("send", object);
    }
    let (host, service) = (&world.owner(to).name, world.entry(to).service);
    let port = World::port(service);
    vec![
        Attribute::text("http.request.method", verb),
        Attribute::text("server.address", host),
        Attribute::number("server.port", i64::try_from(port).unwrap_or(0)),
        Attribute::text("url.full", &format!("http://{host}:{port}{object}")),
    ]
}

fn message(doing: &str, topic: &str) -> Vec<Attribute> {
    vec![
        Attribute::text("messaging.system", "kafka"),
        Attribute::text("messaging.operation.type", doing),
        Attribute::text("messaging.operation.name", doing),
        Attribute::text("messaging.destination.name", topic),
    ]
}

fn log_line(world: &World, running: &Running, (line, observed): (&Line, i64)) -> LogLine {
    LogLine {
        time_unix_nano: world.start.instant(line.at + running.skew).0.to_string(),
        observed_time_unix_nano: observed.to_string(),
        severity_number: log_severity(line.severity),
        severity_text: line.severity.word(),
        body: Body { string_value: line.text.clone() },
        trace_id: line.span.map(|(trace, _)| hex_of_trace(world, trace)),
        span_id: line.span.map(|(_, span)| format!("{:016x}", span.0)),
    }
}

/// The first number of each of OTLP's severity ranges.
const fn log_severity(severity: Severity) -> u8 {
    match severity {
        Severity::Trace => 1,
        Severity::Debug => 5,
        Severity::Info => 9,
        Severity::Warn => 13,
        Severity::Error => 17,
        Severity::Fatal => 21,
    }
}

fn hex_of_trace(world: &World, trace: crate::traffic::TraceNo) -> String {
    format!("{:032x}", trace_id(world, trace).0)
}
