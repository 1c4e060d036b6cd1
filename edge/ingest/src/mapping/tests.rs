use crate::options::{DecisionRule, DecisionValue, ItemRule, Missing, Pattern, ReadOptions, When};
use crate::words::{BatchWords, SpanWords, Words};
use crate::{Encoding, Intake, Rejection, Tally, decode};
use hw_flow::DictionaryLimits;
use hw_model::{Outcome, SpanKind, SumKind};
use serde_json::{Value, json};

const START_S: u64 = 1_700_000_000;
const TRACE: &str = "0102030405060708090a0b0c0d0e0f10";

fn read_with(options: ReadOptions, request: &Value) -> (BatchWords, Tally) {
    let mut intake = Intake::new(options, DictionaryLimits::STANDARD);
    let bytes = serde_json::to_vec(request).unwrap();
    let tally = decode(&bytes, Encoding::Json, &mut intake).unwrap();
    (Words::default().read(&intake.take_batch()), tally)
}

fn read(request: &Value) -> (BatchWords, Tally) {
    read_with(ReadOptions::default(), request)
}

/// `a=b; n=#5; f=?true; l=[x]` as attributes: text, integer, truth, list of one text.
fn attributes(text: &str) -> Value {
    let pairs = text.split("; ").filter(|pair| !pair.is_empty());
    let attribute = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap();
        let value = match value.as_bytes().first() {
            Some(b'#') => json!({"intValue": value[1..]}),
            Some(b'?') => json!({"boolValue": &value[1..] == "true"}),
            Some(b'[') => {
                json!({"arrayValue": {"values": [{"stringValue": value[1..value.len() - 1]}]}})
            }
            _ => json!({"stringValue": value}),
        };
        json!({"key": key, "value": value})
    };
    pairs.map(attribute).collect()
}

fn span(kind: u8, name: &str, text: &str) -> Value {
    json!({
        "traceId": TRACE, "spanId": "1112131415161718", "name": name, "kind": kind,
        "startTimeUnixNano": (START_S * 1_000_000_000).to_string(),
        "endTimeUnixNano": ((START_S + 1) * 1_000_000_000).to_string(),
        "attributes": attributes(text),
    })
}

fn with(mut span: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        span[key] = value.clone();
    }
    span
}

fn request(resource: &str, spans: &[Value]) -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": attributes(resource)},
        "scopeSpans": [{"scope": {"name": "s"}, "spans": spans}],
    }]})
}

fn read_span(span: Value) -> SpanWords {
    let (mut batch, tally) = read(&request("service.name=shop", &[span]));
    assert_eq!((tally.spans, tally.n_rejected()), (1, 0));
    batch.spans.remove(0)
}

/// `Client POST /items @peer /path x1 Failed [answers]`, parts left out where they say nothing.
fn line(span: &SpanWords) -> String {
    let mut line = format!("{:?} {}", span.kind, span.operation);
    for (mark, text) in [(" @", &span.peer), (" path ", &span.path)] {
        if !text.is_empty() {
            line += mark;
            line += text;
        }
    }
    if span.items != 1 {
        line += &format!(" x{}", span.items);
    }
    if span.outcome == Outcome::Failed {
        line += " Failed";
    }
    if span.answers.is_empty() { line } else { format!("{line} [{}]", span.answers.join(", ")) }
}

const SERVER: u8 = 2;
const CLIENT: u8 = 3;
const PRODUCER: u8 = 4;
const CONSUMER: u8 = 5;

fn check(table: &[(u8, &str, &str, &str)]) {
    for (kind, name, text, expect) in table {
        assert_eq!(line(&read_span(span(*kind, name, text))), *expect, "{text}");
    }
}

