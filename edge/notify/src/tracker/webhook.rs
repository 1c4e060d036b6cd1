//! For other trackers: an action item as JSON, signed as the Standard Webhooks ask.

use super::{Item, Moved, Tracker};
use crate::message::{Method, Request};
use crate::plain_text::{identifier, one_line};
use crate::secret::Secret;
use crate::signature::{standard_key, standard_message, standard_signature};
use serde_json::json;

/// Letters of a line.
const LINE_CHARS_MAX: usize = 2_000;

pub(super) fn problem(tracker: &Tracker) -> Option<String> {
    if tracker.secrets.is_empty() {
        return Some("`secrets` must name a signing key".to_owned());
    }
    tracker.secrets.iter().find_map(|secret| standard_key(secret.expose()).err())
}

/// What was said before bears the same id, so that a retry is seen as one.
pub(super) fn request(
    tracker: &Tracker,
    item: &Item,
    moved: Option<(Moved, &str)>,
    now: i64,
) -> Result<Request, String> {
    let (kind, because) = match moved {
        None => ("action.opened", None),
        Some((Moved::Done, why)) => ("action.done", Some(why)),
        Some((Moved::Declined, why)) => ("action.declined", Some(why)),
        Some((Moved::Reopened, why)) => ("action.reopened", Some(why)),
    };
    let line = |text: &String| one_line(text, LINE_CHARS_MAX);
    let body = json!({
        "type": kind,
        "data": {
            "id": item.id,
            "text": line(&item.text),
            "lines": item.lines.iter().map(line).collect::<Vec<_>>(),
            "due": item.due,
            "because": because.map(|why| one_line(why, LINE_CHARS_MAX)),
        },
    });
    let body = body.to_string();
    let id = identifier(&format!("{}-{kind}-{}", item.id, item.version));
    let timestamp = now.div_euclid(1_000_000_000).to_string();
    let message = standard_message(&id, &timestamp, body.as_bytes());
    let signed =
        |secret: &Secret| Ok(standard_signature(&standard_key(secret.expose())?, &message));
    let signatures = tracker.secrets.iter().map(signed).collect::<Result<Vec<_>, String>>()?;
    Ok(Request {
        method: Method::Post,
        url: Secret::new(tracker.url.clone()),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signatures.join(" ")),
        ],
        body: body.into_bytes(),
    })
}
