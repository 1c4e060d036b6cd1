//! Spans and log lines of a world as the end records Highwater works on.
//!
//! The same words as [`crate::otlp`] writes and `hw-ingest` would read from there; a test holds the
//! two against each other.

use crate::export::{Export, Records};
use crate::ids::{EntryId, ServiceId};
use crate::life::{Life, Running};
use crate::traffic::{Doing, Ending, Line, Span, SpanNo, TraceNo};
use crate::world::World;
use hw_flow::{Dictionary, DictionaryLimits, STATUS, ShapeText, SourceText};
use hw_model::{
    AnswerSetId, Batch, Definitions, Link, LogEnd, Outcome, ShapeId, SourceId, SpanEnd, SpanId,
    SpanKind, TraceId,
};
use std::collections::BTreeMap;

/// Turns what happened into end records.
pub(crate) struct Recorder<'a> {
    world: &'a World,
    life: &'a Life,
    dictionary: Dictionary,
    sources: Vec<Option<SourceId>>,
    shapes: BTreeMap<(ServiceId, Doing), ShapeId>,
    answers: BTreeMap<(ShapeId, Ending, u32), AnswerSetId>,
}

/// What a span does, in words.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    pub kind: SpanKind,
    /// The operation, or the span's name.
    pub operation: String,
    pub peer: String,
    pub path: String,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(world: &'a World, life: &'a Life) -> Self {
        Self {
            world,
            life,
            dictionary: Dictionary::new(DictionaryLimits::STANDARD),
            sources: vec![None; life.all().len()],
            shapes: BTreeMap::new(),
            answers: BTreeMap::new(),
        }
    }

    /// The batch that an export is to Highwater.
    pub(crate) fn batch(&mut self, export: &Export<'_>) -> Batch {
        let mut batch = Batch::default();
        match &export.records {
            Records::Spans(spans) => {
                batch.spans = spans.iter().map(|span| self.span(span)).collect();
            }
            Records::Lines(lines) => {
                batch.logs = lines.iter().map(|line| self.line(line)).collect();
            }
        }
        batch.definitions = self.dictionary.drain_definitions();
        debug_assert!(!export.is_copy || batch.definitions == Definitions::default());
        batch
    }

    fn span(&mut self, span: &Span) -> SpanEnd {
        let running = self.life.get(span.instance);
        let source = self.source(span.instance, running);
        let shape = self.shape(source, running.service, span.doing);
        let link = span.link.map(|(trace, span)| Link {
            trace: trace_id(self.world, trace),
            span: span_id(Some(span)),
        });
        SpanEnd {
            trace: trace_id(self.world, span.trace),
            span: span_id(Some(span.number)),
            parent: span_id(span.parent),
            started_at: self.world.start.instant(span.from + running.skew),
            ended_at: self.world.start.instant(span.until + running.skew),
            source,
            shape,
            answers: self.answers(shape, span),
            outcome: match span.ending {
                Ending::Well(_) => Outcome::Ok,
                Ending::Failed | Ending::Refused => Outcome::Failed,
            },
            items: span.items,
            weight: 0.0,
            links: link.into_iter().collect(),
        }
    }

    fn line(&mut self, line: &Line) -> LogEnd {
        let running = self.life.get(line.instance);
        let source = self.source(line.instance, running);
        let template = self.dictionary.template(source, line.severity, &line.text);
        let at = self.world.start.instant(line.at + running.skew);
        LogEnd { at, source, template }
    }

    fn source(&mut self, instance: usize, running: &Running) -> SourceId {
        if let Some(Some(known)) = self.sources.get(instance) {
            return *known;
        }
        let name = &self.world.service(running.service).name;
        let source = self.dictionary.source(SourceText {
            service: name,
            environment: "",
            version: &running.version,
            instance: &instance_name(name, running),
            sdk: &format!("{SDK_NAME} {SDK_LANGUAGE} {}", running.sdk),
        });
        if let Some(slot) = self.sources.get_mut(instance) {
            *slot = Some(source);
        }
        source
    }

    fn shape(&mut self, source: SourceId, service: ServiceId, doing: Doing) -> ShapeId {
        if let Some(known) = self.shapes.get(&(service, doing)) {
            return *known;
        }
        let Wording { kind, operation, peer, path } = wording(self.world, doing);
        let text = ShapeText { kind, operation: &operation, peer: &peer, path: &path };
        let shape = self.dictionary.shape(source, text);
        self.shapes.insert((service, doing), shape);
        shape
    }

    fn answers(&mut self, shape: ShapeId, span: &Span) -> AnswerSetId {
        let key = (shape, span.ending, span.tenant);
        if let Some(known) = self.answers.get(&key) {
            return *known;
        }
        let candidates = candidates(self.world, span);
        let pairs: Vec<(&str, &str)> = candidates.iter().map(|(k, v)| (&**k, &**v)).collect();
        let set = self.dictionary.answers(shape, &pairs, &[]);
        self.answers.insert(key, set);
        set
    }
}

