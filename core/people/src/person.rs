//! A person: a name as people write it, and the one person behind several spellings.
//!
//! A calendar says `mailto:anna@example.com`, a file says `@anna-s`, the record says "Anna Schmidt".
//! Settings list these under one name, and [`Aliases`] turns each of them into the same [`Person`].
//! A name that no setting lists is its own person; upper and lower case never make two of them.
//!
//! Names come from outside. Control characters, terminal escapes and characters that turn the
//! direction of text around are refused or taken out here, once, so that no page needs to ask again.

use std::collections::BTreeMap;
use std::fmt;

/// Most characters of a name. The longest real names and addresses stay well below.
pub const NAME_CHARS_MAX: usize = 200;

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRefused {
    /// Nothing is left of it once blanks and unprintable characters are gone.
    Empty,
    /// It has more than [`NAME_CHARS_MAX`] characters.
    TooLong,
    /// It is an alias of two people.
    Shared,
}

impl fmt::Display for NameRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a name is empty"),
            Self::TooLong => write!(f, "a name has more than {NAME_CHARS_MAX} characters"),
            Self::Shared => write!(f, "two people have the same alias"),
        }
    }
}

impl std::error::Error for NameRefused {}

/// A person, or a team where no file says who is in it.
///
/// Two persons are equal when their names differ in nothing but upper and lower case, and letters that
/// nobody sees.
#[derive(Clone, Debug)]
pub struct Person {
    // Invariant: `name` is what `plain_name` returned, and `key` is `folded(name)`.
    name: String,
    key: String,
}

impl Person {
    /// The person of this name, cleaned.
    ///
    /// # Errors
    /// If nothing readable is left of the name, or too much.
    pub fn new(written: &str) -> Result<Self, NameRefused> {
        let name = plain_name(written)?;
        let key = folded(&name);
        if key.trim().is_empty() { Err(NameRefused::Empty) } else { Ok(Self { name, key }) }
    }

    /// The name as people write it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Person {}

impl PartialOrd for Person {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Person {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

/// Who is meant by a name, a handle or a mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    by_key: BTreeMap<String, Person>,
}

impl Aliases {
    /// Aliases as settings give them: each person with the other spellings of the name.
    ///
    /// # Errors
    /// If a name cannot be one, or if one alias stands for two people.
    pub fn new<'a, A>(people: impl IntoIterator<Item = (&'a str, A)>) -> Result<Self, NameRefused>
    where
        A: IntoIterator<Item = &'a str>,
    {
        let mut aliases = Self::default();
        for (name, spellings) in people {
            let person = Person::new(name)?;
            aliases.add(name, &person)?;
            for spelling in spellings {
                aliases.add(spelling, &person)?;
            }
        }
        Ok(aliases)
    }

    fn add(&mut self, spelling: &str, person: &Person) -> Result<(), NameRefused> {
        let key = alias_key(&plain_name(spelling)?);
        match self.by_key.insert(key, person.clone()) {
            Some(before) if before != *person => Err(NameRefused::Shared),
            _ => Ok(()),
        }
    }

    /// The person whom settings list under this spelling.
    ///
    /// `Anna Schmidt <anna@example.com>` is looked up whole, by its address, and by its name.
    #[must_use]
    pub fn known(&self, written: &str) -> Option<&Person> {
        let written = plain_name(written).ok()?;
        let find = |spelling: &str| self.by_key.get(&alias_key(spelling));
        let (name, address) = name_and_address(&written);
        find(&written).or_else(|| find(address?)).or_else(|| find(name))
    }

    /// The person meant by this spelling: the one settings list, or one of that very name.
    ///
    /// # Errors
    /// If nothing readable is left of the name, or too much.
    pub fn person(&self, written: &str) -> Result<Person, NameRefused> {
        if let Some(known) = self.known(written) {
            return Ok(known.clone());
        }
        let written = plain_name(written)?;
        let (name, address) = name_and_address(&written);
        let shown = if name.is_empty() { address.unwrap_or(&written) } else { name };
        Person::new(without_scheme(shown))
    }
}

/// A name without unprintable characters, with single blanks between its words.
///
/// # Errors
/// If nothing is left of it, or more than [`NAME_CHARS_MAX`] characters.
pub fn plain_name(written: &str) -> Result<String, NameRefused> {
    let mut name = String::new();
    let mut n_chars = 0;
    let mut blank_before = false;
    for c in written.chars() {
        if c.is_whitespace() {
            blank_before = !name.is_empty();
            continue;
        }
        if !hw_model::is_plain(c) {
            continue;
        }
        n_chars += 1 + usize::from(blank_before);
        if n_chars > NAME_CHARS_MAX {
            return Err(NameRefused::TooLong);
        }
        if std::mem::take(&mut blank_before) {
            name.push(' ');
        }
        name.push(c);
    }
    if name.is_empty() { Err(NameRefused::Empty) } else { Ok(name) }
}

