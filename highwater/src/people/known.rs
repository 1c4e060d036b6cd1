//! What was read of files and calendars, and what it says about one service.
//!
//! Times of reading are of this machine's clock. What is asked for may be of another, where the latest
//! record says what is now: a calendar that was read for another stretch of time is read anew from the
//! bytes that are kept.

use super::files::{Content, FilesRead};
use super::places::{FeedSource, PeopleSettings};
use hw_api::rfc3339;
use hw_model::{Interval, Timestamp, plain};
use hw_people::{Absence, KnowsEvidence, Matched, OnCall, Owner};
use hw_roster::{Feed, FeedKind, FeedRead, FeedRefused, Kept, Naming, Roster, read_feed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Seconds before now for which turns are known: a year shows who was on call for a service.
const PAST_S: f64 = 365.0 * 86_400.0;

/// Seconds after now: until when somebody is on call or away is rarely further.
const AHEAD_S: f64 = 90.0 * 86_400.0;

/// Seconds ahead that must be known for an answer.
const AHEAD_MIN_S: f64 = 30.0 * 86_400.0;

/// Sentences of one calendar that are said with an answer; `doctor` says them all.
const TROUBLES_SHOWN: usize = 3;

/// Letters of a name or of a reason from outside.
const WORDS_MAX: usize = 300;

/// What was read, and by which settings.
#[derive(Debug)]
pub(crate) struct Known {
    pub settings: PeopleSettings,
    read: Mutex<Read>,
}

/// What was read.
#[derive(Debug, Default)]
struct Read {
    /// By their places in settings.
    places: Vec<Place>,
    feeds: Vec<FeedKept>,
}

/// The files of one place.
#[derive(Debug, Default)]
struct Place {
    files: BTreeMap<String, Kept<Content>>,
    is_read: bool,
    /// What is wrong with the place itself, and since when.
    trouble: Option<(Timestamp, String)>,
}

/// A calendar, and the bytes of its last good reading.
#[derive(Debug, Default)]
struct FeedKept {
    bytes: Vec<u8>,
    kept: Kept<FeedRead>,
}

/// About which service it is asked, and when.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    pub service: &'a str,
    /// Services that telemetry has shown.
    pub seen: &'a BTreeSet<String>,
    /// What is now, by the clock of the server.
    pub now: Timestamp,
}

/// What files and calendars say about a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub owners: Vec<Owner>,
    pub on_call: Vec<OnCall>,
    pub absences: Vec<Absence>,
    pub evidence: Vec<KnowsEvidence>,
    /// What is not known, old or broken, one sentence each.
    pub troubles: Vec<String>,
    /// Whether a file or calendar could not be read, so that somebody may be missing.
    pub is_partial: bool,
    /// Whether no on-call feed is for the service.
    pub is_without_turns: bool,
}

/// The stretch of time for which calendars are read.
pub(crate) fn covers(now: Timestamp) -> Interval {
    Interval { from: now.plus_s(-PAST_S), to: now.plus_s(AHEAD_S) }
}

impl Known {
    /// Nothing is read yet.
    pub(crate) fn new(settings: PeopleSettings) -> Self {
        let places = settings.places.iter().map(|_| Place::default()).collect();
        let feeds = settings.feeds.iter().map(|_| FeedKept::default()).collect();
        Self { settings, read: Mutex::new(Read { places, feeds }) }
    }

    /// Takes what was read at the place of this number.
    pub(crate) fn take_files(
        &self,
        place: usize,
        wall: Timestamp,
        read: Result<FilesRead, String>,
    ) {
        self.with(|known| {
            let Some(place) = known.places.get_mut(place) else { return };
            place.is_read = true;
            match read {
                Ok(read) => {
                    place.trouble = None;
                    // A file that was taken away says nothing any more.
                    place.files.retain(|file, _| read.contains_key(file));
                    for (file, content) in read {
                        place.files.entry(file).or_default().take(wall, content);
                    }
                }
                Err(why) => {
                    let since = place.trouble.take().map_or(wall, |(since, _)| since);
                    place.trouble = Some((since, why));
                }
            }
        });
    }

