//! A post mortem as Markdown, as one HTML file, as JSON, and back.
//!
//! Everything that came from outside is text in what is written here, and never markup: names and sentences are
//! escaped, and people's Markdown brings no HTML, no script and no picture of another host. A document that was
//! written as Markdown is read back whole, with what people altered in the text.
//!
//! It deliberately does not know how a document is drafted, where texts are kept, or how a figure is drawn.

mod body;
mod embed;
mod escape;
mod html;
mod import;
mod markdown;
mod references;
mod template;
mod written;

pub use html::{Draw, SectionParts, html, section_parts};
pub use import::{Edit, ImportFault, Imported, import, import_all};
pub use markdown::markdown;
pub use template::{Layout, TEMPLATE_BYTES_MAX, TemplateFault};
pub use written::rendered;

use hw_api::{Postmortem, PostmortemFault};
use hw_report::Document;

/// A document as JSON.
#[must_use]
pub fn json(document: &Document) -> String {
    let words = Postmortem::from(document);
    serde_json::to_string_pretty(&words).expect("invariant: words and finite numbers")
}

/// The document of a JSON.
///
/// # Errors
///
/// If it is no JSON of a post mortem: what of it cannot be read.
pub fn from_json(text: &str) -> Result<Document, PostmortemFault> {
    let words: Postmortem = serde_json::from_str(text)
        .map_err(|wrong| PostmortemFault(format!("no post mortem: {wrong}")))?;
    Document::try_from(&words)
}
