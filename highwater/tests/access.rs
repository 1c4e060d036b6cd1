//! Who gets in, at a server that other machines could reach: the real program, TLS and tokens.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "access/grpc.rs"]
mod grpc;
#[path = "access/public.rs"]
mod public;
#[path = "access/restricted.rs"]
mod restricted;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use hw_api::Scope;
use hw_store::{Folder, Store, StoredToken};
use hw_web::Needs;
use public::{Public, create, highwater, testdata, text};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// Routes that are asked with a wrong token between two starts.
const ROUTES_A_START: usize = 20;

/// A token that ended long ago.
fn expired(data: &Path) -> String {
    let mut store = Store::open(Folder::take(data).unwrap()).unwrap();
    let id = store.group(|group| group.next_token()).unwrap();
    let secret = hw_access::mint(Scope::Admin, id, &[3; 32]);
    let token = StoredToken {
        id,
        name: "old".to_owned(),
        scope: "admin".to_owned(),
        hash: secret.hash(),
        created_at: 1,
        expires_at: Some(2),
        last_used_at: None,
        revoked_at: None,
    };
    store.group(|group| group.put_token(&token)).unwrap();
    secret.reveal()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

#[test]
fn what_would_let_anybody_in_or_nobody_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let path = |name: &str| testdata(name).to_str().unwrap().to_owned();
    let (server, key, other) = (path("server.pem"), path("server.key"), path("renewed.key"));
    let expired = path("expired.pem");
    let pair = |certificate: &str, key: &str| {
        ["--tls-certificate", certificate, "--tls-key", key].map(str::to_owned).to_vec()
    };
    let refused = |more: &[String], environment: &[(&str, &str)], words: &str| {
        let mut arguments = vec!["serve", "--otlp-grpc", "off", "--otlp-http", "off"];
        arguments.extend(["--data", data.to_str().unwrap()]);
        arguments.extend(more.iter().map(String::as_str));
        let said = highwater(&arguments, environment);
        let stderr = text(&said.stderr);
        assert_eq!(said.status.code(), Some(2), "{more:?}: {stderr}");
        assert!(stderr.contains(words), "{more:?}: {stderr}");
    };
    let public = ["--listen", "0.0.0.0:0"].map(str::to_owned).to_vec();
    let here = ["--listen", "127.0.0.1:0"].map(str::to_owned).to_vec();
    let with = |more: Vec<String>| [public.clone(), more].concat();
    let closed = [("HIGHWATER_ACCESS_LOOPBACK", "tokens")];
    refused(&public, &[], "there is no certificate: set tls.certificate and tls.key");
    refused(&with(pair(&server, &key)), &[], "highwater token create --data");
    refused(&with(vec!["--insecure-listen".to_owned()]), &[], "highwater token create --data");
    refused(&here, &closed, "highwater token create --data");
    create(&data, "me", "admin");
    refused(&public, &[], "--insecure-listen allows it without TLS");
    refused(&with(pair("/no/such.pem", &key)), &[], "failed to read /no/such.pem");
    refused(&with(pair(&server, &other)), &[], "is not that of the first certificate");
    refused(&with(pair(&expired, &key)), &[], "expired at 2021-01-01");
    refused(&with(pair(&key, &key)), &[], "there is no certificate in");
    refused(&with(vec!["--tls-certificate".to_owned(), server]), &[], "tls.key: is missing");
    refused(&here, &[("HIGHWATER_ACCESS_LOOPBACK", "closed")], "must be \"open\" or \"tokens\"");
}

