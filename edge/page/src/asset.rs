//! Style, script and mark: embedded, under an address that changes with what they hold.

use std::sync::LazyLock;

/// The style sheet.
pub(crate) const STYLE: &str = "highwater.css";
/// The script.
pub(crate) const SCRIPT: &str = "highwater.js";

/// A file that pages load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its name.
    pub name: &'static str,
    /// Its media type.
    pub media: &'static str,
    /// What it holds.
    pub text: &'static str,
}

const CSS: &str =
    concat!(include_str!("../assets/tokens.css"), include_str!("../assets/highwater.css"));

const ASSETS: [Asset; 3] = [
    Asset { name: STYLE, media: "text/css; charset=utf-8", text: CSS },
    Asset {
        name: SCRIPT,
        media: "text/javascript; charset=utf-8",
        text: include_str!("../assets/highwater.js"),
    },
    Asset { name: "mark.svg", media: "image/svg+xml", text: include_str!("../assets/mark.svg") },
];

/// A number that changes with what any of them holds.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = blake3::Hasher::new();
    for asset in ASSETS {
        hash.update(asset.text.as_bytes());
    }
    hash.finalize().to_hex().chars().take(12).collect()
});

/// The file of a name.
#[must_use]
pub fn asset(name: &str) -> Option<Asset> {
    ASSETS.into_iter().find(|asset| asset.name == name)
}

/// Where it stands.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{name}?v={}", *VERSION)
}
