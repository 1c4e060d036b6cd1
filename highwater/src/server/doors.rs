//! Who gets in, and by which doors: the tokens of the folder, TLS, and what must be so before an
//! address that others can reach is opened.

use super::clock::wall;
use super::opening::{Opened, Unsuitable};
use super::running::ServerSettings;
use crate::administration::{grant, random};
use anyhow::Context;
use hw_access::{Book, CertificateFiles, Certificates, Door, LoopbackPolicy, Renewal, mint};
use hw_api::{Asking, Doorman, Scope};
use hw_ingest::{Guard, Receiver};
use hw_model::Timestamp;
use hw_web::{Doorkeeper, Doors, Web};
use hw_wire::{ActV1, EventV1};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tracing::{info, warn};

/// Between two looks at the files of the certificate.
const LOOK: Duration = Duration::from_secs(60);

/// Days before its end from which on a certificate is said to end.
const SOON_DAYS: f64 = 14.0;

/// Seconds between two looks at whether that is so.
const DAY_S: f64 = 86_400.0;

/// What can be set about who gets in.
#[derive(Clone, Debug)]
pub(crate) struct AccessSettings {
    pub loopback: LoopbackPolicy,
    /// Names by which the API is asked, beside localhost and its address.
    pub hosts: Vec<String>,
    pub tls: Option<CertificateFiles>,
    /// Whether others may be served in clear.
    pub is_clear_allowed: bool,
}

impl AccessSettings {
    /// This machine alone, in clear and without tokens.
    pub(crate) const fn of_loopback() -> Self {
        let hosts = Vec::new();
        Self { loopback: LoopbackPolicy::Open, hosts, tls: None, is_clear_allowed: false }
    }
}

/// What guards a server.
pub(super) struct Guards {
    pub door: Arc<Door>,
    pub certificates: Option<Arc<Certificates>>,
    /// A token of our own, which sends canaries.
    pub own: String,
}

impl Guards {
    /// Of an opened folder. Refuses to serve others without what that needs.
    pub(super) fn set_up(opened: &Opened, settings: &ServerSettings) -> anyhow::Result<Self> {
        let access = &settings.access;
        let files = access.tls.clone();
        let certificates = files.map(|files| Certificates::load(files, wall())).transpose()?;
        let tokens = opened.reader.tokens()?;
        let mut book = Book::default();
        for token in tokens {
            match token {
                Ok(token) => grant(token).into_iter().for_each(|grant| book.put(grant)),
                Err(id) => {
                    warn!(token = id, "a token is damaged: it opens nothing");
                    book.put_damaged();
                }
            }
        }
        check(settings, book.n_usable(wall()))?;
        let own = mint(Scope::Ingest, 0, &random().context("failed to get random numbers")?);
        let door = Arc::new(Door::new(access.loopback, book, Some(own.hash())));
        if let Some(certificates) = &certificates {
            say_end(certificates);
        }
        Ok(Self { door, certificates, own: own.reveal() })
    }

