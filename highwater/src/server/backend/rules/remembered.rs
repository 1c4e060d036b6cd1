//! Proposals that were worked out lately: they cost some hundredths of a second and follow from what never changes.

use super::cases::Stretch;
use hw_api::RuleProposal;
use hw_detect::rule::{Case, NoRule, Rule};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Proposals that are kept.
const KEPT: usize = 8;

/// All that a proposal follows from. What was counted in its stretch is final: the same stretch holds the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub incident: String,
    pub shift: String,
    pub probe: Rule,
    pub stretch: Stretch,
    pub cases: Vec<Case>,
    pub final_after_s: i64,
}

/// What came of it.
type Found = Result<RuleProposal, NoRule>;

/// The last few proposals, the latest last.
#[derive(Debug, Default)]
pub(in crate::server) struct Remembered(Mutex<VecDeque<(Wanted, Found)>>);

impl Remembered {
    /// What came of the same question.
    pub(super) fn find(&self, wanted: &Wanted) -> Option<Found> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == wanted).map(|(_, found)| found.clone())
    }

    /// Keeps what came of a question, and forgets the oldest.
    pub(super) fn keep(&self, wanted: Wanted, found: Found) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((wanted, found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_model::Timestamp;

    fn wanted(incident: u32, to_s: i64) -> Wanted {
        let terms = hw_detect::rule::Terms {
            name: "too much".to_owned(),
            target: hw_model::Target::Service("router".to_owned()),
            measure: hw_detect::rule::Measure::Volume,
            window_s: 10,
            bound: hw_detect::rule::Bound::Above(1.0),
            items_min: 0,
            for_s: 0,
            keep_s: 0,
        };
        Wanted {
            incident: format!("INC-{incident}"),
            shift: "S1".to_owned(),
            probe: Rule::new(terms, 10).unwrap(),
            stretch: Stretch { from: Timestamp(0), to: Timestamp::from_s(to_s) },
            cases: Vec::new(),
            final_after_s: 30,
        }
    }

    #[test]
    fn only_the_same_question_has_the_same_answer_and_the_oldest_is_forgotten() {
        let remembered = Remembered::default();
        remembered.keep(wanted(0, 100), Err(NoRule::NothingInIncident));
        assert_eq!(remembered.find(&wanted(0, 100)), Some(Err(NoRule::NothingInIncident)));
        assert_eq!(remembered.find(&wanted(0, 110)), None, "more is counted since");
        assert_eq!(remembered.find(&wanted(1, 100)), None);
        for n in 1..=8 {
            remembered.keep(wanted(n, 100), Err(NoRule::NothingInIncident));
        }
        assert_eq!(remembered.find(&wanted(0, 100)), None, "eight are kept");
        assert!(remembered.find(&wanted(8, 100)).is_some());
    }
}
