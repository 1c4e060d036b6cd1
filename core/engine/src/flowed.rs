//! What went over the place of an incident's main figure, in items and in rows of one length: what the harm
//! is counted from.
//!
//! Detection counts entries, because the items of a batch share a fate; harm is in items. What is usual is
//! read off the time before, four times as long as the harm lasted and at least an hour, without the
//! stretches in which the same figure was shifted. The harm is all stretches in which it was shifted this
//! way in this incident, from the earliest time at which each may have begun to the latest at which it may
//! have ended.

mod unseen;

use crate::describe::ticks_of;
use crate::gather::Sources;
use crate::incidents::{Case, onset_interval};
use crate::onset::multiplied;
use crate::shifts::{Subject, Tracked};
use hw_diagnose::Flowed;
use hw_flow::EntryTick;
use hw_model::{ShiftId, Signal};
use hw_stats::{Counts, Reading, UsualRow, onset_posterior};

/// Seconds before the harm that say what is usual, over those that it lasted; at least, and at most.
const TIMES_BEFORE: i64 = 4;
const BEFORE_S: (i64, i64) = (3_600, 86_400);

/// Rows at most.
const ROWS_MAX: i64 = 300;

/// Seconds for which counts are surely kept second by second; before, minute by minute.
const FINE_S: i64 = 7_200;

/// Seconds around the end of a shift in which the true one lies.
const END_S: i64 = 120;

/// Seconds from one to before the other.
type Stretch = (i64, i64);

