//! What if deploys were allowed on some days only: computed from the team's own log.
//!
//! A deploy of another day waits for the next allowed one, at the same time of day. What that does to
//! deploys is arithmetic: how many wait, how long, and how many go out together. What it does to incidents
//! is two things that are easily mixed up:
//!
//! - **moved**: a deploy is implicated in the incident, and would have waited. It goes out later, with what
//!   is wrong with it, and the incident comes then.
//! - **avoided**: the implicated deploy would never have run, because another version of its service, which
//!   was deployed before anybody knew of the incident and ended its harm, would have gone out in its place
//!   the same day. A repair that was made *because of* the incident does not count: without the incident
//!   nobody would have made it.
//!
//! Incidents that no deploy caused a rule about deploys cannot touch. The log does not know what people
//! would have done otherwise: with fewer and larger deploys they might test more, or take longer to find
//! which of them it was.

use crate::log::{Case, Log};
use crate::words::{counted, days, listed};
use crate::zone::{Weekday, Zone};
use hw_model::{Change, ChangeId, ChangeKind, IncidentId, Interval, Timestamp, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds within which the harm ends with a deploy that ended it.
const ENDED_WITH_S: f64 = 600.0;

/// On which days deploys are allowed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeRule {
    /// The days.
    pub only: Vec<Weekday>,
    /// Where the clocks of the team stand.
    pub zone: Zone,
}

/// What the rule would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct Freeze {
    /// Deploys in the stretch.
    pub deploys: u64,
    /// Those that would have waited, by time.
    pub moved: Vec<Moved>,
    /// How long.
    pub delay: Option<Delay>,
    /// Of those that would have waited: deploys that were made while an incident hurt. They may have been
    /// its repair.
    pub during_incidents: Vec<ChangeId>,
    /// How many versions of one service go out on one day.
    pub batches: Batches,
    /// Incidents in the stretch.
    pub incidents: u64,
    /// Those in which a deploy is implicated.
    pub caused: Vec<IncidentId>,
    /// Of these: the deploy would have been made when it was.
    pub unchanged: Vec<IncidentId>,
    /// Of these: the deploy would have come later, and the incident with it.
    pub postponed: Vec<IncidentId>,
    /// Of these: the deploy would never have run.
    pub avoided: Vec<IncidentId>,
    /// Incidents in which no deploy is implicated, and one is undecided.
    pub undecided: Vec<IncidentId>,
    /// What `moved` means of an incident.
    pub moved_definition: &'static str,
    /// What `avoided` means.
    pub avoided_definition: &'static str,
    /// All of it in one sentence.
    pub words: String,
}

/// A deploy that would have waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub change: ChangeId,
    /// When it was made.
    pub from: Timestamp,
    /// When it would have been.
    pub to: Timestamp,
}

/// How long deploys would have waited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay {
    /// Half of those that waited would have waited no longer.
    pub median_s: f64,
    /// The longest.
    pub max_s: f64,
    /// All together.
    pub total_s: f64,
}

/// Releases by the number of versions of one service that go out on one day: sizes, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batches {
    /// As it was.
    pub was: BTreeMap<u64, u64>,
    /// As it would have been.
    pub would_be: BTreeMap<u64, u64>,
}

/// What a deploy brought: one that is taken back and comes again the same day is one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Version<'a> {
    Named(&'a str),
    /// It may be any.
    Unknown(ChangeId),
}

impl<'a> Version<'a> {
    fn of(deploy: &'a Change) -> Self {
        deploy.to_version.as_deref().map_or(Self::Unknown(deploy.id), Self::Named)
    }
}

/// What becomes of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Unchanged,
    Postponed,
    Avoided,
}

/// What the rule would have done in a stretch of the log.
#[must_use]
pub fn freeze(log: &Log, period: Interval, rule: &FreezeRule) -> Freeze {
    let deploys = log.deploys(period);
    let moved: Vec<Moved> = deploys.iter().filter_map(|deploy| rule.moved(deploy)).collect();
    let cases = log.cases(period);
    let mut freeze = Freeze {
        deploys: deploys.len() as u64,
        delay: delay(&moved),
        during_incidents: during_incidents(log, &moved),
        batches: batches(&deploys, rule),
        incidents: cases.len() as u64,
        moved,
        caused: Vec::new(),
        unchanged: Vec::new(),
        postponed: Vec::new(),
        avoided: Vec::new(),
        undecided: Vec::new(),
        moved_definition: "a deploy is implicated in the incident and would have waited: it goes out later, \
                           and the incident comes with it",
        avoided_definition: "the implicated deploy would never have run: another version of its service, \
                             deployed before anybody knew of the incident and ending its harm, would have \
                             gone out in its place on the same day",
        words: String::new(),
    };
    for case in cases {
        freeze.take(log, case, rule);
    }
    freeze.words = freeze.sentence(rule);
    freeze
}

impl FreezeRule {
    /// When a deploy would be made.
    fn slot(&self, at: Timestamp) -> Timestamp {
        self.zone.next_on(&self.only, at).unwrap_or(at)
    }

    fn moved(&self, deploy: &Change) -> Option<Moved> {
        let (from, to) = (deploy.at, self.slot(deploy.at));
        (to > from).then_some(Moved { change: deploy.id, from, to })
    }

    /// `Mondays`, `Mondays and Tuesdays`.
    #[must_use]
    pub fn words(&self) -> String {
        let days = Weekday::ALL.into_iter().filter(|day| self.only.contains(day));
        listed(&days.map(|day| format!("{}s", day.word())).collect::<Vec<_>>())
    }
}

