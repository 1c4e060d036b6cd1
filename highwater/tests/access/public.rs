//! A server that other machines could reach, and clients of it.
//!
//! Tests run on one machine. What a proxy forwards counts as coming from elsewhere, so that is how
//! they come from elsewhere.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// From elsewhere.
const FORWARDED: (&str, &str) = ("X-Forwarded-For", "203.0.113.9");

/// What a started server may take until it answers, on a machine with other things to do.
const READY_MAX: Duration = Duration::from_secs(60);

pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/tls").join(name)
}

/// Runs the program to its end.
pub(crate) fn highwater(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    for name in ["HIGHWATER_CONFIG", "HIGHWATER_TOKEN", "HIGHWATER_CA", "HIGHWATER_LISTEN"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(environment.iter().copied()).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Makes a token in the folder of a server that does not run.
pub(crate) fn create(data: &Path, name: &str, scope: &str) -> String {
    let data = data.to_str().unwrap();
    let said =
        highwater(&["token", "create", "--data", data, "--name", name, "--scope", scope], &[]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    assert!(text(&said.stderr).contains("shown once"), "{}", text(&said.stderr));
    text(&said.stdout).trim().to_owned()
}

/// A server at all addresses of this machine.
pub(crate) struct Public {
    pub(crate) folder: TempDir,
    pub(crate) api: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) grpc: SocketAddr,
    pub(crate) has_tls: bool,
    process: Option<Child>,
}

impl Public {
    /// Not started yet.
    pub(crate) fn new() -> Self {
        let taken = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [api, http, grpc] = taken.each_ref().map(|listener| listener.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        Self { folder, api, http, grpc, has_tls: true, process: None }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts it with a certificate, and waits until it answers.
    pub(crate) fn start(&mut self) {
        let (certificate, key) = (testdata("server.pem"), testdata("server.key"));
        self.start_with(&[
            "--tls-certificate",
            certificate.to_str().unwrap(),
            "--tls-key",
            key.to_str().unwrap(),
        ]);
    }

    pub(crate) fn start_with(&mut self, more: &[&str]) {
        let said = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("said"))
            .unwrap();
        let everywhere = |address: SocketAddr| format!("0.0.0.0:{}", address.port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.args(["serve", "--clock", "data", "--data"]).arg(self.data());
        command.args(["--listen", &everywhere(self.api)]);
        command.args(["--otlp-http", &everywhere(self.http)]);
        command.args(["--otlp-grpc", &everywhere(self.grpc)]).args(more);
        command.env_remove("HIGHWATER_CONFIG").env("HIGHWATER_ACCESS_HOSTS", "highwater.test");
        command.env("HIGHWATER_LOG", "debug");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        self.process = Some(command.spawn().unwrap());
        let began = Instant::now();
        while self.try_get("/healthz", "").is_none() {
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "it ended with {ended:?}: {}", self.words());
            assert!(began.elapsed() < READY_MAX, "it does not answer: {}", self.words());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it has said on stderr.
    pub(crate) fn words(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("said")).unwrap_or_default()
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Ends it in order.
    pub(crate) fn stop(&mut self) {
        self.signal("-TERM");
        let status = self.process.take().unwrap().wait().unwrap();
        assert!(status.success(), "it ended with {status}: {}", self.words());
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.has_tls { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.api)
    }

    fn try_get(&self, path: &str, token: &str) -> Option<(u16, String)> {
        let request = shown(agent().get(self.url(path)), token);
        let mut answer = request.call().ok()?;
        let body = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), body))
    }

    /// Asks the API from elsewhere.
    pub(crate) fn get(&self, path: &str, token: &str) -> (u16, String) {
        self.try_get(path, token).expect("the API answers")
    }

    /// Status of what a route answers from elsewhere; its body may never end.
    pub(crate) fn status(&self, method: &str, path: &str, token: &str) -> u16 {
        let url = self.url(path);
        let agent = agent();
        let answer = match method {
            "GET" => shown(agent.get(url), token).call(),
            "DELETE" => shown(agent.delete(url), token).call(),
            "POST" => shown(agent.post(url), token).send_empty(),
            "PUT" => shown(agent.put(url), token).send_empty(),
            "PATCH" => shown(agent.patch(url), token).send_empty(),
            other => panic!("{other}"),
        };
        answer.expect("the API answers").status().as_u16()
    }

    pub(crate) fn post(&self, path: &str, token: &str, body: &str) -> (u16, String) {
        send(&self.url(path), token, body)
    }

    pub(crate) fn post_with_key(
        &self,
        path: &str,
        token: &str,
        key: &str,
        body: &str,
    ) -> (u16, String) {
        let request = shown(agent().post(self.url(path)), token).content_type("application/json");
        let mut answer = request.header("Idempotency-Key", key).send(body).expect("it answers");
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    pub(crate) fn delete(&self, path: &str, token: &str) -> u16 {
        self.status("DELETE", path, token)
    }

    /// What a page says without end.
    pub(crate) fn stream(&self, path: &str, token: &str) -> impl Read + use<> {
        let answer = shown(agent().get(self.url(path)), token).call().expect("the API answers");
        answer.into_body().into_reader()
    }

    /// Sends traces over HTTP from elsewhere.
    pub(crate) fn otlp(&self, token: &str) -> (u16, String) {
        self.otlp_body(token, "{}")
    }

    /// Sends these traces over HTTP from elsewhere.
    pub(crate) fn otlp_body(&self, token: &str, body: &str) -> (u16, String) {
        let scheme = if self.has_tls { "https" } else { "http" };
        send(&format!("{scheme}://{}/v1/traces", self.http), token, body)
    }
}

impl Drop for Public {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.kill());
            drop(process.wait());
        }
    }
}

fn send(url: &str, token: &str, body: &str) -> (u16, String) {
    let request = shown(agent().post(url), token).content_type("application/json");
    let mut answer = request.send(body).expect("it answers");
    let mut text = String::new();
    answer.body_mut().as_reader().read_to_string(&mut text).unwrap();
    (answer.status().as_u16(), text)
}

fn shown<B>(request: ureq::RequestBuilder<B>, token: &str) -> ureq::RequestBuilder<B> {
    let request = request.header(FORWARDED.0, FORWARDED.1);
    match token {
        "" => request,
        token => request.header("Authorization", format!("Bearer {token}")),
    }
}

/// A client that believes the authority of the tests.
fn agent() -> Agent {
    let ca = std::fs::read(testdata("ca.pem")).unwrap();
    let roots = RootCerts::Specific(Arc::new(vec![Certificate::from_pem(&ca).unwrap()]));
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(roots)
        .build();
    let config = Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .tls_config(tls);
    config.build().into()
}
