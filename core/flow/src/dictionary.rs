//! The dictionary of the writing side: turns names into the small numbers that records carry.
//!
//! Whoever reads telemetry owns one and drains from it, with every batch, the definitions that are
//! new. All limits against a flood of names are kept here, before anything is counted: past a limit
//! a name becomes `~other`, a path or an answer is dropped, and the number of refusals is kept.

mod interned;
mod quota;

use crate::names::{Names, OTHER};
use crate::places::Places;
use crate::templates::Templates;
use hw_model::{
    AnswerSetId, Batch, CodePlace, Definitions, NameId, Severity, Shape, ShapeId, Source, SourceId,
    SpanKind, SumSeries, SumSeriesId, TemplateId, Timestamp,
};
use interned::Interned;
use quota::Quota;
use serde::{Deserialize, Serialize};

/// Key of the status code of a call.
pub const STATUS: &str = "status";

/// How much of each kind a dictionary keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DictionaryLimits {
    /// Distinct names of any kind.
    pub names_max: usize,
    /// Distinct services.
    pub services_max: usize,
    /// Distinct running instances: services times restarts.
    pub sources_max: usize,
    /// Operations per service.
    pub operations_per_service_max: usize,
    /// Peers per service.
    pub peers_per_service_max: usize,
    /// Distinct paths per service; they only teach which operation a path leads to.
    pub paths_per_service_max: usize,
    /// Distinct values of a candidate answer; a key with more is no answer.
    pub values_per_answer_max: usize,
    /// Candidate answers kept per span.
    pub answers_per_span_max: usize,
    /// Distinct combinations of answers.
    pub answer_sets_max: usize,
    /// Log templates per service.
    pub templates_per_service_max: usize,
    /// Series of monotonic sums.
    pub sum_series_max: usize,
}

impl DictionaryLimits {
    /// The product's limits.
    pub const STANDARD: Self = Self {
        names_max: 1 << 20,
        services_max: 2_000,
        sources_max: 200_000,
        operations_per_service_max: 200,
        peers_per_service_max: 200,
        paths_per_service_max: 200,
        values_per_answer_max: 16,
        answers_per_span_max: 8,
        answer_sets_max: 1 << 18,
        templates_per_service_max: 500,
        sum_series_max: 20_000,
    };
}

/// How often each limit turned something away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals {
    /// Names, services and instances counted as `~other`.
    pub names: u64,
    /// Operations and peers counted as `~other`.
    pub operations: u64,
    /// Attributes that turned out to have too many values to be an answer.
    pub answers: u64,
    /// Log lines counted as `~other`.
    pub templates: u64,
    /// Sum points dropped because there were too many series.
    pub sum_series: u64,
}

/// A shape before its texts are interned.
#[derive(Clone, Copy, Debug)]
pub struct ShapeText<'a> {
    /// Which end of a call.
    pub kind: SpanKind,
    /// Operation, of low cardinality.
    pub operation: &'a str,
    /// Whom it called; empty if nobody.
    pub peer: &'a str,
    /// The path it asked for; empty if none.
    pub path: &'a str,
}

/// A source before its texts are interned. Unknown texts are empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceText<'a> {
    /// `service.name`.
    pub service: &'a str,
    /// `deployment.environment.name`.
    pub environment: &'a str,
    /// `service.version`.
    pub version: &'a str,
    /// `service.instance.id` or what stands for it.
    pub instance: &'a str,
    /// Telemetry SDK.
    pub sdk: &'a str,
}

/// A sum series before its texts are interned.
#[derive(Clone, Copy, Debug)]
pub struct SumSeriesText<'a> {
    /// Name of the metric.
    pub metric: &'a str,
    /// The label that carries the answer.
    pub answer_key: &'a str,
    /// Its value.
    pub answer: &'a str,
    /// Hash of sender, scope and all labels.
    pub identity: u64,
}

/// Interned names, sources, shapes, answers, series and templates.
#[derive(Debug, Serialize, Deserialize)]
pub struct Dictionary {
    limits: DictionaryLimits,
    names: Names,
    sources: Interned<Source>,
    shapes: Interned<(NameId, Shape)>,
    answer_sets: Interned<Box<[(NameId, NameId)]>>,
    sum_series: Interned<SumSeries>,
    templates: Templates,
    services: Quota<()>,
    operations: Quota<NameId>,
    peers: Quota<NameId>,
    paths: Quota<NameId>,
    answer_values: Quota<(ShapeId, NameId)>,
    scratch: Vec<(NameId, NameId)>,
    refusals: Refusals,
    defined: Defined,
    #[serde(default)]
    places: Places,
}

/// How many of each have been drained.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Defined {
    names: usize,
    sources: usize,
    shapes: usize,
    answer_sets: usize,
    sum_series: usize,
}

