//! OTLP/HTTP: which signal by the path, which encoding by the content type, all else by status.

use super::body::{Reading, say_farewell};
use super::content::Content;
use super::counts::{Refused, Transport};
use super::exchange::{Ending, check_queue, deliver, outcome};
use super::guard;
use super::refusal::Refusal;
use super::shared::Shared;
use super::stray::Stray;
use super::unpack::{Packing, unpack};
use crate::decode::{Encoding, Signal};
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// How a request is written, and how it is answered.
#[derive(Clone, Copy, Debug)]
enum Form {
    Protobuf,
    Json,
}

/// Takes one request and answers it.
pub(super) async fn serve(request: Request<Incoming>, shared: &Shared) -> Response<Content> {
    let (parts, body) = request.into_parts();
    let (signal, form) = match address(&parts) {
        Ok(address) => address,
        Err(stray) => {
            shared.counts.stray();
            say_farewell(body, parts.version);
            return stray.response();
        }
    };
    let request = shared.counts.open_request(Transport::Http, signal);
    let ending = export(&parts, body, (signal, form), shared).await;
    request.close(outcome(&ending));
    respond(&ending, signal, form)
}

/// What the head of a request addresses.
fn address(parts: &Parts) -> Result<(Signal, Form), Stray> {
    let signal = match parts.uri.path() {
        "/v1/traces" => Signal::Traces,
        "/v1/metrics" => Signal::Metrics,
        "/v1/logs" => Signal::Logs,
        _ => return Err(Stray::Path),
    };
    if parts.method != Method::POST {
        return Err(Stray::Method);
    }
    let kind = content_type(&parts.headers).unwrap_or_default();
    if kind.eq_ignore_ascii_case(PROTOBUF.as_bytes()) {
        Ok((signal, Form::Protobuf))
    } else if kind.eq_ignore_ascii_case(JSON.as_bytes()) {
        Ok((signal, Form::Json))
    } else {
        Err(Stray::Type)
    }
}

/// The content type without its parameters.
pub(super) fn content_type(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(CONTENT_TYPE)?.as_bytes();
    value.split(|byte| *byte == b';').next().map(<[u8]>::trim_ascii)
}

async fn export(
    parts: &Parts,
    body: Incoming,
    (signal, form): (Signal, Form),
    shared: &Shared,
) -> Ending {
    let mut reading = Reading::new(body, 0, shared);
    let packing = match read(parts, &mut reading, shared).await {
        Ok(packing) => packing,
        Err(refusal) => {
            reading.refuse(parts.version);
            return Err(refusal);
        }
    };
    let mut body = reading.into_held();
    if let Some(packing) = packing
        && body.len() > 0
    {
        body = unpack(packing, body, 0, shared).await?;
    }
    let encoding = match form {
        Form::Protobuf => Encoding::Protobuf { signal: Some(signal) },
        Form::Json => Encoding::Json,
    };
    deliver(signal, encoding, body.into_bytes(), shared).await
}

/// Reads the body, unless its head already says that it is in vain.
async fn read(
    parts: &Parts,
    reading: &mut Reading<'_>,
    shared: &Shared,
) -> Result<Option<Packing>, Refusal> {
    guard::admit(parts, &shared.guard)?;
    let packing = Packing::of(&parts.headers, &CONTENT_ENCODING)?;
    reading.check_announced()?;
    reading.finish().await?;
    check_queue(shared)?;
    Ok(packing)
}

fn respond(ending: &Ending, signal: Signal, form: Form) -> Response<Content> {
    let (kind, content) = match (form, ending) {
        (Form::Protobuf, Ok(acceptance)) => (PROTOBUF, acceptance.to_protobuf()),
        (Form::Protobuf, Err(refusal)) => (PROTOBUF, refusal.to_protobuf()),
        (Form::Json, Ok(acceptance)) => (JSON, acceptance.to_json(signal).to_string().into_bytes()),
        (Form::Json, Err(refusal)) => (JSON, refusal.to_json().to_string().into_bytes()),
    };
    let mut response = Response::new(Content::new(content));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Err(refusal) = ending {
        if let Some(s) = refusal.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(s));
        }
        if refusal.why == Refused::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        *response.status_mut() = refusal.http_status();
    }
    response
}

/// Something of ours failed before anything was known of the request.
pub(super) fn broken_down(retry_after_s: u32) -> Response<Content> {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "something failed on our side");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after_s));
    response
}

/// A response in words, where the request's own encoding is not known.
pub(super) fn plain(status: StatusCode, words: &'static str) -> Response<Content> {
    let mut response = Response::new(Content::new(words));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
