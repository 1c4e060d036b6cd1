//! Which streams watch what: from judged ticks to alarms.
//!
//! A hop, an entry or a mix of answers gets its streams once it has shown enough traffic. Failures
//! pass the restart gate first, in order, so that a tick that may be a restart holds up those behind
//! it for up to 15 s.

use crate::graph::CallGraph;
use crate::restarts::{Gate, Restarts};
use hw_detect::{Alarm, Budget, Ending, Figure, Fleet, Step, Stream, StreamId, Tuning};
use hw_flow::{
    Asked, EntryIdx, EntryTick, Flow, HopIdx, HopTick, Judged, JudgedAt, Mix, ServiceIdx,
};
use hw_model::Timestamp;
use hw_stats::Counts;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Entries or calls before something is watched.
const WATCHED_FROM: u64 = 30;

/// Calls beyond the first of their entry from which on a hop is watched for fan-out.
const FAN_OUT_FROM: u64 = 20;

/// Calls for each repeated one, from which on repeats are news on a hop and not how it is.
const REPEATS_ARE_NEWS: u64 = 8;

/// Answers on a hop before a value that was never seen is watched as new, not as one of the first.
const MIX_KNOWN_FROM: u64 = 200;

/// Values of one mix that are watched.
const VALUES_WATCHED_MAX: usize = 17;

/// What a stream watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Watched {
    /// Share of entries from which anything leaves on the hop.
    Transfer(HopIdx),
    /// Items that leave on the hop per item that enters.
    FanOut(HopIdx),
    /// Share of calls on the hop that fail.
    HopErrors(HopIdx),
    /// Share of calls on the hop slower than a learned limit.
    HopSlow(HopIdx, usize),
    /// Share of entries that fail.
    EntryErrors(EntryIdx),
    /// Share of entries slower than a learned limit.
    EntrySlow(EntryIdx, usize),
    /// Items per second that enter.
    Volume(EntryIdx),
    /// Share of one answer: key and value by number.
    Answer(Asked, usize, usize),
    /// Whether a service sends telemetry at all.
    Telemetry(ServiceIdx),
}

/// News of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News {
    pub watched: Watched,
    /// The stream; none where no detector stands behind it.
    pub stream: Option<StreamId>,
    pub tick: i64,
    /// When it could be said.
    pub at: Timestamp,
    pub what: NewsKind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum NewsKind {
    Alarm(Alarm),
    Ended(Ending),
    /// It has lasted so long that it is usual.
    Settled,
}

