//! How connections and the receiver itself begin and end.

use crate::call::{self, Channel, Sending, TRACES, framed, request};
use crate::stage::{ACCEPTED, Stage, settings, until, within};
use crate::wire::{self, JSON, PROTOBUF, Wire, head, post};
use hw_ingest::{Delivery, Outcome, Receiver, ReceiverSettings, Refused};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::sleep;

const NEVER: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(20);

#[tokio::test]
async fn the_standard_addresses_are_on_loopback() {
    let standard = ReceiverSettings::standard();
    assert_eq!(standard.http.unwrap().to_string(), "127.0.0.1:4318");
    assert_eq!(standard.grpc.unwrap().to_string(), "127.0.0.1:4317");
}

#[tokio::test]
async fn either_port_can_be_off() {
    let (deliveries, _) = mpsc::channel::<Delivery>(1);
    let off = ReceiverSettings { grpc: None, ..settings() };
    let receiver = Receiver::bind(off, deliveries).await.unwrap();
    assert!(receiver.http_address().is_some());
    assert_eq!(receiver.grpc_address(), None);
}

#[tokio::test]
async fn a_port_in_use_says_which_and_what_to_do() {
    let stage = Stage::accepting(settings()).await;
    let (deliveries, _) = mpsc::channel::<Delivery>(1);
    let same = ReceiverSettings { grpc: Some(stage.grpc), ..settings() };
    let error = Receiver::bind(same, deliveries).await.unwrap_err().to_string();
    let expect =
        format!("failed to listen on {} for OTLP over gRPC: something listens", stage.grpc);
    assert!(error.starts_with(&expect) && error.contains("--otlp-grpc"), "{error}");
    stage.close().await;
}

