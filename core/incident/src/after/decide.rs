//! What follows from an order about what comes after the incident, or why nothing does.

use super::{ActionChange, ActionState, After, AfterCommand, AfterFault, ReviewStatus};
use crate::author::Author;
use crate::record::Record;
use crate::refusal::Refusal;
use crate::text::Name;
use hw_model::Timestamp;

/// Action items of one incident at most: of so many few are done.
const ACTIONS_MAX: usize = 200;

/// Sections of a post mortem that people write, at most.
const SECTIONS_MAX: usize = 50;

/// Letters of frozen figures at most.
const FIGURES_MAX: usize = 2_000_000;

type Decided<T = After> = Result<T, Refusal>;

impl Record {
    /// What follows from an order.
    pub(crate) fn decide_after(
        &self,
        command: &AfterCommand,
        (by, now): (&Author, Timestamp),
    ) -> Decided {
        match command.clone() {
            AfterCommand::AddAction(item) => {
                if self.actions.len() >= ACTIONS_MAX {
                    return Err(fault(AfterFault::TooManyActions(ACTIONS_MAX)));
                }
                if item.due <= now {
                    return Err(fault(AfterFault::DueIsOver { due: item.due, now }));
                }
                let last = self.actions.keys().next_back().copied().unwrap_or(0);
                Ok(After::ActionAdded { action: last + 1, item })
            }
            AfterCommand::ChangeAction { action, change, was } => {
                self.change_action((action, was), change, now)
            }
            AfterCommand::FinishAction { action, how } => {
                self.open_action(action)?;
                Ok(After::ActionDone { action, how })
            }
            AfterCommand::DeclineAction { action, reason } => {
                self.open_action(action)?;
                Ok(After::ActionDeclined { action, reason })
            }
            AfterCommand::ReopenAction { action, reason } => {
                if self.action(action)?.is_open() {
                    return Err(fault(AfterFault::ActionIsOpen(action)));
                }
                Ok(After::ActionReopened { action, reason })
            }
            AfterCommand::TrackAction { action, url } => {
                self.action(action)?;
                Ok(After::ActionTracked { action, url })
            }
            AfterCommand::WantIssue { action, tracker } => self.want_issue(action, tracker),
            AfterCommand::SeeIssue { action, url, is_open } => {
                self.action(action)?;
                if *by != Author::Highwater {
                    return Err(fault(AfterFault::IssueNotSeen));
                }
                Ok(After::IssueStood { action, url, is_open })
            }
            AfterCommand::WriteSection { section, text, base } => {
                self.check_section(&section, base)?;
                Ok(After::SectionWritten { section, text })
            }
            AfterCommand::MoveReview { to, reason } => {
                self.check_review(to, reason.is_some())?;
                Ok(After::ReviewMoved { to, reason })
            }
            AfterCommand::Freeze { figures } => {
                if *by != Author::Highwater || figures.len() > FIGURES_MAX {
                    return Err(fault(AfterFault::NotFrozen));
                }
                Ok(After::FiguresFrozen { figures })
            }
        }
    }

    fn action(&self, action: u32) -> Decided<&super::Action> {
        let n = self.actions.len();
        self.actions.get(&action).ok_or_else(|| fault(AfterFault::NoAction { action, n }))
    }

    fn change_action(
        &self,
        (action, was): (u32, Option<u64>),
        change: ActionChange,
        now: Timestamp,
    ) -> Decided {
        let known = self.action(action)?;
        if change.is_empty() {
            return Err(fault(AfterFault::NothingChanged));
        }
        if let Some(was) = was.filter(|was| *was != known.seq) {
            let seq = known.seq;
            return Err(fault(AfterFault::ActionMoved { action, was, seq }));
        }
        if let Some(due) = change.due.filter(|due| *due <= now) {
            return Err(fault(AfterFault::DueIsOver { due, now }));
        }
        self.open_action(action)?;
        Ok(After::ActionChanged { action, change })
    }

    /// An issue is opened once. What is not opened yet may be opened elsewhere.
    fn want_issue(&self, action: u32, tracker: Name) -> Decided {
        let known = self.action(action)?;
        if let Some(url) = &known.url {
            let at = url.to_string();
            return Err(fault(AfterFault::ActionIsTracked { action, at }));
        }
        if known.tracker.as_ref() == Some(&tracker) || known.issue_is_open.is_some() {
            let at = known.tracker.as_ref().unwrap_or(&tracker).to_string();
            return Err(fault(AfterFault::ActionIsTracked { action, at }));
        }
        self.open_action(action)?;
        Ok(After::IssueWanted { action, tracker })
    }

    fn open_action(&self, action: u32) -> Decided<()> {
        match &self.action(action)?.state {
            ActionState::Open => Ok(()),
            ActionState::Done { .. } => Err(fault(AfterFault::ActionIsDone(action))),
            ActionState::Declined { .. } => Err(fault(AfterFault::ActionIsDeclined(action))),
        }
    }

    fn check_section(&self, section: &Name, base: u64) -> Decided<()> {
        let known = self.review.sections.get(section);
        let seq = known.map_or(0, |known| known.seq);
        if seq != base {
            let by = known.map_or_else(String::new, |known| known.by.to_string());
            let section = section.to_string();
            return Err(fault(AfterFault::SectionMoved { section, by, base, seq }));
        }
        if known.is_none() && self.review.sections.len() >= SECTIONS_MAX {
            return Err(fault(AfterFault::TooManySections(SECTIONS_MAX)));
        }
        if self.review.status == ReviewStatus::Closed {
            return Err(fault(AfterFault::ReviewIsClosed));
        }
        Ok(())
    }

    fn check_review(&self, to: ReviewStatus, has_reason: bool) -> Decided<()> {
        let from = self.review.status;
        if from == to {
            return Err(fault(AfterFault::ReviewStands(to)));
        }
        if from.next() != Some(to) && !has_reason {
            return Err(fault(AfterFault::ReviewReasonMissing { from, to }));
        }
        let open: Vec<u32> =
            self.actions.iter().filter(|(_, known)| known.is_open()).map(|(n, _)| *n).collect();
        if to == ReviewStatus::Closed && !open.is_empty() {
            return Err(fault(AfterFault::ActionsAreOpen(open)));
        }
        Ok(())
    }
}

const fn fault(fault: AfterFault) -> Refusal {
    Refusal::After(fault)
}
