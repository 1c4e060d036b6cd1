//! What moves an incident: opening it, its status and severity, roles, waiting, another team.

use super::super::change::new_key;
use super::{When, Who};
use crate::exit::Exit;
use crate::text::timeline;
use clap::Args;
use hw_api::{CommandBody, OpenBody};

/// Open an incident that Highwater did not find, or not yet.
#[derive(Debug, Args)]
pub(super) struct Open {
    /// What is wrong, in a line.
    title: String,

    /// SEV1 (worst) to SEV5.
    #[arg(long)]
    severity: Option<String>,

    /// Since when: -2h, or 2026-11-22T06:54:54Z [default: not known].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: Option<When>,

    #[command(flatten)]
    who: Who,
}

/// Give somebody a role: lead, scribe, deputy, liaison, or helper.
#[derive(Debug, Args)]
pub(super) struct Role {
    /// The incident, such as INC-1.
    incident: String,
    /// lead, scribe, deputy, liaison, or helper.
    role: String,
    /// Who [default: you].
    person: Option<String>,

    /// Take it from whoever has it.
    #[arg(long, conflicts_with = "leave")]
    take_over: bool,

    /// Give it up.
    #[arg(long)]
    leave: bool,

    #[command(flatten)]
    who: Who,
}

/// Say how bad it is: SEV1 (worst) to SEV5. If in doubt, the worse one.
#[derive(Debug, Args)]
pub(super) struct Severity {
    /// The incident, such as INC-1.
    incident: String,
    /// SEV1 to SEV5.
    severity: String,

    /// Why.
    #[arg(long)]
    reason: Option<String>,

    /// What it was when you looked: if it is another by now, nothing is done. none: not set.
    #[arg(long, value_name = "SEVERITY")]
    was: Option<String>,

    #[command(flatten)]
    who: Who,
}

/// Say where it stands: triage, active, mitigated, resolved, closed, or declined.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// The incident, such as INC-1.
    incident: String,
    /// active, mitigated, resolved, closed, declined, or triage.
    status: String,

    /// Why: needed where it is not the usual way.
    #[arg(long)]
    reason: Option<String>,

    /// Where it stood when you looked: if it is elsewhere by now, nothing is done.
    #[arg(long, value_name = "STATUS")]
    was: Option<String>,

    /// Since when: -15m, or 2026-11-22T06:54:54Z [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,

    #[command(flatten)]
    who: Who,
}

/// Give it another title.
#[derive(Debug, Args)]
pub(super) struct Title {
    /// The incident, such as INC-1.
    incident: String,
    /// What is wrong, in a line.
    title: String,

    #[command(flatten)]
    who: Who,
}

/// Promise when people will hear more. Writing a communication keeps it.
#[derive(Debug, Args)]
pub(super) struct Promise {
    /// The incident, such as INC-1.
    incident: String,
    /// By when: +30m, or 2026-11-22T10:00:00Z.
    due: When,

    #[command(flatten)]
    who: Who,
}

/// Decide to wait for something, for so long at most.
#[derive(Debug, Args)]
pub(super) struct Wait {
    /// The incident, such as INC-1.
    incident: String,
    /// For what.
    condition: String,

    /// How long at most: +12h, or 2026-11-23T07:00:00Z.
    #[arg(long, value_name = "TIME")]
    until: When,

    #[command(flatten)]
    who: Who,
}

/// Correct a time of the incident: when it started, was noticed, mitigated, ...
#[derive(Debug, Args)]
pub(super) struct Correct {
    /// The incident, such as INC-1.
    incident: String,
    /// started, noticed, declared, acknowledged, mitigated, resolved, or closed.
    moment: String,
    /// When it was: -2h, or 2026-11-22T06:54:54Z.
    #[arg(allow_hyphen_values = true)]
    to: When,

    /// How that is known now.
    #[arg(long)]
    reason: String,

    #[command(flatten)]
    who: Who,
}

/// Make it part of another incident. What is to be said, is said there from then on.
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// The incident, such as INC-2.
    incident: String,
    /// The one it is part of, such as INC-1.
    into: String,

    /// Why.
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    who: Who,
}

