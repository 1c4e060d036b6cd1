//! The API, asked one question after the other.

use super::address::Address;
use super::trust::Credentials;
use super::{ClientError, innermost};
use hw_api::rfc3339;
use hw_model::ToldChange;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::time::Duration;
use ureq::Agent;
use ureq::http::Response;

/// Seconds until a server that does not answer is given up.
const TIMEOUT_S: u64 = 30;

/// The same for what must not wait.
const HASTY_S: u64 = 2;

/// The API of a server.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    agent: Agent,
    address: Address,
    credentials: Credentials,
}

/// An event of the server, as it is streamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Streamed {
    pub id: u64,
    pub kind: String,
    pub data: String,
}

impl Api {
    /// The API of a server on this machine, without a token. It is asked for nothing that matters
    /// who it is.
    pub(crate) fn at(address: Address) -> Self {
        Self::with(address, Credentials::none())
    }

    /// The API at an address, with what is shown to it.
    pub(super) fn with(address: Address, credentials: Credentials) -> Self {
        let agent = agent(Some(Duration::from_secs(TIMEOUT_S)), &credentials);
        Self { agent, address, credentials }
    }

    /// The same, given up soon: for what must not wait.
    pub(crate) fn hasty(&self) -> Self {
        let agent = agent(Some(Duration::from_secs(HASTY_S)), &self.credentials);
        Self { agent, ..self.clone() }
    }

    /// Gets `path`, which begins with a slash.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let request = self.credentials.show(self.agent.get(self.url(path)));
        let answer = request.call().map_err(|e| self.unreachable(&e))?;
        self.read(answer)
    }

    /// Gets all items of a list, page by page.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<Value>, ClientError> {
        let (mut items, mut next) = (Vec::new(), String::new());
        loop {
            let page: Page = self.get(&format!("{path}{next}"))?;
            items.extend(page.items);
            let Some(cursor) = page.next else { return Ok(items) };
            let joint = if path.contains('?') { '&' } else { '?' };
            next = format!("{joint}cursor={}", percent_encoded(&cursor));
        }
    }

    /// Gets the first items of a list, so many at most.
    pub(crate) fn some(&self, path: &str, items_max: usize) -> Result<Vec<Value>, ClientError> {
        let (mut items, mut next) = (Vec::new(), String::new());
        loop {
            let page: Page = self.get(&format!("{path}{next}"))?;
            items.extend(page.items);
            items.truncate(items_max);
            let cursor = page.next.filter(|_| items.len() < items_max);
            let Some(cursor) = cursor else { return Ok(items) };
            next = format!("&cursor={}", percent_encoded(&cursor));
        }
    }

    /// Posts JSON. Two requests with one key are one.
    pub(crate) fn post(&self, path: &str, body: &Value, key: &str) -> Result<Value, ClientError> {
        let request = self
            .credentials
            .show(self.agent.post(self.url(path)))
            .content_type("application/json")
            .header("Idempotency-Key", key);
        let answer = request.send(body.to_string()).map_err(|e| self.unreachable(&e))?;
        self.read(answer)
    }

    /// Alters what stands at `path`. Two requests with one key are one.
    pub(crate) fn patch(&self, path: &str, body: &Value, key: &str) -> Result<Value, ClientError> {
        let request = self
            .credentials
            .show(self.agent.patch(self.url(path)))
            .content_type("application/json")
            .header("Idempotency-Key", key);
        let answer = request.send(body.to_string()).map_err(|e| self.unreachable(&e))?;
        self.read(answer)
    }

    /// Posts JSON to what does not know keys: two requests are two.
    pub(crate) fn post_without_key(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        let request = self.credentials.show(self.agent.post(self.url(path)));
        let answer = request.content_type("application/json").send(body.to_string());
        self.read(answer.map_err(|e| self.unreachable(&e))?)
    }

    /// Deletes what stands at `path`. Returns what is left to say of it.
    pub(crate) fn delete(&self, path: &str) -> Result<Value, ClientError> {
        let request = self.credentials.show(self.agent.delete(self.url(path)));
        let answer = request.call().map_err(|e| self.unreachable(&e))?;
        self.read(answer)
    }

    /// Tells a change. Returns it as it is kept.
    pub(crate) fn tell(&self, change: &ToldChange, key: &str) -> Result<Value, ClientError> {
        let body = json!({
            "kind": change.kind.word(),
            "service": change.service,
            "at": rfc3339(change.at),
            "from_version": change.from_version,
            "to_version": change.to_version,
            "mitigates": change.mitigates,
        });
        self.post("/api/v1/changes", &body, key)
    }

    /// Status and text of a page that is not JSON.
    pub(crate) fn text(&self, path: &str) -> Result<(u16, String), ClientError> {
        let request = self.credentials.show(self.agent.get(self.url(path)));
        let mut answer = request.call().map_err(|e| self.unreachable(&e))?;
        let text = answer.body_mut().read_to_string().map_err(|e| self.unreachable(&e))?;
        Ok((answer.status().as_u16(), text))
    }

    /// Events as they come, until the server ends.
    pub(crate) fn events(&self) -> Result<impl Iterator<Item = Streamed> + use<>, ClientError> {
        let patient = agent(None, &self.credentials);
        let answer = self.credentials.show(patient.get(self.url("/api/v1/events"))).call();
        let answer = answer.map_err(|e| self.unreachable(&e))?;
        let mut lines = BufReader::new(answer.into_body().into_reader()).lines();
        Ok(std::iter::from_fn(move || next_event(&mut lines)))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn unreachable(&self, error: &ureq::Error) -> ClientError {
        let (address, why) = (self.address.to_string(), innermost(error));
        ClientError::Unreachable { address, what: "--server ADDRESS", why }
    }

    fn read<T: DeserializeOwned>(
        &self,
        mut answer: Response<ureq::Body>,
    ) -> Result<T, ClientError> {
        let status = answer.status();
        let text = answer.body_mut().read_to_string().map_err(|e| self.unreachable(&e))?;
        if status.is_success() {
            return serde_json::from_str(&text).map_err(|error| ClientError::Failed {
                why: format!("what answers at {} is no Highwater: {error}", self.address),
            });
        }
        let why = problem(&text).unwrap_or_else(|| format!("status {status}"));
        Err(if status.is_client_error() {
            ClientError::Refused { why }
        } else {
            ClientError::Failed { why }
        })
    }
}

