//! OTLP's JSON as far as worlds need it, in the collector's order of fields.

use serde::Serialize;

/// One line of a file.
#[derive(Serialize)]
pub(super) struct Request<R>(R);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Traces<'a> {
    resource_spans: [ResourceSpans<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: Resource,
    scope_spans: [ScopeSpans<'a>; 1],
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Scope<'a>,
    spans: Vec<SpanLine>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logs<'a> {
    resource_logs: [ResourceLogs<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceLogs<'a> {
    resource: Resource,
    scope_logs: [ScopeLogs<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScopeLogs<'a> {
    scope: Scope<'a>,
    log_records: Vec<LogLine>,
}

/// Who sent it.
#[derive(Serialize)]
pub(super) struct Resource {
    pub attributes: Vec<Attribute>,
}

/// Which part of it.
#[derive(Serialize)]
pub(super) struct Scope<'a> {
    pub name: &'a str,
}

/// A span.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpanLine {
    pub trace_id: String,
    pub span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<String>,
    pub name: String,
    pub kind: u8,
    pub start_time_unix_nano: String,
    pub end_time_unix_nano: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkTo>,
    pub status: SpanStatus,
    pub flags: u32,
}

/// How a span ended; empty where nothing is said.
#[derive(Serialize)]
pub(super) struct SpanStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u8>,
}

/// A span that is linked to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LinkTo {
    pub trace_id: String,
    pub span_id: String,
    pub flags: u32,
}

/// A log line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogLine {
    pub time_unix_nano: String,
    pub observed_time_unix_nano: String,
    pub severity_number: u8,
    pub severity_text: &'static str,
    pub body: Body,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span_id: Option<String>,
}

/// What a log line says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    pub string_value: String,
}

/// A key and its value.
#[derive(Serialize)]
pub(super) struct Attribute {
    pub key: String,
    pub value: Value,
}

/// Numbers of 64 bits are written as text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Value {
    StringValue(String),
    #[serde(serialize_with = "as_text")]
    IntValue(i64),
}

fn as_text<S: serde::Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

impl Attribute {
    pub(super) fn text(key: &str, value: &str) -> Self {
        Self { key: key.to_owned(), value: Value::StringValue(value.to_owned()) }
    }

    pub(super) fn number(key: &str, value: i64) -> Self {
        Self { key: key.to_owned(), value: Value::IntValue(value) }
    }
}

impl<'a> Request<Traces<'a>> {
    pub(super) fn of_spans(resource: Resource, scope: Scope<'a>, spans: Vec<SpanLine>) -> Self {
        let scope_spans = [ScopeSpans { scope, spans }];
        Self(Traces { resource_spans: [ResourceSpans { resource, scope_spans }] })
    }
}

impl<'a> Request<Logs<'a>> {
    pub(super) fn of_lines(resource: Resource, scope: Scope<'a>, lines: Vec<LogLine>) -> Self {
        let scope_logs = [ScopeLogs { scope, log_records: lines }];
        Self(Logs { resource_logs: [ResourceLogs { resource, scope_logs }] })
    }
}
