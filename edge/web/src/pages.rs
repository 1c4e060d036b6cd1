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
use crate::query::Id;
use crate::require::{Anyone, Read, Require};
use crate::sight::of_seen;
use answer::{html, kept};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
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

/// A figure of an incident as a file, in the colours of paper: `ratio.svg`.
pub(crate) async fn picture(
    Require { caller, .. }: Require<Read>,
    State(site): State<Arc<Site>>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let number = Id(id).number("INC-", "an incident")?;
    let drawn = site.ask(move |backend| {
        let document = of_seen((backend, &caller), number, || backend.document(number))?;
        let figure = name.strip_suffix(".svg").and_then(|id| Some(document?.figure(id)?.clone()));
        Ok(figure.as_ref().map(hw_page::draw_for_paper))
    });
    let drawn = drawn.await?.filter(|drawn| !drawn.is_empty());
    let drawn = drawn.ok_or_else(|| {
        Problem::not_found(format!("INC-{number} has no such figure; its post mortem names them"))
    })?;
    let headers =
        [(CONTENT_TYPE, "image/svg+xml"), (CONTENT_SECURITY_POLICY, "default-src 'none'")];
    Ok((headers, drawn).into_response())
}

/// A frame around a page that shows nothing of what is known.
pub(crate) fn bare_frame(headers: &HeaderMap) -> Frame {
    gather::bare_frame(Wishes::read(headers))
}
