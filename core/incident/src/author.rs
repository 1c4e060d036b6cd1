//! Who an entry is from.

use crate::text::Name;
use std::fmt;

/// Who an entry is from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Author {
    /// Highwater itself.
    Highwater,
    /// A person.
    Person(Name),
}

impl Author {
    /// Whether a person is behind it.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        match self {
            Self::Person(_) => true,
            Self::Highwater => false,
        }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Highwater => f.write_str("Highwater"),
            Self::Person(name) => write!(f, "{name}"),
        }
    }
}
