//! Writes a world as a script that reads back as the same world.

use super::places::{length_words, rate_words};
use crate::clock::{Clock, S, Start, Us};
use crate::fault::{Effect, Fault};
use crate::ids::EntryId;
use crate::log_line::LogLine;
use crate::remark::Remark;
use crate::world::{Act, Entry, Gate, Inlet, Step, What, World};
use std::fmt::{Formatter, Result};

/// Writes a whole world.
pub(super) fn write(world: &World, f: &mut Formatter<'_>) -> Result {
    writeln!(f, "seed {}", world.seed)?;
    if world.start != Start::USUAL {
        writeln!(f, "begins {}", world.start)?;
    }
    writeln!(f, "length {}", Clock(world.length_s * S))?;
    writeln!(f, "hosts slow {} skew {}", world.hosts.slow, length_words(world.hosts.skew))?;
    let senders = &world.senders;
    write!(f, "telemetry lost {} late {}", senders.lost, senders.late)?;
    write!(f, " doubled {}", senders.doubled)?;
    if let Some(silence) = senders.silent {
        let (name, from) = (&world.service(silence.service).name, Clock(silence.from));
        write!(f, " silent {name} at {from} for {}", length_words(silence.length))?;
    }
    writeln!(f)?;
    for service in &world.services {
        writeln!(f, "service {} {}", service.name, service.version)?;
    }
    for entry in &world.entries {
        write_entry(world, entry, f)?;
    }
    for inlet in &world.inlets {
        write_inlet(world, inlet, f)?;
    }
    write_timeline(world, f)
}

fn write_entry(world: &World, entry: &Entry, f: &mut Formatter<'_>) -> Result {
    let service = &world.service(entry.service).name;
    write!(f, "entry {service} {} work {}", entry.operation, length_words(entry.work))?;
    if !entry.fails.is_none() {
        write!(f, " fails {}", entry.fails)?;
    }
    if entry.has_inner {
        write!(f, " inner")?;
    }
    if entry.tenants > 0 {
        write!(f, " tenants {}", entry.tenants)?;
    }
    if let Some(sway) = entry.sway {
        write!(f, " sways {} every {}", sway.far, length_words(sway.every))?;
    }
    writeln!(f)?;
    for step in &entry.steps {
        write_step(world, entry, step, f)?;
    }
    if let Some(decision) = &entry.decision {
        write!(f, "  answers {}", decision.key)?;
        for (value, share) in &decision.values {
            write!(f, " {value} {share}")?;
        }
        writeln!(f)?;
    }
    write_logs(&entry.logs, f)
}

fn write_step(world: &World, entry: &Entry, step: &Step, f: &mut Formatter<'_>) -> Result {
    let pass = match step {
        Step::Ask(to) => return writeln!(f, "  ask {}", place(world, *to)),
        Step::Pass(pass) => pass,
    };
    write!(f, "  pass {}", place(world, pass.to))?;
    match &pass.gate {
        Gate::Share(share) => write!(f, " {share}")?,
        Gate::On { asked, values } => {
            let asked = entry.steps.get(*asked).map(|step| world.entry(step.to()));
            let name = asked.map_or("?", |asked| &world.service(asked.service).name);
            let given = asked.and_then(|asked| asked.decision.as_ref());
            let word = |at: &usize| Some(given?.values.get(*at)?.0.as_str());
            let words: Vec<&str> = values.iter().filter_map(word).collect();
            write!(f, " if {name} says {}", words.join(" or "))?;
        }
    }
    if pass.times != (1, 1) {
        write!(f, " times {}..{}", pass.times.0, pass.times.1)?;
    }
    writeln!(f, "{}", if pass.is_linked { " linked" } else { "" })
}

fn write_logs(logs: &[LogLine], f: &mut Formatter<'_>) -> Result {
    for log in logs {
        writeln!(f, "  log {} {} {}", log.share, log.severity.word(), log.text)?;
    }
    Ok(())
}

fn write_inlet(world: &World, inlet: &Inlet, f: &mut Formatter<'_>) -> Result {
    write!(f, "inlet {} {}", place(world, inlet.entry), rate_words(inlet.per_1000_s))?;
    if let Some(days) = inlet.days {
        write!(f, " days night {} weekend {}", days.night, days.weekend)?;
    }
    if !inlet.wander.is_none() {
        write!(f, " wander {}", inlet.wander)?;
    }
    if !inlet.batches.is_none() {
        write!(f, " batches {} up to {}", inlet.batches, inlet.batch_max)?;
    }
    writeln!(f)
}

