//! Times and lengths as the reader's clock shows them.

use hw_api::instant;
use hw_chart::Zone;
use hw_model::{Date, Timestamp, clock_words, date_words, length_words, weekday_word};
use hw_report::{Saying, retell};
use maud::{Markup, html};

/// Days after which the name of a weekday means two of them.
const WEEKDAY_DAYS: f64 = 6.0;

/// The reader's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Its zone.
    pub zone: Zone,
    /// What it is now: in the time of the data, if that says what is now.
    pub now: Timestamp,
}

impl Clock {
    /// `Thu 07:34` in this week, else `12 Nov 07:34`: who looks in the morning does not think of yesterday as today.
    #[must_use]
    pub fn words(&self, at: Timestamp) -> String {
        let local = self.zone.local(at);
        let clock = clock_words(local);
        let clock = clock.get(..5).unwrap_or_default();
        let today = self.zone.local(self.now);
        if (self.now.seconds_since(at) / 86_400.0).abs() < WEEKDAY_DAYS {
            return format!("{} {clock}", weekday_word(local));
        }
        let (date, this) = (Date::of(local), Date::of(today));
        let year = if date.year == this.year { String::new() } else { format!(" {}", date.year) };
        format!("{} {}{year} {clock}", date.day, date.month_word())
    }

    /// A sentence of Highwater with its times as this clock shows them. `onset_at` is what its times of day
    /// count their days from.
    #[must_use]
    pub fn retold(&self, words: &str, onset_at: Option<Timestamp>) -> String {
        let at = |at| self.words(at);
        let when = |at| match self.words(at).rsplit_once(' ') {
            Some((day, clock)) => format!("on {day} at {clock}"),
            None => format!("at {}", self.words(at)),
        };
        retell(words, onset_at, &Saying { at: &at, when: &when })
    }

    /// The whole of it: `Thu 26 Nov 2026 07:34:10 UTC+1`.
    #[must_use]
    pub fn whole(&self, at: Timestamp) -> String {
        let local = self.zone.local(at);
        format!("{} {} {}", date_words(local), clock_words(local), self.zone.words())
    }

    /// A time of the API.
    #[must_use]
    pub fn time(&self, text: &str) -> Markup {
        match instant(text) {
            Some(at) => self.at(at),
            None => html! { (text) },
        }
    }

    /// A time.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Markup {
        html! { time datetime=(hw_api::rfc3339(at)) title=(self.whole(at)) { (self.words(at)) } }
    }

    /// A time of the API, and only it: `07:34:10`.
    #[must_use]
    pub fn second(&self, text: &str) -> Markup {
        let Some(at) = instant(text) else { return html! { (text) } };
        let local = self.zone.local(at);
        html! { time datetime=(text) title=(self.whole(at)) { (clock_words(local)) } }
    }

    /// The day of a time, in words: `Thu 26 Nov 2026`.
    #[must_use]
    pub fn day(&self, text: &str) -> String {
        instant(text).map_or_else(|| text.to_owned(), |at| date_words(self.zone.local(at)))
    }

    /// How long ago a time of the API is.
    #[must_use]
    pub fn ago(&self, text: &str) -> String {
        match instant(text) {
            Some(at) => format!("{} ago", length_words(self.now.seconds_since(at))),
            None => text.to_owned(),
        }
    }
}

/// The length between two times of the API.
#[must_use]
pub(crate) fn between(from: &str, to: &str) -> Option<String> {
    let length_s = instant(to)?.seconds_since(instant(from)?);
    (length_s >= 0.0).then(|| length_words(length_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_short_as_it_is_clear() {
        let zone = Zone { offset_s: 3_600, name: "UTC+1".to_owned() };
        let clock = Clock { zone, now: instant("2026-11-26T22:30:00Z").unwrap() };
        let said = |text: &str| clock.words(instant(text).unwrap());
        assert_eq!(said("2026-11-26T06:34:00Z"), "Thu 07:34");
        assert_eq!(said("2026-11-25T23:34:00Z"), "Thu 00:34");
        assert_eq!(said("2026-11-25T21:34:00Z"), "Wed 22:34");
        assert_eq!(said("2026-11-12T06:34:00Z"), "12 Nov 07:34");
        assert_eq!(said("2025-11-12T06:34:00Z"), "12 Nov 2025 07:34");
        let onset = instant("2026-11-25T22:00:00Z");
        assert_eq!(
            clock.retold("rose at 22:00:00; restarted at 10:54:03 the day after", onset),
            "rose on Wed at 23:00; restarted on Thu at 11:54"
        );
    }
}
