//! People around a service: who is on call, who owns it, who knows it, who is away.

use serde::Serialize;
use utoipa::ToSchema;

/// Whom to ask about a service.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServicePeople {
    /// The service.
    pub service: String,
    /// When this is so: what is now.
    pub at: String,
    /// The answer in a few sentences.
    pub words: String,
    /// People to ask first: those who know it best and are not away, two at most.
    pub ask: Vec<String>,
    /// Who is on call for it now.
    pub on_call: Vec<OnCallNow>,
    /// Who owns it, as files say.
    pub owners: Vec<ServiceOwner>,
    /// Those of whom something shows that they know it, the 20 who know it best, best first.
    pub knows: Vec<KnowsService>,
    /// Who of those who know it is away now.
    pub away: Vec<AwayNow>,
    /// What would make it known who knows it; empty unless nobody is.
    pub would_help: Vec<String>,
    /// What is not known, old or broken: files and calendars that cannot be read.
    pub troubles: Vec<String>,
}

/// Somebody who is on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnCallNow {
    /// Who.
    pub person: String,
    /// Since when.
    pub from: String,
    /// Until when.
    pub until: String,
    /// The feed that says so.
    pub feed: String,
    /// When that was read, by the clock of the machine.
    pub read_at: String,
    /// Until when the person is away although on call; null if not.
    pub away_until: Option<String>,
}

/// An owner, as a file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceOwner {
    /// The person or team.
    pub owner: String,
    /// Whether the file says that this is a team.
    pub is_team: bool,
    /// Who is in the team, where settings say so.
    pub members: Vec<String>,
    /// The kind of file: catalog-info.yaml, CODEOWNERS, opslevel.yml.
    pub source: String,
    /// The file.
    pub file: String,
    /// The line in it, from 1; null where it has entries.
    pub line: Option<usize>,
    /// The name of the entry in it; null where it has lines.
    pub entry: Option<String>,
    /// How that was found to be this service.
    pub matched: String,
}

/// Somebody who knows a service.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct KnowsService {
    /// 1 knows it best.
    pub rank: usize,
    /// Who.
    pub person: String,
    /// Whether this is a team whose people no setting lists.
    pub is_team: bool,
    /// Points; only their order means something.
    pub score: f64,
    /// The evidence, the weightiest first.
    pub because: Vec<String>,
    /// Until when the person is on call for it; null if not.
    pub on_call_until: Option<String>,
    /// Until when the person is away; null if not.
    pub away_until: Option<String>,
}

/// Somebody who is away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AwayNow {
    /// Who.
    pub person: String,
    /// Until when.
    pub until: String,
    /// The feed that says so.
    pub feed: String,
    /// When that was read, by the clock of the machine.
    pub read_at: String,
}
