//! An incident as its events leave it.

use crate::after::{Action, Review, ReviewStatus};
use crate::author::Author;
use crate::clocks::{Moment, Times};
use crate::event::{Event, Finding, Move, Revision, What, Written};
use crate::text::{Name, Text};
use crate::words::{NoteKind, Role, SeverityLevel, Status};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};
use std::collections::BTreeMap;

/// What is known of one incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub id: IncidentId,
    /// The number of its last event.
    pub seq: u64,
    /// What people call it.
    pub title: Option<Text>,
    /// Where it stands.
    pub status: Status,
    /// How bad it is, if that was said.
    pub severity: Option<SeverityLevel>,
    /// Its times.
    pub times: Times,
    /// Who has which role now, in the order in which they were taken.
    pub roles: Vec<RoleHeld>,
    /// Entries of people, by number.
    pub entries: BTreeMap<u64, Entry>,
    /// What is, or was, believed.
    pub hypotheses: Vec<Hypothesis>,
    /// What was tried.
    pub mitigations: Vec<Mitigation>,
    /// What is to be done afterwards, by number.
    pub actions: BTreeMap<u32, Action>,
    /// The post mortem as people left it.
    pub review: Review,
    /// The next word that was promised.
    pub promise: Option<Promise>,
    /// What is waited for.
    pub wait: Option<Wait>,
    /// The incident it is part of.
    pub merged_into: Option<IncidentId>,
    /// Who may read it, if not everybody who may read incidents.
    pub restricted_to: Option<Vec<Name>>,
    /// Whether a figure is shifted now.
    pub is_harmed: bool,
    /// Whether a figure ever was: else nothing but what people say is known.
    pub is_measured: bool,
    /// When the harm had last stopped.
    pub recovered_at: Option<Timestamp>,
    /// The latest attempt that helped, also if nobody wrote it down.
    pub helped: Option<ChangeId>,
    /// The latest thing that Highwater said: nobody who answers to it is earlier.
    pub said_at: Option<Timestamp>,
}

/// Somebody has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleHeld {
    /// Which.
    pub role: Role,
    /// Who.
    pub person: Name,
    /// Since when.
    pub since: Timestamp,
}

/// An entry of a person, as it reads now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who wrote it.
    pub by: Author,
    /// When it happened, as is known now.
    pub at: Timestamp,
    /// What it says now; `None` if it has no text of its own.
    pub text: Option<Text>,
    /// Whether it matters most.
    pub is_pinned: bool,
    /// The entries that amended it.
    pub amended_by: Vec<u64>,
}

/// What somebody believes, or believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// The entry that opened it.
    pub entry: u64,
    /// What.
    pub text: Text,
    /// The change it is about.
    pub change: Option<ChangeId>,
    /// Whether it still stands.
    pub state: HypothesisState,
}

/// Whether a hypothesis still stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HypothesisState {
    /// It does.
    Open,
    /// A fact speaks against it.
    RuledOut {
        /// The entry that says so.
        entry: u64,
        /// The fact.
        fact: Text,
    },
}

/// An attempt to stop the harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mitigation {
    /// The entry that began it.
    pub entry: u64,
    /// What was done.
    pub text: Text,
    /// The change that it is.
    pub change: Option<ChangeId>,
    /// What it was to bring about.
    pub expected: Option<Text>,
    /// What it did.
    pub effect: Effect,
    /// The entry that says so.
    pub checked_by: Option<u64>,
}

/// People will hear more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// When at the latest.
    pub due: Timestamp,
    /// Who promised it.
    pub by: Author,
    /// Whether it was due and somebody was reminded.
    pub is_overdue: bool,
}

/// It was decided to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The entry that says so.
    pub entry: u64,
    /// For what.
    pub condition: Text,
    /// How long at most.
    pub until: Timestamp,
    /// Whether that time is over and somebody was reminded.
    pub is_over: bool,
}

impl Record {
    /// An incident of which nothing is known.
    #[must_use]
    pub const fn new(id: IncidentId) -> Self {
        Self {
            id,
            seq: 0,
            title: None,
            status: Status::Triage,
            severity: None,
            times: Times {
                started: None,
                started_from: None,
                noticed: None,
                detected: None,
                declared: None,
                acknowledged: None,
                mitigated: None,
                resolved: None,
                closed: None,
                is_start_told: false,
            },
            roles: Vec::new(),
            entries: BTreeMap::new(),
            hypotheses: Vec::new(),
            mitigations: Vec::new(),
            actions: BTreeMap::new(),
            review: Review {
                status: ReviewStatus::Draft,
                since: None,
                sections: BTreeMap::new(),
                frozen: None,
                nudges: None,
            },
            promise: None,
            wait: None,
            merged_into: None,
            restricted_to: None,
            is_harmed: false,
            is_measured: false,
            recovered_at: None,
            helped: None,
            said_at: None,
        }
    }

