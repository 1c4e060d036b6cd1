//! Whether ownership files and calendars can be read: each is read now, as the server would do it.

use super::checks::Check;
use crate::client::Api;
use crate::people::{Content, FeedSource, OwnershipPlace, PeopleSettings, covers, read_place};
use crate::server::wall;
use crate::text::count;
use hw_api::rfc3339;
use hw_model::{Timestamp, plain};
use hw_notify::Courier;
use hw_roster::{FeedKind, FeedRead, Naming, Turn, read_feed};
use serde_json::Value;
use std::collections::BTreeSet;

/// Sentences of one file or calendar.
const SAID_MAX: usize = 10;

/// Letters of words from outside.
const WORDS_MAX: usize = 300;

/// Every file and every calendar.
pub(super) fn checks(people: &PeopleSettings, api: Option<&Api>) -> Vec<Check> {
    let seen = api.and_then(services_of);
    let files = people.places.iter().flat_map(|place| files(place, people, seen.as_ref()));
    let mut checks: Vec<Check> = files.collect();
    if people.feeds.is_empty() {
        return checks;
    }
    match Courier::new(None) {
        Ok(courier) => {
            checks.extend(people.feeds.iter().flat_map(|feed| calendar(feed, people, &courier)))
        }
        Err(why) => checks.push(Check::bad("feeds", format!("none can be fetched: {why}"))),
    }
    checks
}

/// Services that telemetry has shown, if a server runs and says them.
fn services_of(api: &Api) -> Option<BTreeSet<String>> {
    let services = api.hasty().list("/api/v1/services").ok()?;
    let name = |service: &Value| Some(service.get("id")?.as_str()?.to_owned());
    Some(services.iter().filter_map(name).collect())
}

fn files(
    place: &OwnershipPlace,
    people: &PeopleSettings,
    seen: Option<&BTreeSet<String>>,
) -> Vec<Check> {
    let read = match read_place(place) {
        Ok(read) => read,
        Err(why) => return vec![cannot(&place.path.display().to_string(), &why)],
    };
    let mut checks = Vec::new();
    for (file, content) in &read {
        match content {
            Ok(content) => {
                checks.push(Check::fine("owners", format!("{file}: {}", content.words())));
                let unmatched = seen.map(|seen| unmatched(content, file, people, seen));
                let said = content.troubles().into_iter().chain(unmatched.unwrap_or_default());
                checks.extend(odd("owners", file, said.collect()));
            }
            Err(why) => checks.push(cannot(file, why)),
        }
    }
    checks
}

fn cannot(file: &str, why: &str) -> Check {
    let why = plain(why, WORDS_MAX);
    Check::bad("owners", format!("{file} cannot be read: {why}. Mend it, or its path in [people]"))
}

/// Names in a file that are no service that was seen.
fn unmatched(
    content: &Content,
    file: &str,
    people: &PeopleSettings,
    seen: &BTreeSet<String>,
) -> Vec<String> {
    let naming = Naming { seen: seen.clone(), named: people.names.clone(), ..Naming::default() };
    let unmatched = content.ownership(file, &naming).unmatched;
    unmatched
        .into_iter()
        .map(|name| format!("{} {}.", plain(&name.name, WORDS_MAX), name.why))
        .collect()
}

fn calendar(source: &FeedSource, people: &PeopleSettings, courier: &Courier) -> Vec<Check> {
    let (name, now) = (&source.feed.name, wall());
    let read = source.bytes(courier).and_then(|bytes| {
        read_feed(&source.feed, &bytes, &people.aliases, covers(now)).map_err(|why| why.to_string())
    });
    match read {
        Ok(read) => {
            let words = format!("{name}: {}", feed_words(source.feed.kind, &read, now));
            let first = Check::fine("feed", words);
            let said = odd("feed", name, read.troubles.clone());
            std::iter::once(first).chain(said).collect()
        }
        Err(why) => {
            let why = plain(&why, WORDS_MAX);
            vec![Check::bad("feed", format!("{name} cannot be read: {why}"))]
        }
    }
}

/// How much a calendar says, and of whom now.
fn feed_words(kind: FeedKind, read: &FeedRead, now: Timestamp) -> String {
    let counts = &read.counts;
    let n = |n: usize, word: &str| {
        format!("{} {word}{}", count(n as u64), if n == 1 { "" } else { "s" })
    };
    let what = match kind {
        FeedKind::OnCall | FeedKind::Override => "turn",
        FeedKind::Away => "absence",
    };
    let mut words = format!("{}, {}", n(counts.n_events, "event"), n(read.turns.len(), what));
    let left_out = counts.n_refused + counts.n_nameless;
    if left_out > 0 {
        words.push_str(&format!(", {} left out", n(left_out, "event")));
    }
    let lasting: Vec<&Turn> =
        read.turns.iter().filter(|turn| turn.from <= now && now < turn.to).collect();
    let who = |turn: &&Turn| format!("{} until {}", turn.person, rfc3339(turn.to));
    let named: Vec<String> = lasting.iter().take(SAID_MAX).map(who).collect();
    let now = if named.is_empty() { "nobody".to_owned() } else { named.join(", ") };
    format!("{words}; now {now}")
}

/// What a person should repair, line by line.
fn odd(what: &'static str, name: &str, said: Vec<String>) -> Vec<Check> {
    let n_more = said.len().saturating_sub(SAID_MAX);
    let more =
        (n_more > 0).then(|| Check::odd(what, format!("{name}: and {n_more} more like these")));
    let line = |words: String| Check::odd(what, format!("{name}: {}", plain(&words, WORDS_MAX)));
    said.into_iter().take(SAID_MAX).map(line).chain(more).collect()
}
