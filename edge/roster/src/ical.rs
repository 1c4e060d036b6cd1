//! Calendars of RFC 5545, as far as turns and absences need them.
//!
//! Bytes become lines (`line`), lines become events and zones (`calendar`, `event`), rules become local
//! times (`rule`, `expand`), and local times become instants (`zone`, `instances`).

mod calendar;
mod event;
mod expand;
mod instances;
mod line;
mod moment;
mod rule;
mod windows_zone;
mod zone;

pub(crate) use calendar::{Calendar, read as read_calendar};
pub use calendar::{FEED_BYTES_MAX, FeedRefused};
pub(crate) use event::{Attendee, Event};
pub(crate) use instances::Events;

use crate::troubles::Troubles;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use zone::{Home, Zone, known_zone};

/// Where floating times and whole days hold: as settings say, else as the calendar says, else UTC.
pub(crate) fn home_zone(
    settings: Option<&str>,
    calendar: Option<&str>,
    troubles: &mut Troubles,
) -> Result<Home, FeedRefused> {
    let database = TimeZoneDatabase::bundled();
    if let Some(id) = settings {
        let zone = known_zone(&database, id);
        return zone
            .map(|zone| Home::Set(Zone::Known(zone)))
            .ok_or_else(|| FeedRefused::NoSuchZone(id.to_owned()));
    }
    let Some(id) = calendar else { return Ok(Home::Unset(Zone::Known(TimeZone::UTC))) };
    let zone = known_zone(&database, id).unwrap_or_else(|| {
        troubles.add("time zone", id, "is not known, UTC is used instead");
        TimeZone::UTC
    });
    Ok(Home::Unset(Zone::Known(zone)))
}
