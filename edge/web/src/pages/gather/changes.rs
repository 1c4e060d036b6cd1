//! What the pages of changes need.

use super::Gathering;
use crate::backend::Failure;
use crate::problem::Problem;
use crate::query::number_of;
use crate::recorded::none;
use crate::sight::Sight;
use hw_api::{Change, Incident, RedeployItem, instant};
use hw_page::{ChangeView, ChangesView, Frame, Page};

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;
/// Changes on one page.
const ON_A_PAGE: usize = 50;

impl Gathering<'_> {
    pub(super) fn changes(
        &self,
        (service, verdict, before): (Option<&str>, Option<&str>, Option<u32>),
        frame: &Frame,
    ) -> Result<Page, Failure> {
        let incidents = self.seen_incidents()?;
        let mut changes = self.all_changes()?;
        changes.retain(|change| {
            service.is_none_or(|service| change.service == service)
                && verdict.is_none_or(|verdict| is_said(&incidents, change, verdict))
                && before.is_none_or(|before| number_of(&change.id).is_some_and(|n| n < before))
        });
        let is_of_last_day = |change: &&Change| {
            instant(&change.at).is_some_and(|at| frame.clock.now.seconds_since(at) < DAY_S)
        };
        let n_last_day = changes.iter().filter(is_of_last_day).count();
        let is_more = changes.len() > ON_A_PAGE;
        changes.truncate(ON_A_PAGE);
        let redeploy = self.redeploy()?;
        Ok(ChangesView { changes, is_more, n_last_day, incidents, redeploy }.page(frame))
    }

    pub(super) fn change(&self, number: u32, frame: &Frame) -> Result<Page, Problem> {
        let found = self.backend.change(number)?;
        let change = found.ok_or_else(|| none(&format!("C{number}"), "changes"))?;
        let mut incidents = self.seen_incidents()?;
        incidents.retain(|incident| incident.changes.iter().any(|it| it.change == change.id));
        let redeploy = self.redeploy()?.into_iter().find(|item| item.change.id == change.id);
        Ok(ChangeView { change, incidents, redeploy }.page(frame))
    }

    fn redeploy(&self) -> Result<Vec<RedeployItem>, Failure> {
        let mut sight = Sight::new(self.backend, self.caller);
        self.backend.redeploy(&mut |incident| sight.covers(incident))
    }
}

/// Whether an incident says this of a change.
fn is_said(incidents: &[Incident], change: &Change, verdict: &str) -> bool {
    let judged = incidents.iter().flat_map(|incident| &incident.changes);
    judged.filter(|judged| judged.change == change.id).any(|judged| judged.verdict == verdict)
}
