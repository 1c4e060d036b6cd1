//! A case as a draft looks at it: when it began and was over, who noticed, what was tried.

mod attempts;
mod gaps;

pub(crate) use attempts::{Attempt, Tried};
pub(crate) use gaps::Gap;

use crate::case::{Case, Line, What};
use crate::clock::Clock;
use crate::document::SectionKind;
use crate::source::{Sentence, Source, Sources};
use hw_incident::{Author, Moment};
use hw_model::{
    Change, ChangeId, ChangeKind, Effect, Interval, Judgement, Shift, ShiftId, Signal, Timestamp,
    Verdict,
};

/// What is derived from a case once, for all sections.
pub(crate) struct View<'a> {
    pub(crate) case: &'a Case,
    pub(crate) clock: Clock,
    /// The shift that opened it.
    pub(crate) main: Option<(ShiftId, &'a Shift)>,
    /// When it began.
    pub(crate) onset: Option<Onset>,
    /// When its harm stopped.
    pub(crate) over: Option<Known>,
    /// When Highwater noticed.
    pub(crate) detected: Option<Known>,
    /// When a person noticed.
    pub(crate) noticed: Option<Known>,
    /// What was tried, in order.
    pub(crate) attempts: Vec<Attempt<'a>>,
    /// Stretches without telemetry.
    pub(crate) gaps: Vec<Gap>,
}

/// When it began.
#[derive(Clone, Debug)]
pub(crate) struct Onset {
    /// The most likely instant, or what people said.
    pub(crate) at: Timestamp,
    /// The stretch in which it began with 95 % probability, if data says so.
    pub(crate) within: Option<Interval>,
    /// Where that stands.
    pub(crate) sources: Sources,
}

/// A time that is known.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) at: Timestamp,
    /// Who says so, if that is a person.
    pub(crate) by: Option<String>,
    pub(crate) sources: Sources,
}

impl<'a> View<'a> {
    pub(crate) fn new(case: &'a Case) -> Self {
        let main = case.shifts.iter().min_by_key(|(id, shift)| (shift.detected_at, *id));
        let mut view = Self {
            case,
            clock: Clock::new(case),
            main: main.map(|(id, shift)| (*id, shift)),
            onset: None,
            over: None,
            detected: None,
            noticed: None,
            attempts: attempts::attempts(case),
            gaps: gaps::gaps(case),
        };
        view.onset = view.find_onset();
        view.over = view.find_over();
        view.detected = view.find_detected();
        view.noticed = view.find_noticed();
        view
    }

    /// The figure that it is about says best when it began: figures that followed say it with more
    /// doubt. What people say goes first.
    fn find_onset(&self) -> Option<Onset> {
        let times = &self.case.record.times;
        if let (true, Some(at)) = (times.is_start_told, times.started) {
            let sources = self.moment_sources(Moment::Started);
            return Some(Onset { at, within: None, sources });
        }
        if let Some((id, shift)) = self.main {
            let within = Some(shift.onset);
            return Some(Onset { at: shift.onset_at, within, sources: id.into() });
        }
        let at = times.started?;
        Some(Onset { at, within: None, sources: self.case.present().into() })
    }

    fn find_over(&self) -> Option<Known> {
        let case = self.case;
        if let Some(at) = case.ended_at.filter(|_| self.main.is_some()) {
            let at = self.last_harm().unwrap_or(at);
            let shifts = case.shifts.iter().filter(|(_, shift)| shift.over_at() == Some(at));
            let sources = Sources::of(shifts.map(|(id, _)| Source::Shift(*id)));
            let sources = sources.unwrap_or_else(|| case.present().into());
            return Some(Known { at, by: None, sources });
        }
        if self.main.is_some() {
            return None;
        }
        let times = &case.record.times;
        let (moment, at) = [Moment::Mitigated, Moment::Resolved, Moment::Closed]
            .into_iter()
            .find_map(|moment| times.get(moment).map(|at| (moment, at)))?;
        Some(Known { at, by: None, sources: self.moment_sources(moment) })
    }

