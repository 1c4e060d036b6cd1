//! Time zones of a calendar: from the bundled database, or as the calendar lists them itself.
//!
//! An id is looked up in this order: a name of the database (also behind a prefix, as in
//! `/citadel.org/20250101_1/Europe/Berlin`), a name of Windows, the `VTIMEZONE` of the calendar. A
//! database is preferred to what the calendar lists, because exporters write last year's rules.
//!
//! A local time that a change of the clock skips is read with the offset before it, one that occurs
//! twice is the first: RFC 5545 says so, and jiff calls it compatible.
//!
//! A listed zone is understood whole or not at all: with one change of the clock missing, a turn would be
//! somebody else's. So what is in it is refused, as is what is in a zone nobody knows, unless settings
//! say where the feed's own times hold.

use super::expand::{Budget, Stretch, TooMuch, expand};
use super::moment::{Moment, Place};
use super::rule::Rule;
use super::windows_zone::zone_of_windows;
use hw_model::{Timestamp, plain};
use jiff::SignedDuration;
use jiff::civil::{DateTime, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Zones a calendar may list.
pub(crate) const ZONES_MAX: usize = 500;
/// Changes of the clock in one listed zone.
const ONSETS_MAX: usize = 5_000;
/// Characters of a zone's id in a trouble.
const ID_CHARS_MAX: usize = 60;
/// Why a moment is refused that no [`Timestamp`] can hold.
pub(crate) const TOO_FAR: &str = "begins or ends centuries away";

/// One part of a listed zone: `STANDARD` or `DAYLIGHT`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observance {
    /// When it begins first, in the local time before it.
    pub(crate) start: Option<DateTime>,
    /// Offset from UTC before it, in seconds.
    pub(crate) from_s: Option<i64>,
    /// Offset from UTC while it lasts, in seconds.
    pub(crate) to_s: Option<i64>,
    /// How it comes again.
    pub(crate) rule: Option<Rule>,
    /// Further beginnings.
    pub(crate) more: Vec<DateTime>,
    /// Whether one of its lines cannot be read.
    pub(crate) is_unreadable: bool,
}

/// A change of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Onset {
    local: DateTime,
    from_s: i64,
    to_s: i64,
}

/// A zone.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    /// One of the database.
    Known(TimeZone),
    /// One the calendar lists, as changes of the clock in order.
    Listed(Rc<[ListedOnset]>),
}

/// A change of the clock in a listed zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListedOnset(Onset);

impl Zone {
    /// The instant at which clocks in this zone show `local`.
    pub(crate) fn instant(&self, local: DateTime) -> Option<Timestamp> {
        match self {
            Self::Known(zone) => {
                let at = zone.to_ambiguous_timestamp(local).compatible().ok()?;
                i64::try_from(at.as_nanosecond()).ok().map(Timestamp)
            }
            Self::Listed(onsets) => utc(local, listed_offset(onsets, local)),
        }
    }

    /// What clocks in this zone show at an instant.
    pub(crate) fn local(&self, at: Timestamp) -> Option<DateTime> {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(at.0)).ok()?;
        match self {
            Self::Known(zone) => Some(zone.to_datetime(instant)),
            Self::Listed(onsets) => {
                let n_begun = onsets.partition_point(|ListedOnset(onset)| {
                    utc(onset.local, onset.from_s).is_some_and(|begins_at| begins_at <= at)
                });
                let begun = n_begun.checked_sub(1).and_then(|idx| onsets.get(idx));
                let before = onsets.first().map_or(0, |ListedOnset(onset)| onset.from_s);
                let offset_s = begun.map_or(before, |ListedOnset(onset)| onset.to_s);
                let in_utc = TimeZone::UTC.to_datetime(instant);
                in_utc.checked_add(SignedDuration::from_secs(offset_s)).ok()
            }
        }
    }
}

