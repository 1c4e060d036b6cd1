//! What senders are told of success, of partial success, and of each kind of refusal.

use crate::call::{self, Called, Channel, LOGS, METRICS, Sending, TRACES, framed, request};
use crate::messages::{ExportResponse, PartialSuccess, Status};
use crate::stage::{ACCEPTED, Stage, settings, until};
use crate::wire::{self, JSON, PROTOBUF, Response, Wire, head, post};
use bytes::Bytes;
use hw_ingest::{Answer, Delivery, Outcome, ReceiverSettings, Refused};
use prost::Message;
use serde_json::json;
use std::time::Duration;

/// Not to be waited for in a test.
const NEVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn success_has_no_partial_success() {
    let stage = Stage::accepting(settings()).await;
    assert_eq!(wire::export(stage.http, PROTOBUF, b"x").await.body, b"");
    assert_eq!(wire::export(stage.http, JSON, b"{}").await.json(), json!({}));
    let called = call::export(stage.grpc, b"x").await;
    assert_eq!((called.response(), called.body), (ExportResponse::default(), framed(0, b"")));
    stage.close().await;
}

#[tokio::test]
async fn an_empty_request_succeeds_and_nobody_is_asked() {
    // Nobody takes deliveries, and a place is all there is: asking would not end well.
    let (stage, deliveries) = Stage::bare(settings(), 1).await;
    for path in ["/v1/traces", "/v1/metrics", "/v1/logs"] {
        for headers in [
            &[("content-type", PROTOBUF)][..],
            &[("content-type", JSON)],
            &[("content-type", PROTOBUF), ("content-encoding", "gzip")],
        ] {
            assert_eq!(wire::send(stage.http, &post(path, headers, b"")).await.status, 200);
        }
    }
    let channel = Channel::open(stage.grpc).await;
    for method in [TRACES, METRICS, LOGS] {
        let called = channel.call(method, &[], &framed(0, b"")).await;
        assert_eq!(called.response(), ExportResponse::default());
        let packed = [("grpc-encoding", "gzip")];
        assert_eq!(channel.call(method, &packed, &framed(1, b"")).await.code(), 0);
    }
    assert_eq!((stage.n(Outcome::Accepted), deliveries.len()), (15, 0));
    drop(channel);
    stage.close().await;
}

fn partly(rejected: u64, message: Option<&str>) -> Answer {
    Answer::Accepted { rejected, message: message.map(str::to_owned) }
}

fn partial(rejected: i64, error_message: &str) -> ExportResponse {
    let error_message = error_message.to_owned();
    ExportResponse { partial_success: Some(PartialSuccess { rejected, error_message }) }
}

#[tokio::test]
async fn partial_success_says_how_many_and_why() {
    let stage = Stage::answering(settings(), |_| partly(3, Some("ids of 3 spans are short"))).await;
    let response = wire::export(stage.http, PROTOBUF, b"x").await;
    assert_eq!((response.status, response.header("retry-after")), (200, None));
    let expect = partial(3, "ids of 3 spans are short");
    assert_eq!(ExportResponse::decode(&*response.body).unwrap(), expect);
    assert_eq!(call::export(stage.grpc, b"x").await.response(), expect);
    for (path, rejected) in [
        ("/v1/traces", "rejectedSpans"),
        ("/v1/metrics", "rejectedDataPoints"),
        ("/v1/logs", "rejectedLogRecords"),
    ] {
        let response = wire::send(stage.http, &post(path, &[("content-type", JSON)], b"{}")).await;
        let partial = json!({ rejected: "3", "errorMessage": "ids of 3 spans are short" });
        assert_eq!(response.json(), json!({ "partialSuccess": partial }));
    }
    assert_eq!(stage.n(Outcome::AcceptedInPart), 5);
    stage.close().await;
}

#[tokio::test]
async fn partial_success_without_words_gets_some() {
    let stage = Stage::answering(settings(), |_| partly(2, None)).await;
    let response = call::export(stage.grpc, b"x").await.response();
    assert_eq!(response, partial(2, "2 records of the request are no good"));
    stage.close().await;
}

#[tokio::test]
async fn a_warning_is_a_partial_success_that_rejects_nothing() {
    let stage = Stage::answering(settings(), |_| partly(0, Some("clocks differ"))).await;
    assert_eq!(call::export(stage.grpc, b"x").await.response(), partial(0, "clocks differ"));
    let response = wire::export(stage.http, PROTOBUF, b"x").await;
    assert_eq!(ExportResponse::decode(&*response.body).unwrap(), partial(0, "clocks differ"));
    let json = wire::export(stage.http, JSON, b"{}").await.json();
    let expect = json!({ "rejectedSpans": "0", "errorMessage": "clocks differ" });
    assert_eq!(json, json!({ "partialSuccess": expect }));
    assert_eq!(stage.n(Outcome::Accepted), 3);
    stage.close().await;
}

