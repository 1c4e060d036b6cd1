//! Answers of the API as tables.

use super::WIDTH;
use super::fields::word;
use serde_json::Value;
use textwrap::core::display_width;

/// Changes, one in a line.
pub(crate) fn changes(changes: &[Value]) -> String {
    if changes.is_empty() {
        return "No change is known yet.\n".to_owned();
    }
    let row = |change: &Value| {
        [
            word(change, "id"),
            time(change, "at"),
            word(change, "kind"),
            word(change, "service"),
            versions(change),
            remarks(change),
        ]
    };
    table(["", "at (UTC)", "kind", "service", "version", ""], changes.iter().map(row))
}

/// Shifts, one in a line.
pub(crate) fn shifts(shifts: &[Value]) -> String {
    if shifts.is_empty() {
        return "Nothing has shifted.\n".to_owned();
    }
    let row = |shift: &Value| {
        let what = match word(shift, "value") {
            value if value.is_empty() => word(shift, "signal"),
            value => format!("{} \"{value}\"", word(shift, "signal")),
        };
        let figures = format!("{} -> {}", figure(shift, "before"), figure(shift, "after"));
        let over = if !word(shift, "accepted_at").is_empty() {
            format!("normal since {}", time(shift, "accepted_at"))
        } else if word(shift, "ended_at").is_empty() {
            "still".to_owned()
        } else {
            format!("until {}", time(shift, "ended_at"))
        };
        let service = word(shift, "service");
        [word(shift, "id"), time(shift, "onset_at"), service, what, figures, over, {
            word(shift, "incident")
        }]
    };
    table(
        ["", "onset (UTC)", "service", "signal", "before -> after", "", "incident"],
        shifts.iter().map(row),
    )
}

/// Tokens, one in a line.
pub(crate) fn tokens(tokens: &[Value]) -> String {
    if tokens.is_empty() {
        return "There is no token yet.\n".to_owned();
    }
    let row = |token: &Value| {
        let end = if !word(token, "revoked_at").is_empty() {
            format!("revoked {}", time(token, "revoked_at"))
        } else if word(token, "expires_at").is_empty() {
            "no end".to_owned()
        } else {
            format!("until {}", time(token, "expires_at"))
        };
        let used = match time(token, "last_used_at") {
            used if used.is_empty() => "never used".to_owned(),
            used => format!("used {used}"),
        };
        let created = time(token, "created_at");
        [word(token, "id"), word(token, "name"), word(token, "scope"), created, end, used]
    };
    table(["", "name", "scope", "created (UTC)", "", ""], tokens.iter().map(row))
}

/// `2026-11-22 06:54:54`.
fn time(of: &Value, key: &str) -> String {
    let text = word(of, key).replace('T', " ");
    text.split(['.', 'Z']).next().unwrap_or_default().to_owned()
}

fn figure(of: &Value, key: &str) -> String {
    of.get(key).and_then(Value::as_f64).map_or_else(|| "?".to_owned(), |n| format!("{n:.3}"))
}

fn versions(change: &Value) -> String {
    match (word(change, "from_version"), word(change, "to_version")) {
        (from, to) if from.is_empty() => to,
        (from, to) if to.is_empty() => format!("{from} -> ?"),
        (from, to) => format!("{from} -> {to}"),
    }
}

fn remarks(change: &Value) -> String {
    let source = match word(change, "source").as_str() {
        "both" => "told and found".to_owned(),
        "telemetry" => "found".to_owned(),
        other => other.to_owned(),
    };
    let of = |key, words: &str| {
        let id = word(change, key);
        if id.is_empty() { id } else { format!(", {words} {id}") }
    };
    format!("{source}{}{}", of("reverses", "takes back"), of("redeploy_of", "repeats"))
}

/// Columns side by side, as wide as they must be.
pub(super) fn table<const N: usize>(
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(display_width(cell)).min(WIDTH / 2);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(display_width(cell))))
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_stand_in_columns() {
        let told = json!({"id": "C1", "kind": "flag", "service": "gate", "from_version": null,
            "to_version": "open", "at": "2026-11-22T06:54:54.000Z", "source": "told"});
        let found = json!({"id": "C12", "kind": "rollback", "service": "router",
            "from_version": "2.0", "to_version": "1.4", "at": "2026-11-22T07:54:54.000Z",
            "source": "both", "reverses": "C3"});
        let expect = "     at (UTC)             kind      service  version\n\
                      C1   2026-11-22 06:54:54  flag      gate     open        told\n\
                      C12  2026-11-22 07:54:54  rollback  router   2.0 -> 1.4  told and found, takes back C3\n";
        assert_eq!(changes(&[told, found]), expect);
        assert_eq!(changes(&[]), "No change is known yet.\n");
    }

    #[test]
    fn shifts_say_whether_they_last() {
        let shift = json!({"id": "S1", "signal": "answers", "value": "go", "service": "eligibility",
            "before": 0.5, "after": 1.0, "onset_at": "2026-11-22T06:54:54.000Z",
            "ended_at": null, "incident": "INC-1"});
        let page = shifts(std::slice::from_ref(&shift));
        let line = page.lines().nth(1).unwrap();
        assert!(line.contains("answers \"go\"  0.500 -> 1.000   still  INC-1"), "{line}");
    }
}
