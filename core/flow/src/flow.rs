//! The fold: batches of end records in, counters per entry and hop.
//!
//! Everything a span causes is counted in the tick and window of its *entry's start* (cohort), so
//! that a slow item never blurs a ratio. Counting is incremental and commutative: whichever of two
//! spans comes last does the counting, so any order of arrival gives equal counts, as long as spans
//! come within the limits of age and memory.

use crate::answers::Standings;
use crate::cells::{Callee, Kept};
use crate::counters::Counters;
use crate::ids::HopIdx;
use crate::instances::{Heard, Instance, Instances};
use crate::joins::{JoinLimits, Joins, Position};
use crate::logbook::LogBook;
use crate::open::{EntryState, OutState};
use crate::peers::Peers;
use crate::routes::{Address, Place, Routes};
use crate::services::{ServiceIdx, Services};
use crate::sums::Sums;
use crate::veiled::Veiled;
use crate::vocabulary::Vocabulary;
use hw_model::{
    Batch, Definitions, Hop, NameId, Outcome, Shape, Source, SourceId, SpanEnd, SpanKind,
    Timestamp, UNKNOWN,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be set about counting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowSettings {
    /// Length of a stored window in seconds.
    pub window_s: i64,
    /// Age at which a window is sealed.
    pub watermark_s: i64,
    /// Seconds a span waits for its parent or children.
    pub join_s: i64,
    /// Spans that wait at most; beyond it the oldest give up.
    pub open_spans_max: usize,
    /// Hops counted at most; further legs are not told apart.
    pub hops_max: usize,
    /// Windows kept per hop.
    pub windows_per_hop_max: usize,
    /// Judged ticks kept per hop.
    pub ticks_per_hop_max: usize,
    /// Names of declared answers.
    pub declared: BTreeSet<String>,
}

impl FlowSettings {
    /// The product's settings, with windows of this length.
    #[must_use]
    pub const fn standard(window_s: i64) -> Self {
        Self {
            window_s,
            // A cohort stands at its entry's start: an entry of two minutes still finds its window.
            watermark_s: 120,
            join_s: 120,
            open_spans_max: 1_000_000,
            hops_max: 20_000,
            windows_per_hop_max: 8_640,
            ticks_per_hop_max: 7_200,
            declared: BTreeSet::new(),
        }
    }

    const fn join_limits(&self) -> JoinLimits {
        JoinLimits { join_s: self.join_s, open_spans_max: self.open_spans_max }
    }

    const fn kept(&self) -> Kept {
        Kept { windows_max: self.windows_per_hop_max, ticks_max: self.ticks_per_hop_max }
    }
}

/// How much of what came could be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Spans folded.
    pub spans: u64,
    /// Spans that had come before.
    pub duplicates: u64,
    /// Spans too late for their window.
    pub late: u64,
    /// Outs that found their entry.
    pub joined: u64,
    /// Outs that did not.
    pub unjoined: u64,
    /// Entries with a parent, whose caller was found.
    pub paired: u64,
    /// Entries with a parent that never came.
    pub orphans: u64,
    /// Calls, or ends of calls, that are not counted because there are too many hops.
    pub beyond: u64,
    /// Log lines folded.
    pub logs: u64,
    /// Points of sums folded.
    pub points: u64,
}

impl Coverage {
    /// Share of the outs and called entries that found their other end; 1 where there were none.
    #[must_use]
    pub fn share(&self) -> f64 {
        let found = (self.joined + self.paired) as f64;
        let missed = (self.unjoined + self.orphans) as f64;
        if found + missed > 0.0 { found / (found + missed) } else { 1.0 }
    }
}

/// All counters.
#[derive(Debug, Serialize, Deserialize)]
pub struct Flow {
    settings: FlowSettings,
    pub(crate) vocabulary: Vocabulary,
    n_names: u32,
    pub(crate) standings: Standings,
    pub(crate) services: Services,
    pub(crate) joins: Joins,
    pub(crate) routes: Routes,
    pub(crate) counters: Counters,
    pub(crate) instances: Instances,
    pub(crate) logbook: LogBook,
    pub(crate) sums: Sums,
    pub(crate) peers: Peers,
    pub(crate) veiled: Veiled,
    pub(crate) coverage: Coverage,
}

