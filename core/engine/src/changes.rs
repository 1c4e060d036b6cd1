//! Changes: found in the telemetry, told by people, each once.
//!
//! Read off instances alone. A version not seen before is a deploy; the
//! version that the latest deploy replaced is a rollback of it; a version that had been rolled back
//! is a deploy again. The same version in a new instance is a restart if an old instance fell
//! silent, else it is growth and no change. A new telemetry SDK is a change of instrumentation. The
//! first instance of a service is where knowledge begins, not a change.

use hw_flow::{Flow, Instance, ServiceIdx};
use hw_model::{Change, ChangeId, ChangeKind, ChangeSource, NameId, Timestamp, ToldChange};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds after an instance began until it is decided what it was.
const DECIDE_S: f64 = 3.0;

/// Seconds within which an old instance must have fallen silent for a new one to be its restart;
/// in a rolling restart the new one begins first.
const OVERLAP_S: f64 = 60.0;

/// Seconds of silence after which an instance counts as gone, at least; and in times of its usual
/// pause between two records.
const SILENCE_S: f64 = 10.0;
const SILENCE_PAUSES: f64 = 10.0;

/// Restarts of several instances within this time are one.
const ROLLING_S: f64 = 120.0;

/// A told change and a found one this close in time are the same.
const SAME_S: f64 = 300.0;

/// Longest silence between an old instance and the one that replaced it.
const GAP_S: f64 = 30.0;

/// Deploys of one service that are remembered, to know a rollback or a deploy made again.
const DEPLOYS_MAX: usize = 100;

/// Seconds after a restart began at which it has taken effect.
const SETTLE_S: f64 = 2.0;

/// A change and what else is known of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Noted {
    pub change: Change,
    /// When it can have begun to act: the last span of the instance it replaced.
    pub began_at: Timestamp,
    pub settled_at: Timestamp,
    pub mitigates: bool,
}

/// Changes, numbered in the order in which they became known.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ChangeLog {
    noted: BTreeMap<ChangeId, Noted>,
    last: u32,
    /// Changes of which something is other than when it was last said.
    #[serde(skip)]
    revised: BTreeSet<ChangeId>,
    services: BTreeMap<ServiceIdx, Versions>,
    pending: Vec<usize>,
    n_instances: usize,
}

/// What is known of the versions of one service.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Versions {
    current: NameId,
    sdk: NameId,
    /// Deploys in order, as numbers in the list with the versions from and to.
    deploys: Vec<Deployed>,
    instances: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Deployed {
    change: ChangeId,
    from: NameId,
    to: NameId,
    is_reversed: bool,
}

/// What a new instance turned out to be.
enum Seen {
    Nothing,
    NotYet,
    Change { kind: ChangeKind, reverses: Option<ChangeId>, redeploy_of: Option<ChangeId> },
}

