//! What the pages of flow need: the map, a hop, a service.

use super::Gathering;
use crate::backend::{Failure, Page as Part, WindowsAsked};
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::sight::may_see;
use hw_api::{Change, Incident, Shift, instant};
use hw_model::Timestamp;
use hw_page::{FlowView, Frame, HopView, Page, ServiceView, Stretch};

/// Seconds of a hop that are shown unless it is said from when.
const SHOWN_S: f64 = 21_600.0;
/// Steps that a picture has room for.
const STEPS: f64 = 240.0;
/// Steps of round length, in seconds.
const ROUND_S: [i64; 14] =
    [10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 86_400];
/// Shifts, changes and incidents that are looked through.
const LOOKED_THROUGH: u32 = 400;

impl Gathering<'_> {
    pub(super) fn flow(&self, at: Option<Timestamp>, frame: &Frame) -> Result<Page, Failure> {
        let map = self.backend.flow(at)?;
        let named = |shift: &Shift| map.hops.iter().any(|hop| hop.shifts.contains(&shift.id));
        let mut shifts = self.all_shifts()?;
        shifts.retain(named);
        Ok(FlowView { map, shifts }.page(frame))
    }

    pub(super) fn hop(&self, id: &str, stretch: Stretch, frame: &Frame) -> Result<Page, Problem> {
        let hops = self.backend.hops()?;
        let Some(hop) = hops.iter().find(|hop| hop.id == id).cloned() else {
            let near = nearest(id, hops.iter().map(|hop| hop.id.as_str()));
            return Err(Problem::not_found(format!("no hop is \"{id}\"")).meaning(near));
        };
        let to = stretch.to.unwrap_or(frame.clock.now);
        let from = stretch.from.unwrap_or_else(|| to.plus_s(-SHOWN_S));
        let asked = WindowsAsked {
            hop: id.to_owned(),
            from: Some(from),
            to: Some(to),
            step_s: None,
            items_max: 1,
        };
        // The first answer says how long a stored window is: a step is some of them.
        let window_s = self.backend.windows(&asked)?.map_or(10, |windows| windows.window_s);
        let asked = WindowsAsked {
            step_s: Some(step_s(to.seconds_since(from), window_s)),
            items_max: 1_000,
            ..asked
        };
        let windows = self.backend.windows(&asked)?;
        let windows = windows.ok_or_else(|| Problem::not_found(format!("no hop is \"{id}\"")))?;
        let mut shifts = self.all_shifts()?;
        shifts.retain(|shift| shift.hop.as_deref() == Some(id));
        let view = HopView {
            changes: self.changes_near((&hop.caller, &hop.callee), &windows.from)?,
            incidents: self.seen_incidents()?,
            hop,
            windows,
            shifts,
        };
        Ok(view.page(frame))
    }

    pub(super) fn service(&self, name: &str, frame: &Frame) -> Result<Page, Problem> {
        let services = self.backend.services()?;
        let Some(service) = services.iter().find(|service| service.id == name).cloned() else {
            let near = nearest(name, services.iter().map(|service| service.id.as_str()));
            return Err(Problem::not_found(format!("no service is \"{name}\"")).meaning(near));
        };
        let mut hops = self.backend.hops()?;
        hops.retain(|hop| hop.caller == name || hop.callee == name);
        let mut changes = self.all_changes()?;
        changes.retain(|change| change.service == name);
        let mut shifts = self.open_shifts()?;
        shifts.retain(|shift| shift.service == name);
        let mut incidents = self.seen_incidents()?;
        incidents.retain(|incident| speaks_of(incident, name));
        let people = self.backend.people(name)?.ok();
        Ok(ServiceView { service, hops, changes, shifts, incidents, people }.page(frame))
    }

    /// Changes of the services at the ends of a hop since a time.
    fn changes_near(&self, ends: (&str, &str), from: &str) -> Result<Vec<Change>, Failure> {
        let from = instant(from);
        let mut changes = self.all_changes()?;
        changes.retain(|change| {
            let is_near = change.service == ends.0 || change.service == ends.1;
            is_near && instant(&change.at).zip(from).is_none_or(|(at, from)| at >= from)
        });
        Ok(changes)
    }

    pub(super) fn all_shifts(&self) -> Result<Vec<Shift>, Failure> {
        self.backend.shifts(Part { before: None, items_max: LOOKED_THROUGH })
    }

    pub(super) fn all_changes(&self) -> Result<Vec<Change>, Failure> {
        self.backend.changes(Part { before: None, items_max: LOOKED_THROUGH })
    }

    /// Incidents that the caller may see, newest first.
    pub(super) fn seen_incidents(&self) -> Result<Vec<Incident>, Failure> {
        let part = Part { before: None, items_max: LOOKED_THROUGH };
        let mut incidents = self.backend.incidents(part)?;
        incidents.retain(|incident| may_see(self.caller, incident));
        Ok(incidents)
    }
}

/// Whether it starts there, is cleared there, or a change of it is judged.
fn speaks_of(incident: &Incident, name: &str) -> bool {
    incident.origins.iter().any(|origin| origin.service == name && origin.confidence >= 0.05)
        || incident.cleared.iter().any(|cleared| cleared.service == name)
}

/// The shortest step of round length of which a picture has room for all, in whole windows.
fn step_s(length_s: f64, window_s: i64) -> i64 {
    let window_s = window_s.max(1);
    let fits = |step: &i64| step % window_s == 0 && length_s <= *step as f64 * STEPS;
    #[expect(clippy::cast_possible_truncation, reason = "a stretch of some years at most")]
    let least = (length_s / STEPS / window_s as f64).ceil().max(1.0) as i64;
    ROUND_S.into_iter().find(fits).unwrap_or(least * window_s)
}

#[cfg(test)]
mod tests {
    use super::step_s;

    #[test]
    fn steps_are_round_and_whole_windows() {
        assert_eq!(step_s(3_600.0, 10), 20);
        assert_eq!(step_s(21_600.0, 10), 120);
        assert_eq!(step_s(86_400.0 * 14.0, 10), 7_200);
        assert_eq!(step_s(60.0, 7) % 7, 0);
    }
}