#[test]
fn every_route_needs_its_scope_over_tls() {
    let mut server = Public::new();
    let tokens: Vec<(String, Option<Scope>)> = Scope::ALL
        .into_iter()
        .map(|scope| (create(&server.data(), "someone", scope.word()), Some(scope)))
        .collect();
    let expired = expired(&server.data());
    server.start();
    let admin = tokens[3].0.clone();
    let body = r#"{"name": "gone", "scope": "admin"}"#;
    let made = json(&server.post("/api/v1/tokens", &admin, body).1);
    let gone = made["token"]["id"].as_str().unwrap().to_owned();
    let revoked = made["secret"].as_str().unwrap().to_owned();
    assert_eq!(server.get("/api/v1/tokens", &revoked).0, 200);
    assert_eq!(server.delete(&format!("/api/v1/tokens/{gone}"), &admin), 200);
    let others = [String::new(), expired, revoked, "hw_admin_1_garbage".to_owned()];
    let roles: Vec<_> = tokens.iter().cloned().chain(others.map(|token| (token, None))).collect();
    // What a browser sends to settle who it is leads on to a page: `edge/web/tests/access.rs` tries it.
    let settles = |route: &hw_web::Route| ["/view", "/sign-in", "/sign-out"].contains(&route.path);
    let routes = hw_web::routes().into_iter().filter(|route| !settles(route));
    for (n, route) in routes.enumerate() {
        // Thirty wrong tokens in a minute are too many: a new start forgets them.
        if n > 0 && n % ROUTES_A_START == 0 {
            server.stop();
            server.start();
        }
        // There is no 999: nothing is done.
        let path = route.path.replace("{id}", "999").replace("{n}", "999").replace("{seq}", "999");
        for (token, has) in &roles {
            let status = server.status(route.method, &path, token);
            let expect = match (route.needs, has) {
                (Needs::Nothing, _) => None,
                // No secret is set, so nothing could prove a message.
                (Needs::Signature(_), _) => Some(404),
                (Needs::Scope(_), None) => Some(401),
                (Needs::Scope(needs), Some(has)) => (!has.allows(needs)).then_some(403),
            };
            match expect {
                Some(expect) => assert_eq!(status, expect, "{route:?} as {has:?}"),
                None => assert!(![401, 403, 405].contains(&status), "{route:?} {has:?}: {status}"),
            }
        }
    }
    let words = server.words();
    for (token, _) in &roles {
        assert!(token.is_empty() || !words.contains(token.as_str()), "a token is in the log");
    }
    server.stop();
}

#[test]
fn telemetry_needs_a_token_over_either_protocol_until_it_is_revoked() {
    let mut server = Public::new();
    let ingest = create(&server.data(), "services", "ingest");
    let read = create(&server.data(), "reader", "read");
    let admin = create(&server.data(), "me", "admin");
    server.start();
    for (token, status, code) in [
        ("", 401, 16),
        ("nonsense", 401, 16),
        (&*read, 403, 7),
        (&*ingest, 200, 0),
        (&*admin, 200, 0),
    ] {
        let (said, body) = server.otlp(token);
        assert_eq!(said, status, "{body}");
        assert!(token.is_empty() || !body.contains(token), "{body}");
        assert_eq!(grpc::export(server.grpc, token), code);
    }
    assert!(server.otlp("").1.contains("OTEL_EXPORTER_OTLP_HEADERS"));
    assert_eq!(server.delete("/api/v1/tokens/T1", &admin), 200);
    assert_eq!(server.otlp(&ingest).0, 401, "the very next request is refused");
    assert_eq!(grpc::export(server.grpc, &ingest), 16);
    assert!(server.otlp(&ingest).1.contains("revoked"));
    server.stop();
    server.start();
    assert_eq!(server.otlp(&ingest).0, 401, "and after a restart");
    server.stop();
}

