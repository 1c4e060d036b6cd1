//! What others may read of the counters.

use crate::answers::KeyCell;
use crate::cells::{Callee, EntryTick, HopTick};
use crate::flow::Flow;
use crate::ids::{EntryIdx, HopIdx};
use crate::instances::{Instance, Voice};
use crate::judging::Asked;
use crate::names::OWN_SERVICE;
use crate::services::ServiceIdx;
use crate::windows::{OpenView, WindowCounts};
use hw_model::{NameId, TemplateId};
use hw_stats::{Counts, LatencySketch};

/// Totals of a hop over all time.
#[derive(Clone, Debug, PartialEq)]
pub struct HopSummary {
    /// Items that entered its caller.
    pub entered: u64,
    /// Items that left on it.
    pub left: u64,
    /// Items that arrived; `None` where the callee was never heard.
    pub received: Option<u64>,
    /// Calls.
    pub calls: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls beyond the first of their entry.
    pub repeated: u64,
    /// Answers by value: of the key that is its answer, else the status.
    pub answers: Vec<(String, u64)>,
    /// Name of that key.
    pub answer_key: Option<String>,
    /// Whether a key was found, or declared, that decides whether items go on.
    pub decides: bool,
    /// Items that entered and left with the weights of sampling, where every span carries one.
    pub weighted: Option<(f64, f64)>,
}

/// How often a log line was written.
#[derive(Clone, Debug, PartialEq)]
pub struct LogCounts {
    /// The template.
    pub template: TemplateId,
    /// Who wrote it.
    pub service: ServiceIdx,
    /// Lines in the stretch before.
    pub before: u64,
    /// Lines in the first stretch since.
    pub early: u64,
    /// Lines in all of the time since.
    pub since: u64,
    /// Second of the first since.
    pub first_since: Option<i64>,
}

impl Flow {
    /// Every hop that is counted on its own, in the order of first appearance.
    pub fn hops(&self) -> impl Iterator<Item = HopIdx> {
        let numbered = (0..).map(HopIdx).zip(&self.counters.hops);
        numbered.filter(|(_, cell)| cell.alias.is_none()).map(|(hop, _)| hop)
    }

    /// Every entry.
    pub fn entries(&self) -> impl Iterator<Item = EntryIdx> {
        (0..).map(EntryIdx).take(self.counters.entries.len())
    }

    /// Whether a service is Highwater itself, which is counted and not judged.
    #[must_use]
    pub fn is_own(&self, service: ServiceIdx) -> bool {
        self.services.name(service, &self.vocabulary) == OWN_SERVICE
    }

    /// Every service.
    pub fn services(&self) -> impl Iterator<Item = ServiceIdx> {
        self.services.all()
    }

    /// The first tick of what is asked, or of a hop, that is not judged yet.
    #[must_use]
    pub fn judged_until(&self, asked: Asked) -> Option<i64> {
        match asked {
            Asked::Hop(hop) => self.counters.hop(hop).map(|cell| cell.next_tick),
            Asked::Counter(counter) => self.sums.counter_cell(counter).map(|cell| cell.next_tick),
        }
    }

    /// The first tick of an entry that is not judged yet.
    #[must_use]
    pub fn entry_judged_until(&self, entry: EntryIdx) -> Option<i64> {
        self.counters.entry(entry).map(|cell| cell.next_tick)
    }

    /// Totals of a hop.
    #[must_use]
    pub fn hop_summary(&self, hop: HopIdx) -> Option<HopSummary> {
        let cell = self.counters.hop(hop)?;
        let entry = self.counters.entry(cell.entry)?;
        let shown = cell.answers.shown();
        let is_weighted = cell.totals.unweighted + entry.totals.unweighted == 0;
        Some(HopSummary {
            entered: entry.totals.entered,
            left: cell.totals.left,
            received: self.is_heard(cell.callee).then_some(cell.totals.received),
            calls: cell.totals.calls,
            failed: cell.totals.failed,
            repeated: cell.totals.repeated,
            answers: shown.map(|cell| self.named_totals(cell)).unwrap_or_default(),
            answer_key: shown.map(|cell| self.vocabulary.name(cell.key).to_owned()),
            decides: cell.answers.answer().is_some(),
            weighted: is_weighted.then_some((entry.totals.weighted, cell.totals.weighted)),
        })
    }