    /// Takes the event with the next number.
    pub fn apply(&mut self, event: &Event) {
        self.seq += 1;
        let at = event.happened_at;
        if event.by.is_person() {
            self.times.set_earliest(Moment::Acknowledged, at);
        }
        if event.by == Author::Highwater {
            self.said_at = self.said_at.max(Some(at));
        }
        match &event.what {
            What::Found(finding) => self.learn(finding, at),
            What::Moved(moved) => self.shift(moved, at),
            What::Written(written) => self.write(written, event),
            What::Revised(revision) => self.revise(revision),
            What::After(after) => self.apply_after(after, event),
        }
    }

    /// Who leads it.
    #[must_use]
    pub fn lead(&self) -> Option<&Name> {
        self.roles.iter().find(|held| held.role == Role::Lead).map(|held| &held.person)
    }

    fn learn(&mut self, finding: &Finding, at: Timestamp) {
        match finding {
            Finding::ShiftDetected { onset_at, onset_from } => {
                self.harm(at, *onset_at, *onset_from);
            }
            Finding::Recovered => {
                self.is_harmed = false;
                self.recovered_at = Some(at);
            }
            Finding::EffectKnown { change, effect } => self.learn_effect(*change, *effect),
            Finding::Said => {}
        }
    }

    fn harm(&mut self, at: Timestamp, onset_at: Timestamp, onset_from: Timestamp) {
        (self.is_harmed, self.is_measured) = (true, true);
        self.times.set_earliest(Moment::Detected, at);
        if !self.times.is_start_told {
            self.times.set_earliest(Moment::Started, onset_at);
            let from = self.times.started_from.map_or(onset_from, |known| known.min(onset_from));
            self.times.started_from = Some(from);
        }
    }

    fn shift(&mut self, moved: &Move, at: Timestamp) {
        match moved {
            Move::Opened { title, is_declared } => {
                self.title = Some(title.clone());
                if *is_declared {
                    self.stand(Status::Active, at);
                }
            }
            Move::Titled { title } => self.title = Some(title.clone()),
            Move::StatusSet { status, .. } => self.stand(*status, at),
            Move::SeveritySet { severity, .. } => self.severity = Some(*severity),
            Move::RoleTaken { role, person } => self.take_role(*role, person, at),
            Move::RoleLeft { role, person } => {
                self.roles.retain(|held| (held.role, &held.person) != (*role, person));
            }
            Move::Corrected { moment, at, .. } => self.correct(*moment, *at),
            Move::Restricted { to } => self.restricted_to = Some(to.clone()),
            Move::RestrictionLifted => self.restricted_to = None,
            Move::WaitOver { wait, .. } => {
                let waits = self.wait.as_mut().filter(|known| known.entry == *wait);
                waits.into_iter().for_each(|known| known.is_over = true);
            }
            Move::UpdateOverdue { due, .. } => {
                let promised = self.promise.as_mut().filter(|known| known.due == *due);
                promised.into_iter().for_each(|known| known.is_overdue = true);
            }
            Move::MergedInto { into, .. } => {
                self.stand(Status::Merged, at);
                self.merged_into = Some(*into);
            }
        }
    }

    fn learn_effect(&mut self, change: ChangeId, effect: Effect) {
        match effect {
            Effect::Worked => self.helped = Some(change),
            Effect::None | Effect::Undecided => {
                self.helped.take_if(|helped| *helped == change);
            }
        }
        let of_change = self.mitigations.iter_mut().filter(|tried| tried.change == Some(change));
        of_change.for_each(|tried| tried.effect = effect);
    }

    fn stand(&mut self, status: Status, at: Timestamp) {
        self.status = status;
        match status {
            Status::Triage | Status::Declined | Status::Merged => {}
            Status::Active => {
                self.times.set_earliest(Moment::Declared, at);
                // What was over, is not.
                for moment in [Moment::Mitigated, Moment::Resolved, Moment::Closed] {
                    self.times.set(moment, None);
                }
            }
            Status::Mitigated => {
                self.times.set(Moment::Mitigated, Some(at));
                self.times.set(Moment::Resolved, None);
                self.times.set(Moment::Closed, None);
            }
            Status::Resolved => {
                self.times.set(Moment::Resolved, Some(at));
                self.times.set(Moment::Closed, None);
                self.wait = None;
            }
            Status::Closed => {
                self.times.set(Moment::Closed, Some(at));
                self.promise = None;
            }
        }
    }

