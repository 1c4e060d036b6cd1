//! What is folded: entries of Highwater that say what a later one says better. People's never are.

use super::super::fields::raw as text;
use serde_json::Value;

/// Whether anything is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folding {
    /// Everything is shown.
    None,
    /// What few would read later is not.
    Usual,
}

/// Shifts of one incident that are shown.
const SHIFTS_SHOWN: usize = 3;

/// The entries in the order in which things happened, and how many are not shown.
pub(super) fn fold(entries: &[Value], folding: Folding) -> (Vec<&Value>, usize) {
    let mut shown: Vec<(usize, &Value)> = entries.iter().enumerate().collect();
    if folding == Folding::Usual {
        shown.retain(|(at, entry)| !is_folded(entries, *at, entry));
    }
    let n_folded = entries.len() - shown.len();
    // Times are of one form, so that their letters are in their order.
    shown.sort_by_key(|(at, entry)| (text(entry, "happened_at").to_owned(), *at));
    (shown.into_iter().map(|(_, entry)| entry).collect(), n_folded)
}

fn is_folded(entries: &[Value], at: usize, entry: &Value) -> bool {
    let kind = text(entry, "kind");
    let later =
        || entries.get(at + 1..).unwrap_or_default().iter().filter(|e| text(e, "kind") == kind);
    match kind {
        // Both stand at the entry they are about.
        "amended" | "pinned" | "unpinned" => true,
        // What it was for stands in the post mortem.
        "figures_frozen" => true,
        "shift_ended" => true,
        // The status says it, too.
        "incident_ended" => {
            entries.get(at + 1).is_some_and(|next| text(next, "kind") == "status_set")
        }
        "shift_detected" => {
            let before = entries.get(..at).unwrap_or_default().iter();
            before.filter(|e| text(e, "kind") == kind).count() >= SHIFTS_SHOWN
        }
        "origin_named" => later().any(|e| text(e, "words") == text(entry, "words")),
        "verdict_changed" | "effect_known" => {
            let is_undecided = text(entry, "value") == "undecided";
            let is_said_later = later().any(|e| text(e, "about") == text(entry, "about"));
            (is_undecided && is_said_later)
                || (kind == "verdict_changed" && is_after(entries, entry))
        }
        _ => false,
    }
}

/// Whether a change was made after the onset: it is an attempt to help, or came later, and nobody would
/// think it the cause.
fn is_after(entries: &[Value], verdict: &Value) -> bool {
    let onset = entries.iter().find(|e| text(e, "timeline") == "onset");
    let onset = onset.map(|onset| text(onset, "happened_at"));
    let mut beside = entries.iter().filter(|e| text(e, "kind") == "beside");
    let made = beside.find(|e| text(e, "about") == text(verdict, "about"));
    onset.zip(made).is_some_and(|(onset, made)| text(made, "happened_at") > onset)
}
