//! Items of a place that were there while it was shifted, and whose telemetry did not come.
//!
//! Spans are lost one by one: how many, the coverage says, because each call has two ends. A caller that is
//! not watched leaves one kind of end open for another reason, so the lesser share of both counts. Or all
//! telemetry of a service is lost for a while, which leaves ends open too: a pause so long that it has a chance of e^-15, if items came
//! as they do two minutes before and after, is taken for a hole in what was heard, unless it is as short as a
//! restart. What came after its second was judged is in the windows. What was not seen is taken to have fared like the rest.

use super::{FINE_S, Stretch};
use crate::gather::Sources;
use crate::shifts::Subject;
use hw_flow::WindowCounts;
use hw_model::Signal;
use hw_stats::{Counts, Unseen};
use std::collections::BTreeMap;

/// Entries that would have come in a pause that is taken for a hole, at least.
const MISSED_MIN: f64 = 15.0;

/// Seconds of a hole, at least: a restart takes fewer.
const HOLE_S_MIN: i64 = 8;

/// Seconds before and after a hole that say what would have come, and how far that may be off.
const AROUND_S: i64 = 120;
const RATE_DOUBT: f64 = 0.1;

/// What came in a second.
#[derive(Clone, Copy)]
struct Came {
    at: i64,
    entries: f64,
    items: f64,
}

impl Sources<'_> {
    /// What was not seen of a place in these stretches.
    pub(super) fn unseen(&self, topic: (Subject, Signal), asked: &[Stretch]) -> Unseen {
        let (mut seen, mut missed, mut variance, mut late) = (0.0, 0.0, 0.0, 0.0);
        for stretch in asked {
            let came = self.came(topic.0, *stretch);
            seen += came.iter().map(|came| came.items).sum::<f64>();
            // Where counts are kept by the minute only, a pause is nothing to go by.
            let fine = (stretch.0.max(self.now_s - FINE_S), stretch.1);
            let came: Vec<Came> = came.into_iter().filter(|came| came.at >= fine.0).collect();
            for hole in holes(&came, fine) {
                missed += hole;
                variance += hole + (RATE_DOUBT * hole).powi(2);
            }
            late += self.late(topic.0, fine);
        }
        if seen <= 0.0 {
            return Unseen::default();
        }
        let (lost, of_lost) = if missed > 0.0 { (0.0, 0.0) } else { self.lost(topic.1) };
        variance += late;
        let share = lost + (missed + late) / seen;
        Unseen { share, sd: of_lost.hypot(variance.sqrt() / seen) }
    }

    /// Items that came after their second was judged: the windows have them, because they wait longer.
    fn late(&self, subject: Subject, (from, to): Stretch) -> f64 {
        let length_s = self.flow.settings().window_s;
        let (first, last) = (from.div_euclid(length_s) + 1, to.div_euclid(length_s));
        let mut windows: BTreeMap<i64, f64> = BTreeMap::new();
        let mut add = |window: i64, counts: WindowCounts| {
            windows.insert(window, f64::from(counts.entered));
        };
        match subject {
            Subject::Hop(hop) => self.flow.visit_windows(hop, first, last, &mut add),
            Subject::Entry(entry) => self.flow.visit_entry_windows(entry, first, last, &mut add),
            Subject::Answers(..) | Subject::Service(_) => {}
        }
        for came in self.came(subject, (first * length_s, last * length_s)) {
            if let Some(left) = windows.get_mut(&came.at.div_euclid(length_s)) {
                *left -= came.items;
            }
        }
        windows.into_values().map(|late| late.max(0.0)).sum()
    }

    /// Items whose spans were lost one by one, over those that were seen, and how far that may be off.
    fn lost(&self, signal: Signal) -> (f64, f64) {
        let of = self.flow.coverage();
        let share = |missed: u64, found: u64| {
            Counts::new((missed + found) as f64, missed as f64).ratio().unwrap_or(0.0)
        };
        let (unjoined, orphans) = (share(of.unjoined, of.joined), share(of.orphans, of.paired));
        let n_missed = of.unjoined.min(of.orphans) as f64;
        // An item that leaves is seen if both its entry and its call are.
        let ends = if signal == Signal::Volume { 1 } else { 2 };
        let lost = (1.0 - unjoined.min(orphans)).powi(-ends) - 1.0;
        (lost, lost / n_missed.max(1.0).sqrt())
    }

    fn came(&self, subject: Subject, (from, to): Stretch) -> Vec<Came> {
        let mut came = Vec::new();
        let mut add = |at: i64, entries: u32, items: u32| {
            came.push(Came { at, entries: f64::from(entries), items: f64::from(items) });
        };
        match subject {
            Subject::Hop(hop) => {
                self.flow.visit_hop_ticks(hop, from, to, |at, t| add(at, t.entries, t.entered));
            }
            Subject::Entry(entry) => {
                self.flow.visit_entry_ticks(entry, from, to, |at, t| add(at, t.entries, t.entered));
            }
            Subject::Answers(..) | Subject::Service(_) => {}
        }
        came
    }
}

/// Items that would have come in each hole.
fn holes(came: &[Came], (from, to): Stretch) -> impl Iterator<Item = f64> {
    let ends = came.iter().zip(came.iter().skip(1));
    ends.filter_map(move |(last, next)| {
        let (first, length) = (last.at + 1, next.at - last.at - 1);
        if length < HOLE_S_MIN {
            return None;
        }
        let (before, after) = ((first - AROUND_S).max(from), (next.at + AROUND_S).min(to));
        let around = came.iter().filter(|came| (before..after).contains(&came.at));
        let (entries, items) =
            around.fold((0.0, 0.0), |(e, i), came| (e + came.entries, i + came.items));
        let times = length as f64 / (first - before + after - next.at).max(1) as f64;
        (entries * times >= MISSED_MIN).then_some(items * times)
    })
}
