//! Takes one message to one receiver, within ten seconds, and says what became of it.
//!
//! The courier keeps nothing between two messages: what is tried when, and how often, is decided in
//! [`schedule`](crate::schedule). It reads the clock, since signatures and alerts need the time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::http::{Answer, exchange};
use crate::mail;
use crate::message::{self, Method, Request};
use crate::notice::{Kind, Notice};
use crate::outcome::Outcome;
use crate::receiver::{Email, MailSecurity, Receiver, ReceiverKind};
use crate::secret::Secret;
use crate::smtp::{self, Errand};
use crate::target::{Lookup, ResolveTrouble, Target, system_lookup};
use crate::tracker::{self, Ask, Issue, Item, Moved, Tracker, TrackerKind};
use crate::trust::{Trust, TrustError};

/// One attempt, from the look-up to the answer, is over by then.
pub const ATTEMPT_MAX: Duration = Duration::from_secs(10);

/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Carries messages. Cheap to share: it holds settings only.
pub struct Courier {
    trust: Trust,
    lookup: Lookup,
    attempt_max: Duration,
}

/// What a probe did, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What was done, in words.
    pub did: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

/// Why something could not be fetched; the words hold no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchError(String);

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FetchError {}

impl Courier {
    /// A courier that believes the system's certificates and those of `own_authorities` (PEM).
    ///
    /// # Errors
    /// If the PEM text holds no certificate.
    pub fn new(own_authorities: Option<&[u8]>) -> Result<Self, TrustError> {
        let trust = Trust::read(own_authorities)?;
        Ok(Self { trust, lookup: system_lookup(), attempt_max: ATTEMPT_MAX })
    }

    /// The same, with another way from names to addresses; the guard looks at these all the same.
    #[must_use]
    pub fn with_lookup(mut self, lookup: Lookup) -> Self {
        self.lookup = lookup;
        self
    }

    /// The same, with another time limit than [`ATTEMPT_MAX`].
    #[must_use]
    pub fn with_attempt_max(mut self, attempt_max: Duration) -> Self {
        self.attempt_max = attempt_max;
        self
    }

    /// Certificates that are believed. Without any, nothing encrypted can be reached; say so at
    /// start (`install ca-certificates, or name a file of your own`).
    #[must_use]
    pub fn roots(&self) -> usize {
        self.trust.n_roots
    }

    /// Tells one receiver of one notice.
    #[must_use]
    pub fn deliver(&self, receiver: &Receiver, notice: &Notice) -> Outcome {
        self.deliver_all(receiver, std::slice::from_ref(notice))
    }

    /// Tells one receiver of some notices in one message. Only Alertmanager takes more than one.
    #[must_use]
    pub fn deliver_all(&self, receiver: &Receiver, notices: &[Notice]) -> Outcome {
        if let Err(wrong) = receiver.check() {
            return Outcome::refused(wrong.problem);
        }
        if let ReceiverKind::Email(email) = &receiver.kind {
            let [notice] = notices else {
                return Outcome::refused("takes one notice at a time");
            };
            return self.mail(receiver, email, notice, Errand::HandOver);
        }
        match message::request(receiver, notices, now()) {
            Ok(request) => self.told(receiver, &request),
            Err(reason) => Outcome::refused(reason),
        }
    }

    /// Tells a dead man's switch that we are well: its address says everything.
    #[must_use]
    pub fn beat(&self, switch: &Receiver) -> Outcome {
        self.deliver(switch, &test_notice(now()))
    }

    /// Asks whether a receiver could be told, for `doctor`. A webhook gets a test notice, a mail
    /// server is asked whether it would take mail for each recipient, Alertmanager for its status.
    /// Where a message would be seen by people, or feed a dead man's switch, it only connects.
    #[must_use]
    pub fn probe(&self, receiver: &Receiver) -> Probe {
        let (did, outcome) = match (&receiver.kind, receiver.check()) {
            (_, Err(wrong)) => ("looked at the settings", Outcome::refused(wrong.problem)),
            (ReceiverKind::Webhook { .. }, Ok(())) => {
                ("sent a notice of type webhook.test", self.deliver(receiver, &test_notice(now())))
            }
            (ReceiverKind::Email(email), Ok(())) => (
                "connected, signed in and asked for each recipient, sent nothing",
                self.mail(receiver, email, &test_notice(now()), Errand::Ask),
            ),
            (ReceiverKind::Alertmanager { url, authorization }, Ok(())) => {
                let headers = authorization.iter();
                let headers = headers.map(|value| ("authorization", value.expose().to_owned()));
                let request = Request {
                    method: Method::Get,
                    url: message::below(url, "/api/v2/status"),
                    headers: headers.collect(),
                    body: Vec::new(),
                };
                ("asked for its status", self.told(receiver, &request))
            }
            (
                ReceiverKind::Slack { url }
                | ReceiverKind::Mattermost { url }
                | ReceiverKind::Teams { url },
                Ok(()),
            ) => ("only connected, since people would see a test", self.connect(receiver, url)),
            (ReceiverKind::PagerDuty { url, .. }, Ok(())) => (
                "only connected, since a test would page",
                self.connect(receiver, &Secret::new(url.as_str())),
            ),
            (ReceiverKind::Heartbeat { url, .. }, Ok(())) => (
                "only connected, since a test would count as a heartbeat",
                self.connect(receiver, url),
            ),
        };
        Probe { did, outcome }
    }

