//! What may be set about the API, and why each value is what it is.

use std::time::Duration;

/// Limits of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSettings {
    /// Connections open at one time; another one is closed at once. People and their tools on one
    /// machine: a browser opens six.
    pub connections_max: usize,
    /// Those of them that follow events, so that they leave some for the others.
    pub followers_max: usize,
    /// Questions that disk and engine answer at one time; others wait.
    pub questions_max: usize,
    /// How long a connection may take to send the head of its next request.
    pub header_timeout: Duration,
    /// How long a body may take to come.
    pub body_timeout: Duration,
    /// Longest body: a change takes some hundred bytes.
    pub body_bytes_max: usize,
    /// How long an answer may take, before its asker is told to come back.
    pub answer_timeout: Duration,
    /// How long nothing may get through to whoever reads an answer.
    pub stall_timeout: Duration,
    /// Between two signs of life to whoever follows events. Proxies cut off after a minute of silence.
    pub sign_of_life: Duration,
    /// How long requests that are on their way may take once the server is told to stop.
    pub drain_timeout: Duration,
}

impl WebSettings {
    /// What is right for most.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            connections_max: 256,
            followers_max: 64,
            questions_max: 16,
            header_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(10),
            body_bytes_max: 1 << 20,
            answer_timeout: Duration::from_secs(15),
            stall_timeout: Duration::from_secs(20),
            sign_of_life: Duration::from_secs(15),
            drain_timeout: Duration::from_secs(3),
        }
    }
}
