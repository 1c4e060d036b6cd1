//! The public version of a document: names of people are roles, hosts and addresses are `[host]`.
//!
//! It is made of the internal one, so that both tell the same. What is for the team alone is left out
//! ([`SectionKind::is_public`]), and so are questions and queries. Every text goes through the same
//! hands: there is no field that is forgotten.
//!
//! It errs on the side of taking out too much. What it cannot know is a name that nobody gave it; and a name that is
//! an ordinary word in small letters (`will`, `rose`) is left where it stands in small letters: `doubtful_words`
//! lists those, for a person to look.

mod addresses;
mod names;
mod texts;

use crate::document::{Audience, Document};
use names::Names;
use texts::map_texts;

/// What is taken out.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    /// Everybody with all spellings of their name. Whom the document names is added.
    pub people: Vec<Vec<String>>,
    /// Names of hosts and instances that do not look like such.
    pub hosts: Vec<String>,
    /// Whether names of services stay.
    pub services: ServiceNames,
}

/// Whether names of services stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServiceNames {
    /// They stay.
    #[default]
    Kept,
    /// These are numbered: `service 1`.
    Hidden(Vec<String>),
}

/// The public version of a document.
#[must_use]
pub fn redact(document: &Document, redaction: &Redaction) -> Document {
    let mut public = document.clone();
    public.audience = Audience::Public;
    public.restricted_to.clear();
    public.sections.retain(|section| section.kind.is_public());
    for section in &mut public.sections {
        section.questions.clear();
    }
    let people = everybody(document, redaction);
    let mut names = Names::new(&people, redaction);
    // Numbers are given in the order in which people and services appear.
    drop(map_texts(public.clone(), &mut |text| {
        names.meet(text);
        String::new()
    }));
    map_texts(public, &mut |text| names.clear(text))
}

/// Words of a public document that may be somebody's name, and may be ordinary words.
#[must_use]
pub fn doubtful_words(document: &Document, redaction: &Redaction) -> Vec<String> {
    let people = everybody(document, redaction);
    let names = Names::new(&people, redaction);
    let mut found = std::collections::BTreeSet::new();
    drop(map_texts(redact(document, redaction), &mut |text| {
        found.extend(names.doubtful(text));
        String::new()
    }));
    found.into_iter().collect()
}

/// The people of the settings, and whom the document names beside them.
fn everybody(document: &Document, redaction: &Redaction) -> Vec<Vec<String>> {
    let mut people = redaction.people.clone();
    for name in &document.people {
        let is_known = people.iter().any(|spellings| {
            spellings.iter().any(|spelling| spelling.to_lowercase() == name.to_lowercase())
        });
        if !is_known {
            people.push(vec![name.clone()]);
        }
    }
    people
}

#[cfg(test)]
mod tests;
