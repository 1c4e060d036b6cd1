//! A rule that is kept.

use hw_api::{Rule, RuleBody, rfc3339};
use hw_model::Timestamp;

/// One that fires.
pub(crate) fn rule(number: usize, body: &RuleBody) -> Rule {
    Rule {
        id: format!("R{number}"),
        rule: body.clone(),
        bound: "above 75 %".to_owned(),
        saved_at: rfc3339(Timestamp::from_s(1_795_330_000)),
        retired_at: None,
        state: "firing".to_owned(),
        since: None,
        incident: Some("INC-1".to_owned()),
        trouble: None,
        warning: None,
    }
}
