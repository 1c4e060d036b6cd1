//! The web pages: which answers a page needs, and what a browser sends and gets.
//!
//! One handler shows every page ([`hw_page::Place`] says which), one takes every form and hands it to the
//! route of the API that does the same (`forms`), one follows a page live (`live`). What a page looks like
//! is not known here.

pub(crate) mod answer;
pub(crate) mod cookies;
pub(crate) mod forms;
mod gather;
pub(crate) mod live;
pub(crate) mod settle;

use crate::asking::Site;
use crate::problem::Problem;
use crate::require::{Anyone, Read, Require};
use answer::{html, kept};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use cookies::Wishes;
use gather::Gathering;
use hw_api::Caller;
use hw_page::{Frame, Page, Place};
use std::sync::Arc;

/// Shows a page.
pub(crate) async fn show(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = Place::read(uri.path(), uri.query().unwrap_or_default());
    let place = place.ok_or_else(|| Problem::not_found(format!("no page is at {uri}")))?;
    let wishes = Wishes::read(&headers);
    let had_said = wishes.said.is_some();
    let (page, frame) = gathered(&site, &caller, (place, wishes)).await?;
    Ok(html(&headers, page.html(&frame), had_said))
}

/// A page with its frame, from answers as they are now.
pub(crate) async fn gathered(
    site: &Arc<Site>,
    caller: &Caller,
    (place, wishes): (Place, Wishes),
) -> Result<(Page, Frame), Problem> {
    let keeper = Arc::clone(&site.doors.keeper);
    let caller = caller.clone();
    let asked = site.ask(move |backend| {
        let gathering = Gathering { backend, keeper: &*keeper, caller: &caller };
        Ok(gathering.page(place, wishes))
    });
    asked.await?
}

/// A file that pages load.
pub(crate) async fn asset(_: Anyone, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let name = uri.path().trim_start_matches("/assets/");
    let found = hw_page::asset(name);
    let found = found.ok_or_else(|| Problem::not_found(format!("no file is at {uri}")))?;
    Ok(kept(&headers, &found))
}

/// A frame around a page that shows nothing of what is known.
pub(crate) fn bare_frame(headers: &HeaderMap) -> Frame {
    gather::bare_frame(Wishes::read(headers))
}
