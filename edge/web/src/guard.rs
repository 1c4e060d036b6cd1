//! Who may ask: this machine, by a name of this machine.
//!
//! A page from elsewhere can make a browser send requests to loopback. It cannot read answers unless
//! its own name leads here (DNS rebinding), which the name in `Host` gives away; and it cannot do
//! anything, because browsers say where a request comes from.

use crate::problem::{Problem, ProblemKind};
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, Method, Uri};
use std::net::IpAddr;

/// Whether a request may be answered.
pub(crate) fn check(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let host = host(uri, headers)?;
    let is_read = *method == Method::GET || *method == Method::HEAD;
    if is_read { Ok(()) } else { check_origin(host, headers) }
}

/// The name by which we were asked.
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Result<&'a str, Problem> {
    let misdirected = |detail| Err(Problem::new(ProblemKind::Misdirected, detail));
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return misdirected("a request names its host, once");
    };
    let named = host.to_str().unwrap_or_default();
    let others = uri.authority().map(|authority| authority.as_str());
    if !std::iter::once(named).chain(others).all(is_loopback) {
        return misdirected(
            "this server answers to localhost, 127.0.0.1 and [::1] only, so that no page from \
             elsewhere can read it",
        );
    }
    Ok(named)
}

/// Whether a name, with or without a port, is one of this machine.
fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) => (name, port.strip_prefix(':').or(port.is_empty().then_some("0"))),
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, Some("0")),
        },
    };
    let is_port = port.is_some_and(|port| port.parse::<u16>().is_ok());
    let is_name = name.eq_ignore_ascii_case("localhost");
    is_port && (is_name || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()))
}

/// Requests that do something come from no page, or from one of ours.
fn check_origin(host: &str, headers: &HeaderMap) -> Result<(), Problem> {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let foreign = || {
        Problem::new(ProblemKind::ForeignOrigin, "the page that sent this is not of this server")
    };
    let is_ours = |origin: &str| {
        origin.strip_prefix("http://").is_some_and(|from| from.eq_ignore_ascii_case(host))
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
    fn names_of_this_machine_are_known() {
        for host in
            ["localhost", "LOCALHOST:4319", "127.0.0.1:4319", "127.9.9.9", "[::1]:80", "[::1]"]
        {
            assert!(is_loopback(host), "{host}");
        }
        let foreign = [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:80",
            "10.0.0.1",
            "[::1]x",
            "[::1",
            "localhost:",
            "localhost:x",
            "localhost:1:2",
            "0.0.0.0",
            "[::]:1",
        ];
        for host in foreign {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
