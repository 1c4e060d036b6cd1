//! Open and past shifts: alarms of one target and signal are one shift.
//!
//! A hop has several streams per signal (whether anything leaves and how much; one per answer; one
//! per latency limit). Their alarms say the same thing, so they become one shift, named after the
//! stream that moved most. It ends when all of them are back, and is said to have ended once that
//! has held for a minute.

use crate::watch::{News, NewsKind, Watched};
use hw_detect::{Alarm, StreamId};
use hw_flow::{Asked, EntryIdx, HopIdx, ServiceIdx};
use hw_model::{IncidentId, ShiftId, Signal, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds for which a figure must be back before its shift has ended.
const HELD_S: f64 = 60.0;

/// What a shift is a shift of, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Subject {
    Hop(HopIdx),
    Entry(EntryIdx),
    /// The answers on a hop or of a counter, by key.
    Answers(Asked, usize),
    /// All telemetry of a service.
    Service(ServiceIdx),
}

/// One stream of a shift.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    /// The stream; none where no detector stands behind it.
    pub stream: Option<StreamId>,
    pub watched: Watched,
    pub alarm: Alarm,
    /// When it could be said.
    pub at: Timestamp,
    /// First tick back in band, once it is.
    pub back_tick: Option<i64>,
}

/// One shift.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tracked {
    pub id: ShiftId,
    pub subject: Subject,
    pub signal: Signal,
    pub members: Vec<Member>,
    /// Start tick and weights of the onset's posterior.
    pub onset: Vec<(i64, f64)>,
    /// Event time at which it was back, once that has held.
    pub ended_at: Option<Timestamp>,
    /// When a person said that what it does is normal, or it had lasted so long that it is.
    pub accepted_at: Option<Timestamp>,
    pub incident: Option<IncidentId>,
}

/// Shifts, numbered in the order of their detection.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shifts {
    all: BTreeMap<ShiftId, Tracked>,
    last: u32,
    /// Shifts of which something is other than when it was last said.
    #[serde(skip)]
    revised: BTreeSet<ShiftId>,
}

impl Watched {
    /// The subject and signal of a stream.
    pub(crate) const fn topic(self) -> (Subject, Signal) {
        match self {
            Self::Transfer(hop) | Self::FanOut(hop) => (Subject::Hop(hop), Signal::Transfer),
            Self::HopErrors(hop) => (Subject::Hop(hop), Signal::Errors),
            Self::HopSlow(hop, _) => (Subject::Hop(hop), Signal::Latency),
            Self::EntryErrors(entry) => (Subject::Entry(entry), Signal::Errors),
            Self::EntrySlow(entry, _) => (Subject::Entry(entry), Signal::Latency),
            Self::Volume(entry) => (Subject::Entry(entry), Signal::Volume),
            Self::Answer(asked, key, _) => (Subject::Answers(asked, key), Signal::Answers),
            Self::Telemetry(service) => (Subject::Service(service), Signal::NoData),
        }
    }
}

impl Tracked {
    /// The stream that stands for the shift: of answers the one that gained most, else the first.
    pub(crate) fn main(&self) -> &Member {
        let gain = |member: &&Member| member.alarm.after - member.alarm.before;
        let gained = self.members.iter().filter(|_| self.signal == Signal::Answers);
        let most = gained.max_by(|a, b| gain(a).total_cmp(&gain(b)));
        most.or_else(|| self.members.first()).expect("invariant: a shift has a member")
    }

    /// Whether it still lasts, or has not been back for long enough.
    pub(crate) fn is_open(&self) -> bool {
        self.over_at().is_none()
    }

    /// When it was over: back, or accepted.
    pub(crate) fn over_at(&self) -> Option<Timestamp> {
        self.ended_at.or(self.accepted_at)
    }

    /// First tick in which all its streams were back, if they are.
    pub(crate) fn back_tick(&self) -> Option<i64> {
        let ticks: Option<Vec<i64>> = self.members.iter().map(|member| member.back_tick).collect();
        ticks?.into_iter().max()
    }
}

impl Shifts {
    /// All shifts.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Tracked> {
        self.all.values()
    }

    pub(crate) fn get(&self, id: ShiftId) -> Option<&Tracked> {
        self.all.get(&id)
    }

    /// A shift, to change.
    pub(crate) fn get_mut(&mut self, id: ShiftId) -> Option<&mut Tracked> {
        self.revised.insert(id);
        self.all.get_mut(&id)
    }

    /// Notes that what is said of a shift may be other than before.
    pub(crate) fn revise(&mut self, ids: &[ShiftId]) {
        self.revised.extend(ids);
    }

    /// Shifts of which something is other than at the last call.
    pub(crate) fn take_revised(&mut self) -> BTreeSet<ShiftId> {
        std::mem::take(&mut self.revised)
    }

    /// Forgets all but those that are wanted.
    pub(crate) fn retain(&mut self, is_wanted: impl Fn(&Tracked) -> bool) {
        self.all.retain(|_, shift| is_wanted(shift));
    }

    /// Whether any figure is shifted now.
    pub(crate) fn any_open(&self) -> bool {
        self.all.values().any(Tracked::is_open)
    }

    /// Takes in news of a stream. Returns the shift if it is a new one.
    pub(crate) fn note(&mut self, news: &News) -> Option<ShiftId> {
        let ending = match news.what {
            NewsKind::Alarm(alarm) => return self.begin(news, alarm),
            NewsKind::Ended(ending) => ending,
            // The engine settles what is said of the whole shift.
            NewsKind::Settled => return None,
        };
        let shift = self.open(news.watched)?;
        for member in shift.members.iter_mut().filter(|member| member.watched == news.watched) {
            member.back_tick = Some(ending.back_tick);
        }
        let id = shift.id;
        self.revised.insert(id);
        None
    }

    /// The open shift of what a stream watches.
    pub(crate) fn open(&mut self, watched: Watched) -> Option<&mut Tracked> {
        let topic = watched.topic();
        let mut all = self.all.values_mut();
        all.find(|shift| shift.is_open() && (shift.subject, shift.signal) == topic)
    }

    fn begin(&mut self, news: &News, alarm: Alarm) -> Option<ShiftId> {
        let member = Member {
            stream: news.stream,
            watched: news.watched,
            alarm,
            at: news.at,
            back_tick: None,
        };
        if let Some(shift) = self.open(news.watched) {
            match shift.members.iter_mut().find(|known| known.watched == news.watched) {
                // It had come back, but not for long: the same shift goes on.
                Some(known) => known.back_tick = None,
                None => shift.members.push(member),
            }
            let id = shift.id;
            self.revised.insert(id);
            return None;
        }
        self.last += 1;
        let id = ShiftId(self.last);
        self.revised.insert(id);
        let (subject, signal) = news.watched.topic();
        let shift = Tracked {
            id,
            subject,
            signal,
            members: vec![member],
            onset: Vec::new(),
            ended_at: None,
            accepted_at: None,
            incident: None,
        };
        self.all.insert(id, shift);
        Some(id)
    }

    /// Ends shifts that have been back for long enough at `now`. Returns them.
    pub(crate) fn end(&mut self, now: Timestamp) -> Vec<ShiftId> {
        let mut ended = Vec::new();
        for shift in self.all.values_mut().filter(|shift| shift.is_open()) {
            let Some(back) = shift.back_tick().map(Timestamp::from_s) else { continue };
            if now.seconds_since(back) >= HELD_S {
                shift.ended_at = Some(back);
                ended.push(shift.id);
            }
        }
        self.revised.extend(&ended);
        ended
    }
}
