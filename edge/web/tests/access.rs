//! Who may do what: every route of the table by every role, and the tricks around it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/canned.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod canned;
#[path = "support/keeper.rs"]
mod keeper;

use canned::{HOP_IN_PATH, Running};
use hw_api::Scope;
use hw_web::{Doors, Needs, Route, WebSettings, routes};
use keeper::Keeper;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

/// What may stand in `Authorization`, and what it allows; none of the last ones is of use.
const ROLES: [(&str, Option<Scope>); 9] = [
    ("Bearer ingest", Some(Scope::Ingest)),
    ("Bearer read", Some(Scope::Read)),
    ("Bearer respond", Some(Scope::Respond)),
    ("Bearer admin", Some(Scope::Admin)),
    ("", None),
    ("Bearer revoked", None),
    ("Bearer expired", None),
    ("Bearer garbage", None),
    ("Basic YWRtaW46YWRtaW4=", None),
];

fn server(keeper: &Arc<Keeper>) -> Running {
    let keeper = Arc::clone(keeper) as Arc<dyn hw_web::Doorkeeper>;
    let doors = Doors { keeper, ..Doors::default() };
    Running::behind(canned::Canned::default(), WebSettings::standard(), doors)
}

/// Status and head of an answer, of which the body may never end.
fn head(server: &Running, method: &str, path: &str, headers: &str) -> (u16, String) {
    let mut stream = server.connect();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head)
}

fn authorization(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("Authorization: {text}\r\n") }
}

/// Where a route is tried.
fn place(route: &Route) -> String {
    let id = match route.path {
        path if path.contains("hops") || path.starts_with("/flow/") => HOP_IN_PATH,
        path if path.starts_with("/services/") => "router",
        path if path.starts_with("/assets/") => "highwater.css",
        path if path.starts_with("/do/") => "changes",
        _ => "1",
    };
    let mut path = route.path.to_owned();
    while let Some((start, end)) = path.find('{').zip(path.find('}')) {
        path.replace_range(start..=end, id);
    }
    path
}

#[test]
fn every_route_is_open_to_whom_it_says_and_to_nobody_else() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    let routes = routes();
    assert!(routes.len() >= 24, "{}", routes.len());
    // Something to ask for stands everywhere.
    let admin = "Authorization: Bearer admin\r\nContent-Type: application/json\r\n";
    let flag = r#"{"kind": "flag", "service": "router"}"#;
    assert_eq!(server.ask("POST", "/api/v1/changes", admin, flag).status, 201);
    let token = r#"{"name": "anna", "scope": "read"}"#;
    assert_eq!(server.ask("POST", "/api/v1/tokens", admin, token).status, 201);
    server.backend.rules.lock().unwrap().push(hw_api::RuleBody::default());
    let keyed = format!("{admin}Idempotency-Key: a\r\n");
    let refused = server.ask("POST", "/api/v1/tokens", &keyed, token);
    assert_eq!(refused.status, 400, "a key that would not be kept is not taken");
    assert_eq!(keeper.created(), 1);
    let mut n_refused = 0;
    // Who signs in shows a token in the body, and the canned incident has no picture: both are tried by
    // themselves.
    let is_tried = |route: &&Route| route.path != "/sign-in" && !route.path.contains("/pictures/");
    for route in routes.iter().filter(is_tried) {
        for (shown, has) in ROLES {
            let (status, head) = head(&server, route.method, &place(route), &authorization(shown));
            let expect = match (route.needs, has) {
                (Needs::Nothing, _) => None,
                // No token stands for a signature, not even an admin's.
                (Needs::Signature(_), _) | (Needs::Scope(_), None) => Some(401),
                (Needs::Scope(needs), Some(has)) => (!has.allows(needs)).then_some(403),
            };
            match expect {
                Some(expect) => {
                    n_refused += 1;
                    assert_eq!(status, expect, "{route:?} as \"{shown}\": {head}");
                }
                None => {
                    assert!(
                        ![401, 403, 404, 405].contains(&status),
                        "{route:?} as {shown}: {head}"
                    );
                }
            }
            let is_signed = matches!(route.needs, Needs::Signature(_));
            let challenge = head.contains("www-authenticate: Bearer");
            assert_eq!(challenge, status == 401 && !is_signed, "{head}");
            assert_eq!(head.contains("www-authenticate: Signature"), is_signed, "{head}");
        }
    }
    assert!(n_refused > 100, "{n_refused}");
    let open: Vec<&str> =
        routes.iter().filter(|r| r.needs == Needs::Nothing).map(|route| route.path).collect();
    let expect = ["/healthz", "/assets/{name}", "/view", "/sign-in", "/sign-out"];
    assert_eq!(open, expect, "nothing else is open to all");
    let is_signed = |route: &&Route| matches!(route.needs, Needs::Signature(_));
    let signed: Vec<&str> = routes.iter().filter(is_signed).map(|route| route.path).collect();
    assert_eq!(signed, ["/api/v1/hooks/slack", "/api/v1/hooks/mattermost"]);
    assert!(server.backend.typed.lock().unwrap().is_empty(), "nobody signed anything");
    server.end();
}

