//! Where action items stand as issues too: `[[trackers]]`.

use super::keys::{Fault, Keys, fault, too_many, unknown};
use super::secret::revealed;
use crate::server::TrackerSettings;
use hw_incident::ActionKind;
use hw_notify::{Secret, Tracker, TrackerKind};
use std::collections::BTreeSet;
use std::time::Duration;
use toml::Value;

/// Trackers in one file.
const TRACKERS_MAX: usize = 20;

/// How often issues are looked at, in seconds: a minute, for whoever closes one reads no record within
/// less, and GitHub lets a token ask 5,000 times an hour.
const EVERY_S: i64 = 60;

/// Kinds of trackers, with their keys.
const KINDS: &[(&str, TrackerKind, &[&str])] = &[
    ("github", TrackerKind::GitHub, &["repo", "token", "every_s"]),
    ("gitlab", TrackerKind::GitLab, &["project", "token", "every_s"]),
    ("webhook", TrackerKind::Webhook, &["secrets"]),
];

/// Keys that every tracker has.
const COMMON_KEYS: &[&str] = &["name", "kind", "url", "allow_private", "for", "auto"];

/// All trackers of the file.
pub(super) fn trackers(top: &Keys<'_>) -> Result<Vec<TrackerSettings>, Fault> {
    let trackers = top.list("trackers", tracker)?;
    too_many("trackers", trackers.len(), TRACKERS_MAX)?;
    let mut names = BTreeSet::new();
    for (known, n) in trackers.iter().zip(1..) {
        if !names.insert(&known.tracker.name) {
            let why = format!("another tracker is named \"{}\" too", known.tracker.name);
            return Err(fault(&format!("trackers[{n}].name"), &why));
        }
    }
    Ok(trackers)
}

/// Reads one tracker. What is wrong is said without its secrets.
fn tracker(place: &str, value: &Value) -> Result<TrackerSettings, Fault> {
    let table = value.as_table().ok_or_else(|| fault(place, "must be a table"))?;
    let kind = table.get("kind").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| fault(&format!("{place}.kind"), "is missing, or no text"))?;
    let names: Vec<&str> = KINDS.iter().map(|(name, ..)| *name).collect();
    let of_kind = KINDS.iter().find(|(name, ..)| *name == kind);
    let (_, kind, own) = of_kind.ok_or_else(|| (format!("{place}.kind"), unknown(kind, &names)))?;
    let known: Vec<&str> = COMMON_KEYS.iter().chain(*own).copied().collect();
    let keys = Keys::of(place, value, &known)?;
    let (url, project) = match kind {
        TrackerKind::GitHub => (keys.text("url")?.unwrap_or("https://api.github.com"), "repo"),
        TrackerKind::GitLab => (keys.text("url")?.unwrap_or("https://gitlab.com"), "project"),
        TrackerKind::Webhook => (keys.needed_text("url")?, ""),
    };
    let project = if project.is_empty() { "" } else { keys.needed_text(project)? };
    let name = keys.needed_text("name")?;
    if name.trim() != name || name.is_empty() || name.chars().any(char::is_control) {
        return Err(fault(&keys.place("name"), "must be a word"));
    }
    let tracker = Tracker {
        name: name.to_owned(),
        kind: *kind,
        url: url.to_owned(),
        project: project.to_owned(),
        token: Secret::new(secrets(&keys, "token")?.pop().unwrap_or_default()),
        secrets: secrets(&keys, "secrets")?.into_iter().map(Secret::new).collect(),
        allow_private: texts(&keys, "allow_private")?,
    };
    if let Some(problem) = tracker.problem() {
        return Err(fault(place, &problem));
    }
    Ok(TrackerSettings {
        tracker,
        kinds: kinds(&keys)?,
        is_auto: is_auto(&keys)?,
        every: every(&keys)?,
    })
}

/// Kinds of action items that go there; all, if none is named.
fn kinds(keys: &Keys<'_>) -> Result<Vec<ActionKind>, Fault> {
    let known = ActionKind::ALL.map(ActionKind::word);
    let read = |word: String| {
        ActionKind::from_word(&word).ok_or_else(|| (keys.place("for"), unknown(&word, &known)))
    };
    texts(keys, "for")?.into_iter().map(read).collect()
}

