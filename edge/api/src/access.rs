//! Who asks, and what they may do: the words of tokens and scopes.

use hw_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a token is for. Admin may all that the others may; respond may read; ingest only sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Send telemetry, and nothing else.
    Ingest,
    /// Read what is known.
    Read,
    /// Read, and do what people do in an incident.
    Respond,
    /// Everything, tokens and the audit included.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Read, Self::Respond, Self::Admin];

    /// Its word, as it stands in a token.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Respond => "respond",
            Self::Admin => "admin",
        }
    }

    /// The scope of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }

    /// Whether who has this may do what needs `needed`.
    #[must_use]
    pub const fn allows(self, needed: Self) -> bool {
        match self {
            Self::Admin => true,
            Self::Respond => matches!(needed, Self::Respond | Self::Read),
            Self::Read => matches!(needed, Self::Read),
            Self::Ingest => matches!(needed, Self::Ingest),
        }
    }
}

/// Digits after a token's number from which on a text is taken for a token, whole or cut off. What is
/// left of one with fewer opens nothing and helps nobody to guess the rest.
const SECRET_DIGITS_MIN: usize = 16;

/// Whether a text has something in it of a token's form, which must not be repeated anywhere:
/// `hw_<scope>_<number>_<digits>`. A service may be called `hw_read_model`.
#[must_use]
pub fn names_token(text: &str) -> bool {
    let is_secret = |rest: &str| {
        let after = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let secret = after.strip_prefix('_').filter(|_| after.len() < rest.len());
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        secret.is_some_and(|text| digits(text) >= SECRET_DIGITS_MIN)
    };
    Scope::ALL.iter().any(|scope| {
        let prefix = format!("hw_{}_", scope.word());
        text.match_indices(&prefix)
            .any(|(at, _)| text.get(at + prefix.len()..).is_some_and(is_secret))
    })
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token; `this machine` where loopback needs none.
    pub name: String,
    /// What they may do.
    pub scope: Scope,
    /// The number of the token, if one was shown.
    pub token: Option<u32>,
    /// Whether they are on this machine, with nothing in between.
    pub is_loopback: bool,
}

/// What a request shows of itself before it is admitted.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Its `Authorization`.
    pub shown: Shown<'a>,
    /// Where its connection comes from.
    pub peer: IpAddr,
    /// Whether it comes from there itself: no proxy says that it comes for another, and it asks this
    /// machine by a name of this machine.
    pub is_direct: bool,
}

impl Asking<'_> {
    /// Whether it comes from this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.is_direct && self.peer.to_canonical().is_loopback()
    }
}

/// Headers by which proxies say for whom they ask.
const PROXY_HEADERS: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

/// Whether a request comes from where its connection comes from: no header says that a proxy sent it,
/// and every name it asks for is one of this machine. A name of elsewhere may be that of a proxy, or
/// of a page that points its own name here. `hosts` are `Host` and the authority, as far as there are;
/// `headers` are the names of all headers, in small letters. Who names no host is not direct.
pub fn is_direct<'a>(
    hosts: impl IntoIterator<Item = &'a str>,
    headers: impl IntoIterator<Item = &'a str>,
) -> bool {
    let mut hosts = hosts.into_iter().peekable();
    let is_forwarded = headers.into_iter().any(|name| PROXY_HEADERS.contains(&name));
    !is_forwarded && hosts.peek().is_some() && hosts.all(names_loopback)
}

/// Whether a name, with or without a port, is one of this machine.
#[must_use]
pub fn names_loopback(host: &str) -> bool {
    name_of(host).is_some_and(|name| {
        let is_name = name.eq_ignore_ascii_case("localhost");
        is_name || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

/// A host without its port.
#[must_use]
pub fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) => (name, port.strip_prefix(':').or(port.is_empty().then_some("0"))),
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, Some("0")),
        },
    };
    port.is_some_and(|port| port.parse::<u16>().is_ok()).then_some(name)
}

/// What stands in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<'a> {
    /// It is not there.
    Nothing,
    /// `Bearer` and a text.
    Bearer(&'a str),
    /// Anything else: twice, another scheme, no text.
    Unreadable,
}

impl<'a> Shown<'a> {
    /// Reads the values of `Authorization`.
    pub fn read(mut values: impl Iterator<Item = &'a [u8]>) -> Self {
        let Some(first) = values.next() else { return Self::Nothing };
        let text = std::str::from_utf8(first).ok().filter(|_| values.next().is_none());
        let (scheme, token) = text.and_then(|text| text.split_once(' ')).unwrap_or(("", ""));
        let token = token.trim_matches(' ');
        if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() {
            Self::Bearer(token)
        } else {
            Self::Unreadable
        }
    }
}

/// Why a request is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// It shows no token, and needs one.
    Missing,
    /// `Authorization` is not `Bearer` and a token.
    Unreadable,
    /// The token is none of ours.
    Unknown,
    /// The token was of use until then.
    Expired(Timestamp),
    /// The token was revoked.
    Revoked,
    /// The token is for something else.
    Forbidden {
        /// What it is for.
        has: Scope,
        /// What is needed.
        needs: Scope,
    },
    /// So many wrong ones came from there that it is asked to wait.
    TooMany {
        /// Seconds.
        retry_after_s: u32,
    },
}

