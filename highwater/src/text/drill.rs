//! A drill in words: how it begins, each step, and what the record says in the end.

use super::answers::table;
use super::words::clock;
use super::{count, paragraph, plain};
use crate::drill::{Counted, Plan, Recording, Said};
use hw_api::{Change, Incident, Window, instant};
use hw_model::{Timestamp, change_name, length_words, share_words};
use std::collections::BTreeMap;

/// A step of a drill.
pub(crate) struct Scene {
    pub words: String,
    /// What came before this could be seen.
    pub seen_up_to: Timestamp,
}

/// What it is about, without a word of what was found out.
pub(crate) fn opening(recording: &Recording) -> String {
    let Plan { from, onset, to, step_s } = recording.plan;
    let mut out = paragraph(
        "",
        "",
        &format!(
            "A drill: {} as it could be seen on {}, in steps of {}. Something goes wrong on the way. Times \
             are UTC; nothing of what you say is kept.",
            plain(&recording.incident.id),
            super::words::date(onset),
            length_words(step_s as f64)
        ),
    );
    let days = to.seconds_since(from);
    out.push_str(&paragraph("", "", &format!("It takes {} of their time.", length_words(days))));
    let before = changes(recording, |at| at < from);
    if !before.is_empty() {
        out.push_str("\nWhat had changed in the day and a half before\n");
        out.push_str(&before);
    }
    out
}

/// All steps, in order.
pub(crate) fn scenes(recording: &Recording) -> impl Iterator<Item = Scene> {
    let Plan { from, to, step_s, .. } = recording.plan;
    let starts = (0..).map(move |n: i64| from.plus_s((n * step_s) as f64));
    starts.take_while(move |at| *at < to).map(move |at| scene(recording, at))
}

fn scene(recording: &Recording, at: Timestamp) -> Scene {
    let plan = recording.plan;
    let until = at.plus_s(plan.step_s as f64);
    let mut words = format!("\n{} to {}\n", clock(at, plan.from), clock(until, plan.from));
    words.push_str(&changes(recording, |when| (at..until).contains(&when)));
    words.push_str(&reports(recording, (at, until)));
    let rows = recording.hops.iter().map(|counted| {
        let now = window(counted, at);
        let usual = usual(counted, plan);
        let [entered, left] = [now.map_or(0, |w| w.entered), now.map_or(0, |w| w.left)];
        [
            format!("  {} -> {}", plain(&counted.hop.caller), plain(&counted.hop.callee)),
            plain(&counted.hop.operation),
            count(entered),
            count(left),
            share(left as f64, entered as f64),
            share(usual.1, usual.0),
            answer(counted, (now, plan)),
        ]
    });
    words.push_str(&table(["  hop", "", "in", "on", "share", "at first", "answers"], rows));
    Scene { words, seen_up_to: until }
}

/// What could be seen of changes: no verdict, and not what took them back.
fn changes(recording: &Recording, is_in: impl Fn(Timestamp) -> bool) -> String {
    let seen = recording.changes.iter().filter(|change| instant(&change.at).is_some_and(&is_in));
    seen.map(|change| {
        let at = instant(&change.at).unwrap_or(recording.plan.onset);
        let line = format!("{}  {} ({})", clock(at, recording.plan.onset), name(change), change.id);
        paragraph("  ", "    ", &line)
    })
    .collect()
}

fn name(change: &Change) -> String {
    let versions = (change.from_version.as_deref(), change.to_version.as_deref());
    change_name(&change.kind, &change.service, versions)
}

/// What others came with. What those who worked on it wrote would give it away.
fn reports(recording: &Recording, (from, until): (Timestamp, Timestamp)) -> String {
    let seen = recording.entries.iter().filter(|entry| {
        let is_in = instant(&entry.happened_at).is_some_and(|at| (from..until).contains(&at));
        entry.kind == "reported" && entry.source == "person" && is_in
    });
    seen.map(|entry| {
        let at = instant(&entry.happened_at).unwrap_or(from);
        let line = format!(
            "{}  {}: {}",
            clock(at, recording.plan.onset),
            plain(&entry.by),
            plain(&entry.words)
        );
        paragraph("  ", "    ", &line)
    })
    .collect()
}

fn window(counted: &Counted, at: Timestamp) -> Option<&Window> {
    counted.windows.iter().find(|window| instant(&window.from) == Some(at))
}

/// The most frequent answer of the first steps, its share now, and then: `go 100 % (49 %)`.
fn answer(counted: &Counted, (now, plan): (Option<&Window>, Plan)) -> String {
    let mut first: BTreeMap<&str, u64> = BTreeMap::new();
    for window in counted.windows.iter().filter(|window| is_before(window, plan)) {
        for (value, n) in &window.answers {
            *first.entry(value).or_default() += n;
        }
    }
    let all: u64 = first.values().sum();
    let Some((value, n)) = first.iter().max_by_key(|(_, n)| **n).filter(|_| all > 0) else {
        return String::new();
    };
    let answers = now.map(|window| &window.answers);
    let of_now = answers.map_or(0, |answers| answers.values().sum());
    let n_now = answers.and_then(|answers| answers.get(*value)).copied().unwrap_or(0);
    let now = if of_now == 0 { "-".to_owned() } else { share(n_now as f64, of_now as f64) };
    format!("{} {now} ({})", plain(value), share(*n as f64, all as f64))
}

fn is_before(window: &Window, plan: Plan) -> bool {
    instant(&window.to).is_some_and(|to| to <= plan.onset)
}

