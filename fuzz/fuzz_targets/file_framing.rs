//! Any bytes as a file: compression, lines, frames and collation survive, and the counts of what is
//! played are those that are told.
#![no_main]

use hw_ingest::{CollationLimits, Progress, ReadOptions, RecordingReader};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use std::path::Path;

fuzz_target!(|bytes: &[u8]| {
    let limits = CollationLimits { records_in_memory_max: 2, ..CollationLimits::STANDARD };
    let mut reader = RecordingReader::new(ReadOptions::default(), None, limits);
    let stream = Cursor::new(bytes.to_vec());
    if reader.read_stream(Path::new("fuzz"), stream, &Progress::new()).is_err() {
        return;
    }
    let mut playback = reader.finish().expect("temporary file").into_playback();
    let (mut n_spans, mut n_logs, mut n_sums) = (0, 0, 0);
    let mut last = None;
    for batch in playback.by_ref() {
        let (now, batch) = batch.expect("temporary file");
        assert!(last.is_none_or(|last| last < now));
        last = Some(now);
        n_spans += batch.spans.len() as u64;
        n_logs += batch.logs.len() as u64;
        n_sums += batch.sums.len() as u64;
    }
    let tally = playback.totals().tally;
    assert_eq!(tally.spans + tally.evaluations, n_spans);
    assert_eq!((tally.logs, tally.points), (n_logs, n_sums));
});
