//! What a team can learn from its record. The log is gathered here, and `core/learn` computes.

mod gather;
mod knowledge;

use super::Answers;
use crate::people::Asked;
use hw_api::{FreezeAnswer, RedeployItem, SimilarIncident, TeamRecord};
use hw_learn::{FreezeRule, Zone};
use hw_model::{IncidentId, Interval, Timestamp};
use hw_web::{Answered, Failure, FreezeAsked, MaySee, StretchAsked};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// Similar incidents that are answered.
const SIMILAR_MAX: usize = 10;

/// Seconds around a stretch for which its zone is known: a deploy waits for a week at most.
const AROUND_S: f64 = 10.0 * 86_400.0;

/// Changes of the clock that are looked up: two a year, for centuries.
const CLOCK_CHANGES_MAX: usize = 1_000;

impl Answers {
    pub(super) fn team_record(
        &self,
        asked: StretchAsked,
        may_see: &mut MaySee<'_>,
    ) -> Answered<TeamRecord> {
        let gathered = self.gathered_log(may_see)?;
        let period = gathered.log.period(asked.from, asked.to);
        Ok(TeamRecord::of(&gathered.log, period, gathered.notes))
    }

    pub(super) fn freeze_answer(
        &self,
        asked: &FreezeAsked,
        may_see: &mut MaySee<'_>,
    ) -> Answered<FreezeAnswer> {
        let gathered = self.gathered_log(may_see)?;
        let period = gathered.log.period(asked.stretch.from, asked.stretch.to);
        let rule = FreezeRule { only: asked.only.clone(), zone: zone(&asked.zone, period)? };
        let freeze = hw_learn::freeze(&gathered.log, period, &rule);
        Ok(FreezeAnswer::of(&freeze, &rule, (&gathered.log, period), gathered.notes))
    }

    pub(super) fn similar_incidents(
        &self,
        incident: u32,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Vec<SimilarIncident>>> {
        let mut log = self.gathered_log(may_see)?.log;
        let id = IncidentId(incident);
        // It may be older than those that are looked through, or part of another.
        if !log.incidents.iter().any(|case| case.id == id) {
            let Some(words) = self.incident_words(incident)? else { return Ok(None) };
            log.incidents.extend(self.case(&words, &log.changes)?);
        }
        let found = hw_learn::similar(&log, id);
        Ok(found.map(|found| found.iter().take(SIMILAR_MAX).map(SimilarIncident::from).collect()))
    }

    pub(super) fn redeploy_list(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<RedeployItem>> {
        let log = self.gathered_log(may_see)?.log;
        let (listed, unproven) = hw_learn::redeploys(&log);
        let owners = |service: &str| self.owner_names(service, log.now);
        let listed =
            listed.iter().map(|item| RedeployItem::of(item, owners(&item.change.service), log.now));
        let unproven = unproven
            .iter()
            .map(|item| RedeployItem::unproven(item, owners(&item.change.service), log.now));
        Ok(listed.chain(unproven).collect())
    }

    /// Who owns a service, as files say.
    fn owner_names(&self, service: &str, now: Timestamp) -> Vec<String> {
        let seen = BTreeSet::from([service.to_owned()]);
        let facts = self.people.facts(&Asked { service, seen: &seen, now });
        let mut names: Vec<String> =
            facts.owners.iter().map(|owner| owner.owner.name().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Where the clocks of a zone stand around a stretch.
fn zone(name: &str, period: Interval) -> Answered<Zone> {
    let zone = TimeZone::get(name).map_err(|_| {
        Failure::Invalid(format!(
            "tz: \"{}\" is no time zone that this machine knows: give Europe/Berlin, or UTC",
            hw_model::plain(name, 64)
        ))
    })?;
    let instant = |at: Timestamp| jiff::Timestamp::from_nanosecond(i128::from(at.0)).ok();
    let begin = instant(period.from.plus_s(-AROUND_S)).unwrap_or(jiff::Timestamp::MIN);
    let end = instant(period.to.plus_s(AROUND_S)).unwrap_or(jiff::Timestamp::MAX);
    let mut ahead = vec![(Timestamp(i64::MIN), zone.to_offset(begin).seconds())];
    let changes = zone.following(begin).take_while(|change| change.timestamp() <= end);
    ahead.extend(changes.take(CLOCK_CHANGES_MAX).filter_map(|change| {
        let at = i64::try_from(change.timestamp().as_nanosecond()).ok()?;
        Some((Timestamp(at), change.offset().seconds()))
    }));
    Ok(Zone::new(name, ahead))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_learn::Weekday;

    const HOUR_S: f64 = 3_600.0;

    /// Every hour of three years: the day of the week by the table is that by the calendar.
    #[test]
    fn days_of_the_week_are_those_of_the_calendar() {
        for name in ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kolkata"] {
            let from = Timestamp::from_s(1_735_689_600);
            let period = Interval { from, to: from.plus_s(3.0 * 365.0 * 86_400.0) };
            let (table, calendar) = (zone(name, period).unwrap(), TimeZone::get(name).unwrap());
            for hour in 0..3 * 365 * 24 {
                let at = from.plus_s(f64::from(hour) * HOUR_S);
                let known = jiff::Timestamp::from_nanosecond(i128::from(at.0)).unwrap();
                let expect = known.to_zoned(calendar.clone()).strftime("%A").to_string();
                assert_eq!(table.weekday(at).word(), expect, "{name} {known}");
            }
        }
    }

    #[test]
    fn zones_that_nobody_knows_are_refused() {
        let period = Interval { from: Timestamp(0), to: Timestamp(1) };
        for name in ["", "Mars/Olympus", "\u{1b}[2J", "../../etc/passwd"] {
            let refused = zone(name, period);
            assert!(matches!(&refused, Err(Failure::Invalid(why)) if !why.contains('\u{1b}')));
        }
        let far = Interval { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
        assert_eq!(zone("Europe/Berlin", far).unwrap().weekday(Timestamp(0)), Weekday::Thursday);
    }
}
