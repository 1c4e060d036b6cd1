//! Counters.

use super::*;

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
