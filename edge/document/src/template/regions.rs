//! Where each section stands in what a template wrote.

use crate::escape::{MARK_CLOSE, MARK_END, MARK_OPEN, is_mark};
use hw_report::SectionKind;
use std::ops::Range;

/// What a template wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// The Markdown.
    pub(crate) text: String,
    /// Its sections, in the order in which they stand.
    pub(crate) regions: Vec<Region>,
}

/// A section in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) kind: SectionKind,
    pub(crate) range: Range<usize>,
}

/// A body with marks around it.
pub(super) fn marked(kind: SectionKind, body: &str) -> String {
    let body: String = body.chars().filter(|letter| !is_mark(*letter)).collect();
    format!("{MARK_OPEN}{}{MARK_CLOSE}{body}{MARK_END}", kind.word())
}

/// Takes the marks out of a text, and what a template left too much of blank lines.
pub(super) fn read(written: &str) -> Rendered {
    let mut rendered = Rendered::default();
    let mut rest = written;
    while let Some(at) = rest.find(MARK_OPEN) {
        let (before, from) = rest.split_at(at);
        rendered.push_own(before);
        let from = from.get(MARK_OPEN.len_utf8()..).unwrap_or_default();
        // A filter of the template may have altered what stands between the marks: then it is only text.
        let (head, body) = from.split_once(MARK_CLOSE).unwrap_or(("", from));
        let end = body.find(MARK_END).unwrap_or(body.len());
        let (body, after) = body.split_at(end);
        rendered.push_body(SectionKind::from_word(&head.to_lowercase()), body);
        rest = after.strip_prefix(MARK_END).unwrap_or(after);
    }
    rendered.push_own(rest);
    rendered.text.truncate(rendered.text.trim_end().len());
    rendered.text.push('\n');
    rendered
}

impl Rendered {
    /// What the template itself wrote: at most one blank line in a row.
    fn push_own(&mut self, own: &str) {
        for letter in own.chars().filter(|letter| !is_mark(*letter)) {
            if letter != '\n' || !(self.text.is_empty() || self.text.ends_with("\n\n")) {
                self.text.push(letter);
            }
        }
    }

    fn push_body(&mut self, kind: Option<SectionKind>, body: &str) {
        let from = self.text.len();
        self.text.extend(body.chars().filter(|letter| !is_mark(*letter)));
        if let Some(kind) = kind.filter(|_| self.text.len() > from) {
            self.regions.push(Region { kind, range: from..self.text.len() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_where_they_stand() {
        let body = marked(SectionKind::Impact, "4,701 items\n\n\n\nmore");
        let rendered = read(&format!("# A\n\n\n\n## Impact\n\n{body}\n\n\n## Next\n\n"));
        assert_eq!(rendered.text, "# A\n\n## Impact\n\n4,701 items\n\n\n\nmore\n\n## Next\n");
        let [region] = &rendered.regions[..] else { panic!("{rendered:?}") };
        assert_eq!(&rendered.text[region.range.clone()], "4,701 items\n\n\n\nmore");
    }

    #[test]
    fn broken_marks_leave_text() {
        for (written, text, n) in [
            ("\u{fdd0}IMPACT\u{fdd1}A\u{fdd2}", "A\n", 1),
            ("\u{fdd0}nothing\u{fdd1}A\u{fdd2}", "A\n", 0),
            ("\u{fdd0}impact\u{fdd1}A", "A\n", 1),
            ("a\u{fdd2}b\u{fdd1}", "ab\n", 0),
            ("\u{fdd0}impact", "impact\n", 0),
            ("\u{fdd0}impact\u{fdd1}\u{fdd2}", "\n", 0),
        ] {
            let rendered = read(written);
            assert_eq!((rendered.text.as_str(), rendered.regions.len()), (text, n));
        }
    }
}
