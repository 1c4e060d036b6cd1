//! A server that does with issues of acme/offers what GitHub's REST API does, or what it is told to.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What opens it.
pub(crate) const TOKEN: &str = "canary-4711";

/// It answers nothing for this long, if it hangs.
const HANG: Duration = Duration::from_secs(30);

#[derive(Default)]
struct World {
    issues: Vec<Value>,
    /// Status line and headers instead of an answer.
    refusal: Option<String>,
    is_hanging: bool,
    writes: Vec<String>,
}

pub(crate) struct GitHub {
    pub(crate) address: SocketAddr,
    world: Arc<Mutex<World>>,
}

impl GitHub {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let world = Arc::new(Mutex::new(World::default()));
        let shared = Arc::clone(&world);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, world) = (stream.unwrap(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &world, address));
            }
        });
        Self { address, world }
    }

    /// Where people read an issue.
    pub(crate) fn page(&self, number: usize) -> String {
        page(self.address, number)
    }

    pub(crate) fn issue(&self, number: usize) -> Value {
        self.world.lock().unwrap().issues[number - 1].clone()
    }

    pub(crate) fn n_issues(&self) -> usize {
        self.world.lock().unwrap().issues.len()
    }

    /// What was written there, by method and path.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.world.lock().unwrap().writes.clone()
    }

    /// Somebody closes or reopens an issue.
    pub(crate) fn alter(&self, number: usize, state: &str, who: &str) {
        let issue = &mut self.world.lock().unwrap().issues[number - 1];
        issue["state"] = json!(state);
        issue["closed_by"] = if state == "closed" { json!({"login": who}) } else { Value::Null };
    }

    /// Somebody opens an issue.
    pub(crate) fn open(&self, title: &str) {
        let mut world = self.world.lock().unwrap();
        open(&mut world, self.address, &json!({"title": title}));
    }

    pub(crate) fn refuse(&self, answer: Option<&str>) {
        self.world.lock().unwrap().refusal = answer.map(str::to_owned);
    }

    pub(crate) fn hang_after_opening(&self, is_hanging: bool) {
        self.world.lock().unwrap().is_hanging = is_hanging;
    }
}

fn page(address: SocketAddr, number: usize) -> String {
    format!("http://{address}/acme/offers/issues/{number}")
}

fn open(world: &mut World, address: SocketAddr, sent: &Value) -> Value {
    let number = world.issues.len() + 1;
    let issue = json!({
        "number": number, "html_url": page(address, number), "state": "open",
        "title": sent["title"], "body": sent["body"], "labels": sent["labels"],
        "closed_by": null, "comments_said": [],
    });
    world.issues.push(issue.clone());
    issue
}

fn serve(mut stream: TcpStream, world: &Mutex<World>, address: SocketAddr) {
    let Some((head, body)) = read(&mut stream) else { return };
    let (status, answer, is_hanging) = {
        let mut world = world.lock().unwrap();
        let (status, answer) = answer(&mut world, address, (&head, &body));
        let is_hanging = world.is_hanging && status.starts_with("201");
        (status, answer, is_hanging)
    };
    if is_hanging {
        std::thread::sleep(HANG);
    }
    let length = answer.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {length}\r\n\r\n{answer}"
    );
    // Who asked may be dead.
    stream.write_all(answer.as_bytes()).ok();
}

fn answer(world: &mut World, address: SocketAddr, (head, body): (&str, &str)) -> (String, String) {
    if let Some(refusal) = &world.refusal {
        return (refusal.clone(), "secret".to_owned());
    }
    let mut first = head.split(' ');
    let (method, path) = (first.next().unwrap(), first.next().unwrap());
    if !head.contains(&format!("Bearer {TOKEN}")) {
        return ("401 Unauthorized".to_owned(), json!({"message": "Bad credentials"}).to_string());
    }
    let Some(rest) = path.strip_prefix("/repos/acme/offers/issues") else {
        return ("404 Not Found".to_owned(), json!({"message": "Not Found"}).to_string());
    };
    if method != "GET" {
        world.writes.push(format!("{method} {path}"));
    }
    let sent: Value = serde_json::from_str(body).unwrap_or_default();
    let number = rest.trim_start_matches('/').split('/').next().unwrap().parse::<usize>();
    let (status, answer) = match (method, number) {
        ("POST", Err(_)) => ("201 Created", open(world, address, &sent)),
        (method, Ok(number)) => ("200 OK", of_issue(&mut world.issues[number - 1], method, &sent)),
        (_, Err(_)) => {
            let is_ours = |issue: &&Value| issue["labels"][0] == "highwater";
            let ours: Vec<&Value> = world.issues.iter().filter(is_ours).collect();
            ("200 OK", json!(ours))
        }
    };
    (status.to_owned(), answer.to_string())
}

fn of_issue(issue: &mut Value, method: &str, sent: &Value) -> Value {
    match method {
        "POST" => issue["comments_said"].as_array_mut().unwrap().push(sent["body"].clone()),
        "PATCH" => {
            issue["state"] = sent["state"].clone();
            issue["state_reason"] = sent["state_reason"].clone();
        }
        _ => {}
    }
    issue.clone()
}

fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut part = [0; 4_096];
    loop {
        let n = stream.read(&mut part).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&part[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase();
        let length = length.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Some((head.to_owned(), body.to_owned()));
        }
    }
}
