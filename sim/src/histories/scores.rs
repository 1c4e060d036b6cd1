//! How often verdicts are right: in all histories, per family, per hard fact, per probability.

mod table;

use super::{Came, Case, HistoryFamily, Judged, Setting};
use hw_diagnose::Fact;
use hw_model::Verdict;

/// Edges of the bins of the calibration.
const BINS: [f64; 9] = [0.0, 0.01, 0.05, 0.1, 0.3, 0.6, 0.9, 0.99, 1.000_001];

/// Every hard fact.
const FACTS: [Fact; 5] = [Fact::Order, Fact::Reversal, Fact::Split, Fact::Cure, Fact::Redeploy];

/// What must hold, over both settings of the plain family.
const WRONG_PER_CLASS_MAX: f64 = 0.005;
const PRECISION_MIN: f64 = 0.97;
const OF_ORACLE_MIN: f64 = 0.9;
const CALIBRATION_MAX: f64 = 0.02;
const BIN_OFF_MAX: f64 = 0.1;
const BIN_N_MIN: usize = 200;

/// Figures over many histories.
#[derive(Clone, Debug)]
pub struct Scores {
    cases: Vec<Case>,
}

/// Figures over some of the histories.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Histories, those with a known guilty change, and those of either that were noticed.
    pub cases: usize,
    /// See `cases`.
    pub caused: usize,
    /// See `cases`.
    pub noticed: usize,
    /// Something was noticed before the fault.
    pub false_alarms: usize,
    /// Guilty changes of faults that were noticed, by verdict in the order of `Verdict::ALL`.
    pub guilty: [usize; 4],
    /// Innocent changes the same.
    pub innocent: [usize; 4],
    /// Guilty changes that were exonerated at any look.
    pub ever_exonerated: usize,
    /// Guilty and innocent changes that the oracle implicates.
    pub oracle: (usize, usize),
}

/// Exonerations that rest on one kind of hard fact, alone or with others.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// The fact.
    pub fact: Fact,
    /// Exonerations, and those of guilty changes.
    pub n: usize,
    /// See `n`.
    pub wrong: usize,
}

/// Changes of which about the same probability was said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bin {
    /// How many.
    pub n: usize,
    /// Mean of what was said.
    pub said: f64,
    /// Share that was guilty.
    pub guilty: f64,
}

impl Row {
    fn of<'a>(cases: impl Iterator<Item = &'a Case>) -> Self {
        let mut row = Self::default();
        for case in cases {
            row.cases += 1;
            row.caused += usize::from(case.is_caused);
            match &case.came {
                Came::Missed => {}
                Came::FalseAlarm => row.false_alarms += 1,
                Came::Judged(judged) => {
                    row.noticed += 1;
                    judged.iter().for_each(|one| row.count(one));
                }
            }
        }
        row
    }

    fn count(&mut self, one: &Judged) {
        let counts = if one.is_guilty { &mut self.guilty } else { &mut self.innocent };
        for (count, verdict) in counts.iter_mut().zip(Verdict::ALL) {
            *count += usize::from(verdict == one.verdict);
        }
        self.ever_exonerated += usize::from(one.is_guilty && one.ever_exonerated.is_some());
        if one.oracle >= 0.9 {
            self.oracle.0 += usize::from(one.is_guilty);
            self.oracle.1 += usize::from(!one.is_guilty);
        }
    }

    /// Guilty changes of faults that were noticed.
    #[must_use]
    pub fn n_guilty(&self) -> usize {
        self.guilty.iter().sum()
    }

    /// Share of the implicated that did it.
    #[must_use]
    pub fn precision(&self) -> f64 {
        let [right, ..] = self.guilty;
        let [wrong, ..] = self.innocent;
        share(right, right + wrong)
    }

    /// Guilty changes implicated, of those that the oracle implicates.
    #[must_use]
    pub fn of_oracle(&self) -> f64 {
        let [right, ..] = self.guilty;
        share(right, self.oracle.0)
    }

    /// Share of all changes, and of the guilty ones, of which it is not said that it is undecided.
    #[must_use]
    pub fn decided(&self) -> (f64, f64) {
        let decided = |counts: [usize; 4]| {
            let [implicated, _, not, exonerated] = counts;
            (implicated + not + exonerated, counts.iter().sum::<usize>())
        };
        let (guilty, of_guilty) = decided(self.guilty);
        let (innocent, of_innocent) = decided(self.innocent);
        (share(guilty + innocent, of_guilty + of_innocent), share(guilty, of_guilty))
    }
}

impl Scores {
    /// Of these histories.
    #[must_use]
    pub const fn new(cases: Vec<Case>) -> Self {
        Self { cases }
    }

    /// The histories.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Figures of one family in one setting.
    #[must_use]
    pub fn row(&self, setting: Setting, family: HistoryFamily) -> Row {
        let is_it = |case: &&Case| case.id.setting == setting && case.id.family == family;
        Row::of(self.cases.iter().filter(is_it))
    }

    /// Figures of the histories that the goals are about.
    #[must_use]
    pub fn plain(&self) -> Row {
        Row::of(self.plain_cases())
    }

