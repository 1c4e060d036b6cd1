//! Who is told: receivers as the settings write them, and whether each can be used at all.
//!
//! [`Receiver::check`] looks at the words only. Whether a receiver answers is the question of
//! [`Courier::probe`](crate::Courier::probe).

use std::fmt;

use serde::Deserialize;

use crate::mail::MailAddress;
use crate::secret::Secret;
use crate::signature;
use crate::target::{Target, wrong_address};

/// One receiver of messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Its name in the settings: letters, digits, `-`, `_` and `.`, at most 64.
    pub name: String,
    /// What it is and how it is reached.
    pub kind: ReceiverKind,
    /// Hosts, or `host:port`, that may be in a private network or asked without encryption.
    #[serde(default)]
    pub allow_private: Vec<String>,
}

/// What a receiver is and how it is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReceiverKind {
    /// A program of the team's own, signed as the Standard Webhooks say.
    Webhook {
        /// Where to post.
        url: Secret,
        /// Keys `whsec_...`; more than one while a key is being changed, each signs.
        secrets: Vec<Secret>,
    },
    /// An incoming webhook of Slack.
    Slack {
        /// `https://hooks.slack.com/services/...`.
        url: Secret,
    },
    /// An incoming webhook of Mattermost.
    Mattermost {
        /// `https://mattermost.example/hooks/...`.
        url: Secret,
    },
    /// A workflow of Microsoft Teams that takes an adaptive card.
    Teams {
        /// The address of the workflow.
        url: Secret,
    },
    /// Electronic mail.
    Email(Email),
    /// The Alertmanager of Prometheus, API version 2.
    Alertmanager {
        /// Its root, without `/api/v2/alerts`.
        url: Secret,
        /// `Authorization` header, like `Bearer ...`, if a gate before it wants one.
        #[serde(default)]
        authorization: Option<Secret>,
    },
    /// PagerDuty, Events API version 2.
    #[serde(rename = "pagerduty")]
    PagerDuty {
        /// The integration key of the service.
        routing_key: Secret,
        /// `https://events.pagerduty.com/v2/enqueue`, or that of the EU.
        #[serde(default = "pagerduty_url")]
        url: String,
    },
    /// A dead man's switch: somebody is alarmed when this is *not* asked for a while.
    Heartbeat {
        /// What to ask.
        url: Secret,
        /// How to ask.
        #[serde(default)]
        method: HeartbeatMethod,
    },
}

fn pagerduty_url() -> String {
    "https://events.pagerduty.com/v2/enqueue".to_owned()
}

/// How a heartbeat is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeartbeatMethod {
    /// GET.
    #[default]
    Get,
    /// POST without a body.
    Post,
}

/// How mail is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Host of the mail server.
    pub host: String,
    /// Its port: 587 for STARTTLS, 465 for TLS, 25 on this machine.
    pub port: u16,
    /// How the connection is kept private.
    #[serde(default)]
    pub security: MailSecurity,
    /// User name, if the server wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// The password of the user.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The sender's address.
    pub from: String,
    /// The addresses of those who are told.
    pub to: Vec<String>,
}

/// How a connection to a mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Begin in the clear and change to TLS; without TLS nothing is sent.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// No encryption; only to this machine.
    Plain,
}

/// Recipients of one mail.
const RECIPIENTS_MAX: usize = 50;

/// What is wrong with a receiver, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misconfigured {
    /// Which receiver.
    pub receiver: String,
    /// What is wrong, in words that hold no secret.
    pub problem: String,
}

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "receiver {:?} cannot be used: {}", self.receiver, self.problem)
    }
}

impl std::error::Error for Misconfigured {}

impl Receiver {
    /// Looks whether the receiver can be used, without asking anybody.
    ///
    /// # Errors
    /// Says what is wrong and what to write instead.
    pub fn check(&self) -> Result<(), Misconfigured> {
        self.problem().map_or(Ok(()), |problem| {
            Err(Misconfigured { receiver: crate::plain_text::one_line(&self.name, 64), problem })
        })
    }

    fn problem(&self) -> Option<String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(fits) {
            return Some(
                "its name may hold letters, digits, - _ . and at most 64 of them".to_owned(),
            );
        }
        match &self.kind {
            ReceiverKind::Webhook { url, secrets } => self.url(url).or_else(|| signing(secrets)),
            ReceiverKind::Slack { url }
            | ReceiverKind::Mattermost { url }
            | ReceiverKind::Teams { url }
            | ReceiverKind::Heartbeat { url, .. } => self.url(url),
            ReceiverKind::Alertmanager { url, authorization } => {
                self.url(url).or_else(|| authorization.as_ref().and_then(header))
            }
            ReceiverKind::PagerDuty { routing_key, url } => {
                self.url(&Secret::new(url.clone())).or_else(|| routing(routing_key))
            }
            ReceiverKind::Email(email) => self.email(email),
        }
    }

    fn url(&self, url: &Secret) -> Option<String> {
        wrong_address(url, &self.allow_private)
    }

    fn email(&self, email: &Email) -> Option<String> {
        if let Err(problem) = Target::of_host(&email.host, email.port, &self.allow_private) {
            return Some(problem);
        }
        if email.to.is_empty() || email.to.len() > RECIPIENTS_MAX {
            return Some(format!("`to` must hold 1 to {RECIPIENTS_MAX} addresses"));
        }
        for address in email.to.iter().chain([&email.from]) {
            if MailAddress::parse(address).is_none() {
                let shown = crate::plain_text::one_line(address, 80);
                return Some(format!("{shown:?} is no mail address; write name@host in ASCII"));
            }
        }
        match (&email.user, &email.password) {
            (Some(_), Some(_)) if email.security == MailSecurity::Plain => Some(
                "a password is never sent without encryption; use security = \"starttls\" or \
                 \"tls\", or leave the user out"
                    .to_owned(),
            ),
            (Some(_), None) => Some("there is a user but no password".to_owned()),
            (None, Some(_)) => Some("there is a password but no user".to_owned()),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }
}

fn signing(secrets: &[Secret]) -> Option<String> {
    if secrets.is_empty() || secrets.len() > 4 {
        return Some("`secrets` must hold 1 to 4 signing keys".to_owned());
    }
    secrets.iter().find_map(|secret| signature::standard_key(secret.expose()).err())
}

fn header(value: &Secret) -> Option<String> {
    let plain = value.expose().bytes().all(|b| (0x20..0x7f).contains(&b));
    (!plain || value.expose().trim().is_empty() || value.expose().len() > 4096)
        .then(|| "`authorization` must be one line of visible ASCII".to_owned())
}

fn routing(key: &Secret) -> Option<String> {
    let key = key.expose();
    (!(16..=64).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_alphanumeric())).then(
        || {
            "`routing_key` must be the integration key of the Events API v2, 32 letters and digits"
                .to_owned()
        },
    )
}

#[cfg(test)]
mod tests;