impl ChangeLog {
    /// All changes noted.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Noted> {
        self.noted.values()
    }

    pub(crate) fn get(&self, id: ChangeId) -> Option<&Noted> {
        self.noted.get(&id)
    }

    /// The change that a told one became: in the same words, or the one that was found.
    pub(crate) fn told_as(&self, told: &ToldChange) -> Option<ChangeId> {
        let in_words = self.noted.values().find(|noted| is_repeated(&noted.change, told));
        let is_it = |noted: &&Noted| {
            noted.change.source != ChangeSource::Told && is_same(&noted.change, told)
        };
        let found = || self.noted.values().find(is_it);
        in_words.or_else(found).map(|noted| noted.change.id)
    }

    /// Changes of which something is other than at the last call.
    pub(crate) fn take_revised(&mut self) -> BTreeSet<ChangeId> {
        std::mem::take(&mut self.revised)
    }

    /// Forgets changes and instances of before these instants. Of each service the last instance is
    /// kept, and the last deploys.
    pub(crate) fn forget(&mut self, flow: &Flow, changes: Timestamp, instances: Timestamp) {
        self.noted.retain(|_, noted| noted.change.at >= changes);
        for versions in self.services.values_mut() {
            let surplus = versions.deploys.len().saturating_sub(DEPLOYS_MAX);
            versions.deploys.drain(..surplus);
            let last = versions.instances.last().copied();
            versions.instances.retain(|at| {
                let heard = flow.instances().get(*at).map(|instance| instance.last_at);
                Some(*at) == last || heard.is_some_and(|heard| heard >= instances)
            });
        }
    }

    /// Looks for changes in the instances heard up to `now`. Returns the numbers of new ones.
    pub(crate) fn follow(&mut self, flow: &Flow, now: Timestamp) -> Vec<ChangeId> {
        self.pending.extend(self.n_instances..flow.instances().len());
        self.n_instances = flow.instances().len();
        let mut found = Vec::new();
        let mut waiting = std::mem::take(&mut self.pending);
        waiting.retain(|at| {
            let Some(instance) = flow.instances().get(*at) else { return false };
            match self.decide(flow, (*at, instance), now) {
                Seen::NotYet => true,
                Seen::Nothing => {
                    self.enter(*at, instance);
                    false
                }
                Seen::Change { kind, reverses, redeploy_of } => {
                    let links = (reverses, redeploy_of);
                    found.extend(self.note_found(flow, (*at, instance), kind, links));
                    false
                }
            }
        });
        self.pending = waiting;
        found
    }

    /// Notes a told change; one that was found already only learns that it was told, and one that was
    /// told in the same words already is known.
    pub(crate) fn tell(&mut self, told: ToldChange) -> Option<ChangeId> {
        let same = self.noted.values_mut().find(|noted| match noted.change.source {
            ChangeSource::Telemetry => is_same(&noted.change, &told),
            ChangeSource::Told | ChangeSource::Both => is_repeated(&noted.change, &told),
        });
        if let Some(noted) = same {
            noted.mitigates |= told.mitigates;
            self.revised.insert(noted.change.id);
            if noted.change.source == ChangeSource::Told {
                return None;
            }
            noted.change.source = ChangeSource::Both;
            let change = &mut noted.change;
            change.from_version = change.from_version.take().or(told.from_version);
            change.to_version = change.to_version.take().or(told.to_version);
            return None;
        }
        let ToldChange { kind, service, from_version, to_version, at, mitigates } = told;
        let change = Change {
            id: self.next_id(),
            kind,
            service,
            from_version,
            to_version,
            at,
            source: ChangeSource::Told,
            reverses: None,
            redeploy_of: None,
        };
        let id = change.id;
        let settled_at = at.plus_s(SETTLE_S);
        self.note(Noted { change, began_at: at, settled_at, mitigates });
        Some(id)
    }

    fn decide(&self, flow: &Flow, (at, new): (usize, &Instance), now: Timestamp) -> Seen {
        let Some(known) = self.services.get(&new.service) else { return Seen::Nothing };
        if now < new.first_at.plus_s(DECIDE_S) {
            return Seen::NotYet;
        }
        let others = known.instances.iter().filter(|known| **known != at);
        let others: Vec<&Instance> =
            others.filter_map(|known| flow.instances().get(*known)).collect();
        if !new.has_spans && others.iter().any(|other| other.has_spans) {
            // A service that sends spans is judged by them; its first log line comes earlier.
            let patience = new.first_at.plus_s(OVERLAP_S);
            return if now < patience { Seen::NotYet } else { Seen::Nothing };
        }
        if new.version != known.current && !new.version.is_empty() && !known.current.is_empty() {
            return known.decide_version(new, &others, now);
        }
        known.decide_restart(new, &others, now)
    }

    fn note_found(
        &mut self,
        flow: &Flow,
        (at, instance): (usize, &Instance),
        kind: ChangeKind,
        (reverses, redeploy_of): (Option<ChangeId>, Option<ChangeId>),
    ) -> Option<ChangeId> {
        let id = self.next_id();
        let versions = self.services.entry(instance.service).or_default();
        let (from, to) = versions.apply(kind, instance, (id, reverses));
        self.enter(at, instance);
        let name = |id: NameId| (!id.is_empty()).then(|| flow.vocabulary().name(id).to_owned());
        let change = Change {
            id,
            kind,
            service: flow.service_word(instance.service),
            from_version: name(from),
            to_version: name(to),
            at: instance.first_at,
            source: ChangeSource::Telemetry,
            reverses,
            redeploy_of,
        };
        let settled_at = change.at.plus_s(SETTLE_S);
        let began_at = self.last_heard_before(flow, (at, instance));
        let told = self.noted.values_mut().find(|noted| {
            let c = &noted.change;
            let told = ToldChange {
                kind: c.kind,
                service: c.service.clone(),
                from_version: c.from_version.clone(),
                to_version: c.to_version.clone(),
                at: c.at,
                mitigates: false,
            };
            c.source == ChangeSource::Told && is_same(&change, &told)
        });
        if let Some(noted) = told {
            let known = noted.change.id;
            self.revised.insert(known);
            noted.change = Change { id: known, source: ChangeSource::Both, ..change };
            (noted.began_at, noted.settled_at) = (began_at, settled_at);
            // The deploy is known by the number people's word got, also to what reverses it.
            let versions = self.services.entry(instance.service).or_default();
            let deploys = versions.deploys.iter_mut().filter(|deploy| deploy.change == id);
            deploys.for_each(|deploy| deploy.change = known);
            return None;
        }
        let rolling =
            self.noted.values().rev().find(|noted| noted.change.service == change.service);
        let is_rolling = rolling.is_some_and(|noted| {
            noted.change.kind == ChangeKind::Restart
                && kind == ChangeKind::Restart
                && change.at.seconds_since(noted.change.at) < ROLLING_S
        });
        if is_rolling {
            return None;
        }
        self.note(Noted { change, began_at, settled_at, mitigates: false });
        Some(id)
    }

    /// The last span of the instance that a new one replaced, if it fell silent just before.
    fn last_heard_before(&self, flow: &Flow, (at, new): (usize, &Instance)) -> Timestamp {
        let known = self.services.get(&new.service).map_or(&[][..], |known| &known.instances);
        let others = known.iter().filter(|known| **known != at);
        let others = others.filter_map(|known| flow.instances().get(*known));
        let gap =
            others.filter(|old| (0.0..=GAP_S).contains(&new.first_at.seconds_since(old.last_at)));
        gap.map(|old| old.last_at).max().unwrap_or(new.first_at)
    }

    fn enter(&mut self, at: usize, instance: &Instance) {
        let versions = self.services.entry(instance.service).or_default();
        if versions.instances.is_empty() {
            versions.current = instance.version;
            versions.sdk = instance.sdk;
        }
        if !versions.instances.contains(&at) {
            versions.instances.push(at);
        }
    }

    const fn next_id(&self) -> ChangeId {
        ChangeId(self.last + 1)
    }

    fn note(&mut self, noted: Noted) {
        let id = noted.change.id;
        self.last = id.0;
        self.revised.insert(id);
        self.noted.insert(id, noted);
    }
}

