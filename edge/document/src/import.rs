//! From Markdown to a document: our own, edited or not, and what others wrote.
//!
//! A file of ours carries all of the document in its last comment. Where the text under a heading is as it was
//! written, the section is taken from there, whole; where it was altered, what stands there is taken as people's
//! text. Nothing is dropped: what has no place is kept as a section of its own, and said.

mod dates;
mod foreign;
mod ours;

use crate::embed::{self, Found};
use hw_report::{Document, Place, SectionKind};

/// Bytes of a file at most.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The name of the file.
    pub name: String,
    /// The document.
    pub document: Document,
    /// What was altered since it was written, section by section: to be written into the incident's review.
    pub edits: Vec<Edit>,
    /// What people should know of it, a sentence each.
    pub notes: Vec<String>,
}

/// A section whose text was altered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The section.
    pub kind: SectionKind,
    /// Where the text stands.
    pub place: Place,
    /// The text; empty if people's text was taken away.
    pub text: String,
}

/// Why a file holds no post mortem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFault {
    /// The name of the file.
    pub name: String,
    /// Why, and what helps.
    pub words: String,
}

/// Reads a file of Markdown.
///
/// # Errors
///
/// If nothing stands in it, or far too much.
pub fn import(name: &str, text: &str) -> Result<Imported, ImportFault> {
    let fault = |words: String| Err(ImportFault { name: name.to_owned(), words });
    if text.len() > FILE_BYTES_MAX {
        return fault(format!("has {} bytes, and {FILE_BYTES_MAX} are possible", text.len()));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (visible, found) = embed::split(&text);
    let (document, edits, notes) = match found {
        Found::Whole(embedded) => match Document::try_from(&embedded.document) {
            Ok(document) => {
                let read = ours::read(&visible, &embedded, document);
                (read.document, read.edits, read.notes)
            }
            Err(wrong) => damaged(name, &visible, &wrong.0),
        },
        Found::Damaged(why) => damaged(name, &visible, &why),
        Found::None => (foreign::read(name, &visible), Vec::new(), Vec::new()),
    };
    if visible.trim().is_empty() && document.sections.is_empty() {
        return fault(
            "holds no text: a post mortem has a heading, and sections under headings".to_owned(),
        );
    }
    Ok(Imported { name: name.to_owned(), document, edits, notes })
}

/// Reads files of Markdown, in the order of their names; each that cannot be read says why.
pub fn import_all(
    files: impl IntoIterator<Item = (String, String)>,
) -> Vec<Result<Imported, ImportFault>> {
    let mut files: Vec<(String, String)> = files.into_iter().collect();
    files.sort();
    files.iter().map(|(name, text)| import(name, text)).collect()
}

/// A file of ours whose comment is broken: its text is still there.
fn damaged(name: &str, visible: &str, why: &str) -> (Document, Vec<Edit>, Vec<String>) {
    let note = format!(
        "The block at the end of {name} cannot be read ({why}), so sources and figures are lost; the text was taken \
         as if others had written it."
    );
    (foreign::read(name, visible), Vec::new(), vec![note])
}

#[cfg(test)]
mod tests;