/// What two spellings of one name have in common: neither case, nor letters that show nothing by
/// themselves (joiners, selectors of an emoji's form), so that no second Anna looks like the first.
fn folded(name: &str) -> String {
    let shows = |c: &char| !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    name.chars().filter(shows).collect::<String>().to_lowercase()
}

/// What a name, a handle with its `@`, and a mail address with its scheme are looked up by.
fn alias_key(spelling: &str) -> String {
    let bare = without_scheme(spelling);
    folded(bare.strip_prefix('@').unwrap_or(bare))
}

/// A mail address without `mailto:`.
fn without_scheme(written: &str) -> &str {
    match written.split_at_checked("mailto:".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") && !rest.is_empty() => rest,
        _ => written,
    }
}

/// `Anna <anna@example.com>` as its name and its address; any other text is all name.
fn name_and_address(written: &str) -> (&str, Option<&str>) {
    let Some(inside) = written.strip_suffix('>') else { return (written, None) };
    match inside.rsplit_once('<') {
        Some((name, address)) if address.contains('@') => (name.trim(), Some(address.trim())),
        _ => (written, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases() -> Aliases {
        Aliases::new([
            ("Anna Schmidt", vec!["@anna-s", "anna@example.com"]),
            ("Bob", vec!["bob@example.com"]),
        ])
        .unwrap()
    }

    #[test]
    fn one_person_has_many_spellings() {
        for written in [
            "Anna Schmidt",
            "ANNA SCHMIDT",
            "  anna \t schmidt ",
            "anna-s",
            "@Anna-S",
            "anna@example.com",
            "mailto:Anna@Example.com",
            "MAILTO:anna@example.com",
            "A. Schmidt <anna@example.com>",
            "Anna Schmidt <private@example.org>",
            "<anna@example.com>",
        ] {
            assert_eq!(aliases().person(written).unwrap().name(), "Anna Schmidt", "{written}");
        }
    }

    #[test]
    fn whom_no_setting_lists_has_the_name_as_written() {
        let named = |written| aliases().person(written).unwrap().name().to_owned();
        assert_eq!(named("Carla  Díaz"), "Carla Díaz");
        assert_eq!(named("mailto:carla@example.com"), "carla@example.com");
        assert_eq!(named("Carla <carla@example.com>"), "Carla");
        assert_eq!(named("mailto:"), "mailto:");
        assert_eq!(Person::new("CARLA").unwrap(), Person::new("carla").unwrap());
        assert!(aliases().known("Carla").is_none());
    }

    #[test]
    fn joiners_make_no_second_person() {
        let named = |name: &str| Person::new(name);
        assert_eq!(named("Anna"), named("An\u{200c}na\u{200d}\u{fe0f}"));
        assert_eq!(named("Anna\u{200d}").unwrap().name(), "Anna\u{200d}", "shown as written");
        assert_eq!(aliases().person("@anna-s\u{200d}").unwrap().name(), "Anna Schmidt");
        assert_eq!(named("\u{200d} \u{200c}"), Err(NameRefused::Empty));
    }

    #[test]
    fn hostile_names_are_cleaned_or_refused() {
        let clean = |written: &str| plain_name(written);
        assert_eq!(clean("An\u{1b}[31mna\u{7}"), Ok("An[31mna".to_owned()));
        assert_eq!(clean("Anna\u{202e}bob\u{200b}"), Ok("Annabob".to_owned()));
        assert_eq!(clean("Anna\r\nBob"), Ok("Anna Bob".to_owned()));
        assert_eq!(clean("\u{0}\u{1b} \u{feff}"), Err(NameRefused::Empty));
        assert_eq!(clean(&"x".repeat(1 << 20)), Err(NameRefused::TooLong));
        assert_eq!(clean(&"ä".repeat(200)).unwrap().chars().count(), 200);
    }

    #[test]
    fn an_alias_of_two_people_is_refused() {
        let twice = Aliases::new([("Anna", vec!["@a"]), ("Bob", vec!["A"])]);
        assert_eq!(twice, Err(NameRefused::Shared));
        assert!(Aliases::new([("Anna", vec!["anna", "@anna"])]).is_ok());
    }
}
