//! What a team can learn from its record, as people read it: the sentence first, the picture, and in the
//! end what each figure means.

mod dots;
mod freeze;
mod redeploy;

pub(crate) use freeze::freeze;
pub(crate) use redeploy::redeploys;

use super::timeline::Zone;
use super::{paragraph, plain};
use hw_api::{
    ChangeFailureRate, FirstNoticed, KnowledgeMap, LiveShare, ServiceKnowledge, SimilarIncident,
    TeamRecord, TimesLeg, TimesSpread,
};

/// Columns left of what is said.
const LABEL: usize = 14;

/// Services that are named; those that many know are counted.
const SERVICES_SHOWN: usize = 10;

/// People who know a service, below which it is named.
const FEW: u64 = 3;

/// How the team is doing.
pub(crate) fn record(record: &TeamRecord, knowledge: &KnowledgeMap, zone: &Zone) -> String {
    let mut page = headline(record, zone);
    page.push_str("\nWhat was deployed\n");
    page.push_str(&row("often", &record.deployment_frequency.words));
    let lead_time = format!("not known, because {}", record.change_lead_time.because);
    page.push_str(&row("lead time", &lead_time));
    page.push_str(&row("failed", &record.change_failure_rate.words));
    page.push_str(&failed_row(&record.change_failure_rate));
    page.push_str(&row("recovered", &record.failed_deployment_recovery_time.all.words));
    page.push_str(&row("rework", &record.rework_rate.figure.words));
    page.push_str("\nHow long it took\n");
    for leg in &record.times {
        page.push_str(&times(leg));
    }
    page.push_str(&format!("{:LABEL$}  {}\n", "", dots::axis()));
    page.push_str("\nWho noticed first\n");
    page.push_str(&noticed(&record.noticed));
    page.push_str("\nWritten while it happened\n");
    page.push_str(&live(&record.live));
    page.push_str("\nWho knows what\n");
    page.push_str(&known(knowledge, zone));
    page.push_str("\nWhat the figures mean\n");
    page.push_str(&meanings(record, knowledge));
    page
}

fn headline(record: &TeamRecord, zone: &Zone) -> String {
    let incidents = match record.incidents {
        0 => "No incident".to_owned(),
        1 => "1 incident".to_owned(),
        n => format!("{n} incidents"),
    };
    let watched = match record.watched {
        0 => String::new(),
        1 => " 1 report is only watched, and counted nowhere.".to_owned(),
        n => format!(" {n} reports are only watched, and counted nowhere."),
    };
    let (from, to) = (zone.date(&record.from), zone.date(&record.to));
    let since = if record.known_from == record.from { "; nothing is known of before" } else { "" };
    paragraph("", "", &format!("{incidents} from {from} to {to}{since}.{watched}"))
}

fn row(name: &str, words: &str) -> String {
    paragraph(&format!("  {name:<LABEL$}"), &" ".repeat(LABEL + 2), words)
}

/// Which deploys they were.
fn failed_row(rate: &ChangeFailureRate) -> String {
    let named = [
        ("implicated", &rate.measured.counted),
        ("undecided", &rate.undecided),
        ("implicated, and no deploys", &rate.others),
    ];
    let named = named.into_iter().filter(|(_, ids)| !ids.is_empty());
    let named: Vec<String> =
        named.map(|(what, ids)| format!("{what}: {}", plain(&ids.join(", ")))).collect();
    if named.is_empty() { String::new() } else { row("", &named.join("; ")) }
}

fn times(leg: &TimesLeg) -> String {
    let mut lines = row(&leg.name, &leg.all.words);
    lines.push_str(&picture(&leg.all));
    let groups = [("machine first", &leg.machine_first), ("person first", &leg.person_first)];
    // Apart only where there is something to tell apart.
    if groups.iter().all(|(_, spread)| spread.n > 0) {
        for (name, spread) in groups {
            lines.push_str(&row(name, &spread.words));
            lines.push_str(&picture(spread));
        }
    }
    lines
}

fn picture(spread: &TimesSpread) -> String {
    let seconds: Vec<f64> = spread.values.iter().map(|value| value.seconds).collect();
    match dots::line(&seconds) {
        Some(line) => format!("{:LABEL$}  {line}\n", ""),
        None => String::new(),
    }
}