impl Versions {
    /// Another version than the current one runs.
    fn decide_version(&self, new: &Instance, others: &[&Instance], now: Timestamp) -> Seen {
        let latest = self.deploys.iter().rev().find(|deploy| !deploy.is_reversed);
        if let Some(deploy) = latest
            && deploy.from == new.version
        {
            // An old version grows beside a new one during a roll-out; only when the new one is
            // gone has it been taken back.
            let still_there = others.iter().any(|other| {
                other.version == deploy.to
                    && other.last_at > new.first_at
                    && now.seconds_since(other.last_at) < SILENCE_S
            });
            if still_there {
                let is_young = now.seconds_since(new.first_at) < OVERLAP_S;
                return if is_young { Seen::NotYet } else { Seen::Nothing };
            }
            let reverses = Some(deploy.change);
            return Seen::Change { kind: ChangeKind::Rollback, reverses, redeploy_of: None };
        }
        let again = self.deploys.iter().rev().find(|d| d.is_reversed && d.to == new.version);
        let redeploy_of = again.map(|deploy| deploy.change);
        Seen::Change { kind: ChangeKind::Deploy, reverses: None, redeploy_of }
    }

    /// The current version runs in a new instance.
    fn decide_restart(&self, new: &Instance, others: &[&Instance], now: Timestamp) -> Seen {
        // Whoever was gone before the latest of the others began was replaced by that one.
        let latest = others.iter().map(|other| other.first_at).filter(|at| *at < new.first_at);
        let latest = latest.max();
        let is_gone = |other: &&&Instance| {
            let is_replaced = latest.is_some_and(|latest| other.last_at < latest);
            let fell_silent = other.last_at < new.first_at.plus_s(OVERLAP_S);
            let was_there = new.first_at.seconds_since(other.last_at) < 600.0;
            // Telemetry comes in batches: what an instance that goes on did may come seconds later.
            let is_silent = now.seconds_since(other.last_at) >= silence_s(other);
            // Another version is not started again: it is replaced, one instance after the other.
            let is_same = other.version == new.version;
            is_same && !is_replaced && fell_silent && was_there && is_silent
        };
        if new.instance.is_empty() {
            return Seen::Nothing;
        }
        if others.iter().any(|other| is_gone(&other)) {
            let is_sdk = new.sdk != self.sdk && !new.sdk.is_empty() && !self.sdk.is_empty();
            let kind = if is_sdk { ChangeKind::Instrumentation } else { ChangeKind::Restart };
            return Seen::Change { kind, reverses: None, redeploy_of: None };
        }
        let is_young = now.seconds_since(new.first_at) < OVERLAP_S;
        if is_young { Seen::NotYet } else { Seen::Nothing }
    }

