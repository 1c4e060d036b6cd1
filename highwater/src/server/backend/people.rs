//! Whom to ask about a service: what files and calendars say, and what the record shows.
//!
//! Who is on call must be answered also when the engine is busy or the record damaged: what cannot be
//! asked is said among the troubles then, and the rest is answered.

mod evidence;
mod words;

use super::Answers;
use crate::people::{Asked, Facts};
use crate::server::clock::wall;
use hw_api::{AwayNow, KnowsService, OnCallNow, ServiceOwner, ServicePeople, ratio, rfc3339};
use hw_model::{Timestamp, plain};
use hw_people::{Answer, Candidate, FileEntry, OnCall, Owner, Teams, Until, who_knows};
use hw_web::Answered;
use std::collections::BTreeSet;

/// Letters of the name of a service.
const NAME_MAX: usize = 300;

/// People of a ranking that are shown: who comes after them knows little.
const KNOWS_MAX: usize = 20;

impl Answers {
    /// Whom to ask; or the names of the services there are.
    pub(super) fn service_people(
        &self,
        service: &str,
    ) -> Answered<Result<ServicePeople, Vec<String>>> {
        let (seen, mut troubles) = self.services_seen();
        let is_unsure = !troubles.is_empty();
        let wall = wall();
        let now = self.time_now().ok().filter(|now| now.0 > i64::MIN).unwrap_or(wall);
        let mut facts = self.people.facts(&Asked { service, seen: &seen, now });
        let mut is_recorded = false;
        match self.record_evidence(service) {
            Ok(found) => {
                is_recorded = found.is_recorded;
                facts.evidence.extend(found.evidence);
                troubles.extend(found.cut);
            }
            Err(failure) => {
                troubles.push(format!("What the record shows of people is not known: {failure}."));
            }
        }
        let is_known = is_unsure
            || seen.contains(service)
            || self.people.settings.services().any(|named| named == service)
            || !facts.owners.is_empty()
            || is_recorded;
        if !is_known {
            let mut names = self.people.names();
            names.extend(seen);
            return Ok(Err(names.into_iter().collect()));
        }
        let answer = who_knows(service, now, &facts.evidence, &facts.absences, &facts.on_call);
        if facts.is_without_turns {
            let shown = plain(service, NAME_MAX);
            facts.troubles.push(format!("No on-call feed is for {shown}."));
        }
        facts.troubles.append(&mut troubles);
        Ok(Ok(told(&answer, &facts, &self.people.settings.teams, now)))
    }

    /// Services that telemetry has shown, and why they are not known.
    pub(super) fn services_seen(&self) -> (BTreeSet<String>, Vec<String>) {
        match self.ask(0, super::map::services) {
            Ok(services) => (services.into_iter().map(|service| service.id).collect(), Vec::new()),
            Err(failure) => {
                let words = format!(
                    "Which services send something is not known now, so that an owner may be missing: \
                     {failure}."
                );
                (BTreeSet::new(), vec![words])
            }
        }
    }
}

fn told(answer: &Answer, facts: &Facts, teams: &Teams, now: Timestamp) -> ServicePeople {
    let away = answer.candidates.iter().take(KNOWS_MAX).filter_map(|candidate| {
        let until = candidate.away.as_ref()?;
        Some(AwayNow {
            person: candidate.person.name().to_owned(),
            until: rfc3339(until.at),
            feed: until.feed.name.clone(),
            read_at: rfc3339(until.feed.read_at),
        })
    });
    let unknown = answer.unknown.as_ref();
    ServicePeople {
        service: answer.service.clone(),
        at: rfc3339(now),
        words: words::sentence(answer, facts),
        ask: answer.ask.iter().map(|person| person.name().to_owned()).collect(),
        on_call: facts.on_call.iter().map(|turn| on_call(turn, answer)).collect(),
        owners: facts.owners.iter().map(|owner| service_owner(owner, teams)).collect(),
        knows: answer.candidates.iter().zip(1..).take(KNOWS_MAX).map(knows).collect(),
        away: away.collect(),
        would_help: unknown.map(|unknown| unknown.would_help.clone()).unwrap_or_default(),
        troubles: facts.troubles.clone(),
    }
}

fn on_call(turn: &OnCall, answer: &Answer) -> OnCallNow {
    let candidate = answer.candidates.iter().find(|candidate| candidate.person == turn.person);
    let away = candidate.and_then(|candidate| candidate.away.as_ref());
    OnCallNow {
        person: turn.person.name().to_owned(),
        from: rfc3339(turn.from),
        until: rfc3339(turn.to),
        feed: turn.feed.name.clone(),
        read_at: rfc3339(turn.feed.read_at),
        away_until: away.map(|until| rfc3339(until.at)),
    }
}

fn service_owner(owner: &Owner, teams: &Teams) -> ServiceOwner {
    let members = teams.members(owner.owner.name()).unwrap_or_default();
    let (line, entry) = match &owner.entry {
        FileEntry::Line(line) => (Some(*line), None),
        FileEntry::Named(name) => (None, Some(name.clone())),
    };
    ServiceOwner {
        owner: owner.owner.name().to_owned(),
        is_team: owner.is_team,
        members: members.iter().map(|person| person.name().to_owned()).collect(),
        source: owner.source.to_string(),
        file: owner.file.clone(),
        line,
        entry,
        matched: owner.matched.to_string(),
    }
}

fn knows((candidate, rank): (&Candidate, usize)) -> KnowsService {
    let until = |until: &Option<Until>| until.as_ref().map(|until| rfc3339(until.at));
    KnowsService {
        rank,
        person: candidate.person.name().to_owned(),
        is_team: candidate.is_team,
        score: ratio(candidate.score),
        because: candidate.because.clone(),
        on_call_until: until(&candidate.on_call),
        away_until: until(&candidate.away),
    }
}