    /// When the last figure was back that is one of harm: slower calls may go on for a while after it.
    fn last_harm(&self) -> Option<Timestamp> {
        let is_harm = |shift: &&Shift| match shift.signal {
            Signal::Transfer
            | Signal::Answers
            | Signal::Errors
            | Signal::Volume
            | Signal::NoData => true,
            Signal::Latency | Signal::Log => false,
        };
        let harmed = self.case.shifts.iter().map(|(_, shift)| shift).filter(is_harm);
        harmed.filter_map(Shift::over_at).max()
    }

    fn find_detected(&self) -> Option<Known> {
        let at =
            self.case.record.times.detected.or(self.main.map(|(_, shift)| shift.detected_at))?;
        let shift = self.main.map(|(id, _)| Source::Shift(id));
        let line = self.case.told(What::ShiftDetected).next().map(Line::source);
        let sources = Sources::of(line.into_iter().chain(shift));
        Some(Known { at, by: None, sources: sources.unwrap_or_else(|| self.case.present().into()) })
    }

    /// The first report of a person, unless another time was told.
    fn find_noticed(&self) -> Option<Known> {
        let at = self.case.record.times.noticed?;
        let reports = self.case.told(What::Reported).filter(|line| line.by.is_person());
        let first = reports.min_by_key(|line| (line.happened_at, line.seq));
        let sources = self.moment_sources(Moment::Noticed);
        Some(match first.filter(|line| is_at(line, at)) {
            Some(line) => {
                Known { at, by: Some(line.by.to_string()), sources: line.source().into() }
            }
            None => Known { at, by: first.map(|line| line.by.to_string()), sources },
        })
    }

    /// Where a time of the incident stands: in what corrected it, or in what moved it.
    pub(crate) fn moment_sources(&self, moment: Moment) -> Sources {
        let mut corrected = self.case.told(What::TimeCorrected);
        let corrected = corrected.rfind(|line| line.words.starts_with(moment.word()));
        let moved = || {
            let at = self.case.record.times.get(moment)?;
            self.case.lines.iter().find(|line| is_at(line, at) && line.what == what_moves(moment))
        };
        corrected
            .or_else(moved)
            .map_or_else(|| self.case.present().into(), |line| line.source().into())
    }

    /// How long it lasted.
    pub(crate) fn lasted_s(&self) -> Option<f64> {
        let (onset, over) = (self.onset.as_ref()?, self.over.as_ref()?);
        Some(over.at.seconds_since(onset.at)).filter(|length| *length > 0.0)
    }

    /// Whether nothing failed and nothing else that usually wakes somebody showed it: the figure it is about is
    /// one of how much flows, or of what is answered.
    pub(crate) fn is_silent(&self) -> bool {
        let is_loud = |signal| match signal {
            Signal::Errors | Signal::NoData => true,
            Signal::Transfer | Signal::Answers | Signal::Latency | Signal::Volume | Signal::Log => {
                false
            }
        };
        let main = self.main.map(|(_, shift)| shift.signal);
        main.is_some_and(|signal| signal != Signal::Latency)
            && !self.case.shifts.iter().any(|(_, shift)| is_loud(shift.signal))
    }

