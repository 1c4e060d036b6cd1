//! Changes people tell: a JSON file, a list or one object a line.

use hw_api::{TellChange, TellFault};
use hw_model::{ChangeKind, ToldChange};
use std::fmt;
use std::path::Path;

/// A file of changes that cannot be used, with the place and the reason.
#[derive(Debug)]
pub(crate) struct ToldError(String);

impl fmt::Display for ToldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ToldError {}

/// Reads the file. The changes come by time.
pub(crate) fn read(file: &Path) -> Result<Vec<ToldChange>, ToldError> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| ToldError(format!("failed to read changes from {name}: {error}")))?;
    let mut changes = parse(&text).map_err(|(place, why)| {
        ToldError(format!("failed to read changes from {name}, {place}: {why}"))
    })?;
    changes.sort_by_key(|change| change.at);
    Ok(changes)
}

/// A place in the text and what is wrong there.
type Fault = (String, String);

fn parse(text: &str) -> Result<Vec<ToldChange>, Fault> {
    if text.trim_start().starts_with('[') {
        let entries: Vec<serde_json::Value> = serde_json::from_str(text)
            .map_err(|error| (format!("line {}", error.line()), error.to_string()))?;
        let numbered = entries.into_iter().zip(1..);
        return numbered.map(|(entry, n)| change(entry, &format!("entry {n}"))).collect();
    }
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines
        .map(|(line, n)| {
            let place = format!("line {n}");
            let entry = serde_json::from_str(line)
                .map_err(|error| (place.clone(), format!("no JSON: {error}")))?;
            change(entry, &place)
        })
        .collect()
}

fn change(entry: serde_json::Value, place: &str) -> Result<ToldChange, Fault> {
    let fault = |why: String| (place.to_owned(), why);
    let entry: TellChange =
        serde_json::from_value(entry).map_err(|error| fault(error.to_string()))?;
    let kind = entry.kind.clone();
    let told = entry.told().map_err(|error| match error {
        TellFault::Kind => {
            let known: Vec<&str> = ChangeKind::ALL.iter().map(|kind| kind.word()).collect();
            fault(format!("\"{kind}\" is no kind of change: one of {}", known.join(", ")))
        }
        TellFault::At(text) => {
            fault(format!("\"{text}\" is no time: give 2026-11-22T06:44:00Z, or Unix seconds"))
        }
    })?;
    // What lies in the past has no "now".
    let at = told.at.ok_or_else(|| fault("missing field `at`".to_owned()))?;
    Ok(told.at_or(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"kind": "flag", "service": "eligibility", "at": "2026-11-22T06:54:54Z", "to_version": "open"}"#;

    #[test]
    fn list_and_lines_are_both_read() {
        let list = parse(&format!("[{ONE}, {ONE}]")).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(parse(&format!("{ONE}\n\n{ONE}\n")).unwrap(), list);
        assert_eq!(list[0].kind, ChangeKind::Flag);
        assert_eq!(list[0].to_version.as_deref(), Some("open"));
    }

    #[test]
    fn faults_name_the_place_and_what_is_possible() {
        let fault = |text: &str| {
            let (place, why) = parse(text).unwrap_err();
            format!("{place}: {why}")
        };
        assert!(fault("{}").contains("line 1: missing field `kind`"));
        assert!(fault(&ONE.replace("flag", "flagg")).contains("one of deploy, rollback"));
        assert!(fault(&ONE.replace("2026", "x")).contains("is no time"));
        assert!(fault(&format!("[{ONE}, 3]")).contains("entry 2"));
        assert!(fault(&ONE.replace("service", "servcie")).contains("unknown field `servcie`"));
    }
}
