//! A figure that says what it counted of how many, and what that means.

use crate::words::real;
use hw_stats::{Counts, wilson};

/// So many of so many.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it is called.
    pub name: &'static str,
    /// What is counted of what.
    pub definition: &'static str,
    /// So many.
    pub numerator: u64,
    /// Of so many.
    pub denominator: u64,
    /// What is counted in the numerator, by name: `C3`, `INC-1`.
    pub counted: Vec<String>,
    /// Of a share, what the data leaves possible (95 %): few deploys say little of the next ones.
    pub interval: Option<(f64, f64)>,
    /// The same in a sentence.
    pub words: String,
}

impl Figure {
    /// The share of `denominator` things that `counted` are; `what` says both in words.
    pub(crate) fn share(
        (name, definition): (&'static str, &'static str),
        counted: Vec<String>,
        denominator: u64,
        what: impl FnOnce(u64, u64) -> String,
    ) -> Self {
        let numerator = counted.len() as u64;
        let counts = Counts::new(real(denominator), real(numerator));
        let interval = (denominator > 0).then(|| wilson(counts));
        let mut words = what(numerator, denominator);
        if let Some((low, high)) = interval {
            let share = real(numerator) / real(denominator);
            words.push_str(&format!(
                " ({:.0} %; the data leaves {:.0} to {:.0} % possible)",
                share * 100.0,
                low * 100.0,
                high * 100.0
            ));
        }
        Self { name, definition, numerator, denominator, counted, interval, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(k: u64, n: u64) -> Figure {
        let counted = (0..k).map(|n| format!("C{n}")).collect();
        Figure::share(("name", "definition"), counted, n, |k, n| format!("{k} of {n} deploys"))
    }

    #[test]
    fn a_percentage_never_stands_alone() {
        assert_eq!(figure(0, 9).words, "0 of 9 deploys (0 %; the data leaves 0 to 30 % possible)");
        assert_eq!(figure(0, 0).words, "0 of 0 deploys");
        assert_eq!(figure(0, 0).interval, None);
        assert_eq!(figure(2, 2).interval.map(|(_, high)| high), Some(1.0));
    }

    #[test]
    fn more_deploys_leave_less_possible() {
        let width = |k, n| {
            let (low, high) = figure(k, n).interval.unwrap();
            assert!(low <= real(k) / real(n) && real(k) / real(n) <= high, "{k} of {n}");
            high - low
        };
        assert!(width(1, 10) > width(10, 100) && width(10, 100) > width(100, 1_000));
    }

    /// Of teams whose deploys fail with a known probability, the interval should hold that probability
    /// for about 95 in 100. Every outcome is counted with its binomial weight.
    #[test]
    fn the_interval_holds_what_it_says_by_enumeration() {
        for n in [5_u64, 20, 60] {
            let mut held = 0.0;
            let ps: Vec<f64> = (1..200).map(|step| f64::from(step) / 200.0).collect();
            for p in &ps {
                let mut weight = (1.0 - p).powi(i32::try_from(n).unwrap());
                for k in 0..=n {
                    let (low, high) = figure(k, n).interval.unwrap();
                    if (low..=high).contains(p) {
                        held += weight;
                    }
                    weight *= real(n - k) / real(k + 1) * p / (1.0 - p);
                }
            }
            let share = held / ps.len() as f64;
            assert!((0.94..=0.96).contains(&share), "{n} deploys: {share}");
        }
    }
}
