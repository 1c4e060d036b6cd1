//! Events become instances: recurrence, exceptions, instances that were moved, versions.
//!
//! - Instances are found in the event's local time and ends follow the wall clock, too: a rotation
//!   from Monday nine to Monday nine has no gap and no overlap in the week the clock changes. RFC 5545
//!   wants the exact length there; calendars show what we compute, and so do people live.
//! - An event with a `RECURRENCE-ID` takes the place of that instance, wherever it was moved to.
//! - Of two versions of an event the one with the higher `SEQUENCE` stands.
//!
//! Limits: `RANGE=THISANDFUTURE` moves one instance only, and that is said. A zone nobody knows is
//! read as the feed's own where settings give one, and that is said, too; otherwise its events are
//! left out, as are events that take no time.

use super::event::{End, Event};
use super::expand::{Budget, Stretch, TooMuch, expand};
use super::moment::{Length, Moment, Place};
use super::rule::Rule;
use super::zone::{Home, Observance, Refused, TOO_FAR, Zone, Zones};
use crate::feed::Reading;
use hw_model::{Interval, Timestamp};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Instants and days that are no instances of a rule.
#[derive(Default)]
struct Except {
    instants: BTreeSet<Timestamp>,
    days: BTreeSet<Date>,
}

const BACKWARD: &str = "ends before it begins";
const EMPTY: &str = "takes no time";

/// The events of one calendar, with all that is needed to place them in time.
pub(crate) struct Events {
    events: Vec<Event>,
    zones: Zones,
    budget: Budget,
    covers: Interval,
    stretch: Stretch,
}

impl Events {
    pub(crate) fn new(
        events: Vec<Event>,
        listed: BTreeMap<String, Vec<Observance>>,
        home: Home,
        covers: Interval,
    ) -> Self {
        let utc = Zone::Known(TimeZone::UTC);
        let day = |at: Timestamp, days: i64| {
            let local =
                utc.local(at).unwrap_or(if days < 0 { DateTime::MIN } else { DateTime::MAX });
            local.saturating_add(SignedDuration::from_hours(24 * days))
        };
        // Two days more to each side than any zone is away from UTC.
        let stretch = Stretch { from: day(covers.from, -2), to: day(covers.to, 2) };
        let zones = Zones::new(listed, home, stretch.to);
        Self { events, zones, budget: Budget::new(), covers, stretch }
    }

    /// Gives the instances of each event to the reading.
    pub(crate) fn each(mut self, reading: &mut Reading<'_>) {
        let newest = newest_versions(&self.events);
        let stand_ins = self.stand_ins(&newest);
        for idx in 0..self.events.len() {
            let Some(event) = self.events.get(idx).cloned() else { continue };
            if !newest.contains(&idx) || event.is_cancelled {
                reading.counts.n_cancelled += 1;
            } else if event.is_ignored {
                reading.counts.n_ignored += 1;
            } else {
                self.one(idx, &event, stand_ins.get(&event.uid), reading);
            }
        }
    }

    fn one(
        &mut self,
        idx: usize,
        event: &Event,
        stand_ins: Option<&Vec<Moment>>,
        reading: &mut Reading<'_>,
    ) {
        if event.and_later {
            let why =
                "stands in for later instances too, which is not understood: only one is moved";
            reading.troubles.add("event", &event.title, why);
        }
        let instances = self.instances(event, stand_ins);
        for id in self.zones.take_replaced() {
            let why = "is not known, the feed's own is used instead";
            reading.troubles.add("time zone", &id, why);
        }
        let instances = match instances {
            Ok(instances) => instances,
            Err(why) => return reading.refuse(event, &why),
        };
        // An instance inside of the hour that a change of the clock skips takes no time.
        let touching: Vec<Interval> = instances
            .into_iter()
            .filter(|i| i.from < i.to && i.from < self.covers.to && self.covers.from < i.to)
            .collect();
        let created = event.created.clone();
        let created_at = created.and_then(|at| self.zones.instant(&at, &mut self.budget).ok());
        reading.add(event, idx, created_at, &touching);
    }

    /// The instances that each event's stand-ins take the place of, by the event's id.
    fn stand_ins(&self, newest: &BTreeSet<usize>) -> BTreeMap<String, Vec<Moment>> {
        let mut by_uid: BTreeMap<String, Vec<Moment>> = BTreeMap::new();
        for (idx, event) in self.events.iter().enumerate() {
            if event.uid.is_empty() || !newest.contains(&idx) {
                continue;
            }
            if let Some(instance) = &event.stands_for {
                by_uid.entry(event.uid.clone()).or_default().push(instance.clone());
            }
        }
        by_uid
    }

    fn instances(
        &mut self,
        event: &Event,
        stand_ins: Option<&Vec<Moment>>,
    ) -> Result<Vec<Interval>, Refused> {
        let start = event.start.clone().ok_or("does not say when it begins")?;
        let end = event.end.clone().transpose()?;
        if let Some(why) = event.refused {
            return Err(why.to_owned());
        }
        if event.stands_for.is_some() || (event.rule.is_none() && event.more.is_empty()) {
            return Ok(vec![self.single(&start, end)?]);
        }
        let except = self.except(event, stand_ins)?;
        let (zone, local) = self.zones.place(&start, &mut self.budget)?;
        let length = self.length(&start, &zone, local, end)?;
        let locals = match &event.rule {
            None => vec![local],
            Some(Ok(rule)) => {
                let until = local_until(rule, &start, &zone);
                self.recurring(rule, local, until, length)?
            }
            Some(Err(part)) => {
                return Err(format!("has a recurrence rule with a {part} that is not understood"));
            }
        };
        let mut instances = Vec::new();
        for local in locals {
            let from = zone.instant(local).ok_or(TOO_FAR)?;
            if !(except.instants.contains(&from) || except.days.contains(&local.date())) {
                let to = ended(&zone, local, length).ok_or(TOO_FAR)?;
                instances.push(Interval { from, to });
            }
        }
        for (more, end) in &event.more {
            let from = self.zones.instant(more, &mut self.budget)?;
            if !except.instants.contains(&from) {
                let end = end.clone().unwrap_or(End::After(length));
                instances.push(self.single(more, Some(end))?);
            }
        }
        instances.sort_by_key(|instance| (instance.from, instance.to));
        instances.dedup();
        Ok(instances)
    }

