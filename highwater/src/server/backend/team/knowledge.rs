//! Who knows which service: what people and the record show of each, counted.

use super::super::Answers;
use crate::people::{Asked, Facts};
use crate::server::clock::wall;
use hw_api::{KnowledgeMap, ServiceKnowledge, rfc3339};
use hw_model::Timestamp;
use hw_people::{Answer, Knowledge, KnowsEvidence, who_knows};
use hw_web::{Answered, StretchAsked};
use std::collections::BTreeSet;

/// Services of a map: more are no map.
const SERVICES_MAX: usize = 1_000;

/// Seconds before now since when people count as new, unless it is said.
const USUAL_S: f64 = 90.0 * 86_400.0;

/// Troubles that are said.
const TROUBLES_MAX: usize = 10;

impl Answers {
    pub(in super::super) fn knowledge_map(&self, asked: StretchAsked) -> Answered<KnowledgeMap> {
        let (seen, mut troubles) = self.services_seen();
        let now = self.time_now().ok().filter(|now| now.0 > i64::MIN).unwrap_or_else(wall);
        let at = asked.to.unwrap_or(now).min(now);
        let from = asked.from.unwrap_or_else(|| at.plus_s(-USUAL_S)).min(at);
        let mut names = self.people.names();
        names.extend(seen.iter().cloned());
        if names.len() > SERVICES_MAX {
            troubles.push(format!("Only {SERVICES_MAX} of {} services are shown.", names.len()));
        }
        let mut looked = self.look_through()?;
        troubles.extend(looked.cut());
        let mut answers = Vec::new();
        for service in names.iter().take(SERVICES_MAX) {
            let mut facts = self.people.facts(&Asked { service, seen: &seen, now: at });
            let found = self.evidence_in(&mut looked, service)?;
            facts.evidence.extend(found.evidence);
            troubles.append(&mut facts.troubles);
            answers.push(now_and_before(service, &facts, (at, from)));
        }
        let map = hw_learn::knowledge(&answers);
        Ok(KnowledgeMap {
            from: rfc3339(from),
            at: rfc3339(at),
            bus_factor_means:
                "people of whom something shows that they know the service: so many would \
                               have to be gone until nobody does"
                    .to_owned(),
            services: map.iter().map(ServiceKnowledge::from).collect(),
            troubles: once_each(troubles),
        })
    }
}

/// Who knows a service, and who knew it before. Whoever owns it by a file has not come to know it since
/// the file was read.
fn now_and_before(
    service: &str,
    facts: &Facts,
    (at, from): (Timestamp, Timestamp),
) -> (Answer, Answer) {
    let early = |piece: &KnowsEvidence| match piece.knowledge {
        Knowledge::Owns { .. } => KnowsEvidence { at: from, ..piece.clone() },
        Knowledge::Incident { .. }
        | Knowledge::Entry { .. }
        | Knowledge::Mitigation { .. }
        | Knowledge::Change(_)
        | Knowledge::OnCall { .. } => piece.clone(),
    };
    let before: Vec<KnowsEvidence> = facts.evidence.iter().map(early).collect();
    let on_call = facts.on_call.as_slice();
    (
        who_knows(service, at, &facts.evidence, &facts.absences, on_call),
        who_knows(service, from, &before, &[], on_call),
    )
}

fn once_each(troubles: Vec<String>) -> Vec<String> {
    let mut said = BTreeSet::new();
    let mut once: Vec<String> =
        troubles.into_iter().filter(|trouble| said.insert(trouble.clone())).collect();
    let n_more = once.len().saturating_sub(TROUBLES_MAX);
    once.truncate(TROUBLES_MAX);
    if n_more > 0 {
        once.push(format!("And {n_more} more: `highwater doctor` says them all."));
    }
    once
}
