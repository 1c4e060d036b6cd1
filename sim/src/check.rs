//! What must hold in every world, after each step and at the end.
//!
//! Each check has a name; what it sees is told with it. The first sightings of each are kept, so
//! that one fault does not hide behind its thousand repetitions.

mod again;
mod announced;
mod counted;
mod report;

use crate::clock::Clock;
use crate::drive::{Step, Watcher};
use crate::truth::Truth;
use announced::Announced;
use hw_engine::{Output, Report};
use hw_model::{Timestamp, Verdict};

pub(crate) use again::{replayed, split};
pub(crate) use counted::{Happened, hop};

/// Sightings kept per check.
const SEEN_MAX: usize = 3;

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its name.
    pub check: &'static str,
    /// What was seen instead.
    pub seen: String,
}

/// All checks of one world.
pub(crate) struct Checks<'a> {
    truth: &'a Truth<'a>,
    announced: Announced,
    broken: Vec<Broken>,
}

impl<'a> Checks<'a> {
    pub(crate) const fn new(truth: &'a Truth<'a>) -> Self {
        Self { truth, announced: Announced::new(), broken: Vec::new() }
    }

    /// Checks the final report. Returns everything that was seen.
    pub(crate) fn finish(mut self, report: &Report, happened: &Happened) -> Vec<Broken> {
        let mut seen = report::check(self.truth, report);
        seen.extend(happened.check(self.truth.world, report));
        seen.into_iter().for_each(|broken| self.note(broken));
        self.broken
    }

    fn note(&mut self, broken: Broken) {
        if self.broken.iter().filter(|known| known.check == broken.check).count() < SEEN_MAX {
            self.broken.push(broken);
        }
    }

    /// Spans in are spans folded and duplicates.
    fn check_counts(&mut self, step: &Step<'_>) {
        let coverage = step.engine.flow().coverage();
        if coverage.spans + coverage.duplicates != step.n_spans {
            let seen = format!("{} spans in, {coverage:?}", step.n_spans);
            self.note(Broken { check: "spans in are folded or duplicates", seen });
        }
    }

    /// A guilty change whose fault was detected is never exonerated.
    fn check_guilty(&mut self, step: &Step<'_>, output: &Output) {
        let Output::VerdictChanged { at, incident, change, verdict, probability } = output else {
            return;
        };
        let Some(guilty) = self.announced.change(*change).filter(|c| self.truth.is_guilty(c))
        else {
            return;
        };
        if *verdict != Verdict::Exonerated {
            return;
        }
        let shifts: Vec<Timestamp> = self.announced.shifts_of(*incident).collect();
        let report = step.engine.report();
        let Some(fault) = &self.truth.world.fault else { return };
        let Some(its) = self.truth.incident_of(fault, &report) else { return };
        let is_its = crate::truth::shifts(its, &report)
            .any(|numbered| shifts.contains(&numbered.shift.detected_at));
        if is_its {
            let because = its.diagnosis.judgements.iter().filter(|j| j.verdict == *verdict);
            let because: Vec<String> = because.map(|j| j.because.join("; ")).collect();
            let at = Clock(self.truth.world.start.since(*at));
            let seen = format!(
                "{} {} at {at} with P {probability:.4}: {}",
                guilty.service,
                guilty.to_version.as_deref().unwrap_or("?"),
                because.join(" | ")
            );
            self.note(Broken { check: "a guilty change is never exonerated", seen });
        }
    }
}

impl Watcher for Checks<'_> {
    fn see(&mut self, step: &Step<'_>) {
        self.check_counts(step);
        for output in step.outputs {
            let seen = self.announced.take(step.now, output);
            seen.into_iter().for_each(|broken| self.note(broken));
            self.check_guilty(step, output);
        }
    }
}
