//! What becomes of OTLP's records; here is what all of these tests build requests from.

mod answers;
mod declared;
mod logs;
mod operations;
mod spans;
mod sums;

use crate::options::{
    DecisionRule, DecisionValue, ItemRule, Missing, Pattern, ReadOptions, Repository, When,
};
use crate::words::{BatchWords, SpanWords, Words};
use crate::{Encoding, Intake, Rejection, Tally, decode};
use hw_flow::DictionaryLimits;
use hw_model::{CodePlace, Outcome, SpanKind, SumKind};
use serde_json::{Value, json};

const START_S: u64 = 1_700_000_000;
const TRACE: &str = "0102030405060708090a0b0c0d0e0f10";

fn read_with(options: ReadOptions, request: &Value) -> (BatchWords, Tally) {
    let mut intake = Intake::new(options, DictionaryLimits::STANDARD);
    let bytes = serde_json::to_vec(request).unwrap();
    let tally = decode(&bytes, Encoding::Json, &mut intake).unwrap();
    (Words::default().read(&intake.take_batch()), tally)
}

fn read(request: &Value) -> (BatchWords, Tally) {
    read_with(ReadOptions::default(), request)
}

/// `a=b; n=#5; f=?true; l=[x]` as attributes: text, integer, truth, list of one text.
fn attributes(text: &str) -> Value {
    let pairs = text.split("; ").filter(|pair| !pair.is_empty());
    let attribute = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap();
        let value = match value.as_bytes().first() {
            Some(b'#') => json!({"intValue": value[1..]}),
            Some(b'?') => json!({"boolValue": &value[1..] == "true"}),
            Some(b'[') => {
                json!({"arrayValue": {"values": [{"stringValue": value[1..value.len() - 1]}]}})
            }
            _ => json!({"stringValue": value}),
        };
        json!({"key": key, "value": value})
    };
    pairs.map(attribute).collect()
}

fn span(kind: u8, name: &str, text: &str) -> Value {
    json!({
        "traceId": TRACE, "spanId": "1112131415161718", "name": name, "kind": kind,
        "startTimeUnixNano": (START_S * 1_000_000_000).to_string(),
        "endTimeUnixNano": ((START_S + 1) * 1_000_000_000).to_string(),
        "attributes": attributes(text),
    })
}

fn with(mut span: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        span[key] = value.clone();
    }
    span
}

fn request(resource: &str, spans: &[Value]) -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": attributes(resource)},
        "scopeSpans": [{"scope": {"name": "s"}, "spans": spans}],
    }]})
}

fn read_span(span: Value) -> SpanWords {
    let (mut batch, tally) = read(&request("service.name=shop", &[span]));
    assert_eq!((tally.spans, tally.n_rejected()), (1, 0));
    batch.spans.remove(0)
}

/// `Client POST /items @peer /path x1 Failed [answers]`, parts left out where they say nothing.
fn line(span: &SpanWords) -> String {
    let mut line = format!("{:?} {}", span.kind, span.operation);
    for (mark, text) in [(" @", &span.peer), (" path ", &span.path)] {
        if !text.is_empty() {
            line += mark;
            line += text;
        }
    }
    if span.items != 1 {
        line += &format!(" x{}", span.items);
    }
    if span.outcome == Outcome::Failed {
        line += " Failed";
    }
    if span.answers.is_empty() { line } else { format!("{line} [{}]", span.answers.join(", ")) }
}

const SERVER: u8 = 2;
const CLIENT: u8 = 3;
const PRODUCER: u8 = 4;
const CONSUMER: u8 = 5;

fn check(table: &[(u8, &str, &str, &str)]) {
    for (kind, name, text, expect) in table {
        assert_eq!(line(&read_span(span(*kind, name, text))), *expect, "{text}");
    }
}

fn flag_event(name: &str, text: &str) -> Value {
    json!({"name": name, "timeUnixNano": "1700000000500000000", "attributes": attributes(text)})
}

fn logs(records: &[Value]) -> Value {
    json!({"resourceLogs": [{
        "resource": {"attributes": attributes("service.name=shop")},
        "scopeLogs": [{"logRecords": records}],
    }]})
}

fn log(more: &Value) -> Value {
    with(json!({"timeUnixNano": "1700000000000000000"}), more)
}

fn metric(metric: &Value) -> Value {
    json!({"resourceMetrics": [{
        "resource": {"attributes": attributes("service.name=shop")},
        "scopeMetrics": [{"scope": {"name": "m", "version": "1"}, "metrics": [metric]}],
    }]})
}

fn sum(points: &Value) -> Value {
    metric(&json!({"name": "gate.calls", "sum": {
        "dataPoints": points, "aggregationTemporality": 2, "isMonotonic": true}}))
}

fn point(text: &str, more: &Value) -> Value {
    let point = json!({"timeUnixNano": "1700000000000000000", "asInt": "5",
        "startTimeUnixNano": "1690000000000000000", "attributes": attributes(text)});
    with(point, more)
}
