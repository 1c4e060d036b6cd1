//! Did it help? Each rollback, restart and told mitigation, against the baseline.
//!
//! ln L(baseline) / L(where it had shifted to) of the ticks after the attempt had settled
//! (in the recording: rollback without effect -42 at 20 s, restart that worked +30 at 5 s).

use crate::evidence::{DECIDED_NATS, Evidence, KnownChange};
use crate::words::{change_words, clock, share, stayed_at};
use hw_model::{ChangeKind, Effect, Mitigation, length_words};

/// Seconds of data before an effect is decided.
const READ_S_MIN: f64 = 5.0;

/// Longest stretch that is read.
const READ_S_MAX: f64 = 600.0;

/// Attempts that follow each other within so many seconds cannot be told apart while it is not
/// known when the figure was back.
const APART_S: f64 = 30.0;

/// Every attempt to help between onset and end.
pub(crate) fn judge_all(evidence: &Evidence) -> Vec<Mitigation> {
    let attempts = evidence.changes.iter().filter(|known| is_attempt(evidence, known));
    attempts
        .map(|known| {
            let (effect, because) = effect_of(evidence, known);
            Mitigation { change: known.change.id, effect, because }
        })
        .collect()
}

/// Whether a change between onset and end was made to help.
pub(crate) fn is_attempt(evidence: &Evidence, known: &KnownChange) -> bool {
    let is_kind = matches!(known.change.kind, ChangeKind::Rollback | ChangeKind::Restart);
    let ended = evidence.main().ended_at;
    // A restart that cures does so while it restarts: its first span comes after the end.
    let last = ended.map_or(evidence.now, |end| end.plus_s(READ_S_MIN + 30.0));
    (is_kind || known.mitigates) && known.change.at > evidence.onset_at() && known.change.at <= last
}

/// Another attempt so short a time before this one that its effect could not be seen.
fn tried_just_before<'a>(evidence: &'a Evidence, known: &KnownChange) -> Option<&'a KnownChange> {
    evidence.changes.iter().find(|other| {
        let apart_s = known.began_at.seconds_since(other.settled_at);
        other.change.at < known.change.at && apart_s < APART_S && is_attempt(evidence, other)
    })
}

/// The effect of one attempt, with the facts.
pub(crate) fn effect_of(evidence: &Evidence, known: &KnownChange) -> (Effect, Vec<String>) {
    let from = known.settled_at;
    let to = evidence.read_until(known, READ_S_MAX);
    let counts = evidence.track.between(from, to);
    let read_s = to.seconds_since(from);
    let what = change_words(evidence, known);
    if let Some(end) = evidence.main().ended_at
        && evidence.was_back_before(known)
    {
        let fact = format!("{what}; the figure was back before that, at {}", clock(evidence, end));
        return (Effect::None, vec![fact]);
    }
    if read_s < READ_S_MIN || counts.n < 1.0 {
        return (Effect::Undecided, vec![format!("{what}; too little data since to tell")]);
    }
    let shifted = evidence.track.between(evidence.onset_interval().to, known.began_at);
    let nats = evidence.track.ln_returned(counts, shifted);
    let figure = counts.ratio().unwrap_or(0.0);
    if nats >= DECIDED_NATS
        && evidence.main().ended_at.is_none()
        && let Some(other) = tried_just_before(evidence, known)
    {
        let other = change_words(evidence, other);
        let fact = format!("{what}, and {other}; which of them helped is not decidable yet");
        (Effect::Undecided, vec![fact])
    } else if nats >= DECIDED_NATS {
        let back = evidence
            .main()
            .ended_at
            .map_or_else(String::new, |end| format!(", back since {}", clock(evidence, end)));
        let fact = format!(
            "{what}; since then {} where {} is usual, over {}{back} ({nats:.0} nats for the baseline)",
            share(figure),
            share(evidence.track.baseline()),
            length_words(read_s)
        );
        (Effect::Worked, vec![fact])
    } else if nats <= -DECIDED_NATS {
        let fact = format!(
            "{what}; expected: back to {}; observed: {} for {} ({:.0} nats against a return)",
            share(evidence.track.baseline()),
            stayed_at(evidence.track.baseline(), figure),
            length_words(read_s),
            -nats
        );
        (Effect::None, vec![fact])
    } else {
        let fact = format!("{what}; {} since, not decidable yet ({nats:.0} nats)", share(figure));
        (Effect::Undecided, vec![fact])
    }
}
