//! Issues in somebody else's tracker: an action item is opened there, looked at, and closed.
//!
//! Other trackers are told by a signed webhook, and tell nothing back.
//!
//! What is asked of GitHub and GitLab is written here and what they answer is read here; the courier
//! carries it. Neither knows a key by which a request sent again is the same one, so every issue bears
//! a mark of its item, and is looked for before another is opened.

mod github;
mod gitlab;
mod webhook;

use crate::http::Answer;
use crate::message::Request;
use crate::outcome::Outcome;
use crate::plain_text::one_line;
use crate::secret::Secret;
use crate::target::wrong_address;
use serde_json::Value;

/// Bytes of an answer that are read: a hundred issues with long texts.
pub(crate) const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Letters of an issue's title.
const TITLE_CHARS_MAX: usize = 200;

/// The label that issues of ours bear.
const LABEL: &str = "highwater";

/// Where action items stand too.
#[derive(Clone, Debug)]
pub struct Tracker {
    /// What it is called in the settings.
    pub name: String,
    /// Whose it is.
    pub kind: TrackerKind,
    /// The API, such as `https://api.github.com` or `https://gitlab.com`; of a webhook, all of it.
    pub url: String,
    /// `owner/repository`, or the path of a project; of a webhook, nothing.
    pub project: String,
    /// What opens it; of a webhook, nothing.
    pub token: Secret,
    /// Signing keys of a webhook.
    pub secrets: Vec<Secret>,
    /// Private addresses that may be asked.
    pub allow_private: Vec<String>,
}

/// Whose tracker it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackerKind {
    /// GitHub, also an own server.
    GitHub,
    /// GitLab, also an own server.
    GitLab,
    /// Another, behind something that takes the Standard Webhooks.
    Webhook,
}

/// An action item, as a tracker is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `INC-1-A2`: it never changes.
    pub id: String,
    /// When it was added: another Highwater has an `INC-1-A2` too.
    pub added_at: String,
    /// What is to be done.
    pub text: String,
    /// What it is for, who does it, how it is known that it is done: a line each.
    pub lines: Vec<String>,
    /// Until when: `2026-12-04`.
    pub due: String,
    /// What tells one standing of it from the next.
    pub version: u64,
}

/// An issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its number in the project.
    pub number: u64,
    /// Where people read it.
    pub url: String,
    /// Whether it is open.
    pub is_open: bool,
    /// Who closed it, if that is said.
    pub closed_by: Option<String>,
}

/// What became of an item, and is to become of its issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The work is done.
    Done,
    /// It will not be done.
    Declined,
    /// It is to be done after all.
    Reopened,
}

