//! Counting does not depend on the order in which spans come: whichever of two linked spans comes
//! last does the counting.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_flow::{
    Coverage, Dictionary, DictionaryLimits, Flow, FlowSettings, ShapeText, SourceText, WindowCounts,
};
use hw_model::{AnswerSetId, Batch, Outcome, SpanEnd, SpanId, SpanKind, Timestamp, TraceId};
use proptest::prelude::*;

/// One request: what the gate answers, whether it fails, and which of its spans are lost.
#[derive(Clone, Debug)]
struct Request {
    at_ms: i64,
    go: bool,
    fails: bool,
    n_sent: u8,
    lost: u16,
    /// Whether it goes to the sink's other operation, behind the same address.
    other: bool,
}

fn request() -> impl Strategy<Value = Request> {
    let flags = (any::<bool>(), prop::bool::weighted(0.1), any::<bool>());
    (0i64..20_000, flags, 1u8..3, 0u16..64).prop_map(|(at_ms, (go, fails, other), n_sent, lost)| {
        Request { at_ms, go, fails, n_sent, lost, other }
    })
}

/// Writes the spans of requests: filter asks gate, works inside, and sends to sink.
struct Writer {
    dictionary: Dictionary,
    spans: Vec<SpanEnd>,
}

#[derive(Clone, Copy)]
struct Place {
    service: &'static str,
    kind: SpanKind,
    operation: &'static str,
    peer: &'static str,
    path: &'static str,
}

const ENTRY: Place =
    Place { service: "filter", kind: SpanKind::Server, operation: "POST /", peer: "", path: "" };
const INSIDE: Place =
    Place { service: "filter", kind: SpanKind::Internal, operation: "decide", peer: "", path: "" };
const ASK: Place = Place {
    service: "filter",
    kind: SpanKind::Client,
    operation: "POST",
    peer: "gate:1",
    path: "",
};
const GATE: Place =
    Place { service: "gate", kind: SpanKind::Server, operation: "POST /ask", peer: "", path: "" };
const SEND: Place = Place {
    service: "filter",
    kind: SpanKind::Client,
    operation: "POST",
    peer: "sink:1",
    path: "",
};
const SINK: Place = Place {
    service: "sink",
    kind: SpanKind::Server,
    operation: "POST /put/{id}",
    peer: "",
    path: "",
};
const OTHER_SINK: Place = Place { operation: "POST /drop/{id}", ..SINK };

/// What callers see of the two operations: concrete paths, seldom the same.
const PATHS: ([&str; 8], [&str; 8]) = (
    ["/put/1", "/put/2", "/put/3", "/put/4", "/put/5", "/put/6", "/put/7", "/put/8"],
    ["/drop/1", "/drop/2", "/drop/3", "/drop/4", "/drop/5", "/drop/6", "/drop/7", "/drop/8"],
);

impl Writer {
    fn write(&mut self, trace: u128, request: &Request) {
        let trace = TraceId(trace);
        let mut next = 0;
        let mut span = |writer: &mut Self, place: Place, parent: u64, (from, to): (i64, i64)| {
            next += 1;
            if request.lost != 1 << next {
                writer.add(
                    place,
                    (trace, next, parent),
                    (request.at_ms + from, request.at_ms + to),
                );
            }
            next
        };
        let entry = span(self, ENTRY, 0, (0, 100));
        let inside = span(self, INSIDE, entry, (5, 95));
        let ask = span(self, ASK, inside, (10, 30));
        // Both ends carry the answer, as both carry a status code.
        let answer = if request.go { "go" } else { "halt" };
        self.answer(ASK, answer);
        span(self, GATE, ask, (12, 28));
        self.answer(GATE, answer);
        let sink = if request.other { OTHER_SINK } else { SINK };
        for sent in 0..i64::from(request.n_sent) * i64::from(request.go) {
            let (puts, drops) = PATHS;
            let paths = if request.other { drops } else { puts };
            let path = paths.into_iter().cycle().nth(usize::try_from(trace.0).unwrap()).unwrap();
            let send = span(self, Place { path, ..SEND }, inside, (40 + 10 * sent, 45 + 10 * sent));
            span(self, sink, send, (41 + 10 * sent, 44 + 10 * sent));
        }
        if request.fails
            && let Some(entry) = self.spans.iter_mut().find(|s| s.trace == trace && s.span.0 == 1)
        {
            entry.outcome = Outcome::Failed;
        }
    }

