//! Examples, and a world of receivers that fail and kills at any point.

use std::collections::BTreeMap;

use super::pace::SECOND;
use super::*;
use crate::notice::{Kind, Notice};
use crate::outcome::Outcome;

mod limits;
mod world;

const LIMITS: Limits = Limits { pending_max: 10_000, open_max: 10_000 };

pub(super) fn notice(thread: &str, kind: Kind, n: u32) -> Notice {
    Notice {
        key: format!("{thread}:{n}"),
        thread: thread.to_owned(),
        kind,
        title: format!("{thread} title {n}"),
        severity: None,
        lines: vec![format!("line {n}")],
        service: "screening".to_owned(),
        labels: BTreeMap::from([("n".to_owned(), n.to_string())]),
        started_at: 0,
        at: i64::from(n),
        ended_at: (kind == Kind::Resolved).then_some(i64::from(n)),
        link: None,
        folded: 0,
    }
}

fn later(may_have_arrived: bool) -> Outcome {
    Outcome::Later { reason: "test".to_owned(), after_s: None, may_have_arrived }
}

fn refused() -> Outcome {
    Outcome::Refused { reason: "test".to_owned() }
}

/// An outbox with one receiver, and the messages that left.
struct One {
    outbox: Outbox,
    now: i64,
}

impl One {
    fn new(manner: Manner) -> Self {
        Self { outbox: Outbox::new(LIMITS, &[("r", manner)]), now: 1_000 * SECOND }
    }

    fn push(&mut self, thread: &str, kind: Kind, n: u32) {
        self.outbox.push(notice(thread, kind, n), "r", self.now);
    }

    fn next(&mut self) -> Option<Attempt> {
        self.outbox.next(self.now)
    }

    fn send(&mut self, outcome: Outcome) -> Option<Notice> {
        let attempt = self.next()?;
        self.outbox.done(&attempt, outcome, self.now);
        assert_eq!(attempt.notices.len(), 1, "{attempt:?}");
        attempt.notices.into_iter().next()
    }

    /// What is told now, as thread, kind and count of folded news.
    fn told(&mut self) -> Option<(String, Kind, u32)> {
        self.send(Outcome::Delivered).map(|n| (n.thread, n.kind, n.folded))
    }

    fn wait(&mut self, seconds: i64) {
        self.now += seconds * SECOND;
    }

    fn endings(&mut self) -> Vec<(String, Ending)> {
        let ended =
            self.outbox.take_changes().into_iter().filter_map(|change| match change.state {
                RowState::Ended(ending) => Some((change.key, ending)),
                RowState::Waiting { .. } | RowState::Trying { .. } | RowState::Told { .. } => None,
            });
        ended.collect()
    }
}

fn some(thread: &str, kind: Kind, folded: u32) -> Option<(String, Kind, u32)> {
    Some((thread.to_owned(), kind, folded))
}

#[test]
fn people_hear_once_in_five_minutes_of_a_thread_and_the_rest_is_folded() {
    let mut one = One::new(Manner::People);
    one.push("A", Kind::Firing, 1);
    assert_eq!(one.told(), some("A", Kind::Firing, 0));
    one.push("A", Kind::Update, 2);
    one.push("A", Kind::Update, 3);
    one.push("A", Kind::Resolved, 4);
    one.wait(299);
    assert_eq!(one.told(), None);
    assert_eq!(one.outbox.next_deadline(one.now), Some(1_300 * SECOND));
    one.wait(1);
    assert_eq!(one.told(), some("A", Kind::Resolved, 2));
    assert_eq!(one.told(), None);
}

#[test]
fn the_newest_words_win_when_news_is_folded() {
    let mut one = One::new(Manner::People);
    one.push("A", Kind::Firing, 1);
    one.push("A", Kind::Update, 2);
    let told = one.send(Outcome::Delivered).unwrap();
    assert_eq!((told.kind, told.title.as_str(), told.folded), (Kind::Firing, "A title 2", 1));
    assert_eq!(told.key, "A:2");
}

