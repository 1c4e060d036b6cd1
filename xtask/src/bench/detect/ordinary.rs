//! Ordinary life through the real engine: incidents, which there must not be, and shifts.

use super::interval::poisson;
use hw_sim::{Ordinary, OrdinaryLife, side_by_side};
use std::fmt::Write;

/// Worlds of a night are eighteen times as long as others: there are fewer of them.
const NIGHTS: u64 = 8;

/// How many worlds there are for so many of a kind.
fn jobs(from: u64, worlds: u64) -> Vec<(Ordinary, u64)> {
    let n_of = |kind| if kind == Ordinary::Night { worlds.div_ceil(NIGHTS) } else { worlds };
    let of = |kind| (from..from + n_of(kind)).map(move |seed| (kind, seed));
    Ordinary::ALL.into_iter().flat_map(of).collect()
}

pub(super) fn n_worlds(worlds: u64) -> usize {
    jobs(0, worlds).len()
}

/// Lets so many worlds of each kind live, from a seed on.
pub(super) fn live(
    from: u64,
    worlds: u64,
    threads: usize,
    progress: impl Fn(u64) + Sync,
) -> Vec<OrdinaryLife> {
    let jobs = jobs(from, worlds);
    let numbers: Vec<u64> = (0..jobs.len() as u64).collect();
    let one = |number: u64| {
        let job = usize::try_from(number).ok().and_then(|number| jobs.get(number));
        job.map(|(kind, seed)| kind.live(*seed))
    };
    side_by_side(&numbers, threads, one, progress).into_iter().flatten().collect()
}

pub(super) fn table(lived: &[OrdinaryLife]) -> String {
    let mut text = String::from(
        "\n| ordinary life | worlds | hours | spans | shifts | incidents | incidents per month, 95 % \
         |\n|---|---|---|---|---|---|---|\n",
    );
    for kind in Ordinary::ALL {
        let own: Vec<&OrdinaryLife> = lived.iter().filter(|life| life.kind == kind).collect();
        text.push_str(&row(kind.words(), &own));
    }
    text.push_str(&row("all", &lived.iter().collect::<Vec<_>>()));
    for life in lived.iter().filter(|life| life.n_incidents > 0) {
        let _ = writeln!(text, "incidents in seed {}: {}", life.seed, life.kind.words());
    }
    text
}

fn row(words: &str, lives: &[&OrdinaryLife]) -> String {
    let hours: f64 = lives.iter().map(|life| life.hours).sum();
    let n_incidents: usize = lives.iter().map(|life| life.n_incidents).sum();
    let (low, high) = poisson(n_incidents);
    let months = (hours / 720.0).max(1e-9);
    format!(
        "| {words} | {} | {hours:.0} | {} | {} | {n_incidents} | {:.1} to {:.1} |\n",
        lives.len(),
        lives.iter().map(|life| life.n_spans).sum::<u64>(),
        lives.iter().map(|life| life.n_shifts).sum::<usize>(),
        low / months,
        high / months
    )
}
