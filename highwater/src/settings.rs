//! `highwater.toml`: the settings, with a reason for each default.
//!
//! Unknown keys are errors that name the nearest known one, because a setting that is silently
//! ignored is worse than none. Read so far: the false-alarm budget, declared answers and items.

use hw_ingest::{DecisionRule, DecisionValue, ItemRule, Missing, Pattern, ReadOptions, When};
use hw_model::SpanKind;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use toml::Value;

/// What is set.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// False alarms tolerated in 30 days over everything watched. One: who is woken more often for
    /// nothing stops looking.
    pub false_alarms_per_month: f64,
    decisions: Vec<DecisionRule>,
    items: Vec<ItemRule>,
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

/// A key and what is wrong with it.
type Fault = (String, String);

impl Settings {
    /// Reads the file, or takes the defaults if there is none.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        let Some(file) = file else {
            return Ok(Self { false_alarms_per_month: 1.0, decisions: vec![], items: vec![] });
        };
        let name = file.display().to_string();
        let fault = |(key, why): Fault| SettingsError { file: name.clone(), key, why };
        let text = std::fs::read_to_string(file)
            .map_err(|error| fault((String::new(), error.to_string())))?;
        Self::parse(&text).map_err(fault)
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| (String::new(), error.to_string()))?;
        let table = Value::Table(table);
        let top = Keys::of("", &table, &["false_alarms_per_month", "decisions", "items"])?;
        let false_alarms_per_month = match top.get("false_alarms_per_month") {
            None => 1.0,
            Some(value) => {
                let number = value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
                number.filter(|n| (1e-6..=1e6).contains(n)).ok_or_else(|| {
                    fault("false_alarms_per_month", "must be a number from 0.000001 to 1000000")
                })?
            }
        };
        Ok(Self {
            false_alarms_per_month,
            decisions: top.list("decisions", decision)?,
            items: top.list("items", items)?,
        })
    }

    /// Names of declared answers.
    pub(crate) fn declared(&self) -> BTreeSet<String> {
        self.decisions.iter().map(|rule| rule.name.clone()).collect()
    }

    /// What the reader needs.
    pub(crate) fn into_read_options(self, ignored_attributes: Vec<String>) -> ReadOptions {
        ReadOptions { ignored_attributes, decisions: self.decisions, items: self.items }
    }
}

/// A table whose keys are all known.
struct Keys<'a> {
    at: String,
    table: &'a toml::Table,
}

impl<'a> Keys<'a> {
    fn of(at: &str, value: &'a Value, known: &[&str]) -> Result<Self, Fault> {
        let table = value.as_table().ok_or_else(|| fault(at, "must be a table"))?;
        for key in table.keys() {
            if !known.contains(&key.as_str()) {
                let place = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                return Err((place, unknown(key, known)));
            }
        }
        Ok(Self { at: at.to_owned(), table })
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.table.get(key)
    }

    fn place(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>, Fault> {
        let Some(value) = self.get(key) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| fault(&self.place(key), "must be a text"))
    }

    fn needed_text(&self, key: &str) -> Result<&'a str, Fault> {
        self.text(key)?.ok_or_else(|| fault(&self.place(key), "is missing"))
    }

    fn list<T>(
        &self,
        key: &str,
        read: impl Fn(&str, &Value) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let place = self.place(key);
        let list = value.as_array().ok_or_else(|| fault(&place, "must be a list of tables"))?;
        let numbered = list.iter().zip(1..);
        numbered.map(|(value, n)| read(&format!("{place}[{n}]"), value)).collect()
    }
}

fn decision(at: &str, value: &Value) -> Result<DecisionRule, Fault> {
    let keys = Keys::of(at, value, &["name", "when", "value", "map", "missing"])?;
    let missing = match keys.text("missing")? {
        None | Some("ignore") => Missing::Ignore,
        Some(text) => match text.strip_prefix("count_as:") {
            Some(answer) => Missing::CountAs(answer.to_owned()),
            None => {
                return Err(fault(
                    &keys.place("missing"),
                    "must be \"ignore\" or \"count_as:ANSWER\"",
                ));
            }
        },
    };
    Ok(DecisionRule {
        name: keys.needed_text("name")?.to_owned(),
        when: when(&keys)?,
        value: decision_value(&keys)?,
        map: map(&keys)?,
        missing,
    })
}

fn decision_value(keys: &Keys<'_>) -> Result<DecisionValue, Fault> {
    let place = keys.place("value");
    let value = keys.get("value").ok_or_else(|| fault(&place, "is missing"))?;
    let value = Keys::of(&place, value, &["from", "key"])?;
    let key = || value.needed_text("key").map(str::to_owned);
    match value.needed_text("from")? {
        "span_attribute" => Ok(DecisionValue::SpanAttribute(key()?)),
        "metric_label" => Ok(DecisionValue::MetricLabel(key()?)),
        "status" => Ok(DecisionValue::Status),
        other => Err((
            value.place("from"),
            unknown(other, &["span_attribute", "metric_label", "status"]),
        )),
    }
}