    /// Takes the bytes of the calendar of this number, read at `wall`. Returns why they are no calendar,
    /// or were not got; what was read before stays in use then.
    pub(crate) fn take_feed(
        &self,
        (number, wall): (usize, Timestamp),
        now: Timestamp,
        bytes: Result<&[u8], String>,
    ) -> Result<(), String> {
        let Some(source) = self.settings.feeds.get(number) else { return Ok(()) };
        let read = bytes.and_then(|bytes| {
            let read = self.read_at(source, bytes, now).map_err(|error| error.to_string())?;
            Ok((read, bytes.to_vec()))
        });
        self.with(|known| {
            let Some(feed) = known.feeds.get_mut(number) else { return Ok(()) };
            let read = read.map(|(read, bytes)| {
                feed.bytes = bytes;
                read
            });
            let outcome = read.as_ref().map(drop).map_err(Clone::clone);
            feed.kept.take(wall, read);
            outcome
        })
    }

    fn read_at(
        &self,
        source: &FeedSource,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<FeedRead, FeedRefused> {
        read_feed(&source.feed, bytes, &self.settings.aliases, covers(now))
    }

    /// Whether the last reading of a place, or of a file there, failed.
    pub(crate) fn place_fails(&self, number: usize) -> bool {
        self.with(|known| {
            let place = known.places.get(number);
            place.is_some_and(|place| {
                place.trouble.is_some() || place.files.values().any(|kept| kept.trouble().is_some())
            })
        })
    }

    /// Whether the last reading of a calendar failed.
    pub(crate) fn feed_fails(&self, number: usize) -> bool {
        self.with(|known| known.feeds.get(number).is_some_and(|feed| feed.kept.trouble().is_some()))
    }

    /// Every service that settings or files name.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.settings.services().cloned().collect();
        self.with(|known| {
            let files = known.places.iter().flat_map(|place| place.files.values());
            names.extend(files.filter_map(Kept::good).flat_map(Content::names).cloned());
        });
        names
    }

    /// What is said about a service.
    pub(crate) fn facts(&self, asked: &Asked<'_>) -> Facts {
        self.with(|known| {
            let mut facts = Facts::default();
            self.add_owners(known, asked, &mut facts);
            facts.is_partial = !facts.troubles.is_empty();
            let roster = self.roster(known, asked, &mut facts);
            facts.on_call = roster.on_call_at(asked.service, asked.now);
            facts.absences = roster.absences_from(asked.now);
            let (teams, aliases) = (&self.settings.teams, &self.settings.aliases);
            let owns =
                facts.owners.iter().flat_map(|owner| owner.evidence(asked.now, teams, aliases));
            facts.evidence = owns.chain(roster.evidence(asked.service, asked.now)).collect();
            facts
        })
    }

    fn add_owners(&self, known: &Read, asked: &Asked<'_>, facts: &mut Facts) {
        let mut naming = Naming {
            seen: asked.seen.clone(),
            named: self.settings.names.clone(),
            paths: BTreeMap::new(),
        };
        // A service in a file that has not sent anything yet can be asked about by its own name.
        let is_new = naming.seen.insert(asked.service.to_owned());
        for (place, settings) in known.places.iter().zip(&self.settings.places) {
            let path = settings.path.display();
            facts.troubles.extend(place.trouble.as_ref().map(|(since, why)| {
                let in_use = match place.files.values().filter_map(Kept::read_at).min() {
                    Some(read_at) => {
                        format!(" What is said of it here was read at {}.", rfc3339(read_at))
                    }
                    None => String::new(),
                };
                format!("{path} cannot be read since {}: {}.{in_use}", rfc3339(*since), shown(why))
            }));
            if !place.is_read {
                facts.troubles.push(format!("{path} was not read yet: ask again in a moment."));
            }
            for (file, kept) in &place.files {
                facts.troubles.extend(trouble_words(file, kept));
                let owners =
                    kept.good().map(|content| content.owners(file, asked.service, &naming));
                let owners = owners.into_iter().flatten();
                facts.owners.extend(owners.filter(|o| !(is_new && o.matched == Matched::Loosely)));
            }
        }
        facts.owners.sort();
    }