/// What is asked of a tracker, one question after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask<'a> {
    /// Issues that may be this item.
    Find(&'a Item),
    /// Open one.
    Open(&'a Item),
    /// How it stands.
    Look(u64),
    /// Say something below it.
    Comment(u64, &'a str),
    /// Close it, or open it again.
    Move(u64, Moved),
    /// Whether it can be reached, and lets us in.
    Try,
}

impl Tracker {
    /// What is wrong with its settings, in words that hold no secret.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let project = self.project.as_str();
        let fits = |c: char| c.is_alphanumeric() || "-_./".contains(c);
        if let Some(wrong) = wrong_address(&Secret::new(self.url.clone()), &self.allow_private) {
            return Some(format!("`url`: {wrong}"));
        }
        if self.kind == TrackerKind::Webhook {
            return webhook::problem(self);
        }
        if project.is_empty() || !project.chars().all(fits) || project.contains("..") {
            return Some("`project` must be owner/repository, or the path of a project".to_owned());
        }
        if self.kind == TrackerKind::GitHub && project.matches('/').count() != 1 {
            return Some("`project` of GitHub must be owner/repository".to_owned());
        }
        let token = self.token.expose();
        let is_one_line = token.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        (token.is_empty() || !is_one_line)
            .then(|| "`token` must be one word of visible ASCII".to_owned())
    }

    /// The number of the issue at an address, if it is one of this tracker's project.
    #[must_use]
    pub fn number_at(&self, address: &str) -> Option<u64> {
        let own = self.url.trim_end_matches('/').split_once("://")?.1.to_lowercase();
        let rest = address.split_once("://")?.1;
        let (host, path) = rest.split_once('/')?;
        let own = own.strip_prefix("api.").unwrap_or(&own);
        // An own GitHub serves its API below /api/v3.
        let own = own.strip_suffix("/api/v3").unwrap_or(own);
        if host.to_lowercase() != own {
            return None;
        }
        let below = path.get(..self.project.len())?;
        let rest = path.get(self.project.len()..)?;
        if !below.eq_ignore_ascii_case(&self.project) {
            return None;
        }
        let number = match self.kind {
            TrackerKind::GitHub => rest.strip_prefix("/issues/")?,
            TrackerKind::GitLab => {
                let rest = rest.strip_prefix("/-/").or_else(|| rest.strip_prefix('/'))?;
                rest.strip_prefix("issues/").or_else(|| rest.strip_prefix("work_items/"))?
            }
            TrackerKind::Webhook => return None,
        };
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        number.get(..end)?.parse().ok()
    }

    pub(crate) fn request(&self, ask: &Ask<'_>) -> Result<Request, Outcome> {
        match self.kind {
            TrackerKind::GitHub => Ok(github::request(self, ask)),
            TrackerKind::GitLab => Ok(gitlab::request(self, ask)),
            TrackerKind::Webhook => Err(Outcome::refused("a webhook is told, and never asked")),
        }
    }

    /// What a webhook is told of an item.
    pub(crate) fn told(
        &self,
        item: &Item,
        moved: Option<(Moved, &str)>,
        now: i64,
    ) -> Result<Request, Outcome> {
        webhook::request(self, item, moved, now).map_err(Outcome::refused)
    }

    /// The issue of an answer to open, look or close.
    pub(crate) fn issue(&self, answer: &Answer) -> Result<Issue, Outcome> {
        let value: Value = serde_json::from_slice(&answer.body).map_err(|_| no_json())?;
        self.read(&value).ok_or_else(no_json)
    }

    /// Of issues that were found, the one that bears the mark of an item.
    pub(crate) fn own(&self, answer: &Answer, item: &Item) -> Result<Option<Issue>, Outcome> {
        if answer.is_cut {
            return Err(Outcome::refused(
                "the list of issues is too long; close some that bear the label highwater",
            ));
        }
        let found: Vec<Value> = serde_json::from_slice(&answer.body).map_err(|_| no_json())?;
        let key = match self.kind {
            TrackerKind::GitHub => "body",
            TrackerKind::GitLab | TrackerKind::Webhook => "description",
        };
        let mark = mark(item);
        let bears = |value: &&Value| {
            value.get(key).and_then(Value::as_str).is_some_and(|text| text.contains(&mark))
        };
        Ok(found.iter().find(bears).and_then(|value| self.read(value)))
    }

    fn read(&self, value: &Value) -> Option<Issue> {
        match self.kind {
            TrackerKind::GitHub => github::read(value),
            TrackerKind::GitLab => gitlab::read(value),
            TrackerKind::Webhook => None,
        }
    }

    /// An address below the API.
    fn at(&self, path: &str) -> Secret {
        Secret::new(format!("{}{path}", self.url.trim_end_matches('/')))
    }
}

/// What tells an issue from all others. It stands where people do not see it.
fn mark(item: &Item) -> String {
    format!("<!-- highwater {} {} -->", one_line(&item.id, 60), one_line(&item.added_at, 60))
}

fn title(item: &Item) -> String {
    one_line(&item.text, TITLE_CHARS_MAX)
}

/// What is to be done, as Markdown in which nothing of it is markup.
fn body(item: &Item) -> String {
    let mut text = String::new();
    for line in std::iter::once(&item.text).chain(&item.lines) {
        text.push_str(&escaped(&one_line(line, 2_000)));
        text.push_str("\n\n");
    }
    text.push_str(&mark(item));
    text
}

/// Markdown's own letters stand for themselves, and nobody is called by an `@`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !",.;:'\"%/?=()".contains(c) {
            out.push('\\');
        }
        out.push(c);
        if matches!(c, '@') {
            // A name behind it would be told.
            out.push('\u{200b}');
        }
    }
    out
}

fn no_json() -> Outcome {
    Outcome::refused("answered what is no issue; check `url`")
}

#[cfg(test)]
mod tests;