    fn take_role(&mut self, role: Role, person: &Name, at: Timestamp) {
        if role.is_single() {
            self.roles.retain(|held| held.role != role);
        }
        self.roles.push(RoleHeld { role, person: person.clone(), since: at });
    }

    fn correct(&mut self, moment: Moment, at: Timestamp) {
        self.times.set(moment, Some(at));
        if moment == Moment::Started {
            self.times.is_start_told = true;
            self.times.started_from = Some(at);
        }
    }

    fn write(&mut self, written: &Written, event: &Event) {
        let entry = self.seq;
        let text = match written {
            Written::Noted { kind, text } => {
                if *kind == NoteKind::Communication {
                    self.promise = None;
                }
                Some(text)
            }
            Written::HandedOver { text, .. } => Some(text),
            Written::Reported { text, .. } => {
                if event.by.is_person() {
                    self.times.set_earliest(Moment::Noticed, event.happened_at);
                }
                Some(text)
            }
            Written::HypothesisOpened { text, change } => {
                let (state, text_now) = (HypothesisState::Open, text.clone());
                self.hypotheses.push(Hypothesis { entry, text: text_now, change: *change, state });
                Some(text)
            }
            Written::HypothesisRuledOut { hypothesis, fact } => {
                let mut known = self.hypotheses.iter_mut();
                if let Some(known) = known.find(|known| known.entry == *hypothesis) {
                    known.state = HypothesisState::RuledOut { entry, fact: fact.clone() };
                }
                Some(fact)
            }
            Written::MitigationBegun { text, change, expected } => {
                self.mitigations.push(Mitigation {
                    entry,
                    text: text.clone(),
                    change: *change,
                    expected: expected.clone(),
                    effect: Effect::Undecided,
                    checked_by: None,
                });
                Some(text)
            }
            Written::Checked { mitigation, effect, text } => {
                let mut tried = self.mitigations.iter_mut();
                if let Some(tried) = tried.find(|tried| tried.entry == *mitigation) {
                    (tried.effect, tried.checked_by) = (*effect, Some(entry));
                }
                Some(text)
            }
            Written::UpdatePromised { due } => {
                let (due, by) = (*due, event.by.clone());
                self.promise = Some(Promise { due, by, is_overdue: false });
                None
            }
            Written::WaitBegun { condition, until } => {
                let (condition, until) = (condition.clone(), *until);
                self.wait = Some(Wait { entry, condition, until, is_over: false });
                self.wait.as_ref().map(|wait| &wait.condition)
            }
        };
        self.entries.insert(
            entry,
            Entry {
                by: event.by.clone(),
                at: event.happened_at,
                text: text.cloned(),
                is_pinned: false,
                amended_by: Vec::new(),
            },
        );
    }

    fn revise(&mut self, revision: &Revision) {
        let seq = self.seq;
        match revision {
            Revision::Pinned { entry } => self.pin(*entry, true),
            Revision::Unpinned { entry } => self.pin(*entry, false),
            Revision::Amended { entry, text, at, .. } => {
                let Some(known) = self.entries.get_mut(entry) else { return };
                known.at = at.unwrap_or(known.at);
                known.amended_by.push(seq);
                if let Some(text) = text {
                    known.text = Some(text.clone());
                    self.reword(*entry, text);
                }
            }
        }
    }

    fn pin(&mut self, entry: u64, is_pinned: bool) {
        if let Some(known) = self.entries.get_mut(&entry) {
            known.is_pinned = is_pinned;
        }
    }

    fn reword(&mut self, entry: u64, text: &Text) {
        let hypotheses = self.hypotheses.iter_mut().filter(|known| known.entry == entry);
        hypotheses.for_each(|known| known.text = text.clone());
        let mitigations = self.mitigations.iter_mut().filter(|tried| tried.entry == entry);
        mitigations.for_each(|tried| tried.text = text.clone());
        let waits = self.wait.iter_mut().filter(|wait| wait.entry == entry);
        waits.for_each(|wait| wait.condition = text.clone());
    }
}
