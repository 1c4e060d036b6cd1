//! A server on a folder of its own, and whoever sends to it and asks it.

use crate::client::{Address, Api, Sender, Streamed};
use crate::server::{AccessSettings, Server, ServerSettings};
use crate::settings::ServeFlags;
use anyhow::Context;
use hw_ingest::{Acceptance, Encoding, Signal};
use hw_model::ToldChange;
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// Seconds for an event that is durable to be heard.
const HEARD_S: u64 = 30;

/// The server of the demo.
pub(super) struct Stage {
    server: Server,
    folder: TempDir,
    sender: Sender,
    api: Api,
    address: SocketAddr,
    events: Receiver<Streamed>,
    interrupts: Receiver<()>,
}

impl Stage {
    /// Starts a server at the usual ports, or others where those are in use.
    pub(super) fn build() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("highwater-demo-").tempdir();
        let folder = folder.context("failed to make a folder for the demo's data")?;
        let server = Server::start(settings(&folder)?)?;
        let otlp = server.otlp_http().context("the receiver is off")?;
        let address = server.api().context("the API is off")?;
        let api = Api::at(Address::of(address, false));
        let (tell, events) = channel();
        let stream = api.events()?;
        std::thread::Builder::new().name("listener".to_owned()).spawn(move || {
            // Whoever no longer listens need not be told.
            stream.into_iter().all(|event| tell.send(event).is_ok());
        })?;
        let (sender, interrupts) = (Sender::to(otlp), server.signals());
        Ok(Self { server, folder, sender, api, address, events, interrupts })
    }

    /// Where the API answers.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where OTLP comes in.
    pub(super) const fn otlp(&self) -> [Option<SocketAddr>; 2] {
        [self.server.otlp_http(), self.server.otlp_grpc()]
    }

    pub(super) const fn api(&self) -> &Api {
        &self.api
    }

    /// Whether somebody wants it to end.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupts.try_recv().is_ok()
    }

    /// Sends OTLP, as an exporter would.
    pub(super) fn send(&self, signal: Signal, body: &[u8]) -> anyhow::Result<()> {
        let encoding = Encoding::Protobuf { signal: Some(signal) };
        let Acceptance { n_rejected, message } =
            self.sender.send(signal, encoding, body, |_| ())?;
        anyhow::ensure!(
            n_rejected == 0,
            "{n_rejected} records of the demo were turned away: {}",
            message.unwrap_or_default()
        );
        Ok(())
    }

    /// Tells a change, as a pipeline would.
    pub(super) fn tell(&self, change: &ToldChange) -> anyhow::Result<()> {
        let key = format!("demo-{}-{}", change.service, change.at.0);
        self.api.tell(change, &key)?;
        Ok(())
    }

    /// Tells the API something, as people do.
    pub(super) fn post(&self, path: &str, body: Value) -> anyhow::Result<()> {
        let key = format!("demo-{}", blake3::hash(body.to_string().as_bytes()).to_hex());
        self.api.post(&format!("/api/v1/{path}"), &body, &key)?;
        Ok(())
    }

    /// All events up to what was sent so far, once it is judged.
    pub(super) fn events(&self, heard: &mut u64) -> anyhow::Result<Vec<Streamed>> {
        let last = self.server.settle()?;
        let mut events = Vec::new();
        while *heard < last {
            let event = self.events.recv_timeout(Duration::from_secs(HEARD_S));
            let event = event.context("the server says nothing more")?;
            *heard = event.id;
            events.push(event);
        }
        Ok(events)
    }

    /// Says where everything is, and waits until somebody wants it to end.
    pub(super) fn stay(&self) -> anyhow::Result<()> {
        let api = format!("http://{}", self.address);
        crate::text::print(&format!(
            "\nThe server stays up until Ctrl-C, with all of this in it. Look at it:\n  \
             {api}/                 what flows now\n  \
             {api}/incidents/1      the story\n\
             Or ask it:\n  \
             curl -s {api}/api/v1/incidents/INC-1\n  \
             curl -s {api}/metrics\n"
        ))?;
        self.interrupts.recv().context("failed to listen for signals")
    }

    /// Ends the server, and removes its data.
    pub(super) fn clear(self) -> anyhow::Result<()> {
        self.server.stop()?;
        let name = self.folder.path().display().to_string();
        self.folder.close().with_context(|| format!("failed to remove {name}"))
    }
}

fn settings(folder: &TempDir) -> anyhow::Result<ServerSettings> {
    let flags = ServeFlags {
        config: None,
        data: Some(folder.path().to_string_lossy().into_owned()),
        listen: Some(free(4319)),
        otlp_grpc: Some(free(4317)),
        otlp_http: Some(free(4318)),
        window: Some("10s".to_owned()),
        clock: Some("data".to_owned()),
        ..ServeFlags::default()
    };
    // Whatever is set about real servers: this one is for this machine alone, and in clear.
    let access = AccessSettings::of_loopback();
    Ok(ServerSettings { access, ..flags.settings()? })
}

/// The usual port, or any other if that is in use.
fn free(port: u16) -> String {
    let usual = SocketAddr::from(([127, 0, 0, 1], port));
    let port = if TcpListener::bind(usual).is_ok() { port } else { 0 };
    format!("127.0.0.1:{port}")
}