#[test]
fn acts_are_recorded_in_the_chain_and_only_admins_read_them() {
    let mut server = Public::new();
    let admin = create(&server.data(), "me", "admin");
    server.start();
    let anna = r#"{"name": "anna", "scope": "read", "expires_at": "2100-01-01T00:00:00Z"}"#;
    let (status, made) = server.post("/api/v1/tokens", &admin, anna);
    assert_eq!(status, 201, "{made}");
    let read = json(&made)["secret"].as_str().unwrap().to_owned();
    assert_eq!(server.get("/api/v1/now", &read).0, 200);
    assert_eq!(server.get("/api/v1/now", "hw_read_1_wrong").0, 401);
    assert_eq!(server.get("/api/v1/audit", &read).0, 403);
    assert_eq!(server.delete("/api/v1/tokens/T2", &admin), 200);
    assert_eq!(server.delete("/api/v1/tokens/T2", &admin), 200, "once more is no other event");
    server.stop();
    server.start();
    let page = json(&server.get("/api/v1/audit", &admin).1);
    let kinds: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    let expect = [
        "token_created",
        "server_started",
        "token_created",
        "token_revoked",
        "attempts_refused",
        "server_started",
    ];
    assert_eq!(kinds, expect, "{page}");
    let words = |n: usize| page["items"][n]["words"].as_str().unwrap();
    assert_eq!(words(2), "me made T2 for anna: read, until 2100-01-01T00:00:00.000Z");
    assert_eq!(words(3), "me revoked T2 of anna (read)");
    assert!(words(1).contains("other machines can reach it, TLS"), "{}", words(1));
    assert!(words(4).contains("1 with one that is not known"), "{}", words(4));
    assert!(words(4).contains("1 with one for something else"), "{}", words(4));
    let listed = json(&server.get("/api/v1/tokens", &admin).1);
    assert!(listed["items"][1]["last_used_at"].is_string(), "{listed}");
    assert!(!listed.to_string().contains("hash"), "{listed}");
    server.stop();
    let data = server.data();
    let verified = highwater(&["verify", "--data", data.to_str().unwrap()], &[]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    let connection = rusqlite::Connection::open(data.join("highwater.db")).unwrap();
    connection.execute("update event set body = replace(body, 'anna', 'otto')", []).unwrap();
    drop(connection);
    let verified = highwater(&["verify", "--data", data.to_str().unwrap()], &[]);
    assert_eq!(verified.status.code(), Some(1), "{}", text(&verified.stdout));
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    let mut server = Public::new();
    let admin = create(&server.data(), "me", "admin");
    let read = create(&server.data(), "anna", "read");
    server.start();
    let connection = rusqlite::Connection::open(server.data().join("highwater.db")).unwrap();
    let full = "create trigger full before insert on event begin select raise(abort, 'full'); end";
    connection.execute_batch(full).unwrap();
    let body = r#"{"name": "otto", "scope": "read"}"#;
    assert_eq!(server.post("/api/v1/tokens", &admin, body).0, 503);
    assert_eq!(server.delete("/api/v1/tokens/T2", &admin), 503);
    assert_eq!(server.get("/api/v1/now", &read).0, 200, "it is not revoked");
    connection.execute_batch("drop trigger full").unwrap();
    let listed = json(&server.get("/api/v1/tokens", &admin).1);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(server.delete("/api/v1/tokens/T2", &admin), 200);
    assert_eq!(server.get("/api/v1/now", &read).0, 401);
    server.stop();
}

#[test]
fn commands_speak_tls_and_show_their_token() {
    let mut server = Public::new();
    let admin = create(&server.data(), "me", "admin");
    server.start();
    let address = format!("https://localhost:{}", server.api.port());
    let ca = testdata("ca.pem");
    let token = |verb: &[&str], more: &[(&str, &str)]| {
        let arguments = [&["token"], verb, &["--server", &address]].concat();
        let environment = [more, &[("HIGHWATER_CA", ca.to_str().unwrap())]].concat();
        highwater(&arguments, &environment)
    };
    let shown = [("HIGHWATER_TOKEN", admin.as_str())];
    let made =
        token(&["create", "--name", "anna", "--scope", "respond", "--expires", "90d"], &shown);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let secret = text(&made.stdout).trim().to_owned();
    assert!(secret.starts_with("hw_respond_2_") && !secret.contains('\n'), "{secret}");
    assert!(!text(&made.stderr).contains(&secret), "it is said once");
    assert_eq!(server.get("/api/v1/now", &secret).0, 200);
    let listed = text(&token(&["list"], &shown).stdout);
    assert!(listed.contains("anna") && listed.contains("respond"), "{listed}");
    let revoked = token(&["revoke", "T2"], &shown);
    assert!(text(&revoked.stdout).contains("revoked"), "{}", text(&revoked.stderr));
    assert_eq!(server.get("/api/v1/now", &secret).0, 401);
    let refused = token(&["list"], &[("HIGHWATER_TOKEN", secret.as_str())]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("was revoked"), "{}", text(&refused.stderr));
    assert!(!text(&refused.stderr).contains(&secret));
    let stranger = testdata("server.pem");
    let arguments = ["token", "list", "--server", &address, "--ca", stranger.to_str().unwrap()];
    let unbelieved = highwater(&arguments, &shown);
    assert_eq!(unbelieved.status.code(), Some(3), "{}", text(&unbelieved.stderr));
    let help = text(&highwater(&["token", "list", "--help"], &shown).stdout);
    assert!(help.contains("HIGHWATER_TOKEN") && !help.contains(&admin), "{help}");
    server.stop();
}

#[test]
fn renewed_certificate_is_used_without_a_restart() {
    let mut server = Public::new();
    create(&server.data(), "me", "admin");
    let (certificate, key) =
        (server.folder.path().join("c.pem"), server.folder.path().join("c.key"));
    let put = |name: &str| {
        std::fs::copy(testdata(&format!("{name}.key")), &key).unwrap();
        std::fs::copy(testdata(&format!("{name}.pem")), &certificate).unwrap();
    };
    put("server");
    server.start_with(&[
        "--tls-certificate",
        certificate.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
    ]);
    let all = |server: &Public| [server.api, server.http, server.grpc].map(grpc::certificate);
    let [first, same, too] = all(&server);
    assert!(first == same && first == too);
    put("renewed");
    let began = Instant::now();
    while all(&server).contains(&first) {
        server.signal("-HUP");
        assert!(began.elapsed() < Duration::from_secs(120), "{}", server.words());
        std::thread::sleep(Duration::from_millis(50));
    }
    server.stop();
}

#[test]
fn this_machine_makes_the_first_admin_of_a_server_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server::Server::new(folder.path());
    server.start();
    server.wait_until_ready();
    let here = server.api.to_string();
    let create = ["token", "create", "--name", "me", "--scope", "admin", "--server", &here];
    let made = highwater(&create, &[]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let admin = text(&made.stdout).trim().to_owned();
    assert_eq!(highwater(&create, &[]).status.code(), Some(2), "the second needs the first");
    assert!(highwater(&create, &[("HIGHWATER_TOKEN", &admin)]).status.success());
    assert_eq!(server.get("/api/v1/tokens").0, 401);
    assert_eq!(server.get("/api/v1/now").0, 200, "reading is open as before");
    assert_eq!(server.post("{}"), Some(200), "and so is sending");
    let wrong = highwater(&["change", "list", "--server", &here], &[("HIGHWATER_TOKEN", "x")]);
    assert_eq!(wrong.status.code(), Some(2), "a wrong token is refused where none is needed");
}

#[test]
fn without_tls_tokens_are_needed_all_the_same_and_this_machine_makes_no_admin() {
    let mut server = Public::new();
    server.has_tls = false;
    let admin = create(&server.data(), "me", "admin");
    server.start_with(&["--insecure-listen"]);
    assert_eq!(server.get("/api/v1/now", "").0, 401);
    assert_eq!(server.get("/api/v1/now", &admin).0, 200);
    assert_eq!(server.otlp("").0, 401);
    let here = server.api.to_string();
    let listing = ["change", "list", "--server", &here];
    assert!(highwater(&listing, &[]).status.success(), "this machine needs no token");
    let create = ["token", "create", "--name", "x", "--scope", "read", "--server", &here];
    let refused = highwater(&create, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("a token is needed"), "{}", text(&refused.stderr));
    assert!(highwater(&create, &[("HIGHWATER_TOKEN", &admin)]).status.success());
    let in_use = ["token", "create", "--name", "x", "--scope", "read", "--data"];
    let data = server.data();
    let in_use = highwater(&[&in_use[..], &[data.to_str().unwrap()]].concat(), &[]);
    assert_eq!(in_use.status.code(), Some(2), "the folder is in use");
    server.stop();
}
