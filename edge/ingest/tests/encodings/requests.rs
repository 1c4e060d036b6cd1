//! Random requests: mostly what senders send, with a share of what they should not.

use super::messages::{
    AnyValue, ArrayValue, Data, Event, Gauge, KeyValue, KeyValueList, Link, LogRecord, Logs,
    Metric, Metrics, Number, NumberDataPoint, Resource, ResourceLogs, ResourceMetrics,
    ResourceSpans, Scope, ScopeLogs, ScopeMetrics, ScopeSpans, Span, Status, Sum, Traces, Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const KEYS: [&str; 40] = [
    "service.name",
    "service.version",
    "deployment.environment",
    "deployment.environment.name",
    "service.instance.id",
    "host.name",
    "process.pid",
    "telemetry.sdk.name",
    "http.method",
    "http.request.method",
    "http.route",
    "http.status_code",
    "http.response.status_code",
    "http.url",
    "url.full",
    "http.response.header.x-decision",
    "rpc.service",
    "rpc.method",
    "rpc.grpc.status_code",
    "rpc.response.status_code",
    "messaging.operation",
    "messaging.operation.type",
    "messaging.destination.name",
    "messaging.batch.message_count",
    "db.system",
    "db.operation.name",
    "server.address",
    "server.port",
    "peer.service",
    "net.peer.ip",
    "app.decision",
    "decision",
    "result",
    "order.id",
    "status",
    "event.name",
    "feature_flag.key",
    "feature_flag.variant",
    "feature_flag.result.reason",
    "",
];

const WORDS: [&str; 18] = [
    "",
    "go",
    "halt",
    "GET",
    "/items/{id}",
    "200",
    "503",
    "UNAVAILABLE",
    "receive",
    "settle",
    "send",
    "http://u@Shop.Example:8080/a/b?c#d",
    "ünïcode \"quoted\" \\ and\nlines",
    "😀",
    "feature_flag.evaluation",
    "feature_flag",
    "message",
    "a rather long text that is beyond the sixty-four bytes that an answer may have",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(&WORDS[..]).prop_map(String::from), 1 => ".{0,20}"]
}

/// Any key, and often one of a few that may be answers.
fn key() -> impl Strategy<Value = String> {
    let answers = ["app.decision", "app.mode", "decision", "result", "verdict"];
    prop_oneof![
        12 => select(&KEYS[..]).prop_map(String::from),
        7 => select(answers.to_vec()).prop_map(String::from),
        1 => "[a-z]{1,5}\\.(kind|msg|id)",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => word().prop_map(Value::String),
        2 => prop_oneof![-5..600_i64, any::<i64>()].prop_map(Value::Int),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<f64>().prop_map(Value::Double),
        1 => vec(any::<u8>(), 0..4).prop_map(Value::Bytes),
    ]
}

fn any_value() -> impl Strategy<Value = AnyValue> {
    let leaf = option::weighted(0.95, scalar()).prop_map(|value| AnyValue { value });
    leaf.prop_recursive(2, 8, 3, |inner| {
        let pair = (select(&["message", "msg", "x"][..]), option::of(inner.clone()));
        let pair = pair.prop_map(|(key, value)| KeyValue { key: key.into(), value });
        let map = vec(pair, 0..3).prop_map(|values| Value::Map(KeyValueList { values }));
        let array = vec(inner, 0..3).prop_map(|values| Value::Array(ArrayValue { values }));
        prop_oneof![map, array].prop_map(|value| AnyValue { value: Some(value) })
    })
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let pair = (key(), option::weighted(0.95, any_value()));
    vec(pair.prop_map(|(key, value)| KeyValue { key, value }), 0..8)
}

/// An id; often one of few, so that records meet.
fn id(len: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => (1..4_u8).prop_map(move |n| vec![n; len]),
        4 => vec(1..=255_u8, len),
        1 => Just(vec![0; len]),
        1 => vec(any::<u8>(), 0..20),
    ]
}

/// A time; often one of few.
fn time() -> impl Strategy<Value = u64> {
    const AT: u64 = 1_700_000_000_000_000_000;
    prop_oneof![
        8 => (0..6_u64).prop_map(|n| AT + n * 400_000_000),
        4 => AT..AT + 5_000_000_000,
        1 => Just(0),
        1 => any::<u64>(),
    ]
}

fn resource() -> impl Strategy<Value = Option<Resource>> {
    let resource = (attributes(), 0..2_u32).prop_map(|(attributes, dropped_attributes_count)| {
        Resource { attributes, dropped_attributes_count }
    });
    option::weighted(0.9, resource)
}

fn scope() -> impl Strategy<Value = Option<Scope>> {
    option::of((word(), word()).prop_map(|(name, version)| Scope { name, version }))
}

