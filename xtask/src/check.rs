//! What of CI (`.ci/run`) needs Rust alone, in its order.

use crate::process::{is_there, println_stderr, run};
use anyhow::{Context, Result};
use clap::Args;
use std::time::{SystemTime, UNIX_EPOCH};

/// What of CI needs Rust alone, in its order; `.ci/run` also plays the demo and the chain of services.
#[derive(Args)]
pub(crate) struct Check {
    /// Stop after the tests: no docs, no simulation.
    #[arg(long)]
    quick: bool,
}

impl Check {
    pub(crate) fn run(&self) -> Result<()> {
        run("cargo", &["fmt", "--all", "--check"])?;
        run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
        run("cargo", &["test"])?;
        if self.quick {
            return Ok(());
        }
        // A warning in the docs is an error: a broken link is a promise that does not hold.
        run("env", &["RUSTDOCFLAGS=-D warnings", "cargo", "doc", "--workspace", "--no-deps"])?;
        if is_there("cargo-deny") {
            run("cargo", &["deny", "check"])?;
        } else {
            println_stderr("\n> cargo deny: skipped, cargo-deny is not installed");
        }
        run("cargo", &["xtask", "sim", "--meta"])?;
        let from = fresh_seed()?.to_string();
        run("cargo", &["xtask", "sim", "--seeds", "100", "--from", &from])?;
        println_stderr("\nall checks passed");
        Ok(())
    }
}

/// A seed that was not tried yesterday: the seconds of the clock, and a hundred seeds for each.
fn fresh_seed() -> Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    Ok(since.as_secs() * 100)
}
