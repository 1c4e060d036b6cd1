//! A recurrence rule becomes instances in local time, within a stretch and within a budget.
//!
//! All arithmetic is in local time, as RFC 5545 wants it: "every Monday at nine" is nine on the wall,
//! whatever the clock did in the night before. Zones come later. A rule without a count is entered just
//! before the stretch that is asked about, however long ago it began; one with a count is counted
//! from its beginning.
//!
//! Every period, day and time that is looked at is a step, and steps are paid from a [`Budget`]: a
//! rule for every second, or one that never matches, ends with [`TooMuch`] instead of holding a thread.
//!
//! Limits: rules of hours and less go by the clock on the wall, so that the hour a change of the
//! clock skips or repeats is not counted twice.

use super::rule::{Freq, NthDay, Rule};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday, date};

/// Steps of one rule: the hours of nineteen years, each of which takes three (round, day, time).
const RULE_STEPS_MAX: u64 = 500_000;
/// Steps of all rules of one feed: ten rules that are given up.
pub(crate) const FEED_STEPS_MAX: u64 = 5_000_000;
/// Instances of one rule inside the stretch: one an hour for more than a year.
const INSTANCES_MAX: usize = 10_000;

/// Why a rule was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMuch {
    /// It has more instances than anybody's turns.
    Instances,
    /// It takes too long to find its instances.
    Steps,
    /// The rules before it used up what one feed may.
    Feed,
}

impl TooMuch {
    /// Fits after "the event ...".
    pub(crate) fn words(self) -> String {
        match self {
            Self::Instances => format!("recurs more than {INSTANCES_MAX} times"),
            Self::Steps => {
                "has a recurrence rule that matches too rarely to be followed".to_owned()
            }
            Self::Feed => "comes after the feed's recurrence rules used up their time".to_owned(),
        }
    }
}

/// What may still be spent.
pub(crate) struct Budget {
    feed: u64,
    rule: u64,
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self { feed: FEED_STEPS_MAX, rule: 0 }
    }

    /// The steps that are left of the feed's.
    #[cfg(test)]
    pub(crate) const fn feed_left(&self) -> u64 {
        self.feed
    }

    /// Pays for work outside of any rule.
    pub(crate) fn pay_feed(&mut self, steps: usize) -> Result<(), TooMuch> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.feed = self.feed.checked_sub(steps).ok_or(TooMuch::Feed)?;
        Ok(())
    }

    fn pay(&mut self, steps: usize) -> Result<(), TooMuch> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.rule = self.rule.checked_sub(steps).ok_or(TooMuch::Steps)?;
        self.feed = self.feed.checked_sub(steps).ok_or(TooMuch::Feed)?;
        Ok(())
    }
}

/// What is asked about, in local time: `[from, to)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) from: DateTime,
    pub(crate) to: DateTime,
}

/// The instances of a rule inside the stretch, in order. The first instance always is one.
pub(crate) fn expand(
    rule: &Rule,
    start: DateTime,
    until: Option<DateTime>,
    stretch: Stretch,
    budget: &mut Budget,
) -> Result<Vec<DateTime>, TooMuch> {
    budget.rule = RULE_STEPS_MAX;
    let rule = rule.clone().filled(start);
    let last = until.map_or(stretch.to, |until| until.min(stretch.to));
    let mut left = rule.count.unwrap_or(u32::MAX);
    let mut found = Vec::new();
    let mut take = |at: DateTime, left: &mut u32| -> Result<bool, TooMuch> {
        if *left == 0 || at > last || at >= stretch.to {
            return Ok(false);
        }
        *left -= u32::from(rule.count.is_some());
        if at >= stretch.from {
            found.push(at);
        }
        if found.len() > INSTANCES_MAX { Err(TooMuch::Instances) } else { Ok(true) }
    };
    if !take(start, &mut left)? {
        return Ok(found);
    }
    let mut k = if rule.count.is_some() { 0 } else { first_period(&rule, start, stretch.from) };
    while let Some(period) = Period::nth(&rule, start, k) {
        budget.pay(1)?;
        if period.first.at(0, 0, 0, 0) > last {
            break;
        }
        for at in period.instances(&rule, budget)? {
            if at > start && !take(at, &mut left)? {
                return Ok(found);
            }
        }
        k += 1;
    }
    Ok(found)
}

