//! Whether the work of a span succeeded, and the status code that says so.
//!
//! A refusal is an answer, not a failure: HTTP 4xx and RPC codes of the caller's fault count as
//! `Ok`, whatever the span's status says, because they are what a dependency decided.

use super::facts::Facts;
use crate::keys::Key;
use crate::request::Value;
use hw_model::Outcome;
use std::borrow::Cow;

/// A status code of HTTP or RPC.
pub(super) struct StatusCode<'r> {
    /// The code as an answer: `404`, `NOT_FOUND`.
    pub(super) word: Cow<'r, str>,
    failed: bool,
}

/// Names of gRPC's codes, which older conventions give by number.
const RPC_CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// RPC codes that are the fault of the server.
const RPC_FAILURES: [&str; 6] =
    ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];

/// The status code of a call. An RPC's own code says more than that of the HTTP that carried it.
pub(super) fn status_code<'r>(facts: &Facts<'r, '_>) -> Option<StatusCode<'r>> {
    rpc(facts).or_else(|| http(facts))
}

/// Whether the work succeeded. `span_status` is OTLP's: 2 is ERROR.
pub(super) fn outcome(code: Option<&StatusCode<'_>>, span_status: i64) -> Outcome {
    let failed = code.map_or(span_status == 2, |code| code.failed);
    if failed { Outcome::Failed } else { Outcome::Ok }
}

fn http<'r>(facts: &Facts<'r, '_>) -> Option<StatusCode<'r>> {
    let code = facts.number(Key::HttpStatus).filter(|code| (100..1000).contains(code))?;
    let word = match code {
        200 => Cow::Borrowed("200"),
        201 => Cow::Borrowed("201"),
        202 => Cow::Borrowed("202"),
        204 => Cow::Borrowed("204"),
        404 => Cow::Borrowed("404"),
        _ => Cow::Owned(code.to_string()),
    };
    Some(StatusCode { word, failed: code >= 500 })
}

fn rpc<'r>(facts: &Facts<'r, '_>) -> Option<StatusCode<'r>> {
    let word = match facts.value(Key::RpcStatus)? {
        Value::Text(text) if text.is_empty() => return None,
        Value::Text(text) => match text.parse().ok().and_then(rpc_name) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Borrowed(&**text),
        },
        Value::Int(code) => rpc_name(*code).map_or_else(|| code.to_string().into(), Cow::Borrowed),
        Value::Double(_) | Value::Bool(_) | Value::Map(_) | Value::Other => return None,
    };
    let failed = RPC_FAILURES.iter().any(|code| code.eq_ignore_ascii_case(&word));
    Some(StatusCode { word, failed })
}

fn rpc_name(code: i64) -> Option<&'static str> {
    usize::try_from(code).ok().and_then(|code| RPC_CODES.get(code)).copied()
}
