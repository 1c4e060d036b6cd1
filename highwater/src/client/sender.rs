//! Sends OTLP over HTTP, as an exporter does: what is turned away for now is sent again.

use super::address::Address;
use super::api::agent;
use super::trust::{CredentialFlags, Credentials};
use super::{ClientError, innermost};
use clap::Args;
use hw_ingest::{Acceptance, Encoding, Signal, refusal_words};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::http::Response;

/// Seconds after which a receiver that does not come back is given up.
const PATIENCE_S: u64 = 120;

/// Seconds between two attempts, if nothing else is said.
const RETRY_S: u64 = 1;

/// Longest answer that is read, in bytes.
const ANSWER_MAX: u64 = 1 << 20;

/// To which receiver is sent.
#[derive(Clone, Debug, Args)]
pub(crate) struct SenderFlag {
    /// Where the server takes OTLP over HTTP: host and port, with https:// before it for TLS.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4318",
        env = "HIGHWATER_OTLP_HTTP",
        value_parser = Address::parse
    )]
    otlp_http: Address,

    #[command(flatten)]
    credentials: CredentialFlags,
}

impl SenderFlag {
    /// A sender to there.
    pub(crate) fn sender(&self) -> anyhow::Result<Sender> {
        let credentials = self.credentials.read(&self.otlp_http)?;
        Ok(Sender::with(self.otlp_http.clone(), credentials))
    }
}

/// Sends requests, one after the other.
#[derive(Debug)]
pub(crate) struct Sender {
    agent: Agent,
    address: Address,
    credentials: Credentials,
}

/// How one attempt ended.
enum Attempt {
    Accepted(Acceptance),
    /// Try again after so many seconds.
    Later(u64, String),
    Refused(String),
}

impl Sender {
    /// To the receiver at an address of this process, with a token of its own.
    pub(crate) fn own(place: SocketAddr, has_tls: bool, token: &str) -> Self {
        Self::with(Address::of(place, has_tls), Credentials::own(token))
    }

    /// To a receiver on this machine that needs no token.
    pub(crate) fn to(place: SocketAddr) -> Self {
        Self::with(Address::of(place, false), Credentials::default())
    }

    fn with(address: Address, credentials: Credentials) -> Self {
        let agent = agent(Some(Duration::from_secs(60)), &credentials);
        Self { agent, address, credentials }
    }

    /// Sends a request until it is acknowledged. `wait` is told why it has to be sent again.
    pub(crate) fn send(
        &self,
        signal: Signal,
        encoding: Encoding,
        body: &[u8],
        mut wait: impl FnMut(&str),
    ) -> Result<Acceptance, ClientError> {
        let began = Instant::now();
        loop {
            match self.attempt(signal, encoding, body) {
                Attempt::Accepted(acceptance) => return Ok(acceptance),
                Attempt::Refused(why) => return Err(ClientError::Refused { why }),
                Attempt::Later(_, why) if began.elapsed().as_secs() >= PATIENCE_S => {
                    let address = self.address.to_string();
                    let what = "--otlp-http ADDRESS";
                    return Err(ClientError::Unreachable { address, what, why });
                }
                Attempt::Later(seconds, why) => {
                    wait(&why);
                    std::thread::sleep(Duration::from_secs(seconds));
                }
            }
        }
    }

    /// Sends a request once.
    pub(crate) fn send_once(
        &self,
        signal: Signal,
        encoding: Encoding,
        body: &[u8],
    ) -> Result<Acceptance, String> {
        match self.attempt(signal, encoding, body) {
            Attempt::Accepted(acceptance) => Ok(acceptance),
            Attempt::Later(_, why) | Attempt::Refused(why) => Err(why),
        }
    }

    fn attempt(&self, signal: Signal, encoding: Encoding, body: &[u8]) -> Attempt {
        let path = match signal {
            Signal::Traces => "traces",
            Signal::Logs => "logs",
            Signal::Metrics => "metrics",
        };
        let content_type = match encoding {
            Encoding::Json => "application/json",
            Encoding::Protobuf { .. } => "application/x-protobuf",
        };
        let url = format!("{}/v1/{path}", self.address);
        match self.credentials.show(self.agent.post(url)).content_type(content_type).send(body) {
            Ok(answer) => read(answer, encoding),
            Err(error) => Attempt::Later(RETRY_S, innermost(&error)),
        }
    }
}

fn read(mut answer: Response<ureq::Body>, encoding: Encoding) -> Attempt {
    let status = answer.status();
    let seconds = answer.headers().get("retry-after");
    let seconds = seconds.and_then(|text| text.to_str().ok()?.parse().ok()).unwrap_or(RETRY_S);
    let body = match answer.body_mut().with_config().limit(ANSWER_MAX).read_to_vec() {
        Ok(body) => body,
        Err(error) => return Attempt::Later(RETRY_S, innermost(&error)),
    };
    if status.is_success() {
        return Attempt::Accepted(Acceptance::read(&body, encoding));
    }
    let said = refusal_words(&body, encoding).unwrap_or_else(|| "without a reason".to_owned());
    let why = format!("status {}, {said}", status.as_u16());
    match status.as_u16() {
        // The codes OTLP says to retry.
        429 | 502..=504 => Attempt::Later(seconds, why),
        _ => Attempt::Refused(why),
    }
}
