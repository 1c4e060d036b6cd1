//! What was tried to stop the harm: what people wrote down, and what figures say of it.

use crate::case::{Case, What};
use crate::source::{Source, Sources};
use hw_model::{ChangeId, ChangeKind, Effect, Timestamp};

/// An attempt to stop the harm.
pub(crate) struct Attempt<'a> {
    /// When it was made.
    pub(crate) at: Timestamp,
    /// The change that it is.
    pub(crate) change: Option<ChangeId>,
    /// What it was, as a thing that helps or does not.
    pub(crate) tried: Tried<'a>,
    /// Who wrote it down, and what it was to bring about.
    pub(crate) by: Option<String>,
    pub(crate) expected: Option<&'a str>,
    /// What it did.
    pub(crate) effect: Effect,
    /// How that is known.
    pub(crate) because: Vec<String>,
    /// Where it stands.
    pub(crate) sources: Sources,
    /// What a person saw of its effect, and where.
    pub(crate) checked: Option<(String, Source)>,
}

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried<'a> {
    /// A change of this kind.
    Change(ChangeKind),
    /// What somebody wrote.
    Words(&'a str),
}

impl Attempt<'_> {
    /// Whether what it started runs again from the same code with the same settings: whatever brought the harm
    /// about is still there.
    pub(crate) fn cures_nothing(&self) -> bool {
        self.tried == Tried::Change(ChangeKind::Restart)
    }

    /// `the restart of eligibility (C13)`, or what somebody wrote.
    pub(crate) fn words(&self, case: &Case) -> String {
        match (self.change, self.tried) {
            (Some(change), _) => format!("the {}", case.change_words(change)),
            (None, Tried::Words(words)) => format!("\u{201c}{words}\u{201d}"),
            (None, Tried::Change(kind)) => format!("a {}", kind.word()),
        }
    }
}

/// All of them, in the order in which they were made.
pub(super) fn attempts(case: &Case) -> Vec<Attempt<'_>> {
    let mut all: Vec<Attempt<'_>> =
        case.record.mitigations.iter().map(|it| told(case, it)).collect();
    for found in &case.diagnosis.mitigations {
        match all.iter_mut().find(|told| told.change == Some(found.change)) {
            Some(told) => {
                told.because.extend(found.because.iter().cloned());
                // Who looked themselves said it with what figures cannot know.
                if told.checked.is_none() {
                    told.effect = found.effect;
                }
            }
            None => all.push(seen(case, found)),
        }
    }
    all.sort_by_key(|tried| (tried.at, tried.change));
    all
}

fn told<'a>(case: &'a Case, it: &'a hw_incident::Mitigation) -> Attempt<'a> {
    let line = case.line(it.entry);
    let change = it.change.and_then(|id| case.change(id));
    let begun = line.map(|line| line.happened_at);
    let known = it.change.into_iter().map(Source::Change);
    let known = known.chain(effect_entry(case, it.change));
    let check = it.checked_by.and_then(|entry| case.line(entry));
    Attempt {
        at: change.map(|change| change.at).or(begun).unwrap_or(case.now),
        change: it.change,
        tried: change.map_or(Tried::Words(it.text.as_str()), |change| Tried::Change(change.kind)),
        by: line.and_then(super::View::author),
        expected: it.expected.as_ref().map(hw_incident::Text::as_str),
        effect: it.effect,
        because: Vec::new(),
        sources: Sources::from(Source::Entry(it.entry)).and_all(known),
        checked: check.map(|line| (line.words.clone(), line.source())),
    }
}

fn seen<'a>(case: &'a Case, found: &'a hw_model::Mitigation) -> Attempt<'a> {
    let change = case.change(found.change);
    let kind = change.map_or(ChangeKind::Other, |change| change.kind);
    let known = effect_entry(case, Some(found.change));
    Attempt {
        at: change.map_or(case.now, |change| change.at),
        change: Some(found.change),
        tried: Tried::Change(kind),
        by: None,
        expected: None,
        effect: found.effect,
        because: found.because.clone(),
        sources: Sources::from(found.change).and_all(known),
        checked: None,
    }
}

/// The last entry in which Highwater says what a change did.
fn effect_entry(case: &Case, change: Option<ChangeId>) -> Option<Source> {
    let about = change?.to_string();
    let said = case.told(What::EffectKnown).rfind(|line| line.about.as_ref() == Some(&about));
    said.map(super::Line::source)
}
