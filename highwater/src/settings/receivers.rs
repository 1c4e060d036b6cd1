//! Who is told of incidents: `[[receivers]]`.

use super::keys::{Fault, Keys, fault, too_many, unknown};
use super::secret::revealed;
use hw_notify::Receiver;
use std::collections::BTreeSet;
use toml::Value;

/// Receivers in one file.
const RECEIVERS_MAX: usize = 50;

/// Keys that every receiver has.
const COMMON_KEYS: &[&str] = &["name", "kind", "allow_private"];

/// Kinds of receivers, with their keys.
const KINDS: &[(&str, &[&str])] = &[
    ("webhook", &["url", "secrets"]),
    ("slack", &["url"]),
    ("mattermost", &["url"]),
    ("teams", &["url"]),
    ("email", &["host", "port", "security", "user", "password", "from", "to"]),
    ("alertmanager", &["url", "authorization"]),
    ("pagerduty", &["routing_key", "url"]),
    ("heartbeat", &["url", "method"]),
];

/// Keys whose values may stand in a file, or in the environment.
const SECRET_KEYS: &[&str] = &["url", "secrets", "password", "authorization", "routing_key"];

/// Reads one receiver. What is wrong is said without its secrets.
fn receiver(place: &str, value: &Value) -> Result<Receiver, Fault> {
    let table = value.as_table().ok_or_else(|| fault(place, "must be a table"))?;
    let named = |key: &str| match table.get(key) {
        Some(Value::String(word)) => Ok(word.as_str()),
        Some(_) => Err(fault(&format!("{place}.{key}"), "must be a text")),
        None => Err(fault(&format!("{place}.{key}"), "is missing")),
    };
    let (_, kind) = (named("name")?, named("kind")?);
    let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    let of_kind = KINDS.iter().find(|(name, _)| *name == kind);
    let (_, own) = of_kind.ok_or_else(|| (format!("{place}.kind"), unknown(kind, &names)))?;
    let known: Vec<&str> = COMMON_KEYS.iter().chain(*own).copied().collect();
    let keys = Keys::of(place, value, &known)?;
    let (mut common, mut details) = (toml::Table::new(), toml::Table::new());
    for (key, value) in table.iter().filter(|(key, _)| *key != "kind") {
        let goes_to = if own.contains(&key.as_str()) { &mut details } else { &mut common };
        let is_secret = SECRET_KEYS.contains(&key.as_str());
        let value = if is_secret { of_secrets(&keys.place(key), value)? } else { value.clone() };
        goes_to.insert(key.clone(), value);
    }
    let details = toml::Table::from_iter([(kind.to_owned(), Value::Table(details))]);
    common.insert("kind".to_owned(), Value::Table(details));
    let read: Receiver = Value::Table(common)
        .try_into()
        .map_err(|error: toml::de::Error| fault(place, &wrong_value(kind, &error)))?;
    read.check().map_err(|wrong| fault(place, &wrong.problem))?;
    Ok(read)
}

/// What is wrong with a value. What was read may be secret and is not shown, so the error's own words
/// only say what is missing.
fn wrong_value(kind: &str, error: &toml::de::Error) -> String {
    if error.message().starts_with("missing field") {
        return error.message().to_owned();
    }
    let needs = match kind {
        "email" => {
            "host, user, password and from are texts, port is a number, security is starttls, tls or plain, to is a list of texts"
        }
        "webhook" => "url is a text, secrets is a list of texts",
        "heartbeat" => "url is a text, method is get or post",
        _ => "every value of this kind is a text",
    };
    format!(
        "a value is of the wrong kind: {needs}; name and kind are texts, allow_private is a list of texts"
    )
}

/// A secret, or a list of them. One that may be a list stands for a list of one.
fn of_secrets(at: &str, value: &Value) -> Result<Value, Fault> {
    let Some(list) = value.as_array() else {
        let text = Value::String(revealed(at, value)?);
        return Ok(if at.ends_with(".secrets") { Value::Array(vec![text]) } else { text });
    };
    let parts: Result<Vec<Value>, Fault> =
        list.iter().map(|part| revealed(at, part).map(Value::String)).collect();
    parts.map(Value::Array)
}

