//! What rules would have done: over recorded windows, in an incident, and the rule that one lacked.

use super::super::Answers;
use super::super::pasts::Final;
use super::cases::{Stretch, case};
use super::remembered::Wanted;
use super::shown;
use hw_api::{Backtest, Incident, Replay, RuleBody, RuleProposal, Shift, instant, rfc3339};
use hw_detect::rule::{
    Case, Expects, Measure, NoRule, Past, Proposal, Question, Quiet, Rule, SweepPoint, backtest,
    propose, sweep,
};
use hw_model::{HopId, ShiftId, Signal, Target, Timestamp, plain};
use hw_prometheus::{RuleFile, TestFile, test_file};
use hw_web::{Answered, BacktestAsked, Failure, MaySee, RuleAsked};

/// Days that a backtest reads unless it is said from when, and at most.
const DAYS: f64 = 14.0;
const DAYS_MAX: f64 = 62.0;

/// Seconds before an incident from which on it is run through the rules.
const LEAD_S: f64 = 7_200.0;

/// Letters of a name in the name of a rule.
const NAME_MAX: usize = 60;

/// Days in seconds.
const fn days(days: f64) -> f64 {
    days * 86_400.0
}

/// What a rule did, with all it was run over.
pub(super) struct Proven<'a> {
    pub rule: &'a Rule,
    pub body: RuleBody,
    pub past: &'a Past,
    pub cases: &'a [Case],
    pub found: hw_detect::rule::Backtest,
    pub sweep: Vec<SweepPoint>,
    pub false_alarms_a_month: Option<f64>,
    pub damaged_packs: u64,
}

