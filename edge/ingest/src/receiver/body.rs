//! Reading the body of a request: as it comes, within its time, its length and the budget.

use super::budget::{Full, Held};
use super::counts::Refused;
use super::refusal::Refusal;
use super::settings::ReceiverSettings;
use super::shared::Shared;
use bytes::Bytes;
use hyper::Version;
use hyper::body::{Body, Frame, Incoming};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long what is left of a refused body is read and thrown away, so that its sender comes to read
/// why. Closing at once would reset the connection, and most senders retry after a reset.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(5);

/// A body of which a part has come.
#[derive(Debug)]
pub(super) struct Reading<'s> {
    body: Incoming,
    held: Held,
    started_at: Instant,
    shared: &'s Shared,
}

impl<'s> Reading<'s> {
    /// Nothing is read yet. `overhead` bytes may come on top of the longest body.
    pub(super) fn new(body: Incoming, overhead: usize, shared: &'s Shared) -> Self {
        let bytes_max = shared.settings.body_bytes_max + overhead;
        let held = Held::new(&shared.budget, bytes_max);
        Self { body, held, started_at: Instant::now(), shared }
    }

    /// Refuses a body that says it is too long, before any of it is read.
    pub(super) fn check_announced(&self) -> Result<(), Refusal> {
        let limit = self.shared.settings.body_bytes_max as u64;
        if self.body.size_hint().lower() > limit {
            return Err(too_large(&self.shared.settings));
        }
        Ok(())
    }

    /// Reads until `n` bytes are there; false if the body ends before.
    pub(super) async fn until(&mut self, n: usize) -> Result<bool, Refusal> {
        while self.held.len() < n {
            if !self.read_on().await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the rest.
    pub(super) async fn finish(&mut self) -> Result<(), Refusal> {
        while self.read_on().await? {}
        Ok(())
    }

    /// What was read.
    pub(super) fn as_slice(&self) -> &[u8] {
        self.held.as_slice()
    }

    /// What was read, where all of it was.
    pub(super) fn into_held(self) -> Held {
        self.held
    }

    /// Lets go of what was read, and of what is to come.
    pub(super) fn refuse(self, version: Version) {
        drop(self.held);
        say_farewell(self.body, version);
    }

    /// Reads what comes next; false at the end.
    async fn read_on(&mut self) -> Result<bool, Refusal> {
        let settings = &self.shared.settings;
        let deadline = self.started_at + settings.time_for_body(self.held.len());
        let Ok(frame) = timeout_at(deadline, next_frame(&mut self.body)).await else {
            return Err(too_slow(settings, self.held.len()));
        };
        let Some(frame) = frame else { return Ok(false) };
        let frame = frame.map_err(|_| cut_off(self.held.len()))?;
        // Whatever else may come as trailers is not part of the body.
        let Ok(chunk) = frame.into_data() else { return Ok(true) };
        self.shared.counts.read(chunk.len());
        self.held.extend(&chunk).map_err(|full| self.shared.no_room(full))?;
        Ok(true)
    }
}

/// Lets go of a body that nobody wants to read.
pub(super) fn say_farewell(mut body: Incoming, version: Version) {
    // HTTP/2 has a word for it, which is said when the body is dropped.
    if body.is_end_stream() || version >= Version::HTTP_2 {
        return;
    }
    tokio::spawn(async move {
        let rest = async { while let Some(Ok(_)) = next_frame(&mut body).await {} };
        drop(timeout(FAREWELL_TIMEOUT, rest).await);
    });
}

async fn next_frame(body: &mut Incoming) -> Option<Result<Frame<Bytes>, hyper::Error>> {
    poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

impl Shared {
    /// What to say to a sender whose body found no room.
    pub(super) fn no_room(&self, full: Full) -> Refusal {
        match full {
            Full::Body => too_large(&self.settings),
            Full::Budget => Refusal::for_now(
                Refused::MemoryFull,
                self.settings.retry_after_s,
                "too many bytes of requests are on their way, come back later",
            ),
        }
    }
}

pub(super) fn too_large(settings: &ReceiverSettings) -> Refusal {
    let limit = settings.body_bytes_max;
    let reason = format!(
        "the request is longer than {limit} bytes, as sent or once decompressed: send smaller \
         batches"
    );
    Refusal::for_good(Refused::TooLarge, reason)
}

fn too_slow(settings: &ReceiverSettings, n_bytes: usize) -> Refusal {
    let s = settings.time_for_body(n_bytes).as_secs();
    let reason = format!("only {n_bytes} bytes of the request came within {s} s");
    Refusal::for_now(Refused::TooSlow, settings.retry_after_s, reason)
}

fn cut_off(n_bytes: usize) -> Refusal {
    Refusal::for_good(Refused::Gone, format!("the request broke off after {n_bytes} bytes"))
}
