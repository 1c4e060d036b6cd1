//! What happened, in order: pinned and key entries. What few would read later is folded, and counted.

mod fold;

use super::Body;
use crate::case::{Line, LineKind, What};
use crate::clock::late_words;
use crate::document::{Block, Day, Happening, Tone, Voice};
use crate::phrase::{begun, ended, in_line, listed, shift_words};
use crate::source::{Sentence, Source, Sources};
use crate::view::View;
use fold::Folding;
use hw_model::{
    Change, ChangeId, ShiftId, Timestamp, Verdict, clock_words, count_words, date_words, day_of,
};
use std::collections::{BTreeMap, BTreeSet};

/// Lines that are shown at most. Some pages of them are read; more are not.
const LINES_MAX: usize = 80;
/// People whose folded entries are counted one by one.
const NAMED_MAX: usize = 5;

/// Something to tell, and how much it matters: 0 most.
struct Told {
    at: Timestamp,
    order: u64,
    weight: u8,
    happening: Happening,
}

pub(super) fn body(view: &View<'_>) -> Body {
    let folding = Folding::new(view);
    let lines = view.case.lines.iter().filter(|line| folding.shows(line));
    let mut told: Vec<Told> = lines.map(|line| entry(view, line)).collect();
    told.extend(changes(view));
    told.extend(onset(view));
    let told = most_telling(told);
    let shown: BTreeSet<u64> = told.iter().map(|told| told.order).collect();
    let mut body = Body::default();
    if !told.is_empty() {
        body.blocks.push(Block::Days(days(told)));
    }
    body.paragraph(folded(view, &shown).into_iter().collect());
    body
}

/// An entry of the record.
fn entry(view: &View<'_>, line: &Line) -> Told {
    let is_person = line.by.is_person();
    Told {
        at: line.happened_at,
        order: line.seq,
        weight: weight(line),
        happening: Happening {
            time: clock_words(line.happened_at),
            by: line.by.to_string(),
            voice: if is_person { Voice::Person } else { Voice::Machine },
            tone: tone(line),
            is_pinned: line.is_pinned,
            sentence: Sentence::new(ended(&said_by(is_person, &words(view, line))), line.source()),
        },
    }
}

/// People's words stay as they wrote them.
fn said_by(is_person: bool, words: &str) -> String {
    if is_person { words.to_owned() } else { begun(words) }
}

fn words(view: &View<'_>, line: &Line) -> String {
    let said = view.clock.in_words(&in_line(&line.words));
    match line.what {
        What::ShiftDetected => noticed(view, line).unwrap_or(said),
        What::VerdictChanged => verdict(view, line).unwrap_or(said),
        What::Supposed => said.strip_prefix("hypothesis: ").unwrap_or(&said).to_owned(),
        What::RuledOut => said
            .strip_prefix("hypothesis ")
            .map_or(said.clone(), |rest| format!("what was believed in entry {rest}")),
        What::SeveritySet => format!("severity {said}"),
        What::ChangeFound
        | What::ShiftEnded
        | What::OriginNamed
        | What::EffectKnown
        | What::Ended
        | What::Repaired
        | What::Opened
        | What::StatusSet
        | What::RoleMoved
        | What::TimeCorrected
        | What::Noted
        | What::Reported
        | What::Mitigated
        | What::Checked
        | What::HandedOver
        | What::Revised
        | What::Other => said,
    }
}

/// What Highwater noticed: of the first figure only that, for what it is stands at the onset.
fn noticed(view: &View<'_>, line: &Line) -> Option<String> {
    let id = line.about.as_deref().and_then(ShiftId::from_word)?;
    let (_, shift) = view.case.shifts.iter().find(|(known, _)| *known == id)?;
    let late = view.onset.as_ref().map(|onset| late_words(line.happened_at, onset.at));
    match (view.main, late) {
        (Some((main, _)), Some(late)) if main == id => {
            Some(format!("notices it ({id}), {late} it began"))
        }
        _ => Some(format!("{id}: {}", shift_words(shift))),
    }
}

fn verdict(view: &View<'_>, line: &Line) -> Option<String> {
    let change = line.about.as_deref().and_then(ChangeId::from_word)?;
    let verdict = line.value.as_deref()?.replace('_', " ");
    Some(format!("the {} is {verdict}", view.case.change_words(change)))
}

fn tone(line: &Line) -> Tone {
    match line.kind {
        // What rules a belief out is a fact.
        LineKind::Hypothesis if line.what == What::RuledOut => Tone::Fact,
        LineKind::Hypothesis => Tone::Belief,
        LineKind::Decision => Tone::Decision,
        LineKind::Action => Tone::Deed,
        LineKind::Alert
        | LineKind::Change
        | LineKind::Status
        | LineKind::Severity
        | LineKind::Role
        | LineKind::Note
        | LineKind::Observation
        | LineKind::Check
        | LineKind::Communication
        | LineKind::FollowUp => Tone::Fact,
    }
}

