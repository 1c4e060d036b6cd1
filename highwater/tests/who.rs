//! Whom to ask about a service, at a server that runs: files and calendars are read, what fails keeps
//! what was read before, and the record shows who knows what.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/calendar.rs"]
mod calendar;
#[path = "who/doctor.rs"]
mod doctor;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use calendar::{Answers, Calendars, calendar};
use serde_json::{Value, json};
use server::Server;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// 2026-11-23T06:00:00Z: the latest record, which says what is now.
const NOW_S: i64 = 1_795_413_600;

/// Who is on call that day.
fn pager() -> String {
    calendar(&[
        ("On-call: Cy", "20261115T000000Z", "20261122T000000Z"),
        ("On-call: Ann - Gates", "20261123T000000Z", "20261123T180000Z"),
    ])
}

/// A server with these settings, at 06:00 of that day, which has heard of `gate` and `worklist`.
fn started(folder: &Path, settings: &str) -> Server {
    let mut server = Server::with_settings(folder, settings);
    server.serve();
    for (id, service) in [(1, "gate"), (2, "worklist")] {
        assert_eq!(server.post(&span(id, service)), Some(200));
    }
    let heard = |server: &Server| {
        server.get("/api/v1/services").1["items"].as_array().is_some_and(|items| items.len() == 2)
    };
    until(&server, heard);
    server
}

fn span(id: u64, service: &str) -> String {
    let at = (NOW_S * 1_000_000_000).to_string();
    let name = json!({"key": "service.name", "value": {"stringValue": service}});
    json!({ "resourceSpans": [{
        "resource": { "attributes": [name] },
        "scopeSpans": [{ "spans": [{
            "traceId": format!("{id:032x}"), "spanId": format!("{id:016x}"), "kind": 2, "name": "x",
            "startTimeUnixNano": at, "endTimeUnixNano": at,
        }] }],
    }] })
    .to_string()
}