#[test]
fn http_of_old_and_new_names_is_one_operation() {
    check(&[
        (
            SERVER,
            "GET",
            "http.request.method=GET; http.route=/a/{id}; http.response.status_code=#200",
            "Server GET /a/{id} [status=200]",
        ),
        (
            SERVER,
            "HTTP GET",
            "http.method=GET; http.route=/a/{id}; http.status_code=#200",
            "Server GET /a/{id} [status=200]",
        ),
        (SERVER, "GET /x", "http.method=GET; http.status_code=#404", "Server GET /x [status=404]"),
        (
            CLIENT,
            "GET",
            "http.request.method=GET; url.template=/a/{id}; url.full=http://b:8080/a/7?q=1#f",
            "Client GET /a/{id} @b:8080 path /a/7",
        ),
        (
            CLIENT,
            "POST",
            "http.method=POST; http.url=http://127.0.0.1:21002/items; http.status_code=#200",
            "Client POST @127.0.0.1:21002 path /items [status=200]",
        ),
        (SERVER, "", "", "Server ~unnamed"),
        (0, "work", "", "Internal work"),
        (1, "work", "", "Internal work"),
        (9, "work", "", "Internal work"),
    ]);
}

#[test]
fn rpc_of_old_and_new_names_is_one_operation() {
    check(&[
        (
            SERVER,
            "n",
            "rpc.system=grpc; rpc.service=shop.Cart; rpc.method=Add; rpc.grpc.status_code=#0",
            "Server shop.Cart/Add [status=OK]",
        ),
        (
            SERVER,
            "n",
            "rpc.system.name=grpc; rpc.method=shop.Cart/Add; rpc.response.status_code=OK",
            "Server shop.Cart/Add [status=OK]",
        ),
        (CLIENT, "n", "rpc.service=shop.Cart; rpc.method=Add", "Client shop.Cart/Add @shop.Cart"),
        (CLIENT, "n", "rpc.status_code=#5; peer.service=cart", "Client n @cart [status=NOT_FOUND]"),
        (CLIENT, "n", "rpc.response.status_code=14", "Client n Failed [status=UNAVAILABLE]"),
        (CLIENT, "n", "rpc.response.status_code=-32602", "Client n [status=-32602]"),
    ]);
}

#[test]
fn messages_are_told_apart_by_operation() {
    check(&[
        (
            PRODUCER,
            "n",
            "messaging.operation.type=send; messaging.destination.name=orders; \
             server.address=kafka; server.port=#9092",
            "Producer send orders @orders",
        ),
        (
            CONSUMER,
            "n",
            "messaging.operation=process; messaging.destination=orders",
            "Consumer process orders",
        ),
        (
            CONSUMER,
            "n",
            "messaging.operation.name=ack; messaging.destination.name=orders",
            "Internal n",
        ),
        (
            CLIENT,
            "settle orders",
            "messaging.operation.type=settle; messaging.destination.name=orders",
            "Internal settle orders",
        ),
        (
            CLIENT,
            "n",
            "messaging.operation.type=receive; messaging.destination.name=orders; \
             messaging.batch.message_count=#500",
            "Consumer receive orders x500",
        ),
        (
            CLIENT,
            "n",
            "messaging.operation.type=receive; messaging.destination.name=orders; \
             messaging.batch.message_count=#0",
            "Consumer receive orders x0",
        ),
        (
            CLIENT,
            "n",
            "messaging.operation=publish; messaging.destination=orders",
            "Producer publish orders @orders",
        ),
        (
            CONSUMER,
            "n",
            "messaging.operation.type=process; messaging.destination.name=reply-7; \
             messaging.destination.template=reply-{n}",
            "Consumer process reply-{n}",
        ),
        (CONSUMER, "on message", "", "Consumer on message"),
        (CLIENT, "poll", "messaging.destination.name=orders", "Client poll @orders"),
    ]);
}

#[test]
fn databases_and_graphql_say_what_they_do() {
    check(&[
        (
            CLIENT,
            "n",
            "db.system.name=postgresql; db.operation.name=SELECT; db.collection.name=orders; \
             db.namespace=shop",
            "Client SELECT orders @shop",
        ),
        (
            CLIENT,
            "n",
            "db.system=redis; db.operation=GET; net.peer.name=cache; net.peer.port=#6379",
            "Client GET @cache:6379",
        ),
        (CLIENT, "SELECT", "db.system=sqlite", "Client SELECT @sqlite"),
        (CLIENT, "n", "db.operation=INSERT; db.sql.table=t; db.name=d", "Client INSERT t @d"),
        (
            SERVER,
            "POST /graphql",
            "http.method=POST; http.route=/graphql; graphql.operation.type=query; \
             graphql.operation.name=Cart",
            "Server query Cart [graphql.operation.type=query]",
        ),
    ]);
}

