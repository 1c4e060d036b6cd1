//! A world's telemetry into the real engine, as a live server would feed it.
//!
//! Batches come at their time of arrival, told changes when they are told, and a tick every second.
//! The inputs are kept, so that they can be fed to another engine, whole or in other pieces.

use crate::clock::{S, Us};
use crate::export::exports;
use crate::life::Life;
use crate::records::Recorder;
use crate::traffic::Traffic;
use crate::world::{Act, What, World};
use hw_detect::{Budget, Tuning};
use hw_engine::{Engine, EngineSettings, Input, Memory, Output, Report};
use hw_flow::FlowSettings;
use hw_model::{ChangeKind, Timestamp, ToldChange};

/// Seconds of ticks after the last item: late batches come, and ticks grow old enough.
const TAIL_S: i64 = 45;

/// Length of a window.
const WINDOW_S: i64 = 10;

/// Everything that wakes an engine in a world, in order.
pub(crate) struct Inputs {
    pub all: Vec<(Timestamp, Input)>,
    pub n_spans: u64,
}

/// What an engine said, and when.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    pub outputs: Vec<(Timestamp, Output)>,
    pub report: Report,
}

/// Sees an engine after each input, with what it just said.
pub(crate) trait Watcher {
    fn see(&mut self, step: &Step<'_>);
}

/// An engine after one input.
pub(crate) struct Step<'a> {
    pub now: Timestamp,
    pub engine: &'a Engine,
    /// What it just said.
    pub outputs: &'a [Output],
    /// Spans it was given so far.
    pub n_spans: u64,
}

/// Sees nothing.
pub(crate) struct Nobody;

impl Watcher for Nobody {
    fn see(&mut self, _: &Step<'_>) {}
}

/// An engine with the product's settings.
pub(crate) fn engine() -> Engine {
    Engine::new(settings())
}

/// The product's settings.
pub(crate) fn settings() -> EngineSettings {
    EngineSettings {
        flow: FlowSettings::standard(WINDOW_S),
        budget: Budget { false_alarms_per_month: 1.0 },
        tuning: Tuning::STANDARD,
        memory: Memory::Everything,
    }
}

impl Inputs {
    /// Records what reaches Highwater of what happened in a world.
    pub(crate) fn new(world: &World, life: &Life, traffic: &Traffic) -> Self {
        let mut recorder = Recorder::new(world, life);
        let exports = exports(world, life.all(), traffic);
        let mut told = told(world);
        told.sort_by_key(|(at, _)| *at);
        let instant = |at| world.start.instant(at);
        let mut all = Vec::with_capacity(exports.len() + told.len() + 2_000);
        let mut n_spans = 0;
        let (mut exports, mut told) = (exports.iter().peekable(), told.into_iter().peekable());
        for second in 0..=world.length_s + TAIL_S {
            let now = second * S;
            while let Some(export) = exports.next_if(|export| export.arrives < now) {
                let batch = recorder.batch(export);
                n_spans += batch.spans.len() as u64;
                all.push((instant(export.arrives), Input::Batch(batch)));
            }
            while let Some((_, told)) = told.next_if(|(at, _)| *at < now) {
                all.push((instant(now), Input::Told(told)));
            }
            all.push((instant(now), Input::Tick));
        }
        all.push((instant((world.length_s + TAIL_S) * S), Input::End));
        Self { all, n_spans }
    }
}

/// What people tell Highwater, and when.
pub(crate) fn told(world: &World) -> Vec<(Us, ToldChange)> {
    let told = world.acts.iter().enumerate().filter_map(|(number, act)| {
        let telling = act.told?;
        let (kind, to_version) = told_as(world, number, act)?;
        let change = ToldChange {
            kind,
            service: world.service(act.service).name.clone(),
            from_version: None,
            to_version,
            at: world.start.instant(act.at + telling.off),
            mitigates: false,
        };
        Some((act.at + telling.after, change))
    });
    told.collect()
}

/// The kind of a change in Highwater's words, and the version people would name.
fn told_as(world: &World, number: usize, act: &Act) -> Option<(ChangeKind, Option<String>)> {
    let told = match &act.what {
        What::Deploy { version, .. } => (ChangeKind::Deploy, Some(version.clone())),
        What::Rollback { .. } => (ChangeKind::Rollback, rolled_back_to(world, number)),
        What::Restart { .. } => (ChangeKind::Restart, None),
        What::Config { value } => (ChangeKind::Config, Some(value.clone())),
        What::Sdk { .. } | What::Grow | What::Shrink => return None,
    };
    Some(told)
}

/// The version that a rollback brings back.
pub(crate) fn rolled_back_to(world: &World, number: usize) -> Option<String> {
    let act = world.acts.get(number)?;
    let mut versions = vec![world.service(act.service).version.clone()];
    let own = world.acts.iter().take(number + 1).filter(|other| other.service == act.service);
    for other in own {
        match &other.what {
            What::Deploy { version, .. } => versions.push(version.clone()),
            What::Rollback { .. } => drop(versions.pop()),
            What::Restart { .. }
            | What::Grow
            | What::Shrink
            | What::Sdk { .. }
            | What::Config { .. } => {}
        }
    }
    versions.pop()
}

/// Feeds an engine and collects what it says; `watcher` sees it after each input.
pub(crate) fn drive<'a>(
    inputs: impl Iterator<Item = &'a (Timestamp, Input)>,
    watcher: &mut impl Watcher,
) -> (Engine, Said) {
    let mut feed = Feed::new(engine());
    for (now, input) in inputs {
        feed.take(*now, input.clone(), watcher);
    }
    feed.finish()
}

/// An engine that is fed, and what it has said.
pub(crate) struct Feed {
    pub engine: Engine,
    outputs: Vec<(Timestamp, Output)>,
    n_spans: u64,
}

impl Feed {
    pub(crate) const fn new(engine: Engine) -> Self {
        Self { engine, outputs: Vec::new(), n_spans: 0 }
    }

    /// Feeds one input.
    pub(crate) fn take(&mut self, now: Timestamp, input: Input, watcher: &mut impl Watcher) {
        if let Input::Batch(batch) = &input {
            self.n_spans += batch.spans.len() as u64;
        }
        let engine = &mut self.engine;
        engine.handle(now, input);
        let outputs: Vec<Output> = std::iter::from_fn(|| engine.poll_output()).collect();
        watcher.see(&Step { now, engine, outputs: &outputs, n_spans: self.n_spans });
        self.outputs.extend(outputs.into_iter().map(|output| (now, output)));
    }

    /// The engine, and all it said.
    pub(crate) fn finish(self) -> (Engine, Said) {
        let report = self.engine.report();
        (self.engine, Said { outputs: self.outputs, report })
    }
}

#[cfg(test)]
mod tests;
