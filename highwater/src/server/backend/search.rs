//! Looking for words in the record, and in post mortems: incidents by their titles, then entries and
//! sections that people wrote, then what was imported, each newest first.
//!
//! An answer ends when it has as many hits as were wanted, or has looked through much; its cursor is the
//! place right behind the last thing that was looked at, so that nothing is told twice or left out.

mod imported;

use super::super::story;
use super::Answers;
use hw_api::{Entry, Hit, Incident, List};
use hw_store::StoredEvent;
use hw_web::{Answered, MaySee, Page, SearchAsked, SearchFrom};
use hw_wire::{AfterV1, WhatV1};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;

/// What is looked through for one answer: an event is one, and so many bytes of what was imported.
const LOOKED_THROUGH: usize = 50_000;
const BYTES_LIKE_AN_EVENT: usize = 500;

/// Events read at a time, and incidents.
const PAGE: u32 = 1_000;

/// Imported post mortems read at a time: each may have two megabytes.
const IMPORTS: u32 = 10;

/// Entries of one incident that are read.
const ENTRIES_MAX: u32 = 50_000;

/// Letters of a section that are shown, and those of them before the first word that was looked for.
const EXCERPT: usize = 160;
const BEFORE: usize = 40;

/// A search that goes on.
struct Search<'a> {
    words: &'a [String],
    items: Vec<Hit>,
    items_max: usize,
    n_looked: usize,
    /// Entries of incidents as they read now, each incident read once.
    present: BTreeMap<u32, Vec<Entry>>,
    /// Versions of sections that stand now, by incident.
    sections: BTreeMap<u32, Vec<u64>>,
}

impl Search<'_> {
    const fn is_full(&self) -> bool {
        self.items.len() >= self.items_max
    }

    const fn is_over(&self) -> bool {
        self.is_full() || self.n_looked >= LOOKED_THROUGH
    }
}

impl Answers {
    /// A part of what is found.
    pub(super) fn found(
        &self,
        asked: &SearchAsked,
        may_see: &mut MaySee<'_>,
    ) -> Answered<List<Hit>> {
        let mut search = Search {
            words: &asked.words,
            items: Vec::new(),
            items_max: usize::try_from(asked.items_max).unwrap_or(usize::MAX),
            n_looked: 0,
            present: BTreeMap::new(),
            sections: BTreeMap::new(),
        };
        let mut place = Some(asked.from);
        while let Some(from) = place.filter(|_| !search.is_over()) {
            place = match from {
                SearchFrom::Incidents(before) => {
                    Some(self.look_at_incidents(&mut search, before, may_see)?)
                }
                SearchFrom::Entries(before) => {
                    Some(self.look_at_entries(&mut search, before, may_see)?)
                }
                SearchFrom::Imported { before, told } => {
                    self.look_at_imported(&mut search, before, told)?
                }
            };
        }
        Ok(List { items: search.items, next: place.map(SearchFrom::cursor) })
    }

    /// Looks at some incidents. Returns where to go on.
    fn look_at_incidents(
        &self,
        search: &mut Search<'_>,
        before: Option<u32>,
        may_see: &mut MaySee<'_>,
    ) -> Answered<SearchFrom> {
        let mut last = before;
        let incidents = self.incident_page(Page { before, items_max: PAGE })?;
        if incidents.is_empty() {
            return Ok(SearchFrom::Entries(u64::MAX));
        }
        search.n_looked += incidents.len();
        for incident in incidents {
            last = hw_model::IncidentId::from_word(&incident.id).map_or(last, |id| Some(id.0));
            let is_found = stands_in(search.words, &[&incident.title, &incident.id]);
            if is_found && may_see(Some(&incident.id))? {
                search.items.push(of_incident(incident));
            }
            if search.is_full() {
                break;
            }
        }
        Ok(SearchFrom::Incidents(last))
    }

    /// Looks at some events. Returns where to go on.
    fn look_at_entries(
        &self,
        search: &mut Search<'_>,
        before: u64,
        may_see: &mut MaySee<'_>,
    ) -> Answered<SearchFrom> {
        let events = self.read(|reader| Ok(reader.events_before(before, PAGE)?))?;
        if events.is_empty() {
            return Ok(SearchFrom::Imported { before: u32::MAX, told: 0 });
        }
        let mut names = self.change_names();
        let mut last = before;
        for event in events {
            (last, search.n_looked) = (event.seq, search.n_looked + 1);
            if event.event.what.is_audit() {
                continue;
            }
            let entry = story::entry(&event, &mut names);
            let hit = self.hit(search, (&event, entry), may_see)?;
            search.items.extend(hit);
            if search.is_full() {
                break;
            }
        }
        Ok(SearchFrom::Entries(last))
    }

    /// What is found of an event: a section as it stands now, or an entry.
    fn hit(
        &self,
        search: &mut Search<'_>,
        (event, entry): (&StoredEvent, Entry),
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Hit>> {
        let section = section(event);
        let is_in_section =
            section.is_some_and(|(name, text)| stands_in(search.words, &[name, text, &entry.by]));
        if !(is_in_section || holds(search.words, &entry)) || !may_see(entry.incident.as_ref())? {
            return Ok(None);
        }
        if let Some((name, text)) = section.filter(|_| is_in_section)
            && self.stands_now(event, search)?
        {
            return Ok(Some(of_section(entry, name, &excerpt(text, search.words))));
        }
        // What was amended is found by what it says now.
        let entry = self.present_entry(event, &mut search.present)?.unwrap_or(entry);
        Ok(holds(search.words, &entry).then(|| of_entry(entry)))
    }

    /// An entry as it reads now, if it is one of an incident.
    fn present_entry(
        &self,
        event: &StoredEvent,
        present: &mut BTreeMap<u32, Vec<Entry>>,
    ) -> Answered<Option<Entry>> {
        let Some((number, seq)) = event.event.incident.zip(event.incident_seq) else {
            return Ok(None);
        };
        let entries = match present.entry(number) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(place) => place.insert(self.entry_list(number, 0, ENTRIES_MAX)?),
        };
        Ok(entries.iter().find(|entry| entry.seq == Some(seq)).cloned())
    }

