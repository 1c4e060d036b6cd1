//! What people wrote as Markdown: contained, so that it stays within its section, and as HTML.
//!
//! It is their text and stays it, but it brings no HTML, loads nothing, links to no script, and never ends the
//! section in which it stands: headings are put below ours, and what was left open is closed.

mod page;

pub(crate) use page::{anchor, own_to_html, to_html};

use crate::escape::is_mark;
use hw_model::is_plain;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Markdown that somebody writes, as HTML: what of theirs could be markup is text, and nothing is loaded.
#[must_use]
pub fn rendered(text: &str) -> String {
    to_html(text, &|_| None)
}

/// Headings of our own have levels up to this one.
pub(crate) const OWN_LEVEL_MAX: u8 = 3;

/// Levels below ours at which people's headings stand.
const LEVEL_MAX: u8 = 6;

/// What of Markdown's dialects people may use.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// People's Markdown for a Markdown file: headings lie below ours, HTML is text, pictures of other hosts are
/// links, and nothing is left open at its end.
pub(crate) fn contained(text: &str) -> String {
    let mut text = shown(text);
    for _ in 0..ROUNDS_MAX {
        let edits = edits(&text);
        if edits.is_empty() {
            return text;
        }
        text = shown(&edited(&text, edits));
    }
    // What does not come to rest is shown as it is, letter by letter.
    as_code(&text)
}

/// A heading or HTML may appear only once another is taken away.
const ROUNDS_MAX: usize = 6;

/// The letters that are shown, with line ends and tabs.
fn shown(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text
        .chars()
        .filter(|letter| (is_plain(*letter) || matches!(letter, '\n' | '\t')) && !is_mark(*letter));
    let kept: String = kept.collect();
    kept.trim_matches('\n').trim_end().to_owned()
}

fn as_code(text: &str) -> String {
    let longest = text.split(|letter| letter != '~').map(str::len).max().unwrap_or(0);
    let fence = "~".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}")
}

/// What is put instead of a part of a text.
type Edit = (Range<usize>, String);

#[expect(clippy::wildcard_enum_match_arm, reason = "Markdown has more events than matter here")]
fn edits(text: &str) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut open_code: Option<(Range<usize>, bool)> = None;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => edits.extend(html_edits(text, range)),
            Event::Start(Tag::Heading { level, .. }) if level as u8 <= OWN_LEVEL_MAX => {
                edits.push(heading_edit(text, range, level));
            }
            Event::Start(Tag::Image { dest_url, .. }) if figure_of(&dest_url).is_none() => {
                // `![alt](there)` without its first letter is a link.
                edits.push((range.start..range.start + 1, String::new()));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                open_code = Some((range, matches!(kind, CodeBlockKind::Fenced(_))));
            }
            _ => {}
        }
    }
    if edits.is_empty() {
        edits.extend(open_code.and_then(|(range, is_fenced)| closing_edit(text, range, is_fenced)));
    }
    edits
}

/// HTML as text.
fn html_edits(text: &str, range: Range<usize>) -> Vec<Edit> {
    let part = text.get(range.clone()).unwrap_or_default();
    let at = part.match_indices('<').map(|(at, _)| range.start + at);
    at.map(|at| (at..at + 1, "&lt;".to_owned())).collect()
}

/// The same heading below ours, in one line.
fn heading_edit(text: &str, range: Range<usize>, level: HeadingLevel) -> Edit {
    let source = text.get(range.clone()).unwrap_or_default();
    let words: Vec<&str> =
        source.lines().map(|line| line.trim().trim_start_matches(['#', '>']).trim()).collect();
    let is_underline = |line: &&str| !line.is_empty() && line.chars().all(|c| c == '=' || c == '-');
    let words: Vec<&str> = words.into_iter().filter(|line| !is_underline(line)).collect();
    let marks = "#".repeat(usize::from((level as u8 + OWN_LEVEL_MAX).min(LEVEL_MAX)));
    let words = words.join(" ").trim_end_matches('#').trim().to_owned();
    let end = if source.ends_with('\n') { "\n" } else { "" };
    (range, format!("{marks} {words}{end}"))
}

/// The fence that is missing, if code at the end of a text was left open.
fn closing_edit(text: &str, code: Range<usize>, is_fenced: bool) -> Option<Edit> {
    if !is_fenced || code.end < text.len() || ends_closed(text) {
        return None;
    }
    let opener = text.get(code.start..)?;
    let sign = opener.chars().next().filter(|sign| "`~".contains(*sign))?;
    let fence: String = opener.chars().take_while(|letter| *letter == sign).collect();
    Some((text.len()..text.len(), format!("\n{fence}")))
}

/// Whether what comes after a text stands outside it: a heading that follows is one.
#[expect(clippy::wildcard_enum_match_arm, reason = "Markdown has more events than matter here")]
fn ends_closed(text: &str) -> bool {
    let probe = format!("{text}\n\n# end");
    let mut depth = 0_usize;
    let mut is_seen = false;
    for (event, range) in Parser::new_ext(&probe, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) if depth == 0 && range.start > text.len() => {
                is_seen = true
            }
            Event::Start(_) => depth += 1,
            Event::End(TagEnd::Heading(_)) if is_seen => {}
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    is_seen
}

fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for (range, instead) in edits {
        // A part within one that was put anew is new, too.
        if range.start < done {
            continue;
        }
        out.push_str(text.get(done..range.start).unwrap_or_default());
        out.push_str(&instead);
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The figure that an image points to: `![](figure:ratio)`.
pub(crate) fn figure_of(url: &str) -> Option<&str> {
    url.strip_prefix("figure:")
}

/// People's Markdown with each figure that stands in a paragraph of its own as `draw` gives it.
pub(crate) fn with_figures(text: &str, draw: &dyn Fn(&str) -> Option<String>) -> String {
    let mut edits: Vec<Edit> = Vec::new();
    let mut events = Parser::new_ext(text, options()).into_offset_iter().peekable();
    while let Some((event, range)) = events.next() {
        let Event::Start(Tag::Paragraph) = event else { continue };
        let Some((Event::Start(Tag::Image { dest_url, .. }), image)) = events.peek() else {
            continue;
        };
        let is_alone = text.get(image.end..range.end).is_some_and(|rest| rest.trim().is_empty());
        let drawn = figure_of(dest_url).filter(|_| is_alone).and_then(draw);
        edits.extend(drawn.map(|drawn| (image.clone(), drawn)));
    }
    edited(text, edits)
}

#[cfg(test)]
mod tests;
