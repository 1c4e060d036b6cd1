//! `kill -9` while people work and others are told: each message that is due arrives, none before that on
//! which it rests, and a kill costs one copy at most, with the same key.

use super::sink::{Manners, Sink, Taken};
use super::{Server, chat, with_settings};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Kills, if nobody says how many.
const KILLS: u64 = 12;

/// People who work at a time.
const HANDS: usize = 3;

/// What was acknowledged: the number of the last entry of each act, in its order, by incident.
type Due = BTreeMap<String, Vec<u64>>;

/// Tells the API until it answers.
fn tell(api: SocketAddr, path: &str, key: &str, body: &Value) -> Value {
    loop {
        let answer = Server::tell_at(api, path, key, &body.to_string());
        match answer {
            Some((200 | 201, answer)) => return answer,
            Some((status, answer)) if status < 500 => panic!("{status}: {answer}"),
            Some(_) | None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Opens incidents and ends them, one after the other, until it is told to stop.
fn work(api: SocketAddr, hand: usize, stop: &AtomicBool) -> Due {
    let mut due = Due::new();
    for n in 0.. {
        let by = format!("hand {hand}");
        let title = format!("hand {hand} incident {n}");
        let key = format!("{hand} {n}");
        let opened = tell(api, "/api/v1/incidents", &key, &json!({"title": title, "by": by}));
        let id = opened["incident"]["id"].as_str().unwrap().to_owned();
        let mut seqs = vec![1];
        for (step, to) in ["mitigated", "active", "resolved"].into_iter().enumerate() {
            let body = json!({"command": "status", "to": to, "reason": "x", "by": by});
            let path = format!("/api/v1/incidents/{id}/commands");
            // So that messages go out as fast as they come.
            std::thread::sleep(Duration::from_millis(50));
            let done = tell(api, &path, &format!("{key} {step}"), &body);
            seqs.push(done["entries"][0]["seq"].as_u64().unwrap());
        }
        due.insert(id, seqs);
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    due
}

/// Keys of the messages of an incident, as they were taken.
fn keys(taken: &[Taken]) -> BTreeMap<String, Vec<(u64, String)>> {
    let mut keys = BTreeMap::<String, Vec<(u64, String)>>::new();
    for Taken { id, body } in taken {
        let (thread, seq) = id.split_once('/').unwrap();
        let status = body["data"]["status"].as_str().unwrap().to_owned();
        let message = (seq.parse().unwrap(), status);
        keys.entry(thread.to_ascii_uppercase()).or_default().push(message);
    }
    keys
}

/// Whether alerts of Alertmanager's form burn at the end, by incident.
fn burning(taken: &[Taken]) -> BTreeMap<String, bool> {
    let mut burning = BTreeMap::new();
    let now = hw_api::rfc3339(hw_model::Timestamp(now_ns()));
    for alert in taken.iter().flat_map(|taken| taken.body.as_array().unwrap()) {
        let id = alert["labels"]["incident"].as_str().unwrap().to_owned();
        let is_over = alert["endsAt"].as_str().unwrap() <= now.as_str();
        assert!(!is_over || burning.contains_key(&id), "{id} ends before it began");
        burning.insert(id, !is_over);
    }
    burning
}

fn now_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_nanos()).unwrap()
}

/// Whether every act of every incident has arrived.
fn is_all_there(due: &Due, taken: &[Taken]) -> bool {
    let found = keys(taken);
    due.iter().all(|(id, seqs)| {
        let found: BTreeSet<u64> =
            found.get(id).into_iter().flatten().map(|(seq, _)| *seq).collect();
        seqs.iter().all(|seq| found.contains(seq))
    })
}

/// Copies of messages that were taken before.
fn n_copies(taken: &[Taken]) -> usize {
    let distinct: BTreeSet<&str> = taken.iter().map(|taken| taken.id.as_str()).collect();
    taken.len() - distinct.len()
}

/// `HIGHWATER_NOTIFY_KILLS` says how often; `cargo xtask kill --notify --n 100` says it there.
#[test]
fn every_message_that_is_due_arrives_over_kills_and_a_kill_costs_one_copy_at_most() {
    let n_kills = std::env::var("HIGHWATER_NOTIFY_KILLS").ok();
    let n_kills: u64 = n_kills.and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let folder = tempfile::tempdir().unwrap();
    // Some are told to come back.
    let manners = |n: u64| if n % 97 == 7 { Manners::TooMany } else { Manners::Take };
    let (program, alerts, people) = (Sink::with(manners), Sink::start(), Sink::start());
    let settings =
        super::webhook("program", &program) + &alertmanager(&alerts) + &chat("chat", &people);
    let mut server = with_settings(folder.path(), &settings);
    server.start();
    server.wait_until_ready();
    let (api, server, stop) = (server.api, Mutex::new(server), AtomicBool::new(false));
    let due: Due = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| {
                let stop = &stop;
                scope.spawn(move || work(api, hand, stop))
            })
            .collect();
        for kill in 0..n_kills {
            // Of different lengths, so that it is killed at work, at the start, and in between.
            std::thread::sleep(Duration::from_millis(150 + kill * 37 % 500));
            let mut server = server.lock().unwrap();
            server.kill();
            server.start();
        }
        server.lock().unwrap().wait_until_ready();
        stop.store(true, Ordering::Relaxed);
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    });
    let taken = program.wait("every message that is due", |taken| is_all_there(&due, taken));
    let order = keys(&taken);
    for (id, seqs) in &due {
        let mut found = order[id].clone();
        found.dedup();
        let expect: Vec<(u64, String)> = seqs
            .iter()
            .zip(["firing", "resolved", "firing", "resolved"])
            .map(|(seq, status)| (*seq, status.to_owned()))
            .collect();
        assert_eq!(found, expect, "{id}");
    }
    alerts.wait("the end of every alert", |taken| {
        let burning = burning(taken);
        due.keys().all(|id| burning.get(id).is_none_or(|burns| !burns))
    });
    let copies = n_copies(&taken);
    assert!(copies as u64 <= n_kills, "{copies} copies in {n_kills} kills");
    let n_people = people.taken().len();
    println!(
        "{n_kills} kills: {} incidents, {} messages due to a program, all taken in order, {copies} \
         copies; no alert ended before it began, and none burns on; {n_people} messages to people",
        due.len(),
        due.values().map(Vec::len).sum::<usize>(),
    );
    let mut server = server.into_inner().unwrap();
    server.ask_to_end();
    server.wait_for_end();
}

fn alertmanager(sink: &Sink) -> String {
    let at = sink.address;
    format!(
        "[[receivers]]\nname = \"alerts\"\nkind = \"alertmanager\"\nurl = \"http://{at}\"\n\
         allow_private = [\"{at}\"]\n"
    )
}
