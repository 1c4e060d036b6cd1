//! A document as one HTML file: it loads nothing, runs nothing, and prints.
//!
//! Colours are those of the web pages, light or dark as the reader's system is, and always light on paper. Charts are
//! drawn by who knows how, and stand in the file as SVG; beside each stand its main numbers as a table, for who does
//! not see it.

mod blocks;

use crate::body::{self, Figures};
use crate::escape;
use crate::references::References;
use crate::template::{
    LEGEND, Layout, PUBLIC_LEGEND, TemplateFault, heading, open_words, review_words,
};
use crate::written;
use blocks::Page;
use hw_model::{clock_words, date_words};
use hw_report::{Audience, Document, Figure, SectionKind};

/// Draws a figure: SVG that stands within HTML. It is put in as it is, so it has to escape names itself.
pub type Draw<'d> = &'d dyn Fn(&Figure) -> String;

const CSS: &str = include_str!("html/page.css");

/// What the file may do, whatever stands in it: nothing but show itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A document as one HTML file.
///
/// # Errors
///
/// If the layout is a team's template and cannot be used: what is wrong, and in which line.
pub fn html(
    document: &Document,
    layout: &Layout<'_>,
    draw: Draw<'_>,
) -> Result<String, TemplateFault> {
    let references = References::of(document);
    let page = Page::new(document, &references, draw);
    let inside = match layout {
        Layout::Own => own(document, &page),
        Layout::SreBook | Layout::PagerDuty | Layout::Team { .. } => {
            let rendered = layout.render(document, &references, Figures::Pictures)?;
            written::own_to_html(&rendered.text, &|id| {
                document.figure(id).map(|figure| page.figure(figure))
            })
        }
    };
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n<main>\n\
         {inside}{}</main>\n</body>\n</html>\n",
        escape::html(&escape::one_line(&heading(document))),
        footer(document)
    ))
}

/// A section by itself: to be shown in another page, and to be written on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionParts {
    /// Which.
    pub kind: SectionKind,
    /// As HTML, its heading included.
    pub html: String,
    /// What stands in it, as Markdown: people's text, or what the record says.
    pub markdown: String,
}

/// The sections of a document, one by one.
#[must_use]
pub fn section_parts(document: &Document, draw: Draw<'_>) -> Vec<SectionParts> {
    let references = References::of(document);
    let page = Page::new(document, &references, draw);
    let parts = document.sections.iter().enumerate().map(|(at, section)| SectionParts {
        kind: section.kind,
        html: page.section(at, section),
        markdown: match &section.written {
            Some(written) => written.text.clone(),
            None => body::record(document, section, (&references, Figures::Pictures)),
        },
    });
    parts.collect()
}

/// Highwater's own layout.
fn own(document: &Document, page: &Page<'_>) -> String {
    let mut out = format!("<header>\n<h1>{}</h1>\n", escape::html(&heading(document)));
    out.push_str(&chips(document));
    out.push_str(&page.facts());
    if document.incident.is_some() {
        let legend = match document.audience {
            Audience::Internal => LEGEND,
            Audience::Public => PUBLIC_LEGEND,
        };
        out.push_str(&format!("<p class=\"legend\">{}</p>\n", escape::html(legend)));
    }
    if let Some(words) = open_words(document) {
        out.push_str(&format!("<p>{}</p>\n", escape::html(&words)));
    }
    out.push_str("</header>\n");
    out.push_str(&page.contents());
    for (at, section) in document.sections.iter().enumerate() {
        out.push_str(&page.section(at, section));
    }
    out
}

/// Where incident and review stand, in a row.
fn chips(document: &Document) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(document.severity.map(|severity| severity.word().to_owned()));
    words.extend(document.status.map(|status| status.word().to_owned()));
    match document.audience {
        Audience::Internal if document.incident.is_some() => {
            words.push(format!("review: {}", review_words(document)));
        }
        Audience::Internal => words.extend(document.at.map(date_words)),
        Audience::Public => words.push("public version".to_owned()),
    }
    if !document.restricted_to.is_empty() {
        words.push(format!("restricted to {}", document.restricted_to.join(", ")));
    }
    let chips = words.iter().map(|words| format!("<li>{}</li>", escape::html(words)));
    format!("<ul class=\"chips\">{}</ul>\n", chips.collect::<String>())
}

fn footer(document: &Document) -> String {
    if document.incident.is_none() {
        return String::new();
    }
    let at = document.made_at;
    let version = match document.audience {
        Audience::Internal => format!(", version {}", document.version),
        Audience::Public => String::new(),
    };
    format!(
        "<footer>Written by Highwater from the record as it was on {} at {} UTC{version}.</footer>\n",
        date_words(at),
        clock_words(at)
    )
}

#[cfg(test)]
mod tests;
