//! Who noticed first that something is wrong: a person, Highwater, or another program.

use crate::log::{Case, Log, Sighting};
use hw_incident::Author;
use hw_model::{IncidentId, Interval, Timestamp};
use std::collections::BTreeMap;

/// What kind of detector it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detector {
    /// Highwater, or another program such as Alertmanager.
    Machine,
    /// A person.
    Person,
}

impl Detector {
    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Person => "person",
        }
    }

    /// What somebody is.
    #[must_use]
    pub const fn of(author: &Author) -> Self {
        match author {
            Author::Highwater | Author::Program(_) => Self::Machine,
            Author::Person(_) => Self::Person,
        }
    }
}

/// Somebody who was first to notice in some incidents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoNoticed {
    /// Highwater, a program, or a person by name.
    pub by: Author,
    /// In which incidents.
    pub incidents: Vec<IncidentId>,
}

/// Who was first to notice an incident, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noticed {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Author,
}

impl Case {
    /// The first who noticed it.
    #[must_use]
    pub fn first_noticed(&self) -> Option<Noticed> {
        let machine = self.times.detected.map(|at| Noticed { at, by: Author::Highwater });
        let program = self.earliest(|by| matches!(by, Author::Program(_))).map(Noticed::of);
        // A machine that is as early as a person was first: the person may have heard of it there.
        [machine, program, self.person_noticed()].into_iter().flatten().min_by_key(|seen| seen.at)
    }

    /// The first person who noticed it. The time that the record has stands, for people correct it.
    #[must_use]
    pub fn person_noticed(&self) -> Option<Noticed> {
        let seen = self.earliest(Author::is_person)?;
        Some(Noticed { at: self.times.noticed.unwrap_or(seen.at), by: seen.by.clone() })
    }

    fn earliest(&self, is_wanted: impl Fn(&Author) -> bool) -> Option<&Sighting> {
        let wanted = self.sightings.iter().filter(|sighting| is_wanted(&sighting.by));
        wanted.min_by_key(|sighting| (sighting.at, &sighting.by))
    }
}

impl Noticed {
    fn of(sighting: &Sighting) -> Self {
        Self { at: sighting.at, by: sighting.by.clone() }
    }
}

/// Who was first to notice, those most often first.
#[must_use]
pub fn who_noticed(log: &Log, period: Interval) -> Vec<WhoNoticed> {
    let mut by_author: BTreeMap<Author, Vec<IncidentId>> = BTreeMap::new();
    for case in log.cases(period) {
        if let Some(noticed) = case.first_noticed() {
            by_author.entry(noticed.by).or_default().push(case.id);
        }
    }
    let mut all: Vec<WhoNoticed> =
        by_author.into_iter().map(|(by, incidents)| WhoNoticed { by, incidents }).collect();
    all.sort_by(|a, b| b.incidents.len().cmp(&a.incidents.len()).then_with(|| a.by.cmp(&b.by)));
    all
}
