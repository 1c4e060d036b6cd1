//! What brings an incident back, and what is another. Here it was over hours ago: what was said of it
//! then is all there is to go by.

use super::*;
use crate::engine::{EngineSettings, Memory};
use crate::incidents::tests::{HOUR, Scene, noted};
use crate::watch::Watched;
use hw_detect::{Budget, Tuning};
use hw_flow::FlowSettings;
use hw_model::{Direction, Mitigation, ToldChange};

/// When the incident was over.
const OVER: i64 = 2 * HOUR;

/// From the first to the second hour more items left `middle` than usual, and more of its calls failed.
struct Past {
    engine: Engine,
    items: Watched,
    errors: Watched,
}

impl Past {
    /// What was done, and what each of it did.
    fn with(attempts: &[(ChangeKind, Effect)]) -> Self {
        let mut scene = Scene::new();
        let items = Watched::Transfer(scene.hop("middle", "back"));
        let errors = Watched::HopErrors(scene.hop("middle", "back"));
        assert_eq!((scene.up(items, HOUR), scene.up(errors, HOUR + 5)), (1, 1));
        scene.end(items, OVER);
        scene.end(errors, OVER);
        let mut engine = Engine::new(EngineSettings {
            flow: FlowSettings::standard(10),
            budget: Budget { false_alarms_per_month: 1.0 },
            tuning: Tuning::STANDARD,
            memory: Memory::Recent,
        });
        (engine.flow, engine.graph) = (scene.flow, scene.graph);
        (engine.shifts, engine.incidents) = (scene.shifts, scene.incidents);
        let mut past = Self { engine, items, errors };
        for (kind, effect) in attempts {
            let change = past.change(*kind, "back", OVER - 3);
            let because = vec!["it is so".to_owned()];
            let tried = Mitigation { change, effect: *effect, because };
            past.case().diagnosis.mitigations.push(tried);
        }
        past.case().is_ended = true;
        past
    }

    fn case(&mut self) -> &mut Case {
        self.engine.incidents.get_mut(IncidentId(1)).unwrap()
    }

    fn change(&mut self, kind: ChangeKind, service: &str, at: i64) -> ChangeId {
        let told = ToldChange {
            kind,
            service: service.to_owned(),
            from_version: None,
            to_version: None,
            at: Timestamp::from_s(at),
            mitigates: true,
        };
        self.engine.changes.tell(told).unwrap()
    }

    /// The incident that a figure brings back, if it shifts now.
    fn back(&mut self, watched: Watched, onset: i64, direction: Direction) -> Option<u32> {
        let shift = noted(&mut self.engine.shifts, watched, onset, direction);
        self.engine.now = Timestamp::from_s(onset + 20);
        self.engine.brought_back(shift).map(|back| back.incident.0)
    }

    fn items_back(&mut self, onset: i64) -> Option<u32> {
        self.back(self.items, onset, Direction::Up)
    }
}

const RESTARTED: &[(ChangeKind, Effect)] = &[(ChangeKind::Restart, Effect::Worked)];

#[test]
fn what_a_restart_stopped_comes_back_for_a_day() {
    assert_eq!(Past::with(RESTARTED).items_back(OVER + 2 * HOUR), Some(1));
    assert_eq!(Past::with(RESTARTED).items_back(OVER + 24 * HOUR - 60), Some(1));
    assert_eq!(Past::with(RESTARTED).items_back(OVER + 24 * HOUR + 60), None);
}

#[test]
fn what_was_cured_or_not_helped_at_all_opens_another_incident() {
    use {ChangeKind::*, Effect::*};
    for attempts in [
        &[][..],
        &[(Restart, None)],
        &[(Restart, Undecided)],
        &[(Rollback, Worked)],
        &[(Config, Worked)],
        &[(Restart, Worked), (Rollback, Worked)],
    ] {
        let back = Past::with(attempts).items_back(OVER + 2 * HOUR);
        assert_eq!(back, Option::None, "{attempts:?}");
    }
    let tried = Past::with(&[(Rollback, None), (Restart, Worked)]).items_back(OVER + 2 * HOUR);
    assert_eq!(tried, Some(1));
}

#[test]
fn another_figure_or_the_other_way_is_another_incident() {
    let mut past = Past::with(RESTARTED);
    assert_eq!(past.back(past.items, OVER + 2 * HOUR, Direction::Down), None);
    let mut past = Past::with(RESTARTED);
    let Watched::Transfer(hop) = past.items else { panic!() };
    assert_eq!(past.back(Watched::HopSlow(hop, 0), OVER + 2 * HOUR, Direction::Up), None);
}