    fn add(&mut self, place: Place, (trace, span, parent): (TraceId, u64, u64), ms: (i64, i64)) {
        let source =
            self.dictionary.source(SourceText { service: place.service, ..SourceText::default() });
        let text = ShapeText {
            kind: place.kind,
            operation: place.operation,
            peer: place.peer,
            path: place.path,
        };
        self.spans.push(SpanEnd {
            trace,
            span: SpanId(span),
            parent: SpanId(parent),
            started_at: Timestamp(ms.0 * 1_000_000),
            ended_at: Timestamp(ms.1 * 1_000_000),
            source,
            shape: self.dictionary.shape(source, text),
            answers: AnswerSetId::NONE,
            outcome: Outcome::Ok,
            items: 1,
            weight: 0.0,
            links: Vec::new(),
        });
    }

    fn answer(&mut self, place: Place, value: &str) {
        let Some(last) = self.spans.last() else { return };
        let text =
            ShapeText { kind: place.kind, operation: place.operation, peer: place.peer, path: "" };
        let shape = self.dictionary.shape(last.source, text);
        let answers = self.dictionary.answers(shape, &[("status", value)], &[]);
        if let Some(last) = self.spans.last_mut().filter(|last| last.shape == shape) {
            last.answers = answers;
        }
    }
}

/// Everything that was counted, in words.
type Counted = (Coverage, Vec<(String, Vec<(i64, WindowCounts)>, Vec<(String, u64)>, u64, u64)>);

fn count(requests: &[Request], order: &[usize], n_batches: usize) -> Counted {
    let dictionary = Dictionary::new(DictionaryLimits::STANDARD);
    let mut writer = Writer { dictionary, spans: Vec::new() };
    for (trace, request) in (1..).zip(requests) {
        writer.write(trace, request);
    }
    count_spans(writer, order, n_batches)
}

fn count_spans(mut writer: Writer, order: &[usize], n_batches: usize) -> Counted {
    let n = writer.spans.len();
    let mut spans: Vec<Option<SpanEnd>> = writer.spans.drain(..).map(Some).collect();
    let shuffled = order.iter().map(|at| at % n.max(1)).chain(0..n);
    let shuffled: Vec<SpanEnd> = shuffled.filter_map(|at| spans.get_mut(at)?.take()).collect();
    let mut flow = Flow::new(FlowSettings::standard(10));
    let mut definitions = Some(writer.dictionary.drain_definitions());
    for part in shuffled.chunks(n.div_ceil(n_batches).max(1)) {
        let definitions = definitions.take().unwrap_or_default();
        let batch = Batch { definitions, spans: part.to_vec(), ..Batch::default() };
        flow.fold(Timestamp::from_s(30), batch);
    }
    flow.finish();
    let mut hops: Vec<_> = flow
        .hops()
        .map(|hop| {
            let summary = flow.hop_summary(hop).unwrap();
            let mut windows = Vec::new();
            flow.visit_windows(hop, 0, 100, |at, counts| windows.push((at, counts)));
            let id = flow.hop_words(hop).unwrap().id().0;
            (id, windows, summary.answers, summary.left, summary.received.unwrap_or(0))
        })
        .collect();
    hops.sort_by(|a, b| a.0.cmp(&b.0));
    (flow.coverage(), hops)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two operations stand behind one address, told apart only by spans that come later or never.
    #[test]
    fn order_and_batches_change_no_count(
        requests in prop::collection::vec(request(), 1..30),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        n_batches in 1usize..5,
    ) {
        let order: Vec<usize> = order.iter().map(|index| index.index(150)).collect();
        prop_assert_eq!(count(&requests, &order, n_batches), count(&requests, &[], 1));
    }
}

