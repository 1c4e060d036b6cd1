//! What is looked at.

use crate::client::Api;
use crate::server::ServerSettings;
use crate::text::count;
use hw_store::{Folder, OpenError, Paths, Reader};
use serde_json::Value;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// Free bytes below which a server will soon stop taking data.
const SPACE_MIN: u64 = 1 << 30;

/// Open files that 10,000 connections and the database need.
const FILES_MIN: u64 = 10_240;

/// What is said of one thing.
pub(super) struct Check {
    pub finding: Finding,
    pub what: &'static str,
    pub words: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    Fine,
    /// It may be meant so.
    Odd,
    Bad,
}

impl Check {
    pub(super) fn fine(what: &'static str, words: impl Into<String>) -> Self {
        Self { finding: Finding::Fine, what, words: words.into() }
    }

    pub(super) fn odd(what: &'static str, words: impl Into<String>) -> Self {
        Self { finding: Finding::Odd, what, words: words.into() }
    }

    pub(super) fn bad(what: &'static str, words: impl Into<String>) -> Self {
        Self { finding: Finding::Bad, what, words: words.into() }
    }
}

/// Whether a server runs.
pub(super) enum Running {
    /// One answers where the API should.
    Here,
    /// One has the data folder, and does not answer.
    Silent,
    No,
}

impl Running {
    pub(super) fn at(api: Option<&Api>, folder: &Path) -> Self {
        let answers = api.and_then(|api| api.text("/healthz").ok());
        let has_folder = Folder::owner(folder).is_some();
        match answers {
            Some((200, _)) => Self::Here,
            Some(_) | None if has_folder => Self::Silent,
            Some(_) | None => Self::No,
        }
    }

    /// What it says of itself.
    pub(super) fn checks(&self, api: Option<&Api>) -> Vec<Check> {
        match (self, api) {
            (Self::Silent | Self::Here, None) => {
                vec![Check::odd("server", "one runs; its API is off here, so it cannot be asked")]
            }
            (Self::No, _) => {
                vec![Check::odd("server", "none runs here: start it with `highwater serve`")]
            }
            (Self::Silent, Some(_)) => vec![Check::bad(
                "server",
                "one has the data folder, and its API does not answer: is it where --listen says?",
            )],
            (Self::Here, Some(api)) => vec![ready(api), now(api)],
        }
    }
}

fn ready(api: &Api) -> Check {
    match api.text("/readyz") {
        Ok((200, _)) => Check::fine("ready", "it takes telemetry, and judges it"),
        Ok((_, why)) => Check::bad("ready", why.trim()),
        Err(error) => Check::bad("ready", error.to_string()),
    }
}

fn now(api: &Api) -> Check {
    let page: Value = match api.get("/api/v1/now") {
        Ok(page) => page,
        Err(error) => return Check::bad("now", error.to_string()),
    };
    let said = page.get("sentence").and_then(Value::as_str).unwrap_or("it says nothing");
    Check::fine("now", said)
}

/// The data folder: whether it can be used, and is of a version that is known.
pub(super) fn folder(folder: &Path) -> Vec<Check> {
    const WHAT: &str = "data folder";
    let name = folder.display();
    if !folder.exists() {
        return vec![Check::fine(WHAT, format!("{name} is not there yet, and will be made"))];
    }
    let taken = match Folder::owner(folder) {
        Some(owner) => Check::fine(WHAT, format!("{name} is used by a server, process {owner}")),
        None if may_write(folder) => Check::fine(WHAT, format!("{name} can be written to")),
        None => Check::bad(WHAT, format!("{name} cannot be written to by this user")),
    };
    let known = match Reader::open(&Paths::of(folder)) {
        Ok(_) => None,
        Err(OpenError::Missing { .. }) => {
            Some(Check::fine(WHAT, "there is no data in it yet".to_owned()))
        }
        Err(error) => Some(Check::bad(WHAT, crate::chain::chain(&error.into()))),
    };
    std::iter::once(taken).chain(known).collect()
}

#[cfg(unix)]
fn may_write(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(_: &Path) -> bool {
    true
}

/// Free space where the data folder is, or will be.
#[cfg(unix)]
pub(super) fn space(folder: &Path) -> Option<Check> {
    let there = folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(there).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let words = format!("{} MB are free", count(free >> 20));
    Some(if free < SPACE_MIN {
        Check::bad("disk", format!("only {words}: what cannot be written is not taken"))
    } else {
        Check::fine("disk", words)
    })
}

#[cfg(not(unix))]
pub(super) fn space(_: &Path) -> Option<Check> {
    None
}

/// The three ports: free, or the server's own.
pub(super) fn ports(settings: &ServerSettings, server: &Running) -> Vec<Check> {
    let places = [
        ("OTLP gRPC", settings.receiver.grpc),
        ("OTLP HTTP", settings.receiver.http),
        ("API", settings.listen),
    ];
    places.into_iter().map(|(what, address)| port(what, address, server)).collect()
}

fn port(what: &'static str, address: Option<SocketAddr>, server: &Running) -> Check {
    let Some(address) = address else { return Check::odd(what, "is off") };
    match (TcpListener::bind(address), server) {
        (Ok(_), Running::Here) => {
            Check::bad(what, format!("the server that runs does not listen at {address}"))
        }
        (Ok(_), Running::Silent | Running::No) => Check::fine(what, format!("{address} is free")),
        (Err(error), Running::Here | Running::Silent) if error.kind() == ErrorKind::AddrInUse => {
            Check::fine(what, format!("{address} is in use, as it must be while a server runs"))
        }
        (Err(error), _) if error.kind() == ErrorKind::AddrInUse => Check::bad(
            what,
            format!("{address} is used by another program: end it, or choose another address"),
        ),
        (Err(error), _) => Check::bad(what, format!("{address} cannot be used: {error}")),
    }
}

/// How many connections there can be.
pub(super) fn files() -> Check {
    const WHAT: &str = "open files";
    match rlimit::Resource::NOFILE.get_hard() {
        Ok(n) if n >= FILES_MIN => Check::fine(WHAT, format!("{} are allowed", count(n))),
        Ok(n) => Check::odd(
            WHAT,
            format!("only {} are allowed: raise `ulimit -n` for thousands of senders", count(n)),
        ),
        Err(error) => Check::odd(WHAT, format!("it is not known how many are allowed: {error}")),
    }
}
