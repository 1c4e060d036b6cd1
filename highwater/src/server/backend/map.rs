//! What there is and what flowed: hops, services, the map of a minute.

use super::Answers;
use crate::server::clock::wall;
use hw_api::{DependencyAnswers, FlowHop, FlowMap, Hop, Service, Shift, Version, ratio, rfc3339};
use hw_engine::{Counted, Engine};
use hw_flow::{Asked, Flow, HopIdx, OTHER, ServiceIdx, WindowCounts};
use hw_model::{Timestamp, UNKNOWN};
use hw_store::Kind;
use hw_web::{Answered, Page};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds of the map.
const MINUTE_S: i64 = 60;

/// Seconds for which the engine keeps counts by the second.
pub(super) const BY_SECOND_S: i64 = 7_000;

/// Seconds within which an instance was heard that still runs.
const RUNS_S: f64 = 600.0;

/// Shifts that are looked through for those open at a time.
const LOOKED_THROUGH: u32 = 500;

/// Counts of a hop in some stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub entered: u64,
    pub left: u64,
    pub calls: u64,
    pub errors: u64,
}

impl Sum {
    pub(super) fn add(&mut self, window: &WindowCounts) {
        self.entered += u64::from(window.entered);
        self.left += u64::from(window.left);
        self.calls += u64::from(window.calls);
        self.errors += u64::from(window.failed);
    }
}

/// The minute, and what the engine knows of it.
struct Minute {
    from: i64,
    to: i64,
    /// Each with the windows that are counted already.
    hops: Vec<(hw_model::Hop, Sum, Vec<i64>)>,
    /// Whether the engine has its counts still by the second.
    is_fine: bool,
    window_s: i64,
}

impl Answers {
    pub(super) fn hop_list(&self) -> Answered<Vec<Hop>> {
        self.ask(0, |engine| {
            let flow = engine.flow();
            let counted = flow.hops().filter_map(|hop| {
                let summary = flow.hop_summary(hop)?;
                Some(Counted { hop: flow.hop_words(hop)?, summary, windows: Vec::new() })
            });
            let mut hops: Vec<Hop> = counted.map(|counted| Hop::from(&counted)).collect();
            hops.sort_by(|a, b| a.id.cmp(&b.id));
            hops
        })
    }

    pub(super) fn flow_map(&self, at: Option<Timestamp>) -> Answered<FlowMap> {
        let mut minute = self.ask(0, move |engine| Minute::before(engine, at))?;
        if !minute.is_fine {
            let windows = (minute.from / minute.window_s, minute.to / minute.window_s);
            for (hop, sum, known) in &mut minute.hops {
                self.add_stored_sum(hop, windows, (sum, known))?;
            }
        }
        let to = Timestamp::from_s(minute.to);
        let open = self.shifts_open_at(&rfc3339(to))?;
        let calls = minute.hops.iter().map(|(hop, sum, _)| (hop.id().0, sum.calls)).collect();
        let mut dependencies = self.dependencies((minute.from, minute.to), open.onsets, &calls)?;
        let counted = minute.hops.into_iter().filter(|(_, sum, _)| sum.entered + sum.calls > 0);
        let mut hops: Vec<FlowHop> = counted
            .map(|(hop, sum, _)| flow_hop(hop, sum, (&open.ids, &mut dependencies)))
            .collect();
        hops.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(FlowMap { from: rfc3339(Timestamp::from_s(minute.from)), to: rfc3339(to), hops })
    }

    /// Shifts that were open at a time.
    fn shifts_open_at(&self, at: &str) -> Answered<OpenShifts> {
        let page = Page { before: None, items_max: LOOKED_THROUGH };
        let shifts: Vec<Shift> = self.states(Kind::Shift, page)?;
        let mut open = OpenShifts::default();
        for shift in shifts.into_iter().rev() {
            // All times are written alike, so that they sort as texts.
            let is_open =
                shift.onset_at.as_str() <= at && shift.over_at().is_none_or(|end| end > at);
            let onset = hw_api::instant(&shift.onset_from);
            let Some(hop) = shift.hop.filter(|_| is_open) else { continue };
            if let Some(onset) = onset {
                let first = open.onsets.entry(hop.clone()).or_insert(onset.tick().0);
                *first = (*first).min(onset.tick().0);
            }
            open.ids.entry(hop).or_default().push(shift.id);
        }
        Ok(open)
    }
}

/// Shifts that are open, by the hop they are of.
#[derive(Debug, Default)]
struct OpenShifts {
    ids: BTreeMap<String, Vec<String>>,
    /// The second in which the first of them may have begun.
    onsets: BTreeMap<String, i64>,
}

