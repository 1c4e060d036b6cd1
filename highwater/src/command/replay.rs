//! `highwater replay`: an incident, run through the rules that are there now, or played for practice.
//!
//! Where an alert was expected and a rule fires, that is the evidence which an action item of kind detect
//! waited for. Only an item that speaks of a replay is closed by it: another one may want something else.

use super::change::new_key;
use super::incident::Who;
use crate::client::{Api, percent_encoded};
use crate::exit::Exit;
use crate::text::{paragraph, plain, rules as text};
use anyhow::Context;
use clap::{Args, ValueEnum};
use hw_api::{ActionPatch, ActionWords};
use serde_json::{Value, json};

/// Run what was recorded of an incident through all rules, or play it for practice.
///
/// Without --drill: would one of the rules that are there now have fired?
///
/// With --drill: the incident as it could be seen, step by step, without what was found out later. It ends
/// before what helped. You say where it starts, which change is to blame and what you would do; then you are
/// told what the record says. Nothing of it is kept.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater replay INC-1
  highwater replay INC-1 --expect alert
  highwater replay INC-1 --drill

With --expect alert a rule that fires closes the incident's open action items of kind detect that speak of a
replay, with the rule and its delay as evidence, in your name; others are named. --keep-open closes none.

Exit code: with --expect 0 if it is met and 1 if it is not; without it 0.")]
pub(crate) struct Replay {
    /// The incident, such as INC-1.
    #[arg(value_name = "INCIDENT")]
    incident: String,

    /// What is to come out of it: alert, a rule fires while the incident lasts.
    #[arg(long, value_enum)]
    expect: Option<Expected>,

    /// Close no action item, whatever comes out of it.
    #[arg(long)]
    keep_open: bool,

    /// Play it for practice, without its answers.
    #[arg(long, conflicts_with = "expect")]
    drill: bool,

    #[command(flatten)]
    who: Who,
}

/// What is to come out of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Expected {
    /// A rule fires while the incident lasts.
    Alert,
}

/// What became of an open action item of kind detect.
enum Outcome {
    /// It is done.
    Closed,
    /// It says nothing of a replay.
    Other,
    /// It is open, for this reason.
    Failed(String),
}

impl Replay {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let api = self.who.api()?;
        if self.drill {
            return crate::drill::play(&api, &self.incident);
        }
        let path = format!("/api/v1/incidents/{}/replay", percent_encoded(&self.incident));
        let mut answer: Value = api.get(&path)?;
        let found: hw_api::Replay = serde_json::from_value(answer.clone())
            .context("the server answers something else than a replay")?;
        let is_evidence = found.fires && self.expect.is_some() && !self.keep_open;
        let items = if is_evidence { self.close(&api, &found) } else { Vec::new() };
        if let Some(fields) = answer.as_object_mut().filter(|_| is_evidence) {
            fields.insert("actions".to_owned(), items.iter().map(in_json).collect());
        }
        let page = || {
            let items = items.iter().map(in_words);
            std::iter::once(text::replay(&found)).chain(items).collect::<String>()
        };
        self.who.format.print(&answer, page)?;
        Ok(match self.expect {
            Some(Expected::Alert) if !found.fires => Exit::Found,
            Some(Expected::Alert) | None => Exit::Fine,
        })
    }

    /// Closes what this is the evidence for. That it cannot be closed does not alter what was found.
    fn close(&self, api: &Api, found: &hw_api::Replay) -> Vec<(ActionWords, Outcome)> {
        let path = format!("/api/v1/actions?incident={}", percent_encoded(&found.incident));
        let listed = api.list(&path).map_err(anyhow::Error::new);
        let items = listed.and_then(|items| {
            let items: Result<Vec<ActionWords>, _> =
                items.into_iter().map(serde_json::from_value).collect();
            items.context("the server answers something else than action items")
        });
        let items = items.unwrap_or_else(|error| {
            anstream::eprintln!("action items cannot be read: {}", plain(&format!("{error:#}")));
            Vec::new()
        });
        let of_detect = items.into_iter().filter(|item| item.kind == "detect");
        of_detect.map(|item| self.judge(api, found, item)).collect()
    }

    fn judge(
        &self,
        api: &Api,
        found: &hw_api::Replay,
        item: ActionWords,
    ) -> (ActionWords, Outcome) {
        if !speaks_of_a_replay(&item) {
            return (item, Outcome::Other);
        }
        let done = self.finish(api, found, &item);
        let outcome =
            done.map_or_else(|why| Outcome::Failed(format!("{why:#}")), |()| Outcome::Closed);
        (item, outcome)
    }

    fn finish(&self, api: &Api, found: &hw_api::Replay, item: &ActionWords) -> anyhow::Result<()> {
        let because = format!("its replay shows it: {}", found.words);
        let patch = ActionPatch {
            state: Some("done".to_owned()),
            because: Some(because),
            by: self.who.by()?,
            ..ActionPatch::default()
        };
        let path = format!("/api/v1/actions/{}", percent_encoded(&item.id));
        api.patch(&path, &serde_json::to_value(&patch)?, &new_key()?)?;
        Ok(())
    }
}

/// Whether an item is known to be done by what a replay shows.
fn speaks_of_a_replay(item: &ActionWords) -> bool {
    [&item.done_when, &item.text].iter().any(|said| said.to_lowercase().contains("replay"))
}

fn in_json((item, outcome): &(ActionWords, Outcome)) -> Value {
    let why = match outcome {
        Outcome::Failed(why) => Some(why.as_str()),
        Outcome::Closed | Outcome::Other => None,
    };
    let is_closed = matches!(outcome, Outcome::Closed);
    json!({ "id": item.id, "text": item.text, "closed": is_closed, "trouble": why })
}

fn in_words((item, outcome): &(ActionWords, Outcome)) -> String {
    let (id, text) = (plain(&item.id), plain(&item.text));
    let words = match outcome {
        Outcome::Closed => format!("is done by this evidence: {text}"),
        Outcome::Other => format!(
            "is open, and says nothing of a replay: {text}. If this is what it wants: highwater action done {id} \"...\""
        ),
        Outcome::Failed(why) => format!("could not be closed: {}", plain(why)),
    };
    paragraph(&format!("{id} "), "  ", &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str, done_when: &str) -> ActionWords {
        let value = json!({
            "id": "INC-1-A2", "incident": "INC-1", "kind": "detect", "text": text, "owner": "lea",
            "due": "", "done_when": done_when, "state": "open", "because": null, "ended_at": null,
            "ended_by": null, "by": "tom", "added_at": "", "url": null, "nudges": 0, "seq": 3,
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn only_items_that_speak_of_a_replay_are_closed_by_one() {
        assert!(speaks_of_a_replay(&item("add an alert", "its Replay fires on this incident")));
        assert!(!speaks_of_a_replay(&item("add a dashboard", "it hangs in the office")));
        let other = (item("add a dashboard", "it hangs in the office"), Outcome::Other);
        assert!(in_words(&other).contains("INC-1-A2 is open"), "{}", in_words(&other));
        assert_eq!(in_json(&other)["closed"], false);
    }
}
