//! The engine: telemetry and told changes in, facts to record out.

use crate::changes::ChangeLog;
use crate::describe::ticks_of;
use crate::gather::Sources;
use crate::graph::CallGraph;
use crate::incidents::{Case, Incidents};
use crate::input::{Input, Output};
use crate::restarts::Restarts;
use crate::shifts::Shifts;
use crate::silence::{SilenceKind, Silences};
use crate::watch::{News, NewsKind, Watch, Watched};
use hw_detect::{Alarm, Budget, Ending, Fleet, Tuning};
use hw_diagnose::diagnose;
use hw_flow::{Flow, FlowSettings};
use hw_model::{Batch, ChangeId, Diagnosis, Direction, IncidentId, ShiftId, Timestamp};
use hw_stats::{Counts, onset_posterior};
use std::collections::VecDeque;

/// Seconds between two looks at an open incident when nothing else happens.
const LOOK_S: f64 = 30.0;

/// Seconds after the end of an incident in which what happens still speaks of it: a change may be made
/// again some time later, and is watched for half an hour then.
const WATCHED_S: f64 = 3_600.0;

/// Rows of the onset's posterior at most; longer stretches are read in coarser rows.
const ONSET_ROWS_MAX: i64 = 900;

/// Seconds before the coarse onset in which the true one may lie, at least.
const ONSET_BEFORE_S: i64 = 120;

/// Seconds between two looks for something new to watch.
const GROW_S: i64 = 10;

/// Whether a shift is harm, and belongs to an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admission {
    Incident,
    ShiftOnly,
}

/// What can be set.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Counting.
    pub flow: FlowSettings,
    /// False alarms tolerated.
    pub budget: Budget,
    /// Constants of the detectors.
    pub tuning: Tuning,
}

/// One state machine over flow, detection and diagnosis.
#[derive(Debug)]
pub struct Engine {
    pub(crate) flow: Flow,
    pub(crate) watch: Watch,
    restarts: Restarts,
    silences: Silences,
    graph: CallGraph,
    pub(crate) shifts: Shifts,
    pub(crate) incidents: Incidents,
    pub(crate) changes: ChangeLog,
    pub(crate) now: Timestamp,
    pub(crate) first_at: Option<Timestamp>,
    /// The last second in which ticks were judged.
    judged_s: i64,
    /// Minute and stretch of seconds in which the clock was last turned.
    turned: (i64, i64),
    outputs: VecDeque<Output>,
}

impl Engine {
    /// An engine that knows nothing.
    #[must_use]
    pub fn new(settings: EngineSettings) -> Self {
        Self {
            flow: Flow::new(settings.flow),
            watch: Watch::new(Fleet::new(settings.budget), settings.tuning),
            restarts: Restarts::default(),
            silences: Silences::default(),
            graph: CallGraph::default(),
            shifts: Shifts::default(),
            incidents: Incidents::default(),
            changes: ChangeLog::default(),
            now: Timestamp(i64::MIN),
            first_at: None,
            judged_s: i64::MIN,
            turned: (i64::MIN, i64::MIN),
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input at `now`. Time never runs backwards: an earlier `now` counts as the last.
    /// Ticks are judged with the first input of each second.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        self.now = self.now.max(now);
        match input {
            Input::Batch(batch) => self.take_batch(batch),
            Input::Told(told) => {
                if let Some(id) = self.changes.tell(told) {
                    self.announce_changes(&[id]);
                    self.look_at_all();
                }
            }
            Input::Tick => {}
            Input::End => {
                self.flow.finish();
                self.look_at_all();
                return;
            }
        }
        let second = self.now.tick().0;
        if second > self.judged_s {
            self.judged_s = second;
            self.advance();
        }
    }

    /// The next fact to record.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When the engine wants to be woken at the latest: the next second, once it has seen data.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.first_at.map(|_| self.now.tick().ends_at())
    }

    /// The time of the last input.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The counters.
    #[must_use]
    pub const fn flow(&self) -> &Flow {
        &self.flow
    }

    /// How many streams are watched, and on how many of those a shift would be noticed now.
    #[must_use]
    pub fn n_watched(&self) -> (usize, usize) {
        (self.watch.fleet.len(), self.watch.fleet.n_armed())
    }

    fn take_batch(&mut self, batch: Batch) {
        let starts = batch.spans.iter().map(|span| span.started_at);
        let others = batch.logs.iter().map(|log| log.at);
        let first = starts.chain(others).min();
        self.first_at = match (self.first_at, first) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
        self.flow.fold(self.now, batch);
    }

