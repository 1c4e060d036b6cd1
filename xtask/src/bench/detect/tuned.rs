//! Peers on null streams: what each says at its common thresholds, and the threshold at which it says
//! nothing on the even seeds.

use super::MONTHS_EACH;
use super::peers::{Kind, Peer, kinds};
use hw_sim::{LEARNING_DAYS, Seconds, family_of, side_by_side};
use std::fmt;

/// Seconds after an alarm in which no other one is counted.
const COOL_DOWN_S: i64 = 3_600;

const DAY_S: i64 = 86_400;

/// The highest suspicion of each kind of peer on one stream, and its alarms at common thresholds.
struct Watched {
    seed: u64,
    highest: Vec<f64>,
    common: Vec<Vec<u32>>,
}

/// Peers with their thresholds.
pub(super) struct Tuned {
    kinds: Vec<Kind>,
    /// Above this the even seeds say nothing.
    pub thresholds: Vec<f64>,
    /// Odd streams on which it is exceeded, by kind.
    exceeded: Vec<usize>,
    /// Alarms per stream-month at common thresholds.
    common: Vec<Vec<f64>>,
    n_odd: usize,
}

impl Tuned {
    pub(super) fn new(seeds: &[u64], threads: usize, progress: impl Fn(u64) + Sync) -> Self {
        let kinds = kinds();
        let watched = side_by_side(seeds, threads, |seed| watch(&kinds, seed), progress);
        let half = |odd: bool| watched.iter().filter(move |w| (w.seed % 2 == 1) == odd);
        let at = |w: &Watched, kind: usize| w.highest.get(kind).copied().unwrap_or_default();
        let places = 0..kinds.len();
        let thresholds: Vec<f64> = places
            .map(|kind| half(false).map(|w| at(w, kind)).fold(f64::MIN, f64::max) + 1e-9)
            .collect();
        let exceeded = thresholds.iter().enumerate();
        let exceeded = exceeded.map(|(kind, t)| half(true).filter(|w| at(w, kind) > *t).count());
        let months = watched.len() as f64 * f64::from(MONTHS_EACH);
        let common = kinds.iter().enumerate().map(|(kind, of)| {
            let places = 0..of.method.common().len();
            let count = |place: usize| -> u32 {
                watched.iter().filter_map(|w| w.common.get(kind)?.get(place)).sum()
            };
            places.map(|place| f64::from(count(place)) / months.max(1.0)).collect()
        });
        Self {
            exceeded: exceeded.collect(),
            common: common.collect(),
            n_odd: half(true).count(),
            thresholds,
            kinds,
        }
    }

    /// Every kind with its threshold.
    pub(super) fn all(&self) -> impl Iterator<Item = (Kind, f64)> {
        self.kinds.iter().copied().zip(self.thresholds.iter().copied())
    }
}

fn watch(kinds: &[Kind], seed: u64) -> Watched {
    let world = family_of(seed).world(seed);
    let mut seconds = Seconds::new(world, seed);
    let mut peers: Vec<Peer> = kinds.iter().map(|kind| Peer::new(*kind, &world)).collect();
    let mut highest = vec![f64::MIN; kinds.len()];
    let mut common: Vec<Vec<u32>> =
        kinds.iter().map(|kind| vec![0; kind.method.common().len()]).collect();
    let mut quiet_until: Vec<Vec<i64>> =
        kinds.iter().map(|kind| vec![0; kind.method.common().len()]).collect();
    let from = LEARNING_DAYS * DAY_S;
    let end = from + 30 * DAY_S * i64::from(MONTHS_EACH);
    while let Some(second) = seconds.next_before(end) {
        let places = highest.iter_mut().zip(&mut common).zip(&mut quiet_until);
        for (peer, ((highest, common), quiet)) in peers.iter_mut().zip(places) {
            let method = peer.kind.method;
            peer.see(second.tick, second.counts, |at, suspicion| {
                if at < from {
                    return;
                }
                *highest = highest.max(suspicion);
                let thresholds = method.common().iter().zip(common.iter_mut());
                for (((threshold, _), n), until) in thresholds.zip(quiet.iter_mut()) {
                    if suspicion > *threshold && at >= *until {
                        *n += 1;
                        *until = at + COOL_DOWN_S;
                    }
                }
            });
        }
    }
    Watched { seed, highest, common }
}

impl fmt::Display for Tuned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n| peer | tick | alarms per stream-month at common thresholds | threshold without alarm \
             on even seeds | streams of the odd seeds above it, of {} |\n|---|---|---|---|---|",
            self.n_odd
        )?;
        let rows = self.kinds.iter().zip(&self.common).zip(&self.thresholds).zip(&self.exceeded);
        for (((kind, common), threshold), exceeded) in rows {
            let common = kind.method.common().iter().zip(common);
            let common: Vec<String> =
                common.map(|((_, name), rate)| format!("{name}: {rate:.2}")).collect();
            writeln!(
                f,
                "| {} | {} s | {} | {threshold:.3} | {exceeded} |",
                kind.method.words(),
                kind.width_s,
                common.join(", ")
            )?;
        }
        Ok(())
    }
}
