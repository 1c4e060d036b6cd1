//! A thread that runs the rules beside the detector, on windows as they become final.
//!
//! What a rule says is written into the record before it is kept that it was said, under a key of the rule
//! and of when it began to fire: after a kill the same windows are judged again, and say the same under the
//! same keys. A rule that is new begins with the first window that was not final when it was set, and no rule
//! looks back further than a week.

use super::backend::{Answers, Final, KeptStanding, Watched};
use hw_detect::rule::{Past, RuleRun};
use hw_web::{Answered, Failure};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tracing::{debug, warn};

/// Between two looks at which windows are final.
const LOOK: Duration = Duration::from_secs(1);

/// Seconds that a rule may be behind; what is older nobody waits for.
const BEHIND_S: i64 = 7 * 86_400;

/// Seconds after which it is kept that a rule was judged although nothing became of it.
const KEEP_S: i64 = 600;

/// Runs the rules.
pub(super) struct Watching {
    answers: Arc<Answers>,
    stopping: watch::Receiver<bool>,
    /// Where rules stand, further on than is kept of them.
    ahead: BTreeMap<u32, KeptStanding>,
    /// Up to where windows were final at the last look.
    looked_at: Option<i64>,
    /// Whether it was said that rules cannot be run.
    is_said: bool,
}

impl Watching {
    pub(super) fn new(answers: &Arc<Answers>, stopping: &watch::Receiver<bool>) -> Self {
        Self {
            answers: Arc::clone(answers),
            stopping: stopping.clone(),
            ahead: BTreeMap::new(),
            looked_at: None,
            is_said: false,
        }
    }

    /// Runs them until the server ends.
    pub(super) fn run(mut self) {
        while !self.waited() {
            match self.look() {
                Ok(()) => self.is_said = false,
                // The engine is busy, or the disk is: the same windows are there later.
                Err(Failure::Unavailable { reason, .. }) => debug!(reason, "rules wait"),
                Err(failure) if !self.is_said => {
                    self.is_said = true;
                    warn!(%failure, "rules cannot be run: they are tried again every second");
                }
                Err(failure) => debug!(%failure, "rules still cannot be run"),
            }
        }
    }

    /// Waits until it is time again. Returns whether the server ends.
    fn waited(&mut self) -> bool {
        let stopping = &mut self.stopping;
        let waited = async {
            let stopped = stopping.wait_for(|is_stopping| *is_stopping);
            tokio::time::timeout(LOOK, stopped).await.is_ok()
        };
        self.answers.runtime.block_on(waited)
    }

    /// Judges the windows that have become final.
    fn look(&mut self) -> Answered<()> {
        let Some(known) = self.answers.final_windows()? else { return Ok(()) };
        if self.looked_at == Some(known.before) {
            return Ok(());
        }
        let mut rules = self.answers.watched_rules(known.window_s)?;
        self.ahead.retain(|id, _| rules.iter().any(|rule| rule.id == *id));
        for rule in &mut rules {
            self.go_ahead(rule, known);
        }
        let behind = rules
            .iter()
            .filter_map(|rule| Some(rule.standing.next? - i64::try_from(rule.rule.steps()).ok()?));
        if let Some(from) = behind.min() {
            let figures = rules.iter().map(|watched| {
                let terms = watched.rule.terms();
                (terms.target.clone(), terms.measure.clone())
            });
            let found = self.answers.pasts(figures.collect(), (from, known.before))?;
            for (watched, past) in rules.iter().zip(&found.pasts) {
                self.judge(watched, past)?;
            }
        }
        self.looked_at = Some(known.before);
        Ok(())
    }

    /// Puts a rule where it stands, or a week back if that is longer ago or it was set before any data.
    fn go_ahead(&self, rule: &mut Watched, known: Final) {
        if let Some(ahead) = self.ahead.get(&rule.id) {
            rule.standing.clone_from(ahead);
        }
        let oldest = known.before.saturating_sub(BEHIND_S / known.window_s.max(1));
        // What fires goes on firing: its end is still to be said.
        rule.standing.next = rule.standing.next.max(Some(oldest));
    }

    /// Runs a rule over the windows that it has not judged, and says what it says.
    fn judge(&mut self, watched: &Watched, past: &Past) -> Answered<()> {
        let Some(next) = watched.standing.next else { return Ok(()) };
        let row = |number: i64| usize::try_from(number.saturating_sub(past.first)).unwrap_or(0);
        let steps = i64::try_from(watched.rule.steps()).unwrap_or(i64::MAX);
        let first = next.saturating_sub(steps - 1);
        let before = past.rows.get(row(first)..row(next)).unwrap_or_default();
        let mut run = RuleRun::resumed(&watched.rule, first, watched.standing.standing());
        before.iter().for_each(|counts| run.fill(*counts));
        let mut standing = watched.standing.clone();
        for counts in past.rows.get(row(next)..).unwrap_or_default() {
            let said = run.push(*counts);
            if let Some(said) = &said {
                let told = Watched { standing: standing.clone(), ..watched.clone() };
                standing.incident = self.answers.write_rule(&told, said)?;
            }
            standing = standing.after(run.next(), run.standing());
            if said.is_some() {
                self.keep(watched.id, &standing)?;
            }
        }
        let kept_s = next.saturating_mul(past.step_s).div_euclid(KEEP_S);
        let now_s = run.next().saturating_mul(past.step_s).div_euclid(KEEP_S);
        let is_same = standing.standing() == watched.standing.standing();
        self.ahead.insert(watched.id, standing.clone());
        if !is_same || now_s > kept_s {
            self.keep(watched.id, &standing)?;
        }
        Ok(())
    }

    /// Keeps where a rule stands.
    fn keep(&mut self, id: u32, standing: &KeptStanding) -> Answered<()> {
        self.answers.keep_standings(vec![(id, standing.words())])?;
        self.ahead.insert(id, standing.clone());
        Ok(())
    }
}
