//! `highwater action`: what is left to do after incidents.

use super::change::new_key;
use super::format::FormatFlag;
use super::incident::{When, Who};
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::timeline::{self, Zone};
use crate::text::{actions, plain};
use clap::{Args, Subcommand};
use hw_api::{ActionBody, ActionPatch};
use serde_json::{Value, json};

/// Keep what an incident leaves to do, until it is done or declined with a reason.
///
/// An item says what somebody does, who that is, until when, and how it will be known that it is done. One
/// that nobody could work on as it is written is refused with what is missing, unless you say --anyway.
/// Owners are reminded when it is due, and every week after it, four times. The review of a post mortem
/// is closed when none is open.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater action add INC-1 --kind detect --owner lea --due +7d \\
      --done-when \"highwater replay INC-1 --expect alert passes\" \\
      \"add an alert on the share that screening passes on\"
  highwater action list --owner lea
  highwater action done INC-1-A1 \"the replay fires 40 s after the onset\"
  highwater action decline INC-1-A2 \"the service goes away in spring\"
  highwater action link INC-1-A3
  highwater action link INC-1-A4 https://github.com/acme/platform/issues/7")]
pub(crate) struct ActionCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Add(Add),
    List(List),
    Done(Done),
    Decline(Decline),
    Reopen(Reopen),
    Change(Change),
    Link(Link),
}

/// Add an action item to an incident.
#[derive(Debug, Args)]
struct Add {
    /// The incident, such as INC-1.
    incident: String,
    /// What is to be done: begin with what somebody does, such as "add an alert on ...".
    text: String,

    /// investigate, mitigate, repair, detect, prevent, or process.
    #[arg(long)]
    kind: String,

    /// Who does it: a person or a team.
    #[arg(long, value_name = "NAME")]
    owner: String,

    /// Until when: +7d, a date, or a time.
    #[arg(long, value_name = "TIME")]
    due: String,

    /// How it will be known that it is done.
    #[arg(long, value_name = "TEXT")]
    done_when: String,

    /// Take it although it cannot be worked on as it is written.
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    who: Who,
}

/// List action items, those first that are due first.
#[derive(Debug, Args)]
struct List {
    /// open, done, declined, or all.
    #[arg(long, default_value = "open")]
    state: String,

    /// Only those of this person or team.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,

    /// Only those of this incident.
    #[arg(long, value_name = "INCIDENT")]
    incident: Option<String>,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

/// Say that an item is done, and how that is known.
#[derive(Debug, Args)]
struct Done {
    /// The item, such as INC-1-A2.
    action: String,
    /// How that is known.
    how: String,

    #[command(flatten)]
    who: Who,
}

/// Say that an item will not be done, and why.
#[derive(Debug, Args)]
struct Decline {
    /// The item, such as INC-1-A2.
    action: String,
    /// Why.
    reason: String,

    #[command(flatten)]
    who: Who,
}

/// Say that an item is to be done after all, and why.
#[derive(Debug, Args)]
struct Reopen {
    /// The item, such as INC-1-A2.
    action: String,
    /// Why.
    reason: String,

    #[command(flatten)]
    who: Who,
}

/// Change an item: its owner, its date, its words, or where it stands in a tracker.
#[derive(Debug, Args)]
struct Change {
    /// The item, such as INC-1-A2.
    action: String,

    /// What is to be done.
    #[arg(long)]
    text: Option<String>,

    /// investigate, mitigate, repair, detect, prevent, or process.
    #[arg(long)]
    kind: Option<String>,

    /// Who does it: a person or a team.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,

    /// Until when: +7d, a date, or a time.
    #[arg(long, value_name = "TIME")]
    due: Option<String>,

    /// How it will be known that it is done.
    #[arg(long, value_name = "TEXT")]
    done_when: Option<String>,

    /// Where it stands in a tracker.
    #[arg(long)]
    url: Option<String>,

    /// Take it although it cannot be worked on as it is written.
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    who: Who,
}

/// Have an issue opened for an item, or hand it over to one that is there.
///
/// Without an address an issue is opened in a tracker of the settings. It is closed when the item is done
/// or declined, and the item is done when the issue is closed. With an address the item is handed over to
/// an issue of another team: if a tracker of the settings knows its project, the item is done when that
/// issue is closed; nothing is ever written there.
#[derive(Debug, Args)]
struct Link {
    /// The item, such as INC-1-A2.
    action: String,
    /// The address of an issue that is there.
    url: Option<String>,

