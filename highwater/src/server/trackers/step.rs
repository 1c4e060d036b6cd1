//! What is to be done for an item's issue, and doing it.
//!
//! How the issue last stood is compared with how the item stands: where they differ, the item was moved
//! here; where the issue stands otherwise than it last did, it was moved there. So neither is moved back.

use super::{Following, TrackerSettings};
use hw_api::{ActionRef, ActionWords, Orders};
use hw_incident::{AfterCommand, Author, Command, Name, Text};
use hw_notify::{Issue, Item, Moved, Outcome, Tracker, TrackerKind};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An item without an issue is to have one.
    Want,
    /// Open it.
    Open,
    /// The item was moved here: move the issue.
    Move(Option<u64>, Moved),
    /// See whether it was moved there.
    Look(u64),
}

impl Step {
    /// What is to be done for an item, and in which tracker.
    pub(super) fn of<'a>(
        item: &ActionWords,
        trackers: &'a [TrackerSettings],
    ) -> Option<(Self, &'a TrackerSettings)> {
        let is_open = item.state == "open";
        match (item.tracker.as_deref(), item.url.as_deref()) {
            (Some(name), url) => {
                let at = trackers.iter().find(|known| known.tracker.name == name)?;
                let number = url.and_then(last_number);
                let step = match item.issue.as_deref() {
                    None => is_open.then_some(Self::Open),
                    Some(issue) if (issue == "open") != is_open => {
                        Some(Self::Move(number, moved(item)))
                    }
                    Some(_) => number.map(Self::Look),
                };
                // A webhook is never asked.
                let is_asked =
                    |step: &Self| !step.is_look() || at.tracker.kind != TrackerKind::Webhook;
                step.filter(is_asked).map(|step| (step, at))
            }
            (None, Some(url)) => trackers
                .iter()
                .find_map(|known| Some((Self::Look(known.tracker.number_at(url)?), known))),
            (None, None) => {
                let at = trackers.iter().find(|known| known.is_auto && known.takes(&item.kind));
                at.filter(|_| is_open).map(|at| (Self::Want, at))
            }
        }
    }

    pub(super) const fn is_look(&self) -> bool {
        match self {
            Self::Look(_) => true,
            Self::Want | Self::Open | Self::Move(..) => false,
        }
    }

    /// What could not be done.
    pub(super) const fn words(&self) -> &'static str {
        match self {
            Self::Want | Self::Open => "its issue could not be opened",
            Self::Move(_, Moved::Reopened) => "its issue could not be reopened",
            Self::Move(_, Moved::Done | Moved::Declined) => "its issue could not be closed",
            Self::Look(_) => "its issue could not be looked at",
        }
    }
}

impl Following {
    /// Does one step. What went wrong is said as the tracker's own trouble is.
    pub(super) fn take(
        &self,
        id: ActionRef,
        item: &ActionWords,
        (step, at): (Step, &TrackerSettings),
    ) -> Result<(), Outcome> {
        let tracker = &at.tracker;
        let done = match step {
            Step::Want => return self.want(id, tracker),
            Step::Open => self.open(tracker, item)?,
            Step::Move(number, moved) => self.moved(tracker, item, (number, moved))?,
            Step::Look(number) => {
                let issue = self.courier.look_at_issue(tracker, number)?;
                seen(id, item, &issue)
            }
        };
        let see = |(url, is_open)| AfterCommand::SeeIssue { action: id.action, url, is_open };
        let (first, then) = match done {
            Done::As(url, is_open) => (Some(see((url, is_open))), None),
            Done::Seen(is_open, then) => (Some(see((None, is_open))), then),
            Done::Nothing => (None, None),
        };
        self.order(id, first.into_iter().chain(then).collect())
    }

    /// An issue is wanted for an item by itself, unless few may read what it says.
    fn want(&self, id: ActionRef, tracker: &Tracker) -> Result<(), Outcome> {
        let words = self.answers.incident_words(id.incident.0).map_err(unwritten)?;
        if words.is_none_or(|words| words.is_restricted()) {
            return Ok(());
        }
        let tracker = Name::recorded(tracker.name.clone());
        self.order(id, vec![AfterCommand::WantIssue { action: id.action, tracker }])
    }

