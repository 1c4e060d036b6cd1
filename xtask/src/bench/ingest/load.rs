//! What is sent: chains of services, each of which batches its spans as an SDK does. Request number
//! `n` is the same whenever it is made, no two are the same, and event time goes on with them.
//!
//! Items go down a chain from service to service. Each service has a span for what came in, one for
//! its own work and one for what it asks next; three in ten calls of the last are answered 404.

use super::protobuf::Message;

/// Services in a chain, the database at its end not counted.
const DEPTH: u32 = 5;

/// Spans of one item at one service.
const SPANS: u32 = 3;

const SECOND_NS: u64 = 1_000_000_000;

/// 2026-11-23 00:00 UTC, in seconds.
const BEGIN_S: u64 = 1_795_392_000;

/// How much of what.
#[derive(Clone, Copy)]
pub(super) struct Load {
    /// Chains of services.
    chains: u32,
    /// Operations of each service, and so hops between two of them.
    operations: u32,
    /// Items that a request covers, of one service.
    items: u32,
    /// Seconds of event time that it covers.
    seconds: u32,
}

/// One request.
pub(super) struct Request {
    pub(super) body: Vec<u8>,
    pub(super) spans: u32,
}

/// An item at a service.
#[derive(Clone, Copy)]
struct Visit {
    /// Number of the item over the whole load.
    item: u64,
    chain: u32,
    depth: u32,
    operation: u32,
    began_ns: u64,
}

impl Load {
    /// Twenty busy services: requests are as long as an SDK's batches get, 510 spans.
    pub(super) const THROUGHPUT: Self = Self { chains: 4, operations: 5, items: 170, seconds: 1 };

    /// Two thousand hops between two hundred services, which export every 5 seconds.
    pub(super) const HOPS_2000: Self = Self { chains: 40, operations: 10, items: 80, seconds: 5 };

    /// Hops, the calls of databases included.
    pub(super) const fn hops(self) -> u32 {
        self.chains * self.operations * DEPTH
    }

    /// Spans of a second of event time.
    pub(super) const fn spans_per_s(self) -> u32 {
        self.chains * DEPTH * self.items * SPANS / self.seconds
    }

    /// Requests that cover `event_s` seconds of event time.
    pub(super) const fn requests_of(self, event_s: u32) -> u32 {
        event_s / self.seconds * self.chains * DEPTH
    }

    /// Request number `n`.
    pub(super) fn request(self, n: u32) -> Request {
        let slice = n / (self.chains * DEPTH);
        let (chain, depth) = (n / DEPTH % self.chains, n % DEPTH);
        let mut scope_spans = Message::default();
        let mut scope = Message::default();
        scope.bytes(1, b"opentelemetry.instrumentation.requests");
        scope.bytes(2, b"0.60b1");
        scope_spans.message(1, &scope);
        for at in 0..self.items {
            let step_ns = u64::from(self.seconds) * SECOND_NS / u64::from(self.items);
            let slice_ns = u64::from(slice * self.seconds) * SECOND_NS;
            let began_ns = BEGIN_S * SECOND_NS + slice_ns + u64::from(at) * step_ns;
            let item = u64::from(slice * self.items + at);
            let operation = at % self.operations;
            let visit = Visit { item, chain, depth, operation, began_ns };
            for span in visit.spans() {
                scope_spans.message(2, &span);
            }
        }
        let mut resource_spans = Message::default();
        resource_spans.message(1, &resource(chain, depth));
        resource_spans.message(2, &scope_spans);
        let mut request = Message::default();
        request.message(1, &resource_spans);
        Request { body: request.0, spans: self.items * SPANS }
    }
}

fn service(chain: u32, depth: u32) -> String {
    format!("chain-{chain:02}-service-{depth}")
}

fn resource(chain: u32, depth: u32) -> Message {
    let mut resource = Message::default();
    resource.text(1, "service.name", &service(chain, depth));
    resource.text(1, "service.version", "1.4.2");
    resource.text(1, "service.instance.id", &format!("{chain:02}{depth}-5f7d8c9b6d-x2x4z"));
    resource.text(1, "deployment.environment.name", "production");
    resource.text(1, "telemetry.sdk.language", "python");
    resource.text(1, "telemetry.sdk.name", "opentelemetry");
    resource.text(1, "telemetry.sdk.version", "1.39.1");
    resource.int(1, "process.pid", 7);
    resource
}

impl Visit {
    /// What came in, what was done, what was asked.
    fn spans(&self) -> [Message; 3] {
        [self.server(), self.internal(), self.client()]
    }

    fn server(&self) -> Message {
        let caller = self.depth.checked_sub(1).map(|depth| self.id(depth, 2));
        let route = format!("/items/{{id}}/op-{}", self.operation);
        let mut span = self.span(0, caller, (2, &format!("POST {route}")), (0, 40_000_000));
        span.text(9, "http.request.method", "POST");
        span.text(9, "http.route", &route);
        span.text(9, "url.path", &format!("/items/{}/op-{}", self.item, self.operation));
        span.text(9, "url.scheme", "http");
        span.int(9, "http.response.status_code", self.status(self.depth));
        span.text(9, "server.address", &service(self.chain, self.depth));
        span.int(9, "server.port", 8080);
        span.text(9, "client.address", "10.42.7.19");
        span.text(9, "network.protocol.version", "1.1");
        span.text(9, "user_agent.original", "python-requests/2.32.5");
        span
    }

