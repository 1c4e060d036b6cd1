//! OTLP/HTTP: paths, methods, content types, and how HTTP itself is spoken.

use crate::call::{Channel, Sending};
use crate::stage::{Seen, Stage, settings};
use crate::wire::{JSON, PROTOBUF, Wire, chunked, export, head, post, send};
use hw_ingest::{Encoding, Outcome, Signal, Transport};
use hyper::Request;

const SIGNALS: [(&str, Signal); 3] =
    [("/v1/traces", Signal::Traces), ("/v1/metrics", Signal::Metrics), ("/v1/logs", Signal::Logs)];

#[tokio::test]
async fn http_post_of_each_signal_is_delivered() {
    let stage = Stage::accepting(settings()).await;
    for (path, signal) in SIGNALS {
        for (kind, encoding) in
            [(PROTOBUF, Encoding::Protobuf { signal: Some(signal) }), (JSON, Encoding::Json)]
        {
            let body = format!("{path} as {kind}").into_bytes();
            let response = send(stage.http, &post(path, &[("content-type", kind)], &body)).await;
            assert_eq!(response.status, 200);
            assert_eq!(stage.seen(), [Seen { signal, encoding, body }]);
        }
        assert_eq!(stage.counts.requests(Transport::Http, signal, Outcome::Accepted), 2);
    }
    stage.close().await;
}

#[tokio::test]
async fn http_answers_in_the_content_type_of_the_request() {
    let stage = Stage::accepting(settings()).await;
    let protobuf = export(stage.http, PROTOBUF, b"x").await;
    assert_eq!(
        (protobuf.header("content-type"), protobuf.body.as_slice()),
        (Some(PROTOBUF), b"".as_slice())
    );
    assert_eq!(protobuf.header("content-length"), Some("0"));
    let json = export(stage.http, JSON, b"{\"x\":1}").await;
    assert_eq!((json.header("content-type"), json.body.as_slice()), (Some(JSON), b"{}".as_slice()));
    stage.close().await;
}

#[tokio::test]
async fn http_content_type_may_have_parameters_and_any_case() {
    let stage = Stage::accepting(settings()).await;
    for kind in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        " application/json ; charset=\"utf-8\"; x=1",
    ] {
        let response = export(stage.http, kind, b"{}").await;
        assert_eq!((response.status, response.header("content-type")), (200, Some(JSON)), "{kind}");
    }
    let response = export(stage.http, "APPLICATION/X-PROTOBUF; messageType=\"x\"", b"x").await;
    assert_eq!((response.status, response.header("content-type")), (200, Some(PROTOBUF)));
    // Names of headers have any case, too.
    let shouted = b"POST /v1/traces HTTP/1.1\r\nHOST: x\r\nCONTENT-TYPE: application/json\r\n\
        CONTENT-LENGTH: 2\r\nCONTENT-ENCODING: IDENTITY\r\n\r\n{}";
    assert_eq!(send(stage.http, shouted).await.status, 200);
    stage.close().await;
}

#[tokio::test]
async fn http_other_content_types_are_told_which_to_use() {
    let stage = Stage::accepting(settings()).await;
    let kinds = ["text/plain", "application/x-protobuf2", "application/jsonl", "application/*", ""];
    for kind in kinds {
        let response = export(stage.http, kind, b"{}").await;
        assert_eq!(response.status, 415, "{kind}");
        assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
        let words = String::from_utf8(response.body).unwrap();
        assert!(words.contains(PROTOBUF) && words.contains(JSON), "{words}");
    }
    let without = send(stage.http, &post("/v1/traces", &[], b"{}")).await;
    assert_eq!(without.status, 415);
    assert_eq!((stage.counts.strays(), stage.seen()), (kinds.len() as u64 + 1, vec![]));
    stage.close().await;
}

#[tokio::test]
async fn http_other_methods_are_told_to_post() {
    let stage = Stage::accepting(settings()).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        let response =
            send(stage.http, &head(method, "/v1/traces", &[("content-type", JSON)])).await;
        assert_eq!((response.status, response.header("allow")), (405, Some("POST")), "{method}");
        assert_eq!(response.header("access-control-allow-origin"), None, "CORS is off");
    }
    assert_eq!(stage.counts.strays(), 6);
    stage.close().await;
}

