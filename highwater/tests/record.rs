//! The incident record of a server that runs: what people write is durable, decided once, and refused
//! with words that say what to do.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use serde_json::{Value, json};
use server::Server;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn verified(server: &Server) {
    let mut verify = Command::new(env!("CARGO_BIN_EXE_highwater"));
    let said = verify.arg("verify").arg("--data").arg(server.data()).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

#[test]
fn what_people_write_is_decided_once_and_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o1", "the gate lets everything pass");
    assert_eq!(
        server.open_incident("o1", "the gate lets everything pass"),
        id,
        "one key, one incident"
    );
    let other = json!({"title": "another", "by": "Anna"});
    assert_eq!(server.tell("/api/v1/incidents", "o1", &other).0, 422, "a key is for one thing");
    let entries = format!("/api/v1/incidents/{id}/entries");
    let commands = format!("/api/v1/incidents/{id}/commands");
    let note = json!({"text": "<b>twice</b> the usual\nin the inbox", "by": "Dave"});
    let (status, first) = server.tell(&entries, "n1", &note);
    assert_eq!((status, first["entries"][0]["seq"].as_u64()), (201, Some(2)), "{first}");
    let (_, again) = server.tell(&entries, "n1", &note);
    assert_eq!(again["entries"], first["entries"], "it is written once");
    // Two people at once: one of them is first, and the other is told.
    let lead = |who: &str| json!({"command": "assign", "role": "lead", "person": who, "by": who});
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let hands = ["Anna", "Bob"].map(|who| {
            let (server, commands) = (&server, &commands);
            scope.spawn(move || server.tell(commands, &format!("lead {who}"), &lead(who)))
        });
        hands.map(|hand| hand.join().unwrap()).into()
    });
    let mut statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{answers:?}");
    let refused = answers.iter().find(|(status, _)| *status == 409).unwrap();
    assert!(refused.1["detail"].as_str().unwrap().contains("is lead since"), "{refused:?}");
    let amend = json!({"text": "three times the usual", "reason": "counted again", "by": "Dave"});
    assert_eq!(server.tell(&format!("{entries}/2/amend"), "a1", &amend).0, 200);
    assert_eq!(server.tell(&format!("{entries}/2/pin"), "p1", &json!({"by": "Dave"})).0, 200);
    let (_, shown) = server.get(&entries);
    let entry = &shown["items"][1];
    assert_eq!(entry["words"], "three times the usual");
    assert_eq!(entry["before"], json!(["<b>twice</b> the usual\nin the inbox"]));
    assert_eq!((&entry["pinned"], &entry["by"]), (&json!(true), &json!("Dave")));
    let (_, incident) = server.get(&format!("/api/v1/incidents/{id}"));
    server.kill();
    server.start();
    server.wait_until_ready();
    assert_eq!(server.get(&entries).1, shown, "a restart changes nothing");
    assert_eq!(server.get(&format!("/api/v1/incidents/{id}")).1, incident);
    assert_eq!(server.tell(&entries, "n1", &note).1["entries"][0]["seq"], 2, "keys are kept, too");
    server.ask_to_end();
    server.wait_for_end();
    verified(&server);
}

