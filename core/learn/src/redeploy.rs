//! To deploy again: changes that were taken back although they are innocent, until they are back.
//!
//! A deploy and its re-deploys are one change here, however often it was taken back. It waits if its last
//! deploy was rolled back, the data exonerates it, and no incident is undecided about it or implicates it.
//! It is watched for half an hour once it runs again, and ticked off then. A newer version of its service
//! takes its place: whether that holds the change, the record does not know, and says so.

mod comment;

use crate::log::{Case, Log};
use hw_model::{Change, ChangeId, ChangeKind, IncidentId, REDEPLOY_WATCHED_S, Timestamp, Verdict};

/// A change that was taken back although it is innocent.
#[derive(Clone, Debug, PartialEq)]
pub struct Redeploy {
    /// Its first deploy.
    pub change: Change,
    /// The rollback that took it back last.
    pub rollback: Change,
    /// How it stands.
    pub state: RedeployState,
    /// Incidents that judged it, those that exonerate it first.
    pub judged: Vec<Judged>,
}

/// How a change stands that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedeployState {
    /// It can be deployed again.
    Waiting,
    /// It runs again, and it is still watched whether the trouble returns.
    Watched {
        /// The deploy by which it runs again.
        again: ChangeId,
        /// When that was.
        at: Timestamp,
        /// Until when it is watched.
        until: Timestamp,
    },
    /// Another version was deployed meanwhile.
    Overtaken {
        /// That deploy.
        by: ChangeId,
        /// When that was.
        at: Timestamp,
    },
    /// It runs again.
    Done {
        /// The deploy by which it does.
        again: ChangeId,
        /// When that was.
        at: Timestamp,
    },
}

impl RedeployState {
    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Watched { .. } => "watched",
            Self::Overtaken { .. } => "overtaken",
            Self::Done { .. } => "done",
        }
    }

    /// Its place in the list: what somebody has to do comes first.
    const fn place(self) -> u8 {
        match self {
            Self::Waiting => 0,
            Self::Watched { .. } => 1,
            Self::Overtaken { .. } => 2,
            Self::Done { .. } => 3,
        }
    }
}

/// What an incident says of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The incident.
    pub incident: IncidentId,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub verdict: Verdict,
    /// Probability that the change caused it.
    pub probability: f64,
    /// The evidence, one sentence each.
    pub because: Vec<String>,
    /// Where it most likely starts, and how sure that is.
    pub origin: Option<(String, f64)>,
}

/// A change that was taken back, and is neither found guilty nor cleared by a hard fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Unproven {
    /// Its first deploy.
    pub change: Change,
    /// The rollback that took it back last.
    pub rollback: Change,
    /// What is said of it; none if no incident judged it.
    pub verdict: Option<Verdict>,
}

/// A deploy with its re-deploys.
struct Chain<'a> {
    /// In the order in which they were made; never empty.
    deploys: Vec<&'a Change>,
    last: &'a Change,
}

/// Changes to deploy again, those that wait for it longest first, then those that were; and changes that
/// were taken back of which it is not proven that they are innocent.
#[must_use]
pub fn redeploys(log: &Log) -> (Vec<Redeploy>, Vec<Unproven>) {
    let (mut listed, mut unproven) = (Vec::new(), Vec::new());
    for chain in chains(log) {
        let Some(rollback) = chain.rollback(log) else { continue };
        let (change, state) = (chain.first().clone(), chain.state(log));
        match chain.standing(log) {
            Some(Verdict::Implicated) => {}
            Some(Verdict::Exonerated) => {
                let judged = chain.judged(log);
                listed.push(Redeploy { change, rollback: rollback.clone(), state, judged });
            }
            verdict @ (None | Some(Verdict::Undecided | Verdict::NotImplicated)) => {
                if state == RedeployState::Waiting {
                    unproven.push(Unproven { change, rollback: rollback.clone(), verdict });
                }
            }
        }
    }
    listed.sort_by_key(|item| (item.state.place(), item.rollback.at, item.change.id));
    unproven.sort_by_key(|item| (item.rollback.at, item.change.id));
    (listed, unproven)
}

