//! Any bytes as OTLP/protobuf, of a signal that the first byte chooses: no panic, no endless loop,
//! and what is accepted adds up.
#![no_main]

use hw_flow::DictionaryLimits;
use hw_ingest::{Encoding, Intake, ReadOptions, Signal, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let signals = [None, Some(Signal::Traces), Some(Signal::Logs), Some(Signal::Metrics)];
    let signal = signals[usize::from(*choice) % signals.len()];
    let mut intake = Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD);
    let Ok(tally) = decode(bytes, Encoding::Protobuf { signal }, &mut intake) else {
        assert!(intake.spans().is_empty() && intake.sums().is_empty());
        return;
    };
    assert_eq!(tally.spans, intake.spans().len() as u64);
    assert_eq!(tally.logs, intake.logs().len() as u64);
    assert!(intake.spans().iter().all(|span| span.started_at <= span.ended_at));
    assert!(intake.sums().iter().all(|sum| sum.value >= 0.0));
});
