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

/// The places of a request of one service with log lines, read with a repository declared for it.
fn places(resource: &str, lines: &[Value], declared: Option<Repository>) -> Vec<CodePlace> {
    let options =
        ReadOptions { repositories: declared.into_iter().collect(), ..ReadOptions::default() };
    let mut intake = Intake::new(options, DictionaryLimits::STANDARD);
    let request = json!({"resourceLogs": [{
        "resource": {"attributes": attributes(resource)},
        "scopeLogs": [{"logRecords": lines}],
    }]});
    decode(&serde_json::to_vec(&request).unwrap(), Encoding::Json, &mut intake).unwrap();
    intake.take_batch().definitions.places.into_iter().map(|(_, place)| place).collect()
}

fn written(at_ns: u64, text: &str) -> Value {
    with(
        log(&json!({"body": {"stringValue": "rules are empty"}, "attributes": attributes(text)})),
        &json!({"timeUnixNano": (START_S * 1_000_000_000 + at_ns).to_string()}),
    )
}

#[test]
fn place_in_source_is_where_a_line_was_written_last() {
    let resource = "service.name=gate; service.version=2.0.0; \
                    vcs.repository.url.full=https://github.com/acme/gate; \
                    vcs.ref.head.revision=3f2a9c1";
    let lines = [
        written(9, "code.file.path=src/a.py; code.line.number=#42; code.function.name=decide"),
        written(5, "code.filepath=src/old.py; code.lineno=7"),
        written(8, ""),
    ];
    let found = places(resource, &lines, None);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "src/a.py:42 in decide");
    assert_eq!(
        found[0].link().as_deref(),
        Some("https://github.com/acme/gate/blob/3f2a9c1/src/a.py#L42")
    );
}

#[test]
fn settings_say_what_telemetry_does_not() {
    let declared = || Repository {
        when: When { service: Some(Pattern::new("gate*")), ..When::default() },
        url: "https://github.com/acme/all".into(),
        revision: "v{version}".into(),
        root: "/app/".into(),
        folder: "services/gate".into(),
    };
    let lines = [written(1, "code.file.path=/app/src/a.py; code.line.number=#42")];
    let link = |resource: &str| places(resource, &lines, Some(declared()))[0].link();
    assert_eq!(
        link("service.name=gate-eu; service.version=2.0.0").as_deref(),
        Some("https://github.com/acme/all/blob/v2.0.0/services/gate/src/a.py#L42")
    );
    assert_eq!(link("service.name=gate"), None, "no version is known");
    assert_eq!(link("service.name=other; service.version=2.0.0"), None);
    let beside = [written(1, "code.file.path=/apple/a.py")];
    let found = places("service.name=gate; service.version=1", &beside, Some(declared()));
    assert_eq!((found[0].file.as_str(), found[0].link()), ("/apple/a.py", None));
}

#[test]
fn stack_of_a_line_says_its_place() {
    let stack =
        "Traceback (most recent call last):\n  File \"/app/gate.py\", line 42, in decide\nX: no";
    let lines = [with(
        written(1, ""),
        &json!({"attributes": [{"key": "exception.stacktrace", "value": {"stringValue": stack}}]}),
    )];
    let found = places("service.name=gate", &lines, None);
    assert_eq!(found[0].to_string(), "/app/gate.py:42 in decide");
}
