//! What people accept, what a server forgets, and what comes back.

use super::{Feed, Inputs, Nobody, engine, settings};
use crate::life::Life;
use crate::traffic::{Doing, Traffic};
use crate::world::World;
use hw_engine::{Engine, EngineSettings, Input, Memory, Output, Report};
use hw_model::{Change, ChangeKind, Effect, ShiftId, Timestamp, Verdict};

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

/// The world of a restart that cures nothing, with some lines of its script changed.
fn relapse(changed: &[(&str, &str)]) -> World {
    let mut script = include_str!("../../scenarios/005-restart-relapse.txt").to_owned();
    for (line, by) in changed {
        assert!(script.contains(line), "{line}");
        script = script.replace(line, by);
    }
    World::from_script("relapse", &script).unwrap()
}

/// What an engine with this memory says of a world, and the items that eligibility let through too many.
fn told(world: &World, memory: Memory) -> (Report, Vec<Output>, f64) {
    let life = Life::new(world);
    let traffic = Traffic::new(world, &life);
    let fault = world.fault.as_ref().unwrap();
    let broken = traffic.spans.iter().filter(|span| {
        span.doing == Doing::Serve(fault.effect.entry())
            && fault.infects(world, life.get(span.instance), span.from)
    });
    // It says "go" to all where it should to half.
    let too_many = broken.count() as f64 / 2.0;
    let inputs = Inputs::new(world, &life, &traffic).all;
    let (engine, outputs) = fed(Engine::new(EngineSettings { memory, ..settings() }), inputs);
    (engine.report(), outputs, too_many)
}

#[test]
fn harm_of_both_times_is_counted_and_not_the_calm_between() {
    let (report, outputs, too_many) = told(&relapse(&[]), Memory::Everything);
    let [incident] = report.incidents.as_slice() else { panic!("{:#?}", report.incidents) };
    let impact = incident.diagnosis.impact.unwrap();
    assert!(impact.low <= too_many && too_many <= impact.high, "{impact:?}, truly {too_many}");
    assert!(
        (impact.excess_items - too_many).abs() < 0.03 * too_many,
        "{impact:?}, truly {too_many}"
    );
    let n_over = outputs.iter().filter(|o| matches!(o, Output::IncidentEnded { .. })).count();
    assert_eq!((n_over, incident.shifts.len()), (2, 4));
    let effects = incident.diagnosis.mitigations.iter().map(|tried| tried.effect);
    assert_eq!(effects.collect::<Vec<Effect>>(), [Effect::Worked; 2]);
}

#[test]
fn incident_that_is_back_has_no_end() {
    let world = relapse(&[("26:00 restart eligibility down 3s cures", "")]);
    let (report, outputs, _) = told(&world, Memory::Everything);
    let [incident] = report.incidents.as_slice() else { panic!("{:#?}", report.incidents) };
    assert_eq!(incident.ended_at, None);
    assert!(outputs.iter().any(|o| matches!(o, Output::IncidentEnded { .. })));
}

#[test]
fn hours_later_a_server_that_forgets_says_what_an_analysis_says() {
    let world = relapse(&[
        ("length 31:00", "length 0d03:30:00"),
        ("again 21:00", "again 0d03:10:00"),
        ("26:00 restart", "0d03:20:00 restart"),
        ("inlet intake POST /items 9/s", "inlet intake POST /items 2/s"),
    ]);
    let (remembered, outputs, too_many) = told(&world, Memory::Everything);
    let (report, same_outputs, _) = told(&world, Memory::Recent);
    assert_eq!((&report.incidents, &same_outputs), (&remembered.incidents, &outputs));
    let [incident] = report.incidents.as_slice() else { panic!("{:#?}", report.incidents) };
    // What was counted second by second then is not kept any more: it was said before.
    let impact = incident.diagnosis.impact.unwrap();
    assert!(impact.low <= too_many && too_many <= impact.high, "{impact:?}, truly {too_many}");
}

#[test]
fn what_a_rollback_cured_is_another_incident_when_it_comes_again() {
    let world = relapse(&[
        ("11:00 fault", "10:59 deploy eligibility 1.0.0 down 3s\n11:00 fault"),
        ("15:00 restart eligibility down 3s cures", "15:00 rollback eligibility down 3s cures"),
    ]);
    let (report, ..) = told(&world, Memory::Everything);
    assert_eq!(report.incidents.len(), 2, "{:#?}", report.incidents);
}

/// The verdict on a service's first deploy in the only incident.
fn verdict(report: &Report, service: &str) -> Verdict {
    let [incident] = report.incidents.as_slice() else { panic!("{:#?}", report.incidents) };
    let is_it = |change: &&Change| change.service == service && change.kind == ChangeKind::Deploy;
    let change = report.changes.iter().find(is_it).unwrap();
    let mut judgements = incident.diagnosis.judgements.iter();
    judgements.find(|judgement| judgement.change == change.id).unwrap().verdict
}

#[test]
fn rollback_after_the_relapse_says_what_the_restart_did_not() {
    let guilty = ("11:00 fault", "10:59 deploy eligibility 1.0.0 down 3s\n11:00 fault");
    let rolled_back =
        ("26:00 restart eligibility down 3s cures", "26:00 rollback eligibility down 3s cures");
    let before = told(&relapse(&[guilty]), Memory::Everything).0;
    assert_ne!(verdict(&before, "eligibility"), Verdict::Exonerated);
    let after = told(&relapse(&[guilty, rolled_back]), Memory::Everything).0;
    assert_eq!(verdict(&after, "eligibility"), Verdict::Implicated, "{:#?}", after.incidents);
}

#[test]
fn change_between_two_times_is_neither_guilty_nor_innocent_by_its_hour() {
    let between = ("19:00 deploy catalog 2.4.0", "20:00 deploy eligibility 0.9.8");
    let report = told(
        &relapse(&[between, ("26:00 restart eligibility down 3s cures", "")]),
        Memory::Everything,
    )
    .0;
    assert_eq!(verdict(&report, "eligibility"), Verdict::Undecided, "{:#?}", report.incidents);
    // Taken back while it lasts, and nothing happens: that speaks for it.
    let taken_back =
        ("26:00 restart eligibility down 3s cures", "25:00 rollback eligibility down 3s");
    let report = told(&relapse(&[between, taken_back]), Memory::Everything).0;
    assert_eq!(verdict(&report, "eligibility"), Verdict::NotImplicated, "{:#?}", report.incidents);
}
