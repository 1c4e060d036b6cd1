//! One `VEVENT` as it is written: when, how often, and who.

use super::line::Line;
use super::moment::{Length, Moment};
use super::rule::Rule;

/// Characters of a title or an id that are looked at.
const TEXT_CHARS_MAX: usize = 1_000;
/// People of one event.
const ATTENDEES_MAX: usize = 50;
/// Exceptions, and extra dates, of one event.
const DATES_MAX: usize = 20_000;
const END_UNREADABLE: &str = "has an end that cannot be read";
const DATES_UNREADABLE: &str = "has dates that cannot be read";
const DATES_TOO_MANY: &str = "has more dates than anybody's turns";
const ATTENDEES_TOO_MANY: &str = "has more attendees than anybody's turns";
/// An event with this word in its title, description or categories is passed over.
pub(crate) const IGNORE_MARK: &str = "#highwater-ignore";

/// How an event ends; one that does not say it lasts a day if it is of whole days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At a moment.
    At(Moment),
    /// After a length.
    After(Length),
}

/// Somebody whom an event names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attendee {
    /// The name beside the address.
    pub(crate) name: Option<String>,
    /// The address, with its scheme.
    pub(crate) address: String,
}

/// An event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event {
    pub(crate) uid: String,
    pub(crate) sequence: i64,
    pub(crate) created: Option<Moment>,
    pub(crate) start: Option<Moment>,
    /// What it says of its end, or why that cannot be told.
    pub(crate) end: Option<Result<End, &'static str>>,
    pub(crate) rule: Option<Result<Rule, String>>,
    pub(crate) more: Vec<(Moment, Option<End>)>,
    pub(crate) except: Vec<Moment>,
    /// The instance of another event that this one stands in for.
    pub(crate) stands_for: Option<Moment>,
    /// Whether it means to stand in for all later ones too.
    pub(crate) and_later: bool,
    pub(crate) is_cancelled: bool,
    pub(crate) is_ignored: bool,
    /// Whether it has attendees, even if all declined.
    pub(crate) has_attendees: bool,
    pub(crate) attendees: Vec<Attendee>,
    pub(crate) title: String,
    /// Why it is left out, where one of its other lines cannot be read or is too much.
    pub(crate) refused: Option<&'static str>,
}

impl Event {
    /// Takes one line of the event; lines that say nothing about when and who are passed over.
    pub(crate) fn take(&mut self, line: &Line) {
        match line.name.as_str() {
            "UID" => self.uid = cut(&line.value),
            "SEQUENCE" => self.sequence = line.value.trim().parse().unwrap_or(0),
            "CREATED" => self.created = Moment::of(line),
            "LAST-MODIFIED" if self.created.is_none() => self.created = Moment::of(line),
            "DTSTART" => self.start = Moment::of(line),
            "DTEND" => self.end = Some(Moment::of(line).map(End::At).ok_or(END_UNREADABLE)),
            "DURATION" => {
                let length = Length::read(&line.value);
                self.end = Some(length.map(End::After).ok_or(END_UNREADABLE));
            }
            "RRULE" => self.rule = Some(Rule::read(&line.value)),
            "RDATE" => self.take_more(line),
            "EXDATE" => self.take_except(line),
            "RECURRENCE-ID" => {
                self.stands_for = Moment::of(line);
                if self.stands_for.is_none() {
                    self.refused = Some(DATES_UNREADABLE);
                }
                self.and_later = line.has("RANGE", "THISANDFUTURE");
            }
            "STATUS" => self.is_cancelled = line.value.trim().eq_ignore_ascii_case("CANCELLED"),
            "ATTENDEE" => self.take_attendee(line),
            "SUMMARY" => {
                self.title = cut(&line.text());
                self.is_ignored |= is_marked(&self.title);
            }
            "DESCRIPTION" | "CATEGORIES" | "COMMENT" => self.is_ignored |= is_marked(&line.value),
            _ => {}
        }
    }

    fn take_attendee(&mut self, line: &Line) {
        let is_thing = line.has("CUTYPE", "RESOURCE") || line.has("CUTYPE", "ROOM");
        if is_thing {
            return;
        }
        if self.attendees.len() >= ATTENDEES_MAX {
            self.refused = Some(ATTENDEES_TOO_MANY);
            return;
        }
        self.has_attendees = true;
        if !line.has("PARTSTAT", "DECLINED") {
            let name = line.param("CN").map(cut);
            self.attendees.push(Attendee { name, address: cut(&line.value) });
        }
    }

    fn take_except(&mut self, line: &Line) {
        for moment in Moment::all_of(line) {
            match moment {
                Some(moment) if self.except.len() < DATES_MAX => self.except.push(moment),
                Some(_) => self.refused = Some(DATES_TOO_MANY),
                None => self.refused = Some(DATES_UNREADABLE),
            }
        }
    }

    /// Extra dates; a period brings its own end.
    fn take_more(&mut self, line: &Line) {
        let zone = line.param("TZID");
        for written in line.value.split(',') {
            let (from, to) = match written.split_once('/') {
                Some((from, to)) => (from, Some(to)),
                None => (written, None),
            };
            let end = match to {
                None => Some(None),
                Some(to) => {
                    let end = Length::read(to).map(End::After);
                    end.or_else(|| Moment::read(to, zone).map(End::At)).map(Some)
                }
            };
            match (Moment::read(from, zone), end) {
                (Some(from), Some(end)) if self.more.len() < DATES_MAX => {
                    self.more.push((from, end));
                }
                (Some(_), Some(_)) => self.refused = Some(DATES_TOO_MANY),
                (None, _) | (_, None) => self.refused = Some(DATES_UNREADABLE),
            }
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

fn is_marked(text: &str) -> bool {
    text.as_bytes()
        .windows(IGNORE_MARK.len())
        .any(|window| window.eq_ignore_ascii_case(IGNORE_MARK.as_bytes()))
}