#[test]
fn peer_is_the_most_telling_name_the_caller_knows() {
    let address = "server.address=b; server.port=#8080";
    let table = [
        (format!("peer.service=p; {address}"), "p"),
        (format!("service.peer.name=new; peer.service=old; {address}"), "new"),
        (format!("{address}; url.full=http://c:1/x"), "b:8080"),
        ("server.address=B.Example; server.port=#443".into(), "b.example"),
        ("net.peer.name=b; net.peer.port=#80".into(), "b"),
        ("server.address=::1; server.port=#8080".into(), "[::1]:8080"),
        ("url.full=https://User:pw@Shop.Example:443/x".into(), "shop.example"),
        ("url.full=https://shop.example/x".into(), "shop.example"),
        ("url.full=http://[::1]:8080/x".into(), "[::1]:8080"),
        ("url.full=http://[::1]/x".into(), "[::1]"),
        ("url.full=//b:8080".into(), "b:8080"),
        ("url.full=/items; messaging.destination.name=q".into(), "q"),
        ("network.peer.address=10.0.0.1; network.peer.port=#5432".into(), "10.0.0.1:5432"),
        ("net.peer.ip=10.0.0.1; net.peer.port=#5432".into(), "10.0.0.1:5432"),
        ("network.peer.address=10.0.0.1".into(), "10.0.0.1"),
        ("db.name=d; db.system=s; rpc.service=r".into(), "d"),
        ("db.system=s; rpc.service=r".into(), "s"),
        ("rpc.service=r".into(), "r"),
        ("server.address=".into(), ""),
    ];
    for (text, expect) in table {
        assert_eq!(read_span(span(CLIENT, "n", &text)).peer, expect, "{text}");
        for kind in [1, SERVER, CONSUMER] {
            assert_eq!(read_span(span(kind, "n", &text)).peer, "", "{text}");
        }
    }
}

#[test]
fn path_is_that_of_a_client_without_query() {
    let table = [
        ("url.full=http://b/a/b?c=d#e", "/a/b"),
        ("http.url=http://b", "/"),
        ("http.url=http://b?x=/y", "/"),
        ("url.path=/a; http.target=/b?c", "/a"),
        ("http.target=/b?c", "/b"),
        ("http.target=/b//c", "/b//c"),
        ("url.full=/b?next=http://c", "/b"),
        ("http.url=b:8080/x", "/x"),
        ("http.target=*", ""),
        ("", ""),
    ];
    for (text, expect) in table {
        assert_eq!(read_span(span(CLIENT, "n", text)).path, expect, "{text}");
        assert_eq!(read_span(span(SERVER, "n", text)).path, "", "{text}");
    }
}

#[test]
fn refusals_are_answers_and_faults_of_the_server_are_failures() {
    let table = [
        ("http.status_code=#404", 2, false),
        ("http.status_code=#499", 2, false),
        ("http.status_code=#500", 0, true),
        ("http.response.status_code=503", 1, true),
        ("http.status_code=#0", 2, true),
        ("rpc.status_code=PERMISSION_DENIED", 2, false),
        ("rpc.status_code=DEADLINE_EXCEEDED", 0, true),
        ("rpc.response.status_code=unavailable", 0, true),
        ("http.status_code=#200; rpc.grpc.status_code=#13", 0, true),
        ("", 2, true),
        ("", 1, false),
        ("", 0, false),
    ];
    for (text, status, failed) in table {
        let span = with(span(CLIENT, "n", text), &json!({"status": {"code": status}}));
        assert_eq!(read_span(span).outcome == Outcome::Failed, failed, "{text} {status}");
    }
}

