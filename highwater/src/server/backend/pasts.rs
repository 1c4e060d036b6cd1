//! What was counted of the figures that rules look at, window by window, with what has no data told apart
//! from zero.
//!
//! Only windows that are final are read, from the engine's memory and the stored packs. A window in which
//! nothing was counted is a zero as long as others were heard shortly before it: for two minutes. From then on
//! there is no data. That is decided from what came before alone, so that a rule sees the same live and in
//! a backtest.

use super::Answers;
use super::series::busiest;
use hw_detect::rule::{Measure, Past};
use hw_engine::Engine;
use hw_flow::{Asked, EntryIdx, Flow, HopIdx, Rows, WindowCounts};
use hw_model::{Hop, Target};
use hw_stats::Counts;
use hw_store::{HistoryQuery, HistoryRows, subject_of};
use hw_web::Answered;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds for which nothing may be heard of anybody before that is no data.
const UNHEARD_S: i64 = 120;

/// Windows of one thing by number.
type Windows = BTreeMap<i64, Counts>;

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

/// Numbers of the first window and of the first behind the last.
#[derive(Clone, Copy, Debug)]
struct Range {
    from: i64,
    end: i64,
}

/// What the engine has.
struct InMemory {
    /// For each figure, the things it is counted on: one hop or entry, or all entries of a service.
    parts: Vec<Vec<(Target, Windows)>>,
    /// The hops on which most is counted, and in which windows anything was.
    busiest: Vec<(Target, BTreeSet<i64>)>,
    window_s: i64,
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
        let mut found = self.ask(0, move |engine| InMemory::of(engine, &asked, range))?;
        let mut damaged_packs = 0;
        for ((_, measure), parts) in figures.iter().zip(&mut found.parts) {
            for (target, windows) in parts {
                damaged_packs += self.add_packs_of((target, measure), range, windows)?;
            }
        }
        let known = self.known_windows(&mut found, range)?;
        let past = |((_, measure), parts): (&Figure, &Vec<(Target, Windows)>)| {
            let rows = known.iter().zip(range.from..range.end);
            let row = |(is_known, at): (&bool, i64)| {
                let counts: Counts =
                    parts.iter().filter_map(|(_, windows)| windows.get(&at)).copied().sum();
                let exposure = match measure {
                    Measure::Volume => found.window_s as f64,
                    Measure::Transfer | Measure::Answer(_) | Measure::Errors => counts.n,
                };
                is_known.then(|| Counts::new(exposure, counts.k))
            };
            Past { step_s: found.window_s, first: range.from, rows: rows.map(row).collect() }
        };
        let pasts = figures.iter().zip(&found.parts).map(past).collect();
        Ok(Pasts { pasts, damaged_packs })
    }

    /// Adds stored windows that are not known yet. Returns how many packs are damaged.
    fn add_packs_of(
        &self,
        (target, measure): (&Target, &Measure),
        Range { from, end: to }: Range,
        windows: &mut Windows,
    ) -> Answered<u64> {
        let what = match measure {
            Measure::Answer(_) => Rows::WindowAnswers,
            Measure::Transfer | Measure::Errors | Measure::Volume => Rows::Windows,
        };
        let query = HistoryQuery { subject: subject_of(target), what, from, to };
        let (stored, damaged) = self.read(|reader| Ok(reader.history(&query)?))?;
        for rows in &stored {
            for (at, row) in &rows.rows {
                if let Some(counts) = stored_counts(rows, row, (target, measure)) {
                    windows.entry(*at).or_insert(counts);
                }
            }
        }
        Ok(damaged as u64)
    }

    /// Of each window, whether it is known what was counted in it.
    fn known_windows(&self, found: &mut InMemory, range: Range) -> Answered<Vec<bool>> {
        let unheard = UNHEARD_S / found.window_s.max(1);
        let looked_at = Range { from: range.from.saturating_sub(unheard), ..range };
        let own = found.parts.iter().flatten().flat_map(|(_, windows)| windows);
        let own = own.filter(|(_, counts)| counts.n > 0.0 || counts.k > 0.0);
        let mut heard: BTreeSet<i64> = own.map(|(at, _)| *at).collect();
        for (target, windows) in std::mem::take(&mut found.busiest) {
            if !has_gap(&heard, looked_at, unheard) {
                break;
            }
            heard.extend(windows);
            heard.extend(self.stored_windows(&target, looked_at)?);
        }
        let is_known = |at: i64| heard.range(at.saturating_sub(unheard)..=at).next().is_some();
        Ok((range.from..range.end).map(is_known).collect())
    }

    /// Stored windows in which anything was counted.
    fn stored_windows(
        &self,
        target: &Target,
        Range { from, end: to }: Range,
    ) -> Answered<Vec<i64>> {
        let query = HistoryQuery { subject: subject_of(target), what: Rows::Windows, from, to };
        let (stored, _) = self.read(|reader| Ok(reader.history(&query)?))?;
        let rows = stored.into_iter().flat_map(|rows| rows.rows);
        let counted = rows.filter(|(_, row)| row.iter().any(|count| *count > 0));
        Ok(counted.map(|(at, _)| at).collect())
    }
}

