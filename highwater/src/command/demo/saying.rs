//! What of all that Highwater says is news to people: each thing once, and again when it is other.

use super::stage::Stage;
use crate::text::fields::raw as text;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What was said so far.
#[derive(Default)]
pub(super) struct Saying {
    incidents: BTreeSet<String>,
    latest: Option<String>,
    /// Per incident and subject, the last words.
    last: BTreeMap<(String, String), String>,
    /// Changes by id, in words.
    changes: BTreeMap<String, String>,
}

impl Saying {
    /// Whether an entry opens an incident.
    pub(super) fn opens(&mut self, entry: &Value) -> bool {
        let incident = text(entry, "incident");
        let is_new = !incident.is_empty() && self.incidents.insert(incident.to_owned());
        if is_new {
            self.latest = Some(incident.to_owned());
        }
        is_new
    }

    /// The incident that was opened last.
    pub(super) fn latest(&self) -> Option<&str> {
        self.latest.as_deref()
    }

    /// What to say of an entry, if anything.
    pub(super) fn words(&mut self, stage: &Stage, entry: &Value) -> anyhow::Result<Option<String>> {
        let (incident, kind) = (text(entry, "incident").to_owned(), text(entry, "kind"));
        let about = text(entry, "about").to_owned();
        if kind == "change_found" {
            let change = stage.api().get(&format!("/api/v1/changes/{about}"))?;
            return Ok(Some(self.change(about, &change)));
        }
        if self.opens(entry) {
            let page: Value = stage.api().get(&format!("/api/v1/incidents/{incident}"))?;
            return Ok(Some(format!("{incident}: {}", text(&page, "title"))));
        }
        let words = match kind {
            "origin_named" => format!("{incident}: {}", text(entry, "words")),
            "verdict_changed" => self.judged(&incident, &about, entry),
            "effect_known" => format!("{incident}: {}", self.named(&about, text(entry, "words"))),
            "incident_ended" => format!("{incident} is over: its figures are back"),
            "incident_merged" => format!("{incident}: {}", text(entry, "words")),
            // Further figures of an incident that is known are in its page.
            _ => return Ok(None),
        };
        let known = self.last.insert((incident, format!("{kind} {about}")), words.clone());
        Ok((known.as_ref() != Some(&words)).then_some(words))
    }

    /// A change: `deploy of router 1.4.2 -> 2.0.0`, found or told.
    fn change(&mut self, id: String, change: &Value) -> String {
        let versions = match (text(change, "from_version"), text(change, "to_version")) {
            (from, to) if from == to => String::new(),
            ("", to) => format!(" to {to}"),
            (from, to) => format!(" {from} -> {to}"),
        };
        let name = format!("{} of {}{versions}", text(change, "kind"), text(change, "service"));
        let is_told = text(change, "source") == "told";
        let said =
            format!("{id}, {name}, {}", if is_told { "is noted" } else { "found in the spans" });
        self.changes.insert(id, name);
        said
    }

    fn judged(&self, incident: &str, id: &str, entry: &Value) -> String {
        let words = text(entry, "words");
        let verdict = words.split(" (probability").next().unwrap_or(words);
        format!("{incident}: {}", self.named(id, verdict))
    }

    /// `deploy of router 1.4.2 -> 2.0.0: exonerated` for the same with its number behind the name.
    fn named(&self, id: &str, words: &str) -> String {
        let name = self.changes.get(id).map_or(id, String::as_str);
        words.replace(&format!(" ({id})"), "").replacen(id, name, 1)
    }
}
