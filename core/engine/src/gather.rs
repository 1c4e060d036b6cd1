//! Gathers the evidence on an incident from the counters: words and counts, nothing judged.

use crate::changes::ChangeLog;
use crate::describe::{describe, entry_words, ticks_of};
use crate::incidents::{Case, is_back};
use crate::relapse::Before;
use crate::shifts::{Shifts, Subject, Tracked};
use crate::watch::Watch;
use hw_diagnose::{
    AskedHop, Earlier, Evidence, Fate, Inlet, KnownChange, Leg, LogRate, SeenAnswers, Split, Track,
};
use hw_flow::{Asked, EntryIdx, Flow, HopIdx, HopTick, ServiceIdx};
use hw_model::{Change, ChangeKind, Direction, Hop, Shift, Signal, Timestamp};
use hw_stats::Counts;
use std::collections::BTreeSet;

/// Seconds before the onset that are compared with.
const COMPARED_S: i64 = 3_600;

/// Seconds since an earlier shift that are enough to tell what is usual.
const CALM_S_MIN: i64 = 60;

/// Hours before the onset in which a change may matter, and seconds after the end.
const CHANGES_BEFORE_S: f64 = 86_400.0;
const CHANGES_AFTER_S: f64 = 600.0;

/// Seconds after the onset in which log lines are compared: at least, unless the incident is
/// shorter, and at most.
const LOGS_S: (i64, i64) = (60, 600);

/// How much items count that are missing because their service fails: less than the failures.
const FOLLOWS_FAILURES: f64 = 2.5;

/// Everything there is to gather from.
pub(crate) struct Sources<'a> {
    pub flow: &'a Flow,
    pub watch: &'a Watch,
    pub shifts: &'a Shifts,
    pub changes: &'a ChangeLog,
    /// The second of the first record.
    pub first_s: i64,
    /// The second of the last input.
    pub now_s: i64,
}

/// The stretches that are compared.
#[derive(Clone, Copy)]
struct Stretches {
    before: (i64, i64),
    since: (i64, i64),
}

