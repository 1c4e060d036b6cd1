//! Compression and size, over both protocols.

use crate::call::{self, Channel, Sending, TRACES, framed};
use crate::packed::{gzip, zstd, zstd_with_window};
use crate::stage::{Stage, settings};
use crate::wire::{self, PROTOBUF, Response, Wire, chunked, head, post};
use bytes::Bytes;
use hw_ingest::{Outcome, ReceiverSettings, Refused};
use prost::Message;
use std::net::SocketAddr;

async fn post_packed(address: SocketAddr, packing: &str, body: &[u8]) -> Response {
    let headers = [("content-type", PROTOBUF), ("content-encoding", packing)];
    wire::send(address, &post("/v1/traces", &headers, body)).await
}

fn status_of(response: &Response) -> crate::messages::Status {
    assert_eq!(response.header("content-type"), Some(PROTOBUF));
    crate::messages::Status::decode(&*response.body).unwrap()
}

/// Small enough to go over it in a test.
fn small() -> ReceiverSettings {
    ReceiverSettings { body_bytes_max: 10_000, ..settings() }
}

#[tokio::test]
async fn http_compression_is_undone() {
    let stage = Stage::accepting(settings()).await;
    let plain = b"plain ".repeat(10_000);
    for (packing, body) in [
        ("gzip", gzip(&plain)),
        ("GZip", gzip(&plain)),
        (" gzip ", gzip(&plain)),
        ("zstd", zstd(&plain)),
        ("ZSTD", zstd(&plain)),
        ("identity", plain.clone()),
        ("Identity", plain.clone()),
        ("", plain.clone()),
    ] {
        let response = post_packed(stage.http, packing, &body).await;
        assert_eq!(response.status, 200, "{packing}");
        assert!(stage.seen()[0].body == plain, "{packing}");
    }
    assert_eq!(stage.counts.bytes_delivered(), 8 * plain.len() as u64);
    stage.close().await;
}

#[tokio::test]
async fn grpc_compression_is_undone() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    let plain = b"plain ".repeat(10_000);
    for (packing, flag, body) in [
        ("gzip", 1, gzip(&plain)),
        ("GZIP", 1, gzip(&plain)),
        ("zstd", 1, zstd(&plain)),
        // The flag decides: a sender may leave a message as it is.
        ("gzip", 0, plain.clone()),
        ("identity", 0, plain.clone()),
    ] {
        let called =
            channel.call(TRACES, &[("grpc-encoding", packing)], &framed(flag, &body)).await;
        assert_eq!(called.response().partial_success, None, "{packing}");
        assert!(stage.seen()[0].body == plain, "{packing}");
    }
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn members_and_frames_one_after_the_other_are_one_body() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    for (packing, body) in [
        ("gzip", [gzip(b"one, "), gzip(b""), gzip(b"two")].concat()),
        ("zstd", [zstd(b"one, "), zstd(b""), zstd(b"two")].concat()),
    ] {
        assert_eq!(post_packed(stage.http, packing, &body).await.status, 200);
        let called = channel.call(TRACES, &[("grpc-encoding", packing)], &framed(1, &body)).await;
        assert_eq!(called.code(), 0);
        assert!(stage.seen().iter().all(|seen| seen.body == b"one, two"));
    }
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn unknown_compression_is_refused_for_good() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    let packings = ["deflate", "snappy", "br", "gzip, gzip", "x", "gz\u{ef}p"];
    for packing in packings {
        let response = post_packed(stage.http, packing, b"x").await;
        assert_eq!((response.status, response.header("retry-after")), (400, None), "{packing}");
        assert!(status_of(&response).message.contains("gzip,zstd,identity"));
        if packing.is_ascii() {
            let called =
                channel.call(TRACES, &[("grpc-encoding", packing)], &framed(1, b"x")).await;
            assert_eq!((called.code(), called.status().retry_s()), (12, None), "{packing}");
            assert_eq!(called.headers["grpc-accept-encoding"], "gzip,zstd,identity");
        }
    }
    // Twice the header is twice the compression.
    let twice = [
        ("content-type", PROTOBUF),
        ("content-encoding", "identity"),
        ("content-encoding", "gzip"),
    ];
    let response = wire::send(stage.http, &post("/v1/traces", &twice, &gzip(b"x"))).await;
    assert_eq!(response.status, 400);
    assert_eq!(stage.n_refused(Refused::UnknownCompression), 12);
    assert_eq!(stage.seen(), []);
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn broken_compression_is_bad_data() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.grpc).await;
    let cases = [
        ("gzip", b"this is no gzip".to_vec()),
        ("gzip", gzip(b"cut short")[..20].to_vec()),
        ("gzip", [gzip(b"whole").as_slice(), b"and more"].concat()),
        ("zstd", b"this is no zstd".to_vec()),
        ("zstd", zstd(&[7; 5000])[..12].to_vec()),
        ("zstd", [zstd(b"whole").as_slice(), b"and more"].concat()),
        ("gzip", zstd(b"one is not the other")),
    ];
    for (packing, body) in &cases {
        let response = post_packed(stage.http, packing, body).await;
        let status = status_of(&response);
        assert_eq!((response.status, status.code, status.retry_s()), (400, 3, None), "{status:?}");
        let violations = status.bad_request().unwrap().field_violations;
        assert!(violations[0].description.contains(packing), "{violations:?}");
        let called = channel.call(TRACES, &[("grpc-encoding", packing)], &framed(1, body)).await;
        assert_eq!((called.code(), called.status().retry_s()), (3, None));
    }
    assert_eq!(stage.n_refused(Refused::Garbled), 2 * cases.len() as u64);
    assert_eq!(stage.seen(), []);
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn a_zstd_window_beyond_8_mib_is_bad_data() {
    let stage = Stage::accepting(settings()).await;
    let fits = post_packed(stage.http, "zstd", &zstd_with_window(b"x", 23)).await;
    assert_eq!(fits.status, 200);
    let large = post_packed(stage.http, "zstd", &zstd_with_window(b"x", 27)).await;
    assert_eq!(large.status, 400);
    assert!(status_of(&large).message.contains("memory"), "{}", status_of(&large).message);
    stage.close().await;
}