#[test]
fn hours_later_the_figure_it_was_about_must_be_back() {
    let mut past = Past::with(RESTARTED);
    assert_eq!(past.back(past.errors, OVER + 2 * HOUR, Direction::Up), None);
}

#[test]
fn what_a_person_called_normal_does_not_come_back() {
    let mut past = Past::with(RESTARTED);
    let shift = past.engine.shifts.get_mut(ShiftId(1)).unwrap();
    shift.accepted_at = shift.ended_at.take();
    assert_eq!(past.items_back(OVER + 2 * HOUR), None);
}

#[test]
fn version_that_held_for_an_hour_is_the_repair() {
    for (service, at, back) in [
        ("back", OVER + HOUR, None),
        ("back", OVER + 3 * HOUR - 600, Some(1)),
        ("front", OVER + HOUR, Some(1)),
    ] {
        let mut past = Past::with(RESTARTED);
        past.change(ChangeKind::Deploy, service, at);
        assert_eq!(past.items_back(OVER + 3 * HOUR), back, "{service} at {at}");
    }
}

#[test]
fn repair_is_said_once_when_it_has_held_for_an_hour() {
    let mut past = Past::with(RESTARTED);
    let deploy = past.change(ChangeKind::Deploy, "back", OVER + HOUR);
    let mut said_at = |seconds: i64| {
        past.engine.now = Timestamp::from_s(seconds);
        past.engine.look_at_repairs();
        past.engine.outputs.drain(..).collect::<Vec<_>>()
    };
    assert_eq!(said_at(OVER + 2 * HOUR - 1), []);
    let at = Timestamp::from_s(OVER + 2 * HOUR);
    let said = Output::RepairSeen { at, incident: IncidentId(1), change: deploy };
    assert_eq!(said_at(OVER + 2 * HOUR), [said]);
    assert_eq!(said_at(OVER + 3 * HOUR), []);
}

#[test]
fn nothing_is_repaired_that_no_restart_stopped_or_that_goes_on() {
    for attempts in [&[(ChangeKind::Rollback, Effect::Worked)][..], &[]] {
        let mut past = Past::with(attempts);
        past.change(ChangeKind::Deploy, "back", OVER + HOUR);
        past.engine.now = Timestamp::from_s(OVER + 3 * HOUR);
        past.engine.look_at_repairs();
        assert_eq!(past.engine.outputs.len(), 0, "{attempts:?}");
    }
    let mut past = Past::with(RESTARTED);
    past.change(ChangeKind::Deploy, "back", OVER + HOUR);
    past.case().is_ended = false;
    past.engine.now = Timestamp::from_s(OVER + 3 * HOUR);
    past.engine.look_at_repairs();
    assert_eq!(past.engine.outputs.len(), 0);
}

#[test]
fn it_is_not_the_same_incident_for_ever() {
    let mut past = Past::with(RESTARTED);
    let before = Before {
        n_bouts: BOUTS_MAX - 1,
        n_shifts: 0,
        main: ShiftId(1),
        began_at: Timestamp::from_s(HOUR),
        over_at: Timestamp::from_s(HOUR),
        diagnosis: Diagnosis::default(),
    };
    past.case().before = Some(before.clone());
    assert_eq!(past.items_back(OVER + 2 * HOUR), None);
    let mut past = Past::with(RESTARTED);
    past.case().before = Some(Before { n_bouts: BOUTS_MAX - 2, ..before });
    assert_eq!(past.items_back(OVER + 2 * HOUR), Some(1));
}

#[test]
fn what_may_come_back_is_not_forgotten_before() {
    let remembers = |attempts: &[(ChangeKind, Effect)], hours: i64| {
        let mut past = Past::with(attempts);
        past.engine.now = Timestamp::from_s(OVER + hours * HOUR);
        past.engine.forget();
        past.engine.incidents.get(IncidentId(1)).is_some()
            && past.engine.shifts.get(ShiftId(1)).is_some()
    };
    assert_eq!([1, 3, 24, 25].map(|hours| remembers(RESTARTED, hours)), [true, true, true, false]);
    let rolled_back = &[(ChangeKind::Rollback, Effect::Worked)];
    assert_eq!([1, 3].map(|hours| remembers(rolled_back, hours)), [true, false]);
}