/// What entered and left before the onset, in all steps together.
fn usual(counted: &Counted, plan: Plan) -> (f64, f64) {
    let before = |window: &&Window| is_before(window, plan);
    let sum =
        |of: fn(&Window) -> u64| counted.windows.iter().filter(before).map(of).sum::<u64>() as f64;
    (sum(|window| window.entered), sum(|window| window.left))
}

fn share(left: f64, entered: f64) -> String {
    if entered < 1.0 { String::new() } else { share_words(left / entered) }
}

/// What was said, and what the record says.
pub(crate) fn answers(recording: &Recording, said: &Said) -> String {
    let incident = &recording.incident;
    let mut out = format!("\nWhat the record says of {}\n", plain(&incident.id));
    out.push_str(&paragraph("  ", "  ", &plain(&incident.title)));
    out.push_str(&origin(recording, said));
    out.push_str(&blame(recording, said));
    out.push_str(&noticed(incident, recording.plan.onset));
    out.push_str(&deeds(recording, said));
    out.push_str(&paragraph(
        "  ",
        "  ",
        &format!("All of it: highwater incident show {}", plain(&incident.id)),
    ));
    out
}

fn origin(recording: &Recording, said: &Said) -> String {
    let Some(origin) = recording.incident.origins.first() else {
        return paragraph("  ", "    ", "Where it starts: it could not be told.");
    };
    let mut line = format!(
        "Where it starts: {}, {} sure.",
        plain(&origin.service),
        share_words(origin.confidence)
    );
    if let Some((word, seen_up_to)) = &said.origin {
        let is_right = word.eq_ignore_ascii_case(&origin.service);
        let after = length_words(seen_up_to.seconds_since(recording.plan.onset).max(0.0));
        line.push_str(&match is_right {
            true => format!(" So you said, {after} after it began."),
            false => format!(" You said {} {after} after it began.", plain(word)),
        });
    }
    let mut out = paragraph("  ", "    ", &line);
    for fact in &origin.because {
        out.push_str(&paragraph("    - ", "      ", &plain(fact)));
    }
    out
}

fn blame(recording: &Recording, said: &Said) -> String {
    let implicated = judged(recording, &["implicated"]);
    let named = |changes: &[&Change]| {
        let names = changes.iter().map(|change| format!("{} ({})", name(change), change.id));
        names.collect::<Vec<_>>().join(", ")
    };
    let mut line = match implicated.as_slice() {
        [] => "To blame: none of the changes.".to_owned(),
        changes => format!("To blame: {}.", named(changes)),
    };
    let others = [
        ("Exonerated", judged(recording, &["exonerated"])),
        ("Not implicated", judged(recording, &["not_implicated"])),
        ("Undecided", judged(recording, &["undecided"])),
    ];
    for (verdict, changes) in others.iter().filter(|(_, changes)| !changes.is_empty()) {
        line.push_str(&format!(" {verdict}: {}.", named(changes)));
    }
    if let Some(word) = &said.change {
        let is_right = match implicated.as_slice() {
            [] => word.eq_ignore_ascii_case("none"),
            changes => changes.iter().any(|change| change.id.eq_ignore_ascii_case(word)),
        };
        line.push_str(&match is_right {
            true => " So you said.".to_owned(),
            false => format!(" You said {}.", plain(word)),
        });
    }
    paragraph("  ", "    ", &line)
}

/// The changes before the onset that are judged so: those since are attempts to help.
fn judged<'a>(recording: &'a Recording, verdicts: &[&str]) -> Vec<&'a Change> {
    let verdicts_of =
        |change: &&Change| {
            recording.incident.changes.iter().any(|judged| {
                judged.change == change.id && verdicts.contains(&judged.verdict.as_str())
            })
        };
    let is_before =
        |change: &&Change| instant(&change.at).is_some_and(|at| at <= recording.plan.onset);
    recording.changes.iter().filter(is_before).filter(verdicts_of).collect()
}

fn noticed(incident: &Incident, onset: Timestamp) -> String {
    let times = incident.record.as_ref().map(|record| &record.times);
    let after = |at: Option<&String>| {
        let at = at.and_then(|at| instant(at))?;
        Some(length_words(at.seconds_since(onset).max(0.0)))
    };
    let mut parts = Vec::new();
    if let Some(soon) = after(incident.detected_at.as_ref()) {
        parts.push(format!("Highwater noticed {soon} after it began"));
    }
    if let Some(late) = after(times.and_then(|times| times.noticed_at.as_ref())) {
        parts.push(format!("people {late} after"));
    }
    if parts.is_empty() {
        return String::new();
    }
    paragraph("  ", "    ", &format!("{}.", parts.join(", ")))
}

fn deeds(recording: &Recording, said: &Said) -> String {
    let tried = recording.incident.mitigations.iter().map(|tried| {
        let known = recording.changes.iter().find(|change| change.id == tried.change);
        let name = known.map_or_else(|| tried.change.clone(), name);
        let effect = match tried.effect.as_str() {
            "worked" => "helped",
            "none" => "did not help",
            _ => "is not decided",
        };
        format!("{name} {effect}")
    });
    let tried: Vec<String> = tried.collect();
    let mut out = String::new();
    if !tried.is_empty() {
        out.push_str(&paragraph("  ", "    ", &format!("What they tried: {}.", tried.join("; "))));
    }
    if let Some(deed) = &said.deed {
        out.push_str(&paragraph("  ", "    ", &format!("You would: {}", plain(deed))));
    }
    out
}
