//! Whether each receiver could be told, and what waits for it.

use super::checks::Check;
use crate::progress::Bar;
use hw_notify::schedule::{Row, RowState};
use hw_notify::{Courier, Outcome, Probe, Receiver};
use hw_store::{Paths, Reader};
use std::collections::BTreeMap;
use std::path::Path;

/// Asks every receiver, all at a time: one that hangs takes ten seconds.
pub(super) fn checks(receivers: &[Receiver], folder: &Path) -> anyhow::Result<Vec<Check>> {
    if receivers.is_empty() {
        let words = "nobody is told of incidents: name receivers in the settings file";
        return Ok(vec![Check::odd("receivers", words)]);
    }
    let courier = Courier::new(None)?;
    let waiting = waiting(folder);
    let bar = Bar::asking(receivers.len() as u64);
    let probes: Vec<Probe> = std::thread::scope(|scope| {
        let probe = |receiver| {
            let (courier, bar) = (&courier, &bar);
            scope.spawn(move || {
                let probe = courier.probe(receiver);
                bar.advance(1);
                probe
            })
        };
        let running: Vec<_> = receivers.iter().map(probe).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
    });
    bar.finish();
    let checks = receivers.iter().zip(probes).map(|(receiver, probe)| {
        let n = waiting.get(&receiver.name).copied().unwrap_or(0);
        check(&receiver.name, &probe, n)
    });
    Ok(checks.collect())
}

fn panicked() -> Probe {
    let reason = "asking it ended badly; this is a fault of Highwater's".to_owned();
    Probe { did: "asked it", outcome: Outcome::Refused { reason } }
}

fn check(name: &str, probe: &Probe, n_waiting: usize) -> Check {
    let Probe { did, outcome } = probe;
    let waits = match n_waiting {
        0 => String::new(),
        1 => "; 1 message waits for it".to_owned(),
        n => format!("; {n} messages wait for it"),
    };
    match outcome {
        Outcome::Delivered => Check::fine(name.to_owned(), format!("{did}: it answers{waits}")),
        Outcome::DeliveredInPart { reason } => {
            Check::odd(name.to_owned(), format!("{did}: {reason}{waits}"))
        }
        Outcome::Later { reason, .. } | Outcome::Refused { reason } => {
            Check::bad(name.to_owned(), format!("{did}: {reason}{waits}"))
        }
    }
}

/// How many messages wait for each receiver; none where there is no data yet.
fn waiting(folder: &Path) -> BTreeMap<String, usize> {
    let rows = Reader::open(&Paths::of(folder)).ok().and_then(|reader| reader.outbox().ok());
    let mut waiting = BTreeMap::new();
    for row in rows.into_iter().flatten().flatten() {
        let known: Option<Row> = serde_json::from_slice(&row.row).ok();
        let is_waiting =
            |row: &Row| matches!(row.state, RowState::Waiting { .. } | RowState::Trying { .. });
        if known.as_ref().is_some_and(is_waiting) {
            *waiting.entry(row.receiver).or_insert(0) += 1;
        }
    }
    waiting
}
