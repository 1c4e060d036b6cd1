//! Shifts while an incident lasts: what is more of it, and what is another.

use super::*;
use crate::sample::Sample;
use crate::watch::{News, NewsKind, Watched};
use hw_detect::Alarm;
use hw_flow::{EntryIdx, FlowSettings, HopIdx};
use hw_model::Direction;
use hw_stats::Counts;

/// `front` calls `middle`, which calls `back`; `front` also calls `side`, which calls `shelf`.
pub(crate) struct Scene {
    pub flow: Flow,
    pub graph: CallGraph,
    pub shifts: Shifts,
    pub incidents: Incidents,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let mut sample = Sample::new();
        for second in 0..5 {
            sample.item(second, &["front", "middle", "back"]);
            sample.item(second, &["front", "side", "shelf"]);
        }
        let mut flow = Flow::new(FlowSettings::standard(10));
        flow.fold(Timestamp::from_s(6), sample.batch());
        let mut graph = CallGraph::default();
        graph.follow(&flow);
        Self { flow, graph, shifts: Shifts::default(), incidents: Incidents::default() }
    }

    pub(crate) fn hop(&self, caller: &str, callee: &str) -> HopIdx {
        let words = |hop: &HopIdx| self.flow.hop_words(*hop).unwrap();
        let is_it = |hop: &HopIdx| words(hop).caller == caller && words(hop).callee == callee;
        self.flow.hops().find(is_it).unwrap()
    }

    fn entry(&self, service: &str) -> EntryIdx {
        let place = |entry: EntryIdx| self.flow.entry_place(entry).unwrap().0;
        let is_it = |entry: &EntryIdx| self.flow.service_word(place(*entry)) == service;
        self.flow.entries().find(is_it).unwrap()
    }

    /// A figure goes up within a second; the number of its incident.
    pub(crate) fn up(&mut self, watched: Watched, onset: i64) -> u32 {
        self.shift(watched, onset, Direction::Up)
    }

    fn shift(&mut self, watched: Watched, onset: i64, direction: Direction) -> u32 {
        let shift = noted(&mut self.shifts, watched, onset, direction);
        self.incidents.admit((&self.flow, &mut self.graph), &mut self.shifts, shift, None).0
    }

    /// The same, of a figure that would bring an incident back.
    fn back(&mut self, watched: Watched, onset: i64, (incident, is_leading): (u32, bool)) -> u32 {
        let incident = IncidentId(incident);
        let case = self.incidents.get(incident).unwrap();
        let (n_shifts, main) = (case.shifts.len(), case.shifts[0]);
        let before = Before {
            n_bouts: 1,
            n_shifts,
            main,
            began_at: Timestamp::from_s(0),
            over_at: Timestamp::from_s(onset - 60),
            diagnosis: Diagnosis::default(),
        };
        let back = Return { incident, is_leading, before };
        let shift = noted(&mut self.shifts, watched, onset, Direction::Up);
        self.incidents.admit((&self.flow, &mut self.graph), &mut self.shifts, shift, Some(back)).0
    }

    /// All shifts of a figure are over.
    pub(crate) fn end(&mut self, watched: Watched, at: i64) {
        let topic = watched.topic();
        let is_it = |shift: &&Tracked| (shift.subject, shift.signal) == topic && shift.is_open();
        let ids: Vec<ShiftId> = self.shifts.all().filter(is_it).map(|shift| shift.id).collect();
        assert!(!ids.is_empty());
        for id in ids {
            self.shifts.get_mut(id).unwrap().ended_at = Some(Timestamp::from_s(at));
        }
    }
}

/// A figure shifts within a second.
pub(crate) fn noted(
    shifts: &mut Shifts,
    watched: Watched,
    onset: i64,
    direction: Direction,
) -> ShiftId {
    let alarm = Alarm {
        direction,
        onset_tick: onset,
        nats: 30.0,
        before: 0.5,
        learned: Counts::new(600.0, 300.0),
        after: 0.9,
        phi: 1.0,
    };
    let (at, what) = (Timestamp::from_s(onset + 20), NewsKind::Alarm(alarm));
    let news = News { watched, stream: None, tick: onset + 19, at, what };
    let shift = shifts.note(&news).expect("it is a new one");
    shifts.get_mut(shift).unwrap().onset = vec![(onset, 1.0)];
    shift
}

pub(crate) const HOUR: i64 = 3_600;

#[test]
fn figure_that_returns_while_the_incident_lasts_is_part_of_it() {
    let mut scene = Scene::new();
    let items = Watched::Transfer(scene.hop("middle", "back"));
    let errors = Watched::HopErrors(scene.hop("side", "shelf"));
    assert_eq!(scene.up(items, HOUR), 1);
    assert_eq!(scene.up(errors, HOUR + 600), 2);
    scene.end(errors, 2 * HOUR);
    assert_eq!(scene.up(errors, 3 * HOUR), 2);
    // The same figure the other way is another story.
    scene.end(items, 3 * HOUR);
    assert_eq!(scene.shift(items, 4 * HOUR, Direction::Down), 3);
}

