//! A message whose signature is the right to respond, as the only argument of whoever answers it.
//!
//! It is the sibling of `Require`: a route that takes one says so in the table. The body is read and
//! proven before a handler sees anything of it, and a message that is not proven never becomes one.

use crate::asking::Site;
use crate::guard::Link;
use crate::json::read_bytes;
use crate::problem::Problem;
use crate::query::Query;
use crate::require::{First, Needs};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use hw_api::{Chat, SignedMessage, Typed};
use std::marker::PhantomData;
use std::sync::Arc;

/// Who signs.
pub(crate) trait Signer: Send + Sync + 'static {
    const CHAT: Chat;
}

/// Slack does.
pub(crate) enum Slack {}

/// Mattermost does.
pub(crate) enum Mattermost {}

impl Signer for Slack {
    const CHAT: Chat = Chat::Slack;
}

impl Signer for Mattermost {
    const CHAT: Chat = Chat::Mattermost;
}

/// What somebody typed in the chat of `S`, proven.
pub(crate) struct Signed<S> {
    pub typed: Typed,
    pub site: Arc<Site>,
    signer: PhantomData<S>,
}

impl<S: Signer> First for Signed<S> {
    const NEEDS: Needs = Needs::Signature(S::CHAT);
}

impl<S: Signer> FromRequest<Arc<Site>> for Signed<S> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Problem> {
        Query::read(request.uri(), &[])?;
        let link = request.extensions().get::<Link>().copied().unwrap_or_default();
        let (parts, body) = request.into_parts();
        let body = read_bytes(site, body).await?;
        let message = SignedMessage {
            chat: S::CHAT,
            timestamp: once(&parts.headers, "x-slack-request-timestamp"),
            signature: once(&parts.headers, "x-slack-signature"),
            authorization: once(&parts.headers, AUTHORIZATION.as_str()),
            body: &body,
            peer: link.peer,
        };
        let typed = site.keeper().verify(&message)?;
        Ok(Self { typed, site: Arc::clone(site), signer: PhantomData })
    }
}

/// A header that is there once, as text.
fn once<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}
