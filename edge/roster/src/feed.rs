//! A calendar feed becomes turns: who, from when, until when.
//!
//! Read anew at each poll, for a stretch of time around now. What cannot be understood is never
//! guessed: the event is left out, counted, and said in [`FeedRead::troubles`].

use crate::ical::{Calendar, Events, FeedRefused, home_zone, read_calendar};
use crate::troubles::Troubles;
use crate::who::people;
use hw_model::{Interval, Timestamp};
use hw_people::{Aliases, Person};

/// Turns of one feed.
const TURNS_MAX: usize = 50_000;

/// What a feed is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind {
    /// Who is on call.
    OnCall,
    /// Who stands in: while it has a turn, the on-call feeds of its services do not count.
    Override,
    /// Who is away.
    Away,
}

/// A calendar feed as settings describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub kind: FeedKind,
    /// The services it is for; none means every service. An absence knows no services.
    pub services: Vec<String>,
    /// What stands before a name in a title: `On-call`, `[L1]`. Tried one after the other.
    pub strip: Vec<String>,
    /// What ends a name in a title: ` - `.
    pub cut: Vec<String>,
    /// The zone of whole days and of times without a zone, and of times in a zone nobody knows. If none is
    /// set, the former hold where the calendar says, else in UTC, and the latter are left out.
    pub zone: Option<String>,
    /// Whose calendar it is, where its events name nobody.
    pub whose: Option<String>,
}

impl Feed {
    /// A feed for every service, without words around names.
    #[must_use]
    pub fn new(name: &str, kind: FeedKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            services: Vec::new(),
            strip: Vec::new(),
            cut: Vec::new(),
            zone: None,
            whose: None,
        }
    }

    /// Whether the feed is for this service.
    #[must_use]
    pub fn is_for(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|of| of == service)
    }
}

/// A turn or an absence: `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// Whose it is.
    pub person: Person,
    /// When the event was created, or changed last; the beginning of time if it does not say.
    pub created_at: Timestamp,
    /// Its place in the feed.
    pub position: usize,
}

/// How many events were read, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Events in the feed.
    pub n_events: usize,
    /// Events that are cancelled, or replaced by a later version of themselves.
    pub n_cancelled: usize,
    /// Events that carry `#highwater-ignore`.
    pub n_ignored: usize,
    /// Events that name nobody.
    pub n_nameless: usize,
    /// Events left out because something in them was not understood or is too much.
    pub n_refused: usize,
    /// Lines that were no content lines, longer than any, or with more parameters.
    pub n_unreadable_lines: usize,
}

/// A feed, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedRead {
    /// All turns that touch the stretch, by time.
    pub turns: Vec<Turn>,
    /// The stretch of time that was asked about; outside of it nothing is known.
    pub covers: Interval,
    /// What became of the events.
    pub counts: FeedCounts,
    /// What a person should repair, one sentence each; the last one says how many were left out.
    pub troubles: Vec<String>,
}

/// Reads a feed's bytes for the stretch `covers`.
///
/// # Errors
/// If the bytes are no whole calendar, are too many, or settings name a zone that does not exist. Keep
/// what was read before, see [`crate::Kept`].
pub fn read_feed(
    feed: &Feed,
    bytes: &[u8],
    aliases: &Aliases,
    covers: Interval,
) -> Result<FeedRead, FeedRefused> {
    let Calendar { events, zones, zone, n_unreadable_lines } = read_calendar(bytes)?;
    let mut troubles = Troubles::default();
    let home = home_zone(feed.zone.as_deref(), zone.as_deref(), &mut troubles)?;
    let counts = FeedCounts { n_events: events.len(), n_unreadable_lines, ..FeedCounts::default() };
    let mut reading = Reading { feed, aliases, counts, troubles, turns: Vec::new() };
    Events::new(events, zones, home, covers).each(&mut reading);
    let Reading { mut turns, counts, troubles, .. } = reading;
    turns.sort();
    Ok(FeedRead { turns, covers, counts, troubles: troubles.said() })
}

/// What a reading has gathered so far.
pub(crate) struct Reading<'a> {
    feed: &'a Feed,
    aliases: &'a Aliases,
    pub(crate) counts: FeedCounts,
    pub(crate) troubles: Troubles,
    turns: Vec<Turn>,
}

impl Reading<'_> {
    /// Adds the instances of an event, which may be none.
    pub(crate) fn add(
        &mut self,
        event: &crate::ical::Event,
        position: usize,
        created_at: Option<Timestamp>,
        instances: &[Interval],
    ) {
        let Some(people) = people(event, self.feed, self.aliases) else {
            return self.refuse(event, "names more people than have a turn together");
        };
        if people.is_empty() {
            self.counts.n_nameless += 1;
            self.troubles.add("event", &event.title, "names nobody");
            return;
        }
        if self.turns.len() + instances.len() * people.len() > TURNS_MAX {
            self.counts.n_refused += 1;
            self.troubles.add("event", &event.title, "comes after the feed had too many turns");
            return;
        }
        for instance in instances {
            self.turns.extend(people.iter().map(|person| Turn {
                from: instance.from,
                to: instance.to,
                person: person.clone(),
                created_at: created_at.unwrap_or(Timestamp(i64::MIN)),
                position,
            }));
        }
    }

    /// Leaves an event out and says why.
    pub(crate) fn refuse(&mut self, event: &crate::ical::Event, why: &str) {
        self.counts.n_refused += 1;
        self.troubles.add("event", &event.title, why);
    }
}
