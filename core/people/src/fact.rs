//! Facts about people: ownership, turns on call, absences, and evidence of knowledge.
//!
//! Each says where it comes from and of when it is, so that a page can say how old it is.

use crate::{Aliases, Person, Teams};
use hw_model::{Effect, IncidentId, Timestamp};
use std::fmt;

/// The kind of file that names an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnerSource {
    /// Backstage's `catalog-info.yaml`.
    CatalogInfo,
    /// `CODEOWNERS` of GitHub or GitLab.
    CodeOwners,
    /// OpsLevel's `opslevel.yml`.
    OpsLevel,
    /// Highwater's own settings.
    Settings,
}

impl fmt::Display for OwnerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CatalogInfo => "catalog-info.yaml",
            Self::CodeOwners => "CODEOWNERS",
            Self::OpsLevel => "opslevel.yml",
            Self::Settings => "settings",
        })
    }
}

/// Where in a file something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileEntry {
    /// In a line, counted from 1.
    Line(usize),
    /// In the entry of this name.
    Named(String),
}

/// How the name in a file was found to be this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matched {
    /// Settings say that the two names are one.
    BySettings,
    /// The names are equal.
    Exactly,
    /// The names differ in upper and lower case, or in `_`, `.` and `-`.
    Loosely,
    /// Settings give the service a path, and the last matching line of the file owns that path.
    ByPath,
}

impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BySettings => "named so in settings",
            Self::Exactly => "same name",
            Self::Loosely => "nearly the same name",
            Self::ByPath => "by its path in settings",
        })
    }
}

/// Who owns a service, as a file says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The service, as telemetry names it.
    pub service: String,
    /// The person or team, as the file names it.
    pub owner: Person,
    /// Whether the file says that this is a team.
    pub is_team: bool,
    /// The kind of the file.
    pub source: OwnerSource,
    /// The file.
    pub file: String,
    /// Where in it.
    pub entry: FileEntry,
    /// How the file's name for the service was found to be this service.
    pub matched: Matched,
}

impl Owner {
    /// What this ownership says about people: one piece of evidence per member of the team where
    /// settings list them, otherwise one for the owner.
    #[must_use]
    pub fn evidence(
        &self,
        read_at: Timestamp,
        teams: &Teams,
        aliases: &Aliases,
    ) -> Vec<KnowsEvidence> {
        let of = |person: Person, holder: Holder| KnowsEvidence {
            person,
            service: self.service.clone(),
            at: read_at,
            knowledge: Knowledge::Owns { source: self.source, holder },
        };
        let name = self.owner.name();
        if let Some(members) = teams.members(name) {
            let member = |m: &Person| of(m.clone(), Holder::MemberOf(name.to_owned()));
            return members.iter().map(member).collect();
        }
        if self.is_team {
            return vec![of(self.owner.clone(), Holder::Team)];
        }
        let person = aliases.person(name).unwrap_or_else(|_| self.owner.clone());
        vec![of(person, Holder::Person)]
    }
}

/// A calendar feed, and when it was last read well.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedRef {
    /// Its name in settings.
    pub name: String,
    /// When what is in use now was read.
    pub read_at: Timestamp,
}

/// A stretch of time in which a person is on call for a service: `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OnCall {
    /// Who is on call.
    pub person: Person,
    /// For which service.
    pub service: String,
    /// The first instant of the turn.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// The feed that says so.
    pub feed: FeedRef,
}

/// A stretch of time in which a person is away: `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absence {
    /// Who is away.
    pub person: Person,
    /// The first instant of the absence.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// The feed that says so.
    pub feed: FeedRef,
}

/// Whether a change was told or made by the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeDone {
    /// The person told Highwater of it.
    Told,
    /// The person made it: is named as its author.
    Made,
}

/// As what somebody owns a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// The file names the person.
    Person,
    /// The file names this team, and settings list the person in it.
    MemberOf(String),
    /// The file names a team that no setting lists: the team stands for its people.
    Team,
}

/// The role somebody had in an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleHeld {
    /// Decided.
    Lead,
    /// Wrote down.
    Scribe,
    /// Stood in for the lead.
    Deputy,
    /// Spoke with those outside.
    Liaison,
    /// Helped.
    Helper,
}

impl fmt::Display for RoleHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lead => "lead",
            Self::Scribe => "scribe",
            Self::Deputy => "deputy",
            Self::Liaison => "liaison",
            Self::Helper => "helper",
        })
    }
}

/// What shows that somebody knows a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knowledge {
    /// Took part in an incident on it.
    Incident {
        /// The incident.
        incident: IncidentId,
        /// The role in it.
        role: RoleHeld,
    },
    /// Wrote an entry on the timeline of an incident on it.
    Entry {
        /// The incident.
        incident: IncidentId,
    },
    /// Began an attempt to stop the harm in an incident on it.
    Mitigation {
        /// The incident.
        incident: IncidentId,
        /// What the attempt did.
        effect: Effect,
    },
    /// Told or made a change on it.
    Change(ChangeDone),
    /// Owns it, as a file says.
    Owns {
        /// The kind of the file.
        source: OwnerSource,
        /// As what.
        holder: Holder,
    },
    /// Was on call for it; the time of the evidence is the beginning of the turn.
    OnCall {
        /// The feed that says so.
        feed: String,
    },
}

/// One piece of evidence that a person knows a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnowsEvidence {
    /// Who.
    pub person: Person,
    /// Which service.
    pub service: String,
    /// When: of the incident its start, of ownership the reading of the file.
    pub at: Timestamp,
    /// What was done or said.
    pub knowledge: Knowledge,
}
