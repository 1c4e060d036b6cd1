//! What the pages of rules need.

use super::Gathering;
use crate::backend::{BacktestAsked, Failure, RuleAsked};
use crate::problem::Problem;
use crate::recorded::none;
use crate::sight::{Sight, no_incident};
use hw_page::{Frame, Page, ProposalView, RuleView, RulesView};

impl Gathering<'_> {
    pub(super) fn rules(&self, frame: &Frame) -> Result<Page, Failure> {
        let mut sight = Sight::new(self.backend, self.caller);
        let rules = self.backend.rules(&mut |incident| sight.covers(incident))?;
        Ok(RulesView { rules }.page(frame))
    }

    pub(super) fn rule(
        &self,
        number: u32,
        bound: Option<&str>,
        frame: &Frame,
    ) -> Result<Page, Problem> {
        let mut sight = Sight::new(self.backend, self.caller);
        let rules = self.backend.rules(&mut |incident| sight.covers(incident))?;
        let id = format!("R{number}");
        let rule = rules.into_iter().find(|rule| rule.id == id);
        let rule = rule.ok_or_else(|| none(&id, "rules"))?;
        let tried = bound.map(read_bound).transpose()?;
        let asked = match tried {
            None => RuleAsked::Kept(number),
            Some(bound) => {
                let mut told = rule.rule.clone();
                let edge = if told.above.is_some() { &mut told.above } else { &mut told.below };
                *edge = Some(bound);
                RuleAsked::Told(Box::new(told))
            }
        };
        let asked = BacktestAsked { rule: asked, from: None, to: None, is_swept: true };
        let ran = self.backend.backtest_rule(&asked, &mut |incident| sight.covers(incident))?;
        let backtest = ran.ok_or_else(|| none(&id, "rules"))?;
        Ok(RuleView { rule, backtest, tried }.page(frame))
    }

    pub(super) fn proposal(&self, number: u32, frame: &Frame) -> Result<Page, Problem> {
        let incident = self.incident(number)?;
        let mut sight = Sight::new(self.backend, self.caller);
        let asked = (number, None);
        let proposal = self.backend.propose_rule(asked, &mut |incident| sight.covers(incident));
        let proposal = match proposal {
            Ok(Some(proposal)) => Ok(proposal),
            Ok(None) => return Err(no_incident(number)),
            // That none can be proposed is an answer; that the server is in trouble is not.
            Err(Failure::Invalid(why) | Failure::Conflict(why)) => Err(why),
            Err(failure) => return Err(failure.into()),
        };
        let replay = self.backend.replay(number)?.filter(|replay| !replay.rules.is_empty());
        Ok(ProposalView { incident, proposal, replay }.page(frame))
    }
}

fn read_bound(text: &str) -> Result<f64, Problem> {
    let (text, scale) = match text.trim().strip_suffix('%') {
        Some(share) => (share.trim(), 0.01),
        None => (text.trim(), 1.0),
    };
    let bound: Option<f64> = text.parse().ok().filter(|bound: &f64| bound.is_finite());
    let wrong = || Problem::bad(format!("bound=\"{text}\" is no number: give 0.7, or 70 %"));
    bound.map(|bound| bound * scale).ok_or_else(wrong)
}