    fn internal(&self) -> Message {
        let name = format!("handle op-{}", self.operation);
        let mut span =
            self.span(1, Some(self.id(self.depth, 0)), (1, &name), (1_000_000, 38_000_000));
        span.text(9, "code.function.name", "app.items.handle");
        span.int(9, "thread.id", 140_234);
        span.text(9, "thread.name", "worker-3");
        span
    }

    fn client(&self) -> Message {
        let parent = Some(self.id(self.depth, 1));
        let times = (2_000_000, 35_000_000);
        if self.depth + 1 == DEPTH {
            let mut span = self.span(2, parent, (3, "SELECT items"), times);
            span.text(9, "db.system.name", "postgresql");
            span.text(9, "db.namespace", &format!("items-{:02}", self.chain));
            span.text(9, "db.operation.name", "SELECT");
            span.text(9, "db.collection.name", &format!("items_{}", self.operation));
            span.text(9, "server.address", &format!("postgres-{:02}", self.chain));
            span.int(9, "server.port", 5432);
            return span;
        }
        let callee = service(self.chain, self.depth + 1);
        let mut span = self.span(2, parent, (3, "POST"), times);
        span.text(9, "http.request.method", "POST");
        let url = format!("http://{callee}:8080/items/{}/op-{}", self.item, self.operation);
        span.text(9, "url.full", &url);
        span.text(9, "server.address", &callee);
        span.int(9, "server.port", 8080);
        span.int(9, "http.response.status_code", self.status(self.depth + 1));
        span.text(9, "network.protocol.version", "1.1");
        span
    }

    /// What a service answers.
    fn status(&self, depth: u32) -> u64 {
        if depth + 1 == DEPTH && mixed(self.item) % 10 < 3 { 404 } else { 200 }
    }

    /// Id of span number `place` of the item at a service.
    fn id(&self, depth: u32, place: u64) -> u64 {
        mixed(self.number() << 8 | u64::from(depth) << 2 | place)
    }

    fn number(&self) -> u64 {
        self.item << 8 | u64::from(self.chain)
    }

    fn span(
        &self,
        place: u64,
        parent: Option<u64>,
        (kind, name): (u64, &str),
        (from_ns, length_ns): (u64, u64),
    ) -> Message {
        let trace = [mixed(self.number()), mixed(!self.number())];
        let began_ns = self.began_ns + u64::from(self.depth) * 3_000_000 + from_ns;
        let scatter_ns = mixed(self.number()) % 10_000_000;
        let mut span = Message::default();
        span.bytes(1, trace.map(u64::to_be_bytes).as_flattened());
        span.bytes(2, &self.id(self.depth, place).to_be_bytes());
        if let Some(parent) = parent {
            span.bytes(4, &parent.to_be_bytes());
        }
        span.bytes(5, name.as_bytes());
        span.number(6, kind);
        span.fixed64(7, began_ns);
        span.fixed64(8, began_ns + length_ns - 7_000_000 * u64::from(self.depth) + scatter_ns);
        span
    }
}

/// A bijection that leaves no pattern (splitmix64), so that ids are as random as real ones.
fn mixed(n: u64) -> u64 {
    let n = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use prost::Message as _;
    use std::collections::BTreeSet;

    #[test]
    fn requests_are_otlp_and_no_span_comes_twice() {
        let mut ids = BTreeSet::new();
        let load = Load::THROUGHPUT;
        let n = 2 * load.requests_of(1);
        for request in (0..n).map(|n| load.request(n)) {
            let read = ExportTraceServiceRequest::decode(&*request.body).expect("a request");
            let spans = read.resource_spans.iter().flat_map(|spans| &spans.scope_spans);
            let before = ids.len();
            for span in spans.flat_map(|spans| &spans.spans) {
                assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
                assert!(span.start_time_unix_nano < span.end_time_unix_nano);
                ids.insert((span.trace_id.clone(), span.span_id.clone()));
            }
            assert_eq!(ids.len() - before, request.spans as usize);
        }
    }

    #[test]
    fn every_parent_is_there() {
        let load = Load::THROUGHPUT;
        let (mut ids, mut parents) = (BTreeSet::new(), BTreeSet::new());
        for n in 0..load.requests_of(1) {
            let read =
                ExportTraceServiceRequest::decode(&*load.request(n).body).expect("a request");
            let spans = read.resource_spans.into_iter().flat_map(|spans| spans.scope_spans);
            for span in spans.flat_map(|spans| spans.spans) {
                if !span.parent_span_id.is_empty() {
                    parents.insert((span.trace_id.clone(), span.parent_span_id));
                }
                ids.insert((span.trace_id, span.span_id));
            }
        }
        assert!(!parents.is_empty() && parents.is_subset(&ids));
    }
}