/// The offset in force at a local time.
fn listed_offset(onsets: &[ListedOnset], local: DateTime) -> i64 {
    let n_begun = onsets.partition_point(|ListedOnset(onset)| onset.local <= local);
    let begun = n_begun.checked_sub(1).and_then(|idx| onsets.get(idx));
    let Some(ListedOnset(onset)) = begun else {
        return onsets.first().map_or(0, |ListedOnset(onset)| onset.from_s);
    };
    let skipped_s = onset.to_s - onset.from_s;
    let gap_end = onset.local.checked_add(SignedDuration::from_secs(skipped_s.max(0)));
    let is_skipped = gap_end.is_ok_and(|end| local < end);
    if is_skipped { onset.from_s } else { onset.to_s }
}

fn utc(local: DateTime, offset_s: i64) -> Option<Timestamp> {
    let in_utc = local.checked_sub(SignedDuration::from_secs(offset_s)).ok()?;
    let at = TimeZone::UTC.to_timestamp(in_utc).ok()?;
    i64::try_from(at.as_nanosecond()).ok().map(Timestamp)
}

/// Where floating times and whole days hold.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    /// As settings say; times in zones that nobody knows hold there, too.
    Set(Zone),
    /// As the calendar says, else UTC.
    Unset(Zone),
}

impl Home {
    const fn zone(&self) -> &Zone {
        match self {
            Self::Set(zone) | Self::Unset(zone) => zone,
        }
    }
}

/// Why something cannot be placed in time, in words that fit after "the event ...".
pub(crate) type Refused = String;

/// All zones of one calendar.
pub(crate) struct Zones {
    database: TimeZoneDatabase,
    listed: BTreeMap<String, Vec<Observance>>,
    /// Zones that were asked for; `None` is one that nobody knows.
    found: BTreeMap<String, Result<Option<Zone>, Refused>>,
    home: Home,
    /// Zones that nobody knows, in whose place the home of settings was taken.
    replaced: BTreeSet<String>,
    /// The last local time that is asked about.
    until: DateTime,
}

impl Zones {
    /// The zones of a calendar that lists some itself.
    pub(crate) fn new(
        listed: BTreeMap<String, Vec<Observance>>,
        home: Home,
        until: DateTime,
    ) -> Self {
        let database = TimeZoneDatabase::bundled();
        let (found, replaced) = (BTreeMap::new(), BTreeSet::new());
        Self { database, listed, found, home, replaced, until }
    }

    /// The zone of an id; `None` if nobody knows it.
    fn zone(&mut self, id: &str, budget: &mut Budget) -> Result<Option<Zone>, Refused> {
        if let Some(found) = self.found.get(id) {
            return found.clone();
        }
        let zone = match (known_zone(&self.database, id), self.listed.get(id)) {
            (Some(known), _) => Ok(Some(Zone::Known(known))),
            (None, Some(listed)) => {
                listed_zone(listed, self.until, budget).map(Some).map_err(|why| in_zone(id, &why))
            }
            (None, None) => Ok(None),
        };
        if self.found.len() < ZONES_MAX {
            self.found.insert(id.to_owned(), zone.clone());
        }
        zone
    }

    /// Zone and local time of a moment.
    ///
    /// # Errors
    /// If its zone cannot be told. Leave out what depends on the moment.
    pub(crate) fn place(
        &mut self,
        moment: &Moment,
        budget: &mut Budget,
    ) -> Result<(Zone, DateTime), Refused> {
        Ok(match moment {
            Moment::Day(day) => (self.home.zone().clone(), day.at(0, 0, 0, 0)),
            Moment::At(at, Place::Utc) => (Zone::Known(TimeZone::UTC), *at),
            Moment::At(at, Place::Floating) => (self.home.zone().clone(), *at),
            Moment::At(at, Place::Zone(id)) => match (self.zone(id, budget)?, &self.home) {
                (Some(zone), _) => (zone, *at),
                (None, Home::Unset(_)) => return Err(in_zone(id, "is not known")),
                (None, Home::Set(home)) => {
                    self.replaced.insert(id.clone());
                    (home.clone(), *at)
                }
            },
        })
    }

    /// The instant of a moment.
    ///
    /// # Errors
    /// As with [`Self::place`], and if the moment is centuries away.
    pub(crate) fn instant(
        &mut self,
        moment: &Moment,
        budget: &mut Budget,
    ) -> Result<Timestamp, Refused> {
        let (zone, local) = self.place(moment, budget)?;
        zone.instant(local).ok_or_else(|| TOO_FAR.to_owned())
    }