    fn open(&self, tracker: &Tracker, item: &ActionWords) -> Result<Done, Outcome> {
        if tracker.kind == TrackerKind::Webhook {
            self.courier.tell_of_item(tracker, &told(item, 0), None)?;
            return Ok(Done::As(None, true));
        }
        let issue = self.courier.open_issue(tracker, &told(item, 0))?;
        Ok(Done::As(Some(Text::recorded(issue.url)), issue.is_open))
    }

    fn moved(
        &self,
        tracker: &Tracker,
        item: &ActionWords,
        (number, moved): (Option<u64>, Moved),
    ) -> Result<Done, Outcome> {
        let is_open = moved == Moved::Reopened;
        let because = item.because.as_deref().unwrap_or("it is open again");
        let by = item.ended_by.as_deref().unwrap_or_default();
        let why = match moved {
            Moved::Done => format!("Done, says {by} in {}: {because}", item.id),
            Moved::Declined => format!("Will not be done, says {by} in {}: {because}", item.id),
            Moved::Reopened => format!("{} is to be done after all.", item.id),
        };
        match number {
            None if tracker.kind != TrackerKind::Webhook => {
                let reason = "the address of its issue has no number".to_owned();
                return Err(Outcome::Refused { reason });
            }
            None => {
                let told = told(item, item.state_seq);
                self.courier.tell_of_item(tracker, &told, Some((moved, &why)))?;
            }
            Some(number) => {
                self.courier.move_issue(tracker, number, (moved, &why))?;
            }
        }
        Ok(Done::As(None, is_open))
    }

    fn order(&self, id: ActionRef, commands: Vec<AfterCommand>) -> Result<(), Outcome> {
        if commands.is_empty() {
            return Ok(());
        }
        let commands = commands.into_iter().map(Command::After).collect();
        let orders = Orders { by: Author::Highwater, at: None, commands };
        self.answers.done(id.incident, orders, None).map(|_| ()).map_err(unwritten)
    }
}

/// What came of a step.
enum Done {
    /// The issue stands so now, as the item does.
    As(Option<Text>, bool),
    /// It was seen to stand otherwise than before; the item follows.
    Seen(bool, Option<AfterCommand>),
    /// All is as before.
    Nothing,
}

/// What follows from how an issue stands.
fn seen(id: ActionRef, item: &ActionWords, issue: &Issue) -> Done {
    let known = item.issue.as_deref().map(|known| known == "open");
    if known == Some(issue.is_open) {
        return Done::Nothing;
    }
    let (action, url) = (id.action, item.url.as_deref().unwrap_or(&issue.url));
    let then = match (issue.is_open, item.state.as_str()) {
        (false, "open") => {
            let who = issue.closed_by.as_deref();
            let how = who.map_or_else(
                || format!("its issue was closed: {url}"),
                |who| format!("{who} closed its issue: {url}"),
            );
            Some(AfterCommand::FinishAction { action, how: Text::recorded(how) })
        }
        // What another team's issue is opened again for is no reason to do what was declined here.
        (true, state)
            if known.is_some()
                && (state == "done" || state == "declined" && item.tracker.is_some()) =>
        {
            let reason = format!("its issue was reopened: {url}");
            Some(AfterCommand::ReopenAction { action, reason: Text::recorded(reason) })
        }
        _ => None,
    };
    Done::Seen(issue.is_open, then)
}

/// What a tracker is told of an item.
fn told(item: &ActionWords, version: u64) -> Item {
    let due = item.due.split('T').next().unwrap_or_default().to_owned();
    Item {
        id: item.id.clone(),
        added_at: item.added_at.clone(),
        text: item.text.clone(),
        lines: vec![
            format!("{}, out of incident {}; kind: {}", item.id, item.incident, item.kind),
            format!("owner: {}; until: {due}", item.owner),
            format!("done when: {}", item.done_when),
        ],
        due,
        version,
    }
}

fn moved(item: &ActionWords) -> Moved {
    match item.state.as_str() {
        "open" => Moved::Reopened,
        "declined" => Moved::Declined,
        _ => Moved::Done,
    }
}

/// The number at the end of an issue's address.
fn last_number(url: &str) -> Option<u64> {
    url.trim_end_matches('/').rsplit('/').next()?.parse().ok()
}

fn unwritten(failure: hw_web::Failure) -> Outcome {
    Outcome::Later {
        reason: format!("it was asked, but that could not be written down: {failure}"),
        after_s: None,
        may_have_arrived: true,
    }
}

#[cfg(test)]
mod tests;
