//! An incident, played in a chat.

use super::{both, entries, highwater, mattermost, n_incidents, slack, started, words};
use serde_json::json;

#[test]
fn incident_played_in_slack_stands_in_the_record_with_who_typed_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), &both());
    let mut n = 0;
    let mut anna = |text: &str| {
        n += 1;
        slack(&server, "anna", &format!("t{n}"), text)
    };
    let (is_public, help) = anna("");
    assert!(!is_public && help.contains("/highwater note [INC-1] TEXT: write down"), "{help}");
    assert_eq!(
        anna("list").1,
        "No incident is open. Somebody sees something odd: /highwater report TEXT"
    );
    assert!(anna("note the inbox is full").1.starts_with("No incident is open: name one"));
    let (is_public, said) = anna("open the gate lets <b>everything</b> & more pass");
    assert!(is_public);
    assert_eq!(
        said,
        "INC-1 [1] anna (Slack): declared: the gate lets <b>everything</b> & more pass\n\
         Next: /highwater lead INC-1"
    );
    assert_eq!(anna("lead").1, "INC-1 [2] anna (Slack): anna (Slack) is lead");
    assert_eq!(
        anna("severity INC-1 sev2 it hurts many").1,
        "INC-1 [3] anna (Slack): SEV2: it hurts many"
    );
    assert_eq!(
        anna("note INC-1 the inbox had\ntwice the usual").1,
        "INC-1 [4] anna (Slack): the inbox had\ntwice the usual"
    );
    assert!(anna("hypothesis it is yesterday's refactoring").1.contains("[5]"));
    assert!(
        anna("rule-out 5 it went on after the rollback").1.contains("hypothesis 5 is ruled out")
    );
    assert!(anna("mitigate restarted eligibility").1.contains("[7] anna (Slack): restarted"));
    assert!(anna("check INC-1 worked the ratio is back").1.contains("[8] anna (Slack): it helped"));
    let bob = slack(&server, "bob", "b1", "lead").1;
    assert!(
        bob.contains("anna (Slack) is lead since") && bob.contains("/highwater take-over INC-1"),
        "{bob}"
    );
    assert_eq!(
        slack(&server, "bob", "b2", "take-over").1.lines().last().unwrap(),
        "INC-1 [10] bob (Slack): bob (Slack) is lead"
    );
    assert!(anna("list").1.starts_with("INC-1 (active, SEV2, lead bob (Slack)): the gate lets"));
    let (is_public, brief) = anna("brief");
    assert!(!is_public && brief.starts_with("INC-1 (") && brief.len() > 30, "{brief}");
    assert!(
        anna("status mitigated the gate halts again").1.contains("mitigated: the gate halts again")
    );
    assert!(
        anna("status INC-1 resolved").1.contains("resolved"),
        "not the usual way takes a reason"
    );
    let kept = entries(&server, "INC-1");
    assert!(kept.iter().all(|entry| entry["by"].as_str().unwrap().ends_with(" (Slack)")));
    assert!(kept.iter().all(|entry| entry["source"] == "person"));
    assert_eq!(words(&kept[3]), ("anna (Slack)", "the inbox had\ntwice the usual"));
    let (code, page, _) =
        highwater(&["incident", "show", "INC-1", "--server", &server.api.to_string()]);
    assert!(code == Some(0) && page.contains("twice the usual"), "{page}");
    let (code, said, _) = highwater(&["verify", "--data", server.data().to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn what_cannot_be_done_is_said_to_who_typed_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), &both());
    slack(&server, "anna", "o1", "open one");
    slack(&server, "anna", "o2", "open two");
    for (n, (text, expect)) in [
        ("stauts INC-1 mitigated", "\"stauts\" is not known: did you mean \"status\"?"),
        ("note what", "There are 2 incidents: say which, behind the first word.\nINC-2 (active, no lead): two\nINC-1"),
        ("note INC-9 what", "There is no INC-9. Those that are open: /highwater list"),
        ("brief INC-9", "There is no INC-9."),
        ("status INC-1 asleep", "\"asleep\" is no status"),
        ("status INC-1 active", "INC-1: it is active already"),
        ("status INC-1 closed", "INC-1: it is active, and cannot become closed; next is mitigated"),
        ("severity INC-1 SEV9", "\"SEV9\" is no severity"),
        ("check INC-1 worked it did", "INC-1: nothing was tried yet"),
        ("rule-out INC-1 1 a fact", "INC-1: entry 1 opened no hypothesis"),
        ("open a\nb", "title goes over several lines"),
        ("note INC-1 a\u{202e}b", "control character (U+202E)"),
    ]
    .into_iter()
    .enumerate()
    {
        for said in [
            slack(&server, "anna", &format!("w{n}"), text),
            mattermost(&server, "anna", &format!("w{n}"), text),
        ] {
            let unescaped = said.1.replace('\\', "");
            assert!(!said.0 && unescaped.contains(expect), "{text}: {said:?}");
            assert!(!said.1.contains(['{', '\u{202e}']), "{said:?}");
        }
    }
    assert_eq!(n_incidents(&server), 2);
    assert_eq!((entries(&server, "INC-1").len(), entries(&server, "INC-2").len()), (1, 1));
}

