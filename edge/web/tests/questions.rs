//! What can be asked, over a real socket: each route, its parts and its refusals.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/canned.rs"]
mod canned;

use canned::{HOP, HOP_IN_PATH, Running};
use hw_model::Timestamp;
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[test]
fn every_documented_page_is_answered_as_it_says() {
    let server = Running::new();
    server.post("/api/v1/changes", r#"{"kind": "flag", "service": "router"}"#);
    let document = server.get("/openapi.json").json();
    let mut n = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("get").is_none() || path == "/api/v1/events" {
            continue;
        }
        let id = if path.contains("hops") { HOP_IN_PATH } else { "1" };
        let query = match path.as_str() {
            "/api/v1/counts" => "?of=screening",
            "/api/v1/compare" => "?a=screening&shift=1d",
            "/api/v1/search" => "?q=gate",
            "/api/v1/record/freeze" => "?only=mon",
            _ => "",
        };
        let said = server.get(&(path.replace("{id}", id).replace("{n}", "1") + query));
        assert_eq!(said.status, 200, "{path}: {said:?}");
        let documented = &methods["get"]["responses"]["200"]["content"];
        let kind = said.header("content-type").unwrap().split(';').next().unwrap();
        assert!(documented.get(kind).is_some(), "{path}: {kind} is not in {documented}");
        assert_eq!(said.header("cache-control"), Some("no-store"), "{path}");
        n += 1;
    }
    assert!(n >= 22, "{n} pages");
    server.end();
}

#[test]
fn lists_come_in_parts_without_gap_or_copy() {
    let server = Running::new();
    for (path, expect) in [
        ("/api/v1/hops", "a|op|b|op 1,a|op|b|op 2,a|op|b|op 3,a|op|b|op 4,".to_owned() + HOP),
        ("/api/v1/services", "router,screening,worklist".to_owned()),
        ("/api/v1/shifts", "S2,S1".to_owned()),
        ("/api/v1/incidents", "INC-5,INC-4,INC-2,INC-1".to_owned()),
        ("/api/v1/incidents?status=open", "INC-5,INC-1".to_owned()),
        ("/api/v1/incidents?status=ended", "INC-4,INC-2".to_owned()),
        ("/api/v1/incidents?status=merged", "INC-3".to_owned()),
        ("/api/v1/postmortems", "OLD-3,OLD-2,OLD-1".to_owned()),
    ] {
        for limit in [1, 2, 3, 100] {
            let (mut all, mut cursor) = (Vec::new(), String::new());
            loop {
                let mark = if path.contains('?') { '&' } else { '?' };
                let part = server.get(&format!("{path}{mark}limit={limit}{cursor}")).json();
                let items = ids(&part);
                assert!(items.len() <= limit && !items.is_empty(), "{path}: {part}");
                all.extend(items.iter().map(|id| (*id).to_owned()));
                let Some(next) = part["next"].as_str() else { break };
                cursor = format!("&cursor={}", next.replace('|', "%7C").replace(' ', "%20"));
            }
            assert_eq!(all.join(","), expect, "{path} in parts of {limit}");
        }
    }
    server.end();
}

#[test]
fn entries_come_oldest_first_with_their_place() {
    let server = Running::new();
    let first = server.get("/api/v1/incidents/INC-1/entries?limit=2").json();
    assert_eq!(first["next"], "2");
    let rest = server.get("/api/v1/incidents/1/entries?limit=2&cursor=2").json();
    assert_eq!(rest["items"][0]["seq"], 3);
    assert_eq!(rest["next"], Value::Null);
    assert_eq!(server.get("/api/v1/incidents/2/entries").json()["items"], json!([]));
    server.get("/api/v1/incidents/9/entries").problem(404, "not-found");
    server.end();
}

#[test]
fn ids_are_taken_in_every_spelling_and_wrong_ones_are_told_what_was_meant() {
    let server = Running::new();
    assert_eq!(server.get(&format!("/api/v1/hops/{HOP_IN_PATH}")).json()["id"], HOP);
    for id in ["INC-2", "inc-2", "2"] {
        assert_eq!(server.get(&format!("/api/v1/incidents/{id}")).json()["id"], "INC-2");
    }
    assert_eq!(server.get("/api/v1/incidents/3").json()["merged_into"], "INC-1");
    for wrong in ["INC-x", "C2", "-1", "99999999999999999999"] {
        server.get(&format!("/api/v1/incidents/{wrong}")).problem(400, "bad-request");
    }
    server.get("/api/v1/incidents/77").problem(404, "not-found");
    server.get("/api/v1/shifts/77").problem(404, "not-found");
    server.get("/api/v1/changes/77").problem(404, "not-found");
    let typo = HOP_IN_PATH.replace("worklist", "wroklist");
    let problem = server.get(&format!("/api/v1/hops/{typo}")).problem(404, "not-found");
    assert_eq!(problem["did_you_mean"], HOP);
    let problem = server.get(&format!("/api/v1/hops/{typo}/windows")).problem(404, "not-found");
    assert_eq!(problem["did_you_mean"], HOP);
    let not_encoded = server.get("/api/v1/hops/screening|POST%20/items|worklist|POST%20/items");
    let detail = not_encoded.problem(404, "not-found")["detail"].to_string();
    assert!(detail.contains("%2F"), "{detail}");
    server.get("/api/v1/hops/%FF").problem(400, "bad-request");
    server.end();
}

