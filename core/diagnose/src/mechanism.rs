//! The mechanism test: does a service treat each answer it gets as it always did?
//!
//! If P(item goes on | answer) is as before and only the mix of answers has moved, the service
//! behaves as always and the one that answers does not (docs/internals/attribution.md). Tested per answer
//! with the Bayes factor of "its own share before and since" against "one share throughout"; an
//! answer that no longer occurs is untested, and said to be.

use crate::evidence::{Fate, SeenAnswers};
use hw_stats::{Counts, Form, ln_gamma, ln_marginal};

/// ln Bayes factor from which on something counts as moved.
const LN_MOVED: f64 = 3.0;

/// Share of the shift that the new mix must explain.
const EXPLAINED_MIN: f64 = 0.9;

/// Items that must have got an answer, before or since, for its share to be tested.
const ITEMS_MIN: f64 = 5.0;

/// Share of the answers from which on a new one matters.
const NEW_MIN: f64 = 0.1;

/// What the test says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mechanism {
    /// Each answer leads on as before, and the new mix explains the shift.
    AsAlways(Account),
    /// P(goes on | answer) itself moved for this answer.
    Moved {
        /// The answer.
        value: String,
        /// ln Bayes factor.
        ln_moved: f64,
    },
    /// The answers came as always: they explain nothing.
    AnswersAsAlways,
    /// An answer came that was hardly ever given before: what the caller does with it is untested.
    New {
        /// The answer.
        value: String,
        /// Its share of the answers since.
        share: f64,
    },
    /// The mix moved, but does not explain the shift.
    Unexplained(f64),
}

/// The figures of a passed test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    /// Share of the shift explained by the mix.
    pub explained: f64,
    /// Largest ln Bayes factor that some answer's share moved; negative: it did not.
    pub ln_moved: f64,
    /// The answer that gained most, its share of the mix before and since.
    pub gained: (String, f64, f64),
    /// Answers tested: value, counts before, counts since.
    pub tested: Vec<(String, Counts, Counts)>,
    /// Answers that no longer occur.
    pub untested: Vec<String>,
}

/// Tests one dependency against one outcome.
pub(crate) fn test(answers: &SeenAnswers) -> Mechanism {
    let before: Counts = answers.fates.iter().map(|fate| fate.before).sum();
    let since: Counts = answers.fates.iter().map(|fate| fate.since).sum();
    if ln_mix_moved(&answers.fates) < LN_MOVED {
        return Mechanism::AnswersAsAlways;
    }
    let tested: Vec<_> = answers.fates.iter().filter(|fate| is_testable(fate)).collect();
    let moved = tested.iter().map(|fate| (fate, ln_share_moved(fate.before, fate.since)));
    let worst = moved.max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((fate, ln_moved)) = worst
        && ln_moved >= LN_MOVED
    {
        return Mechanism::Moved { value: fate.value.clone(), ln_moved };
    }
    let explained = explained(&answers.fates, before, since);
    if explained < EXPLAINED_MIN || tested.is_empty() {
        let new = answers.fates.iter().filter(|fate| fate.before.n < ITEMS_MIN);
        let new = new.max_by(|a, b| a.since.n.total_cmp(&b.since.n));
        return match new.map(|fate| (fate, fate.since.n / since.n.max(1.0))) {
            Some((fate, share)) if share >= NEW_MIN => {
                Mechanism::New { value: fate.value.clone(), share }
            }
            _ => Mechanism::Unexplained(explained),
        };
    }
    Mechanism::AsAlways(Account {
        explained: explained.min(1.0),
        ln_moved: worst.map_or(0.0, |(_, ln_moved)| ln_moved),
        gained: gained(&answers.fates, before.n, since.n),
        tested: tested.iter().map(|f| (f.value.clone(), f.before, f.since)).collect(),
        untested: vanished(&answers.fates),
    })
}

/// The answer whose share of the mix grew most, with that share before and since.
pub(crate) fn gained(fates: &[Fate], before_n: f64, since_n: f64) -> (String, f64, f64) {
    let rows = fates.iter().map(|fate| {
        (fate.value.clone(), fate.before.n / before_n.max(1.0), fate.since.n / since_n.max(1.0))
    });
    let most = rows.max_by(|a, b| (a.2 - a.1).total_cmp(&(b.2 - b.1)));
    most.unwrap_or_default()
}

