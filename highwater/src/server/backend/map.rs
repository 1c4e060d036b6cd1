//! What there is and what flowed: hops, services, the map of a minute.

use super::Answers;
use hw_api::{FlowHop, FlowMap, Hop, Service, Shift, Version, ratio, rfc3339};
use hw_engine::{Counted, Engine};
use hw_flow::{Asked, Flow, HopIdx, OTHER, ServiceIdx};
use hw_model::{Timestamp, UNKNOWN};
use hw_store::Kind;
use hw_web::{Answered, Page};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds of the map.
const MINUTE_S: i64 = 60;

/// Seconds for which the engine keeps counts by the second.
const BY_SECOND_S: i64 = 7_000;

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

/// The minute, and what the engine knows of it.
struct Minute {
    from: i64,
    to: i64,
    hops: Vec<(hw_model::Hop, Sum)>,
    /// Whether the engine has its counts still by the second.
    is_fine: bool,
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
            for (hop, sum) in &mut minute.hops {
                *sum = self.stored_sum(hop, minute.from, minute.to)?;
            }
        }
        let to = Timestamp::from_s(minute.to);
        let open = self.shifts_open_at(&rfc3339(to))?;
        let counted = minute.hops.into_iter().filter(|(_, sum)| sum.entered + sum.calls > 0);
        let mut hops: Vec<FlowHop> = counted.map(|(hop, sum)| flow_hop(hop, sum, &open)).collect();
        hops.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(FlowMap { from: rfc3339(Timestamp::from_s(minute.from)), to: rfc3339(to), hops })
    }

    /// Shifts that were open at a time, by their hop.
    fn shifts_open_at(&self, at: &str) -> Answered<BTreeMap<String, Vec<String>>> {
        let page = Page { before: None, items_max: LOOKED_THROUGH };
        let shifts: Vec<Shift> = self.states(Kind::Shift, page)?;
        let mut open: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for shift in shifts.into_iter().rev() {
            let end = shift.ended_at.or(shift.accepted_at);
            // All times are written alike, so that they sort as texts.
            let is_open = shift.onset_at.as_str() <= at && end.is_none_or(|end| end.as_str() > at);
            if let Some(hop) = shift.hop.filter(|_| is_open) {
                open.entry(hop).or_default().push(shift.id);
            }
        }
        Ok(open)
    }
}

impl Minute {
    fn before(engine: &Engine, at: Option<Timestamp>) -> Self {
        let flow = engine.flow();
        let now = if engine.now() > Timestamp(i64::MIN) { engine.now().tick().0 } else { 0 };
        let judged = flow.hops().filter_map(|hop| flow.judged_until(Asked::Hop(hop))).min();
        // Seconds that are not judged yet are not complete.
        let last = judged.unwrap_or(now).min(now);
        let to = at.map_or(last, |at| at.tick().0.min(last));
        let from = to - MINUTE_S;
        let is_fine = now - from < BY_SECOND_S;
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
            let sum = if is_fine { sum(hop) } else { Sum::default() };
            Some((flow.hop_words(hop)?, sum))
        });
        Self { from, to, hops: hops.collect(), is_fine }
    }
}

fn flow_hop(hop: hw_model::Hop, sum: Sum, open: &BTreeMap<String, Vec<String>>) -> FlowHop {
    let id = hop.id().0;
    let shifts = open.get(&id).cloned().unwrap_or_default();
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
