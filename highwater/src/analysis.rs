//! A recording and told changes in, everything the engine says out.

use hw_detect::{Budget, Tuning};
use hw_engine::{Engine, EngineSettings, Input, Memory, Output, Report};
use hw_flow::FlowSettings;
use hw_ingest::{ReadError, Recording, Totals};
use hw_model::{Timestamp, ToldChange};
use std::collections::BTreeSet;

/// What can be set about an analysis.
#[derive(Clone, Debug)]
pub struct AnalysisSettings {
    /// Length of a window in seconds.
    pub window_s: i64,
    /// False alarms tolerated in 30 days.
    pub false_alarms_per_month: f64,
    /// Names of declared answers.
    pub declared: BTreeSet<String>,
    /// Changes people told, by time.
    pub told: Vec<ToldChange>,
}

impl Default for AnalysisSettings {
    fn default() -> Self {
        Self {
            window_s: 10,
            false_alarms_per_month: 1.0,
            declared: BTreeSet::new(),
            told: Vec::new(),
        }
    }
}

/// What an analysis found.
#[derive(Debug)]
pub struct Analysed {
    /// Everything known at the end.
    pub report: Report,
    /// What became of all that was read.
    pub totals: Totals,
    /// Everything the engine said on the way.
    pub outputs: Vec<Output>,
    /// Bytes of memory that hold the sealed windows.
    pub history_bytes: usize,
}

/// Plays a recording to an engine. `advance` is told how many records were played.
///
/// # Errors
///
/// If a temporary file of a large recording cannot be read back.
pub fn analyse(
    recording: Recording,
    settings: AnalysisSettings,
    mut advance: impl FnMut(u64),
) -> Result<Analysed, ReadError> {
    let mut flow = FlowSettings::standard(settings.window_s);
    flow.declared = settings.declared;
    let budget = Budget { false_alarms_per_month: settings.false_alarms_per_month };
    let (tuning, memory) = (Tuning::STANDARD, Memory::Everything);
    let mut engine = Engine::new(EngineSettings { flow, budget, tuning, memory });
    let mut told = settings.told.into_iter().peekable();
    let mut outputs = Vec::new();
    let mut playback = recording.into_playback();
    for item in playback.by_ref() {
        let (now, batch) = item?;
        while let Some(change) = told.next_if(|change| change.at <= now) {
            engine.handle(now, Input::Told(change));
        }
        advance((batch.spans.len() + batch.logs.len()) as u64);
        engine.handle(now, Input::Batch(batch));
        outputs.extend(std::iter::from_fn(|| engine.poll_output()));
    }
    let end: Timestamp = engine.now();
    for change in told {
        engine.handle(end, Input::Told(change));
    }
    engine.handle(end, Input::End);
    outputs.extend(std::iter::from_fn(|| engine.poll_output()));
    let history_bytes = engine.flow().history_bytes();
    Ok(Analysed {
        report: engine.report(),
        totals: playback.totals().clone(),
        outputs,
        history_bytes,
    })
}
