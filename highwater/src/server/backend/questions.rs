//! Which hops are questions, and what they were answered: for the map of a minute.

use hw_api::Question;
use hw_flow::{Flow, HopIdx};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds before the minute, or before a shift began, over which answers are called usual.
const USUAL_S: i64 = 3_600;

/// Questions by the id of their hop, with their answers in the seconds `[from, to)` and usually. `onsets` are the
/// seconds in which open shifts began, by hop.
pub(super) fn questions(
    flow: &Flow,
    (from, to): (i64, i64),
    onsets: &BTreeMap<String, i64>,
) -> BTreeMap<String, Question> {
    let hops: Vec<(HopIdx, hw_model::Hop)> =
        flow.hops().filter_map(|hop| Some((hop, flow.hop_words(hop)?))).collect();
    let passing: BTreeSet<(&str, Option<&str>)> =
        hops.iter().map(|(_, words)| (words.caller.as_str(), words.entry.as_deref())).collect();
    let passes_on = |words: &hw_model::Hop| {
        passing.contains(&(words.callee.as_str(), Some(words.operation.as_str())))
    };
    let is_question =
        |(hop, words): &&(HopIdx, hw_model::Hop)| !passes_on(words) && flow.is_asked(*hop);
    hops.iter()
        .filter(is_question)
        .map(|(hop, words)| {
            let id = words.id().0;
            let until = onsets.get(&id).copied().unwrap_or(from).min(from);
            let counted = |from, to| flow.answers(*hop, from, to).into_iter().collect();
            let question =
                Question { answers: counted(from, to), usual: counted(until - USUAL_S, until) };
            (id, question)
        })
        .collect()
}
