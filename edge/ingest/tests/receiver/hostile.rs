//! Senders that mean no good: each is answered or cut off, memory stays bounded, and a good one is
//! served all the while.

use crate::call::{self, TRACES, framed};
use crate::frames::{
    DATA, END_HEADERS, HEADERS, SETTINGS, WINDOW_UPDATE, export_headers, frame, greeting,
};
use crate::packed::{gzip, zstd};
use crate::stage::{Stage, settings, until};
use crate::wire::{self, JSON, PROTOBUF, Wire, chunked, head, post};
use hw_ingest::{Outcome, ReceiverSettings, Refused};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const NEVER: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(50);

/// A good sender of either protocol is served.
pub(crate) async fn assert_serves(stage: &Stage) {
    stage.seen();
    assert_eq!(wire::export(stage.http, JSON, b"{\"good\":1}").await.status, 200);
    assert_eq!(call::export(stage.grpc, b"good").await.code(), 0);
    let bodies: Vec<Vec<u8>> = stage.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, [b"{\"good\":1}".as_slice(), b"good"]);
}

#[tokio::test]
async fn slow_heads_are_cut_off() {
    let hasty = ReceiverSettings { header_timeout: SOON, ..settings() };
    let stage = Stage::accepting(hasty).await;
    let beginnings = [
        b"POST /v1/tra".as_slice(),
        b"POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-",
        b"PRI * HTT",
        &greeting(),
        b"\r\n",
    ];
    let mut slow = Vec::new();
    for _ in 0..20 {
        for beginning in beginnings {
            let mut wire = Wire::to(stage.http).await;
            wire.write(beginning).await;
            slow.push(wire);
        }
    }
    assert_serves(&stage).await;
    for mut wire in slow {
        // One more byte, now and then, buys no time.
        wire.write(b"x").await;
        wire.rest().await;
    }
    assert_serves(&stage).await;
    assert_eq!(stage.n(Outcome::Accepted), 4);
    stage.close().await;
}

#[tokio::test]
async fn half_sent_bodies_hold_what_they_sent_and_no_more() {
    let patient = ReceiverSettings { body_grace: NEVER, body_timeout: NEVER, ..settings() };
    let stage = Stage::accepting(patient).await;
    let mut half = Vec::new();
    // Each says that it will send 64 MiB, which is believed when it came.
    let length = (64 << 20).to_string();
    let length = [("content-type", PROTOBUF), ("content-length", &*length)];
    for _ in 0..100 {
        let mut wire = Wire::to(stage.http).await;
        wire.write(&[head("POST", "/v1/traces", &length).as_slice(), b"half"].concat()).await;
        half.push(wire);
    }
    let held = || stage.counts.bytes_in_flight();
    until("each is held", || held() == 100 * 4096).await;
    assert_serves(&stage).await;
    drop(half);
    until("all is given back", || held() == 0).await;
    assert_eq!(stage.n_refused(Refused::Gone), 100);
    stage.close().await;
}

