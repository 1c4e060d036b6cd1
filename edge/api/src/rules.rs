//! Rules: bounds that people put on figures, what they would have done, and the one an incident lacked.

mod reading;

pub use reading::RuleFault;

use hw_detect::rule::{Bound, Measure, Rule as DetectRule};
use hw_model::Target;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a rule says.
///
/// A figure (`signal`) of a hop, or of a service or one of its operations (errors and volume), counted over
/// `window_s` seconds, is not to be `above` or `below` something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleBody {
    /// What people call it.
    pub name: String,
    /// transfer, answers, errors, volume.
    pub signal: String,
    /// Id of the hop: `caller|entry|callee|operation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop: Option<String>,
    /// The service, where it is not about a hop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Its operation; left out: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Of answers: the one whose share is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Seconds over which it is counted.
    pub window_s: i64,
    /// It fires above this: a share, a mean per item, or items per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// It fires below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// A window with fewer items says nothing.
    #[serde(default)]
    pub items_min: u64,
    /// Seconds for which the figure has to be there; left out: 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_s: Option<i64>,
    /// Seconds for which it has to be back before the firing ends; left out: a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for_s: Option<i64>,
    /// The incident that lacked it: `INC-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Why it is as it is, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// Who sets it. With a token it may be left out: then it is the token's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A rule that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// `R1`, ...
    pub id: String,
    /// What it says.
    pub rule: RuleBody,
    /// In words: `above 75 %`.
    pub bound: String,
    /// When it was set.
    pub saved_at: String,
    /// When it was set aside; null while it is watched.
    pub retired_at: Option<String>,
    /// quiet, pending, firing, retired, broken. A broken one cannot be run, `trouble` says why.
    pub state: String,
    /// Since when it is pending or fires; null where it does not.
    pub since: Option<String>,
    /// The incident in which that is written down.
    pub incident: Option<String>,
    /// Why it cannot be run; left out if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What is odd about it; left out if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Over which time a rule is run, and which if it is not kept yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestBody {
    /// The rule; left out where the path names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleBody>,
    /// Start: RFC 3339, or Unix seconds. Left out: 14 days before the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End. Left out: where the data that is final ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether other bounds are tried, too. Left out: yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<bool>,
}

/// What a rule would have done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Backtest {
    /// The rule.
    pub rule: RuleBody,
    /// Start of the first window.
    pub from: String,
    /// End of the last.
    pub to: String,
    /// Stored windows that it was run over.
    pub n_windows: u64,
    /// Days that they cover.
    pub days: f64,
    /// Days of them outside of incidents in which there was a figure to judge.
    pub quiet_days: f64,
    /// Share of the windows that say nothing because counts are missing.
    pub unknown: f64,
    /// Share of the windows that say nothing because too few items came.
    pub thin: f64,
    /// The most items that a window of the rule held.
    pub items_max: f64,
    /// The lowest figure outside of incidents; null if there was none.
    pub quiet_low: Option<f64>,
    /// The highest.
    pub quiet_high: Option<f64>,
    /// Firings that no incident explains.
    pub false_alarms: u64,
    /// False alarms that chance makes in 30 days; null where too little is known to tell.
    pub false_alarms_a_month: Option<f64>,
    /// good, untried, blind, misses, cries, `misses_and_cries`.
    pub judgement: String,
    /// What comes out of it, in words.
    pub words: String,
    /// Every firing, oldest first.
    pub fired: Vec<RuleFiring>,
    /// What it did in each incident.
    pub incidents: Vec<RuleCase>,
    /// The same rule with other bounds, in order.
    pub sweep: Vec<SweepStep>,
    /// Packs of history that are damaged, and left out.
    pub damaged_packs: u64,
}

/// A stretch in which a rule fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleFiring {
    /// When the figure crossed the bound.
    pub since: String,
    /// When it began to fire.
    pub began: String,
    /// When it would have been said: once that window was final.
    pub said: String,
    /// When it ended; null if it fires where the data ends.
    pub ended: Option<String>,
    /// The figure at its beginning.
    pub figure: f64,
    /// The incident that explains it; of a false alarm null.
    pub incident: Option<String>,
}