    /// Items that came in by an entry over all time, and entries that failed.
    #[must_use]
    pub fn entry_totals(&self, entry: EntryIdx) -> Option<(u64, u64)> {
        let totals = self.counters.entry(entry)?.totals;
        Some((totals.entered, totals.failed))
    }

    /// Calls of a hop beyond the first of their entry.
    #[must_use]
    pub fn repeated(&self, hop: HopIdx) -> u64 {
        self.counters.hop(hop).map_or(0, |cell| cell.totals.repeated)
    }

    /// The entry a hop leaves from.
    #[must_use]
    pub fn entry_of(&self, hop: HopIdx) -> Option<EntryIdx> {
        Some(self.counters.hop(hop)?.entry)
    }

    /// The hops that leave from an entry.
    #[must_use]
    pub fn hops_of(&self, entry: EntryIdx) -> &[HopIdx] {
        self.counters.entry(entry).map_or(&[], |cell| &cell.hops)
    }

    /// Service and operation of an entry; no operation where a trace begins there.
    #[must_use]
    pub fn entry_place(&self, entry: EntryIdx) -> Option<(ServiceIdx, Option<NameId>)> {
        let cell = self.counters.entry(entry)?;
        Some((cell.service, cell.operation))
    }

    /// The service a hop leads to and the entry there, if its name is known.
    #[must_use]
    pub fn callee_of(&self, hop: HopIdx) -> Option<(ServiceIdx, NameId)> {
        match self.counters.hop(hop)?.callee {
            Callee::Seen(place) => Some((place.service, place.operation)),
            Callee::Peer(..) | Callee::Unclear(..) => None,
        }
    }

    /// Whether the hop sends messages, which outlive the call.
    #[must_use]
    pub fn is_message(&self, hop: HopIdx) -> bool {
        self.counters.hop(hop).is_some_and(|cell| cell.is_message)
    }

    /// Whether calls on `asked` have practically always ended before items left on `outcome`; both
    /// leave from the same entry.
    #[must_use]
    pub fn is_asked_before(&self, asked: HopIdx, outcome: HopIdx) -> bool {
        let cell = self.entry_of(asked).and_then(|entry| self.counters.entry(entry));
        cell.is_some_and(|cell| cell.order.is_before(asked, outcome))
    }

    /// Sum of the judged ticks `[from, to)` of a hop.
    #[must_use]
    pub fn hop_counts(&self, hop: HopIdx, from: i64, to: i64) -> HopTick {
        let mut sum = HopTick::default();
        self.visit_hop_ticks(hop, from, to, |_, tick| sum.add(&tick));
        sum
    }

    /// Calls `visit` with the judged ticks of a hop that are not empty, oldest first.
    pub fn visit_hop_ticks(
        &self,
        hop: HopIdx,
        from: i64,
        to: i64,
        mut visit: impl FnMut(i64, HopTick),
    ) {
        if let Some(cell) = self.counters.hop(hop) {
            cell.history.visit(from, to, |tick, row| visit(tick, HopTick::from_row(row)));
        }
    }

    /// Calls `visit` with the judged ticks of an entry that are not empty, oldest first.
    pub fn visit_entry_ticks(
        &self,
        entry: EntryIdx,
        from: i64,
        to: i64,
        mut visit: impl FnMut(i64, EntryTick),
    ) {
        if let Some(cell) = self.counters.entry(entry) {
            cell.history.visit(from, to, |tick, row| visit(tick, EntryTick::from_row(row)));
        }
    }

    /// Entries of a service in the judged ticks `[from, to)`.
    #[must_use]
    pub fn service_entries(&self, service: ServiceIdx, from: i64, to: i64) -> u64 {
        let cells = self.counters.entries.iter().filter(|cell| cell.service == service);
        // The first two columns are entries and failed entries.
        cells.map(|cell| cell.history.totals(from, to).iter().sum::<u64>()).sum()
    }

    /// First tick of a hop whose judged counts are still kept.
    #[must_use]
    pub fn hop_known_from(&self, hop: HopIdx) -> Option<i64> {
        self.counters.hop(hop)?.history.known_from()
    }

    /// First tick of an entry whose judged counts are still kept.
    #[must_use]
    pub fn entry_known_from(&self, entry: EntryIdx) -> Option<i64> {
        self.counters.entry(entry)?.history.known_from()
    }

