//! What a rule that fires says, and where: an entry in the incident in hand that has to do with it, or in one
//! that is opened for it. Said once, whatever happens in between: the key is that of the rule and of when it
//! began.

use super::super::Answers;
use super::Watched;
use hw_api::{Orders, Reported};
use hw_detect::rule::{Ended, Rule, Said};
use hw_incident::{Author, Command, Name, NoteKind, RULES, Text};
use hw_model::{IncidentId, Timestamp, length_words, plain};
use hw_web::{Answered, Failure};

/// Letters of a service's name.
const NAME_MAX: usize = 200;

impl Answers {
    /// Writes down what a rule says. Returns the incident in which its firing stands.
    pub(in crate::server) fn write_rule(
        &self,
        watched: &Watched,
        said: &Said,
    ) -> Answered<Option<u32>> {
        match *said {
            Said::Begins { at, since, figure } => {
                self.write_begin(watched, (at, since, figure)).map(Some)
            }
            Said::Ends { at, began, why } => {
                self.write_end(watched, (at, began, why)).map(|()| None)
            }
        }
    }

    fn write_begin(
        &self,
        watched: &Watched,
        (at, since, figure): (Timestamp, Timestamp, f64),
    ) -> Answered<u32> {
        let rule = &watched.rule;
        let reported = Reported {
            text: text(begin_words(watched, since, figure))?,
            // Without one it would join any incident.
            service: Name::parse(&plain(rule.service(), NAME_MAX)).ok(),
            incident: None,
            by: Name::recorded(RULES),
            at: Some(at),
        };
        let done = self.take_report(reported, Some(&key(watched, at, "begins")))?;
        let gone = || Failure::Broken("the incident has gone".to_owned());
        let id = done.and_then(|done| IncidentId::from_word(&done.incident.id));
        id.map(|IncidentId(number)| number).ok_or_else(gone)
    }

    /// An observation, in the incident in which it began or in the one that this became part of.
    fn write_end(
        &self,
        watched: &Watched,
        (at, began, why): (Timestamp, Timestamp, Ended),
    ) -> Answered<()> {
        let Some(number) = watched.standing.incident else { return Ok(()) };
        let Some(incident) = self.incident_words(number)? else { return Ok(()) };
        let into = incident.merged_into.as_ref().unwrap_or(&incident.id);
        let Some(incident) = IncidentId::from_word(into) else { return Ok(()) };
        let text = text(end_words(watched, at.seconds_since(began), why))?;
        let orders = Orders {
            by: Author::named(Name::recorded(RULES)),
            at: Some(at),
            commands: vec![Command::Note { kind: NoteKind::Observation, text }],
        };
        self.done(incident, orders, Some(key(watched, began, "ends"))).map(drop)
    }
}

/// What is the same when the same is said again.
fn key(watched: &Watched, began: Timestamp, what: &str) -> String {
    format!("{RULES} R{} {} {what}", watched.id, began.tick().0)
}

fn text(words: String) -> Answered<Text> {
    Text::parse(&words).map_err(|fault| Failure::Broken(format!("what a rule says {fault}")))
}

fn begin_words(watched: &Watched, since: Timestamp, figure: f64) -> String {
    let rule = &watched.rule;
    format!(
        "rule R{} “{}” fires: {} over {}, which is {}, since {}",
        watched.id,
        rule.terms().name,
        rule.figure_words(figure),
        length_words(rule.terms().window_s as f64),
        rule.bound_words(),
        hw_api::rfc3339(since),
    )
}

fn end_words(watched: &Watched, length_s: f64, why: Ended) -> String {
    let name = title(watched.id, &watched.rule);
    let lasted = length_words(length_s);
    match why {
        Ended::Back => format!("{name} is over after {lasted}: its figure is back"),
        Ended::Unknown => {
            format!("{name} is over after {lasted}: for an hour nothing was known of its figure")
        }
    }
}

fn title(id: u32, rule: &Rule) -> String {
    format!("rule R{id} “{}”", rule.terms().name)
}
