//! The main facts, one in a line.

use crate::clock::{Clock, late_words};
use crate::document::HeadFact;
use crate::source::{Sentence, Source, Sources};
use crate::view::{Known, Onset, View};
use hw_incident::{Moment, Role};

pub(super) fn facts(view: &View<'_>) -> Vec<HeadFact> {
    let mut facts =
        vec![fact("Status", view.case.record.status.word().to_owned(), status_sources(view))];
    if let Some(severity) = view.case.record.severity {
        let said = view.case.told(crate::case::What::SeveritySet).next_back();
        let source = said.map_or_else(|| view.case.present(), crate::case::Line::source);
        facts.push(fact("Severity", severity.word().to_owned(), source.into()));
    }
    facts.extend(began(view));
    facts.extend(noticed(view, "Highwater noticed", view.detected.as_ref()));
    facts.extend(noticed(view, "A person noticed", view.noticed.as_ref()));
    facts.extend(moment(view, "Declared", Moment::Declared));
    if let Some(over) = &view.over {
        facts.push(fact("Harm stopped", view.clock.at(over.at), over.sources.clone()));
    }
    facts.extend(moment(view, "Resolved", Moment::Resolved));
    facts.extend(roles(view));
    facts
}

fn fact(label: &str, words: String, sources: Sources) -> HeadFact {
    HeadFact { label: label.to_owned(), sentence: Sentence::new(words, sources) }
}

fn status_sources(view: &View<'_>) -> Sources {
    let moved = view.case.told(crate::case::What::StatusSet).next_back();
    moved.map_or_else(|| view.case.present(), crate::case::Line::source).into()
}

fn began(view: &View<'_>) -> Option<HeadFact> {
    let onset = view.onset.as_ref()?;
    let within = within_words(view, onset).map(|words| format!(" ({words})")).unwrap_or_default();
    Some(fact("Began", format!("{}{within}", Clock::in_full(onset.at)), onset.sources.clone()))
}

/// `95 % interval: 20:40:12 to 20:41:30`.
pub(super) fn within_words(view: &View<'_>, onset: &Onset) -> Option<String> {
    Some(format!("95 % interval: {}", view.clock.span(onset.within?)))
}

fn noticed(view: &View<'_>, label: &str, known: Option<&Known>) -> Option<HeadFact> {
    let known = known?;
    let by = known.by.as_ref().map(|by| format!("{by}, ")).unwrap_or_default();
    let late =
        view.onset.as_ref().map(|onset| format!(", {} it began", late_words(known.at, onset.at)));
    let words = format!("{by}{}{}", view.clock.at(known.at), late.unwrap_or_default());
    Some(fact(label, words, known.sources.clone()))
}

fn moment(view: &View<'_>, label: &str, moment: Moment) -> Option<HeadFact> {
    let at = view.case.record.times.get(moment)?;
    Some(fact(label, view.clock.at(at), view.moment_sources(moment)))
}

/// Who had which role at the end.
fn roles(view: &View<'_>) -> Vec<HeadFact> {
    let of = |role: Role| {
        let held = view.case.record.roles.iter().filter(|held| held.role == role);
        let names: Vec<String> = held.map(|held| held.person.to_string()).collect();
        (!names.is_empty()).then(|| {
            let mut label = role.word().to_owned();
            label.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
            fact(&label, names.join(", "), role_sources(view, role))
        })
    };
    Role::ALL.into_iter().filter_map(of).collect()
}

fn role_sources(view: &View<'_>, role: Role) -> Sources {
    let taken = view.case.told(crate::case::What::RoleMoved);
    let suffix = format!(" is {}", role.word());
    let of_role = taken.filter(|line| line.words.ends_with(&suffix)).map(crate::case::Line::source);
    let of_role: Vec<Source> = of_role.collect();
    Sources::of(of_role.into_iter().rev().take(4)).unwrap_or_else(|| view.case.present().into())
}
