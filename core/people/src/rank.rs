//! Who knows a service best, with the evidence, and whom to ask when the first is away.
//!
//! # The formula
//!
//! A person's score is a sum of points over the evidence. Each piece is worth its weight times its
//! freshness:
//!
//! | evidence | weight | several of them |
//! |---|---|---|
//! | lead of an incident | 8 | each incident counts in full, with the best role held in it |
//! | another role in an incident | 5 | as above |
//! | mitigation of an incident that worked | 3 | each incident counts in full, with the best attempt in it |
//! | mitigation that did not, or is not decided | 1 | as above |
//! | owner by file, or member of the team that is | 4 | counts once, and does not age |
//! | made a change | 2 | the `k`-th newest counts `1/k^2` |
//! | on call for it | 2 | the `k`-th newest counts `1/k^2` |
//! | told a change | 1 | the `k`-th newest counts `1/k^2` |
//! | wrote an entry | 1 | the `k`-th newest counts `1/k^2` |
//!
//! Freshness is 1 today and halves every [`HALF_LIFE_DAYS`] days, in a straight line between the
//! halvings: `(1 - f/2) / 2^n` for `n + f` half-lives. Lines instead of an exponential because their
//! arithmetic is the same on every machine, and nobody can tell the two apart.
//!
//! Because `1 + 1/4 + 1/9 + ...` stays below 1.65, no number of changes outweighs one incident of the
//! same age: all one can get out of changes told and made is 4.95, and a helper has 5. A script that
//! deploys forty times a day does not become the one who knows the service.
//!
//! Evidence from after `now` does not count, so asking with an earlier `now` shows how knowledge grew.
//! Order is by score, then by name.

use crate::sentence::{Evidence, evidence_of};
use crate::{Absence, FeedRef, KnowsEvidence, OnCall, Person};
use hw_model::{Timestamp, plain};
use std::collections::BTreeMap;

/// Days after which a piece of evidence is worth half: about four months, a few releases.
pub const HALF_LIFE_DAYS: f64 = 120.0;
/// How many people an answer names as the ones to ask.
const ASK_MAX: usize = 2;
/// Characters of a service's name in a sentence.
const SERVICE_CHARS_MAX: usize = 100;

/// Until when something holds, and the feed that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// The first instant at which it no longer holds.
    pub at: Timestamp,
    /// The feed that says so, and when it was read.
    pub feed: FeedRef,
}

/// One person, or an unlisted team, with what shows that they know the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Who.
    pub person: Person,
    /// Whether this is a team whose people no setting lists.
    pub is_team: bool,
    /// The sum of points; only its order means something.
    pub score: f64,
    /// The evidence, the weightiest sentence first.
    pub because: Vec<String>,
    /// Set if the person is on call for the service now.
    pub on_call: Option<Until>,
    /// Set if the person is away now.
    pub away: Option<Until>,
}

/// Why nobody is named, and what would change that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// One sentence.
    pub because: String,
    /// What would make it known, one sentence each.
    pub would_help: Vec<String>,
}

/// Who knows a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The service asked about.
    pub service: String,
    /// Everybody with evidence or on call, best first.
    pub candidates: Vec<Candidate>,
    /// The first two people who are not away.
    pub ask: Vec<Person>,
    /// Set if there are no candidates.
    pub unknown: Option<Unknown>,
}

/// Ranks who knows `service` at `now`. The module says the formula.
#[must_use]
pub fn who_knows(
    service: &str,
    now: Timestamp,
    evidence: &[KnowsEvidence],
    absences: &[Absence],
    on_call: &[OnCall],
) -> Answer {
    let on_call: Vec<&OnCall> =
        on_call.iter().filter(|o| o.service == service && o.from <= now && now < o.to).collect();
    let mut by_person: BTreeMap<&Person, Vec<&KnowsEvidence>> = BTreeMap::new();
    for piece in evidence.iter().filter(|piece| piece.service == service && piece.at <= now) {
        by_person.entry(&piece.person).or_default().push(piece);
    }
    for turn in &on_call {
        by_person.entry(&turn.person).or_default();
    }
    let mut candidates: Vec<Candidate> = by_person
        .into_iter()
        .filter_map(|(person, pieces)| {
            let turn = on_call.iter().filter(|o| o.person == *person).max_by_key(|o| o.to);
            let found = evidence_of(&pieces, turn.copied(), now);
            candidate(person, found, turn.copied(), away(person, now, absences))
        })
        .collect();
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.person.cmp(&b.person)));
    let people = candidates.iter().filter(|candidate| !candidate.is_team);
    let here = people.filter(|candidate| candidate.away.is_none());
    Answer {
        service: service.to_owned(),
        ask: here.take(ASK_MAX).map(|candidate| candidate.person.clone()).collect(),
        unknown: candidates.is_empty().then(|| unknown(service)),
        candidates,
    }
}

/// A candidate, if there is anything to say of the person by now.
fn candidate(
    person: &Person,
    found: Evidence,
    turn: Option<&OnCall>,
    away: Option<Until>,
) -> Option<Candidate> {
    let on_call = turn.map(|turn| Until { at: turn.to, feed: turn.feed.clone() });
    if found.sentences.is_empty() {
        return None;
    }
    Some(Candidate {
        person: person.clone(),
        is_team: found.is_team,
        score: found.score,
        because: found.sentences,
        on_call,
        away,
    })
}

/// Until when a person is away, over absences that follow on one another without a gap.
fn away(person: &Person, now: Timestamp, absences: &[Absence]) -> Option<Until> {
    let mut theirs: Vec<&Absence> =
        absences.iter().filter(|a| a.person == *person && a.to > now).collect();
    theirs.sort_by(|a, b| (a.from, b.to, &a.feed).cmp(&(b.from, a.to, &b.feed)));
    let mut until: Option<Until> = None;
    for absence in theirs {
        let reached = until.as_ref().map_or(now, |until| until.at);
        if absence.from <= reached && absence.to > reached {
            until = Some(Until { at: absence.to, feed: absence.feed.clone() });
        }
    }
    until
}

/// The answer about a service of which nothing is known.
fn unknown(service: &str) -> Unknown {
    let shown = plain(service, SERVICE_CHARS_MAX);
    Unknown {
        because: format!(
            "Nobody is known to know {shown}: no incident, entry, ownership file or on-call \
             feed names it."
        ),
        would_help: vec![
            format!("An owner of {shown} in catalog-info.yaml, CODEOWNERS or opslevel.yml."),
            format!("An on-call feed with {shown} among its services."),
            format!(
                "An incident on {shown}: whoever takes a role or writes an entry is remembered."
            ),
        ],
    }
}