#[test]
fn local_parent_makes_a_server_internal() {
    let kind = |kind: u8, flags: u32, parent: &str| {
        let more = json!({"flags": flags, "parentSpanId": parent});
        read_span(with(span(kind, "n", ""), &more)).kind
    };
    let parent = "2122232425262728";
    for (said, meant) in [(SERVER, SpanKind::Server), (CONSUMER, SpanKind::Consumer)] {
        assert_eq!(kind(said, 0x101, parent), SpanKind::Internal);
        assert_eq!(kind(said, 0x301, parent), meant);
        assert_eq!(kind(said, 0x001, parent), meant);
        assert_eq!(kind(said, 0x200, parent), meant);
        assert_eq!(kind(said, 0x100, ""), meant);
    }
    assert_eq!(kind(CLIENT, 0x100, parent), SpanKind::Client);
}

#[test]
fn links_count_as_items_only_where_messages_are_received() {
    let links: Vec<Value> =
        (1..=3).map(|n| json!({"traceId": TRACE, "spanId": format!("{n:016x}")})).collect();
    let items = |text: &str, n: usize| {
        read_span(with(span(CONSUMER, "n", text), &json!({"links": links[..n]}))).items
    };
    assert_eq!(items("messaging.operation.type=process", 3), 3);
    assert_eq!(items("messaging.operation=receive", 2), 2);
    assert_eq!(items("messaging.operation.type=process", 1), 1);
    assert_eq!(items("messaging.operation.type=send", 3), 1);
    assert_eq!(items("messaging.operation.type=process; messaging.batch.message_count=#7", 3), 7);
    assert_eq!(items("messaging.operation.type=process; messaging.batch.message_count=#-7", 3), 3);
    assert_eq!(items("messaging.batch.message_count=#99999999999", 0), u32::MAX);
    assert_eq!(items("", 3), 1);
}

#[test]
fn link_without_good_ids_is_left_out() {
    let links = json!([
        {"traceId": TRACE, "spanId": "00000000000000aa"},
        {"traceId": TRACE, "spanId": "0000000000000000"},
        {"traceId": "", "spanId": "00000000000000aa"},
        {},
    ]);
    let span = read_span(with(span(CONSUMER, "n", ""), &json!({"links": links})));
    assert_eq!(span.links, [(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10, 0xaa)]);
}

#[test]
fn sender_is_named_by_what_it_says() {
    let source =
        |resource: &str| read(&request(resource, &[span(1, "n", "")])).0.spans[0].source.clone();
    let all = "service.name=a; deployment.environment.name=prod; service.version=1; \
               service.instance.id=i; k8s.pod.uid=p; telemetry.sdk.name=opentelemetry; \
               telemetry.sdk.language=python; telemetry.sdk.version=1.45.1";
    assert_eq!(source(all), ["a", "prod", "1", "i", "opentelemetry python 1.45.1"]);
    let old = "service.name=a; deployment.environment=prod; k8s.pod.uid=p; container.id=c";
    assert_eq!(source(old), ["a", "prod", "", "p", ""]);
    assert_eq!(source("container.id=c; host.name=h")[3], "c");
    assert_eq!(source("host.name=h; process.pid=#77")[3], "h/77");
    assert_eq!(source("host.name=h")[3], "");
    assert_eq!(source(""), ["unknown_service", "", "", "", ""]);
}

#[test]
fn span_without_a_resource_is_of_an_unknown_service() {
    let request = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span(1, "n", "")]}]}]});
    assert_eq!(read(&request).0.spans[0].source[0], "unknown_service");
}

