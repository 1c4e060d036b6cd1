//! HTTP/2 as no client library speaks it: floods of frames, and calls that are cut off.

use crate::call::{self, TRACES, framed};
use crate::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM, SETTINGS,
    export_headers, farewell, flood, frame, greeting, header,
};
use crate::hostile::assert_serves;
use crate::stage::{Stage, settings, until};
use crate::wire::Wire;
use hw_ingest::{Outcome, ReceiverSettings, Refused};
use std::time::Duration;

const NEVER: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(50);

const ENHANCE_YOUR_CALM: u32 = 11;

#[tokio::test]
async fn http_2_continuation_floods_are_cut_off() {
    let stage = Stage::accepting(settings()).await;
    let mut wire = Wire::to(stage.grpc).await;
    wire.write(&[greeting(), frame(HEADERS, 0, 1, &export_headers())].concat()).await;
    let padding = header("x-padding", &"x".repeat(100)).repeat(100);
    let said = flood(&mut wire, |_| frame(CONTINUATION, 0, 1, &padding), 10_000).await;
    let said = said.expect("cut off before 110 MB of headers");
    assert!(farewell(&said).is_none_or(|code| code != 0), "{said:?}");
    // Empty ones cost nothing to send.
    let mut wire = Wire::to(stage.grpc).await;
    wire.write(&[greeting(), frame(HEADERS, 0, 1, &export_headers())].concat()).await;
    let said = flood(&mut wire, |_| frame(CONTINUATION, 0, 1, b"").repeat(100), 10_000).await;
    assert!(said.is_some(), "cut off before a million frames");
    assert_eq!(stage.seen(), []);
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn http_2_long_headers_are_refused() {
    let stage = Stage::accepting(settings()).await;
    let channel = call::Channel::open(stage.grpc).await;
    let long = "x".repeat(20_000);
    let request =
        call::request(TRACES, &[("x-long", &long)], call::Sending::whole(&framed(0, b"x")));
    match channel.send(request).await {
        Ok(called) => assert_eq!(called.http_status, 431),
        Err(error) => assert!(!error.is_user(), "{error:?}"),
    }
    assert_eq!(stage.seen(), []);
    drop(channel);
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn http_2_reset_floods_are_cut_off() {
    let stage = Stage::accepting(settings()).await;
    let headers = export_headers();
    let cancel = 8_u32.to_be_bytes();
    let piece = |at: u32| {
        let stream = 2 * at + 1;
        let open = frame(HEADERS, END_HEADERS, stream, &headers);
        [open, frame(RST_STREAM, 0, stream, &cancel)].concat()
    };
    let mut wire = Wire::to(stage.grpc).await;
    wire.write(&greeting()).await;
    let said =
        flood(&mut wire, |at| (100 * at..100 * (at + 1)).flat_map(piece).collect(), 1000).await;
    let said = said.expect("cut off before a hundred thousand");
    assert!(matches!(farewell(&said), None | Some(ENHANCE_YOUR_CALM)), "{:?}", farewell(&said));
    until("none is left", || stage.counts.bytes_in_flight() == 0).await;
    assert_eq!(stage.seen(), []);
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn http_2_floods_of_small_frames_hold_nothing() {
    let stage = Stage::accepting(settings()).await;
    let ping = frame(PING, 0, 0, b"pingpong");
    let settings_frame = frame(SETTINGS, 0, 0, b"");
    for piece in [ping, settings_frame] {
        let mut wire = Wire::to(stage.grpc).await;
        wire.write(&greeting()).await;
        // Taken or cut off, either is fine; others are served meanwhile.
        flood(&mut wire, |_| piece.repeat(100), 100).await;
        assert_serves(&stage).await;
    }
    // An endless body of no bytes ends when its time is over.
    stage.close().await;
    let hasty = ReceiverSettings { body_grace: SOON, ..settings() };
    let stage = Stage::accepting(hasty).await;
    let mut wire = Wire::to(stage.grpc).await;
    let open = frame(HEADERS, END_HEADERS, 1, &export_headers());
    wire.write(&[greeting(), open].concat()).await;
    let mut said = Vec::new();
    while stage.n_refused(Refused::TooSlow) == 0 {
        let empty = frame(DATA, 0, 1, b"").repeat(10);
        if !wire.write_while_reading(&empty, &mut said).await {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.counts.bytes_in_flight(), 0);
    drop(wire);
    assert_serves(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn http_2_streams_beyond_the_limit_are_refused_and_hold_little() {
    let patient = ReceiverSettings { body_grace: NEVER, body_timeout: NEVER, ..settings() };
    let stage = Stage::accepting(patient).await;
    let mut wire = Wire::to(stage.grpc).await;
    wire.write(&greeting()).await;
    let headers = export_headers();
    // Each begins a message of a megabyte and leaves it there.
    let piece = |at: u32| {
        let stream = 2 * at + 1;
        let open = frame(HEADERS, END_HEADERS, stream, &headers);
        [open, frame(DATA, 0, stream, b"\0\0\x10\0\0half")].concat()
    };
    let is_cut_off = flood(&mut wire, piece, 1000).await.is_some();
    let held = stage.counts.bytes_in_flight();
    assert!(held <= 128 * 4096, "{held} (cut off: {is_cut_off})");
    assert_serves(&stage).await;
    drop(wire);
    until("all is given back", || stage.counts.bytes_in_flight() == 0).await;
    stage.close().await;
}

#[tokio::test]
async fn truncated_calls_are_counted_and_forgotten() {
    let stage = Stage::accepting(settings()).await;
    let whole = framed(0, b"a message that is cut somewhere");
    for n in 0..whole.len() {
        // The stream ends early: answered. The connection ends early: forgotten.
        let called = call::call(stage.grpc, TRACES, &[], &whole[..n]).await;
        assert_eq!(called.code(), 3, "cut at {n}");
        let mut wire = Wire::to(stage.grpc).await;
        let open = frame(HEADERS, END_HEADERS, 1, &export_headers());
        let data = frame(DATA, 0, 1, &whole[..n]);
        wire.write(&[greeting(), open, data].concat()).await;
        let n = n as u64 + 1;
        until("it has begun", || stage.counts.connections_opened() >= 2 * n).await;
        drop(wire);
    }
    until("all are gone", || stage.counts.connections_open() == 0).await;
    let n = whole.len() as u64;
    assert_eq!((stage.n_refused(Refused::Garbled), stage.seen()), (n, vec![]));
    assert!(stage.n_refused(Refused::Gone) <= n);
    let end = frame(DATA, END_STREAM, 1, &whole);
    let mut wire = Wire::to(stage.grpc).await;
    let open = frame(HEADERS, END_HEADERS, 1, &export_headers());
    wire.write(&[greeting(), open, end].concat()).await;
    until("the whole one is accepted", || stage.n(Outcome::Accepted) == 1).await;
    drop(wire);
    assert_serves(&stage).await;
    stage.close().await;
}
