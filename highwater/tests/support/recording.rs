//! The recording gate-open, whole or altered, and what an analysis of it says.

#[path = "random.rs"]
pub(crate) mod random;

use highwater::{AnalysisSettings, analyse};
use hw_api::{Analysis, Rejected};
use hw_ingest::{CollationLimits, Progress, ReadOptions, RecordingReader};
use hw_model::{Interval, Timestamp};
use serde_json::Value;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Start of the recording, in Unix nanoseconds (testdata/gate-open/truth.json).
pub(crate) const START_NS: i64 = 1_795_329_834_653_958_997;

/// What to look at, and how.
#[derive(Clone, Default)]
pub(crate) struct How {
    /// Attributes to look away from.
    pub(crate) ignore: Vec<String>,
    /// First and last minute.
    pub(crate) minutes: Option<(f64, f64)>,
    /// Whether the logs are read too.
    pub(crate) without_logs: bool,
}

/// A file of the recording.
pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/gate-open").join(name)
}

/// The traces, decompressed.
pub(crate) fn traces() -> &'static [u8] {
    static TRACES: OnceLock<Vec<u8>> = OnceLock::new();
    TRACES.get_or_init(|| decompressed("traces.jsonl.zst"))
}

fn logs() -> &'static [u8] {
    static LOGS: OnceLock<Vec<u8>> = OnceLock::new();
    LOGS.get_or_init(|| decompressed("logs.jsonl.zst"))
}

fn decompressed(name: &str) -> Vec<u8> {
    let bytes = std::fs::read(file(name)).unwrap();
    zstd::decode_all(bytes.as_slice()).unwrap()
}

/// The instant so many minutes after the start.
pub(crate) fn minute(minute: f64) -> Timestamp {
    Timestamp(START_NS).plus_s(minute * 60.0)
}

/// What `analyze --format json` says of these traces and the recorded logs.
pub(crate) fn analysed(traces: Vec<u8>, how: How) -> Value {
    let options = ReadOptions { ignored_attributes: how.ignore, ..ReadOptions::default() };
    let interval = how.minutes.map(|(from, to)| Interval { from: minute(from), to: minute(to) });
    let mut reader = RecordingReader::new(options, interval, CollationLimits::STANDARD);
    let progress = Progress::new();
    reader.read_stream(Path::new("traces"), Cursor::new(traces), &progress).unwrap();
    if !how.without_logs {
        reader.read_stream(Path::new("logs"), Cursor::new(logs()), &progress).unwrap();
    }
    let recording = reader.finish().unwrap();
    let to = recording.totals().last_at.unwrap();
    let found = analyse(recording, AnalysisSettings::default(), |_| {}).unwrap();
    let faults: u64 = found.totals.files.iter().map(|file| file.n_faults).sum();
    let rejected = Rejected { n: found.totals.tally.n_rejected() + faults };
    serde_json::to_value(Analysis::new(&found.report, minute(0.0), to, rejected)).unwrap()
}

/// Seconds after the start of the recording.
pub(crate) fn second(time: &Value) -> f64 {
    let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
    (time.as_nanosecond() - i128::from(START_NS)) as f64 / 1e9
}

/// The one incident there must be.
pub(crate) fn only_incident(found: &Value) -> &Value {
    let incidents = found["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 1, "{}", serde_json::to_string_pretty(&found["shifts"]).unwrap());
    &incidents[0]
}

/// The first origin.
pub(crate) fn origin(incident: &Value) -> &str {
    incident["origins"][0]["service"].as_str().unwrap()
}

/// All reasons of something, in one text.
pub(crate) fn because(of: &Value) -> String {
    let reasons = of["because"].as_array().unwrap();
    reasons.iter().map(|reason| reason.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The change of this kind and service that came between these minutes.
pub(crate) fn change<'a>(
    found: &'a Value,
    kind: &str,
    service: &str,
    minutes: (f64, f64),
) -> &'a Value {
    let changes = found["changes"].as_array().unwrap();
    let same = changes.iter().find(|change| {
        let minute = second(&change["at"]) / 60.0;
        change["kind"] == kind
            && change["service"] == service
            && (minutes.0..minutes.1).contains(&minute)
    });
    same.unwrap_or_else(|| panic!("no {kind} of {service} in {minutes:?}: {changes:#?}"))
}

/// What an incident says of a change, in one of its lists.
pub(crate) fn said<'a>(incident: &'a Value, list: &str, change: &Value) -> &'a Value {
    let all = incident[list].as_array().unwrap();
    all.iter().find(|row| row["change"] == change["id"]).unwrap_or_else(|| panic!("{all:#?}"))
}

/// The recording with each request altered, or dropped by `None`.
pub(crate) fn altered(mut alter: impl FnMut(Value) -> Option<Value>) -> Vec<u8> {
    let mut out = Vec::with_capacity(traces().len());
    for line in traces().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        if let Some(altered) = alter(serde_json::from_slice(line).unwrap()) {
            serde_json::to_writer(&mut out, &altered).unwrap();
            out.push(b'\n');
        }
    }
    out
}

/// The recording with each span altered, or dropped by `None`. The first argument is the service.
pub(crate) fn with_spans(mut alter: impl FnMut(&str, Value) -> Option<Value>) -> Vec<u8> {
    altered(|mut request| {
        for resource in request["resourceSpans"].as_array_mut().unwrap() {
            let service = service_of(resource);
            for scope in resource["scopeSpans"].as_array_mut().unwrap() {
                let spans = scope["spans"].as_array_mut().unwrap();
                let kept = std::mem::take(spans).into_iter();
                *spans = kept.filter_map(|span| alter(&service, span)).collect();
            }
        }
        Some(request)
    })
}

/// `service.name` of a resource.
pub(crate) fn service_of(resource: &Value) -> String {
    let attributes = resource["resource"]["attributes"].as_array().unwrap();
    let name = attributes.iter().find(|attribute| attribute["key"] == "service.name").unwrap();
    name["value"]["stringValue"].as_str().unwrap().to_owned()
}

/// Start and end of a span in seconds after the start of the recording.
pub(crate) fn span_seconds(span: &Value) -> (f64, f64) {
    let second = |key: &str| {
        let ns: i64 = span[key].as_str().unwrap().parse().unwrap();
        (ns - START_NS) as f64 / 1e9
    };
    (second("startTimeUnixNano"), second("endTimeUnixNano"))
}

/// The recording with every timestamp moved, by rewriting the digits after `UnixNano":"`.
pub(crate) fn moved(by_ns: i64) -> Vec<u8> {
    const KEY: &[u8] = b"UnixNano\":\"";
    let bytes = traces();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], KEY) {
        let digits = at + found + KEY.len();
        let end = digits + bytes[digits..].iter().position(|b| !b.is_ascii_digit()).unwrap();
        let ns: i64 = std::str::from_utf8(&bytes[digits..end]).unwrap().parse().unwrap();
        out.extend_from_slice(&bytes[at..digits]);
        out.extend_from_slice((ns + by_ns).to_string().as_bytes());
        at = end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
