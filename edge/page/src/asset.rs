//! Style, script and mark: embedded, under an address that changes with what they hold.

use std::borrow::Cow;
use std::sync::LazyLock;

/// The style sheet.
pub(crate) const STYLE: &str = "highwater.css";
/// The script.
pub(crate) const SCRIPT: &str = "highwater.js";

/// A file that pages load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its name.
    pub name: &'static str,
    /// Its media type.
    pub media: &'static str,
    /// What it holds.
    pub text: Cow<'static, str>,
}

const CSS: &str = concat!(
    include_str!("../assets/tokens.css"),
    include_str!("../assets/highwater.css"),
    include_str!("../assets/pages.css")
);

/// The modules of the script.
const MODULES: [(&str, &str); 8] = [
    (SCRIPT, include_str!("../assets/highwater.js")),
    ("charts.js", include_str!("../assets/charts.js")),
    ("forms.js", include_str!("../assets/forms.js")),
    ("keys.js", include_str!("../assets/keys.js")),
    ("live.js", include_str!("../assets/live.js")),
    ("morph.js", include_str!("../assets/morph.js")),
    ("palette.js", include_str!("../assets/palette.js")),
    ("swap.js", include_str!("../assets/swap.js")),
];

const MARK: &str = include_str!("../assets/mark.svg");

/// A number that changes with what any of them holds.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = blake3::Hasher::new();
    for text in MODULES.iter().map(|(_, text)| *text).chain([CSS, MARK]) {
        hash.update(text.as_bytes());
    }
    hash.finalize().to_hex().chars().take(12).collect()
});

/// The file of a name.
#[must_use]
pub fn asset(name: &str) -> Option<Asset> {
    let asset = |name, media, text| Some(Asset { name, media, text });
    match name {
        STYLE => asset(STYLE, "text/css; charset=utf-8", Cow::Borrowed(CSS)),
        "mark.svg" => asset("mark.svg", "image/svg+xml", Cow::Borrowed(MARK)),
        _ => {
            let (name, text) = MODULES.into_iter().find(|(known, _)| *known == name)?;
            asset(name, "text/javascript; charset=utf-8", Cow::Owned(dated(text)))
        }
    }
}

/// A module that loads the others under their addresses.
fn dated(text: &str) -> String {
    text.replace(".js\";", &format!(".js?v={}\";", *VERSION))
}

/// Where a file stands.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{name}?v={}", *VERSION)
}

/// Modules that the first one loads.
pub(crate) fn later_modules() -> impl Iterator<Item = String> {
    MODULES.iter().skip(1).map(|(name, _)| address(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_loads_others_where_they_stand() {
        let script = asset(SCRIPT).unwrap().text;
        assert!(!script.contains(".js\";"), "an import without a version");
        for (name, _) in MODULES.into_iter().skip(1) {
            let address = format!("./{name}?v={}", *VERSION);
            let is_loaded = MODULES.iter().any(|(_, text)| dated(text).contains(&address));
            assert!(is_loaded, "{name}");
        }
        assert_eq!(asset("other.js"), None);
    }
}
