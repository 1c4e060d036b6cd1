//! Delays where something happens: of the detector, and of tuned peers on the same streams.

use super::peers::{Kind, Method, Peer};
use super::tuned::Tuned;
use hw_sim::{AlarmKind, Base, Learned, Noticed, Second, side_by_side};
use std::collections::BTreeMap;
use std::fmt;

/// Items in a second.
const RATES: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1_000.0];

/// Seconds in which it must be noticed: a day, for what takes a day two.
const WITHIN_S: i64 = 86_400;

/// Seconds before it happens which peers see: they forget in a day.
const PEERS_SEE_S: i64 = 2 * 86_400;

/// A peer that alarmed so long before has alarmed falsely.
const FALSE_WITHIN_S: i64 = 3_600;

/// Learned streams for so many worlds a cell.
pub(super) fn n_learned(worlds: u64) -> usize {
    Base::ALL.len() * RATES.len() * usize::try_from(worlds).unwrap_or(0)
}

/// A cell of the table: what is usual, what happens, and at which of the rates.
type Place = (Base, AlarmKind, usize);

/// What was found in one cell by one world.
struct Trial {
    place: Place,
    seed: u64,
    ours: Option<Noticed>,
    /// Seconds until each peer's threshold was passed.
    peers: Vec<Option<i64>>,
}

/// The table.
pub(super) struct Delays {
    cells: BTreeMap<Place, Vec<Trial>>,
    kinds: Vec<Kind>,
    /// For each method the place of its best width among the kinds, by the even seeds.
    best: Vec<(Method, usize)>,
}

impl Delays {
    pub(super) fn new(
        seeds: &[u64],
        threads: usize,
        peers: Option<&Tuned>,
        progress: impl Fn(u64) + Sync,
    ) -> Self {
        let tuned: Vec<(Kind, f64)> = peers.into_iter().flat_map(Tuned::all).collect();
        let jobs: Vec<(u64, usize, Base)> = seeds
            .iter()
            .flat_map(|seed| Base::ALL.map(|base| (*seed, base)))
            .flat_map(|(seed, base)| (0..RATES.len()).map(move |rate| (seed, rate, base)))
            .collect();
        let numbers: Vec<u64> = (0..jobs.len() as u64).collect();
        let one = |number: u64| {
            let job = usize::try_from(number).ok().and_then(|number| jobs.get(number));
            job.map_or_else(Vec::new, |job| try_all(*job, &tuned))
        };
        let mut cells: BTreeMap<Place, Vec<Trial>> = BTreeMap::new();
        for trial in side_by_side(&numbers, threads, one, progress).into_iter().flatten() {
            cells.entry(trial.place).or_default().push(trial);
        }
        let kinds: Vec<Kind> = tuned.into_iter().map(|(kind, _)| kind).collect();
        let best = best_widths(&cells, &kinds);
        Self { cells, kinds, best }
    }
}

/// Everything that happens in one learned stream.
fn try_all((seed, rate_at, base): (u64, usize, Base), tuned: &[(Kind, f64)]) -> Vec<Trial> {
    let rate = RATES.get(rate_at).copied().unwrap_or(1.0);
    let world = base.world(rate);
    let watching = |(kind, threshold): &(Kind, f64)| Watching {
        peer: Peer::new(*kind, &world),
        threshold: *threshold,
        alarmed_at: i64::MIN,
    };
    let mut peers: Vec<Watching> = tuned.iter().map(watching).collect();
    let from = base.learned_s() - PEERS_SEE_S;
    let learned = Learned::new(base, rate, seed, |second| {
        if second.tick >= from {
            peers.iter_mut().for_each(|watching| watching.see(second));
        }
    });
    let kinds = base.kinds().iter();
    kinds
        .map(|kind| {
            let within_s = if *kind == AlarmKind::RampDay { 2 * WITHIN_S } else { WITHIN_S };
            let ours = learned.notice(*kind, seed, within_s);
            let peers = notice(&learned, *kind, (seed, within_s), peers.clone());
            Trial { place: (base, *kind, rate_at), seed, ours, peers }
        })
        .collect()
}

/// A peer that watches, and when it last said that something is wrong.
#[derive(Clone)]
struct Watching {
    peer: Peer,
    threshold: f64,
    alarmed_at: i64,
}

impl Watching {
    fn see(&mut self, Second { tick, counts }: Second) {
        let (threshold, alarmed_at) = (self.threshold, &mut self.alarmed_at);
        self.peer.see(tick, counts, |at, suspicion| {
            if suspicion > threshold {
                *alarmed_at = at;
            }
        });
    }
}

