//! The bytes of a feed become a list of events and the zones they use.
//!
//! Components are followed by name alone: an alarm inside an event is not the event, and what is no
//! event and no zone is passed over.

use super::event::Event;
use super::line::{Line, Lines};
use super::moment::Moment;
use super::rule::Rule;
use super::zone::{Observance, ZONES_MAX, offset_s};
use crate::came::Came;
use std::collections::BTreeMap;

/// Size of a feed.
pub const FEED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Events of one feed.
const EVENTS_MAX: usize = 200_000;
/// Components inside one another.
const DEPTH_MAX: usize = 16;

/// Why bytes are no feed. The last good reading stays in use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedRefused {
    /// Something else came.
    #[error("expected a calendar, got {0}")]
    NotACalendar(Came),
    /// The end is missing, so that an event may be missing, too.
    #[error("the calendar is cut off after {n_events} events: END:VCALENDAR is missing")]
    CutOff {
        /// Events before the end.
        n_events: usize,
    },
    /// It is larger than anything that is a feed of turns.
    #[error("the calendar has more than {} MiB", FEED_BYTES_MAX / (1024 * 1024))]
    TooLarge,
    /// It has more events than are kept.
    #[error("the calendar has more than {EVENTS_MAX} events")]
    TooManyEvents,
    /// It lists more time zones, or parts of one, than there are.
    #[error("the calendar has more than {ZONES_MAX} time zones, or parts of one")]
    TooManyZones,
    /// Its components do not fit into one another.
    #[error("the calendar is not well formed: END:{0} without its beginning, or too deep")]
    Crooked(String),
    /// The feed's own zone, as settings give it, does not exist.
    #[error("no time zone is called {0:?}")]
    NoSuchZone(String),
}

/// A calendar as it is written.
#[derive(Default)]
pub(crate) struct Calendar {
    pub(crate) events: Vec<Event>,
    pub(crate) zones: BTreeMap<String, Vec<Observance>>,
    /// The zone the calendar says it is in.
    pub(crate) zone: Option<String>,
    pub(crate) n_unreadable_lines: usize,
}

/// Where the reader stands.
#[derive(Default)]
struct Reader {
    calendar: Calendar,
    /// Names of the components that are open.
    open: Vec<String>,
    event: Option<Event>,
    zone_id: String,
    zone: Vec<Observance>,
    was_closed: bool,
}

/// Reads a feed's bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Calendar, FeedRefused> {
    if bytes.len() > FEED_BYTES_MAX {
        return Err(FeedRefused::TooLarge);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = text.get(..15).is_some_and(|begin| begin.eq_ignore_ascii_case(b"BEGIN:VCALENDAR"));
    if !begins {
        return Err(FeedRefused::NotACalendar(Came::of(bytes)));
    }
    let mut lines = Lines::new(text);
    let mut reader = Reader::default();
    for line in lines.by_ref() {
        reader.take(line)?;
    }
    if !reader.open.is_empty() || !reader.was_closed {
        return Err(FeedRefused::CutOff { n_events: reader.calendar.events.len() });
    }
    reader.calendar.n_unreadable_lines = lines.n_unreadable;
    Ok(reader.calendar)
}

impl Reader {
    fn take(&mut self, line: Line) -> Result<(), FeedRefused> {
        match line.name.as_str() {
            "BEGIN" => self.begin(&line.value),
            "END" => self.end(&line.value),
            _ => {
                self.line(&line);
                Ok(())
            }
        }
    }

    fn begin(&mut self, name: &str) -> Result<(), FeedRefused> {
        let name = name.trim().to_ascii_uppercase();
        if self.open.len() >= DEPTH_MAX {
            return Err(FeedRefused::Crooked(shown(&name)));
        }
        match name.as_str() {
            "VEVENT" => self.event = Some(Event::default()),
            "VTIMEZONE" => {
                self.zone_id.clear();
                self.zone.clear();
            }
            "STANDARD" | "DAYLIGHT" => {
                if self.zone.len() >= ZONES_MAX {
                    return Err(FeedRefused::TooManyZones);
                }
                self.zone.push(Observance::default());
            }
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), FeedRefused> {
        let name = name.trim().to_ascii_uppercase();
        if self.open.pop().as_ref() != Some(&name) {
            return Err(FeedRefused::Crooked(shown(&name)));
        }
        match name.as_str() {
            "VEVENT" => {
                if self.calendar.events.len() >= EVENTS_MAX {
                    return Err(FeedRefused::TooManyEvents);
                }
                self.calendar.events.extend(self.event.take());
            }
            "VTIMEZONE" => {
                if self.calendar.zones.len() >= ZONES_MAX {
                    return Err(FeedRefused::TooManyZones);
                }
                let id = std::mem::take(&mut self.zone_id);
                self.calendar.zones.insert(id, std::mem::take(&mut self.zone));
            }
            "VCALENDAR" => self.was_closed = true,
            _ => {}
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) {
        match self.open.last().map(String::as_str) {
            Some("VEVENT") => {
                if let Some(event) = &mut self.event {
                    event.take(line);
                }
            }
            Some("VCALENDAR") if line.name == "X-WR-TIMEZONE" => {
                self.calendar.zone.get_or_insert_with(|| line.text());
            }
            Some("VTIMEZONE") if line.name == "TZID" => self.zone_id = line.value.trim().to_owned(),
            Some("STANDARD" | "DAYLIGHT") => {
                if let Some(observance) = self.zone.last_mut() {
                    observe(observance, line);
                }
            }
            _ => {}
        }
    }
}

/// Takes one line of a listed zone.
fn observe(observance: &mut Observance, line: &Line) {
    let mut is_unreadable = false;
    let local = |moment: Option<Moment>| match moment {
        Some(Moment::At(at, _)) => Some(at),
        Some(Moment::Day(day)) => Some(day.at(0, 0, 0, 0)),
        None => None,
    };
    match line.name.as_str() {
        "DTSTART" => observance.start = local(Moment::of(line)),
        "TZOFFSETFROM" => observance.from_s = offset_s(&line.value),
        "TZOFFSETTO" => observance.to_s = offset_s(&line.value),
        "RRULE" => {
            observance.rule = Rule::read(&line.value).ok();
            is_unreadable = observance.rule.is_none();
        }
        "RDATE" => {
            for moment in Moment::all_of(line).map(local) {
                is_unreadable |= moment.is_none();
                observance.more.extend(moment);
            }
        }
        _ => {}
    }
    observance.is_unreadable |= is_unreadable;
}

fn shown(name: &str) -> String {
    hw_model::plain(name, 40)
}