/// How much an entry matters: pinned ones most, then what moved the incident, then what people wrote down.
const fn weight(line: &Line) -> u8 {
    if line.is_pinned {
        return 0;
    }
    match line.what {
        What::StatusSet | What::Opened | What::Mitigated | What::Checked | What::HandedOver => 1,
        What::Reported
        | What::Supposed
        | What::RuledOut
        | What::EffectKnown
        | What::Repaired
        | What::OriginNamed => 2,
        What::ShiftDetected | What::VerdictChanged | What::ChangeFound | What::SeveritySet => 3,
        What::Noted => match line.kind {
            LineKind::Decision | LineKind::Action => 2,
            LineKind::Observation => 3,
            LineKind::Alert
            | LineKind::Change
            | LineKind::Status
            | LineKind::Severity
            | LineKind::Role
            | LineKind::Note
            | LineKind::Hypothesis
            | LineKind::Check
            | LineKind::Communication
            | LineKind::FollowUp => 4,
        },
        What::ShiftEnded
        | What::Ended
        | What::RoleMoved
        | What::TimeCorrected
        | What::Revised
        | What::Other => 5,
    }
}

/// Changes at the time at which they were made: those that somebody took for the cause, that are, that were tried, and
/// what was altered afterwards where it starts.
fn changes(view: &View<'_>) -> Vec<Told> {
    let tried = view.attempts.iter().filter_map(|tried| tried.change);
    let guilty =
        view.with_verdict(&[Verdict::Implicated, Verdict::Undecided]).map(|judged| judged.change);
    let told: Vec<ChangeId> = tried.chain(guilty).chain(view.suspects()).collect();
    let origin = view.origin().map(|origin| origin.service.as_str());
    let is_since = |at| view.onset.as_ref().is_some_and(|onset| at >= onset.at);
    let is_told = |change: &&Change| {
        told.contains(&change.id)
            || change.redeploy_of.is_some_and(|id| told.contains(&id))
            || (origin == Some(change.service.as_str()) && is_since(change.at))
    };
    view.case.changes.iter().filter(is_told).map(|change| made(view, change)).collect()
}

fn made(view: &View<'_>, change: &Change) -> Told {
    let tried = view.attempts.iter().any(|tried| tried.change == Some(change.id));
    let again = change.redeploy_of.map(|id| format!(", which was {id} before")).unwrap_or_default();
    let words = format!("{} ({}){again}", begun(&change.name()), change.id);
    machine(change.at, if tried { 1 } else { 3 }, words, change.id.into())
}

fn onset(view: &View<'_>) -> Option<Told> {
    let onset = view.onset.as_ref()?;
    let (_, shift) = view.main?;
    let words = format!("It begins: {}", shift_words(shift));
    Some(machine(onset.at, 0, words, onset.sources.clone()))
}

/// Something that Highwater knows, whenever it came to know it.
fn machine(at: Timestamp, weight: u8, words: String, sources: Sources) -> Told {
    let happening = Happening {
        time: clock_words(at),
        by: "Highwater".to_owned(),
        voice: Voice::Machine,
        tone: Tone::Fact,
        is_pinned: false,
        sentence: Sentence::new(ended(&words), sources),
    };
    Told { at, order: 0, weight, happening }
}

/// What matters most, in order.
fn most_telling(mut told: Vec<Told>) -> Vec<Told> {
    told.sort_by_key(|told| (told.weight, told.at, told.order));
    told.truncate(LINES_MAX);
    told.sort_by_key(|told| (told.at, told.order));
    told
}

fn days(told: Vec<Told>) -> Vec<Day> {
    let mut days: BTreeMap<i64, Day> = BTreeMap::new();
    for Told { at, happening, .. } in told {
        let day = days.entry(day_of(at));
        let day = day.or_insert_with(|| Day { date: date_words(at), moments: Vec::new() });
        day.moments.push(happening);
    }
    days.into_values().collect()
}

/// What is not shown: how many, and of whom.
fn folded(view: &View<'_>, shown: &BTreeSet<u64>) -> Option<Sentence> {
    let mut people: BTreeMap<String, usize> = BTreeMap::new();
    let (mut n_folded, mut n_machine) = (0, 0);
    for line in view.case.lines.iter().filter(|line| !shown.contains(&line.seq)) {
        n_folded += 1;
        match View::author(line) {
            Some(name) => *people.entry(name).or_default() += 1,
            None => n_machine += 1,
        }
    }
    if n_folded == 0 {
        return None;
    }
    let mut people: Vec<(String, usize)> = people.into_iter().collect();
    people.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let n_others: usize =
        people.split_off(people.len().min(NAMED_MAX)).iter().map(|(_, n)| n).sum();
    let of = people.iter().map(|(name, n)| format!("{} of {name}", count_words(*n as f64)));
    let machine =
        (n_machine > 0).then(|| format!("{} of Highwater", count_words(f64::from(n_machine))));
    let others = (n_others > 0).then(|| format!("{} of others", count_words(n_others as f64)));
    let of: Vec<String> = machine.into_iter().chain(of).chain(others).collect();
    let (noun, are) = if n_folded == 1 { ("entry", "is") } else { ("entries", "are") };
    let n = count_words(f64::from(n_folded));
    let words = match of.as_slice() {
        // What is of one alone is counted once.
        [only] => {
            let by = only.split_once(" of ").map_or("Highwater", |(_, by)| by);
            format!("{n} more {noun} of {by} {are} not shown.")
        }
        _ => format!("{n} more {noun} {are} not shown: {}.", listed(&of)),
    };
    let all = Source::Query(format!("{}/entries", view.case.present()));
    Some(Sentence::new(words, all))
}
