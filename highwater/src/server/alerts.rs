//! Alerts of Alertmanager, in words: what of a post is told, and how it is known to have been told.
//!
//! Alertmanager sends a group again and again while it burns. Each entry ends with marks of the group
//! and of the alerts in it, so what was told is read off the record itself: it is durable as long as the
//! record, where the key of a command is forgotten after a day. A mark is of what an alert is (its labels,
//! its start, whether it burns), not of what is said about it: a text with a figure in it is another
//! each time.

use hw_api::rfc3339;
use hw_incident::{Name, Text};
use hw_model::{Timestamp, is_plain};
use hw_notify::inbound::{Alert, AlertGroup, AlertStatus, OWN_ALERT};
use std::collections::{BTreeMap, BTreeSet};

/// Alerts of one entry. What is beyond comes with the next post.
const NEW_MAX: usize = 200;

/// Of those, alerts that have a line; the others are counted.
const LINES_MAX: usize = 8;

/// Letters of a name, of what is said about an alert, and of its labels.
const NAME_MAX: usize = 120;
const SUMMARY_MAX: usize = 300;
const LABELS_MAX: usize = 200;

/// Hex digits of a mark.
const MARK_DIGITS: usize = 10;

/// A post, read.
pub(super) struct Posted {
    /// The mark of its group.
    pub group: String,
    pub alerts: Vec<PostedAlert>,
    /// Alerts of Highwater itself.
    pub n_ignored: u64,
    n_left_out: u64,
}

/// An alert of it.
pub(super) struct PostedAlert {
    pub mark: String,
    pub is_firing: bool,
    pub service: Option<Name>,
    /// Its name, and the service.
    title: String,
    /// What else is known of it.
    words: String,
}

impl Posted {
    /// Reads a group, all of it or nothing.
    pub(super) fn read(group: &AlertGroup) -> Result<Self, String> {
        if group.group_key.is_empty() {
            return Err("groupKey is missing: it says what belongs together".to_owned());
        }
        let (mut alerts, mut n_ignored) = (Vec::new(), 0);
        for (alert, n) in group.alerts.iter().zip(0..) {
            let place = format!("alerts[{n}]");
            let name = alert.labels.get("alertname").filter(|name| !name.trim().is_empty());
            let Some(name) = name else { return Err(format!("{place} has no label alertname")) };
            if name == OWN_ALERT {
                n_ignored += 1;
            } else {
                check(&place, alert)?;
                alerts.push(PostedAlert::of(&group.group_key, alert, name)?);
            }
        }
        let (group_mark, n_left_out) = (mark(&[&group.group_key]), group.n_left_out);
        Ok(Self { group: group_mark, alerts, n_ignored, n_left_out })
    }

    /// What was not told yet, each once.
    pub(super) fn news(&self, told: &BTreeSet<String>) -> Vec<&PostedAlert> {
        let mut marks = told.clone();
        let new = self.alerts.iter().filter(|alert| marks.insert(alert.mark.clone()));
        new.take(NEW_MAX).collect()
    }

    /// What is written about them. The first line stays the same when it is sent again.
    pub(super) fn text(&self, news: &[&PostedAlert]) -> Result<Text, String> {
        let (firing, over): (Vec<_>, Vec<_>) = news.iter().partition(|alert| alert.is_firing);
        let mut lines = vec![headline(&firing, &over)];
        match news {
            // Its name stands in the headline.
            [only] => lines.push(only.words.clone()),
            _ => lines.extend(news.iter().take(LINES_MAX).map(|alert| alert.line())),
        }
        if news.len() > LINES_MAX {
            lines.push(format!("and {} more", news.len() - LINES_MAX));
        }
        if self.n_left_out > 0 {
            lines.push(format!("Alertmanager left {} alerts out of its message.", self.n_left_out));
        }
        let marks: Vec<&str> = news.iter().map(|alert| alert.mark.as_str()).collect();
        lines.push(format!("(Alertmanager group {}; alerts {})", self.group, marks.join(" ")));
        Text::parse(&lines.join("\n")).map_err(|fault| format!("what the alerts say {fault}"))
    }
}