fn vanished(fates: &[Fate]) -> Vec<String> {
    let gone = fates.iter().filter(|fate| fate.before.n >= ITEMS_MIN && fate.since.n < 1.0);
    gone.map(|fate| fate.value.clone()).collect()
}

fn is_testable(fate: &Fate) -> bool {
    fate.before.n >= ITEMS_MIN && fate.since.n >= ITEMS_MIN
}

/// How far the new mix alone, with the old shares per answer, moves the ratio towards where it is.
fn explained(fates: &[Fate], before: Counts, since: Counts) -> f64 {
    let (Some(from), Some(to)) = (before.ratio(), since.ratio()) else { return 0.0 };
    let share = |fate: &Fate| fate.before.ratio().unwrap_or(from);
    let predicted: f64 = fates.iter().map(|fate| fate.since.n / since.n * share(fate)).sum();
    if (to - from).abs() < 1e-9 { 0.0 } else { (predicted - from) / (to - from) }
}

fn ln_share_moved(before: Counts, since: Counts) -> f64 {
    let ln = |counts| ln_marginal(Form::Share, counts, 0.5, 1.0);
    ln(before) + ln(since) - ln(before + since)
}

/// ln Bayes factor that the mix of answers moved: two Dirichlet-multinomials against one.
fn ln_mix_moved(fates: &[Fate]) -> f64 {
    let ln = |counts: &dyn Fn(&Fate) -> f64| {
        let total: f64 = fates.iter().map(counts).sum();
        let n_values = fates.len() as f64;
        fates.iter().map(|fate| ln_gamma(counts(fate) + 1.0)).sum::<f64>() + ln_gamma(n_values)
            - ln_gamma(total + n_values)
    };
    ln(&|fate| fate.before.n) + ln(&|fate| fate.since.n) - ln(&|fate| fate.before.n + fate.since.n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(value: &str, before: (f64, f64), since: (f64, f64)) -> Fate {
        let counts = |(n, k)| Counts::new(n, k);
        Fate { value: value.into(), before: counts(before), since: counts(since) }
    }

    fn run(fates: Vec<Fate>) -> Mechanism {
        test(&SeenAnswers { key: "answer".into(), fates })
    }

    #[test]
    fn story_passes_nine_seconds_after_the_onset() {
        let found = run(vec![
            fate("go", (2_690.0, 2_690.0), (80.0, 80.0)),
            fate("halt", (2_686.0, 0.0), (0.0, 0.0)),
        ]);
        let Mechanism::AsAlways(account) = found else { panic!("{found:?}") };
        assert!(account.explained > 0.99 && account.ln_moved < 0.0, "{account:?}");
        assert_eq!(account.untested, ["halt"]);
        assert_eq!(account.gained.0, "go");
    }

    #[test]
    fn caller_that_lets_halted_items_pass_has_moved() {
        let found = run(vec![
            fate("go", (500.0, 500.0), (90.0, 90.0)),
            fate("halt", (500.0, 0.0), (95.0, 95.0)),
        ]);
        assert_eq!(found, Mechanism::AnswersAsAlways, "the mix is as always: look at the caller");
        let found = run(vec![
            fate("go", (500.0, 500.0), (150.0, 150.0)),
            fate("halt", (500.0, 0.0), (50.0, 40.0)),
        ]);
        let Mechanism::Moved { value, .. } = found else { panic!("{found:?}") };
        assert_eq!(value, "halt");
    }

    #[test]
    fn answer_never_given_before_is_untested() {
        let found = run(vec![
            fate("go", (900.0, 900.0), (450.0, 450.0)),
            fate("halt", (0.0, 0.0), (450.0, 0.0)),
        ]);
        assert_eq!(found, Mechanism::New { value: "halt".to_owned(), share: 0.5 });
    }

    #[test]
    fn new_mix_that_leads_nowhere_explains_nothing() {
        let found = run(vec![
            fate("a", (500.0, 250.0), (10.0, 5.0)),
            fate("b", (500.0, 250.0), (190.0, 105.0)),
        ]);
        assert!(matches!(found, Mechanism::Unexplained(_)), "{found:?}");
    }
}
