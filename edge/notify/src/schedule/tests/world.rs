//! A world in which receivers fail in every way and the process is killed at any point: what was
//! sent is compared with the promises of the outbox.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::pace::{SECOND, WINDOW};
use super::super::*;
use super::{LIMITS, later, notice, refused};
use crate::notice::{Kind, Notice};
use crate::outcome::Outcome;

const RECEIVERS: [(&str, Manner); 4] = [
    ("people", Manner::People),
    ("pager", Manner::Pager),
    ("alerts", Manner::Alerts),
    ("program", Manner::Program),
];

const THREADS: [&str; 4] = ["A", "B", "C", "D"];

#[derive(Debug, Clone)]
enum Step {
    /// News of a thread: it fires, goes on, or ends, whichever fits.
    News { thread: usize, ends: bool },
    /// Time passes.
    Wait { seconds: i64 },
    /// One message leaves, with this fate.
    Send { fate: Fate },
    /// The process dies; what was on its way may have arrived.
    Kill,
    /// It dies when the rows of news are written and nothing else is.
    NewsAndKill { thread: usize, ends: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Delivered,
    NotSent,
    LostAnswer,
    LostRequest,
    Refused,
    /// It is still on its way when the next steps happen.
    Slow,
    /// The process dies while it is on its way.
    KilledAfterArrival,
    KilledBeforeArrival,
    /// The process dies before it is written that something leaves, so nothing does.
    KilledBeforeWriting,
}

fn steps(with_refusals: bool) -> impl Strategy<Value = Vec<Step>> {
    let mut fates = vec![
        Fate::Delivered,
        Fate::Delivered,
        Fate::Delivered,
        Fate::NotSent,
        Fate::LostAnswer,
        Fate::LostRequest,
        Fate::Slow,
        Fate::KilledAfterArrival,
        Fate::KilledBeforeArrival,
        Fate::KilledBeforeWriting,
    ];
    if with_refusals {
        fates.push(Fate::Refused);
    }
    let step = prop_oneof![
        3 => (0..THREADS.len(), any::<bool>())
            .prop_map(|(thread, ends)| Step::News { thread, ends }),
        2 => prop_oneof![0..5_i64, 20..40_i64, 100..400_i64].prop_map(|seconds| Step::Wait { seconds }),
        6 => prop::sample::select(fates).prop_map(|fate| Step::Send { fate }),
        1 => Just(Step::Kill),
        1 => (0..THREADS.len(), any::<bool>())
            .prop_map(|(thread, ends)| Step::NewsAndKill { thread, ends }),
    ];
    prop::collection::vec(step, 1..120)
}

/// One message that left.
#[derive(Debug, Clone)]
struct Left {
    at: i64,
    receiver: String,
    message: String,
    /// Thread and kind of each notice.
    says: Vec<(String, Kind)>,
    arrived: bool,
}

/// Thread and kind of a notice; of a digest, those of its members follow.
fn said(notice: &Notice) -> Vec<(String, Kind)> {
    let mut says = vec![(notice.thread.clone(), notice.kind)];
    for line in notice.lines.iter().filter(|_| notice.thread.ends_with(".digest")) {
        let mut words = line.split([' ', ':']);
        let thread = words.next().unwrap().to_owned();
        let kinds = [Kind::Firing, Kind::Update, Kind::Resolved];
        let kind = words.next().and_then(|word| kinds.into_iter().find(|k| k.word() == word));
        says.push((thread, kind.unwrap()));
    }
    says
}

struct World {
    outbox: Outbox,
    rows: Vec<Row>,
    now: i64,
    n_news: u32,
    open: BTreeSet<usize>,
    slow: Vec<Attempt>,
    left: Vec<Left>,
    n_kills: usize,
    n_unknown: usize,
}

impl World {
    fn new() -> Self {
        Self {
            outbox: Outbox::new(LIMITS, &RECEIVERS),
            rows: Vec::new(),
            now: 1_000_000 * SECOND,
            n_news: 0,
            open: BTreeSet::new(),
            slow: Vec::new(),
            left: Vec::new(),
            n_kills: 0,
            n_unknown: 0,
        }
    }

    fn after(steps: &[Step]) -> Self {
        let mut world = Self::new();
        steps.iter().for_each(|step| world.step(step));
        world
    }

