//! A document as Markdown, with all of it in a comment at its end.

pub(crate) mod parts;

use crate::body::Figures;
use crate::embed;
use crate::references::References;
use crate::template::{Layout, TemplateFault};
use hw_report::Document;

/// A document as Markdown: people read and edit the text, and [`crate::import`] reads all of it back.
///
/// # Errors
///
/// If the layout is a team's template and cannot be used: what is wrong, and in which line.
pub fn markdown(document: &Document, layout: &Layout<'_>) -> Result<String, TemplateFault> {
    let references = References::of(document);
    let rendered = layout.render(document, &references, Figures::Tables)?;
    let block = embed::block(document, &rendered);
    Ok(format!("{}\n{block}\n", rendered.text))
}