/// All streams with what they watch.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Watch {
    pub fleet: Fleet,
    /// For new streams.
    tuning: Tuning,
    members: Vec<Member>,
    /// Members of which ticks wait at the restart gate.
    at_gate: Vec<usize>,
    /// By number; none before the first judged tick.
    hops: Vec<Option<HopStreams>>,
    entries: Vec<Option<EntryStreams>>,
    mixes: BTreeMap<(Asked, usize), MixStreams>,
    /// Empty between two inputs.
    #[serde(skip)]
    news: Vec<News>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Member {
    watched: Watched,
    /// The service whose restart explains its failures.
    gated_by: Option<ServiceIdx>,
    waiting: VecDeque<(JudgedAt, Counts)>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct HopStreams {
    n_entries: u64,
    n_calls: u64,
    transfer: Option<StreamId>,
    fan_out: Option<StreamId>,
    errors: Option<StreamId>,
    slow: Option<[StreamId; 3]>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct EntryStreams {
    n_entries: u64,
    errors: Option<StreamId>,
    volume: Option<StreamId>,
    slow: Option<[StreamId; 3]>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct MixStreams {
    n: u64,
    /// Values by number, and the stream of each that has one.
    values: Vec<Option<StreamId>>,
}

impl Watch {
    pub(crate) fn new(fleet: Fleet, tuning: Tuning) -> Self {
        Self {
            fleet,
            tuning,
            members: Vec::new(),
            at_gate: Vec::new(),
            hops: Vec::new(),
            entries: Vec::new(),
            mixes: BTreeMap::new(),
            news: Vec::new(),
        }
    }

    /// Restored from a snapshot, under these settings.
    pub(crate) fn restored(&mut self, budget: Budget, tuning: Tuning) {
        self.tuning = tuning;
        self.fleet.restored(budget, tuning);
    }

    /// What a stream watches.
    pub(crate) fn watched(&self, stream: StreamId) -> Option<Watched> {
        self.members.get(stream.0).map(|member| member.watched)
    }

    /// The service whose restart explains failures of a stream.
    pub(crate) fn gated_by(&self, stream: StreamId) -> Option<ServiceIdx> {
        self.members.get(stream.0).and_then(|member| member.gated_by)
    }

    /// News since the last call.
    pub(crate) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Reads one judged tick.
    pub(crate) fn read(&mut self, judged_at: JudgedAt, judged: &Judged<'_>) {
        match judged {
            Judged::Hop(hop, tick) => self.read_hop(judged_at, *hop, tick),
            Judged::Entry(entry, tick) => self.read_entry(judged_at, *entry, tick),
            Judged::Answers(mix) => self.read_mix(judged_at, mix),
        }
    }

    /// Judges what waited at the restart gate, as far as the gate lets it.
    pub(crate) fn open_gate(
        &mut self,
        flow: &Flow,
        (restarts, graph): (&Restarts, &mut CallGraph),
        now: Timestamp,
    ) {
        let second = now.tick().0;
        let mut at_gate = std::mem::take(&mut self.at_gate);
        at_gate.sort_unstable();
        for at in at_gate {
            while let Some((judged_at, counts)) =
                self.next_open(at, flow, (restarts, &mut *graph), second)
            {
                let passed = JudgedAt { at: judged_at.at.max(now), ..judged_at };
                let at_once = second <= judged_at.at.tick().0;
                self.judge(StreamId(at), if at_once { judged_at } else { passed }, counts);
            }
            if self.members.get(at).is_some_and(|member| !member.waiting.is_empty()) {
                self.at_gate.push(at);
            }
        }
    }

    fn next_open(
        &mut self,
        at: usize,
        flow: &Flow,
        (restarts, graph): (&Restarts, &mut CallGraph),
        second: i64,
    ) -> Option<(JudgedAt, Counts)> {
        let member = self.members.get_mut(at)?;
        let (judged_at, counts) = *member.waiting.front()?;
        let failing = (judged_at.tick, counts.k > 0.0);
        let gate = match member.gated_by {
            Some(service) => restarts.gate(flow, graph.below(service), failing, second),
            None => Gate::Pass,
        };
        match gate {
            Gate::Wait => None,
            Gate::Pass => member.waiting.pop_front(),
            Gate::Skip => member.waiting.pop_front().map(|(at, _)| (at, Counts::default())),
        }
    }

    fn read_hop(&mut self, judged_at: JudgedAt, hop: HopIdx, tick: &HopTick) {
        let HopTick { entries, any, entered, left, calls, failed, slow } = *tick;
        let streams = at_number(&mut self.hops, hop.0);
        streams.n_entries += u64::from(entries);
        streams.n_calls += u64::from(calls);
        let (transfer, fan_out) = (streams.transfer, streams.fan_out);
        let (errors, slow_streams) = (streams.errors, streams.slow);
        self.judge_some(transfer, judged_at, share(entries, any));
        self.judge_some(fan_out, judged_at, share(entered, left));
        self.wait_some(errors, judged_at, share(calls, failed));
        for (stream, slow) in slow_streams.into_iter().flatten().zip(slow) {
            self.wait_some(Some(stream), judged_at, share(calls.saturating_sub(failed), slow));
        }
    }

    fn read_entry(&mut self, judged_at: JudgedAt, entry: EntryIdx, tick: &EntryTick) {
        let EntryTick { entries, failed, entered, slow } = *tick;
        let streams = at_number(&mut self.entries, entry.0);
        streams.n_entries += u64::from(entries + failed);
        let (errors, volume, slow_streams) = (streams.errors, streams.volume, streams.slow);
        self.wait_some(errors, judged_at, share(entries + failed, failed));
        self.judge_some(volume, judged_at, share(1, entered));
        for (stream, slow) in slow_streams.into_iter().flatten().zip(slow) {
            self.wait_some(Some(stream), judged_at, share(entries, slow));
        }
    }

    /// One stream per value, each against all others. A mix of a single value is watched only for
    /// values that were never seen.
    fn read_mix(&mut self, judged_at: JudgedAt, mix: &Mix<'_>) {
        let n: u32 = mix.counts.iter().sum();
        let key = (mix.asked, mix.key);
        let streams = self.mixes.entry(key).or_default();
        let known = streams.n;
        streams.n += u64::from(n);
        if streams.values.len() != mix.values.len().min(VALUES_WATCHED_MAX) {
            self.watch_values(mix, known);
        }
        let streams = self.mixes.get_mut(&key);
        let values = streams.map(|s| std::mem::take(&mut s.values)).unwrap_or_default();
        for (value, stream) in values.iter().enumerate() {
            let k = mix.counts.get(value).copied().unwrap_or(0);
            self.judge_some(*stream, judged_at, share(n, k));
        }
        if let Some(streams) = self.mixes.get_mut(&key) {
            streams.values = values;
        }
    }

    fn watch_values(&mut self, mix: &Mix<'_>, known: u64) {
        let n_values = mix.values.len().min(VALUES_WATCHED_MAX);
        let key = (mix.asked, mix.key);
        let n_before = self.mixes.get(&key).map_or(0, |streams| streams.values.len());
        if n_values == n_before || (known < WATCHED_FROM && n_values < 2) {
            return;
        }
        for value in n_before..n_values {
            let sibling = self.mixes.get(&key).and_then(|streams| *streams.values.first()?);
            let sibling = sibling.and_then(|id| self.fleet.stream(id));
            let stream = match sibling {
                Some(sibling) if known >= MIX_KNOWN_FROM => {
                    sibling.sibling(Counts::new(known as f64, 0.0))
                }
                Some(_) | None => Stream::new(Figure::ANSWER, self.tuning),
            };
            let watched = Watched::Answer(mix.asked, mix.key, value);
            let stream = self.add(watched, stream, None);
            if let Some(streams) = self.mixes.get_mut(&key) {
                streams.values.push(Some(stream));
            }
        }
        let ids: Vec<StreamId> =
            self.mixes.get(&key).into_iter().flat_map(|s| &s.values).flatten().copied().collect();
        for id in ids {
            self.fleet.set_mix(id, n_values);
        }
    }

    /// Adds streams where traffic or knowledge has become enough.
    pub(crate) fn grow(&mut self, flow: &Flow) {
        for hop in (0..).map(HopIdx).take(self.hops.len()) {
            self.grow_hop(flow, hop);
        }
        for entry in (0..).map(EntryIdx).take(self.entries.len()) {
            self.grow_entry(flow, entry);
        }
    }

    fn grow_hop(&mut self, flow: &Flow, hop: HopIdx) {
        let Some(Some(streams)) = self.hops.get(hop.0 as usize) else { return };
        let gate = flow.callee_of(hop).map(|(service, _)| service);
        let repeats = flow.repeated(hop);
        let wants_transfer = streams.transfer.is_none() && streams.n_entries >= WATCHED_FROM;
        let wants_fan_out = streams.fan_out.is_none() && repeats >= FAN_OUT_FROM;
        let wants_errors = streams.errors.is_none() && streams.n_calls >= WATCHED_FROM;
        let wants_slow = streams.slow.is_none() && flow.latency_limits_ns(hop).is_some();
        let wants = [wants_transfer, wants_fan_out, wants_errors, wants_slow];
        if !wants.contains(&true) || is_own(flow, flow.entry_of(hop)) {
            return;
        }
        let new = |figure| Stream::new(figure, self.tuning);
        let transfer = wants_transfer.then(|| new(Figure::TRANSFER));
        let past = (streams.transfer, streams.n_calls, repeats);
        let fan_out = wants_fan_out.then(|| self.fan_out(past));
        let errors = wants_errors.then(|| new(Figure::ERRORS));
        let slow = wants_slow.then(|| [(); 3].map(|()| new(Figure::LATENCY)));
        let transfer = transfer.map(|s| self.add(Watched::Transfer(hop), s, None));
        let fan_out = fan_out.map(|s| self.add(Watched::FanOut(hop), s, None));
        let errors = errors.map(|s| self.add(Watched::HopErrors(hop), s, gate));
        let slow = slow.map(|s| self.add_slow(s, |limit| Watched::HopSlow(hop, limit), gate));
        let Some(Some(streams)) = self.hops.get_mut(hop.0 as usize) else { return };
        streams.transfer = streams.transfer.or(transfer);
        streams.fan_out = streams.fan_out.or(fan_out);
        streams.errors = streams.errors.or(errors);
        streams.slow = streams.slow.or(slow);
    }

    /// A stream for the fan-out of a hop. Where nothing was repeated until now, as many items left as the
    /// stream of its transfer says, and they scattered as much.
    fn fan_out(&self, (transfer, n_calls, repeats): (Option<StreamId>, u64, u64)) -> Stream {
        let known =
            transfer.and_then(|id| self.fleet.stream(id)).filter(|stream| stream.is_armed());
        match known.filter(|_| n_calls >= REPEATS_ARE_NEWS * repeats) {
            Some(known) => {
                let (share, Counts { n, .. }) = known.baseline();
                let each = 1.0 + repeats as f64 / n_calls as f64;
                known.heir(Figure::FAN_OUT, Counts::new(n, n * share * each))
            }
            None => Stream::new(Figure::FAN_OUT, self.tuning),
        }
    }

    fn grow_entry(&mut self, flow: &Flow, entry: EntryIdx) {
        let Some(Some(streams)) = self.entries.get(entry.0 as usize) else { return };
        let gate = flow.entry_place(entry).map(|(service, _)| service);
        let is_busy = streams.n_entries >= WATCHED_FROM;
        let wants_slow = streams.slow.is_none() && flow.entry_latency_limits_ns(entry).is_some();
        let wants_some = streams.errors.is_none() || streams.volume.is_none();
        if !(wants_slow || is_busy && wants_some) || is_own(flow, Some(entry)) {
            return;
        }
        let new = |figure| Stream::new(figure, self.tuning);
        let errors = (is_busy && streams.errors.is_none()).then(|| new(Figure::ERRORS));
        let volume = (is_busy && streams.volume.is_none()).then(|| new(Figure::VOLUME));
        let slow = wants_slow.then(|| [(); 3].map(|()| new(Figure::LATENCY)));
        let errors = errors.map(|s| self.add(Watched::EntryErrors(entry), s, gate));
        let volume = volume.map(|s| self.add(Watched::Volume(entry), s, None));
        let slow = slow.map(|s| self.add_slow(s, |limit| Watched::EntrySlow(entry, limit), gate));
        let Some(Some(streams)) = self.entries.get_mut(entry.0 as usize) else { return };
        streams.errors = streams.errors.or(errors);
        streams.volume = streams.volume.or(volume);
        streams.slow = streams.slow.or(slow);
    }

    fn add_slow(
        &mut self,
        streams: [Stream; 3],
        watched: impl Fn(usize) -> Watched,
        gate: Option<ServiceIdx>,
    ) -> [StreamId; 3] {
        let mut limit = 0;
        streams.map(|stream| {
            let id = self.add(watched(limit), stream, gate);
            limit += 1;
            id
        })
    }

    fn add(&mut self, watched: Watched, stream: Stream, gated_by: Option<ServiceIdx>) -> StreamId {
        self.members.push(Member { watched, gated_by, waiting: VecDeque::new() });
        self.fleet.add(stream)
    }

    fn judge_some(&mut self, stream: Option<StreamId>, at: JudgedAt, counts: Counts) {
        if let Some(stream) = stream {
            self.judge(stream, at, counts);
        }
    }

    fn wait_some(&mut self, stream: Option<StreamId>, at: JudgedAt, counts: Counts) {
        let Some(stream) = stream else { return };
        let Some(member) = self.members.get_mut(stream.0) else { return };
        // Nothing happened: there is nothing a restart could explain, and nobody to wait behind.
        match (counts.n <= 0.0, member.waiting.is_empty()) {
            (true, true) => return self.judge(stream, at, Counts::default()),
            (false, true) => self.at_gate.push(stream.0),
            (_, false) => {}
        }
        member.waiting.push_back((at, counts));
    }

    fn judge(&mut self, stream: StreamId, judged_at: JudgedAt, counts: Counts) {
        let what = match self.fleet.judge(stream, judged_at.tick, counts) {
            Step::Quiet => return,
            Step::Alarm(alarm) => NewsKind::Alarm(alarm),
            Step::Ended(ending) => NewsKind::Ended(ending),
            Step::Settled => NewsKind::Settled,
        };
        let Some(watched) = self.watched(stream) else { return };
        let (tick, at) = (judged_at.tick, judged_at.at);
        self.news.push(News { watched, stream: Some(stream), tick, at, what });
    }
}

/// Whether an entry is one of Highwater's own: it is counted, and nobody is woken for it.
fn is_own(flow: &Flow, entry: Option<EntryIdx>) -> bool {
    let place = entry.and_then(|entry| flow.entry_place(entry));
    place.is_some_and(|(service, _)| flow.is_own(service))
}

/// What stands at this number, made the first time.
fn at_number<T: Default>(all: &mut Vec<Option<T>>, number: u32) -> &mut T {
    let at = number as usize;
    if all.len() <= at {
        all.resize_with(at + 1, || None);
    }
    all.get_mut(at).expect("invariant: made above").get_or_insert_default()
}

fn share(n: u32, k: u32) -> Counts {
    Counts::new(f64::from(n), f64::from(k))
}