impl Sources<'_> {
    /// What went over the place of the main figure; `None` if it does not count items.
    pub(crate) fn flowed(&self, case: &Case, main: &Tracked, judged_s: i64) -> Option<Flowed> {
        let topic = (main.subject, main.signal);
        let all = self.stretches(topic, judged_s);
        let direction = |shift: &Tracked| shift.main().alarm.direction;
        let of = |ids: &[ShiftId]| -> Vec<Stretch> {
            let own = all.iter().filter(|(shift, _)| ids.contains(&shift.id));
            own.filter(|(shift, _)| direction(shift) == direction(main)).map(|(_, s)| *s).collect()
        };
        let known_from = self.known_from(main.subject)?;
        let is_known = |asked: &[Stretch]| asked.iter().all(|(from, _)| *from >= known_from);
        let mut asked = of(&case.shifts);
        let is_latest_bout = !is_known(&asked);
        if is_latest_bout {
            asked = of(case.bout());
        }
        let skipped: Vec<Stretch> = all.into_iter().map(|(_, stretch)| stretch).collect();
        let first = asked.iter().map(|(from, _)| *from).min()?;
        let last = asked.iter().map(|(_, to)| *to).max()?;
        let lasts_s: i64 = asked.iter().map(|(from, to)| to - from).sum();
        let before_s = (TIMES_BEFORE * lasts_s).clamp(BEFORE_S.0, BEFORE_S.1);
        let from = known_from.max(first - before_s);
        let row_s = row_s(last - from, self.now_s - from);
        let counts = self.rows(topic, (from.div_euclid(row_s), last), row_s)?;
        let starts = (from.div_euclid(row_s)..).map(|row| row * row_s);
        let rows = starts.zip(counts).map(|(start, counts)| {
            let is_in = |(from, to): &Stretch| *from < start + row_s && start < *to;
            let reading = if asked.iter().any(is_in) {
                Reading::Asked
            } else if skipped.iter().any(is_in) {
                Reading::Skipped
            } else {
                Reading::Usual
            };
            UsualRow { counts, reading }
        });
        let unseen = self.unseen(topic, &asked);
        Some(Flowed { rows: rows.collect(), row_s: row_s as f64, unseen, is_latest_bout })
    }

    /// The shifts of one figure, and from when to when it may have been shifted.
    fn stretches(&self, topic: (Subject, Signal), judged_s: i64) -> Vec<(&Tracked, Stretch)> {
        let own = self.shifts.all().filter(|shift| (shift.subject, shift.signal) == topic);
        let stretches = own.map(|shift| (shift, self.stretch(shift, judged_s)));
        stretches.filter(|(_, (from, _))| *from < judged_s).collect()
    }

    /// The second from which on all counts of a place are kept.
    fn known_from(&self, subject: Subject) -> Option<i64> {
        match subject {
            Subject::Hop(hop) => self.flow.hop_known_from(hop),
            Subject::Entry(entry) => self.flow.entry_known_from(entry),
            Subject::Answers(..) | Subject::Service(_) => None,
        }
    }

    /// Counts per row, from the row of this number to the second before `to`.
    fn rows(
        &self,
        (subject, signal): (Subject, Signal),
        (first, to): Stretch,
        row_s: i64,
    ) -> Option<Vec<Counts>> {
        let n_rows = usize::try_from((to - 1).div_euclid(row_s) + 1 - first).ok()?;
        let mut rows = vec![Counts::default(); n_rows];
        let mut add = |tick: i64, n: u32, k: u32| {
            let row = usize::try_from(tick.div_euclid(row_s) - first).ok();
            if let Some(row) = row.and_then(|row| rows.get_mut(row)) {
                *row += Counts::new(f64::from(n), f64::from(k));
            }
        };
        match (subject, signal) {
            (Subject::Hop(hop), Signal::Transfer) => {
                self.flow
                    .visit_hop_ticks(hop, first * row_s, to, |at, t| add(at, t.entered, t.left));
            }
            (Subject::Entry(entry), Signal::Volume) => {
                self.flow.visit_entry_ticks(entry, first * row_s, to, |at, t| add(at, 0, came(t)));
                expose(&mut rows, (first, to), row_s);
            }
            (
                Subject::Hop(_) | Subject::Entry(_) | Subject::Answers(..) | Subject::Service(_),
                _,
            ) => {
                return None;
            }
        }
        Some(rows)
    }

    /// From when to when a figure may have been shifted.
    fn stretch(&self, shift: &Tracked, judged_s: i64) -> Stretch {
        let onset = onset_interval(shift);
        let from = onset.from.tick().0;
        let to = match (shift.accepted_at, shift.back_tick()) {
            (Some(at), _) => at.tick().0,
            (None, Some(back)) => self.latest_end(shift, (onset.to.tick().0, back), judged_s),
            (None, None) => judged_s,
        };
        (from, to.clamp(from + 1, judged_s.max(from + 1)))
    }

    /// The latest second at which a figure that is back may have been shifted: the onset's posterior, read
    /// backwards.
    fn latest_end(&self, shift: &Tracked, (began, back): (i64, i64), judged_s: i64) -> i64 {
        let main = shift.main();
        let stream = main.stream.and_then(|stream| self.watch.fleet.stream(stream));
        let Some(stream) = stream else { return back };
        let (from, to) = (began.max(back - END_S).min(back), judged_s.min(back + END_S).max(back));
        let mut rows = vec![Counts::default(); usize::try_from(to - from).unwrap_or(0)];
        for (tick, counts) in ticks_of(self.flow, main.watched, from, to) {
            let row = usize::try_from(to - 1 - tick.0).ok();
            if let Some(row) = row.and_then(|row| rows.get_mut(row)) {
                *row += counts;
            }
        }
        if rows.is_empty() {
            return back;
        }
        let before = main.alarm.learned.ratio().unwrap_or(main.alarm.before);
        let posterior =
            onset_posterior(stream.form(), &rows, before, stream.phi() * multiplied(main));
        let (first, _) = posterior.central(0.95);
        to - i64::try_from(first).unwrap_or(0)
    }
}

/// Items that came, by entries that failed too: as many each as by the others.
fn came(tick: EntryTick) -> u32 {
    let EntryTick { entries, failed, entered, .. } = tick;
    entered + failed * entered.max(1) / entries.max(1)
}

/// Seconds of a row: whole minutes where counts are kept by the minute only.
fn row_s(span_s: i64, age_s: i64) -> i64 {
    let least = span_s / ROWS_MAX + 1;
    if age_s > FINE_S { (least + 59) / 60 * 60 } else { least }
}

/// Of a rate the exposure is time, also where nothing came: from the first row in which anything did.
fn expose(rows: &mut [Counts], (first, to): Stretch, row_s: i64) {
    let heard = rows.iter().position(|row| row.k > 0.0).unwrap_or(rows.len());
    for (number, row) in (first..).zip(rows).skip(heard) {
        row.n = ((number + 1) * row_s).min(to).saturating_sub(number * row_s) as f64;
    }
}
