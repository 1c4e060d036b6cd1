//! What becomes of a record by what happened after the incident.

use super::{Action, ActionChange, ActionState, After, ReviewNudges, Section};
use crate::event::Event;
use crate::record::Record;

impl Record {
    /// Takes what happened after the incident.
    pub(crate) fn apply_after(&mut self, after: &After, event: &Event) {
        let (seq, at, by) = (self.seq, event.happened_at, event.by.clone());
        match after {
            After::ActionAdded { action, item } => {
                let added = Action {
                    item: item.clone(),
                    by,
                    added_at: at,
                    state: ActionState::Open,
                    url: None,
                    tracker: None,
                    issue_is_open: None,
                    nudges: 0,
                    seq,
                    state_seq: seq,
                };
                self.actions.insert(*action, added);
            }
            After::ActionChanged { action, change } => {
                let known = self.actions.get_mut(action);
                known.into_iter().for_each(|known| known.alter(change, seq));
            }
            After::ActionDone { action, how } => {
                self.put_action(*action, ActionState::Done { at, by, how: how.clone() });
            }
            After::ActionDeclined { action, reason } => {
                let reason = reason.clone();
                self.put_action(*action, ActionState::Declined { at, by, reason });
            }
            After::ActionReopened { action, .. } => self.put_action(*action, ActionState::Open),
            After::ActionTracked { action, url } => {
                if let Some(known) = self.actions.get_mut(action) {
                    known.url = Some(url.clone());
                    (known.tracker, known.issue_is_open) = (None, None);
                }
            }
            After::IssueWanted { action, tracker } => {
                let known = self.actions.get_mut(action);
                known.into_iter().for_each(|known| known.tracker = Some(tracker.clone()));
            }
            After::IssueStood { action, url, is_open } => {
                if let Some(known) = self.actions.get_mut(action) {
                    known.issue_is_open = Some(*is_open);
                    url.iter().for_each(|url| known.url = Some(url.clone()));
                }
            }
            After::ActionNudged { action, n, .. } => {
                let known = self.actions.get_mut(action);
                known.into_iter().for_each(|known| known.nudges = *n);
            }
            After::SectionWritten { section, text } => {
                let written = Section { text: text.clone(), by, at, seq };
                self.review.sections.insert(section.clone(), written);
            }
            After::ReviewMoved { to, .. } => {
                (self.review.status, self.review.since) = (*to, Some(at));
            }
            After::FiguresFrozen { .. } => self.review.frozen = Some(seq),
            After::ReviewNudged { due, n, .. } => {
                self.review.nudges = Some(ReviewNudges { due: *due, n: *n });
            }
        }
    }

    fn put_action(&mut self, action: u32, state: ActionState) {
        if let Some(known) = self.actions.get_mut(&action) {
            (known.state, known.state_seq) = (state, self.seq);
        }
    }
}

impl Action {
    fn alter(&mut self, change: &ActionChange, seq: u64) {
        let ActionChange { kind, text, owner, due, done_when } = change.clone();
        let item = &mut self.item;
        item.kind = kind.unwrap_or(item.kind);
        if let Some(due) = due {
            item.due = due;
            self.nudges = 0;
        }
        text.into_iter().for_each(|text| item.text = text);
        owner.into_iter().for_each(|owner| item.owner = owner);
        done_when.into_iter().for_each(|done_when| item.done_when = done_when);
        self.seq = seq;
    }
}
