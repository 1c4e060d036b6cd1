//! Whom to admit, before a byte of the body is read.
//!
//! Exporters give up for good on 401 and 403, and on UNAUTHENTICATED and PERMISSION_DENIED: that is
//! right, a token does not get better by waiting. What they log is the reason, so it says what to do.

use super::counts::Refused;
use super::refusal::Refusal;
use hw_api::{Asking, Doorman, Scope, Shown, Turned, is_direct};
use hyper::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use rustls::ServerConfig;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// TLS, and whom to admit. Without TLS everything is in clear; without a doorman all are admitted.
#[derive(Clone, Default)]
pub struct Guard {
    /// How to speak TLS. Clients are offered what stands in it: HTTP/2 and HTTP/1.1.
    pub tls: Option<Arc<ServerConfig>>,
    /// Who admits.
    pub doorman: Option<Doorman>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (tls, doorman) = (self.tls.is_some(), self.doorman.is_some());
        f.debug_struct("Guard").field("tls", &tls).field("doorman", &doorman).finish()
    }
}

/// Where a request's connection comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(IpAddr);

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self(address.ip())
    }
}

/// Admits a request, or says why not.
pub(super) fn admit(parts: &Parts, guard: &Guard) -> Result<(), Refusal> {
    let Some(doorman) = &guard.doorman else { return Ok(()) };
    let shown = parts.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    // With HTTP/2 the name stands in the authority. One that is no text is none of this machine.
    let hosts = parts.headers.get_all(HOST).iter().map(|host| host.to_str().unwrap_or_default());
    let hosts = hosts.chain(parts.uri.authority().map(Authority::as_str));
    let is_direct = is_direct(hosts, parts.headers.keys().map(HeaderName::as_str));
    // Every connection says where it comes from; nobody is taken for this machine by mistake.
    let peer = parts.extensions.get::<Peer>().copied();
    let Peer(peer) = peer.unwrap_or(Peer(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    let asking = Asking { shown: Shown::read(shown), peer, is_direct };
    let turned = doorman(&asking, Scope::Ingest).map(drop);
    turned.map_err(|turned| Refusal::for_good(why(turned), words(&turned)))
}

const fn why(turned: Turned) -> Refused {
    match turned {
        Turned::Forbidden { .. } => Refused::Forbidden,
        Turned::Missing
        | Turned::Unreadable
        | Turned::Unknown
        | Turned::Expired(_)
        | Turned::Revoked
        | Turned::TooMany { .. } => Refused::Unauthenticated,
    }
}

fn words(turned: &Turned) -> String {
    match turned {
        Turned::Missing => "an ingest token is needed here: set OTEL_EXPORTER_OTLP_HEADERS to \
                            \"authorization=Bearer TOKEN\". On the server, `highwater token create \
                            --scope ingest` makes one"
            .to_owned(),
        Turned::Unreadable
        | Turned::Unknown
        | Turned::Expired(_)
        | Turned::Revoked
        | Turned::Forbidden { .. }
        | Turned::TooMany { .. } => turned.words(),
    }
}
