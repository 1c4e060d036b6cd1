//! `highwater import`: a recording, sent to a running server.

use crate::client::{ClientError, Sender, SenderFlag};
use crate::exit::{Exit, NothingToRead};
use crate::faults;
use crate::progress::Bar;
use crate::text::count;
use crate::time_argument::TimeArgument;
use clap::Args;
use hw_ingest::{Acceptance, RecordedRequest, Requests};
use hw_model::Timestamp;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Send a recording to a running server, in order of time.
///
/// Reads what `analyze` reads: files of the OpenTelemetry Collector's file exporter, JSON lines or
/// length-framed protobuf, plain, .gz or .zst, in any order. The server should run with `--clock
/// data`: one that goes by the wall clock refuses what is older than an hour.
///
/// What was sent is durable when this ends. If the server goes away meanwhile, this waits two minutes
/// for it; if
/// it is stopped itself, start it again within a quarter of an hour: what was counted then is not
/// counted twice.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater serve --clock data --data /tmp/try &
  highwater import traces.jsonl.zst logs.jsonl.zst
  highwater import traces.jsonl.zst logs.jsonl.zst --to +15m      the first quarter of an hour
  highwater change list

It keeps a copy of the requests, not compressed, in the folder for temporary files while it runs.

Exit code: 0 if something was counted, 2 for a wrong command line, 3 if nothing can be read, nothing
counts, or no server answers.")]
pub(crate) struct Import {
    /// Files to read; give traces and logs of the same time together.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Only what came from this time on: 2026-11-22T06:44:00Z, Unix seconds, or +90s after the first.
    #[arg(long, value_name = "TIME")]
    from: Option<TimeArgument>,

    /// Only what came before this time.
    #[arg(long, value_name = "TIME")]
    to: Option<TimeArgument>,

    #[command(flatten)]
    receiver: SenderFlag,
}

/// What became of all requests.
#[derive(Default)]
struct Outcome {
    /// Requests that were acknowledged, and records in them that count.
    requests: u64,
    records: u64,
    /// Requests the receiver could not read, by reason.
    refused: BTreeMap<String, u64>,
    /// Records that do not count, by reason.
    turned_away: BTreeMap<String, u64>,
}

impl Import {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let bar = Bar::reading();
        let requests = Requests::read(&self.files, bar.progress());
        bar.finish();
        let requests = requests?;
        faults::say(requests.reports());
        if requests.n_left() == 0 {
            let why = "the files hold no record that can be used".to_owned();
            return Err(NothingToRead(why).into());
        }
        let first_at = requests.first_at();
        let limit = |time: Option<TimeArgument>| time.map(|time| time.resolve(first_at));
        let (from, to) = (limit(self.from), limit(self.to));
        let requests =
            requests.within(from.unwrap_or(Timestamp(i64::MIN)), to.unwrap_or(Timestamp(i64::MAX)));
        if requests.n_left() == 0 {
            let why = "nothing came between --from and --to".to_owned();
            return Err(NothingToRead(why).into());
        }
        let outcome = send(requests, &self.receiver.sender()?)?;
        outcome.say();
        Ok(if outcome.records > 0 { Exit::Fine } else { Exit::Unreadable })
    }
}

fn send(requests: Requests, sender: &Sender) -> anyhow::Result<Outcome> {
    let bar = Bar::sending(requests.bytes_left());
    let mut outcome = Outcome::default();
    for request in requests {
        let RecordedRequest { signal, encoding, body, n_records, .. } = request?;
        let sent = sender.send(signal, encoding, &body, |why| bar.wait(why));
        match sent {
            Ok(acceptance) => outcome.add(n_records, acceptance),
            Err(ClientError::Refused { why }) => {
                *outcome.refused.entry(why).or_default() += 1;
            }
            Err(error) => {
                bar.finish();
                return Err(anyhow::Error::new(error).context(format!(
                    "{} requests were sent and are durable; the rest was not",
                    outcome.requests
                )));
            }
        }
        bar.advance(body.len() as u64);
    }
    bar.finish();
    Ok(outcome)
}

impl Outcome {
    fn add(&mut self, n_records: u64, acceptance: Acceptance) {
        self.requests += 1;
        self.records += n_records.saturating_sub(acceptance.n_rejected);
        if acceptance.n_rejected > 0 {
            // Words without their numbers, so that equal reasons count together.
            let reason = acceptance.message.unwrap_or_default();
            *self.turned_away.entry(without_number(&reason)).or_default() += acceptance.n_rejected;
        }
    }

    fn say(&self) {
        let (requests, records) = (count(self.requests), count(self.records));
        anstream::eprintln!("{requests} requests acknowledged, {records} records durable");
        for (why, n) in &self.refused {
            anstream::eprintln!("warning: {n} refused: {}", crate::text::plain(why));
        }
        for (why, n) in &self.turned_away {
            anstream::eprintln!("warning: {n} records do not count: {}", crate::text::plain(why));
        }
    }
}

fn without_number(reason: &str) -> String {
    reason.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().to_owned()
}
