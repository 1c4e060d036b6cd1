//! Answers to browsers: what holds for all of them, and how they are packed.

use super::cookies;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use hw_page::Asset;
use std::io::Write;

/// What a page may do: load style, script and pictures from here, send forms to here, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Shorter answers are sent as they are.
const PACKED_FROM: usize = 1_024;

/// A page. What was said on it is not said again.
pub(crate) fn html(headers: &HeaderMap, text: String, had_said: bool) -> Response {
    let mut response = packed(headers, text.into_bytes(), "text/html; charset=utf-8");
    let answer = response.headers_mut();
    answer.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if had_said {
        cookies::put(answer, [cookies::said()]);
    }
    response
}

/// A problem as a page: what its headers say holds still.
pub(crate) fn problem(headers: &HeaderMap, problem: Response, text: String) -> Response {
    let (mut parts, _) = problem.into_parts();
    let (page, body) = html(headers, text, false).into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(page.headers);
    Response::from_parts(parts, body)
}

/// A file that never changes under its address.
pub(crate) fn kept(headers: &HeaderMap, asset: &Asset) -> Response {
    let mut response = packed(headers, asset.text.as_bytes().to_vec(), asset.media);
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(CACHE_CONTROL, forever);
    response
}

/// Packed, if the browser takes it so.
fn packed(headers: &HeaderMap, body: Vec<u8>, media: &'static str) -> Response {
    let takes = headers.get_all(ACCEPT_ENCODING).iter();
    let mut takes =
        takes.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let takes_gzip = takes.any(|coding| coding.trim().split(';').next() == Some("gzip"));
    let packed = (takes_gzip && body.len() >= PACKED_FROM).then(|| gzip(&body)).flatten();
    let is_packed = packed.is_some();
    let mut response = (StatusCode::OK, packed.unwrap_or(body)).into_response();
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    answer.insert(VARY, HeaderValue::from_static("Accept-Encoding, Cookie"));
    if is_packed {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    packer.write_all(body).ok()?;
    packer.finish().ok()
}
