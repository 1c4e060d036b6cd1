//! A person says that what a shifted figure does now is normal.
//!
//! The streams behind the shift learn what they counted since its onset as their new baseline. The
//! shift is over, and was never back: nothing that people did in between is said to have helped.

use crate::describe::ticks_of;
use crate::engine::Engine;
use crate::incidents::onset_interval;
use crate::input::Output;
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
}
