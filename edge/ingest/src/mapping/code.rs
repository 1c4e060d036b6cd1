//! Where in the source a log line was written: the `code.*` attributes, else the innermost frame of a stack
//! that is of the sender's own code.

use super::facts::Facts;
use super::stack::{Frame, own_frame};
use crate::keys::Key;
use crate::options::{Repository, Subject};
use hw_model::CodePlace;

/// Bytes kept of each text of a place.
const TEXT_MAX: usize = 300;

/// Where the code of a sender is kept, and what of it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Checkout {
    repository: String,
    revision: String,
    /// What file names begin with that stands for the folder below, without slashes at the end.
    root: String,
    folder: String,
}

impl Checkout {
    /// What a resource says, and what the settings say where it is silent.
    pub(super) fn new(facts: &Facts<'_, '_>, service: &str, declared: &[Repository]) -> Self {
        let subject = Subject { service, kind: None, peer: None, operation: "" };
        let declared = declared.iter().find(|rule| rule.when.matches(&subject));
        let said = |key| facts.text(key).map(cut);
        let version = said(Key::ServiceVersion).unwrap_or_default();
        let of = |text: fn(&Repository) -> &String| declared.map(text).cloned().unwrap_or_default();
        let revision = of(|rule| &rule.revision).replace("{version}", &version);
        // A pattern around nothing names no revision.
        let revision = if version.is_empty() { String::new() } else { revision };
        Self {
            repository: said(Key::RepositoryUrl).unwrap_or_else(|| of(|rule| &rule.url)),
            revision: said(Key::Revision).unwrap_or(revision),
            root: of(|rule| &rule.root).trim_end_matches('/').to_owned(),
            folder: of(|rule| &rule.folder).trim_matches('/').to_owned(),
        }
    }

    /// The place of a log line of this sender, if it says one.
    pub(super) fn place(&self, facts: &Facts<'_, '_>) -> Option<CodePlace> {
        let frame = said(facts).or_else(|| own_frame(facts.text(Key::CodeStack)?))?;
        Some(CodePlace {
            file: self.within(frame.file),
            line: frame.line,
            function: cut(frame.function),
            repository: self.repository.clone(),
            revision: self.revision.clone(),
        })
    }

    /// The name of a file within the repository, as far as the settings say how.
    fn within(&self, file: &str) -> String {
        let Some(inside) = file.strip_prefix(&self.root).filter(|_| !self.root.is_empty()) else {
            return cut(file);
        };
        match (inside.strip_prefix('/'), self.folder.is_empty()) {
            (Some(inside), true) => cut(inside),
            (Some(inside), false) => cut(&format!("{}/{inside}", self.folder)),
            // `/app` is not the root of `/apple`.
            (None, _) => cut(file),
        }
    }
}

/// What the attributes say.
fn said<'r>(facts: &Facts<'r, '_>) -> Option<Frame<'r>> {
    let line = facts.number(Key::CodeLine).and_then(|line| u32::try_from(line).ok());
    let function = facts.text(Key::CodeFunction).or_else(|| facts.text(Key::CodeNamespace));
    let (line, function) = (line.unwrap_or(0), function.unwrap_or_default());
    Some(Frame { file: facts.text(Key::CodeFile)?, line, function })
}

/// The beginning of a text, for people to read.
fn cut(text: &str) -> String {
    hw_model::plain(text, TEXT_MAX)
}
