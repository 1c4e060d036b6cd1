//! A server that is killed and started again, always at the same addresses.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// It must take requests again after this long, or the test ends.
const READY_MAX: Duration = Duration::from_secs(60);

/// The program, its folder and its addresses.
pub(crate) struct Server {
    folder: PathBuf,
    pub(crate) http: SocketAddr,
    pub(crate) grpc: SocketAddr,
    pub(crate) api: SocketAddr,
    /// What says what is now.
    pub(crate) clock: &'static str,
    /// What else it is told.
    pub(crate) arguments: Vec<String>,
    process: Option<Child>,
}

impl Server {
    /// Not started yet.
    pub(crate) fn new(folder: &Path) -> Self {
        let taken = [free(), free(), free()];
        let [http, grpc, api] = taken.each_ref().map(|listener| listener.local_addr().unwrap());
        let arguments = Vec::new();
        let folder = folder.to_owned();
        Self { folder, http, grpc, api, clock: "data", arguments, process: None }
    }

    /// One by this machine's clock, which serves.
    pub(crate) fn by_the_wall(folder: &Path) -> Self {
        let mut server = Self::new(folder);
        server.clock = "wall";
        server.serve();
        server
    }

    /// One that has these settings, not started yet.
    pub(crate) fn with_settings(folder: &Path, settings: &str) -> Self {
        let file = folder.join("highwater.toml");
        std::fs::write(&file, settings).unwrap();
        let mut server = Self::new(folder);
        server.arguments = vec!["--config".to_owned(), file.display().to_string()];
        server
    }

    /// Starts it, and waits until it takes requests.
    pub(crate) fn serve(&mut self) {
        self.start();
        self.wait_until_ready();
    }

    /// Opens an incident in Anna's name. Returns its id.
    pub(crate) fn open_incident(&self, key: &str, title: &str) -> String {
        let body = serde_json::json!({"title": title, "by": "Anna"});
        let (status, answer) = self.tell("/api/v1/incidents", key, &body);
        assert_eq!(status, 201, "{answer}");
        answer.pointer("/incident/id").and_then(|id| id.as_str()).unwrap().to_owned()
    }

