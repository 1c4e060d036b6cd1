use super::*;
use hw_model::CodePlace;
use hw_model::{
    AnswerSetId, Definitions, Link, LogEnd, NameId, Outcome, Severity, Shape, ShapeId, Source,
    SourceId, SpanEnd, SpanId, SpanKind, SumKind, SumPoint, SumSeries, SumSeriesId, TemplateId,
    TraceId,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn link() -> impl Strategy<Value = Link> {
    (any::<u128>(), any::<u64>())
        .prop_map(|(trace, span)| Link { trace: TraceId(trace), span: SpanId(span) })
}

fn span() -> impl Strategy<Value = SpanEnd> {
    let ids = (any::<u128>(), any::<u64>(), any::<u64>());
    let times = (any::<i64>(), any::<i64>());
    let numbers = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>());
    let rest = (any::<bool>(), -1e9f32..1e9, vec(link(), 0..3));
    (ids, times, numbers, rest).prop_map(|(ids, times, numbers, (failed, weight, links))| SpanEnd {
        trace: TraceId(ids.0),
        span: SpanId(ids.1),
        parent: SpanId(ids.2),
        started_at: Timestamp(times.0),
        ended_at: Timestamp(times.1),
        source: SourceId(numbers.0),
        shape: ShapeId(numbers.1),
        answers: AnswerSetId(numbers.2),
        outcome: if failed { Outcome::Failed } else { Outcome::Ok },
        items: numbers.3,
        weight,
        links,
    })
}

fn log() -> impl Strategy<Value = LogEnd> {
    (any::<i64>(), any::<u32>(), any::<u32>()).prop_map(|(at, source, template)| LogEnd {
        at: Timestamp(at),
        source: SourceId(source),
        template: TemplateId(template),
    })
}

fn point() -> impl Strategy<Value = SumPoint> {
    let parts = (any::<i64>(), any::<i64>(), any::<u32>(), any::<bool>(), 0.0f64..1e300);
    parts.prop_map(|(at, started_at, id, is_cumulative, value)| SumPoint {
        at: Timestamp(at),
        started_at: Timestamp(started_at),
        source: SourceId(id),
        series: SumSeriesId(id / 2),
        kind: if is_cumulative { SumKind::Cumulative } else { SumKind::Delta },
        value,
    })
}

/// Definitions of every kind.
fn definitions() -> Definitions {
    let name = NameId;
    let kinds = [
        SpanKind::Internal,
        SpanKind::Server,
        SpanKind::Client,
        SpanKind::Producer,
        SpanKind::Consumer,
        SpanKind::Evaluation,
    ];
    let shape = |kind| {
        (name(9), Shape { kind, operation: name(3), peer: name(70_000), path: NameId::EMPTY })
    };
    Definitions {
        names: vec!["".into(), "~other".into(), "POST /ünïcode".into()],
        sources: vec![Source { service: name(2), sdk: name(1), ..Source::default() }],
        shapes: kinds.map(shape).into(),
        answer_sets: vec![Box::from([]), Box::from([(name(1), name(2)), (name(3), name(4))])],
        sum_series: vec![SumSeries {
            metric: name(1),
            answer_key: name(2),
            answer: name(3),
            identity: u64::MAX,
        }],
        templates: vec![(TemplateId(7), name(2), Severity::Warn, "rules <*> is empty".into())],
        places: Vec::new(),
    }
}

/// With what version 1 did not have at first.
fn placed() -> Definitions {
    Definitions {
        places: vec![(
            TemplateId(7),
            CodePlace { file: "src/ünï.py".into(), line: 42, ..CodePlace::default() },
        )],
        ..definitions()
    }
}

proptest! {
    #[test]
    fn batches_come_back_as_they_were(
        spans in vec(span(), 0..20),
        logs in vec(log(), 0..20),
        sums in vec(point(), 0..5),
        keys in vec(any::<u64>(), 0..9),
        has_definitions: bool,
        one_by_one: bool,
    ) {
        let definitions = if has_definitions { placed() } else { Definitions::default() };
        let arrival = if one_by_one { Arrival::OneByOne } else { Arrival::Together };
        let row = LogRow::Batch { batch: Batch { definitions, spans, logs, sums }, keys, arrival };
        prop_assert_eq!(LogRow::decode(&row.encode()).unwrap(), row);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        drop(LogRow::decode(&bytes));
    }

    #[test]
    fn broken_rows_are_read_or_refused(at in 0usize..2_000, to: u8) {
        let mut bytes = full_row().encode();
        let at = at % bytes.len();
        bytes[at] = to;
        drop(LogRow::decode(&bytes));
        drop(LogRow::decode(&bytes[..at]));
    }
}

