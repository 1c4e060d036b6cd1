//! What people type in a chat: done as the API does it, answered as people read it.
//!
//! A chat is read by others than who types, and its names are no tokens: a restricted incident is not
//! there, for nobody.

use super::Answers;
use crate::chat::{Wish, help};
use crate::text::timeline::report_sentences;
use hw_api::{ChatAnswer, DoneAnswer, Incident, Opened, Orders, Reported, Typed};
use hw_incident::Command;
use hw_model::IncidentId;
use hw_notify::inbound::{Audience, answer};
use hw_web::Failure;

/// Incidents in one answer.
const LISTED_MAX: usize = 20;

/// Letters of a title in a list.
const TITLE_MAX: usize = 120;

/// What is said of what is done and is not shown in a chat, or not yet.
const KEPT: &str = "It is written down, and cannot be shown here.";

/// What is said, and to whom; or why nothing was done.
type Said = Result<(Audience, String), String>;

impl Answers {
    /// Does what somebody typed, and says so.
    pub(super) fn chat_answer(&self, typed: &Typed) -> ChatAnswer {
        let (audience, words) = match self.chat_said(typed) {
            Ok(said) => said,
            Err(words) => (Audience::One, words),
        };
        answer(typed.chat, audience, words.trim_end())
    }

    fn chat_said(&self, typed: &Typed) -> Said {
        let wish = Wish::read(&typed.command, &typed.text, &typed.by)?;
        match wish {
            Wish::Help => Ok((Audience::One, help(&typed.command))),
            Wish::List => Ok((Audience::One, self.chat_list(typed)?)),
            Wish::Brief(incident) => {
                let incident = self.meant(typed, incident)?;
                let brief = self.brief_words(incident.0).map_err(words)?;
                let brief = brief.ok_or_else(|| unknown(typed, incident))?;
                Ok((Audience::One, brief.words))
            }
            Wish::Report(reported) => self.chat_report(typed, reported),
            Wish::Open(opened) => self.chat_open(typed, &opened),
            Wish::Do(incident, orders) => self.chat_do(typed, incident, orders),
        }
    }

    fn chat_list(&self, typed: &Typed) -> Result<String, String> {
        let incidents = self.chat_incidents()?;
        if incidents.is_empty() {
            return Ok(format!(
                "No incident is open. Somebody sees something odd: {} report TEXT",
                typed.command
            ));
        }
        Ok(listed(&incidents))
    }

    /// Incidents that people work on, as far as a chat may know.
    fn chat_incidents(&self) -> Result<Vec<Incident>, String> {
        let mut incidents = self.incidents_in_hand().map_err(words)?;
        incidents.retain(|incident| !incident.is_restricted());
        Ok(incidents)
    }

    fn chat_report(&self, typed: &Typed, reported: Reported) -> Said {
        let text = reported.text.clone();
        let reported = self.take_report(reported, Some(&typed.key)).map_err(words)?;
        let reported = reported.filter(|reported| !reported.incident.is_restricted());
        let reported = reported.ok_or_else(|| KEPT.to_owned())?;
        let reported = serde_json::to_value(&reported).map_err(|error| error.to_string())?;
        let mut lines = vec![format!("{}: {}", typed.by, text)];
        lines.extend(report_sentences(&reported));
        Ok((Audience::All, lines.join("\n")))
    }

    fn chat_open(&self, typed: &Typed, opened: &Opened) -> Said {
        let done = self.open_incident(opened, Some(&typed.key)).map_err(words)?;
        let done = done.filter(|done| !done.incident.is_restricted());
        let done = done.ok_or_else(|| KEPT.to_owned())?;
        let next = format!("Next: {} lead {}", typed.command, done.incident.id);
        Ok((Audience::All, format!("{}{next}", done_words(&done))))
    }

    fn chat_do(&self, typed: &Typed, incident: Option<IncidentId>, orders: Orders) -> Said {
        let is_lead = orders.commands.iter().any(|c| matches!(c, Command::TakeRole { .. }));
        let incident = self.meant(typed, incident)?;
        let done = self.done(incident, orders, Some(typed.key.clone())).map_err(|failure| {
            let is_held = is_lead && matches!(failure, Failure::Conflict(_));
            let hint = format!("\nWhoever leads it: {} take-over {incident}", typed.command);
            if is_held { words(failure) + &hint } else { words(failure) }
        })?;
        let done = done.ok_or_else(|| unknown(typed, incident))?;
        Ok((Audience::All, done_words(&done)))
    }

    /// The incident that is meant: the one that is named, or the only one there is. When the same is
    /// sent again, it is the one in which it was done, whatever was opened or resolved since.
    fn meant(&self, typed: &Typed, named: Option<IncidentId>) -> Result<IncidentId, String> {
        let done_in = self.reported_before(Some(&typed.key)).map_err(words)?;
        if let Some(incident) = named.or(done_in) {
            let known = self.incident_words(incident.0).map_err(words)?;
            let is_seen = known.is_some_and(|incident| !incident.is_restricted());
            return is_seen.then_some(incident).ok_or_else(|| unknown(typed, incident));
        }
        let incidents = self.chat_incidents()?;
        match incidents.as_slice() {
            [] => Err(format!(
                "No incident is open: name one, or open one with {} open TITLE",
                typed.command
            )),
            [only] => {
                IncidentId::from_word(&only.id).ok_or_else(|| format!("{} has no number", only.id))
            }
            several => Err(format!(
                "There are {} incidents: say which, behind the first word.\n{}",
                several.len(),
                listed(several)
            )),
        }
    }
}

/// What went wrong, as it is said to people.
fn words(failure: Failure) -> String {
    match failure {
        Failure::Unavailable { reason, .. } => format!("Not now: {reason}"),
        Failure::Invalid(why) | Failure::Conflict(why) => why,
        Failure::Broken(why) => format!("A fault of Highwater: {why}"),
    }
}

fn unknown(typed: &Typed, incident: IncidentId) -> String {
    format!("There is no {incident}. Those that are open: {} list", typed.command)
}

/// What was done, one entry in a line.
fn done_words(done: &DoneAnswer) -> String {
    let id = &done.incident.id;
    let line = |entry: &hw_api::Entry| {
        let seq = entry.seq.map_or_else(String::new, |seq| format!(" [{seq}]"));
        format!("{id}{seq} {}: {}\n", entry.by, entry.words)
    };
    done.entries.iter().map(line).collect()
}

/// Incidents, one in a line.
fn listed(incidents: &[Incident]) -> String {
    let mut page: String = incidents.iter().take(LISTED_MAX).map(line).collect();
    if incidents.len() > LISTED_MAX {
        page.push_str(&format!("and {} more\n", incidents.len() - LISTED_MAX));
    }
    page
}

fn line(incident: &Incident) -> String {
    let record = incident.record.as_ref();
    let status = record.map_or("open", |record| record.status.as_str());
    let severity = record.and_then(|record| record.severity.as_ref());
    let severity = severity.map_or_else(String::new, |severity| format!(", {severity}"));
    let lead = record.and_then(|record| record.lead());
    let lead = lead.map_or_else(|| ", no lead".to_owned(), |lead| format!(", lead {lead}"));
    let mut title: String = incident.title.chars().take(TITLE_MAX).collect();
    if title.len() < incident.title.len() {
        title.push('\u{2026}');
    }
    format!("{} ({status}{severity}{lead}): {title}\n", incident.id)
}
