//! The reader's time zone. The record keeps UTC; nobody on call should have to add hours.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::str::FromStr;

/// A time zone.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

impl FromStr for Zone {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        TimeZone::get(name).map(Self).map_err(|_| {
            format!(
                "\"{name}\" is no time zone that this machine knows: give Europe/Berlin, or UTC"
            )
        })
    }
}

impl Zone {
    /// That of this machine, or what `$TZ` says.
    pub(crate) fn local() -> Self {
        Self(TimeZone::system())
    }

    /// Its name in the database; none if this machine only says how far it is from UTC.
    pub(crate) fn name(&self) -> Option<&str> {
        if self.0 == TimeZone::UTC { Some("UTC") } else { self.0.iana_name() }
    }

    /// Day of the week, date and time in short: `Tue 24 Nov 13:42`.
    pub(in crate::text) fn day(&self, at: &str) -> String {
        let Ok(at) = at.parse::<Timestamp>() else { return at.to_owned() };
        at.to_zoned(self.0.clone()).strftime("%a %-d %b %H:%M").to_string()
    }

    /// Date and year: `24 Nov 2026`.
    pub(in crate::text) fn date(&self, at: &str) -> String {
        let Ok(at) = at.parse::<Timestamp>() else { return at.to_owned() };
        at.to_zoned(self.0.clone()).strftime("%-d %b %Y").to_string()
    }

    /// Date with the zone, and time of day.
    pub(in crate::text) fn parts(&self, at: &str) -> (String, String) {
        let Ok(at) = at.parse::<Timestamp>() else { return (String::new(), at.to_owned()) };
        let at = at.to_zoned(self.0.clone());
        let date = at.strftime("%A, %-d %B %Y").to_string();
        let zone = at.strftime("%Z").to_string();
        (format!("{date} ({zone})"), at.strftime("%H:%M:%S").to_string())
    }

    /// Date and time in short: `22 Nov 07:54:54`.
    pub(in crate::text) fn short(&self, at: &str) -> String {
        let Ok(at) = at.parse::<Timestamp>() else { return at.to_owned() };
        at.to_zoned(self.0.clone()).strftime("%-d %b %H:%M:%S").to_string()
    }

    /// A sentence with its times in this zone. Times of day in it are UTC and of the day before `said_at`,
    /// at most.
    pub(in crate::text) fn in_words(&self, words: &str, said_at: &str) -> String {
        let said_at = said_at.parse::<Timestamp>().ok();
        let zoned = words.split(' ').map(|word| {
            let bare = word.trim_end_matches([',', ';', ')', ':', '.']);
            let shown = self.time_in(bare).or_else(|| self.time_of_day(bare, said_at?));
            shown.map_or_else(|| word.to_owned(), |shown| format!("{shown}{}", &word[bare.len()..]))
        });
        zoned.collect::<Vec<_>>().join(" ")
    }

    fn time_in(&self, word: &str) -> Option<String> {
        let is_time = word.len() == 24 && word.ends_with('Z') && word.contains('T');
        (is_time && word.parse::<Timestamp>().is_ok()).then(|| self.short(word))
    }

    /// `06:11:00` of the day that ended at `said_at`.
    fn time_of_day(&self, word: &str, said_at: Timestamp) -> Option<String> {
        let is_time = word.len() == 8 && word.as_bytes().get(2) == Some(&b':');
        let time: jiff::civil::Time = is_time.then(|| word.parse().ok())??;
        let said_at = said_at.to_zoned(TimeZone::UTC);
        let same_day = said_at.with().time(time).build().ok()?;
        let at = if same_day > said_at { same_day.yesterday().ok()? } else { same_day };
        let at = at.with_time_zone(self.0.clone());
        Some(at.strftime("%H:%M:%S").to_string())
    }
}
