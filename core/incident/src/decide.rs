//! What follows from an order, or why nothing does.

use crate::author::Author;
use crate::clocks::Moment;
use crate::command::{Command, Order, TakeOver};
use crate::event::{Event, Move, Revision, What, Written};
use crate::record::{HypothesisState, Record};
use crate::refusal::{EntryFault, Part, Refusal, Standing, Timing};
use crate::text::{Name, Text};
use crate::words::{Role, SeverityLevel, Status};
use hw_model::{Effect, Timestamp};
use std::collections::BTreeSet;

/// Events of one incident after which people add no more: a long one has some hundred.
const EVENTS_MAX: u64 = 20_000;

/// People who may read a restricted incident, at most.
const READERS_MAX: usize = 100;

/// Clocks of two machines differ by some seconds.
const AHEAD_S: f64 = 60.0;

/// A person says "when it began" to the minute.
const BEFORE_S: f64 = 60.0;

type Decided<T = What> = Result<T, Refusal>;

impl Record {
    /// The events that follow from an order. They are recorded together, or not at all.
    ///
    /// # Errors
    ///
    /// If it cannot be carried out as the incident stands; nothing changes then.
    pub fn decide(&self, order: &Order) -> Result<Vec<Event>, Refusal> {
        if let Some(into) = self.merged_into {
            return Err(Refusal::Merged(into));
        }
        if self.seq >= EVENTS_MAX {
            return Err(Refusal::Full(EVENTS_MAX));
        }
        let at = self.time_of(order)?;
        let whats = self.whats(order, at)?;
        let event = |what| Event { happened_at: at, by: order.by.clone(), what };
        Ok(whats.into_iter().map(event).collect())
    }

    /// When it happened: not in the future, and not before the incident began.
    fn time_of(&self, order: &Order) -> Decided<Timestamp> {
        // By the clock of the data, what is judged may be said some tenths of a second ahead of it.
        let Some(at) = order.at else {
            return Ok(self.said_at.map_or(order.now, |said| said.max(order.now)));
        };
        if at > order.now.plus_s(AHEAD_S) {
            return Err(Refusal::Timing(Timing::Future { at, now: order.now }));
        }
        let started = self.times.started_from.or(self.times.started);
        if let Some(started) = started.filter(|started| at < started.plus_s(-BEFORE_S)) {
            return Err(Refusal::Timing(Timing::BeforeOnset { at, started }));
        }
        Ok(at.min(order.now))
    }

    fn whats(&self, order: &Order, at: Timestamp) -> Decided<Vec<What>> {
        let what = match order.command.clone() {
            Command::SetTitle(title) => What::Moved(Move::Titled { title }),
            Command::SetStatus { to, was, reason } => {
                if let Some(was) = was.filter(|was| *was != self.status) {
                    return Err(Refusal::Standing(Standing::Moved { is: self.status, was }));
                }
                self.set_status(to, reason, at)?
            }
            Command::SetSeverity { to, was, reason } => self.set_severity(to, was, reason)?,
            Command::TakeRole { role, person, take_over } => {
                return self.take(role, person, take_over);
            }
            Command::LeaveRole { role, person } => {
                self.check_role(role, &person, true)?;
                What::Moved(Move::RoleLeft { role, person })
            }
            Command::Note { kind, text } => What::Written(Written::Noted { kind, text }),
            Command::Report { text, service, found } => {
                What::Written(Written::Reported { text, service, found })
            }
            Command::Suppose { text, change } => {
                What::Written(Written::HypothesisOpened { text, change })
            }
            Command::RuleOut { hypothesis, fact } => self.rule_out(hypothesis, fact)?,
            Command::Amend { .. } => self.amend(order)?,
            Command::Pin(entry) => {
                self.check_pin(entry, false)?;
                What::Revised(Revision::Pinned { entry })
            }
            Command::Unpin(entry) => {
                self.check_pin(entry, true)?;
                What::Revised(Revision::Unpinned { entry })
            }
            Command::Mitigate { text, change, expected } => {
                What::Written(Written::MitigationBegun { text, change, expected })
            }
            Command::Check { mitigation, effect, text } => self.check(mitigation, effect, text)?,
            Command::HandOver { team, text } => What::Written(Written::HandedOver { team, text }),
            Command::PromiseUpdate { due } => {
                check_ahead(due, order.now)?;
                What::Written(Written::UpdatePromised { due })
            }
            Command::Wait { condition, until } => {
                check_ahead(until, order.now)?;
                What::Written(Written::WaitBegun { condition, until })
            }
            Command::Restrict { to } => What::Moved(self.restrict(to, &order.by)?),
            Command::LiftRestriction if self.restricted_to.is_none() => {
                return Err(Refusal::Standing(Standing::NotRestricted));
            }
            Command::LiftRestriction => What::Moved(Move::RestrictionLifted),
            Command::Correct { moment, to, reason } => {
                self.correction(moment, to, reason, order)?
            }
            Command::After(command) => {
                What::After(self.decide_after(&command, (&order.by, order.now))?)
            }
            Command::Merge { into, reason } => {
                if into == self.id {
                    return Err(Refusal::IntoItself);
                }
                What::Moved(Move::MergedInto { into, reason })
            }
        };
        Ok(vec![what])
    }

