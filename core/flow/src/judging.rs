//! Judged ticks: each second of each hop, read once at a fixed age and then immutable.

use crate::answers::AnswerBook;
use crate::cells::{EntryTick, HopTick};
use crate::flow::Flow;
use crate::ids::{EntryIdx, HopIdx};
use crate::sums::CounterIdx;
use hw_model::{NameId, Timestamp};
use serde::{Deserialize, Serialize};

/// Counts of one tick, final.
#[derive(Clone, Copy, Debug)]
pub enum Judged<'a> {
    /// Of an entry.
    Entry(EntryIdx, EntryTick),
    /// Of a hop.
    Hop(HopIdx, HopTick),
    /// Of the answers on a hop.
    Answers(Mix<'a>),
}

/// What answers are the answers of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Asked {
    /// A hop that is asked.
    Hop(HopIdx),
    /// A service that counts its own answers.
    Counter(CounterIdx),
}

/// Answers of one key in one tick.
#[derive(Clone, Copy, Debug)]
pub struct Mix<'a> {
    /// Who answers.
    pub asked: Asked,
    /// Number of the key among the keys of this hop.
    pub key: usize,
    /// The values, in the order of their first appearance.
    pub values: &'a [NameId],
    /// Counts per value; a shorter list means zeros.
    pub counts: &'a [u32],
}

/// When a tick was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedAt {
    /// The tick.
    pub tick: i64,
    /// Its end plus the age at which it was judged.
    pub at: Timestamp,
}

/// Ticks judged one by one after a silence; what lies before is skipped.
const CATCH_UP_S: i64 = 3_600;

impl Flow {
    /// Judges every tick that reached its age by `now`, in order, and hands it to `read`. Ticks of
    /// a silence longer than an hour are skipped.
    pub fn judge(&mut self, now: Timestamp, mut read: impl FnMut(JudgedAt, Judged<'_>)) {
        let now = now.tick().0;
        self.judge_hops(now, &mut read);
        self.judge_entries(now, &mut read);
        for (counter, cell) in self.sums.counters_mut() {
            let age_s = cell.lags.age_s();
            while let Some(judged) = next_tick(&mut cell.next_tick, age_s, now) {
                let (values, counts) = (&*cell.mix.values, cell.mix.tick(judged.tick));
                let mix = Mix { asked: Asked::Counter(counter), key: 0, values, counts };
                read(judged, Judged::Answers(mix));
                cell.mix.judge(judged.tick);
            }
        }
    }

    /// Learns ages, latency limits and answers; called once a minute. Answers are only discovered
    /// while all is quiet.
    pub fn learn_minute(&mut self, is_quiet: bool) {
        for cell in &mut self.counters.entries {
            cell.lags.learn();
            cell.latency.learn();
        }
        for cell in &mut self.counters.hops {
            cell.lags.learn();
            cell.latency.learn();
            if is_quiet {
                cell.answers.discover();
            }
        }
        self.sums.counters_mut().for_each(|(_, cell)| cell.lags.learn());
    }

    fn judge_hops(&mut self, now: i64, read: &mut impl FnMut(JudgedAt, Judged<'_>)) {
        let entries = &self.counters.entries;
        for (hop_idx, hop) in (0..).map(HopIdx).zip(&mut self.counters.hops) {
            let Some(entry) = entries.get(hop.entry.0 as usize) else { continue };
            if hop.alias.is_some() {
                continue;
            }
            let age_s = hop.lags.age_s().max(entry.lags.age_s());
            while let Some(judged) = next_tick(&mut hop.next_tick, age_s, now) {
                let mut counts = hop.ring.read(judged.tick).copied().unwrap_or_default();
                if let Some(caller) = entry.ring.read(judged.tick) {
                    counts.entries += caller.entries;
                    counts.entered = counts.entered.saturating_add(caller.entered);
                }
                hop.history.push(judged.tick, &counts.row());
                read(judged, Judged::Hop(hop_idx, counts));
                read_answers(hop_idx, &hop.answers, judged, read);
                hop.answers.judge(judged.tick);
            }
        }
    }

    fn judge_entries(&mut self, now: i64, read: &mut impl FnMut(JudgedAt, Judged<'_>)) {
        for (entry_idx, entry) in (0..).map(EntryIdx).zip(&mut self.counters.entries) {
            let age_s = entry.lags.age_s();
            while let Some(judged) = next_tick(&mut entry.next_tick, age_s, now) {
                let counts = entry.ring.read(judged.tick).copied().unwrap_or_default();
                entry.history.push(judged.tick, &counts.row());
                read(judged, Judged::Entry(entry_idx, counts));
            }
        }
    }
}

fn read_answers(
    hop: HopIdx,
    book: &AnswerBook,
    judged: JudgedAt,
    read: &mut impl FnMut(JudgedAt, Judged<'_>),
) {
    for (key, cell) in book.watched() {
        let counts = cell.tick(judged.tick);
        let mix = Mix { asked: Asked::Hop(hop), key, values: &cell.values, counts };
        read(judged, Judged::Answers(mix));
    }
}

/// The next tick of a cell if it has reached its age.
fn next_tick(next: &mut i64, age_s: i64, now: i64) -> Option<JudgedAt> {
    let newest = now - 1 - age_s;
    if newest - *next > CATCH_UP_S {
        *next = newest;
    }
    if *next > newest {
        return None;
    }
    let tick = *next;
    *next += 1;
    Some(JudgedAt { tick, at: Timestamp::from_s(tick + 1 + age_s) })
}
