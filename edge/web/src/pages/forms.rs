//! Forms: each does what a route of the API does, and is handed to that route.
//!
//! A form is sent to `/do/` and the path of its route. Its fields become the JSON of the body: `text=...` a
//! text, `base:number=7` a number, `anyway:flag=1` a yes, `pinned:bool=false` yes or no, `people:list=a, b` a list,
//! `because:lines=...` one with an item on each line; empty ones are left out.
//! `back` says where to go afterwards, `then` where instead (`{incident}` is the one of the answer), `said`
//! what to say there, `method` which method if it is not POST. What cannot be taken is shown with all that was
//! sent, to be mended and sent again.

use super::answer::html;
use super::cookies;
use super::settle::{Fields, fields, to};
use crate::asking::Site;
use crate::guard::Link;
use crate::problem::{Problem, Sent};
use crate::require::{Require, Respond};
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use hw_page::SentField;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Fields that say how the form is treated, and are none of its body.
const ABOUT: [&str; 5] = ["back", "then", "said", "method", "seen"];
/// Longest answer of a route.
const ANSWER_MAX: usize = 8 << 20;

/// Takes a form.
pub(crate) async fn take(
    _: Require<Respond>,
    State(site): State<Arc<Site>>,
    link: Option<Extension<Link>>,
    request: Request,
) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let fields = match fields(&site, request).await {
        Ok(fields) => fields,
        Err(problem) => return problem.into_response(),
    };
    let handed = hand_on(&site, (&uri, &headers, link), &fields).await;
    let answer = match handed {
        Ok(answer) => answer,
        Err(problem) => return refused(problem.into_response(), &uri, &fields),
    };
    if !answer.status().is_success() {
        return refused(answer, &uri, &fields);
    }
    let (_, body) = answer.into_parts();
    let body = to_bytes(body, ANSWER_MAX).await.unwrap_or_default();
    done(&headers, &fields, &serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// What the route of the API answers.
async fn hand_on(
    site: &Arc<Site>,
    (uri, headers, link): (&Uri, &HeaderMap, Option<Extension<Link>>),
    fields: &Fields,
) -> Result<Response, Problem> {
    let path = uri.path().strip_prefix("/do/").unwrap_or_default();
    let method = match fields.get("method").map(String::as_str) {
        None => Method::POST,
        Some("put") => Method::PUT,
        Some("patch") => Method::PATCH,
        Some("delete") => Method::DELETE,
        Some(other) => return Err(Problem::bad(format!("a form cannot be sent by {other}"))),
    };
    let body = serde_json::to_vec(&body(fields)?).expect("invariant: words and numbers");
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = format!("/api/v1/{path}")
        .parse()
        .map_err(|_| Problem::bad(format!("no form is sent to {uri}")))?;
    if let Some(Extension(link)) = link {
        request.extensions_mut().insert(link);
    }
    *request.headers_mut() = handed_headers(headers, &key(uri, fields));
    let router = crate::routes::inner(Arc::clone(site));
    match TowerToHyperService::new(router).call(request).await {
        Ok(response) => Ok(response.into_response()),
        Err(never) => match never {},
    }
}

/// Who asks, from where, and the key under which it is done once.
fn handed_headers(headers: &HeaderMap, key: &str) -> HeaderMap {
    const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");
    let mut handed = HeaderMap::new();
    // The names of proxies go with it: who came through one is not of this machine.
    for (name, value) in headers {
        if name != IDEMPOTENCY && !name.as_str().starts_with("content-") {
            handed.append(name.clone(), value.clone());
        }
    }
    handed.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(key) = HeaderValue::from_str(key) {
        handed.insert(IDEMPOTENCY, key);
    }
    handed
}

/// The same form, sent again from the same page, is the same.
fn key(uri: &Uri, fields: &Fields) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(uri.path().as_bytes());
    for (name, value) in fields {
        hash.update(&[0]);
        hash.update(name.as_bytes());
        hash.update(&[1]);
        hash.update(value.as_bytes());
    }
    format!("page-{}", &hash.finalize().to_hex()[..32])
}

