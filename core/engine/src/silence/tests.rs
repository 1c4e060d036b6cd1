//! Services that fall silent, and some that only have nothing to say.

use crate::engine::{Engine, EngineSettings, Memory};
use crate::input::Input;
use crate::sample::Sample;
use hw_detect::{Budget, Tuning};
use hw_flow::FlowSettings;
use hw_model::{Signal, Timestamp};

/// An engine that is fed second by second.
struct Played {
    engine: Engine,
    sample: Sample,
    second: i64,
}

/// A silence that was told: of whom, seconds after midnight when it was noticed, and whether it is an
/// incident.
type Told = (String, i64, bool);

impl Played {
    fn new() -> Self {
        let settings = EngineSettings {
            flow: FlowSettings::standard(10),
            budget: Budget { false_alarms_per_month: 1.0 },
            tuning: Tuning::STANDARD,
            memory: Memory::Everything,
        };
        Self { engine: Engine::new(settings), sample: Sample::new(), second: 0 }
    }

    /// Plays so many seconds, with what comes in in each of them.
    fn play(&mut self, seconds: i64, comes_in: impl Fn(i64, &mut Sample)) {
        for _ in 0..seconds {
            comes_in(self.second, &mut self.sample);
            self.second += 1;
            let now = Timestamp::from_s(self.second);
            self.engine.handle(now, Input::Batch(self.sample.batch()));
            while self.engine.poll_output().is_some() {}
        }
    }

    fn told(&self) -> Vec<Told> {
        let report = self.engine.report();
        let silences = report.shifts.iter().filter(|n| n.shift.signal == Signal::NoData);
        let told = silences.map(|numbered| {
            let is_harm = report.incidents.iter().any(|i| i.shifts.contains(&numbered.id));
            let shift = &numbered.shift;
            (shift.service.clone(), shift.detected_at.tick().0, is_harm)
        });
        told.collect()
    }
}

fn chain(second: i64, sample: &mut Sample) {
    sample.item(second, &["front", "middle", "back"]);
}

#[test]
fn called_service_whose_telemetry_is_lost_is_told_of() {
    let mut played = Played::new();
    played.play(600, chain);
    played.sample.muted = Some("middle");
    played.play(120, chain);
    let told = played.told();
    let [(service, noticed, is_harm)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((service.as_str(), *is_harm), ("middle", false));
    assert!((655..=670).contains(noticed), "{noticed}");
    played.sample.muted = None;
    played.play(90, chain);
    let report = played.engine.report();
    assert_eq!(report.shifts[0].shift.ended_at.map(|at| at.tick().0), Some(721));
}

#[test]
fn called_service_that_answers_no_more_is_an_incident() {
    let mut played = Played::new();
    played.play(600, chain);
    (played.sample.muted, played.sample.failing) = (Some("middle"), Some("middle"));
    played.play(120, |second, sample| sample.item(second, &["front", "middle"]));
    let told = played.told();
    assert!(told.iter().all(|(service, _, is_harm)| service == "middle" && *is_harm), "{told:?}");
    assert_eq!(told.len(), 1);
}

/// Nobody can tell whether nothing comes in or nothing gets through: it may be down.
#[test]
fn inlet_that_stops_while_another_goes_on_is_an_incident() {
    let mut played = Played::new();
    let other = |second: i64, sample: &mut Sample| sample.item(second, &["desk", "archive"]);
    played.play(3_700, |second, sample| {
        chain(second, sample);
        other(second, sample);
    });
    played.play(120, other);
    let told = played.told();
    let [(service, noticed, is_harm)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((service.as_str(), *is_harm), ("front", true));
    assert!((3_755..=3_770).contains(noticed), "{noticed}");
}

#[test]
fn inlet_whose_items_still_arrive_behind_it_has_lost_its_telemetry_only() {
    let mut played = Played::new();
    played.play(3_700, chain);
    played.sample.muted = Some("front");
    played.play(120, chain);
    let told = played.told();
    let [(service, _, is_harm)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((service.as_str(), *is_harm), ("front", false));
}

/// From one item a second to one in two minutes, with lulls; and what is called ends a second earlier.
#[test]
fn night_and_lull_are_no_silence() {
    let mut played = Played::new();
    played.play(4 * 3_600, |second, sample| {
        let every_s = 1 + 120 * second.min(7_200) / 7_200;
        let is_lull = second % 3_600 > 3_000;
        let due = |second: i64| second % every_s == 0 && !is_lull;
        if due(second + 1) {
            sample.muted = Some("front");
            chain(second, sample);
        }
        if due(second) {
            sample.muted = Some("back");
            chain(second, sample);
        }
    });
    assert_eq!(played.told(), Vec::<Told>::new());
}