    /// Whether what an event wrote into a section still stands there.
    fn stands_now(&self, event: &StoredEvent, search: &mut Search<'_>) -> Answered<bool> {
        let Some((number, seq)) = event.event.incident.zip(event.incident_seq) else {
            return Ok(false);
        };
        let versions = match search.sections.entry(number) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(place) => {
                let record = self.incident_words(number)?.and_then(|incident| incident.record);
                let review = record.and_then(|record| record.review);
                let sections = review.into_iter().flat_map(|review| review.sections);
                place.insert(sections.map(|section| section.version).collect())
            }
        };
        Ok(versions.contains(&seq))
    }

    /// Looks at some imported post mortems. Returns where to go on; `None` at the end of all.
    fn look_at_imported(
        &self,
        search: &mut Search<'_>,
        before: u32,
        told: u32,
    ) -> Answered<Option<SearchFrom>> {
        let page = hw_store::Page { before: Some(before), items_max: IMPORTS };
        let kept = self.read(|reader| Ok(reader.imports(page)?))?;
        let (mut last, mut told) = (before, told);
        if kept.is_empty() {
            return Ok(None);
        }
        for found in kept {
            // One that is damaged is said by `highwater verify`, and by the list of them.
            let number = found.as_ref().map_or_else(|id| *id, |kept| kept.id);
            let hits = found.map_or_else(
                |_| Vec::new(),
                |kept| {
                    search.n_looked += 1 + kept.body.len() / BYTES_LIKE_AN_EVENT;
                    imported::hits(search.words, &kept)
                },
            );
            for hit in hits.into_iter().skip(usize::try_from(told).unwrap_or(usize::MAX)) {
                if search.is_full() {
                    return Ok(Some(SearchFrom::Imported {
                        before: number.saturating_add(1),
                        told,
                    }));
                }
                search.items.push(hit);
                told += 1;
            }
            (last, told) = (number, 0);
            if search.is_over() {
                break;
            }
        }
        Ok(Some(SearchFrom::Imported { before: last, told }))
    }
}

/// The section that an event wrote, and what it wrote there.
fn section(event: &StoredEvent) -> Option<(&str, &str)> {
    let WhatV1::After { did: AfterV1::SectionWritten { section, text } } = &event.event.what else {
        return None;
    };
    Some((section, text.as_deref()?))
}

fn holds(words: &[String], entry: &Entry) -> bool {
    stands_in(words, &[&entry.words, &entry.by, &entry.because.join(" ")])
}

/// Whether every word stands somewhere in the texts.
fn stands_in(words: &[String], texts: &[&str]) -> bool {
    let text = texts.join(" ").to_lowercase();
    words.iter().all(|word| text.contains(word))
}

/// What stands in a text around the first of the words, in one line.
fn excerpt(text: &str, words: &[String]) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters: Vec<char> = line.chars().collect();
    // A letter may have another length when it is small.
    let (mut small, mut places) = (String::new(), Vec::new());
    for (place, letter) in letters.iter().enumerate() {
        small.extend(letter.to_lowercase());
        places.resize(small.len(), place);
    }
    let first = words.iter().filter_map(|word| small.find(word.as_str())).min();
    let at = first.and_then(|byte| places.get(byte)).copied().unwrap_or(0);
    let from = at.saturating_sub(BEFORE);
    let shown: String = letters.iter().skip(from).take(EXCERPT).collect();
    let before = if from > 0 { "\u{2026}" } else { "" };
    let after = if from + EXCERPT < letters.len() { "\u{2026}" } else { "" };
    format!("{before}{}{after}", shown.trim())
}

fn of_incident(incident: Incident) -> Hit {
    Hit {
        kind: "incident".to_owned(),
        incident: Some(incident.id),
        entry: None,
        about: None,
        postmortem: None,
        section: None,
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
        postmortem: None,
        section: None,
        at: entry.happened_at,
        by: entry.by,
        words: entry.words,
    }
}

fn of_section(entry: Entry, section: &str, words: &str) -> Hit {
    let postmortem = entry.incident.clone();
    let (kind, section) = ("section".to_owned(), Some(section.to_owned()));
    Hit { kind, postmortem, section, words: words.to_owned(), ..of_entry(entry) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_show_the_first_word_with_what_stands_around_it() {
        let words = |text: &str| vec![text.to_owned()];
        assert_eq!(excerpt("The default\nwas  Go.", &words("go")), "The default was Go.");
        let long = format!("{} Straße İ needle {}", "hay ".repeat(50), "straw ".repeat(50));
        let shown = excerpt(&long, &words("needle"));
        assert!(shown.starts_with('\u{2026}') && shown.ends_with('\u{2026}'), "{shown}");
        assert!(shown.contains("Straße İ needle straw"), "{shown}");
        assert!(shown.chars().count() <= EXCERPT + 2, "{shown}");
        assert_eq!(excerpt("", &words("x")), "");
    }
}
