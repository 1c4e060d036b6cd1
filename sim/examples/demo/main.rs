//! Plays a demo to a real engine and prints what it says, with what it cost.
//!
//! `cargo run --release -p hw-sim --example demo -- [SEED [QUIET_DAYS [STRETCH_S]]]`
#![expect(clippy::print_stdout, reason = "what is said is the output")]

mod listener;

use hw_model::Timestamp;
use hw_sim::{Demo, DemoSettings, Sent};
use listener::Listener;
use std::time::{Duration, Instant};

/// The story is over by then: Thursday, 2026-11-26 20:00 UTC.
const ENDS_BY: Timestamp = Timestamp(1_795_723_200_000_000_000);

fn main() {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u32>().expect("a number"));
    let seed = u64::from(arguments.next().unwrap_or(1));
    let quiet_days = arguments.next().unwrap_or(14);
    let stretch_s = arguments.next().unwrap_or(60);
    let demo = Demo::new(&DemoSettings { seed, ends_by: ENDS_BY, quiet_days });
    println!("{}", demo.world());
    println!("{:#?}\n", demo.facts());
    let sending = sent(&demo, stretch_s);
    let mut listener = Listener::new(&demo);
    let mut play = demo.play(stretch_s);
    let began = Instant::now();
    play.by_ref().for_each(|sent| listener.take(sent));
    let heard = listener.finish();
    let listening = began.elapsed().saturating_sub(sending);
    println!("{}", heard.transcript);
    println!("items too many: {}", play.tally().excess_items());
    println!("listening: {:.2} s with decoding; {}", listening.as_secs_f64(), memory());
}

/// Plays it without anybody who listens; how long that takes.
fn sent(demo: &Demo, stretch_s: u32) -> Duration {
    let began = Instant::now();
    let mut play = demo.play(stretch_s);
    let (mut n_requests, mut n_bytes) = (0, 0);
    for sent in play.by_ref() {
        if let Sent::Traces(request) | Sent::Logs(request) = sent {
            n_requests += 1;
            n_bytes += request.body.len();
        }
    }
    let (took, tally) = (began.elapsed(), play.tally());
    println!(
        "sending: {} spans and {} lines in {n_requests} requests of {} MB, {:.2} s, {:.2} us a span; {}",
        tally.n_spans,
        tally.n_lines,
        n_bytes / 1_000_000,
        took.as_secs_f64(),
        took.as_secs_f64() * 1e6 / tally.n_spans as f64,
        memory()
    );
    took
}

/// The most memory this process has had.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    peak.unwrap_or("memory unknown").split_whitespace().collect::<Vec<_>>().join(" ")
}
