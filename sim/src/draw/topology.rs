//! Services and what they hand on: a chain or a tree, with dependencies that are asked.

use super::SPANS_MAX;
use crate::clock::{MS, Us};
use crate::ids::{EntryId, ServiceId};
use crate::log_line::LogLine;
use crate::parts::Parts;
use crate::random::Random;
use crate::world::{Decision, Entry, Gate, Inlet, Operation, Pass, Service, Step, World};
use hw_flow::STATUS;
use hw_model::Severity;

/// Services that hand items on, the first being where they come in.
const HANDS_ON: [&str; 8] =
    ["intake", "router", "screening", "worklist", "pricing", "packing", "billing", "archive"];

/// Services that are asked.
const ASKED: [(&str, &str); 5] = [
    ("catalog", "/route"),
    ("eligibility", "/decide"),
    ("ledger", "/balance"),
    ("limits", "/check"),
    ("profiles", "/tier"),
];

/// Answers, and the status codes that may say the same.
const ANSWERS: [&str; 4] = ["go", "halt", "later", "review"];
const STATUSES: [&str; 4] = ["200", "404", "202", "409"];

/// What services write for an item.
const LINES: [&str; 4] =
    ["item # accepted", "handled item # in # ms", "stored item # in shard #", "decided on item #"];

/// Least share of an answer.
const ANSWER_MIN: u32 = 1_000;

/// Draws services without a life.
pub(crate) fn draw(seed: u64, length_s: i64, random: &mut Random) -> World {
    let n_services = usize::try_from(random.between(3, 8)).unwrap_or(3);
    let n_asked = random.position((n_services - 1).min(4));
    let mut world = World::empty(seed, length_s);
    let mut draft = Draft { world: &mut world, random };
    let main = draft.main(n_services - n_asked);
    draft.dependencies(n_asked, &main);
    draft.inlets(&main);
    draft.limit_rate();
    world
}

/// A world while it is drawn.
pub(crate) struct Draft<'a> {
    pub world: &'a mut World,
    pub random: &'a mut Random,
}

