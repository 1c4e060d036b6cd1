//! The change was taken back: an experiment. Did the figure return?

use super::{Fact, Factor};
use crate::evidence::{Evidence, KnownChange};
use crate::words::{clock, count, for_length, points, stayed_at};
use hw_model::{ChangeKind, Origin, Timestamp, length_words};

/// Seconds after a reversal has settled before its data counts.
const GUARD_S: f64 = 10.0;

/// Longest stretch of data after a reversal that is read.
const READ_S: f64 = 1_800.0;

/// Odds below which it is a hard fact that the figure stayed, or that both versions shifted alike.
pub(super) const HARD: f64 = 0.2;

/// Probability that the figure comes back anyway.
const ANYWAY: f64 = 0.08;

/// How much less surely the figure returns where it starts in the changed service itself.
const LEFT_BEHIND: f64 = 0.2;

/// How surely and how quickly taking back a guilty change lets the figure return.
#[derive(Clone, Copy)]
pub(super) struct Return {
    probability: f64,
    tau_s: f64,
}

impl Return {
    /// By whether the changed service keeps or sends anything that outlives a call (docs/internals/
    /// attribution.md; tau 30 s instead of 60 s for stateless services: items pass in
    /// milliseconds, so what a deploy had altered is gone as soon as the old version answers).
    pub(super) fn of(evidence: &Evidence, service: &str) -> Self {
        let is_stateful =
            evidence.legs.iter().any(|leg| leg.hop.caller == service && leg.is_stateful);
        if is_stateful {
            Self { probability: 0.85, tau_s: 180.0 }
        } else {
            Self { probability: 0.95, tau_s: 30.0 }
        }
    }

    /// The same where the fault may sit in the service itself: what a version leaves behind, it leaves there.
    fn here(evidence: &Evidence, origins: &[Origin], service: &str) -> Self {
        let own = origins.iter().find(|origin| origin.service == service);
        let elsewhere = Self::of(evidence, service);
        let left = LEFT_BEHIND * own.map_or(0.0, |origin| origin.confidence);
        Self { probability: elsewhere.probability - left, ..elsewhere }
    }

    /// Probability that nothing is left of a guilty change once its version is gone.
    pub(super) const fn probability(self) -> f64 {
        self.probability
    }

    /// Probability that it would have returned within this time.
    pub(super) fn within(self, seconds: f64) -> f64 {
        self.probability * (1.0 - (-seconds.max(0.0) / self.tau_s).exp())
    }

    /// Time until the probability is within a tenth of what it can be.
    fn settled_s(self) -> f64 {
        self.tau_s * 10f64.ln()
    }
}

/// The evidence of a change's reversal, if it was reversed while the shift lasted.
pub(super) fn weigh(
    evidence: &Evidence,
    origins: &[Origin],
    known: &KnownChange,
) -> Option<Factor> {
    let reversal = evidence.changes.iter().find(|other| {
        other.change.kind == ChangeKind::Rollback && other.change.reverses == Some(known.change.id)
    })?;
    let at = reversal.change.at;
    if reversal.settled_at < evidence.onset_interval().from {
        return Some(gone_before(evidence, (origins, known), at));
    }
    if at <= evidence.onset_at() || evidence.was_back_before(reversal) {
        return None;
    }
    let from = reversal.settled_at.plus_s(GUARD_S);
    let to = evidence.read_until(reversal, READ_S);
    let counts = evidence.track.between(from, to);
    let read_s = to.seconds_since(from);
    if counts.n < 1.0 || read_s <= 0.0 {
        return None;
    }
    let shifted = evidence.track.between(evidence.onset_interval().to, reversal.began_at);
    let returned = evidence.track.ln_returned(counts, shifted).clamp(-40.0, 40.0).exp();
    let rho = Return::here(evidence, origins, &known.change.service).within(read_s);
    let bayes_factor = (rho * returned + 1.0 - rho) / (ANYWAY * returned + 1.0 - ANYWAY);
    let figure = counts.ratio().unwrap_or(0.0);
    let stayed = returned < 1.0;
    let because = if stayed {
        format!(
            "rolled back at {}; the figure stayed at {} {}, through {} more items ({})",
            clock(evidence, at),
            stayed_at(evidence.track.baseline(), figure),
            for_length(read_s),
            count(counts.n),
            points(bayes_factor)
        )
    } else {
        format!(
            "rolled back at {}, and the figure returned ({})",
            clock(evidence, at),
            points(bayes_factor)
        )
    };
    let is_hard = stayed && bayes_factor <= HARD;
    Some(Factor::soft(Fact::Reversal, bayes_factor, because).hard_if(is_hard))
}

/// It was gone when the shift began: what it may have left behind would have to have waited.
fn gone_before(
    evidence: &Evidence,
    (origins, known): (&[Origin], &KnownChange),
    at: Timestamp,
) -> Factor {
    let bayes_factor = 1.0 - Return::here(evidence, origins, &known.change.service).probability();
    let because = format!(
        "taken back at {}, before {} ({})",
        clock(evidence, at),
        if evidence.earlier.is_some() { "it came back" } else { "the shift began" },
        points(bayes_factor)
    );
    Factor::soft(Fact::Reversal, bayes_factor, because)
}

/// What would decide an undecided change, and when.
pub(super) fn what_would_decide(evidence: &Evidence, known: &KnownChange) -> String {
    let settle_s = GUARD_S + Return::of(evidence, &known.change.service).settled_s();
    let span = evidence.now.seconds_since(evidence.onset_at()).max(1.0);
    let rate = evidence.track.between(evidence.onset_at(), evidence.now).n / span;
    let reversal =
        evidence.changes.iter().find(|other| other.change.reverses == Some(known.change.id));
    match reversal {
        Some(reversal) if evidence.now < reversal.settled_at.plus_s(settle_s) => {
            let due = reversal.settled_at.plus_s(settle_s);
            let items = rate * due.seconds_since(evidence.now);
            format!("decidable after about {} more items, at {}", count(items), clock(evidence, due))
        }
        Some(_) => "a second, independent fact would decide it: a re-deploy without return, or a cure elsewhere".to_owned(),
        None if !can_be_taken_back(known.change.kind) => {
            "a cure elsewhere would decide it, or that it comes again and nothing happens".to_owned()
        }
        None => format!(
            "if it were taken back and the figure returned within {} ({} items), that would decide it",
            length_words(settle_s),
            count(rate * settle_s)
        ),
    }
}

/// A restart happened; nobody can undo it.
const fn can_be_taken_back(kind: ChangeKind) -> bool {
    !matches!(kind, ChangeKind::Restart)
}
