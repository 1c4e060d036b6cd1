//! Whether a message that comes in is genuine, and what it says. Pure: the time is an argument.
//!
//! A signature is over the bytes as they came, so it is checked before anything is parsed. Old
//! signatures are refused in both directions of time: a request that was recorded must not work
//! tomorrow. What is parsed is text from outside; nothing here makes it markup or a command.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::secret::Secret;
use crate::signature::{is_same, is_signed, standard_key, standard_message};

mod alertmanager;
mod answer;
mod command;

pub use crate::message::OWN_ALERT;
pub use alertmanager::{Alert, AlertGroup, AlertStatus};
pub use answer::{Audience, answer};
pub use command::SlashCommand;

/// How old, or how far ahead, a signature may be.
pub const AGE_MAX_S: i64 = 5 * 60;

/// Bytes of a body that are looked at.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Signatures in one header, when keys are being changed.
const SIGNATURES_MAX: usize = 8;

/// Why a message is not believed or not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A header that a signature needs is not there.
    Missing(&'static str),
    /// The header is there and cannot be read.
    Unreadable(&'static str),
    /// The signature or the token is wrong.
    WrongSignature,
    /// It was signed too long ago, or in the future.
    Old {
        /// How many seconds ago; negative if in the future.
        age_s: i64,
    },
    /// More than [`BODY_BYTES_MAX`].
    TooLong,
    /// It is genuine and does not say what it should.
    NotUnderstood(&'static str),
    /// The key on our own side is no key.
    OwnKey,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "{what} is missing"),
            Self::Unreadable(what) => write!(f, "{what} cannot be read"),
            Self::WrongSignature => f.write_str("the signature or token is wrong"),
            Self::Old { age_s } if *age_s < 0 => write!(
                f,
                "the signature is from {} seconds ahead; check the clocks",
                age_s.unsigned_abs()
            ),
            Self::Old { age_s } => write!(
                f,
                "the signature is {age_s} seconds old, more than {AGE_MAX_S}; check the clocks"
            ),
            Self::TooLong => write!(f, "the body is longer than {BODY_BYTES_MAX} bytes"),
            Self::NotUnderstood(what) => write!(f, "{what}"),
            Self::OwnKey => f.write_str("the key in the settings of this server is not usable"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Headers of a request that matter here, as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlackHeaders<'a> {
    /// `X-Slack-Request-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-Slack-Signature`.
    pub signature: Option<&'a str>,
}

/// Headers of a request signed as the Standard Webhooks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandardHeaders<'a> {
    /// `webhook-id`.
    pub id: Option<&'a str>,
    /// `webhook-timestamp`.
    pub timestamp: Option<&'a str>,
    /// `webhook-signature`.
    pub signature: Option<&'a str>,
}

/// Checks that a body was signed by Slack, at most five minutes from `now_s` (seconds).
///
/// # Errors
/// Says what is wrong; answer 401 and do not look into the body.
pub fn verify_slack(
    signing_secret: &Secret,
    headers: SlackHeaders<'_>,
    body: &[u8],
    now_s: i64,
) -> Result<(), Refusal> {
    let timestamp = headers.timestamp.ok_or(Refusal::Missing("X-Slack-Request-Timestamp"))?;
    let signature = headers.signature.ok_or(Refusal::Missing("X-Slack-Signature"))?;
    if signing_secret.expose().is_empty() {
        return Err(Refusal::OwnKey);
    }
    if body.len() > BODY_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    let unreadable = Refusal::Unreadable("X-Slack-Signature");
    let tag = signature.strip_prefix("v0=").and_then(unhexed).ok_or(unreadable)?;
    let age_s = age(timestamp, now_s).ok_or(Refusal::Unreadable("X-Slack-Request-Timestamp"))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, signing_secret.expose().as_bytes());
    let message = [b"v0:", timestamp.as_bytes(), b":", body].concat();
    if !is_signed(&key, &message, &tag) {
        return Err(Refusal::WrongSignature);
    }
    fresh(age_s)
}

/// Checks that a body was signed as the Standard Webhooks say, by any of our keys, at most five
/// minutes from `now_s` (seconds). Answers with the id, which is the key against doing it twice.
///
/// # Errors
/// Says what is wrong; answer 401 and do not look into the body.
pub fn verify_standard<'a>(
    keys: &[Secret],
    headers: StandardHeaders<'a>,
    body: &[u8],
    now_s: i64,
) -> Result<&'a str, Refusal> {
    let id = headers.id.ok_or(Refusal::Missing("webhook-id"))?;
    let timestamp = headers.timestamp.ok_or(Refusal::Missing("webhook-timestamp"))?;
    let signatures = headers.signature.ok_or(Refusal::Missing("webhook-signature"))?;
    if body.len() > BODY_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    // A dot in the id would let the end of the id pass for a timestamp.
    let fits = |c: char| c.is_ascii_graphic() && c != '.';
    if id.is_empty() || id.len() > 256 || !id.chars().all(fits) {
        return Err(Refusal::Unreadable("webhook-id"));
    }
    let age_s = age(timestamp, now_s).ok_or(Refusal::Unreadable("webhook-timestamp"))?;
    let message = standard_message(id, timestamp, body);
    let mut is_genuine = false;
    for key in keys {
        let key = standard_key(key.expose()).map_err(|_| Refusal::OwnKey)?;
        for signature in signatures.split(' ').take(SIGNATURES_MAX) {
            let tag = signature.strip_prefix("v1,").and_then(|tag| STANDARD.decode(tag).ok());
            is_genuine |= tag.is_some_and(|tag| is_signed(&key, &message, &tag));
        }
    }
    if keys.is_empty() {
        return Err(Refusal::OwnKey);
    }
    if !is_genuine {
        return Err(Refusal::WrongSignature);
    }
    fresh(age_s)?;
    Ok(id)
}

/// Checks the token of a slash command of Mattermost, from the form or from `Authorization: Token`.
///
/// # Errors
/// If there is none or it is wrong; answer 401.
pub fn verify_mattermost(expected: &Secret, given: Option<&str>) -> Result<(), Refusal> {
    let given = given.ok_or(Refusal::Missing("the token"))?;
    if expected.expose().is_empty() {
        return Err(Refusal::OwnKey);
    }
    if is_same(expected.expose(), given) { Ok(()) } else { Err(Refusal::WrongSignature) }
}

/// Seconds since a timestamp; only plain digits are one.
fn age(timestamp: &str, now_s: i64) -> Option<i64> {
    let digits = !timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit());
    let at: i64 = if digits { timestamp.parse().ok()? } else { return None };
    Some(now_s.saturating_sub(at))
}

fn fresh(age_s: i64) -> Result<(), Refusal> {
    let fits = age_s.unsigned_abs() <= AGE_MAX_S.unsigned_abs();
    if fits { Ok(()) } else { Err(Refusal::Old { age_s }) }
}

fn unhexed(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests;
