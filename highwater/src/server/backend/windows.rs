//! What was counted on a hop over time: stored packs and the engine's memory, summed over steps.
//!
//! The engine has the newest windows and those that are still open; the store has all that became
//! full packs. Where both have a window it is the same, and the engine's is taken.

use super::Answers;
use super::map::Sum;
use hw_api::{Latency, Window, Windows, ratio, rfc3339};
use hw_engine::Engine;
use hw_flow::{Asked, Flow, HopIdx, Rows, WindowCounts};
use hw_model::{Hop, Target, Timestamp};
use hw_stats::LatencySketch;
use hw_store::{HistoryQuery, HistoryRows, subject_of};
use hw_web::{Answered, Failure, WindowsAsked};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that are shown unless it is said from when.
const SHOWN_S: i64 = 3_600;

/// Stored windows that are read at a time, and looked through for a part at least: a day of them.
const WINDOWS_AT_A_TIME: i64 = 8_640;

/// What was counted in one step.
#[derive(Clone, Debug, Default)]
struct Step {
    counts: Counts,
    latency: LatencySketch,
    answers: BTreeMap<String, u64>,
    is_open: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    entered: u64,
    left: u64,
    received: u64,
    calls: u64,
    errors: u64,
}

/// Steps of a hop, by their number.
#[derive(Debug)]
struct Steps {
    hop: Hop,
    is_callee_heard: bool,
    window_s: i64,
    /// Windows of a step.
    windows: i64,
    /// Numbers of the first step, and of the first behind the last.
    range: (i64, i64),
    /// Number of the first step behind those that are asked for at once.
    part_end: i64,
    /// Steps in a part.
    items_max: usize,
    steps: BTreeMap<i64, Step>,
    /// Windows that the engine had, of each kind of rows: their memories reach back differently.
    known: [BTreeSet<i64>; 3],
}

impl Answers {
    pub(super) fn window_list(&self, asked: &WindowsAsked) -> Answered<Option<Windows>> {
        let question = asked.clone();
        let found = self.ask(0, move |engine| Steps::from_memory(engine, &question))?;
        let Some(found) = found else { return Ok(None) };
        let mut steps = found.map_err(Failure::Invalid)?;
        let damaged_packs = self.add_stored(&mut steps)?;
        Ok(Some(steps.words(damaged_packs)))
    }

    /// Adds what was counted on a hop in stored windows from one number to before another, but for those
    /// that are counted already.
    pub(super) fn add_stored_sum(
        &self,
        hop: &Hop,
        (from, to): (i64, i64),
        (sum, known): (&mut Sum, &[i64]),
    ) -> Answered<()> {
        let subject = subject_of(&Target::Hop(hop.clone()));
        let query = HistoryQuery { subject, what: Rows::Windows, from, to };
        let (rows, _) = self.read(|reader| Ok(reader.history(&query)?))?;
        let windows = rows.iter().flat_map(|rows| &rows.rows);
        let unknown = windows.filter(|(at, _)| !known.contains(at));
        unknown.for_each(|(_, row)| sum.add(&WindowCounts::from_row(row)));
        Ok(())
    }

    /// Adds what the store has. Returns how many packs are damaged.
    fn add_stored(&self, steps: &mut Steps) -> Answered<u64> {
        let subject = subject_of(&Target::Hop(steps.hop.clone()));
        let (mut from, end) = steps.part();
        let mut damaged = 0;
        while from < end {
            let to = end.min(from.saturating_add(WINDOWS_AT_A_TIME));
            for what in [Rows::Windows, Rows::Latencies, Rows::WindowAnswers] {
                let query = HistoryQuery { subject: subject.clone(), what, from, to };
                let (rows, n) = self.read(|reader| Ok(reader.history(&query)?))?;
                damaged += n as u64;
                rows.iter().for_each(|rows| steps.add(what, rows));
            }
            from = to;
        }
        Ok(damaged)
    }
}

/// Whether a step holds whole windows; if not, which would.
pub(super) fn multiple_of_windows(step_s: i64, window_s: i64) -> Result<(), String> {
    if step_s >= window_s && step_s % window_s == 0 {
        return Ok(());
    }
    let lower = (step_s / window_s).max(1) * window_s;
    let upper = lower + window_s;
    Err(format!(
        "step must be a multiple of {window_s} s, the length of the stored windows: {lower} or {upper}"
    ))
}

impl Steps {
    /// What the engine knows; `None` if it knows no such hop.
    fn from_memory(engine: &Engine, asked: &WindowsAsked) -> Option<Result<Self, String>> {
        let flow = engine.flow();
        let is_asked = |hop: &HopIdx| flow.hop_words(*hop).is_some_and(|h| h.id().0 == asked.hop);
        let idx = flow.hops().find(is_asked)?;
        let hop = flow.hop_words(idx)?;
        let mut steps = match Self::empty(engine, hop, asked) {
            Ok(steps) => steps,
            Err(why) => return Some(Err(why)),
        };
        steps.is_callee_heard = flow.is_callee_heard(idx);
        steps.add_memory(flow, idx);
        Some(Ok(steps))
    }

