//! What people write: notes, amendments, pins, hypotheses ruled out, mitigations and their checks.

use super::super::change::new_key;
use super::{When, Who};
use crate::exit::Exit;
use clap::Args;
use hw_api::{AmendBody, CommandBody, EntryBody, PinBody};
use hw_model::ChangeKind;
use serde_json::{Value, json};

/// Write an entry: a note, or what --kind says.
#[derive(Debug, Args)]
pub(super) struct Note {
    /// The incident, such as INC-1.
    incident: String,
    /// What it says.
    text: String,

    /// note, observation, hypothesis, decision, action, communication, or follow-up.
    #[arg(long, default_value = "note")]
    kind: String,

    /// When it happened: -15m, or 2026-11-22T06:54:54Z [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,

    /// The change a hypothesis is about, such as C1.
    #[arg(long, value_name = "CHANGE")]
    change: Option<String>,

    #[command(flatten)]
    who: Who,
}

/// Amend an entry: it reads otherwise from now on, and the old words are kept.
#[derive(Debug, Args)]
pub(super) struct Amend {
    /// The incident, such as INC-1.
    incident: String,
    /// The number that stands before the entry.
    entry: u64,
    /// What it is to say.
    text: Option<String>,

    /// When it happened, as is known now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,

    /// Why.
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    who: Who,
}

/// Pin an entry that matters most: it stands in the brief and in the post mortem.
#[derive(Debug, Args)]
pub(super) struct Pin {
    /// The incident, such as INC-1.
    incident: String,
    /// The number that stands before the entry.
    entry: u64,

    /// Take the pin away.
    #[arg(long)]
    off: bool,

    #[command(flatten)]
    who: Who,
}

/// Say that a hypothesis is not so, and which fact rules it out.
#[derive(Debug, Args)]
pub(super) struct RuleOut {
    /// The incident, such as INC-1.
    incident: String,
    /// The number of the entry that opened the hypothesis.
    hypothesis: u64,
    /// The fact that rules it out.
    fact: String,

    #[command(flatten)]
    who: Who,
}

/// Record an attempt to stop the harm. Whether it helped, Highwater looks by itself.
///
/// With --change and --service the attempt is told as a change too, so that its effect is judged. What
/// telemetry shows by itself (deploys, rollbacks, restarts) is found without it, and is one with it.
#[derive(Debug, Args)]
pub(super) struct Mitigate {
    /// The incident, such as INC-1.
    incident: String,
    /// What was done.
    text: String,

    /// What it is: rollback, restart, flag, config, deploy, or other.
    #[arg(long, value_name = "KIND", value_parser = kind, requires = "service")]
    change: Option<ChangeKind>,

    /// The service it was done to.
    #[arg(long, value_name = "NAME", requires = "change")]
    service: Option<String>,

    /// What it is to bring about.
    #[arg(long)]
    expected: Option<String>,

    /// When it happened: -15m, or 2026-11-22T06:54:54Z [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,

    #[command(flatten)]
    who: Who,
}

/// Say whether an attempt helped, where Highwater cannot see it.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The incident, such as INC-1.
    incident: String,
    /// worked, none, or undecided.
    effect: String,
    /// How that was seen.
    text: String,

    /// The number of the entry that began the attempt [default: the latest].
    #[arg(long, value_name = "ENTRY")]
    attempt: Option<u64>,

    #[command(flatten)]
    who: Who,
}

impl Note {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let at = self.at.map(|at| at.shown(&self.who.api()?)).transpose()?;
        let Self { incident, text, kind, change, who, .. } = self;
        let body = EntryBody { kind: Some(kind), text, by: who.by()?, at, change };
        who.post(&incident, "entries", &body)
    }
}

impl Amend {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let at = self.at.map(|at| at.shown(&self.who.api()?)).transpose()?;
        let Self { incident, entry, text, reason, who, .. } = self;
        let body = AmendBody { text, at, reason, by: who.by()? };
        who.post(&incident, &format!("entries/{entry}/amend"), &body)
    }
}

impl Pin {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, entry, off, who } = self;
        let body = PinBody { pinned: Some(!off), by: who.by()? };
        who.post(&incident, &format!("entries/{entry}/pin"), &body)
    }
}

impl RuleOut {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, hypothesis, fact, who } = self;
        let body = CommandBody {
            command: "rule_out".to_owned(),
            by: who.by()?,
            hypothesis: Some(hypothesis),
            text: Some(fact),
            ..CommandBody::default()
        };
        who.post(&incident, "commands", &body)
    }
}

impl Mitigate {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let at = self.at.map(|at| at.shown(&self.who.api()?)).transpose()?;
        let Self { incident, text, change, service, expected, who, .. } = self;
        let by = who.by()?;
        // Who names an incident that is not there is told so before anything is kept.
        let path = crate::client::percent_encoded(&incident);
        let _known: Value = who.api()?.get(&format!("/api/v1/incidents/{path}"))?;
        let told = change.zip(service).map(|(kind, service)| {
            let body = json!({
                "kind": kind.word(), "service": service, "at": at, "mitigates": true,
            });
            let body = match &at {
                Some(_) => body,
                None => without(body, "at"),
            };
            who.api()?.post("/api/v1/changes", &body, &new_key()?).map_err(anyhow::Error::from)
        });
        let told = told.transpose()?;
        let id = told.and_then(|told| Some(told.get("id")?.as_str()?.to_owned()));
        let body = CommandBody {
            command: "mitigate".to_owned(),
            by,
            at,
            text: Some(text),
            expected,
            change: id,
            ..CommandBody::default()
        };
        who.post(&incident, "commands", &body)
    }
}

fn without(mut body: Value, key: &str) -> Value {
    if let Some(object) = body.as_object_mut() {
        object.remove(key);
    }
    body
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, effect, text, attempt, who } = self;
        let body = CommandBody {
            command: "check".to_owned(),
            by: who.by()?,
            effect: Some(effect),
            text: Some(text),
            mitigation: attempt,
            ..CommandBody::default()
        };
        who.post(&incident, "commands", &body)
    }
}

fn kind(word: &str) -> Result<ChangeKind, String> {
    let words = ChangeKind::ALL.map(ChangeKind::word);
    ChangeKind::from_word(word).ok_or_else(|| crate::settings::unknown(word, &words))
}
