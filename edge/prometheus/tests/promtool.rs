//! What we write, read by the `promtool` of Debian. Without it these tests say that they were skipped; with
//! `HIGHWATER_DEMAND_ALL` set that is a failure.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_detect::rule::{Bound, Case, Expects, Measure, Past, Question, Rule, Terms, propose};
use hw_model::{Hop, Target, Timestamp};
use hw_prometheus::{NoTest, RuleFile, TestFile, test_file};
use hw_stats::Counts;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// What every language around a name could trip over.
const NASTY: &str = "a\"b\\c\n{{ $value }} {{ end }} '%s' #: [x] \u{1b}[2J\u{85}\u{2028}\u{202e}日本 ❤\u{fe0f}\r\t{";

fn hop(name: &str) -> Target {
    Target::Hop(Hop {
        caller: name.into(),
        entry: Some(name.into()),
        callee: format!("{name}2"),
        operation: name.into(),
    })
}

/// Windows of ten seconds with some ten items, of which about such a share goes on, until so many minutes.
fn past(stretches: &[(i64, f64)]) -> Past {
    let end = stretches.last().map_or(0, |(end, _)| 6 * end);
    let mut state = 11u64;
    let mut draw = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 31)
    };
    let rows = (0..end)
        .map(|row| {
            let share = stretches.iter().find(|(end, _)| row < 6 * end).map_or(0.0, |(_, p)| *p);
            let n = 6 + (0..9).filter(|_| draw() < 0.5).count();
            let k = (0..n).filter(|_| draw() < share).count();
            Some(Counts::new(n as f64, k as f64))
        })
        .collect();
    Past { step_s: 10, first: 179_000_000, rows }
}

fn case(past: &Past, from: i64, to: i64) -> Case {
    let at = |minutes: i64| Timestamp::from_s(10 * past.first + 60 * minutes);
    Case {
        name: "INC-1".into(),
        expects: Expects::Firing,
        from: at(from),
        to: at(to),
        machine_at: Some(at(from + 2)),
        person_at: None,
    }
}

fn terms(target: Target, measure: Measure, bound: Bound) -> Terms {
    let items_min = if measure == Measure::Volume { 0 } else { 60 };
    Terms {
        name: "passes too much".into(),
        target,
        measure,
        window_s: 300,
        bound,
        items_min,
        for_s: 60,
        keep_s: 300,
    }
}

fn say(line: &str) {
    // Nobody is left to read it if this fails.
    drop(writeln!(std::io::stderr(), "promtool: {line}"));
}

/// Runs promtool; `None` if it is not installed, else whether it was content, and what it said.
fn promtool(folder: &Path, arguments: &[&str]) -> Option<(bool, String)> {
    match Command::new("promtool").args(arguments).current_dir(folder).output() {
        Ok(output) => {
            let said = [output.stdout, output.stderr]
                .map(|said| String::from_utf8_lossy(&said).into_owned());
            Some((output.status.success(), said.concat()))
        }
        Err(error) => {
            let why = format!("promtool cannot be started: {error}");
            assert!(std::env::var_os("HIGHWATER_DEMAND_ALL").is_none(), "{why}");
            say(&format!("SKIPPED, no rule was checked. {why}"));
            say("Install it: apt-get install prometheus");
            None
        }
    }
}

fn content(folder: &Path, arguments: &[&str]) {
    let Some((is_content, said)) = promtool(folder, arguments) else { return };
    let files = std::fs::read_dir(folder).unwrap().map(|file| {
        let path = file.unwrap().path();
        format!("== {}\n{}", path.display(), std::fs::read_to_string(&path).unwrap())
    });
    assert!(is_content, "{arguments:?}: {said}\n{}", files.collect::<String>());
}

/// Writes both files and has them checked and run.
fn check(rule: &Rule, because: &[String], past: &Past, cases: &[Case]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = RuleFile { rule, because, written_by: "a test" };
    std::fs::write(folder.path().join("rule.yml"), file.text()).unwrap();
    content(folder.path(), &["check", "rules", "rule.yml"]);
    let test = test_file(&TestFile { rule, rule_file: "rule.yml", past, cases }).unwrap();
    std::fs::write(folder.path().join("rule.test.yml"), &test).unwrap();
    content(folder.path(), &["test", "rules", "rule.test.yml"]);
    test
}