/// Every deploy, those that are one change together.
fn chains(log: &Log) -> Vec<Chain<'_>> {
    let mut deploys: Vec<&Change> =
        log.changes.iter().filter(|change| change.kind == ChangeKind::Deploy).collect();
    deploys.sort_by_key(|change| (change.at, change.id));
    let mut chains: Vec<Chain<'_>> = Vec::new();
    for deploy in deploys {
        let is_of = |chain: &&mut Chain<'_>| {
            chain.deploys.iter().any(|known| Some(known.id) == deploy.redeploy_of)
        };
        match chains.iter_mut().find(is_of) {
            Some(chain) => {
                chain.deploys.push(deploy);
                chain.last = deploy;
            }
            None => chains.push(Chain { deploys: vec![deploy], last: deploy }),
        }
    }
    chains
}

impl<'a> Chain<'a> {
    fn first(&self) -> &'a Change {
        self.deploys.first().copied().unwrap_or(self.last)
    }

    fn has(&self, id: ChangeId) -> bool {
        self.deploys.iter().any(|deploy| deploy.id == id)
    }

    /// The latest rollback of one of its deploys.
    fn rollback(&self, log: &'a Log) -> Option<&'a Change> {
        let rollbacks = log.changes.iter().filter(|change| change.kind == ChangeKind::Rollback);
        let of_chain = rollbacks.filter(|change| change.reverses.is_some_and(|id| self.has(id)));
        of_chain.max_by_key(|change| (change.at, change.id))
    }

    fn is_taken_back(&self, log: &Log) -> bool {
        self.rollback(log).is_some_and(|rollback| rollback.reverses == Some(self.last.id))
    }

    fn state(&self, log: &Log) -> RedeployState {
        let last = self.last;
        if !self.is_taken_back(log) {
            let until = last.at.plus_s(REDEPLOY_WATCHED_S);
            let (again, at) = (last.id, last.at);
            return if log.now < until {
                RedeployState::Watched { again, at, until }
            } else {
                RedeployState::Done { again, at }
            };
        }
        let deploys = log.changes.iter().filter(|change| change.kind == ChangeKind::Deploy);
        let of_service = deploys.filter(|change| change.service == last.service);
        let newer = of_service.filter(|change| (change.at, change.id) > (last.at, last.id));
        match newer.min_by_key(|change| (change.at, change.id)) {
            Some(other) => RedeployState::Overtaken { by: other.id, at: other.at },
            None => RedeployState::Waiting,
        }
    }

    /// What is said of all its deploys: the worst, but that one exoneration clears those of which nothing
    /// worse than "not implicated" is said.
    fn standing(&self, log: &Log) -> Option<Verdict> {
        let said: Vec<Verdict> =
            self.deploys.iter().filter_map(|deploy| log.standing(deploy.id)).collect();
        let worst = said.iter().min().copied()?;
        let is_cleared = worst == Verdict::NotImplicated && said.contains(&Verdict::Exonerated);
        Some(if is_cleared { Verdict::Exonerated } else { worst })
    }

    fn judged(&self, log: &Log) -> Vec<Judged> {
        let mut judged: Vec<Judged> = log.counted().flat_map(|case| self.judged_in(case)).collect();
        judged.sort_by_key(|judged| (std::cmp::Reverse(judged.verdict), judged.incident));
        judged
    }

    fn judged_in(&self, case: &Case) -> Vec<Judged> {
        let of_chain = case.verdicts.iter().filter(|judged| self.has(judged.change));
        let judged = of_chain.map(|judged| Judged {
            incident: case.id,
            title: case.title.clone(),
            verdict: judged.verdict,
            probability: judged.probability,
            because: judged.because.clone(),
            origin: case.origin().map(|origin| (origin.service.clone(), origin.confidence)),
        });
        // A re-deploy that came when all was over says nothing that its first deploy does not.
        judged.max_by_key(|judged| (judged.verdict, judged.because.len())).into_iter().collect()
    }
}
