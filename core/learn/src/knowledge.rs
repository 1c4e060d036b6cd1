//! Who knows which service, and how many people that are.
//!
//! People are ranked by [`hw_people::who_knows`], with its evidence; nothing is ranked again here. How
//! many they are is the *bus factor*: so many people would have to be gone until nobody knows it. A team
//! of which no setting lists the people is no person, and is said apart.

use crate::words::{counted, listed};
use hw_model::plain;
use hw_people::{Answer, Candidate};

/// Letters of the name of a service in a sentence.
const NAME_MAX: usize = 100;

/// People who are named in a sentence.
const NAMED_MAX: usize = 3;

/// Who knows one service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceKnowledge {
    /// The service.
    pub service: String,
    /// So many people know it.
    pub bus_factor: u64,
    /// So many of them are not away now.
    pub here: u64,
    /// Those who know it, best first.
    pub people: Vec<Knower>,
    /// Teams that own it of which no setting lists the people.
    pub teams: Vec<String>,
    /// The same in a sentence.
    pub words: String,
}

/// Somebody who knows a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knower {
    /// Who.
    pub person: String,
    /// The evidence, the weightiest first.
    pub because: Vec<String>,
    /// Whether there was none of it when the stretch began.
    pub is_new: bool,
    /// Whether the person is away now.
    pub is_away: bool,
}

/// The map, those services first that the fewest people know. Each service comes with who knows it now,
/// and who knew it when the stretch began that is looked at.
#[must_use]
pub fn knowledge(services: &[(Answer, Answer)]) -> Vec<ServiceKnowledge> {
    let mut map: Vec<ServiceKnowledge> =
        services.iter().map(|(now, before)| of_service(now, before)).collect();
    map.sort_by(|a, b| (a.bus_factor, a.here, &a.service).cmp(&(b.bus_factor, b.here, &b.service)));
    map
}

fn of_service(now: &Answer, before: &Answer) -> ServiceKnowledge {
    let knew = |candidate: &Candidate| {
        before.candidates.iter().any(|earlier| earlier.person == candidate.person)
    };
    let people = now.candidates.iter().filter(|candidate| !candidate.is_team);
    let people: Vec<Knower> = people
        .map(|candidate| Knower {
            person: candidate.person.name().to_owned(),
            because: candidate.because.clone(),
            is_new: !knew(candidate),
            is_away: candidate.away.is_some(),
        })
        .collect();
    let teams = now.candidates.iter().filter(|candidate| candidate.is_team);
    let teams: Vec<String> = teams.map(|team| team.person.name().to_owned()).collect();
    ServiceKnowledge {
        service: now.service.clone(),
        bus_factor: people.len() as u64,
        here: people.iter().filter(|knower| !knower.is_away).count() as u64,
        words: words(&plain(&now.service, NAME_MAX), &people, &teams),
        people,
        teams,
    }
}

fn words(service: &str, people: &[Knower], teams: &[String]) -> String {
    let names = |people: &mut dyn Iterator<Item = &Knower>| -> Vec<String> {
        people.map(|knower| knower.person.clone()).collect()
    };
    let mut words = match people {
        [] if teams.is_empty() => format!("nobody is known to know {service}"),
        [] => format!("{service} is owned by {}; who is in it, settings do not say", listed(teams)),
        [only] => format!("only {} knows {service}", only.person),
        several => {
            let named = names(&mut several.iter().take(NAMED_MAX));
            let n = several.len();
            let n_more = n.saturating_sub(NAMED_MAX);
            let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
            let named = if n_more > 0 { named.join(", ") } else { listed(&named) };
            format!("{n} people know {service}: {named}{more}")
        }
    };
    let away = names(&mut people.iter().filter(|knower| knower.is_away));
    if !away.is_empty() {
        let verb = if away.len() == 1 { "is" } else { "are" };
        words.push_str(&format!("; {} {verb} away", listed(&away)));
    }
    let new = names(&mut people.iter().filter(|knower| knower.is_new));
    if !new.is_empty() && new.len() < people.len() {
        words.push_str(&format!("; {} since then: {}", counted_new(new.len()), listed(&new)));
    }
    words
}

fn counted_new(n: usize) -> String {
    counted(n as u64, "more").trim_end_matches('s').to_owned()
}