impl Draft<'_> {
    /// The services through which items go, and their entries.
    fn main(&mut self, n: usize) -> Vec<EntryId> {
        let mut main: Vec<EntryId> = Vec::new();
        let mut has_fan_out = false;
        for name in HANDS_ON.iter().take(n) {
            let parent = match main.last() {
                Some(last) if self.random.chance(Parts::percent(70)) => Some(*last),
                Some(_) => self.random.pick(&main).copied(),
                None => None,
            };
            let is_message = parent.is_some() && self.random.chance(Parts::percent(25));
            let (verb, object) = if is_message {
                ("process", (*name).to_owned())
            } else {
                ("POST", "/items".to_owned())
            };
            let entry = self.service(name, Operation { verb: verb.to_owned(), object });
            if let Some(parent) = parent {
                let times = if has_fan_out { (1, 1) } else { self.times() };
                has_fan_out |= times.1 > 1;
                let pass = Pass {
                    to: entry,
                    gate: self.gate(),
                    times,
                    is_linked: is_message && self.random.chance(Parts::percent(50)),
                };
                self.add_step(parent, Step::Pass(pass));
            }
            main.push(entry);
        }
        main
    }

    /// One in five hops fans out, by 1.5 to 3 on average.
    pub(crate) fn times(&mut self) -> (u32, u32) {
        if !self.random.chance(Parts::percent(20)) {
            return (1, 1);
        }
        (1, self.random.number(2, 5))
    }

    pub(crate) fn gate(&mut self) -> Gate {
        if self.random.chance(Parts::percent(50)) {
            return Gate::Share(Parts::ALL);
        }
        Gate::Share(self.random.parts(3_000, 9_500))
    }

    /// Services that are asked, most of them by services that hand on.
    fn dependencies(&mut self, n: usize, main: &[EntryId]) {
        let mut asked: Vec<EntryId> = Vec::new();
        let first = self.random.position(ASKED.len());
        for at in 0..n {
            let Some((name, route)) = ASKED.get((first + at) % ASKED.len()) else { continue };
            let verb = if self.random.chance(Parts::percent(50)) { "GET" } else { "POST" };
            let operation = Operation { verb: verb.to_owned(), object: (*route).to_owned() };
            let entry = self.service(name, operation);
            if self.random.chance(Parts::percent(75)) {
                self.give_answers(entry, name);
            }
            let below = self.random.chance(Parts::percent(15)) && !asked.is_empty();
            let asker = *self.random.pick(if below { &asked } else { main }).unwrap_or(&EntryId(0));
            self.ask(asker, entry);
            asked.push(entry);
        }
    }

    /// Two to four answers, given by an attribute or by the status code.
    pub(crate) fn give_answers(&mut self, entry: EntryId, name: &str) {
        let n = self.random.number(2, 4);
        let by_status = self.random.chance(Parts::percent(30));
        let words = if by_status { STATUSES } else { ANSWERS };
        let key = if by_status { STATUS.to_owned() } else { format!("{name}.answer") };
        let mut left = Parts::ALL.0;
        let mut values = Vec::new();
        for (word, after) in words.into_iter().zip((0..n).rev()) {
            let most = left - after * ANSWER_MIN;
            let share =
                if after == 0 { most } else { self.random.number(ANSWER_MIN, most * 7 / 10) };
            left -= share;
            values.push((word.to_owned(), Parts(share)));
        }
        if let Some(entry) = self.world.entries.get_mut(entry.0) {
            entry.decision = Some(Decision { key, values });
        }
    }

    /// Lets an entry ask before it hands on, and often decide by the answer.
    pub(crate) fn ask(&mut self, asker: EntryId, asked: EntryId) {
        let n_values = self.world.entry(asked).decision.as_ref().map_or(0, |d| d.values.len());
        let Some(entry) = self.world.entries.get_mut(asker.0) else { return };
        entry.steps.insert(0, Step::Ask(asked));
        for step in &mut entry.steps {
            if let Step::Pass(Pass { gate: Gate::On { asked, .. }, .. }) = step {
                *asked += 1;
            }
        }
        let open = entry
            .steps
            .iter()
            .position(|step| matches!(step, Step::Pass(Pass { gate: Gate::Share(_), .. })));
        if n_values < 2 || !self.random.chance(Parts::percent(80)) {
            return;
        }
        let n_passing = 1 + self.random.position(n_values - 1);
        if let Some(Step::Pass(pass)) = open.and_then(|open| entry.steps.get_mut(open)) {
            pass.gate = Gate::On { asked: 0, values: (0..n_passing).collect() };
        }
    }

    /// Where items come in: the first service, by one or two entries.
    fn inlets(&mut self, main: &[EntryId]) {
        let Some(first) = main.first().copied() else { return };
        self.inlet(first);
        if self.random.chance(Parts::percent(25)) {
            let service = self.world.entry(first).service;
            let operation = Operation { verb: "POST".to_owned(), object: "/bulk".to_owned() };
            let steps = self.world.entry(first).steps.clone();
            let entry = self.entry(service, operation);
            if let Some(entry) = self.world.entries.get_mut(entry.0) {
                entry.steps = steps;
            }
            self.inlet(entry);
        }
        if self.random.chance(Parts::percent(30)) {
            let service = ServiceId(self.random.position(self.world.services.len()));
            let operation = Operation { verb: "GET".to_owned(), object: "/health".to_owned() };
            let entry = self.entry(service, operation);
            let per_1000_s = self.random.number(100, 1_000);
            let (wander, batches) = (Parts::NONE, Parts::NONE);
            self.world.inlets.push(Inlet {
                entry,
                per_1000_s,
                days: None,
                wander,
                batches,
                batch_max: 2,
            });
        }
    }

    fn inlet(&mut self, entry: EntryId) {
        let has_batches = self.random.chance(Parts::percent(20));
        let batches = if has_batches { self.random.parts(100, 1_000) } else { Parts::NONE };
        self.world.inlets.push(Inlet {
            entry,
            per_1000_s: self.random.number(2_000, 25_000),
            days: None,
            wander: self.random.parts(0, 4_000),
            batches,
            batch_max: if has_batches { self.random.number(3, 12) } else { 2 },
        });
    }

    /// Lowers rates so that the world stays small, but not below 2 items/s.
    fn limit_rate(&mut self) {
        let spans: Vec<i64> =
            self.world.inlets.iter().map(|inlet| spans_per_1000(self.world, inlet.entry)).collect();
        let per_s = |inlet: &Inlet, spans: i64| i64::from(inlet.per_1000_s) * spans / 1_000_000;
        let total: i64 =
            self.world.inlets.iter().zip(&spans).map(|(i, spans)| per_s(i, *spans)).sum();
        let expected = (total * self.world.length_s).max(1);
        for inlet in self.world.inlets.iter_mut().filter(|inlet| inlet.per_1000_s > 2_000) {
            let limited = i64::from(inlet.per_1000_s) * SPANS_MAX.min(expected) / expected;
            inlet.per_1000_s = u32::try_from(limited.max(2_000)).unwrap_or(2_000);
        }
    }

    pub(crate) fn service(&mut self, name: &str, operation: Operation) -> EntryId {
        let service = ServiceId(self.world.services.len());
        let (major, minor) = (self.random.between(1, 4), self.random.between(0, 9));
        let version = format!("{major}.{minor}.0");
        self.world.services.push(Service { name: name.to_owned(), version });
        self.entry(service, operation)
    }

    pub(crate) fn entry(&mut self, service: ServiceId, operation: Operation) -> EntryId {
        let id = EntryId(self.world.entries.len());
        let fails = match self.random.position(3) {
            0 => Parts::NONE,
            _ => self.random.parts(5, 100),
        };
        let tenants =
            if self.random.chance(Parts::percent(30)) { self.random.number(2, 5) } else { 0 };
        let work: Us = self.random.between(MS, 12 * MS);
        let line = LINES.get(id.0 % LINES.len()).copied().unwrap_or_default();
        let writes = self.random.chance(Parts::percent(60));
        let share = self.random.parts(1_000, 6_000);
        self.world.entries.push(Entry {
            service,
            operation,
            work,
            fails,
            has_inner: self.random.chance(Parts::percent(25)),
            tenants,
            sway: None,
            steps: Vec::new(),
            decision: None,
            logs: if writes {
                vec![LogLine { share, severity: Severity::Info, text: line.to_owned() }]
            } else {
                Vec::new()
            },
        });
        id
    }

    pub(crate) fn add_step(&mut self, entry: EntryId, step: Step) {
        if let Some(entry) = self.world.entries.get_mut(entry.0) {
            entry.steps.push(step);
        }
    }
}

/// Spans that a thousand items make which come in by an entry, failures aside.
pub(crate) fn spans_per_1000(world: &World, id: EntryId) -> i64 {
    let entry = world.entry(id);
    let own = 1_000 + i64::from(entry.has_inner) * 1_000;
    let steps = entry.steps.iter().map(|step| {
        let visits = visits_per_1000(world, entry, step);
        visits + visits * spans_per_1000(world, step.to()) / 1_000
    });
    own + steps.sum::<i64>()
}

/// Calls at a step for a thousand items.
pub(super) fn visits_per_1000(world: &World, entry: &Entry, step: &Step) -> i64 {
    match step {
        Step::Ask(_) => 1_000,
        Step::Pass(pass) => {
            let passing = pass.gate.share(world, entry).of(1_000);
            passing * i64::from(pass.times.0 + pass.times.1) / 2
        }
    }
}
