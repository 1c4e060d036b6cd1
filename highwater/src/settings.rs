//! Settings: what may be set, by flag, environment, file or default, and the reason for each default.
//!
//! Unknown keys are errors that name the nearest known one, because a setting that is silently
//! ignored is worse than none.

mod access;
mod explain;
mod hooks;
mod keys;
mod layers;
mod people;
mod receivers;
mod rules;
mod secret;
mod server;
mod trackers;

pub(crate) use keys::unknown;
pub(crate) use server::{DataFlag, ServeFlags};

use hw_ingest::{DecisionRule, ItemRule, ReadOptions, Repository};
use keys::{Fault, Keys};
use layers::{FALSE_ALARMS, File, Layered, TOP_KEYS};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// What steers reading and judging.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// False alarms tolerated in 30 days over everything watched.
    pub false_alarms_per_month: f64,
    decisions: Vec<DecisionRule>,
    items: Vec<ItemRule>,
    repositories: Vec<Repository>,
}

/// Settings that cannot be used: the file, the key and what is wrong.
#[derive(Debug)]
pub(crate) struct SettingsError {
    file: String,
    key: String,
    why: String,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, key, why } = self;
        if key.is_empty() {
            write!(f, "failed to read settings from {file}: {why}")
        } else {
            write!(f, "failed to read settings from {file}, {key}: {why}")
        }
    }
}

impl std::error::Error for SettingsError {}

/// A flag that cannot be used.
#[derive(Debug)]
pub(crate) struct FlagError(pub String);

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FlagError {}

impl Settings {
    /// Reads the file, or takes the defaults if there is none.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        let file = File::read(file)?;
        Self::from_file(&file).map_err(|fault| file.error(fault))
    }

    fn from_file(file: &File) -> Result<Self, Fault> {
        let top = Keys::of("", file.table(), TOP_KEYS)?;
        Ok(Self {
            false_alarms_per_month: Layered::pick(&FALSE_ALARMS, None, file)?.value,
            decisions: top.list("decisions", rules::decision)?,
            items: top.list("items", rules::items)?,
            repositories: top.list("repositories", rules::repository)?,
        })
    }

    /// Names of declared answers.
    pub(crate) fn declared(&self) -> BTreeSet<String> {
        self.decisions.iter().map(|rule| rule.name.clone()).collect()
    }

    /// What the reader needs.
    pub(crate) fn into_read_options(self, ignored_attributes: Vec<String>) -> ReadOptions {
        let Self { decisions, items, repositories, .. } = self;
        ReadOptions { ignored_attributes, decisions, items, repositories }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"
        false_alarms_per_month = 0.5

        [[decisions]]
        name = "policy.gate"
        when = { service = "filter", kind = "client", operation = "GET /gate/*" }
        value = { from = "span_attribute", key = "app.gate.decision" }
        map = { go = ["true", "allow", true], stop = ["false", "deny"] }
        missing = "count_as:unknown"

        [[items]]
        when = { service = "filter", kind = "producer" }
        out = { from = "span_attribute:app.items.out", default = 1 }

        [[repositories]]
        service = "filter*"
        url = "https://github.com/acme/filter"
        revision = "v{version}"
        root = "/app"
        folder = "services/filter"
    "#;

    fn parse(text: &str) -> Result<Settings, Fault> {
        let file = File::parse("test", text).map_err(|why| (String::new(), why))?;
        Settings::from_file(&file)
    }

    fn refused(text: &str) -> String {
        let (key, why) = parse(text).unwrap_err();
        format!("{key}: {why}")
    }

    #[test]
    fn everything_declared_is_read() {
        let settings = parse(FULL).unwrap();
        assert!((settings.false_alarms_per_month - 0.5).abs() < 1e-9);
        assert!(settings.declared().contains("policy.gate"));
        let options = settings.into_read_options(Vec::new());
        assert_eq!(options.decisions[0].map[0].1, ["true", "allow", "true"]);
        assert_eq!(options.items[0].missing, Some(1));
        assert_eq!(options.repositories[0].folder, "services/filter");
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        assert!(refused("decision = []").contains("did you mean \"decisions\"?"));
        let typo = FULL.replace("operation", "opperation");
        assert!(refused(&typo).starts_with("decisions[1].when.opperation"), "{}", refused(&typo));
        assert!(
            refused(&FULL.replace("\"client\"", "\"clinet\"")).contains("did you mean \"client\"")
        );
        assert!(
            refused(&FULL.replace("span_attribute\"", "span_atribute\"")).contains("did you mean")
        );
    }

    #[test]
    fn wrong_values_say_what_is_right() {
        assert!(refused("false_alarms_per_month = 0").contains("from 0.000001"));
        let without_root = FULL.replace("root = \"/app\"", "");
        assert!(refused(&without_root).contains("needs a `root`"), "{}", refused(&without_root));
        let nothing = "[[repositories]]\nservice = \"a\"";
        assert!(refused(nothing).contains("says nothing"), "{}", refused(nothing));
        assert!(refused("false_alarms_per_month = \"one\"").contains("must be a number"));
        assert!(refused("[[items]]\nin = { from = \"links\" }").contains("span_attribute:KEY"));
        assert!(refused("x = ").contains("TOML parse error"));
    }
}