    /// Who may read it: in the order of their names, each once, and who says so is among them.
    fn restrict(&self, to: Vec<Name>, by: &Author) -> Decided<Move> {
        let own = match by {
            Author::Person(name) | Author::Program(name) => Some(name.clone()),
            Author::Highwater => None,
        };
        let readers: BTreeSet<Name> = to.into_iter().chain(own).collect();
        if readers.len() > READERS_MAX {
            return Err(Refusal::Standing(Standing::TooManyReaders(READERS_MAX)));
        }
        let to: Vec<Name> = readers.into_iter().collect();
        if self.restricted_to.as_ref() == Some(&to) {
            return Err(Refusal::Standing(Standing::RestrictedAlready));
        }
        Ok(Move::Restricted { to })
    }

    fn check(&self, mitigation: Option<u64>, effect: Effect, text: Text) -> Decided {
        let latest = self.mitigations.last().map(|tried| tried.entry);
        let nothing = Refusal::Entry(EntryFault::NothingTried);
        let mitigation = mitigation.or(latest).ok_or(nothing)?;
        if !self.mitigations.iter().any(|tried| tried.entry == mitigation) {
            return Err(Refusal::Entry(EntryFault::NoMitigation(mitigation)));
        }
        Ok(What::Written(Written::Checked { mitigation, effect, text }))
    }

    fn set_status(&self, to: Status, reason: Option<Text>, at: Timestamp) -> Decided {
        let from = self.status;
        if to == from {
            return Err(Refusal::Standing(Standing::Already(to)));
        }
        let is_usual = from.next() == Some(to);
        match to {
            Status::Merged => return Err(Refusal::Standing(Standing::NoWay { from, to })),
            // Only what nobody took for one is watched.
            Status::Triage if from != Status::Declined => {
                return Err(Refusal::Standing(Standing::NoWay { from, to }));
            }
            Status::Closed if !is_usual => {
                return Err(Refusal::Standing(Standing::NoWay { from, to }));
            }
            Status::Mitigated | Status::Resolved if self.is_harmed && reason.is_none() => {
                return Err(Refusal::Standing(Standing::HarmGoesOn));
            }
            Status::Triage
            | Status::Active
            | Status::Mitigated
            | Status::Resolved
            | Status::Closed
            | Status::Declined => {}
        }
        if !is_usual && reason.is_none() {
            return Err(Refusal::Standing(Standing::ReasonMissing { from, to }));
        }
        let moment = match to {
            Status::Mitigated => Some(Moment::Mitigated),
            Status::Resolved => Some(Moment::Resolved),
            Status::Closed => Some(Moment::Closed),
            Status::Active | Status::Triage | Status::Declined | Status::Merged => None,
        };
        moment.map_or(Ok(()), |moment| self.times.check(moment, at))?;
        Ok(What::Moved(Move::StatusSet { status: to, reason }))
    }

    fn set_severity(
        &self,
        to: SeverityLevel,
        was: Option<Option<SeverityLevel>>,
        reason: Option<Text>,
    ) -> Decided {
        let is = self.severity;
        if is == Some(to) {
            return Err(Refusal::Standing(Standing::SeverityAlready(to)));
        }
        match was {
            Some(was) if was != is => Err(Refusal::Standing(Standing::SeverityMoved { is, was })),
            Some(_) | None => Ok(What::Moved(Move::SeveritySet { severity: to, reason })),
        }
    }