/// What a rule did in an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleCase {
    /// `INC-1`, ...
    pub incident: String,
    /// Whether it ought to fire in it: its figure shifted.
    pub expected: bool,
    /// When it said so first; null if it did not.
    pub first: Option<String>,
    /// Whether that was decided while the incident lasted.
    pub in_time: bool,
    /// Seconds after the onset.
    pub delay_s: Option<f64>,
    /// Seconds by which it was sooner than Highwater; negative if it was later.
    pub lead_machine_s: Option<f64>,
    /// Seconds by which it was sooner than people.
    pub lead_person_s: Option<f64>,
}

/// What a rule with another bound would have done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SweepStep {
    /// It fires above this.
    pub above: Option<f64>,
    /// It fires below this.
    pub below: Option<f64>,
    /// Firings that no incident explains.
    pub false_alarms: u64,
    /// Incidents in which it fires.
    pub n_fired: u64,
    /// Seconds until it said so in the first incident; null if it did not.
    pub delay_s: Option<f64>,
    /// As that of a backtest.
    pub judgement: String,
}

/// For which incident a rule is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeBody {
    /// `INC-1`, or `1`.
    pub incident: String,
    /// The shift whose figure it is to look at: `S2`. Left out: the one that tells most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
}

/// The rule that an incident lacked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleProposal {
    /// The incident.
    pub incident: String,
    /// The shift whose figure it looks at.
    pub shift: String,
    /// The rule. It is kept nowhere: `POST /api/v1/rules` keeps it.
    pub rule: RuleBody,
    /// Its bound in words: `above 75 %`.
    pub bound: String,
    /// What it would have done.
    pub backtest: Backtest,
    /// The same rule as a rule file of Prometheus 2.42 and newer.
    pub prometheus: String,
    /// What `promtool test rules` reads beside it; null if there is none.
    pub promtool: Option<String>,
    /// Why there is none; left out if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_promtool: Option<String>,
}

/// An incident, run through the rules that are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Replay {
    /// The incident.
    pub incident: String,
    /// Whether one of them fires while it lasts.
    pub fires: bool,
    /// What each of them does, those that fire first.
    pub rules: Vec<ReplayedRule>,
    /// What comes out of it, in words.
    pub words: String,
}

/// What a rule does in an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedRule {
    /// `R1`, ...
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it does.
    pub found: RuleCase,
}

impl RuleBody {
    /// A rule as it is told.
    #[must_use]
    pub fn of(rule: &DetectRule) -> Self {
        let terms = rule.terms();
        let (hop, service, operation) = match &terms.target {
            Target::Hop(hop) => (Some(hop.id().0), None, None),
            Target::Entry { service, operation } => {
                (None, Some(service.clone()), Some(operation.clone()))
            }
            Target::Service(service) => (None, Some(service.clone()), None),
        };
        let value = match &terms.measure {
            Measure::Answer(value) => Some(value.clone()),
            Measure::Transfer | Measure::Errors | Measure::Volume => None,
        };
        Self {
            name: terms.name.clone(),
            signal: terms.measure.signal().word().to_owned(),
            hop,
            service,
            operation,
            value,
            window_s: terms.window_s,
            above: terms.bound.above(),
            below: terms.bound.below(),
            items_min: terms.items_min,
            for_s: Some(terms.for_s),
            keep_firing_for_s: Some(terms.keep_s),
            ..Self::default()
        }
    }

    /// The bound that its edges make; `None` if it has none.
    fn bound(&self) -> Option<Bound> {
        match (self.below, self.above) {
            (Some(low), Some(high)) => Some(Bound::Outside { low, high }),
            (Some(edge), None) => Some(Bound::Below(edge)),
            (None, Some(edge)) => Some(Bound::Above(edge)),
            (None, None) => None,
        }
    }
}
