//! What was counted of the figures that rules look at, window by window, with what has no data told apart
//! from zero.
//!
//! Only windows that are final are read, from the engine's memory and the stored packs. A window in which
//! nothing was counted is a zero as long as others were heard shortly before it: for two minutes. From then on
//! there is no data. That is decided from what came before alone, so that a rule sees the same live and in
//! a backtest.

mod heard;

use super::Answers;
use super::series::busiest;
use heard::{Heard, Range};
use hw_detect::rule::{Measure, Past};
use hw_engine::Engine;
use hw_flow::{Asked, EntryIdx, Flow, HopIdx, Rows, WindowCounts};
use hw_model::{Hop, Target};
use hw_stats::Counts;
use hw_store::{HistoryQuery, HistoryRow, subject_of};
use hw_web::Answered;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds for which nothing may be heard of anybody before that is no data.
const UNHEARD_S: i64 = 120;

/// Windows of one thing that the engine has, by number, oldest first.
type Windows = Vec<(i64, Counts)>;

/// A figure: of what, and which.
pub(in crate::server) type Figure = (Target, Measure);

/// How far windows are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) struct Final {
    /// Number of the first window that is not.
    pub before: i64,
    /// Seconds of a window.
    pub window_s: i64,
    /// Seconds after its end at which one is.
    pub after_s: i64,
}

/// Figures over the same windows.
pub(in crate::server) struct Pasts {
    /// In the order in which they were asked for.
    pub pasts: Vec<Past>,
    pub damaged_packs: u64,
}

/// What the engine has.
struct InMemory {
    /// For each figure, the things it is counted on: one hop or entry, or all entries of a service.
    parts: Vec<Vec<(Target, Windows)>>,
    /// The hops on which most is counted, and in which windows anything was.
    busiest: Vec<(Target, Vec<i64>)>,
    window_s: i64,
}

/// What was counted of a figure, window after window.
struct Summed {
    range: Range,
    sums: Vec<Counts>,
}

impl Answers {
    /// How far windows are final; `None` before any is.
    pub(in crate::server) fn final_windows(&self) -> Answered<Option<Final>> {
        self.ask(0, |engine| {
            let settings = engine.flow().settings();
            let (window_s, after_s) = (settings.window_s, settings.watermark_s);
            let before = engine.flow().windows_sealed_before()?;
            Some(Final { before, window_s, after_s })
        })
    }

    /// What was counted of some figures from one window to before another.
    pub(in crate::server) fn pasts(
        &self,
        figures: Vec<Figure>,
        (from, end): (i64, i64),
    ) -> Answered<Pasts> {
        let (range, asked) = (Range { from, end }, figures.clone());
        let found = self.ask(0, move |engine| InMemory::of(engine, &asked, range))?;
        let mut heard = Heard::nothing(range, UNHEARD_S / found.window_s.max(1));
        let mut damaged_packs = 0;
        let mut all = Vec::new();
        for (figure, parts) in figures.iter().zip(&found.parts) {
            let mut summed = Summed::nothing(range);
            for part in parts {
                damaged_packs += self.add_part(&mut summed, figure, part)?;
            }
            summed.visit_counted(|at| heard.hear(at));
            all.push(summed);
        }
        self.listen(&mut heard, &found.busiest)?;
        let known = heard.known(range);
        let past = |((_, measure), summed): (&Figure, &Summed)| {
            let row = |(is_known, counts): (&bool, &Counts)| {
                let exposure = match measure {
                    Measure::Volume => found.window_s as f64,
                    Measure::Transfer | Measure::Answer(_) | Measure::Errors => counts.n,
                };
                is_known.then(|| Counts::new(exposure, counts.k))
            };
            let rows = known.iter().zip(&summed.sums).map(row).collect();
            Past { step_s: found.window_s, first: range.from, rows }
        };
        let pasts = figures.iter().zip(&all).map(past).collect();
        Ok(Pasts { pasts, damaged_packs })
    }

