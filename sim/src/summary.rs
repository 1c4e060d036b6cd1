//! What many worlds come to: rules that broke, and a table of figures that have no bound.

use crate::check::Broken;
use crate::fault::FaultKind;
use crate::truth::{Found, Outcome};
use hw_model::Verdict;
use std::fmt;

/// What came of one seed.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The seed.
    pub seed: u64,
    /// What was true and what was said; `None` if it did not come to an end.
    pub outcome: Option<Outcome>,
    /// Rules that did not hold.
    pub broken: Vec<Broken>,
}

/// Everything that came of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Every seed, in order.
    pub tried: Vec<Tried>,
}

/// Figures over the worlds with one kind of fault.
struct Row {
    name: &'static str,
    n_worlds: usize,
    found: Vec<Found>,
    guilty: [usize; 4],
    n_innocents: usize,
    n_accused: usize,
    n_further: usize,
}

impl Summary {
    pub(crate) const fn new(tried: Vec<Tried>) -> Self {
        Self { tried }
    }

    /// Seeds in which a rule broke.
    pub fn broken(&self) -> impl Iterator<Item = &Tried> {
        self.tried.iter().filter(|tried| !tried.broken.is_empty())
    }

    /// Whether every rule held.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.broken().next().is_none()
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.tried.iter().filter_map(|tried| tried.outcome.as_ref())
    }

    fn row(&self, kind: FaultKind) -> Row {
        let own = || self.outcomes().filter(|outcome| outcome.kind == Some(kind));
        Row::new(kind.word(), &own().collect::<Vec<_>>())
    }

    fn all(&self) -> Row {
        let own = self.outcomes().filter(|outcome| outcome.kind.is_some());
        Row::new("all", &own.collect::<Vec<_>>())
    }
}

impl Row {
    fn new(name: &'static str, outcomes: &[&Outcome]) -> Self {
        let verdicts =
            [Verdict::Implicated, Verdict::Undecided, Verdict::NotImplicated, Verdict::Exonerated];
        let judged = |verdict: Verdict| {
            outcomes.iter().filter(|outcome| outcome.guilty == Some(verdict)).count()
        };
        Self {
            name,
            n_worlds: outcomes.len(),
            found: outcomes.iter().filter_map(|outcome| outcome.found).collect(),
            guilty: verdicts.map(judged),
            n_innocents: outcomes.iter().map(|outcome| outcome.innocents.0).sum(),
            n_accused: outcomes.iter().map(|outcome| outcome.innocents.1).sum(),
            n_further: outcomes.iter().map(|outcome| outcome.n_further).sum(),
        }
    }
}

const HEADINGS: [&str; 10] = [
    "fault",
    "worlds",
    "found",
    "delay s p50/p90",
    "onset off s p50/p90",
    "origin right",
    "guilty: impl/und/not/exon",
    "innocents",
    "accused",
    "further",
];

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delays = self.found.iter().map(|found| found.delay_s).collect();
        let onsets = self.found.iter().map(|found| found.onset_error_s).collect();
        let n_right = self.found.iter().filter(|found| found.is_origin_right).count();
        let [implicated, undecided, not, exonerated] = self.guilty;
        write!(
            f,
            "| {} | {} | {} | {} | {} | {} | {implicated}/{undecided}/{not}/{exonerated} | {} | {} | {} |",
            self.name,
            self.n_worlds,
            share(self.found.len(), self.n_worlds),
            quantiles(delays),
            quantiles(onsets),
            share(n_right, self.found.len()),
            self.n_innocents,
            self.n_accused,
            self.n_further
        )
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for tried in self.broken() {
            for broken in &tried.broken {
                writeln!(f, "seed {}: {}: {}", tried.seed, broken.check, broken.seen)?;
            }
            writeln!(f, "    cargo xtask sim --seed {}", tried.seed)?;
        }
        let n_spans: u64 = self.outcomes().map(|outcome| outcome.n_spans).sum();
        let (n_worlds, n_broken) = (self.tried.len(), self.broken().count());
        writeln!(f, "{n_worlds} worlds, {n_spans} spans, {n_broken} with a broken rule\n")?;
        writeln!(f, "| {} |", HEADINGS.join(" | "))?;
        writeln!(f, "|{}", "---|".repeat(HEADINGS.len()))?;
        for kind in FaultKind::DRAWN {
            writeln!(f, "{}", self.row(kind))?;
        }
        writeln!(f, "{}", self.all())?;
        let n_calm = self.outcomes().filter(|outcome| outcome.kind.is_none()).count();
        let n_false: usize = self.outcomes().map(|outcome| outcome.n_false).sum();
        writeln!(
            f,
            "\n{n_false} false incidents: in {n_calm} worlds without a fault, or before one"
        )?;
        let changes = |pick: fn(&Outcome) -> usize| self.outcomes().map(pick).sum::<usize>();
        writeln!(
            f,
            "changes: {} happened, {} of them known, {} invented",
            changes(|o| o.changes.happened),
            changes(|o| o.changes.found),
            changes(|o| o.changes.invented)
        )?;
        writeln!(
            f,
            "attempts to help: {} judged rightly, {} wrongly, {} undecided",
            changes(|o| o.efforts.right),
            changes(|o| o.efforts.wrong),
            changes(|o| o.efforts.undecided)
        )?;
        self.write_remarkable(f)
    }
}

impl Summary {
    /// Seeds in which no rule broke, but something could have been said better.
    fn write_remarkable(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remarks: [(&str, Remark); 7] = [
            ("fault not found", |o| o.kind.is_some() && o.found.is_none()),
            ("origin wrong", |o| o.found.is_some_and(|found| !found.is_origin_right)),
            ("guilty not implicated", |o| o.guilty == Some(Verdict::NotImplicated)),
            ("innocents accused", |o| o.innocents.1 > 0),
            ("further incidents", |o| o.n_further > 0),
            ("changes missed or invented", |o| {
                o.changes.found < o.changes.happened || o.changes.invented > 0
            }),
            ("attempt to help misjudged", |o| o.efforts.wrong > 0),
        ];
        for (remark, is_so) in remarks {
            let seeds = self.outcomes().filter(|o| is_so(o)).map(|o| o.seed.to_string());
            let seeds: Vec<String> = seeds.collect();
            if !seeds.is_empty() {
                writeln!(f, "{remark}: seeds {}", seeds.join(" "))?;
            }
        }
        Ok(())
    }
}

/// Whether something about a world is remarkable.
type Remark = fn(&Outcome) -> bool;

/// `97 %`, or a dash where there is nothing to have a share of.
fn share(n: usize, of: usize) -> String {
    if of == 0 { "-".to_owned() } else { format!("{:.0} %", 100.0 * n as f64 / of as f64) }
}

/// Median and 90 % quantile.
fn quantiles(mut figures: Vec<f64>) -> String {
    figures.sort_by(f64::total_cmp);
    let at = |tenths: usize| figures.get((figures.len().saturating_sub(1)) * tenths / 10);
    match (at(5), at(9)) {
        (Some(half), Some(most)) => format!("{half:.0}/{most:.0}"),
        (Some(_), None) | (None, _) => "-".to_owned(),
    }
}