    /// Judges what is due, and draws the conclusions.
    fn advance(&mut self) {
        self.flow.pass(self.now);
        self.graph.follow(&self.flow);
        self.restarts.follow(&self.flow);
        let watch = &mut self.watch;
        self.flow.judge(self.now, |judged_at, judged| watch.read(judged_at, &judged));
        self.watch.open_gate(&self.flow, (&self.restarts, &mut self.graph), self.now);
        let found = self.changes.follow(&self.flow, self.now);
        self.announce_changes(&found);
        let figures = self.watch.take_news().into_iter().map(|news| (news, Admission::Incident));
        let mut news: Vec<(News, Admission)> = figures.collect();
        news.extend(self.silence_news());
        for (item, admission) in &news {
            self.take_news(item, *admission);
        }
        let ended = self.shifts.end(self.now);
        for shift in &ended {
            self.outputs.push_back(Output::ShiftEnded { at: self.now, shift: *shift });
        }
        if !news.is_empty() || !found.is_empty() || !ended.is_empty() {
            self.look_at_all();
        } else {
            self.look_at_due();
        }
        self.turn_clock();
    }

    /// What is done once a minute or every few seconds.
    fn turn_clock(&mut self) {
        let second = self.now.tick().0;
        let turned = (second.div_euclid(60), second.div_euclid(GROW_S));
        if turned.0 != self.turned.0 {
            self.flow.learn_minute(!self.shifts.any_open());
            self.flow.seal(self.now);
            self.watch.fleet.share_budget();
        }
        if turned.1 != self.turned.1 {
            self.watch.grow(&self.flow);
        }
        self.turned = turned;
    }

    fn announce_changes(&mut self, ids: &[ChangeId]) {
        for id in ids {
            if let Some(noted) = self.changes.all().get(id.0 as usize) {
                let change = noted.change.clone();
                self.outputs.push_back(Output::ChangeFound { at: self.now, change });
            }
        }
    }

    fn take_news(&mut self, news: &News, admission: Admission) {
        let Some(shift) = self.shifts.note(news) else { return };
        self.find_onset(shift, news);
        let incident = match admission {
            Admission::Incident => {
                let place = (&self.flow, &mut self.graph);
                Some(self.incidents.admit(place, &mut self.shifts, shift))
            }
            Admission::ShiftOnly => None,
        };
        self.outputs.push_back(Output::ShiftDetected { at: news.at, shift, incident });
    }

    /// Services that fell silent or speak again, as news like any other.
    fn silence_news(&mut self) -> Vec<(News, Admission)> {
        let now = self.now;
        let news = self.silences.follow(&self.flow, now).into_iter().map(|silence| {
            let tick = silence.last_at.tick().0;
            let (what, admission) = match silence.what {
                SilenceKind::Ended => {
                    let back_tick = now.tick().0;
                    (NewsKind::Ended(Ending { back_tick }), Admission::ShiftOnly)
                }
                SilenceKind::Began { records, seconds, is_harm } => {
                    let before = records / seconds.max(1.0);
                    let alarm = Alarm {
                        direction: Direction::Down,
                        onset_tick: tick + 1,
                        // The chance of so long a silence, if records came by themselves.
                        nats: before * now.seconds_since(silence.last_at),
                        before,
                        learned: Counts::new(seconds, records),
                        after: 0.0,
                        phi: 1.0,
                    };
                    let admission =
                        if is_harm { Admission::Incident } else { Admission::ShiftOnly };
                    (NewsKind::Alarm(alarm), admission)
                }
            };
            let watched = Watched::Telemetry(silence.service);
            (News { watched, stream: None, tick, at: now, what }, admission)
        });
        news.collect()
    }

