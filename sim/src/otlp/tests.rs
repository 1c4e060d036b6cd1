//! What is written reads back as what the engine is given.

use super::*;
use crate::drive::Inputs;
use crate::otlp::gateway::Gateway;
use hw_engine::Input;
use hw_flow::DictionaryLimits;
use hw_ingest::{
    CollationLimits, Encoding, Intake, Progress, ReadOptions, RecordingReader, Signal, decode,
};
use hw_model::{Batch, Definitions, NameId};
use std::collections::BTreeSet;
use std::path::Path;

/// Everything defined so far.
#[derive(Default)]
struct Known(Definitions);

impl Known {
    fn learn(&mut self, new: &Definitions) {
        let known = &mut self.0;
        known.names.extend(new.names.iter().cloned());
        known.sources.extend(new.sources.iter().copied());
        known.shapes.extend(new.shapes.iter().copied());
        known.answer_sets.extend(new.answer_sets.iter().cloned());
    }

    fn name(&self, id: NameId) -> &str {
        &self.0.names[id.0 as usize]
    }

    /// Spans and log lines of a batch in words.
    fn words(&self, batch: &Batch, into: &mut BTreeSet<String>) {
        for span in &batch.spans {
            let source = self.0.sources[span.source.0 as usize];
            let source = [source.service, source.version, source.instance, source.sdk];
            let (_, shape) = self.0.shapes[span.shape.0 as usize];
            let shape_names = [shape.operation, shape.peer, shape.path].map(|id| self.name(id));
            let answers = &self.0.answer_sets[span.answers.0 as usize];
            let answers: BTreeSet<(&str, &str)> =
                answers.iter().map(|(key, value)| (self.name(*key), self.name(*value))).collect();
            into.insert(format!(
                "{:?} {:?} {:?} {:?} {shape_names:?} {answers:?}",
                source.map(|id| self.name(id)),
                (span.trace, span.span, span.parent, &span.links),
                (span.started_at, span.ended_at, span.outcome, span.items),
                shape.kind
            ));
        }
        for log in &batch.logs {
            let source = self.0.sources[log.source.0 as usize];
            into.insert(format!("{} {:?}", self.name(source.instance), log.at));
        }
    }
}

fn given(world: &World) -> BTreeSet<String> {
    let (mut known, mut words) = (Known::default(), BTreeSet::new());
    let life = Life::new(world);
    for (_, input) in Inputs::new(world, &life, &Traffic::new(world, &life)).all {
        if let Input::Batch(batch) = input {
            known.learn(&batch.definitions);
            known.words(&batch, &mut words);
        }
    }
    words
}

fn read_back(recorded: Recorded) -> BTreeSet<String> {
    let options = ReadOptions::default();
    let mut reader = RecordingReader::new(options, None, CollationLimits::STANDARD);
    for (name, bytes) in [("traces", recorded.traces), ("logs", recorded.logs)] {
        let source = std::io::Cursor::new(bytes);
        reader.read_stream(Path::new(name), source, &Progress::new()).unwrap();
    }
    let recording = reader.finish().unwrap();
    assert_eq!(recording.totals().tally.n_rejected(), 0);
    let (mut known, mut words) = (Known::default(), BTreeSet::new());
    for played in recording.into_playback() {
        let (_, batch) = played.unwrap();
        known.learn(&batch.definitions);
        known.words(&batch, &mut words);
    }
    words
}

/// What is read of the requests a gateway sends of the same records, one for each export.
fn read_from_gateway(world: &World) -> BTreeSet<String> {
    let life = Life::new(world);
    let traffic = Traffic::new(world, &life);
    let mut gateway = Gateway::new(world, &life);
    let mut intake = Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD);
    let (mut known, mut words) = (Known::default(), BTreeSet::new());
    for export in exports(world, life.all(), &traffic) {
        let (body, signal) = match &export.records {
            Records::Spans(spans) => (gateway.traces(spans), Signal::Traces),
            Records::Lines(lines) => (gateway.logs(lines, export.arrives), Signal::Logs),
        };
        let tally = decode(&body, Encoding::Protobuf { signal: Some(signal) }, &mut intake);
        assert_eq!(tally.unwrap().n_rejected(), 0);
        let batch = intake.take_batch();
        known.learn(&batch.definitions);
        known.words(&batch, &mut words);
    }
    words
}

/// What one has and the other has not, a few of each.
fn assert_same(seed: u64, what: &str, (wanted, found): (&BTreeSet<String>, &BTreeSet<String>)) {
    let missing: Vec<&String> = wanted.difference(found).take(3).collect();
    let invented: Vec<&String> = found.difference(wanted).take(3).collect();
    let is_same = missing.is_empty() && invented.is_empty();
    assert!(is_same, "seed {seed}, {what}: {missing:#?}\n{invented:#?}");
}

#[test]
fn what_is_written_or_sent_reads_back_as_what_the_engine_is_given() {
    for seed in [3, 5, 10, 21] {
        let world = World::from_seed(seed);
        let (given, written) = (given(&world), read_back(record(&world)));
        assert_same(seed, "written", (&given, &written));
        assert_same(seed, "sent by a gateway", (&written, &read_from_gateway(&world)));
        assert!(given.len() > 10_000, "seed {seed}: {}", given.len());
    }
}
