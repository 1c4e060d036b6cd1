//! The recording in `examples/` is what the writer writes now, and reads back as what was written.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_ingest::{Progress, ReadOptions, Recording};
use hw_model::{NameId, Source};
use hw_sim::{Recorded, World, record};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SCENARIO: &str = "sim/scenarios/001-gate-always-open.txt";
const FILES: [&str; 2] = ["traces.jsonl.zst", "logs.jsonl.zst"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files() -> [PathBuf; 2] {
    FILES.map(|name| root().join("examples/gate-always-open").join(name))
}

fn recorded() -> Recorded {
    let script = std::fs::read_to_string(root().join(SCENARIO)).unwrap();
    let world = World::from_script(SCENARIO, &script).unwrap();
    record(&world.at_rate(World::parse_rate("5/s").unwrap()))
}

/// The first line in which both differ, so that megabytes need not be shown.
fn assert_same(file: &Path, kept: &[u8], now: &[u8]) {
    let lines = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (kept, now) = (lines(kept), lines(now));
    if let Some(((kept, now), line)) =
        kept.lines().zip(now.lines()).zip(1..).find(|(l, _)| l.0 != l.1)
    {
        let start = |text: &str| text.chars().take(600).collect::<String>();
        panic!(
            "{} line {line}\n  kept: {}\n  now:  {}\nmake it again as its README says",
            file.display(),
            start(kept),
            start(now)
        );
    }
    assert_eq!(kept.len(), now.len(), "{}", file.display());
}

#[test]
fn example_is_what_its_scenario_writes_now() {
    let recorded = recorded();
    let mut n_packed = 0;
    for (file, now) in files().iter().zip([recorded.traces, recorded.logs]) {
        let packed = std::fs::read(file).unwrap();
        n_packed += packed.len();
        let kept = zstd::decode_all(packed.as_slice()).unwrap();
        assert_same(file, &kept, &now);
    }
    assert!(n_packed < 1_500_000, "{n_packed} bytes are too many to keep in the repo");
}

#[test]
fn example_reads_back_with_as_many_records_of_each_service_as_were_written() {
    let recording =
        Recording::read(&files(), ReadOptions::default(), None, &Progress::new()).unwrap();
    let (mut names, mut sources): (Vec<Box<str>>, Vec<Source>) = (Vec::new(), Vec::new());
    let (mut n_spans, mut n_lines) = (BTreeMap::new(), BTreeMap::new());
    let mut playback = recording.into_playback();
    for played in &mut playback {
        let (_, batch) = played.unwrap();
        names.extend(batch.definitions.names);
        sources.extend(batch.definitions.sources);
        let name = |NameId(name)| names[name as usize].to_string();
        for span in &batch.spans {
            *n_spans.entry(name(sources[span.source.0 as usize].service)).or_insert(0) += 1;
        }
        for log in &batch.logs {
            *n_lines.entry(name(sources[log.source.0 as usize].service)).or_insert(0) += 1;
        }
    }
    let (totals, recorded) = (playback.totals(), recorded());
    assert_eq!((totals.tally.n_rejected(), totals.duplicates), (0, 0));
    assert_eq!(n_spans, recorded.n_spans);
    assert_eq!(n_lines, recorded.n_lines);
    assert_eq!(n_spans.len(), 7, "{n_spans:?}");
}
