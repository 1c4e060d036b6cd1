//! Bodies read into what they mean, or what of them cannot be used.

use super::{
    AmendBody, CommandBody, EntryBody, OpenBody, Opened, Orders, PinBody, ReportBody, Reported,
};
use crate::time::instant;
use hw_incident::{
    Author, Command, Moment, Name, NoteKind, Role, SeverityLevel, Status, TakeOver, Text, TextFault,
};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};

/// What of a body cannot be used, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFault(pub String);

pub(crate) type Read<T> = Result<T, OrderFault>;

pub(crate) fn fault<T>(words: impl Into<String>) -> Read<T> {
    Err(OrderFault(words.into()))
}

/// A text of people.
pub(crate) fn read_text(key: &str, text: &str) -> Read<Text> {
    Text::parse(text).map_err(|wrong| of_text(key, &wrong))
}

/// A name of people.
pub(crate) fn read_name(key: &str, name: &str) -> Read<Name> {
    Name::parse(name).map_err(|wrong| of_text(key, &wrong))
}

fn of_text(key: &str, wrong: &TextFault) -> OrderFault {
    OrderFault(format!("{key} {wrong}"))
}

pub(crate) fn some<'a>(key: &str, text: Option<&'a String>) -> Read<&'a str> {
    match text {
        Some(text) => Ok(text),
        None => fault(format!("{key} is missing")),
    }
}

pub(crate) fn optional_text(key: &str, text: Option<&String>) -> Read<Option<Text>> {
    text.map(|text| read_text(key, text)).transpose()
}

pub(crate) fn time(key: &str, text: &str) -> Read<Timestamp> {
    match instant(text) {
        Some(at) => Ok(at),
        None => fault(format!("{key}: \"{text}\" is no time: give 2026-11-22T06:44:00Z")),
    }
}

fn optional_time(key: &str, text: Option<&String>) -> Read<Option<Timestamp>> {
    text.map(|text| time(key, text)).transpose()
}

pub(crate) fn word<T>(
    what: &str,
    word: &str,
    find: impl Fn(&str) -> Option<T>,
    known: &[&str],
) -> Read<T> {
    match find(word) {
        Some(found) => Ok(found),
        None => fault(format!("\"{word}\" is no {what}: {}", known.join(", "))),
    }
}

fn severity(text: &str) -> Read<SeverityLevel> {
    let words = SeverityLevel::ALL.map(SeverityLevel::word);
    word("severity", text, SeverityLevel::from_word, &words)
}

fn status(text: &str) -> Read<Status> {
    word("status", text, Status::from_word, &Status::ALL.map(Status::word))
}

fn change(text: Option<&String>) -> Read<Option<ChangeId>> {
    let number = |text: &String| match text.strip_prefix('C').unwrap_or(text).parse() {
        Ok(number) => Ok(ChangeId(number)),
        Err(_) => fault(format!("\"{text}\" is no change: give C1")),
    };
    text.map(number).transpose()
}

/// The number of an incident: `INC-1`, or `1`.
pub(crate) fn read_incident(text: &str) -> Read<IncidentId> {
    match text.strip_prefix("INC-").unwrap_or(text).parse() {
        Ok(number) => Ok(IncidentId(number)),
        Err(_) => fault(format!("\"{text}\" is no incident: give INC-1")),
    }
}

/// Who wants something: who asks with a token, or who is named.
pub(crate) fn read_author(by: Option<&String>) -> Read<Author> {
    match by {
        Some(name) => Ok(Author::named(read_name("by", name)?)),
        None => fault("by is missing: say who you are"),
    }
}

impl CommandBody {
    /// The commands that are known.
    pub const COMMANDS: [&str; 18] = [
        "assign",
        "leave",
        "status",
        "decline",
        "reopen",
        "merge",
        "severity",
        "title",
        "mitigate",
        "check",
        "rule_out",
        "hand_over",
        "promise",
        "wait",
        "correct",
        "activate",
        "restrict",
        "unrestrict",
    ];

    /// What it wants.
    ///
    /// # Errors
    ///
    /// If a field it needs is missing, or cannot be used.
    pub fn read(&self) -> Read<Orders> {
        Ok(Orders {
            by: read_author(self.by.as_ref())?,
            at: optional_time("at", self.at.as_ref())?,
            commands: vec![self.command()?],
        })
    }

    fn command(&self) -> Read<Command> {
        match self.command.as_str() {
            "assign" | "leave" => self.role(),
            "status" | "activate" | "decline" | "reopen" => self.status(),
            "severity" => {
                let none_or = |text: &String| {
                    if text == "none" { Ok(None) } else { severity(text).map(Some) }
                };
                Ok(Command::SetSeverity {
                    to: severity(some("to", self.to.as_ref())?)?,
                    was: self.was.as_ref().map(none_or).transpose()?,
                    reason: self.reason()?,
                })
            }
            "title" => Ok(Command::SetTitle(self.text("text")?)),
            "merge" => Ok(Command::Merge {
                into: read_incident(some("into", self.into.as_ref())?)?,
                reason: self.reason()?,
            }),
            "mitigate" | "check" | "rule_out" => self.work(),
            "hand_over" => Ok(Command::HandOver {
                team: read_name("team", some("team", self.team.as_ref())?)?,
                text: self.text("text")?,
            }),
            "restrict" => {
                let names = self.people.iter().flatten().map(|name| read_name("people", name));
                Ok(Command::Restrict { to: names.collect::<Read<_>>()? })
            }
            "unrestrict" => Ok(Command::LiftRestriction),
            "promise" => {
                Ok(Command::PromiseUpdate { due: time("due", some("due", self.due.as_ref())?)? })
            }
            "wait" => Ok(Command::Wait {
                condition: self.text("text")?,
                until: time("until", some("until", self.until.as_ref())?)?,
            }),
            "correct" => {
                let moments = Moment::ALL.map(Moment::word);
                let moment = some("moment", self.moment.as_ref())?;
                let Some(reason) = self.reason()? else {
                    return fault("reason is missing: say how the time is known now");
                };
                Ok(Command::Correct {
                    moment: word("time of an incident", moment, Moment::from_word, &moments)?,
                    to: time("to", some("to", self.to.as_ref())?)?,
                    reason,
                })
            }
            other => fault(format!("\"{other}\" is no command: {}", Self::COMMANDS.join(", "))),
        }
    }

