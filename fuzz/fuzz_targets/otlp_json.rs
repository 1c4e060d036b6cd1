//! Any bytes as OTLP/JSON: no panic, no overflow, no endless loop, and what is accepted adds up.
#![no_main]

use hw_flow::DictionaryLimits;
use hw_ingest::{Encoding, Intake, ReadOptions, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut intake = Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD);
    let Ok(tally) = decode(bytes, Encoding::Json, &mut intake) else {
        assert!(intake.spans().is_empty() && intake.sums().is_empty());
        return;
    };
    assert_eq!(tally.spans, intake.spans().len() as u64);
    assert_eq!(tally.evaluations, intake.evaluations().len() as u64);
    assert_eq!(tally.logs, intake.logs().len() as u64);
    assert!(intake.spans().iter().all(|span| span.started_at <= span.ended_at));
    assert!(intake.sums().iter().all(|sum| sum.value >= 0.0));
});
