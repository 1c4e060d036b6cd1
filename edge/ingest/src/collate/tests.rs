use super::{CollationLimits, Collator, Playback, Totals};
use crate::words::{BatchWords, Words};
use crate::{
    DecisionRule, DecisionValue, Encoding, Intake, Missing, ReadOptions, Rejection, When, decode,
};
use hw_flow::DictionaryLimits;
use hw_model::{Batch, Interval, Timestamp};
use serde_json::{Value, json};

const BASE_S: i64 = 1_700_000_000;

/// A span by its id, and the second, counted from `BASE_S`, in which it ends one second old.
fn span(id: u64, end_s: i64) -> Value {
    span_with(id, end_s, &json!({}))
}

fn span_with(id: u64, end_s: i64, more: &Value) -> Value {
    let ns = |s: i64| ((BASE_S + s) * 1_000_000_000).to_string();
    let mut span = json!({
        "traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": format!("{id:016x}"),
        "name": format!("op{}", id % 3), "kind": 2,
        "startTimeUnixNano": ns(end_s - 1), "endTimeUnixNano": ns(end_s),
        "attributes": [{"key": "app.mode", "value": {"stringValue": format!("m{}", id % 2)}}],
    });
    for (key, value) in more.as_object().unwrap() {
        span[key] = value.clone();
    }
    span
}

fn traces(service: &str, spans: &[Value]) -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
        "scopeSpans": [{"spans": spans}],
    }]})
}

fn logs(lines: &[(i64, &str)]) -> Value {
    let record = |(at_s, body): &(i64, &str)| json!({"timeUnixNano": (BASE_S + at_s) * 1_000_000_000, "body": {"stringValue": body}});
    let records: Vec<Value> = lines.iter().map(record).collect();
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})
}

fn sums(points: &[(i64, u32)]) -> Value {
    let point = |(at_s, value): &(i64, u32)| {
        json!({"timeUnixNano": (BASE_S + at_s) * 1_000_000_000, "asInt": value,
            "attributes": [{"key": "decision", "value": {"stringValue": "go"}}]})
    };
    let points: Vec<Value> = points.iter().map(point).collect();
    json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "calls", "sum": {
        "dataPoints": points, "isMonotonic": true, "aggregationTemporality": 2}}]}]}]})
}

fn collate(requests: &[Value], interval: Option<Interval>, records_max: usize) -> Playback {
    let limits =
        CollationLimits { records_in_memory_max: records_max, ..CollationLimits::STANDARD };
    collate_with(requests, ReadOptions::default(), Collator::new(interval, limits))
}

fn collate_with(requests: &[Value], options: ReadOptions, mut collator: Collator) -> Playback {
    let mut intake = Intake::new(options, DictionaryLimits::STANDARD);
    for request in requests {
        let bytes = serde_json::to_vec(request).unwrap();
        let tally = decode(&bytes, Encoding::Json, &mut intake).unwrap();
        collator.add(&mut intake, &tally).unwrap();
    }
    collator.finish(intake).unwrap()
}

fn played(mut playback: Playback) -> (Vec<(Timestamp, Batch)>, Totals) {
    let batches = playback.by_ref().map(Result::unwrap).collect();
    (batches, playback.totals().clone())
}

fn play(requests: &[Value]) -> (Vec<(Timestamp, Batch)>, Totals) {
    played(collate(requests, None, 1000))
}

fn in_words(batches: &[(Timestamp, Batch)]) -> Vec<BatchWords> {
    let mut words = Words::default();
    batches.iter().map(|(_, batch)| words.read(batch)).collect()
}

/// Ids of all spans in the order in which they are played.
fn ids(batches: &[(Timestamp, Batch)]) -> Vec<u64> {
    batches.iter().flat_map(|(_, batch)| &batch.spans).map(|span| span.span.0).collect()
}

#[test]
fn records_are_played_second_by_second() {
    let (batches, totals) = play(&[
        traces("a", &[span(3, 7), span(1, 5)]),
        logs(&[(5, "hello"), (9, "bye")]),
        traces("b", &[span(2, 5)]),
        sums(&[(7, 1)]),
    ]);
    let times: Vec<i64> = batches.iter().map(|(now, _)| now.tick().0 - BASE_S).collect();
    assert_eq!(times, [6, 8, 10]);
    assert_eq!(ids(&batches), [1, 2, 3]);
    let n =
        |(_, batch): &(Timestamp, Batch)| (batch.spans.len(), batch.logs.len(), batch.sums.len());
    assert_eq!(batches.iter().map(n).collect::<Vec<_>>(), [(2, 1, 0), (1, 0, 1), (0, 1, 0)]);
    assert_eq!((totals.tally.spans, totals.tally.logs, totals.tally.points), (3, 2, 1));
    assert_eq!(totals.first_at, Some(Timestamp::from_s(BASE_S + 4)));
    assert_eq!(totals.last_at, Some(Timestamp::from_s(BASE_S + 9)));
}

