//! OTLP/gRPC: one method of three services, one message each way. Docs/adr/0009 says why by hand.
//!
//! The protocol is that of gRPC over HTTP/2: a request is a five-byte prefix and a message, a
//! response the same and its status in trailers, or the status alone in headers.

use super::body::{Reading, say_farewell, too_large};
use super::content::Content;
use super::counts::{Refused, Transport};
use super::exchange::{Ending, check_queue, deliver, outcome};
use super::guard;
use super::http::content_type;
use super::messages::Acceptance;
use super::refusal::{Code, Refusal};
use super::shared::Shared;
use super::stray::Stray;
use super::unpack::{Packing, unpack};
use crate::decode::{Encoding, Signal};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, Version};

const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

const GRPC: &str = "application/grpc";

/// A flag and a length of four bytes.
const PREFIX_BYTES: usize = 5;

/// Whether it is for us: what the content type begins with decides.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    let start = content_type(headers).and_then(|kind| kind.get(..GRPC.len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case(GRPC.as_bytes()))
}

/// Takes one call and answers it.
pub(super) async fn serve(request: Request<Incoming>, shared: &Shared) -> Response<Content> {
    let (parts, body) = request.into_parts();
    let signal = match address(&parts) {
        Ok(signal) => signal,
        Err(stray) => {
            shared.counts.stray();
            say_farewell(body, parts.version);
            return stray.response();
        }
    };
    let request = shared.counts.open_request(Transport::Grpc, signal);
    let ending = export(&parts, body, signal, shared).await;
    request.close(outcome(&ending));
    match ending {
        Ok(acceptance) => accept(&acceptance),
        Err(refusal) => refuse(&refusal),
    }
}

/// What the head of a call addresses.
fn address(parts: &Parts) -> Result<Signal, Stray> {
    if parts.version < Version::HTTP_2 {
        return Err(Stray::OldHttp);
    }
    if parts.method != Method::POST {
        return Err(Stray::Method);
    }
    let kind = content_type(&parts.headers).unwrap_or_default();
    if kind.len() > GRPC.len() && !kind.eq_ignore_ascii_case(b"application/grpc+proto") {
        return Err(Stray::Messages);
    }
    match parts.uri.path() {
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Ok(Signal::Traces),
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => Ok(Signal::Metrics),
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Ok(Signal::Logs),
        _ => Err(Stray::Call),
    }
}

async fn export(parts: &Parts, body: Incoming, signal: Signal, shared: &Shared) -> Ending {
    let mut reading = Reading::new(body, PREFIX_BYTES, shared);
    let packing = match read(parts, &mut reading, shared).await {
        Ok(packing) => packing,
        Err(refusal) => {
            reading.refuse(parts.version);
            return Err(refusal);
        }
    };
    let held = reading.into_held();
    let message = match packing {
        Some(packing) => unpack(packing, held, PREFIX_BYTES, shared).await?.into_bytes(),
        None => held.into_bytes().slice(PREFIX_BYTES..),
    };
    deliver(signal, Encoding::Protobuf { signal: Some(signal) }, message, shared).await
}

/// Reads the one message, unless what comes first already says that it is in vain.
async fn read(
    parts: &Parts,
    reading: &mut Reading<'_>,
    shared: &Shared,
) -> Result<Option<Packing>, Refusal> {
    guard::admit(parts, &shared.guard)?;
    let packing = Packing::of(&parts.headers, &ENCODING)?;
    reading.until(PREFIX_BYTES).await?;
    let Some((&[flag, ref length @ ..], _)) =
        reading.as_slice().split_first_chunk::<PREFIX_BYTES>()
    else {
        return Err(garbled("the call has no message"));
    };
    let length = u32::from_be_bytes(*length) as usize;
    if length > shared.settings.body_bytes_max {
        return Err(too_large(&shared.settings));
    }
    reading.finish().await?;
    if reading.as_slice().len() - PREFIX_BYTES != length {
        return Err(garbled("the message is not as long as its prefix says"));
    }
    check_queue(shared)?;
    match (flag, packing) {
        (0, _) => Ok(None),
        (1, Some(packing)) if length > 0 => Ok(Some(packing)),
        (1, Some(_)) => Ok(None),
        (1, None) => Err(garbled("the message is compressed, and grpc-encoding does not say how")),
        (_, _) => Err(garbled("the message has a flag that gRPC does not know")),
    }
}

fn garbled(reason: &str) -> Refusal {
    Refusal::for_good(Refused::Garbled, reason)
}

fn accept(acceptance: &Acceptance) -> Response<Content> {
    let message = acceptance.to_protobuf();
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let framed = [&[0], length.to_be_bytes().as_slice(), &message].concat();
    let trailers = HeaderMap::from_iter([(STATUS, HeaderValue::from(Code::Ok as u16))]);
    respond(Content::new(framed).with_trailers(trailers))
}

/// Status in the headers, and nothing behind them.
pub(super) fn refuse(refusal: &Refusal) -> Response<Content> {
    let mut response = respond(Content::default());
    let headers = response.headers_mut();
    headers.insert(STATUS, HeaderValue::from(refusal.code() as u16));
    headers.insert(MESSAGE, ascii(&percent_encoded(&refusal.reason)));
    headers.insert(DETAILS, ascii(&STANDARD_NO_PAD.encode(refusal.to_protobuf())));
    response
}

pub(super) fn unimplemented(reason: &str) -> Response<Content> {
    let mut response = respond(Content::default());
    let headers = response.headers_mut();
    headers.insert(STATUS, HeaderValue::from(Code::Unimplemented as u16));
    headers.insert(MESSAGE, ascii(&percent_encoded(reason)));
    response
}

fn respond(content: Content) -> Response<Content> {
    let mut response = Response::new(content);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(GRPC));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(Packing::NAMES));
    response
}

fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("invariant: encoded texts are visible ASCII")
}

/// As `grpc-message` wants it: all but visible ASCII as `%` and two digits.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if (b' '..=b'~').contains(&byte) && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_percent_encoded() {
        assert_eq!(percent_encoded("100 % ok\n"), "100 %25 ok%0A");
        assert_eq!(percent_encoded("\u{fc}ber"), "%C3%BCber");
    }

    #[test]
    fn the_longest_reason_fits_into_the_headers_a_client_takes() {
        let refusal = Refusal::for_good(Refused::Garbled, "\u{fc}".repeat(9999));
        let headers = refuse(&refusal).into_parts().0.headers;
        let bytes: usize =
            headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        assert!(bytes < 8 << 10, "{bytes}");
    }
}