#[test]
fn people_are_reminded_of_a_wait_whose_time_is_over_also_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o", "the gate lets everything pass");
    let commands = format!("/api/v1/incidents/{id}/commands");
    let soon = hw_api::rfc3339(now().plus_s(8.0));
    let later = hw_api::rfc3339(now().plus_s(9.0));
    let wait = json!({"command": "wait", "until": soon, "text": "back at half", "by": "Anna"});
    assert_eq!(server.tell(&commands, "w", &wait).0, 200);
    let promise = json!({"command": "promise", "due": later, "by": "Bob"});
    assert_eq!(
        server.tell(&commands, "p", &promise).0,
        200,
        "{}",
        server.tell(&commands, "p", &promise).1
    );
    server.kill();
    std::thread::sleep(Duration::from_secs(10));
    server.start();
    server.wait_until_ready();
    let entries = format!("/api/v1/incidents/{id}/entries");
    let began = Instant::now();
    let said = loop {
        let (_, page) = server.get(&entries);
        let items = page["items"].as_array().unwrap().clone();
        let of = |kind: &str| items.iter().filter(|it| it["kind"] == kind).count();
        if of("wait_over") == 1 && of("update_overdue") == 1 {
            break items;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{items:#?}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(said.len(), 5, "each once: {said:#?}");
    assert!(
        said.iter().any(|it| it["words"] == "the time to wait is over, look now: back at half")
    );
    let (_, incident) = server.get(&format!("/api/v1/incidents/{id}"));
    assert_eq!(incident["record"]["waiting"]["is_over"], true);
    assert_eq!(incident["record"]["is_update_overdue"], true);
}

fn now() -> hw_model::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    hw_model::Timestamp(i64::try_from(since.as_nanos()).unwrap())
}

fn next_id(id: &str) -> String {
    format!("INC-{}", id.strip_prefix("INC-").unwrap().parse::<u32>().unwrap() + 1)
}

#[test]
fn what_would_be_refused_afterwards_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let body = json!({"title": "x", "by": "Anna", "at": "2099-01-01T00:00:00Z"});
    let (status, answer) = server.tell("/api/v1/incidents", "o", &body);
    assert_eq!(status, 409);
    assert!(answer["detail"].as_str().unwrap().contains("lies in the future"), "{answer}");
    assert_eq!(server.get("/api/v1/incidents").1["items"], json!([]));
    let body = json!({"title": "x", "by": "Anna", "at": "2026-11-20T00:00:00Z"});
    let (status, answer) = server.tell("/api/v1/incidents", "p", &body);
    assert_eq!(status, 201, "{answer}");
    assert_eq!(answer["incident"]["started_at"], "2026-11-20T00:00:00.000Z");
}

#[test]
fn reports_are_answered_and_find_their_incident() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let report = json!({"text": "more than usual in the inbox", "service": "inbox", "by": "Dave"});
    let (status, first) = server.tell("/api/v1/reports", "r1", &report);
    assert_eq!((status, &first["opened"]), (201, &json!(true)), "{first}");
    assert_eq!(first["near"], json!([]), "nothing is known of it");
    assert_eq!(first["incident"]["record"]["status"], "triage", "it is watched");
    let again = json!({"text": "still more", "by": "Eve"});
    let (_, second) = server.tell("/api/v1/reports", "r2", &again);
    assert_eq!(second["opened"], json!(false));
    assert_eq!(second["incident"]["id"], first["incident"]["id"]);
    // The first is resolved, and another opens in between: sent again the report is the same.
    let id = first["incident"]["id"].as_str().unwrap();
    let resolve = json!({"command": "status", "to": "resolved", "reason": "x", "by": "Eve"});
    assert_eq!(server.tell(&format!("/api/v1/incidents/{id}/commands"), "s1", &resolve).0, 200);
    let before = server.open_incident("between", "another");
    let (status, same) = server.tell("/api/v1/reports", "r1", &report);
    assert_eq!((status, &same["entry"]), (201, &first["entry"]), "{same}");
    assert_eq!((&same["opened"], &same["incident"]["id"]), (&json!(true), &json!(id)));
    assert_eq!(
        server.open_incident("after", "one more"),
        next_id(&before),
        "none was opened for it"
    );
    let named = json!({"text": "x", "incident": "INC-9", "by": "Eve"});
    assert_eq!(server.tell("/api/v1/reports", "r3", &named).0, 404);
    let (status, brief) = server.get(&format!("/api/v1/incidents/{id}/brief"));
    assert_eq!(status, 200);
    assert!(brief["words"].as_str().unwrap().contains("more than usual in the inbox"), "{brief}");
    let merge = json!({"command": "merge", "into": id, "by": "Eve", "reason": "the same"});
    let other = server.open_incident("o1", "the inbox");
    let commands = format!("/api/v1/incidents/{other}/commands");
    assert_eq!(server.tell(&commands, "m1", &merge).0, 200);
    let (status, refused) = server.tell(&commands, "m2", &merge);
    assert_eq!(status, 409);
    assert!(refused["detail"].as_str().unwrap().contains("say it there"), "{refused}");
    let (_, merged) = server.get("/api/v1/incidents?status=merged");
    assert_eq!(merged["items"][0]["id"], json!(other), "{merged}");
}

