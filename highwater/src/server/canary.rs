//! A canary: every ten seconds a span pair of our own goes the whole way that others go, from the
//! receiver to the counted hop. What others are told of our health rests on its having come through.
//!
//! By the wall clock only: where the latest record says what is now, a canary would move time.

use super::backend::Answers;
use super::clock::wall;
use super::counts::Counts;
use crate::client::Sender;
use hw_engine::Engine;
use hw_flow::OWN_SERVICE;
use hw_ingest::{Encoding, Signal};
use hw_model::Timestamp;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;
use tracing::warn;

/// Between two canaries.
const PERIOD: Duration = Duration::from_secs(10);

/// Operation of the entry, and of the one it calls.
const ENTRY: &str = "canary";
const CALLED: &str = "counted";

/// Kinds of spans, by their numbers in OTLP.
const SERVER: u8 = 2;
const CLIENT: u8 = 3;

/// Sends canaries, and looks whether they were counted.
pub(super) struct Canary {
    pub answers: Arc<Answers>,
    pub counts: Arc<Counts>,
    pub sender: Sender,
    pub stopping: watch::Receiver<bool>,
}

impl Canary {
    /// Sends them until the server ends.
    pub(super) fn run(mut self) {
        self.counts.canary_came();
        let mut is_said = false;
        loop {
            match self.fly() {
                Ok(true) => {
                    self.counts.canary_came();
                    is_said = false;
                }
                // The server says itself what keeps it from counting.
                Ok(false) => {}
                Err(why) if !is_said => {
                    is_said = true;
                    warn!(why, "a canary did not come through");
                }
                Err(_) => {}
            }
            let stopping = &mut self.stopping;
            let waited = async {
                let stopped = stopping.wait_for(|is_stopping| *is_stopping);
                tokio::time::timeout(PERIOD, stopped).await.is_ok()
            };
            if self.answers.runtime.block_on(waited) {
                return;
            }
        }
    }

    /// Sends one. Returns whether it was counted.
    fn fly(&self) -> Result<bool, String> {
        let before = self.answers.ask(0, counted).map_err(|failure| failure.to_string())?;
        let body = request(wall())?;
        self.counts.canaries.fetch_add(1, Ordering::Relaxed);
        self.sender.send_once(Signal::Traces, Encoding::Json, body.as_bytes())?;
        self.answers.settle().map_err(|failure| failure.to_string())?;
        let after = self.answers.ask(0, counted).map_err(|failure| failure.to_string())?;
        Ok(after > before)
    }
}

/// Canaries that were counted.
fn counted(engine: &Engine) -> u64 {
    let flow = engine.flow();
    let is_own = |hop| flow.hop_words(hop).is_some_and(|words| words.caller == OWN_SERVICE);
    let hop = flow.hops().find(|hop| is_own(*hop));
    hop.and_then(|hop| flow.hop_summary(hop)).map_or(0, |summary| summary.left)
}

/// A request that comes in at us, and goes on to us.
fn request(at: Timestamp) -> Result<String, String> {
    let mut ids = [0; 16];
    getrandom::fill(&mut ids).map_err(|error| error.to_string())?;
    let trace = format!("{:032x}", u128::from_le_bytes(ids));
    let span = |id: u8, parent: Option<u8>, kind: u8, name: &str| {
        serde_json::json!({
            "traceId": trace,
            "spanId": format!("{id:016x}"),
            "parentSpanId": parent.map_or_else(String::new, |parent| format!("{parent:016x}")),
            "kind": kind,
            "name": name,
            "startTimeUnixNano": at.0.to_string(),
            "endTimeUnixNano": at.0.to_string(),
        })
    };
    let spans = [
        span(1, None, SERVER, ENTRY),
        span(2, Some(1), CLIENT, CALLED),
        span(3, Some(2), SERVER, CALLED),
    ];
    let request = serde_json::json!({ "resourceSpans": [{
        "resource": { "attributes": [
            { "key": "service.name", "value": { "stringValue": OWN_SERVICE } },
        ] },
        "scopeSpans": [{ "spans": spans }],
    }] });
    Ok(request.to_string())
}