    /// Calls `visit` with the sealed windows of a hop, by number, oldest first.
    pub fn visit_windows(
        &self,
        hop: HopIdx,
        from: i64,
        to: i64,
        visit: impl FnMut(i64, WindowCounts),
    ) {
        if let Some(cell) = self.counters.hop(hop) {
            cell.windows.visit(from, to, visit);
        }
    }

    /// Calls `visit` with the sealed windows of an entry, by number, oldest first. Nothing leaves and
    /// arrives there; its calls are those that came.
    pub fn visit_entry_windows(
        &self,
        entry: EntryIdx,
        from: i64,
        to: i64,
        visit: impl FnMut(i64, WindowCounts),
    ) {
        if let Some(cell) = self.counters.entry(entry) {
            cell.windows.visit(from, to, visit);
        }
    }

    /// Number of the first window that may still take late counts; `None` before any is sealed.
    #[must_use]
    pub fn windows_sealed_before(&self) -> Option<i64> {
        let hops = self.counters.hops.iter().map(|cell| cell.windows.sealed_before());
        let entries = self.counters.entries.iter().map(|cell| cell.windows.sealed_before());
        hops.chain(entries).flatten().max()
    }

    /// Entries of a hop's caller and those that went on, by version of the caller, in those windows
    /// of the ticks `[from, to)` in which several versions ran.
    #[must_use]
    pub fn split(&self, hop: HopIdx, from: i64, to: i64) -> Vec<(NameId, Counts)> {
        // Whole windows only: in one that began before, a version may stand for what was before.
        let (from, to) = (self.counters.window_of(from - 1) + 1, self.counters.window_of(to));
        let cell = self.counters.hop(hop);
        let split = cell.map(|cell| cell.windows.split(from, to)).unwrap_or_default();
        let counts = |n: u32, k: u32| Counts::new(f64::from(n), f64::from(k));
        split.into_iter().map(|v| (v.version, counts(v.entries, v.any))).collect()
    }

    /// Durations of the calls of a hop in the sealed windows `[from, to)`.
    #[must_use]
    pub fn latency(&self, hop: HopIdx, from: i64, to: i64) -> LatencySketch {
        let cell = self.counters.hop(hop);
        cell.map(|cell| cell.windows.latency(from, to)).unwrap_or_default()
    }

    /// Calls `visit` with the durations of the calls of a hop in each sealed window, by number,
    /// oldest first.
    pub fn visit_latency(
        &self,
        hop: HopIdx,
        from: i64,
        to: i64,
        visit: impl FnMut(i64, LatencySketch),
    ) {
        if let Some(cell) = self.counters.hop(hop) {
            cell.windows.visit_latency(from, to, visit);
        }
    }

    /// Calls `visit` with the answers on a hop in each sealed window, by number, oldest first: the
    /// key's number and the counts per value.
    pub fn visit_window_answers(
        &self,
        hop: HopIdx,
        from: i64,
        to: i64,
        visit: impl FnMut(i64, (usize, &[u32])),
    ) {
        if let Some(cell) = self.counters.hop(hop) {
            cell.windows.visit_answers(from, to, visit);
        }
    }

    /// Calls `visit` with the windows of a hop that still take counts, by number, oldest first.
    pub fn visit_open_windows(&self, hop: HopIdx, visit: impl FnMut(i64, OpenView<'_>)) {
        if let Some(cell) = self.counters.hop(hop) {
            cell.windows.visit_open(visit);
        }
    }

    /// Learned latency limits of a hop (p50, p95, p99) in nanoseconds.
    #[must_use]
    pub fn latency_limits_ns(&self, hop: HopIdx) -> Option<[i64; 3]> {
        self.counters.hop(hop)?.latency.limits_ns()
    }

    /// Learned latency limits of an entry in nanoseconds.
    #[must_use]
    pub fn entry_latency_limits_ns(&self, entry: EntryIdx) -> Option<[i64; 3]> {
        self.counters.entry(entry)?.latency.limits_ns()
    }

    /// The name of a key, and of its values, on what is asked.
    #[must_use]
    pub fn mix_names(&self, asked: Asked, key: usize) -> Option<(String, Vec<String>)> {
        let cell = self.mix(asked, key)?;
        let name = |id: &NameId| self.vocabulary.name(*id).to_owned();
        Some((name(&cell.key), cell.values.iter().map(name).collect()))
    }

    /// Number of the key that is a hop's answer.
    #[must_use]
    pub fn answer_key(&self, hop: HopIdx) -> Option<usize> {
        self.counters.hop(hop)?.answers.answer_number()
    }

    /// Judged counts per value over the ticks `[from, to)`.
    #[must_use]
    pub fn mix_counts(&self, asked: Asked, key: usize, from: i64, to: i64) -> Vec<u64> {
        let Some(cell) = self.mix(asked, key) else { return Vec::new() };
        let mut sums = vec![0; cell.values.len()];
        cell.history.visit(from, to, |_, row| {
            sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += u64::from(*count));
        });
        sums
    }

