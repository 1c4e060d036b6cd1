//! `cargo xtask bench localize`: where an incident starts, by the product's own ledger, beside what
//! else could be asked on the same cases in the same run.

mod ours;
mod peers;
mod petshop;
mod score;
mod worlds;

use super::print;
use crate::bar::Bar;
use crate::process::println_stderr;
use anyhow::{Result, bail};
use clap::Args;
use petshop::{Alert, PetShop};
use score::{Ranking, Scores};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where PetShop is looked for unless it is said.
const PETSHOP: [&str; 2] = ["../shared/data/rca/petshop", "data/rca/petshop"];

/// How often each method is asked about a case for its time; the median counts.
const REPEATS: usize = 5;

/// Where an incident starts: PetShop, beside other methods on the same cases.
#[derive(Args)]
pub(crate) struct Localize {
    /// The folder of PetShop that holds low_traffic; two usual places are tried unless it is said.
    #[arg(long, value_name = "DIR")]
    petshop: Option<PathBuf>,
    #[command(flatten)]
    worlds: worlds::Worlds,
}

/// A method: from the data of a case to suspects, the likeliest first.
struct Method {
    name: &'static str,
    rank: fn(&PetShop, &Alert) -> Vec<String>,
}

impl Localize {
    pub(crate) fn run(&self) -> Result<()> {
        match self.petshop_folder()? {
            Some(folder) => petshop_table(&PetShop::read(&folder)?),
            None => println_stderr(
                "PetShop is not here, so its table is left out: get it from \
                 https://github.com/amazon-science/petshop-root-cause-analysis and say --petshop DIR",
            ),
        }
        self.worlds.run();
        Ok(())
    }

    fn petshop_folder(&self) -> Result<Option<PathBuf>> {
        let holds = |folder: &Path| folder.join("low_traffic/graph.csv").is_file();
        match &self.petshop {
            Some(folder) if holds(folder) => Ok(Some(folder.clone())),
            Some(folder) => bail!("no low_traffic/graph.csv in {}", folder.display()),
            None => Ok(PETSHOP.map(PathBuf::from).into_iter().find(|folder| holds(folder))),
        }
    }
}

/// All methods on all cases of PetShop.
fn petshop_table(shop: &PetShop) {
    let methods = std::iter::once(ours::METHOD).chain(peers::METHODS);
    let methods: Vec<Method> = methods.collect();
    let bar = Bar::over(methods.len() * shop.cases.len(), "cases");
    let mut n_done = 0;
    let mut scores = Vec::new();
    for method in &methods {
        let mut rankings = Vec::new();
        for case in &shop.cases {
            let (ranked, ms) = timed(|| (method.rank)(shop, &case.alert));
            let rank = ranked.iter().position(|node| *node == case.root_cause);
            rankings.push(Ranking {
                rank,
                ms,
                is_train: case.is_train,
                first: ranked.into_iter().next(),
            });
            n_done += 1;
            bar.show(n_done);
        }
        scores.push(Scores { name: method.name, rankings });
    }
    bar.finish();
    print(&score::table(&scores, shop));
}

/// What a call returns, and the median of its times in ms.
fn timed<T>(call: impl Fn() -> T) -> (T, f64) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..REPEATS {
        let began = Instant::now();
        last = Some(call());
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(REPEATS / 2).copied().unwrap_or(f64::NAN);
    (last.expect("invariant: called at least once"), median)
}
