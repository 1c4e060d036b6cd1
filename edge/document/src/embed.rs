//! The whole document in a comment at the end of its Markdown, and what was written of it where.
//!
//! Prose cannot say everything: sources, data of figures, who wrote what when. So the document stands there as JSON. A
//! comment is shown by no reader of Markdown. `<`, `>`, `&` and double dashes are spelled otherwise in it, so that no text of the
//! document can end it, and the last comment of its kind in a file is ours, whatever people wrote before.

use crate::escape::one_line;
use crate::markdown::parts::{Part, parts};
use crate::template::{Region, Rendered};
use hw_api::Postmortem;
use hw_report::{Document, SectionKind};
use serde::{Deserialize, Serialize};

const OPEN: &str = "<!-- highwater:postmortem:1\n";
const CLOSE: &str = "\n-->";

/// What people should know who see it.
const NOTE: &str = "This block holds the document with its sources and figures. Leave it as it is; edit the text above, and import the \
                    file: what was altered under a heading becomes that section's text.";

/// What stands in the comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Embedded {
    /// For people.
    note: String,
    /// The line with the title.
    pub(crate) title: String,
    /// What stands between the title and the first heading after it, as a digest.
    pub(crate) top: String,
    /// Each heading after it with what stands under it.
    pub(crate) parts: Vec<WrittenPart>,
    /// All of it.
    pub(crate) document: Postmortem,
}

/// What was written under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WrittenPart {
    /// The heading.
    pub(crate) heading: String,
    /// The sections that stand under it: their numbers in the document.
    pub(crate) sections: Vec<usize>,
    /// What stands there, as a digest: whether it was altered.
    pub(crate) digest: String,
    /// What the template wrote before the sections.
    pub(crate) before: String,
    /// What it wrote after them.
    pub(crate) after: String,
}

/// The comment of a document.
pub(crate) fn block(document: &Document, rendered: &Rendered) -> String {
    let all = parts(&rendered.text);
    let (top, under) = match all.split_first() {
        Some((top, under)) if top.level == 1 => (Some(top), under),
        _ => (None, &all[..]),
    };
    let embedded = Embedded {
        note: NOTE.to_owned(),
        title: top.map(|top| top.heading.clone()).unwrap_or_default(),
        top: digest(top.map(|top| top.text(&rendered.text)).unwrap_or_default()),
        parts: under.iter().map(|part| written(document, rendered, part)).collect(),
        document: Postmortem::from(document),
    };
    let json = serde_json::to_string(&embedded).expect("invariant: words and finite numbers");
    format!("{OPEN}{}{CLOSE}", disarmed(&json))
}

fn written(document: &Document, rendered: &Rendered, part: &Part) -> WrittenPart {
    let inside = rendered.regions.iter().filter(|region| {
        part.body.start <= region.range.start && region.range.end <= part.body.end
    });
    let inside: Vec<&Region> = inside.collect();
    let text =
        |from: usize, to: usize| rendered.text.get(from..to).unwrap_or_default().trim().to_owned();
    let (before, after) = match (inside.first(), inside.last()) {
        (Some(first), Some(last)) => {
            (text(part.body.start, first.range.start), text(last.range.end, part.body.end))
        }
        _ => (String::new(), String::new()),
    };
    let kinds: Vec<SectionKind> = inside.iter().map(|region| region.kind).collect();
    WrittenPart {
        heading: part.heading.clone(),
        sections: numbers(document, &kinds, &part.heading),
        digest: digest(part.text(&rendered.text)),
        before,
        after,
    }
}

/// The numbers of the sections of these kinds. Several may be `other`: then the heading says which.
fn numbers(document: &Document, kinds: &[SectionKind], heading: &str) -> Vec<usize> {
    let of_kind = |kind: &SectionKind| {
        let mut of_kind =
            document.sections.iter().enumerate().filter(|(_, section)| section.kind == *kind);
        let named = of_kind.clone().find(|(_, section)| one_line(&section.title) == heading);
        named.or_else(|| of_kind.next()).map(|(at, _)| at)
    };
    kinds.iter().filter_map(of_kind).collect()
}

/// Whether a text is as it was: white space at the ends of lines does not count, for editors take it away.
pub(crate) fn digest(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    let digest = blake3::hash(lines.join("\n").as_bytes()).to_hex();
    digest.get(..16).unwrap_or_default().to_owned()
}

/// JSON that ends no comment.
fn disarmed(json: &str) -> String {
    let json = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    // A single dash may be the sign of a number; two of them stand in texts only.
    json.replace("--", "-\\u002d").replace("--", "-\\u002d")
}

/// What a file holds.
pub(crate) enum Found {
    /// No comment of ours.
    None,
    /// One that cannot be read: why.
    Damaged(String),
    /// One.
    Whole(Box<Embedded>),
}

/// The text of a file without our comment, and what that holds.
pub(crate) fn split(text: &str) -> (String, Found) {
    let Some(at) = text.rfind(OPEN) else { return (text.to_owned(), Found::None) };
    let inside = text.get(at + OPEN.len()..).unwrap_or_default();
    let end = inside.find(CLOSE).unwrap_or(inside.len());
    let json = inside.get(..end).unwrap_or_default();
    let after = inside.get(end + CLOSE.len()..).unwrap_or_default();
    let visible = format!("{}{after}", text.get(..at).unwrap_or_default());
    let found = match serde_json::from_str::<Embedded>(json) {
        Ok(embedded) => Found::Whole(Box::new(embedded)),
        Err(wrong) => Found::Damaged(wrong.to_string()),
    };
    (visible, found)
}
