//! The answer in a few sentences: who is on call until when, then who knows it best and why.
//!
//! Times stand in it as everywhere in answers; whoever shows them to people brings them into their zone.

use crate::people::Facts;
use hw_api::rfc3339;
use hw_model::plain;
use hw_people::{Answer, Candidate, ON_CALL_NOW, OnCall, Person};

/// Letters of the name of a service.
const NAME_MAX: usize = 100;

/// Facts that are said of whoever knows it best.
const FACTS_SAID: usize = 2;

/// People on call who are named.
const ON_CALL_SAID: usize = 4;

/// The answer.
pub(super) fn sentence(answer: &Answer, facts: &Facts) -> String {
    let (on_call, owners) = (facts.on_call.as_slice(), facts.owners.as_slice());
    let service = plain(&answer.service, NAME_MAX);
    let mut said = vec![on_call_words(&service, on_call)];
    said.extend(on_call.iter().filter_map(|turn| away_words(turn, answer)));
    if let Some(unknown) = &answer.unknown {
        said.push(unknown.because.clone());
    } else {
        said.extend(best_words(answer));
    }
    if !answer.candidates.iter().any(|candidate| !candidate.is_team) {
        said.extend(owners.first().map(|owner| {
            format!(
                "{} owns it, by {}; who is in it, settings do not say.",
                owner.owner, owner.source
            )
        }));
    }
    if facts.is_partial {
        let words = "Not every file and calendar could be read: somebody may be missing here.";
        said.push(words.to_owned());
    }
    said.join(" ")
}

fn on_call_words(service: &str, on_call: &[OnCall]) -> String {
    let until = |turn: &OnCall| format!("{} (until {})", turn.person, rfc3339(turn.to));
    match on_call {
        [] => format!("Nobody is known to be on call for {service} now."),
        [turn] => format!("{} is on call for {service} until {}.", turn.person, rfc3339(turn.to)),
        turns => {
            let named: Vec<String> = turns.iter().take(ON_CALL_SAID).map(until).collect();
            let more = match turns.len().saturating_sub(ON_CALL_SAID) {
                0 => String::new(),
                n => format!(", and {n} more"),
            };
            format!("On call for {service} are {}{more}.", named.join(", "))
        }
    }
}

/// Said of somebody who is on call and away.
fn away_words(turn: &OnCall, answer: &Answer) -> Option<String> {
    let until = found(&turn.person, answer)?.away.as_ref()?;
    Some(format!(
        "But {} is away until {}, says {}: ask who stands in.",
        turn.person,
        rfc3339(until.at),
        until.feed.name
    ))
}

/// Who knows it best, who does of those who are here, and whether anybody else does.
fn best_words(answer: &Answer) -> Vec<String> {
    let mut people = answer.candidates.iter().filter(|candidate| !candidate.is_team);
    let Some(best) = people.next() else { return Vec::new() };
    let mut said = Vec::new();
    let is_on_call = best.on_call.is_some();
    let facts = facts(best);
    match &best.away {
        Some(until) => {
            let until = rfc3339(until.at);
            said.push(format!(
                "{} knows it best ({facts}) and is away until {until}.",
                best.person
            ));
            said.push(match answer.ask.first().and_then(|person| found(person, answer)) {
                Some(here) => {
                    format!("Of those who are here, ask {}: {}.", here.person, self::facts(here))
                }
                None => "Nobody else is known to know it.".to_owned(),
            });
            return said;
        }
        // Being on call is all there is to say.
        None if is_on_call && best.because.len() == 1 => {}
        None if is_on_call => said.push(format!("{} also knows it best: {facts}.", best.person)),
        None => said.push(format!("{} knows it best: {facts}.", best.person)),
    }
    if people.next().is_none() {
        said.push("Nobody else is known to know it.".to_owned());
    }
    said
}

fn found<'a>(person: &Person, answer: &'a Answer) -> Option<&'a Candidate> {
    answer.candidates.iter().find(|candidate| candidate.person == *person)
}

