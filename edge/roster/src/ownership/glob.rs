//! A pattern of CODEOWNERS against a path, by the rules GitHub documents.
//!
//! - A slash at the beginning or in the middle ties the pattern to the root; without one it matches at
//!   any depth.
//! - A pattern that matches a folder owns everything in it; with a slash at the end it matches folders
//!   only.
//! - `*` and `?` stay within one name, `**` spans any number of them.
//! - `docs/*` owns what lies directly in `docs`, and nothing deeper.
//!
//! Matching takes time in proportion to pattern times path: there is no backtracking to abuse.

/// Stands for whatever lies in a folder: nothing but a wildcard matches it.
pub(crate) const INSIDE: &str = "\u{0}";

/// A pattern in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<String>,
    is_folder: bool,
    /// Whether it owns only what lies directly in its folder.
    is_shallow: bool,
}

impl Pattern {
    /// Reads a pattern. `None` for what the format does not have: negation and ranges.
    pub(crate) fn new(written: &str) -> Option<Self> {
        if written.starts_with('!') || written.contains(['[', ']', '\u{0}']) {
            return None;
        }
        let bare = written.strip_prefix('/').unwrap_or(written);
        let is_folder = bare.ends_with('/');
        let bare = bare.trim_end_matches('/');
        let is_tied = written.starts_with('/') || bare.contains('/');
        let named = bare.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        let mut parts: Vec<String> = named.collect();
        if parts.is_empty() {
            return None;
        }
        let is_shallow = is_tied && !is_folder && parts.last().is_some_and(|last| last == "*");
        if !is_tied {
            parts.insert(0, "**".to_owned());
        }
        Some(Self { parts, is_folder, is_shallow })
    }

    /// Whether it owns a path, given in its names.
    pub(crate) fn owns(&self, path: &[&str]) -> bool {
        let n = path.len();
        let lengths = match (self.is_shallow, self.is_folder) {
            (true, _) => n..n + 1,
            (false, true) => 1..n,
            (false, false) => 1..n + 1,
        };
        let reached = self.reached(path);
        lengths.into_iter().any(|length| reached.get(length) == Some(&true))
    }

    /// For each number of names from the start whether the whole pattern matches just those.
    fn reached(&self, path: &[&str]) -> Vec<bool> {
        let mut reached = vec![false; path.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        for part in &self.parts {
            let mut next = vec![false; path.len() + 1];
            let mut carried = false;
            for (idx, is_reached) in reached.iter().enumerate() {
                carried |= is_reached;
                if part == "**" {
                    set(&mut next, idx, carried);
                } else if *is_reached && path.get(idx).is_some_and(|name| is_match(part, name)) {
                    set(&mut next, idx + 1, true);
                }
            }
            reached = next;
        }
        reached
    }
}

fn set(list: &mut [bool], idx: usize, value: bool) {
    if let Some(place) = list.get_mut(idx) {
        *place = value;
    }
}

/// Whether a part with `*` and `?` matches a name.
fn is_match(part: &str, name: &str) -> bool {
    if name == INSIDE {
        return part == "*";
    }
    let name: Vec<char> = name.chars().collect();
    let mut reached = vec![false; name.len() + 1];
    set(&mut reached, 0, true);
    for wanted in part.chars() {
        let mut next = vec![false; name.len() + 1];
        let mut carried = false;
        for (idx, is_reached) in reached.iter().enumerate() {
            carried |= is_reached;
            if wanted == '*' {
                set(&mut next, idx, carried);
            } else if *is_reached && name.get(idx).is_some_and(|c| wanted == '?' || *c == wanted) {
                set(&mut next, idx + 1, true);
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}