impl Sources<'_> {
    /// The evidence on the latest bout of an incident, from data of before `until`; `None` if it has
    /// no shift.
    pub(crate) fn gather(&self, case: &Case, until: Option<i64>) -> Option<Evidence> {
        let described = self.described(case);
        let (main, words) = described.first()?;
        let judged_s = self.judged_s(main.subject).min(until.unwrap_or(i64::MAX));
        let judged_s = words.accepted_at.map_or(judged_s, |at| judged_s.min(at.tick().0));
        let end = words.ended_at.or(words.back_since).map_or(judged_s, |end| end.tick().0);
        let (from, to) = (words.onset.from.tick().0, words.onset.to.tick().0);
        let first = self.first_s.max(from - COMPARED_S).max(self.calm_since(from));
        let stretches = Stretches { before: (first, from), since: (to, end.max(to)) };
        let subjects: Vec<Subject> = described
            .iter()
            .filter(|(shift, _)| shift.signal == Signal::Transfer)
            .map(|(shift, _)| shift.subject)
            .collect();
        Some(Evidence {
            now: Timestamp::from_s(judged_s),
            track: self.track(main, judged_s),
            flowed: self.flowed(case, main, judged_s),
            onset: main.onset.iter().map(|(at, w)| (Timestamp::from_s(*at), *w)).collect(),
            legs: self.flow.hops().filter_map(|hop| self.leg(hop, stretches)).collect(),
            asked: self.asked(&subjects, stretches),
            changes: self.changes(&described, stretches, until),
            logs: self.logs(stretches, end),
            inlets: self.inlets(stretches),
            sees_answers: self.flow.hops().any(|hop| self.flow.decides(hop)),
            earlier: case.before.as_ref().map(|before| self.earlier(before, main)),
            shifts: described.into_iter().map(|(_, shift)| shift).collect(),
        })
    }

    /// The shift that an incident is about.
    pub(crate) fn main_of(&self, case: &Case) -> Option<&Tracked> {
        match &case.before {
            Some(before) => self.shifts.get(before.main),
            None => self.described(case).first().map(|(main, _)| *main),
        }
    }

    /// The shifts of an incident's latest bout in words; the one it is about comes first. What has come
    /// back is about what it was about before, if that is back.
    fn described(&self, case: &Case) -> Vec<(&Tracked, Shift)> {
        let tracked = case.bout().iter().filter_map(|id| self.shifts.get(*id));
        let mut described: Vec<(&Tracked, Shift)> =
            tracked.map(|shift| (shift, describe(self.flow, shift))).collect();
        let failing = failing_services(&described);
        let main = case.before.as_ref().and_then(|before| self.shifts.get(before.main));
        let weight = |(tracked, words): &(&Tracked, Shift)| {
            let is_main = main.is_some_and(|main| is_back(main, tracked));
            (is_main, weight(words, &failing))
        };
        described.sort_by(|a, b| {
            let (a, b) = (weight(a), weight(b));
            b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        described
    }

    fn earlier(&self, before: &Before, main: &Tracked) -> Earlier {
        let was = self.shifts.get(before.main);
        Earlier {
            began_at: before.began_at,
            over_at: before.over_at,
            diagnosis: before.diagnosis.clone(),
            is_same_figure: was.is_some_and(|was| is_back(was, main)),
        }
    }

    /// The end of the last shift that was over long enough before `from`: what is usual does not
    /// include it.
    fn calm_since(&self, from: i64) -> i64 {
        let ended = self.shifts.all().filter(|shift| shift.signal != Signal::NoData);
        let ended = ended.filter_map(|shift| shift.over_at().map(|at| at.tick().0));
        ended.filter(|at| at + CALM_S_MIN <= from).max().unwrap_or(i64::MIN)
    }

    /// The first tick of a subject that is not judged yet.
    fn judged_s(&self, subject: Subject) -> i64 {
        let judged = match subject {
            Subject::Hop(hop) => self.flow.judged_until(Asked::Hop(hop)),
            Subject::Answers(asked, _) => self.flow.judged_until(asked),
            Subject::Entry(entry) => self.flow.entry_judged_until(entry),
            Subject::Service(_) => None,
        };
        judged.unwrap_or(self.now_s)
    }

    fn track(&self, main: &Tracked, to: i64) -> Track {
        let member = main.main();
        let from = main.onset.first().map_or(self.first_s, |(tick, _)| *tick);
        let stream = member.stream.and_then(|stream| self.watch.fleet.stream(stream));
        Track {
            form: stream.map_or(hw_stats::Form::Share, hw_detect::Stream::form),
            learned: member.alarm.learned,
            phi: stream.map_or(1.0, hw_detect::Stream::phi),
            ticks: ticks_of(self.flow, member.watched, from, to),
        }
    }

    fn leg(&self, hop: HopIdx, stretches: Stretches) -> Option<Leg> {
        let sum = |(from, to)| self.flow.hop_counts(hop, from, to);
        let (before, since) = (sum(stretches.before), sum(stretches.since));
        let items = |t: &HopTick| pair(t.entered, t.left);
        let failed = |t: &HopTick| pair(t.calls, t.failed);
        let slow = |t: &HopTick| pair(t.calls.saturating_sub(t.failed), t.slow[1]);
        let callee_is_heard = self.flow.is_callee_heard(hop);
        let words = self.flow.hop_words(hop)?;
        Some(Leg {
            // A callee that was never heard may keep anything, unless it was only asked to read.
            is_stateful: self.flow.is_message(hop) || !(callee_is_heard || only_reads(&words)),
            hop: words,
            callee_is_heard,
            items_before: items(&before),
            items_since: items(&since),
            failed_before: failed(&before),
            failed_since: failed(&since),
            slow_before: slow(&before),
            slow_since: slow(&since),
        })
    }

    /// For each hop whose transfer shifted: what its entry asks before items leave.
    fn asked(&self, subjects: &[Subject], stretches: Stretches) -> Vec<AskedHop> {
        let mut asked = Vec::new();
        for subject in subjects {
            let Subject::Hop(outcome) = *subject else { continue };
            let siblings = self.flow.entry_of(outcome).map_or(&[][..], |e| self.flow.hops_of(e));
            for hop in siblings.iter().filter(|hop| **hop != outcome) {
                if self.flow.is_asked_before(*hop, outcome) {
                    asked.extend(self.asked_hop(*hop, outcome, stretches));
                }
            }
        }
        asked
    }

    fn asked_hop(&self, hop: HopIdx, outcome: HopIdx, stretches: Stretches) -> Option<AskedHop> {
        let answers = self.flow.answer_key(hop).and_then(|key| {
            let (name, values) = self.flow.mix_names(Asked::Hop(hop), key)?;
            let fates = |(from, to)| self.flow.fates((hop, key), outcome, from, to);
            let (before, since) = (fates(stretches.before), fates(stretches.since));
            let rows = values.into_iter().zip(before).zip(since);
            let fates = rows.map(|((value, before), since)| Fate { value, before, since });
            Some(SeenAnswers { key: name, fates: fates.collect() })
        });
        Some(AskedHop {
            asked: self.flow.hop_words(hop)?,
            outcome: self.flow.hop_words(outcome)?,
            answers,
        })
    }

    fn changes(
        &self,
        described: &[(&Tracked, Shift)],
        stretches: Stretches,
        until: Option<i64>,
    ) -> Vec<KnownChange> {
        let Some((main, words)) = described.first() else { return Vec::new() };
        let topic = (main.subject, words.signal);
        let first = described.iter().map(|(_, shift)| shift.onset_at).min();
        let from = first.unwrap_or(words.onset_at).plus_s(-CHANGES_BEFORE_S);
        let ends: Option<Vec<Timestamp>> = described.iter().map(|(_, s)| s.over_at()).collect();
        let end = ends.and_then(|ends| ends.into_iter().max());
        let to = end.map_or(Timestamp(i64::MAX), |end| end.plus_s(CHANGES_AFTER_S));
        let to = until.map_or(to, |until| to.min(Timestamp::from_s(until)));
        let matters = |at: Timestamp| at >= from && at <= to;
        let noted = self.changes.all().filter(|noted| matters(noted.change.at));
        let mut known: Vec<KnownChange> = noted
            .map(|noted| KnownChange {
                change: noted.change.clone(),
                began_at: noted.began_at,
                settled_at: noted.settled_at,
                mitigates: noted.mitigates,
                split: self.split(topic, &noted.change, stretches),
            })
            .collect();
        known.sort_by(|a, b| {
            (a.change.at, &a.change.service).cmp(&(b.change.at, &b.change.service))
        });
        hw_diagnose::link_told(&mut known);
        known
    }

    /// Old and new version of the caller side by side, where the main shift is one of its transfer.
    fn split(
        &self,
        (subject, main): (Subject, Signal),
        change: &Change,
        stretches: Stretches,
    ) -> Option<Split> {
        let Subject::Hop(hop) = subject else { return None };
        let is_caller = self.flow.hop_words(hop).is_some_and(|hop| hop.caller == change.service);
        if !is_caller || main != Signal::Transfer || change.kind != ChangeKind::Deploy {
            return None;
        }
        // What replaced the new version ran after it, not beside it.
        let own = self.changes.all().filter(|noted| noted.change.service == change.service);
        let next = own.map(|noted| noted.began_at).filter(|at| *at > change.at).min();
        let (from, to) = stretches.since;
        let to = next.map_or(to, |next| to.min(next.tick().0));
        let by_version = self.flow.split(hop, from, to);
        let of = |version: &Option<String>| {
            let named = by_version
                .iter()
                .find(|(name, _)| Some(self.flow.vocabulary().name(*name)) == version.as_deref());
            named.map(|(_, counts)| *counts)
        };
        Some(Split { old: of(&change.from_version)?, new: of(&change.to_version)? })
    }

    fn logs(&self, stretches: Stretches, end: i64) -> Vec<LogRate> {
        let (from, onset) = stretches.before;
        let begun = self.changes.all().map(|noted| noted.began_at.tick().0);
        let next = begun.filter(|at| *at >= onset + LOGS_S.0).min().unwrap_or(i64::MAX);
        let early = end.min(onset + LOGS_S.1).min(next).max(onset);
        let seconds = [from, onset, early, end.max(onset)];
        let rates = self.flow.log_counts(seconds).filter_map(|log| {
            let template = self.flow.vocabulary().template(log.template)?;
            let exposure = |from: i64, to: i64| {
                let entries = self.flow.service_entries(log.service, from, to);
                if entries > 0 { entries as f64 } else { (to - from) as f64 }
            };
            Some(LogRate {
                service: self.flow.service_word(log.service),
                severity: template.severity,
                template: template.text.to_string(),
                before: Counts::new(exposure(from, onset), log.before as f64),
                early: Counts::new(exposure(onset, early), log.early as f64),
                n_since: log.since,
                first_at: log.first_since.map(Timestamp::from_s),
                place: self.flow.vocabulary().place(log.template).cloned(),
            })
        });
        rates.collect()
    }

    /// Entries that no hop leads to.
    fn inlets(&self, stretches: Stretches) -> Vec<Inlet> {
        let called: BTreeSet<(ServiceIdx, hw_model::NameId)> =
            self.flow.hops().filter_map(|hop| self.flow.callee_of(hop)).collect();
        let is_inlet = |entry: &EntryIdx| match self.flow.entry_place(*entry) {
            Some((service, Some(operation))) => !called.contains(&(service, operation)),
            Some((_, None)) => true,
            None => false,
        };
        let inlets = self.flow.entries().filter(is_inlet).filter_map(|entry| {
            let (service, operation) = entry_words(self.flow, entry)?;
            let [before, failed_before, slow_before] = self.inflow(entry, stretches.before);
            let [since, failed_since, slow_since] = self.inflow(entry, stretches.since);
            Some(Inlet {
                service,
                operation: Some(operation).filter(|operation| !operation.is_empty()),
                before,
                since,
                failed_before,
                failed_since,
                slow_before,
                slow_since,
            })
        });
        inlets.collect()
    }

    /// What came in by an entry: items per second, failed of all, slow of those that succeeded.
    fn inflow(&self, entry: EntryIdx, (from, to): (i64, i64)) -> [Counts; 3] {
        let (mut items, mut failed, mut slow) = (0.0, Counts::default(), Counts::default());
        self.flow.visit_entry_ticks(entry, from, to, |_, tick| {
            items += f64::from(tick.entered);
            failed += pair(tick.entries + tick.failed, tick.failed);
            slow += pair(tick.entries, tick.slow[1]);
        });
        [Counts::new((to - from) as f64, items), failed, slow]
    }
}

/// How much a shift counts as the one the incident is about; among equals the one with more evidence.
/// Items that no longer leave a service that fails, or whose calls fail, are missing because of that:
/// there failures come first.
fn weight(shift: &Shift, failing: &BTreeSet<String>) -> f64 {
    let follows = shift.signal == Signal::Transfer
        && shift.direction == Direction::Down
        && failing.contains(&shift.service);
    let kind = if follows { FOLLOWS_FAILURES } else { shift.signal.weight() };
    kind * 1e6 + shift.evidence_nats
}

/// Services that fail more than they did, or whose calls do.
fn failing_services(described: &[(&Tracked, Shift)]) -> BTreeSet<String> {
    let failing = described.iter().map(|(_, shift)| shift);
    let failing = failing.filter(|shift| shift.signal == Signal::Errors);
    let caller = |shift: &Shift| shift.target.hop().map_or(&shift.service, |h| &h.caller).clone();
    failing.map(caller).collect()
}

/// Whether the operation changes nothing at the callee: HTTP's safe methods (RFC 9110 §9.2.1), and
/// queries.
fn only_reads(hop: &Hop) -> bool {
    let verb = hop.operation.split([' ', '/']).next().unwrap_or_default();
    ["GET", "HEAD", "OPTIONS", "SELECT"].iter().any(|read| verb.eq_ignore_ascii_case(read))
}

fn pair(n: u32, k: u32) -> Counts {
    Counts::new(f64::from(n), f64::from(k))
}
