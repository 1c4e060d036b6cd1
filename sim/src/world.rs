//! A world: services, what they hand on, what people do to them, what breaks, and how telemetry
//! fails. Plain data: drawn from a seed, read from a scenario, printed as one.
//!
//! Everything that happens in a world follows from this description and its seed. It deliberately
//! does not say what Highwater should find in it; what was true is read off it by the judges.

use crate::clock::{Start, Us};
use crate::days::Days;
use crate::fault::Fault;
use crate::ids::{EntryId, ServiceId};
use crate::log_line::LogLine;
use crate::parts::Parts;
use crate::remark::Remark;
use crate::sway::Sway;

/// A world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// What chance is drawn from.
    pub seed: u64,
    /// When it begins.
    pub start: Start,
    /// How long items come in, in seconds.
    pub length_s: i64,
    /// Who is there.
    pub services: Vec<Service>,
    /// Their operations.
    pub entries: Vec<Entry>,
    /// Where items come in.
    pub inlets: Vec<Inlet>,
    /// What people do, by time.
    pub acts: Vec<Act>,
    /// What people say, by time.
    pub remarks: Vec<Remark>,
    /// What breaks.
    pub fault: Option<Fault>,
    /// What breaks besides; no script says it.
    pub also: Option<Fault>,
    /// The machines.
    pub hosts: Hosts,
    /// How telemetry is sent.
    pub senders: Senders,
}

/// A service as it is at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The version that runs.
    pub version: String,
}

/// An operation of a service through which items come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub service: ServiceId,
    /// What it is called.
    pub operation: Operation,
    /// How long its own work usually takes.
    pub work: Us,
    /// Share of the items on which it fails.
    pub fails: Parts,
    /// Whether an inner span lies between its entry and what it calls.
    pub has_inner: bool,
    /// How many tenants its spans name: an attribute of few values that decides nothing; 0 for none.
    pub tenants: u32,
    /// How the shares by which it answers and hands on go up and down, if they do.
    pub sway: Option<Sway>,
    /// What it does with an item, in order.
    pub steps: Vec<Step>,
    /// What it answers, if it is asked something.
    pub decision: Option<Decision>,
    /// What it writes.
    pub logs: Vec<LogLine>,
}

/// What an operation is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// An HTTP method, or `process` for messages.
    pub verb: String,
    /// A route, or the topic of the messages.
    pub object: String,
}

/// One thing an entry does with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It asks, and may decide by the answer.
    Ask(EntryId),
    /// It hands the item on.
    Pass(Pass),
}

/// How items are handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Where to.
    pub to: EntryId,
    /// Which of them.
    pub gate: Gate,
    /// How many go out for each: any number between both.
    pub times: (u32, u32),
    /// Whether a message is linked to its sender rather than its child.
    pub is_linked: bool,
}

/// Which items are handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// This share of them.
    Share(Parts),
    /// Those to which a dependency answered so.
    On {
        /// The step that asks.
        asked: usize,
        /// Positions of the answers that let an item pass.
        values: Vec<usize>,
    },
}

/// What a dependency answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The attribute that carries it; [`hw_flow::STATUS`] where the status code does.
    pub key: String,
    /// The answers, and how often each is given.
    pub values: Vec<(String, Parts)>,
}

/// Items that come in from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inlet {
    /// Through which entry.
    pub entry: EntryId,
    /// How many in a thousand seconds, on average; where it follows the days, at the busiest hour.
    pub per_1000_s: u32,
    /// How it follows the days, if it does.
    pub days: Option<Days>,
    /// How far the rate wanders, over minutes.
    pub wander: Parts,
    /// Share of the calls that carry a batch.
    pub batches: Parts,
    /// Items in a batch at most; at least two.
    pub batch_max: u32,
}

/// The machines; every instance has its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    /// Share of the seconds in which everything on a host takes five times longer.
    pub slow: Parts,
    /// How far a host's clock may be off.
    pub skew: Us,
}

/// How telemetry is sent, and how it fails. Instances send every 1 to 5 s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Senders {
    /// Share of the spans that are lost.
    pub lost: Parts,
    /// Share of the batches that come 5 to 20 s late.
    pub late: Parts,
    /// Share of the batches that are sent twice.
    pub doubled: Parts,
    /// A service whose batches are lost for a while.
    pub silent: Option<Silence>,
    /// Share of the calls and messages that carry no context, so that what they cause begins a trace
    /// of its own; no script says it.
    pub unjoined: Parts,
    /// Whether no span carries an answer; no script says it.
    pub hides_answers: bool,
    /// A service whose exporters pause and catch up.
    pub pauses: Option<Pauses>,
    /// A change of the share of traces that are kept.
    pub sampled: Option<Sampled>,
}