impl Turned {
    /// What is wrong, and what to do about it. Never what was shown.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Missing => "a token is needed here: send `Authorization: Bearer TOKEN`. On the \
                              server, `highwater token create` makes one"
                .to_owned(),
            Self::Unreadable => {
                "Authorization must be there once, and be `Bearer`, a space and a token".to_owned()
            }
            Self::Unknown => "this token is not known here: it was mistyped, cut off, or made for \
                              another server"
                .to_owned(),
            Self::Expired(at) => {
                format!("this token expired at {}: ask an admin for another", crate::rfc3339(*at))
            }
            Self::Revoked => "this token was revoked: ask an admin for another".to_owned(),
            Self::Forbidden { has, needs } => format!(
                "this token is for {}, and this needs {}: use a token with that scope, or ask an \
                 admin for one",
                has.word(),
                needs.word()
            ),
            Self::TooMany { retry_after_s } => format!(
                "too many requests without a token that is known came from this address: set a \
                 right one, or wait {retry_after_s} s"
            ),
        }
    }
}

/// Whoever admits requests, or does not, by what they show and need.
pub type Doorman = Arc<dyn Fn(&Asking<'_>, Scope) -> Result<Caller, Turned> + Send + Sync>;

/// A token as it is listed: never the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Token {
    /// `T1`, ...
    pub id: String,
    /// Who or what has it.
    pub name: String,
    /// ingest, read, respond, admin.
    pub scope: String,
    /// When it was made.
    pub created_at: String,
    /// Until when it is of use; null for without end.
    pub expires_at: Option<String>,
    /// When it was last used, to some ten minutes; null for never.
    pub last_used_at: Option<String>,
    /// When it was revoked; null if it was not.
    pub revoked_at: Option<String>,
}

/// The token that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// Who or what gets it: it stands beside what is done with it in incidents and with tokens. Of a
    /// change told and of a shift accepted the record does not say by whom.
    pub name: String,
    /// ingest, read, respond, admin.
    pub scope: String,
    /// When it ends: RFC 3339, or Unix seconds. Left out: it does not.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<serde_json::Value>,
}

impl CreateToken {
    /// Its keys.
    pub const KEYS: [&str; 3] = ["name", "scope", "expires_at"];
}

/// A token that can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedToken {
    /// Who or what gets it.
    pub name: String,
    /// What it is for.
    pub scope: Scope,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A token that was made.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreatedToken {
    /// As it is listed from now on.
    pub token: Token,
    /// What is to be sent as `Authorization: Bearer ...`: shown this once, and kept nowhere.
    pub secret: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_ordered_and_ingest_is_apart() {
        let may = |scope: Scope| Scope::ALL.map(|needed| scope.allows(needed));
        assert_eq!(may(Scope::Ingest), [true, false, false, false]);
        assert_eq!(may(Scope::Read), [false, true, false, false]);
        assert_eq!(may(Scope::Respond), [false, true, true, false]);
        assert_eq!(may(Scope::Admin), [true; 4]);
        assert!(Scope::ALL.iter().all(|scope| Scope::from_word(scope.word()) == Some(*scope)));
        assert_eq!(Scope::from_word("root"), None);
    }

    #[test]
    fn authorization_is_bearer_and_a_text_once() {
        let read = |values: &[&'static str]| Shown::read(values.iter().map(|v| v.as_bytes()));
        assert_eq!(read(&[]), Shown::Nothing);
        assert_eq!(read(&["Bearer x"]), Shown::Bearer("x"));
        assert_eq!(read(&["bEARER  x "]), Shown::Bearer("x"));
        for wrong in [&["Basic x"][..], &["Bearer"], &["Bearer "], &[""], &["Bearer x", "Bearer x"]]
        {
            assert_eq!(read(wrong), Shown::Unreadable, "{wrong:?}");
        }
        assert_eq!(Shown::read([&b"Bearer \xff"[..]].into_iter()), Shown::Unreadable);
    }

    #[test]
    fn tokens_are_known_by_their_form() {
        for text in ["hw_read_1_0123456789abcdefX", "x=hw_admin_77_0123456789abcdef&hw_read_x"] {
            assert!(names_token(text), "{text}");
        }
        for text in ["hw_read_model", "hw_read_1_model", "hw_read__0123456789abcdef", "hw_x_1_0"] {
            assert!(!names_token(text), "{text}");
        }
    }

    #[test]
    fn names_of_this_machine_are_known() {
        for host in
            ["localhost", "LOCALHOST:4319", "127.0.0.1:4319", "127.9.9.9", "[::1]:80", "[::1]"]
        {
            assert!(names_loopback(host), "{host}");
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
            assert!(!names_loopback(host), "{host}");
        }
    }

    #[test]
    fn direct_is_who_asks_for_loopback_without_a_proxy() {
        let headers = ["accept", "host"];
        assert!(is_direct(["localhost:4318"], headers));
        assert!(is_direct(["localhost:4318", "127.0.0.1"], headers));
        assert!(!is_direct([], headers), "no name");
        assert!(!is_direct(["hw.example.com"], headers), "a name of elsewhere");
        assert!(!is_direct(["localhost", "hw.example.com"], headers), "one of two names");
        for proxy in PROXY_HEADERS {
            assert!(!is_direct(["localhost"], ["host", proxy]), "{proxy}");
        }
    }

    #[test]
    fn what_a_proxy_forwards_is_not_of_this_machine() {
        let asking = |peer: &str, is_direct| {
            let peer = peer.parse().unwrap();
            Asking { shown: Shown::Nothing, peer, is_direct }.is_loopback()
        };
        assert!(asking("127.0.0.1", true) && asking("::1", true));
        assert!(asking("::ffff:127.0.0.1", true), "as a socket for both families says it");
        assert!(!asking("127.0.0.1", false) && !asking("10.0.0.1", true));
    }
}