/// The number of a period that lies before `from`, so that none before it matters.
fn first_period(rule: &Rule, start: DateTime, from: DateTime) -> i64 {
    let days = days_from(start.date(), from.date());
    let periods = match rule.freq {
        Freq::Yearly => i64::from(from.year()) - i64::from(start.year()),
        Freq::Monthly => month_number(from.date()) - month_number(start.date()),
        Freq::Weekly => days / 7,
        Freq::Daily => days,
        Freq::Hourly => days.saturating_mul(24),
        Freq::Minutely => days.saturating_mul(24 * 60),
        Freq::Secondly => days.saturating_mul(24 * 3_600),
    };
    // A day in seconds is the largest rounding above; weeks may begin before the first instance.
    let slack = match rule.freq {
        Freq::Yearly | Freq::Monthly | Freq::Weekly | Freq::Daily => 1,
        Freq::Hourly => 24,
        Freq::Minutely => 24 * 60,
        Freq::Secondly => 24 * 3_600,
    };
    ((periods - slack) / rule.interval - 1).max(0)
}

/// One round of a rule: some days, and the part of the time of day that the round fixes.
struct Period {
    first: Date,
    n_days: i64,
    hour: Option<i8>,
    minute: Option<i8>,
    second: Option<i8>,
}

impl Period {
    /// The `k`-th round; `None` where the calendar ends.
    fn nth(rule: &Rule, start: DateTime, k: i64) -> Option<Self> {
        let n = k.checked_mul(rule.interval)?;
        let day = |first: Date, n_days: i64| {
            Some(Self { first, n_days, hour: None, minute: None, second: None })
        };
        match rule.freq {
            Freq::Yearly => {
                let year = i16::try_from(i64::from(start.year()).checked_add(n)?).ok()?;
                let first = Date::new(year, 1, 1).ok()?;
                day(first, i64::from(first.days_in_year()))
            }
            Freq::Monthly => {
                let month = month_number(start.date()).checked_add(n)?;
                let year = i16::try_from(month.div_euclid(12)).ok()?;
                let first =
                    Date::new(year, i8::try_from(month.rem_euclid(12)).ok()? + 1, 1).ok()?;
                day(first, i64::from(first.days_in_month()))
            }
            Freq::Weekly => {
                let back = i64::from(days_after(start.weekday(), rule.week_start));
                day(plus_days(start.date(), n.checked_mul(7)?.checked_sub(back)?)?, 7)
            }
            Freq::Daily => day(plus_days(start.date(), n)?, 1),
            Freq::Hourly => Self::within_day(start, n.checked_mul(3_600)?, rule.freq),
            Freq::Minutely => Self::within_day(start, n.checked_mul(60)?, rule.freq),
            Freq::Secondly => Self::within_day(start, n, rule.freq),
        }
    }

    fn within_day(start: DateTime, seconds: i64, freq: Freq) -> Option<Self> {
        let at = start.checked_add(SignedDuration::from_secs(seconds)).ok()?;
        Some(Self {
            first: at.date(),
            n_days: 1,
            hour: Some(at.hour()),
            minute: (freq <= Freq::Minutely).then(|| at.minute()),
            second: (freq == Freq::Secondly).then(|| at.second()),
        })
    }

    /// The instances of this round, in order.
    fn instances(&self, rule: &Rule, budget: &mut Budget) -> Result<Vec<DateTime>, TooMuch> {
        let hours = units(&rule.by_hour, self.hour);
        let minutes = units(&rule.by_minute, self.minute);
        let seconds = units(&rule.by_second, self.second);
        let dates = self.dates(rule, budget)?;
        budget.pay(dates.len() * hours.len() * minutes.len() * seconds.len())?;
        let mut all = Vec::new();
        for date in dates {
            for hour in &hours {
                for minute in &minutes {
                    let times =
                        seconds.iter().filter_map(|s| Time::new(*hour, *minute, *s, 0).ok());
                    all.extend(times.map(|time| date.to_datetime(time)));
                }
            }
        }
        Ok(if rule.by_set_pos.is_empty() { all } else { at_positions(&all, &rule.by_set_pos) })
    }