#[test]
fn two_incidents_never_become_part_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    for round in 0..5 {
        let ids =
            [0, 1].map(|n| server.open_incident(&format!("o{round} {n}"), &format!("{round} {n}")));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let hands = [(0, 1), (1, 0)].map(|(from, into)| {
                let (server, ids) = (&server, &ids);
                scope.spawn(move || {
                    let merge = json!({"command": "merge", "into": ids[into], "by": "Anna"});
                    let commands = format!("/api/v1/incidents/{}/commands", ids[from]);
                    server.tell(&commands, &format!("m{round} {from}"), &merge).0
                })
            });
            hands.map(|hand| hand.join().unwrap()).into()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

/// Bodies in which one field is to be spoilt: where it goes, what it holds, which field.
fn bodies(
    (entries, commands): (&str, &str),
    believed: &Value,
) -> Vec<(String, Value, &'static str)> {
    let far = "2099-01-01T00:00:00Z";
    let incidents = "/api/v1/incidents";
    let reports = "/api/v1/reports";
    let amend = format!("{entries}/2/amend");
    let by = "Anna";
    let mut bodies = vec![
        (incidents.to_owned(), json!({"title": "x", "by": by}), "title"),
        (incidents.to_owned(), json!({"title": "x", "by": by}), "by"),
        (reports.to_owned(), json!({"text": "x", "by": by}), "text"),
        (reports.to_owned(), json!({"text": "x", "by": by}), "by"),
        (reports.to_owned(), json!({"text": "x", "by": by, "service": "s"}), "service"),
        (entries.to_owned(), json!({"text": "x", "by": by}), "text"),
        (entries.to_owned(), json!({"text": "x", "by": by}), "by"),
        (amend.clone(), json!({"text": "x", "by": by}), "text"),
        (amend, json!({"text": "x", "reason": "r", "by": by}), "reason"),
        (format!("{entries}/2/pin"), json!({"by": by}), "by"),
    ];
    let orders = [
        (json!({"command": "title", "text": "x"}), "text"),
        (json!({"command": "status", "to": "mitigated", "reason": "x"}), "reason"),
        (json!({"command": "severity", "to": "SEV2", "reason": "x"}), "reason"),
        (json!({"command": "assign", "role": "helper", "person": "x"}), "person"),
        (json!({"command": "mitigate", "text": "x"}), "text"),
        (json!({"command": "mitigate", "text": "x", "expected": "y"}), "expected"),
        (json!({"command": "check", "effect": "none", "text": "x"}), "text"),
        (json!({"command": "rule_out", "hypothesis": believed, "text": "x"}), "text"),
        (json!({"command": "hand_over", "team": "t", "text": "x"}), "team"),
        (json!({"command": "hand_over", "team": "t", "text": "x"}), "text"),
        (json!({"command": "wait", "until": far, "text": "x"}), "text"),
        (json!({"command": "restrict", "people": ["x"]}), "people"),
        (json!({"command": "decline", "reason": "x"}), "reason"),
    ];
    bodies.extend(orders.into_iter().map(|(mut body, field)| {
        body["by"] = json!(by);
        (commands.to_owned(), body, field)
    }));
    bodies
}

/// Another text in a field: in its list, if it holds one.
fn spoilt(field: &Value, text: &str) -> Value {
    if field.is_array() { json!([text]) } else { json!(text) }
}

/// Every text that people can say, one after the other, with what must not be in it.
#[test]
fn hostile_texts_are_refused_in_every_field_or_kept_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o", "a title");
    let path = |what: &str| format!("/api/v1/incidents/{id}/{what}");
    let (entries, commands) = (path("entries"), path("commands"));
    server.tell(&entries, "first", &json!({"text": "a note", "by": "Anna"}));
    let hypothesis = json!({"kind": "hypothesis", "text": "a belief", "by": "Anna"});
    let believed = server.tell(&entries, "belief", &hypothesis).1["entries"][0]["seq"].clone();
    let bodies = bodies((&entries, &commands), &believed);
    let hostile = ["\u{1b}[2J\u{1b}]0;x\u{7}", "a\u{0}b", "\u{202e}gnp", "\u{200b}", ""];
    let long = "x".repeat(1_000_000);
    let mut key = 0;
    for (path, body, field) in &bodies {
        for text in hostile.iter().copied().chain([long.as_str()]) {
            let mut body = body.clone();
            body[*field] = spoilt(&body[*field], text);
            key += 1;
            let (status, answer) = server.tell(path, &format!("h{key}"), &body);
            assert_eq!(status, 422, "{path} {field} {text:.20}: {answer}");
            let detail = answer["detail"].as_str().unwrap();
            assert!(detail.starts_with(*field), "{detail}");
            assert!(!detail.contains(['\u{1b}', '\u{202e}', '\u{0}']), "{detail:?}");
        }
    }
    // Markup is text, everywhere.
    let markup = "<script>alert(1)</script> & \"quotes\" 'x' `y` ${z} %0d%0a";
    for (path, body, field) in &bodies {
        let mut body = body.clone();
        body[*field] = spoilt(&body[*field], markup);
        key += 1;
        let (status, answer) = server.tell(path, &format!("m{key}"), &body);
        assert!([200, 201, 409].contains(&status), "{path} {field}: {answer}");
    }
    let (_, shown) = server.get(&format!("{entries}?limit=1000"));
    let kept = shown["items"].as_array().unwrap();
    let with_markup = kept.iter().filter(|entry| entry.to_string().contains("<script>"));
    assert!(with_markup.count() >= 12, "{shown}");
    let show = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(["incident", "show", &id, "--server", &server.api.to_string()])
        .output()
        .unwrap();
    let page = String::from_utf8(show.stdout).unwrap();
    assert!(page.contains("<script>alert(1)</script>") && !page.contains('\u{1b}'), "{page}");
}

