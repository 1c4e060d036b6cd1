//! Declared answers and items, and attributes to look away from.

use super::*;

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
