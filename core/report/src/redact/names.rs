//! Names of people, services and hosts in a text.

use super::addresses::addresses;
use super::{Redaction, ServiceNames};

/// What stands for an address.
const HOST: &str = "[host]";

/// Letters of a part of a name from which on it is looked for by itself.
const PART_MIN: usize = 3;

/// Parts of names that are no names.
const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "del", "dos", "bin", "ibn", "the", "and", "team", "call", "bot",
    "dev", "ops",
];

/// Names that are ordinary words, too: in small letters they are those.
const WORDS: &[&str] = &[
    "will", "mark", "may", "rob", "bill", "grace", "hope", "art", "rich", "rose", "frank", "grant",
    "miles", "ray", "sue", "skip", "dean", "don", "dale", "drew", "chase", "jack", "pat", "penny",
    "iris", "ivy", "lily", "olive", "pearl", "ruby", "sandy", "sky", "summer", "april", "june",
    "july", "august", "victor", "joy", "faith", "dawn", "gene", "guy", "jay", "max", "lane",
    "major", "page", "wade", "ward", "young", "long", "short", "brown", "green", "black", "white",
    "king", "price", "stone", "wood", "field", "bush", "banks", "case", "cook", "day", "fox",
    "hall", "hill", "lake", "law", "march", "marsh", "nice", "park", "peace", "pool", "reed",
    "rice", "small", "snow", "star", "still", "street", "sun", "mon", "sat", "jan", "mar", "wells",
    "west", "winter", "wise", "noble", "best", "bell", "gray", "hunt", "power", "sharp", "strong",
    "swift", "temple",
];

/// What stands around a date: such a word beside a number is one.
const MONTHS_AND_DAYS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "april",
    "june", "july", "august", "march", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
];

/// Something that is looked for.
struct Wanted {
    /// As it was given.
    name: String,
    /// In small letters, each by itself: a text is searched letter by letter.
    letters: Vec<char>,
    /// Whether it is very short, or an ordinary word in small letters: then it counts with a capital, or as it was given.
    is_word: bool,
    /// What stands for it.
    stands_for: Stands,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Person(usize),
    Service(usize),
    Host,
}

/// Everything that is looked for, and the numbers that were given.
pub(super) struct Names {
    wanted: Vec<Wanted>,
    n_people: usize,
    /// People and services in the order in which they were met.
    met_people: Vec<usize>,
    met_services: Vec<usize>,
}

/// A name that stands in a text.
struct Hit {
    from: usize,
    to: usize,
    stands_for: Stands,
}

impl Names {
    pub(super) fn new(people: &[Vec<String>], redaction: &Redaction) -> Self {
        let mut wanted: Vec<Wanted> = Vec::new();
        for (person, spellings) in people.iter().enumerate() {
            for spelling in spellings.iter().flat_map(|spelling| spelled(spelling)) {
                wanted.push(Wanted::of(&spelling, Stands::Person(person)));
            }
        }
        if let ServiceNames::Hidden(services) = &redaction.services {
            let services = services.iter().enumerate();
            wanted.extend(services.map(|(at, name)| Wanted::of(name, Stands::Service(at))));
        }
        wanted.extend(redaction.hosts.iter().map(|name| Wanted::of(name, Stands::Host)));
        wanted.retain(|wanted| !wanted.letters.is_empty());
        // The longest first: a whole name goes before its parts.
        wanted
            .sort_by(|a, b| b.letters.len().cmp(&a.letters.len()).then(a.letters.cmp(&b.letters)));
        Self { wanted, n_people: people.len(), met_people: Vec::new(), met_services: Vec::new() }
    }

    /// Gives numbers to whom a text names first.
    pub(super) fn meet(&mut self, text: &str) {
        for hit in self.hits(text) {
            match hit.stands_for {
                Stands::Person(person) if !self.met_people.contains(&person) => {
                    self.met_people.push(person)
                }
                Stands::Service(service) if !self.met_services.contains(&service) => {
                    self.met_services.push(service);
                }
                Stands::Person(_) | Stands::Service(_) | Stands::Host => {}
            }
        }
    }