#[test]
fn restricted_incident_is_not_there_in_a_chat() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), &both());
    let opened = slack(&server, "anna", "o1", "open a leak of secrets");
    slack(&server, "anna", "n1", "note a detail");
    let body = json!({"command": "restrict", "people": ["Anna", "anna (Slack)"], "by": "Anna"});
    let (status, answer) = server.tell("/api/v1/incidents/INC-1/commands", "r", &body);
    assert_eq!(status, 200, "{answer}");
    let mut n = 0;
    let mut check = |trigger: &str, text: &str, expect: &str| {
        n += 1;
        let trigger = if trigger.is_empty() { format!("t{n}") } else { trigger.to_owned() };
        let (is_public, said) = slack(&server, "anna", &trigger, text);
        assert!(!is_public && said.contains(expect), "{text}: {said}");
        assert!(
            !said.contains("leak") && !said.contains("detail") || text.contains("detail"),
            "{said}"
        );
    };
    check("", "list", "No incident is open.");
    check("", "brief", "No incident is open:");
    for text in ["brief INC-1", "note INC-1 more", "status INC-1 resolved", "lead INC-1"] {
        check("", text, "There is no INC-1.");
    }
    // What was done before it was restricted is answered no more.
    check("n1", "note a detail", "There is no INC-1.");
    check("o1", "open a leak of secrets", "cannot be shown here");
    assert!(opened.0);
    let kept = entries(&server, "INC-1").len();
    assert_eq!(kept, 3, "this machine sees that nothing was added");
    let (is_public, said) = slack(&server, "bob", "b1", "report the inbox is full");
    assert!(is_public && said.contains("INC-2 is opened"), "{said}");
}

#[test]
fn report_answers_what_the_command_line_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), &both());
    let (is_public, said) =
        mattermost(&server, "dave", "r1", "report service=worklist twice as many *items*");
    assert!(is_public);
    let plain = said.replace('\\', "");
    assert!(
        plain.starts_with("dave (Mattermost): twice as many *items*\nThank you. INC-1 is opened"),
        "{said}"
    );
    assert!(said.contains("\\*items\\*"), "what is markup is escaped: {said}");
    assert!(plain.contains("no service \"worklist\" was heard yet"), "{said}");
    let entries = entries(&server, "INC-1");
    assert_eq!(entries[1]["kind"], "reported");
    assert_eq!(words(&entries[1]), ("dave (Mattermost)", "twice as many *items*"));
    let record = &server.get("/api/v1/incidents/1").1["record"];
    assert!(record["times"]["noticed_at"].is_string() && record["status"] == "triage", "{record}");
}

#[test]
fn hostile_texts_stay_text_in_every_field() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), &both());
    let markup = "<!channel> @here <@U1> *b* `c` [x](http://evil.example) <script>alert(1)</script> %0d%0a ${x}";
    assert!(slack(&server, markup, "o", &format!("open {markup}")).0);
    for (n, text) in
        ["note", "hypothesis", "mitigate", "status mitigated", "severity SEV1", "report"]
            .iter()
            .enumerate()
    {
        let (is_public, said) =
            slack(&server, markup, &format!("s{n}"), &format!("{text} {markup}"));
        assert!(is_public, "{said}");
        assert!(!said.contains("@here"), "no mention rings: {said}");
        let (_, said) = mattermost(&server, markup, &format!("m{n}"), &format!("{text} {markup}"));
        for mark in ["@here", "*b*", "`c`", "[x](", "<script>", "://"] {
            assert!(!said.contains(mark), "{mark}: {said}");
        }
    }
    let kept = entries(&server, "INC-1");
    assert!(kept.len() >= 10, "{kept:#?}");
    assert!(
        kept.iter().all(|entry| entry["words"].as_str().unwrap().contains(markup)),
        "{kept:#?}"
    );
    // A name is made plain, or the id stands for it.
    for (name, expect) in [
        ("An\u{202e}na\u{1b}[2J\nHighwater", "Anna Highwater (Slack)"),
        ("\u{200b}\u{0}", "U2CERLKJA (Slack)"),
        (&"n".repeat(250), &format!("{}\u{2026} (Slack)", "n".repeat(99))),
    ] {
        let (is_public, said) = slack(&server, name, &format!("n{expect}"), "note a name");
        assert!(is_public && said.contains(expect), "{said}");
    }
    // Control characters in a text are refused.
    let n = entries(&server, "INC-1").len();
    for (n, hostile) in ["\u{1b}[2J", "a\u{0}b", "\u{202e}gnp", "\u{200b}"].iter().enumerate() {
        for verb in ["note", "open", "report", "mitigate", "lead", "status resolved"] {
            let (is_public, said) =
                slack(&server, "anna", &format!("c{n}{verb}"), &format!("{verb} x{hostile}"));
            assert!(!is_public && said.contains("control character"), "{verb}: {said:?}");
        }
    }
    let long = slack(&server, "anna", "long", &format!("note {}", "x".repeat(10_001))).1;
    assert!(long.contains("has 10001 letters"), "{long}");
    assert_eq!(entries(&server, "INC-1").len(), n);
    assert_eq!(n_incidents(&server), 1);
}
