//! PetShop's own score, and the table of it: a case is in the top k if its root cause is among the
//! first k suspects (`in_top_k` of the authors' rca_task.py); Avg@5 is the mean over k of 1 to 5.

use super::petshop::PetShop;
use std::collections::BTreeSet;

/// How one method ranked one case.
pub(super) struct Ranking {
    /// Place of the root cause among the suspects, from 0; `None` if it is not among them.
    pub rank: Option<usize>,
    pub ms: f64,
    pub is_train: bool,
    /// The first suspect.
    pub first: Option<String>,
}

/// How one method did.
pub(super) struct Scores {
    pub name: &'static str,
    pub rankings: Vec<Ranking>,
}

impl Scores {
    fn top(&self, k: usize, wanted: impl Fn(&Ranking) -> bool) -> (usize, usize) {
        let own = self.rankings.iter().filter(|ranking| wanted(ranking));
        let right = own.clone().filter(|ranking| ranking.rank.is_some_and(|rank| rank < k));
        (right.count(), own.count())
    }

    fn row(&self) -> String {
        let of = |(right, all): (usize, usize)| format!("{right} of {all}");
        let avg5 = (1..=5).map(|k| self.top(k, |_| true).0 as f64).sum::<f64>()
            / (5 * self.rankings.len().max(1)) as f64;
        let ms: Vec<f64> = self.rankings.iter().map(|ranking| ranking.ms).collect();
        let most = ms.iter().copied().fold(0.0, f64::max);
        let empty = self.rankings.iter().filter(|ranking| ranking.first.is_none()).count();
        format!(
            "| {} | {} | {} | {avg5:.3} | {} | {} | {empty} | {:.2} ({most:.2}) |",
            self.name,
            of(self.top(1, |_| true)),
            of(self.top(3, |_| true)),
            of(self.top(1, |ranking| ranking.is_train)),
            of(self.top(1, |ranking| !ranking.is_train)),
            median(ms),
        )
    }
}

/// The table, and the cases on which the first method, ours, is wrong.
pub(super) fn table(scores: &[Scores], shop: &PetShop) -> String {
    let roots: BTreeSet<&str> = shop.cases.iter().map(|case| case.root_cause.as_str()).collect();
    let mut text = format!(
        "PetShop, low traffic: {} cases, {} nodes at fault among {}\n\n\
         | method | top-1 | top-3 | Avg@5 | top-1, train | top-1, test | nobody named | ms: median (most) |\n\
         |---|---|---|---|---|---|---|---|\n",
        shop.cases.len(),
        roots.len(),
        shop.normal.nodes("requests", "Sum").count(),
    );
    for row in scores {
        text.push_str(&row.row());
        text.push('\n');
    }
    let ours = scores.first().map_or(&[][..], |ours| &ours.rankings);
    for (case, ranking) in shop.cases.iter().zip(ours).filter(|(_, r)| r.rank != Some(0)) {
        let first = ranking.first.as_deref().unwrap_or("nobody");
        let (metric, root) = (&case.alert.metric, &case.root_cause);
        text.push_str(&format!("\n{metric} of {root}: {first} first\n"));
    }
    text
}

/// The middle; 0 of nothing.
pub(super) fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

/// The value below which a share of all lies, by straight lines between neighbours; 0 of nothing.
pub(super) fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = share * values.len().saturating_sub(1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let below = place.floor() as usize;
    let at = |place: usize| values.get(place.min(values.len().saturating_sub(1))).copied();
    let (low, high) = (at(below).unwrap_or(0.0), at(below + 1).unwrap_or(0.0));
    low + (high - low) * (place - place.floor())
}