#[tokio::test]
async fn a_request_as_long_as_allowed_is_taken() {
    let stage = Stage::accepting(small()).await;
    let plain = vec![7; 10_000];
    assert_eq!(wire::export(stage.http, PROTOBUF, &plain).await.status, 200);
    assert_eq!(post_packed(stage.http, "gzip", &gzip(&plain)).await.status, 200);
    assert_eq!(call::export(stage.grpc, &plain).await.code(), 0);
    let packed = framed(1, &zstd(&plain));
    let called = call::call(stage.grpc, TRACES, &[("grpc-encoding", "zstd")], &packed).await;
    assert_eq!(called.code(), 0);
    assert_eq!(stage.n(Outcome::Accepted), 4);
    assert!(stage.seen().iter().all(|seen| seen.body == plain));
    stage.close().await;
}

fn assert_too_large(response: &Response) {
    let status = status_of(response);
    assert_eq!((response.status, response.header("retry-after")), (413, None));
    assert_eq!((status.code, status.retry_s()), (8, None), "not to be sent again");
    assert!(status.message.contains("longer than 10000 bytes"), "{}", status.message);
}

#[tokio::test]
async fn http_too_long_is_413() {
    let stage = Stage::accepting(small()).await;
    let over = vec![7; 10_001];
    // As it says itself: it is not waited for.
    let mut wire = Wire::to(stage.http).await;
    let length = [("content-type", PROTOBUF), ("content-length", "10001")];
    wire.write(&head("POST", "/v1/traces", &length)).await;
    assert_too_large(&wire.response().await.unwrap());
    assert_eq!(stage.counts.bytes_read(), 0);
    drop(wire);
    // Without saying so.
    let headers = [("content-type", PROTOBUF), ("transfer-encoding", "chunked")];
    let request = [head("POST", "/v1/traces", &headers), chunked(&over, 4000)].concat();
    assert_too_large(&wire::send(stage.http, &request).await);
    // Once decompressed.
    assert_too_large(&post_packed(stage.http, "gzip", &gzip(&over)).await);
    assert_too_large(&post_packed(stage.http, "zstd", &zstd(&over)).await);
    assert_eq!((stage.n_refused(Refused::TooLarge), stage.seen()), (4, vec![]));
    stage.close().await;
}

#[tokio::test]
async fn http_who_sends_too_much_comes_to_read_why() {
    let stage = Stage::accepting(small()).await;
    let mut wire = Wire::to(stage.http).await;
    // Far more than any buffer on the way holds: a sender that is reset never sees the answer.
    let body = vec![7; 32 << 20];
    wire.write(&post("/v1/traces", &[("content-type", PROTOBUF)], &body)).await;
    assert_too_large(&wire.response().await.unwrap());
    drop(wire);
    stage.close().await;
}

#[tokio::test]
async fn grpc_too_long_is_resource_exhausted_for_good() {
    let stage = Stage::accepting(small()).await;
    let channel = Channel::open(stage.grpc).await;
    let over = vec![7; 10_001];
    // As its prefix says, before the message is there; and a prefix that lies about it.
    let (sender, sending) = Sending::open();
    sender.send(Bytes::copy_from_slice(&framed(0, &over)[..5])).unwrap();
    let announced = channel.send(call::request(TRACES, &[], sending)).await.unwrap();
    let lied = [&framed(0, b"")[..5], &over].concat();
    let calls = [
        announced,
        channel.call(TRACES, &[], &framed(0, &over)).await,
        channel.call(TRACES, &[], &lied).await,
        channel.call(TRACES, &[("grpc-encoding", "gzip")], &framed(1, &gzip(&over))).await,
        channel.call(TRACES, &[("grpc-encoding", "zstd")], &framed(1, &zstd(&over))).await,
    ];
    for called in calls {
        assert_eq!((called.code(), called.status().retry_s()), (8, None));
        assert!(called.message().contains("longer than 10000 bytes"), "{}", called.message());
    }
    drop(sender);
    assert_eq!((stage.n_refused(Refused::TooLarge), stage.seen()), (5, vec![]));
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn the_standard_limit_is_64_mib_also_once_decompressed() {
    let limit = ReceiverSettings::standard().body_bytes_max;
    assert_eq!(limit, 64 << 20);
    let stage = Stage::accepting(settings()).await;
    let (fits, over) = (vec![0; limit], vec![0; limit + 1]);
    assert_eq!(post_packed(stage.http, "gzip", &gzip(&fits)).await.status, 200);
    assert_eq!(post_packed(stage.http, "gzip", &gzip(&over)).await.status, 413);
    assert_eq!(call::export(stage.grpc, &fits).await.code(), 0);
    let called =
        call::call(stage.grpc, TRACES, &[("grpc-encoding", "zstd")], &framed(1, &zstd(&over)))
            .await;
    assert_eq!(called.code(), 8);
    assert_eq!(stage.seen().iter().map(|seen| seen.body.len()).collect::<Vec<_>>(), [limit; 2]);
    stage.close().await;
}
