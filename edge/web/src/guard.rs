//! By which names and from which pages we are asked, and what must not stand in a URL.
//!
//! A page from elsewhere can make a browser send requests to loopback. It cannot read answers unless
//! its own name leads here (DNS rebinding), which the name in `Host` gives away; and it cannot do
//! anything, because browsers say where a request comes from. Who asks is another question
//! (`require`).

use crate::doorkeeper::{Doorkeeper, ThisMachine};
use crate::problem::{Problem, ProblemKind};
use axum::extract::Request;
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Uri};
use hw_api::{Asking, Shown, name_of, names_loopback, names_token};
use percent_encoding::percent_decode_str;
use rustls::ServerConfig;
use std::borrow::Cow;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tokio::net::TcpStream;

/// TLS, names, and whom to admit. Without any of it: plain HTTP, for this machine alone.
#[derive(Clone)]
pub struct Doors {
    /// Names by which we are asked, beside those of this machine and the address itself.
    pub hosts: Vec<String>,
    /// How to speak TLS. Clients are offered HTTP/1.1.
    pub tls: Option<Arc<ServerConfig>>,
    /// Who admits.
    pub keeper: Arc<dyn Doorkeeper>,
}

impl Default for Doors {
    fn default() -> Self {
        Self { hosts: Vec::new(), tls: None, keeper: Arc::new(ThisMachine) }
    }
}

impl std::fmt::Debug for Doors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let has_tls = self.tls.is_some();
        f.debug_struct("Doors").field("hosts", &self.hosts).field("tls", &has_tls).finish()
    }
}

/// Both ends of a connection. The default is of nobody: it is no connection of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub peer: IpAddr,
    local: IpAddr,
    has_tls: bool,
}

impl Default for Link {
    fn default() -> Self {
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self { peer: nobody, local: nobody, has_tls: false }
    }
}

impl Link {
    /// Of a connection that was taken.
    pub(crate) fn of(stream: &TcpStream, doors: &Doors) -> io::Result<Self> {
        let (peer, local) = (stream.peer_addr()?.ip(), stream.local_addr()?.ip());
        Ok(Self { peer, local: local.to_canonical(), has_tls: doors.tls.is_some() })
    }
}

/// Whether a request may be answered, whoever sent it.
pub(crate) fn check(request: &Request, doors: &Doors) -> Result<(), Problem> {
    let link = request.extensions().get::<Link>().copied().unwrap_or_default();
    let (uri, headers) = (request.uri(), request.headers());
    check_url(uri)?;
    let host = host(uri, headers, &|name| is_ours(name, link, doors))?;
    let is_read = *request.method() == Method::GET || *request.method() == Method::HEAD;
    if is_read { Ok(()) } else { check_origin((host, link.has_tls), headers) }
}

/// Tokens in URLs end up in logs, histories and pages that are linked to.
fn check_url(uri: &Uri) -> Result<(), Problem> {
    const KEYS: [&str; 4] = ["access_token", "api_key", "authorization", "token"];
    let query = uri.query().unwrap_or_default();
    let mut keys = form_urlencoded::parse(query.as_bytes());
    let is_key = keys.any(|(key, _)| KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)));
    if is_key || names_token(&percent_decoded(uri.path())) || names_token(&percent_decoded(query)) {
        return Err(Problem::bad(
            "a token does not belong into a URL, where logs keep it: send `Authorization: Bearer \
             TOKEN`. If this was a real one, revoke it",
        ));
    }
    Ok(())
}

fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Whether a request comes from where its connection comes from ([`hw_api::is_direct`]).
pub(crate) fn is_direct(uri: &Uri, headers: &HeaderMap) -> bool {
    let hosts = headers.get_all(HOST).iter().map(|host| host.to_str().unwrap_or_default());
    let hosts = hosts.chain(uri.authority().map(Authority::as_str));
    hw_api::is_direct(hosts, headers.keys().map(HeaderName::as_str))
}

/// Whether a request comes from this machine.
pub(crate) fn is_direct_here(request: &Request) -> bool {
    let link = request.extensions().get::<Link>().copied().unwrap_or_default();
    let is_direct = is_direct(request.uri(), request.headers());
    Asking { shown: Shown::Nothing, peer: link.peer, is_direct }.is_loopback()
}

/// The name by which we were asked.
fn host<'a>(
    uri: &'a Uri,
    headers: &'a HeaderMap,
    is_ours: &dyn Fn(&str) -> bool,
) -> Result<&'a str, Problem> {
    let misdirected = |detail| Err(Problem::new(ProblemKind::Misdirected, detail));
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return misdirected("a request names its host, once");
    };
    let named = host.to_str().unwrap_or_default();
    let others = uri.authority().map(|authority| authority.as_str());
    if !std::iter::once(named).chain(others).all(is_ours) {
        return misdirected(
            "this server answers to localhost, to the address it is reached at, and to the names in \
             access.hosts, so that no page from elsewhere can read it",
        );
    }
    Ok(named)
}

/// Whether a name is one of ours: of this machine, of the connection, or a known one. An address
/// cannot be pointed elsewhere, so the one that was connected to is as good as a name.
fn is_ours(host: &str, link: Link, doors: &Doors) -> bool {
    let Some(name) = name_of(host) else { return false };
    let is_local = name.parse::<IpAddr>().is_ok_and(|name| name.to_canonical() == link.local);
    let is_known = |known: &String| known.eq_ignore_ascii_case(name);
    names_loopback(host) || is_local || doors.hosts.iter().any(is_known)
}

/// Requests that do something come from no page, or from one of ours.
fn check_origin((host, has_tls): (&str, bool), headers: &HeaderMap) -> Result<(), Problem> {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let foreign = || {
        Problem::new(ProblemKind::ForeignOrigin, "the page that sent this is not of this server")
    };
    let scheme = if has_tls { "https://" } else { "http://" };
    let is_ours = |origin: &str| {
        origin.strip_prefix(scheme).is_some_and(|from| from.eq_ignore_ascii_case(host))
    };
    let origins = headers.get_all(ORIGIN).iter();
    if !origins.map(|origin| origin.to_str().unwrap_or_default()).all(is_ours) {
        return Err(foreign());
    }
    let is_site = |site: &str| matches!(site, "same-origin" | "none");
    let mut sites = headers.get_all(SITE).iter();
    sites.all(|site| site.to_str().is_ok_and(is_site)).then_some(()).ok_or_else(foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_and_the_address_itself_are_ours() {
        let doors = Doors { hosts: vec!["hw.example.com".to_owned()], ..Doors::default() };
        let link = Link { local: "10.0.0.7".parse().unwrap(), ..Link::default() };
        for host in ["hw.example.com", "HW.example.com:443", "10.0.0.7:4319", "localhost:1"] {
            assert!(is_ours(host, link, &doors), "{host}");
        }
        for host in ["example.com", "x.hw.example.com", "10.0.0.8", "hw.example.com:x", ""] {
            assert!(!is_ours(host, link, &doors), "{host}");
        }
    }

    #[test]
    fn tokens_in_urls_are_seen_however_they_are_written() {
        let is_refused = |url: &str| check_url(&url.parse().unwrap()).is_err();
        for url in [
            "/x?token=a",
            "/x?a=1&Access_Token=",
            "/hw_read_1_0123456789abcdef",
            "/x?y=%68w%5Fadmin_1_0123456789abcdef",
        ] {
            assert!(is_refused(url), "{url}");
        }
        for url in ["/x", "/x?after=5", "/hw_other_1", "/api/v1/hops/hw_read_model", "/%zz?a=%"] {
            assert!(!is_refused(url), "{url}");
        }
    }
}