fn map(keys: &Keys<'_>) -> Result<Vec<(String, Vec<String>)>, Fault> {
    let place = keys.place("map");
    let Some(value) = keys.get("map") else { return Ok(Vec::new()) };
    let table = value.as_table().ok_or_else(|| fault(&place, "must be a table of lists"))?;
    let rows = table.iter().map(|(answer, raws)| {
        let raws = raws.as_array().ok_or_else(|| {
            fault(&format!("{place}.{answer}"), "must be a list of the raw values that mean it")
        })?;
        Ok((answer.clone(), raws.iter().map(raw).collect()))
    });
    rows.collect()
}

/// A raw value as it stands in telemetry: `true`, `3` and `"go"` are all texts there.
fn raw(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn items(at: &str, value: &Value) -> Result<ItemRule, Fault> {
    let keys = Keys::of(at, value, &["when", "in", "out"])?;
    let (side, rule) = match (keys.get("in"), keys.get("out")) {
        (Some(rule), None) => ("in", rule),
        (None, Some(rule)) => ("out", rule),
        (Some(_), Some(_)) => {
            return Err(fault(at, "has both `in` and `out`: make it two entries"));
        }
        (None, None) => return Err(fault(at, "has neither `in` nor `out`")),
    };
    let place = keys.place(side);
    let rule = Keys::of(&place, rule, &["from", "default"])?;
    let from = rule.needed_text("from")?;
    let key = from.strip_prefix("span_attribute:").ok_or_else(|| {
        fault(
            &rule.place("from"),
            "must be \"span_attribute:KEY\"; batch counts and links are read without being declared",
        )
    })?;
    let missing = match rule.get("default") {
        None => None,
        Some(value) => {
            let number = value.as_integer().and_then(|n| u32::try_from(n).ok());
            Some(number.ok_or_else(|| fault(&rule.place("default"), "must be a number of items"))?)
        }
    };
    Ok(ItemRule { when: when(&keys)?, key: key.to_owned(), missing })
}

fn when(keys: &Keys<'_>) -> Result<When, Fault> {
    let Some(value) = keys.get("when") else { return Ok(When::default()) };
    let when = Keys::of(&keys.place("when"), value, &["service", "kind", "peer", "operation"])?;
    let pattern = |key| Ok::<_, Fault>(when.text(key)?.map(Pattern::new));
    Ok(When {
        service: pattern("service")?,
        kind: when.text("kind")?.map(|word| kind(&when, word)).transpose()?,
        peer: pattern("peer")?,
        operation: pattern("operation")?,
    })
}

fn kind(when: &Keys<'_>, word: &str) -> Result<SpanKind, Fault> {
    let kinds = [
        ("internal", SpanKind::Internal),
        ("server", SpanKind::Server),
        ("client", SpanKind::Client),
        ("producer", SpanKind::Producer),
        ("consumer", SpanKind::Consumer),
    ];
    let found = kinds.iter().find(|(name, _)| *name == word);
    found
        .map(|(_, kind)| *kind)
        .ok_or_else(|| (when.place("kind"), unknown(word, &kinds.map(|(name, _)| name))))
}

fn fault(key: &str, why: &str) -> Fault {
    (key.to_owned(), why.to_owned())
}

/// `is not known: did you mean "x"? Known are ...`.
fn unknown(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(word, name), *name)).min();
    let all = known.join(", ");
    match near {
        Some((distance, name)) if distance <= 3 => {
            format!("\"{word}\" is not known: did you mean \"{name}\"? Known are {all}")
        }
        _ => format!("\"{word}\" is not known; known are {all}"),
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
    "#;

    fn refused(text: &str) -> String {
        let (key, why) = Settings::parse(text).unwrap_err();
        format!("{key}: {why}")
    }

    #[test]
    fn everything_declared_is_read() {
        let settings = Settings::parse(FULL).unwrap();
        assert!((settings.false_alarms_per_month - 0.5).abs() < 1e-9);
        assert!(settings.declared().contains("policy.gate"));
        let options = settings.into_read_options(Vec::new());
        assert_eq!(options.decisions[0].map[0].1, ["true", "allow", "true"]);
        assert_eq!(options.items[0].missing, Some(1));
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
        assert!(refused("false_alarms_per_month = \"1\"").contains("must be a number"));
        assert!(refused("[[items]]\nin = { from = \"links\" }").contains("span_attribute:KEY"));
        assert!(refused("x = ").contains("TOML parse error"));
    }
}
