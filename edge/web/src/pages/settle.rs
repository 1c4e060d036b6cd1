//! How pages look to a reader, and who the reader is: kept in cookies.

use super::answer::html;
use super::cookies::{self, Wishes};
use crate::asking::Site;
use crate::guard::Link;
use crate::json::read_bytes;
use crate::problem::Problem;
use crate::require::{Anyone, Require, Respond, admitted_with};
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hw_page::Theme;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a form sent, by name. Of a name that is sent twice the last counts.
pub(crate) type Fields = BTreeMap<String, String>;

/// Keeps name, colours and keys.
pub(crate) async fn view(
    _: Anyone,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let fields = fields(&site, request).await?;
    let theme = fields.get("theme").and_then(|word| Theme::from_word(word));
    let theme = theme.unwrap_or_else(|| Wishes::read(&headers).theme);
    let look = cookies::keep_look(theme, fields.contains_key("keys"));
    let name = fields.get("name").map(|name| cookies::keep_name(name));
    Ok(back(&fields, look.into_iter().chain(name)))
}

/// Takes a token, and keeps it if it is of use.
pub(crate) async fn sign_in(
    _: Anyone,
    State(site): State<Arc<Site>>,
    link: Option<Extension<Link>>,
    request: Request,
) -> Result<Response, Problem> {
    let link = link.map(|Extension(link)| link).unwrap_or_default();
    let fields = fields(&site, request).await?;
    let token = fields.get("secret").map(|token| token.trim()).unwrap_or_default();
    admitted_with(&site, link, token)?;
    Ok(back(&fields, [cookies::keep_token(token, site.doors.tls.is_some())]))
}

/// Forgets the token.
pub(crate) async fn sign_out(_: Anyone) -> Response {
    back(&Fields::new(), [cookies::forget_token()])
}

/// What a form sent.
pub(crate) async fn fields(site: &Site, request: Request) -> Result<Fields, Problem> {
    let body = read_bytes(site, request.into_body()).await?;
    Ok(form_urlencoded::parse(&body).into_owned().collect())
}

/// Back to where the form stood.
pub(crate) fn back(fields: &Fields, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    to(fields.get("back").map_or("/", String::as_str), cookies)
}

/// To a page of ours. An address of elsewhere is none.
pub(crate) fn to(place: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let is_ours = place.starts_with('/') && !place.starts_with("//") && !place.contains('\\');
    let place = HeaderValue::from_str(if is_ours { place } else { "/" });
    let place = place.unwrap_or(HeaderValue::from_static("/"));
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, place);
    cookies::put(&mut headers, cookies);
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Longest text that is previewed.
const PREVIEW_MAX: usize = 200_000;

/// Shows what Markdown will look like.
pub(crate) async fn preview(
    _: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let body = read_bytes(&site, request.into_body()).await?;
    let text = String::from_utf8(body).map_err(|_| Problem::bad("the text is no UTF-8"))?;
    let text: String = text.chars().take(PREVIEW_MAX).collect();
    let shown = site.ask(move |backend| Ok(backend.rendered(&text))).await?;
    Ok(html(&headers, shown, false))
}
