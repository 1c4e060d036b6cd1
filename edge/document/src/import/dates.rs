//! Dates in texts of others: `2024-03-01`, `2024/03/01`, `1 March 2024`, `March 1, 2024`. A date like 03/04/2024 means
//! two days in two countries, and is left alone.

use hw_model::{DAY_S, Date, Timestamp};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The first date in a text: its midnight in UTC.
pub(super) fn first(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(3).find_map(|words| {
        let [a, b, c] = words else { return None };
        let (year, month, day) = numbers(a, b, c).or_else(|| spelled(a, b, c))?;
        midnight(year, month, day)
    })
}

fn numbers(a: &str, b: &str, c: &str) -> Option<(i64, u8, u8)> {
    // `2024-03-01T06:11` has its time in the last word.
    let day = c.split(['T', 't']).next()?;
    (a.len() == 4 && b.len() == 2 && day.len() == 2).then_some(())?;
    Some((a.parse().ok()?, b.parse().ok()?, day.parse().ok()?))
}

fn spelled(a: &str, b: &str, c: &str) -> Option<(i64, u8, u8)> {
    let year: i64 = (c.len() == 4).then(|| c.parse().ok())??;
    let (day, name) =
        if a.starts_with(|letter: char| letter.is_ascii_digit()) { (a, b) } else { (b, a) };
    let day = day.trim_end_matches(|letter: char| letter.is_alphabetic());
    Some((year, month(name)?, day.parse().ok()?))
}

fn month(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| *month == name || (name.len() >= 3 && month.starts_with(&name)))?;
    u8::try_from(at + 1).ok()
}

/// The beginning of a day that there is.
fn midnight(year: i64, month: u8, day: u8) -> Option<Timestamp> {
    if !(1_970..2_200).contains(&year) {
        return None;
    }
    let near = (year - 1_970) * 365 + i64::from(month) * 30;
    let wanted = Date { year, month, day };
    // Leap days and lengths of months are off by some weeks at most.
    let days = (near - 60..near + 120).find(|days| Date::of_day(*days) == wanted)?;
    Some(Timestamp::from_s(days * DAY_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let first_of_march = Some(Timestamp::from_s(1_709_251_200));
        for text in [
            "2024-03-01",
            "Date: 2024/03/01, early",
            "2024-03-01T06:11:00Z",
            "on 1 March 2024",
            "1st Mar 2024",
            "March 1, 2024",
            "Mar 1st 2024 and 2 April 2025",
            "postmortems/2024-03-01-queue.md",
        ] {
            assert_eq!(first(text), first_of_march, "{text}");
        }
        for none in [
            "",
            "03/04/2024",
            "2024-02-30",
            "2024-13-01",
            "version 2024 10",
            "1 Foo 2024",
            "99999-01-01",
        ] {
            assert_eq!(first(none), None, "{none}");
        }
        for days in (0..60_000).step_by(101) {
            let date = Date::of_day(days);
            assert_eq!(
                midnight(date.year, date.month, date.day),
                Some(Timestamp::from_s(days * DAY_S))
            );
        }
    }
}