    /// Calls `visit` with the judged counts per value of each tick that has any, oldest first.
    pub fn visit_mix(
        &self,
        (asked, key): (Asked, usize),
        from: i64,
        to: i64,
        visit: impl FnMut(i64, &[u32]),
    ) {
        if let Some(cell) = self.mix(asked, key) {
            cell.history.visit(from, to, visit);
        }
    }

    /// For each value of the answer on `asked`: entries that got it in the ticks `[from, to)`, and
    /// how many of those went on on `outcome`.
    #[must_use]
    pub fn fates(
        &self,
        (asked, key): (HopIdx, usize),
        outcome: HopIdx,
        from: i64,
        to: i64,
    ) -> Vec<Counts> {
        let cell = self.mix(Asked::Hop(asked), key);
        cell.map(|cell| cell.fates(outcome.0, from, to)).unwrap_or_default()
    }

    /// The service and metric of a counter that carries answers.
    #[must_use]
    pub fn counter_place(&self, counter: crate::CounterIdx) -> Option<(ServiceIdx, NameId)> {
        let cell = self.sums.counter_cell(counter)?;
        Some((cell.service, cell.metric))
    }

    /// Every instance heard, in the order of first arrival.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        self.instances.all()
    }

    /// Every service of which spans came, by number, with what was heard of them; not Highwater
    /// itself, which says something all the time.
    pub fn voices(&self) -> impl Iterator<Item = (ServiceIdx, Voice)> {
        self.instances.voices().filter(|(service, _)| !self.is_own(*service))
    }

    /// How often each log template was written between four seconds: before an onset (the second),
    /// in the first stretch since, and in all of the time since.
    pub fn log_counts(&self, seconds: [i64; 4]) -> impl Iterator<Item = LogCounts> {
        let [from, onset, early, to] = seconds;
        self.logbook.pages().map(move |(template, page)| LogCounts {
            template,
            service: page.service,
            before: page.lines(from, onset),
            early: page.lines(onset, early),
            since: page.lines(onset, to),
            first_since: page.first_in(onset, to),
        })
    }

    /// Whether the callee's own spans came.
    fn is_heard(&self, callee: Callee) -> bool {
        match callee {
            Callee::Seen(place) => !self.veiled.is_veiled(place.service),
            Callee::Peer(..) | Callee::Unclear(..) => false,
        }
    }

    /// Whether the callee of a hop was heard itself.
    #[must_use]
    pub fn is_callee_heard(&self, hop: HopIdx) -> bool {
        self.counters.hop(hop).is_some_and(|cell| self.is_heard(cell.callee))
    }

    /// Bytes of memory that hold the sealed windows.
    #[must_use]
    pub fn history_bytes(&self) -> usize {
        let entries = self.counters.entries.iter().map(|cell| cell.windows.memory_bytes());
        let hops = self.counters.hops.iter().map(|cell| cell.windows.memory_bytes());
        entries.chain(hops).sum()
    }

    fn mix(&self, asked: Asked, key: usize) -> Option<&KeyCell> {
        match asked {
            Asked::Hop(hop) => self.counters.hop(hop)?.answers.key(key),
            Asked::Counter(counter) => Some(&self.sums.counter_cell(counter)?.mix),
        }
    }

    fn named_totals(&self, cell: &KeyCell) -> Vec<(String, u64)> {
        let names = cell.values.iter().map(|value| self.vocabulary.name(*value).to_owned());
        let mut totals: Vec<_> = names.zip(cell.totals.iter().copied()).collect();
        totals.sort();
        totals
    }
}