fn event() -> impl Strategy<Value = Event> {
    (time(), word(), attributes()).prop_map(|(time_unix_nano, name, attributes)| Event {
        time_unix_nano,
        name,
        attributes,
    })
}

fn link() -> impl Strategy<Value = Link> {
    (id(16), id(8)).prop_map(|(trace_id, span_id)| Link { trace_id, span_id })
}

fn span() -> impl Strategy<Value = Span> {
    let ids = (id(16), id(8), prop_oneof![Just(vec![]), id(8)]);
    let state = select(&["", "ot=th:8", "ot=th:xyz", "a=b,ot=rv:1;th:c"][..]);
    let flags = prop_oneof![select(&[0_u32, 0x100, 0x300, 0x101][..]), any::<u32>()];
    let status = option::of((word(), -1..4).prop_map(|(message, code)| Status { message, code }));
    let head = (ids, state, word(), -1..7_i32, time(), time());
    let tail = (attributes(), vec(event(), 0..3), vec(link(), 0..4), status, flags);
    (head, tail).prop_map(|(head, tail)| {
        let ((trace_id, span_id, parent_span_id), state, name, kind, start, end) = head;
        let (attributes, events, links, status, flags) = tail;
        Span {
            trace_id,
            span_id,
            trace_state: state.into(),
            parent_span_id,
            name,
            kind,
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            attributes,
            events,
            links,
            status,
            flags,
        }
    })
}

pub(crate) fn traces() -> impl Strategy<Value = Traces> {
    let scope = (scope(), vec(span(), 0..4)).prop_map(|(scope, spans)| ScopeSpans { scope, spans });
    let group = (resource(), vec(scope, 0..3), word()).prop_map(|parts| {
        let (resource, scope_spans, schema_url) = parts;
        ResourceSpans { resource, scope_spans, schema_url }
    });
    vec(group, 0..4).prop_map(|resource_spans| Traces { resource_spans })
}

fn log() -> impl Strategy<Value = LogRecord> {
    let parts =
        (time(), time(), -1..26, option::of(any_value()), attributes(), id(16), id(8), word());
    parts.prop_map(
        |(at, observed_at, severity_number, body, attributes, trace_id, span_id, name)| LogRecord {
            time_unix_nano: at,
            severity_number,
            body,
            attributes,
            trace_id,
            span_id,
            observed_time_unix_nano: observed_at,
            event_name: name,
        },
    )
}

pub(crate) fn logs() -> impl Strategy<Value = Logs> {
    let scope = (scope(), vec(log(), 0..4))
        .prop_map(|(scope, log_records)| ScopeLogs { scope, log_records });
    let group = (resource(), vec(scope, 0..3))
        .prop_map(|(resource, scope_logs)| ResourceLogs { resource, scope_logs });
    vec(group, 0..4).prop_map(|resource_logs| Logs { resource_logs })
}

fn point() -> impl Strategy<Value = NumberDataPoint> {
    let number = prop_oneof![
        (-2..1000_i64).prop_map(Number::Int),
        any::<i64>().prop_map(Number::Int),
        any::<f64>().prop_map(Number::Double),
    ];
    let parts = (time(), time(), option::weighted(0.9, number), attributes(), 0..3_u32);
    parts.prop_map(|(start, at, value, attributes, flags)| NumberDataPoint {
        start_time_unix_nano: start,
        time_unix_nano: at,
        value,
        attributes,
        flags,
    })
}

fn metric() -> impl Strategy<Value = Metric> {
    let gauge = || vec(point(), 0..3).prop_map(|data_points| Gauge { data_points });
    let sum = (vec(point(), 0..5), 0..4, any::<bool>()).prop_map(|parts| {
        let (data_points, aggregation_temporality, is_monotonic) = parts;
        Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
    });
    let data = prop_oneof![
        8 => sum,
        1 => gauge().prop_map(Data::Gauge),
        1 => gauge().prop_map(Data::Histogram),
        1 => gauge().prop_map(Data::ExponentialHistogram),
        1 => gauge().prop_map(Data::Summary),
    ];
    (word(), word(), option::weighted(0.9, data)).prop_map(|(name, unit, data)| Metric {
        name,
        unit,
        data,
    })
}

pub(crate) fn metrics() -> impl Strategy<Value = Metrics> {
    let scope =
        (scope(), vec(metric(), 0..4)).prop_map(|(scope, metrics)| ScopeMetrics { scope, metrics });
    let group = (resource(), vec(scope, 0..3))
        .prop_map(|(resource, scope_metrics)| ResourceMetrics { resource, scope_metrics });
    vec(group, 0..4).prop_map(|resource_metrics| Metrics { resource_metrics })
}
