//! Which ids of the dictionary occur in records.

use crate::pending::LogLine;
use hw_model::{AnswerSetId, ShapeId, SpanEnd, SumPoint};
use std::collections::HashSet;

/// Ids that occur in records.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) sources: Marks,
    pub(super) shapes: Marks,
    pub(super) answers: HashSet<(ShapeId, AnswerSetId)>,
    pub(super) templates: Marks,
    pub(super) series: Marks,
}

impl Used {
    pub(super) fn span(&mut self, span: &SpanEnd) {
        self.sources.mark(span.source.0);
        self.shapes.mark(span.shape.0);
        if span.answers != AnswerSetId::NONE {
            self.answers.insert((span.shape, span.answers));
        }
    }

    pub(super) fn log(&mut self, log: &LogLine) {
        self.sources.mark(log.end.source.0);
        self.templates.mark(log.end.template.0);
    }

    pub(super) fn sum(&mut self, sum: &SumPoint) {
        self.sources.mark(sum.source.0);
        self.series.mark(sum.series.0);
    }
}

/// Ids of one kind.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<bool>);

impl Marks {
    pub(super) fn mark(&mut self, id: u32) {
        let idx = id as usize;
        if idx >= self.0.len() {
            self.0.resize(idx + 1, false);
        }
        if let Some(place) = self.0.get_mut(idx) {
            *place = true;
        }
    }

    pub(super) fn has(&self, id: u32) -> bool {
        self.0.get(id as usize).is_some_and(|is_marked| *is_marked)
    }

    /// Ids that are marked.
    pub(super) fn ids(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.0).filter_map(|(id, is_marked)| is_marked.then_some(id))
    }
}
