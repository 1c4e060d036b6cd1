//! Sends OTLP over HTTP, as an exporter does: what is turned away for now is sent again.

use super::address::address;
use super::api::agent;
use super::{ClientError, innermost};
use clap::Args;
use hw_ingest::{Encoding, Signal};
use prost::Message;
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
    /// Where the server takes OTLP over HTTP.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4318",
        env = "HIGHWATER_OTLP_HTTP",
        value_parser = address
    )]
    otlp_http: String,
}

impl SenderFlag {
    /// A sender to there.
    pub(crate) fn sender(&self) -> Sender {
        Sender::to(&self.otlp_http)
    }
}

/// Sends requests, one after the other.
#[derive(Debug)]
pub(crate) struct Sender {
    agent: Agent,
    address: String,
}

/// What of a request the receiver did not count, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TurnedAway {
    pub records: u64,
    pub message: String,
}

/// How one attempt ended.
enum Attempt {
    Accepted(TurnedAway),
    /// Try again after so many seconds.
    Later(u64, String),
    Refused(String),
}

impl Sender {
    /// To the receiver at an address.
    pub(crate) fn to(address: &str) -> Self {
        Self { agent: agent(Some(Duration::from_secs(60))), address: address.to_owned() }
    }

    /// Sends a request until it is acknowledged. `wait` is told why it has to be sent again.
    pub(crate) fn send(
        &self,
        signal: Signal,
        encoding: Encoding,
        body: &[u8],
        mut wait: impl FnMut(&str),
    ) -> Result<TurnedAway, ClientError> {
        let began = Instant::now();
        loop {
            match self.attempt(signal, encoding, body) {
                Attempt::Accepted(turned_away) => return Ok(turned_away),
                Attempt::Refused(why) => return Err(ClientError::Refused { why }),
                Attempt::Later(_, why) if began.elapsed().as_secs() >= PATIENCE_S => {
                    let address = self.address.clone();
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
        let url = format!("http://{}/v1/{path}", self.address);
        match self.agent.post(url).content_type(content_type).send(body) {
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
        return Attempt::Accepted(partial_success(&body, encoding));
    }
    let why = format!("status {}, {}", status.as_u16(), said(&body, encoding));
    match status.as_u16() {
        // The codes OTLP says to retry.
        429 | 502..=504 => Attempt::Later(seconds, why),
        _ => Attempt::Refused(why),
    }
}

/// The answer to all three signals has one shape, in field 1.
#[derive(Clone, PartialEq, Message)]
struct Response1 {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    message: String,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(string, tag = "2")]
    message: String,
}

fn partial_success(body: &[u8], encoding: Encoding) -> TurnedAway {
    match encoding {
        Encoding::Protobuf { .. } => {
            let partial = Response1::decode(body).ok().and_then(|answer| answer.partial_success);
            partial.map_or_else(TurnedAway::default, |partial| TurnedAway {
                records: partial.rejected.try_into().unwrap_or(0),
                message: partial.message,
            })
        }
        Encoding::Json => partial_json(body).unwrap_or_default(),
    }
}

fn partial_json(body: &[u8]) -> Option<TurnedAway> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let partial = answer.get("partialSuccess")?.as_object()?;
    let records = partial.iter().find(|(key, _)| key.starts_with("rejected"));
    let records =
        records.and_then(|(_, n)| n.as_str().map_or_else(|| n.as_u64(), |n| n.parse().ok()));
    let message = partial.get("errorMessage").and_then(|text| text.as_str()).unwrap_or_default();
    Some(TurnedAway { records: records.unwrap_or(0), message: message.to_owned() })
}

fn said(body: &[u8], encoding: Encoding) -> String {
    let message = match encoding {
        Encoding::Protobuf { .. } => Status::decode(body).ok().map(|status| status.message),
        Encoding::Json => {
            serde_json::from_slice::<serde_json::Value>(body).ok().and_then(|status| {
                status.get("message").and_then(|text| text.as_str()).map(str::to_owned)
            })
        }
    };
    message.filter(|text| !text.is_empty()).unwrap_or_else(|| "without a reason".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_is_read_from_both_forms() {
        let json = br#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"late"}}"#;
        let expect = TurnedAway { records: 3, message: "late".to_owned() };
        assert_eq!(partial_success(json, Encoding::Json), expect);
        let partial = PartialSuccess { rejected: 3, message: "late".to_owned() };
        let body = Response1 { partial_success: Some(partial) }.encode_to_vec();
        let protobuf = Encoding::Protobuf { signal: None };
        assert_eq!(partial_success(&body, protobuf), expect);
        assert_eq!(partial_success(b"", protobuf), TurnedAway::default());
        assert_eq!(partial_success(b"{}", Encoding::Json), TurnedAway::default());
    }
}
