//! The lines of a script that begin with a time: what people do, and what breaks.

use super::lines::{Line, Read};
use super::places::{read_length, read_number, read_share};
use crate::clock::{Clock, S, Us};
use crate::fault::{Effect, Fault, FaultKind};
use crate::ids::{EntryId, ServiceId};
use crate::parts::Parts;
use crate::remark::{Remark, RemarkKind};
use crate::world::{Act, Step, Telling, What, World};

/// How long a service is down if nothing is said.
const DOWN: Us = 3 * S;

/// What may happen at a time.
const HAPPENINGS: &str =
    "fault, deploy, rollback, restart, crash, grow, shrink, sdk, config or a remark after the time";

/// What happens, as far as it was read.
pub(super) struct Timeline {
    last: Us,
    cause: Option<usize>,
    cures: Vec<usize>,
    has_fault: bool,
    /// Deploys of each service that can be taken back.
    standing: Vec<ServiceId>,
}

impl Timeline {
    pub(super) const fn new() -> Self {
        Self { last: 0, cause: None, cures: Vec::new(), has_fault: false, standing: Vec::new() }
    }

    /// Whether lines that are written now belong to the fault.
    pub(super) const fn has_fault(&self) -> bool {
        self.has_fault
    }

    /// Reads a line that begins with a time.
    pub(super) fn read(&mut self, world: &mut World, mut line: Line<'_>) -> Read<()> {
        let at = line.value("a time like 08:00", Clock::parse)?;
        if at < self.last {
            return Err(line.misfit(&format!("a time not before {}", Clock(self.last))));
        }
        self.last = at;
        self.has_fault = line.takes("fault");
        if self.has_fault {
            if world.fault.is_some() {
                return Err(line.misfit("a single fault"));
            }
            world.fault = Some(read_fault(world, at, &mut line)?);
            return line.end();
        }
        if let Some(kind) = line.peek().and_then(RemarkKind::from_word) {
            line.want(kind.word())?;
            let who = line.word("who says it")?.to_owned();
            let text = line.rest("what is said")?;
            world.remarks.push(Remark { at, who, kind, text });
            return Ok(());
        }
        let act = self.read_act(world, at, &mut line)?;
        let number = world.acts.len();
        world.acts.push(act);
        if line.takes("guilty") {
            self.cause = Some(number);
        } else if line.takes("cures") {
            self.cures.push(number);
        }
        line.end()
    }

    /// The world with its fault bound to the acts that bring and cure it.
    pub(super) fn finish(self, mut world: World) -> Read<World> {
        if let Some(fault) = &mut world.fault {
            fault.cause = self.cause;
            fault.cures = self.cures;
        }
        Ok(world)
    }

    fn read_act(&mut self, world: &World, at: Us, line: &mut Line<'_>) -> Read<Act> {
        let beginning = line.clone();
        let word = line.word(HAPPENINGS)?;
        let known = ["deploy", "rollback", "restart", "crash", "grow", "shrink", "sdk", "config"];
        if !known.contains(&word) {
            return Err(beginning.error(HAPPENINGS));
        }
        let service = world.read_service(line)?;
        let what = match word {
            "deploy" => {
                self.standing.push(service);
                let version = line.word("a version")?.to_owned();
                What::Deploy { version, down: read_down(line)? }
            }
            "rollback" => {
                let latest = self.standing.iter().rposition(|standing| *standing == service);
                let latest = latest.ok_or_else(|| line.misfit("a service with a deploy before"))?;
                self.standing.remove(latest);
                What::Rollback { down: read_down(line)? }
            }
            "grow" => What::Grow,
            "shrink" => What::Shrink,
            "sdk" => {
                let version = line.word("a version")?.to_owned();
                What::Sdk { version, down: read_down(line)? }
            }
            "config" => What::Config { value: line.word("what is set")?.to_owned() },
            _ => What::Restart { down: read_down(line)?, is_crash: word == "crash" },
        };
        Ok(Act { at, service, what, told: read_telling(line)? })
    }
}

fn read_down(line: &mut Line<'_>) -> Read<Us> {
    if line.takes("down") { read_length(line) } else { Ok(DOWN) }
}