#[tokio::test]
async fn http_profiles_and_unknown_paths_are_not_found() {
    let stage = Stage::accepting(settings()).await;
    let paths =
        ["/v1development/profiles", "/", "/v1/traces/", "/v1/Traces", "/v2/traces", "//v1/traces"];
    for path in paths {
        let response = send(stage.http, &post(path, &[("content-type", JSON)], b"{}")).await;
        assert_eq!(response.status, 404, "{path}");
        assert!(String::from_utf8(response.body).unwrap().contains("/v1/traces"));
    }
    assert_eq!((stage.counts.strays(), stage.seen()), (paths.len() as u64, vec![]));
    stage.close().await;
}

#[tokio::test]
async fn http_a_query_does_not_change_the_path() {
    let stage = Stage::accepting(settings()).await;
    let response =
        send(stage.http, &post("/v1/traces?token=x", &[("content-type", JSON)], b"{}")).await;
    assert_eq!(response.status, 200);
    stage.close().await;
}

#[tokio::test]
async fn http_2_is_spoken_on_the_same_port() {
    let stage = Stage::accepting(settings()).await;
    let channel = Channel::open(stage.http).await;
    for body in [b"one".as_slice(), b"two"] {
        let request = Request::post("http://highwater/v1/logs").header("content-type", PROTOBUF);
        let called = channel.send(request.body(Sending::whole(body)).unwrap()).await.unwrap();
        assert_eq!(
            (called.http_status, &called.headers["content-type"]),
            (200, &PROTOBUF.parse().unwrap())
        );
        let seen = stage.seen();
        assert_eq!((seen.len(), seen[0].signal, seen[0].body.as_slice()), (1, Signal::Logs, body));
    }
    assert_eq!(stage.counts.connections_opened(), 1);
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn either_port_speaks_both_protocols() {
    let stage = Stage::accepting(settings()).await;
    assert_eq!(export(stage.grpc, JSON, b"{}").await.status, 200);
    assert_eq!(crate::call::export(stage.http, b"x").await.code(), 0);
    assert_eq!(stage.counts.requests(Transport::Http, Signal::Traces, Outcome::Accepted), 1);
    assert_eq!(stage.counts.requests(Transport::Grpc, Signal::Traces, Outcome::Accepted), 1);
    stage.close().await;
}

#[tokio::test]
async fn http_connections_are_kept_and_requests_may_follow_at_once() {
    let stage = Stage::accepting(settings()).await;
    let mut wire = Wire::to(stage.http).await;
    let one = post("/v1/traces", &[("content-type", JSON)], b"{}");
    let stray = post("/nowhere", &[("content-type", JSON)], b"{}");
    // Three requests before the first answer, one of them for nobody.
    wire.write(&[one.as_slice(), &stray, &one].concat()).await;
    for expect in [200, 404, 200] {
        assert_eq!(wire.response().await.unwrap().status, expect);
    }
    wire.write(&one).await;
    assert_eq!(wire.response().await.unwrap().status, 200);
    assert_eq!(stage.counts.connections_opened(), 1);
    drop(wire);
    stage.close().await;
}

#[tokio::test]
async fn http_chunks_trailers_and_single_bytes_make_one_body() {
    let stage = Stage::accepting(settings()).await;
    let headers = [("content-type", PROTOBUF), ("transfer-encoding", "chunked")];
    let head = head("POST", "/v1/traces", &headers);
    let mut with_trailers = chunked(b"in little pieces", 3);
    with_trailers.truncate(with_trailers.len() - 2);
    with_trailers.extend_from_slice(b"x-checksum: 1\r\ngrpc-status: 13\r\n\r\n");
    let mut wire = Wire::to(stage.http).await;
    for byte in [head.as_slice(), &with_trailers].concat() {
        wire.write(&[byte]).await;
    }
    assert_eq!(wire.response().await.unwrap().status, 200);
    assert_eq!(stage.seen()[0].body, b"in little pieces");
    drop(wire);
    stage.close().await;
}

#[tokio::test]
async fn http_a_sender_that_asks_first_is_told_to_go_on_or_why_not() {
    let stage = Stage::accepting(settings()).await;
    let mut wire = Wire::to(stage.http).await;
    let headers = [("content-type", PROTOBUF), ("expect", "100-continue")];
    let body_max = settings().body_bytes_max;
    let ask = |n: usize| {
        let length = n.to_string();
        head("POST", "/v1/traces", &[&headers[..], &[("content-length", &*length)]].concat())
    };
    wire.write(&ask(5)).await;
    assert_eq!(wire.response().await.unwrap().status, 100);
    wire.write(b"hello").await;
    assert_eq!(wire.response().await.unwrap().status, 200);
    // A body that is too long is refused before it is sent.
    wire.write(&ask(body_max + 1)).await;
    assert_eq!(wire.response().await.unwrap().status, 413);
    drop(wire);
    stage.close().await;
}
