//! What a story has beside its entries: when it began by the data, and when changes were made.

use crate::client::Api;
use hw_api::Change;
use serde_json::{Value, json};

/// Lines for the onset and for each change around it, as entries without a number.
pub(super) fn beside(api: &Api, incident: &Value) -> Vec<Value> {
    let ids = |key: &str| {
        let all = incident.get(key).and_then(Value::as_array);
        all.cloned().unwrap_or_default()
    };
    let onset = ids("shifts").first().and_then(|id| onset(api, incident, id.as_str()?));
    let changes = ids("changes").into_iter().filter_map(|judged| {
        let id = judged.get("change")?.as_str()?;
        let change: Change = api.get(&format!("/api/v1/changes/{id}")).ok()?;
        let known = hw_api::source_words(&change.source);
        let words = format!("{} ({id}, {known})", change.name());
        Some(line(&json!(change.at), ("change", Some(id)), &words))
    });
    onset.into_iter().chain(changes).collect()
}

fn onset(api: &Api, incident: &Value, first: &str) -> Option<Value> {
    let shift: Value = api.get(&format!("/api/v1/shifts/{first}")).ok()?;
    let time = |key: &str| shift.get(key).and_then(Value::as_str).map(str::to_owned);
    let words = format!("it begins, between {} and {}", time("onset_from")?, time("onset_to")?);
    let started_at = incident.pointer("/record/times/started_at");
    Some(line(started_at.or(incident.get("started_at"))?, ("onset", None), &words))
}

fn line(at: &Value, (timeline, about): (&str, Option<&str>), words: &str) -> Value {
    json!({"seq": null, "kind": "beside", "timeline": timeline, "by": "Highwater",
        "source": "machine", "happened_at": at, "words": words, "about": about, "because": []})
}
