//! What many worlds come to: how often the guilty were named first, among the first three, or somebody
//! else was, and whether a confidence of .8 is right eight times in ten.

use super::{Located, Named, Shape};
use hw_diagnose::OUTSIDE;
use std::fmt;

/// Confidence from which on it is said that somebody is it; below it is a hint.
const BLAMED: f64 = 0.5;

/// Bins of confidence.
const BINS: usize = 10;

/// Whether a world belongs in a row.
type Wanted = fn(&Located) -> bool;

/// Figures over some worlds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// What they have in common.
    pub name: String,
    /// Worlds in which something breaks.
    pub broken: usize,
    /// Those with an incident about it.
    pub found: usize,
    /// Of these: the guilty named first.
    pub top1: usize,
    /// Among the first three.
    pub top3: usize,
    /// Another service named first, with a confidence of at least .5.
    pub blamed: usize,
    /// Not named first, and nobody else with such a confidence.
    pub abstained: usize,
    /// Incidents before anything broke, or without a fault.
    pub n_false: usize,
    /// Further incidents, and those of them that name another service first.
    pub further: (usize, usize),
}

/// How well confidence is calibrated.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// By tenth of confidence: incidents, sum of confidences, those that are right.
    pub bins: [(usize, f64, usize); BINS],
}

impl Hits {
    /// Over the worlds that are wanted.
    #[must_use]
    pub fn over(name: &str, worlds: &[Located], wanted: impl Fn(&Located) -> bool) -> Self {
        let mut hits = Self { name: name.to_owned(), ..Self::default() };
        worlds.iter().filter(|world| wanted(world)).for_each(|world| hits.add(world));
        hits
    }

    fn add(&mut self, world: &Located) {
        self.n_false += world.n_false;
        if world.scene.right.is_empty() {
            return;
        }
        self.broken += 1;
        let Some((judged, further)) = world.incidents.split_first() else { return };
        self.found += 1;
        let first = judged.origins.first();
        let is_right = first.is_some_and(|(name, _)| world.scene.is_right(name));
        let is_near = judged.origins.iter().take(3).any(|(name, _)| world.scene.is_right(name));
        let is_blamed = first.is_some_and(|(name, sure)| name != OUTSIDE && *sure >= BLAMED);
        self.top1 += usize::from(is_right);
        self.top3 += usize::from(is_near);
        self.blamed += usize::from(!is_right && is_blamed);
        self.abstained += usize::from(!is_right && !is_blamed);
        let is_wrong = |named: &&Named| {
            named.origins.first().is_some_and(|(name, _)| !world.scene.is_right(name))
        };
        self.further.0 += further.len();
        self.further.1 += further.iter().filter(is_wrong).count();
    }

    /// Share of the incidents in which the guilty was named first.
    #[must_use]
    pub fn top1_share(&self) -> f64 {
        self.top1 as f64 / self.found.max(1) as f64
    }

    /// Share of the incidents in which the guilty was among the first three.
    #[must_use]
    pub fn top3_share(&self) -> f64 {
        self.top3 as f64 / self.found.max(1) as f64
    }
}

impl Calibration {
    /// Of the first origin of every incident that is judged. Not where two things break: then the
    /// confidence of each is its share of the harm.
    #[must_use]
    pub fn of(worlds: &[Located]) -> Self {
        let mut bins = [(0, 0.0, 0); BINS];
        let is_one = |world: &&Located| !world.scene.right.is_empty() && !world.scene.is_double;
        for world in worlds.iter().filter(is_one) {
            let Some((name, sure)) = world.incidents.first().and_then(|i| i.origins.first()) else {
                continue;
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
            let at = (sure * BINS as f64).floor() as usize;
            if let Some(bin) = bins.get_mut(at.min(BINS - 1)) {
                bin.0 += 1;
                bin.1 += sure;
                bin.2 += usize::from(world.scene.is_right(name));
            }
        }
        Self { bins }
    }

    /// How far confidence is from the share that is right, over all bins by their weight.
    #[must_use]
    pub fn error(&self) -> f64 {
        let n: usize = self.bins.iter().map(|(n, ..)| n).sum();
        let off = self.bins.iter().map(|(_, sure, right)| (sure - *right as f64).abs());
        off.sum::<f64>() / n.max(1) as f64
    }
}

impl fmt::Display for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |n: usize, of: usize| match of {
            0 => "-".to_owned(),
            of => format!("{:.3}", n as f64 / of as f64),
        };
        write!(
            f,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} ({}) |",
            self.name,
            self.broken,
            self.found,
            share(self.top1, self.found),
            share(self.top3, self.found),
            self.blamed,
            self.abstained,
            self.n_false,
            self.further.0,
            self.further.1
        )
    }
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| confidence | incidents | mean | right |\n|---|---|---|---|")?;
        for (at, (n, sure, right)) in self.bins.iter().enumerate().filter(|(_, bin)| bin.0 > 0) {
            let mean = |sum: f64| sum / *n as f64;
            let (sure, right) = (mean(*sure), mean(*right as f64));
            let to = if at + 1 == BINS { "1".to_owned() } else { format!(".{}", at + 1) };
            writeln!(f, "| .{at} to {to} | {n} | {sure:.3} | {right:.3} |")?;
        }
        write!(f, "\nweighted error {:.3}", self.error())
    }
}

