//! A page as it changes: regions that are other than before, as server-sent events.
//!
//! Each follower makes the page again when something new was recorded, and every few seconds for what only
//! time changes, and sends the regions that differ from those it sent last. So nothing is kept in step: what
//! is sent is what a reader would get who asked now. Who connects again gets what it missed, as all regions
//! that differ from the page it has.

use super::cookies::Wishes;
use super::gathered;
use crate::asking::Site;
use crate::follow::{PIECES_MAX, feed};
use crate::problem::Problem;
use crate::query::Query;
use crate::require::{Read, Require};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use hw_api::Caller;
use hw_page::{Page, Place};
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

/// At most so often a page is made again.
const PAUSE: Duration = Duration::from_millis(500);
/// What only time changes is looked at so often.
const LOOK: Duration = Duration::from_secs(5);
/// A sign of life that scripts see.
const BEAT: Duration = Duration::from_secs(15);
/// Milliseconds after which a browser connects again.
const HELLO: &str = "retry: 2000\n\nevent: beat\ndata: \n\n";

/// Follows a page.
pub(crate) async fn follow(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["at", "w", "v"])?;
    let at = query.text("at").unwrap_or("/");
    let (path, asked) = at.split_once('?').unwrap_or((at, ""));
    let place = Place::read(path, asked);
    let place = place.ok_or_else(|| Problem::not_found(format!("no page is at {at}")))?;
    let last = site.backend().last_event();
    let (pieces, received) = mpsc::channel(PIECES_MAX);
    let response = feed(&site, received)?;
    let wishes = Wishes { said: None, ..Wishes::read(&headers) };
    let version = query.text("v").unwrap_or_default().to_owned();
    let follower = Follower {
        site,
        caller,
        place,
        wishes,
        pieces,
        last,
        version,
        sent: BTreeMap::new(),
        order: Vec::new(),
    };
    drop(tokio::spawn(follower.run()));
    Ok(response)
}

struct Follower {
    site: Arc<Site>,
    caller: Caller,
    place: Place,
    wishes: Wishes,
    pieces: mpsc::Sender<Bytes>,
    last: watch::Receiver<u64>,
    /// Version of the page that the reader has.
    version: String,
    /// The regions that the reader has, as they were made.
    sent: BTreeMap<&'static str, String>,
    /// The order in which they stand.
    order: Vec<&'static str>,
}

/// Why a follower ends.
struct End;

impl Follower {
    async fn run(mut self) {
        let mut stopping = self.site.stopping.clone();
        tokio::select! {
            _ = self.follow() => {}
            _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
        }
    }

    async fn follow(&mut self) -> Result<(), End> {
        self.send(HELLO.to_owned()).await?;
        let mut beat = Instant::now();
        loop {
            let event = *self.last.borrow_and_update();
            self.look(event).await?;
            if beat.elapsed() >= BEAT {
                beat = Instant::now();
                self.send("event: beat\ndata: \n\n".to_owned()).await?;
            }
            sleep(PAUSE).await;
            tokio::select! {
                changed = self.last.changed() => changed.map_err(|_| End)?,
                () = sleep(LOOK) => {}
                () = self.pieces.closed() => return Err(End),
            }
        }
    }

    /// Makes the page as it is now, and sends what differs.
    async fn look(&mut self, event: u64) -> Result<(), End> {
        let asked = (self.place.clone(), self.wishes.clone());
        // What cannot be shown now is shown when it can.
        let Ok((page, _)) = gathered(&self.site, &self.caller, asked).await else { return Ok(()) };
        let is_first = self.sent.is_empty();
        let is_known = is_first && page.version() == self.version;
        let regions = regions(&page);
        let ids = || regions.iter().map(|(id, _)| *id);
        if !is_first && !ids().eq(self.order.iter().copied()) {
            // Other parts than before: the whole page is asked for again.
            self.send(format!("id: {event}\nevent: reload\ndata: \n\n")).await?;
        }
        self.order = ids().collect();
        for (id, html) in regions {
            if !is_known && self.sent.get(id) != Some(&html) {
                let data = serde_json::json!({"id": id, "html": html});
                self.send(format!("id: {event}\nevent: swap\ndata: {data}\n\n")).await?;
            }
            self.sent.insert(id, html);
        }
        Ok(())
    }

    async fn send(&self, piece: String) -> Result<(), End> {
        // A token may end or be revoked while its holder follows.
        if !self.site.keeper().still_admits(&self.caller) {
            return Err(End);
        }
        let sent = timeout(self.site.settings.stall_timeout, self.pieces.send(piece.into())).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End),
        }
    }
}

fn regions(page: &Page) -> Vec<(&'static str, String)> {
    page.regions.iter().map(|region| (region.id, region.html().into_string())).collect()
}