impl Answers {
    pub(in crate::server::backend) fn backtest_of(
        &self,
        asked: &BacktestAsked,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Backtest>> {
        let body = match &asked.rule {
            RuleAsked::Told(body) => (**body).clone(),
            RuleAsked::Kept(id) => match self.kept_rule(*id)? {
                Some(kept) => kept.rule,
                None => return Ok(None),
            },
        };
        let known = self.final_or_later()?;
        let rule =
            body.read(known.window_s).map_err(|fault| Failure::Invalid(fault.to_string()))?;
        let stretch = stretch(asked, known)?;
        let (past, damaged_packs) = self.past_of(&rule, stretch)?;
        let cases = self.cases_of(&rule, stretch, may_see)?;
        let found = backtest(&rule, &past, &cases, known.after_s);
        let swept = asked.is_swept.then(|| sweep(&rule, &past, &wanted(&cases), known.after_s));
        Ok(Some(shown::backtest(&Proven {
            false_alarms_a_month: a_month(&rule, &past, &cases),
            sweep: swept.unwrap_or_default(),
            body,
            rule: &rule,
            past: &past,
            cases: &cases,
            found,
            damaged_packs,
        })))
    }

    pub(in crate::server::backend) fn proposal_of(
        &self,
        (number, wanted): (u32, Option<ShiftId>),
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<RuleProposal>> {
        let Some(incident) = self.incident_words(number)? else { return Ok(None) };
        let shifts = self.shifts_of(&incident)?;
        let mut why: Option<String> = None;
        for shift in by_weight(shifts, wanted) {
            match self.proposal_on((&incident, &shift), may_see)? {
                Ok(found) => return Ok(Some(found)),
                Err(no_rule) => {
                    let said =
                        format!("{} ({} of {}): {no_rule}", shift.id, shift.signal, shift.service);
                    why.get_or_insert(said);
                }
            }
        }
        Err(Failure::Invalid(why.unwrap_or_else(|| {
            let id = &incident.id;
            format!(
                "no rule is proposed for {id}: none of its shifts is one of transfer, answers, errors or \
                 volume; the others the detector knows better"
            )
        })))
    }

    /// The rule on the figure of one shift.
    fn proposal_on(
        &self,
        (incident, shift): (&Incident, &Shift),
        may_see: &mut MaySee<'_>,
    ) -> Answered<Result<RuleProposal, NoRule>> {
        let Some((target, measure)) = figure(shift) else {
            return Ok(Err(NoRule::NothingInIncident));
        };
        let known = self.final_or_later()?;
        let began = instant(&shift.onset_from).unwrap_or(Timestamp(0));
        let data_end = Timestamp::from_s(known.before.saturating_mul(known.window_s));
        // What came long after it says nothing of what was usual then.
        let over = shift.ended_at.as_deref().and_then(instant).unwrap_or(data_end);
        let to = data_end.min(over.plus_s(days(DAYS)));
        let stretch =
            Stretch { from: to.plus_s(-days(DAYS_MAX)).max(began.plus_s(-days(DAYS))), to };
        let Some(probe) = probe(shift, (&target, &measure), known.window_s) else {
            return Ok(Err(NoRule::NothingInIncident));
        };
        let mut cases = self.cases_of(&probe, stretch, may_see)?;
        // The one it is for stands first.
        cases.sort_by_key(|case| (case.name != incident.id, case.expects == Expects::Nothing));
        let wanted = Wanted {
            incident: incident.id.clone(),
            shift: shift.id.clone(),
            probe,
            stretch,
            cases,
            final_after_s: known.after_s,
        };
        if let Some(found) = self.proposals.find(&wanted) {
            return Ok(found);
        }
        let found = self.worked_out(&wanted, (&target, &measure))?;
        self.proposals.keep(wanted, found.clone());
        Ok(found)
    }

    /// The rule that does best over what was counted.
    fn worked_out(
        &self,
        asked: &Wanted,
        (target, measure): (&Target, &Measure),
    ) -> Answered<Result<RuleProposal, NoRule>> {
        let Wanted { incident, shift, probe, cases, final_after_s, .. } = asked;
        let (past, damaged_packs) = self.past_of(probe, asked.stretch)?;
        let question = Question {
            name: &probe.terms().name,
            target,
            measure,
            past: &past,
            cases,
            final_after_s: *final_after_s,
        };
        let Proposal { rule, because, false_alarms_a_month, backtest } = match propose(&question) {
            Ok(proposal) => proposal,
            Err(no_rule) => return Ok(Err(no_rule)),
        };
        let body = RuleBody {
            incident: Some(incident.clone()),
            because: because.clone(),
            ..RuleBody::of(&rule)
        };
        let proven = Proven {
            false_alarms_a_month: Some(false_alarms_a_month),
            sweep: sweep(&rule, &past, &wanted(cases), *final_after_s),
            body: body.clone(),
            rule: &rule,
            past: &past,
            cases,
            found: backtest,
            damaged_packs,
        };
        let written_by = format!("highwater rule propose {}", incident);
        let file = RuleFile { rule: &rule, because: &because, written_by: &written_by };
        // As `highwater rule propose --dir` calls it.
        let rule_file = format!("{}.rule.yml", incident);
        let test = test_file(&TestFile { rule: &rule, rule_file: &rule_file, past: &past, cases });
        Ok(Ok(RuleProposal {
            incident: incident.clone(),
            shift: shift.clone(),
            rule: body,
            bound: rule.bound_words(),
            backtest: shown::backtest(&proven),
            prometheus: file.text(),
            no_promtool: test.as_ref().err().map(ToString::to_string),
            promtool: test.ok(),
        }))
    }

    pub(in crate::server::backend) fn replay_of(&self, number: u32) -> Answered<Option<Replay>> {
        let Some(incident) = self.incident_words(number)? else { return Ok(None) };
        let shifts = self.shifts_of(&incident)?;
        let known = self.final_or_later()?;
        let data_end = Timestamp::from_s(known.before.saturating_mul(known.window_s));
        let mut found = Vec::new();
        for watched in self.watched_rules(known.window_s)? {
            let rule = &watched.rule;
            // A rule that has nothing to do with it does not fire because of it.
            let Some(case) = case(rule, (&incident, &shifts), data_end) else { continue };
            let stretch = Stretch {
                from: case.from.plus_s(-LEAD_S - rule.echo_s() as f64),
                to: data_end.min(case.to.plus_s(rule.echo_s() as f64)),
            };
            let (past, _) = self.past_of(rule, stretch)?;
            let cases = [case];
            let run = backtest(rule, &past, &cases, known.after_s);
            found.extend(shown::replayed(&watched, &cases, &run));
        }
        Ok(Some(shown::replay(&incident.id, found)))
    }

    /// What was counted of a rule's figure, from its first count on, and how many packs are damaged.
    fn past_of(&self, rule: &Rule, Stretch { from, to }: Stretch) -> Answered<(Past, u64)> {
        let step_s = rule.step_s();
        let number = |at: Timestamp| at.tick().0.div_euclid(step_s);
        let figure = (rule.terms().target.clone(), rule.terms().measure.clone());
        let range = (number(from), number(to).max(number(from)));
        let found = self.pasts(vec![figure], range)?;
        let past = found.pasts.into_iter().next();
        let mut past = past.unwrap_or(Past { step_s, first: range.0, rows: Vec::new() });
        let unknown = past.rows.iter().take_while(|row| row.is_none()).count();
        past.rows.drain(..unknown);
        past.first = past.first.saturating_add(i64::try_from(unknown).unwrap_or(0));
        Ok((past, found.damaged_packs))
    }
}

/// Incidents that want a firing first: a sweep goes towards the figure of the first.
fn wanted(cases: &[Case]) -> Vec<Case> {
    let mut cases = cases.to_vec();
    cases.sort_by_key(|case| case.expects == Expects::Nothing);
    cases
}

/// False alarms that chance makes of a rule in thirty days.
fn a_month(rule: &Rule, past: &Past, cases: &[Case]) -> Option<f64> {
    let terms = rule.terms();
    let edge = terms.bound.above().or_else(|| terms.bound.below())?;
    let quiet_past = past.without(cases);
    let quiet = Quiet::of(&quiet_past, &terms.measure, rule.steps(), edge)?;
    Some(quiet.false_alarms_a_month(terms.bound, terms.items_min)).filter(|n| n.is_finite())
}

/// Which windows are asked for.
fn stretch(asked: &BacktestAsked, known: Final) -> Answered<Stretch> {
    let data_end = Timestamp::from_s(known.before.saturating_mul(known.window_s));
    let to = asked.to.map_or(data_end, |to| to.min(data_end));
    let from = asked.from.unwrap_or_else(|| to.plus_s(-days(DAYS)));
    if from >= to {
        return Err(Failure::Invalid(format!(
            "from is not before {}, where the data that is final ends",
            rfc3339(to)
        )));
    }
    if to.seconds_since(from) > days(DAYS_MAX) {
        return Err(Failure::Invalid(format!("a backtest is over {DAYS_MAX} days at most")));
    }
    Ok(Stretch { from, to })
}

/// The shifts of an incident that a rule can look at, the one that tells most first; or the one that is
/// wanted.
fn by_weight(mut shifts: Vec<Shift>, wanted: Option<ShiftId>) -> Vec<Shift> {
    let weight = |shift: &Shift| match shift.signal.as_str() {
        signal if signal == Signal::Transfer.word() => 4,
        signal if signal == Signal::Answers.word() => 3,
        signal if signal == Signal::Errors.word() => 2,
        signal if signal == Signal::Volume.word() => 1,
        _ => 0,
    };
    shifts.retain(|shift| match wanted {
        Some(wanted) => shift.id == wanted.to_string(),
        None => weight(shift) > 0,
    });
    let rank = |shift: &Shift| (weight(shift), shift.evidence_nats);
    shifts.sort_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    shifts
}

/// The figure of a shift; `None` if no rule can look at it.
fn figure(shift: &Shift) -> Option<(Target, Measure)> {
    let target = match &shift.hop {
        Some(id) => Target::Hop(HopId(id.clone()).hop()?),
        None => Target::Service(shift.service.clone()),
    };
    let measure = match shift.signal.as_str() {
        signal if signal == Signal::Transfer.word() => Measure::Transfer,
        signal if signal == Signal::Answers.word() => Measure::Answer(shift.value.clone()?),
        signal if signal == Signal::Errors.word() => Measure::Errors,
        signal if signal == Signal::Volume.word() => Measure::Volume,
        _ => return None,
    };
    Some((target, measure))
}

/// A rule on the figure of a shift with a bound between its two figures: what incidents are found by.
fn probe(shift: &Shift, (target, measure): (&Target, &Measure), step_s: i64) -> Option<Rule> {
    use hw_detect::rule::{Bound, Terms};
    let middle = 0.5 * (shift.before + shift.after);
    let is_up = shift.after > shift.before;
    let terms = Terms {
        name: name(target, measure, is_up),
        target: target.clone(),
        measure: measure.clone(),
        window_s: step_s,
        bound: if is_up { Bound::Above(middle) } else { Bound::Below(middle) },
        items_min: u64::from(*measure != Measure::Volume),
        for_s: 0,
        keep_s: 0,
    };
    Rule::new(terms, step_s).ok()
}

/// What a proposed rule is called.
fn name(target: &Target, measure: &Measure, is_up: bool) -> String {
    let short = |name: &str| plain(name, NAME_MAX);
    let often = if is_up { "too often" } else { "too seldom" };
    let much = if is_up { "too much" } else { "too little" };
    match (measure, target) {
        (Measure::Transfer, Target::Hop(hop)) => {
            format!("{} passes {much} on to {}", short(&hop.caller), short(&hop.callee))
        }
        (Measure::Answer(value), Target::Hop(hop)) => {
            format!("{} answers {} {often}", short(&hop.callee), short(value))
        }
        (Measure::Errors, Target::Hop(hop)) => {
            format!("{} fails {} {often}", short(&hop.callee), short(&hop.caller))
        }
        (Measure::Errors, Target::Entry { service, .. } | Target::Service(service)) => {
            format!("{} fails {often}", short(service))
        }
        (_, Target::Hop(hop)) => format!("{much} goes to {}", short(&hop.callee)),
        (_, Target::Entry { service, .. } | Target::Service(service)) => {
            format!("{much} enters {}", short(service))
        }
    }
}
