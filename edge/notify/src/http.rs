//! One request over HTTP: to the checked address, without proxies, redirects or patience.
//!
//! Uses `ureq` with a resolver that knows one answer: the addresses the guard let pass. The host's
//! name stays in the request and in the check of the certificate. A new agent for every request: a
//! connection that was kept could outlive the check of its address.

use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::time::Instant;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, NextTimeout, RustlsConnector, TcpConnector};
use ureq::{Agent, Timeout};

use crate::deadline::left;
use crate::message::{Method, Request};
use crate::outcome::Outcome;
use crate::target::Target;
use crate::trust::Trust;

/// Headers of an answer that are read.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after_s: Option<u32>,
    pub(crate) body: Vec<u8>,
    /// True if the body was longer than what was read.
    pub(crate) is_cut: bool,
}

/// Knows one answer: what was checked.
#[derive(Debug)]
struct Checked(Vec<SocketAddr>);

impl Resolver for Checked {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut out = self.empty();
        for address in &self.0 {
            out.push(*address);
        }
        Ok(out)
    }
}

/// Sends a request and reads at most `bytes_max` of the answer's body.
///
/// # Errors
/// An outcome other than `Delivered`, if there was no answer.
pub(crate) fn exchange(
    trust: &Trust,
    target: &Target,
    addresses: Vec<SocketAddr>,
    request: &Request,
    (deadline, bytes_max): (Instant, usize),
) -> Result<Answer, Outcome> {
    let patience = left(deadline).map_err(|_| Outcome::not_sent("the time was up"))?;
    let config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(patience))
        .timeout_connect(Some(patience / 2))
        .max_response_header_size(HEADER_BYTES_MAX)
        .max_idle_connections(0)
        .user_agent("highwater")
        .accept("*/*")
        .tls_config(trust.ureq.clone())
        .build();
    let connector = ().chain(TcpConnector::default()).chain(RustlsConnector::default());
    let agent = Agent::with_parts(config, connector, Checked(addresses));
    let answer = match request.method {
        Method::Get => with_headers(agent.get(target.uri.clone()), request).call(),
        Method::Post => with_headers(agent.post(target.uri.clone()), request).send(&*request.body),
        Method::Put => with_headers(agent.put(target.uri.clone()), request).send(&*request.body),
        Method::Patch => {
            with_headers(agent.patch(target.uri.clone()), request).send(&*request.body)
        }
    };
    let answer = answer.map_err(|error| trouble(&target.host, error))?;
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after_s = retry_after.and_then(seconds);
    let mut body = Vec::new();
    let n_wanted = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut reader = answer.into_body().into_reader().take(n_wanted.saturating_add(1));
    // An answer whose end is missing was still an answer; only `fetch` cares for the whole.
    let is_broken = reader.read_to_end(&mut body).is_err();
    let is_cut = is_broken || body.len() > bytes_max;
    body.truncate(bytes_max);
    Ok(Answer { status, retry_after_s, body, is_cut })
}

fn with_headers<B>(
    mut builder: ureq::RequestBuilder<B>,
    request: &Request,
) -> ureq::RequestBuilder<B> {
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    builder
}

/// `Retry-After` in seconds; the form with a date is left to our own back-off, since the clocks of
/// two machines may differ by more than the wait.
fn seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().unwrap_or(u32::MAX))
}

/// Says in words of our own what went wrong: the client's words may hold the address.
#[expect(clippy::wildcard_enum_match_arm, reason = "the client's list of errors is not closed")]
fn trouble(host: &str, error: ureq::Error) -> Outcome {
    match error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Outcome::not_sent(format!("{host} did not accept a connection in time"))
        }
        ureq::Error::Timeout(_) => Outcome::unknown(format!("{host} did not answer in time")),
        ureq::Error::Tls(_) => Outcome::not_sent(format!("{host} has no valid name for TLS")),
        ureq::Error::Rustls(error) => tls_trouble(host, &error),
        ureq::Error::Io(error) => io_trouble(host, &error),
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => {
            Outcome::not_sent(format!("no connection to {host}"))
        }
        ureq::Error::LargeResponseHeader(..) => {
            Outcome::unknown(format!("{host} answered with too many headers"))
        }
        ureq::Error::Http(_) | ureq::Error::BadUri(_) => {
            Outcome::refused("the request cannot be written; look at the address")
        }
        _ => Outcome::unknown(format!("{host} did not answer as HTTP asks")),
    }
}

pub(crate) fn tls_trouble(host: &str, error: &rustls::Error) -> Outcome {
    Outcome::not_sent(format!("no TLS with {host}: {error}"))
}

pub(crate) fn io_trouble(host: &str, error: &std::io::Error) -> Outcome {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(error) = inner {
        return tls_trouble(host, error);
    }
    let kind = error.kind();
    let words = format!("connection to {host}: {kind}");
    let never_left = [
        ErrorKind::ConnectionRefused,
        ErrorKind::HostUnreachable,
        ErrorKind::NetworkUnreachable,
        ErrorKind::NetworkDown,
        ErrorKind::AddrNotAvailable,
    ];
    if never_left.contains(&kind) { Outcome::not_sent(words) } else { Outcome::unknown(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_seconds() {
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 7 "), Some(7));
        assert_eq!(seconds("99999999999999"), Some(u32::MAX));
        for other in ["", "-1", "1.5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(seconds(other), None, "{other}");
        }
    }
}
