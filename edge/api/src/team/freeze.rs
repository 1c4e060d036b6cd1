//! What a rule about deploy days would have done.

use super::{changes, incidents};
use crate::analysis::Change;
use crate::time::rfc3339;
use hw_learn::{Freeze, FreezeRule, Log, Weekday};
use hw_model::{ChangeId, Interval};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a rule about deploy days would have done, computed from what the one who asks may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FreezeAnswer {
    /// Start of the stretch.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Days on which deploys would be allowed: Monday, ...
    pub only: Vec<String>,
    /// Time zone of these days.
    pub zone: String,
    /// All of it in one sentence.
    pub words: String,
    /// Deploys in the stretch.
    pub deploys: u64,
    /// Those that would have waited, by time.
    pub moved_deploys: Vec<MovedDeploy>,
    /// How long; null if none would have waited.
    pub delay: Option<Waits>,
    /// Of those that would have waited: deploys made while an incident hurt, perhaps its repair.
    pub during_incidents: Vec<String>,
    /// Versions of one service that went out on one day: how many, and how often, as it was.
    pub batches: BTreeMap<String, u64>,
    /// The same as it would have been.
    pub batches_then: BTreeMap<String, u64>,
    /// Incidents in the stretch.
    pub incidents: u64,
    /// Those in which a deploy is implicated.
    pub caused: Vec<String>,
    /// Of these: the deploy would have been made when it was.
    pub unchanged: Vec<String>,
    /// Of these: moved, see `moved_means`.
    pub moved: Vec<String>,
    /// What moved means.
    pub moved_means: String,
    /// Of these: avoided, see `avoided_means`.
    pub avoided: Vec<String>,
    /// What avoided means.
    pub avoided_means: String,
    /// Incidents in which no deploy is implicated, and one is undecided.
    pub undecided: Vec<String>,
    /// What all of this rests on, and what is left out.
    pub notes: Vec<String>,
}

/// A deploy that would have waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MovedDeploy {
    /// Which.
    pub change: String,
    /// What it was: `deploy of router 1.4.2 -> 2.0.0`.
    pub words: String,
    /// When it was made.
    pub at: String,
    /// When it would have been.
    pub then: String,
}

/// How long deploys would have waited.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Waits {
    /// Half of those that waited would have waited no longer.
    pub median_s: f64,
    /// The longest.
    pub max_s: f64,
    /// All together.
    pub total_s: f64,
}

impl FreezeAnswer {
    /// The answer for a rule and a stretch. `notes` say what is left out of it.
    #[must_use]
    pub fn of(
        freeze: &Freeze,
        rule: &FreezeRule,
        (log, period): (&Log, Interval),
        notes: Vec<String>,
    ) -> Self {
        let name = |id: ChangeId| {
            let change = log.changes.iter().find(|change| change.id == id);
            change.map(|change| Change::from(change).name()).unwrap_or_default()
        };
        let moved = freeze.moved.iter().map(|moved| MovedDeploy {
            change: moved.change.to_string(),
            words: name(moved.change),
            at: rfc3339(moved.from),
            then: rfc3339(moved.to),
        });
        let days = Weekday::ALL.into_iter().filter(|day| rule.only.contains(day));
        let sizes = |sizes: &BTreeMap<u64, u64>| -> BTreeMap<String, u64> {
            sizes.iter().map(|(size, n)| (size.to_string(), *n)).collect()
        };
        Self {
            from: rfc3339(period.from),
            to: rfc3339(period.to),
            only: days.map(|day| day.word().to_owned()).collect(),
            zone: rule.zone.name().to_owned(),
            words: freeze.words.clone(),
            deploys: freeze.deploys,
            moved_deploys: moved.collect(),
            delay: freeze.delay.map(|delay| Waits {
                median_s: delay.median_s,
                max_s: delay.max_s,
                total_s: delay.total_s,
            }),
            during_incidents: changes(&freeze.during_incidents),
            batches: sizes(&freeze.batches.was),
            batches_then: sizes(&freeze.batches.would_be),
            incidents: freeze.incidents,
            caused: incidents(&freeze.caused),
            unchanged: incidents(&freeze.unchanged),
            moved: incidents(&freeze.postponed),
            moved_means: freeze.moved_definition.to_owned(),
            avoided: incidents(&freeze.avoided),
            avoided_means: freeze.avoided_definition.to_owned(),
            undecided: incidents(&freeze.undecided),
            notes,
        }
    }
}