#[test]
fn proposed_rules_fire_in_the_incident_and_not_when_it_is_quiet() {
    let past = past(&[(3_000, 0.5), (3_060, 0.98), (4_000, 0.5)]);
    let cases = [case(&past, 3_000, 3_060)];
    for (target, measure) in [
        (hop("screening"), Measure::Transfer),
        (hop("screening"), Measure::Answer("go".into())),
        (hop("screening"), Measure::Errors),
        (hop(NASTY), Measure::Answer(NASTY.into())),
        (hop(NASTY), Measure::Transfer),
        (Target::Service("screening".into()), Measure::Errors),
        (Target::Entry { service: NASTY.into(), operation: NASTY.into() }, Measure::Errors),
    ] {
        let question = Question {
            name: "passes too much: {{ $value }} \"x\" #",
            target: &target,
            measure: &measure,
            past: &past,
            cases: &cases,
            final_after_s: 120,
        };
        let proposal = propose(&question).unwrap();
        let test = check(&proposal.rule, &proposal.because, &past, &cases);
        assert_eq!(test.matches("it fires").count(), 1, "{test}");
        assert_eq!(test.matches("quiet, and near").count(), 3, "{test}");
        assert_eq!(test.matches("too few items").count(), 1, "{test}");
        assert!(test.len() < 12_000, "{} bytes", test.len());
    }
}

#[test]
fn rule_file_reads_like_one_that_was_written_by_hand() {
    let target = Target::Hop(Hop {
        caller: "screening".into(),
        entry: Some("POST /items".into()),
        callee: "eligibility".into(),
        operation: "POST /decide".into(),
    });
    let terms = terms(target, Measure::Answer("go".into()), Bound::Above(0.75));
    let rule = Rule::new(terms, 10).unwrap();
    let because = ["50 % are usual.".to_owned()];
    let file =
        RuleFile { rule: &rule, because: &because, written_by: "highwater rule propose INC-1" };
    let hop =
        r#"caller="screening",entry="POST /items",callee="eligibility",operation="POST /decide""#;
    let expect = format!(
        r#"# Written by: highwater rule propose INC-1
# For Prometheus 2.42 or newer that scrapes /metrics of Highwater every 30 s or more often.
# 50 % are usual.
groups:
  - name: "highwater: passes too much"
    interval: 30s
    rules:
      - alert: "PassesTooMuch"
        expr: |-
          (sum(increase(highwater_hop_answers_total{{{hop},answer="go"}}[5m])) / sum(increase(highwater_hop_answers_total{{{hop}}}[5m]))) > 0.75
          and
          sum(increase(highwater_hop_answers_total{{{hop}}}[5m])) >= 60
        for: 1m
        keep_firing_for: 5m
        labels:
          severity: "page"
          highwater_rule: "passes too much"
          service: "eligibility"
        annotations:
          summary: "passes too much: {{{{ $value | humanizePercentage }}}}, which is above 75 %"
          description: "50 % are usual."
"#
    );
    assert_eq!(file.text(), expect);
}

#[test]
fn every_kind_of_rule_is_one_that_prometheus_takes() {
    let nearby = past(&[(600, 0.5), (660, 0.05), (900, 0.5)]);
    let cases = [case(&nearby, 600, 660)];
    for measure in [Measure::Transfer, Measure::Answer("go".into()), Measure::Errors] {
        for bound in [Bound::Below(0.25), Bound::Outside { low: 0.25, high: 0.9 }] {
            let rule = Rule::new(terms(hop(NASTY), measure.clone(), bound), 10).unwrap();
            check(&rule, &[], &nearby, &cases);
        }
    }
    // A volume is items in seconds.
    let mut fallen = nearby;
    fallen.rows.iter_mut().flatten().for_each(|counts| *counts = Counts::new(10.0, counts.k));
    for target in [hop(NASTY), Target::Entry { service: NASTY.into(), operation: "op".into() }] {
        for bound in [Bound::Below(0.25), Bound::Outside { low: 0.25, high: 2.0 }] {
            let rule = Rule::new(terms(target.clone(), Measure::Volume, bound), 10).unwrap();
            check(&rule, &[], &fallen, &cases);
        }
    }
}