fn is_auto(keys: &Keys<'_>) -> Result<bool, Fault> {
    let Some(value) = keys.get("auto") else { return Ok(false) };
    value.as_bool().ok_or_else(|| fault(&keys.place("auto"), "must be true or false"))
}

fn every(keys: &Keys<'_>) -> Result<Duration, Fault> {
    let wrong = || fault(&keys.place("every_s"), "must be a number of seconds from 1 to 86400");
    let every_s = keys.get("every_s").map_or(Some(EVERY_S), Value::as_integer).ok_or_else(wrong)?;
    let every_s = u64::try_from(every_s).ok().filter(|every_s| (1..=86_400).contains(every_s));
    every_s.map(Duration::from_secs).ok_or_else(wrong)
}

/// A secret, or a list of them; none if the key is not there.
fn secrets(keys: &Keys<'_>, key: &str) -> Result<Vec<String>, Fault> {
    let (at, value) = (keys.place(key), keys.get(key));
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) if key == "secrets" => {
            list.iter().map(|value| revealed(&at, value)).collect()
        }
        Some(value) => Ok(vec![revealed(&at, value)?]),
    }
}

fn texts(keys: &Keys<'_>, key: &str) -> Result<Vec<String>, Fault> {
    let Some(value) = keys.get(key) else { return Ok(Vec::new()) };
    let wrong = || fault(&keys.place(key), "must be a list of texts");
    let list = value.as_array().ok_or_else(wrong)?;
    list.iter().map(|part| part.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::layers::{File, TOP_KEYS};
    use super::*;

    const FULL: &str = r#"
        [[trackers]]
        name = "offers"
        kind = "github"
        repo = "acme/offers"
        token = "canary-4711"
        for = ["detect", "prevent"]
        auto = true

        [[trackers]]
        name = "platform"
        kind = "gitlab"
        project = "acme/teams/platform"
        token = "canary-4712"
        every_s = 300

        [[trackers]]
        name = "jira"
        kind = "webhook"
        url = "https://hooks.example.com/items"
        secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    "#;

    fn read(text: &str) -> Result<Vec<TrackerSettings>, String> {
        let file = File::parse("test", text)?;
        let top = Keys::of("", file.table(), TOP_KEYS).map_err(|(_, why)| why)?;
        trackers(&top).map_err(|(key, why)| format!("{key}: {why}"))
    }

    #[test]
    fn trackers_are_read() {
        let read = read(FULL).unwrap();
        let urls: Vec<&str> = read.iter().map(|it| it.tracker.url.as_str()).collect();
        let hook = "https://hooks.example.com/items";
        assert_eq!(urls, ["https://api.github.com", "https://gitlab.com", hook]);
        assert_eq!(read[0].kinds, [ActionKind::Detect, ActionKind::Prevent]);
        assert_eq!((read[0].is_auto, read[1].is_auto), (true, false));
        assert_eq!((read[0].every.as_secs(), read[1].every.as_secs()), (60, 300));
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_is_shown() {
        for (from, to, said) in [
            ("\"github\"", "\"githib\"", "trackers[1].kind: \"githib\" is not known: did you mean"),
            ("repo =", "rep =", "trackers[1].rep: \"rep\" is not known: did you mean \"repo\""),
            ("acme/offers", "offers", "trackers[1]: `project` of GitHub must be owner/repository"),
            ("\"detect\"", "\"detekt\"", "trackers[1].for: \"detekt\" is not known: did you mean"),
            ("true", "\"yes\"", "trackers[1].auto: must be true or false"),
            ("\"platform\"", "\"offers\"", "trackers[2].name: another tracker is named"),
            ("every_s = 300", "every_s = 0", "trackers[2].every_s: must be a number of seconds"),
            ("token = \"canary-4712\"", "", "trackers[2]: `token` must be one word"),
            ("\"canary-4711\"", "\"canary 4711\"", "trackers[1]: `token` must be one word"),
            ("whsec_", "canary_", "trackers[3]: a signing key must be"),
            ("https://hooks.example.com", "http://169.254.169.254", "trackers[3]: `url`: "),
            ("token = \"canary-4711\"", "token = { env = \"HW_NONE\" }", "trackers[1].token: the"),
        ] {
            let why = read(&FULL.replace(from, to)).unwrap_err();
            assert!(why.starts_with(said), "{why}");
            assert!(!why.contains("canary"), "{why}");
        }
    }
}
