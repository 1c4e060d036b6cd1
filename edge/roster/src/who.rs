//! Who an event is about: its attendees, else its title without what is around the name.

use crate::feed::Feed;
use crate::ical::{Attendee, Event};
use hw_people::{Aliases, Person};

/// People of one turn; more is a meeting.
const PEOPLE_MAX: usize = 20;

/// The people of an event, in the order in which it names them, unless it is a meeting.
pub(crate) fn people(event: &Event, feed: &Feed, aliases: &Aliases) -> Option<Vec<Person>> {
    let mut people: Vec<Person> = if event.has_attendees {
        event.attendees.iter().filter_map(|attendee| of_attendee(attendee, aliases)).collect()
    } else if let Some(whose) = &feed.whose {
        aliases.person(whose).into_iter().collect()
    } else {
        of_title(&bare_title(&event.title, feed), aliases)
    };
    let mut seen = Vec::new();
    people.retain(|person| {
        let is_new = !seen.contains(person);
        if is_new {
            seen.push(person.clone());
        }
        is_new
    });
    (people.len() <= PEOPLE_MAX).then_some(people)
}

/// An attendee by address or name as settings list them, else by name, else by address.
fn of_attendee(attendee: &Attendee, aliases: &Aliases) -> Option<Person> {
    let address = attendee.address.as_str();
    let name = attendee.name.as_deref().filter(|name| !name.trim().is_empty());
    let known = aliases.known(address).or_else(|| aliases.known(name?));
    if let Some(known) = known {
        return Some(known.clone());
    }
    if let Some(person) = name.and_then(|name| aliases.person(name).ok()) {
        return Some(person);
    }
    // Exchange writes `invalid:nomail` where there is no address.
    if address.to_ascii_lowercase().starts_with("invalid:") {
        return None;
    }
    aliases.person(address).ok()
}

/// A title without the words that settings strip from its beginning, and from where they cut it.
fn bare_title(title: &str, feed: &Feed) -> String {
    let edge = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | '|' | ',');
    let mut bare = title.trim();
    for prefix in &feed.strip {
        if let Some(rest) = without_prefix(bare, prefix) {
            bare = rest.trim_start_matches(edge);
        }
    }
    for marker in feed.cut.iter().filter(|marker| !marker.is_empty()) {
        bare = bare.split_once(marker.as_str()).map_or(bare, |(before, _)| before);
    }
    bare.trim_matches(edge).to_owned()
}

/// A text after a prefix, in any case.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for wanted in prefix.trim().chars() {
        let found = rest.next()?;
        if !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// The people of a bare title. It is split only into names that settings list: a comma may also
/// stand inside of one name.
fn of_title(title: &str, aliases: &Aliases) -> Vec<Person> {
    if let Some(person) = aliases.known(title) {
        return vec![person.clone()];
    }
    let parts = title.split([',', ';', '&', '/', '+']).map(str::trim);
    let known: Option<Vec<Person>> = parts.map(|part| aliases.known(part).cloned()).collect();
    known.unwrap_or_else(|| aliases.person(title).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::FeedKind;

    fn feed() -> Feed {
        let mut feed = Feed::new("pager", FeedKind::OnCall);
        feed.strip = ["[L1]", "On-call", "On Call"].map(str::to_owned).to_vec();
        feed.cut = [" - ".to_owned(), " (".to_owned()].to_vec();
        feed
    }

    fn aliases() -> Aliases {
        Aliases::new([
            ("Anna Schmidt", vec!["anna@example.com", "Schmidt, Anna"]),
            ("Bob", vec!["bob@example.com"]),
        ])
        .unwrap()
    }

    fn titled(title: &str) -> Vec<String> {
        let event = Event { title: title.to_owned(), ..Event::default() };
        people(&event, &feed(), &aliases()).unwrap().iter().map(|p| p.name().to_owned()).collect()
    }

    #[test]
    fn a_title_is_a_name_with_words_around_it() {
        for (title, expect) in [
            ("On-call: Anna Schmidt", vec!["Anna Schmidt"]),
            ("ON CALL - anna schmidt - Payments Primary", vec!["Anna Schmidt"]),
            ("[L1] Carla", vec!["Carla"]),
            ("[L1] On-call: Carla (secondary)", vec!["Carla"]),
            ("Schmidt, Anna", vec!["Anna Schmidt"]),
            ("Bob, anna@example.com", vec!["Anna Schmidt", "Bob"]),
            ("Díaz, Carla", vec!["Díaz, Carla"]),
            ("On-call", vec![]),
            ("", vec![]),
            ("On\u{1b}-call", vec!["On-call"]),
        ] {
            let mut found = titled(title);
            found.sort();
            assert_eq!(found, expect, "{title}");
        }
        assert!(titled(&"x".repeat(1 << 20)).is_empty());
    }

    #[test]
    fn attendees_come_before_the_title() {
        let attendee = |name: Option<&str>, address: &str| Attendee {
            name: name.map(str::to_owned),
            address: address.to_owned(),
        };
        let mut event = Event {
            title: "Duty".to_owned(),
            has_attendees: true,
            attendees: vec![
                attendee(Some("A. S."), "mailto:anna@example.com"),
                attendee(Some("Carla Díaz"), "invalid:nomail"),
                attendee(None, "dora@example.com"),
                attendee(Some(""), "invalid:nomail"),
                attendee(None, "ANNA@example.com"),
            ],
            ..Event::default()
        };
        let named = people(&event, &feed(), &aliases()).unwrap();
        assert_eq!(
            named.iter().map(Person::name).collect::<Vec<_>>(),
            ["Anna Schmidt", "Carla Díaz", "dora@example.com"]
        );
        event.attendees.clear();
        assert!(
            people(&event, &feed(), &aliases()).unwrap().is_empty(),
            "who declined is not on call"
        );
    }

    #[test]
    fn a_personal_calendar_is_about_its_person() {
        let mut feed = feed();
        feed.whose = Some("anna@example.com".to_owned());
        let event = Event { title: "Out of office".to_owned(), ..Event::default() };
        assert_eq!(people(&event, &feed, &aliases()).unwrap()[0].name(), "Anna Schmidt");
    }
}