#[test]
fn test_fails_for_a_rule_that_does_not_do_what_was_recorded() {
    let past = past(&[(600, 0.5), (660, 0.98), (900, 0.5)]);
    let cases = [case(&past, 600, 660)];
    let rule = Rule::new(terms(hop("a"), Measure::Transfer, Bound::Above(0.75)), 10).unwrap();
    let test =
        test_file(&TestFile { rule: &rule, rule_file: "rule.yml", past: &past, cases: &cases });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rule.test.yml"), test.unwrap()).unwrap();
    for (bound, wrong) in [(0.99, "expr: \"count(ALERTS"), (0.3, "expr: \"count_over_time(ALERTS")]
    {
        let other = rule.with_bound(Bound::Above(bound)).unwrap();
        let text = RuleFile { rule: &other, because: &[], written_by: "a test" }.text();
        std::fs::write(folder.path().join("rule.yml"), text).unwrap();
        let Some((is_content, said)) = promtool(folder.path(), &["test", "rules", "rule.test.yml"])
        else {
            return;
        };
        assert!(!is_content && said.contains(wrong), "{bound}: {said}");
    }
}

#[test]
fn names_of_any_letters_stay_names() {
    let letters: Vec<char> = "\"\\'{}$%#&*!|>-:?,[]@` \n\r\t\0\u{7f}\u{85}\u{a0}\u{feff}\u{2028}\u{202e}\u{fffe}\u{ffff}\
        \u{e0041}aZ09_äß日🙂\u{301}"
        .chars()
        .collect();
    let mut state = 3u64;
    let mut name = || {
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % below
        };
        (0..draw(12)).map(|_| letters[draw(letters.len())]).collect::<String>()
    };
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<String> = (0..150).map(|at| format!("{at}.yml")).collect();
    for file in &files {
        let hop = Hop { caller: name(), entry: Some(name()), callee: name(), operation: name() };
        let answer = Measure::Answer(format!("x{}", name()));
        let mut terms = terms(Target::Hop(hop), answer, Bound::Above(0.75));
        let plain: String = name().chars().filter(|letter| hw_model::is_plain(*letter)).collect();
        terms.name = format!("x{plain}");
        let because = [name()];
        let rule = Rule::new(terms, 10).unwrap();
        let text = RuleFile { rule: &rule, because: &because, written_by: &name() }.text();
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let mut arguments = vec!["check", "rules"];
    arguments.extend(files.iter().map(String::as_str));
    let Some((is_content, said)) = promtool(folder.path(), &arguments) else { return };
    assert!(is_content, "{said}");
    assert_eq!(said.matches("SUCCESS: 1 rules found").count(), 150, "{said}");
}

#[test]
fn gaps_in_what_was_recorded_are_gaps_in_the_test() {
    let mut past = past(&[(600, 0.5), (660, 0.98), (900, 0.5)]);
    past.rows[3_600..3_606].fill(None);
    past.rows[3_630..3_632].fill(None);
    let cases = [case(&past, 600, 660)];
    let rule = Rule::new(terms(hop("a"), Measure::Transfer, Bound::Above(0.75)), 10).unwrap();
    assert!(check(&rule, &[], &past, &cases).contains(" _ _ "));
}

#[test]
fn what_cannot_be_tested_is_said() {
    let past = past(&[(600, 0.5), (660, 0.98), (800, 0.5), (830, 0.9), (900, 0.5)]);
    let rule =
        |bound| Rule::new(terms(hop("a"), Measure::Transfer, Bound::Above(bound)), 10).unwrap();
    let tested = |rule: &Rule, cases: &[Case]| {
        test_file(&TestFile { rule, rule_file: "rule.yml", past: &past, cases })
    };
    let both = [case(&past, 600, 660), case(&past, 800, 830)];
    assert!(tested(&rule(0.75), &both).is_ok());
    assert_eq!(tested(&rule(0.75), &[]), Err(NoTest::NothingRecorded));
    assert_eq!(tested(&rule(0.75), &[case(&past, 2_000, 2_100)]), Err(NoTest::NothingRecorded));
    assert_eq!(tested(&rule(0.995), &both), Err(NoTest::DoesNotFire));
    let fires = tested(&rule(0.75), &both[..1]).unwrap_err();
    assert!(matches!(fires, NoTest::Fires(at) if at > both[1].from && at < both[1].to), "{fires}");
    let mut other = both;
    other.rotate_left(1);
    assert!(tested(&rule(0.75), &other).unwrap().contains("INC-1: it fires"));
}