/// The telemetry SDK of every service.
pub(crate) const SDK_NAME: &str = "opentelemetry";
pub(crate) const SDK_LANGUAGE: &str = "rust";

/// The id of a trace: worlds of different seeds do not share any.
pub(crate) fn trace_id(world: &World, trace: TraceNo) -> TraceId {
    TraceId((u128::from(world.seed) + 1) << 64 | u128::from(trace.0))
}

/// The id of a span.
pub(crate) fn span_id(span: Option<SpanNo>) -> SpanId {
    span.map_or(SpanId::NONE, |span| SpanId(span.0))
}

/// `service.instance.id`.
pub(crate) fn instance_name(service: &str, running: &Running) -> String {
    format!("{service}-{}", running.number)
}

/// What a span does, in words.
pub(crate) fn wording(world: &World, doing: Doing) -> Wording {
    let entry_of = |entry: EntryId| world.entry(entry);
    let none = String::new();
    match doing {
        Doing::Serve(entry) => {
            let operation = &entry_of(entry).operation;
            let is_message = operation.is_message();
            let kind = if is_message { SpanKind::Consumer } else { SpanKind::Server };
            Wording { kind, operation: operation.to_string(), peer: none.clone(), path: none }
        }
        Doing::Within(_) => Wording {
            kind: SpanKind::Internal,
            operation: "handle".to_owned(),
            peer: none.clone(),
            path: none,
        },
        Doing::Call(entry, step) => {
            let step = entry_of(entry).steps.get(step);
            let to = step.expect("invariant: a call is made at a step of its entry").to();
            let operation = &entry_of(to).operation;
            if operation.is_message() {
                let (topic, operation) =
                    (operation.object.clone(), format!("send {}", operation.object));
                Wording { kind: SpanKind::Producer, operation, peer: topic, path: none }
            } else {
                Wording {
                    kind: SpanKind::Client,
                    operation: operation.verb.clone(),
                    peer: world.peer(entry_of(to).service),
                    path: operation.object.clone(),
                }
            }
        }
    }
}

/// What could be an answer on a span, as (key, value).
pub(crate) fn candidates(world: &World, span: &Span) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(status) = status(world, span) {
        found.push((STATUS.to_owned(), status));
    }
    if let Doing::Serve(entry) = span.doing {
        let entry = world.entry(entry);
        if let (Some(decision), Ending::Well(Some(answer))) = (&entry.decision, span.ending)
            && let Some((value, _)) = decision.values.get(answer)
            && !decision.is_status()
            && !world.senders.hides_answers
        {
            found.push((decision.key.clone(), value.clone()));
        }
        if entry.tenants > 0 {
            found.push((TENANT.to_owned(), tenant(span.tenant)));
        }
    }
    if matches!(span.doing, Doing::Call(..)) && span.ending == Ending::Refused {
        found.push((ERROR.to_owned(), REFUSED.to_owned()));
    }
    found
}

/// The attribute that names the tenant.
const TENANT: &str = "tenant.tier";

/// The attribute that names what went wrong.
const ERROR: &str = "error.type";
const REFUSED: &str = "ConnectionRefused";

fn tenant(number: u32) -> String {
    format!("tier {}", number + 1)
}

/// The status code of an HTTP span; `None` for messages, inner spans and calls to nobody.
pub(crate) fn status(world: &World, span: &Span) -> Option<String> {
    let called = match span.doing {
        Doing::Serve(entry) => entry,
        Doing::Within(_) => return None,
        Doing::Call(entry, step) => world.entry(entry).steps.get(step)?.to(),
    };
    let called = world.entry(called);
    if called.operation.is_message() {
        return None;
    }
    let usual = if called.operation.verb == "POST" { "201" } else { "200" };
    match span.ending {
        Ending::Refused => None,
        Ending::Failed => Some("500".to_owned()),
        Ending::Well(answer) => {
            let decision = called.decision.as_ref().filter(|decision| decision.is_status());
            let given = decision.and_then(|decision| decision.values.get(answer?));
            Some(given.map_or_else(|| usual.to_owned(), |(status, _)| status.clone()))
        }
    }
}
