//! Backlogs of simulated queues: what waits comes out later, what is halted never does.

#[path = "support/random.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod random;

use hw_stats::{Backlog, BacklogCourse, Counts, backlog};
use random::Random;

/// Rows of a place that can take so many items out in a row, of which a share goes on.
struct Queue {
    random: Random,
    waiting: f64,
}

impl Queue {
    fn new(seed: u64) -> Self {
        Self { random: Random(seed), waiting: 0.0 }
    }

    /// Some 50 come in; at most `able` are worked on, and of these `share` go on.
    fn row(&mut self, able: f64, share: f64) -> Option<Counts> {
        let n = self.random.poisson(50.0);
        self.waiting += n;
        let worked = self.waiting.min(able);
        self.waiting -= worked;
        Some(Counts::new(n, self.random.binomial(worked, share)))
    }

    fn rows(&mut self, n: usize, able: f64, share: f64) -> Vec<Option<Counts>> {
        (0..n).map(|_| self.row(able, share)).collect()
    }
}

fn found(usual: &[Option<Counts>], since: &[Option<Counts>]) -> Option<Backlog> {
    backlog(usual, since, 12)
}

#[test]
fn what_stops_grows_drains_and_is_gone() {
    let (mut held, mut right) = (0, 0);
    for seed in 0..50 {
        let mut queue = Queue::new(seed);
        let usual = queue.rows(120, 500.0, 0.5);
        let mut since = queue.rows(30, 20.0, 0.5);
        let growing = found(&usual, &since).unwrap();
        assert_eq!(growing.course, BacklogCourse::Growing, "{growing:?}");
        // Half of what waits would have gone on.
        let truth = 0.5 * queue.waiting;
        held += usize::from(growing.items.low <= truth && truth <= growing.items.high);
        assert!((growing.per_row.value - 15.0).abs() < 6.0, "{growing:?}");
        since.extend(queue.rows(20, 75.0, 0.5));
        let draining = found(&usual, &since).unwrap();
        assert_eq!(draining.course, BacklogCourse::Draining, "{draining:?}");
        assert!(draining.most > draining.items.value, "{draining:?}");
        let mut rows = 0.0;
        while queue.waiting > 0.0 {
            since.push(queue.row(75.0, 0.5));
            rows += 1.0;
        }
        let eta = draining.drained_in.unwrap();
        right += usize::from(eta.low <= rows && rows <= eta.high && eta.value > 0.0);
        since.extend(queue.rows(5, 500.0, 0.5));
        let drained = found(&usual, &since).unwrap();
        assert_eq!(drained.course, BacklogCourse::Drained, "{drained:?}");
        assert!(drained.most > 300.0 && drained.drained_in.is_none(), "{drained:?}");
    }
    assert!(held >= 44, "{held} of 50 intervals hold what waits");
    assert!(right >= 40, "{right} of 50 say when it is drained");
}

/// A filter that halts more: what it halts never comes out, and nobody is told that it drains.
#[test]
fn what_is_halted_stands() {
    let (mut held, mut stood) = (0, 0);
    for seed in 0..50 {
        let mut queue = Queue::new(1_000 + seed);
        let usual = queue.rows(120, 500.0, 0.5);
        let mut since = queue.rows(30, 500.0, 0.25);
        assert_eq!(found(&usual, &since).unwrap().course, BacklogCourse::Growing);
        since.extend(queue.rows(60, 500.0, 0.5));
        let standing = found(&usual, &since).unwrap();
        // A quarter of 30 times 50.
        held += usize::from(standing.items.low < 375.0 && standing.items.high > 375.0);
        stood += usize::from(standing.course == BacklogCourse::Standing);
    }
    assert!(held >= 45 && stood >= 49, "{held} hold what was halted, {stood} of 50 stand");
}

#[test]
fn nothing_lacks_where_all_is_as_usual() {
    let mut told = 0;
    for seed in 0..500 {
        let mut queue = Queue::new(5_000 + seed);
        let usual = queue.rows(120, 500.0, 0.5);
        told += usize::from(found(&usual, &queue.rows(60, 500.0, 0.5)).is_some());
        told += usize::from(found(&usual, &queue.rows(60, 500.0, 0.9)).is_some());
    }
    assert!(told <= 1, "{told} of 1,000");
    assert_eq!(found(&[], &[]), None);
    let nothing = vec![Some(Counts::default()); 50];
    assert_eq!(found(&nothing, &nothing), None);
    let mut queue = Queue::new(1);
    assert_eq!(found(&queue.rows(5, 500.0, 0.5), &queue.rows(30, 0.0, 0.5)), None);
}
