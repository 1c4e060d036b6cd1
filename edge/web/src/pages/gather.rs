//! What each page needs, gathered at once and never changed afterwards.

mod after;
mod changes;
mod flow;
mod incident;
mod now;
mod rules;
mod settings;

use super::cookies::Wishes;
use crate::backend::{Backend, Failure};
use crate::doorkeeper::Doorkeeper;
use crate::problem::Problem;
use hw_api::{Caller, Scope, instant};
use hw_model::Timestamp;
use hw_page::{Clock, Frame, Page, Place, Viewer};
use std::time::{SystemTime, UNIX_EPOCH};

/// Whoever answers, and whoever asks.
pub(crate) struct Gathering<'a> {
    pub(crate) backend: &'a dyn Backend,
    pub(crate) keeper: &'a dyn Doorkeeper,
    pub(crate) caller: &'a Caller,
}

impl Gathering<'_> {
    /// A page, with its frame.
    pub(crate) fn page(&self, place: Place, wishes: Wishes) -> Result<(Page, Frame), Problem> {
        let frame = self.frame(place, wishes)?;
        let page = match &frame.place {
            Place::Now => self.now(&frame)?,
            Place::Flow { at, .. } => self.flow(*at, &frame)?,
            Place::Hop { id, stretch } => self.hop(id, *stretch, &frame)?,
            Place::Service { name } => self.service(name, &frame)?,
            Place::Incidents { .. } => self.incidents(&frame)?,
            Place::Story { incident, .. } => self.story(*incident, &frame)?,
            Place::Timeline { incident, .. } => self.timeline(*incident, &frame)?,
            Place::Review { incident, .. } => self.review(*incident, &frame)?,
            Place::Proposal { incident } => self.proposal(*incident, &frame)?,
            Place::Changes { service, verdict, before } => {
                self.changes((service.as_deref(), verdict.as_deref(), *before), &frame)?
            }
            Place::Change { change } => self.change(*change, &frame)?,
            Place::Rules => self.rules(&frame)?,
            Place::Rule { rule, bound } => self.rule(*rule, bound.as_deref(), &frame)?,
            Place::Actions { .. } => self.actions(&frame)?,
            Place::Record { stretch, only } => self.record(*stretch, only.as_deref(), &frame)?,
            Place::Knowledge => self.knowledge(&frame)?,
            Place::Settings => self.settings(&frame)?,
            Place::Search { text } => self.search(text, &frame)?,
        };
        Ok((page, frame))
    }

    fn frame(&self, place: Place, wishes: Wishes) -> Result<Frame, Failure> {
        let now = self.backend.now()?.now.as_deref().and_then(instant).unwrap_or_else(wall);
        let event = *self.backend.last_event().borrow();
        Ok(Frame {
            place,
            viewer: viewer(self.caller, &wishes),
            clock: Clock { zone: wishes.zone, now },
            event,
            said: wishes.said,
        })
    }
}

fn viewer(caller: &Caller, wishes: &Wishes) -> Viewer {
    let signed = caller.token.map(|_| caller.name.clone());
    Viewer {
        is_signed_in: signed.is_some(),
        name: signed.or_else(|| wishes.name.clone()),
        may_respond: caller.scope.allows(Scope::Respond),
        may_admin: caller.scope.allows(Scope::Admin),
        theme: wishes.theme,
        has_keys: wishes.has_keys,
    }
}

/// A frame around a page that shows nothing of what is known.
pub(crate) fn bare_frame(wishes: Wishes) -> Frame {
    Frame {
        place: Place::Now,
        viewer: Viewer {
            is_signed_in: false,
            name: wishes.name,
            may_respond: false,
            may_admin: false,
            theme: wishes.theme,
            has_keys: wishes.has_keys,
        },
        clock: Clock { zone: wishes.zone, now: wall() },
        event: 0,
        said: None,
    }
}

/// The page that shows a new token, once.
pub(crate) fn secret_page(wishes: Wishes, told: (&str, &str, &str)) -> String {
    let frame = bare_frame(wishes);
    hw_page::secret_page(told).html(&frame)
}

fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