#[test]
fn a_thread_that_is_over_before_it_was_told_is_dropped_as_one() {
    for manner in [Manner::People, Manner::Pager, Manner::Alerts] {
        let mut one = One::new(manner);
        one.push("A", Kind::Firing, 1);
        one.push("A", Kind::Resolved, 2);
        assert_eq!(one.next(), None, "{manner:?}");
        let ended: Vec<String> = one.endings().into_iter().map(|(key, _)| key).collect();
        assert_eq!(ended, ["A:1", "A:2"], "{manner:?}");
        assert_eq!(one.outbox.pending(), 0);
    }
}

#[test]
fn a_firing_that_surely_did_not_leave_is_dropped_with_its_end() {
    for manner in [Manner::People, Manner::Pager] {
        let mut one = One::new(manner);
        one.push("A", Kind::Firing, 1);
        let attempt = one.next().unwrap();
        one.push("A", Kind::Resolved, 2);
        one.outbox.done(&attempt, later(false), one.now);
        one.wait(3600);
        assert_eq!(one.next(), None, "{manner:?}");
        assert_eq!(one.endings().len(), 2, "{manner:?}");
    }
}

#[test]
fn program_hears_of_what_was_over_while_it_did_not_answer() {
    let mut one = One::new(Manner::Program);
    one.push("A", Kind::Firing, 1);
    let attempt = one.next().unwrap();
    one.push("A", Kind::Resolved, 2);
    one.outbox.done(&attempt, later(false), one.now);
    one.push("B", Kind::Firing, 3);
    one.push("B", Kind::Resolved, 4);
    one.wait(3600);
    let told =
        [("A", Kind::Firing), ("A", Kind::Resolved), ("B", Kind::Firing), ("B", Kind::Resolved)];
    for (thread, kind) in told {
        assert_eq!(one.told(), some(thread, kind, 0));
    }
}

#[test]
fn a_firing_that_may_have_arrived_counts_as_sent_and_its_end_waits_for_it() {
    for manner in [Manner::People, Manner::Pager, Manner::Alerts, Manner::Program] {
        let mut one = One::new(manner);
        one.push("A", Kind::Firing, 1);
        assert_eq!(one.send(later(true)).unwrap().kind, Kind::Firing);
        one.push("A", Kind::Resolved, 2);
        one.wait(3);
        let again = one.next().unwrap();
        assert_eq!(again.notices[0].kind, Kind::Firing, "{manner:?}");
        // While it is on its way, nothing else is.
        one.wait(3600);
        assert_eq!(one.next(), None, "{manner:?}");
        one.outbox.done(&again, Outcome::Delivered, one.now);
        one.wait(300);
        assert_eq!(one.told(), some("A", Kind::Resolved, 0), "{manner:?}");
    }
}

#[test]
fn a_firing_that_may_have_arrived_and_expires_is_still_resolved() {
    let mut one = One::new(Manner::Program);
    one.push("A", Kind::Firing, 1);
    one.send(later(true)).unwrap();
    one.wait(23 * 3600);
    one.push("A", Kind::Resolved, 2);
    one.wait(3601);
    let mut kinds = Vec::new();
    while let Some(told) = one.send(Outcome::Delivered) {
        kinds.push(told.kind);
    }
    assert_eq!(kinds, [Kind::Resolved]);
    assert_eq!(one.outbox.tally().expired, 1);
}

#[test]
fn machines_hear_each_change_of_state_at_once() {
    for manner in [Manner::Pager, Manner::Alerts, Manner::Program] {
        let mut one = One::new(manner);
        one.push("A", Kind::Firing, 1);
        assert_eq!(one.told(), some("A", Kind::Firing, 0));
        one.push("A", Kind::Resolved, 2);
        assert_eq!(one.told(), some("A", Kind::Resolved, 0), "{manner:?}");
    }
}

#[test]
fn a_pager_is_not_asked_for_news_of_what_it_knows() {
    let mut one = One::new(Manner::Pager);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    one.push("A", Kind::Update, 2);
    one.push("A", Kind::Firing, 3);
    assert_eq!(one.next(), None);
    assert_eq!(one.endings().len(), 2);
    one.push("A", Kind::Resolved, 4);
    one.push("A", Kind::Update, 5);
    assert_eq!(one.told(), some("A", Kind::Resolved, 1));
    one.push("A", Kind::Update, 6);
    assert_eq!(one.next(), None);
}

