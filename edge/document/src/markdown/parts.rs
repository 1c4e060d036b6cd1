//! A Markdown text heading by heading.

use crate::escape::one_line;
use crate::written::{OWN_LEVEL_MAX, options};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// A heading and what stands under it, up to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// 1 to 3; 0 for what stands before the first heading.
    pub(crate) level: u8,
    /// What it says, without markup.
    pub(crate) heading: String,
    /// Where what stands under it stands.
    pub(crate) body: Range<usize>,
}

impl Part {
    /// What stands under it.
    pub(crate) fn text<'t>(&self, of: &'t str) -> &'t str {
        of.get(self.body.clone()).unwrap_or_default()
    }
}

/// The parts of a text: headings of a level of ours that stand in no list, quote or code.
pub(crate) fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut depth, mut open): (usize, Option<(u8, Range<usize>, String)>) = (0, None);
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match (event, &mut open) {
            (Event::Start(Tag::Heading { level, .. }), None)
                if depth == 0 && level as u8 <= OWN_LEVEL_MAX =>
            {
                open = Some((level as u8, range, String::new()));
            }
            (Event::End(TagEnd::Heading(_)), Some(_)) => {
                let Some((level, range, heading)) = open.take() else { continue };
                close_last(&mut parts, range.start);
                let heading = one_line(&heading);
                parts.push(Part { level, heading, body: range.end..text.len() });
            }
            (Event::Text(part) | Event::Code(part), Some((_, _, heading))) => {
                heading.push_str(&part)
            }
            (Event::SoftBreak | Event::HardBreak, Some((_, _, heading))) => heading.push(' '),
            (Event::Start(_), None) => depth += 1,
            (Event::End(_), None) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let first = parts.first().map_or(text.len(), |part| part.body.start);
    if parts.is_empty() && !text.trim().is_empty() {
        parts.push(Part { level: 0, heading: String::new(), body: 0..first });
    }
    parts
}

/// Ends the last part where a heading begins.
fn close_last(parts: &mut Vec<Part>, at: usize) {
    match parts.last_mut() {
        Some(last) => last.body.end = at,
        None if at > 0 => parts.push(Part { level: 0, heading: String::new(), body: 0..at }),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_at_headings_that_stand_by_themselves() {
        let text = "before\n# A *b*\none\n\nTwo\n---\n```\n# code\n```\n> # quote\n\n- # item\n\n#### deep\n### c\nend";
        let parts: Vec<(u8, String, String)> = parts(text)
            .into_iter()
            .map(|part| (part.level, part.heading.clone(), part.text(text).trim().to_owned()))
            .collect();
        let expect = [
            (0, "", "before"),
            (1, "A b", "one"),
            (2, "Two", "```\n# code\n```\n> # quote\n\n- # item\n\n#### deep"),
            (3, "c", "end"),
        ];
        assert_eq!(
            parts,
            expect.map(|(level, heading, body)| (level, heading.to_owned(), body.to_owned()))
        );
        assert_eq!(super::parts("").len(), 0);
        assert_eq!(super::parts("only text").len(), 1);
    }
}