/// Whether there is a stretch longer than `unheard` windows in which nothing was heard.
fn has_gap(heard: &BTreeSet<i64>, Range { from, end }: Range, unheard: i64) -> bool {
    let mut last = from - 1;
    heard
        .range(from..end)
        .chain([&end])
        .any(|at| at - std::mem::replace(&mut last, *at) > unheard + 1)
}

/// The counts of a stored row; `None` if they are of another question than the one that is asked.
fn stored_counts(
    rows: &HistoryRows,
    row: &[u32],
    (target, measure): (&Target, &Measure),
) -> Option<Counts> {
    match measure {
        Measure::Answer(value) => answer_counts(&rows.values, row, value),
        Measure::Transfer | Measure::Errors | Measure::Volume => {
            Some(counts_of(&WindowCounts::from_row(row), target.hop().is_some(), measure))
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
            let mut windows = BTreeSet::new();
            if let Some(idx) = hops.get(&hop) {
                flow.visit_windows(*idx, from, range.end, |at, counts| {
                    if counts != WindowCounts::default() {
                        windows.insert(at);
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
            windows.insert(at, counts_of(&counts, true, measure));
        });
        return windows;
    };
    let mut names: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    flow.visit_window_answers(hop, from, end, |at, (key, row)| {
        let values = names.entry(key).or_insert_with(|| {
            flow.mix_names(Asked::Hop(hop), key).map(|(_, values)| values).unwrap_or_default()
        });
        if let Some(counts) = answer_counts(values, row, value) {
            windows.insert(at, counts);
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
        windows.insert(at, counts_of(&counts, false, measure));
    });
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gap_is_longer_than_what_may_be_unheard() {
        let heard = BTreeSet::from([0, 3, 4, 9]);
        let range = Range { from: 0, end: 10 };
        assert!(!has_gap(&heard, range, 4) && has_gap(&heard, range, 3));
        assert!(has_gap(&heard, Range { from: 0, end: 20 }, 4), "nothing after the last one");
        assert!(has_gap(&BTreeSet::new(), range, 4) && !has_gap(&BTreeSet::new(), range, 10));
    }

    #[test]
    fn answers_of_another_question_are_none() {
        let values = ["go".to_owned(), "halt".to_owned()];
        assert_eq!(answer_counts(&values, &[3, 4], "halt"), Some(Counts::new(7.0, 4.0)));
        assert_eq!(answer_counts(&values, &[3], "halt"), Some(Counts::new(3.0, 0.0)));
        assert_eq!(answer_counts(&values, &[3, 4], "201"), None);
    }
}
