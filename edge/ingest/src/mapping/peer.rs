//! Whom a span called, as the caller names it, and the path it asked for.
//!
//! The names a caller may know are tried from the most telling to the least. The default ports of
//! HTTP are left out, whether they were said or not, so that one peer has one name.

use super::facts::Facts;
use crate::keys::Key;
use hw_model::SpanKind;
use std::borrow::Cow;

/// Whom a span called; empty unless it is the calling end.
pub(super) fn peer<'r>(kind: SpanKind, facts: &Facts<'r, '_>) -> Cow<'r, str> {
    let found = match kind {
        SpanKind::Client => named(facts).or_else(|| client_peer(facts)),
        SpanKind::Producer => {
            named(facts).or_else(|| destination(facts)).or_else(|| client_peer(facts))
        }
        SpanKind::Internal | SpanKind::Server | SpanKind::Consumer | SpanKind::Evaluation => None,
    };
    found.unwrap_or_default()
}

/// The path a client asked for, without query and fragment; empty otherwise.
pub(super) fn path<'r>(kind: SpanKind, facts: &Facts<'r, '_>) -> &'r str {
    if kind != SpanKind::Client {
        return "";
    }
    let url = facts.text(Key::UrlFull).or_else(|| facts.text(Key::UrlPath));
    url.map_or("", |url| Url::new(url).path)
}

fn named<'r>(facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    facts.text(Key::PeerService).map(Cow::Borrowed)
}

fn destination<'r>(facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    facts.text(Key::MessagingDestination).map(Cow::Borrowed)
}

fn client_peer<'r>(facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    let text = |key| facts.text(key).map(Cow::Borrowed);
    address(facts, Key::ServerAddress, Key::ServerPort)
        .or_else(|| facts.text(Key::UrlFull).and_then(|url| Url::new(url).authority()))
        .or_else(|| destination(facts))
        .or_else(|| address(facts, Key::NetworkPeerAddress, Key::NetworkPeerPort))
        .or_else(|| text(Key::DbNamespace))
        .or_else(|| text(Key::DbSystem))
        .or_else(|| text(Key::RpcService))
}

/// `host:port` of two attributes. The old names of the address have the port of the server.
fn address<'r>(facts: &Facts<'r, '_>, host: Key, port: Key) -> Option<Cow<'r, str>> {
    let host = facts.text(host)?;
    let port = facts.number(port).or_else(|| facts.number(Key::ServerPort));
    Some(host_and_port(host, port.and_then(|port| u16::try_from(port).ok())))
}

fn host_and_port(host: &str, port: Option<u16>) -> Cow<'_, str> {
    let port = port.filter(|port| !matches!(port, 0 | 80 | 443));
    let bare = host.starts_with('[') || !host.contains(':');
    let upper = host.bytes().any(|byte| byte.is_ascii_uppercase());
    match port {
        None if bare && !upper => Cow::Borrowed(host),
        None if bare => Cow::Owned(host.to_ascii_lowercase()),
        None => Cow::Owned(format!("[{}]", host.to_ascii_lowercase())),
        Some(port) if bare => Cow::Owned(format!("{}:{port}", host.to_ascii_lowercase())),
        Some(port) => Cow::Owned(format!("[{}]:{port}", host.to_ascii_lowercase())),
    }
}

/// The parts of a URL that say where and what.
struct Url<'a> {
    /// `user@host:port`, empty in a URL that begins with its path.
    authority: &'a str,
    path: &'a str,
}

impl<'a> Url<'a> {
    fn new(url: &'a str) -> Self {
        let end = url.find(['?', '#']).unwrap_or(url.len());
        let (url, _) = url.split_at(end);
        let Some((_, rest)) = url.split_once("//").filter(|(scheme, _)| !scheme.contains('/'))
        else {
            let from = url.find('/').unwrap_or(url.len());
            return Self { authority: "", path: url.get(from..).unwrap_or_default() };
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Self { authority, path: if path.is_empty() { "/" } else { path } }
    }

    fn authority(&self) -> Option<Cow<'a, str>> {
        let (_, place) = self.authority.rsplit_once('@').unwrap_or(("", self.authority));
        if place.is_empty() {
            return None;
        }
        let ends_in_port = |(host, port): &(&str, &str)| {
            !host.is_empty()
                && !port.contains(']')
                && port.bytes().all(|byte| byte.is_ascii_digit())
        };
        let lower = !place.bytes().any(|byte| byte.is_ascii_uppercase());
        Some(match place.rsplit_once(':').filter(ends_in_port) {
            Some((host, "" | "80" | "443" | "0")) => host_and_port(host, None),
            Some(_) if lower => Cow::Borrowed(place),
            Some((host, port)) => Cow::Owned(format!("{}:{port}", host.to_ascii_lowercase())),
            None => host_and_port(place, None),
        })
    }
}
