//! Imported post mortems, and what became of files that were imported.

use super::fields::{is_true, items, raw, word};
use super::paragraph_of_names;
use super::timeline::Zone;
use serde_json::Value;

/// What stands before each further line of one.
const INDENT: &str = "                     ";

/// What is kept, one in a paragraph.
pub(crate) fn list(found: &[Value], zone: &Zone) -> String {
    if found.is_empty() {
        return "No post mortem was imported: highwater postmortem import old/\n".to_owned();
    }
    let line = |kept: &Value| {
        let (title, name) = (word(kept, "title"), word(kept, "name"));
        let (by, at) = (word(kept, "by"), zone.short(&word(kept, "imported_at")));
        paragraph_of_names(
            &head(kept),
            INDENT,
            &format!("{title} ({name}; imported by {by}, {at})"),
        )
    };
    found.iter().map(line).collect()
}

/// What became of each file.
pub(crate) fn answers(answers: &[Value]) -> String {
    let mut page = String::new();
    let mut n_added = 0_u64;
    for answer in answers {
        let kept = answer.get("postmortem").unwrap_or(&Value::Null);
        let is_added = is_true(answer, "added");
        n_added += u64::from(is_added);
        let was = if is_added { "" } else { ", kept before" };
        let words = format!("{} ({}){was}", word(kept, "title"), word(kept, "name"));
        page.push_str(&paragraph_of_names(&head(kept), INDENT, &words));
        for note in items(answer, "notes").iter().filter_map(Value::as_str) {
            page.push_str(&paragraph_of_names(INDENT, INDENT, note));
        }
    }
    let n_before = answers.len() as u64 - n_added;
    page.push_str(&format!("{n_added} added, {n_before} kept before.\n"));
    page
}

/// Its number, and the day it is about.
fn head(kept: &Value) -> String {
    let day = raw(kept, "at").split('T').next().unwrap_or_default();
    format!("{:<8} {day:<10}  ", word(kept, "id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_became_of_each_file_is_said() {
        let kept = json!({"id": "OLD-3", "title": "Disk full", "name": "disk.md", "at": "2024-03-01T00:00:00.000Z"});
        let answer = |added: bool, notes: &[&str]| json!({"postmortem": kept, "added": added, "notes": notes});
        let said = answers(&[answer(true, &["Its block is broken."]), answer(false, &[])]);
        assert!(said.starts_with("OLD-3    2024-03-01  Disk full (disk.md)\n"), "{said}");
        assert!(said.contains("Its block is broken."), "{said}");
        assert!(said.ends_with("(disk.md), kept before\n1 added, 1 kept before.\n"), "{said}");
    }
}