#[test]
fn news_of_a_thread_nobody_was_told_of_begins_it() {
    for manner in [Manner::People, Manner::Pager, Manner::Alerts] {
        let mut one = One::new(manner);
        one.push("A", Kind::Firing, 1);
        one.send(refused()).unwrap();
        one.push("A", Kind::Update, 2);
        one.wait(300);
        assert_eq!(one.told(), some("A", Kind::Firing, 0), "{manner:?}");
        one.push("A", Kind::Resolved, 3);
        one.wait(300);
        assert_eq!(one.told(), some("A", Kind::Resolved, 0), "{manner:?}");
    }
}

#[test]
fn the_end_of_a_refused_firing_is_not_told() {
    let mut one = One::new(Manner::Program);
    one.push("A", Kind::Firing, 1);
    one.send(refused()).unwrap();
    one.push("A", Kind::Resolved, 2);
    assert_eq!(one.next(), None);
    assert_eq!((one.outbox.tally().refused, one.outbox.tally().dropped), (1, 1));
}

#[test]
fn what_fires_again_while_its_end_waits_is_told_as_an_update() {
    let mut one = One::new(Manner::People);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    for n in 0..50 {
        one.push("A", Kind::Resolved, 2 + 2 * n);
        one.push("A", Kind::Firing, 3 + 2 * n);
    }
    one.wait(300);
    assert_eq!(one.told(), some("A", Kind::Update, 99));
    one.push("A", Kind::Resolved, 200);
    one.wait(300);
    assert_eq!(one.told(), some("A", Kind::Resolved, 0));
}

#[test]
fn an_alert_is_repeated_every_minute_until_it_is_over() {
    let mut one = One::new(Manner::Alerts);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    for _ in 0..3 {
        assert_eq!(one.next(), None);
        assert_eq!(one.outbox.next_deadline(one.now), Some(one.now + 60 * SECOND));
        one.wait(60);
        assert_eq!(one.told().unwrap().1, Kind::Firing);
    }
    one.push("A", Kind::Resolved, 2);
    let end = one.send(Outcome::Delivered).unwrap();
    // The labels are those the alert is known by.
    assert_eq!((end.kind, end.labels["n"].as_str()), (Kind::Resolved, "1"));
    one.wait(3600);
    assert_eq!(one.next(), None);
}

#[test]
fn an_alert_that_could_not_be_repeated_is_tried_again() {
    let mut one = One::new(Manner::Alerts);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    one.wait(60);
    one.send(later(true)).unwrap();
    assert_eq!(one.next(), None);
    one.wait(2);
    assert_eq!(one.told().unwrap().1, Kind::Firing);
    one.wait(60);
    one.send(refused()).unwrap();
    one.wait(60);
    assert!(one.told().is_some());
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    let mut one = One::new(Manner::Program);
    one.push("A", Kind::Firing, 1);
    one.push("B", Kind::Firing, 1);
    let slow =
        Outcome::Later { reason: String::new(), after_s: Some(120), may_have_arrived: false };
    one.send(slow).unwrap();
    one.wait(119);
    assert_eq!(one.next(), None);
    one.wait(1);
    assert!(one.told().is_some());
}

#[test]
fn a_message_that_always_fails_does_not_stop_the_others() {
    let mut one = One::new(Manner::Program);
    one.push("A", Kind::Firing, 1);
    for i in 0..20 {
        one.push(&format!("B{i}"), Kind::Firing, 1);
    }
    let mut told = 0;
    for _ in 0..600 {
        one.wait(1);
        while let Some(attempt) = one.next() {
            let poison = attempt.message == "A:1";
            told += u32::from(!poison);
            let outcome = if poison { later(true) } else { Outcome::Delivered };
            one.outbox.done(&attempt, outcome, one.now);
        }
    }
    assert_eq!(told, 20);
    assert_eq!(one.outbox.pending(), 1);
}

#[test]
fn a_day_without_success_is_said() {
    let mut one = One::new(Manner::People);
    one.push("A", Kind::Firing, 1);
    let end = one.now + 24 * 3600 * SECOND;
    while one.now < end {
        one.now = one.outbox.next_deadline(one.now).unwrap().max(one.now);
        one.send(later(false));
    }
    assert_eq!(one.endings().last(), Some(&("A:1".to_owned(), Ending::Expired)));
    assert_eq!((one.outbox.tally().expired, one.outbox.pending()), (1, 0));
}