#[test]
fn figure_that_returns_after_the_incident_opens_another() {
    let mut scene = Scene::new();
    let items = Watched::Transfer(scene.hop("middle", "back"));
    assert_eq!(scene.up(items, HOUR), 1);
    scene.end(items, 2 * HOUR);
    scene.incidents.get_mut(IncidentId(1)).unwrap().is_ended = true;
    assert_eq!(scene.up(items, 3 * HOUR), 2);
}

#[test]
fn waiting_and_volume_that_follow_from_more_items_join() {
    let mut scene = Scene::new();
    let items = Watched::Transfer(scene.hop("middle", "back"));
    assert_eq!(scene.up(items, HOUR), 1);
    for later in [
        Watched::HopSlow(scene.hop("front", "middle"), 0),
        Watched::EntrySlow(scene.entry("front"), 0),
        Watched::EntrySlow(scene.entry("middle"), 1),
        Watched::EntrySlow(scene.entry("back"), 2),
        Watched::Volume(scene.entry("back")),
    ] {
        assert_eq!(scene.up(later, 9 * HOUR), 1, "{later:?}");
    }
}

#[test]
fn what_an_incident_does_not_lead_to_opens_its_own() {
    let mut scene = Scene::new();
    let items = Watched::Transfer(scene.hop("middle", "back"));
    assert_eq!(scene.up(items, HOUR), 1);
    let waiting = Watched::EntrySlow(scene.entry("front"), 0);
    assert_eq!(scene.up(waiting, 2 * HOUR), 1);
    // On the other branch; the service both hang on waits for the first one.
    let beside = Watched::HopSlow(scene.hop("front", "side"), 0);
    assert_eq!(scene.up(beside, 3 * HOUR), 2);
    // On the same branch, and of its own making.
    let failing = Watched::EntryErrors(scene.entry("back"));
    assert_eq!(scene.up(failing, 5 * HOUR), 3);
    // More comes in than the incident can explain.
    let inflow = Watched::Volume(scene.entry("front"));
    assert_eq!(scene.up(inflow, 7 * HOUR), 4);
}

#[test]
fn what_began_before_or_after_does_not_follow() {
    let mut scene = Scene::new();
    let items = Watched::Transfer(scene.hop("middle", "back"));
    let waiting = Watched::EntrySlow(scene.entry("middle"), 0);
    assert_eq!(scene.up(items, 2 * HOUR), 1);
    assert_eq!(scene.up(waiting, HOUR), 2, "noticed later, and begun before");
    scene.end(waiting, 3 * HOUR);
    scene.incidents.get_mut(IncidentId(2)).unwrap().is_ended = true;
    scene.end(items, 4 * HOUR);
    assert_eq!(scene.up(waiting, 5 * HOUR), 3, "nobody waits for what is over");
}

/// Items into `back` were an incident and failures beside it another, which was over first.
fn two_over() -> (Scene, Watched, Watched) {
    let mut scene = Scene::new();
    let items = Watched::Transfer(scene.hop("middle", "back"));
    let beside = Watched::HopErrors(scene.hop("side", "shelf"));
    assert_eq!((scene.up(items, HOUR), scene.up(beside, 2 * HOUR)), (1, 2));
    for (watched, id) in [(items, 1), (beside, 2)] {
        scene.end(watched, 3 * HOUR);
        scene.incidents.get_mut(IncidentId(id)).unwrap().is_ended = true;
    }
    (scene, items, beside)
}

#[test]
fn figure_that_comes_back_is_another_bout_of_its_incident() {
    let (mut scene, items, beside) = two_over();
    assert_eq!(scene.back(items, 4 * HOUR, (1, true)), 1);
    let case = scene.incidents.get(IncidentId(1)).unwrap();
    assert!(!case.is_ended);
    assert_eq!(
        (case.shifts.as_slice(), case.bout()),
        (&[ShiftId(1), ShiftId(3)][..], &[ShiftId(3)][..])
    );
    // While it lasts again, what follows from it is of this bout.
    let waiting = Watched::EntrySlow(scene.entry("middle"), 0);
    assert_eq!(scene.up(waiting, 5 * HOUR), 1);
    assert_eq!(scene.incidents.get(IncidentId(1)).unwrap().bout().len(), 2);
    assert_eq!(scene.up(beside, 6 * HOUR), 3, "nobody said that this one comes back");
}

#[test]
fn incident_that_shows_elsewhere_first_turns_out_to_be_the_old_one() {
    let (mut scene, items, _) = two_over();
    let failing = Watched::EntryErrors(scene.entry("back"));
    assert_eq!(scene.up(failing, 4 * HOUR), 3);
    assert_eq!(scene.back(items, 4 * HOUR + 5, (1, true)), 1);
    assert_eq!(scene.incidents.get(IncidentId(3)).unwrap().merged_into, Some(IncidentId(1)));
    assert_eq!(scene.incidents.get(IncidentId(1)).unwrap().bout().len(), 2);
}

#[test]
fn figure_that_many_things_move_does_not_make_a_new_incident_an_old_one() {
    let (mut scene, _, _) = two_over();
    let failing = Watched::EntryErrors(scene.entry("back"));
    assert_eq!(scene.up(failing, 4 * HOUR), 3);
    let waiting = Watched::EntrySlow(scene.entry("middle"), 0);
    assert_eq!(scene.back(waiting, 4 * HOUR + 5, (1, false)), 3);
    assert!(scene.incidents.get(IncidentId(1)).unwrap().is_ended);
}