    /// Tracker of the settings [default: the first one that takes items of its kind].
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    tracker: Option<String>,

    #[command(flatten)]
    who: Who,
}

impl ActionCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Add(add) => add.run(),
            Verb::List(list) => list.run(),
            Verb::Done(Done { action, how, who }) => put(&who, &action, ("done", how)),
            Verb::Decline(Decline { action, reason, who }) => {
                put(&who, &action, ("declined", reason))
            }
            Verb::Reopen(Reopen { action, reason, who }) => put(&who, &action, ("open", reason)),
            Verb::Change(change) => change.run(),
            Verb::Link(link) => link.run(),
        }
    }
}

impl Add {
    fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, text, kind, owner, due, done_when, anyway, who } = self;
        let (due, by) = (due_at(&due, &who)?, who.by()?);
        let body = ActionBody { incident, kind, text, owner, due, done_when, by, anyway };
        let body = serde_json::to_value(&body)?;
        let answer = who.api()?.post("/api/v1/actions", &body, &new_key()?)?;
        said(&who, &answer)
    }
}

impl List {
    fn run(self) -> anyhow::Result<Exit> {
        let mut path = format!("/api/v1/actions?state={}", percent_encoded(&self.state));
        for (key, value) in [("owner", &self.owner), ("incident", &self.incident)] {
            if let Some(value) = value {
                path.push_str(&format!("&{key}={}", percent_encoded(value)));
            }
        }
        let api = self.server.api()?;
        let items = api.list(&path)?;
        let now = super::incident::now(&api).ok();
        let zone = self.tz.unwrap_or_else(Zone::local);
        let json = json!({ "items": items, "next": null });
        self.format.print(&json, || actions::page(&items, (now, &zone), &self.state))?;
        Ok(Exit::Fine)
    }
}

impl Change {
    fn run(self) -> anyhow::Result<Exit> {
        let Self { action, text, kind, owner, due, done_when, url, anyway, who } = self;
        let due = due.map(|due| due_at(&due, &who)).transpose()?;
        let by = who.by()?;
        let patch = ActionPatch {
            kind,
            text,
            owner,
            due,
            done_when,
            url,
            by,
            anyway,
            ..ActionPatch::default()
        };
        send(&who, &action, &patch)
    }
}

impl Link {
    fn run(self) -> anyhow::Result<Exit> {
        let Self { action, url, tracker, who } = self;
        let tracker = url.is_none().then(|| tracker.unwrap_or_default());
        let patch = ActionPatch { url, tracker, by: who.by()?, ..ActionPatch::default() };
        send(&who, &action, &patch)
    }
}

fn put(who: &Who, action: &str, (state, because): (&str, String)) -> anyhow::Result<Exit> {
    let (state, because, by) = (Some(state.to_owned()), Some(because), who.by()?);
    send(who, action, &ActionPatch { state, because, by, ..ActionPatch::default() })
}

fn send(who: &Who, action: &str, patch: &ActionPatch) -> anyhow::Result<Exit> {
    let path = format!("/api/v1/actions/{}", percent_encoded(action));
    let answer = who.api()?.patch(&path, &serde_json::to_value(patch)?, &new_key()?)?;
    said(who, &answer)
}

/// What was done, and what is odd about it.
fn said(who: &Who, answer: &Value) -> anyhow::Result<Exit> {
    who.format.print(answer, || timeline::done(answer))?;
    if let Some(warning) = answer.get("warning").and_then(Value::as_str) {
        anstream::eprintln!("{}", plain(warning));
    }
    Ok(Exit::Fine)
}

/// A length from now becomes a time; a date and a time are the server's to read.
fn due_at(due: &str, who: &Who) -> anyhow::Result<String> {
    if !due.starts_with(['+', '-']) {
        return Ok(due.to_owned());
    }
    let when: When = due.parse().map_err(anyhow::Error::msg)?;
    when.shown(&who.api()?)
}
