//! The messages as OTLP/JSON, in the many ways in which writers put them.

use super::messages::{
    AnyValue, Data, Gauge, KeyValue, Logs, Metrics, Number, NumberDataPoint, Resource, Scope, Span,
    Traces, Value,
};
use serde_json::{Map, Value as Json, json};

/// A writer's habits, chosen anew for each value from a seed.
pub(crate) struct Writer {
    seed: u64,
}

impl Writer {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// One of `n` ways.
    fn pick(&mut self, n: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.seed >> 33) % n
    }

    /// An object with some fields that nobody knows, and without those that say nothing, or with
    /// `null` for them.
    fn object(&mut self, fields: Vec<(&str, Option<Json>)>) -> Json {
        let mut object = Map::new();
        for (key, value) in fields {
            match value {
                Some(value) => drop(object.insert(key.into(), value)),
                None if self.pick(4) == 0 => drop(object.insert(key.into(), Json::Null)),
                None => {}
            }
        }
        if self.pick(5) == 0 {
            object.insert("aFutureField".into(), json!({"x": [1, {"y": null}, "\"\\"]}));
        }
        Json::Object(object)
    }

    fn unsigned(&mut self, number: u64) -> Option<Json> {
        match self.pick(3) {
            _ if number == 0 && self.pick(2) == 0 => None,
            0 => Some(json!(number)),
            _ => Some(json!(number.to_string())),
        }
    }

    fn signed(&mut self, number: i64) -> Json {
        if self.pick(2) == 0 { json!(number) } else { json!(number.to_string()) }
    }

    fn double(number: f64) -> Json {
        if number.is_nan() {
            json!("NaN")
        } else if number.is_infinite() {
            json!(if number > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            json!(number)
        }
    }

    fn text(&mut self, text: &str) -> Option<Json> {
        if text.is_empty() && self.pick(2) == 0 { None } else { Some(json!(text)) }
    }

    fn id(&mut self, bytes: &[u8]) -> Option<Json> {
        let upper = self.pick(2) == 0;
        let digit = |byte: &u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        let digits: String = bytes.iter().map(digit).collect();
        self.text(&digits)
    }

    fn value(&mut self, value: &AnyValue) -> Json {
        let (kind, value) = match &value.value {
            None => return json!({}),
            Some(Value::String(text)) => ("stringValue", json!(text)),
            Some(Value::Bool(flag)) => ("boolValue", json!(flag)),
            Some(Value::Int(number)) => ("intValue", self.signed(*number)),
            Some(Value::Double(number)) => ("doubleValue", Self::double(*number)),
            Some(Value::Array(array)) => {
                let values: Vec<Json> = array.values.iter().map(|v| self.value(v)).collect();
                ("arrayValue", json!({"values": values}))
            }
            Some(Value::Map(map)) => ("kvlistValue", json!({"values": self.pairs(&map.values)})),
            Some(Value::Bytes(_)) => ("bytesValue", json!("aGk=")),
        };
        json!({kind: value})
    }

    fn pairs(&mut self, pairs: &[KeyValue]) -> Json {
        let pair = |pair: &KeyValue| {
            let value = pair.value.as_ref().map(|value| self.value(value));
            self.object(vec![("key", Some(json!(pair.key))), ("value", value)])
        };
        pairs.iter().map(pair).collect()
    }

    fn resource(&mut self, resource: Option<&Resource>) -> Option<Json> {
        let attributes = self.pairs(&resource?.attributes);
        Some(self.object(vec![("attributes", Some(attributes))]))
    }

    fn scope(&mut self, scope: Option<&Scope>) -> Option<Json> {
        let scope = scope?;
        let fields = vec![("name", self.text(&scope.name)), ("version", self.text(&scope.version))];
        Some(self.object(fields))
    }

    pub(crate) fn traces(&mut self, traces: &Traces) -> Json {
        let mut groups = Vec::new();
        for group in &traces.resource_spans {
            let mut scopes = Vec::new();
            for scope in &group.scope_spans {
                let spans: Json = scope.spans.iter().map(|span| self.span(span)).collect();
                let scope = self.scope(scope.scope.as_ref());
                scopes.push(self.object(vec![("scope", scope), ("spans", Some(spans))]));
            }
            let resource = self.resource(group.resource.as_ref());
            let url = self.text(&group.schema_url);
            let fields = vec![
                ("schemaUrl", url),
                ("scopeSpans", Some(json!(scopes))),
                ("resource", resource),
            ];
            groups.push(self.object(fields));
        }
        json!({"resourceSpans": groups})
    }

    fn span(&mut self, span: &Span) -> Json {
        let event = |writer: &mut Self, event: &super::messages::Event| {
            let fields = vec![
                ("attributes", Some(writer.pairs(&event.attributes))),
                ("name", writer.text(&event.name)),
                ("timeUnixNano", writer.unsigned(event.time_unix_nano)),
            ];
            writer.object(fields)
        };
        let link = |writer: &mut Self, link: &super::messages::Link| {
            let fields =
                vec![("traceId", writer.id(&link.trace_id)), ("spanId", writer.id(&link.span_id))];
            writer.object(fields)
        };
        let events: Json = span.events.iter().map(|one| event(self, one)).collect();
        let links: Json = span.links.iter().map(|one| link(self, one)).collect();
        let status = span.status.as_ref().map(|status| json!({"code": status.code}));
        let fields = vec![
            ("traceId", self.id(&span.trace_id)),
            ("spanId", self.id(&span.span_id)),
            ("parentSpanId", self.id(&span.parent_span_id)),
            ("traceState", self.text(&span.trace_state)),
            ("name", self.text(&span.name)),
            ("kind", Some(json!(span.kind))),
            ("startTimeUnixNano", self.unsigned(span.start_time_unix_nano)),
            ("endTimeUnixNano", self.unsigned(span.end_time_unix_nano)),
            ("attributes", Some(self.pairs(&span.attributes))),
            ("events", Some(events)),
            ("links", Some(links)),
            ("status", status),
            ("flags", self.unsigned(span.flags.into())),
        ];
        self.object(fields)
    }

    pub(crate) fn logs(&mut self, logs: &Logs) -> Json {
        let mut groups = Vec::new();
        for group in &logs.resource_logs {
            let mut scopes = Vec::new();
            for scope in &group.scope_logs {
                let records: Json =
                    scope.log_records.iter().map(|record| self.log(record)).collect();
                scopes.push(json!({"logRecords": records}));
            }
            let resource = self.resource(group.resource.as_ref());
            let fields = vec![("scopeLogs", Some(json!(scopes))), ("resource", resource)];
            groups.push(self.object(fields));
        }
        json!({"resourceLogs": groups})
    }

    fn log(&mut self, log: &super::messages::LogRecord) -> Json {
        let body = log.body.as_ref().map(|body| self.value(body));
        let fields = vec![
            ("timeUnixNano", self.unsigned(log.time_unix_nano)),
            ("observedTimeUnixNano", self.unsigned(log.observed_time_unix_nano)),
            ("severityNumber", Some(json!(log.severity_number))),
            ("body", body),
            ("attributes", Some(self.pairs(&log.attributes))),
            ("traceId", self.id(&log.trace_id)),
            ("spanId", self.id(&log.span_id)),
            ("eventName", self.text(&log.event_name)),
        ];
        self.object(fields)
    }

    pub(crate) fn metrics(&mut self, metrics: &Metrics) -> Json {
        let mut groups = Vec::new();
        for group in &metrics.resource_metrics {
            let mut scopes = Vec::new();
            for scope in &group.scope_metrics {
                let metrics: Json =
                    scope.metrics.iter().map(|metric| self.metric(metric)).collect();
                let scope = self.scope(scope.scope.as_ref());
                scopes.push(self.object(vec![("metrics", Some(metrics)), ("scope", scope)]));
            }
            let resource = self.resource(group.resource.as_ref());
            let fields = vec![("resource", resource), ("scopeMetrics", Some(json!(scopes)))];
            groups.push(self.object(fields));
        }
        json!({"resourceMetrics": groups})
    }

    fn metric(&mut self, metric: &super::messages::Metric) -> Json {
        let (kind, data) = match &metric.data {
            None => ("sum", None),
            Some(Data::Gauge(gauge)) => ("gauge", Some(self.points(gauge))),
            Some(Data::Histogram(gauge)) => ("histogram", Some(self.points(gauge))),
            Some(Data::ExponentialHistogram(gauge)) => {
                ("exponentialHistogram", Some(self.points(gauge)))
            }
            Some(Data::Summary(gauge)) => ("summary", Some(self.points(gauge))),
            Some(Data::Sum(sum)) => {
                let points: Json = sum.data_points.iter().map(|point| self.point(point)).collect();
                let monotonic = sum.is_monotonic.then_some(json!(true));
                let fields = vec![
                    ("dataPoints", Some(points)),
                    ("isMonotonic", monotonic),
                    ("aggregationTemporality", Some(json!(sum.aggregation_temporality))),
                ];
                ("sum", Some(self.object(fields)))
            }
        };
        let fields = vec![
            (kind, data),
            ("unit", self.text(&metric.unit)),
            ("name", self.text(&metric.name)),
        ];
        self.object(fields)
    }

    fn points(&mut self, gauge: &Gauge) -> Json {
        let points: Json = gauge.data_points.iter().map(|point| self.point(point)).collect();
        json!({"dataPoints": points})
    }

    fn point(&mut self, point: &NumberDataPoint) -> Json {
        let (kind, value) = match point.value {
            None => ("asInt", None),
            Some(Number::Int(number)) => ("asInt", Some(self.signed(number))),
            Some(Number::Double(number)) => ("asDouble", Some(Self::double(number))),
        };
        let fields = vec![
            ("startTimeUnixNano", self.unsigned(point.start_time_unix_nano)),
            ("timeUnixNano", self.unsigned(point.time_unix_nano)),
            ("attributes", Some(self.pairs(&point.attributes))),
            ("flags", self.unsigned(point.flags.into())),
            (kind, value),
        ];
        self.object(fields)
    }
}
