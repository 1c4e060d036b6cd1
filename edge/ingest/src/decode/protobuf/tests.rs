use super::signal;
use super::wire::Message;
use crate::words::{BatchWords, Words};
use crate::{
    DecodeError, DecodeFault, Encoding, Intake, ReadOptions, Rejection, Signal, Tally, decode,
};
use hw_flow::DictionaryLimits;

/// A field of messages, texts or bytes.
fn field(number: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut bytes = vec![number << 3 | 2];
    let mut length = body.len();
    while length >= 0x80 {
        bytes.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    bytes.push(u8::try_from(length).unwrap());
    bytes.extend(body);
    bytes
}

fn varint(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn fixed64(number: u8, value: u64) -> Vec<u8> {
    [&[number << 3 | 1][..], &value.to_le_bytes()].concat()
}

fn text_attribute(number: u8, key: &str, value: &str) -> Vec<u8> {
    let value = field(2, &[&field(1, &[value.as_bytes()])]);
    field(number, &[&field(1, &[key.as_bytes()]), &value])
}

const AT: u64 = 1_700_000_000_000_000_000;

fn span_fields() -> Vec<u8> {
    let ids = [field(1, &[&[1; 16]]), field(2, &[&[2; 8]])].concat();
    [ids, field(5, &[b"n"]), varint(6, 2), fixed64(7, AT), fixed64(8, AT + 1)].concat()
}

fn log_fields() -> Vec<u8> {
    [fixed64(1, AT), varint(2, 9), field(5, &[&field(1, &[b"hello"])])].concat()
}

fn metric_fields() -> Vec<u8> {
    let point = [fixed64(3, AT), fixed64(6, 5), text_attribute(7, "decision", "go")].concat();
    let sum = [field(1, &[&point]), varint(2, 2), varint(3, 1)].concat();
    [field(1, &[b"gate.calls"]), field(7, &[&sum])].concat()
}

/// A request of records, each in its own scope.
fn request(records: &[Vec<u8>]) -> Vec<u8> {
    let resource = field(1, &[&text_attribute(1, "service.name", "a")]);
    let scopes: Vec<Vec<u8>> = records.iter().map(|r| field(2, &[&field(2, &[r])])).collect();
    field(1, &[&resource, &scopes.concat()])
}

fn read_as(bytes: &[u8], signal: Option<Signal>) -> Result<(BatchWords, Tally), DecodeError> {
    let mut intake = Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD);
    let tally = decode(bytes, Encoding::Protobuf { signal }, &mut intake)?;
    Ok((Words::default().read(&intake.take_batch()), tally))
}

fn read(bytes: &[u8]) -> (BatchWords, Tally) {
    read_as(bytes, None).unwrap()
}

fn told(record: &[u8]) -> Option<Signal> {
    signal::tell(Message::new(&request(&[record.to_vec()]))).unwrap()
}

#[test]
fn signal_is_told_by_the_records() {
    assert_eq!(told(&span_fields()), Some(Signal::Traces));
    assert_eq!(told(&log_fields()), Some(Signal::Logs));
    assert_eq!(told(&metric_fields()), Some(Signal::Metrics));
    let text_ids = [field(1, &[b"abcdefghijklmnop"]), field(2, &[b"abcdefgh"]), fixed64(8, AT)];
    assert_eq!(told(&text_ids.concat()), Some(Signal::Traces));
    assert_eq!(told(&field(5, &[&field(1, &[b"body"])])), Some(Signal::Logs));
    assert_eq!(told(&fixed64(11, AT)), Some(Signal::Logs));
    for kind in [5, 7, 9, 10, 11] {
        let metric = [field(1, &[b"abcdefghijklmnop"]), field(2, &[b"bytes of"]), field(kind, &[])];
        assert_eq!(told(&metric.concat()), Some(Signal::Metrics), "{kind}");
    }
    assert_eq!(told(&field(7, &[])), Some(Signal::Metrics));
    assert_eq!(told(&[]), None);
}

#[test]
fn first_record_that_shows_a_signal_decides() {
    let bytes = request(&[vec![], log_fields()]);
    assert_eq!(read(&bytes).1.logs, 1);
    assert_eq!(read(&request(&[metric_fields()])).1.points, 1);
    assert_eq!(read(&request(&[span_fields(), span_fields()])).1.spans, 2);
}

#[test]
fn told_signal_is_not_guessed() {
    let (_, tally) = read_as(&request(&[log_fields()]), Some(Signal::Traces)).unwrap();
    assert_eq!((tally.logs, tally.rejected(Rejection::IdLength)), (0, 1));
}

#[test]
fn empty_request_is_accepted() {
    for bytes in [vec![], field(1, &[]), request(&[]), varint(9, 1)] {
        assert_eq!(read(&bytes).1, Tally::default());
    }
}

#[test]
fn resource_may_come_behind_its_spans_and_in_pieces() {
    let scope = field(2, &[&field(2, &[&span_fields()])]);
    let name = field(1, &[&text_attribute(1, "service.name", "a")]);
    let version = field(1, &[&text_attribute(1, "service.version", "7")]);
    let (batch, _) = read(&field(1, &[&name, &scope, &version]));
    assert_eq!((&*batch.spans[0].source[0], &*batch.spans[0].source[2]), ("a", "7"));
}

#[test]
fn pieces_of_a_sum_are_one_sum() {
    let point =
        |value| [fixed64(3, AT), fixed64(6, value), text_attribute(7, "decision", "go")].concat();
    let first = field(7, &[&field(1, &[&point(1)]), &varint(2, 1)]);
    let second = field(7, &[&varint(3, 1), &field(1, &[&point(2)])]);
    let metric = [field(1, &[b"m"]), first, second].concat();
    let (batch, tally) = read(&request(&[metric]));
    assert_eq!(tally.points, 2);
    assert_eq!(batch.sums.iter().map(|sum| sum.value).collect::<Vec<_>>(), [1.0, 2.0]);
    let gauge = [metric_fields(), field(5, &[&field(1, &[]), &field(1, &[])])].concat();
    let tally = read(&request(&[gauge])).1;
    assert_eq!((tally.points, tally.ignored, tally.n_rejected()), (0, 2, 0));
}

#[test]
fn attributes_of_a_span_may_be_apart_and_events_between_them() {
    let event_attributes = [
        text_attribute(3, "feature_flag.key", "gate"),
        text_attribute(3, "feature_flag.variant", "on"),
    ];
    let event = field(11, &[&field(2, &[b"feature_flag"]), &event_attributes.concat()]);
    let span = [
        span_fields(),
        text_attribute(9, "app.mode", "x"),
        event,
        text_attribute(9, "app.tier", "y"),
        field(15, &[&varint(3, 1)]),
        field(15, &[&varint(3, 2)]),
    ];
    let (batch, tally) = read(&request(&[span.concat()]));
    assert_eq!((tally.spans, tally.evaluations), (1, 1));
    assert_eq!(batch.spans[0].answers, ["app.mode=x", "app.tier=y"]);
    assert_eq!(batch.spans[0].outcome, hw_model::Outcome::Failed);
    assert_eq!(batch.spans[1].answers, ["variant=on"]);
}

#[test]
fn unknown_fields_and_other_wire_types_are_passed_over() {
    let odd = [
        varint(1, 7),
        fixed64(5, 7),
        field(14, &[b"\xff"]),
        varint(7, 7),
        vec![0x85, 0x01, 1, 0, 0, 0],
    ];
    let span = [span_fields(), odd.concat()].concat();
    let (batch, tally) = read_as(&request(&[span]), Some(Signal::Traces)).unwrap();
    assert_eq!((tally.spans, &*batch.spans[0].operation), (1, "n"));
}

#[test]
fn bad_span_is_rejected_with_its_reason() {
    let times = [fixed64(7, AT), fixed64(8, AT)].concat();
    let ids = |trace: &[u8], span: &[u8]| [field(1, &[trace]), field(2, &[span])].concat();
    let table = [
        ([ids(&[1; 15], &[1; 8]), times.clone()].concat(), Rejection::IdLength),
        ([ids(&[1; 16], &[]), times.clone()].concat(), Rejection::IdLength),
        ([ids(&[0; 16], &[1; 8]), times.clone()].concat(), Rejection::IdZero),
        ([ids(&[1; 16], &[1; 8]), fixed64(8, AT)].concat(), Rejection::StartMissing),
        ([ids(&[1; 16], &[1; 8]), fixed64(7, 5)].concat(), Rejection::TimeOutOfRange),
        ([ids(&[1; 16], &[1; 8]), times, field(4, &[&[1]])].concat(), Rejection::IdLength),
    ];
    for (span, reason) in table {
        let (_, tally) = read(&request(&[span, span_fields()]));
        assert_eq!((tally.spans, tally.rejected(reason)), (1, 1), "{reason}");
    }
}

#[test]
fn groups_and_torn_messages_are_faults() {
    let fault = |bytes: &[u8]| read_as(bytes, Some(Signal::Traces)).unwrap_err().fault;
    let group = request(&[[span_fields(), vec![0x0b, 0x0c]].concat()]);
    assert!(matches!(fault(&group), DecodeFault::NotProtobuf { .. }));
    let whole = request(&[span_fields()]);
    for end in 1..whole.len() {
        assert_eq!(fault(&whole[..end]), DecodeFault::Truncated, "{end}");
    }
    let latin = request(&[[span_fields(), field(5, &[b"caf\xe9"])].concat()]);
    assert_eq!(fault(&latin), DecodeFault::NotUtf8);
}

#[test]
fn hostile_nesting_is_not_followed() {
    let mut value = field(1, &[b"deep"]);
    for _ in 0..10_000 {
        value = field(5, &[&field(1, &[&value])]);
    }
    let pair = field(9, &[&field(1, &[b"a.kind"]), &field(2, &[&value])]);
    let (batch, tally) = read(&request(&[[span_fields(), pair].concat()]));
    assert_eq!((tally.spans, batch.spans[0].answers.len()), (1, 0));
}

#[test]
fn span_with_a_flood_of_attributes_is_read() {
    let attribute = |n: usize| text_attribute(9, &format!("a{n}.kind"), "x");
    let attributes: Vec<u8> = (0..100_000).flat_map(attribute).collect();
    let (batch, _) = read(&request(&[[span_fields(), attributes].concat()]));
    assert_eq!(batch.spans[0].answers.len(), 8);
}