fn noticed(noticed: &[FirstNoticed]) -> String {
    if noticed.is_empty() {
        return "  nobody is known to have noticed anything\n".to_owned();
    }
    let line = |who: &FirstNoticed| {
        let n = who.incidents.len();
        let name = plain(&who.by);
        let is_person = if who.source == "person" { ", a person" } else { "" };
        row(&n.to_string(), &format!("{name}{is_person}: {}", plain(&who.incidents.join(", "))))
    };
    noticed.iter().map(line).collect()
}

fn live(live: &LiveShare) -> String {
    let mut lines = row("in all", &live.words);
    if live.incidents.len() > 1 {
        for of in &live.incidents {
            lines.push_str(&row(&plain(&of.incident), &format!("{} of {}", of.live, of.entries)));
        }
    }
    lines
}

/// Services that few know by name, the others counted.
fn known(map: &KnowledgeMap, zone: &Zone) -> String {
    if map.services.is_empty() {
        return "  no service is known yet\n".to_owned();
    }
    let is_few = |service: &&ServiceKnowledge| service.bus_factor < FEW;
    let few = map.services.iter().filter(is_few);
    let mut lines: String = few
        .clone()
        .take(SERVICES_SHOWN)
        .map(|service| {
            row(&service.bus_factor.to_string(), &zone.in_words(&service.words, &map.at))
        })
        .collect();
    let n_few = few.count();
    let n_more = n_few.saturating_sub(SERVICES_SHOWN);
    if n_more > 0 {
        lines.push_str(&row("", &format!("and {n_more} more that fewer than {FEW} people know")));
    }
    match map.services.len() - n_few {
        0 => {}
        n => lines.push_str(&row("", &format!("{FEW} or more people know each of {n} others"))),
    }
    for trouble in &map.troubles {
        lines.push_str(&row("", &zone.in_words(trouble, &map.at)));
    }
    lines
}

/// What each figure counts.
fn meanings(record: &TeamRecord, knowledge: &KnowledgeMap) -> String {
    let rate = &record.change_failure_rate;
    let mut meanings = vec![
        ("deployment frequency".to_owned(), record.deployment_frequency.definition.clone()),
        ("change lead time".to_owned(), record.change_lead_time.definition.clone()),
        (rate.measured.name.clone(), rate.measured.definition.clone()),
    ];
    for naive in rate.naive.iter().filter(|naive| naive.like != "both") {
        let name = format!("{} (counted so by {})", naive.figure.name, naive.like);
        meanings.push((name, naive.figure.definition.clone()));
    }
    let recovery = &record.failed_deployment_recovery_time.definition;
    let rework = &record.rework_rate.figure;
    meanings.push(("failed deployment recovery time".to_owned(), recovery.clone()));
    meanings.push((rework.name.clone(), rework.definition.clone()));
    let legs = record.times.iter();
    meanings.extend(legs.map(|leg| (leg.name.clone(), leg.definition.clone())));
    meanings.push(("written while it happened".to_owned(), record.live.definition.clone()));
    meanings.push(("who knows what".to_owned(), knowledge.bus_factor_means.clone()));
    let mut lines: String = meanings
        .iter()
        .map(|(name, meaning)| paragraph("  ", "    ", &format!("{name}: {meaning}")))
        .collect();
    for note in &record.notes {
        lines.push_str(&paragraph("  ", "    ", note));
    }
    lines
}

/// Incidents that were like one.
pub(crate) fn similar(id: &str, items: &[SimilarIncident], zone: &Zone) -> String {
    if items.is_empty() {
        return format!("No incident is known that was like {}.\n", plain(id));
    }
    let mut page = String::new();
    for item in items {
        let head = format!("{}  {}: {}", item.id, zone.day(&item.started_at), item.title);
        page.push_str(&paragraph("", "  ", &head));
        if item.is_by_words_only {
            page.push_str("  by words only: no figures of both are known\n");
        }
        for fact in &item.because {
            page.push_str(&paragraph("  - ", "    ", &zone.in_words(fact, &item.started_at)));
        }
        page.push_str(&paragraph("  then: ", "        ", &item.mitigated.join("; ")));
    }
    page
}

#[cfg(test)]
mod tests;
