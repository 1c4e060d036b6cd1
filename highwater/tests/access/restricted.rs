//! A restricted incident is not there for whoever may not read it, whatever they ask.

use super::json;
use super::public::{Public, create};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};

/// A word that stands in nothing but the restricted incident.
const SECRET: &str = "pineapple";

struct Team {
    server: Public,
    anna: String,
    eve: String,
    carl: String,
}

impl Team {
    fn new() -> Self {
        let mut server = Public::new();
        let [anna, eve] = ["Anna", "Eve"].map(|name| create(&server.data(), name, "respond"));
        let carl = create(&server.data(), "Carl", "admin");
        server.start();
        // So that the data's clock says a time.
        let span = json!({"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331",
            "kind": 2, "name": "GET /", "startTimeUnixNano": "1795330494000000000",
            "endTimeUnixNano": "1795330494000000001"});
        let body = json!({"resourceSpans": [{"resource": {"attributes": [{"key": "service.name",
            "value": {"stringValue": "gate"}}]}, "scopeSpans": [{"spans": [span]}]}]});
        assert_eq!(server.otlp_body(&carl, &body.to_string()).0, 200);
        Self { server, anna, eve, carl }
    }

    fn tell(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = self.server.post(path, token, &body.to_string());
        (status, json(&text))
    }

    fn get(&self, token: &str, path: &str) -> (u16, String) {
        self.server.get(path, token)
    }

    /// Opens an incident and returns its id.
    fn open(&self, token: &str, title: &str) -> String {
        let (status, answer) = self.tell(token, "/api/v1/incidents", &json!({"title": title}));
        assert_eq!(status, 201, "{answer}");
        answer["incident"]["id"].as_str().unwrap().to_owned()
    }

    /// Whatever somebody wants to do there, the incident is not there.
    fn nothing_can_be_done_by(&self, token: &str, secret: &str) {
        let commands = format!("/api/v1/incidents/{secret}/commands");
        let entries = format!("/api/v1/incidents/{secret}/entries");
        for (path, body) in [
            (&commands, json!({"command": "status", "to": "mitigated", "reason": "x"})),
            (&commands, json!({"command": "unrestrict"})),
            (&entries, json!({"text": "x"})),
            (&format!("{entries}/2/amend"), json!({"text": "x"})),
            (&format!("{entries}/2/pin"), json!({})),
            (&"/api/v1/reports".to_owned(), json!({"text": "x", "incident": secret})),
        ] {
            let (status, said) = self.tell(token, path, &body);
            assert_eq!(status, 404, "{path} {body}: {said}");
        }
    }

    /// What somebody hears who follows events from the first on, up to the one with this word.
    fn followed(&self, token: &str, until: &str) -> String {
        let lines = BufReader::new(self.server.stream("/api/v1/events?after=0", token)).lines();
        let mut heard = String::new();
        for line in lines {
            heard.push_str(&line.unwrap());
            heard.push('\n');
            if heard.contains(until) {
                break;
            }
        }
        heard
    }
}

#[test]
fn key_used_again_does_not_open_what_was_restricted_since() {
    let mut team = Team::new();
    let body = json!({"title": format!("the {SECRET} leaks"), "by": "Eve"});
    let open = |token: &str| {
        let (status, text) =
            team.server.post_with_key("/api/v1/incidents", token, "key", &body.to_string());
        (status, text)
    };
    let (status, said) = open(&team.eve);
    assert_eq!(status, 201, "{said}");
    let id = json(&said)["incident"]["id"].as_str().unwrap().to_owned();
    let commands = format!("/api/v1/incidents/{id}/commands");
    let (status, said) = team.tell(&team.anna, &commands, &json!({"command": "restrict"}));
    assert_eq!(status, 200, "{said}");
    let (status, said) = open(&team.eve);
    assert_eq!(status, 404, "{said}");
    assert!(!said.contains(SECRET), "{said}");
    team.server.stop();
}

