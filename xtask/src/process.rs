//! Other programs: run, timed, watched.

use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a program took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// From start to end, in seconds.
    pub wall_s: f64,
    /// Most memory held at once, in KiB; `None` where the system does not say.
    pub peak_kib: Option<u64>,
}

/// Runs a command with its output shown; an error if it fails.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    println_stderr(&format!("\n> {program} {}", arguments.join(" ")));
    let status = Command::new(program)
        .args(arguments)
        .status()
        .with_context(|| format!("failed to start {program}"))?;
    if !status.success() {
        bail!("{program} {} failed: {status}", arguments.join(" "));
    }
    Ok(())
}

/// Whether a program can be started.
pub(crate) fn is_there(program: &str) -> bool {
    let mut version = Command::new(program);
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

/// Runs a command with its output thrown away, and says what it took. Its exit code does not
/// matter: `analyze` says with it what it found.
pub(crate) fn cost(program: &str, arguments: &[&str]) -> Result<Cost> {
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("failed to start {program}"))?;
    let mut peak_kib = None;
    loop {
        peak_kib = peak_kib.max(peak_of(child.id()));
        if child.try_wait()?.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Cost { wall_s: began.elapsed().as_secs_f64(), peak_kib })
}

/// The highest resident size of a running process so far.
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Talk goes to stderr.
pub(crate) fn println_stderr(text: &str) {
    use std::io::Write;
    // Nobody listens if stderr is gone, and that is no reason to stop.
    drop(writeln!(std::io::stderr(), "{text}"));
}