impl Minute {
    fn before(engine: &Engine, at: Option<Timestamp>) -> Self {
        let flow = engine.flow();
        // Before the first record there is no other clock than that of this machine.
        let now = engine.now();
        let now = if now > Timestamp(i64::MIN) { now } else { wall() };
        let now = now.tick().0;
        let judged = flow.hops().filter_map(|hop| flow.judged_until(Asked::Hop(hop))).min();
        // Seconds that are not judged yet are not complete.
        let last = judged.unwrap_or(now).min(now);
        let to = at.map_or(last, |at| at.tick().0.min(last));
        let is_fine = now - (to - MINUTE_S) < BY_SECOND_S;
        let window_s = flow.settings().window_s;
        // Of times long past there are windows only, and of those a minute or one.
        let to = if is_fine { to } else { to.div_euclid(window_s) * window_s };
        let whole_s = (MINUTE_S + window_s - 1) / window_s * window_s;
        let from = to - if is_fine { MINUTE_S } else { whole_s };
        let sum = |hop: HopIdx| {
            let tick = flow.hop_counts(hop, from, to);
            Sum {
                entered: u64::from(tick.entered),
                left: u64::from(tick.left),
                calls: u64::from(tick.calls),
                errors: u64::from(tick.failed),
            }
        };
        let hops = flow.hops().filter_map(|hop| {
            let words = flow.hop_words(hop)?;
            if is_fine {
                return Some((words, sum(hop), Vec::new()));
            }
            let (mut sum, mut known) = (Sum::default(), Vec::new());
            flow.visit_windows(hop, from / window_s, to / window_s, |at, counts| {
                known.push(at);
                sum.add(&counts);
            });
            Some((words, sum, known))
        });
        Self { from, to, hops: hops.collect(), is_fine, window_s }
    }
}

fn flow_hop(
    hop: hw_model::Hop,
    sum: Sum,
    (open, dependencies): (
        &BTreeMap<String, Vec<String>>,
        &mut BTreeMap<String, DependencyAnswers>,
    ),
) -> FlowHop {
    let id = hop.id().0;
    let shifts = open.get(&id).cloned().unwrap_or_default();
    let dependency = dependencies.remove(&id);
    let hw_model::Hop { caller, entry, callee, operation } = hop;
    let Sum { entered, left, calls, errors } = sum;
    let transfer_ratio = (entered > 0).then(|| ratio(left as f64 / entered as f64));
    FlowHop {
        id,
        caller,
        entry,
        callee,
        operation,
        entered,
        left,
        transfer_ratio,
        calls,
        errors,
        shifts,
        dependency,
    }
}

/// Every service, by name.
pub(super) fn services(engine: &Engine) -> Vec<Service> {
    let flow = engine.flow();
    let mut services: BTreeMap<String, Known> = BTreeMap::new();
    for idx in flow.services() {
        services.entry(flow.service_word(idx)).or_default();
    }
    for (service, operation) in flow.entries().filter_map(|entry| flow.entry_place(entry)) {
        let known = services.entry(flow.service_word(service)).or_default();
        known.entries.extend(operation.map(|name| flow.vocabulary().name(name).to_owned()));
    }
    for hop in flow.hops().filter_map(|hop| flow.hop_words(hop)) {
        if let Some(callee) = services.get_mut(&hop.callee) {
            callee.called_by.insert(hop.caller.clone());
        }
        services.entry(hop.caller).or_default().calls.insert(hop.callee);
    }
    hear(flow, engine.now(), &mut services);
    services.remove(UNKNOWN);
    services.remove(OTHER);
    services.into_iter().map(|(id, known)| known.words(id)).collect()
}

/// What is known of one service.
#[derive(Default)]
struct Known {
    entries: BTreeSet<String>,
    calls: BTreeSet<String>,
    called_by: BTreeSet<String>,
    /// Instances that run and the first span of the first, by version.
    versions: BTreeMap<String, (u64, Timestamp)>,
    last_at: Option<Timestamp>,
}

fn hear(flow: &Flow, now: Timestamp, services: &mut BTreeMap<String, Known>) {
    let mut words: BTreeMap<ServiceIdx, String> = BTreeMap::new();
    for instance in flow.instances() {
        let word = words.entry(instance.service);
        let word = word.or_insert_with(|| flow.service_word(instance.service));
        let Some(known) = services.get_mut(word) else { continue };
        known.last_at = known.last_at.max(Some(instance.last_at));
        if now.seconds_since(instance.last_at) <= RUNS_S && !instance.version.is_empty() {
            let version = flow.vocabulary().name(instance.version).to_owned();
            let (n, first_at) = known.versions.entry(version).or_insert((0, instance.first_at));
            *n += 1;
            *first_at = instance.first_at.min(*first_at);
        }
    }
}

impl Known {
    fn words(self, id: String) -> Service {
        let mut versions: Vec<_> = self.versions.into_iter().collect();
        versions.sort_by_key(|(_, (_, first_at))| std::cmp::Reverse(*first_at));
        let version = |(version, (instances, first_at)): (String, (u64, Timestamp))| Version {
            version,
            instances,
            first_at: rfc3339(first_at),
        };
        Service {
            id,
            entries: self.entries.into_iter().filter(|name| !name.is_empty()).collect(),
            calls: self.calls.into_iter().collect(),
            called_by: self.called_by.into_iter().collect(),
            versions: versions.into_iter().map(version).collect(),
            last_at: self.last_at.map(rfc3339),
        }
    }
}