/// A service whose exporters pause again and again, and then send all that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// Whose.
    pub service: ServiceId,
    /// Between the beginnings of two pauses.
    pub every: Us,
    /// How long each is.
    pub length: Us,
}

/// From some time on only a share of the traces is kept, each whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// Since when.
    pub from: Us,
    /// How many.
    pub share: Parts,
}

/// A service whose telemetry is lost for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Whose.
    pub service: ServiceId,
    /// Since when.
    pub from: Us,
    /// How long.
    pub length: Us,
}

/// Somebody does something to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Us,
    /// To which service.
    pub service: ServiceId,
    /// What.
    pub what: What,
    /// Whether and how Highwater is told.
    pub told: Option<Telling>,
}

/// What is done to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Another version replaces the one that runs.
    Deploy {
        /// The new version.
        version: String,
        /// How long the service is down if it has a single instance.
        down: Us,
    },
    /// The version before the latest deploy comes back.
    Rollback {
        /// See [`What::Deploy`].
        down: Us,
    },
    /// The same version starts again.
    Restart {
        /// See [`What::Deploy`].
        down: Us,
        /// Whether the old one died without sending what it still had.
        is_crash: bool,
    },
    /// A second instance begins.
    Grow,
    /// The second instance ends.
    Shrink,
    /// The same version starts again with another telemetry SDK.
    Sdk {
        /// Its version.
        version: String,
        /// See [`What::Deploy`].
        down: Us,
    },
    /// A setting changes: nothing of it shows in the telemetry.
    Config {
        /// What is set.
        value: String,
    },
}

/// How Highwater is told of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// How far the told time is from the true one.
    pub off: Us,
    /// How long after the act it is told.
    pub after: Us,
}

/// How many instances a service has at most.
pub(crate) const INSTANCES_MAX: usize = 2;

impl World {
    /// A world in which nobody is and nothing happens.
    pub(crate) fn empty(seed: u64, length_s: i64) -> Self {
        Self {
            seed,
            start: Start::USUAL,
            length_s,
            services: Vec::new(),
            entries: Vec::new(),
            inlets: Vec::new(),
            acts: Vec::new(),
            remarks: Vec::new(),
            fault: None,
            also: None,
            hosts: Hosts::default(),
            senders: Senders::default(),
        }
    }

    /// Everything that breaks.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.fault.iter().chain(&self.also)
    }

    pub(crate) fn service(&self, id: ServiceId) -> &Service {
        self.services.get(id.0).expect("invariant: a service's number comes from its world")
    }

    pub(crate) fn entry(&self, id: EntryId) -> &Entry {
        self.entries.get(id.0).expect("invariant: an entry's number comes from its world")
    }

    /// The service of an entry.
    pub(crate) fn owner(&self, id: EntryId) -> &Service {
        self.service(self.entry(id).service)
    }

    /// The port a service listens on.
    pub(crate) const fn port(service: ServiceId) -> usize {
        8_080 + service.0
    }

    /// How Highwater names a service as a peer that was not heard.
    pub(crate) fn peer(&self, id: ServiceId) -> String {
        format!("{}:{}", self.service(id).name, Self::port(id))
    }
}

impl Operation {
    /// Whether messages come in by it.
    #[must_use]
    pub fn is_message(&self) -> bool {
        self.verb == "process"
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.verb, self.object)
    }
}

impl Step {
    /// Where it leads.
    pub(crate) const fn to(&self) -> EntryId {
        match self {
            Self::Ask(to) => *to,
            Self::Pass(pass) => pass.to,
        }
    }
}

impl Decision {
    /// Whether the status code is the answer.
    pub(crate) fn is_status(&self) -> bool {
        self.key == hw_flow::STATUS
    }
}

impl Gate {
    /// Share of the items it lets pass, given what its entry asks.
    pub(crate) fn share(&self, world: &World, entry: &Entry) -> Parts {
        match self {
            Self::Share(share) => *share,
            Self::On { asked, values } => {
                let decision = entry.steps.get(*asked).map(|step| world.entry(step.to()));
                let given = decision.and_then(|entry| entry.decision.as_ref());
                let given = given.map_or(&[][..], |decision| &decision.values);
                let passing = values.iter().filter_map(|at| given.get(*at));
                Parts(passing.map(|(_, share)| share.0).sum())
            }
        }
    }
}

impl What {
    /// How long the service is down if it has a single instance; `None` where nothing stops.
    pub(crate) const fn down(&self) -> Option<Us> {
        match self {
            Self::Deploy { down, .. }
            | Self::Rollback { down }
            | Self::Restart { down, .. }
            | Self::Sdk { down, .. } => Some(*down),
            Self::Grow | Self::Shrink | Self::Config { .. } => None,
        }
    }
}
