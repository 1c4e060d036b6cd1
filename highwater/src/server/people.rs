//! A thread that reads ownership files and calendars, at the start and every hour; what fails it tries
//! again every five minutes.
//!
//! What fails keeps what was read before, and says since when. A calendar that was read well is kept in
//! the data folder. The end of the server waits for nothing: a fetch that hangs is left behind.

use super::backend::Answers;
use super::clock::wall;
use crate::people::{FilesRead, Known, Shelf, read_place};
use hw_notify::Courier;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

/// Between two rounds. In each, what failed before is tried again.
const ROUND: Duration = Duration::from_secs(300);

/// Rounds of an hour: in the first of them everything is read.
const ROUNDS_AN_HOUR: u64 = 12;

/// Files and calendars that are read at the same time: a calendar may be 16 MiB long.
const AT_A_TIME: usize = 4;

/// Reads files and calendars.
pub(super) struct Rereading {
    answers: Arc<Answers>,
    shelf: Shelf,
    stopping: watch::Receiver<bool>,
}

impl Rereading {
    /// If there is anything to read. What was kept of calendars before the start is in use at once.
    pub(super) fn wanted(
        answers: &Arc<Answers>,
        data: &Path,
        stopping: &watch::Receiver<bool>,
    ) -> Option<Self> {
        let (shelf, known) = (Shelf::of(data), &answers.people);
        shelf.tidy(&known.settings.feeds);
        if known.settings.is_empty() {
            return None;
        }
        for (number, source) in known.settings.feeds.iter().enumerate() {
            let Some((read_at, bytes)) = shelf.get(source) else { continue };
            // What is kept was readable; settings that read it otherwise now are said at the next reading.
            drop(known.take_feed((number, read_at), wall(), Ok(&bytes)));
        }
        Some(Self { answers: Arc::clone(answers), shelf, stopping: stopping.clone() })
    }

    /// Reads them until the server ends.
    pub(super) fn run(mut self) {
        let courier = Courier::new(None).map(Arc::new).map_err(|error| error.to_string());
        for round in 0_u64.. {
            let is_all = round.is_multiple_of(ROUNDS_AN_HOUR);
            let is_on = self.read_files(is_all).and_then(|()| self.read_feeds(is_all, &courier));
            if is_on.and_then(|()| self.wait()).is_none() {
                return;
            }
        }
    }

    fn known(&self) -> &Known {
        &self.answers.people
    }

    /// Reads the files of every place, or of those that failed. `None` if the server ends meanwhile.
    fn read_files(&mut self, is_all: bool) -> Option<()> {
        let n_places = self.known().settings.places.len();
        let numbers = (0..n_places).filter(|n| is_all || self.known().place_fails(*n)).collect();
        let read = |known: &Known, number| known.settings.places.get(number).map(read_place);
        self.each(numbers, read, Self::take_files)
    }

    fn take_files(&self, number: usize, read: Result<FilesRead, String>) {
        let is_said = self.known().place_fails(number);
        self.known().take_files(number, wall(), read);
        let fails = self.known().place_fails(number);
        let Some(place) = self.known().settings.places.get(number) else { return };
        let path = place.path.display();
        match (fails, is_said) {
            (true, false) => warn!(%path, "owners cannot be read: `highwater doctor` says why"),
            (true, true) => debug!(%path, "owners still cannot be read"),
            (false, _) => debug!(%path, "owners read"),
        }
    }

    /// Reads every calendar, or those that failed. `None` if the server ends meanwhile.
    fn read_feeds(&mut self, is_all: bool, courier: &Result<Arc<Courier>, String>) -> Option<()> {
        let n_feeds = self.known().settings.feeds.len();
        let numbers = (0..n_feeds).filter(|n| is_all || self.known().feed_fails(*n)).collect();
        let courier = courier.clone();
        let fetch = move |known: &Known, number: usize| {
            let source = known.settings.feeds.get(number)?;
            Some(courier.as_ref().map_err(Clone::clone).and_then(|courier| source.bytes(courier)))
        };
        self.each(numbers, fetch, Self::take_feed)
    }

    fn take_feed(&self, number: usize, bytes: Result<Vec<u8>, String>) {
        let Some(source) = self.known().settings.feeds.get(number) else { return };
        let (feed, read_at) = (&source.feed.name, wall());
        // A calendar that is read for another time than is asked about later is read anew then.
        let now = self.answers.time_now().ok().filter(|now| now.0 > i64::MIN).unwrap_or(read_at);
        let is_said = self.known().feed_fails(number);
        let bytes = bytes.as_ref().map(Vec::as_slice).map_err(Clone::clone);
        match (self.known().take_feed((number, read_at), now, bytes.clone()), is_said) {
            (Ok(()), _) => {
                info!(feed, "calendar read");
                let kept = bytes.map(|bytes| self.shelf.put(source, read_at, bytes));
                if let Ok(Err(error)) = kept {
                    let error = crate::chain::chain(&error);
                    warn!(feed, error, "a calendar cannot be kept over a restart");
                }
            }
            (Err(why), false) => warn!(feed, why, "calendar cannot be read"),
            (Err(why), true) => debug!(feed, why, "calendar still cannot be read"),
        }
    }

    /// Does some work on threads that may wait, a few at a time, and takes what each brings as soon as it
    /// is there. `None` if the server ends meanwhile; what hangs is left behind then.
    fn each<T: Send + 'static>(
        &mut self,
        numbers: Vec<usize>,
        work: impl Fn(&Known, usize) -> Option<Result<T, String>> + Clone + Send + 'static,
        take: impl Fn(&Self, usize, Result<T, String>),
    ) -> Option<()> {
        let runtime = self.answers.runtime.clone();
        let (mut numbers, mut working) = (numbers.into_iter(), JoinSet::new());
        loop {
            while working.len() < AT_A_TIME
                && let Some(number) = numbers.next()
            {
                let (known, work) = (Arc::clone(&self.answers.people), work.clone());
                let one = move || Some((number, work(&known, number)?));
                working.spawn_blocking_on(one, &runtime);
            }
            let stopping = &mut self.stopping;
            let next = runtime.block_on(async {
                tokio::select! {
                    next = working.join_next() => Some(next),
                    _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
                }
            });
            let Some(one) = next? else { return Some(()) };
            // One that panicked brought nothing: what was read before stays as it was.
            if let Some((number, brought)) = one.ok().flatten() {
                take(self, number, brought);
            }
        }
    }

    /// Waits until it is time again. `None` if the server ends.
    fn wait(&mut self) -> Option<()> {
        let stopping = &mut self.stopping;
        let waited = async {
            let stopped = stopping.wait_for(|is_stopping| *is_stopping);
            tokio::time::timeout(ROUND, stopped).await.is_err()
        };
        self.answers.runtime.block_on(waited).then_some(())
    }
}
