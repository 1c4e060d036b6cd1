//! Building a request record by record. Both decoders call this, so that what is checked and what
//! is kept is the same for both.

use super::shelf::{Attribute, Selection, Slice};
use super::{
    Checked, FlagEvent, Log, Metric, MetricData, Point, Request, Span, Text, Value, instant,
};
use crate::hash::Hash;
use crate::keys::{Class, Keys};
use crate::tally::Rejection;
use hw_model::{Link, SpanId, TraceId};

/// A request under construction.
#[derive(Debug)]
pub(crate) struct Draft<'a, 'k> {
    keys: &'k mut Keys,
    request: Request<'a>,
    record: Selection,
    event: Selection,
    /// Sum of the hashes of the record's attributes, so that their order does not count.
    content: u64,
    scope: u64,
    record_links: usize,
    record_events: usize,
    n_events: u64,
    metric_points: usize,
}

/// The fields of a span as they come.
#[derive(Debug)]
pub(crate) struct SpanDraft<'a> {
    pub(crate) trace: Checked<TraceId>,
    pub(crate) span: Checked<SpanId>,
    pub(crate) parent: Checked<SpanId>,
    pub(crate) name: Text<'a>,
    pub(crate) trace_state: Text<'a>,
    pub(crate) kind: i64,
    pub(crate) flags: u64,
    pub(crate) status: i64,
    pub(crate) started_at: u64,
    pub(crate) ended_at: u64,
}

impl Default for SpanDraft<'_> {
    fn default() -> Self {
        Self {
            trace: Err(Rejection::IdLength),
            span: Err(Rejection::IdLength),
            parent: Ok(SpanId::NONE),
            name: Text::default(),
            trace_state: Text::default(),
            kind: 0,
            flags: 0,
            status: 0,
            started_at: 0,
            ended_at: 0,
        }
    }
}

/// The fields of a span event as they come.
#[derive(Debug, Default)]
pub(crate) struct EventDraft<'a> {
    pub(crate) at: u64,
    pub(crate) name: Text<'a>,
}

/// The fields of a log line as they come.
#[derive(Debug)]
pub(crate) struct LogDraft<'a> {
    pub(crate) at: u64,
    pub(crate) observed_at: u64,
    pub(crate) severity: i64,
    pub(crate) body: Option<Value<'a>>,
    pub(crate) event_name: Text<'a>,
    pub(crate) trace: Checked<TraceId>,
    pub(crate) span: Checked<SpanId>,
}

impl Default for LogDraft<'_> {
    fn default() -> Self {
        Self {
            at: 0,
            observed_at: 0,
            severity: 0,
            body: None,
            event_name: Text::default(),
            trace: Err(Rejection::IdLength),
            span: Err(Rejection::IdLength),
        }
    }
}

/// The fields of a point of a sum as they come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PointDraft {
    pub(crate) at: u64,
    pub(crate) started_at: u64,
    pub(crate) value: Option<f64>,
    pub(crate) flags: u64,
}

/// The fields of a metric as they come.
#[derive(Debug, Default)]
pub(crate) struct MetricDraft<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) data: MetricData,
}

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Resource,
    Span,
    Event,
    Log,
    /// A point of a sum: its attributes are labels.
    Point,
}

/// Names of span events and log events that tell of a feature flag.
const FLAG_EVENTS: [&str; 2] = ["feature_flag.evaluation", "feature_flag"];

impl<'a, 'k> Draft<'a, 'k> {
    pub(crate) fn new(keys: &'k mut Keys) -> Self {
        Self {
            keys,
            request: Request::default(),
            record: Selection::default(),
            event: Selection::default(),
            content: 0,
            scope: 0,
            record_links: 0,
            record_events: 0,
            n_events: 0,
            metric_points: 0,
        }
    }

