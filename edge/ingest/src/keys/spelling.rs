//! Which attributes may carry an answer, told from how their keys are spelled.

/// Namespaces that say how or where something ran, never what was answered.
const DENIED_NAMESPACES: [&str; 34] = [
    "aws.",
    "azure.",
    "browser.",
    "client.",
    "cloud.",
    "code.",
    "container.",
    "db.",
    "destination.",
    "device.",
    "enduser.",
    "exception.",
    "faas.",
    "gcp.",
    "host.",
    "http.",
    "k8s.",
    "messaging.",
    "net.",
    "network.",
    "os.",
    "otel.",
    "peer.",
    "process.",
    "rpc.",
    "server.",
    "service.",
    "session.",
    "source.",
    "telemetry.",
    "thread.",
    "url.",
    "user.",
    "user_agent",
];

/// Parts of denied namespaces that do carry answers.
const ADMITTED_NAMESPACES: [&str; 2] = ["http.response.header.", "rpc.response.metadata."];

/// Last segments of keys whose values are ids, amounts, times or places.
const DENIED_SEGMENTS: [&str; 33] = [
    "id",
    "uuid",
    "guid",
    "key",
    "token",
    "hash",
    "time",
    "timestamp",
    "date",
    "duration",
    "ms",
    "ns",
    "us",
    "seconds",
    "ip",
    "port",
    "url",
    "uri",
    "path",
    "host",
    "hostname",
    "address",
    "target",
    "email",
    "name",
    "count",
    "size",
    "length",
    "bytes",
    "offset",
    "index",
    "seq",
    "number",
];

/// Last segments of labels that make a counter count answers.
const ANSWER_SEGMENTS: [&str; 6] =
    ["decision", "result", "outcome", "verdict", "allowed", "answer"];

/// Whether a label `key` makes a counter count answers.
pub(super) fn is_answer_label(key: &str) -> bool {
    ANSWER_SEGMENTS.contains(&last_segment(key))
}

/// Whether values of `key` may be answers.
pub(super) fn is_candidate(key: &str) -> bool {
    let is_in = |list: &[&str]| list.iter().any(|namespace| key.starts_with(namespace));
    let denied = is_in(&DENIED_NAMESPACES) && !is_in(&ADMITTED_NAMESPACES);
    !key.is_empty() && !denied && !DENIED_SEGMENTS.contains(&last_segment(key))
}

/// `id` of `order.customer_id`.
fn last_segment(key: &str) -> &str {
    key.rsplit(['.', '_', '-']).next().unwrap_or(key)
}
