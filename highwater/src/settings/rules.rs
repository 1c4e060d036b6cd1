//! Declared answers and items.

use super::keys::{Fault, Keys, fault, unknown};
use hw_ingest::{DecisionRule, DecisionValue, ItemRule, Missing, Pattern, Repository, When};
use hw_model::SpanKind;
use toml::Value;

pub(super) fn decision(at: &str, value: &Value) -> Result<DecisionRule, Fault> {
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

pub(super) fn items(at: &str, value: &Value) -> Result<ItemRule, Fault> {
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

pub(super) fn repository(at: &str, value: &Value) -> Result<Repository, Fault> {
    let keys = Keys::of(at, value, &["service", "url", "revision", "root", "folder"])?;
    let text = |key| Ok::<_, Fault>(keys.text(key)?.unwrap_or_default().to_owned());
    let (url, revision, root, folder) =
        (text("url")?, text("revision")?, text("root")?, text("folder")?);
    if root.is_empty() && !folder.is_empty() {
        return Err(fault(
            &keys.place("folder"),
            "needs a `root`: what the names of files begin with where the code runs, such as \"/app\"",
        ));
    }
    if revision.is_empty() && url.is_empty() && root.is_empty() {
        return Err(fault(at, "says nothing: give it a `url`, a `revision` or a `root`"));
    }
    let service = Some(Pattern::new(keys.needed_text("service")?));
    Ok(Repository { when: When { service, ..When::default() }, url, revision, root, folder })
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
