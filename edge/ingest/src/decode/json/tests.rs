use crate::words::{BatchWords, Words};
use crate::{DecodeError, DecodeFault, Encoding, Intake, ReadOptions, Rejection, Tally, decode};
use hw_flow::DictionaryLimits;
use hw_model::SpanKind;

fn intake() -> Intake {
    Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD)
}

fn read(json: &str) -> Result<(BatchWords, Tally), DecodeError> {
    let mut intake = intake();
    let tally = decode(json.as_bytes(), Encoding::Json, &mut intake)?;
    Ok((Words::default().read(&intake.take_batch()), tally))
}

fn fault(json: &str) -> DecodeFault {
    read(json).unwrap_err().fault
}

const IDS: &str = r#""traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708""#;
const TIMES: &str =
    r#""startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001000000000""#;

fn request(spans: &str) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[]}},"scopeSpans":[{{"scope":{{}},"spans":[{spans}]}}]}}]}}"#
    )
}

fn span(more: &str) -> String {
    request(&format!("{{{IDS},{TIMES},{more}}}"))
}

/// Reads a request of one span that must be accepted.
fn accepted(more: &str) -> crate::words::SpanWords {
    let (mut batch, tally) = read(&span(more)).unwrap();
    assert_eq!((tally.spans, tally.n_rejected()), (1, 0), "{more}");
    batch.spans.remove(0)
}

/// The reason for which a request's only span is turned away.
fn rejected(span: &str) -> Rejection {
    let (batch, tally) = read(&request(span)).unwrap();
    assert_eq!((tally.spans, tally.n_rejected(), batch.spans.len()), (0, 1, 0), "{span}");
    tally.rejections().next().unwrap().0
}

