//! `kill -9` at any moment, under load from Python's exporters: nothing is lost, nothing counts
//! twice, no batch counts in part.
//!
//! 30 kills by default; `cargo xtask kill --n 1000` does more. Without Python and its OpenTelemetry
//! SDK it says that it was skipped; with `HIGHWATER_DEMAND_ALL` set that is a failure.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "kill/counting.rs"]
mod counting;
#[path = "support/python.rs"]
mod python;
#[path = "support/random.rs"]
mod random;
#[path = "kill/senders.rs"]
mod senders;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;
#[path = "kill/slow_network.rs"]
mod slow_network;

use counting::{Counted, Difference, compare, counted};
use python::python;
use random::Random;
use senders::{Acknowledged, OPERATIONS, Senders};
use server::Server;
use slow_network::n_lost;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Kills, if nobody says how many.
const KILLS: u64 = 30;

/// The longest life between two kills.
const LIFE: Duration = Duration::from_millis(1_500);

/// Within this after its start it is killed if it is to die young, and so long after it was asked to
/// end if it is to die while it ends.
const YOUTH: Duration = Duration::from_millis(150);

/// How long after a kill it should take requests again.
const READY: Duration = Duration::from_secs(2);

/// What becomes of a server.
#[derive(Clone, Copy)]
enum Fate {
    /// Killed at work.
    Killed,
    /// Killed at work, and again while it starts.
    KilledTwice,
    /// Asked to end, and killed while it does.
    KilledEnding,
    /// Asked to end, and left alone: the next one begins with a snapshot.
    Ends,
}

/// What the killing took.
#[derive(Default)]
struct Tally {
    n_kills: u64,
    n_ended: u64,
    ready: Vec<Duration>,
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_counts_nothing_twice() {
    let python = match python() {
        Ok(python) => python,
        Err(why) if std::env::var_os("HIGHWATER_DEMAND_ALL").is_some() => panic!("{why}"),
        Err(why) => {
            say(&format!("SKIPPED, nothing was killed. {why}"));
            say("It needs python3 with venv, and PyPI for the OpenTelemetry SDK.");
            return;
        }
    };
    let n_kills = std::env::var("HIGHWATER_KILLS").map_or(KILLS, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.start();
    server.wait_until_ready();
    let senders = Senders::start(&python, server.http, server.grpc);
    let mut tally = kill_often(&mut server, n_kills);
    let (acknowledged, tries) = senders.finish();
    let seal_at = acknowledged.keys().map(|(_, window)| window * 10).max().unwrap();
    seal(&server, seal_at);
    server.ask_to_end();
    server.wait_for_end();
    let difference = compare(&acknowledged, &counted(&server.data()));
    tell(&tally, &acknowledged, tries, difference);
    assert_eq!(difference, Difference::default());
    tally.ready.sort_unstable();
    let median = tally.ready[tally.ready.len() / 2];
    assert!(median <= READY, "half of the starts take longer than {median:.2?}");
    assert!(n_lost() > 0, "no batch came again that was counted: the test has tested nothing");
}

/// Lets it die and start again, over and over.
fn kill_often(server: &mut Server, n_kills: u64) -> Tally {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    let mut random = Random::new(seed.into());
    let mut tally = Tally::default();
    // Until the senders have started.
    std::thread::sleep(LIFE);
    while tally.n_kills < n_kills {
        std::thread::sleep(LIFE.mul_f64(random.next()));
        let fate = match random.below(12) {
            0 => Fate::Ends,
            1 | 2 => Fate::KilledEnding,
            3 | 4 => Fate::KilledTwice,
            _ => Fate::Killed,
        };
        meet(fate, server, YOUTH.mul_f64(random.next()), &mut tally);
        let began = Instant::now();
        server.start();
        server.wait_until_ready();
        tally.ready.push(began.elapsed());
    }
    tally
}

/// Ends the server as it is fated. What happens a second time happens `later`.
fn meet(fate: Fate, server: &mut Server, later: Duration, tally: &mut Tally) {
    match fate {
        Fate::Killed => {
            server.kill();
            tally.n_kills += 1;
        }
        Fate::KilledTwice => {
            server.kill();
            server.start();
            std::thread::sleep(later);
            server.kill();
            tally.n_kills += 2;
        }
        Fate::KilledEnding => {
            server.ask_to_end();
            std::thread::sleep(later);
            let was_killed = server.kill_if_alive();
            tally.n_kills += u64::from(was_killed);
            tally.n_ended += u64::from(!was_killed);
        }
        Fate::Ends => {
            server.ask_to_end();
            server.wait_for_end();
            tally.n_ended += 1;
        }
    }
}

/// Lets so much time pass by the data's clock that every window takes no more.
fn seal(server: &Server, last_s: i64) {
    for minutes in 5..8 {
        let at = format!("{}000000000", last_s + minutes * 60);
        let span = serde_json::json!({
            "traceId": format!("{minutes:032x}"), "spanId": format!("{minutes:016x}"),
            "name": "later", "kind": 2, "startTimeUnixNano": &at, "endTimeUnixNano": &at,
        });
        let request = serde_json::json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]});
        assert_eq!(server.post(&request.to_string()), Some(200));
    }
}

/// Prints what was measured.
fn tell(tally: &Tally, acknowledged: &Acknowledged, tries: u64, difference: Difference) {
    let n_batches: u64 = acknowledged.values().sum();
    let n_spans = n_batches * OPERATIONS as u64 * 2;
    let longest = tally.ready.iter().max().copied().unwrap_or_default();
    let n_slow = tally.ready.iter().filter(|took| **took > READY).count();
    let Tally { n_kills, n_ended, .. } = tally;
    let Difference { missing, double, partial } = difference;
    say(&format!("{n_kills} times killed with SIGKILL, {n_ended} times ended in order"));
    say(&format!("{n_batches} batches of {n_spans} spans acknowledged, in {tries} tries"));
    say(&format!("{} answers lost on their way, their batches sent again", n_lost()));
    say(&format!(
        "ready again after {:.2} s at most, {n_slow} times later than {} s",
        longest.as_secs_f64(),
        READY.as_secs()
    ));
    say(&format!("missing {missing}, double {double}, partial {partial}"));
}

/// Prints a line, also where the output of tests that pass is not shown.
fn say(line: &str) {
    // Nobody is left to read it if this fails.
    drop(writeln!(std::io::stderr(), "kill: {line}"));
}

/// As many batches as `sent` in one window, and these counts of the operations.
fn difference(sent: u64, counts: impl Fn(usize) -> u64) -> Difference {
    let window = ("a service".to_owned(), 7);
    let operation = |n| (format!("operation {n}"), [counts(n); 2]);
    let counted: Counted = [(window.clone(), (0..OPERATIONS).map(operation).collect())].into();
    compare(&[(window, sent)].into(), &counted)
}

#[test]
fn lost_doubled_and_broken_batches_are_told_apart() {
    let whole = Difference::default();
    assert_eq!(difference(3, |_| 3), whole);
    assert_eq!(difference(3, |_| 1), Difference { missing: 2, ..whole });
    assert_eq!(difference(3, |_| 4), Difference { double: 1, ..whole });
    assert_eq!(difference(3, |n| if n == 4 { 2 } else { 3 }), Difference { partial: 1, ..whole });
    assert_eq!(difference(0, |_| 1), Difference { double: 1, ..whole });
}
