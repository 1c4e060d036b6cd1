//! What the page of the present needs.

use super::Gathering;
use crate::backend::{Failure, Page as Part};
use crate::sight::Sight;
use hw_api::{Shift, instant};
use hw_page::{Frame, NowView, Page};

/// Changes that are shown.
const CHANGES: u32 = 6;
/// Shifts among which the open ones are looked for.
const SHIFTS: u32 = 200;

impl Gathering<'_> {
    pub(super) fn now(&self, frame: &Frame) -> Result<Page, Failure> {
        let backend = self.backend;
        let mut sight = Sight::new(backend, self.caller);
        let mut now = backend.now()?;
        let mut seen = Vec::new();
        for open in now.incidents {
            if sight.covers(Some(&open.id))? {
                seen.push(open);
            }
        }
        now.incidents = seen;
        let mut late = backend.actions(&mut |incident| sight.covers(incident))?;
        late.retain(|item| {
            item.state == "open" && instant(&item.due).is_some_and(|due| due < frame.clock.now)
        });
        let view = NowView {
            now,
            map: backend.flow(None)?,
            shifts: self.open_shifts()?,
            changes: backend.changes(Part { before: None, items_max: CHANGES })?,
            late,
            doors: backend.doors(),
        };
        Ok(view.page(frame))
    }

    /// Shifts that are open now.
    pub(super) fn open_shifts(&self) -> Result<Vec<Shift>, Failure> {
        let shifts = self.backend.shifts(Part { before: None, items_max: SHIFTS })?;
        Ok(shifts.into_iter().filter(|shift| shift.over_at().is_none()).collect())
    }
}
