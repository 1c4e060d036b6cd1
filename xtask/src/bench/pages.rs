//! The pages of the demo: server time and bytes of each, and when a browser first shows something.

mod http;

use crate::process::println_stderr;
use anyhow::{Context, Result, bail};
use clap::Args;
use http::Connection;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Pages that are asked for.
const PAGES: [&str; 17] = [
    "/",
    "/flow",
    "/flow?all=1",
    "/flow/screening%7CPOST%20%2Fscreen%7Cworklist%7CPOST%20%2Fitems",
    "/services/eligibility",
    "/incidents",
    "/incidents/1",
    "/incidents/1/timeline",
    "/incidents/1/review",
    "/incidents/1/alert",
    "/changes",
    "/changes/14",
    "/actions",
    "/record",
    "/record/knowledge",
    "/settings",
    "/search?q=snapshot",
];

/// The pages of the demo, or of a server that runs: milliseconds until each is there, and its bytes; first
/// paint in Chromium, where it and the tests of the pages are installed.
#[derive(Args)]
pub(crate) struct Pages {
    /// Server to ask instead of the demo, such as 127.0.0.1:4319. Pages that it has not are left out.
    #[arg(long)]
    at: Option<String>,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 41)]
    times: usize,
}

impl Pages {
    pub(crate) fn run(&self) -> Result<()> {
        let demo = if self.at.is_none() { Some(Demo::start()?) } else { None };
        let at = self.at.as_deref().unwrap_or("127.0.0.1:4319");
        println_stdout("| page | median ms | 90 % within ms | kB | kB packed | elements |")?;
        println_stdout("|---|---|---|---|---|---|")?;
        let mut slowest: f64 = 0.0;
        for path in PAGES {
            let Some(found) = self.page(at, path)? else { continue };
            slowest = slowest.max(found.median_ms);
            println_stdout(&format!(
                "| `{path}` | {:.1} | {:.1} | {:.0} | {:.1} | {} |",
                found.median_ms, found.p90_ms, found.kb, found.kb_packed, found.elements
            ))?;
        }
        println_stdout(&format!("\nThe slowest median is {slowest:.1} ms."))?;
        paint(at)?;
        drop(demo);
        Ok(())
    }

    /// Asks for one page many times over one connection; `None` if there is no such page.
    fn page(&self, at: &str, path: &str) -> Result<Option<Found>> {
        let mut connection = Connection::open(at)?;
        let first = connection.get(path, false)?;
        if first.status == 404 {
            return Ok(None);
        }
        if first.status != 200 {
            bail!("{path} is answered with {}", first.status);
        }
        let packed = connection.get(path, true)?;
        let mut times = Vec::with_capacity(self.times);
        for _ in 0..self.times.max(1) {
            times.push(connection.get(path, true)?.seconds * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let rank = |of_ten: usize| times.get((times.len() - 1) * of_ten / 10).copied();
        let text = String::from_utf8_lossy(&first.body).into_owned();
        Ok(Some(Found {
            median_ms: rank(5).unwrap_or_default(),
            p90_ms: rank(9).unwrap_or_default(),
            kb: first.body.len() as f64 / 1e3,
            kb_packed: packed.body.len() as f64 / 1e3,
            elements: text.matches('<').count() - text.matches("</").count(),
        }))
    }
}

/// What a page took.
struct Found {
    median_ms: f64,
    p90_ms: f64,
    kb: f64,
    kb_packed: f64,
    elements: usize,
}

/// First paint of three pages, by the tests' browser.
fn paint(at: &str) -> Result<()> {
    if !Path::new("tests/browser/node_modules").exists() || !Path::new("/usr/bin/chromium").exists()
    {
        return println_stdout(
            "First paint was not measured: it needs Chromium, and `npm ci` in tests/browser.",
        );
    }
    let arguments = ["tests/browser/paint.mjs".to_owned(), format!("http://{at}")];
    let status = Command::new("node").args(arguments).status().context("failed to start node")?;
    if !status.success() {
        bail!("the browser could not be asked");
    }
    Ok(())
}

/// The demo, told to its end; ended when this is dropped.
struct Demo(Child);

impl Demo {
    fn start() -> Result<Self> {
        println_stderr("playing the demo; it takes half a minute once it is built");
        let mut command = Command::new("cargo");
        command.args([
            "run",
            "--release",
            "--locked",
            "--quiet",
            "--bin",
            "highwater",
            "--",
            "demo",
        ]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut demo = Self(child.context("failed to start the demo")?);
        let out = demo.0.stdout.take().context("the demo has no output")?;
        for line in BufReader::new(out).lines() {
            if line?.starts_with("The server stays up") {
                return Ok(demo);
            }
        }
        bail!("the demo ended before its story was told: are its ports free?");
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // `cargo run` hands the signal of a terminal on, and no other: the server is ended by its name.
        let of = self.0.id().to_string();
        drop(Command::new("pkill").args(["-TERM", "-P", &of]).status());
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Figures go to stdout.
fn println_stdout(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("failed to write to stdout")
}
