//! Lines as people type them, right and wrong.

use super::*;
use hw_incident::{Author, Command, NoteKind, Role, SeverityLevel, Status, TakeOver, Text};
use hw_model::Effect;

fn read(text: &str) -> Result<Wish, String> {
    Wish::read("/hw", text, &Name::parse("anna (Slack)").unwrap())
}

fn order(text: &str) -> (Option<u32>, Command) {
    match read(text) {
        Ok(Wish::Do(incident, mut orders)) => {
            assert_eq!(orders.by, Author::Person(Name::recorded("anna (Slack)")));
            (incident.map(|id| id.0), orders.commands.pop().unwrap())
        }
        other => panic!("{text}: {other:?}"),
    }
}

fn wrong(text: &str) -> String {
    match read(text) {
        Err(words) => words,
        Ok(wish) => panic!("{text}: {wish:?}"),
    }
}

#[test]
fn lines_are_read_with_and_without_their_incident() {
    assert_eq!(read(""), Ok(Wish::Help));
    assert_eq!(read("  HELP me"), Ok(Wish::Help));
    assert_eq!(read("list"), Ok(Wish::List));
    assert_eq!(read("brief inc-3"), Ok(Wish::Brief(Some(IncidentId(3)))));
    let text = |text: &str| Text::parse(text).unwrap();
    let status = |to, reason| Command::SetStatus { to, was: None, reason };
    let reason = Some(text("the gate halts again"));
    assert_eq!(
        order("status INC-1: Mitigated  the gate halts again"),
        (Some(1), status(Status::Mitigated, reason))
    );
    assert_eq!(order("status closed"), (None, status(Status::Closed, None)));
    let severity = Command::SetSeverity { to: SeverityLevel::Sev2, was: None, reason: None };
    assert_eq!(order("severity sev2"), (None, severity));
    let lead = |who: &str, take_over| Command::TakeRole {
        role: Role::Lead,
        person: Name::recorded(who),
        take_over,
    };
    assert_eq!(order("lead").1, lead("anna (Slack)", TakeOver::Refused));
    assert_eq!(order("take-over INC-2 Bob B"), (Some(2), lead("Bob B", TakeOver::Allowed)));
    assert_eq!(
        order("rule-out INC-1 [7] it went on").1,
        Command::RuleOut { hypothesis: 7, fact: text("it went on") }
    );
    let check = Command::Check { mitigation: None, effect: Effect::None, text: text("as before") };
    assert_eq!(order("check none as before").1, check);
    let note = |said: &str| Command::Note { kind: NoteKind::Note, text: text(said) };
    assert_eq!(order("note two\nlines INC-1"), (None, note("two\nlines INC-1")), "as it is");
    assert_eq!(order("note inc-ident or not").1, note("inc-ident or not"));
    let Ok(Wish::Report(report)) = read("report service=worklist twice as many") else {
        panic!("no report")
    };
    assert_eq!(
        (report.service, report.text),
        (Some(Name::recorded("worklist")), text("twice as many"))
    );
}

#[test]
fn every_word_of_help_can_be_typed_as_its_example_says() {
    let page = help("/hw");
    for line in page.lines().filter(|line| line.starts_with("/hw ")) {
        let verb = line.split([' ', ':']).nth(1).unwrap();
        let shown = usage(verb).unwrap().shown("/hw");
        let typed = shown.lines().find_map(|line| line.strip_prefix("For example: /hw "));
        assert!(read(typed.unwrap_or(verb)).is_ok(), "{shown}");
    }
    assert_eq!(page.lines().count(), 18, "{page}");
}

#[test]
fn what_cannot_be_read_is_said_with_an_example() {
    for (text, expect) in [
        ("stauts INC-1 mitigated", "\"stauts\" is not known: did you mean \"status\"?"),
        ("ruleout 7 x", "did you mean \"rule-out\"?"),
        ("bananas", "\"bananas\" is not known; known are help, report,"),
        (
            "note",
            "say what it says. It is typed: /hw note [INC-1] TEXT\nFor example: /hw note INC-1",
        ),
        ("note INC-1", "say what it says."),
        ("note INC-1a x", "\"INC-1a\" is no incident."),
        ("note INC-99999999999 x", "\"INC-99999999999\" is no incident."),
        ("open", "say what is wrong."),
        ("report service=worklist", "say what you see."),
        ("report service= x", "say which service."),
        ("status", "say where it stands."),
        ("check INC-1 worked", "say how that was seen."),
        ("rule-out INC-1 x y", "say which hypothesis"),
        ("brief INC-1 please", "brief takes an incident"),
        (
            "severity INC-1 SEV9",
            "\"SEV9\" is no severity: SEV1, SEV2, SEV3, SEV4, SEV5. It is typed:",
        ),
        ("status INC-1 asleep", "\"asleep\" is no status:"),
        ("check INC-1 maybe x", "\"maybe\" is no effect:"),
        ("open a\nb", "title goes over several lines"),
        ("note a\u{202e}b", "control character (U+202E)"),
    ] {
        let said = wrong(text);
        assert!(said.contains(expect), "{text}: {said}");
        assert!(said.contains("/hw "), "{said}");
    }
    let said = wrong(&format!("\u{1b}[2J\u{202e}{}", "x".repeat(9_000)));
    assert!(said.len() < 600 && !said.contains(['\u{1b}', '\u{202e}']), "{said}");
}