    /// Works out when a new shift began, from the ticks around its coarse onset.
    fn find_onset(&mut self, shift: ShiftId, news: &News) {
        let Some(tracked) = self.shifts.get(shift) else { return };
        let main = *tracked.main();
        let stream = main.stream.and_then(|stream| self.watch.fleet.stream(stream));
        let Some(stream) = stream else {
            if let Some(tracked) = self.shifts.get_mut(shift) {
                tracked.onset = vec![(main.alarm.onset_tick, 1.0)];
            }
            return;
        };
        let (form, phi) = (stream.form(), stream.phi());
        // What a restart explains was taken out of detection, and is no onset either.
        let gated_by = main.stream.and_then(|stream| self.watch.gated_by(stream));
        let below = gated_by.map(|service| self.graph.below(service));
        let is_gap = |tick: i64| below.is_some_and(|below| self.restarts.is_gap(below, tick));
        let length = news.tick + 1 - main.alarm.onset_tick;
        let from = main.alarm.onset_tick - length.max(ONSET_BEFORE_S);
        let row_s = ((news.tick + 1 - from) / ONSET_ROWS_MAX + 1).max(1);
        let n_rows = usize::try_from((news.tick - from) / row_s + 1).unwrap_or(1);
        let mut rows = vec![Counts::default(); n_rows];
        let ticks = ticks_of(&self.flow, main.watched, from, news.tick + 1);
        for (tick, counts) in ticks.into_iter().filter(|(tick, _)| !is_gap(tick.0)) {
            let row = usize::try_from((tick.0 - from) / row_s).unwrap_or(0);
            if let Some(row) = rows.get_mut(row) {
                *row += counts;
            }
        }
        let before = main.alarm.learned.ratio().unwrap_or(main.alarm.before);
        let weights = onset_posterior(form, &rows, before, phi).weights;
        let starts = (0..).map(|row: i64| from + row * row_s);
        if let Some(tracked) = self.shifts.get_mut(shift) {
            tracked.onset = starts.zip(weights).collect();
        }
    }

    /// Looks again at every incident, unless it has long been over: what comes later is another
    /// story.
    fn look_at_all(&mut self) {
        let is_recent = |case: &Case| {
            let ends = case.shifts.iter().filter_map(|id| self.shifts.get(*id)?.ended_at).max();
            !case.is_ended || ends.is_none_or(|end| self.now.seconds_since(end) <= WATCHED_S)
        };
        let cases = self.incidents.all().filter(|case| is_recent(case));
        let ids: Vec<IncidentId> = cases.map(|case| case.id).collect();
        ids.into_iter().for_each(|id| self.look_at(id));
    }

    /// Looks again at incidents that are open and were not looked at for a while.
    fn look_at_due(&mut self) {
        let due = |at: Option<Timestamp>| at.is_none_or(|at| self.now.seconds_since(at) >= LOOK_S);
        let cases = self.incidents.all().filter(|case| !case.is_ended && due(case.diagnosed_at));
        let ids: Vec<IncidentId> = cases.map(|case| case.id).collect();
        ids.into_iter().for_each(|id| self.look_at(id));
    }

    /// Diagnoses an incident anew and says what is different from before.
    pub(crate) fn look_at(&mut self, id: IncidentId) {
        let sources = Sources {
            flow: &self.flow,
            watch: &self.watch,
            shifts: &self.shifts,
            changes: &self.changes,
            first_s: self.first_at.map_or(0, |at| at.tick().0),
            now_s: self.now.tick().0,
        };
        let Some(evidence) = self.incidents.get(id).and_then(|case| sources.gather(case)) else {
            return;
        };
        let diagnosis = diagnose(&evidence);
        let is_over = evidence.shifts.iter().all(|shift| shift.ended_at.is_some());
        self.say_what_changed(id, &diagnosis);
        let Some(case) = self.incidents.get_mut(id) else { return };
        case.title = hw_diagnose::title(&evidence);
        case.diagnosis = diagnosis;
        case.diagnosed_at = Some(self.now);
        if is_over && !case.is_ended {
            case.is_ended = true;
            self.outputs.push_back(Output::IncidentEnded { at: self.now, incident: id });
        }
    }

    fn say_what_changed(&mut self, incident: IncidentId, diagnosis: &Diagnosis) {
        let at = self.now;
        let Some(case) = self.incidents.get_mut(incident) else { return };
        if let Some(origin) = diagnosis.origins.first()
            && case.origin.as_ref() != Some(&origin.service)
        {
            case.origin = Some(origin.service.clone());
            let (service, confidence) = (origin.service.clone(), origin.confidence);
            self.outputs.push_back(Output::OriginNamed { at, incident, service, confidence });
        }
        for judgement in &diagnosis.judgements {
            let (change, verdict) = (judgement.change, judgement.verdict);
            if case.verdicts.insert(change, verdict) != Some(verdict) {
                let probability = judgement.probability;
                self.outputs.push_back(Output::VerdictChanged {
                    at,
                    incident,
                    change,
                    verdict,
                    probability,
                });
            }
        }
        for mitigation in &diagnosis.mitigations {
            let (change, effect) = (mitigation.change, mitigation.effect);
            if case.effects.insert(change, effect) != Some(effect) {
                self.outputs.push_back(Output::EffectKnown { at, incident, change, effect });
            }
        }
    }
}
