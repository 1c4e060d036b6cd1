//! One seed twice must give equal bytes: without that no seed means much.

use super::golden::scenarios;
use super::{print, world};
use anyhow::{Result, bail};
use hw_sim::{World, transcript, transcript_of, try_seed};

/// Seeds that are always run twice, besides those that once found something.
const HANDFUL: std::ops::Range<u64> = 0..6;

/// Runs seeds and scenarios twice. An error if any run says something else the second time.
pub(super) fn check(seeds: &[u64]) -> Result<()> {
    let mut unequal = Vec::new();
    let mut n = 0;
    for seed in seeds.iter().copied().chain(HANDFUL) {
        n += 1;
        if !is_equal(|| transcript(&try_seed(seed))) {
            unequal.push(format!("seed {seed}: cargo xtask sim --seed {seed}"));
        }
    }
    for file in scenarios()? {
        n += 1;
        let world: World = world(&file)?;
        if !is_equal(|| transcript_of(&world)) {
            let file = file.display();
            unequal.push(format!("{file}: cargo xtask sim --scenario {file}"));
        }
    }
    if unequal.is_empty() {
        print(&format!("{n} worlds twice, equal bytes\n"));
        return Ok(());
    }
    bail!("these say something else each time:\n{}", unequal.join("\n"))
}

/// Whether both runs, one beside the other, say the same.
fn is_equal(say: impl Fn() -> String + Sync) -> bool {
    std::thread::scope(|scope| {
        let first = scope.spawn(&say);
        let second = say();
        first.join().is_ok_and(|first| first == second)
    })
}
