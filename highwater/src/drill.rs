//! A drill: an incident step by step, three questions, and what the record answers.

mod recording;

use crate::client::Api;
use crate::exit::Exit;
use crate::text::drill as text;
use crate::text::print;
use anyhow::Context;
use hw_model::Timestamp;
use std::io::{BufRead, Write};

pub(crate) use recording::{Counted, DrillError, Plan, Recording};

/// What somebody who is drilled says.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Where it starts, and up to when they had seen it.
    pub origin: Option<(String, Timestamp)>,
    /// Which change is to blame.
    pub change: Option<String>,
    /// What to do.
    pub deed: Option<String>,
}

/// Plays an incident with whoever sits there.
pub(crate) fn play(api: &Api, incident: &str) -> anyhow::Result<Exit> {
    let recording = Recording::read(api, incident)?;
    let mut lines = std::io::stdin().lock().lines();
    // Whoever has gone answers nothing more.
    let mut ask = |question: &str| -> anyhow::Result<Option<String>> {
        let mut talk = anstream::stderr().lock();
        talk.write_all(question.as_bytes()).context("failed to ask")?;
        talk.flush().context("failed to ask")?;
        let line = lines.next().transpose().context("failed to read an answer")?;
        Ok(line.map(|line| line.trim().to_owned()))
    };
    print(&text::opening(&recording))?;
    let mut said = Said::default();
    for scene in text::scenes(&recording) {
        print(&scene.words)?;
        if scene.seen_up_to <= recording.plan.onset {
            continue;
        }
        match ask("[Enter goes on; or name the service where it starts] ")? {
            Some(answer) if answer.is_empty() => {}
            Some(answer) => {
                said.origin = Some((answer, scene.seen_up_to));
                break;
            }
            None => break,
        }
    }
    if said.origin.is_none() {
        let answer = ask("Where does it start? A service: ")?;
        let seen_up_to = recording.plan.to;
        said.origin = answer.filter(|word| !word.is_empty()).map(|word| (word, seen_up_to));
    }
    let given = |answer: Option<String>| answer.filter(|word| !word.is_empty());
    said.change = given(ask("Which change is to blame? C1, C2, ... or none: ")?);
    said.deed = given(ask("What do you do now? In one line: ")?);
    print(&text::answers(&recording, &said))?;
    Ok(Exit::Fine)
}
