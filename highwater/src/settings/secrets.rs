//! Secrets of the settings file: the text itself, or where it stands.

use super::keys::{Fault, Keys, fault};
use toml::Value;

/// Bytes of a file with a secret.
const SECRET_BYTES_MAX: usize = 8_192;

/// A secret as it stands there, or where `{ file = "..." }` or `{ env = "..." }` points.
pub(super) fn revealed(place: &str, value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Array(list) => {
            let parts: Result<Vec<Value>, Fault> =
                list.iter().map(|part| revealed(place, part)).collect();
            parts.map(Value::Array)
        }
        Value::Table(_) => {
            let pointer = Keys::of(place, value, &["file", "env"])?;
            let text = match (pointer.text("file")?, pointer.text("env")?) {
                (Some(file), None) => of_file(place, file)?,
                (None, Some(name)) => std::env::var(name).map_err(|_| {
                    fault(place, &format!("the variable {name} is not set, or is no text"))
                })?,
                _ => return Err(fault(place, "must be a text, or name one file or one env")),
            };
            Ok(Value::String(text.trim().to_owned()))
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_) => Ok(value.clone()),
    }
}

fn of_file(place: &str, file: &str) -> Result<String, Fault> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| fault(place, &format!("{file} cannot be read: {error}")))?;
    if text.len() > SECRET_BYTES_MAX {
        return Err(fault(place, &format!("{file} is longer than {SECRET_BYTES_MAX} bytes")));
    }
    Ok(text)
}
