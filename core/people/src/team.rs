//! Who is in a team, where settings say so.
//!
//! Ownership files mostly name teams (`group:default/payments`, `@acme/payments`). A team cannot be
//! asked a question, its members can.

use crate::{Aliases, NameRefused, Person};
use std::collections::BTreeMap;

/// Teams and their members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teams {
    members: BTreeMap<String, Vec<Person>>,
}

impl Teams {
    /// Teams as settings give them; members may be written in any spelling that `aliases` knows.
    ///
    /// # Errors
    /// If a name cannot be one.
    pub fn new<'a, M>(
        teams: impl IntoIterator<Item = (&'a str, M)>,
        aliases: &Aliases,
    ) -> Result<Self, NameRefused>
    where
        M: IntoIterator<Item = &'a str>,
    {
        let mut all = Self::default();
        for (team, members) in teams {
            let mut people = Vec::new();
            for member in members {
                people.push(aliases.person(member)?);
            }
            people.sort();
            people.dedup();
            all.members.insert(team_key(team), people);
        }
        Ok(all)
    }

    /// The members of a team, in order of name; `None` if no setting lists the team.
    #[must_use]
    pub fn members(&self, team: &str) -> Option<&[Person]> {
        self.members.get(&team_key(team)).map(Vec::as_slice)
    }
}

/// Whether two spellings name one team.
#[must_use]
pub fn is_same_team(a: &str, b: &str) -> bool {
    team_key(a) == team_key(b)
}

/// `Payments`, `@acme/payments`, `group:payments` and `group:default/payments` are one team.
fn team_key(team: &str) -> String {
    let team = team.trim();
    let team = team.rsplit_once('/').map_or(team, |(_, last)| last);
    let team = team.rsplit_once(':').map_or(team, |(_, last)| last);
    team.trim_start_matches('@').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_team_is_written_in_many_ways() {
        let teams =
            Teams::new([("payments", ["Bob", "Anna", "bob"])], &Aliases::default()).unwrap();
        for team in ["Payments", "@acme/payments", "group:payments", "group:default/payments"] {
            let members = teams.members(team).unwrap();
            assert_eq!(members.iter().map(Person::name).collect::<Vec<_>>(), ["Anna", "Bob"]);
        }
        assert!(teams.members("billing").is_none());
        assert!(is_same_team("@acme/payments", "Payments") && !is_same_team("pay", "payments"));
    }
}