#[test]
fn rules_of_otlp_json_are_kept() {
    let attribute = |value: &str| format!(r#""attributes":[{{"key":"app.mode","value":{value}}}]"#);
    let answers = |value: &str| accepted(&attribute(value)).answers;
    assert_eq!(answers(r#"{"stringValue":"x"}"#), ["app.mode=x"]);
    assert_eq!(answers(r#"{"stringValue":"\u0078"}"#), ["app.mode=x"]);
    assert_eq!(answers(r#"{"intValue":"5"}"#), ["app.mode=5"]);
    assert_eq!(answers(r#"{"intValue":5}"#), ["app.mode=5"]);
    assert_eq!(answers(r#"{"intValue":5.0}"#), ["app.mode=5"]);
    assert_eq!(answers(r#"{"boolValue":false}"#), ["app.mode=false"]);
    assert_eq!(answers(r#"{ "arrayValue" : {"values":[{"stringValue":"x"}]} }"#), ["app.mode=x"]);
    assert_eq!(answers(r#"{"stringValue":null,"intValue":7}"#), ["app.mode=7"]);
    assert_eq!(answers(r#"{"someFutureKind":[{"a":[1]}]}"#), [""; 0]);
    assert_eq!(answers("{}"), [""; 0]);
    assert_eq!(answers("null"), [""; 0]);
    assert_eq!(answers(r#"{"doubleValue":"NaN"}"#), [""; 0]);
    assert_eq!(answers(r#"{"bytesValue":"aGk="}"#), [""; 0]);
}

#[test]
fn null_is_unset_everywhere() {
    let nulls = r#""parentSpanId":null,"name":null,"kind":null,"traceState":null,"flags":null,
        "attributes":null,"events":null,"links":null,"status":null,"droppedAttributesCount":null"#;
    let span = accepted(nulls);
    assert_eq!((span.parent, &*span.operation, span.kind), (0, "~unnamed", SpanKind::Internal));
    for json in [
        r#"{"resourceSpans":null}"#,
        r#"{"resourceSpans":[null]}"#,
        r#"{"resourceSpans":[{"resource":null,"scopeSpans":null}]}"#,
        r#"{"resourceLogs":[{"scopeLogs":[{"scope":null,"logRecords":null}]}]}"#,
        r#"{"resourceMetrics":[]}"#,
        "{}",
        " \t{ } \r\n",
        "null",
    ] {
        assert_eq!(read(json).unwrap().1, Tally::default(), "{json}");
    }
}

#[test]
fn ids_are_hexadecimal_of_either_case() {
    let (batch, _) = read(&request(&format!(
        r#"{{"traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"0102030405060AFF","parentSpanId":"00000000000000Ff",{TIMES}}}"#
    )))
    .unwrap();
    let span = &batch.spans[0];
    assert_eq!(span.trace, 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    assert_eq!((span.span, span.parent), (0x0102_0304_0506_0aff, 0xff));
}

#[test]
fn unknown_keys_are_passed_over_at_any_depth() {
    let extra = r#""future":{"a":[1,-2.5e3,{"b":null,"c":[[],{}]}],"d":"\"}]"},"#;
    let json = format!(
        r#"{{{extra}"resourceSpans":[{{{extra}"resource":{{{extra}"attributes":[{{{extra}"key":"service.name","value":{{"stringValue":"a"}}}}]}},"scopeSpans":[{{{extra}"spans":[{{{extra}{IDS},{TIMES},"name":"n"}}]}}]}}]}}"#
    );
    let (batch, tally) = read(&json).unwrap();
    assert_eq!(tally.spans, 1);
    assert_eq!((&*batch.spans[0].source[0], &*batch.spans[0].operation), ("a", "n"));
}

#[test]
fn keys_may_come_in_any_order() {
    let span = format!(
        r#"{{"attributes":[{{"value":{{"stringValue":"x"}},"key":"app.mode"}}],{TIMES},{IDS}}}"#
    );
    let resource = r#"{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]}"#;
    let json = format!(
        r#"{{"resourceSpans":[{{"schemaUrl":"","scopeSpans":[{{"spans":[{span}],"scope":{{"name":"s"}}}}],"resource":{resource}}}]}}"#
    );
    let (batch, _) = read(&json).unwrap();
    assert_eq!(batch.spans[0].source[0], "a");
    assert_eq!(batch.spans[0].answers, ["app.mode=x"]);
}

#[test]
fn scope_after_metrics_is_still_theirs() {
    let metrics = r#""metrics":[{"sum":{"isMonotonic":true,"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"1700000000000000000","asInt":1,"attributes":[{"key":"decision","value":{"stringValue":"go"}}]}]},"name":"m"}]"#;
    let identity = |scope: &str| {
        let json = format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{{scope}}}]}}]}}"#);
        read(&json).unwrap().0.sums[0].identity
    };
    let scope = r#""scope":{"name":"s","version":"1"}"#;
    let first = identity(&format!("{scope},{metrics}"));
    assert_eq!(first, identity(&format!("{metrics},{scope}")));
    assert_ne!(first, identity(metrics));
}

#[test]
fn several_signals_may_share_a_request() {
    let json = span(r#""name":"n""#);
    let both = json.replacen(
        '{',
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000"}]}]}],"#,
        1,
    );
    let tally = read(&both).unwrap().1;
    assert_eq!((tally.spans, tally.logs), (1, 1));
}

#[test]
fn bad_span_is_rejected_with_its_reason() {
    let trace = r#""traceId":"0102030405060708090a0b0c0d0e0f10""#;
    let id = r#""spanId":"0102030405060708""#;
    let table = [
        (format!("{{{id},{TIMES}}}"), Rejection::IdLength),
        (format!("{{{trace},{TIMES}}}"), Rejection::IdLength),
        (format!(r#"{{{trace},"spanId":"01",{TIMES}}}"#), Rejection::IdLength),
        (format!(r#"{{{trace},"spanId":"0000000000000000",{TIMES}}}"#), Rejection::IdZero),
        (format!(r#"{{{trace},"spanId":"010203040506070x",{TIMES}}}"#), Rejection::IdNotHex),
        (format!(r#"{{{IDS},{TIMES},"parentSpanId":"01"}}"#), Rejection::IdLength),
        (format!(r#"{{{IDS},"endTimeUnixNano":"1700000001000000000"}}"#), Rejection::StartMissing),
        (format!(r#"{{{IDS},"startTimeUnixNano":"0"}}"#), Rejection::StartMissing),
        (format!(r#"{{{IDS},"startTimeUnixNano":"1700000000"}}"#), Rejection::TimeOutOfRange),
        (
            format!(r#"{{{IDS},"startTimeUnixNano":"9300000000000000000"}}"#),
            Rejection::TimeOutOfRange,
        ),
        (
            format!(r#"{{{IDS},{TIMES},"endTimeUnixNano":"18446744073709551615"}}"#),
            Rejection::TimeOutOfRange,
        ),
        (format!(r#"{{{IDS},"startTimeUnixNano":"soon"}}"#), Rejection::WrongType),
        (format!(r#"{{{IDS},{TIMES},"kind":"SPAN_KIND_SERVER"}}"#), Rejection::WrongType),
        (format!(r#"{{{IDS},{TIMES},"name":5}}"#), Rejection::WrongType),
        (format!(r#"{{{IDS},{TIMES},"attributes":{{}}}}"#), Rejection::WrongType),
        (
            format!(
                r#"{{{IDS},{TIMES},"attributes":[{{"key":"order.id","value":{{"intValue":"x"}}}}]}}"#
            ),
            Rejection::WrongType,
        ),
        (format!(r#"{{{IDS},{TIMES},"status":"ok"}}"#), Rejection::WrongType),
        ("5".to_owned(), Rejection::WrongType),
        ("null".to_owned(), Rejection::IdLength),
    ];
    for (span, reason) in table {
        assert_eq!(rejected(&span), reason, "{span}");
    }
}

#[test]
fn good_spans_beside_a_bad_one_are_kept() {
    let good = |id: u8| {
        format!(
            r#"{{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"01020304050607{id:02x}",{TIMES},"links":[{{{IDS}}}],"attributes":[{{"key":"app.mode","value":{{"intValue":"{id}"}}}}]}}"#
        )
    };
    let bad = good(9).replace("0102030405060709", "zz");
    let (batch, tally) = read(&request(&[good(1), bad, good(2)].join(","))).unwrap();
    assert_eq!((tally.spans, tally.n_rejected()), (2, 1));
    let answers: Vec<_> = batch.spans.iter().map(|span| &*span.answers[0]).collect();
    assert_eq!(answers, ["app.mode=1", "app.mode=2"]);
    assert!(batch.spans.iter().all(|span| span.links.len() == 1));
}

#[test]
fn json_of_the_wrong_shape_says_what_was_expected() {
    let table = [
        ("[]", "resourceSpans, resourceLogs or resourceMetrics"),
        ("5", "resourceSpans, resourceLogs or resourceMetrics"),
        ("\"x\"", "resourceSpans, resourceLogs or resourceMetrics"),
        (r#"{"hello":1}"#, "resourceSpans, resourceLogs or resourceMetrics"),
        (r#"{"resourceSpans":{}}"#, "an array of resourceSpans"),
        (r#"{"resourceSpans":[5]}"#, "an object with resource and scopeSpans"),
        (r#"{"resourceLogs":[{"scopeLogs":"x"}]}"#, "an array of scopeLogs"),
        (r#"{"resourceMetrics":[{"scopeMetrics":[[]]}]}"#, "an object with scope and metrics"),
        (r#"{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}"#, "an array of spans"),
        (r#"{"resourceSpans":[{"resource":[]}]}"#, "a resource"),
        (r#"{"resourceSpans":[{"resource":{"attributes":5}}]}"#, "a resource with attributes"),
        (r#"{"resourceLogs":[{"scopeLogs":[{"scope":{"name":5}}]}]}"#, "a scope with name"),
    ];
    for (json, expected) in table {
        let error = read(json).unwrap_err();
        assert!(matches!(error.fault, DecodeFault::WrongShape { .. }), "{json}: {error}");
        assert!(error.to_string().contains(expected), "{json}: {error}");
    }
}

#[test]
fn broken_json_is_a_fault_with_its_place() {
    assert!(matches!(fault("hello"), DecodeFault::NotJson { .. }));
    assert_eq!(fault(""), DecodeFault::Truncated);
    let json = span(r#""name":"n""#);
    for end in 1..json.len() {
        assert_eq!(fault(&json[..end]), DecodeFault::Truncated, "{}", &json[..end]);
    }
    let error = read(&json.replace(r#""name":"n""#, r#""name"="n""#)).unwrap_err();
    assert_eq!(error.at, json.find(r#""name""#).unwrap() + 6);
    assert_eq!(error.fault, DecodeFault::NotJson { expected: "':'" });
    for bad in [
        "{} {}",
        "{}x",
        r#"{"a":1,}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":tru}"#,
        r#"{"a":01}"#,
        r#"{a:1}"#,
        r#"{"a":+1}"#,
    ] {
        assert!(matches!(fault(bad), DecodeFault::NotJson { .. }), "{bad}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_fault() {
    let mut bytes = span(r#""name":"n""#).into_bytes();
    let at = bytes.len() - 10;
    bytes[at] = 0xff;
    let error = decode(&bytes, Encoding::Json, &mut intake()).unwrap_err();
    assert_eq!(error, DecodeError { fault: DecodeFault::NotUtf8, at });
}

#[test]
fn hostile_nesting_is_a_fault_and_no_crash() {
    let deep = |open: &str, close: &str, n: usize| {
        let nested = open.repeat(n) + "1" + &close.repeat(n);
        format!(r#"{{"x":{nested},"resourceSpans":[]}}"#)
    };
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":["#, "]}]")] {
        assert!(read(&deep(open, close, 40)).is_ok());
        assert_eq!(fault(&deep(open, close, 10_000)), DecodeFault::TooDeep);
        assert_eq!(fault(&format!(r#"{{"x":{}"#, open.repeat(10_000))), DecodeFault::TooDeep);
    }
    let values = |n: usize| {
        let open = r#"{"arrayValue":{"values":["#.repeat(n);
        format!(r#""attributes":[{{"key":"a","value":{open}{}}}]"#, "]}}".repeat(n))
    };
    assert!(read(&span(&values(30))).is_ok());
    assert_eq!(fault(&span(&values(10_000))), DecodeFault::TooDeep);
}

#[test]
fn broken_request_leaves_nothing_behind() {
    let mut intake = intake();
    let good = span(r#""name":"first""#);
    decode(good.as_bytes(), Encoding::Json, &mut intake).unwrap();
    let before = (intake.spans().to_vec(), intake.dictionary().refusals());
    let torn =
        span(r#""name":"second","attributes":[{"key":"a.kind","value":{"stringValue":"v"}}]"#);
    for end in 0..torn.len() {
        assert!(decode(&torn.as_bytes()[..end], Encoding::Json, &mut intake).is_err());
    }
    assert_eq!((intake.spans().to_vec(), intake.dictionary().refusals()), before);
    let names = intake.take_batch().definitions.names;
    assert!(!names.iter().any(|name| &**name == "second"), "{names:?}");
}

#[test]
fn span_with_a_flood_of_attributes_is_read() {
    let attribute = |n: usize| format!(r#"{{"key":"a{n}.kind","value":{{"intValue":"{n}"}}}}"#);
    let mut attributes: Vec<String> = (0..100_000).map(attribute).collect();
    attributes.push(r#"{"key":"http.status_code","value":{"intValue":"404"}}"#.to_owned());
    let span = accepted(&format!(r#""attributes":[{}]"#, attributes.join(",")));
    assert_eq!(span.answers.len(), 8);
    assert!(span.answers.contains(&"status=404".to_owned()));
}

#[test]
fn texts_of_a_megabyte_are_read_and_cut() {
    let long = "x".repeat(1 << 20);
    let span = accepted(&format!(
        r#""name":"{long}","attributes":[{{"key":"{long}","value":{{"stringValue":"{long}"}}}},{{"key":"peer.service","value":{{"stringValue":"{long}"}}}}],"kind":3"#
    ));
    assert_eq!((span.operation.len(), span.peer.len()), (256, 256));
    assert_eq!(span.answers, [""; 0]);
}
