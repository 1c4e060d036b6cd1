//! Where a request may go: an address written by people is taken apart once, and a name is looked
//! up once; the addresses that passed are the ones that are connected to.
//!
//! Looking up again when connecting would let a name answer with a public address for the check
//! and with a private one for the connection. Addresses in odd forms (one number, hex, octal) are
//! refused already as text, although the look at the resolved address would find them as well.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use ureq::http::Uri;

use crate::address::{mapped_v4, place};
use crate::secret::Secret;

/// How a name becomes addresses. The system's resolver, or that of a test.
pub type Lookup = Arc<dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// Asks the system.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|host, port| Ok((host, port).to_socket_addrs()?.collect()))
}

/// Addresses of one name that are looked at; more than that is nobody's honest answer.
const ADDRESSES_MAX: usize = 16;

/// One entry of the allow-list: a host, and a port if only that one is meant.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
    host: String,
    port: Option<u16>,
}

/// An address taken apart.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) uri: Uri,
    pub(crate) is_https: bool,
    /// Lower case, without brackets and without a dot at its end.
    pub(crate) host: String,
    pub(crate) port: u16,
    is_listed: bool,
}

/// Takes one entry of the allow-list apart.
fn listed(entry: &str) -> Result<Listed, String> {
    let wrong = || format!("allow_private holds {entry:?}; write a host, or host:port");
    if entry.contains("://") || entry.contains(['/', '@', '*', ' ']) || entry.is_empty() {
        return Err(wrong());
    }
    if let Ok(address) = bare_host(entry).parse::<IpAddr>() {
        return Ok(Listed { host: address.to_string(), port: None });
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| wrong())?)),
        None => (entry, None),
    };
    let host = bare_host(host);
    if host.is_empty() || host.contains([':', '[', ']']) && host.parse::<IpAddr>().is_err() {
        return Err(wrong());
    }
    Ok(Listed { host, port })
}

/// Lower case, without brackets and the dot at the end; an IP address in its one usual form.
fn bare_host(host: &str) -> String {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host.parse::<IpAddr>().map(|address| address.to_string()).unwrap_or(host)
}

/// True if a host and port are on the allow-list.
fn is_listed(allow_private: &[String], host: &str, port: u16) -> Result<bool, String> {
    let mut found = false;
    for entry in allow_private {
        let entry = listed(entry)?;
        found |= entry.host == host && entry.port.is_none_or(|only| only == port);
    }
    Ok(found)
}

/// A host that a resolver would read as an IPv4 address although it is not written as one: its last
/// label is a number.
fn is_odd_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    let is_number = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    (is_number || last.starts_with("0x")) && host.parse::<IpAddr>().is_err()
}