impl PostedAlert {
    fn of(group: &str, alert: &Alert, name: &str) -> Result<Self, String> {
        let is_firing = alert.status == AlertStatus::Firing;
        let service = alert.labels.get("service").filter(|name| !name.trim().is_empty());
        let service = service.map(|name| Name::parse(name)).transpose();
        let service = service.map_err(|fault| format!("the label service {fault}"))?;
        let name = short(name, NAME_MAX);
        let title = match &service {
            Some(service) => format!("{name} of {}", short(service.as_str(), NAME_MAX)),
            None => name,
        };
        let labels = identity(&alert.labels);
        let key = if alert.fingerprint.is_empty() { &labels } else { &alert.fingerprint };
        let status = if is_firing { "firing" } else { "resolved" };
        let mark = mark(&[group, key, &alert.starts_at.to_string(), status]);
        Ok(Self { mark, is_firing, service, words: words(alert), title })
    }

    /// One of several, in a line.
    fn line(&self) -> String {
        format!("- {} {}", self.title, self.words)
    }
}

/// What an alert is known by.
fn identity(labels: &BTreeMap<String, String>) -> String {
    let pairs = labels.iter().map(|(key, value)| format!("{key}={value:?}"));
    pairs.collect::<Vec<_>>().join(",")
}

/// When it burns, what is said about it, and what else it is known by.
fn words(alert: &Alert) -> String {
    let time = |at: i64| rfc3339(Timestamp(at));
    let since = match alert.ends_at {
        None => format!("since {}", time(alert.starts_at)),
        Some(end) => format!("from {} until {}", time(alert.starts_at), time(end)),
    };
    let said = ["summary", "description", "message"];
    let said = said.iter().find_map(|key| alert.annotations.get(*key));
    let said = said.map(|said| short(said, SUMMARY_MAX)).filter(|said| !said.is_empty());
    let said = said.map_or_else(String::new, |said| format!(": {said}"));
    let others =
        alert.labels.iter().filter(|(key, _)| !["alertname", "service"].contains(&key.as_str()));
    let others: Vec<String> = others.map(|(key, value)| format!("{key}={value}")).collect();
    let others = match others.as_slice() {
        [] => String::new(),
        some => format!(" ({})", short(&some.join(", "), LABELS_MAX)),
    };
    format!("{since}{said}{others}")
}

/// What happened, in a line.
fn headline(firing: &[&PostedAlert], over: &[&PostedAlert]) -> String {
    let some = |alerts: &[&PostedAlert], one: &str, many: &str| match alerts {
        [] => None,
        [only] => Some(format!("{} {one}", only.title)),
        [first, second] => Some(format!("{} and {} {many}", first.title, second.title)),
        [first, others @ ..] => {
            Some(format!("{} and {} more alerts {many}", first.title, others.len()))
        }
    };
    let parts = [some(firing, "fires", "fire"), some(over, "is over", "are over")];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The service that all of them speak of.
pub(super) fn service(news: &[&PostedAlert]) -> Option<Name> {
    let (first, others) = news.split_first()?;
    let is_same = others.iter().all(|alert| alert.service == first.service);
    first.service.clone().filter(|_| is_same)
}

/// The group and the alerts of which an entry of ours tells.
pub(super) fn marks(text: &str) -> Option<(&str, impl Iterator<Item = &str>)> {
    let last = text.lines().next_back()?;
    let inner = last.strip_prefix("(Alertmanager group ")?.strip_suffix(')')?;
    let (group, alerts) = inner.split_once("; alerts ")?;
    Some((group, alerts.split(' ')))
}

/// A mark of these texts.
fn mark(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        // With its length, so that no two lists of texts run together into one.
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex().chars().take(MARK_DIGITS).collect()
}

/// Refuses what would move or hide what others see. What is said about an alert may have lines.
fn check(place: &str, alert: &Alert) -> Result<(), String> {
    let controls = |text: &str, allowed: &[char]| {
        text.chars().any(|letter| !is_plain(letter) && !allowed.contains(&letter))
    };
    for (texts, what, allowed) in [
        (&alert.labels, "labels", &[][..]),
        (&alert.annotations, "annotations", &['\n', '\r', '\t'][..]),
    ] {
        for (key, value) in texts {
            if controls(key, &[]) {
                return Err(format!("{place}.{what}: a name has a control character in it"));
            }
            if controls(value, allowed) {
                let key = short(key, NAME_MAX);
                return Err(format!("{place}.{what}.{key} has a control character in it"));
            }
        }
    }
    Ok(())
}

/// One line of so many letters at most.
fn short(text: &str, letters_max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= letters_max {
        return line;
    }
    line.chars().take(letters_max - 1).chain(['\u{2026}']).collect()
}

#[cfg(test)]
mod tests;
