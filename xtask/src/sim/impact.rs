//! What is said of the harm, held against the truth.

use super::{print, quietly};
use crate::bar::Bar;
use anyhow::{Result, bail};
use hw_sim::{weigh, weigh_seed, world_of_harm};

/// Weighs so many incidents, from a seed on.
pub(super) fn many(n_incidents: usize, from: u64, threads: usize) -> Result<()> {
    let bar = Bar::over(n_incidents, "incidents");
    let weighed = quietly(|| weigh(n_incidents, from, threads, |n_done| bar.show(n_done)));
    bar.finish();
    print(&weighed.to_string());
    if !weighed.panicked().is_empty() {
        bail!("something panicked with seeds {:?}", weighed.panicked());
    }
    if !weighed.is_right() {
        bail!("the intervals are not those of 95 %");
    }
    Ok(())
}

/// Prints the world of one seed as a script, and what is said of its harm.
pub(super) fn one(seed: u64) -> Result<()> {
    print(&format!("{}\n{:#?}\n", world_of_harm(seed), weigh_seed(seed)));
    Ok(())
}
