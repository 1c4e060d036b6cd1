//! Rules: set, set aside, and judged. Who set one stands in the audit; that it was judged is nobody's act.

use super::Done;
use hw_api::RuleBody;
use hw_model::Timestamp;
use hw_store::{Group, StoredRule, WriteError};
use hw_wire::{ActV1, EventV1};
use serde::{Deserialize, Serialize};

/// Rules that are watched at most: each is judged after every window.
const RULES_MAX: usize = 500;

/// What is kept of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptRule {
    pub rule: RuleBody,
    /// When it was set, and set aside, in nanoseconds.
    pub saved_at: i64,
    pub retired_at: Option<i64>,
}

impl KeptRule {
    /// What a row says; `None` if it is of a version that is not known.
    pub(crate) fn read(stored: &StoredRule) -> Option<Self> {
        serde_json::from_str(&stored.body).ok()
    }

    fn body(&self) -> String {
        serde_json::to_string(self).expect("invariant: words and numbers")
    }

    /// Whether both are about the same, whoever said so and why.
    fn says(&self, rule: &RuleBody) -> bool {
        let bare = |rule: &RuleBody| RuleBody {
            because: Vec::new(),
            by: None,
            incident: None,
            ..rule.clone()
        };
        bare(&self.rule) == bare(rule)
    }
}

/// A rule that is to be set.
pub(super) struct Wanted<'a> {
    pub rule: &'a RuleBody,
    pub at: Timestamp,
    /// Where it begins.
    pub standing: &'a str,
}

/// Sets a rule, unless one that says the same is watched.
pub(super) fn save(
    group: &mut Group<'_>,
    Wanted { rule, at, standing }: Wanted<'_>,
    (by, now): (&str, Timestamp),
) -> Result<Done, WriteError> {
    let id = group.next_rule()?;
    let mut n_watched = 0;
    for known in 1..id {
        let Some(Ok(stored)) = group.rule(known)? else { continue };
        let Some(kept) = KeptRule::read(&stored).filter(|kept| kept.retired_at.is_none()) else {
            continue;
        };
        if kept.says(rule) {
            return Ok(Done::Rule(stored));
        }
        n_watched += 1;
    }
    if n_watched >= RULES_MAX {
        return Ok(Done::Full);
    }
    let kept = KeptRule { rule: rule.clone(), saved_at: at.0, retired_at: None };
    let stored = StoredRule { id, body: kept.body(), standing: standing.to_owned() };
    group.put_rule(&stored)?;
    let did = ActV1::RuleSaved { rule: id, name: rule.name.clone() };
    group.append_event(&EventV1::audit(now, by, did), now.0)?;
    Ok(Done::Rule(stored))
}

/// Sets a rule aside. One that is damaged is nothing but its number.
pub(super) fn retire(
    group: &mut Group<'_>,
    (id, at, by): (u32, Timestamp, &str),
    now: Timestamp,
) -> Result<Done, WriteError> {
    let Some(Ok(stored)) = group.rule(id)? else { return Ok(Done::NoRule) };
    let Some(kept) = KeptRule::read(&stored) else { return Ok(Done::NoRule) };
    if kept.retired_at.is_some() {
        return Ok(Done::Rule(stored));
    }
    let name = kept.rule.name.clone();
    let body = KeptRule { retired_at: Some(at.0), ..kept }.body();
    let stored = StoredRule { body, ..stored };
    group.put_rule(&stored)?;
    let did = ActV1::RuleRetired { rule: id, name };
    group.append_event(&EventV1::audit(now, by, did), now.0)?;
    Ok(Done::Rule(stored))
}

/// Keeps where rules stand.
pub(super) fn stand(
    group: &mut Group<'_>,
    standings: &[(u32, String)],
) -> Result<Done, WriteError> {
    for (id, standing) in standings {
        // What is damaged is not written on: it would look whole.
        if let Some(Ok(stored)) = group.rule(*id)? {
            group.put_rule(&StoredRule { standing: standing.clone(), ..stored })?;
        }
    }
    Ok(Done::Stood)
}