#[test]
fn bodies_that_are_none_say_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o", "a title");
    let commands = format!("/api/v1/incidents/{id}/commands");
    let entries = format!("/api/v1/incidents/{id}/entries");
    let refused = |path: &str, body: Value, words: &str| {
        let (status, answer) = server.tell(path, &format!("k{words}"), &body);
        assert!((400..500).contains(&status), "{answer}");
        assert!(answer.to_string().contains(words), "{words} is not in {answer}");
    };
    refused(&commands, json!({"command": "assgn", "by": "A"}), "\"assign\"");
    refused(&commands, json!({"command": "assign", "by": "A"}), "role is missing");
    refused(&commands, json!({"command": "assign", "role": "led", "by": "A"}), "is no role: lead");
    refused(&commands, json!({"command": "status", "to": "asleep", "by": "A"}), "is no status");
    refused(&commands, json!({"command": "status", "to": "active", "by": "A"}), "active already");
    refused(&commands, json!({"command": "severity", "to": "SEV9", "by": "A"}), "is no severity");
    refused(
        &commands,
        json!({"command": "check", "effect": "none", "text": "x", "by": "A"}),
        "tried yet",
    );
    refused(&commands, json!({"command": "merge", "into": "INC-77", "by": "A"}), "is not there");
    refused(&commands, json!({"command": "merge", "into": id, "by": "A"}), "no part of itself");
    refused(&commands, json!({"command": "status", "to": "resolved"}), "by is missing");
    refused(&commands, json!({"command": "status", "too": "resolved", "by": "A"}), "\"to\"");
    refused(&entries, json!({"text": "x", "kind": "rumour", "by": "A"}), "is no kind of entry");
    refused(&entries, json!({"text": "x", "at": "yesterday", "by": "A"}), "is no time");
    refused(&entries, json!({"text": "x", "at": "2099-01-01T00:00:00Z", "by": "A"}), "the future");
    refused(&format!("{entries}/99/amend"), json!({"text": "x", "by": "A"}), "no entry 99");
    refused("/api/v1/incidents/INC-9/entries", json!({"text": "x", "by": "A"}), "no INC-9");
}