#[test]
fn outs_are_joined_through_inner_spans_and_answers_reach_the_caller() {
    let request = |go| Request { at_ms: 100, go, fails: false, n_sent: 1, lost: 0, other: false };
    let (coverage, hops) = count(&[request(true), request(false)], &[], 1);
    assert_eq!((coverage.joined, coverage.unjoined), (3, 0));
    let gate = hops.iter().find(|hop| hop.0 == "filter|POST /|gate|POST /ask").unwrap();
    assert_eq!(gate.2, [("go".to_owned(), 1), ("halt".to_owned(), 1)]);
    let sink = hops.iter().find(|hop| hop.0 == "filter|POST /|sink|POST /put/{id}").unwrap();
    let window = sink.1.first().unwrap().1;
    assert_eq!((window.entered, window.left, window.any, window.received), (2, 1, 1, 1));
}

#[test]
fn out_whose_inner_parent_is_lost_goes_to_the_only_entry() {
    let lost =
        Request { at_ms: 100, go: true, fails: false, n_sent: 1, lost: 1 << 2, other: false };
    let (coverage, hops) = count(&[lost], &[], 1);
    assert_eq!((coverage.joined, coverage.unjoined), (2, 0));
    assert!(hops.iter().any(|hop| hop.0 == "filter|POST /|sink|POST /put/{id}"));
}

#[test]
fn out_whose_entry_is_lost_is_unjoined() {
    let lost =
        Request { at_ms: 100, go: true, fails: false, n_sent: 1, lost: 1 << 1, other: false };
    let (coverage, hops) = count(&[lost], &[], 1);
    assert_eq!((coverage.joined, coverage.unjoined), (0, 2));
    assert!(hops.is_empty());
    assert!((coverage.share() - 0.5).abs() < 1e-9, "{coverage:?}");
}

#[test]
fn failed_entry_is_not_in_the_ratio() {
    let failed = Request { at_ms: 100, go: true, fails: true, n_sent: 2, lost: 0, other: false };
    let (_, hops) = count(&[failed], &[], 1);
    let sink = hops.iter().find(|hop| hop.0 == "filter|POST /|sink|POST /put/{id}").unwrap();
    let window = sink.1.first().unwrap().1;
    assert_eq!((window.entered, window.left, window.calls), (0, 0, 2));
    assert_eq!(sink.3, 2, "the total counts what left all the same");
}

#[test]
fn entry_that_failed_because_its_call_did_is_in_the_ratio() {
    // Else a callee that always fails looks like a gate that lets nothing through: only entries
    // that did not call it would be left.
    let request = |go| Request { at_ms: 100, go, fails: false, n_sent: 2, lost: 0, other: false };
    let dictionary = Dictionary::new(DictionaryLimits::STANDARD);
    let mut writer = Writer { dictionary, spans: Vec::new() };
    writer.write(1, &request(true));
    writer.write(2, &request(false));
    let failing = |span: &&mut SpanEnd| span.trace.0 == 1 && [1, 5, 7].contains(&span.span.0);
    writer.spans.iter_mut().filter(failing).for_each(|span| span.outcome = Outcome::Failed);
    let (_, hops) = count_spans(writer, &[], 1);
    let window = |id: &str| hops.iter().find(|hop| hop.0 == id).unwrap().1.first().unwrap().1;
    let sink = window("filter|POST /|sink|POST /put/{id}");
    assert_eq!((sink.entered, sink.any, sink.left, sink.failed), (2, 1, 2, 2));
    let gate = window("filter|POST /|gate|POST /ask");
    assert_eq!((gate.entered, gate.any, gate.left), (1, 1, 1), "what it asked did not fail");
}
