//! The engine: telemetry and told changes in, facts to record out.

use crate::changes::ChangeLog;
use crate::graph::CallGraph;
use crate::incidents::Incidents;
use crate::input::{Input, Output};
use crate::restarts::Restarts;
use crate::shifts::Shifts;
use crate::silence::{SilenceKind, Silences};
use crate::watch::{News, NewsKind, Watch, Watched};
use hw_detect::{Alarm, Budget, Ending, Fleet, Tuning};
use hw_flow::{Flow, FlowSettings};
use hw_model::{Batch, ChangeId, Direction, Timestamp, ToldChange};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

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
    /// What is remembered of what is over.
    pub memory: Memory,
}

/// What is remembered of what is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Memory {
    /// Everything: an analysis ends, and says all it found at its end.
    Everything,
    /// What may still matter. A server goes on for months, and has recorded what it found.
    Recent,
}

/// One state machine over flow, detection and diagnosis.
#[derive(Debug, Serialize, Deserialize)]
pub struct Engine {
    pub(crate) flow: Flow,
    pub(crate) watch: Watch,
    pub(crate) restarts: Restarts,
    silences: Silences,
    pub(crate) graph: CallGraph,
    pub(crate) shifts: Shifts,
    pub(crate) incidents: Incidents,
    pub(crate) changes: ChangeLog,
    pub(crate) now: Timestamp,
    pub(crate) first_at: Option<Timestamp>,
    /// When something last happened that is news to an incident.
    pub(crate) news_at: Timestamp,
    /// The last second in which ticks were judged.
    judged_s: i64,
    /// Minute and stretch of seconds in which the clock was last turned.
    turned: (i64, i64),
    /// Empty whenever the engine is saved.
    #[serde(skip)]
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) memory: Memory,
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
            news_at: Timestamp(i64::MIN),
            judged_s: i64::MIN,
            turned: (i64::MIN, i64::MIN),
            outputs: VecDeque::new(),
            memory: settings.memory,
        }
    }

    /// Takes one input at `now`. Time never runs backwards: an earlier `now` counts as the last.
    /// Ticks are judged with the first input of each second.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        let is_pause = now <= self.now;
        self.now = self.now.max(now);
        match input {
            Input::Batch(batch) => self.take_batch(batch),
            Input::Told(told) => {
                let new = self.changes.tell(told);
                self.announce_changes(new.as_slice());
                // One that is known may have learned that it was told, and what for.
                self.look_at_all();
            }
            Input::Accepted(shift) => self.accept(shift),
            Input::Opened(opening) => {
                let (at, incident) = (self.now, self.incidents.take_number());
                self.outputs.push_back(Output::IncidentOpened { at, incident, opening });
            }
            // No time has passed, and nothing came: this is all there is to go by for now.
            Input::Tick if is_pause => self.look_at_watched(),
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

    /// The time of the first record, once one came.
    #[must_use]
    pub const fn first_at(&self) -> Option<Timestamp> {
        self.first_at
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

    /// On how many of those it would not be noticed yet that three in ten calls are slow.
    #[must_use]
    pub const fn n_blunt(&self) -> usize {
        self.watch.fleet.n_blunt()
    }

    /// The number of the change that a told one became, as long as it is remembered.
    #[must_use]
    pub fn told_as(&self, told: &ToldChange) -> Option<ChangeId> {
        self.changes.told_as(told)
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
        let (watch, silences) = (&mut self.watch, &mut self.silences);
        self.flow.judge(self.now, |judged_at, judged| {
            silences.note(judged_at.tick, &judged);
            watch.read(judged_at, &judged);
        });
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
            self.look_at_repairs();
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
            self.forget();
        }
        if turned.1 != self.turned.1 {
            self.watch.grow(&self.flow);
        }
        self.turned = turned;
    }

    fn announce_changes(&mut self, ids: &[ChangeId]) {
        for id in ids {
            if let Some(noted) = self.changes.get(*id) {
                let change = noted.change.clone();
                self.outputs.push_back(Output::ChangeFound { at: self.now, change });
            }
        }
    }

    fn take_news(&mut self, news: &News, admission: Admission) {
        if matches!(news.what, NewsKind::Settled) {
            return self.settle(news);
        }
        let Some(shift) = self.shifts.note(news) else { return };
        self.find_onset(shift, news);
        let incident = match admission {
            Admission::Incident => {
                let back = self.brought_back(shift);
                let place = (&self.flow, &mut self.graph);
                Some(self.incidents.admit(place, &mut self.shifts, shift, back))
            }
            Admission::ShiftOnly => None,
        };
        self.outputs.push_back(Output::ShiftDetected { at: news.at, shift, incident });
    }

    /// Services that fell silent or speak again, as news like any other.
    fn silence_news(&mut self) -> Vec<(News, Admission)> {
        let now = self.now;
        let fleet = &self.watch.fleet;
        let silences = self.silences.follow(&self.flow, now, |n| fleet.ln_a_beside(n));
        let news = silences.into_iter().map(|silence| {
            let tick = silence.last_at.tick().0;
            let (what, admission) = match silence.what {
                SilenceKind::Ended => {
                    let back_tick = now.tick().0;
                    (NewsKind::Ended(Ending { back_tick }), Admission::ShiftOnly)
                }
                SilenceKind::Began { usual, nats, is_harm } => {
                    let alarm = Alarm {
                        direction: Direction::Down,
                        onset_tick: tick + 1,
                        nats,
                        before: usual.ratio().unwrap_or(0.0),
                        learned: usual,
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
}
