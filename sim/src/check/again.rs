//! The same inputs again: from a log by engines that stop and start, and cut into smaller pieces.

use super::Broken;
use crate::drive::{Feed, Inputs, Nobody, Said, drive, engine, settings};
use crate::random::{Random, Use};
use hw_engine::{Engine, Input, Report};
use hw_flow::{Dictionary, DictionaryLimits};
use hw_model::{Batch, Definitions, Timestamp};
use hw_wire::{Arrival, LogRow, decode_snapshot, encode_dictionary, encode_snapshot};

/// How often the engine stops and starts again.
const STOPS: usize = 3;

/// Writes every input to a log, and feeds what is read back to engines that are saved, and restored
/// from what was saved, at places drawn from the seed: they must say the same, and remember the same
/// to the byte.
pub(crate) fn replayed(
    seed: u64,
    inputs: &Inputs,
    (first, said): (&Engine, &Said),
) -> Option<Broken> {
    let mut random = Random::new(seed, Use::Stops, &[]);
    let last = i64::try_from(inputs.all.len()).unwrap_or(i64::MAX) - 1;
    let mut stops: Vec<i64> = (0..STOPS).map(|_| random.between(0, last)).collect();
    stops.sort_unstable();
    let mut feed = Feed::new(engine());
    for ((now, input), place) in inputs.all.iter().zip(0..) {
        let Some(input) = read_back(input) else {
            let seen = format!("{input:?} does not come back from its row");
            return Some(Broken { check: "a log keeps what is written", seen });
        };
        feed.take(*now, input, &mut Nobody);
        if stops.contains(&place) {
            feed.engine = restored(&feed.engine);
        }
    }
    let (again, saved) = (feed.finish(), bytes(first));
    if let Some(seen) = difference(said, &again.1) {
        return Some(Broken { check: "a replay says the same", seen });
    }
    let is_same = bytes(&again.0) == saved;
    let seen = || format!("other bytes than the {} of an engine that never stopped", saved.len());
    (!is_same).then(|| Broken { check: "a restored engine remembers the same", seen: seen() })
}

/// An input as it comes back from its row in a log. The end of a recording is in no log.
fn read_back(input: &Input) -> Option<Input> {
    let row = match input.clone() {
        Input::Batch(batch) => {
            LogRow::Batch { batch, keys: Vec::new(), arrival: Arrival::Together }
        }
        Input::Told(told) => LogRow::Told(told),
        Input::Accepted(shift) => LogRow::Accepted(shift),
        Input::Opened(opening) => LogRow::Opened(opening),
        Input::Tick => LogRow::Tick,
        Input::End => return Some(Input::End),
    };
    Some(match LogRow::decode(&row.encode()).ok()? {
        LogRow::Batch { batch, .. } => Input::Batch(batch),
        LogRow::Told(told) => Input::Told(told),
        LogRow::Accepted(shift) => Input::Accepted(shift),
        LogRow::Opened(opening) => Input::Opened(opening),
        LogRow::Tick => Input::Tick,
    })
}

fn bytes(engine: &Engine) -> Vec<u8> {
    let dictionary = encode_dictionary(&Dictionary::new(DictionaryLimits::STANDARD));
    encode_snapshot(&engine.save(), &dictionary)
}

fn restored(engine: &Engine) -> Engine {
    let (restored, _) = decode_snapshot(&bytes(engine)).expect("invariant: a snapshot reads back");
    restored.engine(settings())
}

/// The first thing that was said otherwise.
fn difference(said: &Said, again: &Said) -> Option<String> {
    // A number that is none is not equal to itself, but it is written the same.
    if again == said || format!("{again:?}") == format!("{said:?}") {
        return None;
    }
    let first = said.outputs.iter().zip(&again.outputs).find(|(a, b)| a != b);
    Some(match first {
        Some((first, again)) => format!("first {first:?}, then {again:?}"),
        None => format!(
            "{} and {} outputs, equal reports: {}",
            said.outputs.len(),
            again.outputs.len(),
            said.report == again.report
        ),
    })
}

/// Feeds every batch in two pieces at the same time: no total may change.
pub(crate) fn split(inputs: &Inputs, said: &Said) -> Option<Broken> {
    let pieces: Vec<(Timestamp, Input)> = inputs.all.iter().flat_map(cut).collect();
    let (_, again) = drive(pieces.iter(), &mut Nobody);
    let (whole, pieces) = (totals(&said.report), totals(&again.report));
    let differs = whole.iter().zip(&pieces).find(|(a, b)| a != b);
    let seen = match differs {
        Some((whole, pieces)) => format!("whole {whole}, in pieces {pieces}"),
        None if whole.len() != pieces.len() => {
            format!("{} totals whole, {} in pieces", whole.len(), pieces.len())
        }
        None => return None,
    };
    Some(Broken { check: "pieces of a batch count as the whole", seen })
}

fn cut((now, input): &(Timestamp, Input)) -> Vec<(Timestamp, Input)> {
    let Input::Batch(batch) = input else { return vec![(*now, input.clone())] };
    let mut first = batch.clone();
    let second = Batch {
        definitions: Definitions::default(),
        spans: first.spans.split_off(first.spans.len() / 2),
        logs: first.logs.split_off(first.logs.len() / 2),
        sums: first.sums.split_off(first.sums.len() / 2),
    };
    [first, second].map(|batch| (*now, Input::Batch(batch))).into()
}

/// What was counted, in words that can be compared.
fn totals(report: &Report) -> Vec<String> {
    let coverage = std::iter::once(format!("{:?}", report.coverage));
    let hops = report.hops.iter().map(|counted| {
        let s = &counted.summary;
        let windows: u64 = counted.windows.iter().map(|(_, w)| u64::from(w.left)).sum();
        format!(
            "{}: entered {} left {} received {:?} calls {} failed {} repeated {}, {windows} in windows",
            counted.hop.id(),
            s.entered,
            s.left,
            s.received,
            s.calls,
            s.failed,
            s.repeated
        )
    });
    coverage.chain(hops).collect()
}