    /// The calendars that are for the service, with what was read of them.
    fn roster(&self, known: &mut Read, asked: &Asked<'_>, facts: &mut Facts) -> Roster {
        let sources = self.settings.feeds.iter().zip(&mut known.feeds);
        let concerned: Vec<_> =
            sources.filter(|(source, _)| source.is_for(asked.service, &facts.owners)).collect();
        let feed = |source: &FeedSource| Feed { services: Vec::new(), ..source.feed.clone() };
        let mut roster = Roster::new(concerned.iter().map(|(source, _)| feed(source)).collect());
        if !concerned.iter().any(|(source, _)| source.feed.kind == FeedKind::OnCall) {
            facts.is_without_turns = true;
        }
        for (source, feed) in concerned {
            let name = &source.feed.name;
            let trouble = trouble_words(&format!("The feed {name}"), &feed.kept);
            facts.is_partial |= trouble.is_some();
            facts.troubles.extend(trouble);
            let Some((read, read_at)) = self.read_for(source, feed, asked.now) else { continue };
            facts.troubles.extend(left_out(name, &read));
            roster.take(name, read_at, Ok::<_, String>(read));
        }
        roster
    }

    /// What a calendar says around `now`, and when it was read.
    fn read_for(
        &self,
        source: &FeedSource,
        feed: &mut FeedKept,
        now: Timestamp,
    ) -> Option<(FeedRead, Timestamp)> {
        let (read, read_at) = (feed.kept.good()?, feed.kept.read_at()?);
        let is_known = read.covers.from.plus_s(AHEAD_MIN_S) <= now
            && now.plus_s(AHEAD_MIN_S) <= read.covers.to;
        if is_known {
            return Some((read.clone(), read_at));
        }
        let anew = self.read_at(source, &feed.bytes, now).ok()?;
        let trouble = feed.kept.trouble().cloned();
        feed.kept.take(read_at, Ok::<_, String>(anew.clone()));
        if let Some(trouble) = trouble {
            feed.kept.take(trouble.since, Err::<FeedRead, _>(trouble.why));
        }
        Some((anew, read_at))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Read) -> T) -> T {
        work(&mut self.read.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is wrong with something that is read again and again.
fn trouble_words<T>(what: &str, kept: &Kept<T>) -> Option<String> {
    match (kept.trouble(), kept.read_at()) {
        (None, Some(_)) => None,
        (None, None) => Some(format!("{what} was not read yet: ask again in a moment.")),
        (Some(trouble), read_at) => {
            let (since, why) = (rfc3339(trouble.since), shown(&trouble.why));
            let in_use = match read_at {
                Some(read_at) => format!("What is said here was read at {}.", rfc3339(read_at)),
                None => "Nothing of it is known.".to_owned(),
            };
            Some(format!("{what} cannot be read since {since}: {why}. {in_use}"))
        }
    }
}

/// What of a calendar was not understood.
fn left_out(name: &str, read: &FeedRead) -> Vec<String> {
    let said = read.troubles.iter().take(TROUBLES_SHOWN);
    let mut words: Vec<String> =
        said.map(|trouble| format!("In the feed {name}: {}", shown(trouble))).collect();
    let n_more = read.troubles.len().saturating_sub(TROUBLES_SHOWN);
    if n_more > 0 {
        words.push(format!("In the feed {name}: {n_more} more; `highwater doctor` says them."));
    }
    words
}

/// Words from outside, as they may stand in a sentence: no stop at the end.
fn shown(words: &str) -> String {
    plain(words, WORDS_MAX)
}

#[cfg(test)]
mod tests;
