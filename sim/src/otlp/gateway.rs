//! A world's telemetry as a gateway collector sends it: what all services did in a stretch of time,
//! in one OTLP protobuf request.
//!
//! What is the same in many spans (name, kind, attributes, status) is written once and copied, so
//! that a span costs little more than its ids and times. A test holds the requests against the JSON
//! of [`crate::otlp`].

use super::request::{Attribute, Value};
use super::writer::Writer;
use super::{ERROR, LOCAL, REMOTE, SpanWords, log_severity, resource, span_words};
use crate::clock::Us;
use crate::life::Life;
use crate::records::{span_id, trace_id};
use crate::traffic::{Doing, Ending, Line, Span, SpanNo, TraceNo};
use crate::world::World;
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// Where all services run.
const ENVIRONMENT: &str = "production";

/// What decides all of a span but its ids and times.
type Kind = (Doing, Ending, u32, u32);

/// Sends for all services.
#[derive(Clone, Debug)]
pub(crate) struct Gateway<'a> {
    world: &'a World,
    life: &'a Life,
    /// Resource and scope of each instance.
    senders: Vec<(Writer, Writer)>,
    /// What spans of a kind have in common.
    kinds: BTreeMap<Kind, Writer>,
}

impl<'a> Gateway<'a> {
    pub(crate) fn new(world: &'a World, life: &'a Life) -> Self {
        let senders = life.all().iter().map(|running| {
            let name = &world.service(running.service).name;
            let mut attributes = resource(name, running).attributes;
            attributes.push(Attribute::text("deployment.environment.name", ENVIRONMENT));
            let (mut resource, mut scope) = (Writer::default(), Writer::default());
            attributes.iter().for_each(|attribute| write_attribute(&mut resource, 1, attribute));
            scope.bytes(1, name.as_bytes());
            (resource, scope)
        });
        Self { world, life, senders: senders.collect(), kinds: BTreeMap::new() }
    }

    /// A request with spans, which are sorted by instance.
    pub(crate) fn traces<S: Borrow<Span>>(&mut self, spans: &[S]) -> Vec<u8> {
        let mut request = Writer::default();
        for own in spans.chunk_by(|a, b| a.borrow().instance == b.borrow().instance) {
            let Some(first) = own.first() else { continue };
            let instance = first.borrow().instance;
            self.by_sender(&mut request, instance, |gateway, records| {
                for span in own {
                    records.message(2, |writer| gateway.write_span(writer, span.borrow()));
                }
            });
        }
        request.0
    }

    /// A request with log lines, which are sorted by instance, seen by the collector at a time.
    pub(crate) fn logs<L: Borrow<Line>>(&mut self, lines: &[L], seen_at: Us) -> Vec<u8> {
        let mut request = Writer::default();
        for own in lines.chunk_by(|a, b| a.borrow().instance == b.borrow().instance) {
            let Some(first) = own.first() else { continue };
            let instance = first.borrow().instance;
            self.by_sender(&mut request, instance, |gateway, records| {
                for line in own {
                    records.message(2, |writer| gateway.write_line(writer, line.borrow(), seen_at));
                }
            });
        }
        request.0
    }

    /// What one instance sends; `write` adds its records. Spans and log lines are wrapped alike.
    fn by_sender(
        &mut self,
        request: &mut Writer,
        instance: usize,
        write: impl FnOnce(&mut Self, &mut Writer),
    ) {
        request.message(1, |sender| {
            if let Some((resource, _)) = self.senders.get(instance) {
                sender.bytes(1, &resource.0);
            }
            sender.message(2, |records| {
                if let Some((_, scope)) = self.senders.get(instance) {
                    records.bytes(1, &scope.0);
                }
                write(self, records);
            });
        });
    }

    fn write_span(&mut self, writer: &mut Writer, span: &Span) {
        let start = self.world.start;
        let skew = self.life.get(span.instance).skew;
        self.write_ids(writer, (1, 2), (span.trace, span.number));
        if let Some(parent) = span.parent {
            writer.bytes(4, &span_id(Some(parent)).0.to_be_bytes());
        }
        writer.fixed64(7, start.instant(span.from + skew).0.cast_unsigned());
        writer.fixed64(8, start.instant(span.until + skew).0.cast_unsigned());
        if let Some(link) = span.link {
            writer.message(13, |writer| {
                self.write_ids(writer, (1, 2), link);
                writer.fixed32(6, REMOTE);
            });
        }
        let kind = (span.doing, span.ending, span.items, span.tenant);
        let common = self.kinds.entry(kind).or_insert_with(|| common(self.world, span));
        writer.0.extend(&common.0);
    }

    fn write_line(&self, writer: &mut Writer, line: &Line, seen_at: Us) {
        let start = self.world.start;
        let skew = self.life.get(line.instance).skew;
        writer.fixed64(1, start.instant(line.at + skew).0.cast_unsigned());
        writer.fixed64(11, start.instant(seen_at).0.cast_unsigned());
        writer.number(2, u64::from(log_severity(line.severity)));
        writer.bytes(3, line.severity.word().as_bytes());
        writer.message(5, |body| body.bytes(1, line.text.as_bytes()));
        if let Some(span) = line.span {
            self.write_ids(writer, (9, 10), span);
        }
    }

    /// The ids of a trace and a span, as two fields.
    fn write_ids(&self, writer: &mut Writer, fields: (u32, u32), ids: (TraceNo, SpanNo)) {
        writer.bytes(fields.0, &trace_id(self.world, ids.0).0.to_be_bytes());
        writer.bytes(fields.1, &span_id(Some(ids.1)).0.to_be_bytes());
    }
}

/// All of a span but its ids and times.
fn common(world: &World, span: &Span) -> Writer {
    let mut writer = Writer::default();
    let SpanWords { name, kind, attributes, is_well, is_local } = span_words(world, span);
    writer.bytes(5, name.as_bytes());
    writer.number(6, u64::from(kind));
    attributes.iter().for_each(|attribute| write_attribute(&mut writer, 9, attribute));
    if !is_well {
        writer.message(15, |status| status.number(3, u64::from(ERROR)));
    }
    writer.fixed32(16, if is_local { LOCAL } else { REMOTE });
    writer
}

fn write_attribute(writer: &mut Writer, field: u32, attribute: &Attribute) {
    writer.message(field, |pair| {
        pair.bytes(1, attribute.key.as_bytes());
        pair.message(2, |value| match &attribute.value {
            Value::StringValue(text) => value.bytes(1, text.as_bytes()),
            Value::IntValue(number) => value.number(3, number.cast_unsigned()),
        });
    });
}
