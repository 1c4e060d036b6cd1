//! Where a sentence has it from. A sentence without a source has no spelling.

use hw_model::{ChangeId, IncidentId, ShiftId};
use std::fmt;

/// Where something stands in the record, or how it was counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A timeline entry, by its number.
    Entry(u64),
    /// A shift.
    Shift(ShiftId),
    /// A change, and what is said of it.
    Change(ChangeId),
    /// An action item.
    Action(u32),
    /// A figure of this document.
    Figure(String),
    /// A question to the API, which answers with it.
    Query(String),
    /// A line of source, as an address at the revision that was deployed.
    Code(String),
    /// What is not shown outside: this document is the public version.
    Withheld,
}

/// One or more sources.
// Invariant: no source stands in it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    first: Source,
    more: Vec<Source>,
}

/// A sentence, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// What it says. Text, never markup.
    pub words: String,
    /// What it rests on.
    pub sources: Sources,
}

impl Source {
    /// The present words of an incident.
    #[must_use]
    pub fn incident(id: IncidentId) -> Self {
        Self::Query(format!("/api/v1/incidents/{}", id.0))
    }

    /// The source of a word, as its `Display` writes it.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        if word == WITHHELD {
            return Some(Self::Withheld);
        }
        if let Some(id) = word.strip_prefix(FIGURE) {
            return Some(Self::Figure(id.to_owned()));
        }
        if word.starts_with('/') {
            return Some(Self::Query(word.to_owned()));
        }
        if is_link(word) {
            return Some(Self::Code(word.to_owned()));
        }
        let entry = || word.parse().ok().map(Self::Entry);
        let shift = || ShiftId::from_word(word).map(Self::Shift);
        let change = || ChangeId::from_word(word).map(Self::Change);
        let action = || word.strip_prefix('A')?.parse().ok().map(Self::Action);
        entry().or_else(shift).or_else(change).or_else(action)
    }
}

/// Whether a text is the address of something on a host of the web and nothing else, with no letter that could be markup.
#[must_use]
pub fn is_link(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%#:@+".contains(c);
    let parts = text.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    parts.is_some_and(|(host, path)| {
        !host.is_empty() && text.chars().all(is_plain) && !path.is_empty()
    })
}

const FIGURE: &str = "figure:";
const WITHHELD: &str = "withheld";

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(seq) => write!(f, "{seq}"),
            Self::Shift(id) => write!(f, "{id}"),
            Self::Change(id) => write!(f, "{id}"),
            Self::Action(id) => write!(f, "A{id}"),
            Self::Figure(id) => write!(f, "{FIGURE}{id}"),
            Self::Query(text) | Self::Code(text) => f.write_str(text),
            Self::Withheld => f.write_str(WITHHELD),
        }
    }
}

impl Sources {
    /// These, each once; `None` if there is none.
    #[must_use]
    pub fn of(sources: impl IntoIterator<Item = Source>) -> Option<Self> {
        let mut sources = sources.into_iter();
        let first = sources.next()?;
        Some(sources.fold(Self::from(first), Self::and))
    }

    /// These, and one more.
    #[must_use]
    pub fn and(mut self, source: impl Into<Source>) -> Self {
        let source = source.into();
        if !self.iter().any(|known| *known == source) {
            self.more.push(source);
        }
        self
    }

    /// These, and more.
    #[must_use]
    pub fn and_all(self, sources: impl IntoIterator<Item = Source>) -> Self {
        sources.into_iter().fold(self, Self::and)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

impl Sentence {
    /// What is said, and what it rests on.
    #[must_use]
    pub fn new(words: impl Into<String>, sources: impl Into<Sources>) -> Self {
        Self { words: words.into(), sources: sources.into() }
    }
}

impl<S: Into<Source>> From<S> for Sources {
    fn from(source: S) -> Self {
        Self { first: source.into(), more: Vec::new() }
    }
}

impl From<ShiftId> for Source {
    fn from(id: ShiftId) -> Self {
        Self::Shift(id)
    }
}

impl From<ChangeId> for Source {
    fn from(id: ChangeId) -> Self {
        Self::Change(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_written_and_read() {
        let all = [
            Source::Entry(12),
            Source::Shift(ShiftId(1)),
            Source::Change(ChangeId(11)),
            Source::Action(3),
            Source::Figure("ratio".to_owned()),
            Source::incident(IncidentId(1)),
            Source::Withheld,
            Source::Code("https://github.com/acme/gate/blob/3f2a9c1/src/a%20b.py#L42".to_owned()),
        ];
        let words = [
            "12",
            "S1",
            "C11",
            "A3",
            "figure:ratio",
            "/api/v1/incidents/1",
            "withheld",
            "https://github.com/acme/gate/blob/3f2a9c1/src/a%20b.py#L42",
        ];
        for (source, word) in all.iter().zip(words) {
            assert_eq!(
                (source.to_string().as_str(), Source::from_word(word).as_ref()),
                (word, Some(source))
            );
        }
        for word in ["", "X", "S", "entry 12", "-1", "https://elsewhere"] {
            assert_eq!(Source::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_source_stands_once() {
        let twice = [Source::Entry(1), Source::Entry(2), Source::Entry(1)];
        let sources = Sources::of(twice).unwrap().and(Source::Entry(2)).and(ShiftId(1));
        let words: Vec<String> = sources.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["1", "2", "S1"]);
        assert_eq!(Sources::of([]), None);
    }

    #[test]
    fn address_with_markup_is_no_source() {
        for word in
            ["https://", "http://a.b/c", "https://a.b/\"x", "https://a.b/<x>", "javascript:x"]
        {
            assert_eq!(Source::from_word(word), None, "{word}");
        }
    }
}
