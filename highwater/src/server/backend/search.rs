//! Looking for words in the record.

use super::super::story;
use super::Answers;
use hw_api::{Entry, Hit, Incident, List};
use hw_web::{Answered, Page, SearchAsked};

/// Events that are looked through for one answer; the cursor goes on behind them.
const LOOKED_THROUGH: usize = 50_000;

/// Events read at a time, and incidents.
const PAGE: u32 = 1_000;

impl Answers {
    /// Incidents by their titles, then entries, newest first.
    pub(super) fn found(&self, asked: &SearchAsked) -> Answered<List<Hit>> {
        let items_max = usize::try_from(asked.items_max).unwrap_or(usize::MAX);
        let mut items = match asked.before {
            None => self.found_incidents(asked)?,
            Some(_) => Vec::new(),
        };
        let mut before = asked.before.unwrap_or(u64::MAX);
        let (mut names, mut n_seen) = (self.change_names(), 0);
        loop {
            if items.len() >= items_max || n_seen >= LOOKED_THROUGH {
                return Ok(List { items, next: Some(before.to_string()) });
            }
            let events = self.read(|reader| Ok(reader.events_before(before, PAGE)?))?;
            if events.is_empty() {
                return Ok(List { items, next: None });
            }
            n_seen += events.len();
            for event in events {
                before = event.seq;
                if event.event.what.is_audit() {
                    continue;
                }
                let entry = story::entry(&event, &mut names);
                let facts = entry.because.join(" ");
                if stands_in(&asked.words, &[&entry.words, &entry.by, &facts]) {
                    items.push(of_entry(entry));
                }
                if items.len() >= items_max {
                    break;
                }
            }
        }
    }

    fn found_incidents(&self, asked: &SearchAsked) -> Answered<Vec<Hit>> {
        let items_max = usize::try_from(asked.items_max).unwrap_or(usize::MAX);
        let newest = self.incident_page(Page { before: None, items_max: PAGE })?;
        let is_found =
            |incident: &Incident| stands_in(&asked.words, &[&incident.title, &incident.id]);
        let found = newest.into_iter().filter(is_found).take(items_max);
        Ok(found.map(of_incident).collect())
    }
}

/// Whether every word stands somewhere in the texts.
fn stands_in(words: &[String], texts: &[&str]) -> bool {
    let text = texts.join(" ").to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn of_incident(incident: Incident) -> Hit {
    Hit {
        kind: "incident".to_owned(),
        incident: Some(incident.id),
        entry: None,
        about: None,
        at: incident.started_at,
        by: "Highwater".to_owned(),
        words: incident.title,
    }
}

fn of_entry(entry: Entry) -> Hit {
    Hit {
        kind: "entry".to_owned(),
        incident: entry.incident,
        entry: entry.seq,
        about: entry.about,
        at: entry.happened_at,
        by: entry.by,
        words: entry.words,
    }
}
