//! Which ids of the dictionary occur in records.

use crate::pending::LogLine;
use hw_model::{AnswerSetId, ShapeId, SourceId, SpanEnd, SumPoint};
use std::collections::HashSet;

/// Ids that occur in records.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) sources: Marks<()>,
    /// With a source it occurs with: all sources of a shape have the same service.
    pub(super) shapes: Marks<SourceId>,
    pub(super) answers: HashSet<(ShapeId, AnswerSetId)>,
    pub(super) templates: Marks<()>,
    pub(super) series: Marks<()>,
}

impl Used {
    pub(super) fn span(&mut self, span: &SpanEnd) {
        self.sources.mark(span.source.0, ());
        self.shapes.mark(span.shape.0, span.source);
        if span.answers != AnswerSetId::NONE {
            self.answers.insert((span.shape, span.answers));
        }
    }

    pub(super) fn log(&mut self, log: &LogLine) {
        self.sources.mark(log.end.source.0, ());
        self.templates.mark(log.end.template.0, ());
    }

    pub(super) fn sum(&mut self, sum: &SumPoint) {
        self.sources.mark(sum.source.0, ());
        self.series.mark(sum.series.0, ());
    }
}

/// Ids of one kind, each with a note.
#[derive(Debug)]
pub(super) struct Marks<T>(Vec<Option<T>>);

impl<T> Default for Marks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Marks<T> {
    pub(super) fn mark(&mut self, id: u32, note: T) {
        let idx = id as usize;
        if idx >= self.0.len() {
            self.0.resize(idx + 1, None);
        }
        if let Some(place) = self.0.get_mut(idx) {
            *place = Some(note);
        }
    }

    pub(super) fn has(&self, id: u32) -> bool {
        self.0.get(id as usize).is_some_and(Option::is_some)
    }

    /// Ids that are marked, with their notes.
    pub(super) fn ids(&self) -> impl Iterator<Item = (u32, T)> {
        (0..).zip(&self.0).filter_map(|(id, note)| note.map(|note| (id, note)))
    }
}