    /// Writes what is to be written, as a store would.
    fn write(&mut self) {
        for change in self.outbox.take_changes() {
            let row = self
                .rows
                .iter_mut()
                .find(|row| row.receiver == change.receiver && row.notice.key == change.key);
            row.expect("only rows that exist change").state = change.state;
        }
        self.rows.retain(|row| !matches!(row.state, RowState::Ended(_)));
    }

    fn kill(&mut self) {
        self.n_kills += 1;
        self.slow.clear();
        // What was decided and not written is lost with the process.
        self.outbox = Outbox::restored(LIMITS, &RECEIVERS, self.rows.clone());
        self.write();
    }

    fn news(&mut self, thread: usize, ends: bool) {
        let notice = self.written_news(thread, ends);
        for (receiver, _) in RECEIVERS {
            self.outbox.push(notice.clone(), receiver, self.now);
        }
        self.write();
    }

    /// The rows are written with what they tell of; only then they are pushed.
    fn written_news(&mut self, thread: usize, ends: bool) -> Notice {
        self.n_news += 1;
        let kind = match (self.open.contains(&thread), ends) {
            (false, _) => Kind::Firing,
            (true, false) => Kind::Update,
            (true, true) => Kind::Resolved,
        };
        match kind {
            Kind::Firing => self.open.insert(thread),
            Kind::Resolved => self.open.remove(&thread),
            Kind::Update | Kind::Test => false,
        };
        let notice = notice(THREADS[thread], kind, self.n_news);
        for (receiver, _) in RECEIVERS {
            self.rows.push(Row::new(notice.clone(), receiver, self.now));
        }
        notice
    }

    fn send(&mut self, fate: Fate) -> bool {
        let Some(attempt) = self.outbox.next(self.now) else {
            self.write();
            return false;
        };
        if fate == Fate::KilledBeforeWriting {
            self.kill();
            return true;
        }
        self.write();
        let arrived = matches!(
            fate,
            Fate::Delivered | Fate::LostAnswer | Fate::Slow | Fate::KilledAfterArrival
        );
        if fate != Fate::NotSent && fate != Fate::Refused {
            let says = attempt.notices.iter().flat_map(said).collect();
            let (receiver, message) = (attempt.receiver.clone(), attempt.message.clone());
            self.left.push(Left { at: self.now, receiver, message, says, arrived });
        }
        let outcome = match fate {
            Fate::Delivered => Outcome::Delivered,
            Fate::NotSent => later(false),
            Fate::LostAnswer | Fate::LostRequest => {
                self.n_unknown += 1;
                later(true)
            }
            Fate::Refused => refused(),
            Fate::Slow => {
                self.slow.push(attempt);
                return true;
            }
            Fate::KilledAfterArrival | Fate::KilledBeforeArrival | Fate::KilledBeforeWriting => {
                self.kill();
                return true;
            }
        };
        self.outbox.done(&attempt, outcome, self.now);
        self.write();
        true
    }

    fn land(&mut self) {
        for attempt in std::mem::take(&mut self.slow) {
            self.outbox.done(&attempt, Outcome::Delivered, self.now);
            self.write();
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::News { thread, ends } => self.news(*thread, *ends),
            Step::Wait { seconds } => {
                self.now += seconds * SECOND;
                self.land();
            }
            Step::Send { fate } => {
                self.send(*fate);
            }
            Step::Kill => self.kill(),
            Step::NewsAndKill { thread, ends } => {
                self.written_news(*thread, *ends);
                self.kill();
            }
        }
        self.check_deadline();
    }

    /// Before the deadline nothing is due, at the deadline it moves.
    fn check_deadline(&mut self) {
        let mut copy = self.outbox.clone();
        while copy.next(self.now).is_some() {}
        copy.take_changes();
        let Some(at) = copy.next_deadline(self.now) else {
            let later = self.now + 12 * 3600 * SECOND;
            assert_eq!(copy.next(later), None, "nothing was announced");
            return;
        };
        assert!(at > self.now, "a deadline in the past would never let anybody sleep");
        let before = copy.clone().next(at - 1);
        assert_eq!(before, None, "something was due before its time");
    }

    /// Everything works for a while.
    fn calm(&mut self) {
        self.land();
        let end = self.now + 2 * 3600 * SECOND;
        while self.now < end {
            while self.send(Fate::Delivered) {}
            let next = self.outbox.next_deadline(self.now).unwrap_or(end);
            self.now = next.clamp(self.now + 1, end);
        }
    }

    fn of<'a>(&'a self, receiver: &'a str) -> impl Iterator<Item = &'a Left> {
        self.left.iter().filter(move |left| left.receiver == receiver)
    }

