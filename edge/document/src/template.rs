//! The order and the headings of a document: Highwater's own, those of the SRE book or of PagerDuty, or a team's.
//!
//! A template is Markdown with Jinja's signs. It says which section stands where; what stands in a section is
//! written by `body`, so that a template can leave something out and cannot break it. Values are escaped as they
//! are put in. A template gets a budget of work and of letters, and a fault names its line.

mod context;
mod regions;

pub(crate) use context::{LEGEND, PUBLIC_LEGEND, heading, open_words, review_words};
pub(crate) use regions::{Region, Rendered};

use crate::body::Figures;
use crate::escape::inline;
use crate::references::References;
use hw_report::Document;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Template, UndefinedBehavior, Value};
use std::fmt;

/// Bytes of a template at most: sections are not written in it.
pub const TEMPLATE_BYTES_MAX: usize = 256 * 1024;

/// Work that a template may do, beside writing out the sections once: far more than any needs, and done in less than
/// a second.
const FUEL: u64 = 1_000_000;

/// Bytes that one unit of work stands for (minijinja's).
const BYTES_PER_FUEL: u64 = 64;

/// Times that a template may write out all sections.
const COPIES_MAX: u64 = 4;

/// Bytes that may be written at most.
const OUTPUT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// In which order and under which headings a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout<'a> {
    /// Highwater's own.
    Own,
    /// The sections of the SRE book's example.
    SreBook,
    /// The sections of PagerDuty's template.
    PagerDuty,
    /// A team's own template.
    Team {
        /// What it is called: a file name.
        name: &'a str,
        /// What stands in it.
        source: &'a str,
    },
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// What it is called.
    pub name: String,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// What is wrong, and what helps.
    pub words: String,
}

impl<'a> Layout<'a> {
    /// The layout of this name: `highwater`, `sre`, `pagerduty`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Own, Self::SreBook, Self::PagerDuty].into_iter().find(|layout| layout.name() == name)
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Own => "highwater",
            Self::SreBook => "sre",
            Self::PagerDuty => "pagerduty",
            Self::Team { name, .. } => name,
        }
    }

    const fn source(&self) -> &'a str {
        match self {
            Self::Own => include_str!("templates/highwater.md"),
            Self::SreBook => include_str!("templates/sre.md"),
            Self::PagerDuty => include_str!("templates/pagerduty.md"),
            Self::Team { source, .. } => source,
        }
    }

    /// Whether a template can be used: it parses. What it asks for shows only when a document is written.
    ///
    /// # Errors
    ///
    /// If it does not parse, or is too long: what is wrong, and in which line.
    pub fn check(&self) -> Result<(), TemplateFault> {
        let environment = environment(0);
        self.parse(&environment).map(|_| ())
    }

    fn parse<'e>(
        &self,
        environment: &'e Environment<'a>,
    ) -> Result<Template<'e, 'a>, TemplateFault> {
        if self.source().len() > TEMPLATE_BYTES_MAX {
            let words =
                format!("has {} bytes, and {TEMPLATE_BYTES_MAX} are possible", self.source().len());
            return Err(TemplateFault { name: self.name().to_owned(), line: None, words });
        }
        let template = environment.template_from_named_str(self.name(), self.source());
        template.map_err(|wrong| self.fault(&wrong))
    }

    /// A document in this layout, and where each section stands in it.
    pub(crate) fn render(
        &self,
        document: &Document,
        references: &References,
        figures: Figures,
    ) -> Result<Rendered, TemplateFault> {
        let context = context::Context::of(document, references, figures);
        let copies = context.bytes as u64 / BYTES_PER_FUEL * COPIES_MAX;
        let environment = environment(FUEL + copies);
        let template = self.parse(&environment)?;
        let written = template.render(context.value).map_err(|wrong| self.fault(&wrong))?;
        if written.len() > OUTPUT_BYTES_MAX {
            return Err(self.too_much());
        }
        Ok(regions::read(&written))
    }

    fn too_much(&self) -> TemplateFault {
        let words =
            "does too much: it may go through each section a few times, and no further".to_owned();
        TemplateFault { name: self.name().to_owned(), line: None, words }
    }

    fn fault(&self, wrong: &Error) -> TemplateFault {
        // A fault within a loop or a call has its cause behind it.
        let mut cause = wrong;
        while let Some(inner) =
            std::error::Error::source(cause).and_then(|inner| inner.downcast_ref::<Error>())
        {
            cause = inner;
        }
        if cause.kind() == ErrorKind::OutOfFuel {
            return TemplateFault {
                line: cause.line().or_else(|| wrong.line()),
                ..self.too_much()
            };
        }
        let detail = cause.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        let help = if cause.kind() == ErrorKind::UndefinedError { context::KNOWN } else { "" };
        let words = format!("{}{detail}{help}", cause.kind());
        TemplateFault {
            name: self.name().to_owned(),
            line: cause.line().or_else(|| wrong.line()),
            words,
        }
    }
}

fn environment<'a>(fuel: u64) -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, _, value| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        let text = written(value);
        out.write_str(&text).map_err(Error::from)
    });
    environment.set_fuel(Some(fuel));
    environment.set_debug(true);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.expect("invariant: the usual signs"));
    environment
}

/// A value as Markdown: what is Markdown already stays so, everything else is text.
fn written(value: &Value) -> String {
    if value.is_none() {
        String::new()
    } else if value.is_safe() {
        value.to_string()
    } else {
        inline(&value.to_string())
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        write!(f, "template {}{line}: {}", self.name, self.words)
    }
}

impl std::error::Error for TemplateFault {}

#[cfg(test)]
mod tests;
