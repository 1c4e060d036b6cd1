//! What people accept, and what a server forgets.

use super::{Feed, Inputs, Nobody, engine, settings};
use crate::life::Life;
use crate::traffic::Traffic;
use crate::world::World;
use hw_engine::{Engine, EngineSettings, Input, Memory, Output};
use hw_model::{Effect, ShiftId, Timestamp};

/// The inputs of the story; `keep` says which lines of its script stay.
fn story(keep: impl Fn(&str) -> bool) -> Vec<(Timestamp, Input)> {
    let script = include_str!("../../scenarios/001-gate-always-open.txt");
    let lines: Vec<&str> = script.lines().filter(|line| keep(line)).collect();
    let world = World::from_script("story", &lines.join("\n")).unwrap();
    let life = Life::new(&world);
    let traffic = Traffic::new(&world, &life);
    Inputs::new(&world, &life, &traffic).all
}

/// An engine after all inputs, and what it said.
fn fed(engine: Engine, inputs: Vec<(Timestamp, Input)>) -> (Engine, Vec<Output>) {
    let mut feed = Feed::new(engine);
    for (now, input) in inputs {
        feed.take(now, input, &mut Nobody);
    }
    let (engine, said) = feed.finish();
    (engine, said.outputs.into_iter().map(|(_, output)| output).collect())
}

#[test]
fn accepted_shift_is_over_and_nothing_is_said_to_have_helped() {
    let mut inputs = story(|line| !line.starts_with("20:00") && !line.starts_with("22:00"));
    let start = inputs[0].0;
    let at = inputs.iter().position(|(now, _)| now.seconds_since(start) >= 960.0).unwrap();
    let accepted_at = inputs[at].0;
    for shift in 1..=2 {
        inputs.insert(at, (accepted_at, Input::Accepted(ShiftId(shift))));
    }
    let (engine, outputs) = fed(engine(), inputs);
    let report = engine.report();
    let [incident] = report.incidents.as_slice() else { panic!("{:#?}", report.incidents) };
    assert_eq!(incident.ended_at, Some(accepted_at));
    for shift in &report.shifts {
        assert_eq!((shift.shift.ended_at, shift.shift.accepted_at), (None, Some(accepted_at)));
    }
    let worked = incident.diagnosis.mitigations.iter().filter(|m| m.effect == Effect::Worked);
    assert_eq!(worked.count(), 0, "{:#?}", incident.diagnosis.mitigations);
    let n_detected = outputs.iter().filter(|o| matches!(o, Output::ShiftDetected { .. })).count();
    assert_eq!(n_detected, 2, "the new normal raises no alarm");
    assert!(outputs.iter().any(|o| matches!(o, Output::IncidentEnded { .. })));
}

#[test]
fn server_forgets_what_is_over_after_it_was_said() {
    let mut inputs = story(|_| true);
    inputs.retain(|(_, input)| !matches!(input, Input::End));
    let (end, _) = inputs.last().cloned().unwrap();
    let forgetful = EngineSettings { memory: Memory::Recent, ..settings() };
    let mut feed = Feed::new(Engine::new(forgetful));
    let (mut shifts, mut incidents, mut changes) = (0, 0, 0);
    let later = (1..30 * 60).map(|minute| (end.plus_s(f64::from(minute) * 60.0), Input::Tick));
    for (now, input) in inputs.into_iter().chain(later) {
        feed.take(now, input, &mut Nobody);
        let said = feed.engine.take_revisions();
        shifts = shifts.max(said.shifts.iter().map(|shift| shift.id.0).max().unwrap_or(0));
        incidents = incidents.max(said.incidents.iter().map(|i| i.id.0).max().unwrap_or(0));
        changes = changes.max(said.changes.iter().map(|change| change.id.0).max().unwrap_or(0));
    }
    let (engine, _) = feed.finish();
    let report = engine.report();
    assert!(shifts >= 2 && incidents >= 1 && changes >= 4, "{shifts} {incidents} {changes}");
    let left = (report.shifts.len(), report.incidents.len(), report.changes.len());
    // All services have fallen silent: the inlet's silence is a shift of its own, and lasts.
    assert!(left.0 <= 1 && left.1 <= 1, "{left:?}: {:#?}", report.shifts);
    assert_eq!(left.2, 0, "{:#?}", report.changes);
}
