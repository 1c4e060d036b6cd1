//! What is known of one receiver: its threads, what waits, what is on its way, what was told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Manner;
use super::pace::{is_recent, sane};
use super::row::{RowState, Said};
use crate::notice::{Kind, Notice};

/// A row that waits, or travels in a parcel.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    /// The order in which rows came.
    pub(super) seq: u64,
    pub(super) notice: Notice,
    pub(super) pushed_at: i64,
    pub(super) n_attempts: u32,
    pub(super) folded: u32,
    pub(super) net: Kind,
}

/// The row that says what a receiver was told of a thread last.
#[derive(Debug, Clone)]
pub(super) struct Anchor {
    pub(super) notice: Notice,
    pub(super) at: i64,
    pub(super) message: String,
    pub(super) as_thread: Option<String>,
    pub(super) counts: bool,
    pub(super) is_certain: bool,
    /// When Alertmanager heard it last; `None` if not since the start.
    pub(super) repeated_at: Option<i64>,
}

impl Anchor {
    /// The state of its row.
    pub(super) fn state(&self, is_over: bool) -> RowState {
        RowState::Told {
            at: self.at,
            message: self.message.clone(),
            as_thread: self.as_thread.clone(),
            is_over,
            counts: self.counts,
            is_certain: self.is_certain,
        }
    }
}

/// What a receiver was told of a thread.
#[derive(Debug, Clone, Default)]
pub(super) enum Told {
    #[default]
    Nothing,
    Firing(Anchor),
    Over(Anchor),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Thread {
    pub(super) queue: VecDeque<Waiting>,
    /// The parcel that carries a row of this thread; the others wait for it.
    pub(super) out: Option<String>,
    pub(super) told: Told,
    pub(super) last_sent_at: Option<i64>,
}

impl Thread {
    /// What a row says, given what the receiver was told before.
    pub(super) fn kind_of(&self, row: &Waiting, manner: Manner) -> Kind {
        if manner == Manner::Program {
            return row.net;
        }
        match (&self.told, row.net) {
            (Told::Firing(_), Kind::Firing) => Kind::Update,
            // News of a thread that is open and of which nothing was told begins it.
            (Told::Nothing, Kind::Update) if row.notice.ended_at.is_none() => Kind::Firing,
            (_, net) => net,
        }
    }

    /// True if an end that comes now has something to end.
    pub(super) fn is_begun(&self) -> bool {
        matches!(self.told, Told::Firing(_)) || self.out.is_some() || !self.queue.is_empty()
    }

    /// The row that may leave, if none is on its way.
    pub(super) fn front(&self) -> Option<&Waiting> {
        if self.out.is_some() { None } else { self.queue.front() }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.out.is_none() && matches!(self.told, Told::Nothing)
    }
}

/// Rows that travel together in one message.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub(super) message: String,
    pub(super) as_thread: Option<String>,
    // Invariant: at least one row, at most one per thread, ordered by `seq`.
    pub(super) rows: Vec<Waiting>,
    pub(super) n_attempts: u32,
    pub(super) not_before: i64,
    pub(super) may_have_arrived: bool,
}

/// What is on its way to a receiver.
#[derive(Debug, Clone)]
pub(super) enum Flight {
    Parcel(Parcel),
    Repeat(Repeat),
}

/// Alerts that are told again, by thread.
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    pub(super) threads: Vec<String>,
    pub(super) begun_at: i64,
}

impl Repeat {
    /// The key of its message.
    pub(super) fn message(&self) -> String {
        format!("repeat-{}", self.begun_at)
    }
}

/// One receiver.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub(super) manner: Manner,
    pub(super) threads: BTreeMap<String, Thread>,
    /// Parcels that may have arrived and are sent again as they are.
    pub(super) frozen: BTreeMap<String, Parcel>,
    pub(super) flight: Option<Flight>,
    pub(super) not_before: i64,
    pub(super) n_failures: u32,
    /// What was said last of repeating alerts.
    pub(super) repeats_said: Said,
    /// True if what left last was a frozen parcel; then others come first.
    pub(super) was_again: bool,
    /// Messages that count for people, with when they were first sent.
    pub(super) sent: Vec<(i64, String)>,
    /// Keys of all rows that have not ended.
    pub(super) keys: BTreeSet<String>,
    /// Rows that are needed for the limits only, and until when.
    pub(super) fading: Vec<(i64, String)>,
    pub(super) n_open: usize,
}

impl Lane {
    pub(super) fn new(manner: Manner) -> Self {
        Self {
            manner,
            threads: BTreeMap::new(),
            frozen: BTreeMap::new(),
            flight: None,
            not_before: 0,
            n_failures: 0,
            repeats_said: Said::Delivered,
            was_again: false,
            sent: Vec::new(),
            keys: BTreeSet::new(),
            fading: Vec::new(),
            n_open: 0,
        }
    }

    /// True if a message of these kinds is one people count.
    pub(super) fn counts(&self, kinds: &[Kind]) -> bool {
        match self.manner {
            Manner::People => true,
            Manner::Pager => kinds.contains(&Kind::Firing),
            Manner::Alerts | Manner::Program => false,
        }
    }

    pub(super) fn note_sent(&mut self, message: &str, now: i64) {
        self.sent.retain(|(at, _)| is_recent(*at, now));
        if !self.sent.iter().any(|(_, sent)| sent == message) {
            self.sent.push((now, message.to_owned()));
        }
    }

    pub(super) fn forget_sent(&mut self, message: &str) {
        self.sent.retain(|(_, sent)| sent != message);
    }

    pub(super) fn open_at(&self, now: i64) -> i64 {
        sane(self.not_before, now)
    }

    /// The kinds of the rows of a parcel, given what was told before.
    pub(super) fn kinds(&self, parcel: &Parcel) -> Vec<Kind> {
        let kind = |row: &Waiting| {
            let thread = self.threads.get(&row.notice.thread);
            thread.map_or(row.net, |thread| thread.kind_of(row, self.manner))
        };
        parcel.rows.iter().map(kind).collect()
    }
}
