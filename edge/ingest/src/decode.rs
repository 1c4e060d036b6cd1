//! Bytes of one OTLP request in, end records out. The seam for files and for a network receiver.
//!
//! A request counts whole or not at all: it is parsed to its end before anything is interned or
//! kept. A record in it that is no good by itself (an id of wrong length, no start time) is turned
//! away and counted with its reason, and the rest of the request is kept.

mod json;
mod protobuf;

use crate::intake::Intake;
use crate::tally::Tally;
use thiserror::Error;

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// OTLP/JSON. Says itself which signals it holds.
    Json,
    /// Protobuf. Does not say which signal it holds: where the transport does not either, it is told
    /// by structure.
    Protobuf {
        /// The signal, where it is known.
        signal: Option<Signal>,
    },
}

/// What a request holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log lines.
    Logs,
    /// Metric points.
    Metrics,
}

/// Why a whole request was turned away, and where it broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{fault} at byte {at}")]
pub struct DecodeError {
    /// What is wrong.
    pub fault: DecodeFault,
    /// Offset of the byte, from 0.
    pub at: usize,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecodeFault {
    /// The request ends too early.
    #[error("ends in the middle")]
    Truncated,
    /// The text is not UTF-8.
    #[error("not valid UTF-8")]
    NotUtf8,
    /// The text is not JSON.
    #[error("not valid JSON: expected {expected}")]
    NotJson {
        /// What should stand there.
        expected: &'static str,
    },
    /// It is JSON, and no request.
    #[error("not an OTLP request: expected {expected}")]
    WrongShape {
        /// What should stand there.
        expected: &'static str,
    },
    /// Nested deeper than any telemetry.
    #[error("nested too deep")]
    TooDeep,
    /// The bytes are not protobuf.
    #[error("not valid protobuf: {what}")]
    NotProtobuf {
        /// What was found.
        what: &'static str,
    },
}

/// Reads one request into `into`.
///
/// # Errors
///
/// If the bytes are no request. `into` is then exactly as before, and the sender is at fault:
/// sending the same bytes again will not help.
pub fn decode(bytes: &[u8], encoding: Encoding, into: &mut Intake) -> Result<Tally, DecodeError> {
    let request = match encoding {
        Encoding::Json => json::parse(bytes, into.keys())?,
        Encoding::Protobuf { signal } => protobuf::parse(bytes, signal, into.keys())?,
    };
    Ok(into.admit(&request))
}