    /// Adds one of the things that a figure is counted on: what the engine has, and the stored windows
    /// beside it. Returns how many packs are damaged.
    fn add_part(
        &self,
        summed: &mut Summed,
        (_, measure): &Figure,
        (target, windows): &(Target, Windows),
    ) -> Answered<u64> {
        let what = match measure {
            Measure::Answer(_) => Rows::WindowAnswers,
            Measure::Transfer | Measure::Errors | Measure::Volume => Rows::Windows,
        };
        let Range { from, end: to } = summed.range;
        let query = HistoryQuery { subject: subject_of(target), what, from, to };
        // Each window once, and the engine's first.
        let mut is_there = vec![false; summed.sums.len()];
        let mut add = |at: i64, counts: Counts| {
            let place = usize::try_from(at - from).unwrap_or(usize::MAX);
            if let (Some(sum), Some(is_there)) =
                (summed.sums.get_mut(place), is_there.get_mut(place))
                && !std::mem::replace(is_there, true)
            {
                *sum += counts;
            }
        };
        windows.iter().for_each(|(at, counts)| add(*at, *counts));
        let damaged = self.read(|reader| {
            Ok(reader.visit_history(&query, |row| {
                if let Some(counts) = stored_counts(row, (target, measure)) {
                    add(row.at, counts);
                }
            })?)
        })?;
        Ok(damaged as u64)
    }

    /// Hears the busiest hops where nothing was heard yet, one after the other until there is no gap.
    fn listen(&self, heard: &mut Heard, busiest: &[(Target, Vec<i64>)]) -> Answered<()> {
        for (target, windows) in busiest {
            if heard.gaps().is_empty() {
                break;
            }
            windows.iter().for_each(|at| heard.hear(*at));
            for Range { from, end: to } in heard.gaps() {
                let (subject, what) = (subject_of(target), Rows::Windows);
                let query = HistoryQuery { subject, what, from, to };
                self.read(|reader| {
                    Ok(reader.visit_history(&query, |row| {
                        if row.counts.iter().any(|count| *count > 0) {
                            heard.hear(row.at);
                        }
                    })?)
                })?;
            }
        }
        Ok(())
    }
}

impl Summed {
    fn nothing(range: Range) -> Self {
        Self { range, sums: vec![Counts::default(); range.length()] }
    }

    /// Calls `visit` with the windows in which anything was counted.
    fn visit_counted(&self, visit: impl FnMut(i64)) {
        let numbered = (self.range.from..).zip(&self.sums);
        let counted = numbered.filter(|(_, counts)| counts.n > 0.0 || counts.k > 0.0);
        counted.map(|(at, _)| at).for_each(visit);
    }
}

/// The counts of a stored row; `None` if they are of another question than the one that is asked.
fn stored_counts(row: HistoryRow<'_>, (target, measure): (&Target, &Measure)) -> Option<Counts> {
    match measure {
        Measure::Answer(value) => answer_counts(row.values, row.counts, value),
        Measure::Transfer | Measure::Errors | Measure::Volume => {
            Some(counts_of(&WindowCounts::from_row(row.counts), target.hop().is_some(), measure))
        }
    }
}

/// Counts of an answer among all; `None` if the key has no such value.
fn answer_counts(values: &[String], row: &[u32], value: &str) -> Option<Counts> {
    let at = values.iter().position(|known| known == value)?;
    let all: u64 = row.iter().map(|count| u64::from(*count)).sum();
    Some(Counts::new(all as f64, f64::from(row.get(at).copied().unwrap_or(0))))
}

/// Counts of a window. The exposure of a volume is time, and not counted.
fn counts_of(window: &WindowCounts, is_hop: bool, measure: &Measure) -> Counts {
    let of = |n: u32, k: u32| Counts::new(f64::from(n), f64::from(k));
    match measure {
        Measure::Transfer => of(window.entered, window.left),
        Measure::Errors => of(window.calls, window.failed),
        Measure::Volume if is_hop => of(0, window.left),
        Measure::Volume => of(0, window.entered),
        // Answers have rows of their own.
        Measure::Answer(_) => Counts::default(),
    }
}

