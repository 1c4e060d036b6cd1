//! Many worlds, one after the other and side by side.

use crate::check::{Broken, Checks, Happened, replayed, split};
use crate::drive::{Inputs, drive};
use crate::life::Life;
use crate::summary::{Summary, Tried};
use crate::traffic::Traffic;
use crate::truth::Truth;
use crate::world::World;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Tries all seeds on so many threads. `progress` is told how many are done, by whichever thread.
pub fn run(seeds: &[u64], threads: usize, progress: impl Fn(u64) + Sync) -> Summary {
    let mut tried = side_by_side(seeds, threads, try_seed, progress);
    tried.sort_by_key(|tried| tried.seed);
    Summary::new(tried)
}

/// Tries all seeds on so many threads, in no order.
#[must_use]
pub fn side_by_side<T: Send>(
    seeds: &[u64],
    threads: usize,
    try_one: impl Fn(u64) -> T + Sync,
    progress: impl Fn(u64) + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let n_done = AtomicU64::new(0);
    let tried = Mutex::new(Vec::with_capacity(seeds.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = try_one(*seed);
                    tried.lock().unwrap_or_else(PoisonError::into_inner).push(one);
                    progress(n_done.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    tried.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the world of one seed happen and checks everything.
#[must_use]
pub fn try_seed(seed: u64) -> Tried {
    tried(seed, || check(&World::from_seed(seed)))
}

/// Lets a world happen and checks everything.
#[must_use]
pub fn try_world(world: &World) -> Tried {
    tried(world.seed, || check(world))
}

/// What comes of a world. A panic is a broken rule too.
fn tried(seed: u64, check: impl FnOnce() -> Tried) -> Tried {
    caught(check).unwrap_or_else(|seen| {
        let broken = Broken { check: "nothing panics", seen };
        Tried { seed, outcome: None, broken: vec![broken] }
    })
}

/// What comes of something, or the words of its panic.
pub(crate) fn caught<T>(make: impl FnOnce() -> T) -> Result<T, String> {
    // What a panic leaves behind is dropped, so nobody sees it half done.
    catch_unwind(AssertUnwindSafe(make)).map_err(|panic| panic_words(&*panic))
}

fn check(world: &World) -> Tried {
    let life = Life::new(world);
    let truth = Truth { world, life: &life };
    let traffic = Traffic::new(world, &life);
    let inputs = Inputs::new(world, &life, &traffic);
    let mut checks = Checks::new(&truth);
    let (engine, said) = drive(inputs.all.iter(), &mut checks);
    let mut broken = checks.finish(&said.report, &Happened::new(world, &traffic));
    // Two more engines would take two thirds of the time, so each seed gets one of them.
    broken.extend(if world.seed.is_multiple_of(2) {
        replayed(world.seed, &inputs, (&engine, &said))
    } else {
        split(&inputs, &said)
    });
    let outcome = truth.outcome(&said.report, inputs.n_spans);
    Tried { seed: world.seed, outcome: Some(outcome), broken }
}

pub(crate) fn panic_words(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
    words.unwrap_or_else(|| "a panic without words".to_owned())
}
