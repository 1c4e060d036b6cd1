//! The wording of an action item that somebody adds or changes: one that cannot be worked on is refused,
//! with what is missing.
//!
//! What is only to be thought of is a warning beside the answer. Of a change only what it alters is read:
//! that an old item says too little is no reason to refuse it a new date.

use super::{ActionBody, ActionPatch, ActionWords};
use crate::orders::{OrderFault, fault};
use hw_report::{ActionText, Finding, Rule, lint_action};

/// What to do about it.
const WAYS_OUT: &str = "Say it otherwise, or take it as it is with \"anyway\": true (--anyway).";

impl ActionBody {
    /// What is odd about its words, if it can be taken.
    ///
    /// # Errors
    ///
    /// If it cannot be worked on as it is written, and is not wanted anyway.
    pub fn wording(&self) -> Result<Option<String>, OrderFault> {
        let found = lint_action(&text_of(&self.text, &self.owner, &self.done_when));
        judged(&found, self.anyway)
    }
}

impl ActionPatch {
    /// What is odd about the words that it alters in an item, if it can be taken.
    ///
    /// # Errors
    ///
    /// If the item could not be worked on then, and this is not wanted anyway.
    pub fn wording(&self, item: &ActionWords) -> Result<Option<String>, OrderFault> {
        let text = self.text.as_ref().unwrap_or(&item.text);
        let owner = self.owner.as_ref().unwrap_or(&item.owner);
        let done_when = self.done_when.as_ref().unwrap_or(&item.done_when);
        let mut found = lint_action(&text_of(text, owner, done_when));
        found.retain(|finding| self.alters(finding.rule));
        judged(&found, self.anyway)
    }

    /// Whether it alters what a rule is about.
    const fn alters(&self, rule: Rule) -> bool {
        match rule {
            Rule::Verb => self.text.is_some(),
            Rule::Unbounded => self.text.is_some() || self.done_when.is_some(),
            Rule::Owner | Rule::Team => self.owner.is_some(),
            Rule::DoneWhen => self.done_when.is_some(),
            Rule::Due
            | Rule::Blame
            | Rule::RootCause
            | Rule::Hindsight
            | Rule::Belittling
            | Rule::Outage => false,
        }
    }
}

/// The date is there: without one it is no order.
fn text_of<'a>(text: &'a str, owner: &'a str, done_when: &'a str) -> ActionText<'a> {
    ActionText { text, owner: Some(owner), has_due: true, done_when: Some(done_when) }
}

fn judged(found: &[Finding], is_wanted_anyway: bool) -> Result<Option<String>, OrderFault> {
    let words = |is_hint: bool| {
        let some = found.iter().filter(|finding| is_hint || !finding.rule.is_hint());
        some.map(|finding| finding.suggestion.as_str()).collect::<Vec<_>>().join(" ")
    };
    let wrong = words(false);
    if !wrong.is_empty() && !is_wanted_anyway {
        return fault(format!("it cannot be worked on as it is written: {wrong} {WAYS_OUT}"));
    }
    Ok(Some(words(true)).filter(|odd| !odd.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str, owner: &str) -> ActionBody {
        let [text, owner, done_when] = [text, owner, "its replay fires"].map(str::to_owned);
        ActionBody { text, owner, done_when, ..ActionBody::default() }
    }

    fn item(text: &str) -> ActionWords {
        let [text, owner, done_when] = [text, "lea", "it is better"].map(str::to_owned);
        let words = || String::new();
        ActionWords {
            id: words(),
            incident: words(),
            kind: words(),
            text,
            owner,
            due: words(),
            done_when,
            state: words(),
            because: None,
            ended_at: None,
            ended_by: None,
            by: words(),
            added_at: words(),
            url: None,
            tracker: None,
            issue: None,
            tracker_trouble: None,
            nudges: 0,
            seq: 1,
            state_seq: 1,
        }
    }

    #[test]
    fn item_that_cannot_be_worked_on_is_refused_unless_it_is_wanted() {
        assert_eq!(body("add an alert on screening", "lea").wording(), Ok(None));
        let wish = body("Improve monitoring", "everyone");
        let refused = wish.wording().unwrap_err().0;
        for words in ["cannot be worked on", "no place to arrive at", "Name one person", "--anyway"]
        {
            assert!(refused.contains(words), "{refused}");
        }
        let taken = ActionBody { anyway: true, ..wish }.wording().unwrap().unwrap();
        assert!(taken.contains("no place to arrive at") && !taken.contains("--anyway"), "{taken}");
        let teams = body("add an alert on screening", "ledger-team").wording().unwrap().unwrap();
        assert!(teams.starts_with("A team owns it"), "{teams}");
    }

    #[test]
    fn of_a_change_only_what_it_alters_is_read() {
        let old = item("Improve monitoring");
        let change = |owner: Option<&str>, text: Option<&str>| ActionPatch {
            owner: owner.map(str::to_owned),
            text: text.map(str::to_owned),
            ..ActionPatch::default()
        };
        assert_eq!(change(Some("sami"), None).wording(&old), Ok(None));
        assert!(change(Some("tbd"), None).wording(&old).is_err());
        assert!(change(None, Some("Better alerts")).wording(&old).is_err());
        assert_eq!(change(None, Some("Alert below 40 %")).wording(&old), Ok(None));
        let vague = ActionPatch { done_when: Some("soon".to_owned()), ..ActionPatch::default() };
        assert!(vague.wording(&old).unwrap_err().0.contains("no place to arrive at"));
    }
}