#[test]
fn counts_are_compared_by_the_names_people_give_them() {
    let server = Running::new();
    let asked = |query: &str| {
        assert_eq!(server.get(&format!("/api/v1/compare?{query}")).status, 200, "{query}");
        server.backend.compared.lock().unwrap().pop().unwrap()
    };
    let names = |query: &str| (asked(query).a.name, asked(query).b.name);
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let hop = "screening-%3Eworklist";
    let ends = pair("screening->worklist entered", "screening->worklist left");
    assert_eq!(names(&format!("a={hop}")), ends);
    assert_eq!(names(&format!("a={hop}.entered&b={HOP_IN_PATH}")), ends);
    let past = asked("a=screening&shift=7d&from=1795330000&to=1795340000&step=1m");
    assert_eq!((past.shift_s, past.steps.step_s), (Some(7 * 86_400), Some(60)));
    assert_eq!(past.a, past.b);
    for (query, status, kind) in [
        ("", 400, "bad-request"),
        ("a=screening", 400, "bad-request"),
        ("a=screening&b=screening", 400, "bad-request"),
        ("a=screening&b=router&shift=1d", 400, "bad-request"),
        ("a=screening&shift=yesterday", 400, "bad-request"),
        ("a=screening&b=router&from=1795340000&to=1795330000", 400, "bad-request"),
        ("a=screening&b=router&stp=60", 400, "bad-request"),
        ("a=a-%3Eb&b=router", 404, "not-found"),
        ("a=%00%1b%5b31m&b=router", 404, "not-found"),
    ] {
        server.get(&format!("/api/v1/compare?{query}")).problem(status, kind);
    }
    let typo = server.get("/api/v1/compare?a=sreening&b=router").problem(404, "not-found");
    assert_eq!(typo["did_you_mean"], "screening");
    server.get("/api/v1/counts").problem(400, "bad-request");
    let one = server.get(&format!("/api/v1/counts?of={hop}.received")).json();
    assert_eq!(one["of"]["name"], "screening->worklist received");
    server.end();
}

#[test]
fn windows_are_asked_for_by_time_step_and_cursor() {
    let server = Running::new();
    let path = format!("/api/v1/hops/{HOP_IN_PATH}/windows");
    let asked = |query: &str| {
        assert_eq!(server.get(&format!("{path}?{query}")).status, 200, "{query}");
        server.backend.asked.lock().unwrap().pop().unwrap()
    };
    let from = Some(Timestamp::from_s(1_795_330_494));
    assert_eq!(asked("from=2026-11-22T06:54:54Z").from, from);
    assert_eq!(asked("from=1795330494&step=1m").step_s, Some(60));
    assert_eq!(asked("from=0999999999&cursor=2026-11-22T06:54:54.000Z").from, from);
    assert_eq!(asked("to=2026-11-22T07:54:54%2B01:00").to, from);
    for wrong in ["from=yesterday", "step=1w", "limit=0", "form=1795330494", "cursor=x"] {
        server.get(&format!("{path}?{wrong}")).problem(400, "bad-request");
    }
    server.get(&format!("{path}?from=1795330494&to=1795330000")).problem(400, "bad-request");
    server.get(&format!("{path}?step=15")).problem(422, "unusable");
    server.end();
}

#[test]
fn flow_is_asked_at_a_time() {
    let server = Running::new();
    let map = server.get("/api/v1/flow?at=2026-11-22T06:54:54Z").json();
    assert_eq!(map["from"], "2026-11-22T06:53:54.000Z");
    server.get("/api/v1/flow?at=noon").problem(400, "bad-request");
    server.end();
}

#[test]
fn people_are_asked_for_by_service_and_the_nearest_are_named() {
    let server = Running::new();
    let found = server.get("/api/v1/services/router/people").json();
    assert_eq!((&found["service"], &found["ask"]), (&json!("router"), &json!(["<b>Anna</b>"])));
    let path = "/api/v1/services/%3Cb%3Eworklist%3C%2Fb%3E/people";
    assert_eq!(server.get(path).json()["service"], "<b>worklist</b>", "a name is any text");
    let problem = server.get("/api/v1/services/ruoter/people").problem(404, "not-found");
    assert_eq!(problem["did_you_mean"], "router");
    assert_eq!(problem["detail"], "no service \"ruoter\": did you mean \"router\"?");
    let hostile = server.get("/api/v1/services/a%1B%5B2J%E2%80%AEb/people");
    let detail = hostile.problem(404, "not-found")["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("no service \"a[2Jb\"; GET"), "{detail:?}");
    server.get("/api/v1/services/router/people?limit=3").problem(400, "bad-request");
    server.get("/api/v1/services/%FF/people").problem(400, "bad-request");
    server.end();
}