/// The fault, acts and remarks, by time and in this order.
fn write_timeline(world: &World, f: &mut Formatter<'_>) -> Result {
    let mut fault = world.fault.iter().peekable();
    let mut acts = world.acts.iter().enumerate().peekable();
    let mut remarks = world.remarks.iter().peekable();
    loop {
        let fault_at = fault.peek().map_or(Us::MAX, |fault| fault.from);
        let act_at = acts.peek().map_or(Us::MAX, |(_, act)| act.at);
        let remark_at = remarks.peek().map_or(Us::MAX, |remark| remark.at);
        if let Some(fault) = fault.next_if(|_| fault_at <= act_at.min(remark_at)) {
            write_fault(world, fault, f)?;
        } else if let Some((number, act)) = acts.next_if(|_| act_at <= remark_at) {
            write_act(world, act, f)?;
            writeln!(f, "{}", role(world, number))?;
        } else if let Some(Remark { at, who, kind, text }) = remarks.next() {
            writeln!(f, "{} {} {who} {text}", Clock(*at), kind.word())?;
        } else {
            return Ok(());
        }
    }
}

/// What an act is to the fault.
fn role(world: &World, act: usize) -> &'static str {
    let fault = world.fault.as_ref();
    if fault.is_some_and(|fault| fault.cause == Some(act)) {
        " guilty"
    } else if fault.is_some_and(|fault| fault.cures.contains(&act)) {
        " cures"
    } else {
        ""
    }
}

fn write_act(world: &World, act: &Act, f: &mut Formatter<'_>) -> Result {
    let name = &world.service(act.service).name;
    write!(f, "{} ", Clock(act.at))?;
    match &act.what {
        What::Deploy { version, .. } => write!(f, "deploy {name} {version}")?,
        What::Rollback { .. } => write!(f, "rollback {name}")?,
        What::Restart { is_crash: false, .. } => write!(f, "restart {name}")?,
        What::Restart { is_crash: true, .. } => write!(f, "crash {name}")?,
        What::Grow => write!(f, "grow {name}")?,
        What::Shrink => write!(f, "shrink {name}")?,
        What::Sdk { version, .. } => write!(f, "sdk {name} {version}")?,
        What::Config { value } => write!(f, "config {name} {value}")?,
    }
    if let Some(down) = act.what.down() {
        write!(f, " down {}", length_words(down))?;
    }
    if let Some(told) = act.told {
        let (off, after) = (length_words(told.off), length_words(told.after));
        write!(f, " told off {off} after {after}")?;
    }
    Ok(())
}

fn write_fault(world: &World, fault: &Fault, f: &mut Formatter<'_>) -> Result {
    let entry = fault.effect.entry();
    write!(f, "{} fault {} {} ", Clock(fault.from), fault.kind.word(), place(world, entry))?;
    let to = |step: usize| {
        let step = world.entry(entry).steps.get(step);
        step.map_or_else(|| "?".to_owned(), |step| place(world, step.to()))
    };
    match &fault.effect {
        Effect::Answers { mix, .. } => {
            write!(f, "answers")?;
            let values = world.entry(entry).decision.iter().flat_map(|given| &given.values);
            for ((value, _), share) in values.zip(mix).filter(|(_, share)| !share.is_none()) {
                write!(f, " {value} {share}")?;
            }
        }
        Effect::Passes { step, share, .. } => write!(f, "passes {share} to {}", to(*step))?,
        Effect::Routes { shares, .. } => {
            write!(f, "routes")?;
            for (step, share) in shares {
                write!(f, " {share} to {}", to(*step))?;
            }
        }
        Effect::Fails { share, .. } => write!(f, "fails {share}")?,
        Effect::Multiplies { step, times, .. } => {
            write!(f, "sends {times} times to {}", to(*step))?
        }
        Effect::Surges { times, .. } => write!(f, "comes {times} times")?,
        Effect::Slows { times, .. } => write!(f, "takes {times} times")?,
        Effect::Loses { step, share, .. } => write!(f, "loses {share} to {}", to(*step))?,
    }
    if let Some(until) = fault.until {
        write!(f, " until {}", Clock(until))?;
    }
    if let Some(again) = fault.again {
        write!(f, " again {}", Clock(again))?;
    }
    writeln!(f, "{}", if fault.sticks { " sticks" } else { "" })?;
    write_logs(&fault.logs, f)
}

/// `worklist POST /items`.
fn place(world: &World, entry: EntryId) -> String {
    format!("{} {}", world.owner(entry).name, world.entry(entry).operation)
}
