//! Storms, and what happens at the limits.

use super::*;

#[test]
fn five_hundred_threads_are_three_messages_to_people_and_three_pages() {
    for manner in [Manner::People, Manner::Pager] {
        let mut one = One::new(manner);
        let begin = one.now;
        let mut told = Vec::new();
        for i in 0..500 {
            one.push(&format!("INC-{i}"), Kind::Firing, 1);
            // They come over half a minute.
            if i % 17 == 0 {
                one.wait(1);
            }
            told.extend(one.send(Outcome::Delivered));
        }
        while one.now < begin + 299 * SECOND {
            one.wait(1);
            told.extend(one.send(Outcome::Delivered));
        }
        assert!((2..=3).contains(&told.len()), "{manner:?}: {}", told.len());
        assert_eq!(told[0].thread, "INC-0");
        let last = told.last().unwrap();
        assert!(last.lines.iter().any(|line| line.contains("INC-499")), "{last:?}");
        assert!(last.lines.len() <= 11 && last.title.contains("incidents"), "{last:?}");
        assert_eq!(one.outbox.pending(), 0, "{manner:?}");
    }
}

#[test]
fn five_hundred_threads_are_few_requests_to_alertmanager() {
    let mut one = One::new(Manner::Alerts);
    for i in 0..500 {
        one.push(&format!("INC-{i}"), Kind::Firing, 1);
    }
    let mut sizes = Vec::new();
    while let Some(attempt) = one.next() {
        sizes.push(attempt.notices.len());
        one.outbox.done(&attempt, Outcome::Delivered, one.now);
    }
    assert_eq!(sizes, [200, 200, 100]);
}

#[test]
fn a_page_for_many_ends_when_the_last_of_them_ends() {
    let mut one = One::new(Manner::Pager);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    one.push("B", Kind::Firing, 1);
    one.push("C", Kind::Firing, 1);
    one.wait(30);
    let page = one.send(Outcome::Delivered).unwrap();
    assert_eq!((page.kind, page.thread.as_str()), (Kind::Firing, "C:1.digest"));
    one.push("B", Kind::Resolved, 2);
    // Its end may wait for longer than a day.
    one.wait(30 * 3600);
    assert_eq!(one.next(), None);
    one.push("C", Kind::Resolved, 2);
    let end = one.send(Outcome::Delivered).unwrap();
    assert_eq!((end.kind, end.thread.as_str()), (Kind::Resolved, "C:1.digest"));
    assert_ne!(end.key, page.key);
    assert_eq!((end.lines.len(), one.outbox.tally().expired), (2, 0));
    one.push("A", Kind::Resolved, 2);
    assert_eq!(one.told(), some("A", Kind::Resolved, 0));
}

#[test]
fn what_may_have_reached_people_counts_after_a_restart() {
    let mut one = One::new(Manner::People);
    let mut rows: Vec<Row> = Vec::new();
    for (thread, outcome) in [("A", Outcome::Delivered), ("B", later(true))] {
        rows.push(Row::new(notice(thread, Kind::Firing, 1), "r", one.now));
        one.push(thread, Kind::Firing, 1);
        one.send(outcome).unwrap();
        for change in one.outbox.take_changes() {
            rows.iter_mut().find(|row| row.notice.key == change.key).unwrap().state = change.state;
        }
        one.wait(30);
    }
    one.now -= 30 * SECOND;
    rows.push(Row::new(notice("C", Kind::Firing, 1), "r", one.now));
    one.outbox = Outbox::restored(LIMITS, &[("r", Manner::People)], rows);
    // B is not due yet, and the third message in five minutes not a second after the second.
    assert_eq!(one.next(), None);
    one.wait(5);
    assert_eq!(one.told(), some("B", Kind::Firing, 0));
    assert_eq!(one.told(), None);
    one.wait(90);
    assert_eq!(one.told(), some("C", Kind::Firing, 0));
}

#[test]
fn news_does_not_keep_alerts_from_being_repeated() {
    let mut one = One::new(Manner::Alerts);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    let mut last = one.now;
    for n in 2..400 {
        one.wait(1);
        one.push("B", Kind::Firing, n);
        if one.told().unwrap().0 == "A" {
            last = one.now;
        }
        assert!(one.now - last <= 130 * SECOND, "A would have ended by itself");
    }
}

#[test]
fn what_is_too_much_is_turned_away_and_counted_but_no_end_of_what_was_told() {
    for manner in [Manner::People, Manner::Pager, Manner::Alerts, Manner::Program] {
        let limits = Limits { pending_max: 2, open_max: 10 };
        let mut outbox = Outbox::new(limits, &[("r", manner)]);
        let now = SECOND;
        outbox.push(notice("A", Kind::Firing, 1), "r", now);
        let attempt = outbox.next(now).unwrap();
        outbox.done(&attempt, Outcome::Delivered, now);
        for i in 0..10 {
            outbox.push(notice(&format!("B{i}"), Kind::Firing, 1), "r", now);
        }
        assert_eq!((outbox.pending(), outbox.tally().turned_away), (2, 8), "{manner:?}");
        outbox.push(notice("A", Kind::Resolved, 2), "r", now);
        assert_eq!((outbox.pending(), outbox.tally().turned_away), (3, 8), "{manner:?}");
    }
}