/// The tables over worlds: by kind of fault, by shape, and by what is seen.
#[must_use]
pub fn tables(worlds: &[Located]) -> String {
    let mut kinds: Vec<&str> = worlds.iter().map(|world| world.scene.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let is_inside = |world: &Located| world.scene.kind != "surge";
    let mut rows: Vec<Hits> =
        kinds.iter().map(|kind| Hits::over(kind, worlds, |w| w.scene.kind == *kind)).collect();
    for (name, shape) in [
        ("chain", Shape::Chain),
        ("tree", Shape::Tree),
        ("fan-in", Shape::FanIn),
        ("cycle", Shape::Cycle),
    ] {
        rows.push(Hits::over(name, worlds, |w| is_inside(w) && w.scene.shape == shape));
    }
    let seen: [(&str, Wanted); 10] = [
        ("5 to 30 services", |w| w.scene.n_services <= 30),
        ("31 to 150 services", |w| (31..=150).contains(&w.scene.n_services)),
        ("151 to 500 services", |w| w.scene.n_services > 150),
        ("all spans joined", |w| w.scene.unjoined.is_none()),
        ("up to 30 % unjoined", |w| !w.scene.unjoined.is_none()),
        ("all traces seen", |w| w.scene.sampled.0 == 10_000),
        ("10 to 100 % of traces", |w| (1_000..10_000).contains(&w.scene.sampled.0)),
        ("1 to 10 % of traces", |w| w.scene.sampled.0 < 1_000),
        ("answers hidden", |w| !w.scene.is_visible()),
        ("answers visible", |w| w.scene.is_visible()),
    ];
    for (name, wanted) in seen {
        rows.push(Hits::over(name, worlds, |w| is_inside(w) && wanted(w)));
    }
    let mut text = "| worlds | broken | found | top-1 | top-3 | wrongly blamed | abstained | \
                    false | further (wrong) |\n|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    rows.iter().for_each(|row| text.push_str(&format!("{row}\n")));
    format!("{text}\n{}{}\n", surges(worlds), Calibration::of(worlds))
}

/// Of the worlds in which more comes in from outside: how many were noticed, and in how many no service is
/// blamed, which is right. Nobody is blamed where nothing was noticed, so both are said.
fn surges(worlds: &[Located]) -> String {
    let all: Vec<&Located> = worlds.iter().filter(|world| world.scene.kind == "surge").collect();
    if all.is_empty() {
        return String::new();
    }
    let noticed: Vec<&&Located> = all.iter().filter(|world| !world.incidents.is_empty()).collect();
    let is_right = |world: &Located| {
        let mut firsts = world.incidents.iter().filter_map(|incident| incident.origins.first());
        firsts.all(|(name, _)| world.scene.is_right(name))
    };
    let right = |worlds: &mut dyn Iterator<Item = &Located>| worlds.filter(|w| is_right(w)).count();
    format!(
        "surges: {} worlds, {} noticed; no service named first in any incident: {} of all, {} of those noticed\n\n",
        all.len(),
        noticed.len(),
        right(&mut all.iter().copied()),
        right(&mut noticed.iter().map(|world| **world)),
    )
}

/// A line for each incident that names somebody else first: what to look at.
#[must_use]
pub fn misses(worlds: &[Located]) -> String {
    let mut text = String::new();
    for world in worlds.iter().filter(|world| !world.scene.right.is_empty()) {
        let Some(judged) = world.incidents.first() else { continue };
        let scene = &world.scene;
        if judged.origins.first().is_some_and(|(name, _)| scene.is_right(name)) {
            continue;
        }
        let named: Vec<String> =
            judged.origins.iter().take(3).map(|(name, sure)| format!("{name} {sure:.2}")).collect();
        text.push_str(&format!(
            "seed {}: {} of {} ({}, {} services{}, {} unjoined): {}, {:.0} s after: {}: {}\n",
            world.seed,
            scene.kind,
            scene.right.join(" or "),
            shape_word(scene.shape),
            scene.n_services,
            if scene.is_visible() { "" } else { ", hidden" },
            scene.unjoined,
            judged.figure,
            judged.onset_off_s,
            named.join(", "),
            judged.because.join("; ")
        ));
    }
    text
}

const fn shape_word(shape: Shape) -> &'static str {
    match shape {
        Shape::Chain => "chain",
        Shape::Tree => "tree",
        Shape::FanIn => "fan-in",
        Shape::Cycle => "cycle",
    }
}
