//! Where a server is, and what is shown to it.

use super::Api;
use super::trust::{CredentialFlags, Credentials};
use clap::Args;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Which server is asked.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerFlag {
    /// Where the API of the server answers: host and port, with https:// before it for TLS.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4319",
        env = "HIGHWATER_LISTEN",
        value_parser = Address::parse
    )]
    server: Address,

    #[command(flatten)]
    credentials: CredentialFlags,
}

impl ServerFlag {
    /// Whether a token is shown there.
    pub(crate) const fn has_token(&self) -> bool {
        self.credentials.has_token()
    }

    /// The API there.
    pub(crate) fn api(&self) -> anyhow::Result<Api> {
        let credentials = self.credentials.read(&self.server)?;
        Ok(Api::with(self.server.clone(), credentials))
    }
}

/// A host and a port, and whether TLS is spoken there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub has_tls: bool,
    pub place: String,
}

impl Address {
    /// Of a listener that speaks TLS, or does not.
    pub(crate) fn of(place: impl ToString, has_tls: bool) -> Self {
        Self { has_tls, place: place.to_string() }
    }

    /// Of a listener of this machine: who listens on all addresses is asked by that of loopback.
    pub(crate) fn of_listener(mut place: SocketAddr, has_tls: bool) -> Self {
        if place.ip().is_unspecified() {
            place.set_ip(match place.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        Self::of(place, has_tls)
    }

    /// A host and a port; a scheme before it and a slash behind may be there.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (has_tls, bare) = match text.strip_prefix("https://") {
            Some(bare) => (true, bare),
            None => (false, text.strip_prefix("http://").unwrap_or(text)),
        };
        let bare = bare.trim_end_matches('/');
        let wrong = || {
            format!(
                "\"{text}\" is no address: give host and port, such as 127.0.0.1:4319 or \
                 https://highwater.example.com:4319"
            )
        };
        let (host, port) = bare.rsplit_once(':').ok_or_else(wrong)?;
        let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
        let is_host = !host.is_empty() && !host.contains(['/', '@']);
        if is_host && is_port { Ok(Self::of(bare, has_tls)) } else { Err(wrong()) }
    }

    /// Whether what is sent there leaves this machine in clear.
    fn is_overheard(&self) -> bool {
        let host = self.place.rsplit_once(':').map_or("", |(host, _)| host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_here = bare.eq_ignore_ascii_case("localhost")
            || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        !self.has_tls && !is_here
    }

    /// Says so, if a token is sent there.
    pub(super) fn warn_of(&self, credentials: &Credentials) {
        if credentials.has_token() && self.is_overheard() {
            anstream::eprintln!(
                "warning: the token goes to {self} in clear: use https:// if the server speaks TLS"
            );
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.has_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_with_and_without_scheme() {
        let plain = Address::parse("http://127.0.0.1:4319/").unwrap();
        assert_eq!(plain, Address::of("127.0.0.1:4319", false));
        assert_eq!(Address::parse("[::1]:4319").unwrap().to_string(), "http://[::1]:4319");
        assert_eq!(Address::parse("https://a:1/").unwrap().to_string(), "https://a:1");
        for wrong in ["", "127.0.0.1", ":4319", "localhost:x", "ftp://a:1", "a:0", "u:p@a:1"] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn who_listens_everywhere_is_asked_at_loopback() {
        let place = |text: &str| Address::of_listener(text.parse().unwrap(), true).place;
        assert_eq!(place("0.0.0.0:4319"), "127.0.0.1:4319");
        assert_eq!(place("[::]:4319"), "[::1]:4319");
        assert_eq!(place("10.0.0.7:4319"), "10.0.0.7:4319");
    }

    #[test]
    fn tokens_in_clear_beyond_this_machine_are_noticed() {
        let is_overheard = |text: &str| Address::parse(text).unwrap().is_overheard();
        for text in ["10.0.0.1:1", "http://example.com:1"] {
            assert!(is_overheard(text), "{text}");
        }
        for text in ["127.0.0.1:1", "localhost:1", "[::1]:1", "https://example.com:1"] {
            assert!(!is_overheard(text), "{text}");
        }
    }
}