/// What both protocols said of one request.
struct Told {
    http: Response,
    json: Response,
    grpc: Called,
}

async fn tell(stage: &Stage) -> Told {
    Told {
        http: wire::export(stage.http, PROTOBUF, b"x").await,
        json: wire::export(stage.http, JSON, b"{}").await,
        grpc: call::export(stage.grpc, b"x").await,
    }
}

impl Told {
    /// Retryable, on either way, and when.
    fn assert_come_back(&self, after_s: u32, reason: &str) {
        for response in [&self.http, &self.json] {
            assert_eq!(response.status, 503);
            assert_eq!(response.header("retry-after"), Some(&*after_s.to_string()));
        }
        let status = Status::decode(&*self.http.body).unwrap();
        assert_eq!(status, self.grpc.status());
        assert_eq!((self.grpc.code(), status.retry_s()), (14, Some(after_s.into())));
        assert!(status.message.contains(reason), "{}", status.message);
        let retry = json!({
            "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": format!("{after_s}s"),
        });
        let expect = json!({ "code": 14, "message": status.message, "details": [retry] });
        assert_eq!(self.json.json(), expect);
    }
}

#[tokio::test]
async fn bad_data_is_never_sent_again() {
    let reason = "byte 7: a field of type 6";
    let answer = move |_: &Delivery| Answer::Broken { reason: reason.to_owned() };
    let stage = Stage::answering(settings(), answer).await;
    let told = tell(&stage).await;
    for response in [&told.http, &told.json] {
        assert_eq!((response.status, response.header("retry-after")), (400, None));
    }
    let status = Status::decode(&*told.http.body).unwrap();
    assert_eq!(status, told.grpc.status());
    assert_eq!((status.code, &*status.message, status.retry_s()), (3, reason, None));
    let violations = status.bad_request().unwrap().field_violations;
    assert_eq!((&*violations[0].field, &*violations[0].description), ("body", reason));
    let violation = json!({ "field": "body", "description": reason });
    let detail = json!({
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [violation],
    });
    let expect = json!({ "code": 3, "message": reason, "details": [detail] });
    assert_eq!(told.json.json(), expect);
    assert_eq!(stage.n_refused(Refused::Broken), 3);
    stage.close().await;
}

#[tokio::test]
async fn a_fault_of_ours_asks_senders_to_come_back() {
    let answer = |_: &Delivery| Answer::Unavailable {
        retry_after_s: 30,
        reason: "the disk is full".to_owned(),
    };
    let stage = Stage::answering(settings(), answer).await;
    tell(&stage).await.assert_come_back(30, "the disk is full");
    assert_eq!(stage.n_refused(Refused::Unavailable), 3);
    stage.close().await;
}

#[tokio::test]
async fn a_delivery_that_is_lost_asks_senders_to_come_back() {
    let (stage, mut deliveries) = Stage::bare(settings(), 8).await;
    // The writer drops each without a word.
    let writer = tokio::spawn(async move { while deliveries.recv().await.is_some() {} });
    tell(&stage).await.assert_come_back(1, "lost on our side");
    assert_eq!(stage.n_refused(Refused::Unavailable), 3);
    stage.close().await;
    writer.await.unwrap();
}

#[tokio::test]
async fn a_writer_that_is_gone_asks_senders_to_come_back() {
    let (stage, deliveries) = Stage::bare(settings(), 8).await;
    drop(deliveries);
    tell(&stage).await.assert_come_back(1, "shutting down");
    assert_eq!(stage.n_refused(Refused::Unavailable), 3);
    stage.close().await;
}

#[tokio::test]
async fn a_writer_that_takes_too_long_asks_senders_to_come_back() {
    let short = ReceiverSettings { answer_timeout: Duration::from_millis(20), ..settings() };
    let (stage, mut deliveries) = Stage::bare(short, 8).await;
    tell(&stage).await.assert_come_back(1, "too long to store");
    assert_eq!(stage.n_refused(Refused::Unavailable), 3);
    // Whoever finds them later sees that nobody waits.
    for _ in 0..3 {
        let late = deliveries.recv().await.unwrap();
        assert!(!late.reply.is_awaited());
        late.answer(ACCEPTED);
    }
    stage.close().await;
}

