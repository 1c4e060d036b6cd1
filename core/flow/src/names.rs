//! Interned names: each distinct text once, under a small number.
//!
//! Bounded in count and in length. Past the bound every new text becomes `~other`, and the number
//! of texts that did is kept, so that it can be said.

use crate::table::{Table, table};
use hw_model::NameId;
use serde::{Deserialize, Serialize};

/// Stands for every name past a limit.
pub const OTHER: &str = "~other";

/// The service under which Highwater counts itself.
pub const OWN_SERVICE: &str = "~highwater";

/// Longest name kept, in bytes. Longer ones are cut; OpenTelemetry's names are far below.
const NAME_BYTES_MAX: usize = 256;

/// Texts and their numbers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Names {
    #[serde(with = "crate::table::sorted")]
    ids: Table<Box<str>, NameId>,
    texts: Vec<Box<str>>,
    names_max: usize,
    n_refused: u64,
}

impl Names {
    pub(crate) fn new(names_max: usize) -> Self {
        let mut names = Self { ids: table(), texts: Vec::new(), names_max, n_refused: 0 };
        names.id("");
        names.id(OTHER);
        names
    }

    /// The number of `text`.
    pub(crate) fn id(&mut self, text: &str) -> NameId {
        let text = cut(text);
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        if self.texts.len() >= self.names_max {
            self.n_refused += 1;
            return self.other();
        }
        let id = NameId(u32::try_from(self.texts.len()).expect("invariant: names_max fits u32"));
        self.texts.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    /// The number of `text` if it has one already.
    pub(crate) fn find(&self, text: &str) -> Option<NameId> {
        self.ids.get(cut(text)).copied()
    }

    /// The number that stands for all names past a limit.
    pub(crate) fn other(&self) -> NameId {
        NameId(1)
    }

    /// Names from number `from` on, in order.
    pub(crate) fn since(&self, from: usize) -> &[Box<str>] {
        self.texts.get(from..).unwrap_or_default()
    }

    pub(crate) fn text(&self, id: NameId) -> &str {
        self.texts.get(id.0 as usize).map_or(OTHER, |text| text)
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// How many texts found no place.
    pub(crate) fn n_refused(&self) -> u64 {
        self.n_refused
    }
}

/// The longest start of `text` that is within the limit and ends between characters.
fn cut(text: &str) -> &str {
    if text.len() <= NAME_BYTES_MAX {
        return text;
    }
    let end = (0..=NAME_BYTES_MAX).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_text_has_same_number_and_empty_is_zero() {
        let mut names = Names::new(10);
        assert_eq!(names.id(""), NameId::EMPTY);
        let a = names.id("a");
        assert_eq!(names.id("a"), a);
        assert_eq!(names.text(a), "a");
    }

    #[test]
    fn past_the_limit_everything_is_other() {
        let mut names = Names::new(3);
        names.id("a");
        assert_eq!(names.text(names.find("a").unwrap()), "a");
        let b = names.id("b");
        assert_eq!(names.text(b), OTHER);
        assert_eq!(names.n_refused(), 1);
    }

    #[test]
    fn long_name_is_cut_between_characters() {
        let mut names = Names::new(10);
        let id = names.id(&"é".repeat(200));
        assert_eq!(names.text(id).len(), NAME_BYTES_MAX);
    }
}
