//! A recurrence rule as it is written: `FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20261231T000000Z`.

use super::moment::Moment;
use jiff::civil::{DateTime, Weekday};
use std::num::NonZeroU32;

/// Numbers of one list: the days of a year, once from each end.
const LIST_MAX: usize = 800;

/// How often a rule comes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freq {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A weekday, and which one of the month or year: 0 for each, -1 for the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NthDay {
    pub(crate) nth: i16,
    pub(crate) weekday: Weekday,
}

/// A rule. Lists are in order and without doubles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) freq: Freq,
    pub(crate) interval: i64,
    pub(crate) count: Option<u32>,
    pub(crate) until: Option<Moment>,
    pub(crate) by_month: Vec<i16>,
    pub(crate) by_week_no: Vec<i16>,
    pub(crate) by_year_day: Vec<i16>,
    pub(crate) by_month_day: Vec<i16>,
    pub(crate) by_day: Vec<NthDay>,
    pub(crate) by_hour: Vec<i16>,
    pub(crate) by_minute: Vec<i16>,
    pub(crate) by_second: Vec<i16>,
    pub(crate) by_set_pos: Vec<i16>,
    pub(crate) week_start: Weekday,
}

impl Rule {
    const fn every(freq: Freq) -> Self {
        Self {
            freq,
            interval: 1,
            count: None,
            until: None,
            by_month: Vec::new(),
            by_week_no: Vec::new(),
            by_year_day: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_hour: Vec::new(),
            by_minute: Vec::new(),
            by_second: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
        }
    }

    /// Reads a rule. The error names the part that is not understood: a rule half understood would
    /// put the wrong person on call.
    pub(crate) fn read(written: &str) -> Result<Self, String> {
        let parts: Vec<(String, &str)> = written
            .split(';')
            .filter(|part| !part.trim().is_empty())
            .map(|part| {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                (key.trim().to_ascii_uppercase(), value.trim())
            })
            .collect();
        let freq = parts.iter().find(|(key, _)| key == "FREQ").and_then(|(_, value)| freq(value));
        let mut rule = Self::every(freq.ok_or("FREQ")?);
        for (key, value) in &parts {
            rule.take(key, value).ok_or_else(|| hw_model::plain(key, 20))?;
        }
        Ok(rule)
    }

    fn take(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "FREQ" => {}
            "INTERVAL" => self.interval = i64::from(value.parse::<NonZeroU32>().ok()?.get()),
            "COUNT" => self.count = Some(value.parse::<NonZeroU32>().ok()?.get()),
            "UNTIL" => self.until = Some(Moment::read(value, None)?),
            "BYMONTH" => self.by_month = numbers(value, 1, 12)?,
            "BYWEEKNO" => self.by_week_no = numbers(value, -53, 53)?,
            "BYYEARDAY" => self.by_year_day = numbers(value, -366, 366)?,
            "BYMONTHDAY" => self.by_month_day = numbers(value, -31, 31)?,
            "BYDAY" => self.by_day = weekdays(value)?,
            "BYHOUR" => self.by_hour = numbers(value, 0, 23)?,
            "BYMINUTE" => self.by_minute = numbers(value, 0, 59)?,
            "BYSECOND" => self.by_second = numbers(value, 0, 60)?,
            "BYSETPOS" => self.by_set_pos = numbers(value, -366, 366)?,
            "WKST" => self.week_start = weekday(value)?,
            // An extension that may be ignored, as others do.
            _ if key.starts_with("X-") => {}
            _ => return None,
        }
        Some(())
    }

    /// The rule with what it takes from the first instance written out.
    pub(crate) fn filled(mut self, start: DateTime) -> Self {
        let is_dateless =
            self.by_year_day.is_empty() && self.by_month_day.is_empty() && self.by_day.is_empty();
        let this_weekday = NthDay { nth: 0, weekday: start.weekday() };
        match self.freq {
            Freq::Yearly if is_dateless && !self.by_week_no.is_empty() => {
                self.by_day.push(this_weekday);
            }
            Freq::Yearly if is_dateless => {
                if self.by_month.is_empty() {
                    self.by_month.push(i16::from(start.month()));
                }
                self.by_month_day.push(i16::from(start.day()));
            }
            Freq::Monthly if is_dateless => self.by_month_day.push(i16::from(start.day())),
            Freq::Weekly if is_dateless => self.by_day.push(this_weekday),
            Freq::Yearly | Freq::Monthly | Freq::Weekly => {}
            Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {}
        }
        fill(&mut self.by_hour, self.freq >= Freq::Daily, start.hour());
        fill(&mut self.by_minute, self.freq >= Freq::Hourly, start.minute());
        fill(&mut self.by_second, self.freq >= Freq::Minutely, start.second());
        // A leap second is the second before it.
        self.by_second.iter_mut().for_each(|second| *second = (*second).min(59));
        self.by_second.dedup();
        self
    }
}