    /// Figures of all histories.
    #[must_use]
    pub fn all(&self) -> Row {
        Row::of(self.cases.iter())
    }

    fn plain_cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.id.family == HistoryFamily::Plain)
    }

    /// Exonerations by hard fact, at the end or before, of some cases.
    fn classes<'a>(cases: impl Iterator<Item = &'a Case>) -> Vec<Class> {
        let exonerated: Vec<(bool, &Vec<Fact>)> = judged_of(cases)
            .filter_map(|one| Some((one.is_guilty, one.ever_exonerated.as_ref()?)))
            .collect();
        let class = |fact: Fact| {
            let own = exonerated.iter().filter(|(_, facts)| facts.contains(&fact));
            let wrong = own.clone().filter(|(is_guilty, _)| *is_guilty).count();
            Class { fact, n: own.count(), wrong }
        };
        FACTS.map(class).to_vec()
    }

    /// The calibration of what is said at the end.
    fn bins<'a>(cases: impl Iterator<Item = &'a Case>, of: impl Fn(&Judged) -> f64) -> Vec<Bin> {
        let mut bins = vec![Bin::default(); BINS.len() - 1];
        for one in judged_of(cases) {
            let p = of(one);
            let edges = BINS.iter().zip(BINS.iter().skip(1));
            let at = edges.zip(&mut bins).find(|((from, to), _)| **from <= p && p < **to);
            if let Some((_, bin)) = at {
                bin.n += 1;
                bin.said += p;
                bin.guilty += f64::from(u8::from(one.is_guilty));
            }
        }
        for bin in &mut bins {
            let n = bin.n.max(1) as f64;
            (bin.said, bin.guilty) = (bin.said / n, bin.guilty / n);
        }
        bins
    }

    /// What does not hold of what must.
    #[must_use]
    pub fn misses(&self) -> Vec<String> {
        let row = self.plain();
        let mut misses = Vec::new();
        let mut want = |holds: bool, what: String| {
            if !holds {
                misses.push(what);
            }
        };
        let n = row.n_guilty();
        want(row.ever_exonerated == 0, format!("{} of {n} guilty exonerated", row.ever_exonerated));
        for Class { fact, n, wrong } in Self::classes(self.plain_cases()) {
            let is_right = share(wrong, n) <= WRONG_PER_CLASS_MAX || wrong == 0;
            want(is_right, format!("{fact:?}: {wrong} of {n} exonerations wrong"));
        }
        let precision = row.precision();
        want(precision >= PRECISION_MIN, format!("precision of implicated {precision:.3}"));
        let of_oracle = row.of_oracle();
        want(of_oracle >= OF_ORACLE_MIN, format!("{of_oracle:.3} of what the oracle implicates"));
        let bins = Self::bins(self.plain_cases(), |one| one.probability);
        let error = weighted_error(&bins);
        want(error <= CALIBRATION_MAX, format!("calibration error {error:.3}"));
        for bin in bins.iter().filter(|bin| bin.n >= BIN_N_MIN) {
            let off = bin.said - bin.guilty;
            want(off.abs() <= BIN_OFF_MAX, format!("said {:.2}, is {:.2}", bin.said, bin.guilty));
        }
        misses
    }
}

fn judged_of<'a>(cases: impl Iterator<Item = &'a Case>) -> impl Iterator<Item = &'a Judged> {
    cases.flat_map(|case| match &case.came {
        Came::Judged(judged) => judged.as_slice(),
        Came::Missed | Came::FalseAlarm => &[],
    })
}

/// How far what is said is off, weighted by how often it is said.
fn weighted_error(bins: &[Bin]) -> f64 {
    let n: usize = bins.iter().map(|bin| bin.n).sum();
    let off = |bin: &Bin| bin.n as f64 * (bin.said - bin.guilty).abs();
    bins.iter().map(off).sum::<f64>() / n.max(1) as f64
}

fn share(part: usize, all: usize) -> f64 {
    if all == 0 { f64::NAN } else { part as f64 / all as f64 }
}

/// Upper end of the one-sided 95 % interval of a share of which `k` of `n` were seen (Clopper and Pearson
/// 1934): the share at which so few would be seen one time in twenty.
#[must_use]
pub fn upper_bound(k: usize, n: usize) -> f64 {
    if k >= n {
        return 1.0;
    }
    let at_most_k = |p: f64| {
        let mut term = n as f64 * (1.0 - p).ln();
        let mut sum = term.exp();
        for i in 1..=k {
            term += ((n + 1 - i) as f64 / i as f64).ln() + (p / (1.0 - p)).ln();
            sum += term.exp();
        }
        sum
    };
    let (mut low, mut high) = (k as f64 / n as f64, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if at_most_k(middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_books() {
        assert!((upper_bound(0, 106) - 0.0279).abs() < 1e-4);
        assert!((upper_bound(0, 2_000) - 0.001_497).abs() < 1e-5);
        assert!((upper_bound(2, 712) - 0.008_82).abs() < 1e-4);
        assert!((upper_bound(3, 10) - 0.6066).abs() < 1e-3);
    }
}