    /// The zones that the home of settings took the place of since this was asked last.
    pub(crate) fn take_replaced(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.replaced)
    }
}

fn in_zone(id: &str, why: &str) -> Refused {
    format!("is in the time zone \"{}\", which {why}", plain(id, ID_CHARS_MAX))
}

/// A zone of the database by its own name, by a name with a prefix, or by Windows' name.
pub(crate) fn known_zone(database: &TimeZoneDatabase, id: &str) -> Option<TimeZone> {
    let id = id.trim().trim_matches('"');
    if id.is_empty() || id.len() > 200 {
        return None;
    }
    let named = |name: &str| database.get(name).ok();
    if let Some(zone) = named(id).or_else(|| named(zone_of_windows(id)?)) {
        return Some(zone);
    }
    // `/vendor/version/Europe/Berlin`: the last parts that are a name.
    let parts: Vec<&str> = id.split('/').collect();
    [3, 2].into_iter().find_map(|n| {
        let last = parts.get(parts.len().checked_sub(n)?..)?;
        named(&last.join("/"))
    })
}

/// The changes of the clock in a listed zone, up to the time that is asked about.
///
/// # Errors
/// If they cannot be told, in words that fit after "which ...".
fn listed_zone(
    listed: &[Observance],
    until: DateTime,
    budget: &mut Budget,
) -> Result<Zone, Refused> {
    let unreadable = || "cannot be read".to_owned();
    let mut onsets = Vec::new();
    for observance in listed {
        let (Some(start), Some(from_s), Some(to_s), false) =
            (observance.start, observance.from_s, observance.to_s, observance.is_unreadable)
        else {
            return Err(unreadable());
        };
        let stretch = Stretch { from: date(1970, 1, 1).at(0, 0, 0, 0), to: until };
        budget.pay_feed(observance.more.len()).map_err(TooMuch::words)?;
        let mut begins = observance.more.clone();
        begins.push(start);
        if let Some(rule) = &observance.rule {
            let last = rule.until.as_ref().and_then(|last| local_until(last, from_s));
            let again = expand(rule, start, last, stretch, budget).map_err(TooMuch::words)?;
            begins.extend(again);
        }
        onsets.extend(begins.into_iter().map(|local| ListedOnset(Onset { local, from_s, to_s })));
        if onsets.len() > ONSETS_MAX {
            return Err(format!("changes its clock more than {ONSETS_MAX} times"));
        }
    }
    onsets.sort_by_key(|ListedOnset(onset)| *onset);
    onsets.dedup_by_key(|ListedOnset(onset)| *onset);
    if onsets.is_empty() { Err(unreadable()) } else { Ok(Zone::Listed(onsets.into())) }
}

/// The end of a listed zone's rule in the local time before the change.
fn local_until(last: &Moment, from_s: i64) -> Option<DateTime> {
    match last {
        Moment::Day(day) => Some(day.at(23, 59, 59, 0)),
        Moment::At(at, Place::Utc) => at.checked_add(SignedDuration::from_secs(from_s)).ok(),
        Moment::At(at, _) => Some(*at),
    }
}

