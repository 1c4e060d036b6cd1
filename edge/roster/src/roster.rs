//! Who is on call and who is away at an instant, from all feeds together.
//!
//! For a service, the on-call feeds that are for it count, unless an override feed that is for it has
//! a turn at that instant: then only the override does. Among overrides the one created last wins,
//! and one person at a time; several on-call feeds put several people on call.
//!
//! A feed answers for the stretch of time it was read for: who asks for another has it read anew, and
//! says what is old or was never read.

use crate::feed::{Feed, FeedKind, FeedRead, Turn};
use crate::kept::Kept;
use hw_model::{Interval, Timestamp};
use hw_people::{Absence, FeedRef, Knowledge, KnowsEvidence, OnCall, Person};

/// Turns of one service that are looked at as evidence, newest first.
const EVIDENCE_TURNS_MAX: usize = 200;

/// A feed and what was read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FeedState {
    /// The feed as settings describe it.
    feed: Feed,
    /// What was read, when, and what has been wrong since.
    kept: Kept<FeedRead>,
}

/// All feeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    feeds: Vec<FeedState>,
}

impl Roster {
    /// Feeds of which nothing was read yet.
    #[must_use]
    pub fn new(feeds: Vec<Feed>) -> Self {
        let state = |feed| FeedState { feed, kept: Kept::default() };
        Self { feeds: feeds.into_iter().map(state).collect() }
    }

    /// Takes the outcome of reading the feed of this name; nothing happens if there is none.
    pub fn take<E: std::fmt::Display>(
        &mut self,
        name: &str,
        now: Timestamp,
        outcome: Result<FeedRead, E>,
    ) {
        if let Some(state) = self.feeds.iter_mut().find(|state| state.feed.name == name) {
            state.kept.take(now, outcome);
        }
    }

    /// Everybody who is on call for a service at an instant, by name.
    #[must_use]
    pub fn on_call_at(&self, service: &str, at: Timestamp) -> Vec<OnCall> {
        let mut standing_in: Vec<(&FeedState, &Turn)> =
            self.turns_at(FeedKind::Override, service, at).collect();
        standing_in.sort_by_key(|(_, turn)| rank(turn));
        let mut people: Vec<OnCall> = match standing_in.last() {
            Some((state, turn)) => vec![self.override_fact(service, at, state, turn)],
            None => self
                .turns_at(FeedKind::OnCall, service, at)
                .map(|(state, turn)| self.on_call_fact(service, at, state, turn))
                .collect(),
        };
        people.sort();
        people.dedup_by(|later, earlier| {
            let is_same = later.person == earlier.person;
            if is_same {
                earlier.to = earlier.to.max(later.to);
            }
            is_same
        });
        people
    }

    /// Everybody's absences that are not over at an instant: those that last and those to come.
    #[must_use]
    pub fn absences_from(&self, at: Timestamp) -> Vec<Absence> {
        let mut absences = Vec::new();
        for state in self.feeds.iter().filter(|state| state.feed.kind == FeedKind::Away) {
            let wanted = turns_of(state).filter(|turn| at < turn.to);
            absences.extend(wanted.map(|turn| Absence {
                person: turn.person.clone(),
                from: turn.from,
                to: turn.to,
                feed: feed_ref(state),
            }));
        }
        absences.sort();
        absences
    }

    /// What past turns say about who knows a service: who was on call when they began.
    #[must_use]
    pub fn evidence(&self, service: &str, now: Timestamp) -> Vec<KnowsEvidence> {
        let mut begun: Vec<Timestamp> = self
            .feeds
            .iter()
            .filter(|state| state.feed.kind != FeedKind::Away && state.feed.is_for(service))
            .flat_map(turns_of)
            .map(|turn| turn.from)
            .filter(|from| *from <= now)
            .collect();
        begun.sort_by(|a, b| b.cmp(a));
        begun.dedup();
        begun.truncate(EVIDENCE_TURNS_MAX);
        let mut evidence = Vec::new();
        for at in begun {
            for fact in self.on_call_at(service, at).into_iter().filter(|f| f.from == at) {
                evidence.push(KnowsEvidence {
                    person: fact.person,
                    service: fact.service,
                    at,
                    knowledge: Knowledge::OnCall { feed: fact.feed.name },
                });
            }
        }
        evidence
    }

    fn turns_at<'a>(
        &'a self,
        kind: FeedKind,
        service: &'a str,
        at: Timestamp,
    ) -> impl Iterator<Item = (&'a FeedState, &'a Turn)> {
        self.states(kind, service).flat_map(move |state| {
            let lasts = move |turn: &&Turn| turn.from <= at && at < turn.to;
            turns_of(state).filter(lasts).map(move |turn| (state, turn))
        })
    }

    fn states<'a>(
        &'a self,
        kind: FeedKind,
        service: &'a str,
    ) -> impl Iterator<Item = &'a FeedState> {
        self.feeds.iter().filter(move |s| s.feed.kind == kind && s.feed.is_for(service))
    }

    /// A turn of an on-call feed, from the end of the last override to the beginning of the next.
    fn on_call_fact(&self, service: &str, at: Timestamp, state: &FeedState, turn: &Turn) -> OnCall {
        let mut holds = Interval { from: turn.from, to: turn.to };
        for other in self.states(FeedKind::Override, service).flat_map(turns_of) {
            if other.from > at {
                holds.to = holds.to.min(other.from);
            } else if other.to <= at {
                holds.from = holds.from.max(other.to);
            }
        }
        fact(service, state, turn, holds)
    }

    /// An override, as far as no later one takes it over.
    fn override_fact(
        &self,
        service: &str,
        at: Timestamp,
        state: &FeedState,
        turn: &Turn,
    ) -> OnCall {
        let mut holds = Interval { from: turn.from, to: turn.to };
        for other in self.states(FeedKind::Override, service).flat_map(turns_of) {
            if rank(other) > rank(turn) && other.from > at {
                holds.to = holds.to.min(other.from);
            } else if rank(other) > rank(turn) && other.to <= at {
                holds.from = holds.from.max(other.to);
            }
        }
        fact(service, state, turn, holds)
    }
}

/// Which of two overrides wins: the one created last, then the one later in time and in the feed.
fn rank(turn: &Turn) -> (Timestamp, Timestamp, usize, &Person) {
    (turn.created_at, turn.from, turn.position, &turn.person)
}

fn turns_of(state: &FeedState) -> impl Iterator<Item = &Turn> {
    state.kept.good().into_iter().flat_map(|read| &read.turns)
}

fn feed_ref(state: &FeedState) -> FeedRef {
    let read_at = state.kept.read_at().unwrap_or_default();
    FeedRef { name: state.feed.name.clone(), read_at }
}

fn fact(service: &str, state: &FeedState, turn: &Turn, holds: Interval) -> OnCall {
    OnCall {
        person: turn.person.clone(),
        service: service.to_owned(),
        from: holds.from,
        to: holds.to,
        feed: feed_ref(state),
    }
}
