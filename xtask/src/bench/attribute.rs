//! `cargo xtask bench attribute`: how often verdicts on changes are right, on seeded histories, beside an
//! oracle that knows the true parameters and beside rules that people use; then RootCauseBench.
//!
//! Constants were chosen on even seeds. What is reported is of odd ones.

mod rootcausebench;
mod scenario;

use super::print;
use crate::bar::Bar;
use crate::process::println_stderr;
use anyhow::{Result, bail};
use clap::Args;
use hw_sim::{HistoryFamily, Scores, Setting, judge_histories};
use std::num::NonZero;
use std::path::PathBuf;
use std::thread::available_parallelism;

/// Where RootCauseBench is looked for if nobody says where it is.
const ROOTCAUSEBENCH: [&str; 2] = ["../shared/data/rca/rootcausebench", "data/rca/rootcausebench"];

/// How often verdicts on changes are right: simulated histories, and RootCauseBench.
#[derive(Args)]
pub(crate) struct Attribute {
    /// Plain histories of each setting.
    #[arg(long, default_value_t = 3_800)]
    plain: u64,
    /// Histories of each other family and setting.
    #[arg(long, default_value_t = 300)]
    others: u64,
    /// First seed; every second one from there on is used.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Threads; as many as there are cores if not given.
    #[arg(long)]
    threads: Option<usize>,
    /// Folder of RootCauseBench's scenarios.
    #[arg(long)]
    rootcausebench: Option<PathBuf>,
}

impl Attribute {
    pub(crate) fn run(&self) -> Result<()> {
        let scores = self.histories();
        print(&scores.to_string());
        self.rootcausebench()?;
        let misses = scores.misses();
        if !misses.is_empty() {
            bail!("what must hold does not: {}", misses.join("; "));
        }
        Ok(())
    }

    fn histories(&self) -> Scores {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let threads = self.threads.unwrap_or(cores);
        let seeds = |n: u64| (0..n).map(|at| self.from + 2 * at).collect::<Vec<u64>>();
        let of = |families: Vec<HistoryFamily>| -> Vec<(Setting, HistoryFamily)> {
            let both = |family| Setting::ALL.map(|setting| (setting, family));
            families.into_iter().flat_map(both).collect()
        };
        let others = HistoryFamily::ALL
            .into_iter()
            .filter(|family| *family != HistoryFamily::Plain)
            .collect();
        let (plain, others) = (of(vec![HistoryFamily::Plain]), of(others));
        let n = self.plain * plain.len() as u64 + self.others * others.len() as u64;
        let bar = Bar::over(usize::try_from(n).unwrap_or(usize::MAX), "histories");
        let show = |n_done: u64| bar.show(n_done);
        let mut cases = judge_histories(&plain, &seeds(self.plain), threads, show);
        let n_plain = cases.len() as u64;
        let show = |n_done: u64| bar.show(n_plain + n_done);
        cases.extend(judge_histories(&others, &seeds(self.others), threads, show));
        bar.finish();
        Scores::new(cases)
    }

    fn rootcausebench(&self) -> Result<()> {
        let known = ROOTCAUSEBENCH.iter().map(PathBuf::from).find(|path| path.is_dir());
        let Some(folder) = self.rootcausebench.clone().or(known) else {
            println_stderr(
                "without RootCauseBench: its folder is not there; say where with --rootcausebench",
            );
            return Ok(());
        };
        print(&format!("\n### RootCauseBench\n\n{}", rootcausebench::score(&folder)?));
        Ok(())
    }
}