    /// The local times at which the rule begins an instance that may touch the stretch.
    fn recurring(
        &mut self,
        rule: &Rule,
        local: DateTime,
        until: Option<DateTime>,
        length: Length,
    ) -> Result<Vec<DateTime>, Refused> {
        let before = SignedDuration::from_hours(24 * length.days_about());
        let stretch =
            Stretch { from: self.stretch.from.saturating_sub(before), to: self.stretch.to };
        expand(rule, local, until, stretch, &mut self.budget).map_err(TooMuch::words)
    }

    /// All that is not to be an instance: exceptions, and what stand-ins replace.
    fn except(
        &mut self,
        event: &Event,
        stand_ins: Option<&Vec<Moment>>,
    ) -> Result<Except, Refused> {
        // Events of one id may be many, and each would look at all stand-ins of that id.
        self.budget.pay_feed(stand_ins.map_or(0, Vec::len)).map_err(TooMuch::words)?;
        let mut except = Except::default();
        for moment in event.except.iter().chain(stand_ins.into_iter().flatten()) {
            match moment {
                Moment::Day(day) => {
                    except.days.insert(*day);
                }
                Moment::At(..) => {
                    except.instants.insert(self.zones.instant(moment, &mut self.budget)?);
                }
            }
        }
        Ok(except)
    }

    /// An instance by itself.
    fn single(&mut self, start: &Moment, end: Option<End>) -> Result<Interval, Refused> {
        let (zone, local) = self.zones.place(start, &mut self.budget)?;
        let from = zone.instant(local).ok_or(TOO_FAR)?;
        let to = match end.unwrap_or_else(|| unsaid_end(start)) {
            End::At(end) => self.zones.instant(&end, &mut self.budget)?,
            End::After(length) => ended(&zone, local, length).ok_or(TOO_FAR)?,
        };
        match from.cmp(&to) {
            Ordering::Less => Ok(Interval { from, to }),
            Ordering::Equal => Err(EMPTY.to_owned()),
            Ordering::Greater => Err(BACKWARD.to_owned()),
        }
    }

    /// The length of every instance: what the first one takes on the wall clock.
    fn length(
        &mut self,
        start: &Moment,
        zone: &Zone,
        local: DateTime,
        end: Option<End>,
    ) -> Result<Length, Refused> {
        let length = match end.unwrap_or_else(|| unsaid_end(start)) {
            End::After(length) => length,
            End::At(end) => {
                let end_at = self.zones.instant(&end, &mut self.budget)?;
                let end_here = zone.local(end_at).ok_or(TOO_FAR)?;
                let wall_s = end_here.duration_since(local).as_secs();
                Length { wall_s, ..Length::default() }
            }
        };
        if length == Length::default() {
            return Err(EMPTY.to_owned());
        }
        if length.wall_s < 0 { Err(BACKWARD.to_owned()) } else { Ok(length) }
    }
}

/// The last local time at which a rule may begin an instance.
fn local_until(rule: &Rule, start: &Moment, zone: &Zone) -> Option<DateTime> {
    match rule.until.as_ref()? {
        Moment::Day(day) => Some(day.at(23, 59, 59, 0)),
        // A whole day ends with the day in UTC, a time of day with the instant.
        Moment::At(at, Place::Utc) if matches!(start, Moment::At(..)) => {
            let end = Zone::Known(TimeZone::UTC).instant(*at);
            end.and_then(|end| zone.local(end)).or(Some(*at))
        }
        Moment::At(at, _) => Some(*at),
    }
}

/// The instant a length after a local time.
fn ended(zone: &Zone, local: DateTime, length: Length) -> Option<Timestamp> {
    let wall_s = length.days.checked_mul(86_400)?.checked_add(length.wall_s)?;
    let local = local.checked_add(SignedDuration::from_secs(wall_s)).ok()?;
    let passing_ns = length.passing_s.checked_mul(1_000_000_000)?;
    zone.instant(local)?.0.checked_add(passing_ns).map(Timestamp)
}

/// The end of an event that does not say it: after a day for whole days, at once for others.
const fn unsaid_end(start: &Moment) -> End {
    let days = match start {
        Moment::Day(_) => 1,
        Moment::At(..) => 0,
    };
    End::After(Length { days, wall_s: 0, passing_s: 0 })
}

/// Positions of the events that no later version of themselves replaces.
fn newest_versions(events: &[Event]) -> BTreeSet<usize> {
    let key = |event: &Event| {
        let instance = event.stands_for.as_ref().map(|moment| format!("{moment:?}"));
        (event.uid.clone(), instance)
    };
    let mut newest: BTreeMap<_, i64> = BTreeMap::new();
    for event in events {
        let sequence = newest.entry(key(event)).or_insert(event.sequence);
        *sequence = (*sequence).max(event.sequence);
    }
    let is_newest = |event: &Event| newest.get(&key(event)).is_none_or(|n| *n == event.sequence);
    let kept =
        events.iter().enumerate().filter(|(_, event)| event.uid.is_empty() || is_newest(event));
    kept.map(|(idx, _)| idx).collect()
}
