//! Events as they become known: server-sent events, resumed without a gap.
//!
//! Each follower reads the record itself, from the event it has on. So nothing is kept for it, and
//! one that is slow misses nothing; one that does not read at all is cut off.

use crate::asking::Site;
use crate::backend::Answered;
use crate::feed::{self, End, Line};
use crate::problem::Problem;
use crate::query::Query;
use crate::require::{Read, Require};
use crate::sight::Sight;
use axum::extract::State;
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use hw_api::Entry;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::sleep;

/// Events read at a time.
const PAGE: u32 = 100;

/// Milliseconds after which a browser connects again.
const HELLO: &str = "retry: 2000\n\n";

const SIGN_OF_LIFE: &str = ": still here\n\n";

/// Events as they become known, as server-sent events.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "record",
    params(
        ("after" = Option<u64>, Query, description = "number of the last event that is known; 0 for all. Left out: only what comes from now on"),
        ("Last-Event-ID" = Option<u64>, Header, description = "the same, as browsers send it when they connect again; it counts before `after`"),
    ),
    responses(
        (status = 200, description = "Each event with its number as `id`, its kind as `event`, and an Entry as `data`.", body = Entry, content_type = "text/event-stream"),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn events(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut last = site.backend().last_event();
    let newest = *last.borrow_and_update();
    let after = first_wanted(&headers, &uri)?;
    // An event that is not there yet is of another record, which was there before this one.
    let after = after.map_or(newest, |after| after.min(newest));
    let (line, response) = Line::open(Arc::clone(&site), caller)?;
    feed::keep(&site, Follower { line, last, after }.follow());
    Ok(response)
}

/// The event that is known already.
fn first_wanted(headers: &HeaderMap, uri: &Uri) -> Result<Option<u64>, Problem> {
    const LAST: HeaderName = HeaderName::from_static("last-event-id");
    let query = Query::read(uri, &["after"])?;
    let Some(last) = headers.get(LAST) else { return query.number("after") };
    let last = last.to_str().ok().and_then(|last| last.parse().ok());
    last.map(Some).ok_or_else(|| Problem::bad("Last-Event-ID must be the number of an event"))
}

/// Whoever sends events to one connection.
struct Follower {
    line: Line,
    last: watch::Receiver<u64>,
    after: u64,
}

impl Follower {
    async fn follow(mut self) -> Result<(), End> {
        self.line.send(HELLO.to_owned()).await?;
        loop {
            let after = self.after;
            let caller = self.line.caller.clone();
            let asked = self.line.site.ask(move |backend| {
                let (events, mut sight) =
                    (backend.events(after, PAGE)?, Sight::new(backend, &caller));
                let judged = events.into_iter().map(|event| {
                    let is_seen = sight.covers(event.incident.as_ref())?;
                    Ok((event, is_seen))
                });
                judged.collect::<Answered<Vec<_>>>()
            });
            let Ok(events) = asked.await else {
                // It connects again, and is told then what is wrong.
                return Err(End);
            };
            if events.is_empty() {
                self.wait().await?;
            }
            for (event, is_seen) in events {
                self.after = event.event;
                if is_seen {
                    self.line.send(frame(&event)).await?;
                }
            }
        }
    }

    /// Waits for another event; meanwhile the connection is kept alive.
    async fn wait(&mut self) -> Result<(), End> {
        loop {
            tokio::select! {
                changed = self.last.wait_for(|last| *last > self.after) => {
                    return changed.map(drop).map_err(|_| End);
                }
                () = sleep(self.line.site.settings.sign_of_life) => {}
                () = self.line.closed() => return Err(End),
            }
            self.line.send(SIGN_OF_LIFE.to_owned()).await?;
        }
    }
}

/// An event as it is sent. JSON has no line breaks outside of its texts, where they are escaped.
fn frame(event: &Entry) -> String {
    let data = serde_json::to_string(event).expect("invariant: words and numbers");
    format!("id: {}\nevent: {}\ndata: {data}\n\n", event.event, event.kind)
}