    /// No end left before its beginning had left; nothing of an alert but its repetition follows.
    fn no_end_without_its_beginning(&self) {
        for (receiver, _) in RECEIVERS {
            let mut begun: BTreeSet<&str> = BTreeSet::new();
            for left in self.of(receiver) {
                for (thread, kind) in &left.says {
                    match kind {
                        Kind::Firing => {
                            begun.insert(thread);
                        }
                        // A digest for people ends nothing under its own name.
                        Kind::Resolved if receiver == "people" && thread.contains('.') => {}
                        Kind::Resolved => assert!(
                            begun.contains(thread.as_str()),
                            "{receiver}: {thread} ended before it began\n{:#?}",
                            self.left
                        ),
                        Kind::Update | Kind::Test => {}
                    }
                }
            }
        }
    }

    /// A message left more than once only after a kill or an unknown fate, and says the same.
    fn few_messages_twice(&self) {
        let mut n_twice = 0;
        let mut seen: BTreeMap<(&str, &str), &Left> = BTreeMap::new();
        for left in self.left.iter().filter(|left| !left.message.starts_with("repeat-")) {
            if let Some(before) = seen.insert((&left.receiver, &left.message), left) {
                n_twice += 1;
                assert_eq!(before.says, left.says, "a retry said something else");
            }
        }
        // One kill may catch a message on its way to every receiver.
        let n_max = self.n_unknown + self.n_kills * RECEIVERS.len();
        assert!(n_twice <= n_max, "{n_twice} messages twice, {n_max} reasons");
    }

    /// People are told at most three things in five minutes, also over restarts.
    fn people_are_not_flooded(&self) {
        for receiver in ["people", "pager"] {
            let mut first: BTreeMap<&str, i64> = BTreeMap::new();
            let counts = |left: &&Left| {
                receiver == "people" || left.says.iter().any(|(_, kind)| *kind == Kind::Firing)
            };
            for left in self.of(receiver).filter(counts) {
                first.entry(&left.message).or_insert(left.at);
            }
            let mut times: Vec<i64> = first.into_values().collect();
            times.sort_unstable();
            for four in times.windows(4) {
                assert!(four[3] - four[0] >= WINDOW, "{receiver}: {four:?}\n{:#?}", self.left);
            }
        }
    }

    /// When everything worked in the end, everybody knows how things stand.
    fn everybody_knows_in_the_end(&self) {
        for receiver in ["program", "alerts"] {
            let mut known: BTreeSet<&str> = BTreeSet::new();
            for left in self.of(receiver).filter(|left| left.arrived) {
                for (thread, kind) in &left.says {
                    match kind {
                        Kind::Firing => known.insert(thread),
                        Kind::Resolved => known.remove(thread.as_str()),
                        Kind::Update | Kind::Test => false,
                    };
                }
            }
            let open: BTreeSet<&str> = self.open.iter().map(|&i| THREADS[i]).collect();
            assert_eq!(known, open, "{receiver} does not know how things stand");
        }
        let mut pages: BTreeSet<&str> = BTreeSet::new();
        for left in self.of("pager").filter(|left| left.arrived) {
            let (page, kind) = &left.says[0];
            match kind {
                Kind::Firing => pages.insert(page),
                Kind::Resolved => pages.remove(page.as_str()),
                Kind::Update | Kind::Test => false,
            };
        }
        assert_eq!(pages.is_empty(), self.open.is_empty(), "{pages:?} {:?}", self.open);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn promises_hold_when_everything_fails(steps in steps(true)) {
        let mut world = World::after(&steps);
        world.calm();
        world.no_end_without_its_beginning();
        world.few_messages_twice();
        world.people_are_not_flooded();
        prop_assert_eq!(world.outbox.next(world.now - 1), None);
    }

    #[test]
    fn everybody_knows_in_the_end_whatever_failed_before(steps in steps(false)) {
        let mut world = World::after(&steps);
        world.calm();
        world.everybody_knows_in_the_end();
    }

    #[test]
    fn nothing_is_kept_of_what_is_over(steps in steps(true)) {
        let mut world = World::after(&steps);
        for thread in world.open.clone() {
            world.news(thread, true);
        }
        world.calm();
        prop_assert_eq!(world.outbox.pending(), 0);
        prop_assert!(world.rows.is_empty(), "{:#?}", world.rows);
    }
}