    /// Fetches a document, such as a calendar, through the same guard.
    ///
    /// # Errors
    /// If the address is refused, the server does not answer with 2xx, or sends more than
    /// `bytes_max`.
    pub fn fetch(
        &self,
        url: &Secret,
        allow_private: &[String],
        bytes_max: usize,
    ) -> Result<Vec<u8>, FetchError> {
        let request = Request {
            method: Method::Get,
            url: url.clone(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let answer = self.asked(allow_private, &request, bytes_max).map_err(said)?;
        match judged(&answer) {
            Outcome::Delivered if answer.is_cut => Err(FetchError(format!(
                "the answer is longer than {bytes_max} bytes or breaks off"
            ))),
            Outcome::Delivered => Ok(answer.body),
            trouble @ (Outcome::DeliveredInPart { .. }
            | Outcome::Later { .. }
            | Outcome::Refused { .. }) => Err(said(trouble)),
        }
    }

    /// Opens an issue for an item, unless there is one.
    ///
    /// # Errors
    /// What became of the attempt, if there is no issue in the end.
    pub fn open_issue(&self, tracker: &Tracker, item: &Item) -> Result<Issue, Outcome> {
        let found = self.tracked(tracker, &Ask::Find(item))?;
        match tracker.own(&found, item)? {
            Some(issue) => Ok(issue),
            None => tracker.issue(&self.tracked(tracker, &Ask::Open(item))?),
        }
    }

    /// How an issue stands.
    ///
    /// # Errors
    /// What became of the attempt, if it cannot be seen.
    pub fn look_at_issue(&self, tracker: &Tracker, number: u64) -> Result<Issue, Outcome> {
        tracker.issue(&self.tracked(tracker, &Ask::Look(number))?)
    }

    /// Says below an issue why it is closed or open again, and does it; one that is so already stays as
    /// it is.
    ///
    /// # Errors
    /// What became of the attempt, if it is not so in the end.
    pub fn move_issue(
        &self,
        tracker: &Tracker,
        number: u64,
        (moved, why): (Moved, &str),
    ) -> Result<Issue, Outcome> {
        let issue = self.look_at_issue(tracker, number)?;
        if issue.is_open == (moved == Moved::Reopened) {
            return Ok(issue);
        }
        self.tracked(tracker, &Ask::Comment(number, why))?;
        tracker.issue(&self.tracked(tracker, &Ask::Move(number, moved))?)
    }

    /// Tells a webhook of an item: that it is there, or what became of it, and why.
    ///
    /// # Errors
    /// What became of the attempt, if it was not taken.
    pub fn tell_of_item(
        &self,
        tracker: &Tracker,
        item: &Item,
        moved: Option<(Moved, &str)>,
    ) -> Result<(), Outcome> {
        if let Some(problem) = tracker.problem() {
            return Err(Outcome::refused(problem));
        }
        let request = tracker.told(item, moved, now())?;
        let answer = self.asked(&tracker.allow_private, &request, ANSWER_BYTES_MAX)?;
        match judged(&answer) {
            Outcome::Delivered => Ok(()),
            trouble @ (Outcome::DeliveredInPart { .. }
            | Outcome::Later { .. }
            | Outcome::Refused { .. }) => Err(trouble),
        }
    }

    /// Whether a tracker lets us in, without anything there being altered.
    #[must_use]
    pub fn probe_tracker(&self, tracker: &Tracker) -> Probe {
        if tracker.kind == TrackerKind::Webhook {
            let outcome = tracker.problem().map_or(Outcome::Delivered, Outcome::refused);
            return Probe { did: "looked at its settings, sent nothing", outcome };
        }
        let outcome = self.tracked(tracker, &Ask::Try).map_or_else(|it| it, |_| Outcome::Delivered);
        Probe { did: "asked for its issues", outcome }
    }

    /// The answer of a tracker that did what it was asked.
    fn tracked(&self, tracker: &Tracker, ask: &Ask<'_>) -> Result<Answer, Outcome> {
        if let Some(problem) = tracker.problem() {
            return Err(Outcome::refused(problem));
        }
        let request = tracker.request(ask)?;
        let answer = self.asked(&tracker.allow_private, &request, tracker::ANSWER_BYTES_MAX)?;
        match judged(&answer) {
            Outcome::Delivered => Ok(answer),
            // GitHub says so also to whoever asks too often; then it says when to come again.
            Outcome::Refused { .. } if answer.status == 403 && answer.retry_after_s.is_some() => {
                Err(Outcome::Later {
                    reason: "answered 403: asked too often".to_owned(),
                    after_s: answer.retry_after_s,
                    may_have_arrived: false,
                })
            }
            Outcome::Refused { .. } if matches!(answer.status, 401 | 403 | 404) => {
                Err(Outcome::refused(turned_away(answer.status)))
            }
            trouble @ (Outcome::DeliveredInPart { .. }
            | Outcome::Later { .. }
            | Outcome::Refused { .. }) => Err(trouble),
        }
    }

    fn told(&self, receiver: &Receiver, request: &Request) -> Outcome {
        match self.asked(&receiver.allow_private, request, ANSWER_BYTES_MAX) {
            Ok(answer) => judged(&answer),
            Err(trouble) => trouble,
        }
    }

    fn asked(
        &self,
        allow_private: &[String],
        request: &Request,
        bytes_max: usize,
    ) -> Result<Answer, Outcome> {
        let deadline = Instant::now() + self.attempt_max;
        let target =
            Target::parse(request.url.expose(), allow_private).map_err(Outcome::refused)?;
        let addresses = target.resolve(&self.lookup, self.attempt_max / 2).map_err(unresolved)?;
        exchange(&self.trust, &target, addresses, request, (deadline, bytes_max))
    }

    fn connect(&self, receiver: &Receiver, url: &Secret) -> Outcome {
        let deadline = Instant::now() + self.attempt_max;
        let target = match Target::parse(url.expose(), &receiver.allow_private) {
            Ok(target) => target,
            Err(problem) => return Outcome::refused(problem),
        };
        match target.resolve(&self.lookup, self.attempt_max / 2) {
            Ok(addresses) => crate::deadline::touch(&self.trust, &target, &addresses, deadline),
            Err(trouble) => unresolved(trouble),
        }
    }

    fn mail(&self, receiver: &Receiver, email: &Email, notice: &Notice, errand: Errand) -> Outcome {
        let deadline = Instant::now() + self.attempt_max;
        let target = match Target::of_host(&email.host, email.port, &receiver.allow_private) {
            Ok(target) => target,
            Err(problem) => return Outcome::refused(problem),
        };
        let addresses = match target.resolve(&self.lookup, self.attempt_max / 2) {
            Ok(addresses) => addresses,
            Err(trouble) => return unresolved(trouble),
        };
        let is_here = addresses.iter().all(|address| address.ip().is_loopback());
        if email.security == MailSecurity::Plain && !is_here {
            return Outcome::refused(
                "security = \"plain\" is for a server on this machine; use \"starttls\" or \"tls\"",
            );
        }
        match mail::compose(email, notice) {
            Ok(mail) => smtp::converse(&self.trust, email, (&addresses, deadline), &mail, errand),
            Err(reason) => Outcome::refused(reason),
        }
    }
}

fn unresolved(trouble: ResolveTrouble) -> Outcome {
    match trouble {
        ResolveTrouble::Refused(reason) => Outcome::refused(reason),
        ResolveTrouble::Later(reason) => Outcome::not_sent(reason),
    }
}

/// What a status means. A redirect is not followed: whoever answers could send the message, with
/// the token in its address, to anywhere.
fn judged(answer: &Answer) -> Outcome {
    let status = answer.status;
    let later = |may_have_arrived| Outcome::Later {
        reason: format!("answered {status}"),
        after_s: answer.retry_after_s,
        may_have_arrived,
    };
    match status {
        200..=299 => Outcome::Delivered,
        300..=399 => Outcome::refused(format!(
            "answered {status}, a redirect, and redirects are not followed; write the address it \
             leads to"
        )),
        408 | 425 | 429 | 503 => later(false),
        401 | 403 => Outcome::refused(format!("answered {status}; check the token or key")),
        404 | 410 => Outcome::refused(format!("answered {status}; check the address")),
        400..=499 => Outcome::refused(format!("answered {status}")),
        _ => later(true),
    }
}

/// What a tracker means by it.
const fn turned_away(status: u16) -> &'static str {
    match status {
        401 => "answered 401: it does not know the token",
        403 => "answered 403: the token may not do this there",
        _ => "answered 404: there is no such project or issue, or the token may not see it",
    }
}

fn said(outcome: Outcome) -> FetchError {
    match outcome {
        Outcome::Delivered => FetchError("nothing was wrong".to_owned()),
        Outcome::DeliveredInPart { reason }
        | Outcome::Later { reason, .. }
        | Outcome::Refused { reason } => FetchError(reason),
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

fn test_notice(now: i64) -> Notice {
    Notice {
        key: format!("test-{now}"),
        thread: "TEST".to_owned(),
        kind: Kind::Test,
        title: "Highwater asks whether messages arrive".to_owned(),
        severity: None,
        lines: vec!["This is a test; nothing happened.".to_owned()],
        service: "highwater".to_owned(),
        labels: std::collections::BTreeMap::new(),
        started_at: now,
        at: now,
        ended_at: None,
        link: None,
        folded: 0,
    }
}
