//! Histories of changes and one fault, held against the verdicts that the product gives on them.
//!
//! At the level of counts per second and of changes: no spans. The product's own detector notices, its own
//! reading of the onset dates, its own judge judges. What is drawn is only what happens, and what
//! would have been gathered of it. Worlds of spans (`World`) hold that up to the real telemetry.

mod chance;
mod family;
mod figure;
mod gathered;
mod history;
mod naive;
mod noticed;
mod oracle;
mod scores;
mod system;

use crate::run::side_by_side;
pub use family::{ByState, HistoryFamily, Setting, Truth};
use figure::Figure;
use gathered::{Gathering, id};
use history::History;
use hw_diagnose::{Evidence, Fact, Weighed, Weight};
use hw_model::{ChangeKind, Verdict};
pub use naive::Tests;
use noticed::{Noticed, Watching, instant, watch};
pub use scores::{Bin, Class, Row, Scores, upper_bound};
pub use system::Place;

/// One history, by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseId {
    /// How teams live.
    pub setting: Setting,
    /// What is special.
    pub family: HistoryFamily,
    /// Its seed.
    pub seed: u64,
}

/// What came of one history.
#[derive(Clone, Debug)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// Whether a change caused it that is known to the product.
    pub is_caused: bool,
    /// What came of watching.
    pub came: Came,
}

/// What came of watching a history.
#[derive(Clone, Debug)]
pub enum Came {
    /// The fault was not noticed.
    Missed,
    /// Something was noticed before it.
    FalseAlarm,
    /// It was noticed, and these are its changes.
    Judged(Vec<Judged>),
}

/// One change and what was said of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Whether it did it.
    pub is_guilty: bool,
    /// What it was.
    pub kind: ChangeKind,
    /// Where.
    pub place: Place,
    /// Seconds from it to the true onset.
    pub lag_s: i64,
    /// What is said at the end.
    pub verdict: Verdict,
    /// With this probability.
    pub probability: f64,
    /// On these hard facts.
    pub hard: Vec<Fact>,
    /// With these weights.
    pub weights: Vec<Weight>,
    /// And this hazard per hour.
    pub per_h: f64,
    /// The hard facts of each time it was exonerated, at the end or before.
    pub ever_exonerated: Option<Vec<Fact>>,
    /// The probability with the true parameters.
    pub oracle: f64,
    /// Whether it is the last deploy before the onset, and the last of the service that alerts.
    pub is_latest: bool,
    /// See `is_latest`.
    pub is_latest_there: bool,
    /// What tests say; only of changes on the way.
    pub tests: Option<Tests>,
}

/// Tries all histories on so many threads. `progress` is told how many are done.
pub fn judge_histories(
    families: &[(Setting, HistoryFamily)],
    seeds: &[u64],
    threads: usize,
    progress: impl Fn(u64) + Sync,
) -> Vec<Case> {
    let ids = families.iter().flat_map(|(setting, family)| {
        seeds.iter().map(move |seed| CaseId { setting: *setting, family: *family, seed: *seed })
    });
    let ids: Vec<CaseId> = ids.collect();
    let numbers: Vec<u64> = (0..ids.len() as u64).collect();
    let at = |number: u64| usize::try_from(number).ok().and_then(|at| ids.get(at));
    let one = |number: u64| at(number).map(|id| judge_history(*id));
    let mut cases: Vec<Case> =
        side_by_side(&numbers, threads, one, progress).into_iter().flatten().collect();
    cases.sort_by_key(|case| case.id);
    cases
}

/// Lets one history happen and judges it.
#[must_use]
pub fn judge_history(id: CaseId) -> Case {
    let seed = id.seed * 100 + id.setting as u64 * 50 + id.family as u64;
    let history = History::new(seed, id.setting, id.family);
    let figure = Figure::new(&history);
    let guilty = history.guilty.and_then(|guilty| history.acts.get(guilty));
    let is_caused = guilty.is_some_and(|guilty| guilty.known_at().is_some());
    let came = match watch(&history, &figure) {
        Watching::Missed => Came::Missed,
        Watching::FalseAlarm => Came::FalseAlarm,
        Watching::Noticed(noticed) => Came::Judged(judged(&Gathering {
            history: &history,
            figure: &figure,
            noticed: &noticed,
        })),
    };
    Case { id, is_caused, came }
}