/// `told off +20s after 30s`.
fn read_telling(line: &mut Line<'_>) -> Read<Option<Telling>> {
    if !line.takes("told") {
        return Ok(None);
    }
    line.want("off")?;
    let off = read_length(line)?;
    line.want("after")?;
    Ok(Some(Telling { off, after: read_length(line)? }))
}

fn read_fault(world: &World, at: Us, line: &mut Line<'_>) -> Read<Fault> {
    let kinds = FaultKind::ALL.map(FaultKind::word).join(", ");
    let kind = line.value(&format!("one of {kinds}"), FaultKind::from_word)?;
    let entry = world.read_entry(line)?;
    let effect = read_effect(world, entry, line)?;
    let until = read_time_after("until", line)?;
    let again = read_time_after("again", line)?;
    let sticks = line.takes("sticks");
    let (cures, logs) = (Vec::new(), Vec::new());
    Ok(Fault { kind, effect, from: at, until, again, cause: None, cures, sticks, logs })
}

/// `until 18:00`, if that word stands there.
fn read_time_after(word: &str, line: &mut Line<'_>) -> Read<Option<Us>> {
    let is_there = line.takes(word);
    is_there.then(|| line.value("a time like 18:00", Clock::parse)).transpose()
}

fn read_effect(world: &World, entry: EntryId, line: &mut Line<'_>) -> Read<Effect> {
    let expected = "answers, passes, routes, fails, sends, comes, takes or loses";
    match line.word(expected)? {
        "answers" => read_mix(world, entry, line),
        "passes" => {
            let share = read_share(line)?;
            let step = read_step_to(world, entry, line)?;
            Ok(Effect::Passes { entry, step, share })
        }
        "routes" => {
            let mut shares = Vec::new();
            while line.peek().is_some_and(|word| !["until", "again", "sticks"].contains(&word)) {
                let share = read_share(line)?;
                shares.push((read_step_to(world, entry, line)?, share));
            }
            Ok(Effect::Routes { entry, shares })
        }
        "fails" => Ok(Effect::Fails { entry, share: read_share(line)? }),
        "sends" => {
            let times = read_number(line, "how many times as many")?;
            line.want("times")?;
            let step = read_step_to(world, entry, line)?;
            Ok(Effect::Multiplies { entry, step, times })
        }
        "comes" => {
            let times = read_number(line, "how many times as many")?;
            line.want("times")?;
            Ok(Effect::Surges { entry, times })
        }
        "takes" => {
            let times = read_number(line, "how many times as long")?;
            line.want("times")?;
            Ok(Effect::Slows { entry, times })
        }
        "loses" => {
            let share = read_share(line)?;
            let step = read_step_to(world, entry, line)?;
            Ok(Effect::Loses { entry, step, share })
        }
        _ => Err(line.misfit(expected)),
    }
}

/// `go 100%`: answers that are not named are not given any more.
fn read_mix(world: &World, entry: EntryId, line: &mut Line<'_>) -> Read<Effect> {
    let decision = world.entry(entry).decision.as_ref();
    let decision = decision.ok_or_else(|| line.misfit("an entry that answers"))?;
    let mut mix = vec![Parts::NONE; decision.values.len()];
    while line.peek().is_some_and(|word| !["until", "again", "sticks"].contains(&word)) {
        let value = line.value("one of its answers", |word| {
            decision.values.iter().position(|(value, _)| value == word)
        })?;
        let share = read_share(line)?;
        if let Some(slot) = mix.get_mut(value) {
            *slot = share;
        }
    }
    Ok(Effect::Answers { entry, mix })
}

/// `to worklist POST /items`: the step of the entry that hands on there.
fn read_step_to(world: &World, entry: EntryId, line: &mut Line<'_>) -> Read<usize> {
    line.want("to")?;
    let to = world.read_entry(line)?;
    let is_it = |step: &Step| matches!(step, Step::Pass(pass) if pass.to == to);
    let step = world.entry(entry).steps.iter().position(is_it);
    step.ok_or_else(|| line.misfit("an entry it hands on to"))
}
