//! `highwater backup`, `restore` and `verify`: what stands in a data folder, copied and read.

use crate::exit::Exit;
use crate::progress::Bar;
use crate::settings::DataFlag;
use crate::text::{count, print};
use clap::Args;
use hw_store::{Copied, Paths, Verified, backup, restore, verify};
use std::fmt::Write;
use std::path::PathBuf;

/// Copy a data folder while the server runs, and read the copy.
///
/// The copy is whole at one instant: log, record, history, and a snapshot to start from quickly. It
/// is a data folder itself: `highwater serve --data COPY` runs on it.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Folder of the copy; it must not be there yet, or be empty.
    #[arg(value_name = "COPY")]
    to: PathBuf,

    #[command(flatten)]
    data: DataFlag,
}

/// Copy a backup back to where a server looks for its data.
///
/// The folder it goes to must not be there yet, or be empty: nothing is overwritten.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Folder of the backup.
    #[arg(value_name = "COPY")]
    from: PathBuf,

    #[command(flatten)]
    data: DataFlag,
}

/// Read all of a data folder and hold it against its checksums.
///
/// Exit code: 0 if all is as it was written, 1 if something is damaged, 3 if it cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    data: DataFlag,
}

impl Backup {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let from = Paths::of(&self.data.folder()?);
        let bar = Bar::checking();
        let copied = backup(&from, &self.to, |n| bar.set(n));
        bar.finish();
        print(&copied_words(&copied?, &self.to.display().to_string()))?;
        Ok(Exit::Fine)
    }
}

impl Restore {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let to = self.data.folder()?;
        let bar = Bar::checking();
        let copied = restore(&Paths::of(&self.from), &to, |n| bar.set(n));
        bar.finish();
        print(&copied_words(&copied?, &to.display().to_string()))?;
        Ok(Exit::Fine)
    }
}

impl Verify {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let folder = self.data.folder()?;
        let bar = Bar::checking();
        let verified = verify(&Paths::of(&folder), |n| bar.set(n));
        bar.finish();
        let verified = verified?;
        print(&verified_words(&verified))?;
        Ok(if verified.findings.is_empty() { Exit::Fine } else { Exit::Found })
    }
}

fn copied_words(copied: &Copied, to: &str) -> String {
    let goes_on = match copied.snapshot {
        Some(step) => format!("a server on it goes on from row {}", count(step)),
        None => "a server on it folds its log anew".to_owned(),
    };
    let mut out = format!("{to}: {} bytes; {goes_on}\n", count(copied.bytes));
    out.push_str(&verified_words(&copied.verified));
    out
}

fn verified_words(verified: &Verified) -> String {
    let mut out = String::new();
    for (part, n) in &verified.parts {
        // Writing to a text cannot fail.
        writeln!(out, "{:>12}  {part}", count(*n)).ok();
    }
    if verified.findings.is_empty() {
        out.push_str("All of it is as it was written.\n");
        return out;
    }
    writeln!(out, "{} damaged:", count(verified.findings.len() as u64)).ok();
    for finding in &verified.findings {
        writeln!(out, "  {}: {}", finding.what, finding.consequence).ok();
    }
    out
}
