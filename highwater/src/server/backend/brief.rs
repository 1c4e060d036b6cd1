//! The brief of an incident: at most 150 words.

use super::super::brief::{fitted, sentences};
use super::Answers;
use hw_api::Brief;
use hw_model::ChangeId;
use hw_web::Answered;

impl Answers {
    /// The brief of an incident.
    pub(super) fn brief_words(&self, number: u32) -> Answered<Option<Brief>> {
        let Some(incident) = self.incident_words(number)? else { return Ok(None) };
        let mut names = self.change_names();
        let mut name = |id: &str| {
            let known = ChangeId::from_word(id).and_then(|id| names(id.0));
            known.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"))
        };
        let mut said = sentences(&incident, &mut name);
        // A brief does not wait for an engine that has other things to do.
        let backlogs = if self.is_behind() { None } else { self.backlogs(number).ok().flatten() };
        let most = backlogs.and_then(|backlogs| backlogs.into_iter().next());
        // After what it is, since when, and the harm.
        let place = (2 + usize::from(incident.impact.is_some())).min(said.len());
        said.splice(place..place, most.map(|backlog| backlog.words));
        let words = fitted(&said);
        Ok(Some(Brief { incident: incident.id, words }))
    }
}
