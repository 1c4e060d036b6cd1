//! Reads a script: first who is there, then what they do and what happens to them.

use super::lines::{Line, Read, lines};
use super::places::{read_length, read_number, read_operation, read_rate, read_share};
use super::timeline::Timeline;
use crate::clock::{Clock, MS, S, Start};
use crate::days::Days;
use crate::ids::EntryId;
use crate::log_line::LogLine;
use crate::parts::Parts;
use crate::sway::Sway;
use crate::world::{Decision, Entry, Gate, Inlet, Pass, Service, Silence, Step, World};
use hw_model::Severity;

/// What a line may begin with.
const BEGINNINGS: &str = "seed, begins, length, hosts, telemetry, service, entry, inlet, a step of an \
                          entry, or a time like 08:00";

/// How long a world is if nothing is said: 25 minutes.
const LENGTH_S: i64 = 1_500;

/// How long an entry's own work takes if nothing is said.
const WORK: i64 = 5 * MS;

/// Reads a whole script.
pub(super) fn read(file: &str, script: &str) -> Read<World> {
    let lines = lines(file, script);
    let mut world = World::empty(0, LENGTH_S);
    for line in lines.clone() {
        read_who_is_there(&mut world, line)?;
    }
    let lines = of_entries(lines);
    for (open, line) in lines.clone() {
        read_answers(&mut world, open, line)?;
    }
    let mut timeline = Timeline::new();
    for (open, mut line) in lines {
        if line.peek() == Some("entry") {
            continue;
        } else if line.peek().is_some_and(|word| Clock::parse(word).is_some()) {
            timeline.read(&mut world, line)?;
        } else if timeline.has_fault() && line.peek() == Some("log") {
            line.want("log")?;
            let log = read_log(&mut line)?;
            world.fault.iter_mut().for_each(|fault| fault.logs.push(log.clone()));
        } else if !read_setting(&mut world, &mut line)? {
            read_step(&mut world, open, line)?;
        }
    }
    timeline.finish(world)
}

/// Lines with the entry whose steps they may be.
fn of_entries(lines: Vec<Line<'_>>) -> Vec<(Option<EntryId>, Line<'_>)> {
    let mut entries = (0..).map(EntryId);
    let mut open = None;
    let lines = lines.into_iter().map(|line| {
        if line.peek() == Some("entry") {
            open = entries.next();
        }
        (open, line)
    });
    lines.collect()
}

/// Services and entries, without what entries do.
fn read_who_is_there(world: &mut World, mut line: Line<'_>) -> Read<()> {
    if line.takes("service") {
        let name = line.word("the name of a service")?.to_owned();
        if world.services.iter().any(|service| service.name == name) {
            return Err(line.misfit("the name of another service"));
        }
        let version = line.word("a version")?.to_owned();
        world.services.push(Service { name, version });
        return line.end();
    }
    if !line.takes("entry") {
        return Ok(());
    }
    let service = world.read_service(&mut line)?;
    let operation = read_operation(&mut line)?;
    let mut entry = Entry {
        service,
        operation,
        work: WORK,
        fails: Parts::NONE,
        has_inner: false,
        tenants: 0,
        sway: None,
        steps: Vec::new(),
        decision: None,
        logs: Vec::new(),
    };
    let is_known =
        |known: &Entry| known.service == entry.service && known.operation == entry.operation;
    if world.entries.iter().any(is_known) {
        return Err(line.misfit("another operation"));
    }
    while line.peek().is_some() {
        match line.word("a word")? {
            "work" => entry.work = read_length(&mut line)?,
            "fails" => entry.fails = read_share(&mut line)?,
            "inner" => entry.has_inner = true,
            "tenants" => entry.tenants = read_number(&mut line, "how many tenants")?,
            "sways" => entry.sway = Some(read_sway(&mut line)?),
            _ => return Err(line.misfit("work, fails, inner, tenants or sways")),
        }
    }
    world.entries.push(entry);
    Ok(())
}

/// `10% every 300s`.
fn read_sway(line: &mut Line<'_>) -> Read<Sway> {
    let far = read_share(line)?;
    line.want("every")?;
    let every = read_length(line)?;
    if every <= 0 {
        return Err(line.misfit("a length of time that is not nothing"));
    }
    Ok(Sway { far, every })
}

/// What holds for the whole world. Returns whether the line was about that.
fn read_setting(world: &mut World, line: &mut Line<'_>) -> Read<bool> {
    if line.takes("seed") {
        world.seed = line.value("a number", |word| word.parse().ok())?;
    } else if line.takes("begins") {
        let day = line.word("a day like 2026-11-23")?;
        let expected = "a day and a time that there are, like 2026-11-23 06:00";
        world.start = line.value(expected, |time| Start::parse(day, time))?;
    } else if line.takes("length") {
        world.length_s = line.value("a time like 25:00", Clock::parse)? / S;
    } else if line.takes("hosts") {
        line.want("slow")?;
        world.hosts.slow = read_share(line)?;
        line.want("skew")?;
        world.hosts.skew = read_length(line)?;
    } else if line.takes("telemetry") {
        read_telemetry(world, line)?;
    } else if line.takes("inlet") {
        let inlet = read_inlet(world, line)?;
        world.inlets.push(inlet);
    } else {
        return Ok(matches!(line.peek(), Some("service" | "answers")));
    }
    line.end()?;
    Ok(true)
}