    /// Takes a decided change in. Returns the versions from and to.
    fn apply(
        &mut self,
        kind: ChangeKind,
        instance: &Instance,
        (change, reverses): (ChangeId, Option<ChangeId>),
    ) -> (NameId, NameId) {
        match kind {
            ChangeKind::Deploy => {
                let (from, to) = (self.current, instance.version);
                self.deploys.push(Deployed { change, from, to, is_reversed: false });
                self.current = to;
                (from, to)
            }
            ChangeKind::Rollback => {
                let (from, to) = (self.current, instance.version);
                let reversed = self.deploys.iter_mut().find(|d| Some(d.change) == reverses);
                if let Some(deploy) = reversed {
                    deploy.is_reversed = true;
                }
                self.current = to;
                (from, to)
            }
            ChangeKind::Instrumentation => {
                let from = std::mem::replace(&mut self.sdk, instance.sdk);
                (from, instance.sdk)
            }
            ChangeKind::Restart | ChangeKind::Flag | ChangeKind::Config | ChangeKind::Other => {
                (instance.version, instance.version)
            }
        }
    }
}

/// Seconds of silence after which an instance counts as gone.
fn silence_s(instance: &Instance) -> f64 {
    let heard_s = instance.last_at.seconds_since(instance.first_at);
    let pause_s = heard_s / instance.n_records.max(1) as f64;
    (SILENCE_PAUSES * pause_s).clamp(SILENCE_S, OVERLAP_S)
}

/// Whether a change is told again in the same words.
fn is_repeated(known: &Change, told: &ToldChange) -> bool {
    known.kind == told.kind
        && known.service == told.service
        && known.to_version == told.to_version
        && known.at == told.at
}

/// Whether a told change is the found one: same service, close in time, nothing that contradicts.
fn is_same(found: &Change, told: &ToldChange) -> bool {
    let is_release = |kind| matches!(kind, ChangeKind::Deploy | ChangeKind::Rollback);
    let same_kind = found.kind == told.kind || (is_release(found.kind) && is_release(told.kind));
    let agree = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a == b,
        (None, _) | (_, None) => true,
    };
    same_kind
        && found.service == told.service
        && found.at.seconds_since(told.at).abs() <= SAME_S
        && agree(&found.to_version, &told.to_version)
}
