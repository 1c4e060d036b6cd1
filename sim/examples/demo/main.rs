//! Plays a demo to a real engine: prints what it says, whether that is right, and what it cost. Exit
//! code 1 if something is wrong.
//!
//! `cargo run --release -p hw-sim --example demo -- [SEED [QUIET_DAYS [STRETCH_S [whole]]]]`
#![expect(clippy::print_stdout, reason = "what is said is the output")]

mod claims;
mod listener;

use claims::{Claim, claims};
use hw_model::Timestamp;
use hw_sim::{Demo, DemoSettings, Sent, Tally};
use listener::{Feeding, Heard, Listener};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The story is over by then: Thursday, 2026-11-26 20:00 UTC.
const ENDS_BY: Timestamp = Timestamp(1_795_723_200_000_000_000);

/// What can be said on the command line.
struct Arguments {
    seed: u64,
    quiet_days: u32,
    stretch_s: u32,
    feeding: Feeding,
}

impl Arguments {
    fn read() -> Self {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let number = |at: usize, usual: u32| {
            words.get(at).map_or(usual, |word| word.parse().expect("a number was expected"))
        };
        let is_whole = words.get(3).is_some_and(|word| word == "whole");
        let feeding = if is_whole { Feeding::Whole } else { Feeding::BySecond };
        let (seed, quiet_days, stretch_s) = (number(0, 1).into(), number(1, 14), number(2, 60));
        Self { seed, quiet_days, stretch_s, feeding }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let (seed, quiet_days) = (arguments.seed, arguments.quiet_days);
    let demo = Demo::new(&DemoSettings { seed, ends_by: ENDS_BY, quiet_days });
    println!("{}", demo.world());
    let sending = send(&demo, &arguments);
    let began = Instant::now();
    let (heard, tally) = listen(&demo, &arguments);
    let listening = began.elapsed().saturating_sub(sending);
    println!("{}", heard.transcript);
    println!("listening: {:.2} s with decoding; {}\n", listening.as_secs_f64(), memory());
    let claims = claims(&demo.facts(), tally.excess_items, &heard);
    for Claim { what, holds, seen } in &claims {
        println!("{} {what}: {seen}", if *holds { "right" } else { "WRONG" });
    }
    ExitCode::from(u8::from(claims.iter().any(|claim| !claim.holds)))
}

/// Plays it without anybody who listens; how long that takes.
fn send(demo: &Demo, arguments: &Arguments) -> Duration {
    let began = Instant::now();
    let mut play = demo.play(arguments.stretch_s);
    let (mut n_requests, mut n_bytes) = (0, 0);
    for sent in play.by_ref() {
        if let Sent::Traces(request) | Sent::Logs(request) = sent {
            n_requests += 1;
            n_bytes += request.body.len();
        }
    }
    let took = began.elapsed();
    let (Tally { n_spans, n_lines, .. }, s) = (play.tally(), took.as_secs_f64());
    println!("sending: {n_spans} spans and {n_lines} lines in {n_requests} requests");
    println!(
        "sending: {} MB, {s:.2} s, {:.2} us a span",
        n_bytes / 1_000_000,
        s * 1e6 / n_spans as f64
    );
    println!("sending: {}", memory());
    took
}

fn listen(demo: &Demo, arguments: &Arguments) -> (Heard, Tally) {
    let mut listener = Listener::new(demo, demo.begins_at(), arguments.feeding);
    let mut play = demo.play(arguments.stretch_s);
    play.by_ref().for_each(|sent| listener.take(sent));
    (listener.finish(), play.tally())
}

/// The most memory this process has had.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    format!("peak memory {}", peak.unwrap_or("unknown").trim())
}
