//! One request, two encodings, the same records: random requests are written as OTLP/JSON and as
//! protobuf, and read back.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "encodings/json.rs"]
mod json;
#[path = "encodings/messages.rs"]
mod messages;
#[path = "encodings/requests.rs"]
mod requests;

use hw_flow::DictionaryLimits;
use hw_ingest::{Encoding, Intake, ReadOptions, Signal, Tally, decode};
use hw_model::Batch;
use json::Writer;
use proptest::prelude::*;
use prost::Message;

fn read(bytes: &[u8], encoding: Encoding) -> (Batch, Tally) {
    let mut intake = Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD);
    let tally = decode(bytes, encoding, &mut intake).unwrap();
    (intake.take_batch(), tally)
}

fn check(
    json: &serde_json::Value,
    protobuf: &impl Message,
    signal: Signal,
) -> Result<(), TestCaseError> {
    let bytes = protobuf.encode_to_vec();
    let from_protobuf = read(&bytes, Encoding::Protobuf { signal: Some(signal) });
    let compact = serde_json::to_vec(json).unwrap();
    prop_assert_eq!(&read(&compact, Encoding::Json), &from_protobuf);
    let pretty = serde_json::to_vec_pretty(json).unwrap();
    prop_assert_eq!(&read(&pretty, Encoding::Json), &from_protobuf);
    let (_, tally) = &from_protobuf;
    if tally.spans + tally.logs + tally.points > 0 {
        prop_assert_eq!(&read(&bytes, Encoding::Protobuf { signal: None }), &from_protobuf);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn traces_are_the_same_in_both_encodings(traces in requests::traces(), seed: u64) {
        check(&Writer::new(seed).traces(&traces), &traces, Signal::Traces)?;
    }

    #[test]
    fn logs_are_the_same_in_both_encodings(logs in requests::logs(), seed: u64) {
        check(&Writer::new(seed).logs(&logs), &logs, Signal::Logs)?;
    }

    #[test]
    fn metrics_are_the_same_in_both_encodings(metrics in requests::metrics(), seed: u64) {
        check(&Writer::new(seed).metrics(&metrics), &metrics, Signal::Metrics)?;
    }
}
