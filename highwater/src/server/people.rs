//! A thread that reads ownership files and calendars, at the start and every hour.
//!
//! What fails keeps what was read before, and says since when. A calendar that was read well is kept in
//! the data folder. The end of the server waits for no calendar: a fetch that hangs is left behind.

use super::backend::Answers;
use super::clock::wall;
use crate::people::{Known, Shelf, read_place};
use hw_notify::Courier;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

/// Between two readings.
const PERIOD: Duration = Duration::from_secs(3_600);

/// Calendars that are fetched at the same time: each may be 16 MiB long.
const AT_A_TIME: usize = 4;

/// What a fetch brought: the number of the calendar, and its bytes.
type Fetched = (usize, Result<Vec<u8>, String>);

/// Reads files and calendars.
pub(super) struct Rereading {
    pub answers: Arc<Answers>,
    pub shelf: Shelf,
    pub stopping: watch::Receiver<bool>,
}

impl Rereading {
    /// If there is anything to read. What was kept of calendars before the start is in use at once.
    pub(super) fn wanted(
        answers: &Arc<Answers>,
        data: &Path,
        stopping: &watch::Receiver<bool>,
    ) -> Option<Self> {
        let shelf = Shelf::of(data);
        let settings = &answers.people.settings;
        let feeds = &settings.feeds;
        shelf.tidy(feeds);
        if settings.is_empty() {
            return None;
        }
        for (number, source) in feeds.iter().enumerate() {
            let Some((read_at, bytes)) = shelf.get(source) else { continue };
            // What is kept was readable; settings that read it otherwise now are said at the next reading.
            drop(answers.people.take_feed((number, read_at), wall(), Ok(&bytes)));
        }
        Some(Self { answers: Arc::clone(answers), shelf, stopping: stopping.clone() })
    }

    /// Reads them until the server ends.
    pub(super) fn run(mut self) {
        let courier = Courier::new(None).map(Arc::new).map_err(|error| error.to_string());
        loop {
            self.read_files();
            if self.read_feeds(&courier).is_none() || self.wait().is_none() {
                return;
            }
        }
    }

    fn known(&self) -> &Known {
        &self.answers.people
    }

    fn read_files(&self) {
        for (number, place) in self.known().settings.places.iter().enumerate() {
            let read = read_place(place);
            if let Err(why) = &read {
                warn!(path = %place.path.display(), why, "owners cannot be read");
            }
            self.known().take_files(number, wall(), read);
        }
    }

    /// Reads every calendar. `None` if the server ends meanwhile.
    fn read_feeds(&mut self, courier: &Result<Arc<Courier>, String>) -> Option<()> {
        let n_feeds = self.known().settings.feeds.len();
        for first in (0..n_feeds).step_by(AT_A_TIME) {
            let numbers = first..n_feeds.min(first + AT_A_TIME);
            for (number, bytes) in self.fetched(numbers.collect(), courier)? {
                self.take(number, bytes);
            }
        }
        Some(())
    }

    fn fetched(
        &mut self,
        numbers: Vec<usize>,
        courier: &Result<Arc<Courier>, String>,
    ) -> Option<Vec<Fetched>> {
        let runtime = self.answers.runtime.clone();
        let mut fetching = JoinSet::new();
        for number in numbers {
            let (people, courier) = (Arc::clone(&self.answers.people), courier.clone());
            let fetch = move || {
                let source = people.settings.feeds.get(number)?;
                Some((number, courier.and_then(|courier| source.bytes(&courier))))
            };
            fetching.spawn_blocking_on(fetch, &runtime);
        }
        let stopping = &mut self.stopping;
        let all = async {
            let mut all = Vec::new();
            while let Some(fetched) = fetching.join_next().await {
                // One that panicked brought nothing: its calendar is as it was.
                all.extend(fetched.ok().flatten());
            }
            all
        };
        runtime.block_on(async {
            tokio::select! {
                all = all => Some(all),
                _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
            }
        })
    }

    fn take(&self, number: usize, bytes: Result<Vec<u8>, String>) {
        let Some(source) = self.known().settings.feeds.get(number) else { return };
        let (name, read_at) = (&source.feed.name, wall());
        // A calendar that is read for another time than is asked about later is read anew then.
        let now = self.answers.time_now().ok().filter(|now| now.0 > i64::MIN).unwrap_or(read_at);
        let bytes = bytes.as_ref().map(Vec::as_slice).map_err(Clone::clone);
        match self.known().take_feed((number, read_at), now, bytes.clone()) {
            Ok(()) => {
                info!(feed = name, "calendar read");
                let kept = bytes.map(|bytes| self.shelf.put(source, read_at, bytes));
                if let Ok(Err(error)) = kept {
                    let error = crate::chain::chain(&error);
                    warn!(feed = name, error, "a calendar cannot be kept over a restart");
                }
            }
            Err(why) => warn!(feed = name, why, "calendar cannot be read"),
        }
    }

    /// Waits until it is time again. `None` if the server ends.
    fn wait(&mut self) -> Option<()> {
        let stopping = &mut self.stopping;
        let waited = async {
            let stopped = stopping.wait_for(|is_stopping| *is_stopping);
            tokio::time::timeout(PERIOD, stopped).await.is_err()
        };
        self.answers.runtime.block_on(waited).then_some(())
    }
}