    fn role(&self) -> Read<Command> {
        let roles = Role::ALL.map(Role::word);
        let role = word("role", some("role", self.role.as_ref())?, Role::from_word, &roles)?;
        let person = read_name("person", some("person", self.person.as_ref())?)?;
        let take_over = if self.take_over { TakeOver::Allowed } else { TakeOver::Refused };
        Ok(match self.command.as_str() {
            "leave" => Command::LeaveRole { role, person },
            _ => Command::TakeRole { role, person, take_over },
        })
    }

    fn status(&self) -> Read<Command> {
        let to = match self.command.as_str() {
            "decline" => Status::Declined,
            "reopen" | "activate" => Status::Active,
            _ => status(some("to", self.to.as_ref())?)?,
        };
        let was = self.was.as_ref().map(|was| status(was)).transpose()?;
        Ok(Command::SetStatus { to, was, reason: self.reason()? })
    }

    fn work(&self) -> Read<Command> {
        let text = self.text("text")?;
        Ok(match self.command.as_str() {
            "mitigate" => Command::Mitigate {
                text,
                change: change(self.change.as_ref())?,
                expected: optional_text("expected", self.expected.as_ref())?,
            },
            "check" => {
                let effects = Effect::ALL.map(Effect::word);
                let effect = some("effect", self.effect.as_ref())?;
                let effect = word("effect", effect, Effect::from_word, &effects)?;
                Command::Check { mitigation: self.mitigation, effect, text }
            }
            _ => {
                let Some(hypothesis) = self.hypothesis else {
                    return fault("hypothesis is missing: the number of the entry that opened it");
                };
                Command::RuleOut { hypothesis, fact: text }
            }
        })
    }

    fn text(&self, key: &str) -> Read<Text> {
        read_text(key, some(key, self.text.as_ref())?)
    }

    fn reason(&self) -> Read<Option<Text>> {
        optional_text("reason", self.reason.as_ref())
    }
}

impl EntryBody {
    /// What it wants.
    ///
    /// # Errors
    ///
    /// If a field cannot be used.
    pub fn read(&self) -> Read<Orders> {
        let text = read_text("text", &self.text)?;
        let change = change(self.change.as_ref())?;
        let kind = self.kind.as_deref().unwrap_or("note");
        let command = if kind == "hypothesis" {
            Command::Suppose { text, change }
        } else {
            let mut words = NoteKind::ALL.map(NoteKind::word).to_vec();
            words.push("hypothesis");
            Command::Note { kind: word("kind of entry", kind, NoteKind::from_word, &words)?, text }
        };
        Ok(Orders {
            by: read_author(self.by.as_ref())?,
            at: optional_time("at", self.at.as_ref())?,
            commands: vec![command],
        })
    }
}

impl AmendBody {
    /// What it wants of an entry.
    ///
    /// # Errors
    ///
    /// If a field cannot be used.
    pub fn read(&self, entry: u64) -> Read<Orders> {
        let command = Command::Amend {
            entry,
            text: optional_text("text", self.text.as_ref())?,
            at: optional_time("at", self.at.as_ref())?,
            reason: optional_text("reason", self.reason.as_ref())?,
        };
        Ok(Orders { by: read_author(self.by.as_ref())?, at: None, commands: vec![command] })
    }
}

impl PinBody {
    /// What it wants of an entry.
    ///
    /// # Errors
    ///
    /// If nobody is named.
    pub fn read(&self, entry: u64) -> Read<Orders> {
        let is_wanted = self.pinned.unwrap_or(true);
        let command = if is_wanted { Command::Pin(entry) } else { Command::Unpin(entry) };
        Ok(Orders { by: read_author(self.by.as_ref())?, at: None, commands: vec![command] })
    }
}

impl OpenBody {
    /// What it opens.
    ///
    /// # Errors
    ///
    /// If a field cannot be used.
    pub fn read(&self) -> Read<Opened> {
        let title = read_text("title", &self.title)?;
        if title.as_str().contains('\n') {
            return fault("title goes over several lines: put the rest into a note");
        }
        Ok(Opened {
            title,
            severity: self.severity.as_ref().map(|text| severity(text)).transpose()?,
            by: read_name("by", some("by", self.by.as_ref())?)?,
            at: optional_time("at", self.at.as_ref())?,
        })
    }
}

impl ReportBody {
    /// What it reports.
    ///
    /// # Errors
    ///
    /// If a field cannot be used.
    pub fn read(&self) -> Read<Reported> {
        let service = self.service.as_ref().map(|name| read_name("service", name));
        Ok(Reported {
            text: read_text("text", &self.text)?,
            service: service.transpose()?,
            incident: self.incident.as_ref().map(|text| read_incident(text)).transpose()?,
            by: read_name("by", some("by", self.by.as_ref())?)?,
            at: optional_time("at", self.at.as_ref())?,
        })
    }
}