impl Flow {
    /// No counters.
    #[must_use]
    pub fn new(settings: FlowSettings) -> Self {
        Self {
            vocabulary: Vocabulary::default(),
            n_names: 0,
            standings: Standings::default(),
            services: Services::new(),
            joins: Joins::new(settings.join_limits()),
            routes: Routes::new(),
            counters: Counters::new(settings.kept(), settings.hops_max, settings.window_s),
            instances: Instances::default(),
            logbook: LogBook::default(),
            sums: Sums::default(),
            peers: Peers::default(),
            veiled: Veiled::default(),
            coverage: Coverage::default(),
            settings,
        }
    }

    /// Restored from a snapshot, under these settings. The length of a window stays what it was.
    pub fn restored(&mut self, settings: FlowSettings) {
        let window_s = self.settings.window_s;
        self.settings = FlowSettings { window_s, ..settings };
        self.joins.restored(self.settings.join_limits());
        self.counters.restored(self.settings.kept(), self.settings.hops_max);
        let declared = &self.settings.declared;
        self.standings = Standings::default();
        for (id, name) in (0..).map(NameId).zip(self.vocabulary.names()) {
            self.standings.learn(id, name, declared.contains(name));
        }
    }

    /// Folds a batch that arrived at `now`.
    pub fn fold(&mut self, now: Timestamp, batch: Batch) {
        self.counters.now = now.tick().0;
        self.learn(batch.definitions);
        for span in &batch.spans {
            self.fold_span(span);
        }
        for log in &batch.logs {
            let source = self.vocabulary.source(log.source);
            let service = self.services.id(&source);
            self.note_instance(log.source, source, Heard::log(log.at));
            self.coverage.logs += 1;
            self.logbook.count(log.template, service, log.at);
        }
        for point in &batch.sums {
            let source = self.vocabulary.source(point.source);
            let service = self.services.id(&source);
            self.coverage.points += 1;
            if let Some(series) = self.vocabulary.sum_series(point.series) {
                self.sums.count(service, series, point, self.counters.now);
            }
        }
        self.give_up();
    }

    /// Time passed: spans that have waited long enough give up.
    pub fn pass(&mut self, now: Timestamp) {
        self.counters.now = self.counters.now.max(now.tick().0);
        self.give_up();
    }

    /// Everything is in: spans that still wait give up, and all windows are sealed.
    pub fn finish(&mut self) {
        self.counters.now = i64::MAX;
        self.give_up();
        self.counters.seal_windows(i64::MAX);
    }

    /// Seals windows older than the watermark; called once a second or less often.
    pub fn seal(&mut self, now: Timestamp) {
        self.counters.seal_windows(now.tick().0 - self.settings.watermark_s);
    }

    /// What was set.
    #[must_use]
    pub const fn settings(&self) -> &FlowSettings {
        &self.settings
    }

