//! Looking for words in the record.

use super::super::story;
use super::Answers;
use hw_api::{Entry, Hit, Incident, List};
use hw_store::StoredEvent;
use hw_web::{Answered, MaySee, Page, SearchAsked};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;

/// Events that are looked through for one answer; the cursor goes on behind them.
const LOOKED_THROUGH: usize = 50_000;

/// Events read at a time, and incidents.
const PAGE: u32 = 1_000;

/// Entries of one incident that are read.
const ENTRIES_MAX: u32 = 50_000;

/// Entries of incidents as they read now, each incident read once.
type Present = BTreeMap<u32, Vec<Entry>>;

impl Answers {
    /// Incidents by their titles, then entries, newest first.
    pub(super) fn found(
        &self,
        asked: &SearchAsked,
        may_see: &mut MaySee<'_>,
    ) -> Answered<List<Hit>> {
        let items_max = usize::try_from(asked.items_max).unwrap_or(usize::MAX);
        let mut items = match asked.before {
            None => self.found_incidents(asked, may_see)?,
            Some(_) => Vec::new(),
        };
        let mut before = asked.before.unwrap_or(u64::MAX);
        let (mut names, mut n_seen, mut present) = (self.change_names(), 0, Present::new());
        loop {
            if items.len() >= items_max || n_seen >= LOOKED_THROUGH {
                return Ok(List { items, next: Some(before.to_string()) });
            }
            let events = self.read(|reader| Ok(reader.events_before(before, PAGE)?))?;
            if events.is_empty() {
                return Ok(List { items, next: None });
            }
            n_seen += events.len();
            for event in events.iter().filter(|event| !event.event.what.is_audit()) {
                if items.len() >= items_max {
                    break;
                }
                before = event.seq;
                let entry = story::entry(event, &mut names);
                if !holds(&asked.words, &entry) || !may_see(entry.incident.as_ref())? {
                    continue;
                }
                // What was amended is found by what it says now.
                let entry = self.present_entry(event, &mut present)?.unwrap_or(entry);
                if holds(&asked.words, &entry) {
                    items.push(of_entry(entry));
                }
            }
            if items.len() < items_max {
                before = events.last().map_or(before, |event| event.seq);
            }
        }
    }

    /// An entry as it reads now, if it is one of an incident.
    fn present_entry(&self, event: &StoredEvent, present: &mut Present) -> Answered<Option<Entry>> {
        let Some((number, seq)) = event.event.incident.zip(event.incident_seq) else {
            return Ok(None);
        };
        let entries = match present.entry(number) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(place) => place.insert(self.entry_list(number, 0, ENTRIES_MAX)?),
        };
        Ok(entries.iter().find(|entry| entry.seq == Some(seq)).cloned())
    }

    fn found_incidents(&self, asked: &SearchAsked, may_see: &mut MaySee<'_>) -> Answered<Vec<Hit>> {
        let items_max = usize::try_from(asked.items_max).unwrap_or(usize::MAX);
        let mut hits = Vec::new();
        for incident in self.incident_page(Page { before: None, items_max: PAGE })? {
            let is_found = stands_in(&asked.words, &[&incident.title, &incident.id]);
            if hits.len() < items_max && is_found && may_see(Some(&incident.id))? {
                hits.push(of_incident(incident));
            }
        }
        Ok(hits)
    }
}

fn holds(words: &[String], entry: &Entry) -> bool {
    stands_in(words, &[&entry.words, &entry.by, &entry.because.join(" ")])
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
