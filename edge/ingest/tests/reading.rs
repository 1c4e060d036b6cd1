//! Whole recordings: real ones of all formats, and files that are none.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

#[path = "reading/words.rs"]
mod words;

use hw_ingest::{
    CollationLimits, Progress, ReadError, ReadOptions, Recording, RecordingReader, Rejection,
    Totals,
};
use hw_model::{Batch, Outcome, Severity, SpanKind, Timestamp};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use words::{BatchWords, LogWords, SpanWords, Words};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn fixture_lines(signal: &str) -> Vec<u8> {
    zstd::decode_all(std::fs::File::open(fixture(&format!("{signal}.jsonl.zst"))).unwrap()).unwrap()
}

fn fixture_frames(signal: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("{signal}.pb"))).unwrap()
}

type Played = (Vec<(Timestamp, Batch)>, Totals);

fn try_read(paths: &[PathBuf]) -> Result<Played, ReadError> {
    let recording = Recording::read(paths, ReadOptions::default(), None, &Progress::new())?;
    let mut playback = recording.into_playback();
    let batches = playback.by_ref().collect::<Result<Vec<_>, _>>()?;
    Ok((batches, playback.totals().clone()))
}

/// Reads files of this content, in this order, under names that say nothing.
fn try_read_bytes(contents: &[&[u8]]) -> Result<Played, ReadError> {
    let dir = TempDir::new().unwrap();
    let write = |(n, bytes): (usize, &&[u8])| {
        let path = dir.path().join(format!("file{n}"));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let paths: Vec<PathBuf> = contents.iter().enumerate().map(write).collect();
    try_read(&paths)
}

fn read_bytes(contents: &[&[u8]]) -> Played {
    try_read_bytes(contents).unwrap()
}

fn in_words(played: &Played) -> Vec<BatchWords> {
    let mut words = Words::default();
    played.0.iter().map(|(_, batch)| words.read(batch)).collect()
}

fn spans(played: &Played) -> Vec<SpanWords> {
    in_words(played).into_iter().flat_map(|batch| batch.spans).collect()
}

/// What was played and counted, without the names of files.
fn without_files(mut played: Played) -> Played {
    played.1.files.clear();
    played
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn framed(requests: &[Vec<u8>]) -> Vec<u8> {
    let frame = |request: &Vec<u8>| {
        let length = u32::try_from(request.len()).unwrap().to_be_bytes();
        [&length[..], request].concat()
    };
    requests.iter().flat_map(frame).collect()
}

fn frames(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (frame, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        frames.push(frame.to_vec());
        bytes = rest;
    }
    frames
}

/// How many spans are of this service, kind and operation, and how many of them failed.
fn count(spans: &[SpanWords], service: &str, kind: SpanKind, operation: &str) -> (usize, usize) {
    let is_one = |span: &&SpanWords| {
        span.source[0] == service && span.kind == kind && span.operation == operation
    };
    let found: Vec<_> = spans.iter().filter(is_one).collect();
    let n_failed = found.iter().filter(|span| span.outcome == Outcome::Failed).count();
    (found.len(), n_failed)
}

#[test]
fn recorded_spans_are_read_as_they_were_sent() {
    let played = read_bytes(&[&fixture_lines("traces")]);
    let (spans, totals) = (spans(&played), &played.1);
    assert_eq!((totals.tally.spans, totals.tally.n_rejected(), totals.duplicates), (122, 0, 0));
    assert_eq!(spans.len(), 122);
    assert_eq!(count(&spans, "intake", SpanKind::Server, "POST /items"), (18, 2));
    assert_eq!(count(&spans, "intake", SpanKind::Client, "POST"), (18, 2));
    assert_eq!(count(&spans, "screening", SpanKind::Client, "POST"), (8, 1));
    assert_eq!(count(&spans, "worklist", SpanKind::Server, "POST /items"), (28, 0));
    assert_eq!(count(&spans, "catalog", SpanKind::Server, "GET /info/<kind>"), (8, 0));
    assert_eq!(count(&spans, "eligibility", SpanKind::Server, "GET /none"), (1, 0));
    let decisions: Vec<_> = spans.iter().filter(|span| span.operation == "POST /decide").collect();
    let n = |answer: &str| decisions.iter().filter(|span| span.answers[0] == answer).count();
    assert_eq!((n("eligibility.answer=go"), n("eligibility.answer=halt")), (13, 14));
    let decide = decisions[0];
    assert_eq!(decide.answers[1], "status=200");
    assert_eq!(decide.source[1..3], ["production", "0.9.7"]);
    assert_eq!(decide.source[4], "opentelemetry python 1.45.1");
    let call =
        spans.iter().find(|span| span.kind == SpanKind::Client && span.source[0] == "intake");
    let call = call.unwrap();
    assert_eq!((&*call.peer, &*call.path), ("127.0.0.1:21002", "/items"));
}

#[test]
fn recorded_logs_and_metrics_are_read_as_they_were_sent() {
    let played = read_bytes(&[&fixture_lines("logs"), &fixture_lines("metrics")]);
    let logs: Vec<_> = in_words(&played).into_iter().flat_map(|batch| batch.logs).collect();
    let n = |template: &str, severity: Severity| {
        let is_one = |log: &&LogWords| log.template == template && log.severity == severity;
        logs.iter().filter(is_one).count()
    };
    assert_eq!(n("item <*> may go", Severity::Info), 55);
    assert_eq!(n("item <*> halted", Severity::Info), 18);
    assert_eq!(n("rules snapshot <*> is empty, using defaults", Severity::Warn), 9);
    let tally = played.1.tally;
    assert_eq!((tally.logs, tally.points, tally.ignored), (84, 0, 63));
}

#[test]
fn protobuf_of_the_same_requests_gives_the_same_records() {
    for signal in ["traces", "logs", "metrics"] {
        let lines = without_files(read_bytes(&[&fixture_lines(signal)]));
        let frames = without_files(read_bytes(&[&fixture_frames(signal)]));
        assert_eq!(in_words(&lines), in_words(&frames), "{signal}");
        assert_eq!(lines, frames, "{signal}");
    }
}

#[test]
fn signals_may_be_mixed_and_files_come_in_any_order() {
    let files = [fixture_lines("traces"), fixture_frames("logs"), fixture_lines("metrics")];
    let [traces, logs, metrics] = files.each_ref().map(Vec::as_slice);
    let expect = without_files(read_bytes(&[traces, logs, metrics]));
    assert_eq!(expect.1.tally.spans, 122);
    assert_eq!(without_files(read_bytes(&[metrics, traces, logs])), expect);
    let one = [traces, &fixture_lines("logs"), metrics].concat();
    assert_eq!(without_files(read_bytes(&[&one])), expect);
}

#[test]
fn compression_is_undone_whatever_its_pieces() {
    let lines = fixture_lines("traces");
    let expect = without_files(read_bytes(&[&lines]));
    let (first, second) = lines.split_at(50_000);
    let skippable = [&[0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(&lines)].concat();
    let files = [
        gzip(&lines),
        [gzip(first), gzip(second)].concat(),
        zstd(&lines),
        [zstd(first), zstd(second)].concat(),
        skippable,
    ];
    for file in files {
        assert_eq!(without_files(read_bytes(&[&file])), expect);
    }
}

#[test]
fn frames_may_be_compressed_one_by_one_and_hold_json() {
    let expect = without_files(read_bytes(&[&fixture_frames("traces")]));
    let requests = frames(&fixture_frames("traces"));
    let lines: Vec<Vec<u8>> =
        fixture_lines("traces").split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let files = [
        framed(&requests.iter().map(|frame| zstd(frame)).collect::<Vec<_>>()),
        framed(&requests.iter().map(|frame| gzip(frame)).collect::<Vec<_>>()),
        framed(&lines),
        framed(&lines.iter().map(|line| zstd(line)).collect::<Vec<_>>()),
        zstd(&framed(&requests)),
    ];
    for file in files {
        assert_eq!(without_files(read_bytes(&[&file])), expect);
    }
}

#[test]
fn lines_may_have_blanks_and_a_byte_order_mark() {
    let lines = fixture_lines("traces");
    let expect = without_files(read_bytes(&[&lines]));
    let text = String::from_utf8(lines).unwrap();
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let airy = format!("\n\n  \t\n{}\n \n", text.replace('\n', "\n\n"));
    for text in [windows, airy, text.trim_end().to_owned()] {
        assert_eq!(without_files(read_bytes(&[text.as_bytes()])), expect);
    }
}

#[test]
fn bad_lines_are_faults_with_their_numbers_and_the_rest_is_read() {
    let lines = fixture_lines("traces");
    let mut all: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').collect();
    let torn = &all[4][..500];
    all.splice(2..2, [&b"hello"[..], b"[1, 2]", b"", torn, b"{\"hello\": 1}", b"\xff\xfe"]);
    let (_, totals) = read_bytes(&[&all.join(&b'\n')]);
    assert_eq!(totals.tally.spans, 122);
    let report = &totals.files[0];
    assert_eq!((report.requests, report.n_faults), (30, 5));
    let found: Vec<_> = report.faults.iter().map(|fault| (fault.line, &*fault.reason)).collect();
    let shape = "not an OTLP request: expected an object with resourceSpans, resourceLogs or \
                 resourceMetrics at byte 0";
    assert_eq!(
        found,
        [
            (
                3,
                "not valid JSON: expected an object with resourceSpans, resourceLogs or resourceMetrics at byte 0"
            ),
            (4, shape),
            (6, "ends in the middle at byte 500"),
            (7, shape),
            (8, "not valid UTF-8 at byte 0"),
        ]
    );
}

#[test]
fn many_faults_are_counted_and_the_first_are_told() {
    let text = [b"{}\n".to_vec(), b"x\n".repeat(1000)].concat();
    let (_, totals) = read_bytes(&[&text]);
    let report = &totals.files[0];
    assert_eq!((report.requests, report.n_faults, report.faults.len()), (1, 1000, 20));
}

#[test]
fn broken_stream_keeps_what_was_read_before() {
    let lines = fixture_lines("traces");
    for (name, mut bytes) in [("gzip", gzip(&lines)), ("zstd", zstd(&lines))] {
        bytes.truncate(bytes.len() - 9);
        let (_, totals) = read_bytes(&[&bytes]);
        let report = &totals.files[0];
        assert!(report.requests > 10, "{name}: {report:?}");
        assert_eq!(report.n_faults, 1, "{name}");
        let fault = &report.faults[0];
        assert!(fault.reason.starts_with(&format!("the {name} stream is broken")), "{fault:?}");
        assert_eq!(fault.line, report.requests + 1, "{name}");
    }
    let mut frames = fixture_frames("traces");
    frames.truncate(frames.len() - 9);
    let (_, totals) = read_bytes(&[&frames]);
    assert_eq!((totals.files[0].requests, totals.files[0].n_faults), (29, 1));
    assert_eq!(totals.files[0].faults[0].line, 30);
}

/// What is said of files of this content.
fn complaint(contents: &[&[u8]]) -> (ReadError, String) {
    let error = try_read_bytes(contents).unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("failed to ") && said.contains("file"), "{said}");
    (error, said)
}

#[test]
fn file_that_is_no_recording_says_what_was_found() {
    let table: [(&[u8], &str); 8] = [
        (b"hello\nworld\n", "line 1: not valid JSON"),
        (b"[{\"resourceSpans\":[]}]", "line 1: not an OTLP request: expected an object"),
        (b"\n{\"level\":\"info\"}\n", "line 2: not an OTLP request"),
        (b"\x89PNG\r\n\x1a\n", "line 1: not valid UTF-8"),
        (b"{\"resourceSpans\":[{\"scopeSpans\":5}]}", "expected an array of scopeSpans"),
        (b"\0\0\0\x02\xff\xff", "line 1: ends in the middle"),
        (b"\0\x01\0\0abc", "the file ends in the middle of a frame"),
        (b"\x1f\x8b\x08\0nonsense", "the gzip stream is broken"),
    ];
    for (bytes, expect) in table {
        let (error, said) = complaint(&[bytes]);
        assert!(matches!(error, ReadError::NotARecording { .. }), "{error:?}");
        assert!(said.contains(expect), "{said}");
        assert!(said.contains("holds no OTLP"), "{said}");
    }
}

#[test]
fn empty_file_is_an_error() {
    for bytes in [&b""[..], b"\n \r\n", &gzip(b""), &[0; 64]] {
        let (error, _) = complaint(&[bytes]);
        assert!(matches!(error, ReadError::Empty { .. }), "{error:?}");
    }
}

#[test]
fn unknown_compression_says_its_name() {
    for (magic, name) in [(&b"\xfd7zXZ\0\0\x04"[..], "xz"), (b"BZh91AY&SY", "bzip2")] {
        let (error, said) = complaint(&[magic]);
        assert!(matches!(error, ReadError::Unsupported { .. }), "{error:?}");
        let expect = format!("compressed with {name}, which is not supported: decompress it first");
        assert!(said.contains(&expect), "{said}");
    }
}

#[test]
fn missing_file_and_directory_are_errors() {
    let dir = TempDir::new().unwrap();
    let missing = try_read(&[dir.path().join("missing.jsonl")]).unwrap_err();
    assert!(matches!(missing, ReadError::Missing { .. }), "{missing:?}");
    assert!(missing.to_string().ends_with("missing.jsonl: there is no such file"), "{missing}");
    let directory = try_read(&[dir.path().to_path_buf()]).unwrap_err();
    assert!(matches!(directory, ReadError::Directory { .. }), "{directory:?}");
}

#[test]
fn spans_with_bad_ids_are_counted_by_reason() {
    let text = String::from_utf8(fixture_lines("traces")).unwrap();
    let short = text.replacen("\"spanId\":\"", "\"spanId\":\"ab", 1);
    let (_, totals) = read_bytes(&[short.as_bytes()]);
    assert_eq!((totals.tally.spans, totals.tally.rejected(Rejection::IdLength)), (121, 1));
}

#[test]
fn progress_counts_bytes_as_they_lie_on_disk() {
    let progress = Progress::new();
    let path = fixture("traces.jsonl.zst");
    let size = std::fs::metadata(&path).unwrap().len();
    Recording::read(&[path], ReadOptions::default(), None, &progress).unwrap();
    assert_eq!((progress.bytes_read(), progress.bytes_total()), (size, size));
}

#[test]
fn what_is_played_depends_on_neither_memory_nor_the_number_of_files() {
    let frames = frames(&fixture_frames("traces"));
    let expect = without_files(read_bytes(&[&fixture_frames("traces")]));
    for records_in_memory_max in [1, 10, 1000] {
        let limits = CollationLimits { records_in_memory_max, ..CollationLimits::STANDARD };
        let mut reader = RecordingReader::new(ReadOptions::default(), None, limits);
        for frame in frames.iter().rev() {
            let stream = std::io::Cursor::new(framed(std::slice::from_ref(frame)));
            reader.read_stream(Path::new("one frame"), stream, &Progress::new()).unwrap();
        }
        let mut playback = reader.finish().unwrap().into_playback();
        let batches = playback.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
        let played = without_files((batches, playback.totals().clone()));
        assert_eq!(played, expect, "{records_in_memory_max}");
    }
}
