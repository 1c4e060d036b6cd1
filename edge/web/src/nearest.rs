//! The name that was probably meant, or some names that may have been.

/// The nearest of some names, if one is near: a third of the letters may be wrong, and at most eight.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest_some(word, names).first().map(|name| (*name).to_owned())
}

/// The nearest three that are near, the nearest first.
pub(crate) fn nearest_some<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    // Longer ones come from nobody's typing, and comparing takes the product of both lengths.
    const LETTERS_MAX: usize = 300;
    const NAMES_MAX: usize = 500;
    const SHOWN_MAX: usize = 3;
    if word.len() > LETTERS_MAX {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 8);
    let far = |name: &str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let names = names.into_iter().filter(|name| name.len().abs_diff(word.len()) <= 2 * limit);
    // A hint is not worth more than some milliseconds.
    let names = names.take(NAMES_MAX);
    let mut near: Vec<(usize, &str)> = names.map(|name| (far(name), name)).collect();
    near.retain(|(distance, _)| *distance <= limit);
    near.sort_unstable();
    near.into_iter().take(SHOWN_MAX).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let near = |word| nearest(word, ["deploy", "restart", "flag"]);
        assert_eq!(near("delpoy").as_deref(), Some("deploy"));
        assert_eq!(near("Flag").as_deref(), Some("flag"));
        assert_eq!(near("bananas"), None);
        assert_eq!(nearest("x", []), None);
        assert_eq!(
            nearest_some("gate-1", ["gate-22", "gates", "gate-2"]),
            ["gate-2", "gate-22", "gates"]
        );
    }
}
