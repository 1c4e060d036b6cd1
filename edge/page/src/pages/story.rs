//! The story of an incident: what happened, since when, where it starts, what is innocent, is it over.

mod changes;
mod head;
mod pictures;
mod why;

use super::incident;
use crate::frame::{Frame, Page, Region};
use crate::place::Place;
use hw_api::{Backlog, Change, Incident, Shift};
use hw_report::{Document, Figure, FigureData, RatioData, without_nats};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct StoryView {
    /// The incident.
    pub incident: Incident,
    /// The changes it speaks of.
    pub changes: Vec<Change>,
    /// Its shifts.
    pub shifts: Vec<Shift>,
    /// The draft of its post mortem: its figures are shown here, too.
    pub document: Document,
    /// What piles up since it began.
    pub backlog: Vec<Backlog>,
}

impl StoryView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let number = incident::number(&self.incident);
        let regions = [
            Some(Region::new("r-head", "story-head", head::head(self, frame))),
            Some(Region::new("r-pages", "", incident::pages(number, frame))),
            pictures::map(self).map(|body| Region::new("r-map", "card wide", body)),
            pictures::course(self, frame)
                .map(|body| Region::new("r-course", "card two-thirds", body)),
            pictures::close_up(self, frame).map(|body| Region::new("r-close", "card third", body)),
            Some(Region::new("r-changes", "card wide", changes::changes(self, frame))),
            Some(Region::new("r-why", "card half", why::why(self, frame))),
            Some(Region::new("r-over", "card half", why::over(self, frame))),
        ];
        Page {
            title: format!("{}: {}", self.incident.id, incident::title(&self.incident)),
            up: Some(Place::Incidents { status: None }),
            is_live: true,
            regions: regions.into_iter().flatten().collect(),
        }
    }

    fn figure(&self, is_wanted: impl Fn(&FigureData) -> bool) -> Option<&Figure> {
        self.document.figures.iter().find(|figure| is_wanted(&figure.data))
    }

    /// The ratio that the incident is about, over the whole time.
    fn ratio(&self) -> Option<(&Figure, &RatioData)> {
        let figure = self.figure(|data| matches!(data, FigureData::Ratio(_)))?;
        match &figure.data {
            FigureData::Ratio(ratio) => Some((figure, ratio)),
            FigureData::Flow(_) | FigureData::CloseUp(_) | FigureData::Answers(_) => None,
        }
    }

    /// Facts, with their times as the reader's clock shows them.
    fn facts(&self, facts: &[String], frame: &Frame) -> Vec<String> {
        let onset = incident::onset(&self.shifts);
        let plain = |fact: &String| without_nats(&frame.clock.retold(fact, onset));
        facts.iter().map(plain).collect()
    }

    fn change(&self, id: &str) -> Option<&Change> {
        self.changes.iter().find(|change| change.id == id)
    }
}