#[test]
fn one_key_is_taken_once() {
    let mut one = One::new(Manner::Program);
    one.push("A", Kind::Firing, 1);
    one.push("A", Kind::Firing, 1);
    assert_eq!(one.outbox.pending(), 1);
    one.told().unwrap();
    one.push("A", Kind::Firing, 1);
    assert_eq!(one.next(), None);
    one.outbox.push(notice("A", Kind::Firing, 9), "nobody", one.now);
    assert_eq!(one.endings().len(), 1);
}

#[test]
fn receivers_do_not_wait_for_each_other() {
    let receivers = [("a", Manner::Program), ("b", Manner::People), ("c", Manner::Alerts)];
    let mut outbox = Outbox::new(LIMITS, &receivers);
    for receiver in ["a", "b", "c"] {
        outbox.push(notice("A", Kind::Firing, 1), receiver, 0);
    }
    let mut asked: Vec<String> =
        std::iter::from_fn(|| outbox.next(0)).map(|attempt| attempt.receiver).collect();
    asked.sort();
    assert_eq!(asked, ["a", "b", "c"]);
}

#[test]
fn rows_of_receivers_that_are_gone_are_ended_at_the_start() {
    let row = Row::new(notice("A", Kind::Firing, 1), "gone", 0);
    let mut outbox = Outbox::restored(LIMITS, &[("r", Manner::Program)], [row]);
    let changes = outbox.take_changes();
    assert!(matches!(changes[0].state, RowState::Ended(Ending::Dropped { .. })), "{changes:?}");
}

#[test]
fn rows_keep_their_form() {
    let mut row = Row::new(notice("A", Kind::Firing, 1), "r", 5);
    let json = serde_json::to_string(&row).unwrap();
    let expect = r#"{"receiver":"r","notice":{"key":"A:1","thread":"A","kind":"firing","title":"A title 1","severity":null,"lines":["line 1"],"service":"screening","labels":{"n":"1"},"started_at":0,"at":1,"ended_at":null,"link":null,"folded":0},"pushed_at":5,"state":{"waiting":{"n_attempts":0,"not_before":0,"folded":0,"net":"firing"}}}"#;
    assert_eq!(json, expect);
    row.notice.severity = Some(hw_incident::SeverityLevel::Sev2);
    let json = serde_json::to_string(&row).unwrap();
    assert!(json.contains(r#""severity":"SEV2""#), "{json}");
    let unknown = json.replace("SEV2", "SEV9");
    assert!(serde_json::from_str::<Row>(&unknown).is_err(), "{unknown}");
    for state in [
        RowState::Trying {
            message: "m".to_owned(),
            as_thread: Some("d".to_owned()),
            n_attempts: 3,
            not_before: 4,
            folded: 1,
            net: Kind::Resolved,
        },
        RowState::Told {
            at: 1,
            message: "m".to_owned(),
            as_thread: None,
            is_over: true,
            counts: true,
            is_certain: false,
        },
        RowState::Ended(Ending::Folded { into: "k".to_owned() }),
        RowState::Ended(Ending::TurnedAway),
    ] {
        row.state = state;
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row, "{json}");
    }
}

#[test]
fn other_words_are_told_wherever_a_notice_waits() {
    for manner in [Manner::People, Manner::Alerts, Manner::Program] {
        let mut one = One::new(manner);
        one.push("A", Kind::Firing, 1);
        one.told().unwrap();
        one.push("A", Kind::Update, 2);
        one.push("B", Kind::Firing, 3);
        one.outbox.reword("A", |notice| "veiled".clone_into(&mut notice.title));
        one.wait(3_600);
        let mut told = Vec::new();
        while let Some(attempt) = one.next() {
            told.extend(attempt.notices.iter().map(|notice| notice.title.clone()));
            one.outbox.done(&attempt, Outcome::Delivered, one.now);
            one.wait(600);
            if told.len() > 4 {
                break;
            }
        }
        assert!(told.iter().any(|title| title.contains("veiled")), "{manner:?}: {told:?}");
        assert!(!told.iter().any(|title| title.contains("A title")), "{manner:?}: {told:?}");
    }
}
