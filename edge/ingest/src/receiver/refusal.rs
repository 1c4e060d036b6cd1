//! Why a request is refused, and what either protocol calls that: one table, read by both.
//!
//! Senders do not come back after HTTP 500 or gRPC INTERNAL and UNKNOWN, so none of these is in the
//! table: a fault of ours costs its sender a second try and not its data. Too much at once is told
//! as 503 and UNAVAILABLE too, which all senders take for "later": after 429 many a Python exporter
//! over HTTP throws its data away (1.39.1 does, 1.45.2 does not; opentelemetry-python #3122), and
//! RESOURCE_EXHAUSTED means "later" only to those that read its details.

use super::counts::Refused;
use hyper::StatusCode;

/// The longest text a sender gets. gRPC clients take 8 KiB of headers; there the text stands once
/// with up to three characters a byte, and twice in base64.
const REASON_BYTES_MAX: usize = 1024;

/// Codes of gRPC that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Ok = 0,
    InvalidArgument = 3,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// A request that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: Refused,
    /// What its sender is told.
    pub(super) reason: String,
    /// When its sender may come back; never if `None`.
    pub(super) retry_after_s: Option<u32>,
}

impl Refusal {
    /// Sending it again will not help.
    pub(super) fn for_good(why: Refused, reason: impl Into<String>) -> Self {
        Self { why, reason: cut(reason.into()), retry_after_s: None }
    }

    /// Sending it again later may.
    pub(super) fn for_now(why: Refused, retry_after_s: u32, reason: impl Into<String>) -> Self {
        Self { why, reason: cut(reason.into()), retry_after_s: Some(retry_after_s) }
    }

    pub(super) const fn http_status(&self) -> StatusCode {
        match self.why {
            Refused::Broken | Refused::Garbled | Refused::UnknownCompression | Refused::Gone => {
                StatusCode::BAD_REQUEST
            }
            Refused::Unauthenticated => StatusCode::UNAUTHORIZED,
            Refused::Forbidden => StatusCode::FORBIDDEN,
            Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            // 408 would be the word for slow, and senders do not come back after it.
            Refused::TooSlow
            | Refused::QueueFull
            | Refused::MemoryFull
            | Refused::Overloaded
            | Refused::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(super) const fn code(&self) -> Code {
        match self.why {
            Refused::Broken | Refused::Garbled | Refused::Gone => Code::InvalidArgument,
            Refused::Unauthenticated => Code::Unauthenticated,
            Refused::Forbidden => Code::PermissionDenied,
            Refused::UnknownCompression => Code::Unimplemented,
            Refused::TooLarge => Code::ResourceExhausted,
            Refused::TooSlow
            | Refused::QueueFull
            | Refused::MemoryFull
            | Refused::Overloaded
            | Refused::Unavailable => Code::Unavailable,
        }
    }
}

/// `text`, or its beginning.
pub(super) fn cut(mut text: String) -> String {
    if text.len() > REASON_BYTES_MAX {
        let end = text.floor_char_boundary(REASON_BYTES_MAX - "...".len());
        text.truncate(end);
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("short".to_owned()), "short");
        assert_eq!(cut("x".repeat(1024)), "x".repeat(1024));
        assert_eq!(cut("x".repeat(1025)), "x".repeat(1021) + "...");
        assert_eq!(cut("€".repeat(1000)), "€".repeat(340) + "...");
    }
}