    /// How much of what came could be used.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        Coverage { late: self.counters.late, beyond: self.counters.beyond, ..self.coverage }
    }

    /// What the numbers in records mean.
    #[must_use]
    pub const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Spans that wait for others now.
    #[must_use]
    pub fn n_open(&self) -> usize {
        self.joins.len()
    }

    /// A service's name.
    #[must_use]
    pub fn service_word(&self, service: ServiceIdx) -> String {
        self.services.word(service, &self.vocabulary)
    }

    /// A hop in words.
    #[must_use]
    pub fn hop_words(&self, hop: HopIdx) -> Option<Hop> {
        let cell = self.counters.hop(hop)?;
        let entry = self.counters.entry(cell.entry)?;
        let (callee, operation) = match cell.callee {
            Callee::Seen(place) => (self.service_word(place.service), place.operation),
            Callee::Peer(peer, operation) | Callee::Unclear(peer, operation) => {
                let name = self.vocabulary.name(peer);
                (if name.is_empty() { UNKNOWN } else { name }.to_owned(), operation)
            }
        };
        Some(Hop {
            caller: self.service_word(entry.service),
            entry: entry.operation.map(|name| self.vocabulary.name(name).to_owned()),
            callee,
            operation: self.vocabulary.name(operation).to_owned(),
        })
    }

    /// Counts what has waited until now for a span that did not come.
    fn give_up(&mut self) {
        self.count_unclear();
        self.count_veiled();
        self.joins.expire(self.counters.now);
        self.count_links();
    }

    fn learn(&mut self, definitions: Definitions) {
        for name in &definitions.names {
            let is_declared = self.settings.declared.contains(&**name);
            self.standings.learn(NameId(self.n_names), name, is_declared);
            self.n_names += 1;
        }
        self.vocabulary.learn(definitions);
    }

    fn fold_span(&mut self, span: &SpanEnd) {
        let source = self.vocabulary.source(span.source);
        let service = self.services.id(&source);
        let at = Position { trace: span.trace, span: span.span, parent: span.parent, service };
        if self.joins.has(&at) {
            self.coverage.duplicates += 1;
            return;
        }
        let shape = self.vocabulary.shape(span.shape);
        // A clock that runs ahead is heard now: or its service could not be missed until then.
        let heard_at = span.ended_at.min(Timestamp::from_s(self.counters.now.saturating_add(1)));
        self.note_instance(span.source, source, Heard::span(span.started_at, heard_at));
        match shape.kind {
            SpanKind::Server | SpanKind::Consumer => {
                self.fold_entry(at, span, Some(shape.operation));
            }
            SpanKind::Internal if at.parent.is_none() => self.fold_entry(at, span, None),
            SpanKind::Internal => self.joins.inner(self.counters.now, at),
            SpanKind::Client | SpanKind::Producer | SpanKind::Evaluation => {
                self.fold_out(at, span, shape);
            }
        }
        self.coverage.spans += u64::from(shape.kind != SpanKind::Evaluation);
        self.count_links();
    }

    fn fold_entry(&mut self, at: Position, span: &SpanEnd, operation: Option<NameId>) {
        let state = self.entry_state(at, span, operation);
        self.counters.count_entry(&state);
        let has_parent = state.has_parent;
        let entry = self.joins.entry(self.counters.now, at, state, &span.links);
        if self.veiled.has_any() && has_parent {
            self.veiled.keep(at.trace, entry);
        }
    }

    fn fold_out(&mut self, at: Position, span: &SpanEnd, shape: Shape) {
        let Shape { kind, operation, peer, path } = shape;
        let state = OutState {
            trace: at.trace,
            kind,
            address: Address { caller: at.service, peer, operation },
            path,
            started_at: span.started_at,
            ended_at: span.ended_at,
            failed: span.outcome == Outcome::Failed,
            items: span.items,
            weight: span.weight,
            answers: span.answers,
            has_uncounted_answers: true,
            is_counted: false,
            entry: None,
            hops: Vec::new(),
            answered: Vec::new(),
        };
        if at.parent.is_none() {
            let entry = self.entry_state(at, span, None);
            self.counters.count_entry(&entry);
            self.joins.root_out(self.counters.now, at, state, entry);
        } else {
            self.joins.out(self.counters.now, at, state);
        }
    }

    fn entry_state(
        &mut self,
        at: Position,
        span: &SpanEnd,
        operation: Option<NameId>,
    ) -> EntryState {
        let tick = span.started_at.tick().0;
        EntryState {
            trace: at.trace,
            entry: self.counters.entry_idx(at.service, operation, tick),
            version: self.vocabulary.source(span.source).version,
            place: Place { service: at.service, operation: operation.unwrap_or_default() },
            started_at: span.started_at,
            ended_at: span.ended_at,
            failed: span.outcome == Outcome::Failed,
            items: span.items,
            weight: span.weight,
            answers: span.answers,
            has_parent: !at.parent.is_none(),
            is_paired: false,
            is_adopted: false,
            outs: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn note_instance(&mut self, id: SourceId, source: Source, heard: Heard) {
        let service = self.services.id(&source);
        self.instances.note(id, heard, || Instance {
            service,
            version: source.version,
            instance: source.instance,
            sdk: source.sdk,
            first_at: heard.from,
            last_at: heard.to,
            n_records: 0,
            has_spans: heard.is_span,
        });
    }
}