impl InMemory {
    fn of(engine: &Engine, figures: &[Figure], range: Range) -> Self {
        let flow = engine.flow();
        let window_s = flow.settings().window_s;
        let busiest_hops = busiest(flow);
        let wanted = figures.iter().filter_map(|(target, _)| target.hop()).chain(&busiest_hops);
        let hops = indices(flow, wanted.collect());
        let parts = figures.iter().map(|figure| parts(flow, &hops, figure, range)).collect();
        let from = range.from.saturating_sub(UNHEARD_S / window_s.max(1));
        let heard = |hop: Hop| {
            let mut windows = Vec::new();
            if let Some(idx) = hops.get(&hop) {
                flow.visit_windows(*idx, from, range.end, |at, counts| {
                    if counts != WindowCounts::default() {
                        windows.push(at);
                    }
                });
            }
            (Target::Hop(hop), windows)
        };
        Self { parts, busiest: busiest_hops.into_iter().map(heard).collect(), window_s }
    }
}

/// The numbers of some hops.
fn indices(flow: &Flow, wanted: BTreeSet<&Hop>) -> BTreeMap<Hop, HopIdx> {
    let named = flow.hops().filter_map(|idx| Some((flow.hop_words(idx)?, idx)));
    named.filter(|(hop, _)| wanted.contains(hop)).collect()
}

/// The things that a figure is counted on.
fn parts(
    flow: &Flow,
    hops: &BTreeMap<Hop, HopIdx>,
    (target, measure): &Figure,
    range: Range,
) -> Vec<(Target, Windows)> {
    match target {
        Target::Hop(hop) => {
            let windows = hops.get(hop).map(|idx| hop_windows(flow, *idx, measure, range));
            vec![(target.clone(), windows.unwrap_or_default())]
        }
        Target::Entry { .. } => {
            let entry =
                flow.entries().find(|entry| entry_target(flow, *entry) == Some(target.clone()));
            let windows = entry.map(|entry| entry_windows(flow, entry, measure, range));
            vec![(target.clone(), windows.unwrap_or_default())]
        }
        Target::Service(service) => {
            let own = flow.entries().filter_map(|entry| {
                let target = entry_target(flow, entry)?;
                let is_own = matches!(&target, Target::Entry { service: of, .. } if of == service);
                is_own.then(|| (target, entry_windows(flow, entry, measure, range)))
            });
            own.collect()
        }
    }
}

/// An entry in words, as its history is kept.
fn entry_target(flow: &Flow, entry: EntryIdx) -> Option<Target> {
    let (service, operation) = flow.entry_place(entry)?;
    let operation = operation.map(|name| flow.vocabulary().name(name).to_owned());
    Some(Target::Entry {
        service: flow.service_word(service),
        operation: operation.unwrap_or_default(),
    })
}

fn hop_windows(flow: &Flow, hop: HopIdx, measure: &Measure, Range { from, end }: Range) -> Windows {
    let mut windows = Windows::new();
    let Measure::Answer(value) = measure else {
        flow.visit_windows(hop, from, end, |at, counts| {
            windows.push((at, counts_of(&counts, true, measure)));
        });
        return windows;
    };
    let mut names: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    flow.visit_window_answers(hop, from, end, |at, (key, row)| {
        let values = names.entry(key).or_insert_with(|| {
            flow.mix_names(Asked::Hop(hop), key).map(|(_, values)| values).unwrap_or_default()
        });
        if let Some(counts) = answer_counts(values, row, value) {
            windows.push((at, counts));
        }
    });
    windows
}

fn entry_windows(
    flow: &Flow,
    entry: EntryIdx,
    measure: &Measure,
    Range { from, end }: Range,
) -> Windows {
    let mut windows = Windows::new();
    flow.visit_entry_windows(entry, from, end, |at, counts| {
        windows.push((at, counts_of(&counts, false, measure)));
    });
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_another_question_are_none() {
        let values = ["go".to_owned(), "halt".to_owned()];
        assert_eq!(answer_counts(&values, &[3, 4], "halt"), Some(Counts::new(7.0, 4.0)));
        assert_eq!(answer_counts(&values, &[3], "halt"), Some(Counts::new(3.0, 0.0)));
        assert_eq!(answer_counts(&values, &[3, 4], "201"), None);
    }
}