/// The fields as the JSON of a body.
fn body(fields: &Fields) -> Result<Value, Problem> {
    let mut body = Map::new();
    for (name, value) in fields {
        if ABOUT.contains(&name.as_str()) || value.trim().is_empty() {
            continue;
        }
        let (name, kind) = name.split_once(':').unwrap_or((name, "text"));
        let value = match kind {
            "number" => number(name, value)?,
            "flag" => Value::Bool(true),
            "bool" => Value::Bool(value == "true"),
            "list" => listed(value, &[',', '\n']),
            "lines" => listed(value, &['\n']),
            // A browser sends line ends as files of DOS have them.
            _ => Value::String(value.replace("\r\n", "\n")),
        };
        body.insert(name.to_owned(), value);
    }
    Ok(Value::Object(body))
}

fn listed(value: &str, ends: &[char]) -> Value {
    value.split(ends).map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn number(name: &str, text: &str) -> Result<Value, Problem> {
    let wrong = || Problem::bad(format!("{name}: \"{text}\" is no number"));
    match text.trim().parse::<u64>() {
        Ok(number) => Ok(number.into()),
        Err(_) => text
            .trim()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
            .ok_or_else(wrong),
    }
}

/// It is done: on to where it shows.
fn done(headers: &HeaderMap, fields: &Fields, answer: &Value) -> Response {
    if let Some(secret) = answer.get("secret").and_then(Value::as_str) {
        return secret_once(headers, fields, (answer, secret));
    }
    let incident = answer.pointer("/incident/id").and_then(Value::as_str).unwrap_or_default();
    let back = fields.get("back").map_or("/", String::as_str);
    let place = match fields.get("then").filter(|_| !incident.is_empty()) {
        Some(then) => then.replace("{incident}", incident.trim_start_matches("INC-")),
        None => back.to_owned(),
    };
    let words = words(fields, answer);
    let name = fields.get("by").map(|name| cookies::keep_name(name));
    to(&place, [cookies::say(&words)].into_iter().chain(name))
}

/// What is said of it: that it is done, what is odd about it, and what Highwater found near a report.
fn words(fields: &Fields, answer: &Value) -> String {
    let mut words = vec![fields.get("said").map_or("Done.", String::as_str).to_owned()];
    let warning = answer.get("warning").and_then(Value::as_str);
    words.extend(warning.map(|warning| format!("But: {warning}.")));
    let near = answer.get("near").and_then(Value::as_array);
    if let Some(near) = near {
        let near: Vec<&str> = near.iter().filter_map(Value::as_str).take(3).collect();
        words.push(if near.is_empty() {
            "Nothing deviates near it, as far as the figures say.".to_owned()
        } else {
            format!("Near it deviates: {}.", near.join("; "))
        });
    }
    words.join(" ")
}

/// A secret is shown on the page that answers, and kept nowhere.
fn secret_once(headers: &HeaderMap, fields: &Fields, (answer, secret): (&Value, &str)) -> Response {
    let name = answer.pointer("/token/name").or_else(|| answer.get("name")).and_then(Value::as_str);
    let back = fields.get("back").map_or("/settings", String::as_str);
    let wishes = cookies::Wishes::read(headers);
    html(
        headers,
        super::gather::secret_page(wishes, (name.unwrap_or_default(), secret, back)),
        false,
    )
}

/// It cannot be taken: what was sent goes with the answer.
fn refused(mut answer: Response, uri: &Uri, fields: &Fields) -> Response {
    let sent =
        fields.iter().map(|(name, value)| SentField { name: name.clone(), value: value.clone() });
    let sent = Sent { action: uri.path().to_owned(), fields: sent.collect() };
    answer.extensions_mut().insert(sent);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_what_their_names_say() {
        let fields: Fields = [
            ("back", "/now"),
            ("text", "a\r\nb"),
            ("base:number", " 7 "),
            ("above:number", "0.75"),
            ("anyway:flag", "1"),
            ("pinned:bool", "false"),
            ("people:list", "anna, ben"),
            ("because:lines", "of 7, 3\r\n\r\nand more"),
            ("reason", " "),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let wanted = serde_json::json!({
            "text": "a\nb", "base": 7, "above": 0.75, "anyway": true, "pinned": false,
            "people": ["anna", "ben"], "because": ["of 7, 3", "and more"],
        });
        assert_eq!(body(&fields).ok(), Some(wanted));
        let wrong: Fields = [("base:number".to_owned(), "seven".to_owned())].into();
        assert!(body(&wrong).is_err());
    }
}