    /// A text without names.
    pub(super) fn clear(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for hit in self.hits(text) {
            out.push_str(text.get(done..hit.from).unwrap_or_default());
            let is_begin = begins_sentence(&out);
            out.push_str(&self.instead(hit.stands_for, is_begin));
            done = hit.to;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }

    /// Words in small letters that may be names.
    pub(super) fn doubtful(&self, text: &str) -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphabetic());
        let is_doubtful = |word: &&str| {
            let letters: Vec<char> = word.chars().collect();
            self.wanted.iter().any(|wanted| {
                wanted.is_word && wanted.letters == letters && wanted.letters.len() >= PART_MIN
            })
        };
        words.filter(is_doubtful).map(str::to_owned).collect()
    }

    fn instead(&self, stands_for: Stands, is_begin: bool) -> String {
        let number = |met: &[usize], it: usize| {
            met.iter().position(|known| *known == it).map_or(0, |at| at + 1)
        };
        match stands_for {
            Stands::Host => HOST.to_owned(),
            Stands::Service(service) => format!("service {}", number(&self.met_services, service)),
            Stands::Person(person) => {
                let words = if self.n_people == 1 || self.met_people.len() == 1 {
                    "an engineer".to_owned()
                } else {
                    format!("engineer {}", number(&self.met_people, person))
                };
                if is_begin { crate::phrase::begun(&words) } else { words }
            }
        }
    }

    /// Names and addresses of a text, in order, none within another.
    fn hits(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<Hit> = addresses(text)
            .into_iter()
            .map(|range| Hit { from: range.start, to: range.end, stands_for: Stands::Host })
            .collect();
        let letters: Vec<(usize, char)> = text.char_indices().collect();
        let in_small: Vec<char> = letters.iter().map(|(_, letter)| small(*letter)).collect();
        let mut is_taken = vec![false; text.len()];
        hits.iter().for_each(|hit| take(&mut is_taken, hit));
        for wanted in &self.wanted {
            for at in found(&in_small, &wanted.letters) {
                let Some(hit) = wanted.hit(text, &letters, at) else { continue };
                let is_free =
                    is_taken.get(hit.from..hit.to).is_some_and(|part| !part.contains(&true));
                if is_free {
                    take(&mut is_taken, &hit);
                    hits.push(hit);
                }
            }
        }
        hits.sort_by_key(|hit| hit.from);
        hits
    }
}

impl Wanted {
    fn of(name: &str, stands_for: Stands) -> Self {
        let name = name.trim();
        let letters: Vec<char> = name.chars().map(small).collect();
        let is_person = matches!(stands_for, Stands::Person(_));
        let is_short = letters.len() < PART_MIN;
        Self {
            is_word: is_person && (is_short || WORDS.contains(&name.to_lowercase().as_str())),
            name: name.to_owned(),
            letters,
            stands_for,
        }
    }

    /// The name at this place, if it stands there by itself and is no ordinary word.
    fn hit(&self, text: &str, letters: &[(usize, char)], at: usize) -> Option<Hit> {
        let end = at + self.letters.len();
        let letter = |at: usize| letters.get(at).map(|(_, letter)| *letter);
        let before = at.checked_sub(1).and_then(letter);
        let after = letter(end);
        if before.is_some_and(char::is_alphabetic) || after.is_some_and(char::is_alphabetic) {
            return None;
        }
        let (from, _) = letters.get(at)?;
        let to = letters.get(end).map_or(text.len(), |(to, _)| *to);
        let spelled = text.get(*from..to)?;
        let is_small = spelled.chars().next().is_some_and(char::is_lowercase);
        if self.is_word && is_small && spelled != self.name && text.trim() != spelled {
            return None;
        }
        if self.is_date(text, (*from, to)) {
            return None;
        }
        Some(Hit { from: *from, to, stands_for: self.stands_for })
    }

    /// Whether it is a month or a weekday beside a number.
    fn is_date(&self, text: &str, (from, to): (usize, usize)) -> bool {
        let small: String = self.letters.iter().collect();
        if !MONTHS_AND_DAYS.contains(&small.as_str()) {
            return false;
        }
        let before = text.get(..from).unwrap_or_default().trim_end_matches([' ', '.', ',']);
        let after = text.get(to..).unwrap_or_default().trim_start_matches([' ', '.', ',']);
        let is_digit = |letter: &char| letter.is_ascii_digit();
        let (n_before, n_after) = (
            before.chars().rev().take_while(is_digit).count(),
            after.chars().take_while(is_digit).count(),
        );
        // Before it stands a day, after it a day or a year.
        (1..=2).contains(&n_before) || (1..=4).contains(&n_after)
    }
}

/// A name as people may write it: whole, without blanks, as a handle, and each part.
fn spelled(name: &str) -> Vec<String> {
    let name = name.trim();
    let parts: Vec<&str> = name
        .split(|letter: char| !letter.is_alphabetic() && letter != '\'' && letter != '\u{2019}')
        .filter(|part| !part.is_empty())
        .collect();
    let mut all = vec![name.to_owned()];
    if let [first, .., last] = &parts[..] {
        all.push(parts.concat());
        let initial = first.chars().next().map(String::from).unwrap_or_default();
        all.push(format!("{initial}{last}"));
    }
    let long = parts.iter().filter(|part| part.chars().count() >= PART_MIN);
    all.extend(
        long.filter(|part| !PARTICLES.contains(&part.to_lowercase().as_str()))
            .map(|part| (*part).to_owned()),
    );
    all.dedup();
    all
}

/// Where these letters stand.
fn found<'a>(text: &'a [char], wanted: &'a [char]) -> impl Iterator<Item = usize> + 'a {
    let first = wanted.first().copied();
    text.iter().enumerate().filter_map(move |(at, letter)| {
        (Some(*letter) == first && text.get(at..at + wanted.len()) == Some(wanted)).then_some(at)
    })
}

/// A letter in small: one for one, so that places stay the same.
fn small(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn take(is_taken: &mut [bool], hit: &Hit) {
    is_taken.get_mut(hit.from..hit.to).into_iter().for_each(|part| part.fill(true));
}

/// Whether what comes next begins a sentence.
fn begins_sentence(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['.', '!', '?'])
}