impl Dictionary {
    /// An empty dictionary.
    #[must_use]
    pub fn new(limits: DictionaryLimits) -> Self {
        let mut answer_sets = Interned::new();
        answer_sets.id(Box::from([]));
        Self {
            limits,
            names: Names::new(limits.names_max),
            sources: Interned::new(),
            shapes: Interned::new(),
            answer_sets,
            sum_series: Interned::new(),
            templates: Templates::new(limits.templates_per_service_max),
            services: Quota::new(limits.services_max),
            operations: Quota::new(limits.operations_per_service_max),
            peers: Quota::new(limits.peers_per_service_max),
            paths: Quota::new(limits.paths_per_service_max),
            answer_values: Quota::new(limits.values_per_answer_max),
            scratch: Vec::new(),
            refusals: Refusals::default(),
            defined: Defined::default(),
            places: Places::default(),
        }
    }

    /// The number of the sender of records.
    pub fn source(&mut self, text: SourceText<'_>) -> SourceId {
        let mut service = self.names.id(text.service);
        if !self.services.admits((), service) {
            self.refusals.names += 1;
            service = self.names.other();
        }
        let source = Source {
            service,
            environment: self.names.id(text.environment),
            version: self.names.id(text.version),
            instance: self.names.id(text.instance),
            sdk: self.names.id(text.sdk),
        };
        let nobody = Source { service, ..Source::default() };
        let full = self.sources.len() >= self.limits.sources_max;
        let source = if full && !self.sources.knows(&source) { nobody } else { source };
        SourceId(self.sources.id(source))
    }

    /// The number of what a span of `source` did.
    pub fn shape(&mut self, source: SourceId, text: ShapeText<'_>) -> ShapeId {
        let service = self.sources.get(source.0).map_or(NameId::EMPTY, |source| source.service);
        let shape = Shape {
            kind: text.kind,
            operation: self.bounded(service, text.operation, Bound::Operation),
            peer: self.bounded(service, text.peer, Bound::Peer),
            path: self.bounded(service, text.path, Bound::Path),
        };
        ShapeId(self.shapes.id((service, shape)))
    }

    /// The number of a set of candidate answers. `declared` keys are kept whatever their number of
    /// values; a key with more than `values_per_answer_max` values is dropped for good.
    pub fn answers(
        &mut self,
        shape: ShapeId,
        candidates: &[(&str, &str)],
        declared: &[&str],
    ) -> AnswerSetId {
        let mut set = std::mem::take(&mut self.scratch);
        set.clear();
        for &(key, value) in candidates {
            let key_id = self.names.id(key);
            let pair = (shape, key_id);
            let known = self.names.find(value);
            let is_declared = declared.contains(&key);
            if self.answer_values.is_over(&pair) && !is_declared {
                continue;
            }
            let value_id = known.unwrap_or_else(|| self.names.id(value));
            if self.answer_values.admits(pair, value_id) {
                set.push((key_id, value_id));
            } else if is_declared {
                set.push((key_id, self.names.other()));
            } else {
                self.answer_values.close(pair);
                self.refusals.answers += 1;
            }
        }
        set.sort_unstable();
        set.dedup_by_key(|pair| pair.0);
        if set.len() > self.limits.answers_per_span_max {
            self.keep_most_telling(&mut set, declared);
        }
        let full = self.answer_sets.len() >= self.limits.answer_sets_max;
        let id = match self.answer_sets.find(set.as_slice()) {
            Some(id) => AnswerSetId(id),
            None if full => AnswerSetId::NONE,
            None => AnswerSetId(self.answer_sets.id(set.as_slice().into())),
        };
        self.scratch = set;
        id
    }

    /// Cuts a set to the limit: declared answers and the status stay, then the order of the alphabet
    /// decides, so that it does not matter which key was seen first.
    fn keep_most_telling(&self, set: &mut Vec<(NameId, NameId)>, declared: &[&str]) {
        set.sort_by_key(|(key, _)| {
            let key = self.names.text(*key);
            (!declared.contains(&key), key != STATUS, key)
        });
        set.truncate(self.limits.answers_per_span_max);
        set.sort_unstable();
    }

    /// Whether `key` turned out to have too many values to be an answer on spans of this shape.
    #[must_use]
    pub fn is_dropped(&self, shape: ShapeId, key: NameId) -> bool {
        self.answer_values.is_over(&(shape, key))
    }

    /// The number of what a log line says.
    pub fn template(&mut self, source: SourceId, severity: Severity, body: &str) -> TemplateId {
        let service = self.sources.get(source.0).map_or(NameId::EMPTY, |source| source.service);
        let (id, refused) = self.templates.id(service, severity, body);
        self.refusals.templates += u64::from(refused);
        id
    }

    /// Notes where in the source a line of a template was written.
    pub fn place(&mut self, template: TemplateId, at: Timestamp, place: CodePlace) {
        if !self.templates.is_other(template) {
            self.places.note(template, at, place);
        }
    }