#[test]
fn answers_are_found_among_attributes() {
    let answers = |text: &str| read_span(span(SERVER, "n", text)).answers;
    assert_eq!(
        answers(
            "eligibility.answer=go; app.retry=?true; app.level=#3; order.id=7; http.flavor=1.1"
        ),
        ["app.level=3", "app.retry=true", "eligibility.answer=go"]
    );
    assert_eq!(
        answers("http.response.header.x-decision=[halt]; http.request.header.x-a=[b]"),
        ["http.response.header.x-decision=halt"]
    );
    assert_eq!(
        answers("error.type=timeout; http.status_code=#503"),
        ["error.type=timeout", "status=503"]
    );
    assert_eq!(answers("status=open; http.status_code=#200"), ["status=200"]);
    assert_eq!(answers("status=open"), ["status=open"]);
    assert_eq!(answers("a.kind=; b.kind=x"), ["b.kind=x"]);
    let long = format!("a.kind={}; b.kind={}", "x".repeat(64), "y".repeat(65));
    assert_eq!(answers(&long), [format!("a.kind={}", "x".repeat(64))]);
}

#[test]
fn doubles_maps_bytes_and_long_lists_are_no_answers() {
    let attributes = json!([
        {"key": "a.kind", "value": {"doubleValue": 0.5}},
        {"key": "b.kind", "value": {"kvlistValue": {"values": [{"key": "message", "value": {"stringValue": "m"}}]}}},
        {"key": "c.kind", "value": {"bytesValue": "aGk="}},
        {"key": "d.kind", "value": {"arrayValue": {"values": [{"stringValue": "x"}, {"stringValue": "y"}]}}},
        {"key": "e.kind", "value": {"arrayValue": {}}},
        {"key": "f.kind", "value": {}},
        {"key": "g.kind", "value": null},
        {"key": "h.kind"},
        {"key": "i.kind", "value": {"arrayValue": {"values": [{"arrayValue": {"values": []}}]}}},
    ]);
    let span = with(span(SERVER, "n", ""), &json!({"attributes": attributes}));
    assert_eq!(read_span(span).answers, [""; 0]);
}

#[test]
fn end_before_start_is_the_start() {
    let span = with(span(1, "n", ""), &json!({"endTimeUnixNano": "1700000000000000000"}));
    let early = with(span.clone(), &json!({"startTimeUnixNano": "1700000000000000007"}));
    for (span, expect) in [(span, 0), (early, 7)] {
        let read = read_span(span);
        assert_eq!(
            (read.started_at, read.ended_at),
            (read.started_at, 1_700_000_000_000_000_000 + expect)
        );
    }
}

#[test]
fn weight_comes_from_the_trace_state() {
    let weight =
        |state: &str| read_span(with(span(1, "n", ""), &json!({"traceState": state}))).weight;
    assert!((weight("ot=th:c") - 4.0).abs() < f32::EPSILON);
    assert!(weight("").abs() < f32::EPSILON);
}

fn flag_event(name: &str, text: &str) -> Value {
    json!({"name": name, "timeUnixNano": "1700000000500000000", "attributes": attributes(text)})
}

#[test]
fn flag_events_of_both_names_become_evaluations_below_their_span() {
    let events = json!([
        {"name": "exception", "attributes": attributes("exception.type=E")},
        flag_event("feature_flag.evaluation",
            "feature_flag.key=gate; feature_flag.result.variant=on; \
             feature_flag.result.reason=targeting_match; feature_flag.provider.name=flagd"),
        flag_event("feature_flag",
            "feature_flag.key=gate; feature_flag.variant=off; feature_flag.provider_name=ld"),
        flag_event("feature_flag", "feature_flag.key=limit; feature_flag.result.value=#5"),
        flag_event("feature_flag", "feature_flag.variant=on"),
    ]);
    let (batch, tally) = read(&request(
        "service.name=shop",
        &[with(span(SERVER, "n", ""), &json!({"events": events}))],
    ));
    assert_eq!((tally.spans, tally.evaluations), (1, 3));
    let lines: Vec<String> = batch.spans.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "Server n",
            "Evaluation gate @flagd [reason=targeting_match, variant=on]",
            "Evaluation gate @ld [variant=off]",
            "Evaluation limit @feature flags [variant=5]",
        ]
    );
    for evaluation in &batch.spans[1..] {
        assert_eq!(evaluation.parent, batch.spans[0].span);
        assert_eq!(evaluation.trace, batch.spans[0].trace);
        assert_eq!(
            (evaluation.started_at, evaluation.ended_at),
            (1_700_000_000_500_000_000, 1_700_000_000_500_000_000)
        );
    }
    assert_ne!(batch.spans[1].span, batch.spans[2].span);
}

