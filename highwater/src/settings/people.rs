//! Who is called how, who is in which team, where owners and calendars stand: the table `people`.

use super::keys::{Fault, Keys, fault, too_many, unknown};
use super::secret::revealed;
use crate::people::{FeedFrom, FeedSource, OwnershipPlace, PeopleSettings, covers};
use hw_model::Timestamp;
use hw_notify::{Secret, wrong_address};
use hw_people::{Aliases, NameRefused, Teams};
use hw_roster::{Feed, FeedKind, read_feed};
use std::collections::{BTreeMap, BTreeSet};
use toml::Value;

/// Keys of the table.
const KEYS: &[&str] = &["aliases", "feeds", "names", "ownership", "teams"];

/// Keys of a place with owners, and of a calendar.
const PLACE_KEYS: &[&str] = &["path", "services"];
const FEED_KEYS: &[&str] = &[
    "name",
    "kind",
    "url",
    "file",
    "services",
    "team",
    "strip",
    "cut",
    "zone",
    "whose",
    "allow_private",
];

/// Kinds of calendars, by their words.
const KINDS: [(&str, FeedKind); 3] =
    [("on_call", FeedKind::OnCall), ("override", FeedKind::Override), ("away", FeedKind::Away)];

/// Places and calendars in one file.
const PLACES_MAX: usize = 500;
const FEEDS_MAX: usize = 100;

/// Letters of the name of a calendar, which is the name of a file too.
const FEED_NAME_MAX: usize = 60;

/// The smallest calendar: it shows whether settings can be used to read one.
const EMPTY: &[u8] = b"BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n";

/// What the file says about people.
pub(super) fn people(top: &Keys<'_>) -> Result<PeopleSettings, Fault> {
    let Some(value) = top.get("people") else { return Ok(PeopleSettings::default()) };
    let keys = Keys::of("people", value, KEYS)?;
    let lists = |key: &str| lists(&keys, key);
    let (spellings, members) = (lists("aliases")?, lists("teams")?);
    let aliases = Aliases::new(spellings.iter().map(borrowed)).map_err(|why| {
        let twice = "a spelling of another person, too: each may belong to one";
        let why = if why == NameRefused::Shared { twice.to_owned() } else { why.to_string() };
        fault("people.aliases", &why)
    })?;
    let teams = Teams::new(members.iter().map(borrowed), &aliases)
        .map_err(|why| fault("people.teams", &why.to_string()))?;
    let places = keys.list("ownership", place)?;
    let feeds = keys.list("feeds", feed)?;
    too_many("people.ownership", places.len(), PLACES_MAX)?;
    too_many("people.feeds", feeds.len(), FEEDS_MAX)?;
    let mut known = BTreeSet::new();
    for (source, n) in feeds.iter().zip(1..) {
        // Names of files: some systems do not tell upper and lower case apart.
        if !known.insert(source.feed.name.to_lowercase()) {
            let why = format!("another feed is named \"{}\" too", source.feed.name);
            return Err(fault(&format!("people.feeds[{n}].name"), &why));
        }
    }
    Ok(PeopleSettings { aliases, teams, names: pairs(&keys, "names")?, places, feeds })
}

fn place(at: &str, value: &Value) -> Result<OwnershipPlace, Fault> {
    let keys = Keys::of(at, value, PLACE_KEYS)?;
    let path = keys.needed_text("path")?;
    if path.is_empty() {
        return Err(fault(&keys.place("path"), "must name a file or a folder"));
    }
    let services = match keys.get("services") {
        // All of the repository is theirs.
        Some(Value::Array(_)) => {
            texts(&keys, "services")?.into_iter().map(|name| (name, "/".to_owned())).collect()
        }
        Some(Value::Table(_)) | None => pairs(&keys, "services")?,
        Some(_) => {
            let why = "must be services with their paths, { gate = \"services/gate\" }, or a list of \
                       services to which the whole repository belongs";
            return Err(fault(&keys.place("services"), why));
        }
    };
    if let Some((name, _)) =
        services.iter().find(|(_, path)| path.split('/').any(|part| part == ".."))
    {
        let why = "must be a path in the repository, without \"..\"";
        return Err(fault(&format!("{}.{name}", keys.place("services")), why));
    }
    Ok(OwnershipPlace { path: path.into(), services })
}