/// An offset as calendars write it, in seconds: `+0100`, `-0530`, `+013015`.
pub(crate) fn offset_s(written: &str) -> Option<i64> {
    let written = written.trim();
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, written.strip_prefix('+').unwrap_or(written)),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part =
        |from: usize| digits.get(from..from + 2).map_or(Some(0), |part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use super::super::expand::FEED_STEPS_MAX;
    use super::*;

    fn berlin_as_outlook_lists_it() -> Vec<Observance> {
        let part = |rule: &str, from_s, to_s, hour| Observance {
            start: Some(date(1601, 1, 1).at(hour, 0, 0, 0)),
            from_s: Some(from_s),
            to_s: Some(to_s),
            rule: Some(Rule::read(rule).unwrap()),
            ..Observance::default()
        };
        vec![
            part("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", 7_200, 3_600, 3),
            part("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", 3_600, 7_200, 2),
        ]
    }

    #[test]
    fn a_listed_zone_agrees_with_the_database_over_every_change() {
        let until = date(2030, 1, 1).at(0, 0, 0, 0);
        let listed = listed_zone(&berlin_as_outlook_lists_it(), until, &mut Budget::new()).unwrap();
        let known = Zone::Known(TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap());
        let mut local = date(2025, 1, 1).at(0, 30, 0, 0);
        while local < date(2028, 1, 1).at(0, 0, 0, 0) {
            assert_eq!(listed.instant(local), known.instant(local), "{local}");
            let at = known.instant(local).unwrap();
            assert_eq!(listed.local(at), known.local(at), "{local}");
            local = local.checked_add(SignedDuration::from_mins(30)).unwrap();
        }
    }

    #[test]
    fn a_zone_with_thousands_of_changes_is_paid_for_once() {
        let first = date(2000, 1, 1).at(0, 0, 0, 0);
        let more: Vec<DateTime> = (0..4_500)
            .map(|n| first.checked_add(SignedDuration::from_hours(24 * n)).unwrap())
            .collect();
        let part = Observance {
            start: Some(date(1970, 1, 1).at(0, 0, 0, 0)),
            from_s: Some(3_600),
            to_s: Some(7_200),
            more,
            ..Observance::default()
        };
        let listed = BTreeMap::from([("Mine".to_owned(), vec![part])]);
        let home = Home::Unset(Zone::Known(TimeZone::UTC));
        let mut zones = Zones::new(listed, home, date(2030, 1, 1).at(0, 0, 0, 0));
        let mut budget = Budget::new();
        let moment = Moment::At(first, Place::Zone("Mine".to_owned()));
        for _ in 0..50_000 {
            zones.place(&moment, &mut budget).unwrap();
        }
        assert_eq!(FEED_STEPS_MAX - budget.feed_left(), 4_500);
        let Ok((Zone::Listed(onsets), _)) = zones.place(&moment, &mut budget) else { panic!() };
        assert_eq!(onsets.len(), 4_501, "no two changes are one");
    }

    #[test]
    fn a_spent_budget_places_nothing() {
        let listed = BTreeMap::from([("Mine".to_owned(), berlin_as_outlook_lists_it())]);
        let home = Home::Set(Zone::Known(TimeZone::UTC));
        let mut zones = Zones::new(listed, home, date(2030, 1, 1).at(0, 0, 0, 0));
        let mut budget = Budget::new();
        budget.pay_feed(usize::try_from(FEED_STEPS_MAX).unwrap()).unwrap();
        let moment = Moment::At(date(2026, 1, 1).at(0, 0, 0, 0), Place::Zone("Mine".to_owned()));
        assert_eq!(
            zones.place(&moment, &mut budget).unwrap_err(),
            "is in the time zone \"Mine\", which comes after the feed's recurrence rules used up \
             their time"
        );
    }

    #[test]
    fn ids_of_zones_in_the_wild() {
        let database = TimeZoneDatabase::bundled();
        let name = |id: &str| {
            let zone = known_zone(&database, id)?;
            zone.iana_name().map(str::to_owned)
        };
        for (id, expect) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("europe/berlin", Some("Europe/Berlin")),
            ("\"Europe/Berlin\"", Some("Europe/Berlin")),
            ("W. Europe Standard Time", Some("Europe/Berlin")),
            ("/citadel.org/20250101_1/America/New_York", Some("America/New_York")),
            (
                "/freeassociation.sourceforge.net/America/Argentina/Salta",
                Some("America/Argentina/Salta"),
            ),
            ("Customized Time Zone", None),
            ("../../etc/passwd", None),
            ("", None),
            ("/", None),
        ] {
            assert_eq!(name(id).as_deref(), expect, "{id}");
        }
    }

    #[test]
    fn offsets_of_all_forms() {
        for (written, expect) in [
            ("+0100", Some(3_600)),
            ("-0530", Some(-19_800)),
            ("0200", Some(7_200)),
            ("+013015", Some(5_415)),
            ("+2500", None),
            ("+1:00", None),
            ("ä000", None),
            ("", None),
        ] {
            assert_eq!(offset_s(written), expect, "{written}");
        }
    }
}
