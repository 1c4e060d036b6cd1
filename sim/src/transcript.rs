//! What an engine says in a world, in words: one line per output, then what it knows in the end.
//! Lines with a star are the world's own: what people do, and what breaks.
//!
//! Times are minutes and seconds since the start of the world. Shifts are described from a report
//! taken when they are announced; an incident is named by the order in which it was opened.

mod incident;
mod words;

use crate::check::Broken;
use crate::clock::{Clock, Start, Us};
use crate::drive::{Inputs, Step, Watcher, drive};
use crate::life::Life;
use crate::run::panic_words;
use crate::summary::Tried;
use crate::traffic::Traffic;
use crate::world::World;
use hw_engine::{Engine, Numbered, Output, Report};
use hw_model::{Change, ChangeId, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use words::{change_words, effect_words, second, shift_words, verdict_words};

/// The world of a seed as a script, what is said in it, and the rules that broke.
#[must_use]
pub fn transcript(tried: &Tried) -> String {
    let world = World::from_seed(tried.seed);
    format!("{world}\n{}{}", transcript_of(&world), broken_words(&tried.broken))
}

/// Rules that broke, a line for each.
#[must_use]
pub fn broken_words(broken: &[Broken]) -> String {
    broken.iter().map(|Broken { check, seen }| format!("\nBROKEN {check}: {seen}\n")).collect()
}

/// What is said in a world, up to a panic if there is one.
#[must_use]
pub fn transcript_of(world: &World) -> String {
    let life = Life::new(world);
    let inputs = Inputs::new(world, &life, &Traffic::new(world, &life));
    let mut scribe = Scribe::new(world);
    let listen = AssertUnwindSafe(|| drive(inputs.all.iter(), &mut scribe).1);
    match catch_unwind(listen) {
        Ok(said) => scribe.finish(&said.report),
        Err(panic) => scribe.text + &format!("\npanicked: {}\n", panic_words(&*panic)),
    }
}

/// Writes down what an engine says in a world.
#[derive(Debug)]
pub struct Scribe {
    start: Start,
    text: String,
    /// What happens in the world and is not written yet, by time.
    happenings: VecDeque<(Us, String)>,
    changes: BTreeMap<ChangeId, Change>,
    /// Shifts described, by their words, and whether they have ended.
    described: BTreeMap<(Timestamp, String), bool>,
}

impl Watcher for Scribe {
    fn see(&mut self, step: &Step<'_>) {
        self.hear(step.now, step.engine, step.outputs);
    }
}

impl Scribe {
    /// Writes for a world, of which nothing has happened yet.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self {
            start: world.start,
            text: String::new(),
            happenings: happenings(world),
            changes: BTreeMap::new(),
            described: BTreeMap::new(),
        }
    }

    /// Writes what an engine just said, and what happened in its world up to now.
    pub fn hear(&mut self, now: Timestamp, engine: &Engine, outputs: &[Output]) {
        let since_start = self.start.since(now);
        while let Some((at, line)) = self.happenings.pop_front_if(|(at, _)| *at <= since_start) {
            self.write(self.start.instant(at), &line);
        }
        for output in outputs {
            let line = self.line(engine, output);
            self.write(now, &line);
        }
    }

    fn write(&mut self, now: Timestamp, line: &str) {
        let now = second(self.start, now);
        writeln!(self.text, "{now}  {line}").expect("invariant: a string takes all");
    }

    fn line(&mut self, engine: &Engine, output: &Output) -> String {
        match output {
            Output::ChangeFound { change, .. } => {
                self.changes.insert(change.id, change.clone());
                format!("change: {}", change_words(self.start, change))
            }
            Output::ShiftDetected { incident, .. } => {
                let words = self.new_shift(&engine.report());
                let incident =
                    incident.map_or_else(String::new, |id| format!(" ({})", opened(id.0)));
                format!("shift: {words}{incident}")
            }
            Output::ShiftEnded { .. } => {
                format!("shift over: {}", self.ended_shift(&engine.report()))
            }
            Output::ShiftAccepted { .. } => "shift accepted as the new normal".to_owned(),
            Output::ShiftSettled { .. } => "shift lasts for a month: the new normal".to_owned(),
            Output::IncidentOpened { incident, opening, .. } => {
                format!("{}: opened by {}: {}", opened(incident.0), opening.by, opening.title)
            }
            Output::OriginNamed { incident, service, confidence, .. } => {
                format!("{}: starts at {service}, probability {confidence:.2}", opened(incident.0))
            }
            Output::VerdictChanged { incident, change, verdict, probability, .. } => format!(
                "{}: {}: {}, probability {probability:.3}",
                opened(incident.0),
                self.name(*change),
                verdict_words(*verdict)
            ),
            Output::EffectKnown { incident, change, effect, .. } => {
                let effect = effect_words(*effect);
                format!("{}: {}: {effect}", opened(incident.0), self.name(*change))
            }
            Output::IncidentEnded { incident, .. } => format!("{}: over", opened(incident.0)),
            Output::RepairSeen { incident, change, .. } => {
                format!("{}: repaired by {}", opened(incident.0), self.name(*change))
            }
        }
    }

    /// The words of a shift that was not described yet.
    fn new_shift(&mut self, report: &Report) -> String {
        let mut all = report.shifts.iter().map(|s| (key(s), &s.shift));
        let found = all.find(|(key, _)| !self.described.contains_key(key));
        let Some((key, shift)) = found else { return "one that is not in the report".to_owned() };
        let is_over = shift.ended_at.is_some();
        self.described.insert(key, is_over);
        shift_words(self.start, shift)
    }

    /// The name of a shift that has ended since it was described.
    fn ended_shift(&mut self, report: &Report) -> String {
        let ended = report.shifts.iter().filter(|s| s.shift.ended_at.is_some()).map(key);
        for key in ended {
            if let Some(is_over @ false) = self.described.get_mut(&key) {
                *is_over = true;
                return key.1;
            }
        }
        "one that is not in the report".to_owned()
    }

    fn name(&self, change: ChangeId) -> String {
        let change_words = |known| change_words(self.start, known);
        self.changes.get(&change).map_or_else(|| change.to_string(), change_words)
    }

    /// Adds what is known in the end.
    #[must_use]
    pub fn finish(mut self, report: &Report) -> String {
        self.text.push_str(&self.known(report));
        self.text
    }

    /// Adds words of somebody else.
    pub fn add(&mut self, words: &str) {
        self.text.push_str(words);
    }

    /// What a report says of all incidents.
    #[must_use]
    pub fn known(&self, report: &Report) -> String {
        if report.incidents.is_empty() {
            return "\nno incident\n".to_owned();
        }
        let describe = |incident| incident::describe(incident, (report, self.start));
        report.incidents.iter().map(|incident| format!("\n{}", describe(incident))).collect()
    }
}

/// What people do in a world and what breaks, in the words of its script, after a star.
fn happenings(world: &World) -> VecDeque<(Us, String)> {
    let script = world.to_string();
    let happening = |line: &str| {
        let (at, what) = line.split_once(' ')?;
        Some((Clock::parse(at)?, format!("* {what}")))
    };
    script.lines().filter_map(happening).collect()
}

/// What tells one shift from another while its figures still move.
fn key(numbered: &Numbered) -> (Timestamp, String) {
    (numbered.shift.detected_at, words::shift_name(&numbered.shift))
}

fn opened(incident: u32) -> String {
    format!("incident {incident}")
}