fn feed(at: &str, value: &Value) -> Result<FeedSource, Fault> {
    let keys = Keys::of(at, value, FEED_KEYS)?;
    let kind = keys.needed_text("kind")?;
    let found = KINDS.iter().find(|(word, _)| *word == kind);
    let (_, kind) =
        *found.ok_or_else(|| (keys.place("kind"), unknown(kind, &KINDS.map(|(word, _)| word))))?;
    let text = |key: &str| Ok::<_, Fault>(keys.text(key)?.map(str::to_owned));
    let mut feed = Feed::new(feed_name(&keys)?, kind);
    feed.services = texts(&keys, "services")?;
    (feed.strip, feed.cut) = (texts(&keys, "strip")?, texts(&keys, "cut")?);
    (feed.zone, feed.whose) = (text("zone")?, text("whose")?);
    let team = text("team")?;
    if kind == FeedKind::Away && (team.is_some() || !feed.services.is_empty()) {
        let why = "is away from every service: leave out `services` and `team`";
        return Err(fault(at, why));
    }
    let began = read_feed(&feed, EMPTY, &Aliases::default(), covers(Timestamp(0)));
    began.map_err(|why| fault(&keys.place("zone"), &why.to_string()))?;
    let allow_private = texts(&keys, "allow_private")?;
    let from = match (keys.get("url"), text("file")?) {
        (Some(value), None) => {
            let url = Secret::new(revealed(&keys.place("url"), value)?);
            if let Some(why) = wrong_address(&url, &allow_private) {
                return Err(fault(&keys.place("url"), &why));
            }
            FeedFrom::Url(url)
        }
        (None, Some(file)) if !file.is_empty() => FeedFrom::File(file.into()),
        _ => return Err(fault(at, "must have a `url` or a `file`, and not both")),
    };
    Ok(FeedSource { feed, team, from, allow_private })
}

fn feed_name<'a>(keys: &Keys<'a>) -> Result<&'a str, Fault> {
    let name = keys.needed_text("name")?;
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if is_plain && (1..=FEED_NAME_MAX).contains(&name.len()) && !name.starts_with('.') {
        return Ok(name);
    }
    let why = format!("must be 1 to {FEED_NAME_MAX} letters, digits, \"-\", \"_\" and \".\"");
    Err(fault(&keys.place("name"), &why))
}

/// A list of texts; none if it is left out.
fn texts(keys: &Keys<'_>, key: &str) -> Result<Vec<String>, Fault> {
    keys.get(key).map_or_else(|| Ok(Vec::new()), |value| texts_of(&keys.place(key), value))
}

fn texts_of(at: &str, value: &Value) -> Result<Vec<String>, Fault> {
    let list = value.as_array().ok_or_else(|| fault(at, "must be a list of texts"))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let all: Option<Vec<String>> = list.iter().map(text).collect();
    all.ok_or_else(|| fault(at, "must be a list of texts"))
}

/// A table of texts; empty if it is left out.
fn pairs(keys: &Keys<'_>, key: &str) -> Result<BTreeMap<String, String>, Fault> {
    let place = keys.place(key);
    let pair = |(name, value): (&String, &Value)| {
        let text = value.as_str().map(|text| (name.clone(), text.to_owned()));
        text.ok_or_else(|| fault(&format!("{place}.{name}"), "must be a text"))
    };
    table(keys, key)?.into_iter().flatten().map(pair).collect()
}

/// A table of lists of texts; empty if it is left out.
fn lists(keys: &Keys<'_>, key: &str) -> Result<Vec<(String, Vec<String>)>, Fault> {
    let place = keys.place(key);
    let list = |(name, value): (&String, &Value)| {
        Ok((name.clone(), texts_of(&format!("{place}.{name}"), value)?))
    };
    table(keys, key)?.into_iter().flatten().map(list).collect()
}

fn table<'a>(keys: &Keys<'a>, key: &str) -> Result<Option<&'a toml::Table>, Fault> {
    let Some(value) = keys.get(key) else { return Ok(None) };
    let table = value.as_table().ok_or_else(|| fault(&keys.place(key), "must be a table"))?;
    Ok(Some(table))
}