#[tokio::test]
async fn a_connection_that_asks_for_nothing_is_closed() {
    let hasty = ReceiverSettings { header_timeout: SOON, ..settings() };
    let stage = Stage::accepting(hasty).await;
    let mut silent = Wire::to(stage.http).await;
    assert_eq!(silent.rest().await, b"");
    stage.close().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_a_while() {
    let hasty = ReceiverSettings { idle_timeout: SOON, header_timeout: NEVER, ..settings() };
    let stage = Stage::accepting(hasty).await;
    let mut wire = Wire::to(stage.http).await;
    wire.write(&post("/v1/traces", &[("content-type", JSON)], b"{}")).await;
    assert_eq!(wire.response().await.unwrap().status, 200);
    assert_eq!(wire.rest().await, b"");
    let channel = Channel::open(stage.grpc).await;
    assert_eq!(channel.call(TRACES, &[], &framed(0, b"x")).await.code(), 0);
    // A farewell, not a reset.
    within(channel.ended).await.unwrap().unwrap();
    stage.close().await;
}

#[tokio::test]
async fn a_request_on_its_way_is_never_idle() {
    let hasty = ReceiverSettings { idle_timeout: SOON, header_timeout: NEVER, ..settings() };
    let (stage, mut deliveries) = Stage::bare(hasty, 1).await;
    let mut wire = Wire::to(stage.http).await;
    wire.write(&post("/v1/traces", &[("content-type", JSON)], b"{}")).await;
    let delivery = deliveries.recv().await.unwrap();
    // Time for a receiver that is wrong to show it; a right one passes however long this takes.
    sleep(4 * SOON).await;
    delivery.answer(ACCEPTED);
    assert_eq!(wire.response().await.unwrap().status, 200);
    drop(wire);
    stage.close().await;
}

#[tokio::test]
async fn an_old_connection_is_asked_to_make_room_for_a_new_one() {
    let ageing = ReceiverSettings { connection_age_max: SOON, header_timeout: NEVER, ..settings() };
    let stage = Stage::accepting(ageing).await;
    let mut wire = Wire::to(stage.http).await;
    let one = post("/v1/traces", &[("content-type", JSON)], b"{}");
    // It is served however old it is, and told so.
    loop {
        wire.write(&one).await;
        let response = wire.response().await.unwrap();
        assert_eq!(response.status, 200);
        if response.header("connection") == Some("close") {
            break;
        }
    }
    assert_eq!(wire.rest().await, b"");
    let channel = Channel::open(stage.grpc).await;
    assert_eq!(channel.call(TRACES, &[], &framed(0, b"x")).await.code(), 0);
    within(channel.ended).await.unwrap().unwrap();
    stage.close().await;
}

#[tokio::test]
async fn no_request_is_cut_off_by_age() {
    let ageing = ReceiverSettings {
        connection_age_max: SOON,
        drain_timeout: SOON,
        header_timeout: NEVER,
        ..settings()
    };
    let (stage, mut deliveries) = Stage::bare(ageing, 2).await;
    let channel = Arc::new(Channel::open(stage.grpc).await);
    let calling = tokio::spawn({
        let channel = Arc::clone(&channel);
        async move { channel.send(request(TRACES, &[], Sending::whole(&framed(0, b"x")))).await }
    });
    let delivery = within(deliveries.recv()).await.unwrap();
    // Once the connection is old it is looked at once a second. Time for a receiver that is wrong to
    // show it; a right one passes however long this takes.
    sleep(Duration::from_millis(1300)).await;
    assert!(delivery.reply.is_awaited());
    delivery.answer(ACCEPTED);
    assert_eq!(within(calling).await.unwrap().unwrap().code(), 0);
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn more_connections_than_allowed_are_closed_at_once() {
    let few = ReceiverSettings { connections_max: 2, ..settings() };
    let stage = Stage::accepting(few).await;
    let one = post("/v1/traces", &[("content-type", JSON)], b"{}");
    let mut kept = [Wire::to(stage.http).await, Wire::to(stage.grpc).await];
    for wire in &mut kept {
        wire.write(&one).await;
        assert_eq!(wire.response().await.unwrap().status, 200);
    }
    let mut third = Wire::to(stage.http).await;
    assert_eq!(third.rest().await, b"");
    assert_eq!(stage.counts.connections_refused(), 1);
    for wire in &mut kept {
        wire.write(&one).await;
        assert_eq!(wire.response().await.unwrap().status, 200);
    }
    drop(kept);
    until("both are gone", || stage.counts.connections_open() == 0).await;
    // The table of connections forgets them a moment after the counter does.
    loop {
        let mut wire = Wire::to(stage.http).await;
        wire.write(&one).await;
        if let Some(response) = wire.response().await {
            assert_eq!(response.status, 200);
            break;
        }
    }
    stage.close().await;
}

#[tokio::test]
async fn stopping_answers_what_is_on_its_way_and_takes_nothing_new() {
    let (mut stage, mut deliveries) = Stage::bare(settings(), 4).await;
    let mut over_http = Wire::to(stage.http).await;
    over_http.write(&post("/v1/traces", &[("content-type", JSON)], b"{}")).await;
    let first = within(deliveries.recv()).await.unwrap();
    let over_grpc = tokio::spawn({
        let address = stage.grpc;
        async move { call::export(address, b"x").await.code() }
    });
    let second = within(deliveries.recv()).await.unwrap();
    stage.stop();
    // The listener is gone once the receiver has heard of it.
    within(async { while TcpStream::connect(stage.http).await.is_ok() {} }).await;
    first.answer(ACCEPTED);
    second.answer(ACCEPTED);
    assert_eq!(over_http.response().await.unwrap().status, 200);
    assert_eq!(within(over_grpc).await.unwrap(), 0);
    assert_eq!(over_http.rest().await, b"", "closed once it is answered");
    assert_eq!(stage.n(Outcome::Accepted), 2);
    stage.close().await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let hasty = ReceiverSettings { drain_timeout: SOON, ..settings() };
    let (mut stage, deliveries) = Stage::bare(hasty, 4).await;
    let mut half = Wire::to(stage.http).await;
    let length = [("content-type", PROTOBUF), ("content-length", "100")];
    half.write(&head("POST", "/v1/traces", &length)).await;
    let mut unanswered = Wire::to(stage.http).await;
    unanswered.write(&post("/v1/traces", &[("content-type", JSON)], b"{}")).await;
    let silent = Wire::to(stage.http).await;
    until("one waits for its answer", || deliveries.len() == 1).await;
    until("all are there", || stage.counts.connections_open() == 3).await;
    stage.stop();
    until("all are cut off", || stage.counts.connections_open() == 0).await;
    assert_eq!(stage.n_refused(Refused::Gone), 2);
    drop((half, unanswered, silent, deliveries));
    stage.close().await;
}

#[tokio::test]
async fn a_sender_that_goes_away_is_noticed() {
    let patient = ReceiverSettings { answer_timeout: NEVER, ..settings() };
    let (stage, mut deliveries) = Stage::bare(patient, 4).await;
    let mut wire = Wire::to(stage.http).await;
    wire.write(&post("/v1/traces", &[("content-type", JSON)], b"{}")).await;
    let delivery = within(deliveries.recv()).await.unwrap();
    drop(wire);
    until("nobody waits", || !delivery.reply.is_awaited()).await;
    // In the middle of a body, too.
    let mut wire = Wire::to(stage.http).await;
    let length = [("content-type", PROTOBUF), ("content-length", "100")];
    wire.write(&[head("POST", "/v1/traces", &length).as_slice(), b"half"].concat()).await;
    until("half is read", || stage.counts.bytes_read() == 2 + 4).await;
    drop(wire);
    until("both are counted", || stage.n_refused(Refused::Gone) == 2).await;
    drop(delivery);
    assert_eq!(wire::export(stage.http, PROTOBUF, b"").await.status, 200);
    stage.close().await;
}