fn logs(records: &[Value]) -> Value {
    json!({"resourceLogs": [{
        "resource": {"attributes": attributes("service.name=shop")},
        "scopeLogs": [{"logRecords": records}],
    }]})
}

fn log(more: &Value) -> Value {
    with(json!({"timeUnixNano": "1700000000000000000"}), more)
}

#[test]
fn log_line_becomes_a_template_of_its_words() {
    let table = [
        (
            json!({"body": {"stringValue": "item 7 may go"}, "severityNumber": 13}),
            "item <*> may go",
        ),
        (json!({"body": {"intValue": "7"}}), "<*>"),
        (json!({"body": {"boolValue": true}}), "true"),
        (
            json!({"body": {"kvlistValue": {"values": [
            {"key": "level", "value": {"stringValue": "info"}},
            {"key": "msg", "value": {"stringValue": "second"}},
            {"key": "message", "value": {"stringValue": "first"}}]}}}),
            "first",
        ),
        (json!({"body": {}, "eventName": "gate.opened"}), "gate.opened"),
        (json!({"body": {}, "attributes": attributes("event.name=gate.shut")}), "gate.shut"),
        (json!({}), ""),
    ];
    for (more, expect) in table {
        let (batch, tally) = read(&logs(&[log(&more)]));
        assert_eq!(tally.logs, 1);
        assert_eq!(batch.logs[0].template, expect, "{more}");
    }
}

#[test]
fn log_time_is_its_own_or_that_of_its_observer() {
    let at = |record: Value| read(&logs(&[record])).0.logs[0].at;
    assert_eq!(
        at(json!({"observedTimeUnixNano": "1700000000000000005"})),
        1_700_000_000_000_000_005
    );
    assert_eq!(at(log(&json!({"observedTimeUnixNano": "5"}))), 1_700_000_000_000_000_000);
    assert_eq!(read(&logs(&[json!({})])).1.rejected(Rejection::TimeMissing), 1);
    let ancient = read(&logs(&[json!({"timeUnixNano": 5})])).1;
    assert_eq!(ancient.rejected(Rejection::TimeOutOfRange), 1);
}

#[test]
fn flag_log_becomes_an_evaluation_if_it_says_where() {
    let text = "feature_flag.key=gate; feature_flag.result.variant=on";
    let place = json!({"traceId": TRACE, "spanId": "1112131415161718"});
    let by_name = with(
        log(&json!({"eventName": "feature_flag.evaluation", "attributes": attributes(text)})),
        &place,
    );
    let by_attribute = with(
        log(
            &json!({"attributes": attributes(&format!("event.name=feature_flag.evaluation; {text}"))}),
        ),
        &place,
    );
    for record in [by_name.clone(), by_attribute] {
        let (batch, tally) = read(&logs(&[record]));
        assert_eq!((tally.logs, tally.evaluations), (1, 1));
        assert_eq!(line(&batch.spans[0]), "Evaluation gate @feature flags [variant=on]");
        assert_eq!(batch.spans[0].parent, 0x1112_1314_1516_1718);
    }
    let nowhere = with(by_name, &json!({"spanId": ""}));
    assert_eq!(read(&logs(&[nowhere])).1.evaluations, 0);
}

fn metric(metric: &Value) -> Value {
    json!({"resourceMetrics": [{
        "resource": {"attributes": attributes("service.name=shop")},
        "scopeMetrics": [{"scope": {"name": "m", "version": "1"}, "metrics": [metric]}],
    }]})
}

fn sum(points: &Value) -> Value {
    metric(&json!({"name": "gate.calls", "sum": {
        "dataPoints": points, "aggregationTemporality": 2, "isMonotonic": true}}))
}

fn point(text: &str, more: &Value) -> Value {
    let point = json!({"timeUnixNano": "1700000000000000000", "asInt": "5",
        "startTimeUnixNano": "1690000000000000000", "attributes": attributes(text)});
    with(point, more)
}