#[test]
fn definitions_come_with_the_first_batch_and_only_those_that_are_used() {
    let (batches, _) =
        play(&[traces("a", &[span(1, 5)]), traces("b", &[span(2, 9)]), traces("c", &[])]);
    assert!(batches[1..].iter().all(|(_, batch)| batch.definitions.names.is_empty()));
    let names: Vec<&str> = batches[0].1.definitions.names.iter().map(|name| &**name).collect();
    assert_eq!(names, ["", "~other", "a", "app.mode", "b", "m0", "m1", "op1", "op2"]);
}

#[test]
fn nothing_is_played_of_nothing() {
    let (batches, totals) = play(&[traces("a", &[])]);
    assert!(batches.is_empty());
    assert_eq!(totals, Totals::default());
}

#[test]
fn duplicates_are_dropped_and_counted() {
    let (batches, totals) = play(&[
        traces("a", &[span(1, 5), span(2, 5)]),
        traces("a", &[span(2, 5), span(1, 6)]),
        traces("b", &[span(2, 5)]),
        logs(&[(5, "item 1 may go"), (5, "item 2 may go")]),
        logs(&[(5, "item 2 may go")]),
        sums(&[(5, 7), (6, 7)]),
        sums(&[(5, 8)]),
    ]);
    assert_eq!(ids(&batches), [1, 2, 2, 1]);
    assert_eq!(totals.duplicates, 3);
    assert_eq!((totals.tally.spans, totals.tally.logs, totals.tally.points), (4, 2, 2));
    assert_eq!(batches[0].1.logs.len(), 2);
    assert!((batches[0].1.sums[0].value - 7.0).abs() < f64::EPSILON);
}