#[test]
fn what_does_something_needs_more_than_reading() {
    for route in routes() {
        let is_read =
            route.method == "GET" || ["/view", "/sign-in", "/sign-out"].contains(&route.path);
        let is_enough = matches!(
            route.needs,
            Needs::Scope(Scope::Respond | Scope::Admin) | Needs::Signature(_)
        );
        assert!(is_read || is_enough, "{route:?}");
        let is_admins = route.path.contains("/tokens") || route.path.contains("/audit");
        assert_eq!(is_admins, route.needs == Needs::Scope(Scope::Admin), "{route:?}");
    }
}

#[test]
fn document_has_every_route() {
    let document = serde_json::to_value(hw_web::description()).unwrap();
    let is_api = |route: &&Route| {
        ["/api/", "/healthz", "/readyz", "/metrics"]
            .iter()
            .any(|start| route.path.starts_with(start))
    };
    assert!(routes().iter().filter(is_api).count() > 50);
    for route in routes().iter().filter(is_api) {
        let found = &document["paths"][route.path][route.method.to_lowercase()];
        assert!(found.is_object(), "{route:?} is not in the document");
    }
}

#[test]
fn path_tricks_find_nothing_that_the_path_itself_would_not() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    for path in [
        "//api/v1/tokens",
        "/api/v1//tokens",
        "/api//v1/tokens",
        "/api/v1/./tokens",
        "/healthz/../api/v1/tokens",
        "/healthz/%2e%2e/api/v1/tokens",
        "/healthz%2f..%2fapi/v1/tokens",
        "/api/v1%2ftokens",
        "/api/v1/%74okens",
        "/api/v1/tokens/",
        "/api/v1/tokens%00",
        "/api/v1/tokens;x=/healthz",
        "/API/v1/tokens",
        "/healthz?/../api/v1/tokens",
        "/api/v1/tokens?x=/healthz",
        "/api/v1/tokens#/healthz",
        "/api/v1/changes/..%2ftokens",
    ] {
        for shown in ["", "Bearer read"] {
            for method in ["GET", "HEAD", "POST", "DELETE", "PUT", "OPTIONS"] {
                let (status, _) = head(&server, method, path, &authorization(shown));
                // The one that is really /healthz, and nothing else.
                let is_health = path.starts_with("/healthz?") && ["GET", "HEAD"].contains(&method);
                assert_eq!((200..300).contains(&status), is_health, "{method} {path} {shown}");
            }
        }
    }
    assert_eq!(keeper.created(), 0);
    server.end();
}

