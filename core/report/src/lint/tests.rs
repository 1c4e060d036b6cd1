//! Sentences as people write them, good and bad.

use super::*;

const NAMES: [&str; 4] = ["Anna Schmidt", "Bob", "lea", "tom"];

fn found(text: &str, nature: Nature) -> Vec<(Rule, String)> {
    let names: Vec<String> = NAMES.map(str::to_owned).into();
    let context = LintContext { names: &names, nature };
    lint(text, &context)
        .into_iter()
        .map(|finding| {
            assert_eq!(text.get(finding.from..finding.to), Some(finding.words.as_str()));
            assert!(finding.suggestion.ends_with('.'));
            (finding.rule, finding.words)
        })
        .collect()
}

#[test]
fn sentences_that_blame_or_know_better_are_found() {
    for (text, rule, words) in [
        ("This was human error.", Rule::Blame, "human error"),
        ("Bob should have checked the flag.", Rule::Hindsight, "should have"),
        ("We should\nhave waited.", Rule::Hindsight, "should\nhave"),
        ("The on-call engineer should have looked at the graph.", Rule::Hindsight, "should have"),
        ("It should have been caught in review.", Rule::Hindsight, "should have been"),
        ("A test could have prevented it.", Rule::Hindsight, "could have"),
        ("With a canary this would have been avoided.", Rule::Hindsight, "would have been"),
        ("The engineer failed to read the runbook.", Rule::Blame, "failed to"),
        ("tom failed to notice", Rule::Blame, "failed to"),
        ("A careless deploy", Rule::Blame, "careless"),
        ("The root cause was the rules snapshot.", Rule::RootCause, "root cause"),
        ("Root-cause: eligibility", Rule::RootCause, "Root-cause"),
        ("Obviously nobody looked.", Rule::Belittling, "Obviously"),
        ("You simply restart it.", Rule::Belittling, "simply"),
        ("In hindsight the rollback was useless.", Rule::Hindsight, "In hindsight"),
        ("Bob broke the filter.", Rule::Blame, "Bob broke"),
        ("Anna forgot the migration.", Rule::Blame, "Anna forgot"),
        ("It was caused by Bob.", Rule::Blame, "caused by Bob"),
        ("because of lea", Rule::Blame, "because of lea"),
        ("Bob\u{2019}s mistake", Rule::Blame, "Bob\u{2019}s mistake"),
        ("It was Schmidt's fault", Rule::Blame, "Schmidt's fault"),
        ("Someone forgot to renew it", Rule::Blame, "Someone forgot"),
        ("The intern ignored the warning", Rule::Blame, "intern ignored"),
        ("they didn\u{2019}t bother", Rule::Blame, "didn\u{2019}t bother"),
        ("The database team was at fault.", Rule::Blame, "at fault"),
    ] {
        let found = found(text, Nature::Loud);
        assert!(found.contains(&(rule, words.to_owned())), "{text}: {found:?}");
    }
}

#[test]
fn what_is_said_without_blame_is_let_be() {
    for text in [
        "The request failed to parse, and screening failed to start.",
        "Half of the items should have been halted.",
        "It could have been worse: the batch runs at night.",
        "We could have lost the whole table.",
        "Anna restarted eligibility at 10:52 and wrote down what she saw.",
        "Bob believed that the refactoring did it, until the rollback changed nothing.",
        "Highwater noticed 3 min after it began.",
        "Because of the empty snapshot it takes the defaults.",
        "Due to Bob's laptop being away the call took longer.",
        "tom's deploy of router 2.0.0 is exonerated.",
        "The default caused every item to pass.",
        "The error rate stayed at zero; a human reads the log.",
        "There was no root cause but several factors.",
        "Put simply, it let everything through.",
        "The team deployed router again.",
        "The runbook forgot nothing",
        "`should have` is a flag of the parser, see https://wiki.example/root-cause/simply",
        "Nobody is to blame.",
        "The mark stood at 50 %.",
    ] {
        assert_eq!(found(text, Nature::Loud), [], "{text}");
    }
}