    fn empty(engine: &Engine, hop: Hop, asked: &WindowsAsked) -> Result<Self, String> {
        let window_s = engine.flow().settings().window_s;
        let step_s = asked.step_s.unwrap_or(window_s);
        multiple_of_windows(step_s, window_s)?;
        let now = if engine.now() > Timestamp(i64::MIN) { engine.now().tick().0 + 1 } else { 0 };
        // Behind the data there is nothing to look through.
        let to = asked.to.map_or(now, |to| to.tick().0.min(now));
        let from = asked.from.map_or(to - SHOWN_S, |from| from.tick().0);
        if from > to {
            return Err(format!(
                "from is later than {}, where the data ends",
                rfc3339(Timestamp::from_s(to))
            ));
        }
        let range = (from.div_euclid(step_s), -(-to).div_euclid(step_s));
        // Steps in which nothing was counted are no items: more are looked through than are wanted.
        let (windows, wanted) = (step_s / window_s, i64::from(asked.items_max));
        let looked_through = wanted.max(WINDOWS_AT_A_TIME / windows);
        let part_end = range.1.min(range.0.saturating_add(looked_through));
        Ok(Self {
            hop,
            is_callee_heard: false,
            window_s,
            windows,
            range,
            part_end,
            items_max: usize::try_from(wanted).unwrap_or(usize::MAX),
            steps: BTreeMap::new(),
            known: Default::default(),
        })
    }

    /// Numbers of the first window that is asked for, and of the first behind the last.
    const fn part(&self) -> (i64, i64) {
        (self.range.0 * self.windows, self.part_end * self.windows)
    }

    fn step(&mut self, window: i64) -> &mut Step {
        self.steps.entry(window.div_euclid(self.windows)).or_default()
    }

    fn add_memory(&mut self, flow: &Flow, hop: HopIdx) {
        let (from, to) = self.part();
        let mut names: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut named = |key: usize| {
            let name = || flow.mix_names(Asked::Hop(hop), key).unwrap_or_default().1;
            names.entry(key).or_insert_with(name).clone()
        };
        flow.visit_windows(hop, from, to, |at, counts| {
            self.note(Rows::Windows, at);
            self.step(at).counts.add(&counts);
        });
        flow.visit_latency(hop, from, to, |at, latency| {
            self.note(Rows::Latencies, at);
            self.step(at).latency.merge(&latency);
        });
        flow.visit_window_answers(hop, from, to, |at, (key, counts)| {
            self.note(Rows::WindowAnswers, at);
            self.step(at).add_answers(&named(key), counts);
        });
        flow.visit_open_windows(hop, |at, window| {
            if !(from..to).contains(&at) {
                return;
            }
            let step = self.step(at);
            step.counts.add(&window.counts);
            step.latency.merge(window.latency);
            step.is_open = true;
            if let Some((key, counts)) = window.answers {
                step.add_answers(&named(key), counts);
            }
        });
    }

    fn note(&mut self, what: Rows, at: i64) {
        if let Some(known) = self.known_of(what) {
            known.insert(at);
        }
    }

    const fn known_of(&mut self, what: Rows) -> Option<&mut BTreeSet<i64>> {
        let [windows, latencies, answers] = &mut self.known;
        match what {
            Rows::Windows => Some(windows),
            Rows::Latencies => Some(latencies),
            Rows::WindowAnswers => Some(answers),
            Rows::Ticks | Rows::AnswerTicks => None,
        }
    }

    fn add(&mut self, what: Rows, stored: &HistoryRows) {
        for (at, row) in &stored.rows {
            if self.known_of(what).is_some_and(|known| known.contains(at)) {
                continue;
            }
            let step = self.step(*at);
            match what {
                Rows::Windows => step.counts.add(&WindowCounts::from_row(row)),
                Rows::Latencies => step.latency.merge(&LatencySketch::from_row(row)),
                Rows::WindowAnswers => step.add_answers(&stored.values, row),
                Rows::Ticks | Rows::AnswerTicks => {}
            }
        }
    }

    fn words(self, damaged_packs: u64) -> Windows {
        let step_s = self.windows * self.window_s;
        let time = |number: i64| rfc3339(Timestamp::from_s(number.saturating_mul(step_s)));
        let mut counted = self.steps.into_iter().filter(|(_, step)| !step.counts.is_empty());
        let words = |(number, step): (i64, Step)| {
            step.words((time(number), time(number + 1)), self.is_callee_heard)
        };
        let items: Vec<Window> = counted.by_ref().take(self.items_max).map(words).collect();
        let next = match counted.next() {
            Some((number, _)) => Some(number),
            None => (self.part_end < self.range.1).then_some(self.part_end),
        };
        Windows {
            hop: self.hop.id().0,
            from: time(self.range.0),
            to: time(self.range.1),
            step_s,
            window_s: self.window_s,
            items,
            next: next.map(time),
            damaged_packs,
        }
    }
}

impl Step {
    fn add_answers(&mut self, names: &[String], counts: &[u32]) {
        for (name, count) in names.iter().zip(counts).filter(|(_, count)| **count > 0) {
            *self.answers.entry(name.clone()).or_default() += u64::from(*count);
        }
    }

    fn words(self, (from, to): (String, String), is_callee_heard: bool) -> Window {
        let Counts { entered, left, received, calls, errors } = self.counts;
        let ms = |share: f64| {
            let ns = self.latency.quantile_ns(share)?;
            Some((ns as f64 / 1e4).round() / 100.0)
        };
        let latency = |p50: f64| Some(Latency { p50, p95: ms(0.95)?, p99: ms(0.99)? });
        Window {
            from,
            to,
            is_final: !self.is_open,
            entered,
            left,
            received: is_callee_heard.then_some(received),
            transfer_ratio: (entered > 0).then(|| ratio(left as f64 / entered as f64)),
            calls,
            errors,
            latency_ms: ms(0.5).and_then(latency),
            answers: self.answers,
        }
    }
}

impl Counts {
    fn add(&mut self, window: &WindowCounts) {
        self.entered += u64::from(window.entered);
        self.left += u64::from(window.left);
        self.received += u64::from(window.received);
        self.calls += u64::from(window.calls);
        self.errors += u64::from(window.failed);
    }

    const fn is_empty(&self) -> bool {
        self.entered + self.left + self.received + self.calls == 0
    }
}
