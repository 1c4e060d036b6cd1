//! Changes that were taken back although they are innocent: how each stands, and what a pull request is
//! told of it.

#[path = "support/team.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod team;

use hw_incident::Status;
use hw_learn::{Log, RedeployState, redeploys};
use hw_model::{Change, ChangeId, Timestamp, Verdict};
use team::{again, case, day, deploy, judging, log, rollback, story};

/// A deploy on day 1 that was taken back on day 2, exonerated by an incident.
fn taken_back() -> (Vec<Change>, Change) {
    let made = deploy(1, "router", day(1.0));
    (vec![made.clone(), rollback(2, &made, day(2.0))], made)
}

fn judged(verdict: Verdict, more: Vec<Change>) -> Log {
    let (mut changes, _) = taken_back();
    changes.extend(more);
    log(changes, vec![judging(case(1, day(1.5)), 1, verdict)])
}

fn states(log: &Log) -> Vec<(u32, &'static str)> {
    redeploys(log).0.iter().map(|item| (item.change.id.0, item.state.word())).collect()
}

#[test]
fn innocent_change_waits_is_watched_and_is_ticked_off() {
    let (_, made) = taken_back();
    let waiting = judged(Verdict::Exonerated, vec![]);
    assert_eq!(states(&waiting), [(1, "waiting")]);
    let done_at = day(3.0);
    let mut log = judged(Verdict::Exonerated, vec![again(3, &made, done_at)]);
    log.now = done_at.plus_s(1_799.0);
    let (listed, _) = redeploys(&log);
    let until = done_at.plus_s(1_800.0);
    assert_eq!(listed[0].state, RedeployState::Watched { again: ChangeId(3), at: done_at, until });
    log.now = until;
    let (listed, _) = redeploys(&log);
    assert_eq!(listed[0].state, RedeployState::Done { again: ChangeId(3), at: done_at });
}

#[test]
fn only_what_is_exonerated_waits() {
    for (verdict, n_listed, n_unproven) in [
        (Verdict::Exonerated, 1, 0),
        (Verdict::NotImplicated, 0, 1),
        (Verdict::Undecided, 0, 1),
        (Verdict::Implicated, 0, 0),
    ] {
        let (listed, unproven) = redeploys(&judged(verdict, vec![]));
        assert_eq!((listed.len(), unproven.len()), (n_listed, n_unproven), "{verdict:?}");
        assert!(unproven.iter().all(|item| item.verdict == Some(verdict)));
    }
    let (changes, _) = taken_back();
    let (listed, unproven) = redeploys(&log(changes, vec![]));
    assert_eq!((listed.len(), unproven[0].verdict), (0, None), "no incident judged it");
    let never = log(vec![deploy(1, "a", day(1.0))], vec![]);
    assert_eq!(redeploys(&never), (vec![], vec![]), "it was not taken back");
}

#[test]
fn every_incident_that_counts_has_a_say() {
    let with = |second, status| {
        let mut log = judged(Verdict::Exonerated, vec![]);
        let mut other = judging(case(2, day(1.6)), 1, second);
        other.status = status;
        log.incidents.push(other);
        let (listed, unproven) = redeploys(&log);
        (listed.len(), unproven.len())
    };
    assert_eq!(with(Verdict::NotImplicated, Status::Resolved), (1, 0));
    assert_eq!(with(Verdict::Undecided, Status::Resolved), (0, 1));
    assert_eq!(with(Verdict::Implicated, Status::Resolved), (0, 0));
    assert_eq!(with(Verdict::Implicated, Status::Declined), (1, 0), "it was no incident");
}

#[test]
fn change_that_is_taken_back_twice_is_one_and_waits_again() {
    let (_, made) = taken_back();
    let second = again(3, &made, day(3.0));
    let third = again(5, &second, day(5.0));
    let twice = vec![second.clone(), rollback(4, &second, day(4.0))];
    assert_eq!(states(&judged(Verdict::Exonerated, twice.clone())), [(1, "waiting")]);
    let back = [twice, vec![third.clone()]].concat();
    assert_eq!(states(&judged(Verdict::Exonerated, back.clone())), [(1, "done")]);
    // Its last deploy is guilty of something else: it is on no list.
    let mut log = judged(Verdict::Exonerated, [back, vec![rollback(6, &third, day(6.0))]].concat());
    log.incidents.push(judging(case(2, day(5.1)), 5, Verdict::Implicated));
    assert_eq!(redeploys(&log), (vec![], vec![]));
}