#[test]
fn of_doubles_that_differ_the_same_one_is_kept_in_any_order() {
    let variants = [
        json!({}),
        json!({"parentSpanId": "00000000000000aa"}),
        json!({"name": "other"}),
        json!({"status": {"code": 2}}),
        json!({"attributes": []}),
        json!({"links": [{"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "00000000000000bb"}]}),
    ];
    let spans = variants.iter().map(|more| traces("a", &[span_with(1, 5, more)]));
    let mut requests: Vec<Value> = spans.chain((1..6).map(|value| sums(&[(5, value)]))).collect();
    let expect = play(&requests);
    assert_eq!((expect.1.tally.spans, expect.1.tally.points, expect.1.duplicates), (1, 1, 9));
    for _ in 0..requests.len() {
        requests.rotate_left(1);
        assert_eq!(play(&requests), expect);
        requests.reverse();
        assert_eq!(play(&requests), expect);
    }
}

#[test]
fn doubled_evaluations_are_dropped_with_their_span() {
    let event = json!({"name": "feature_flag", "attributes": [
        {"key": "feature_flag.key", "value": {"stringValue": "gate"}},
        {"key": "feature_flag.variant", "value": {"stringValue": "on"}}]});
    let request = traces("a", &[span_with(1, 5, &json!({"events": [event, event]}))]);
    let (_, totals) = play(&[request.clone(), request]);
    assert_eq!((totals.tally.spans, totals.tally.evaluations, totals.duplicates), (1, 2, 1));
}

#[test]
fn evaluation_is_rejected_with_its_span_and_not_counted_again() {
    let key = json!({"key": "feature_flag.key", "value": {"stringValue": "gate"}});
    let at = ((BASE_S + 999) * 1_000_000_000).to_string();
    let event = json!({"name": "feature_flag", "timeUnixNano": at, "attributes": [key]});
    let late = span_with(9, 999, &json!({"events": [event]}));
    let spans = [span(1, 5), span(2, 5), span(3, 5), span(4, 5), late];
    let (_, totals) = play(&[traces("a", &spans)]);
    assert_eq!(
        (totals.tally.spans, totals.tally.evaluations, totals.tally.n_rejected()),
        (4, 0, 1)
    );
}

#[test]
fn answers_that_had_too_many_values_are_taken_back() {
    let tagged = |id: u64| {
        let pair = |key: &str, value: String| json!({"key": key, "value": {"stringValue": value}});
        let more = json!({"name": "op", "attributes": [pair("a.tag", format!("v{id}")), pair("a.kind", "x".into())]});
        span_with(id, 5, &more)
    };
    let requests: Vec<Value> = (1..=17).map(|id| traces("a", &[tagged(id)])).collect();
    let of = |requests: &[Value]| in_words(&play(requests).0)[0].clone();
    assert!(of(&requests[..16]).spans.iter().all(|span| span.answers.len() == 2));
    let batch = of(&requests);
    assert!(batch.spans.iter().all(|span| span.answers == ["a.kind=x"]));
}

#[test]
fn declared_answer_keeps_its_place_whatever_its_values() {
    let rule = DecisionRule {
        name: "gate".into(),
        when: When::default(),
        value: DecisionValue::SpanAttribute("a.tag".into()),
        map: vec![],
        missing: Missing::Ignore,
    };
    let tagged = |id: u64| {
        let tag = json!({"key": "a.tag", "value": {"intValue": id}});
        span_with(id, 5, &json!({"name": "op", "attributes": [tag]}))
    };
    let requests: Vec<Value> = (1..=20).map(|id| traces("a", &[tagged(id)])).collect();
    let options = ReadOptions { decisions: vec![rule], ..ReadOptions::default() };
    let collator = Collator::new(None, CollationLimits::STANDARD);
    let (batches, _) = played(collate_with(&requests, options, collator));
    let spans = in_words(&batches)[0].spans.clone();
    assert!(spans.iter().all(|span| span.answers.len() == 1), "the raw attribute is gone");
    let n_other = spans.iter().filter(|span| span.answers == ["gate=~other"]).count();
    assert_eq!(n_other, 4);
}

#[test]
fn record_long_after_its_request_is_from_the_future() {
    let (batches, totals) = play(&[
        traces("a", &[span(1, 5), span(2, 306), span(3, 6)]),
        traces("a", &[span(4, 5), span(5, 307), span(6, 6)]),
        traces(
            "a",
            &[span(7, 5), span(8, 5), span(9, 400), span(10, 5), span(11, 5), span(12, 900)],
        ),
        traces("a", &[span(13, 5), span(14, 500)]),
    ]);
    assert_eq!(totals.tally.rejected(Rejection::FromTheFuture), 3);
    assert_eq!(totals.tally.spans, 11);
    assert_eq!(ids(&batches), [1, 4, 7, 8, 10, 11, 13, 3, 6, 2, 14]);
}

#[test]
fn recording_in_one_request_is_no_request_from_the_future() {
    let steady: Vec<Value> =
        (0..200_u32).map(|n| span(u64::from(n) + 1, i64::from(n) * 30)).collect();
    let sparse: Vec<Value> =
        (0..20_u32).map(|n| span(u64::from(n) + 500, i64::from(n) * 700)).collect();
    let (_, totals) = play(&[traces("a", &steady), traces("a", &sparse)]);
    assert_eq!((totals.tally.spans, totals.tally.n_rejected()), (220, 0));
}

#[test]
fn few_records_hours_from_all_others_are_rejected() {
    let day = 86_400;
    let request = |id: u64, at: i64| traces("a", &[span(id, at)]);
    let mut requests: Vec<Value> = (0..20).map(|n| request(n + 1, 5)).collect();
    requests.push(request(100, 30 * day));
    requests.push(request(101, -day));
    requests.push(logs(&[(-2 * day, "old")]));
    let (batches, totals) = play(&requests);
    assert_eq!(totals.tally.rejected(Rejection::FromTheFuture), 1);
    assert_eq!(totals.tally.rejected(Rejection::FromThePast), 2);
    assert_eq!((totals.tally.spans, totals.tally.logs), (20, 0));
    assert_eq!((batches.len(), totals.last_at), (1, Some(Timestamp::from_s(BASE_S + 5))));
}

#[test]
fn only_the_interval_is_played() {
    let at = |s: i64| Timestamp::from_s(BASE_S + s);
    let requests = [
        traces("a", &[span(1, 5), span(2, 6), span(3, 10), span(4, 11)]),
        logs(&[(4, "a"), (5, "b"), (9, "c"), (10, "d")]),
    ];
    let interval = Interval { from: at(5), to: at(10) };
    let (batches, totals) = played(collate(&requests, Some(interval), 1000));
    assert_eq!(ids(&batches), [2, 3]);
    assert_eq!((totals.tally.spans, totals.tally.logs, totals.outside), (2, 2, 4));
    assert_eq!((totals.first_at, totals.last_at), (Some(at(5)), Some(at(10))));
}

#[test]
fn what_is_played_depends_on_neither_order_nor_memory() {
    let mut requests = Vec::new();
    for n in 0..60_u32 {
        let id = u64::from(n);
        let service = ["b", "a", "c"][n as usize % 3];
        let at = i64::from(n * 7 % 13);
        requests
            .push(traces(service, &[span(id + 1, at), span(id + 1000, at), span(id % 5 + 1, 3)]));
        requests.push(logs(&[(at, ["one", "two", "three"][n as usize % 3])]));
        requests.push(sums(&[(at, n), (at + 1, n)]));
    }
    let expect = play(&requests);
    assert!(expect.1.duplicates > 0);
    requests.reverse();
    assert_eq!(play(&requests), expect);
    requests.sort_by_key(|request| request.to_string().len());
    for records_max in [0, 1, 7, 100] {
        assert_eq!(played(collate(&requests, None, records_max)), expect, "{records_max}");
    }
    let limits = CollationLimits { bytes_in_memory_max: 2000, ..CollationLimits::STANDARD };
    let playback = collate_with(&requests, ReadOptions::default(), Collator::new(None, limits));
    assert_eq!(played(playback), expect);
}