fn borrowed((name, list): &(String, Vec<String>)) -> (&str, impl Iterator<Item = &str>) {
    (name, list.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::super::layers::{File, TOP_KEYS};
    use super::*;

    const FULL: &str = r#"
        [people]
        names = { payment-api = "payments" }

        [people.aliases]
        "Anna Schmidt" = ["anna@example.com", "@anna-s"]

        [people.teams]
        gates = ["@anna-s", "Bo"]

        [[people.ownership]]
        path = "/srv/checkout/shop"
        services = { gate = "services/gate" }

        [[people.ownership]]
        path = "/srv/checkout/payments/CODEOWNERS"
        services = ["payments"]

        [[people.feeds]]
        name = "pager"
        kind = "on_call"
        url = "http://127.0.0.1:8080/secret-4711.ics"
        team = "gates"
        strip = ["On-call:"]
        cut = [" - "]
        zone = "Europe/Berlin"
        allow_private = ["127.0.0.1:8080"]

        [[people.feeds]]
        name = "holidays"
        kind = "away"
        file = "/srv/holidays.ics"
    "#;

    fn read(text: &str) -> Result<PeopleSettings, String> {
        let file = File::parse("test", text)?;
        let top = Keys::of("", file.table(), TOP_KEYS).map_err(|(_, why)| why)?;
        people(&top).map_err(|(key, why)| format!("{key}: {why}"))
    }

    #[test]
    fn everything_said_of_people_is_read() {
        let read = read(FULL).unwrap();
        assert_eq!(read.aliases.known("anna@example.com").unwrap().name(), "Anna Schmidt");
        assert_eq!(read.teams.members("@acme/gates").unwrap().len(), 2);
        assert_eq!(read.places[0].services["gate"], "services/gate");
        assert_eq!(read.places[1].services["payments"], "/");
        let [pager, holidays] = read.feeds.as_slice() else { panic!("{read:?}") };
        assert_eq!((pager.feed.kind, pager.team.as_deref()), (FeedKind::OnCall, Some("gates")));
        assert!(matches!(&holidays.from, FeedFrom::File(file) if file.ends_with("holidays.ics")));
        assert!(!format!("{read:?}").contains("secret-4711"), "the address is not shown");
        let named: Vec<&String> = read.services().collect();
        assert_eq!(named, ["payments", "gate", "payments"]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_address() {
        for (from, to, expect) in [
            ("names =", "nmaes =", "people.nmaes: \"nmaes\" is not known: did you mean \"names\"?"),
            (
                "kind = \"away\"",
                "kind = \"awya\"",
                "feeds[2].kind: \"awya\" is not known: did you mean",
            ),
            ("zone =", "tzone =", "feeds[1].tzone: \"tzone\" is not known: did you mean \"zone\"?"),
            (
                "Europe/Berlin",
                "Europe/Bonn",
                "feeds[1].zone: no time zone is called \"Europe/Bonn\"",
            ),
            ("path = \"/srv/checkout/shop\"", "", "ownership[1].path: is missing"),
            (
                "services/gate",
                "../gate",
                "ownership[1].services.gate: must be a path in the repository",
            ),
            ("[\"payments\"]", "7", "ownership[2].services: must be services with their paths"),
            ("\"holidays\"", "\"Pager\"", "feeds[2].name: another feed is named \"Pager\" too"),
            ("\"holidays\"", "\"../x\"", "feeds[2].name: must be 1 to 60 letters"),
            ("file = \"/srv/holidays.ics\"", "", "feeds[2]: must have a `url` or a `file`"),
            ("kind = \"away\"", "kind = \"away\"\nteam = \"x\"", "is away from every service"),
            ("allow_private = [\"127.0.0.1:8080\"]", "", "is asked without encryption"),
            (
                "\"http://127.0.0.1:8080/secret-4711.ics\"",
                "{ env = \"NO_SUCH_4711\" }",
                "NO_SUCH_4711 is not set",
            ),
            ("\"http://127.0.0.1:8080/secret-4711.ics\"", "7", "must be a text, or name one file"),
            ("[\"@anna-s\", \"Bo\"]", "\"Bo\"", "people.teams.gates: must be a list of texts"),
            (
                "[people.teams]",
                "Bo = [\"@anna-s\"]\n[people.teams]",
                "people.aliases: a spelling of another",
            ),
        ] {
            assert!(FULL.contains(from), "{from}");
            let why = read(&FULL.replacen(from, to, 1)).unwrap_err();
            assert!(why.contains(expect), "{from} -> {to}: {why}");
            assert!(!why.contains("secret-4711"), "{why}");
        }
    }
}