    fn dates(&self, rule: &Rule, budget: &mut Budget) -> Result<Vec<Date>, TooMuch> {
        let mut dates = Vec::new();
        let mut date = self.first;
        for _ in 0..self.n_days {
            if rule.by_month.is_empty() || rule.by_month.contains(&i16::from(date.month())) {
                budget.pay(1)?;
                if is_wanted(rule, date) {
                    dates.push(date);
                }
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        Ok(dates)
    }
}

/// Whether the rule's lists of days let a date pass; the month is asked before.
fn is_wanted(rule: &Rule, date: Date) -> bool {
    let day = i16::from(date.day());
    let from_end = day - i16::from(date.days_in_month()) - 1;
    let year_day = date.day_of_year();
    let year_from_end = year_day - date.days_in_year() - 1;
    either(&rule.by_month_day, day, from_end)
        && either(&rule.by_year_day, year_day, year_from_end)
        && (rule.by_week_no.is_empty() || is_in_weeks(rule, date))
        && (rule.by_day.is_empty() || rule.by_day.iter().any(|nth| is_nth(rule, *nth, date)))
}

/// Whether a list is empty or has one of the two ways to count.
fn either(list: &[i16], from_start: i16, from_end: i16) -> bool {
    list.is_empty() || list.contains(&from_start) || list.contains(&from_end)
}

/// Whether a date is this weekday, and the wanted one of its month or year.
fn is_nth(rule: &Rule, wanted: NthDay, date: Date) -> bool {
    let in_month = rule.freq == Freq::Monthly || !rule.by_month.is_empty();
    let is_counted = wanted.nth != 0 && rule.freq >= Freq::Monthly;
    let (day, n_days) = if in_month {
        (i16::from(date.day()), i16::from(date.days_in_month()))
    } else {
        (date.day_of_year(), date.days_in_year())
    };
    let from_start = (day - 1) / 7 + 1;
    let from_end = -((n_days - day) / 7 + 1);
    date.weekday() == wanted.weekday
        && (!is_counted || wanted.nth == from_start || wanted.nth == from_end)
}

/// Whether a date lies in one of the wanted weeks. A week belongs to the year of its fourth day.
fn is_in_weeks(rule: &Rule, date: Date) -> bool {
    let fourth_day =
        |of: Date| plus_days(of, 3 - i64::from(days_after(of.weekday(), rule.week_start)));
    let number = |fourth: Date| (fourth.day_of_year() - 1) / 7 + 1;
    let Some(fourth) = fourth_day(date) else { return false };
    let last = Date::new(fourth.year(), 12, 28).ok().and_then(fourth_day);
    let n_weeks = last.map_or(52, number);
    either(&rule.by_week_no, number(fourth), number(fourth) - n_weeks - 1)
}

/// The units a round runs through: those of the list, or the one it fixes if the list lets it pass.
fn units(list: &[i16], fixed: Option<i8>) -> Vec<i8> {
    match fixed {
        Some(unit) if list.is_empty() || list.contains(&i16::from(unit)) => vec![unit],
        Some(_) => Vec::new(),
        None => list.iter().filter_map(|unit| i8::try_from(*unit).ok()).collect(),
    }
}

/// Those at some positions, counted from the start or, if negative, from the end.
fn at_positions(all: &[DateTime], positions: &[i16]) -> Vec<DateTime> {
    let n = all.len();
    let mut chosen: Vec<DateTime> = positions
        .iter()
        .filter_map(|position| {
            let from_edge = usize::from(position.unsigned_abs());
            let idx =
                if *position > 0 { from_edge.checked_sub(1) } else { n.checked_sub(from_edge) };
            all.get(idx?).copied()
        })
        .collect();
    chosen.sort();
    chosen.dedup();
    chosen
}

/// Days from the last `week_start` to `day`: 0 to 6.
fn days_after(day: Weekday, week_start: Weekday) -> i8 {
    (day.to_monday_zero_offset() - week_start.to_monday_zero_offset()).rem_euclid(7)
}

/// Months since the year 0.
fn month_number(of: Date) -> i64 {
    i64::from(of.year()) * 12 + i64::from(of.month()) - 1
}

fn plus_days(of: Date, days: i64) -> Option<Date> {
    of.checked_add(SignedDuration::from_secs(days.checked_mul(86_400)?)).ok()
}

/// Days from one date to a later one; negative if it is earlier.
fn days_from(earlier: Date, later: Date) -> i64 {
    let at = |of: Date| of.duration_since(date(1970, 1, 1)).as_secs() / 86_400;
    at(later) - at(earlier)
}

#[cfg(test)]
mod tests;
