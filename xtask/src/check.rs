//! What CI runs, in its order.

use crate::process::{is_there, println_stderr, run};
use anyhow::Result;
use clap::Args;

/// Everything CI runs, in its order.
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
        println_stderr("\nall checks passed");
        Ok(())
    }
}
