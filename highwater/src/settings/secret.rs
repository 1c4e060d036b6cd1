//! Texts that are secret: they need not stand in the settings.

use super::keys::{Fault, Keys, fault};
use std::fs::File;
use std::io::Read;
use toml::Value;

/// Bytes of a file with a secret.
const BYTES_MAX: u64 = 8_192;

/// A text as it stands there, or where `{ file = "..." }` or `{ env = "..." }` points.
pub(super) fn revealed(at: &str, value: &Value) -> Result<String, Fault> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let wrong = "must be a text, or name one file or one env";
    if !value.is_table() {
        return Err(fault(at, wrong));
    }
    let pointer = Keys::of(at, value, &["file", "env"])?;
    let text = match (pointer.text("file")?, pointer.text("env")?) {
        (Some(file), None) => of_file(at, file)?,
        (None, Some(name)) => std::env::var(name)
            .map_err(|_| fault(at, &format!("the variable {name} is not set, or is no text")))?,
        _ => return Err(fault(at, wrong)),
    };
    Ok(text.trim().to_owned())
}

fn of_file(at: &str, file: &str) -> Result<String, Fault> {
    let mut text = String::new();
    // One byte more than may be says that there are more.
    let read = File::open(file).and_then(|file| file.take(BYTES_MAX + 1).read_to_string(&mut text));
    read.map_err(|error| fault(at, &format!("{file} cannot be read: {error}")))?;
    if text.len() as u64 > BYTES_MAX {
        return Err(fault(at, &format!("{file} is longer than {BYTES_MAX} bytes")));
    }
    Ok(text)
}