    pub(crate) fn finish(self) -> Request<'a> {
        self.request
    }

    /// Begins a resource, span, log line or point.
    pub(crate) const fn begin(&mut self) {
        self.record.begin(self.request.attributes.as_slice());
        self.content = 0;
        self.record_links = self.request.links.len();
        self.record_events = self.request.events.len();
        self.n_events = 0;
    }

    /// What `key` means on such a record; `None` if an attribute of that key is of no use there, so
    /// that its value need not be read.
    #[inline]
    pub(crate) fn wants(&mut self, owner: Owner, key: &str) -> Option<Class> {
        let class = self.keys.class(key);
        let wanted = match owner {
            Owner::Resource | Owner::Span => class.is_kept(),
            Owner::Event => !class.ignored && class.known.is_some(),
            Owner::Log | Owner::Point => !class.ignored,
        };
        wanted.then_some(class)
    }

    /// Adds an attribute that is wanted to the record, or the event, that was begun.
    pub(crate) fn put(&mut self, owner: Owner, class: Class, key: Text<'a>, value: Value<'a>) {
        let attributes = &mut self.request.attributes;
        match owner {
            Owner::Resource | Owner::Span => {
                self.record.put(attributes, Attribute { class, key, value });
            }
            Owner::Event => {
                let attributes = &mut self.request.event_attributes;
                self.event.put(attributes, Attribute { class, key, value });
            }
            Owner::Log => {
                self.content = self.content.wrapping_add(content(&key, &value));
                let class = Class { candidate: false, declared: false, label: false, ..class };
                self.record.put(attributes, Attribute { class, key, value });
            }
            Owner::Point => {
                self.content = self.content.wrapping_add(content(&key, &value));
                let class = Class { label: class.label, ..Class::default() };
                self.record.put(attributes, Attribute { class, key, value });
            }
        }
    }

    /// Ends the resource: records that follow are its.
    pub(crate) fn end_resource(&mut self) {
        self.request.resources.push(self.record.end(&self.request.attributes));
    }

    /// Records that follow come from this instrumentation scope.
    pub(crate) fn scope(&mut self, name: &str, version: &str) {
        self.scope = Hash::new().text(name).text(version).finish();
    }

    /// Ends the span, which is kept if it is good.
    pub(crate) fn end_span(&mut self, draft: SpanDraft<'a>) {
        match self.span(draft) {
            Ok(span) => self.request.spans.push(span),
            Err(reason) => self.reject(reason),
        }
    }

    fn span(&self, draft: SpanDraft<'a>) -> Checked<Span<'a>> {
        let (trace, span, parent) = (draft.trace?, draft.span?, draft.parent?);
        if draft.started_at == 0 {
            return Err(Rejection::StartMissing);
        }
        let started_at = instant(draft.started_at)?;
        let ended_at = instant(draft.ended_at.max(draft.started_at))?;
        Ok(Span {
            resource: self.resource(),
            trace,
            span,
            parent,
            started_at,
            ended_at,
            name: draft.name,
            trace_state: draft.trace_state,
            kind: draft.kind,
            flags: draft.flags,
            status: draft.status,
            attributes: self.record.end(&self.request.attributes),
            links: Slice::since(self.record_links, &self.request.links),
            events: Slice::since(self.record_events, &self.request.events),
        })
    }

    /// Turns away the record that was begun, with all that was read of it.
    pub(crate) fn reject(&mut self, reason: Rejection) {
        self.request.tally.reject(reason, 1);
        self.request.attributes.truncate(self.record.end(&self.request.attributes).start());
        self.request.links.truncate(self.record_links);
        self.request.events.truncate(self.record_events);
    }

    /// Adds a link of the span. One without good ids leads nowhere and is left out.
    pub(crate) fn link(&mut self, trace: Checked<TraceId>, span: Checked<SpanId>) {
        if let (Ok(trace), Ok(span)) = (trace, span) {
            self.request.links.push(Link { trace, span });
        }
    }

    /// Begins an event of the span.
    pub(crate) const fn begin_event(&mut self) {
        self.event.begin(self.request.event_attributes.as_slice());
    }

    /// Ends the event, which is kept if it tells of a feature flag.
    pub(crate) fn end_event(&mut self, draft: &EventDraft<'a>) {
        let attributes = self.event.end(&self.request.event_attributes);
        if FLAG_EVENTS.contains(&&*draft.name) {
            self.request.events.push(FlagEvent {
                ordinal: self.n_events,
                at: draft.at,
                attributes,
            });
        } else {
            self.request.event_attributes.truncate(attributes.start());
        }
        self.n_events += 1;
    }

    /// Ends the log line, which is kept if it says when it was written.
    pub(crate) fn end_log(&mut self, draft: LogDraft<'a>) {
        match self.log(draft) {
            Ok(log) => self.request.logs.push(log),
            Err(reason) => self.reject(reason),
        }
    }

    fn log(&self, draft: LogDraft<'a>) -> Checked<Log<'a>> {
        let at = if draft.at == 0 { draft.observed_at } else { draft.at };
        if at == 0 {
            return Err(Rejection::TimeMissing);
        }
        let (trace, span) = (draft.trace.ok(), draft.span.ok());
        let (trace_hi, trace_lo) = trace.map_or((0, 0), |trace| halves(trace.0));
        let mut hash = Hash::new().number(self.content).text(&draft.event_name);
        hash = hash.number(trace_hi).number(trace_lo).number(span.map_or(0, |span| span.0));
        hash = draft.body.as_ref().map_or(hash, |body| body.hash(hash));
        Ok(Log {
            resource: self.resource(),
            at: instant(at)?,
            severity: draft.severity,
            body: draft.body,
            event_name: draft.event_name,
            context: trace.zip(span),
            content: hash.finish(),
            attributes: self.record.end(&self.request.attributes),
        })
    }

    /// Begins a metric.
    pub(crate) const fn begin_metric(&mut self) {
        self.metric_points = self.request.points.len();
    }

    /// Takes back the points of the metric: it turned out to be of another kind.
    pub(crate) fn drop_points(&mut self) {
        self.request.points.truncate(self.metric_points);
    }

    /// Ends the point of a sum.
    pub(crate) fn end_point(&mut self, draft: PointDraft, fault: Option<Rejection>) {
        self.request.points.push(Point {
            at: draft.at,
            started_at: draft.started_at,
            value: draft.value,
            flags: draft.flags,
            identity: self.content,
            labels: self.record.end(&self.request.attributes),
            fault,
        });
    }

    /// Turns away the metric that was begun, with all its points.
    pub(crate) fn reject_metric(&mut self, data: &MetricData) {
        let n_sum = (self.request.points.len() - self.metric_points) as u64;
        let n = if let MetricData::Other { n_points } = data { *n_points } else { n_sum };
        self.request.tally.reject(Rejection::WrongType, n.max(1));
        self.drop_points();
    }

    /// Ends the metric.
    pub(crate) fn end_metric(&mut self, draft: MetricDraft<'a>) {
        self.request.metrics.push(Metric {
            resource: self.resource(),
            scope: self.scope,
            name: draft.name,
            data: draft.data,
            points: Slice::since(self.metric_points, &self.request.points),
        });
    }

    const fn resource(&self) -> usize {
        self.request.resources.len().saturating_sub(1)
    }
}

/// A hash of one attribute. A record adds them up, so that their order does not count.
fn content(key: &str, value: &Value<'_>) -> u64 {
    value.hash(Hash::new().text(key)).finish()
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
const fn halves(number: u128) -> (u64, u64) {
    ((number >> 64) as u64, number as u64)
}
