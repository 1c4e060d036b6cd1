//! The few messages that are answered, in both encodings: small enough to be written by hand, and read
//! by whoever sends.
//!
//! `opentelemetry/proto/collector/*/v1/*_service.proto`, `google/rpc/{status,error_details}.proto`
//! and their ProtoJSON form. The three responses differ in the name of one JSON field only.

use super::refusal::{Code, Refusal};
use crate::decode::{Encoding, Signal};
use prost::Message;
use serde_json::{Value, json};

/// What of a request was accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// Records that were not.
    pub n_rejected: u64,
    /// Why these were rejected, or a warning.
    pub message: Option<String>,
}

impl Acceptance {
    /// As `Export*ServiceResponse`; empty where there is nothing to say.
    pub(super) fn to_protobuf(&self) -> Vec<u8> {
        ExportResponse { partial_success: self.partial_success() }.encode_to_vec()
    }

    pub(super) fn to_json(&self, signal: Signal) -> Value {
        let Some(partial) = self.partial_success() else { return json!({}) };
        let rejected = match signal {
            Signal::Traces => "rejectedSpans",
            Signal::Logs => "rejectedLogRecords",
            Signal::Metrics => "rejectedDataPoints",
        };
        // ProtoJSON writes 64-bit numbers as texts.
        let n = partial.rejected.to_string();
        json!({ "partialSuccess": { rejected: n, "errorMessage": partial.error_message } })
    }

    /// What a receiver answered to a request in this encoding; what cannot be read says nothing.
    #[must_use]
    pub fn read(answer: &[u8], encoding: Encoding) -> Self {
        let partial = match encoding {
            Encoding::Protobuf { .. } => {
                ExportResponse::decode(answer).ok().and_then(|answer| answer.partial_success)
            }
            Encoding::Json => partial_json(answer),
        };
        let PartialSuccess { rejected, error_message } = partial.unwrap_or_default();
        let message = (!error_message.is_empty()).then_some(error_message);
        Self { n_rejected: rejected.try_into().unwrap_or(0), message }
    }

    /// Senders take it for a partial success as soon as it is there, so it is unset if all is fine.
    fn partial_success(&self) -> Option<PartialSuccess> {
        let has_warning = self.message.as_ref().is_some_and(|message| !message.is_empty());
        (self.n_rejected > 0 || has_warning).then(|| PartialSuccess {
            rejected: i64::try_from(self.n_rejected).unwrap_or(i64::MAX),
            error_message: self.message.clone().unwrap_or_default(),
        })
    }
}

fn partial_json(answer: &[u8]) -> Option<PartialSuccess> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let partial = answer.get("partialSuccess")?.as_object()?;
    let n = partial.iter().find(|(key, _)| key.starts_with("rejected")).map(|(_, n)| n);
    let rejected = n.and_then(|n| n.as_str().map_or_else(|| n.as_i64(), |n| n.parse().ok()));
    let message = partial.get("errorMessage").and_then(Value::as_str).unwrap_or_default();
    Some(PartialSuccess {
        rejected: rejected.unwrap_or_default(),
        error_message: message.to_owned(),
    })
}

/// Why a receiver refused a request in this encoding, if it says so.
#[must_use]
pub fn refusal_words(answer: &[u8], encoding: Encoding) -> Option<String> {
    let message = match encoding {
        Encoding::Protobuf { .. } => Status::decode(answer).ok()?.message,
        Encoding::Json => {
            let status: Value = serde_json::from_slice(answer).ok()?;
            status.get("message")?.as_str()?.to_owned()
        }
    };
    (!message.is_empty()).then_some(message)
}

impl Refusal {
    /// As `google.rpc.Status` with details.
    pub(super) fn to_protobuf(&self) -> Vec<u8> {
        let details = match self.detail() {
            Some(Detail::RetryInfo { retry_after_s }) => {
                let retry_delay = Some(Duration { seconds: i64::from(retry_after_s), nanos: 0 });
                vec![Any::new(RETRY_INFO, &RetryInfo { retry_delay })]
            }
            Some(Detail::BadRequest) => {
                let violation =
                    FieldViolation { field: BODY.to_owned(), description: self.reason.clone() };
                vec![Any::new(BAD_REQUEST, &BadRequest { field_violations: vec![violation] })]
            }
            None => Vec::new(),
        };
        let message = self.reason.clone();
        Status { code: self.code() as i32, message, details }.encode_to_vec()
    }

    pub(super) fn to_json(&self) -> Value {
        let details = match self.detail() {
            Some(Detail::RetryInfo { retry_after_s }) => {
                vec![json!({ "@type": RETRY_INFO, "retryDelay": format!("{retry_after_s}s") })]
            }
            Some(Detail::BadRequest) => {
                let violation = json!({ "field": BODY, "description": self.reason });
                vec![json!({ "@type": BAD_REQUEST, "fieldViolations": [violation] })]
            }
            None => Vec::new(),
        };
        json!({ "code": self.code() as i32, "message": self.reason, "details": details })
    }

    /// RESOURCE_EXHAUSTED without RetryInfo means never, with it: later.
    fn detail(&self) -> Option<Detail> {
        if let Some(retry_after_s) = self.retry_after_s {
            return Some(Detail::RetryInfo { retry_after_s });
        }
        (self.code() == Code::InvalidArgument).then_some(Detail::BadRequest)
    }
}

enum Detail {
    RetryInfo { retry_after_s: u32 },
    BadRequest,
}

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

/// The field that a violation names: we look no deeper.
const BODY: &str = "body";

#[derive(Clone, PartialEq, Message)]
struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

/// `Export{Trace,Logs,Metrics}PartialSuccess`: their numbers are the same.
#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

impl Any {
    fn new(type_url: &str, message: &impl Message) -> Self {
        Self { type_url: type_url.to_owned(), value: message.encode_to_vec() }
    }
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Duration>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// `google.rpc.BadRequest`.
#[derive(Clone, PartialEq, Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    field_violations: Vec<FieldViolation>,
}

/// `google.rpc.BadRequest.FieldViolation`.
#[derive(Clone, PartialEq, Message)]
struct FieldViolation {
    #[prost(string, tag = "1")]
    field: String,
    #[prost(string, tag = "2")]
    description: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_read_alike_in_both_encodings() {
        let some = Acceptance { n_rejected: 3, message: Some("late".to_owned()) };
        for acceptance in [some, Acceptance::default()] {
            let protobuf = Encoding::Protobuf { signal: None };
            assert_eq!(Acceptance::read(&acceptance.to_protobuf(), protobuf), acceptance);
            for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
                let json = acceptance.to_json(signal).to_string();
                assert_eq!(Acceptance::read(json.as_bytes(), Encoding::Json), acceptance);
            }
        }
        assert_eq!(Acceptance::read(b"<html>", Encoding::Json), Acceptance::default());
        assert_eq!(
            refusal_words(br#"{"code":3,"message":"no"}"#, Encoding::Json).as_deref(),
            Some("no")
        );
        assert_eq!(refusal_words(b"<html>", Encoding::Json), None);
    }
}