/// What one writer was told is durable: the text by its number.
type Acknowledged = BTreeMap<u64, String>;

/// Writes notes until it is told to stop, each until it is acknowledged.
fn write_notes(
    (server, id, writer): (&Mutex<Server>, &str, usize),
    stop: &AtomicBool,
    tries: &AtomicU64,
) -> Acknowledged {
    let api = server.lock().unwrap().api;
    let mut acknowledged = Acknowledged::new();
    for n in 0.. {
        let text = format!("writer {writer} note {n}");
        let body = json!({"text": text, "by": format!("writer {writer}")}).to_string();
        loop {
            tries.fetch_add(1, Ordering::Relaxed);
            let path = format!("/api/v1/incidents/{id}/entries");
            let answer = Server::tell_at(api, &path, &format!("w{writer} n{n}"), &body);
            if let Some((201, answer)) = answer {
                acknowledged.insert(answer["entries"][0]["seq"].as_u64().unwrap(), text);
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    acknowledged
}

/// `HIGHWATER_RECORD_KILLS` says how often; `cargo xtask kill --record --n 100` says it there.
#[test]
fn no_acknowledged_entry_is_lost_changed_or_reordered_by_kills() {
    const WRITERS: usize = 4;
    let n_kills = std::env::var("HIGHWATER_RECORD_KILLS").ok();
    let n_kills: u64 = n_kills.and_then(|n| n.parse().ok()).unwrap_or(12);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o", "under load");
    let (server, stop, tries) = (Mutex::new(server), AtomicBool::new(false), AtomicU64::new(0));
    let written: Vec<Acknowledged> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn({
                    let (server, id, stop, tries) = (&server, id.as_str(), &stop, &tries);
                    move || write_notes((server, id, writer), stop, tries)
                })
            })
            .collect();
        for kill in 0..n_kills {
            // Of different lengths, so that it is killed at work, at the start, and in between.
            std::thread::sleep(Duration::from_millis(20 + kill * 37 % 400));
            let mut server = server.lock().unwrap();
            server.kill();
            server.start();
        }
        server.lock().unwrap().wait_until_ready();
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let mut server = server.into_inner().unwrap();
    let found = all_entries(&server, &id);
    let mut n_acknowledged = 0;
    for (writer, acknowledged) in written.iter().enumerate() {
        n_acknowledged += acknowledged.len();
        for (seq, text) in acknowledged {
            assert_eq!(found.get(seq), Some(text), "entry {seq}");
        }
        // Each wrote one note after the other: they stand in that order, each once.
        let own: Vec<&String> =
            found.values().filter(|text| text.starts_with(&format!("writer {writer} "))).collect();
        let expect: Vec<String> =
            (0..acknowledged.len()).map(|n| format!("writer {writer} note {n}")).collect();
        assert_eq!(own, expect.iter().collect::<Vec<_>>());
    }
    assert_eq!(found.len(), n_acknowledged, "nothing stands there that was not written");
    server.ask_to_end();
    server.wait_for_end();
    verified(&server);
    let tries = tries.load(Ordering::Relaxed);
    println!(
        "{n_kills} kills: {n_acknowledged} entries acknowledged in {tries} tries; \
         lost 0, changed 0, reordered 0, double 0"
    );
}

/// Notes by their number, without a gap in the numbers.
fn all_entries(server: &Server, id: &str) -> BTreeMap<u64, String> {
    let (mut found, mut cursor, mut next_seq) = (BTreeMap::new(), String::new(), 1);
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < Duration::from_secs(120), "reading does not end");
        let (status, page) =
            server.get(&format!("/api/v1/incidents/{id}/entries?limit=1000{cursor}"));
        assert_eq!(status, 200, "{page}");
        for entry in page["items"].as_array().unwrap() {
            assert_eq!(entry["seq"], next_seq, "numbers have no gap");
            next_seq += 1;
            if entry["kind"] == "noted" {
                let text = entry["words"].as_str().unwrap().to_owned();
                found.insert(entry["seq"].as_u64().unwrap(), text);
            }
        }
        let Some(next) = page["next"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}
