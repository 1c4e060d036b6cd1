//! How often the interval held the truth: in all worlds, and by what differs from world to world.

use super::{KINDS, Said, Scatter, Trial};
use hw_stats::wilson;
use std::fmt;

/// Coverage of a 95 % interval that is as it should be.
const WANTED: (f64, f64) = (0.93, 0.97);

/// What came of many worlds.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// Every world, by seed.
    pub trials: Vec<Trial>,
}

/// Figures over some of the worlds.
struct Row {
    name: String,
    n_worlds: usize,
    n_no_items: usize,
    /// What was said and what is true.
    weighed: Vec<(hw_model::Impact, f64)>,
    /// Intervals that hold the truth, that lie above it, and below.
    covers: usize,
    n_above: usize,
    n_below: usize,
}

impl Weighed {
    /// Intervals that hold the truth, and all intervals.
    #[must_use]
    pub fn coverage(&self) -> (usize, usize) {
        let covers: Vec<bool> = self.trials.iter().filter_map(|t| t.said.covers()).collect();
        (covers.iter().filter(|covers| **covers).count(), covers.len())
    }

    /// Whether the share of intervals that hold the truth is the one wanted.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let (n_covers, n) = self.coverage();
        let share = n_covers as f64 / n.max(1) as f64;
        WANTED.0 <= share && share <= WANTED.1
    }

    /// Seeds in which something panicked.
    #[must_use]
    pub fn panicked(&self) -> Vec<u64> {
        let panicked = self.trials.iter().filter(|trial| matches!(trial.said, Said::Panic));
        panicked.map(|trial| trial.seed).collect()
    }

    fn row(&self, name: impl Into<String>, is_in: impl Fn(&Trial) -> bool) -> Row {
        let own: Vec<&Trial> = self.trials.iter().filter(|trial| is_in(trial)).collect();
        let pair = |trial: &&Trial| match trial.said {
            Said::Items { impact, truth } => Some((impact, truth)),
            Said::Nothing | Said::NoItems | Said::Panic => None,
        };
        let weighed: Vec<_> = own.iter().filter_map(pair).collect();
        Row {
            name: name.into(),
            n_worlds: own.len(),
            n_no_items: own.iter().filter(|trial| matches!(trial.said, Said::NoItems)).count(),
            covers: own.iter().filter(|trial| trial.said.covers() == Some(true)).count(),
            n_above: weighed.iter().filter(|(impact, truth)| impact.low > *truth).count(),
            n_below: weighed.iter().filter(|(impact, truth)| impact.high < *truth).count(),
            weighed,
        }
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> =
            KINDS.into_iter().map(|kind| self.row(kind.word(), |t| t.kind == kind)).collect();
        rows.extend(Scatter::ALL.map(|way| self.row(way.word(), |t| t.scatter == way)));
        let minutes = |s: i64| s / 60;
        for (from, to) in [(0, 10), (10, 60), (60, 300)] {
            rows.push(self.row(format!("lasts {from} to {to} min"), |t| {
                (from..to).contains(&minutes(t.lasts_s))
            }));
        }
        for (from, to) in [(0, 30), (30, 90), (90, 300)] {
            rows.push(self.row(format!("watched {from} to {to} min before"), |t| {
                (from..to).contains(&minutes(t.before_s))
            }));
        }
        rows.push(self.row("over", |t| t.is_over && !t.came_back));
        rows.push(self.row("came back", |t| t.came_back));
        rows.push(self.row("lasts", |t| !t.is_over && !t.came_back));
        rows.push(self.row("telemetry with gaps", |t| t.has_gaps));
        rows.push(self.row("all", |_| true));
        rows
    }
}

const HEADINGS: [&str; 8] =
    ["worlds", "of them", "with items", "without", "covers", "too high/too low", "bias", "width"];

impl fmt::Display for Weighed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| {} |", HEADINGS.join(" | "))?;
        writeln!(f, "|{}", "---|".repeat(HEADINGS.len()))?;
        for row in self.rows() {
            writeln!(f, "{row}")?;
        }
        let of = |is_such: fn(&Said) -> bool| {
            self.trials.iter().filter(|trial| is_such(&trial.said)).count()
        };
        let quiet = of(|said| matches!(said, Said::Nothing));
        let no_items = of(|said| matches!(said, Said::NoItems));
        writeln!(
            f,
            "\n{} worlds: in {quiet} nothing was noticed, in {no_items} nothing is said in items",
            self.trials.len()
        )?;
        let (covers, n) = self.coverage();
        let (low, high) = wilson(hw_stats::Counts::new(n as f64, covers as f64));
        writeln!(
            f,
            "{covers} of {n} intervals of 95 % hold the truth: {:.1} % ({:.1} to {:.1} %)",
            100.0 * covers as f64 / n.max(1) as f64,
            100.0 * low,
            100.0 * high
        )?;
        let missed = self.trials.iter().filter(|t| t.said.covers() == Some(false));
        let seeds: Vec<String> = missed.map(|trial| trial.seed.to_string()).collect();
        writeln!(f, "missed by the interval: seeds {}", seeds.join(" "))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.weighed.len();
        let covers = if n == 0 {
            "-".to_owned()
        } else {
            format!("{:.1} %", 100.0 * self.covers as f64 / n as f64)
        };
        let truth: f64 = self.weighed.iter().map(|(_, truth)| truth.abs()).sum();
        // Of items missing it is what is said to be missing beyond the truth.
        let off = |(impact, truth): &(hw_model::Impact, f64)| {
            (impact.excess_items - truth) * truth.signum()
        };
        let bias: f64 = self.weighed.iter().map(off).sum::<f64>() / truth.max(1.0);
        let width = |(impact, truth): &(hw_model::Impact, f64)| {
            (impact.high - impact.low) / truth.abs().max(1.0)
        };
        let mut widths: Vec<f64> = self.weighed.iter().map(width).collect();
        widths.sort_by(f64::total_cmp);
        let width = widths.get(n / 2).map_or("-".to_owned(), |w| format!("{:.0} %", 100.0 * w));
        write!(
            f,
            "| {} | {} | {n} | {} | {covers} | {}/{} | {:+.1} % | {width} |",
            self.name,
            self.n_worlds,
            self.n_no_items,
            self.n_above,
            self.n_below,
            100.0 * bias
        )
    }
}
