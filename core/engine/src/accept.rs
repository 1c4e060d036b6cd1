//! A person says that what a shifted figure does now is normal, or it has lasted so long that it is.
//!
//! The streams behind the shift learn what they counted since its onset as their new baseline. The
//! shift is over, and was never back: nothing that people did in between is said to have helped.

use crate::describe::ticks_of;
use crate::engine::Engine;
use crate::incidents::onset_interval;
use crate::input::Output;
use crate::watch::News;
use hw_model::ShiftId;
use hw_stats::Counts;

impl Engine {
    /// Accepts a shift that is open; any other is left as it is.
    pub(crate) fn accept(&mut self, id: ShiftId) {
        let Some(shift) = self.shifts.get(id).filter(|shift| shift.is_open()) else { return };
        let (from, to) = (onset_interval(shift).to.tick().0, self.now.tick().0);
        for member in &shift.members {
            let ticks = ticks_of(&self.flow, member.watched, from, to);
            let counts: Counts = ticks.into_iter().map(|(_, counts)| counts).sum();
            let stream = member.stream.and_then(|stream| self.watch.fleet.stream_mut(stream));
            if let Some(stream) = stream.filter(|_| counts.n > 0.0) {
                stream.accept(counts);
            }
        }
        let at = self.now;
        if let Some(shift) = self.shifts.get_mut(id) {
            shift.accepted_at = Some(at);
        }
        self.outputs.push_back(Output::ShiftAccepted { at, shift: id });
        self.look_at_all();
    }

    /// What one stream of a shift does has lasted so long that it is usual. So is what the others of that shift
    /// do: they say the same, and one that waited on for what was usual before would keep it open.
    pub(crate) fn settle(&mut self, news: &News) {
        let at = self.now;
        let Some(shift) = self.shifts.open(news.watched) else { return };
        shift.accepted_at = Some(at);
        let (id, members) = (shift.id, shift.members.clone());
        self.shifts.revise(&[id]);
        for stream in members.iter().filter_map(|member| member.stream) {
            if let Some(stream) = self.watch.fleet.stream_mut(stream) {
                stream.settle(news.tick);
            }
        }
        self.outputs.push_back(Output::ShiftSettled { at, shift: id });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{EngineSettings, Memory};
    use crate::incidents::tests::noted;
    use crate::watch::{NewsKind, Watched};
    use hw_detect::{Budget, Tuning};
    use hw_flow::{FlowSettings, HopIdx};
    use hw_model::{Direction, Timestamp};

    const ITEMS: Watched = Watched::Transfer(HopIdx(0));
    const SENT: Watched = Watched::FanOut(HopIdx(0));
    const MONTH: i64 = 30 * 86_400;

    fn news(watched: Watched, at: i64, what: NewsKind) -> News {
        News { watched, stream: None, tick: at, at: Timestamp::from_s(at), what }
    }

    /// An engine in which two streams of one shift have shifted.
    fn shifted() -> Engine {
        let mut engine = Engine::new(EngineSettings {
            flow: FlowSettings::standard(10),
            budget: Budget { false_alarms_per_month: 1.0 },
            tuning: Tuning::STANDARD,
            memory: Memory::Recent,
        });
        noted(&mut engine.shifts, ITEMS, 100, Direction::Up);
        let alarm = engine.shifts.get(ShiftId(1)).unwrap().members[0].alarm;
        assert_eq!(engine.shifts.note(&news(SENT, 130, NewsKind::Alarm(alarm))), None);
        engine
    }

    #[test]
    fn a_shift_settles_as_a_whole_and_once() {
        let mut engine = shifted();
        engine.now = Timestamp::from_s(MONTH);
        engine.settle(&news(ITEMS, MONTH, NewsKind::Settled));
        engine.settle(&news(SENT, MONTH + 30, NewsKind::Settled));
        let shift = engine.shifts.get(ShiftId(1)).unwrap();
        assert_eq!((shift.accepted_at, shift.ended_at), (Some(Timestamp::from_s(MONTH)), None));
        let said: Vec<Output> = engine.outputs.drain(..).collect();
        assert_eq!(said, [Output::ShiftSettled { at: engine.now, shift: ShiftId(1) }]);
        assert_eq!(engine.shifts.end(Timestamp::from_s(2 * MONTH)), [], "it was never back");
    }

    #[test]
    fn what_shifts_after_it_has_settled_is_a_shift_of_its_own() {
        let mut engine = shifted();
        engine.settle(&news(ITEMS, MONTH, NewsKind::Settled));
        let new = noted(&mut engine.shifts, ITEMS, MONTH + 100, Direction::Down);
        assert_eq!(new, ShiftId(2));
    }
}
