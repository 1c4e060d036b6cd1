//! What people type in a chat, read: one line, one wish.
//!
//! The words are those of `highwater incident`, and what they order is read as the API reads it. What
//! cannot be read is said with the nearest word and an example, since nobody has the manual at hand.

mod words;

pub(crate) use words::help;

use hw_api::{CommandBody, EntryBody, OpenBody, Opened, OrderFault, Orders, ReportBody, Reported};
use hw_incident::Name;
use hw_model::IncidentId;
use words::{Usage, usage};

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To know what can be typed.
    Help,
    /// The incidents that are open.
    List,
    /// What an incident is about. Without one: of the one that is open; so below.
    Brief(Option<IncidentId>),
    /// To report what was seen.
    Report(Reported),
    /// To open an incident.
    Open(Opened),
    /// To do or to write something in an incident.
    Do(Option<IncidentId>, Orders),
}

impl Wish {
    /// Reads a line. `command` is what the command is called there, for examples.
    ///
    /// # Errors
    ///
    /// What cannot be read, with what could have been meant, and an example.
    pub(crate) fn read(command: &str, text: &str, by: &Name) -> Result<Self, String> {
        let (verb, rest) = first_word(text);
        if verb.is_empty() {
            return Ok(Self::Help);
        }
        let usage = usage(verb).ok_or_else(|| {
            format!("{}\nEverything: {command} help", words::unknown(command, verb))
        })?;
        let line = Line { usage, command, by: by.to_string() };
        match usage.verb {
            "help" => Ok(Self::Help),
            "list" => Ok(Self::List),
            "report" => line.report(rest),
            "open" => {
                let (title, by) = (line.needed("what is wrong", rest)?, line.by());
                let body = OpenBody { title, by, ..OpenBody::default() };
                Ok(Self::Open(line.usable(body.read())?))
            }
            _ => line.in_incident(rest),
        }
    }
}

/// A line of which the first word is known.
struct Line<'a> {
    usage: &'static Usage,
    command: &'a str,
    by: String,
}

impl Line<'_> {
    fn wrong<T>(&self, why: &str) -> Result<T, String> {
        Err(format!("{why}. {}", self.usage.shown(self.command)))
    }

    /// Who types, as the API has it.
    fn by(&self) -> Option<String> {
        Some(self.by.clone())
    }

    /// What was read, or what of it cannot be used.
    fn usable<T>(&self, read: Result<T, OrderFault>) -> Result<T, String> {
        read.or_else(|OrderFault(why)| self.wrong(&why))
    }

    /// The rest of the line, which must not be empty.
    fn needed(&self, what: &str, rest: &str) -> Result<String, String> {
        if rest.is_empty() { self.wrong(&format!("say {what}")) } else { Ok(rest.to_owned()) }
    }

    fn report(&self, rest: &str) -> Result<Wish, String> {
        let (first, after) = first_word(rest);
        let (service, rest) = match first.strip_prefix("service=") {
            Some("") => return self.wrong("say which service"),
            Some(service) => (Some(service.to_owned()), after),
            None => (None, rest),
        };
        let (text, by) = (self.needed("what you see", rest)?, self.by());
        let body = ReportBody { text, service, by, ..ReportBody::default() };
        Ok(Wish::Report(self.usable(body.read())?))
    }

    fn in_incident(&self, rest: &str) -> Result<Wish, String> {
        let (incident, rest) = match incident(rest) {
            Ok(found) => found,
            Err(word) => return self.wrong(&format!("\"{word}\" is no incident")),
        };
        let kind = match self.usage.verb {
            "brief" if rest.is_empty() => return Ok(Wish::Brief(incident)),
            "brief" => return self.wrong("brief takes an incident and nothing else"),
            "note" | "hypothesis" | "observation" | "decision" => self.usage.verb,
            _ => return Ok(Wish::Do(incident, self.usable(self.order(rest)?.read())?)),
        };
        let text = self.needed("what it says", rest)?;
        let (kind, by) = (Some(kind.to_owned()), self.by());
        let body = EntryBody { kind, text, by, ..EntryBody::default() };
        Ok(Wish::Do(incident, self.usable(body.read())?))
    }

    fn order(&self, rest: &str) -> Result<CommandBody, String> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (first, after) = first_word(rest);
        let of = |command: &str| CommandBody {
            command: command.to_owned(),
            by: self.by(),
            ..CommandBody::default()
        };
        match self.usage.verb {
            "status" => {
                let to = Some(self.needed("where it stands", first)?.to_lowercase());
                Ok(CommandBody { to, reason: some(after), ..of("status") })
            }
            "severity" => {
                let to = Some(self.needed("how bad it is", first)?.to_uppercase());
                Ok(CommandBody { to, reason: some(after), ..of("severity") })
            }
            "mitigate" => {
                let text = Some(self.needed("what was done", rest)?);
                Ok(CommandBody { text, ..of("mitigate") })
            }
            "check" => {
                let effect = Some(self.needed("whether it helped", first)?.to_lowercase());
                let text = Some(self.needed("how that was seen", after)?);
                Ok(CommandBody { effect, text, ..of("check") })
            }
            "rule-out" => {
                let Ok(entry) = first.trim_matches(['[', ']']).parse() else {
                    return self.wrong("say which hypothesis, by the number of its entry");
                };
                let text = Some(self.needed("which fact rules it out", after)?);
                Ok(CommandBody { hypothesis: Some(entry), text, ..of("rule_out") })
            }
            verb @ ("lead" | "take-over") => {
                let take_over = verb == "take-over";
                let person = some(rest).unwrap_or_else(|| self.by.clone());
                let (role, person) = (Some("lead".to_owned()), Some(person));
                Ok(CommandBody { role, person, take_over, ..of("assign") })
            }
            other => unreachable!("invariant: {other} is read by what reads a line"),
        }
    }
}

/// The first word of a text, and what follows it, as it is.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

/// The incident that a text begins with, if it does, and the rest. A word that begins like one and is
/// none is given back: what was meant for an incident must not go into another.
fn incident(text: &str) -> Result<(Option<IncidentId>, &str), &str> {
    let (word, rest) = first_word(text);
    let is_like = word.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("INC-"));
    let digits = word.get(4..).unwrap_or_default().trim_end_matches(':');
    if !is_like || !digits.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Ok((None, text.trim()));
    }
    digits.parse().map(|number| (Some(IncidentId(number)), rest)).map_err(|_| word)
}

#[cfg(test)]
mod tests;
