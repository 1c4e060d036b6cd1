//! What a route needs, as the first argument of whoever answers it.
//!
//! A handler without one is no [`Guarded`] handler and cannot be put into the table of routes, so a
//! new route is closed until it says whom it is open to. The check is made where the handler is
//! called: there is no second reading of the path that could differ from the router's.

use crate::asking::Site;
use crate::guard::Link;
use crate::pages::cookies::{TOKEN, cookie};
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use hw_api::{Asking, Caller, Chat, Scope, Shown};
use std::marker::PhantomData;
use std::sync::Arc;

/// A scope that a route needs.
pub(crate) trait Need: Send + Sync + 'static {
    const SCOPE: Scope;
}

/// Reading what is known.
pub(crate) enum Read {}

/// What people do in an incident.
pub(crate) enum Respond {}

/// Tokens and audit.
pub(crate) enum Admin {}

impl Need for Read {
    const SCOPE: Scope = Scope::Read;
}

impl Need for Respond {
    const SCOPE: Scope = Scope::Respond;
}

impl Need for Admin {
    const SCOPE: Scope = Scope::Admin;
}

/// Somebody who may do what needs `N`.
#[derive(Debug)]
pub(crate) struct Require<N> {
    /// Who.
    pub caller: Caller,
    need: PhantomData<N>,
}

impl<N: Need> FromRequestParts<Arc<Site>> for Require<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Problem> {
        // Each connection says where it comes from: without that nobody is of this machine.
        let link = parts.extensions.get::<Link>().copied().unwrap_or_default();
        let shown = parts.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let shown = Shown::read(shown);
        // A browser that signed in shows its token as a cookie, which only pages of ours can make it send.
        let cookie = cookie(&parts.headers, TOKEN).filter(|_| shown == Shown::Nothing);
        let asking = Asking {
            shown: cookie.as_deref().map_or(shown, Shown::Bearer),
            peer: link.peer,
            is_direct: crate::guard::is_direct(&parts.uri, &parts.headers),
        };
        let admitted = site.keeper().admit(&asking, N::SCOPE);
        admitted.map(|caller| Self { caller, need: PhantomData }).map_err(Problem::from)
    }
}

/// Whether a token that somebody typed lets them read.
pub(crate) fn admitted_with(site: &Site, link: Link, token: &str) -> Result<Caller, Problem> {
    let asking = Asking { shown: Shown::Bearer(token), peer: link.peer, is_direct: false };
    site.keeper().admit(&asking, Scope::Read).map_err(Problem::from)
}

/// Whoever asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anyone;

impl FromRequestParts<Arc<Site>> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &Arc<Site>) -> Result<Self, Problem> {
        Ok(Self)
    }
}

/// What a route needs of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is open to all.
    Nothing,
    /// A token, or to be of this machine.
    Scope(Scope),
    /// A message that is signed by a chat. No token helps.
    Signature(Chat),
}

/// What the first argument says of a route.
pub(crate) trait First {
    const NEEDS: Needs;
}

impl<N: Need> First for Require<N> {
    const NEEDS: Needs = Needs::Scope(N::SCOPE);
}

impl First for Anyone {
    const NEEDS: Needs = Needs::Nothing;
}

/// Arguments of a handler that begin with what the route needs. `M` is axum's mark.
pub(crate) trait Guarded {
    const NEEDS: Needs;
}

impl<M, F: First> Guarded for (M, F) {
    const NEEDS: Needs = F::NEEDS;
}

impl<M, F: First, A> Guarded for (M, F, A) {
    const NEEDS: Needs = F::NEEDS;
}

impl<M, F: First, A, B> Guarded for (M, F, A, B) {
    const NEEDS: Needs = F::NEEDS;
}

impl<M, F: First, A, B, C> Guarded for (M, F, A, B, C) {
    const NEEDS: Needs = F::NEEDS;
}

impl<M, F: First, A, B, C, D> Guarded for (M, F, A, B, C, D) {
    const NEEDS: Needs = F::NEEDS;
}
