//! Bodies: JSON in and out, and bytes in.

use crate::asking::Site;
use crate::problem::{Problem, ProblemKind};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::future::poll_fn;
use std::pin::Pin;
use tokio::time::timeout;

/// An answer.
#[derive(Debug)]
pub(crate) struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(mut body) => {
                // So that a terminal's prompt stands on a line of its own.
                body.push(b'\n');
                let json = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => {
                let detail = format!("the answer cannot be written: {error}");
                Problem::new(ProblemKind::Broken, detail).into_response()
            }
        }
    }
}

/// The body of a request, once it is there.
pub(crate) async fn read_json(site: &Site, request: Request) -> Result<serde_json::Value, Problem> {
    let is_json = check_is_json(request.headers());
    let body = read_bytes(site, request.into_body()).await;
    // A body that is too slow or too long is that first, whatever it says it is.
    let body = match (body, is_json) {
        (Err(problem), _) | (Ok(_), Err(problem)) => return Err(problem),
        (Ok(body), Ok(())) => body,
    };
    serde_json::from_slice(&body)
        .map_err(|error| Problem::bad(format!("the body is no JSON: {error}")))
}

/// The bytes of a body, once they are there.
pub(crate) async fn read_bytes(site: &Site, body: Body) -> Result<Vec<u8>, Problem> {
    let bytes_max = site.settings.body_bytes_max;
    let too_large = || {
        let detail = format!("a body may be {bytes_max} bytes long");
        Problem::new(ProblemKind::TooLarge, detail)
    };
    let read = timeout(site.settings.body_timeout, collect(body, bytes_max));
    let Ok(read) = read.await else {
        let seconds = site.settings.body_timeout.as_secs_f64();
        let detail = format!("the body did not come within {seconds} s");
        return Err(Problem::new(ProblemKind::TooSlow, detail));
    };
    read.map_err(|error| Problem::bad(format!("the body cannot be read: {error}")))?
        .ok_or_else(too_large)
}

/// All of a body; `None` if it is longer than it may be.
async fn collect(mut body: Body, bytes_max: usize) -> Result<Option<Vec<u8>>, axum::Error> {
    /// Read and thrown away: who is still sending when the connection closes gets a broken pipe
    /// instead of the answer.
    const DISCARDED_MAX: usize = 16 << 20;
    let mut bytes = Vec::new();
    let mut n_bytes = 0;
    while let Some(frame) = poll_fn(|ctx| Pin::new(&mut body).poll_frame(ctx)).await {
        // What is no data is a trailer, and says nothing to us.
        let Ok(data) = frame?.into_data() else { continue };
        n_bytes += data.len();
        if n_bytes <= bytes_max {
            bytes.extend_from_slice(&data);
        } else if n_bytes > bytes_max.max(DISCARDED_MAX) {
            break;
        }
    }
    Ok((n_bytes <= bytes_max).then_some(bytes))
}

fn check_is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let said = headers.get(CONTENT_TYPE).and_then(|said| said.to_str().ok()).unwrap_or_default();
    let media = said.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let said = if media.is_empty() { "nothing" } else { media };
    let detail =
        format!("Content-Type says {said}; send JSON and `Content-Type: application/json`");
    Err(Problem::new(ProblemKind::NotJson, detail))
}