fn until(server: &Server, is_so: impl Fn(&Server) -> bool) {
    let began = Instant::now();
    while !is_so(server) {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not come: {}", server.words());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What is said of a service, once all was read or tried.
fn people(server: &Server, service: &str) -> Value {
    let path = format!("/api/v1/services/{service}/people");
    let has_tried =
        |server: &Server| !server.get(&path).1["troubles"].to_string().contains("not read yet");
    until(server, has_tried);
    let (status, people) = server.get(&path);
    assert_eq!(status, 200, "{people}");
    people
}

fn tell(server: &Server, path: &str, body: Value) -> Value {
    let key = body.to_string().bytes().fold(0_u64, |n, byte| n.wrapping_mul(31) + u64::from(byte));
    let (status, answer) = server.tell(path, &format!("k{key}"), &body);
    assert!([200, 201].contains(&status), "{path} {body}: {answer}");
    answer
}

/// An incident on the gate: Bo leads it and stops it, Dora helps, and somebody with a wild name writes.
fn incident(server: &Server) {
    let opened =
        tell(server, "/api/v1/incidents", json!({"title": "gate: open to all", "by": "Dora"}));
    let id = opened["incident"]["id"].as_str().unwrap().to_owned();
    let (commands, entries) =
        (format!("/api/v1/incidents/{id}/commands"), format!("/api/v1/incidents/{id}/entries"));
    let order = |body: Value| tell(server, &commands, body);
    order(json!({"command": "assign", "role": "lead", "person": "@bo", "by": "Bo"}));
    order(json!({"command": "assign", "role": "helper", "person": "Dora", "by": "Bo"}));
    order(json!({"command": "mitigate", "text": "restarted it", "by": "bo"}));
    order(json!({"command": "check", "effect": "worked", "text": "half pass", "by": "Dora"}));
    tell(
        server,
        &entries,
        json!({"text": "twice the usual", "by": "<img src=x onerror=alert(1)>"}),
    );
}

fn highwater(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(arguments).env_remove("HIGHWATER_CONFIG").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A repository with owners of the gate, by path and by a catalog.
fn repository(folder: &Path) {
    let root = folder.join("shop");
    std::fs::create_dir_all(root.join("services/gate")).unwrap();
    std::fs::write(root.join("CODEOWNERS"), "* @acme/all\n/services/gate/ @acme/gates\n").unwrap();
    let component =
        "kind: Component\nmetadata: {name: gate}\nspec: {owner: \"user:<img src=x>Zoe\\e[2J\"}\n";
    std::fs::write(root.join("services/gate/catalog-info.yaml"), component).unwrap();
    let listed = "kind: Component\nmetadata: {name: silent}\nspec: {owner: gates}\n";
    std::fs::write(root.join("catalog-info.yaml"), listed).unwrap();
    let away = calendar(&[("Vacation Bo", "20261122T000000Z", "20261130T000000Z")]);
    std::fs::write(folder.join("away.ics"), away).unwrap();
}

fn settings(folder: &Path, calendars: &Calendars) -> String {
    let (folder, address) = (folder.display(), calendars.address);
    format!(
        r#"
        [people.aliases]
        Bo = ["@bo"]
        [people.teams]
        gates = ["Ann", "@bo"]
        [[people.ownership]]
        path = "{folder}/shop"
        services = {{ gate = "services/gate" }}
        [[people.feeds]]
        name = "pager"
        kind = "on_call"
        url = "http://{address}/canary-4711.ics"
        allow_private = ["{address}"]
        team = "gates"
        strip = ["On-call:"]
        cut = [" - "]
        [[people.feeds]]
        name = "holidays"
        kind = "away"
        file = "{folder}/away.ics"
        strip = ["Vacation"]
        "#
    )
}

#[test]
fn files_calendars_and_the_record_say_whom_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let calendars = Calendars::new(Answers::Text(pager()));
    let server = started(folder.path(), &settings(folder.path(), &calendars));
    incident(&server);
    let found = people(&server, "gate");
    assert_eq!(found["at"], "2026-11-23T06:00:01.000Z");
    assert_eq!(
        found["words"],
        "Ann is on call for gate until 2026-11-23T18:00:00.000Z. Bo knows it best (lead of INC-1 (23 Nov); \
         in @acme/gates, owner by CODEOWNERS) and is away until 2026-11-30T00:00:00.000Z. Of those who are \
         here, ask Ann: in @acme/gates, owner by CODEOWNERS."
    );
    owners_say_where_they_stand(&found, &folder.path().join("shop"));
    people_are_ranked_with_evidence(&found);
    the_command_says_it_in_the_readers_zone(&server, &found);
    other_services_have_other_people(&server);
    assert!(
        !server.words().contains("canary-4711"),
        "no address is in the log: {}",
        server.words()
    );
}

fn owners_say_where_they_stand(found: &Value, shop: &Path) {
    let owners = found["owners"].as_array().unwrap();
    assert_eq!(owners.len(), 2, "{found}");
    let code = json!(shop.join("CODEOWNERS").display().to_string());
    let of = |owner: &str| owners.iter().find(|found| found["owner"] == owner).unwrap();
    let team = of("@acme/gates");
    assert_eq!((&team["line"], &team["members"]), (&json!(2), &json!(["Ann", "Bo"])));
    assert_eq!((&team["file"], &team["matched"]), (&code, &json!("by its path in settings")));
    let zoe = of("<img src=x>Zoe[2J");
    assert_eq!(
        (&zoe["entry"], &zoe["line"], &zoe["is_team"]),
        (&json!("gate"), &Value::Null, &json!(false))
    );
}

fn people_are_ranked_with_evidence(found: &Value) {
    let turn = &found["on_call"][0];
    assert_eq!((&turn["person"], &turn["feed"]), (&json!("Ann"), &json!("pager")));
    assert_eq!(turn["from"], "2026-11-23T00:00:00.000Z");
    let names: Vec<&str> =
        found["knows"].as_array().unwrap().iter().map(|k| k["person"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["Bo", "Ann", "Dora", "<img src=x>Zoe[2J", "Cy", "<img src=x onerror=alert(1)>"]
    );
    let bo = &found["knows"][0];
    assert_eq!(
        bo["because"],
        json!([
            "lead of INC-1 (23 Nov)",
            "in @acme/gates, owner by CODEOWNERS",
            "stopped the harm in INC-1 (23 Nov)"
        ])
    );
    assert_eq!(bo["away_until"], "2026-11-30T00:00:00.000Z");
    assert_eq!(
        found["away"],
        json!([{"person": "Bo", "until": "2026-11-30T00:00:00.000Z",
        "feed": "holidays", "read_at": found["away"][0]["read_at"]}])
    );
    assert_eq!((&found["ask"], &found["troubles"]), (&json!(["Ann", "Dora"]), &json!([])));
}

fn the_command_says_it_in_the_readers_zone(server: &Server, found: &Value) {
    let said =
        highwater(&["who", "gate", "--tz", "Europe/Berlin", "--server", &server.api.to_string()]);
    let page = text(&said.stdout);
    assert!(said.status.success(), "{}", text(&said.stderr));
    assert!(
        page.starts_with("Ann is on call for gate until 23 Nov 19:00:00. Bo knows it best"),
        "{page}"
    );
    assert!(page.contains("\nAs of 07:00:01, Monday, 23 November 2026 (CET).\n"), "{page}");
    assert!(
        page.contains("  1.  Bo  AWAY until 30 Nov 01:00:00\n      - lead of INC-1 (23 Nov)\n"),
        "{page}"
    );
    assert!(page.contains("<img src=x>Zoe[2J") && !page.contains('\u{1b}'), "{page}");
    let said = highwater(&["who", "gate", "--format", "json", "--server", &server.api.to_string()]);
    assert_eq!(serde_json::from_str::<Value>(&text(&said.stdout)).unwrap(), *found);
}

fn other_services_have_other_people(server: &Server) {
    // Nobody is on call for the worklist: the calendar is for services of the team.
    let worklist = people(server, "worklist");
    assert_eq!((&worklist["on_call"], &worklist["knows"]), (&json!([]), &json!([])), "{worklist}");
    assert_eq!(worklist["troubles"], json!(["No on-call feed is for worklist."]));
    assert_eq!(worklist["would_help"].as_array().unwrap().len(), 3);
    // A service of the catalog that sends nothing can be asked about.
    let silent = people(server, "silent");
    assert_eq!(
        (&silent["owners"][0]["owner"], &silent["on_call"][0]["person"]),
        (&json!("gates"), &json!("Ann"))
    );
}

#[test]
fn a_service_that_is_not_there_is_told_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let every = calendar(&[("Ann", "20261101T000000Z", "20261201T000000Z")]);
    std::fs::write(folder.path().join("every.ics"), every).unwrap();
    let settings = format!(
        "[[people.feeds]]\nname = \"every\"\nkind = \"on_call\"\nfile = \"{}/every.ics\"\n",
        folder.path().display()
    );
    let server = started(folder.path(), &settings);
    incident(&server);
    assert_eq!(
        people(&server, "worklist")["on_call"][0]["person"],
        "Ann",
        "it is for every service"
    );
    let (status, problem) = server.get("/api/v1/services/worklsit/people");
    assert_eq!((status, &problem["did_you_mean"]), (404, &json!("worklist")), "{problem}");
    assert_eq!(problem["detail"], "no service \"worklsit\": did you mean \"worklist\"?");
    // A word in a title is no service.
    assert_eq!(server.get("/api/v1/services/open/people").0, 404);
    let said = highwater(&["who", "gaet", "--server", &server.api.to_string()]);
    assert_eq!(said.status.code(), Some(2));
    let stderr = text(&said.stderr);
    assert!(stderr.contains("no service \"gaet\": did you mean \"gate\"?"), "{stderr}");
    let said = highwater(&["who", "\u{1b}[2Jx", "--server", &server.api.to_string()]);
    assert!(!text(&said.stderr).contains('\u{1b}'), "{}", text(&said.stderr));
}

#[test]
fn a_calendar_that_fails_keeps_what_was_read_also_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let calendars = Calendars::new(Answers::Text(pager()));
    let settings = settings(folder.path(), &calendars);
    let mut server = started(folder.path(), &settings);
    let first = people(&server, "gate");
    assert_eq!((&first["on_call"][0]["person"], &first["troubles"]), (&json!("Ann"), &json!([])));
    let restart = |server: &mut Server, answers: Answers| {
        server.ask_to_end();
        server.wait_for_end();
        calendars.answer(answers);
        server.serve();
    };
    // What was read is in use at once, and what is wrong is said as soon as it is known.
    let trouble = |server: &Server| {
        let path = "/api/v1/services/gate/people";
        people(server, "gate");
        until(server, |server| server.get(path).1["troubles"] != json!([]));
        let found = server.get(path).1;
        assert_eq!(found["on_call"], first["on_call"], "as it was read before: {found}");
        found["troubles"][0].as_str().unwrap().to_owned()
    };
    let read_at = first["on_call"][0]["read_at"].as_str().unwrap();
    for (answers, why) in [
        (Answers::Status(500), "answered 500"),
        (Answers::Status(302), "redirects are not followed"),
        (
            Answers::Text("<html><title>Sign in\u{1b}[2J</title>".to_owned()),
            "expected a calendar, got a web page titled \"Sign in[2J\"",
        ),
        (
            Answers::Text("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n".to_owned()),
            "END:VCALENDAR is missing",
        ),
    ] {
        restart(&mut server, answers);
        let trouble = trouble(&server);
        assert!(trouble.starts_with("The feed pager cannot be read since 20"), "{trouble}");
        assert!(trouble.contains(why), "{trouble}");
        assert!(
            trouble.ends_with(&format!("What is said here was read at {read_at}.")),
            "{trouble}"
        );
    }
    // One that hangs: the rest is answered meanwhile, and the end does not wait for it.
    let n_read = server.words().matches("holidays").count();
    restart(&mut server, Answers::Never);
    until(&server, |_| calendars.n_waiting() == 1);
    until(&server, |server| server.words().matches("holidays").count() > n_read);
    assert_eq!(server.get("/api/v1/services/gate/people").1["on_call"], first["on_call"]);
    restart(
        &mut server,
        Answers::Text(calendar(&[("Cy", "20261101T000000Z", "20261201T000000Z")])),
    );
    until(&server, |server| {
        let found = server.get("/api/v1/services/gate/people").1;
        found["on_call"][0]["person"] == "Cy" && found["troubles"] == json!([])
    });
    let shelf = folder.path().join("data/calendars");
    assert!(shelf.join("pager.feed").exists() && shelf.join("holidays.feed").exists());
    let kept = text(&std::fs::read(shelf.join("pager.feed")).unwrap());
    assert!(!kept.contains("canary-4711"), "no address is kept: {kept}");
}

#[test]
fn what_was_never_read_is_said_and_a_file_that_breaks_keeps_its_owners() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let calendars = Calendars::new(Answers::Status(404));
    let server = started(folder.path(), &settings(folder.path(), &calendars));
    let found = people(&server, "gate");
    assert_eq!(found["on_call"], json!([]));
    let trouble = found["troubles"][0].as_str().unwrap();
    assert!(trouble.starts_with("The feed pager cannot be read since 20"), "{trouble}");
    assert!(
        trouble.ends_with("answered 404; check the address. Nothing of it is known."),
        "{trouble}"
    );
    let words = found["words"].as_str().unwrap();
    assert!(words.starts_with("Nobody is known to be on call for gate"), "{words}");
    assert!(words.ends_with("could be read: somebody may be missing here."), "{words}");
    drop(server);

    std::fs::write(folder.path().join("shop/CODEOWNERS"), vec![0; 4_096]).unwrap();
    std::fs::remove_file(folder.path().join("away.ics")).unwrap();
    let other = tempfile::tempdir().unwrap();
    let server = started(other.path(), &settings(folder.path(), &calendars));
    let troubles = people(&server, "gate")["troubles"].to_string();
    for expect in [
        "shop/CODEOWNERS cannot be read since 20",
        "expected a CODEOWNERS file, got binary data. Nothing of it is known.",
        "away.ics: No such file",
    ] {
        assert!(troubles.contains(expect), "{expect}: {troubles}");
    }
}
