//! OTLP/gRPC: methods, content types, and the frames of messages.

use crate::call::{Channel, LOGS, METRICS, Sending, TRACES, call, framed, request};
use crate::stage::{Seen, Stage, settings, within};
use crate::wire::{Wire, post};
use bytes::Bytes;
use hw_ingest::{Encoding, Outcome, Refused, Signal, Transport};
use hyper::Method;
use std::sync::Arc;
use tokio::task::JoinSet;

#[tokio::test]
async fn grpc_export_of_each_signal_is_delivered() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    for (method, signal) in
        [(TRACES, Signal::Traces), (METRICS, Signal::Metrics), (LOGS, Signal::Logs)]
    {
        let called = channel.call(method, &[], &framed(0, method.as_bytes())).await;
        assert_eq!(called.response().partial_success, None);
        assert_eq!(called.headers["content-type"], "application/grpc");
        let encoding = Encoding::Protobuf { signal: Some(signal) };
        assert_eq!(stage.seen(), [Seen { signal, encoding, body: method.as_bytes().to_vec() }]);
        assert_eq!(stage.counts.requests(Transport::Grpc, signal, Outcome::Accepted), 1);
    }
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn grpc_profiles_and_unknown_methods_are_unimplemented() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    let methods = [
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
        "/opentelemetry.proto.collector.trace.v1.TraceService/Import",
        "/grpc.health.v1.Health/Check",
        "/v1/traces",
    ];
    for method in methods {
        let called = channel.call(method, &[], &framed(0, b"x")).await;
        assert_eq!(called.code(), 12, "{method}");
        assert!(called.message().contains("traces, metrics and logs"), "{}", called.message());
    }
    assert_eq!((stage.counts.strays(), stage.seen()), (methods.len() as u64, vec![]));
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn grpc_content_types_of_protobuf_are_taken_and_others_unimplemented() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    let message = framed(0, b"x");
    for kind in ["application/grpc+proto", "Application/GRPC", "application/grpc; charset=utf-8"] {
        let called = channel.call(TRACES, &[("content-type", kind)], &message).await;
        assert_eq!(called.code(), 0, "{kind}");
    }
    for kind in ["application/grpc+json", "application/grpc-web"] {
        let called = channel.call(TRACES, &[("content-type", kind)], &message).await;
        assert_eq!((called.code(), &*called.message()), (12, "messages must be protobuf"));
    }
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn grpc_needs_http_2_and_post() {
    let stage = Stage::accepting(settings()).await;
    let mut wire = Wire::to(stage.grpc).await;
    wire.write(&post(TRACES, &[("content-type", "application/grpc")], &framed(0, b"x"))).await;
    assert_eq!(wire.response().await.unwrap().status, 505);
    drop(wire);
    let mut get = request(TRACES, &[], Sending::whole(b""));
    *get.method_mut() = Method::GET;
    let called = Channel::open(stage.grpc).await.send(get).await.unwrap();
    assert_eq!((called.http_status, &called.headers["allow"]), (405, &"POST".parse().unwrap()));
    assert_eq!(stage.counts.strays(), 2);
    stage.close().await;
}

#[tokio::test]
async fn grpc_frames_may_come_in_any_pieces() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    let (sender, sending) = Sending::open();
    for byte in framed(0, b"in little pieces") {
        sender.send(Bytes::copy_from_slice(&[byte])).unwrap();
    }
    drop(sender);
    let called = channel.send(request(TRACES, &[], sending)).await.unwrap();
    assert_eq!(called.code(), 0);
    assert_eq!(stage.seen()[0].body, b"in little pieces");
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn grpc_wrong_frames_are_invalid() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    let (no_message, length, flag, how) =
        ("no message", "not as long", "a flag", "does not say how");
    let cases: [(&[u8], &str); 10] = [
        (b"", no_message),
        (b"\0", no_message),
        (b"\0\0\0\0", no_message),
        (b"\0\0\0\0\x01", length),
        (b"\0\0\0\0\x05four", length),
        (b"\0\0\0\0\x03four", length),
        (b"\0\0\0\0\x01a\0\0\0\0\x01b", length),
        (b"\x02\0\0\0\x01a", flag),
        (b"\xff\0\0\0\x01a", flag),
        (b"\x01\0\0\0\x01a", how),
    ];
    for (body, expect) in cases {
        let called = channel.call(TRACES, &[], body).await;
        assert_eq!(called.code(), 3, "{body:?}");
        assert!(called.message().contains(expect), "{body:?}: {}", called.message());
        let violations = called.status().bad_request().unwrap().field_violations;
        assert_eq!(violations[0].description, called.message());
        assert_eq!(called.status().retry_s(), None);
    }
    assert_eq!(stage.n_refused(Refused::Garbled), cases.len() as u64);
    assert_eq!(channel.call(TRACES, &[], &framed(0, b"good")).await.code(), 0);
    assert_eq!(stage.seen().len(), 1, "nothing else was handed over");
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn grpc_calls_share_a_connection() {
    let stage = Stage::accepting(settings()).await;
    let channel = Arc::new(Channel::open(stage.grpc).await);
    let mut calls = JoinSet::new();
    for n in 0..100 {
        let channel = Arc::clone(&channel);
        calls.spawn(async move { channel.call(TRACES, &[], &framed(0, &[n; 1000])).await.code() });
    }
    assert_eq!(within(calls.join_all()).await, [0; 100]);
    assert_eq!((stage.seen().len(), stage.counts.connections_opened()), (100, 1));
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn grpc_headers_beyond_those_known_do_not_matter() {
    let stage = Stage::accepting(settings()).await;
    let headers = [
        ("grpc-timeout", "10S"),
        ("user-agent", "OTel-OTLP-Exporter-Python/1.45.2"),
        ("grpc-accept-encoding", "identity, deflate, gzip"),
        ("authorization", "Bearer of a token that nobody reads"),
        ("x-trace-bin", "AAEC"),
    ];
    assert_eq!(call(stage.grpc, TRACES, &headers, &framed(0, b"x")).await.code(), 0);
    stage.close().await;
}