    fn take(&self, role: Role, person: Name, take_over: TakeOver) -> Decided<Vec<What>> {
        self.check_role(role, &person, false)?;
        let holder = self.roles.iter().find(|held| held.role == role && role.is_single());
        let left = match (holder, take_over) {
            (None, _) => None,
            (Some(held), TakeOver::Allowed) => {
                Some(What::Moved(Move::RoleLeft { role, person: held.person.clone() }))
            }
            (Some(held), TakeOver::Refused) => {
                let (by, since) = (held.person.to_string(), held.since);
                return Err(Refusal::Part(Part::Held { role, by, since }));
            }
        };
        Ok(left.into_iter().chain([What::Moved(Move::RoleTaken { role, person })]).collect())
    }

    /// Whether somebody has a role, or has it not, as they should.
    fn check_role(&self, role: Role, person: &Name, should: bool) -> Decided<()> {
        let mut held = self.roles.iter();
        let is_held = held.any(|held| (held.role, &held.person) == (role, person));
        if is_held == should {
            return Ok(());
        }
        Err(Refusal::Part(Part::Already { role, person: person.to_string(), is_held }))
    }

    fn rule_out(&self, hypothesis: u64, fact: Text) -> Decided {
        let known = self.hypotheses.iter().find(|known| known.entry == hypothesis);
        match known.map(|known| &known.state) {
            None => Err(Refusal::Entry(EntryFault::NoHypothesis(hypothesis))),
            Some(HypothesisState::RuledOut { .. }) => {
                Err(Refusal::Entry(EntryFault::RuledOutAlready(hypothesis)))
            }
            Some(HypothesisState::Open) => {
                Ok(What::Written(Written::HypothesisRuledOut { hypothesis, fact }))
            }
        }
    }

    fn amend(&self, order: &Order) -> Decided {
        let Command::Amend { entry, text, at, reason } = order.command.clone() else {
            return Err(Refusal::Entry(EntryFault::NothingAmended));
        };
        if text.is_none() && at.is_none() {
            return Err(Refusal::Entry(EntryFault::NothingAmended));
        }
        let Some(known) = self.entries.get(&entry) else {
            let is_there = (1..=self.seq).contains(&entry);
            return Err(if is_there {
                Refusal::Entry(EntryFault::NotAmendable(entry))
            } else {
                Refusal::Entry(EntryFault::None(entry))
            });
        };
        if text.is_some() && known.text.is_none() {
            return Err(Refusal::Entry(EntryFault::NotAmendable(entry)));
        }
        if let Some(at) = at {
            let timed = Order { at: Some(at), ..order.clone() };
            self.time_of(&timed)?;
        }
        Ok(What::Revised(Revision::Amended { entry, text, at, reason }))
    }

    fn check_pin(&self, entry: u64, should: bool) -> Decided<()> {
        match self.entries.get(&entry) {
            None => Err(Refusal::Entry(EntryFault::None(entry))),
            Some(known) if known.is_pinned != should => {
                Err(Refusal::Entry(EntryFault::PinnedAlready { entry, is_pinned: known.is_pinned }))
            }
            Some(_) => Ok(()),
        }
    }

    fn correction(&self, moment: Moment, to: Timestamp, reason: Text, order: &Order) -> Decided {
        if to > order.now.plus_s(AHEAD_S) {
            return Err(Refusal::Timing(Timing::Future { at: to, now: order.now }));
        }
        let is_end = matches!(moment, Moment::Mitigated | Moment::Resolved | Moment::Closed);
        if is_end && self.times.get(moment).is_none() {
            return Err(Refusal::Timing(Timing::NotYet(moment)));
        }
        self.times.check(moment, to)?;
        Ok(What::Moved(Move::Corrected { moment, at: to, reason }))
    }
}

fn check_ahead(at: Timestamp, now: Timestamp) -> Decided<()> {
    if at > now { Ok(()) } else { Err(Refusal::Timing(Timing::Past { at, now })) }
}