#[test]
fn tokens_are_made_listed_and_revoked_at_once() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    let admin = "Authorization: Bearer admin\r\nContent-Type: application/json\r\n";
    let post = |body: &str| server.ask("POST", "/api/v1/tokens", admin, body);
    let made =
        post(r#"{"name": "anna", "scope": "respond", "expires_at": "2027-01-01T00:00:00Z"}"#);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["token"]["name"], "anna");
    assert_eq!(made.json()["token"]["expires_at"], "2027-01-01T00:00:00.000Z");
    assert_eq!(keeper.by(), ["admin"], "it is known who did it");
    let listed = server.ask("GET", "/api/v1/tokens", admin, "");
    assert!(!listed.body.contains(made.json()["secret"].as_str().unwrap()), "{listed:?}");
    let hers = |server: &Running| {
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        let shown = format!("Authorization: Bearer {secret}\r\n");
        server.ask("GET", "/api/v1/now", &shown, "").status
    };
    assert_eq!(hers(&server), 200);
    let gone = server.ask("DELETE", "/api/v1/tokens/T1", admin, "");
    assert_eq!(gone.status, 200, "{gone:?}");
    assert!(gone.json()["revoked_at"].is_string());
    assert_eq!(hers(&server), 401);
    // A date is the last day on which it is good, as the page asks for it.
    let until = post(r#"{"name": "ben", "scope": "read", "expires_at": "2027-01-31"}"#);
    assert_eq!(until.json()["token"]["expires_at"], "2027-01-31T23:59:59.000Z");
    server.ask("DELETE", "/api/v1/tokens/9", admin, "").problem(404, "not-found");
    for (body, words) in [
        (r#"{"name": "a", "scope": "respnd"}"#, "is no scope"),
        (r#"{"name": "", "scope": "read"}"#, "name must have"),
        (r#"{"name": "a\u0007", "scope": "read"}"#, "name must have"),
        (r#"{"name": "a", "scope": "read", "expires_at": "soon"}"#, "is no time"),
        (r#"{"name": "a", "scope": "read", "secret": "x"}"#, "is not known"),
        ("[]", "one object"),
    ] {
        let problem = post(body).problem(422, "unusable");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{body}: {problem}");
    }
    let foreign = format!("{admin}Origin: http://evil.example\r\n");
    server.ask("DELETE", "/api/v1/tokens/T1", &foreign, "").problem(403, "foreign-origin");
    server.end();
}

#[test]
fn audit_comes_in_parts() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    let admin = "Authorization: Bearer admin\r\n";
    let part = |query: &str| server.ask("GET", &format!("/api/v1/audit{query}"), admin, "").json();
    let first = part("?limit=2");
    assert_eq!((first["items"].as_array().unwrap().len(), &first["next"]), (2, &"2".into()));
    let rest = part("?limit=2&cursor=2");
    assert_eq!((rest["items"][0]["event"].as_u64(), rest["next"].is_null()), (Some(3), true));
    server.end();
}

#[test]
fn tokens_are_never_repeated_and_not_taken_from_urls() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    const SECRET: &str = "hw_admin_1_abcdefghijklmnop";
    for (path, headers) in [
        (format!("/api/v1/now?token={SECRET}"), String::new()),
        ("/api/v1/now?access_token=admin".to_owned(), String::new()),
        (format!("/api/v1/{SECRET}"), String::new()),
        (format!("/healthz?{SECRET}=1"), String::new()),
    ] {
        let said = server.ask("GET", &path, &headers, "");
        let problem = said.problem(400, "bad-request");
        assert!(problem["detail"].as_str().unwrap().contains("URL"), "{said:?}");
        assert!(!said.body.contains("abcdef") && !said.head.contains("abcdef"), "{said:?}");
    }
    for shown in [format!("Bearer {SECRET}"), SECRET.to_owned(), format!("Basic {SECRET}")] {
        let said = server.ask("GET", "/api/v1/now", &authorization(&shown), "");
        said.problem(401, "unauthenticated");
        assert!(!said.body.contains("abcdef") && !said.head.contains("abcdef"), "{said:?}");
    }
    let twice = "Authorization: Bearer read\r\nAuthorization: Bearer admin\r\n";
    server.ask("GET", "/api/v1/now", twice, "").problem(401, "unauthenticated");
    server
        .ask("GET", "/api/v1/now", &authorization("Bearer busy"), "")
        .problem(429, "too-many-attempts");
    server.end();
}

#[test]
fn who_comes_through_a_proxy_is_not_of_this_machine() {
    let keeper = Arc::new(Keeper::default());
    keeper.open_loopback();
    let server = server(&keeper);
    assert_eq!(server.get("/api/v1/now").status, 200);
    for header in ["X-Forwarded-For: 10.0.0.1", "Via: 1.1 x", "Forwarded: for=x", "X-Real-IP: 1"] {
        let said = server.ask("GET", "/api/v1/now", &format!("{header}\r\n"), "");
        said.problem(401, "unauthenticated");
    }
    server.end();
}

#[test]
fn follower_whose_token_is_revoked_is_sent_home() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    let mut stream = server.connect();
    let request = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                   Authorization: Bearer read\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let (mut said, mut byte) = (Vec::new(), [0]);
    while !said.ends_with(b"retry: 2000\n\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    keeper.revoke_all();
    server.backend.last_event.send_replace(40);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(!String::from_utf8_lossy(&rest).contains("id: 4"), "it saw nothing more");
    server.end();
}

#[test]
fn signature_admits_one_message_and_is_no_token() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    const SLACK: &str = "/api/v1/hooks/slack";
    const MATTERMOST: &str = "/api/v1/hooks/mattermost";
    let signed = "X-Slack-Signature: slack\r\nX-Slack-Request-Timestamp: 1\r\n";
    let said = server.ask("POST", SLACK, signed, "text=help");
    assert_eq!(said.status, 200, "{said:?}");
    assert_eq!(said.json()["text"], "anna typed text=help");
    assert_eq!(said.header("content-type"), Some("application/json"));
    let said = server.ask("POST", MATTERMOST, "Authorization: Token mattermost\r\n", "x");
    assert_eq!((said.status, said.json()["response_type"].as_str()), (200, Some("in_channel")));
    for headers in [
        "",
        "X-Slack-Signature: slack\r\n",
        "X-Slack-Request-Timestamp: 1\r\n",
        "X-Slack-Signature: slack\r\nX-Slack-Signature: slack\r\nX-Slack-Request-Timestamp: 1\r\n",
        "Authorization: Bearer admin\r\n",
        "Authorization: Token mattermost\r\n",
    ] {
        let problem = server.ask("POST", SLACK, headers, "text=help").problem(401, "unsigned");
        assert_eq!(problem["detail"], "the signature is wrong", "{headers}");
    }
    server.ask("POST", MATTERMOST, signed, "x").problem(401, "unsigned");
    let busy = server.ask("POST", SLACK, "X-Slack-Signature: busy\r\n", "x");
    busy.problem(429, "too-many-attempts");
    assert_eq!(busy.header("retry-after"), Some("9"));
    server.ask("POST", SLACK, signed, "").problem(422, "unusable");
    server.ask("POST", &format!("{SLACK}?text=help"), signed, "x").problem(400, "bad-request");
    let long = "x".repeat((1 << 20) + 1);
    server.ask("POST", SLACK, signed, &long).problem(413, "too-large");
    let foreign = format!("{signed}Origin: http://evil.example\r\n");
    server.ask("POST", SLACK, &foreign, "x").problem(403, "foreign-origin");
    assert_eq!(server.ask("GET", SLACK, signed, "").status, 405);
    assert_eq!(server.backend.typed.lock().unwrap().len(), 2, "nothing else was done");
    // The same message shows nothing to any other route.
    server.ask("GET", "/api/v1/now", signed, "").problem(401, "unauthenticated");
    server.end();
}

#[test]
fn without_a_secret_a_chat_is_told_which_setting_it_needs() {
    let server = Running::new();
    for (path, setting) in
        [("slack", "hooks.slack_signing_secret"), ("mattermost", "hooks.mattermost_tokens")]
    {
        let said = server.ask("POST", &format!("/api/v1/hooks/{path}"), "", "text=help");
        let problem = said.problem(404, "not-found");
        assert!(problem["detail"].as_str().unwrap().contains(setting), "{problem}");
    }
    server.end();
}

#[test]
fn who_types_in_a_chat_hears_something_in_time() {
    let keeper = Arc::new(Keeper::default()) as Arc<dyn hw_web::Doorkeeper>;
    let doors = Doors { keeper, ..Doors::default() };
    let slow = canned::Canned { delay: Duration::from_secs(30), ..canned::Canned::default() };
    let server = Running::behind(slow, WebSettings::standard(), doors);
    let signed = "X-Slack-Signature: slack\r\nX-Slack-Request-Timestamp: 1\r\n";
    let said = server.ask("POST", "/api/v1/hooks/slack", signed, "text=help");
    assert_eq!((said.status, said.json()["response_type"].as_str()), (200, Some("ephemeral")));
    assert!(said.json()["text"].as_str().unwrap().contains("did not answer in time"), "{said:?}");
    server.end();
}

#[test]
fn alerts_are_json_of_who_may_respond() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    let post = |token: &str, body: &str| {
        let headers =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        server.ask("POST", "/api/v1/hooks/alertmanager", &headers, body)
    };
    assert_eq!(post("respond", r#"{"alerts": []}"#).json()["words"], "1 alert");
    post("read", r#"{"alerts": []}"#).problem(403, "forbidden");
    post("respond", "{").problem(400, "bad-request");
    post("respond", "[]").problem(422, "unusable");
    post("respond", &format!("\"{}\"", "x".repeat(1 << 20))).problem(413, "too-large");
    assert_eq!(server.backend.alerted.lock().unwrap().len(), 1);
    server.end();
}

#[test]
fn who_signs_in_in_a_browser_is_let_in_by_a_cookie_and_out_again() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    let sign_in = |secret: &str, more: &str| {
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{more}");
        server.ask("POST", "/sign-in", &headers, &format!("back=%2Fchanges&secret={secret}"))
    };
    assert_eq!(sign_in("garbage", "").status, 401);
    let foreign = "Origin: https://elsewhere.example\r\n";
    assert_eq!(sign_in("read", foreign).status, 403, "another page signs nobody in");
    let signed = sign_in("read", "");
    assert_eq!(signed.status, 303);
    let head = signed.head.to_lowercase();
    assert!(head.contains("location: /changes"), "{head}");
    for part in ["highwater_token=read", "httponly", "samesite=strict"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    let cookie = "Cookie: other=1; highwater_token=read\r\n";
    assert_eq!(server.ask("GET", "/changes", cookie, "").status, 200);
    assert_eq!(server.ask("GET", "/api/v1/now", cookie, "").status, 200);
    // The cookie is worth what its token is worth.
    assert_eq!(server.ask("POST", "/do/incidents", cookie, "title=x").status, 403);
    let cookie = "Cookie: highwater_token=garbage\r\n";
    assert_eq!(server.ask("GET", "/changes", cookie, "").status, 401);
    // What is shown as a token counts before a cookie.
    let both = "Authorization: Bearer garbage\r\nCookie: highwater_token=read\r\n";
    assert_eq!(server.ask("GET", "/changes", both, "").status, 401);
    assert_eq!(server.ask("GET", "/incidents/1/pictures/ratio.svg", "", "").status, 401);
    let cookie = "Cookie: highwater_token=read\r\n";
    assert_eq!(server.ask("GET", "/incidents/1/pictures/ratio.svg", cookie, "").status, 404);
    let away = server.ask("POST", "/sign-out", "", "").head.to_lowercase();
    assert!(away.contains("highwater_token=; path=/; max-age=0"), "{away}");
    server.end();
}

#[test]
fn a_form_of_another_page_does_nothing_and_leads_nowhere_else() {
    let keeper = Arc::new(Keeper::default());
    let server = server(&keeper);
    let form =
        "Authorization: Bearer respond\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let foreign = format!("{form}Origin: https://elsewhere.example\r\n");
    let body = "kind=flag&service=router&back=%2Fchanges";
    assert_eq!(server.ask("POST", "/do/changes", &foreign, body).status, 403);
    let done = server.ask("POST", "/do/changes", form, body);
    assert_eq!(done.status, 303, "{}", done.head);
    assert!(done.head.to_lowercase().contains("location: /changes"), "{}", done.head);
    for back in ["https%3A%2F%2Felsewhere.example", "%2F%2Felsewhere.example", "%5Celsewhere"] {
        let body = format!("kind=flag&service=router&back={back}");
        let done = server.ask("POST", "/do/changes", form, &body).head.to_lowercase();
        assert!(done.contains("location: /\r\n"), "{back}: {done}");
    }
    // The same form sent twice is one change.
    let n_changes = || server.backend.changes.lock().unwrap().len();
    let before = n_changes();
    for _ in 0..2 {
        let body = "kind=flag&service=screening&seen=7&back=%2F";
        assert_eq!(server.ask("POST", "/do/changes", form, body).status, 303);
    }
    assert_eq!(n_changes(), before + 1);
    // What is wrong is said as a page, with all that was sent.
    let page = format!("{form}Accept: text/html\r\n");
    let wrong =
        server.ask("POST", "/do/changes", &page, "kind=flog&service=%3Cb%3Erouter&back=%2F");
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("Send again") && wrong.body.contains("&lt;b&gt;router"),
        "{}",
        wrong.body
    );
    assert!(wrong.head.to_lowercase().contains("content-security-policy: default-src 'none'"));
    // And whoever is turned away is told how to come in, by the page's headers, too.
    let turned = server.ask("GET", "/", "Accept: text/html\r\nAuthorization: Bearer no\r\n", "");
    assert_eq!(turned.status, 401);
    let head = turned.head.to_lowercase();
    assert!(head.contains("www-authenticate: bearer") && head.contains("content-type: text/html"));
    assert_eq!(head.matches("content-length:").count(), 1, "{head}");
    server.end();
}
