//! Fields of what the API answers, as text that is safe to show.

use super::plain;
use serde_json::Value;

/// A text as it is; empty if there is none.
pub(crate) fn raw<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A text on one line.
pub(crate) fn word(of: &Value, key: &str) -> String {
    raw(of, key).lines().map(plain).collect::<Vec<_>>().join(" ")
}

/// A text with its lines.
pub(crate) fn lines(of: &Value, key: &str) -> String {
    raw(of, key).lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// A whole number; 0 if there is none.
pub(crate) fn number(of: &Value, key: &str) -> u64 {
    of.get(key).and_then(Value::as_u64).unwrap_or(0)
}

/// Whether it is said to be so.
pub(crate) fn is_true(of: &Value, key: &str) -> bool {
    of.get(key).and_then(Value::as_bool) == Some(true)
}

/// A list; empty if there is none.
pub(crate) fn items<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_of_many_lines_fits_on_one() {
        let note = json!({"words": "twice\nthe usual\u{1b}[2J"});
        assert_eq!(word(&note, "words"), "twice the usual\u{fffd}[2J");
        assert_eq!(lines(&note, "words").lines().count(), 2);
        assert_eq!((word(&note, "by").as_str(), items(&note, "x").len()), ("", 0));
    }
}