#[test]
fn counter_with_an_answer_among_its_labels_is_kept() {
    let (batch, tally) = read(&sum(&json!([
        point("decision=go; region=eu", &json!({})),
        point("region=eu", &json!({})),
        point("gate.verdict=?true", &json!({"asInt": null, "asDouble": 2.5})),
    ])));
    assert_eq!((tally.points, tally.ignored, tally.n_rejected()), (2, 1, 0));
    let found: Vec<_> = batch.sums.iter().map(|sum| (&*sum.answer, sum.value)).collect();
    assert_eq!(found, [("decision=go", 5.0), ("gate.verdict=true", 2.5)]);
    assert_eq!(batch.sums[0].metric, "gate.calls");
    assert_eq!(batch.sums[0].kind, SumKind::Cumulative);
    assert_eq!(batch.sums[0].started_at, 1_690_000_000_000_000_000);
}

#[test]
fn series_is_told_by_all_labels_in_any_order() {
    let identity = |text: &str| read(&sum(&json!([point(text, &json!({}))]))).0.sums[0].identity;
    assert_eq!(identity("decision=go; region=eu"), identity("region=eu; decision=go"));
    assert_ne!(identity("decision=go; region=eu"), identity("decision=go; region=us"));
    assert_ne!(identity("decision=go; level=1"), identity("decision=go; level=#1"));
}

#[test]
fn points_without_meaning_are_rejected_and_said() {
    let one = |more: &Value| read(&sum(&json!([point("decision=go", more)]))).1;
    assert_eq!(one(&json!({"asInt": null})).rejected(Rejection::ValueMissing), 1);
    assert_eq!(one(&json!({"asInt": "-1"})).rejected(Rejection::ValueInvalid), 1);
    assert_eq!(
        one(&json!({"asInt": null, "asDouble": "NaN"})).rejected(Rejection::ValueInvalid),
        1
    );
    assert_eq!(
        one(&json!({"asInt": null, "asDouble": "Infinity"})).rejected(Rejection::ValueInvalid),
        1
    );
    assert_eq!(one(&json!({"asInt": "abc"})).rejected(Rejection::WrongType), 1);
    assert_eq!(one(&json!({"timeUnixNano": null})).rejected(Rejection::TimeMissing), 1);
    assert_eq!(one(&json!({"timeUnixNano": "7"})).rejected(Rejection::TimeOutOfRange), 1);
    assert_eq!(one(&json!({"flags": 1, "asInt": null})).ignored, 1);
    let start_unknown =
        read(&sum(&json!([point("decision=go", &json!({"startTimeUnixNano": "0"}))]))).0;
    assert_eq!(start_unknown.sums[0].started_at, start_unknown.sums[0].at);
}

#[test]
fn other_metrics_are_ignored_and_empty_ones_rejected() {
    let points = json!([point("decision=go", &json!({})), point("decision=halt", &json!({}))]);
    let tally = |data: &Value| read(&metric(data)).1;
    for kind in ["gauge", "histogram", "exponentialHistogram", "summary"] {
        assert_eq!(tally(&json!({"name": "m", kind: {"dataPoints": points}})).ignored, 2, "{kind}");
    }
    let gauge_like =
        json!({"name": "m", "sum": {"dataPoints": points, "aggregationTemporality": 2}});
    assert_eq!(tally(&gauge_like).ignored, 2);
    let unsaid = json!({"name": "m", "sum": {"dataPoints": points, "isMonotonic": true}});
    assert_eq!(tally(&unsaid).rejected(Rejection::TemporalityMissing), 2);
    assert_eq!(tally(&json!({"name": "m"})).rejected(Rejection::DataMissing), 1);
    assert_eq!(tally(&json!({"name": "m", "sum": null})).rejected(Rejection::DataMissing), 1);
}

fn decision(value: DecisionValue, when: When, missing: Missing) -> ReadOptions {
    let map = vec![("go".into(), vec!["true".into(), "GO".into()])];
    let rule = DecisionRule { name: "policy.gate".into(), when, value, map, missing };
    ReadOptions { decisions: vec![rule], ..ReadOptions::default() }
}

