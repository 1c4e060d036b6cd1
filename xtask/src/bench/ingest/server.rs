//! The servers that are measured: each a process of its own, started, watched by its CPU time and
//! its memory, and stopped.

use super::folder;
use super::sender::Transport;
use crate::process::run;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::sleep;

/// Clock ticks of a second in `/proc`: 100 on every Linux.
const TICKS_PER_S: f64 = 100.0;

/// How long CPU time has to stand still until a server has done its work.
const CALM: Duration = Duration::from_millis(700);

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All of it: received, durable, counted, judged.
    Serve,
    /// The same receiver, and nothing behind it.
    Drop,
    /// The same receiver, and prost behind it.
    Prost,
    /// Another receiver that throws away, in Rust: tonic, axum and prost.
    Rotel,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Serve => "highwater serve, end to end",
            Self::Drop => "receive and drop",
            Self::Prost => "receive, prost-decode and drop",
            Self::Rotel => "rotel, blackhole",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Drop => "drop",
            Self::Prost => "prost",
            Self::Rotel => "rotel",
        }
    }
}

/// A server that runs.
pub(super) struct Running {
    child: Child,
    http: SocketAddr,
    grpc: SocketAddr,
    data: PathBuf,
}

impl Running {
    pub(super) async fn start(kind: Kind) -> Result<Self> {
        let data = folder(kind.word());
        if data.exists() {
            std::fs::remove_dir_all(&data).context("failed to remove old data")?;
        }
        let free = "127.0.0.1:0";
        let mut command = match kind {
            Kind::Serve => {
                let mut command = Command::new("target/release/highwater");
                command.args(["serve", "--clock", "data", "--listen", "off", "--data"]).arg(&data);
                command.args(["--otlp-http", free, "--otlp-grpc", free]);
                command
            }
            Kind::Drop | Kind::Prost => {
                let mut command = Command::new("target/release/xtask");
                command.args(["bench", "ingest", "sink", kind.word()]);
                command
            }
            Kind::Rotel => return Self::start_rotel(data).await,
        };
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("failed to start {}", kind.name()))?;
        let talk = child.stderr.take().context("a pipe from the server")?;
        let [http, grpc] = addresses(talk)?;
        Ok(Self { child, http, grpc, data })
    }

    async fn start_rotel(data: PathBuf) -> Result<Self> {
        let [http, grpc] = [free_address()?, free_address()?];
        let log = std::fs::File::create(folder("rotel.log"))?;
        let child = Command::new(rotel_agent()?)
            .args(["start", "--exporter", "blackhole"])
            .args(["--otlp-http-endpoint", &http.to_string()])
            .args(["--otlp-grpc-endpoint", &grpc.to_string()])
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("failed to start rotel")?;
        for address in [http, grpc] {
            while tokio::net::TcpStream::connect(address).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(Self { child, http, grpc, data })
    }

    pub(super) const fn address(&self, transport: Transport) -> SocketAddr {
        match transport {
            Transport::Http => self.http,
            Transport::Grpc => self.grpc,
        }
    }

    /// CPU time of all its threads so far, ended ones too.
    pub(super) fn cpu_s(&self) -> Result<f64> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(&path).context("the server is gone")?;
        // The name may hold anything, blanks too; it ends at the last parenthesis.
        let (_, fields) = stat.rsplit_once(')').context("a stat file")?;
        let mut times = fields.split_whitespace().skip(11);
        let mut next = || -> Result<f64> { Ok(times.next().context("a time")?.parse()?) };
        Ok((next()? + next()?) / TICKS_PER_S)
    }

    /// Memory in MiB, now and at most.
    pub(super) fn memory_mib(&self) -> Result<[f64; 2]> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let of = |name: &str| -> Result<f64> {
            let line = status.lines().find(|line| line.starts_with(name)).context("a size")?;
            let kib: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
            Ok(kib / 1024.0)
        };
        Ok([of("VmRSS:")?, of("VmHWM:")?])
    }

    /// Waits until it has done its work.
    pub(super) async fn until_calm(&self) -> Result<()> {
        let mut last = self.cpu_s()?;
        loop {
            sleep(CALM).await;
            let now = self.cpu_s()?;
            if now - last < 1.5 / TICKS_PER_S {
                return Ok(());
            }
            last = now;
        }
    }

    /// Ends it, and forgets what it kept.
    pub(super) fn stop(mut self) -> Result<()> {
        self.child.kill().context("failed to end the server")?;
        self.child.wait().context("failed to see the server end")?;
        if self.data.exists() {
            std::fs::remove_dir_all(&self.data).context("failed to remove its data")?;
        }
        Ok(())
    }
}

/// A benchmark that fails leaves nothing running.
impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Where a server says it listens: HTTP, gRPC.
fn addresses(talk: impl Read + Send + 'static) -> Result<[SocketAddr; 2]> {
    let mut lines = BufReader::new(talk).lines();
    let (mut http, mut grpc, mut said) = (None, None, String::new());
    while http.is_none() || grpc.is_none() {
        let Some(line) = lines.next() else { bail!("the server ended: {said}") };
        let line = line.context("failed to read what the server says")?;
        let of = |name: &str| line.trim().strip_prefix(name)?.trim().parse().ok();
        http = http.or_else(|| of("OTLP HTTP"));
        grpc = grpc.or_else(|| of("OTLP gRPC"));
        said.push_str(&line);
    }
    // A full pipe would stop the server.
    std::thread::spawn(move || lines.for_each(drop));
    Ok([http.context("HTTP")?, grpc.context("gRPC")?])
}

/// A port that was free a moment ago.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}

const ROTEL: &str = "target/rotel";

/// Installs rotel from PyPI, where it is not yet.
pub(super) fn fetch_rotel() -> Result<()> {
    if rotel_agent().is_err() {
        run("python3", &["-m", "venv", ROTEL])?;
        run(&format!("{ROTEL}/bin/pip"), &["install", "--quiet", "rotel==0.0.1a15"])?;
    }
    rotel_agent().map(drop)
}

/// The program within the package; what Python starts is this.
fn rotel_agent() -> Result<PathBuf> {
    let versions = std::fs::read_dir(format!("{ROTEL}/lib")).context("rotel is not installed")?;
    let mut agents = versions
        .filter_map(|version| Some(version.ok()?.path().join("site-packages/rotel/rotel-agent")));
    agents.find(|agent| agent.exists()).context("rotel has no agent here")
}
