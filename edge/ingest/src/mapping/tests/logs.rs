//! Log lines.

use super::*;

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
