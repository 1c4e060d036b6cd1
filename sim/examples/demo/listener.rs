//! What a demo sends, decoded as the receiver decodes it and fed to a real engine under a clock that
//! follows the data.

use hw_detect::{Budget, Tuning};
use hw_engine::{Engine, EngineSettings, Input, Memory, Output, Report};
use hw_flow::{DictionaryLimits, FlowSettings};
use hw_ingest::{Encoding, Intake, ReadOptions, Signal, decode};
use hw_model::{Batch, Timestamp};
use hw_sim::{Demo, People, RemarkKind, Request, Scribe, Sent};
use std::collections::BTreeMap;

/// Seconds of ticks after the end.
const TAIL_S: i64 = 60;

/// How requests are fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feeding {
    /// What ended in a second at its end, and the clock turned each second.
    BySecond,
    /// Each request at the end of its stretch, and the clock not turned in between.
    Whole,
}

/// Hears a demo.
pub(crate) struct Listener {
    feeding: Feeding,
    engine: Engine,
    intake: Intake,
    scribe: Scribe,
    /// What was decoded and not fed yet, by the second in which it ended.
    seconds: BTreeMap<i64, Batch>,
    /// The end of what was decoded.
    until: Timestamp,
    /// The next second to feed.
    next_s: i64,
    said: Vec<(Timestamp, Output)>,
    first_report: Option<Report>,
}

/// What was said of a demo.
pub(crate) struct Heard {
    /// Everything, and when.
    pub said: Vec<(Timestamp, Output)>,
    /// What was known when the first person reported something.
    pub first_report: Option<Report>,
    /// What is known in the end.
    pub report: Report,
    pub transcript: String,
}

impl Listener {
    /// Begins to listen at a time, with what is sent from then on.
    pub(crate) fn new(demo: &Demo, from: Timestamp, feeding: Feeding) -> Self {
        let flow = FlowSettings::standard(10);
        let budget = Budget { false_alarms_per_month: 1.0 };
        Self {
            feeding,
            engine: Engine::new(EngineSettings {
                flow,
                budget,
                tuning: Tuning::STANDARD,
                memory: Memory::Everything,
            }),
            intake: Intake::new(ReadOptions::default(), DictionaryLimits::STANDARD),
            scribe: Scribe::new(demo.world()),
            seconds: BTreeMap::new(),
            until: from,
            next_s: from.tick().0,
            said: Vec::new(),
            first_report: None,
        }
    }

    /// Takes what is sent.
    pub(crate) fn take(&mut self, sent: Sent) {
        match sent {
            Sent::Traces(request) => self.take_request(&request, Signal::Traces),
            Sent::Logs(request) => self.take_request(&request, Signal::Logs),
            Sent::People { at, what: People::Change(change) } => {
                self.feed_until(at.tick().0);
                self.handle(at, Input::Told(change));
            }
            Sent::People { at, what: People::Say { kind: RemarkKind::Report, .. } } => {
                self.feed_until(at.tick().0);
                self.first_report.get_or_insert(self.engine.report());
            }
            Sent::People { what: People::Say { .. }, .. } => {}
        }
    }

    /// No more comes.
    pub(crate) fn finish(mut self) -> Heard {
        let end_s = self.until.tick().0 + TAIL_S;
        self.feed_until(end_s);
        self.handle(Timestamp::from_s(end_s), Input::End);
        let report = self.engine.report();
        if let Some(first) = &self.first_report {
            let known = self.scribe.known(first);
            self.scribe.add(&format!("\nWhen it was first reported:\n{known}\nIn the end:\n"));
        }
        let transcript = self.scribe.finish(&report);
        Heard { said: self.said, first_report: self.first_report, report, transcript }
    }

    fn take_request(&mut self, request: &Request, signal: Signal) {
        let encoding = Encoding::Protobuf { signal: Some(signal) };
        let tally = decode(&request.body, encoding, &mut self.intake).expect("it is OTLP");
        assert_eq!(tally.n_rejected(), 0);
        let batch = self.intake.take_batch();
        match self.feeding {
            Feeding::Whole => {
                self.until = request.until;
                self.next_s = self.until.tick().0;
                self.handle(self.until, Input::Batch(batch));
            }
            Feeding::BySecond => self.keep(request.until, batch),
        }
    }

    /// Keeps a batch by the seconds in which its records ended.
    fn keep(&mut self, until: Timestamp, batch: Batch) {
        // All requests of a stretch end with it: what the last one held is complete.
        if until > self.until {
            self.feed_until(self.until.tick().0);
            self.until = until;
        }
        let names = Batch { definitions: batch.definitions, ..Batch::default() };
        self.handle(self.engine.now(), Input::Batch(names));
        for span in batch.spans {
            let second = span.ended_at.tick().0.max(self.next_s);
            self.seconds.entry(second).or_default().spans.push(span);
        }
        for log in batch.logs {
            let second = log.at.tick().0.max(self.next_s);
            self.seconds.entry(second).or_default().logs.push(log);
        }
    }

    /// Feeds all seconds before this one.
    fn feed_until(&mut self, end_s: i64) {
        if self.feeding == Feeding::Whole && end_s > self.next_s {
            self.handle(Timestamp::from_s(end_s), Input::Tick);
            self.next_s = end_s;
        }
        while self.next_s < end_s {
            let now = Timestamp::from_s(self.next_s + 1);
            match self.seconds.remove(&self.next_s) {
                Some(batch) => self.handle(now, Input::Batch(batch)),
                None => self.handle(now, Input::Tick),
            }
            self.next_s += 1;
        }
    }

    fn handle(&mut self, now: Timestamp, input: Input) {
        self.engine.handle(now, input);
        let outputs: Vec<Output> = std::iter::from_fn(|| self.engine.poll_output()).collect();
        self.scribe.hear(now, &self.engine, &outputs);
        self.said.extend(outputs.into_iter().map(|output| (now, output)));
    }
}