#[test]
fn the_oldest_open_thread_is_forgotten_at_the_limit() {
    let limits = Limits { pending_max: 100, open_max: 2 };
    let mut outbox = Outbox::new(limits, &[("r", Manner::Program)]);
    for i in 0..5 {
        let now = SECOND * (i64::from(i) + 1);
        outbox.push(notice(&format!("A{i}"), Kind::Firing, 1), "r", now);
        let attempt = outbox.next(now).unwrap();
        outbox.done(&attempt, Outcome::Delivered, now);
    }
    assert_eq!(outbox.tally().forgotten, 3);
    outbox.push(notice("A0", Kind::Resolved, 2), "r", 10 * SECOND);
    assert_eq!(outbox.next(10 * SECOND), None);
    outbox.push(notice("A4", Kind::Resolved, 2), "r", 10 * SECOND);
    assert!(outbox.next(10 * SECOND).is_some());
}

#[test]
fn an_alert_whose_end_may_have_arrived_is_not_lit_again() {
    let mut one = One::new(Manner::Alerts);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    one.push("A", Kind::Resolved, 2);
    for _ in 0..20 {
        one.wait(60);
        if let Some(told) = one.send(later(true)) {
            assert_eq!(told.kind, Kind::Resolved);
        }
    }
}

#[test]
fn alerts_that_cannot_be_repeated_are_said_once_per_change() {
    let mut one = One::new(Manner::Alerts);
    one.push("A", Kind::Firing, 1);
    one.told().unwrap();
    one.push("B", Kind::Firing, 1);
    one.told().unwrap();
    one.outbox.take_changes();
    let mut said = Vec::new();
    let fates = [Outcome::Delivered, later(true), later(false), refused(), refused()];
    for fate in fates.into_iter().chain([Outcome::Delivered, Outcome::Delivered]) {
        one.wait(60);
        let attempt = one.next().unwrap();
        assert_eq!(attempt.notices.len(), 2, "{attempt:?}");
        one.outbox.done(&attempt, fate, one.now);
        for change in one.outbox.take_changes() {
            assert!(matches!(change.state, RowState::Told { is_over: false, .. }), "{change:?}");
            said.push((change.key, change.said.unwrap()));
        }
    }
    let reason = || "test".to_owned();
    let expect =
        [Said::Retry { reason: reason() }, Said::Refused { reason: reason() }, Said::Delivered];
    assert_eq!(said, expect.map(|said| ("A:1".to_owned(), said)));
}

#[test]
fn a_short_outage_does_not_end_alerts() {
    let slow = |after_s, may_have_arrived| Outcome::Later {
        reason: String::new(),
        after_s,
        may_have_arrived,
    };
    for fate in [slow(None, false), slow(None, true), slow(Some(3600), false)] {
        let mut one = One::new(Manner::Alerts);
        one.push("A", Kind::Firing, 1);
        one.told().unwrap();
        one.push("B", Kind::Firing, 1);
        let end = one.now + 1800 * SECOND;
        while one.now < end {
            let before = one.now;
            one.now = one.outbox.next_deadline(one.now).unwrap().max(one.now);
            assert!(one.now - before <= 60 * SECOND, "{fate:?}");
            while let Some(attempt) = one.next() {
                one.outbox.done(&attempt, fate.clone(), one.now);
            }
        }
        let mut heard = std::collections::BTreeSet::new();
        let over = one.now;
        while one.now <= over + 60 * SECOND {
            while let Some(attempt) = one.next() {
                heard.extend(attempt.notices.iter().map(|notice| notice.thread.clone()));
                one.outbox.done(&attempt, Outcome::Delivered, one.now);
            }
            one.wait(1);
        }
        assert_eq!(heard.len(), 2, "a minute after the outage both burn again: {fate:?}");
    }
}

#[test]
fn an_answer_to_something_else_ends_no_repeat() {
    let mut one = One::new(Manner::Alerts);
    one.push("A", Kind::Firing, 1);
    let first = one.next().unwrap();
    one.outbox.done(&first, Outcome::Delivered, one.now);
    one.wait(60);
    let repeat = one.next().unwrap();
    one.outbox.done(&first, Outcome::Delivered, one.now);
    one.outbox.done(&Attempt { message: "repeat-1".to_owned(), ..first }, refused(), one.now);
    assert_eq!(one.next(), None, "the repeat is still on its way");
    assert_eq!(one.outbox.tally().refused, 0);
    one.outbox.done(&repeat, later(false), one.now);
    one.wait(2);
    assert!(one.next().is_some());
}

#[test]
fn what_some_did_not_get_is_told_and_said() {
    let mut one = One::new(Manner::People);
    one.push("A", Kind::Firing, 1);
    one.send(Outcome::DeliveredInPart { reason: "not b".to_owned() }).unwrap();
    let last = one.outbox.take_changes().pop().unwrap();
    assert_eq!(last.said, Some(Said::DeliveredInPart { reason: "not b".to_owned() }));
    assert!(matches!(last.state, RowState::Told { is_certain: true, .. }), "{last:?}");
    assert_eq!((one.outbox.tally().delivered, one.outbox.pending()), (1, 0));
}