#[tokio::test]
async fn too_much_at_once_asks_senders_to_come_back() {
    let answer = |_: &Delivery| Answer::Overloaded {
        retry_after_s: 5,
        reason: "the engine is behind".to_owned(),
    };
    let stage = Stage::answering(settings(), answer).await;
    tell(&stage).await.assert_come_back(5, "the engine is behind");
    assert_eq!(stage.n_refused(Refused::Overloaded), 3);
    stage.close().await;
}

#[tokio::test]
async fn a_full_queue_asks_senders_to_come_back() {
    let patient = ReceiverSettings { answer_timeout: NEVER, ..settings() };
    let (stage, mut deliveries) = Stage::bare(patient, 1).await;
    let mut first = Wire::to(stage.http).await;
    first.write(&post("/v1/traces", &[("content-type", PROTOBUF)], b"first")).await;
    until("the first is in the queue", || deliveries.len() == 1).await;
    tell(&stage).await.assert_come_back(1, "too many requests wait");
    assert_eq!(stage.n_refused(Refused::QueueFull), 3);
    deliveries.recv().await.unwrap().answer(ACCEPTED);
    assert_eq!(first.response().await.unwrap().status, 200);
    drop(first);
    stage.close().await;
}

#[tokio::test]
async fn full_memory_asks_senders_to_come_back() {
    let (body_bytes_max, in_flight_bytes_max) = (100_000, 200_000);
    let tight = ReceiverSettings {
        body_bytes_max,
        in_flight_bytes_max,
        body_grace: NEVER,
        body_timeout: NEVER,
        ..settings()
    };
    let stage = Stage::accepting(tight).await;
    // Two that say nothing more hold all there is.
    let mut holders = Vec::new();
    for _ in 0..2 {
        let mut wire = Wire::to(stage.http).await;
        let length = [("content-type", PROTOBUF), ("content-length", "100000")];
        wire.write(&head("POST", "/v1/traces", &length)).await;
        wire.write(&[7; 99_999]).await;
        holders.push(wire);
    }
    until("both are held", || stage.counts.bytes_in_flight() == 200_000).await;
    tell(&stage).await.assert_come_back(1, "too many bytes");
    assert_eq!(stage.n_refused(Refused::MemoryFull), 3);
    // What they held is free once they are done, and one more is welcome.
    for mut wire in holders {
        wire.write(&[7]).await;
        assert_eq!(wire.response().await.unwrap().status, 200);
    }
    assert_eq!(wire::export(stage.http, PROTOBUF, b"x").await.status, 200);
    stage.close().await;
}

#[tokio::test]
async fn a_body_that_is_too_slow_asks_senders_to_come_back() {
    let hasty = ReceiverSettings { body_grace: Duration::from_millis(20), ..settings() };
    let stage = Stage::accepting(hasty).await;
    for kind in [PROTOBUF, JSON] {
        let mut wire = Wire::to(stage.http).await;
        let length = [("content-type", kind), ("content-length", "100")];
        wire.write(&[head("POST", "/v1/traces", &length).as_slice(), b"{"].concat()).await;
        let response = wire.response().await.unwrap();
        assert_eq!((response.status, response.header("retry-after")), (503, Some("1")));
    }
    let (sender, sending) = Sending::open();
    sender.send(Bytes::from_static(b"\0\0\0\0\x05hel")).unwrap();
    let called = Channel::open(stage.grpc).await.send(request(TRACES, &[], sending)).await.unwrap();
    assert_eq!((called.code(), called.status().retry_s()), (14, Some(1)));
    assert!(called.message().contains("of the request came within"), "{}", called.message());
    drop(sender);
    assert_eq!((stage.n_refused(Refused::TooSlow), stage.seen()), (3, vec![]));
    stage.close().await;
}

#[tokio::test]
async fn long_reasons_are_cut_and_survive_any_script() {
    let reason = format!("{} 100 %\r\n", "\u{df}".repeat(600));
    let said = reason.clone();
    let answer = move |_: &Delivery| Answer::Broken { reason: said.clone() };
    let stage = Stage::answering(settings(), answer).await;
    let told = tell(&stage).await;
    let message = told.grpc.status().message;
    assert_eq!(message, format!("{}...", "\u{df}".repeat(510)));
    assert_eq!(told.json.json()["message"], message);
    stage.close().await;
    // Line ends and percent signs pass through a header unharmed.
    let answer = |_: &Delivery| Answer::Broken { reason: "50 % of\r\n\0 \u{20ac}".to_owned() };
    let stage = Stage::answering(settings(), answer).await;
    assert_eq!(tell(&stage).await.grpc.status().message, "50 % of\r\n\0 \u{20ac}");
    stage.close().await;
}