/// A row with everything in it.
fn full_row() -> LogRow {
    let span = |n: u32| SpanEnd {
        trace: TraceId(u128::from(n) << 90 | 7),
        span: SpanId(u64::from(n)),
        parent: SpanId::NONE,
        started_at: Timestamp(1_795_329_834_653_958_997 + i64::from(n) * 1_000_000),
        ended_at: Timestamp(1_795_329_834_753_958_997 + i64::from(n) * 1_500_000),
        source: SourceId(n),
        shape: ShapeId(300 * n),
        answers: AnswerSetId(1),
        outcome: if n == 2 { Outcome::Failed } else { Outcome::Ok },
        items: n,
        weight: 4.0,
        links: vec![Link { trace: TraceId(3), span: SpanId(4) }],
    };
    let log = LogEnd { at: Timestamp(5), source: SourceId(6), template: TemplateId(7) };
    let point = SumPoint {
        at: Timestamp(9),
        started_at: Timestamp(8),
        source: SourceId(1),
        series: SumSeriesId(2),
        kind: SumKind::Delta,
        value: 2.5,
    };
    let spans = (1..=3).map(span).collect();
    let batch = Batch { definitions: definitions(), spans, logs: vec![log], sums: vec![point] };
    LogRow::Batch { batch, keys: vec![1, u64::MAX], arrival: Arrival::OneByOne }
}

fn told() -> LogRow {
    LogRow::Told(ToldChange {
        kind: ChangeKind::Flag,
        service: "eligibility".into(),
        from_version: None,
        to_version: Some("open".into()),
        at: Timestamp(1_795_329_834_653_958_997),
        mitigates: true,
    })
}

fn opened() -> LogRow {
    LogRow::Opened(Opening {
        title: "more items than usual in the inbox".into(),
        by: "Dave".into(),
        at: Timestamp(1_795_329_834_653_958_997),
        is_declared: false,
    })
}

/// Rows as version 1 wrote them: they must read for ever, so these files are never written anew.
#[test]
fn rows_of_every_version_still_read() {
    let golden = [
        (&include_bytes!("../../golden/row-v1-batch.bin")[..], full_row()),
        (include_bytes!("../../golden/row-v1-told.bin"), told()),
        (include_bytes!("../../golden/row-v1-accepted.bin"), LogRow::Accepted(ShiftId(3))),
        (include_bytes!("../../golden/row-v1-tick.bin"), LogRow::Tick),
        (include_bytes!("../../golden/row-v1-opened.bin"), opened()),
    ];
    for (bytes, row) in golden {
        assert_eq!(LogRow::decode(bytes).unwrap(), row);
        assert_eq!(row.encode(), bytes, "{row:?} is written otherwise: a new version is due");
    }
}

#[test]
fn records_that_come_one_by_one_come_second_by_second() {
    let inputs = full_row().into_inputs(Timestamp(0));
    let times: Vec<i64> = inputs.iter().map(|(at, _)| at.tick().0).collect();
    assert!(times.is_sorted() && times.len() == 2, "{times:?}");
    let batches = inputs.iter().map(|(_, input)| {
        let Input::Batch(batch) = input else { panic!("{input:?}") };
        batch
    });
    let counts: Vec<_> = batches.map(|b| (b.spans.len(), b.logs.len(), b.sums.len())).collect();
    assert_eq!(counts, [(0, 1, 1), (3, 0, 0)]);
}

#[test]
fn row_of_a_newer_version_says_so() {
    let mut bytes = LogRow::Tick.encode();
    bytes[0] = 9;
    let error = LogRow::decode(&bytes).unwrap_err().to_string();
    assert_eq!(error, "written in format 9; this version reads up to 1");
}

#[test]
fn span_takes_about_sixty_bytes() {
    let span = |n: u32| SpanEnd {
        trace: TraceId(u128::from(n) << 90),
        span: SpanId(u64::from(n)),
        parent: SpanId::NONE,
        started_at: Timestamp(1_795_329_834_653_958_997 + i64::from(n) * 3_012_345),
        ended_at: Timestamp(1_795_329_834_753_958_997 + i64::from(n) * 3_015_345),
        source: SourceId(n % 10),
        shape: ShapeId(n % 300),
        answers: AnswerSetId(n % 40),
        outcome: Outcome::Ok,
        items: 1,
        weight: 0.0,
        links: Vec::new(),
    };
    let spans: Vec<SpanEnd> = (0..512).map(span).collect();
    let n = spans.len();
    let batch = Batch { spans, ..Batch::default() };
    let row = LogRow::Batch { batch, keys: Vec::new(), arrival: Arrival::Together };
    let bytes = row.encode().len() / n;
    assert!((40..60).contains(&bytes), "{bytes} bytes per span");
}