    /// Puts the receiver behind its guard.
    pub(super) fn guard(&self, receiver: Receiver) -> anyhow::Result<Receiver> {
        let tls = self.certificates.as_ref();
        let tls = tls.map(|tls| tls.server_config(&["h2", "http/1.1"])).transpose()?;
        let door = Arc::clone(&self.door);
        let doorman: Doorman =
            Arc::new(move |asking: &Asking<'_>, needs| door.admit(asking, needs, wall()));
        Ok(receiver.guarded(Guard { tls, doorman: Some(doorman) }))
    }

    /// Puts the API behind its doors.
    pub(super) fn doors(
        &self,
        web: Web,
        hosts: &[String],
        keeper: Arc<dyn Doorkeeper>,
    ) -> anyhow::Result<Web> {
        let tls = self.certificates.as_ref();
        let tls = tls.map(|tls| tls.server_config(&["http/1.1"])).transpose()?;
        Ok(web.behind(Doors { hosts: hosts.to_vec(), tls, keeper }))
    }
}

/// Refuses what would let anybody in, or nobody.
fn check(settings: &ServerSettings, n_tokens: usize) -> anyhow::Result<()> {
    let access = &settings.access;
    let create = format!(
        "make one: highwater token create --data {} --name NAME --scope admin",
        settings.folder.display()
    );
    if let Some(address) = public_addresses(settings).next() {
        if access.tls.is_none() && !access.is_clear_allowed {
            anyhow::bail!(Unsuitable(format!(
                "{address} can be reached from other machines, and there is no certificate: set \
                 tls.certificate and tls.key, or listen on 127.0.0.1. --insecure-listen allows it \
                 without TLS: then whoever can see the network can read tokens and telemetry"
            )));
        }
        if n_tokens == 0 {
            anyhow::bail!(Unsuitable(format!(
                "{address} can be reached from other machines, and there is no token by which \
                 anybody could be let in: {create}"
            )));
        }
    }
    if access.loopback == LoopbackPolicy::Tokens && n_tokens == 0 {
        anyhow::bail!(Unsuitable(format!(
            "access.loopback is \"tokens\", and there is none, so nobody could be let in: {create}"
        )));
    }
    Ok(())
}

fn addresses(settings: &ServerSettings) -> impl Iterator<Item = SocketAddr> {
    [settings.listen, settings.receiver.http, settings.receiver.grpc].into_iter().flatten()
}

/// Addresses that other machines can reach.
pub(super) fn public_addresses(settings: &ServerSettings) -> impl Iterator<Item = SocketAddr> {
    addresses(settings).filter(|address| !address.ip().to_canonical().is_loopback())
}

/// Records how the server stands. It does not serve if that cannot be done.
pub(super) fn record_start(
    opened: &mut Opened,
    settings: &ServerSettings,
    guards: &Guards,
) -> anyhow::Result<()> {
    let words = |address: Option<SocketAddr>| address.map(|address| address.to_string());
    let now = wall();
    let tokens = opened.reader.tokens()?.into_iter().flatten().filter_map(grant);
    let tokens = tokens.filter(|grant| grant.is_usable(now)).count();
    let loopback = match settings.access.loopback {
        LoopbackPolicy::Open => "open",
        LoopbackPolicy::Tokens => "tokens",
    };
    let did = ActV1::ServerStarted {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        listen: words(settings.listen),
        otlp_http: words(settings.receiver.http),
        otlp_grpc: words(settings.receiver.grpc),
        is_public: public_addresses(settings).next().is_some(),
        has_tls: guards.certificates.is_some(),
        loopback: loopback.to_owned(),
        tokens: u32::try_from(tokens).unwrap_or(u32::MAX),
    };
    let event = EventV1::audit(now, "highwater", did);
    opened.store.group(|group| group.append_event(&event, now.0))?;
    Ok(())
}

/// Looks at the files of the certificate every minute, and when it is told to by SIGHUP.
pub(super) async fn renew(certificates: Arc<Certificates>, mut stopping: watch::Receiver<bool>) {
    let mut told = told_to_look();
    let mut is_said = false;
    let mut reminder = Reminder { said_at: wall() };
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            Some(()) = told.recv() => is_said = false,
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        }
        match certificates.renew(wall()) {
            Renewal::Same => {}
            Renewal::Renewed { .. } => {
                is_said = false;
                info!("the certificate was renewed");
                say_end(&certificates);
            }
            Renewal::Refused(error) => {
                if !is_said {
                    let why = crate::chain::chain(&error.into());
                    warn!(why, "the new certificate cannot be used; the one before it stays");
                }
                is_said = true;
            }
        }
        if reminder.is_due(wall()) {
            say_end(&certificates);
        }
    }
}

/// When the end of the certificate was looked at last: at the start, and once a day from then on.
struct Reminder {
    said_at: Timestamp,
}

impl Reminder {
    /// Whether it is to be looked at again, which then counts as done.
    fn is_due(&mut self, now: Timestamp) -> bool {
        let is_due = now.seconds_since(self.said_at) >= DAY_S;
        if is_due {
            self.said_at = now;
        }
        is_due
    }
}

fn say_end(certificates: &Certificates) {
    let end = certificates.expires_at();
    if end.seconds_since(wall()) < SOON_DAYS * DAY_S {
        warn!(end = hw_api::rfc3339(end), "the certificate ends soon");
    }
}

#[cfg(unix)]
fn told_to_look() -> tokio::sync::mpsc::Receiver<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (tell, told) = tokio::sync::mpsc::channel(1);
    match signal(SignalKind::hangup()) {
        Ok(mut hangup) => {
            drop(tokio::spawn(async move {
                while hangup.recv().await.is_some() && tell.send(()).await.is_ok() {}
            }));
        }
        Err(error) => {
            warn!(%error, "SIGHUP is not heard; the certificate is looked at each minute")
        }
    }
    told
}

#[cfg(not(unix))]
fn told_to_look() -> tokio::sync::mpsc::Receiver<()> {
    tokio::sync::mpsc::channel(1).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_of_the_certificate_is_looked_at_once_a_day() {
        let mut reminder = Reminder { said_at: Timestamp::from_s(0) };
        let minutes = (1..=3 * 1_440).map(|minute| Timestamp::from_s(60 * minute));
        let due: Vec<Timestamp> = minutes.filter(|now| reminder.is_due(*now)).collect();
        assert_eq!(due, [86_400, 172_800, 259_200].map(Timestamp::from_s));
    }
}
