//! Bytes that nobody should send: nothing panics, nothing is half counted, and what is broken
//! changes nothing beside it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

#[path = "reading/words.rs"]
mod words;

use hw_flow::DictionaryLimits;
use hw_ingest::{
    CollationLimits, Encoding, Intake, Progress, ReadOptions, RecordingReader, Signal, decode,
};
use hw_model::Batch;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::path::Path;
use words::{BatchWords, Words};

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    std::fs::read(path).unwrap()
}

/// Real requests in both encodings, the shortest of each signal.
fn requests() -> Vec<(Vec<u8>, Encoding)> {
    let mut requests = Vec::new();
    for signal in ["traces", "logs", "metrics"] {
        let lines = zstd::decode_all(&*fixture(&format!("{signal}.jsonl.zst"))).unwrap();
        let mut lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').collect();
        lines.retain(|line| !line.is_empty());
        lines.sort_by_key(|line| line.len());
        requests.extend(lines.iter().take(4).map(|line| (line.to_vec(), Encoding::Json)));
        let frames = fixture(&format!("{signal}.pb"));
        let (length, rest) = frames.split_first_chunk::<4>().unwrap();
        let (frame, _) = rest.split_at(u32::from_be_bytes(*length) as usize);
        requests.push((frame.to_vec(), Encoding::Protobuf { signal: None }));
    }
    requests
}

fn intake() -> Intake {
    Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD)
}

/// Reads a request by itself.
fn alone(bytes: &[u8], encoding: Encoding) -> Option<BatchWords> {
    let mut intake = intake();
    let tally = decode(bytes, encoding, &mut intake).ok()?;
    let batch = intake.take_batch();
    assert_eq!(
        (batch.spans.len() + batch.logs.len() + batch.sums.len()) as u64,
        tally.spans + tally.evaluations + tally.logs + tally.points
    );
    Some(without_templates(Words::default().read(&batch)))
}

/// How a template is worded may change with every line that is like it.
fn without_templates(mut batch: BatchWords) -> BatchWords {
    batch.logs.iter_mut().for_each(|log| log.template.clear());
    batch
}

/// Reads a whole file; whether it is one does not matter.
fn read_file(bytes: Vec<u8>) -> Vec<Batch> {
    let limits = CollationLimits { records_in_memory_max: 16, ..CollationLimits::STANDARD };
    let mut reader = RecordingReader::new(ReadOptions::default(), None, limits);
    let stream = std::io::Cursor::new(bytes);
    if reader.read_stream(Path::new("any"), stream, &Progress::new()).is_err() {
        return Vec::new();
    }
    let playback = reader.finish().unwrap().into_playback();
    playback.map(|batch| batch.unwrap().1).collect()
}

fn encodings() -> impl Strategy<Value = Encoding> {
    let signals = [None, Some(Signal::Traces), Some(Signal::Logs), Some(Signal::Metrics)];
    let protobuf = signals.map(|signal| Encoding::Protobuf { signal });
    proptest::sample::select([&[Encoding::Json; 2][..], &protobuf].concat())
}

/// Pieces that JSON requests are made of, in any order.
fn json_like() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "null",
        "true",
        "-1",
        "0.5e3",
        " ",
        "\n",
        "\u{feff}",
        "é",
        "\"resourceSpans\":",
        "\"resource\":",
        "\"scopeSpans\":",
        "\"spans\":",
        "\"attributes\":",
        "\"key\":",
        "\"value\":",
        "\"stringValue\":",
        "\"arrayValue\":",
        "\"values\":",
        "\"traceId\":",
        "\"\\ud83d\"",
        "\"1700000000000000000\"",
        "\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[",
        "\"sum\":",
    ];
    vec(proptest::sample::select(pieces.to_vec()), 0..60)
        .prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..300), encoding in encodings()) {
        alone(&bytes, encoding);
    }

    #[test]
    fn anything_like_json_is_survived(bytes in json_like()) {
        alone(&bytes, Encoding::Json);
    }

    #[test]
    fn any_file_is_survived(
        head in proptest::sample::select(vec![&b""[..], b"{", b"\0\0\0\x05", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\n"]),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        read_file([head, &bytes].concat());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_request_changes_nothing_beside_it(
        which: Index, end: Index, flips in vec((any::<Index>(), 0..8_u8), 0..4), cut: bool,
    ) {
        let requests = requests();
        let (bytes, encoding) = which.get(&requests);
        let mut damaged = bytes.clone();
        if cut {
            damaged.truncate(end.index(bytes.len()));
        }
        for (at, bit) in flips {
            if !damaged.is_empty() {
                let at = at.index(damaged.len());
                damaged[at] ^= 1 << bit;
            }
        }
        let mut intake = intake();
        let mut words = Words::default();
        for (bytes, encoding) in &requests {
            decode(bytes, *encoding, &mut intake).unwrap();
            let read = without_templates(words.read(&intake.take_batch()));
            prop_assert_eq!(Some(read), alone(bytes, *encoding));
            let before = intake.dictionary().refusals();
            if decode(&damaged, *encoding, &mut intake).is_err() {
                prop_assert_eq!(intake.take_batch(), Batch::default());
                prop_assert_eq!(intake.dictionary().refusals(), before);
            } else {
                words.read(&intake.take_batch());
            }
        }
        alone(&damaged, *encoding);
    }

    #[test]
    fn damaged_file_is_survived(which: Index, at: Index, bit in 0..8_u8, end: Index) {
        let names = ["traces.jsonl.zst", "logs.jsonl.zst", "metrics.pb", "logs.pb"];
        let mut bytes = fixture(which.get::<&str>(&names));
        let flipped = at.index(bytes.len());
        bytes[flipped] ^= 1 << bit;
        read_file(bytes.clone());
        bytes.truncate(end.index(bytes.len()));
        read_file(bytes);
    }
}

#[test]
fn bomb_is_read_piece_by_piece() {
    let spaces = vec![b' '; 1 << 20];
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    for _ in 0..200 {
        std::io::Write::write_all(&mut encoder, &spaces).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 100_000);
    let file = [&bomb[..], &zstd::encode_all(&b"\n{}\n"[..], 1).unwrap()].concat();
    let mut reader = RecordingReader::new(ReadOptions::default(), None, CollationLimits::STANDARD);
    let stream = std::io::Cursor::new(file);
    reader.read_stream(Path::new("bomb"), stream, &Progress::new()).unwrap();
    let recording = reader.finish().unwrap();
    let report = &recording.totals().files[0];
    assert_eq!((report.requests, report.n_faults), (1, 1));
    assert_eq!(report.faults[0].reason, "line is longer than 64 MiB");
}
