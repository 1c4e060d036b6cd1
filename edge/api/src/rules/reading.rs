//! What people say of a rule, read.

use super::RuleBody;
use hw_detect::rule::{Flaw, Measure, Rule, Terms};
use hw_model::{HopId, Target};
use std::fmt;

/// Seconds for which a figure has to be beyond its bound unless it is said.
const FOR_S: i64 = 60;

/// The signals that rules can look at.
const SIGNALS: [&str; 4] = ["transfer", "answers", "errors", "volume"];

/// Why a rule cannot be.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleFault {
    /// No rule looks at this signal.
    Signal(String),
    /// It is not said of what the figure is.
    TargetMissing,
    /// A hop and a service are both named.
    TwoTargets,
    /// This is no id of a hop.
    Hop(String),
    /// It has no bound.
    BoundMissing,
    /// A value is given, and it is not about answers.
    StrayValue,
    /// What it says cannot be.
    Flaws(Vec<Flaw>),
}

impl RuleFault {
    /// The word that was meant among those there are, if it is about one.
    #[must_use]
    pub fn words(&self) -> Option<(&str, &'static [&'static str])> {
        match self {
            Self::Signal(word) => Some((word, &SIGNALS)),
            Self::TargetMissing
            | Self::TwoTargets
            | Self::Hop(_)
            | Self::BoundMissing
            | Self::StrayValue
            | Self::Flaws(_) => None,
        }
    }
}

impl RuleBody {
    /// The rule that it says, over stored windows of `step_s` seconds.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and what would be right.
    pub fn read(&self, step_s: i64) -> Result<Rule, RuleFault> {
        Rule::new(self.terms()?, step_s).map_err(RuleFault::Flaws)
    }

    fn terms(&self) -> Result<Terms, RuleFault> {
        Ok(Terms {
            name: self.name.trim().to_owned(),
            target: self.target()?,
            measure: self.measure()?,
            window_s: self.window_s,
            bound: self.bound().ok_or(RuleFault::BoundMissing)?,
            items_min: self.items_min,
            for_s: self.for_s.unwrap_or(FOR_S),
            keep_s: self.keep_firing_for_s.unwrap_or(self.window_s),
        })
    }

    fn target(&self) -> Result<Target, RuleFault> {
        match (&self.hop, &self.service, &self.operation) {
            (Some(id), None, None) => {
                let hop = HopId(id.clone()).hop().ok_or_else(|| RuleFault::Hop(id.clone()))?;
                Ok(Target::Hop(hop))
            }
            (None, Some(service), Some(operation)) => {
                let (service, operation) = (service.clone(), operation.clone());
                Ok(Target::Entry { service, operation })
            }
            (None, Some(service), None) => Ok(Target::Service(service.clone())),
            (None, None, _) => Err(RuleFault::TargetMissing),
            (Some(_), _, _) => Err(RuleFault::TwoTargets),
        }
    }

    fn measure(&self) -> Result<Measure, RuleFault> {
        let measure = match self.signal.as_str() {
            "answers" => return Ok(Measure::Answer(self.value.clone().unwrap_or_default())),
            "transfer" => Measure::Transfer,
            "errors" => Measure::Errors,
            "volume" => Measure::Volume,
            other => return Err(RuleFault::Signal(other.to_owned())),
        };
        if self.value.is_some() { Err(RuleFault::StrayValue) } else { Ok(measure) }
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(word) => {
                write!(f, "\"{word}\" is no signal of rules; they are {}", SIGNALS.join(", "))
            }
            Self::TargetMissing => f.write_str(
                "say of what the figure is: hop (`highwater compare --help` says how hops are named), or \
                 service",
            ),
            Self::TwoTargets => f.write_str("a rule is about a hop or about a service, not both"),
            Self::Hop(id) => write!(
                f,
                "\"{id}\" is no hop: an id has four parts, caller|entry|callee|operation; \
                 GET /api/v1/hops has them"
            ),
            Self::BoundMissing => f.write_str("say above or below what it fires, or both"),
            Self::StrayValue => f.write_str("value is for answers only"),
            Self::Flaws(flaws) => {
                let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
                f.write_str(&flaws.join("; "))
            }
        }
    }
}

impl std::error::Error for RuleFault {}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_detect::rule::Bound;

    fn body() -> RuleBody {
        RuleBody {
            name: " screening passes too much ".into(),
            signal: "answers".into(),
            hop: Some("screening|POST /items|eligibility|POST /decide".into()),
            value: Some("go".into()),
            window_s: 300,
            above: Some(0.75),
            items_min: 50,
            ..RuleBody::default()
        }
    }

    #[test]
    fn what_is_read_is_told_alike() {
        let rule = body().read(10).unwrap();
        assert_eq!((rule.terms().for_s, rule.terms().keep_s), (60, 300), "unless it is said");
        let told = RuleBody::of(&rule);
        assert_eq!(told.read(10).unwrap(), rule);
        let entry = RuleBody {
            hop: None,
            service: Some("s".into()),
            operation: Some("op".into()),
            signal: "errors".into(),
            value: None,
            below: Some(0.1),
            ..body()
        };
        let rule = entry.read(10).unwrap();
        assert_eq!(rule.terms().bound, Bound::Outside { low: 0.1, high: 0.75 });
        assert_eq!(RuleBody::of(&rule).read(10).unwrap(), rule);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let said = |change: &dyn Fn(&mut RuleBody)| {
            let mut body = body();
            change(&mut body);
            body.read(10).unwrap_err().to_string()
        };
        assert!(said(&|body| body.signal = "answer".into()).contains("they are transfer, answers"));
        assert!(said(&|body| body.hop = None).contains("say of what the figure is"));
        assert!(said(&|body| body.hop = Some("a|b".into())).contains("an id has four parts"));
        assert!(said(&|body| body.service = Some("a".into())).contains("not both"));
        assert!(said(&|body| body.above = None).contains("above or below what"));
        assert!(said(&|body| body.value = None).contains("say the share of which answer"));
        assert!(said(&|body| body.signal = "transfer".into()).contains("for answers only"));
        let both = said(&|body| (body.above, body.name) = (Some(2.0), String::new()));
        assert!(both.contains("needs a name; it can never fire"), "{both}");
    }
}
