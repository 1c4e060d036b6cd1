//! The Python that tests send with and take mail with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Finds or makes a Python that has what the tests need, or says why there is none.
pub(crate) fn python() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let made = Command::new("python3")
        .arg(root.join("examples/own-services/environment.py"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("python3 cannot be started: {error}"))?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).trim().to_owned());
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&made.stdout).trim()))
}
