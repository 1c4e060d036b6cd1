//! A page as it changes: regions that are other than before, as server-sent events.
//!
//! Each follower makes the page again when something new was recorded, and every few seconds for what only
//! time changes, and sends the regions that differ from those it sent last. So nothing is kept in step: what
//! is sent is what a reader would get who asked now. Who connects again gets what it missed, as all regions
//! that differ from the page it has.

use super::cookies::Wishes;
use super::gathered;
use crate::asking::Site;
use crate::feed::{self, End, Line};
use crate::problem::Problem;
use crate::query::Query;
use crate::require::{Read, Require};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use hw_page::{Page, Place};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

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
    let (line, response) = Line::open(Arc::clone(&site), caller)?;
    let follower = Follower {
        line,
        place,
        wishes: Wishes { said: None, ..Wishes::read(&headers) },
        last,
        version: query.text("v").unwrap_or_default().to_owned(),
        sent: BTreeMap::new(),
        order: Vec::new(),
    };
    feed::keep(&site, follower.follow());
    Ok(response)
}

struct Follower {
    line: Line,
    place: Place,
    wishes: Wishes,
    last: watch::Receiver<u64>,
    /// Version of the page that the reader has.
    version: String,
    /// The regions that the reader has, as they were made.
    sent: BTreeMap<&'static str, String>,
    /// The order in which they stand.
    order: Vec<&'static str>,
}

impl Follower {
    async fn follow(mut self) -> Result<(), End> {
        self.line.send(HELLO.to_owned()).await?;
        let mut beat = Instant::now();
        loop {
            let event = *self.last.borrow_and_update();
            self.look(event).await?;
            if beat.elapsed() >= BEAT {
                beat = Instant::now();
                self.line.send("event: beat\ndata: \n\n".to_owned()).await?;
            }
            sleep(PAUSE).await;
            tokio::select! {
                changed = self.last.changed() => changed.map_err(|_| End)?,
                () = sleep(LOOK) => {}
                () = self.line.closed() => return Err(End),
            }
        }
    }

    /// Makes the page as it is now, and sends what differs.
    async fn look(&mut self, event: u64) -> Result<(), End> {
        let asked = (self.place.clone(), self.wishes.clone());
        // What cannot be shown now is shown when it can.
        let Ok((page, _)) = gathered(&self.line.site, &self.line.caller, asked).await else {
            return Ok(());
        };
        let is_first = self.sent.is_empty();
        let is_known = is_first && page.version() == self.version;
        let regions = regions(&page);
        let ids = || regions.iter().map(|(id, _)| *id);
        if !is_first && !ids().eq(self.order.iter().copied()) {
            // Other parts than before: the whole page is asked for again.
            self.line.send(format!("id: {event}\nevent: reload\ndata: \n\n")).await?;
        }
        self.order = ids().collect();
        for (id, html) in regions {
            if !is_known && self.sent.get(id) != Some(&html) {
                let data = serde_json::json!({"id": id, "html": html});
                self.line.send(format!("id: {event}\nevent: swap\ndata: {data}\n\n")).await?;
            }
            self.sent.insert(id, html);
        }
        Ok(())
    }
}

fn regions(page: &Page) -> Vec<(&'static str, String)> {
    page.regions.iter().map(|region| (region.id, region.html().into_string())).collect()
}