/// A page of a list.
#[derive(serde::Deserialize)]
struct Page {
    items: Vec<Value>,
    next: Option<String>,
}

/// What never goes through a proxy nor follows to elsewhere, and whose refusals are answers.
pub(super) fn agent(timeout: Option<Duration>, credentials: &Credentials) -> Agent {
    let config = Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(credentials.tls())
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_global(timeout);
    config.build().into()
}

/// The words of a problem.
fn problem(text: &str) -> Option<String> {
    let problem: Value = serde_json::from_str(text).ok()?;
    let detail = problem.get("detail").or_else(|| problem.get("title"))?.as_str()?;
    let meant = problem.get("did_you_mean").and_then(Value::as_str);
    let meant = meant.map(|meant| format!("; did you mean \"{meant}\"?")).unwrap_or_default();
    Some(format!("{detail}{meant}"))
}

/// The next event of a stream of lines.
fn next_event(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Option<Streamed> {
    let mut event = Streamed::default();
    loop {
        let line = lines.next()?.ok()?;
        let (field, value) = line.split_once(':').unwrap_or((line.as_str(), ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => event.id = value.parse().ok()?,
            "event" => value.clone_into(&mut event.kind),
            "data" => event.data.push_str(value),
            "" if line.is_empty() && !event.data.is_empty() => return Some(event),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streamed_events_are_read() {
        let text =
            ": hello\n\nid: 7\nevent: shift_detected\ndata: {\"a\":\ndata: 1}\n\nid: 8\ndata: x\n";
        let mut lines = text.lines().map(|line| Ok(line.to_owned()));
        let event = next_event(&mut lines).unwrap();
        assert_eq!((event.id, event.kind.as_str()), (7, "shift_detected"));
        assert_eq!(event.data, "{\"a\":1}");
        assert_eq!(next_event(&mut lines), None);
    }

    #[test]
    fn problems_give_their_detail() {
        assert_eq!(problem(r#"{"title":"t","detail":"d"}"#).as_deref(), Some("d"));
        assert_eq!(problem("<html>"), None);
    }
}