#[test]
fn newer_version_takes_its_place() {
    let newer = deploy(3, "router", day(3.0));
    let other = deploy(4, "worklist", day(3.0));
    assert_eq!(states(&judged(Verdict::Exonerated, vec![other])), [(1, "waiting")]);
    let log = judged(Verdict::Exonerated, vec![newer]);
    let (listed, _) = redeploys(&log);
    assert_eq!(listed[0].state, RedeployState::Overtaken { by: ChangeId(3), at: day(3.0) });
    let (_, unproven) = redeploys(&judged(Verdict::Undecided, vec![deploy(3, "router", day(3.0))]));
    assert_eq!(unproven, [], "what was overtaken needs no verdict any more");
}

#[test]
fn what_has_to_be_done_comes_first_and_the_oldest_of_it() {
    let mut changes = Vec::new();
    let mut incident = case(1, day(1.5));
    for (id, taken_back_at) in [(10, 4.0), (20, 3.0), (30, 2.0)] {
        let made = deploy(id, &format!("s{id}"), day(1.0));
        changes.push(made.clone());
        changes.push(rollback(id + 1, &made, day(taken_back_at)));
        incident = judging(incident, id, Verdict::Exonerated);
        if id == 30 {
            changes.push(again(id + 2, &made, day(6.0)));
        }
    }
    let log = log(changes, vec![incident]);
    assert_eq!(states(&log), [(20, "waiting"), (10, "waiting"), (30, "done")]);
}

fn shown(at: Timestamp) -> String {
    format!("second {}", at.tick().0 - day(0.0).tick().0)
}

#[test]
fn comment_says_the_evidence_and_what_to_do() {
    let mut log = judged(Verdict::Exonerated, vec![]);
    log.incidents[0] = team::starting_at(log.incidents[0].clone(), "eligibility", None);
    let (listed, _) = redeploys(&log);
    assert_eq!(
        listed[0].comment(&shown),
        "**router 1\\.0\\.0 did not cause INC-1: it was rolled back and is innocent.**\n\
         \n\
         router 1\\.0\\.0 was deployed at second 86400 (C1) and rolled back at second 172800 (C2).\n\
         \n\
         In INC-1 (“incident 1”) the data exonerates it: the probability that it caused this is 0.00.\n\
         \n\
         - the evidence on C1\n\
         \n\
         It most likely starts at eligibility (97 % sure).\n\
         \n\
         It can be deployed again. Highwater knows the version when it comes, and watches for half an hour \
         whether the trouble returns. Times are UTC.\n"
    );
}

#[test]
fn story_is_ticked_off_with_its_evidence() {
    let (listed, unproven) = redeploys(&story());
    assert_eq!((listed.len(), unproven.len()), (1, 0));
    assert_eq!(listed[0].state.word(), "done");
    let comment = listed[0].comment(&shown);
    assert!(
        comment.starts_with("**router 2\\.0\\.0 did not cause INC-1, and runs again.**"),
        "{comment}"
    );
    assert!(comment.contains("- the evidence on C11\n"), "{comment}");
}

#[test]
fn nothing_from_outside_is_markup_or_calls_anybody() {
    let mut log = judged(Verdict::Exonerated, vec![]);
    let hostile = "<img src=x>\n# @everyone closes #12 [x](https://evil.example) `a` | b";
    log.incidents[0].title = hostile.to_owned();
    log.incidents[0].verdicts[0].because = vec![hostile.to_owned()];
    log.changes[0].service = hostile.to_owned();
    log.changes[0].to_version = Some(hostile.to_owned());
    let comment = redeploys(&log).0[0].comment(&shown);
    for bad in [" <img", "\n#", "@everyone", "#12", "](https", "://", "| b"] {
        let unescaped = comment.contains(bad) && !comment.contains(&format!("\\{bad}"));
        assert!(!unescaped, "{bad} in\n{comment}");
    }
    assert_eq!(comment.matches("\n- ").count(), 1, "{comment}");
}