#[test]
fn parameters_that_mean_nothing_are_refused_with_the_nearest() {
    let server = Running::new();
    let problem = server.get("/api/v1/hops?limt=5").problem(400, "bad-request");
    assert_eq!(problem["did_you_mean"], "limit");
    server.get("/api/v1/now?x=1").problem(400, "bad-request");
    let problem = server.get("/api/v1/incidents?status=opne").problem(400, "bad-request");
    assert_eq!(problem["did_you_mean"], "open");
    server.get("/api/v1/incidents?cursor=abc").problem(400, "bad-request");
    server.end();
}

#[test]
fn pages_that_are_not_there_and_methods_that_are_not_possible_are_problems() {
    let server = Running::new();
    server.get("/api/v1/nothing").problem(404, "not-found");
    server.get("/nothing").problem(404, "not-found");
    server.get("/incidents/x").problem(404, "not-found");
    for (method, path, allowed) in [
        ("DELETE", "/api/v1/incidents/1", "GET,HEAD"),
        ("POST", "/api/v1/now", "GET,HEAD"),
        ("GET", "/api/v1/shifts/1/accept", "POST"),
        ("PUT", "/api/v1/changes", "GET,HEAD,POST"),
    ] {
        let said = server.ask(method, path, "", "");
        said.problem(405, "method-not-allowed");
        assert_eq!(said.header("allow"), Some(allowed), "{said:?}");
    }
    let head = server.ask("HEAD", "/api/v1/now", "", "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    server.end();
}

#[test]
fn deploy_days_are_read_in_many_ways_and_wrong_ones_are_told_what_was_meant() {
    let server = Running::new();
    let days =
        |query: &str| server.get(&format!("/api/v1/record/freeze?{query}")).json()["only"].clone();
    assert_eq!(days("only=mon"), json!(["Monday"]));
    assert_eq!(days("only=Friday,%20tue,fri&tz=Europe%2FBerlin"), json!(["Tuesday", "Friday"]));
    for (query, says) in [
        ("", "only is missing"),
        ("only=,", "only is missing"),
        ("only=mo", "is no day"),
        ("only=mon&from=1795340000&to=1795330000", "from must be before to"),
        ("onyl=mon", "is not known here"),
    ] {
        let problem =
            server.get(&format!("/api/v1/record/freeze?{query}")).problem(400, "bad-request");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{query}: {problem}");
    }
    let typo = server.get("/api/v1/record/freeze?only=mun").problem(400, "bad-request");
    assert_eq!(typo["did_you_mean"], "mon");
    let zone = "x".repeat(100);
    server.get(&format!("/api/v1/record/freeze?only=mon&tz={zone}")).problem(400, "bad-request");
    server.get("/api/v1/record?from=1795340000&to=1795330000").problem(400, "bad-request");
    server.get("/api/v1/incidents/77/similar").problem(404, "not-found");
    server.end();
}

#[test]
fn health_lives_with_troubles_and_readiness_does_not() {
    let server = Running::new();
    assert_eq!(server.get("/readyz").json()["is_ready"], true);
    *server.backend.trouble.lock().unwrap() = Some("the disk is full".to_owned());
    let health = server.get("/healthz");
    assert_eq!((health.status, &health.json()["troubles"][0]), (200, &json!("the disk is full")));
    let said = server.get("/readyz");
    assert_eq!(said.problem(503, "unavailable")["detail"], "the disk is full");
    assert_eq!(said.header("retry-after"), Some("1"));
    server.end();
}

#[test]
fn figures_are_text_and_count_the_answers() {
    let server = Running::new();
    server.get("/nothing");
    let said = server.get("/metrics");
    assert!(said.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    assert!(said.body.contains("highwater_build_info 1\n"), "{}", said.body);
    assert!(said.body.contains("highwater_api_answers_total{code=\"4xx\"} 1\n"), "{}", said.body);
    server.end();
}

/// The document is part of the contract: a change of it is seen in review.
#[test]
fn document_is_the_one_in_the_reference() {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let mut said = serde_json::to_string_pretty(&hw_web::description()).unwrap();
    said.push('\n');
    if std::env::var_os("HIGHWATER_BLESS").is_some() {
        std::fs::write(&file, &said).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        known == said,
        "docs/reference/openapi.json is not what the server says. If it should change: \
         HIGHWATER_BLESS=1 cargo test -p hw-web --test questions"
    );
    let server = Running::new();
    let served: Value = server.get("/openapi.json").json();
    assert_eq!(served, serde_json::from_str::<Value>(&known).unwrap());
    server.end();
}
