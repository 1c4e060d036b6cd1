//! Who knows which service.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who knows which service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnowledgeMap {
    /// Since when people count as new.
    pub from: String,
    /// Of when it is.
    pub at: String,
    /// What bus factor means.
    pub bus_factor_means: String,
    /// Services, those that the fewest people know first.
    pub services: Vec<ServiceKnowledge>,
    /// What is left out, not known, old or broken.
    pub troubles: Vec<String>,
}

/// Who knows one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Knower {
    /// Who.
    pub person: String,
    /// The evidence, the weightiest first.
    pub because: Vec<String>,
    /// Whether nothing showed it before `from`.
    pub is_new: bool,
    /// Whether the person is away now.
    pub is_away: bool,
}

impl From<&hw_learn::ServiceKnowledge> for ServiceKnowledge {
    fn from(known: &hw_learn::ServiceKnowledge) -> Self {
        Self {
            service: known.service.clone(),
            bus_factor: known.bus_factor,
            here: known.here,
            people: known.people.iter().map(Knower::from).collect(),
            teams: known.teams.clone(),
            words: known.words.clone(),
        }
    }
}

impl From<&hw_learn::Knower> for Knower {
    fn from(knower: &hw_learn::Knower) -> Self {
        Self {
            person: knower.person.clone(),
            because: knower.because.clone(),
            is_new: knower.is_new,
            is_away: knower.is_away,
        }
    }
}
