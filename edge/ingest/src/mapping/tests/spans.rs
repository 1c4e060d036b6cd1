//! Whether it failed, who sent it, how much it carries.

use super::*;

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
