//! Fault worlds on random topologies, through the real engine: `hw_sim::locate`.

use super::print;
use crate::bar::Bar;
use crate::process::println_stderr;
use clap::{Args, ValueEnum};
use hw_sim::{FaultKind, Located, Size, Wanted, locate, misses, tables};
use std::time::Instant;

/// Seeds by parity: faults are mended on the even ones and figures reported on the odd ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Half {
    Even,
    Odd,
}

/// Fault worlds.
#[derive(Args)]
pub(super) struct Worlds {
    /// How many worlds of 5 to 30 services; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 400)]
    small: u64,
    /// How many of 31 to 150 services.
    #[arg(long, value_name = "N", default_value_t = 60)]
    middle: u64,
    /// How many of 151 to 500 services.
    #[arg(long, value_name = "N", default_value_t = 20)]
    large: u64,
    /// Which seeds.
    #[arg(long, value_enum, default_value_t = Half::Odd)]
    half: Half,
    /// The first seed.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// What breaks in all of the worlds; unless it is said, that is drawn.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    only: Option<FaultKind>,
    /// How many worlds at once.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
    /// Print what was said in each world in which somebody else was named first.
    #[arg(long)]
    misses: bool,
}

impl Worlds {
    pub(super) fn run(&self) {
        let mut all: Vec<Located> = Vec::new();
        for (size, n) in
            [(Size::Small, self.small), (Size::Middle, self.middle), (Size::Large, self.large)]
        {
            let first =
                self.from + u64::from((self.half == Half::Odd) == self.from.is_multiple_of(2));
            let seeds: Vec<u64> = (0..n).map(|number| first + 2 * number).collect();
            let bar = Bar::over(seeds.len(), "worlds");
            let threads = usize::from(self.threads);
            let wanted = Wanted { size, only: self.only };
            let done = locate(&seeds, (wanted, threads), &stopwatch, |n_done| bar.show(n_done));
            bar.finish();
            if let Some(time) = times(&done) {
                println_stderr(&format!("{size:?}: {time}"));
            }
            all.extend(done);
        }
        if all.is_empty() {
            return;
        }
        let spans: u64 = all.iter().map(|world| world.n_spans).sum();
        print(&format!("\nFault worlds: {} worlds, {spans} spans\n\n{}", all.len(), tables(&all)));
        if self.misses {
            print(&misses(&all));
        }
    }
}

/// A kind that these worlds have a place for.
fn kind(word: &str) -> Result<FaultKind, String> {
    let kinds = hw_sim::located_kinds();
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    let found = kinds.iter().find(|kind| kind.word() == word);
    found.copied().ok_or_else(|| format!("{word} is none of {}", words.join(", ")))
}

fn stopwatch(call: &mut dyn FnMut()) -> f64 {
    let began = Instant::now();
    call();
    began.elapsed().as_secs_f64() * 1e3
}

/// What gathering and diagnosing an incident took, in ms.
fn times(worlds: &[Located]) -> Option<String> {
    let mut took: Vec<f64> = worlds.iter().filter_map(|world| world.took).collect();
    took.sort_by(f64::total_cmp);
    let (median, most) = (took.get(took.len() / 2)?, took.last()?);
    let n_services = worlds.iter().map(|world| world.scene.n_services).max()?;
    Some(format!("gather and diagnose, up to {n_services} services: {median:.1} ms ({most:.1})"))
}
