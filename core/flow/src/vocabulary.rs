//! The dictionary of the reading side: what the small numbers in records mean.

use crate::names::OTHER;
use hw_model::{
    AnswerSetId, CodePlace, Definitions, NameId, Severity, Shape, ShapeId, Source, SourceId,
    SpanKind, SumSeries, SumSeriesId, TemplateId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that was defined so far, by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    names: Vec<Box<str>>,
    sources: Vec<Source>,
    shapes: Vec<Shape>,
    answer_sets: Vec<Box<[(NameId, NameId)]>>,
    sum_series: Vec<SumSeries>,
    templates: Vec<TemplateText>,
    #[serde(default)]
    places: BTreeMap<TemplateId, CodePlace>,
}

/// What a log template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateText {
    /// The service that writes it.
    pub service: NameId,
    /// How bad it says it is.
    pub severity: Severity,
    /// The line without its variable parts.
    pub text: Box<str>,
}

/// Stands for a shape nobody defined: counted, joined to nothing.
const NO_SHAPE: Shape = Shape {
    kind: SpanKind::Internal,
    operation: NameId::EMPTY,
    peer: NameId::EMPTY,
    path: NameId::EMPTY,
};

impl Vocabulary {
    /// Adds definitions; they continue where the last ones ended.
    pub fn learn(&mut self, definitions: Definitions) {
        self.names.extend(definitions.names);
        self.sources.extend(definitions.sources);
        self.shapes.extend(definitions.shapes.into_iter().map(|(_, shape)| shape));
        self.answer_sets.extend(definitions.answer_sets);
        self.sum_series.extend(definitions.sum_series);
        for (TemplateId(id), service, severity, text) in definitions.templates {
            let template = TemplateText { service, severity, text };
            match self.templates.get_mut(id as usize) {
                Some(known) => *known = template,
                None => self.templates.push(template),
            }
        }
        self.places.extend(definitions.places);
    }

    /// Every name, by number.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The text of a name.
    #[must_use]
    pub fn name(&self, id: NameId) -> &str {
        self.names.get(id.0 as usize).map_or(OTHER, |name| name)
    }

    /// Who sent a record.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Source {
        self.sources.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// What a span did.
    #[must_use]
    pub fn shape(&self, id: ShapeId) -> Shape {
        self.shapes.get(id.0 as usize).copied().unwrap_or(NO_SHAPE)
    }

    /// Candidate answers as (key, value), sorted by key.
    #[must_use]
    pub fn answers(&self, id: AnswerSetId) -> &[(NameId, NameId)] {
        self.answer_sets.get(id.0 as usize).map_or(&[], |set| set)
    }

    /// What a sum counts.
    #[must_use]
    pub fn sum_series(&self, id: SumSeriesId) -> Option<&SumSeries> {
        self.sum_series.get(id.0 as usize)
    }

    /// What a log line says.
    #[must_use]
    pub fn template(&self, id: TemplateId) -> Option<&TemplateText> {
        self.templates.get(id.0 as usize)
    }

    /// Where in the source its lines were written last, as far as that is said.
    #[must_use]
    pub fn place(&self, id: TemplateId) -> Option<&CodePlace> {
        self.places.get(&id)
    }
}