/// Seconds at which verdicts are looked at: when it is noticed, after each attempt, at the end.
fn looks(history: &History, noticed: &Noticed) -> Vec<i64> {
    let first = (noticed.at + noticed::AGE_S).min(history.end);
    let after = history.acts.iter().map(|act| act.at).filter(|at| *at > first && *at < history.end);
    let mut looks: Vec<i64> = after.flat_map(|at| [at + 120, at + 600, at + 1_800]).collect();
    looks.extend([first, history.end]);
    looks.retain(|at| (first..=history.end).contains(at));
    looks.sort_unstable();
    looks.dedup();
    looks
}

fn judged(gathering: &Gathering<'_>) -> Vec<Judged> {
    let history = gathering.history;
    let mut exonerated: Vec<(hw_model::ChangeId, Vec<Fact>)> = Vec::new();
    let looks = looks(history, gathering.noticed);
    let (last, earlier) = looks.split_last().expect("invariant: the end is looked at");
    let mut note = |weighed: &[Weighed]| {
        for one in weighed.iter().filter(|one| one.judgement.verdict == Verdict::Exonerated) {
            if exonerated.iter().all(|(known, _)| *known != one.judgement.change) {
                exonerated.push((one.judgement.change, one.hard().collect()));
            }
        }
    };
    for at in earlier {
        note(&hw_diagnose::weigh(&gathering.evidence(*at)));
    }
    let evidence = gathering.evidence(*last);
    let weighed = hw_diagnose::weigh(&evidence);
    note(&weighed);
    let oracle = oracle::probabilities(gathering, &evidence);
    let latest = |there: bool| latest_deploy(gathering, &evidence, there);
    let (latest, latest_there) = (latest(false), latest(true));
    let acts = history.acts.iter().enumerate();
    let judged = acts.filter_map(|(number, act)| {
        let one = weighed.iter().find(|one| one.judgement.change == id(number))?;
        let place = history.system.place(act.service);
        let on_the_way = place != Place::Elsewhere && act.kind == ChangeKind::Deploy;
        let find = |list: &[(hw_model::ChangeId, f64)]| {
            list.iter().find(|(known, _)| *known == id(number)).map_or(0.0, |(_, p)| *p)
        };
        Some(Judged {
            is_guilty: gathering.guilty() == Some(number),
            kind: act.kind,
            place,
            lag_s: history.onset - act.at,
            verdict: one.judgement.verdict,
            probability: one.judgement.probability,
            hard: one.hard().collect(),
            weights: one.weights.clone(),
            per_h: one.per_h,
            ever_exonerated: exonerated
                .iter()
                .find(|(known, _)| *known == id(number))
                .map(|(_, hard)| hard.clone()),
            oracle: find(&oracle),
            is_latest: latest == Some(number),
            is_latest_there: latest_there == Some(number),
            tests: on_the_way.then(|| naive::tests(gathering, number, act, *last)),
        })
    });
    judged.collect()
}

/// The last deploy known before the onset, of all services or of the one that alerts.
fn latest_deploy(gathering: &Gathering<'_>, evidence: &Evidence, there: bool) -> Option<usize> {
    let history = gathering.history;
    let acts = history.acts.iter().enumerate().filter(|(_, act)| {
        act.kind == ChangeKind::Deploy && (!there || act.service == history.system.shown_at)
    });
    let known = acts.filter_map(|(number, act)| {
        let at = act.known_at()?;
        (instant(at) <= evidence.onset_at()).then_some((at, number))
    });
    known.max().map(|(_, number)| number)
}