    /// The number of a sum series, `None` past the limit.
    pub fn sum_series(&mut self, text: SumSeriesText<'_>) -> Option<SumSeriesId> {
        let series = SumSeries {
            metric: self.names.id(text.metric),
            answer_key: self.names.id(text.answer_key),
            answer: self.names.id(text.answer),
            identity: text.identity,
        };
        let full = self.sum_series.len() >= self.limits.sum_series_max;
        if full && !self.sum_series.knows(&series) {
            self.refusals.sum_series += 1;
            return None;
        }
        Some(SumSeriesId(self.sum_series.id(series)))
    }

    /// The text of a name.
    #[must_use]
    pub fn text(&self, id: NameId) -> &str {
        self.names.text(id)
    }

    /// The service a record comes from.
    #[must_use]
    pub fn service_of(&self, source: SourceId) -> &str {
        self.sources.get(source.0).map_or(OTHER, |source| self.names.text(source.service))
    }

    /// The (key, value) pairs of an answer set.
    #[must_use]
    pub fn answer_set(&self, id: AnswerSetId) -> &[(NameId, NameId)] {
        self.answer_sets.get(id.0).map_or(&[], |set| set)
    }

    /// What the limits turned away so far.
    #[must_use]
    pub fn refusals(&self) -> Refusals {
        let names = self.refusals.names + self.names.n_refused();
        Refusals { names, ..self.refusals }
    }

    /// Definitions since the last call, for the next batch.
    pub fn drain_definitions(&mut self) -> Definitions {
        let definitions = Definitions {
            names: self.names.since(self.defined.names).to_vec(),
            sources: self.sources.since(self.defined.sources).to_vec(),
            shapes: self.shapes.since(self.defined.shapes).to_vec(),
            answer_sets: self.answer_sets.since(self.defined.answer_sets).to_vec(),
            sum_series: self.sum_series.since(self.defined.sum_series).to_vec(),
            templates: self.templates.drain(),
            places: self.places.drain(),
        };
        self.defined = self.n_defined();
        definitions
    }

    /// Takes back what was drained last: it could not be written, and comes with a later batch.
    pub fn take_back(&mut self, definitions: &Definitions) {
        self.defined.names -= definitions.names.len();
        self.defined.sources -= definitions.sources.len();
        self.defined.shapes -= definitions.shapes.len();
        self.defined.answer_sets -= definitions.answer_sets.len();
        self.defined.sum_series -= definitions.sum_series.len();
        self.templates.take_back(definitions.templates.iter().map(|(id, ..)| *id));
        self.places.take_back(definitions.places.iter().map(|(id, _)| *id));
    }

    /// Learns from a batch that was written after this dictionary was saved: what it defines, and
    /// what its spans show of answers.
    pub fn learn(&mut self, batch: &Batch) {
        let Definitions { names, sources, shapes, answer_sets, sum_series, templates, places } =
            &batch.definitions;
        for name in names {
            self.names.id(name);
        }
        for source in sources {
            self.services.admits((), source.service);
            self.sources.id(*source);
        }
        for (service, shape) in shapes {
            self.learn_shape(*service, *shape);
        }
        for set in answer_sets {
            self.answer_sets.id(set.clone());
        }
        for series in sum_series {
            self.sum_series.id(series.clone());
        }
        self.templates.learn(templates);
        self.places.learn(places);
        for span in &batch.spans {
            let set = self.answer_sets.get(span.answers.0);
            for (key, value) in set.into_iter().flat_map(|set| set.iter()) {
                self.answer_values.admits((span.shape, *key), *value);
            }
        }
        self.defined = self.n_defined();
    }

    fn learn_shape(&mut self, service: NameId, shape: Shape) {
        let quotas = [
            (&mut self.operations, shape.operation),
            (&mut self.peers, shape.peer),
            (&mut self.paths, shape.path),
        ];
        for (quota, name) in quotas {
            if !name.is_empty() && name != self.names.other() {
                quota.admits(service, name);
            }
        }
        self.shapes.id((service, shape));
    }

    fn n_defined(&self) -> Defined {
        Defined {
            names: self.names.len(),
            sources: self.sources.len(),
            shapes: self.shapes.len(),
            answer_sets: self.answer_sets.len(),
            sum_series: self.sum_series.len(),
        }
    }

    fn bounded(&mut self, service: NameId, text: &str, bound: Bound) -> NameId {
        if text.is_empty() {
            return NameId::EMPTY;
        }
        let (quota, past) = match bound {
            Bound::Operation => (&mut self.operations, OTHER),
            Bound::Peer => (&mut self.peers, OTHER),
            Bound::Path => (&mut self.paths, ""),
        };
        if let Some(id) = self.names.find(text)
            && quota.holds(service, id)
        {
            return id;
        }
        if quota.is_over(&service) {
            self.refusals.operations += u64::from(!matches!(bound, Bound::Path));
            return self.names.id(past);
        }
        let id = self.names.id(text);
        if quota.admits(service, id) { id } else { self.bounded(service, text, bound) }
    }
}

/// Which limit a text falls under.
#[derive(Clone, Copy)]
enum Bound {
    Operation,
    Peer,
    Path,
}

#[cfg(test)]
mod tests;