#[test]
fn declared_answer_is_counted_under_its_name() {
    let when = When {
        service: Some(Pattern::new("sh*")),
        kind: Some(SpanKind::Client),
        peer: Some(Pattern::new("*:8080")),
        operation: Some(Pattern::new("GET *")),
    };
    let value = DecisionValue::SpanAttribute("app.order.id".into());
    let options = decision(value, when, Missing::CountAs("none".into()));
    let answers = |kind, text: &str| {
        let text = format!("server.address=p; server.port=#8080; {text}");
        let request = request("service.name=shop", &[span(kind, "GET /gate", &text)]);
        read_with(options.clone(), &request).0.spans[0].answers.clone()
    };
    assert_eq!(answers(CLIENT, "app.order.id=GO"), ["policy.gate=go"]);
    assert_eq!(answers(CLIENT, "app.order.id=?true"), ["policy.gate=go"]);
    assert_eq!(answers(CLIENT, "app.order.id=other"), ["policy.gate=other"]);
    assert_eq!(answers(CLIENT, "a.kind=x"), ["a.kind=x", "policy.gate=none"]);
    assert_eq!(answers(SERVER, "app.order.id=GO"), [""; 0]);
}

#[test]
fn declared_status_and_label_are_counted() {
    let options = decision(DecisionValue::Status, When::default(), Missing::Ignore);
    let request = request("", &[span(CLIENT, "n", "http.status_code=#404"), span(1, "n", "")]);
    let (batch, _) = read_with(options, &request);
    assert_eq!(batch.spans[0].answers, ["policy.gate=404", "status=404"]);
    assert_eq!(batch.spans[1].answers, [""; 0]);
    let when = When { operation: Some(Pattern::new("gate.*")), ..When::default() };
    let options =
        decision(DecisionValue::MetricLabel("said".into()), when, Missing::CountAs("none".into()));
    let points = json!([point("said=GO; decision=x", &json!({})), point("decision=x", &json!({}))]);
    let (batch, _) = read_with(options, &sum(&points));
    let found: Vec<_> = batch.sums.iter().map(|sum| &*sum.answer).collect();
    assert_eq!(found, ["policy.gate=go", "policy.gate=none"]);
}

#[test]
fn declared_items_are_counted() {
    let rule = ItemRule { when: When::default(), key: "app.items.out".into(), missing: Some(3) };
    let options = ReadOptions { items: vec![rule], ..ReadOptions::default() };
    let items = |text: &str| {
        read_with(options.clone(), &request("", &[span(PRODUCER, "n", text)])).0.spans[0].items
    };
    assert_eq!(items("app.items.out=#12"), 12);
    assert_eq!(items("app.items.out=12"), 12);
    assert_eq!(items("app.items.out=#-1"), 3);
    assert_eq!(items(""), 3);
}

#[test]
fn ignored_attribute_is_seen_by_nothing() {
    let ignored =
        ["service.version", "eligibility.answer", "decision", "feature_flag.key", "http.route"];
    let options = ReadOptions {
        ignored_attributes: ignored.map(String::from).to_vec(),
        ..ReadOptions::default()
    };
    let text = "eligibility.answer=go; http.method=GET; http.route=/a; app.mode=x";
    let event = flag_event("feature_flag", "feature_flag.key=gate; feature_flag.variant=on");
    let spans = [with(span(SERVER, "GET /named", text), &json!({"events": [event]}))];
    let (batch, tally) =
        read_with(options.clone(), &request("service.name=a; service.version=2", &spans));
    assert_eq!(line(&batch.spans[0]), "Server GET /named [app.mode=x]");
    assert_eq!(batch.spans[0].source[2], "");
    assert_eq!(tally.evaluations, 0);
    let (_, tally) = read_with(options, &sum(&json!([point("decision=go", &json!({}))])));
    assert_eq!((tally.points, tally.ignored), (0, 1));
}
