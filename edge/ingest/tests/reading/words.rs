//! Records with their names in words, so that they can be compared and read whatever their ids.

use hw_model::{
    Batch, Definitions, LogEnd, NameId, Outcome, Severity, SpanEnd, SpanKind, SumKind, SumPoint,
};

/// Definitions of all batches so far.
#[derive(Default)]
pub(crate) struct Words {
    names: Vec<Box<str>>,
    rest: Definitions,
    templates: Vec<(NameId, Severity, Box<str>)>,
}

/// A span in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SpanWords {
    pub(crate) trace: u128,
    pub(crate) span: u64,
    pub(crate) parent: u64,
    pub(crate) started_at: i64,
    pub(crate) ended_at: i64,
    /// Service, environment, version, instance, SDK.
    pub(crate) source: [String; 5],
    pub(crate) kind: SpanKind,
    pub(crate) operation: String,
    pub(crate) peer: String,
    pub(crate) path: String,
    /// `key=value`, by key.
    pub(crate) answers: Vec<String>,
    pub(crate) outcome: Outcome,
    pub(crate) items: u32,
    pub(crate) weight: f32,
    pub(crate) links: Vec<(u128, u64)>,
}

/// A log line in words.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(crate) struct LogWords {
    pub(crate) at: i64,
    pub(crate) source: [String; 5],
    pub(crate) severity: Severity,
    pub(crate) template: String,
}

/// A point of a counter in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SumWords {
    pub(crate) at: i64,
    pub(crate) started_at: i64,
    pub(crate) source: [String; 5],
    pub(crate) metric: String,
    /// `key=value`.
    pub(crate) answer: String,
    pub(crate) identity: u64,
    pub(crate) kind: SumKind,
    pub(crate) value: f64,
}

/// All records of a batch in words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BatchWords {
    pub(crate) spans: Vec<SpanWords>,
    pub(crate) logs: Vec<LogWords>,
    pub(crate) sums: Vec<SumWords>,
}

impl Words {
    /// The records of the next batch.
    pub(crate) fn read(&mut self, batch: &Batch) -> BatchWords {
        self.learn(&batch.definitions);
        BatchWords {
            spans: batch.spans.iter().map(|span| self.span(span)).collect(),
            logs: batch.logs.iter().map(|log| self.log(log)).collect(),
            sums: batch.sums.iter().map(|sum| self.sum(sum)).collect(),
        }
    }

    fn learn(&mut self, new: &Definitions) {
        self.names.extend(new.names.iter().cloned());
        self.rest.sources.extend(&new.sources);
        self.rest.shapes.extend(&new.shapes);
        self.rest.answer_sets.extend(new.answer_sets.iter().cloned());
        self.rest.sum_series.extend(new.sum_series.iter().cloned());
        for (id, service, severity, text) in &new.templates {
            let idx = id.0 as usize;
            if idx >= self.templates.len() {
                self.templates.resize(idx + 1, (NameId::EMPTY, Severity::Info, "".into()));
            }
            self.templates[idx] = (*service, *severity, text.clone());
        }
    }

    fn name(&self, id: NameId) -> String {
        self.names[id.0 as usize].to_string()
    }

    fn source(&self, id: u32) -> [String; 5] {
        let source = self.rest.sources[id as usize];
        [source.service, source.environment, source.version, source.instance, source.sdk]
            .map(|id| self.name(id))
    }

    fn span(&self, span: &SpanEnd) -> SpanWords {
        let (_, shape) = self.rest.shapes[span.shape.0 as usize];
        let answers = &self.rest.answer_sets[span.answers.0 as usize];
        let pair =
            |(key, value): &(NameId, NameId)| format!("{}={}", self.name(*key), self.name(*value));
        let mut answers: Vec<String> = answers.iter().map(pair).collect();
        answers.sort();
        SpanWords {
            trace: span.trace.0,
            span: span.span.0,
            parent: span.parent.0,
            started_at: span.started_at.0,
            ended_at: span.ended_at.0,
            source: self.source(span.source.0),
            kind: shape.kind,
            operation: self.name(shape.operation),
            peer: self.name(shape.peer),
            path: self.name(shape.path),
            answers,
            outcome: span.outcome,
            items: span.items,
            weight: span.weight,
            links: span.links.iter().map(|link| (link.trace.0, link.span.0)).collect(),
        }
    }

    fn log(&self, log: &LogEnd) -> LogWords {
        let (service, severity, text) = &self.templates[log.template.0 as usize];
        let source = self.source(log.source.0);
        assert_eq!(source[0], self.name(*service), "template of another service");
        LogWords { at: log.at.0, source, severity: *severity, template: text.to_string() }
    }

    fn sum(&self, sum: &SumPoint) -> SumWords {
        let series = &self.rest.sum_series[sum.series.0 as usize];
        SumWords {
            at: sum.at.0,
            started_at: sum.started_at.0,
            source: self.source(sum.source.0),
            metric: self.name(series.metric),
            answer: format!("{}={}", self.name(series.answer_key), self.name(series.answer)),
            identity: series.identity,
            kind: sum.kind,
            value: sum.value,
        }
    }
}
