//! A text that opens doors: it can be read on purpose and never shown by accident.
//!
//! It has no `Display` and no `Serialize`, and its `Debug` says only that there is one. Addresses
//! of chat webhooks are secrets too: whoever knows one can write into the channel.

use std::fmt;

use serde::Deserialize;

/// A password, a token, a signing key, or an address with one of these in it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that must have it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_in_its_debug_text() {
        let shown = format!("{:?}", Some(Secret::new("canary-4711")));
        assert_eq!(shown, "Some(Secret(hidden))");
    }
}