/// Hand it over to another team, with what they should know.
#[derive(Debug, Args)]
pub(super) struct Handover {
    /// The incident, such as INC-1.
    incident: String,
    /// Who has it now.
    team: String,
    /// What they should know.
    text: String,

    #[command(flatten)]
    who: Who,
}

/// Say that what caused it is repaired.
#[derive(Debug, Args)]
pub(super) struct Resolve {
    /// The incident, such as INC-1.
    incident: String,

    /// Why: needed where it is not the usual way.
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    who: Who,
}

/// Say that nothing is left to do.
#[derive(Debug, Args)]
pub(super) struct Close {
    /// The incident, such as INC-1.
    incident: String,

    /// Why: needed where it is not the usual way.
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    who: Who,
}

/// Say that it is not over, and why.
#[derive(Debug, Args)]
pub(super) struct Reopen {
    /// The incident, such as INC-1.
    incident: String,

    /// Why.
    #[arg(long)]
    reason: String,

    #[command(flatten)]
    who: Who,
}

/// Say that it is no incident, and why.
#[derive(Debug, Args)]
pub(super) struct Decline {
    /// The incident, such as INC-1.
    incident: String,

    /// Why.
    #[arg(long)]
    reason: String,

    #[command(flatten)]
    who: Who,
}

pub(super) fn command(command: &str, who: &Who) -> anyhow::Result<CommandBody> {
    let by = who.by()?;
    Ok(CommandBody { command: command.to_owned(), by, ..CommandBody::default() })
}

fn set_status(incident: &str, to: &str, reason: Option<String>, who: &Who) -> anyhow::Result<Exit> {
    let body = CommandBody { to: Some(to.to_owned()), reason, ..command("status", who)? };
    who.post(incident, "commands", &body)
}

impl Open {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let at = self.since.map(|at| at.shown(&self.who.api()?)).transpose()?;
        let Self { title, severity, who, .. } = self;
        let body = OpenBody { title, severity, by: who.by()?, at };
        let body = serde_json::to_value(&body)?;
        let answer = who.api()?.post("/api/v1/incidents", &body, &new_key()?)?;
        who.format.print(&answer, || timeline::done(&answer))?;
        Ok(Exit::Fine)
    }
}

impl Role {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, role, person, take_over, leave, who } = self;
        let Some(person) = person.map_or_else(|| who.by(), |person| Ok(Some(person)))? else {
            anyhow::bail!("say who has the role: highwater incident role {incident} {role} NAME");
        };
        let verb = if leave { "leave" } else { "assign" };
        let (role, person) = (Some(role), Some(person));
        let body = CommandBody { role, person, take_over, ..command(verb, &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Severity {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, severity, reason, was, who } = self;
        let body = CommandBody { to: Some(severity), reason, was, ..command("severity", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Status {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let at = self.at.map(|at| at.shown(&self.who.api()?)).transpose()?;
        let Self { incident, status, reason, was, who, .. } = self;
        let body = CommandBody { to: Some(status), reason, was, at, ..command("status", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Title {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, title, who } = self;
        let body = CommandBody { text: Some(title), ..command("title", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Promise {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, due, who } = self;
        let due = Some(due.shown(&who.api()?)?);
        who.post(&incident, "commands", &CommandBody { due, ..command("promise", &who)? })
    }
}

impl Wait {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, condition, until, who } = self;
        let until = Some(until.shown(&who.api()?)?);
        let body = CommandBody { until, text: Some(condition), ..command("wait", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Correct {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, moment, to, reason, who } = self;
        let to = Some(to.shown(&who.api()?)?);
        let (moment, reason) = (Some(moment), Some(reason));
        let body = CommandBody { moment, to, reason, ..command("correct", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Merge {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, into, reason, who } = self;
        let body = CommandBody { into: Some(into), reason, ..command("merge", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Handover {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, team, text, who } = self;
        let body =
            CommandBody { team: Some(team), text: Some(text), ..command("hand_over", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Resolve {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        set_status(&self.incident, "resolved", self.reason, &self.who)
    }
}

impl Close {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        set_status(&self.incident, "closed", self.reason, &self.who)
    }
}

impl Reopen {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        set_status(&self.incident, "active", Some(self.reason), &self.who)
    }
}

impl Decline {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        set_status(&self.incident, "declined", Some(self.reason), &self.who)
    }
}