impl Target {
    /// Takes an address apart and refuses what must not be asked.
    ///
    /// # Errors
    /// The words never hold the address, since a token may be in it.
    pub(crate) fn parse(url: &str, allow_private: &[String]) -> Result<Self, String> {
        if url.len() > 2048 || !url.bytes().all(|b| b.is_ascii_graphic()) || url.contains('\\') {
            return Err("the address is longer than 2,048 characters or holds spaces, \
                        backslashes or characters that are not ASCII"
                .to_owned());
        }
        let uri: Uri = url.parse().map_err(|_| "the address is not a URL".to_owned())?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("the address must begin with https://".to_owned()),
        };
        let authority = uri.authority().ok_or("the address has no host")?;
        if authority.as_str().contains('@') {
            return Err("the address holds a user name or password before the host; \
                        take it out"
                .to_owned());
        }
        // Whatever stands behind the host is a port: what cannot be read must not be left out.
        let behind = authority.as_str().strip_prefix(authority.host()).unwrap_or(":");
        let port = match behind.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| "the port is not a number")?,
            None if is_https => 443,
            None => 80,
        };
        let host = known_host(authority.host())?;
        let is_listed = is_listed(allow_private, &host, port)?;
        if !is_https && !is_listed {
            return Err(format!(
                "{host} is asked without encryption; use https://, or put the host into \
                 allow_private if it is in your own network"
            ));
        }
        Ok(Self { uri, is_https, host, port, is_listed })
    }

    /// A host that speaks something else than HTTP; encryption is the caller's business.
    pub(crate) fn of_host(host: &str, port: u16, allow_private: &[String]) -> Result<Self, String> {
        let host = known_host(host)?;
        let is_listed = is_listed(allow_private, &host, port)?;
        Ok(Self { uri: Uri::default(), is_https: false, host, port, is_listed })
    }

    /// The addresses of the host, each of them checked.
    pub(crate) fn resolve(
        &self,
        lookup: &Lookup,
        patience: Duration,
    ) -> Result<Vec<SocketAddr>, ResolveTrouble> {
        let found = self.looked_up(lookup, patience)?;
        for address in &found {
            self.judge(address.ip()).map_err(ResolveTrouble::Refused)?;
        }
        Ok(found)
    }

    fn looked_up(
        &self,
        lookup: &Lookup,
        patience: Duration,
    ) -> Result<Vec<SocketAddr>, ResolveTrouble> {
        if let Ok(address) = self.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let later = |words: &str| ResolveTrouble::Later(format!("{words} {}", self.host));
        let (tx, rx) = mpsc::sync_channel(1);
        let (lookup, host, port) = (lookup.clone(), self.host.clone(), self.port);
        // The system's resolver knows no time limit; a thread that waits on is left behind.
        let thread = std::thread::Builder::new().name("lookup".to_owned());
        let started = thread.spawn(move || tx.send(lookup(&host, port)).ok());
        drop(started.map_err(|_| later("no thread to look up"))?);
        let found = match rx.recv_timeout(patience) {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => return Err(later("no address found for")),
            Err(_) => return Err(later("no answer in time to the look-up of")),
        };
        let found: Vec<SocketAddr> = found.into_iter().take(ADDRESSES_MAX).collect();
        if found.is_empty() { Err(later("no address found for")) } else { Ok(found) }
    }

    /// Refuses an address that is not public, unless the allow-list opens it.
    pub(crate) fn judge(&self, address: IpAddr) -> Result<(), String> {
        let Some(found) = place(address) else { return Ok(()) };
        let is_literal = self.host.parse::<IpAddr>().is_ok();
        let inner = mapped_v4(address).and_then(|v4| place(IpAddr::V4(v4)));
        let opens = if is_literal {
            found.opens_by_address() && inner.is_none_or(|inner| inner.opens_by_address())
        } else {
            found.opens_by_name() && inner.is_none_or(|inner| inner.opens_by_name())
        };
        if self.is_listed && opens {
            return Ok(());
        }
        let advice = if opens {
            "; put the host into allow_private if that is meant"
        } else if found.opens_by_address() {
            "; only the address itself in allow_private, and in the URL, would open it"
        } else {
            ""
        };
        Err(format!("{} leads to {}{advice}", self.host, found.words()))
    }
}

/// What is wrong with an address that is to be asked, as far as can be said without asking anybody. The
/// words never hold the address.
#[must_use]
pub fn wrong_address(url: &Secret, allow_private: &[String]) -> Option<String> {
    let target = match Target::parse(url.expose(), allow_private) {
        Ok(target) => target,
        Err(problem) => return Some(problem),
    };
    // An address in numbers can be judged at once.
    target.host.parse().ok().and_then(|address| target.judge(address).err())
}

/// A host in its one usual form.
fn known_host(host: &str) -> Result<String, String> {
    let bare = bare_host(host);
    if bare.is_empty() || bare.len() > 253 {
        return Err("the address has no host".to_owned());
    }
    let is_address = bare.parse::<IpAddr>().is_ok();
    let is_name = bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if is_odd_number(&bare) || !(is_address || is_name) {
        return Err("the host is neither a name nor an IP address in its usual form".to_owned());
    }
    Ok(bare)
}

/// Why there is no address to connect to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ResolveTrouble {
    /// It will not do, now or later.
    Refused(String),
    /// It may do later.
    Later(String),
}

#[cfg(test)]
mod tests;
