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
    /// Another program, such as Alertmanager. What it says is no person's noticing.
    Program(Name),
}

/// The name under which alerts of Alertmanager are written down.
pub const ALERTMANAGER: &str = "Alertmanager";

/// The name under which the firings of rules are written down. People set their bounds, so it is not
/// Highwater that noticed.
pub const RULES: &str = "Highwater rules";

/// Programs that write into incidents by themselves. Their names stand in the record as those of
/// persons do.
const PROGRAMS: [&str; 2] = [ALERTMANAGER, RULES];

impl Author {
    /// The author of a name: one of the programs that are known, or a person.
    #[must_use]
    pub fn named(name: Name) -> Self {
        let is_program = PROGRAMS.contains(&name.as_str());
        if is_program { Self::Program(name) } else { Self::Person(name) }
    }

    /// Whether a person is behind it.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        match self {
            Self::Person(_) => true,
            Self::Highwater | Self::Program(_) => false,
        }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Highwater => f.write_str("Highwater"),
            Self::Person(name) | Self::Program(name) => write!(f, "{name}"),
        }
    }
}
