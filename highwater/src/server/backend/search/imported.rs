//! Looking for words in post mortems that were imported, section by section.

use super::{excerpt, stands_in};
use hw_api::{Hit, rfc3339};
use hw_model::Timestamp;
use hw_store::StoredImport;
use serde_json::Value;

/// What of a document is written for people.
const SAID: [&str; 4] = ["title", "words", "text", "label"];

/// What of one is found: its sections in which every word stands, with its title; or its title, or the name
/// of its file, alone.
pub(super) fn hits(words: &[String], kept: &StoredImport) -> Vec<Hit> {
    let Ok(document) = serde_json::from_str::<Value>(&kept.body) else { return Vec::new() };
    let sections = document.get("sections").and_then(Value::as_array);
    let mut hits: Vec<Hit> = Vec::new();
    for section in sections.into_iter().flatten() {
        let mut said = Vec::new();
        said_in(section, &mut said);
        let text = said.join(" ");
        let is_here = words.iter().any(|word| stands_in(std::slice::from_ref(word), &[&text]));
        if is_here && stands_in(words, &[&kept.title, &text]) {
            let kind = section.get("kind").and_then(Value::as_str);
            hits.push(hit(kept, kind, &excerpt(&text, words)));
        }
    }
    if hits.is_empty() && stands_in(words, &[&kept.title, &kept.name]) {
        hits.push(hit(kept, None, &kept.name));
    }
    hits
}

/// All that is said in a part of a document.
fn said_in<'a>(part: &'a Value, said: &mut Vec<&'a str>) {
    match part {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(text) if SAID.contains(&key.as_str()) => said.push(text),
                    Some(_) => {}
                    None if key == "cells" => {
                        said.extend(
                            value.as_array().into_iter().flatten().filter_map(Value::as_str),
                        );
                    }
                    None => said_in(value, said),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| said_in(part, said)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn hit(kept: &StoredImport, section: Option<&str>, words: &str) -> Hit {
    let id = format!("OLD-{}", kept.id);
    Hit {
        kind: "section".to_owned(),
        incident: None,
        entry: None,
        about: Some(id.clone()),
        postmortem: Some(id),
        section: section.map(str::to_owned),
        at: rfc3339(Timestamp(kept.at.unwrap_or(kept.imported_at))),
        by: kept.name.clone(),
        words: format!("{}: {words}", kept.title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> StoredImport {
        let read = hw_document::import("2024-03-01-queue.md", text).unwrap();
        StoredImport {
            id: 3,
            digest: String::new(),
            name: read.name.clone(),
            title: read.document.title.clone(),
            at: read.document.at.map(|at| at.0),
            imported_at: 9,
            by: "Anna".to_owned(),
            body: hw_document::json(&read.document),
        }
    }

    fn found(words: &str, text: &str) -> Vec<(Option<String>, String)> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        hits(&words, &kept(text)).into_iter().map(|hit| (hit.section, hit.words)).collect()
    }

    const OLD: &str = "# The queue was stuck\n\n## Impact\n\nAll orders of an hour.\n\n## Luck\n\nNobody \
                       ordered at night.\n\n## Glossary\n\n- order: a wish\n";

    #[test]
    fn hits_say_in_which_section_they_stand() {
        let sections = |words: &str| -> Vec<Option<String>> {
            found(words, OLD).into_iter().map(|(section, _)| section).collect()
        };
        let some = |word: &str| Some(word.to_owned());
        assert_eq!(sections("orders"), [some("impact")]);
        assert_eq!(sections("order"), ["impact", "luck", "other"].map(some));
        assert_eq!(sections("queue night"), [some("luck")], "the title counts to each section");
        assert_eq!(sections("queue stuck"), [None], "the title alone is told once");
        assert_eq!(sections("2024-03-01-queue"), [None]);
        assert!(sections("pineapple").is_empty() && sections("impact written").is_empty());
        let (_, words) = &found("orders", OLD)[0];
        assert_eq!(words, "The queue was stuck: Impact All orders of an hour.");
    }
}