fn read_telemetry(world: &mut World, line: &mut Line<'_>) -> Read<()> {
    while line.peek().is_some() {
        match line.word("a word")? {
            "lost" => world.senders.lost = read_share(line)?,
            "late" => world.senders.late = read_share(line)?,
            "doubled" => world.senders.doubled = read_share(line)?,
            "silent" => {
                let service = world.read_service(line)?;
                line.want("at")?;
                let from = line.value("a time like 12:00", Clock::parse)?;
                line.want("for")?;
                let length = read_length(line)?;
                world.senders.silent = Some(Silence { service, from, length });
            }
            _ => return Err(line.misfit("lost, late, doubled or silent")),
        }
    }
    Ok(())
}

fn read_inlet(world: &World, line: &mut Line<'_>) -> Read<Inlet> {
    let entry = world.read_entry(line)?;
    let per_1000_s = read_rate(line)?;
    let (wander, batches) = (Parts::NONE, Parts::NONE);
    let mut inlet = Inlet { entry, per_1000_s, days: None, wander, batches, batch_max: 2 };
    if line.takes("days") {
        line.want("night")?;
        let night = read_share(line)?;
        line.want("weekend")?;
        inlet.days = Some(Days { night, weekend: read_share(line)? });
    }
    if line.takes("wander") {
        inlet.wander = read_share(line)?;
    }
    if line.takes("batches") {
        inlet.batches = read_share(line)?;
        line.want("up")?;
        line.want("to")?;
        inlet.batch_max = read_number(line, "the size of a batch")?;
    }
    Ok(inlet)
}

/// What an entry answers: known before others decide by it.
fn read_answers(world: &mut World, open: Option<EntryId>, mut line: Line<'_>) -> Read<()> {
    if !line.takes("answers") {
        return Ok(());
    }
    let decision = read_decision(&mut line)?;
    own(world, open, &line)?.decision = Some(decision);
    line.end()
}

/// One thing an entry does.
fn read_step(world: &mut World, open: Option<EntryId>, mut line: Line<'_>) -> Read<()> {
    let beginning = line.clone();
    match line.word(BEGINNINGS)? {
        "ask" => {
            let step = Step::Ask(world.read_entry(&mut line)?);
            own(world, open, &line)?.steps.push(step);
        }
        "pass" => {
            let pass = read_pass(world, open, &mut line)?;
            own(world, open, &line)?.steps.push(Step::Pass(pass));
        }
        "log" => {
            let log = read_log(&mut line)?;
            own(world, open, &line)?.logs.push(log);
        }
        _ => return Err(beginning.error(BEGINNINGS)),
    }
    line.end()
}

fn own<'w>(world: &'w mut World, open: Option<EntryId>, line: &Line<'_>) -> Read<&'w mut Entry> {
    let entry = open.and_then(|open| world.entries.get_mut(open.0));
    entry.ok_or_else(|| line.misfit("an entry before its steps"))
}

fn read_pass(world: &World, open: Option<EntryId>, line: &mut Line<'_>) -> Read<Pass> {
    let to = world.read_entry(line)?;
    let mut pass = Pass { to, gate: Gate::Share(Parts::ALL), times: (1, 1), is_linked: false };
    if line.takes("if") {
        pass.gate = read_condition(world, open, line)?;
    } else if line.peek().is_some_and(|word| word.ends_with('%')) {
        pass.gate = Gate::Share(read_share(line)?);
    }
    if line.takes("times") {
        pass.times = line.value("how many, like 1..3", |word| {
            let (least, most) = word.split_once("..")?;
            let times: (u32, u32) = (least.parse().ok()?, most.parse().ok()?);
            (times.0 <= times.1).then_some(times)
        })?;
    }
    pass.is_linked = line.takes("linked");
    Ok(pass)
}

/// `eligibility says go or later`, where eligibility was asked at a step before.
fn read_condition(world: &World, open: Option<EntryId>, line: &mut Line<'_>) -> Read<Gate> {
    let service = world.read_service(line)?;
    let steps = open.map_or(&[][..], |open| &world.entry(open).steps);
    let is_asked = |step: &Step| match step {
        Step::Ask(to) => world.entry(*to).service == service,
        Step::Pass(_) => false,
    };
    let asked = steps.iter().position(is_asked);
    let asked = asked.ok_or_else(|| line.misfit("a service that was asked before"))?;
    line.want("says")?;
    let decision = steps.get(asked).and_then(|step| world.entry(step.to()).decision.as_ref());
    let mut values = Vec::new();
    loop {
        let answer = line.value("one of its answers", |word| {
            decision?.values.iter().position(|(value, _)| value == word)
        })?;
        values.push(answer);
        if !line.takes("or") {
            return Ok(Gate::On { asked, values });
        }
    }
}

fn read_decision(line: &mut Line<'_>) -> Read<Decision> {
    let key = line.word("the attribute that carries the answer, or \"status\"")?.to_owned();
    let mut values: Vec<(String, Parts)> = Vec::new();
    while line.peek().is_some() {
        let value = line.word("an answer")?.to_owned();
        values.push((value, read_share(line)?));
    }
    if values.iter().map(|(_, share)| share.0).sum::<u32>() != Parts::ALL.0 {
        return Err(line.misfit("answers whose shares sum to 100%"));
    }
    Ok(Decision { key, values })
}

fn read_log(line: &mut Line<'_>) -> Read<LogLine> {
    let share = read_share(line)?;
    let severity = line.value("INFO, WARN or ERROR", |word| {
        let known = [Severity::Debug, Severity::Info, Severity::Warn, Severity::Error];
        known.into_iter().find(|severity| severity.word() == word)
    })?;
    let text = line.rest("what the line says")?;
    Ok(LogLine { share, severity, text })
}
