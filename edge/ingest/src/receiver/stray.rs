//! Requests that are no export: what they lack, and what they are told.

use super::content::Content;
use super::{grpc, http};
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Response, StatusCode};

/// Why a request is no export. Nothing is known of its encoding, so it is answered in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// HTTP: another path.
    Path,
    /// Either: another method of HTTP.
    Method,
    /// HTTP: another content type.
    Type,
    /// gRPC: HTTP/1.1, which has no trailers in practice.
    OldHttp,
    /// gRPC: messages that are not protobuf.
    Messages,
    /// gRPC: another service or method of it.
    Call,
}

impl Stray {
    pub(super) fn response(self) -> Response<Content> {
        match self {
            Self::Path => http::plain(
                StatusCode::NOT_FOUND,
                "nothing is here: OTLP goes to /v1/traces, /v1/metrics and /v1/logs",
            ),
            Self::Method => {
                let mut response =
                    http::plain(StatusCode::METHOD_NOT_ALLOWED, "OTLP is sent by POST");
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
                response
            }
            Self::Type => http::plain(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the content type must be application/x-protobuf or application/json",
            ),
            Self::OldHttp => {
                http::plain(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "gRPC needs HTTP/2")
            }
            Self::Messages => grpc::unimplemented("messages must be protobuf"),
            Self::Call => {
                grpc::unimplemented("only Export of OTLP traces, metrics and logs v1 is served")
            }
        }
    }
}
