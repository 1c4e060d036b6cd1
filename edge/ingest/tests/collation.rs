//! What is played depends on the content of a recording alone: random requests of all signals, in
//! any order, some of them twice, with much memory or little.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "encodings/messages.rs"]
mod messages;
#[path = "encodings/requests.rs"]
mod requests;

use hw_ingest::{CollationLimits, Progress, ReadOptions, RecordingReader, Totals};
use hw_model::{Batch, Definitions, NameId, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use prost::Message;
use std::path::Path;

/// A request in protobuf, of any signal.
fn request() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        requests::traces().prop_map(|traces| traces.encode_to_vec()),
        requests::logs().prop_map(|logs| logs.encode_to_vec()),
        requests::metrics().prop_map(|metrics| metrics.encode_to_vec()),
    ]
}

fn play(requests: &[&Vec<u8>], records_in_memory_max: usize) -> (Vec<(Timestamp, Batch)>, Totals) {
    let limits = CollationLimits { records_in_memory_max, ..CollationLimits::STANDARD };
    let mut reader = RecordingReader::new(ReadOptions::default(), None, limits);
    let mut file = vec![0, 0, 0, 2, b'{', b'}'];
    for request in requests {
        file.extend(u32::try_from(request.len()).unwrap().to_be_bytes());
        file.extend_from_slice(request);
    }
    let stream = std::io::Cursor::new(file);
    reader.read_stream(Path::new("random"), stream, &Progress::new()).unwrap();
    let mut playback = reader.finish().unwrap().into_playback();
    let batches = playback.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
    // Faults have the numbers of their lines, which do depend on the order.
    (batches, Totals { files: Vec::new(), ..playback.totals().clone() })
}

/// Whether each kind is in the order of what it stands for, once each.
fn is_canonical(definitions: &Definitions) -> bool {
    let is_sorted_set = |set: &[(NameId, NameId)]| set.is_sorted_by(|a, b| a.0 < b.0);
    definitions.names.get(2..).unwrap_or_default().is_sorted_by(|a, b| a < b)
        && definitions.sources.is_sorted_by(|a, b| a < b)
        && definitions.answer_sets.is_sorted_by(|a, b| a < b)
        && definitions.answer_sets.iter().all(|set| is_sorted_set(set))
        && definitions.sum_series.is_sorted_by(|a, b| a < b)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_and_memory_change_nothing(
        requests in vec(request(), 1..12),
        order in vec(any::<Index>(), 0..6),
        swaps in vec((any::<Index>(), any::<Index>()), 0..20),
        records_in_memory_max in 0..20_usize,
    ) {
        let mut chosen: Vec<&Vec<u8>> = requests.iter().collect();
        chosen.extend(order.iter().map(|idx| idx.get(&requests)));
        let expect = play(&chosen, usize::MAX);
        prop_assert!(expect.0.is_sorted_by(|(a, _), (b, _)| a < b));
        prop_assert!(expect.0.iter().all(|(_, batch)| is_canonical(&batch.definitions)));
        for (a, b) in swaps {
            let n = chosen.len();
            chosen.swap(a.index(n), b.index(n));
        }
        prop_assert_eq!(play(&chosen, records_in_memory_max), expect);
    }
}
