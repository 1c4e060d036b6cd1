//! Rules: those that are kept, and where each stands.

mod cases;
mod firing;
mod proving;
mod remembered;
mod shown;

pub(in crate::server) use remembered::Remembered;

use super::access::mixed_up;
use super::{Answers, later};
use crate::administration::{Act, Done, KeptRule};
use crate::server::clock::wall;
use hw_api::{Rule, RuleBody, rfc3339};
use hw_detect::rule::{Rule as DetectRule, Standing};
use hw_model::{Hop, Timestamp};
use hw_store::StoredRule;
use hw_web::{Answered, Failure, MaySee};
use serde::{Deserialize, Serialize};

/// Where a rule stands, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::server) struct KeptStanding {
    /// Number of the stored window that is judged next; `None` before it was judged at all.
    pub next: Option<i64>,
    /// Seconds: since when the figure is beyond the bound, and when it began to fire.
    pub since_s: Option<i64>,
    pub began_s: Option<i64>,
    pub back_s: Option<i64>,
    pub unknown_s: Option<i64>,
    /// The incident in which that is written down.
    pub incident: Option<u32>,
}

impl KeptStanding {
    fn read(stored: &StoredRule) -> Self {
        serde_json::from_str(&stored.standing).unwrap_or_default()
    }

    pub(in crate::server) fn words(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Where the rule stands.
    pub(in crate::server) const fn standing(&self) -> Standing {
        match (self.since_s, self.began_s) {
            (Some(since_s), Some(began_s)) => Standing::Firing {
                since_s,
                began_s,
                back_s: self.back_s,
                unknown_s: self.unknown_s,
            },
            (Some(since_s), None) => Standing::Pending { since_s },
            (None, _) => Standing::Quiet,
        }
    }

    /// The same rule after more windows.
    pub(in crate::server) fn after(&self, next: i64, standing: Standing) -> Self {
        let quiet = Self { next: Some(next), ..Self::default() };
        match standing {
            Standing::Quiet => quiet,
            Standing::Pending { since_s } => Self { since_s: Some(since_s), ..quiet },
            Standing::Firing { since_s, began_s, back_s, unknown_s } => Self {
                since_s: Some(since_s),
                began_s: Some(began_s),
                back_s,
                unknown_s,
                incident: self.incident,
                ..quiet
            },
        }
    }
}

/// A rule that is watched.
#[derive(Clone, Debug)]
pub(in crate::server) struct Watched {
    pub id: u32,
    pub rule: DetectRule,
    pub standing: KeptStanding,
}

impl Answers {
    /// All rules. An incident that may not be seen is not named.
    pub(super) fn rule_list(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<Rule>> {
        let (window_s, hops) = self.counted_hops()?;
        let mut rules = Vec::new();
        for stored in self.read(|reader| Ok(reader.rules()?))? {
            let mut rule = match &stored {
                Ok(stored) => shown(stored, window_s),
                Err(id) => damaged(*id),
            };
            rule.warning = warning(&rule, &hops);
            for incident in [&mut rule.incident, &mut rule.rule.incident] {
                if !may_see(incident.as_ref())? {
                    *incident = None;
                }
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    pub(super) fn save_rule_of(&self, body: RuleBody, by: &str) -> Answered<Rule> {
        let (window_s, hops) = self.counted_hops()?;
        let read = body.read(window_s).map_err(|fault| Failure::Invalid(fault.to_string()))?;
        let RuleBody { incident, because, .. } = body;
        let by = body.by.unwrap_or_else(|| by.to_owned());
        let rule = RuleBody { incident, because, by: Some(by.clone()), ..RuleBody::of(&read) };
        let next = self.final_windows()?.map(|known| known.before);
        let standing = KeptStanding { next, ..KeptStanding::default() }.words();
        let act = Act::SaveRule { rule: Box::new(rule), at: self.rule_time()?, standing };
        match self.administer(act, &by)? {
            Done::Rule(stored) => {
                let rule = shown(&stored, window_s);
                Ok(Rule { warning: warning(&rule, &hops), ..rule })
            }
            Done::Full => Err(Failure::Conflict(
                "there are as many rules as may be watched: set one aside first".to_owned(),
            )),
            Done::Created(..)
            | Done::Revoked(_)
            | Done::Noted(_)
            | Done::NoToken
            | Done::NoRule
            | Done::Stood => Err(mixed_up()),
        }
    }

    pub(super) fn retire_rule_of(&self, id: u32, by: &str) -> Answered<Option<Rule>> {
        let (window_s, _) = self.counted_hops()?;
        match self.administer(Act::RetireRule { id, at: self.rule_time()? }, by)? {
            Done::Rule(stored) => Ok(Some(shown(&stored, window_s))),
            Done::NoRule => Ok(None),
            Done::Created(..)
            | Done::Revoked(_)
            | Done::Noted(_)
            | Done::NoToken
            | Done::Full
            | Done::Stood => Err(mixed_up()),
        }
    }

    /// Rules that are watched and can be run, by number.
    pub(in crate::server) fn watched_rules(&self, window_s: i64) -> Answered<Vec<Watched>> {
        let stored = self.read(|reader| Ok(reader.rules()?))?;
        let watched = stored.into_iter().flatten().filter_map(|stored| {
            let kept = KeptRule::read(&stored).filter(|kept| kept.retired_at.is_none())?;
            let rule = kept.rule.read(window_s).ok()?;
            Some(Watched { id: stored.id, rule, standing: KeptStanding::read(&stored) })
        });
        Ok(watched.collect())
    }

    /// Keeps where rules stand.
    pub(in crate::server) fn keep_standings(&self, standings: Vec<(u32, String)>) -> Answered<()> {
        self.administer(Act::StandRules(standings), "highwater").map(drop)
    }

    /// A rule that is kept, also one that was set aside.
    fn kept_rule(&self, id: u32) -> Answered<Option<KeptRule>> {
        let stored = self.read(|reader| Ok(reader.rules()?))?;
        let found = stored.into_iter().flatten().find(|stored| stored.id == id);
        Ok(found.and_then(|stored| KeptRule::read(&stored)))
    }

    /// What is now; before the first record the data's clock says no time, and the wall's is taken.
    fn rule_time(&self) -> Answered<Timestamp> {
        let now = self.time_now()?;
        Ok(if now == Timestamp(i64::MIN) { wall() } else { now })
    }

    /// The length of stored windows, and all hops.
    fn counted_hops(&self) -> Answered<(i64, Vec<Hop>)> {
        self.ask(0, |engine| {
            let flow = engine.flow();
            (flow.settings().window_s, flow.hops().filter_map(|hop| flow.hop_words(hop)).collect())
        })
    }

    /// The last final windows, or that there are none.
    fn final_or_later(&self) -> Answered<super::pasts::Final> {
        let found = self.final_windows()?;
        found.ok_or_else(|| later("no window is complete yet: ask again in a minute".to_owned()))
    }
}

/// A rule as it is told.
fn shown(stored: &StoredRule, window_s: i64) -> Rule {
    let Some(kept) = KeptRule::read(stored) else { return damaged(stored.id) };
    let standing = KeptStanding::read(stored);
    let read = kept.rule.read(window_s);
    let at = |seconds: i64| rfc3339(Timestamp::from_s(seconds));
    let (state, since) = match (&kept.retired_at, &read, standing.standing()) {
        (Some(_), _, _) => ("retired", None),
        (None, Err(_), _) => ("broken", None),
        (None, Ok(_), Standing::Quiet) => ("quiet", None),
        (None, Ok(_), Standing::Pending { since_s }) => ("pending", Some(at(since_s))),
        (None, Ok(_), Standing::Firing { since_s, .. }) => ("firing", Some(at(since_s))),
    };
    Rule {
        id: format!("R{}", stored.id),
        bound: read.as_ref().map(DetectRule::bound_words).unwrap_or_default(),
        rule: kept.rule,
        saved_at: rfc3339(Timestamp(kept.saved_at)),
        retired_at: kept.retired_at.map(|at| rfc3339(Timestamp(at))),
        state: state.to_owned(),
        incident: since.as_ref().and(standing.incident).map(|number| format!("INC-{number}")),
        since,
        trouble: read.err().map(|fault| fault.to_string()),
        warning: None,
    }
}

/// What is left of a rule that cannot be read.
fn damaged(id: u32) -> Rule {
    Rule {
        id: format!("R{id}"),
        rule: RuleBody { name: "damaged".to_owned(), ..RuleBody::default() },
        bound: String::new(),
        saved_at: rfc3339(Timestamp(0)),
        retired_at: None,
        state: "broken".to_owned(),
        since: None,
        incident: None,
        trouble: Some("it is damaged on disk: `highwater verify` says so; add it again".to_owned()),
        warning: None,
    }
}

/// What is odd about what a rule looks at.
fn warning(rule: &Rule, hops: &[Hop]) -> Option<String> {
    if rule.state == "retired" || rule.state == "broken" {
        return None;
    }
    let is_counted = match (&rule.rule.hop, &rule.rule.service) {
        (Some(id), _) => hops.iter().any(|hop| hop.id().0 == *id),
        (None, Some(service)) => {
            hops.iter().any(|hop| hop.caller == *service || hop.callee == *service)
        }
        (None, None) => true,
    };
    (!is_counted).then(|| "nothing was counted there yet: it says nothing until then".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standing_is_kept_as_it_is() {
        let firing =
            Standing::Firing { since_s: 5, began_s: 65, back_s: Some(70), unknown_s: None };
        for standing in [Standing::Quiet, Standing::Pending { since_s: 5 }, firing] {
            let kept = KeptStanding { incident: Some(3), ..KeptStanding::default() };
            let kept = kept.after(9, standing);
            let stored = StoredRule { id: 1, body: String::new(), standing: kept.words() };
            assert_eq!(KeptStanding::read(&stored), kept);
            assert_eq!((kept.standing(), kept.next), (standing, Some(9)));
            assert_eq!(kept.incident.is_some(), standing == firing);
        }
        let none = StoredRule { id: 1, body: String::new(), standing: String::new() };
        assert_eq!(KeptStanding::read(&none), KeptStanding::default());
    }
}