/// When each peer passes its threshold. One that has said that something is wrong within the hour before
/// does not notice anything: that it goes on saying so is its false alarm.
fn notice(
    learned: &Learned,
    kind: AlarmKind,
    (seed, within_s): (u64, i64),
    mut peers: Vec<Watching>,
) -> Vec<Option<i64>> {
    let began = learned.now();
    let mut noticed = vec![None; peers.len()];
    let mut seconds = learned.seconds(kind, seed);
    let is_calm = |peer: &Watching| peer.alarmed_at < began - FALSE_WITHIN_S;
    let calm: Vec<bool> = peers.iter().map(is_calm).collect();
    let mut n_left = calm.iter().filter(|is_calm| **is_calm).count();
    while n_left > 0
        && let Some(second) = seconds.next_before(began + within_s)
    {
        let places = peers.iter_mut().zip(&mut noticed).zip(&calm);
        for ((peer, noticed), _) in places.filter(|((_, n), is_calm)| n.is_none() && **is_calm) {
            peer.see(second);
            if peer.alarmed_at >= began {
                *noticed = Some(second.tick.max(peer.alarmed_at) + 1 - began);
                n_left -= 1;
            }
        }
    }
    noticed
}

/// The width at which each method is quickest over all cells of the even seeds, in the mean of the
/// logarithm; what is missed counts as two days.
fn best_widths(cells: &BTreeMap<Place, Vec<Trial>>, kinds: &[Kind]) -> Vec<(Method, usize)> {
    let slowness = |kind: usize| -> f64 {
        let even = cells.values().flatten().filter(|trial| trial.seed % 2 == 0);
        let delays = even.filter_map(|trial| trial.peers.get(kind));
        delays.map(|delay| (delay.unwrap_or(2 * WITHIN_S) as f64).ln()).sum()
    };
    let best = Method::ALL.into_iter().filter_map(|method| {
        let own = kinds.iter().enumerate().filter(|(_, kind)| kind.method == method);
        let own = own.map(|(place, _)| (place, slowness(place)));
        own.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| (method, place))
    });
    best.collect()
}

/// Median, 90 % and the share that was missed.
struct Spread {
    median: Option<i64>,
    most: Option<i64>,
    missed: f64,
}

impl Spread {
    fn of(delays: impl Iterator<Item = Option<i64>>) -> Self {
        // What was missed is later than anything.
        let mut delays: Vec<i64> = delays.map(|delay| delay.unwrap_or(i64::MAX)).collect();
        delays.sort_unstable();
        let n = delays.len();
        let at = |place: usize| delays.get(place).copied().filter(|delay| *delay < i64::MAX);
        let missed = delays.iter().filter(|delay| **delay == i64::MAX).count();
        Self {
            median: at(n.saturating_sub(1) / 2),
            most: at((9 * n).div_ceil(10).saturating_sub(1)),
            missed: missed as f64 / n.max(1) as f64,
        }
    }
}

fn shown(delay: Option<i64>) -> String {
    match delay {
        None => "-".to_owned(),
        Some(s) if s < 1_000 => format!("{s} s"),
        Some(s) if s < 7_200 => format!("{} min", (s + 30) / 60),
        Some(s) => format!("{:.1} h", s as f64 / 3_600.0),
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n| usual | what happens | items/s | median | 90 % | missed | onset off, median of |off| \
             |\n|---|---|---|---|---|---|---|"
        )?;
        for ((base, kind, rate), trials) in &self.cells {
            let spread = Spread::of(trials.iter().map(|trial| Some(trial.ours?.delay_s)));
            let off = trials.iter().filter_map(|trial| Some(trial.ours?.onset_off_s.abs()));
            let off = Spread::of(off.map(Some));
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {:.0} % | {} |",
                base.words(),
                kind.words(),
                RATES.get(*rate).copied().unwrap_or_default(),
                shown(spread.median),
                shown(spread.most),
                100.0 * spread.missed,
                shown(off.median)
            )?;
        }
        if self.best.is_empty() { Ok(()) } else { self.beside(f) }
    }
}

impl Delays {
    /// Medians of all methods, on the odd seeds.
    fn beside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n| usual | what happens | items/s | ours |")?;
        for (method, place) in &self.best {
            let width_s = self.kinds.get(*place).map_or(0, |kind| kind.width_s);
            write!(f, " {}, {width_s} s |", method.words())?;
        }
        writeln!(f, "\n|---|---|---|---|{}", "---|".repeat(self.best.len()))?;
        let mut n_faster = 0;
        for ((base, kind, rate), trials) in &self.cells {
            let odd = || trials.iter().filter(|trial| trial.seed % 2 == 1);
            let ours = Spread::of(odd().map(|trial| Some(trial.ours?.delay_s)));
            let rate = RATES.get(*rate).copied().unwrap_or_default();
            write!(f, "| {} | {} | {rate} |", base.words(), kind.words())?;
            write!(f, " {} |", cell(&ours))?;
            for (_, place) in &self.best {
                let theirs = odd().map(|trial| trial.peers.get(*place).copied().flatten());
                let theirs = Spread::of(theirs);
                let is_faster = theirs.median.unwrap_or(i64::MAX) < ours.median.unwrap_or(i64::MAX);
                n_faster += usize::from(is_faster);
                let mark = if is_faster { "**" } else { "" };
                write!(f, " {mark}{}{mark} |", cell(&theirs))?;
            }
            writeln!(f)?;
        }
        writeln!(f, "\nbold: faster than ours in the median ({n_faster} cells)")
    }
}

fn cell(spread: &Spread) -> String {
    match spread.missed {
        missed if missed > 0.0 => {
            format!("{} ({:.0} % missed)", shown(spread.median), 100.0 * missed)
        }
        _ => shown(spread.median),
    }
}
