//! What a data folder counted, held against what was acknowledged.

use crate::senders::{Acknowledged, OPERATIONS};
use hw_detect::{Budget, Tuning};
use hw_engine::{EngineSettings, Memory};
use hw_flow::FlowSettings;
use hw_store::{Paths, Snapshots};
use hw_wire::decode_snapshot;
use std::collections::BTreeMap;
use std::path::Path;

/// Length of a window, in seconds.
const WINDOW_S: i64 = 10;

/// Entries, and items that left, of each operation by service and window.
pub(crate) type Counted = BTreeMap<(String, i64), BTreeMap<String, [u64; 2]>>;

/// What differs, in batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Acknowledged, and not counted.
    pub missing: u64,
    /// Counted more often than sent.
    pub double: u64,
    /// Not counted as a whole: some of its spans, and others not.
    pub partial: u64,
}

/// Reads the counts off the last snapshot of a server that has ended in order.
pub(crate) fn counted(folder: &Path) -> Counted {
    let snapshots = Snapshots::new(&Paths::of(folder));
    let newest = snapshots.steps().last().copied().expect("a server that ends saves all it knows");
    let (engine, _) = decode_snapshot(&snapshots.read(newest).unwrap().body).unwrap();
    let engine = engine.engine(EngineSettings {
        flow: FlowSettings::standard(WINDOW_S),
        budget: Budget { false_alarms_per_month: 1.0 },
        tuning: Tuning::STANDARD,
        memory: Memory::Recent,
    });
    let report = engine.report();
    assert_eq!(report.coverage.late, 0, "nothing came so late that its window was sealed");
    // Counting would take no span twice that it still remembers, but none should come so far.
    assert_eq!(report.coverage.duplicates, 0, "what came again was known before it was counted");
    let mut counted = Counted::new();
    for hop in report.hops {
        let Some(operation) = hop.hop.entry else { continue };
        for (at, counts) in hop.windows {
            let window = at.tick().0.div_euclid(WINDOW_S);
            let of = counted.entry((hop.hop.caller.clone(), window)).or_default();
            of.insert(operation.clone(), [counts.entered.into(), counts.left.into()]);
        }
    }
    counted
}

/// Compares, window by window. Each operation must have as many entries as batches were acknowledged,
/// and as many items must have left.
pub(crate) fn compare(acknowledged: &Acknowledged, counted: &Counted) -> Difference {
    let mut all = Difference::default();
    let windows = acknowledged.keys().chain(counted.keys());
    for window in windows.collect::<std::collections::BTreeSet<_>>() {
        let sent = acknowledged.get(window).copied().unwrap_or(0);
        let operations = counted.get(window);
        let of = |n: usize| operations.and_then(|all| all.get(&format!("operation {n}")));
        let counts: Vec<u64> =
            (0..OPERATIONS).flat_map(|n| of(n).copied().unwrap_or_default()).collect();
        let least = counts.iter().copied().min().unwrap_or(0);
        let most = counts.iter().copied().max().unwrap_or(0);
        all.missing += sent.saturating_sub(most);
        all.double += least.saturating_sub(sent);
        all.partial += most - least;
    }
    all
}