#[test]
fn restricted_incident_is_there_for_those_it_names_and_admins_alone() {
    let mut team = Team::new();
    let secret = team.open(&team.anna, &format!("the {SECRET} leaks"));
    let commands = format!("/api/v1/incidents/{secret}/commands");
    let entries = format!("/api/v1/incidents/{secret}/entries");
    let note = json!({"text": format!("more {SECRET}")});
    assert_eq!(team.tell(&team.anna, &entries, &note).0, 201);
    let (status, answer) = team.tell(&team.anna, &commands, &json!({"command": "restrict"}));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["incident"]["record"]["restricted_to"], json!(["Anna"]));
    let open = team.open(&team.anna, "something visible");
    let pages = [
        "/api/v1/incidents".to_owned(),
        format!("/api/v1/incidents/{secret}"),
        entries.clone(),
        format!("/api/v1/incidents/{secret}/brief"),
        format!("/api/v1/search?q={SECRET}"),
        "/api/v1/now".to_owned(),
        "/api/v1/services/gate/people".to_owned(),
        "/api/v1/audit".to_owned(),
    ];
    for page in &pages {
        let (status, said) = team.get(&team.eve, page);
        assert!(!said.contains(SECRET), "{page}: {said}");
        let is_of_it = page.contains(&secret);
        assert_eq!(status == 404, is_of_it, "{page}: {status} {said}");
    }
    for reader in [&team.anna, &team.carl] {
        for page in pages.iter().take(5) {
            let (status, said) = team.get(reader, page);
            assert_eq!(status, 200, "{page}: {said}");
            assert!(said.contains(SECRET), "{page}: {said}");
        }
    }
    // One that does not exist and one that is restricted answer alike.
    let other = secret.replace("INC-", "INC-9");
    let (_, there) = team.get(&team.eve, &format!("/api/v1/incidents/{secret}"));
    let (_, not_there) = team.get(&team.eve, &format!("/api/v1/incidents/{other}"));
    assert_eq!(there.replace(&secret, "X"), not_there.replace(&other, "X"));
    team.nothing_can_be_done_by(&team.eve, &secret);
    let merge = json!({"command": "merge", "into": secret});
    let (status, said) =
        team.tell(&team.eve, &format!("/api/v1/incidents/{open}/commands"), &merge);
    assert_eq!(status, 409, "{said}");
    // A report opens its own, rather than show that one.
    let (status, said) = team.tell(&team.eve, "/api/v1/reports", &json!({"text": "odd"}));
    assert_eq!(status, 201, "{said}");
    assert_eq!(said["incident"]["id"], json!(open), "the one that Eve may see");
    // A search gives away nothing by its length, either; nor does a key that is used again.
    for word in [SECRET, "pineap"] {
        let (_, of_secret) = team.get(&team.eve, &format!("/api/v1/search?q={word}&limit=1"));
        let (_, of_nothing) = team.get(&team.eve, "/api/v1/search?q=nowhere&limit=1");
        assert_eq!(of_secret, of_nothing);
    }
    let heard = team.followed(&team.eve, "something visible");
    assert!(!heard.contains(SECRET), "{heard}");
    assert!(team.followed(&team.anna, "something visible").contains(SECRET));
    // Anna lets Eve in, and then everybody.
    let more = json!({"command": "restrict", "people": ["Eve"]});
    assert_eq!(team.tell(&team.anna, &commands, &more).0, 200);
    assert!(team.get(&team.eve, &entries).1.contains(SECRET));
    assert_eq!(team.tell(&team.eve, &commands, &json!({"command": "unrestrict"})).0, 200);
    let (status, said) = team.tell(&team.eve, &commands, &json!({"command": "unrestrict"}));
    assert_eq!(status, 409, "{said}");
    assert!(said["detail"].as_str().unwrap().contains("may read it already"), "{said}");
    team.server.stop();
}