impl Freeze {
    fn take(&mut self, log: &Log, case: &Case, rule: &FreezeRule) {
        let implicated = judged(log, case, Verdict::Implicated);
        // The rule changes an incident only if it changes every deploy that may have caused it.
        let fates = implicated.iter().map(|deploy| fate(log, case, (deploy, rule)));
        match fates.min() {
            None if judged(log, case, Verdict::Undecided).is_empty() => return,
            None => return self.undecided.push(case.id),
            Some(Fate::Unchanged) => self.unchanged.push(case.id),
            Some(Fate::Postponed) => self.postponed.push(case.id),
            Some(Fate::Avoided) => self.avoided.push(case.id),
        }
        self.caused.push(case.id);
    }

    fn sentence(&self, rule: &FreezeRule) -> String {
        let had = match self.caused.len() {
            1 => "1 had a deploy as its cause".to_owned(),
            n => format!("{n} had a deploy as their cause"),
        };
        let unsure = match self.undecided.len() {
            0 => String::new(),
            n => format!(" (of {n} more it is not decided)"),
        };
        let moved = match self.postponed.len() {
            0 => String::new(),
            n => format!(" and moved {n} to a later day"),
        };
        let delayed = match &self.delay {
            None => format!("delayed none of {}", counted(self.deploys, "deploy")),
            Some(delay) => format!(
                "delayed {} of {} by {} in the median ({} at most, {} in all)",
                self.moved.len(),
                counted(self.deploys, "deploy"),
                days(delay.median_s),
                days(delay.max_s),
                days(delay.total_s)
            ),
        };
        format!(
            "Of {}, {had}{unsure}; {} only would have avoided {}{moved}, and {delayed}{}.",
            counted(self.incidents, "incident"),
            rule.words(),
            self.avoided.len(),
            self.batch_words()
        )
    }

    fn batch_words(&self) -> String {
        let largest = |sizes: &BTreeMap<u64, u64>| sizes.keys().next_back().copied().unwrap_or(0);
        match (largest(&self.batches.was), largest(&self.batches.would_be)) {
            (was, would_be) if would_be > was => format!(
                "; the most that went out of one service on one day would have been {would_be} versions \
                 instead of {was}"
            ),
            (_, _) => String::new(),
        }
    }
}

/// Deploys of which an incident says this.
fn judged<'a>(log: &'a Log, case: &Case, verdict: Verdict) -> Vec<&'a Change> {
    let judged = case.verdicts.iter().filter(|judged| judged.verdict == verdict);
    let changes = judged.filter_map(|judged| log.change(judged.change));
    changes.filter(|change| change.kind == ChangeKind::Deploy).collect()
}

fn fate(log: &Log, case: &Case, (deploy, rule): (&Change, &FreezeRule)) -> Fate {
    let Some(moved) = rule.moved(deploy) else { return Fate::Unchanged };
    let day = rule.zone.day(moved.to);
    let is_instead = |other: &Change| {
        other.kind == ChangeKind::Deploy
            && other.service == deploy.service
            && other.at > deploy.at
            && case.known_at().is_none_or(|known_at| other.at < known_at)
            && rule.zone.day(rule.slot(other.at)) == day
            && case.verdict_on(other.id) != Some(Verdict::Implicated)
            && case.times.mitigated.is_some_and(|over_at| {
                (0.0..=ENDED_WITH_S).contains(&over_at.seconds_since(other.at))
            })
    };
    if log.changes.iter().any(is_instead) { Fate::Avoided } else { Fate::Postponed }
}

fn delay(moved: &[Moved]) -> Option<Delay> {
    let mut waits: Vec<f64> = moved.iter().map(|it| it.to.seconds_since(it.from)).collect();
    waits.sort_by(f64::total_cmp);
    let upper = *waits.get(waits.len() / 2)?;
    let lower = *waits.get((waits.len() - 1) / 2)?;
    Some(Delay {
        median_s: f64::midpoint(lower, upper),
        max_s: *waits.last()?,
        total_s: waits.iter().sum(),
    })
}

/// Deploys that would have waited and were made while the harm of an incident lasted.
fn during_incidents(log: &Log, moved: &[Moved]) -> Vec<ChangeId> {
    let hurts = |case: &Case, at: Timestamp| {
        let over_at = case.times.mitigated.or(case.times.resolved);
        case.began_at() < at && over_at.is_none_or(|over_at| at < over_at)
    };
    let during = moved.iter().filter(|it| log.counted().any(|case| hurts(case, it.from)));
    during.map(|it| it.change).collect()
}

fn batches(deploys: &[&Change], rule: &FreezeRule) -> Batches {
    let sizes = |day: &dyn Fn(&Change) -> i64| -> BTreeMap<u64, u64> {
        let mut releases: BTreeMap<(&str, i64), BTreeSet<Version<'_>>> = BTreeMap::new();
        for deploy in deploys {
            let versions = releases.entry((&deploy.service, day(deploy))).or_default();
            versions.insert(Version::of(deploy));
        }
        let mut sizes = BTreeMap::new();
        for versions in releases.into_values() {
            *sizes.entry(versions.len() as u64).or_default() += 1;
        }
        sizes
    };
    Batches {
        was: sizes(&|deploy| rule.zone.day(deploy.at)),
        would_be: sizes(&|deploy| rule.zone.day(rule.slot(deploy.at))),
    }
}
