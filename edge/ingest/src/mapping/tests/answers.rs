//! Answers: attributes, statuses, flag evaluations.

use super::*;

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
