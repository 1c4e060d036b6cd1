//! What was true, beside what Highwater said of it.

use super::names::{day, time};
use super::stage::Stage;
use crate::text::fields::{items, raw as text};
use crate::text::{count, paragraph, print};
use anyhow::Context;
use hw_model::{Timestamp, length_words};
use hw_sim::{Deployed, Facts, Tally};
use serde_json::Value;

/// A change is the one that is meant if it began this close to it, in seconds: instances take their
/// time to come up, and the first span of a new one is what shows.
const NEAR_S: f64 = 180.0;

/// Says how it compares. Returns whether all of it was right.
pub(super) fn say(
    facts: &Facts,
    tally: Tally,
    stage: &Stage,
    (story_at, false_alarms): (Timestamp, usize),
) -> anyhow::Result<bool> {
    let incidents = stage.api().list("/api/v1/incidents")?;
    let changes = stage.api().list("/api/v1/changes")?;
    let is_it = |incident: &&Value| {
        at(incident, "started_at").is_some_and(|at| at.seconds_since(facts.broke_at).abs() < NEAR_S)
    };
    let mut page = "\nWhat was true, and what Highwater said\n".to_owned();
    let Some(incident) = incidents.iter().find(is_it) else {
        page.push_str(&row("missed", &format!("{} broke and it was not noticed", facts.origin)));
        print(&page)?;
        return Ok(false);
    };
    let ending = Ending { facts, incident, changes: &changes };
    page.push_str(&row("noticed", &ending.noticed().context("an incident has times")?));
    let (origin, suspect, harm) = (ending.origin(), ending.suspect(), ending.harm(tally));
    page.push_str(&row("origin", &origin.0));
    page.push_str(&row("suspect", &suspect.0));
    page.push_str(&row("attempts", &ending.attempts()));
    page.push_str(&row("harm", &harm.0));
    let is_of_story =
        |incident: &&Value| at(incident, "started_at").is_some_and(|at| at >= story_at);
    let others = incidents.iter().filter(is_of_story).count().saturating_sub(1);
    page.push_str(&row(
        "false alarms",
        &format!("{false_alarms} in the ordinary days, {others} in the story"),
    ));
    print(&page)?;
    Ok([origin.1, suspect.1, harm.1, false_alarms == 0, others == 0] == [true; 5])
}

fn row(what: &str, words: &str) -> String {
    let head = format!("  {what:<14}");
    paragraph(&head, &" ".repeat(head.len()), words)
}

struct Ending<'a> {
    facts: &'a Facts,
    incident: &'a Value,
    changes: &'a [Value],
}

impl Ending<'_> {
    fn noticed(&self) -> Option<String> {
        let Facts { broke_at, noticed_at, .. } = *self.facts;
        let detected_at = at(self.incident, "detected_at")?;
        Some(format!(
            "{} broke on {} at {}; Highwater said so {} later. People noticed {} later.",
            self.facts.origin,
            day(broke_at),
            time(broke_at),
            length_words(detected_at.seconds_since(broke_at)),
            length_words(noticed_at.seconds_since(broke_at)),
        ))
    }

    fn origin(&self) -> (String, bool) {
        let truth = &self.facts.origin;
        let Some(first) = items(self.incident, "origins").first() else {
            return (format!("{truth}; Highwater names none"), false);
        };
        let (service, confidence) = (text(first, "service"), number(first, "confidence"));
        let share = confidence * 100.0;
        let is_right = service == truth;
        (
            format!("{truth}; Highwater says {service}, with {share:.0} %{}", mark(is_right)),
            is_right,
        )
    }

    fn suspect(&self) -> (String, bool) {
        let suspect = &self.facts.suspect.deployed;
        let name = format!("{} {}", suspect.service, suspect.version);
        let Some(judged) = self.judged(suspect) else {
            return (format!("{name} is innocent; Highwater has no verdict on it"), false);
        };
        let verdict = text(judged, "verdict");
        let because = items(judged, "because").iter().filter_map(Value::as_str);
        let because: Vec<&str> = because.collect();
        let is_right = verdict == "exonerated" || verdict == "not_implicated";
        let (right, because) = (mark(is_right), because.join("; "));
        (format!("{name} is innocent; Highwater says {verdict}{right}: {because}"), is_right)
    }

    /// The verdict on a deploy.
    fn judged(&self, deploy: &Deployed) -> Option<&Value> {
        let is_it = |change: &&Value| {
            text(change, "service") == deploy.service
                && text(change, "to_version") == deploy.version
                && at(change, "at").is_some_and(|at| at.seconds_since(deploy.at).abs() < NEAR_S)
        };
        let id = text(self.changes.iter().find(is_it)?, "id");
        items(self.incident, "changes").iter().find(|judged| text(judged, "change") == id)
    }

    fn attempts(&self) -> String {
        let attempts = items(self.incident, "mitigations").iter().map(|attempt| {
            let id = text(attempt, "change");
            let change = self.changes.iter().find(|change| text(change, "id") == id);
            let (kind, service) =
                change.map_or(("?", "?"), |change| (text(change, "kind"), text(change, "service")));
            let effect = match text(attempt, "effect") {
                "none" => "had no effect",
                "worked" => "worked",
                _ => "is undecided",
            };
            format!("{kind} of {service} {effect}")
        });
        attempts.collect::<Vec<_>>().join(", ")
    }

    fn harm(&self, tally: Tally) -> (String, bool) {
        let truth = tally.excess_items;
        let impact = self.incident.get("impact");
        let figure = |key| impact.and_then(|impact| impact.get(key)?.as_u64()).unwrap_or_default();
        let (low, high) = (figure("low"), figure("high"));
        let is_right = (low..=high).contains(&truth);
        let words = format!(
            "{} items too many; Highwater says {}, 95 % sure to be {} to {}{}",
            count(truth),
            count(figure("excess_items")),
            count(low),
            count(high),
            mark(is_right)
        );
        (words, is_right)
    }
}

const fn mark(is_right: bool) -> &'static str {
    if is_right { " (right)" } else { " (WRONG)" }
}

fn number(of: &Value, key: &str) -> f64 {
    of.get(key).and_then(Value::as_f64).unwrap_or_default()
}

fn at(of: &Value, key: &str) -> Option<Timestamp> {
    super::names::instant(text(of, key))
}
