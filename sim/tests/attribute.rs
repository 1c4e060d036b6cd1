//! Verdicts on a fixed set of histories: no guilty change exonerated at any look, few innocents accused.

use hw_model::Verdict;
use hw_sim::{Came, CaseId, HistoryFamily, Scores, Setting, judge_histories, judge_history};

fn scores(families: &[HistoryFamily], seeds: &[u64]) -> Scores {
    let both = |family: &HistoryFamily| Setting::ALL.map(|setting| (setting, *family));
    let all: Vec<(Setting, HistoryFamily)> = families.iter().flat_map(both).collect();
    Scores::new(judge_histories(&all, seeds, 2, |_| {}))
}

#[test]
fn guilty_changes_are_implicated_and_never_exonerated() {
    let seeds: Vec<u64> = (0..60).map(|at| 2 * at + 1).collect();
    let scores = scores(&[HistoryFamily::Plain], &seeds);
    let row = scores.plain();
    assert!(row.n_guilty() >= 25, "{row:?}");
    assert_eq!(row.ever_exonerated, 0, "{row:?}");
    assert!(row.precision() >= 0.9, "{row:?}");
    assert!(row.of_oracle() >= 0.8, "{row:?}");
    assert!(row.false_alarms == 0, "{row:?}");
}

#[test]
fn innocent_rollback_of_the_story_is_cleared_and_nobody_accused() {
    let seeds: Vec<u64> = (0..20).map(|at| 2 * at + 1).collect();
    let row = scores(&[HistoryFamily::Story], &seeds).all();
    let [implicated, _, not, exonerated] = row.innocent;
    assert!(row.noticed >= 15 && row.n_guilty() == 0, "{row:?}");
    assert!(implicated <= 5, "{row:?}");
    assert!(exonerated > not / 10, "{row:?}");
}

#[test]
fn histories_are_the_same_twice() {
    let id = CaseId { setting: Setting::Base, family: HistoryFamily::Canary, seed: 3 };
    let (a, b) = (judge_history(id), judge_history(id));
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    let Came::Judged(judged) = a.came else { panic!("{a:?}") };
    assert!(judged.iter().any(|one| one.verdict != Verdict::Undecided));
}
