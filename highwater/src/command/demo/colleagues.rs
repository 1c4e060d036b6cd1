//! What people of the story say and do, told to the API as they would: reports, entries, action items,
//! roles. It stands in the record then, and Highwater drafts the post mortem from nothing else.

use super::stage::Stage;
use crate::text::fields::{items, number, raw as text};
use anyhow::Context;
use hw_api::rfc3339;
use hw_model::Timestamp;
use hw_sim::RemarkKind;
use serde_json::{Value, json};

/// Days until what is to be done is due.
const DUE_DAYS: f64 = 7.0;

/// Tells the API what somebody says, if there is an incident to say it in.
pub(super) fn say(
    stage: &Stage,
    incident: Option<&str>,
    (at, who): (Timestamp, &str),
    (kind, words): (RemarkKind, &str),
) -> anyhow::Result<()> {
    let Some(incident) = incident else { return Ok(()) };
    let when = rfc3339(at);
    let orders = |command: Value| stage.post(&format!("incidents/{incident}/commands"), command);
    match kind {
        RemarkKind::Report => stage.post("reports", json!({"text": words, "by": who, "at": when})),
        RemarkKind::Note
        | RemarkKind::Observation
        | RemarkKind::Hypothesis
        | RemarkKind::Decision => {
            let entry = json!({"kind": kind.word(), "text": words, "by": who, "at": when});
            stage.post(&format!("incidents/{incident}/entries"), entry)
        }
        RemarkKind::RulesOut => {
            let hypothesis = believed(stage, incident)?;
            orders(json!({
                "command": "rule_out", "hypothesis": hypothesis, "text": words, "by": who, "at": when,
            }))
        }
        RemarkKind::Action => {
            let item = Item::parse(words).context("an action of the story has its parts")?;
            let due = rfc3339(at.plus_s(DUE_DAYS * 86_400.0));
            stage.post(
                "actions",
                json!({
                    "incident": incident, "kind": item.kind, "text": item.text, "owner": who,
                    "due": due, "done_when": item.done_when, "by": who,
                }),
            )
        }
        RemarkKind::Sets => {
            let (what, rest) = words.split_once(' ').unwrap_or((words, ""));
            orders(match what {
                "lead" => json!({
                    "command": "assign", "role": "lead", "person": who, "by": who, "at": when,
                }),
                "severity" => {
                    json!({"command": "severity", "to": rest, "by": who, "at": when})
                }
                status => json!({
                    "command": "status", "to": status, "reason": rest, "by": who, "at": when,
                }),
            })
        }
    }
}

/// The entry that opened what is believed last.
fn believed(stage: &Stage, incident: &str) -> anyhow::Result<u64> {
    let page: Value = stage.api().get(&format!("/api/v1/incidents/{incident}"))?;
    let record = page.get("record").cloned().unwrap_or_default();
    let mut open =
        items(&record, "hypotheses").iter().filter(|known| text(known, "state") == "open");
    open.next_back().map(|known| number(known, "entry")).context("nothing is believed")
}

/// What is to be done, in its parts.
struct Item<'a> {
    kind: &'a str,
    text: &'a str,
    done_when: &'a str,
}

impl<'a> Item<'a> {
    fn parse(words: &'a str) -> Option<Self> {
        let (kind, rest) = words.split_once(": ")?;
        let (text, done_when) = rest.split_once("; done when: ")?;
        Some(Self { kind, text, done_when })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_done_has_its_parts() {
        let item = Item::parse("detect: add an alert; done when: it fires: at once").unwrap();
        assert_eq!(
            (item.kind, item.text, item.done_when),
            ("detect", "add an alert", "it fires: at once")
        );
        assert!(Item::parse("an alert").is_none());
    }

    #[test]
    fn what_the_story_leaves_to_do_can_be_worked_on() {
        let story = include_str!("../../../../sim/scenarios/demo/story.txt");
        let told = story.lines().filter_map(|line| line.split_once(" action ")?.1.split_once(' '));
        let mut n = 0;
        for (owner, words) in told {
            let Item { text, done_when, .. } = Item::parse(words).unwrap();
            let (owner, done_when) = (Some(owner), Some(done_when));
            let item = hw_report::ActionText { text, owner, has_due: true, done_when };
            assert_eq!(hw_report::lint_action(&item), [], "{words}");
            n += 1;
        }
        assert_eq!(n, 3, "the story has action items");
    }
}