/// The weightiest facts; being on call is said by itself.
fn facts(candidate: &Candidate) -> String {
    let is_said = |fact: &&String| !fact.starts_with(ON_CALL_NOW);
    let facts: Vec<&str> =
        candidate.because.iter().filter(is_said).take(FACTS_SAID).map(String::as_str).collect();
    if facts.is_empty() { ON_CALL_NOW.to_owned() } else { facts.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_model::{IncidentId, Timestamp};
    use hw_people::{
        Absence, FeedRef, FileEntry, Knowledge, KnowsEvidence, Matched, Owner, OwnerSource,
        RoleHeld, Teams, who_knows,
    };

    const NOW: Timestamp = Timestamp::from_s(1_795_330_800);

    fn feed(name: &str) -> FeedRef {
        FeedRef { name: name.to_owned(), read_at: NOW }
    }

    fn person(name: &str) -> Person {
        Person::new(name).unwrap()
    }

    fn lead(name: &str, days: f64) -> KnowsEvidence {
        let knowledge = Knowledge::Incident { incident: IncidentId(3), role: RoleHeld::Lead };
        let at = NOW.plus_s(-days * 86_400.0);
        KnowsEvidence { person: person(name), service: "gate".to_owned(), at, knowledge }
    }

    fn turn(name: &str) -> OnCall {
        let (from, to) = (NOW.plus_s(-60.0), NOW.plus_s(3_600.0));
        OnCall { person: person(name), service: "gate".to_owned(), from, to, feed: feed("pager") }
    }

    fn away(name: &str) -> Absence {
        let (from, to) = (NOW.plus_s(-60.0), NOW.plus_s(7_200.0));
        Absence { person: person(name), from, to, feed: feed("holidays") }
    }

    fn said(evidence: &[KnowsEvidence], absences: &[Absence], on_call: &[OnCall]) -> String {
        let answer = who_knows("gate", NOW, evidence, absences, on_call);
        let facts = Facts { on_call: on_call.to_vec(), ..Facts::default() };
        sentence(&answer, &facts).replace("2026-11-22T", "").replace(".000Z", "")
    }

    #[test]
    fn who_is_on_call_comes_first_then_who_knows_it_best() {
        let (bo, cy) = (lead("Bo", 0.0), lead("Cy", 200.0));
        assert_eq!(
            said(&[bo.clone(), cy.clone()], &[], &[turn("Ann")]),
            "Ann is on call for gate until 08:00:00. Bo knows it best: lead of INC-3 (22 Nov)."
        );
        assert_eq!(
            said(&[bo.clone(), cy.clone()], &[away("Bo")], &[turn("Ann"), turn("Zoe")]),
            "On call for gate are Ann (until 08:00:00), Zoe (until 08:00:00). Bo knows it best (lead of \
             INC-3 (22 Nov)) and is away until 09:00:00. Of those who are here, ask Cy: lead of INC-3 (6 \
             May)."
        );
        assert_eq!(
            said(std::slice::from_ref(&bo), &[away("Bo")], &[turn("Bo")]),
            "Bo is on call for gate until 08:00:00. But Bo is away until 09:00:00, says holidays: ask who \
             stands in. Bo knows it best (lead of INC-3 (22 Nov)) and is away until 09:00:00. Nobody else \
             is known to know it."
        );
        assert_eq!(
            said(&[bo.clone(), cy.clone()], &[], &[turn("Bo")]),
            "Bo is on call for gate until 08:00:00. Bo also knows it best: lead of INC-3 (22 Nov)."
        );
        assert_eq!(
            said(&[], &[], &[turn("Ann")]),
            "Ann is on call for gate until 08:00:00. Nobody else is known to know it."
        );
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert_eq!(
            said(&[], &[], &[]),
            "Nobody is known to be on call for gate now. Nobody is known to know gate: no incident, \
             entry, ownership file or on-call feed names it."
        );
        let owner = Owner {
            service: "gate".to_owned(),
            owner: person("gates"),
            is_team: true,
            source: OwnerSource::CodeOwners,
            file: "CODEOWNERS".to_owned(),
            entry: FileEntry::Line(1),
            matched: Matched::ByPath,
        };
        let evidence = owner.evidence(NOW, &Teams::default(), &hw_people::Aliases::default());
        let answer = who_knows("gate", NOW, &evidence, &[], &[]);
        assert_eq!(
            sentence(&answer, &Facts { owners: vec![owner], is_partial: true, ..Facts::default() }),
            "Nobody is known to be on call for gate now. gates owns it, by CODEOWNERS; who is in it, \
             settings do not say. Not every file and calendar could be read: somebody may be missing \
             here."
        );
    }
}
