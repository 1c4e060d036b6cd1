//! Threads that look after something by themselves, beside counting: canaries, calendars, frozen counts,
//! rules, issues of action items.

use super::backend::Answers;
use super::canary::Canary;
use super::freezing::Freezing;
use super::people::Rereading;
use super::rules::Watching;
use super::running::spawn;
use super::trackers::Following;
use crate::client::Sender;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::watch;

/// Names of the threads.
const CANARY: &str = "canary";
const PEOPLE: &str = "people";
const FREEZER: &str = "freezer";
const RULES: &str = "rules";
const TRACKERS: &str = "trackers";

/// Threads that look after something by themselves, beside counting.
pub(super) struct Companions {
    pub canary: Option<JoinHandle<()>>,
    pub people: Option<JoinHandle<()>>,
    pub freezing: JoinHandle<()>,
    pub trackers: Option<JoinHandle<()>>,
    /// It ends before the writer: what it found is still written.
    pub rules: JoinHandle<()>,
}

impl Companions {
    pub(super) fn start(
        sender: Option<Sender>,
        (answers, data): (&Arc<Answers>, &Path),
        stopping: &watch::Receiver<bool>,
    ) -> anyhow::Result<Self> {
        let freezing = Freezing::new(answers, stopping);
        let watching = Watching::new(answers, stopping);
        Ok(Self {
            canary: fly(sender, answers, stopping)?,
            people: reread(answers, data, stopping)?,
            trackers: follow(answers, stopping)?,
            freezing: spawn(FREEZER, move || freezing.run())?,
            rules: spawn(RULES, move || watching.run())?,
        })
    }
}

/// Sends canaries, if there is somebody who sends them.
fn fly(
    sender: Option<Sender>,
    answers: &Arc<Answers>,
    stopping: &watch::Receiver<bool>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let canary = sender.map(|sender| Canary {
        answers: Arc::clone(answers),
        counts: Arc::clone(&answers.counts),
        sender,
        stopping: stopping.clone(),
    });
    canary.map(|canary| spawn(CANARY, move || canary.run())).transpose()
}

/// Reads who owns what, and calendars, if settings name some.
fn reread(
    answers: &Arc<Answers>,
    data: &Path,
    stopping: &watch::Receiver<bool>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let people = Rereading::wanted(answers, data, stopping);
    people.map(|people| spawn(PEOPLE, move || people.run())).transpose()
}

/// Looks after issues of action items, if settings name trackers.
fn follow(
    answers: &Arc<Answers>,
    stopping: &watch::Receiver<bool>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let following = Following::wanted(answers, stopping)?;
    following.map(|following| spawn(TRACKERS, move || following.run())).transpose()
}
