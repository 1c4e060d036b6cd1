//! Changes and shifts in one line each.

use crate::clock::{Clock, Start};
use hw_model::{Change, ChangeKind, Effect, Hop, Shift, Target, Timestamp, Verdict};

/// `router deployed at 08:03 (1.4.2 -> 2.0.0)`.
pub(super) fn change_words(start: Start, change: &Change) -> String {
    let Change { kind, service, from_version, to_version, .. } = change;
    let done = match kind {
        ChangeKind::Deploy => "deployed",
        ChangeKind::Rollback => "rolled back",
        ChangeKind::Restart => "restarted",
        ChangeKind::Flag => "flag set",
        ChangeKind::Config => "configured",
        ChangeKind::Instrumentation => "telemetry changed",
        ChangeKind::Other => "changed",
    };
    let versions = match (from_version, to_version) {
        (Some(from), Some(to)) if from != to => format!(" ({from} -> {to})"),
        (None, Some(to)) => format!(" ({to})"),
        (Some(_), Some(_)) | (_, None) => String::new(),
    };
    let again = if change.redeploy_of.is_some() { " again" } else { "" };
    format!("{service} {done}{again} at {}{versions}", second(start, change.at))
}

/// A verdict as people say it.
pub(super) const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Implicated => "implicated",
        Verdict::NotImplicated => "not implicated",
        Verdict::Exonerated => "exonerated",
        Verdict::Undecided => "undecided",
    }
}

/// What came of an attempt to help.
pub(super) const fn effect_words(effect: Effect) -> &'static str {
    match effect {
        Effect::Worked => "worked",
        Effect::None => "had no effect",
        Effect::Undecided => "not decided yet whether it helps",
    }
}

/// `transfer up on screening POST /items -> worklist POST /items: 0.50 -> 1.00 since 11:00`.
pub(super) fn shift_words(start: Start, shift: &Shift) -> String {
    format!(
        "{}: {:.2} -> {:.2} since {}",
        shift_name(shift),
        shift.before,
        shift.after,
        second(start, shift.onset_at)
    )
}

/// What of a shift does not move.
pub(super) fn shift_name(shift: &Shift) -> String {
    let target = match &shift.target {
        Target::Hop(hop) => hop_words(hop),
        Target::Entry { service, operation } => format!("{service} {operation}"),
        Target::Service(service) => service.clone(),
    };
    let value = shift.value.as_ref().map_or_else(String::new, |value| format!(" \"{value}\""));
    format!("{}{value} {} on {target}", shift.signal.word(), shift.direction.word())
}

/// `screening POST /items -> worklist POST /items`.
pub(super) fn hop_words(hop: &Hop) -> String {
    let Hop { caller, entry, callee, operation } = hop;
    let entry = entry.as_ref().map_or_else(String::new, |entry| format!(" {entry}"));
    format!("{caller}{entry} -> {callee} {operation}")
}

/// The second in which something happened.
pub(super) const fn second(start: Start, at: Timestamp) -> Clock {
    Clock(start.since(at.tick().starts_at()))
}