#[test]
fn an_outage_is_none_where_nothing_failed() {
    let text = "The outage lasted 14 hours, and the service was down.";
    assert_eq!(found(text, Nature::Loud), []);
    let words: Vec<String> =
        found(text, Nature::Silent).into_iter().map(|(_, words)| words).collect();
    assert_eq!(words, ["outage", "was down"]);
    assert_eq!(found("It was not an outage.", Nature::Silent), []);
}

#[test]
fn a_sentence_does_not_reach_into_the_next() {
    assert_eq!(found("It was seen by Bob. Should have is a phrase.", Nature::Loud), []);
    assert_eq!(found("because of\n\nBob", Nature::Loud), []);
    assert_eq!(found("- caused by\n- Bob", Nature::Loud), []);
}

#[test]
fn long_and_hostile_texts_are_read_in_time() {
    let long = "should have \u{202e}`` \u{1f600} root cause ".repeat(30_000);
    assert_eq!(found(&long, Nature::Silent).len(), 15_000, "every other one stands in code");
    assert_eq!(found(&"`".repeat(100_000), Nature::Loud), []);
}

fn action(text: &str) -> ActionText<'_> {
    ActionText {
        text,
        owner: Some("lea"),
        has_due: true,
        done_when: Some("the test is red without it"),
    }
}

fn rules(action: &ActionText<'_>) -> Vec<Rule> {
    lint_action(action).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn action_items_that_can_be_done_are_let_be() {
    for text in [
        "Alert when screening passes on less than 40 % or more than 60 %",
        "Refuse an empty rules snapshot",
        "Re-deploy router 2.0.0",
        "Document how to compare the counts of two systems",
        "Instrument eligibility with its answer",
        "Investigate why the snapshot came empty",
        "Improve the alert of screening to fire within 5 min",
        "Test that an empty rules snapshot is turned away",
        "Bring the runbook up to date",
        "Zero out the counter",
        "Silence the old alert of router",
        "Rebalance the partitions of worklist",
        "Decommission router 1.4.2",
        "Cross-reference the counts of both sides",
    ] {
        assert_eq!(rules(&action(text)), [], "{text}");
    }
}

#[test]
fn action_items_that_nobody_can_do_are_found() {
    for (text, expect) in [
        ("Improve monitoring", Rule::Unbounded),
        ("Be more careful with deploys", Rule::Unbounded),
        ("Make sure that this does not happen again", Rule::Unbounded),
        ("An alert when screening passes on much more", Rule::Verb),
        ("Monitoring of eligibility", Rule::Verb),
        ("Better tests", Rule::Verb),
        ("We need a runbook", Rule::Verb),
        ("", Rule::Verb),
    ] {
        assert!(rules(&action(text)).contains(&expect), "{text}: {:?}", rules(&action(text)));
    }
    let open = ActionText { done_when: None, ..action("Investigate why the snapshot came empty") };
    assert_eq!(rules(&open), [Rule::Unbounded, Rule::DoneWhen]);
    let nobodys = ActionText { owner: None, has_due: false, ..action("Add a test") };
    assert_eq!(rules(&nobodys), [Rule::Owner, Rule::Due]);
    for owner in ["lea and tom", "lea, tom", "the team", "TBD", " ", "our-team"] {
        assert_eq!(
            rules(&ActionText { owner: Some(owner), ..action("Add a test") }),
            [Rule::Owner],
            "{owner}"
        );
    }
}

#[test]
fn team_that_owns_an_item_is_only_a_hint() {
    for owner in ["platform-team", "Team Ledger", "squad_7"] {
        let found = rules(&ActionText { owner: Some(owner), ..action("Add a test") });
        assert_eq!(found, [Rule::Team], "{owner}");
    }
    let hints: Vec<Rule> = Rule::ALL.into_iter().filter(|rule| rule.is_hint()).collect();
    assert_eq!(hints, [Rule::Team]);
}
