//! The same inputs again: to a fresh engine, and cut into smaller pieces.

use super::Broken;
use crate::drive::{Inputs, Nobody, Said, drive};
use hw_engine::{Input, Report};
use hw_model::{Batch, Definitions, Timestamp};

/// Feeds the recorded inputs to a fresh engine: it must say the same.
pub(crate) fn played_again(inputs: &Inputs, said: &Said) -> Option<Broken> {
    let (_, again) = drive(inputs.all.iter(), &mut Nobody);
    // A number that is none is not equal to itself, but it is written the same.
    if again == *said || format!("{again:?}") == format!("{said:?}") {
        return None;
    }
    let first = said.outputs.iter().zip(&again.outputs).find(|(a, b)| a != b);
    let seen = match first {
        Some((first, again)) => format!("first {first:?}, then {again:?}"),
        None => format!(
            "{} and {} outputs, equal reports: {}",
            said.outputs.len(),
            again.outputs.len(),
            said.report == again.report
        ),
    };
    Some(Broken { check: "a replay says the same", seen })
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
