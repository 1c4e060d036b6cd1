//! What is taken from other programs: `[hooks]`.

use super::keys::{Fault, Keys, fault, too_many};
use super::secret::revealed;
use crate::server::HookSettings;
use hw_notify::Secret;
use toml::Value;

/// Keys of the table `hooks`.
const HOOK_KEYS: &[&str] = &["mattermost_tokens", "slack_signing_secret"];

/// Tokens of slash commands in one file.
const TOKENS_MAX: usize = 20;

/// Letters of a secret that cannot be guessed. Slack's has 32, Mattermost's 26.
const LETTERS_MIN: usize = 16;

/// What messages of others are proven by. What is wrong is said without it.
pub(super) fn hooks(top: &Keys<'_>) -> Result<HookSettings, Fault> {
    let Some(table) = top.get("hooks") else { return Ok(HookSettings::default()) };
    let keys = Keys::of("hooks", table, HOOK_KEYS)?;
    let place = keys.place("slack_signing_secret");
    let slack = keys.get("slack_signing_secret").map(|value| secret(&place, value)).transpose()?;
    let place = keys.place("mattermost_tokens");
    let mattermost = match keys.get("mattermost_tokens") {
        None => Vec::new(),
        Some(Value::Array(list)) => {
            too_many(&place, list.len(), TOKENS_MAX)?;
            let numbered = list.iter().zip(1..);
            let tokens = numbered.map(|(value, n)| secret(&format!("{place}[{n}]"), value));
            tokens.collect::<Result<_, _>>()?
        }
        Some(one) => vec![secret(&place, one)?],
    };
    Ok(HookSettings { slack, mattermost })
}

fn secret(place: &str, value: &Value) -> Result<Secret, Fault> {
    let text = revealed(place, value)?;
    if text.len() < LETTERS_MIN || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let why =
            format!("is no secret: {LETTERS_MIN} letters and digits at least, without blanks");
        return Err(fault(place, &why));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::super::layers::{File, TOP_KEYS};
    use super::*;

    fn read(text: &str) -> Result<HookSettings, String> {
        let file = File::parse("test", text)?;
        let top = Keys::of("", file.table(), TOP_KEYS).map_err(|(_, why)| why)?;
        hooks(&top).map_err(|(key, why)| format!("{key}: {why}"))
    }

    #[test]
    fn secrets_are_read_also_from_where_they_point() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "xr3j5x3p4pfk7kk6ck7b4e6ghh\n").unwrap();
        let settings = format!(
            "[hooks]\nslack_signing_secret = \"8f742231b10e8888abcd99yyyzzz85a5\"\n\
             mattermost_tokens = [\"aaaaaaaaaaaaaaaaaaaaaaaaaa\", {{ file = {:?} }}]",
            file.display().to_string()
        );
        let read_all = read(&settings).unwrap();
        let tokens: Vec<&str> = read_all.mattermost.iter().map(Secret::expose).collect();
        assert_eq!(tokens, ["aaaaaaaaaaaaaaaaaaaaaaaaaa", "xr3j5x3p4pfk7kk6ck7b4e6ghh"]);
        assert!(read_all.slack.is_some());
        let one = read("hooks.mattermost_tokens = \"xr3j5x3p4pfk7kk6ck7b4e6ghh\"").unwrap();
        assert_eq!((one.mattermost.len(), one.slack.is_none()), (1, true));
        assert!(read("").unwrap().mattermost.is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_is_shown() {
        for (text, said) in [
            ("hooks = 3", "hooks: must be a table"),
            ("hooks.slack_secret = \"x\"", "hooks.slack_secret: \"slack_secret\" is not known"),
            (
                "hooks.slack_signing_secrt = \"x\"",
                "hooks.slack_signing_secrt: \"slack_signing_secrt\" is not known: did you mean \
                 \"slack_signing_secret\"?",
            ),
            ("hooks.slack_signing_secret = \"canary\"", "hooks.slack_signing_secret: is no secret"),
            ("hooks.slack_signing_secret = 7", "hooks.slack_signing_secret: must be a text"),
            ("hooks.mattermost_tokens = [\"canary\"]", "hooks.mattermost_tokens[1]: is no secret"),
            (
                "hooks.mattermost_tokens = [{ env = \"HW_NONE\" }]",
                "hooks.mattermost_tokens[1]: the variable HW_NONE is not set",
            ),
            (
                "hooks.slack_signing_secret = { file = \"/none\" }",
                "hooks.slack_signing_secret: /none",
            ),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.starts_with(said), "{why}");
            assert!(!why.contains("canary"), "{why}");
        }
    }
}
