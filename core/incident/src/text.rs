//! What people write: kept as it was written, or refused with what is wrong. Text is never markup, and
//! never moves a cursor.

use hw_model::is_plain;
use std::fmt;

/// Letters of a text at most: some pages. What is longer belongs into a document, with a link here.
pub const TEXT_MAX: usize = 10_000;

/// Letters of a section of a post mortem at most.
pub const SECTION_MAX: usize = 100_000;

/// Letters of a name at most.
const NAME_MAX: usize = 200;

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(String);

/// The name of a person, a team or a program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing stands in it.
    Empty,
    /// It has more letters than this.
    Longer {
        /// Letters that may be.
        letters_max: usize,
        /// Letters there are.
        letters: usize,
    },
    /// It holds a letter that is not shown, or moves what is shown.
    Control {
        /// The letter.
        letter: char,
        /// Its place, counted from 1.
        at: usize,
    },
    /// A name goes over two lines.
    Lines,
}

impl Text {
    /// Takes a text; blanks around it go.
    ///
    /// # Errors
    ///
    /// If it is empty, longer than `TEXT_MAX`, or holds control characters other than line ends and
    /// tabs.
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        Self::parse_up_to(text, TEXT_MAX)
    }

    /// Takes a text that may be longer, such as a section of a post mortem; blanks around it go.
    ///
    /// # Errors
    ///
    /// As `parse`, but for the number of letters.
    pub fn parse_up_to(text: &str, letters_max: usize) -> Result<Self, TextFault> {
        let text = text.replace("\r\n", "\n");
        checked(text.trim(), letters_max).map(Self)
    }

    /// A text of our own, or one that was checked when it was recorded.
    #[must_use]
    pub fn recorded(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Name {
    /// Takes a name; blanks around it go.
    ///
    /// # Errors
    ///
    /// If it is empty, longer than 200 letters, or holds control characters or line ends.
    pub fn parse(name: &str) -> Result<Self, TextFault> {
        let name = checked(name.trim(), NAME_MAX)?;
        if name.contains(['\n', '\t']) {
            return Err(TextFault::Lines);
        }
        Ok(Self(name))
    }

    /// A name of our own, or one that was checked when it was recorded.
    #[must_use]
    pub fn recorded(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn checked(text: &str, letters_max: usize) -> Result<String, TextFault> {
    let letters = text.chars().count();
    if letters == 0 {
        return Err(TextFault::Empty);
    }
    if letters > letters_max {
        return Err(TextFault::Longer { letters_max, letters });
    }
    let bad = text
        .chars()
        .enumerate()
        .find(|(_, letter)| !is_plain(*letter) && !['\n', '\t'].contains(letter));
    match bad {
        Some((at, letter)) => Err(TextFault::Control { letter, at: at + 1 }),
        None => Ok(text.to_owned()),
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Longer { letters_max, letters } => write!(
                f,
                "has {letters} letters, and {letters_max} are possible: put the rest into a document \
                 and link it"
            ),
            Self::Control { letter, at } => write!(
                f,
                "has a control character (U+{:04X}) at letter {at}: take it out, for it would move \
                 or hide what others see",
                u32::from(*letter)
            ),
            Self::Lines => f.write_str("goes over several lines, and must stand on one"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_or_refused() {
        let kept = |text: &str| Text::parse(text).map(|text| text.as_str().to_owned());
        assert_eq!(
            kept("  more items than usual\r\nin the inbox ").as_deref(),
            Ok("more items than usual\nin the inbox")
        );
        assert_eq!(kept("<b>&\"'</b>").as_deref(), Ok("<b>&\"'</b>"), "markup is text");
        assert_eq!(kept(" \n "), Err(TextFault::Empty));
        assert_eq!(kept("a\u{1b}[2Jb"), Err(TextFault::Control { letter: '\u{1b}', at: 2 }));
        assert_eq!(kept("a\u{202e}b"), Err(TextFault::Control { letter: '\u{202e}', at: 2 }));
        let long = "é".repeat(TEXT_MAX + 1);
        assert_eq!(
            kept(&long),
            Err(TextFault::Longer { letters_max: TEXT_MAX, letters: TEXT_MAX + 1 })
        );
        assert!(kept(&"é".repeat(TEXT_MAX)).is_ok());
        assert_eq!(Name::parse("Anna\nBob"), Err(TextFault::Lines));
        assert_eq!(Name::parse(" Anna ").map(|name| name.to_string()).as_deref(), Ok("Anna"));
    }
}
