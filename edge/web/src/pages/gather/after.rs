//! What the pages after an incident need: the post mortem, action items, the record, what is found.

use super::Gathering;
use crate::backend::Failure;
use crate::problem::Problem;
use crate::search::{SearchAsked, SearchFrom};
use crate::sight::{Sight, no_incident};
use crate::team::{FreezeAsked, StretchAsked};
use hw_learn::Weekday;
use hw_page::{
    ActionsView, Frame, KnowledgeView, Page, RecordView, ReviewView, SearchView, Stretch,
};

/// Hits on a page.
const HITS: u32 = 50;
/// Letters and words of what is looked for.
const LETTERS_MAX: usize = 200;
/// Incidents to which an action item can be added.
const INCIDENTS: usize = 20;

impl Gathering<'_> {
    pub(super) fn review(&self, number: u32, frame: &Frame) -> Result<Page, Problem> {
        let incident = self.incident(number)?;
        let document = self.backend.document(number)?.ok_or_else(|| no_incident(number))?;
        let sections = self.backend.drawn(&document);
        Ok(ReviewView { incident, document, sections }.page(frame))
    }

    pub(super) fn actions(&self, frame: &Frame) -> Result<Page, Failure> {
        let mut sight = Sight::new(self.backend, self.caller);
        let mut items = self.backend.actions(&mut |incident| sight.covers(incident))?;
        items.sort_by(|a, b| (&a.due, &a.id).cmp(&(&b.due, &b.id)));
        let incidents = self.seen_incidents()?.into_iter().take(INCIDENTS);
        let incidents = incidents.map(|incident| (incident.id, incident.title)).collect();
        Ok(ActionsView { items, incidents }.page(frame))
    }

    pub(super) fn record(
        &self,
        stretch: Stretch,
        only: Option<&str>,
        frame: &Frame,
    ) -> Result<Page, Problem> {
        let asked = StretchAsked { from: stretch.from, to: stretch.to };
        let mut sight = Sight::new(self.backend, self.caller);
        let record = self.backend.record(asked, &mut |incident| sight.covers(incident))?;
        let days = only.unwrap_or("mon");
        let read: Option<Vec<Weekday>> =
            days.split(',').map(|day| Weekday::from_word(day.trim())).collect();
        let only_days = read.filter(|days| !days.is_empty()).ok_or_else(|| {
            Problem::bad(format!("only=\"{days}\" are no days of the week: give mon,tue"))
        })?;
        let asked = FreezeAsked { only: only_days, zone: "UTC".to_owned(), stretch: asked };
        let freeze = self.backend.freeze(&asked, &mut |incident| sight.covers(incident))?;
        Ok(RecordView { record, freeze: (days.to_owned(), freeze) }.page(frame))
    }

    pub(super) fn knowledge(&self, frame: &Frame) -> Result<Page, Failure> {
        let map = self.backend.knowledge(StretchAsked::default())?;
        Ok(KnowledgeView { map }.page(frame))
    }

    pub(super) fn search(&self, text: &str, frame: &Frame) -> Result<Page, Failure> {
        let text: String = text.trim().chars().take(LETTERS_MAX).collect();
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let mut view = SearchView { text, hits: Vec::new(), is_more: false };
        if !words.is_empty() {
            let mut sight = Sight::new(self.backend, self.caller);
            let from = SearchFrom::Incidents(None);
            let asked = SearchAsked { words, from, items_max: HITS };
            let found = self.backend.search(&asked, &mut |incident| sight.covers(incident))?;
            view.is_more = found.next.is_some();
            view.hits = found.items;
        }
        Ok(view.page(frame))
    }
}