/// The unit from the first instance, where the rule comes round more slowly and says nothing.
fn fill(list: &mut Vec<i16>, is_slower: bool, unit: i8) {
    if is_slower && list.is_empty() {
        list.push(i16::from(unit));
    }
}

fn freq(value: &str) -> Option<Freq> {
    Some(match value.to_ascii_uppercase().as_str() {
        "SECONDLY" => Freq::Secondly,
        "MINUTELY" => Freq::Minutely,
        "HOURLY" => Freq::Hourly,
        "DAILY" => Freq::Daily,
        "WEEKLY" => Freq::Weekly,
        "MONTHLY" => Freq::Monthly,
        "YEARLY" => Freq::Yearly,
        _ => return None,
    })
}

/// A list of numbers in a range. Where the range has negative ones, zero means nothing.
fn numbers(value: &str, min: i16, max: i16) -> Option<Vec<i16>> {
    let mut list = Vec::new();
    for written in value.split(',') {
        let number: i16 = written.trim().parse().ok()?;
        if number < min || number > max || (min < 0 && number == 0) || list.len() >= LIST_MAX {
            return None;
        }
        list.push(number);
    }
    list.sort_unstable();
    list.dedup();
    Some(list)
}

fn weekdays(value: &str) -> Option<Vec<NthDay>> {
    let mut list = Vec::new();
    for written in value.split(',') {
        let written = written.trim();
        let (nth, name) = written.split_at_checked(written.len().checked_sub(2)?)?;
        let nth: i16 = if nth.is_empty() { 0 } else { nth.parse().ok()? };
        if nth.abs() > 53 || list.len() >= LIST_MAX {
            return None;
        }
        let day = NthDay { nth, weekday: weekday(name)? };
        if !list.contains(&day) {
            list.push(day);
        }
    }
    Some(list)
}

fn weekday(value: &str) -> Option<Weekday> {
    Some(match value.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_whole_or_refused_by_its_part() {
        let rule = Rule::read("freq=weekly;INTERVAL=2;BYDAY=MO,-1SU,MO;WKST=SU;X-A=1;").unwrap();
        assert_eq!((rule.freq, rule.interval, rule.week_start), (Freq::Weekly, 2, Weekday::Sunday));
        assert_eq!(rule.by_day.iter().map(|day| day.nth).collect::<Vec<_>>(), [0, -1]);
        for (written, part) in [
            ("", "FREQ"),
            ("FREQ=FORTNIGHTLY", "FREQ"),
            ("FREQ=DAILY;COUNT=-1", "COUNT"),
            ("FREQ=DAILY;COUNT=0", "COUNT"),
            ("FREQ=DAILY;INTERVAL=x", "INTERVAL"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
            ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
            ("FREQ=DAILY;BYDAY=XX", "BYDAY"),
            ("FREQ=DAILY;BYDAY=ä", "BYDAY"),
            ("FREQ=DAILY;BYDAY=", "BYDAY"),
            ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY"),
            ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
            ("FREQ=DAILY;RSCALE=HEBREW", "RSCALE"),
            ("FREQ=DAILY;\u{1b}\u{202e}BY=1", "BY"),
        ] {
            assert_eq!(Rule::read(written), Err(part.to_owned()), "{written}");
        }
    }
}