    /// Where its data is.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn start(&mut self) {
        let said = File::options().create(true).append(true).open(self.words_file()).unwrap();
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        self.process = Some(command.spawn().unwrap());
    }

    /// What starts it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.args(["serve", "--clock", self.clock, "--data"]).arg(self.data());
        command.args(["--listen", &self.api.to_string()]);
        command.args(["--otlp-http", &self.http.to_string()]);
        command.args(["--otlp-grpc", &self.grpc.to_string()]);
        command.args(&self.arguments).env_remove("HIGHWATER_CONFIG");
        command
    }

    /// Waits until it answers a request with 200. An empty one is a success by OTLP.
    pub(crate) fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while self.post("{}") != Some(200) {
            self.assert_alive();
            assert!(began.elapsed() < READY_MAX, "it takes no requests: {}", self.words());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends it at once, whatever it is doing: SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.assert_alive();
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        self.assert_no_panic();
    }

    /// No thread of it may have died, also where the others went on without it.
    fn assert_no_panic(&self) {
        let words = self.words();
        assert!(!words.contains("panicked at"), "{words}");
    }

    /// Asks it to end: SIGTERM.
    pub(crate) fn ask_to_end(&mut self) {
        let id = self.process.as_ref().unwrap().id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
    }

    /// Waits until it has ended, as it was asked to.
    pub(crate) fn wait_for_end(&mut self) {
        let status = self.process.take().unwrap().wait().unwrap();
        assert!(status.success(), "it ended with {status}: {}", self.words());
    }

    /// Kills it if it is still there. Returns whether it was.
    pub(crate) fn kill_if_alive(&mut self) -> bool {
        let mut process = self.process.take().unwrap();
        if let Some(status) = process.try_wait().unwrap() {
            assert!(status.success(), "it ended with {status}: {}", self.words());
            return false;
        }
        process.kill().unwrap();
        // Between the question and the kill it may have ended by itself.
        process.wait().unwrap().code().is_none()
    }

    /// Posts JSON as traces. Returns the status, if there was an answer.
    pub(crate) fn post(&self, json: &str) -> Option<u16> {
        self.post_to("/v1/traces", json)
    }

    /// Posts JSON to the receiver.
    pub(crate) fn post_to(&self, path: &str, json: &str) -> Option<u16> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            self.http,
            json.len()
        );
        exchange(self.http, &head, json).map(|(status, _)| status)
    }

    /// Asks the API.
    pub(crate) fn get(&self, path: &str) -> (u16, serde_json::Value) {
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.api);
        let (status, body) = exchange(self.api, &head, "").expect("the API answers");
        (status, serde_json::from_str(&body).unwrap_or(serde_json::Value::String(body)))
    }

    /// The same with these headers, each with its line end.
    pub(crate) fn get_with(&self, path: &str, headers: &str) -> (u16, serde_json::Value) {
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}connection: close\r\n\r\n",
            self.api
        );
        let (status, body) = exchange(self.api, &head, "").unwrap_or_default();
        (status, serde_json::from_str(&body).unwrap_or(serde_json::Value::String(body)))
    }

    /// Tells the API something.
    pub(crate) fn tell(
        &self,
        path: &str,
        key: &str,
        body: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        Self::tell_at(self.api, path, key, &body.to_string()).expect("the API answers JSON")
    }

    /// The same, of a server that may not answer.
    pub(crate) fn tell_at(
        api: SocketAddr,
        path: &str,
        key: &str,
        body: &str,
    ) -> Option<(u16, serde_json::Value)> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {api}\r\ncontent-type: application/json\r\n\
             idempotency-key: {key}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let (status, body) = exchange(api, &head, body)?;
        Some((status, serde_json::from_str(&body).ok()?))
    }

    /// Alters what stands at a path of the API, under a key.
    pub(crate) fn alter(
        &self,
        path: &str,
        key: &str,
        body: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        self.with_body(("PATCH", path), key, body)
    }

    /// Puts something at a path of the API, under a key.
    pub(crate) fn put(
        &self,
        path: &str,
        key: &str,
        body: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        self.with_body(("PUT", path), key, body)
    }

    fn with_body(
        &self,
        (method, path): (&str, &str),
        key: &str,
        body: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             idempotency-key: {key}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            self.api,
            body.len()
        );
        let (status, body) = exchange(self.api, &head, &body).expect("the API answers");
        (status, serde_json::from_str(&body).expect("the answer is JSON"))
    }

    /// Posts bytes with these headers, each with its line end, to the API.
    pub(crate) fn send(&self, path: &str, headers: &str, body: &str) -> (u16, serde_json::Value) {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {}\r\n\
             connection: close\r\n\r\n",
            self.api,
            body.len()
        );
        let (status, body) = exchange(self.api, &head, body).expect("the API answers");
        (status, serde_json::from_str(&body).unwrap_or(serde_json::Value::String(body)))
    }

    fn assert_alive(&mut self) {
        let ended = self.process.as_mut().unwrap().try_wait().unwrap();
        assert!(ended.is_none(), "it ended by itself with {ended:?}: {}", self.words());
    }

    fn words_file(&self) -> PathBuf {
        self.folder.join("highwater.log")
    }

    /// What it has said on stderr.
    pub(crate) fn words(&self) -> String {
        std::fs::read_to_string(self.words_file()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.kill());
            drop(process.wait());
        }
        if !std::thread::panicking() {
            self.assert_no_panic();
        }
    }
}

/// One request and its answer: status and body.
fn exchange(address: SocketAddr, head: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n")?.1.to_owned();
    Some((status, body))
}

fn free() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}