    /// Verdicts on changes that are no attempts to help, those that people suspected first.
    pub(crate) fn judged(&self) -> Vec<&'a Judgement> {
        let tried: Vec<ChangeId> = self.attempts.iter().filter_map(|tried| tried.change).collect();
        let judgements = self.case.diagnosis.judgements.iter();
        let mut judged: Vec<&Judgement> =
            judgements.filter(|judged| !tried.contains(&judged.change)).collect();
        judged.sort_by(|a, b| {
            let rank = |judged: &Judgement| {
                (!self.is_suspected(judged.change), !self.was_taken_back(judged.change))
            };
            let likelier = b.probability.total_cmp(&a.probability);
            rank(a).cmp(&rank(b)).then(likelier).then(a.change.cmp(&b.change))
        });
        judged
    }

    /// Whether people believed that a change had a part in it.
    pub(crate) fn is_suspected(&self, change: ChangeId) -> bool {
        self.case.record.hypotheses.iter().any(|known| known.change == Some(change))
    }

    /// Whether a change was rolled back.
    pub(crate) fn was_taken_back(&self, change: ChangeId) -> bool {
        self.case.changes.iter().any(|later| later.reverses == Some(change))
    }

    /// Changes from before the onset that somebody could take for the cause: people suspected them, or took them back.
    pub(crate) fn suspects(&self) -> Vec<ChangeId> {
        let is_before = |at| self.onset.as_ref().is_none_or(|onset| at <= onset.at);
        let before = self.case.changes.iter().filter(|change| is_before(change.at));
        let suspected =
            before.filter(|change| self.is_suspected(change.id) || self.was_taken_back(change.id));
        suspected.map(|change| change.id).collect()
    }

    /// A change with this verdict.
    pub(crate) fn with_verdict(
        &self,
        verdicts: &'static [Verdict],
    ) -> impl Iterator<Item = &'a Judgement> {
        self.judged().into_iter().filter(move |judged| verdicts.contains(&judged.verdict))
    }

    /// The last attempt that helped.
    pub(crate) fn cure(&self) -> Option<&Attempt<'a>> {
        self.attempts.iter().rev().find(|tried| tried.effect == Effect::Worked)
    }

    /// What was altered where it starts, after a restart had stopped it: it may be the repair.
    pub(crate) fn repairs(&self) -> Vec<&'a Change> {
        let Some(cure) = self.cure().filter(|cure| cure.cures_nothing()) else { return Vec::new() };
        let restarted = cure.change.and_then(|id| self.case.change(id));
        let origin = self.origin().map(|origin| origin.service.as_str());
        let places = [restarted.map(|change| change.service.as_str()), origin];
        let is_repair = |change: &&Change| match change.kind {
            ChangeKind::Deploy | ChangeKind::Rollback | ChangeKind::Flag | ChangeKind::Config => {
                change.at > cure.at && places.contains(&Some(change.service.as_str()))
            }
            ChangeKind::Restart | ChangeKind::Instrumentation | ChangeKind::Other => false,
        };
        self.case.changes.iter().filter(is_repair).collect()
    }

    /// Where it most likely starts.
    pub(crate) fn origin(&self) -> Option<&'a hw_model::Origin> {
        self.case.diagnosis.origins.first()
    }

    /// Where it stands that it starts there: the last time that Highwater said so, and what shows it.
    pub(crate) fn origin_sources(&self) -> Sources {
        let said = self.case.told(What::OriginNamed).next_back().map(Line::source);
        let shift = self.main.map(|(id, _)| Source::Shift(id));
        let known = said.into_iter().chain(shift).chain([self.case.present()]);
        Sources::of(known).unwrap_or_else(|| self.case.present().into())
    }

    /// What other rooms know, for a section.
    pub(crate) fn facts(&self, section: SectionKind) -> Vec<Sentence> {
        let facts = self.case.facts.iter().filter(|fact| fact.section == section);
        facts.map(|fact| fact.sentence.clone()).collect()
    }

    /// Who wrote an entry.
    pub(crate) fn author(line: &Line) -> Option<String> {
        match &line.by {
            Author::Person(name) => Some(name.to_string()),
            Author::Highwater | Author::Program(_) => None,
        }
    }
}

/// Whether an entry is of a time. What comes through the API is cut to milliseconds.
pub(crate) fn is_at(line: &Line, at: Timestamp) -> bool {
    line.happened_at.seconds_since(at).abs() < 0.01
}

/// The entry that moves a time by itself.
const fn what_moves(moment: Moment) -> What {
    match moment {
        Moment::Detected | Moment::Started => What::ShiftDetected,
        Moment::Noticed => What::Reported,
        Moment::Declared | Moment::Mitigated | Moment::Resolved | Moment::Closed => What::StatusSet,
        Moment::Acknowledged => What::Noted,
    }
}
