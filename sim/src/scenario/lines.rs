//! A script, line by line and word by word; what was expected is said where it is missing.

use std::fmt;

/// A line of a scenario that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What should stand there.
    pub expected: String,
    /// What does.
    pub found: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, expected, found } = self;
        write!(f, "{file}:{line}: expected {expected}, found {found}")
    }
}

impl std::error::Error for ScenarioError {}

/// What reading something of a script gives.
pub(super) type Read<T> = Result<T, ScenarioError>;

/// The words of one line.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    file: &'a str,
    number: usize,
    words: Vec<&'a str>,
    at: usize,
}

/// The lines of a script that say something.
pub(super) fn lines<'a>(file: &'a str, script: &'a str) -> Vec<Line<'a>> {
    let numbered = (1..).zip(script.lines());
    let lines = numbered.map(|(number, text)| {
        let is_comment = text.trim_start().starts_with("# ") || text.trim() == "#";
        let words = if is_comment { Vec::new() } else { text.split_whitespace().collect() };
        Line { file, number, words, at: 0 }
    });
    lines.filter(|line| !line.words.is_empty()).collect()
}

impl<'a> Line<'a> {
    /// The next word, without taking it.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    /// Takes the next word if it is this one.
    pub(super) fn takes(&mut self, word: &str) -> bool {
        let is_it = self.peek() == Some(word);
        self.at += usize::from(is_it);
        is_it
    }

    /// Takes this word, which must come now.
    pub(super) fn want(&mut self, word: &str) -> Read<()> {
        if self.takes(word) { Ok(()) } else { Err(self.error(&format!("\"{word}\""))) }
    }

    /// Takes a word of any kind.
    pub(super) fn word(&mut self, expected: &str) -> Read<&'a str> {
        self.value(expected, Some)
    }

    /// Takes a word that means something.
    pub(super) fn value<T>(
        &mut self,
        expected: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Read<T> {
        let value = self.peek().and_then(read).ok_or_else(|| self.error(expected))?;
        self.at += 1;
        Ok(value)
    }

    /// Takes what is left.
    pub(super) fn rest(&mut self, expected: &str) -> Read<String> {
        let rest = self.words.get(self.at..).unwrap_or_default().join(" ");
        self.at = self.words.len();
        if rest.is_empty() { Err(self.error(expected)) } else { Ok(rest) }
    }

    /// Makes sure that nothing is left.
    pub(super) fn end(&self) -> Read<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.error("the end of the line")) }
    }

    /// Nothing else was expected here.
    pub(super) fn error(&self, expected: &str) -> ScenarioError {
        let found = self.peek().map_or("the end of the line".to_owned(), |w| format!("\"{w}\""));
        ScenarioError {
            file: self.file.to_owned(),
            line: self.number,
            expected: expected.to_owned(),
            found,
        }
    }

    /// The word before was understood, but does not fit.
    pub(super) fn misfit(&self, expected: &str) -> ScenarioError {
        let back = Self { at: self.at.saturating_sub(1), ..self.clone() };
        back.error(expected)
    }
}