/// All receivers of the file.
pub(super) fn receivers(top: &Keys<'_>) -> Result<Vec<Receiver>, Fault> {
    let receivers = top.list("receivers", receiver)?;
    too_many("receivers", receivers.len(), RECEIVERS_MAX)?;
    let mut names = BTreeSet::new();
    for (receiver, n) in receivers.iter().zip(1..) {
        if !names.insert(&receiver.name) {
            let why = format!("another receiver is named \"{}\" too", receiver.name);
            return Err(fault(&format!("receivers[{n}].name"), &why));
        }
    }
    Ok(receivers)
}

#[cfg(test)]
mod tests {
    use super::super::layers::{File, TOP_KEYS};
    use super::*;

    const FULL: &str = r#"
        [[receivers]]
        name = "pager"
        kind = "pagerduty"
        routing_key = "0123456789abcdef0123456789abcdef"

        [[receivers]]
        name = "chat"
        kind = "slack"
        url = "https://hooks.slack.com/services/T/B/canary"

        [[receivers]]
        name = "alerts"
        kind = "alertmanager"
        url = "http://127.0.0.1:9093"
        allow_private = ["127.0.0.1:9093"]
    "#;

    fn read(text: &str) -> Result<Vec<Receiver>, String> {
        let file = File::parse("test", text)?;
        let top = Keys::of("", file.table(), TOP_KEYS).map_err(|(_, why)| why)?;
        receivers(&top).map_err(|(key, why)| format!("{key}: {why}"))
    }

    #[test]
    fn receivers_are_read() {
        let names: Vec<String> = read(FULL).unwrap().into_iter().map(|r| r.name).collect();
        assert_eq!(names, ["pager", "chat", "alerts"]);
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn one_signing_key_is_a_list_of_one() {
        let hook = |secrets: &str| {
            format!(
                "[[receivers]]\nname = \"x\"\nkind = \"webhook\"\nurl = \"https://a.example/\"\n\
                 secrets = {secrets}\n"
            )
        };
        let key = "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"";
        assert_eq!(read(&hook(key)).unwrap().len(), 1);
        assert_eq!(read(&hook(&format!("[{key}]"))).unwrap().len(), 1);
        let why = read(&hook("\"whsec_canary!\"")).unwrap_err();
        assert!(!why.contains("canary"), "{why}");
    }

    #[test]
    fn secret_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "0123456789abcdef0123456789abcdef\n").unwrap();
        let pointed = format!("{{ file = {:?} }}", file.display().to_string());
        let of_file = FULL.replace("\"0123456789abcdef0123456789abcdef\"", &pointed);
        assert_eq!(read(&of_file).unwrap().len(), 3);
        std::fs::remove_file(&file).unwrap();
        let why = read(&of_file).unwrap_err();
        assert!(why.starts_with("receivers[1].routing_key: /"), "{why}");
        let unset = FULL.replace("\"0123456789abcdef0123456789abcdef\"", "{ env = \"HW_NONE\" }");
        let why = read(&unset).unwrap_err();
        assert!(why.contains("the variable HW_NONE is not set"), "{why}");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_is_shown() {
        for (from, to, said) in [
            ("\"chat\"", "\"pager\"", "receivers[2].name: another receiver is named \"pager\""),
            (
                "\"slack\"",
                "\"slak\"",
                "receivers[2].kind: \"slak\" is not known: did you mean \"slack\"",
            ),
            (
                "routing_key",
                "routing_ky",
                "receivers[1].routing_ky: \"routing_ky\" is not known: did you",
            ),
            ("allow_private", "allow_privat", "receivers[3].allow_privat: \"allow_privat\" is not"),
            ("https://hooks", "ftp://hooks", "receivers[2]: "),
            ("\"https://hooks.slack.com/services/T/B/canary\"", "7", "receivers[2].url: "),
            (
                "name = \"alerts\"",
                "name = \"alerts\"\nauthorization = [\"canary\"]",
                "receivers[3]: a value",
            ),
            ("name = \"pager\"", "", "receivers[1].name: is missing"),
            ("[\"127.0.0.1:9093\"]", "[]", "receivers[3]: "),
        ] {
            let why = read(&FULL.replace(from, to)).unwrap_err();
            assert!(why.starts_with(said), "{why}");
            assert!(!why.contains("canary"), "{why}");
        }
    }
}
