//! JSON in and out.

use crate::asking::Site;
use crate::problem::{Problem, ProblemKind};
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::time::timeout;

/// An answer.
#[derive(Debug)]
pub(crate) struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
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
    let bytes_max = site.settings.body_bytes_max;
    let too_large = || {
        let detail = format!("a body may be {bytes_max} bytes long");
        Problem::new(ProblemKind::TooLarge, detail)
    };
    check_is_json(request.headers())?;
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(too_large());
    }
    let Ok(read) =
        timeout(site.settings.body_timeout, to_bytes(request.into_body(), bytes_max)).await
    else {
        let detail =
            format!("the body did not come within {} s", site.settings.body_timeout.as_secs_f64());
        return Err(Problem::new(ProblemKind::TooSlow, detail));
    };
    let body = read.map_err(|error| {
        // The one error of ours among those of the connection, whose sender reads no answer.
        let is_length = std::error::Error::source(&error).is_some();
        if is_length { too_large() } else { Problem::bad("the body cannot be read") }
    })?;
    serde_json::from_slice(&body)
        .map_err(|error| Problem::bad(format!("the body is no JSON: {error}")))
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
