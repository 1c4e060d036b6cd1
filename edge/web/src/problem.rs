//! What is wrong, as `application/problem+json` (RFC 9457).

use crate::backend::Failure;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hw_api::{Turned, Unsigned};
use hw_page::{ProblemView, SentField};

/// Every kind of problem there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    BadRequest,
    Unauthenticated,
    Unsigned,
    Forbidden,
    ForeignOrigin,
    NotFound,
    MethodNotAllowed,
    TooSlow,
    Conflict,
    TooLarge,
    NotJson,
    Misdirected,
    Unusable,
    TooManyAttempts,
    Broken,
    Unavailable,
}

impl ProblemKind {
    /// The word in `type`, its title, and the status.
    const fn words(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Self::BadRequest => {
                ("bad-request", "The request cannot be read", StatusCode::BAD_REQUEST)
            }
            Self::Unauthenticated => {
                ("unauthenticated", "A token that is of use is needed", StatusCode::UNAUTHORIZED)
            }
            Self::Unsigned => {
                ("unsigned", "The message is not signed as it must be", StatusCode::UNAUTHORIZED)
            }
            Self::Forbidden => {
                ("forbidden", "This token is for something else", StatusCode::FORBIDDEN)
            }
            Self::TooManyAttempts => (
                "too-many-attempts",
                "Too many wrong tokens or signatures came from there",
                StatusCode::TOO_MANY_REQUESTS,
            ),
            Self::ForeignOrigin => {
                ("foreign-origin", "Another page may not do this", StatusCode::FORBIDDEN)
            }
            Self::NotFound => ("not-found", "There is no such thing", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => {
                ("method-not-allowed", "This cannot be done here", StatusCode::METHOD_NOT_ALLOWED)
            }
            Self::TooSlow => {
                ("too-slow", "The request came too slowly", StatusCode::REQUEST_TIMEOUT)
            }
            Self::Conflict => ("conflict", "It cannot be done any more", StatusCode::CONFLICT),
            Self::TooLarge => ("too-large", "The body is too long", StatusCode::PAYLOAD_TOO_LARGE),
            Self::NotJson => (
                "not-json",
                "The body must be JSON, and say so",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ),
            Self::Misdirected => (
                "misdirected",
                "This server is not who was asked for",
                StatusCode::MISDIRECTED_REQUEST,
            ),
            Self::Unusable => (
                "unusable",
                "The request can be read and not be used",
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            Self::Broken => ("broken", "A fault of Highwater", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => {
                ("unavailable", "Not now; try again", StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}

/// A form that could not be taken, as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Where it was sent.
    pub action: String,
    /// What was in it.
    pub fields: Vec<SentField>,
}

/// A problem of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: ProblemKind,
    detail: String,
    did_you_mean: Option<String>,
    retry_after_s: Option<u32>,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { kind, detail, did_you_mean: None, retry_after_s: None }
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::BadRequest, detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::NotFound, detail)
    }

    pub(crate) fn unavailable(detail: impl Into<String>, retry_after_s: u32) -> Self {
        let retry_after_s = Some(retry_after_s);
        Self { retry_after_s, ..Self::new(ProblemKind::Unavailable, detail) }
    }

    /// The same for people, as a page shows it.
    pub(crate) fn view(self, request: String, sent: Option<Sent>) -> ProblemView {
        let needs_token = self.kind == ProblemKind::Unauthenticated;
        let can_resend = self.kind != ProblemKind::Conflict;
        ProblemView {
            title: self.kind.words().1.to_owned(),
            detail: self.detail,
            did_you_mean: self.did_you_mean,
            request,
            sent: sent.map(|sent| (sent.action, sent.fields)),
            can_resend,
            needs_token,
        }
    }

    pub(crate) fn meaning(self, did_you_mean: Option<String>) -> Self {
        Self { did_you_mean, ..self }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Invalid(detail) => Self::new(ProblemKind::Unusable, detail),
            Failure::Conflict(detail) => Self::new(ProblemKind::Conflict, detail),
            Failure::Unavailable { reason, retry_after_s } => {
                Self::unavailable(reason, retry_after_s)
            }
            Failure::Broken(detail) => Self::new(ProblemKind::Broken, detail),
        }
    }
}

impl From<Turned> for Problem {
    fn from(turned: Turned) -> Self {
        let words = turned.words();
        match turned {
            Turned::Forbidden { .. } => Self::new(ProblemKind::Forbidden, words),
            Turned::TooMany { retry_after_s } => {
                let retry_after_s = Some(retry_after_s);
                Self { retry_after_s, ..Self::new(ProblemKind::TooManyAttempts, words) }
            }
            Turned::Missing
            | Turned::Unreadable
            | Turned::Unknown
            | Turned::Expired(_)
            | Turned::Revoked => Self::new(ProblemKind::Unauthenticated, words),
        }
    }
}

impl From<Unsigned> for Problem {
    fn from(unsigned: Unsigned) -> Self {
        match unsigned {
            Unsigned::NoSecret(chat) => Self::not_found(format!(
                "commands of {} are not taken: set {} in the settings file of this server, and \
                 start it again",
                chat.name(),
                chat.setting()
            )),
            Unsigned::Unproven(words) => Self::new(ProblemKind::Unsigned, words),
            Unsigned::TooMany { retry_after_s } => {
                let retry_after_s = Some(retry_after_s);
                let detail = "too many wrong signatures came from there: wait, and check the secret \
                              on both sides";
                Self { retry_after_s, ..Self::new(ProblemKind::TooManyAttempts, detail) }
            }
            Unsigned::Unreadable(words) => Self::new(ProblemKind::Unusable, words),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (word, title, status) = self.kind.words();
        let told = self.clone();
        let body = hw_api::Problem {
            kind: format!("urn:highwater:problem:{word}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail,
            did_you_mean: self.did_you_mean,
        };
        let mut body = serde_json::to_vec(&body).expect("invariant: words and numbers");
        body.push(b'\n');
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(told);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.kind == ProblemKind::Unauthenticated {
            headers
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"highwater\""));
        }
        if self.kind == ProblemKind::Unsigned {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Signature realm=\"highwater\""),
            );
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