#[tokio::test]
async fn half_sent_bodies_are_answered_in_the_end() {
    let hasty = ReceiverSettings { body_grace: SOON, ..settings() };
    let stage = Stage::accepting(hasty).await;
    let mut half = Vec::new();
    for _ in 0..50 {
        let mut wire = Wire::to(stage.http).await;
        let length = [("content-type", PROTOBUF), ("content-length", "1000")];
        wire.write(&[head("POST", "/v1/traces", &length).as_slice(), b"half"].concat()).await;
        half.push(wire);
    }
    for wire in &mut half {
        assert_eq!(wire.response().await.unwrap().status, 503);
    }
    assert_eq!(stage.n_refused(Refused::TooSlow), 50);
    assert_eq!(stage.counts.bytes_in_flight(), 0);
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_are_stopped_at_the_limit() {
    let bounded = ReceiverSettings { in_flight_bytes_max: 128 << 20, ..settings() };
    let stage = Arc::new(Stage::accepting(bounded).await);
    let zeros = vec![0; 100 << 20];
    let (gzip_once, zstd_once) = (gzip(&zeros), zstd(&zeros));
    assert!(zeros.len() / gzip_once.len() > 1000, "1 : {}", zeros.len() / gzip_once.len());
    assert!(zeros.len() / zstd_once.len() > 10_000);
    drop(zeros);
    let many_members = gzip_once.repeat(20);
    // What is in flight is looked at all the while.
    let (most, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let watch = std::thread::spawn({
        let (counts, most, is_over) =
            (Arc::clone(&stage.counts), Arc::clone(&most), Arc::clone(&is_over));
        move || {
            while !is_over.load(Ordering::Relaxed) {
                most.fetch_max(counts.bytes_in_flight(), Ordering::Relaxed);
                std::thread::yield_now();
            }
        }
    });
    let mut bombs = tokio::task::JoinSet::new();
    for (packing, bomb) in [("gzip", gzip_once), ("zstd", zstd_once), ("gzip", many_members)] {
        for _ in 0..4 {
            let (stage, bomb) = (Arc::clone(&stage), bomb.clone());
            bombs.spawn(async move {
                let headers = [("content-type", PROTOBUF), ("content-encoding", packing)];
                let over_http = post("/v1/traces", &headers, &bomb);
                let response = wire::send(stage.http, &over_http).await;
                let packed = [("grpc-encoding", packing)];
                let called = call::call(stage.grpc, TRACES, &packed, &framed(1, &bomb)).await;
                (response.status, called.code())
            });
        }
    }
    while let Some(told) = bombs.join_next().await {
        let (status, code) = told.unwrap();
        // Too large, or for now, where others took the memory.
        assert!(status == 413 || status == 503, "{status}");
        assert!(code == 8 || code == 14, "{code}");
    }
    is_over.store(true, Ordering::Relaxed);
    watch.join().unwrap();
    let most = most.load(Ordering::Relaxed);
    assert!(most <= 128 << 20, "{most}");
    assert_eq!(stage.n_refused(Refused::TooLarge) + stage.n_refused(Refused::MemoryFull), 24);
    assert!(stage.n_refused(Refused::TooLarge) > 0);
    assert_serves(&stage).await;
    Arc::into_inner(stage).unwrap().close().await;
}

#[tokio::test]
async fn a_bomb_within_a_bomb_is_unpacked_once() {
    let stage = Stage::accepting(settings()).await;
    let inner = gzip(&vec![0; 10 << 20]);
    let headers = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    let response = wire::send(stage.http, &post("/v1/traces", &headers, &gzip(&inner))).await;
    assert_eq!(response.status, 200);
    assert!(stage.seen()[0].body == inner);
    stage.close().await;
}

#[tokio::test]
async fn header_floods_are_431() {
    let stage = Stage::accepting(settings()).await;
    let long = "x".repeat(20_000);
    let many: Vec<String> = (0..200).map(|n| format!("x-{n}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (&**name, "x")).collect();
    let path = format!("/v1/traces?{long}");
    for request in [
        post("/v1/traces", &[("content-type", JSON), ("x-long", &long)], b"{}"),
        post("/v1/traces", &[&[("content-type", JSON)], &many[..]].concat(), b"{}"),
        post(&path, &[("content-type", JSON)], b"{}"),
        // A head that never ends.
        [b"POST /v1/traces HTTP/1.1\r\n".as_slice(), &b"x: y\r\n".repeat(100_000)].concat(),
    ] {
        let mut wire = Wire::to(stage.http).await;
        wire.write(&request).await;
        // It is answered, unless it was reset while it still sent.
        if let Some(response) = wire.response().await {
            assert!(matches!(response.status, 431 | 414), "{}", response.status);
            wire.rest().await;
        }
    }
    assert_eq!(stage.seen(), []);
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn endless_chunk_lines_and_trailers_are_cut_off() {
    let stage = Stage::accepting(settings()).await;
    let headers = [("content-type", JSON), ("transfer-encoding", "chunked")];
    let head = head("POST", "/v1/traces", &headers);
    let extension = [b"2;x=".as_slice(), &vec![b'x'; 1 << 20]].concat();
    let trailers = [b"0\r\n".as_slice(), &b"x: y\r\n".repeat(200_000)].concat();
    for rest in [extension, trailers, b"fffffffffffffffff\r\n".to_vec(), b"-1\r\n".to_vec()] {
        let mut wire = Wire::to(stage.http).await;
        wire.write(&[head.as_slice(), &rest].concat()).await;
        if let Some(response) = wire.response().await {
            assert_eq!(response.status, 400);
        }
        wire.rest().await;
    }
    assert_eq!((stage.seen(), stage.n_refused(Refused::Gone)), (vec![], 4));
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn garbage_is_refused_or_cut_off() {
    let hasty = ReceiverSettings { header_timeout: SOON, ..settings() };
    let stage = Stage::accepting(hasty).await;
    let tls_hello =
        [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(), &[7; 500]].concat();
    let mut noise = Vec::new();
    let mut state = 7_u64;
    noise.resize_with(100_000, || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    });
    let half_a_preface = [b"PRI * HTTP/2.0\r\n\r\n".as_slice(), &[7; 100]].concat();
    for bytes in [
        tls_hello,
        noise.clone(),
        b"\0".repeat(5000),
        b"\r\n".repeat(50_000),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"POST /v1/traces\r\n\r\n".to_vec(),
        b"POST /v1/traces HTTP/1.1\r\ncontent-length: -5\r\n\r\n".to_vec(),
        b"POST /v1/traces HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello".to_vec(),
        b"POST /v1/traces HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n".to_vec(),
        half_a_preface,
        [greeting(), noise].concat(),
        [greeting(), frame(DATA, 0, 0, b"no stream")].concat(),
        [greeting(), frame(HEADERS, END_HEADERS, 2, &export_headers())].concat(),
        [greeting(), frame(HEADERS, END_HEADERS, 1, &[0xff; 100])].concat(),
        [greeting(), frame(WINDOW_UPDATE, 0, 0, &[0; 4])].concat(),
        [greeting(), frame(SETTINGS, 0, 0, b"odd")].concat(),
    ] {
        let mut wire = Wire::to(stage.http).await;
        let mut said = Vec::new();
        if wire.write_while_reading(&bytes, &mut said).await {
            said.extend(wire.rest().await);
        }
        let is_fine = said.starts_with(b"HTTP/1.1 2") || said.starts_with(b"HTTP/1.1 5");
        assert!(!is_fine, "{}", said.escape_ascii());
    }
    assert_eq!(stage.seen(), []);
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn a_request_within_a_request_is_not_smuggled() {
    let stage = Stage::accepting(settings()).await;
    let inner = post("/v1/logs", &[("content-type", JSON)], b"{\"smuggled\":1}");
    let both = [("content-type", JSON), ("content-length", "5"), ("transfer-encoding", "chunked")];
    let request = [head("POST", "/v1/traces", &both), chunked(&inner, 1000)].concat();
    let mut wire = Wire::to(stage.http).await;
    wire.write(&request).await;
    drop(wire.response().await);
    wire.shut_write().await;
    let rest = wire.rest().await;
    assert_eq!(rest, b"", "one request has one answer");
    assert!(stage.seen().iter().all(|seen| seen.signal == hw_ingest::Signal::Traces));
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn who_never_reads_its_answers_is_cut_off() {
    let hasty = ReceiverSettings { idle_timeout: SOON, ..settings() };
    let stage = Stage::accepting(hasty).await;
    let mut deaf = Wire::to(stage.http).await;
    let one = post("/v1/traces", &[("content-type", JSON)], b"{}");
    // Until its answers fill all buffers on the way and nothing more is taken from it.
    let writing = async {
        loop {
            deaf.write(&one.repeat(100)).await;
            let counts = &stage.counts;
            if counts.connections_opened() > 0 && counts.connections_open() == 0 {
                break;
            }
        }
    };
    let is_cut_off = tokio::time::timeout(Duration::from_secs(50), writing).await.is_ok();
    assert!(is_cut_off, "it may send for ever");
    assert_serves(&stage).await;
    stage.close().await;
}
