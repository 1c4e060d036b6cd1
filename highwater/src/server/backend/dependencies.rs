//! Which hops ask a dependency, and what it answered: for the map of a minute.

use super::Answers;
use hw_api::DependencyAnswers;
use hw_engine::Engine;
use hw_flow::{Flow, HopIdx};
use hw_model::{Hop, Timestamp};
use hw_web::{Answered, WindowsAsked};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds before the minute, or before a shift began, over which answers are called usual.
const USUAL_S: i64 = 3_600;

/// Dependencies whose answers are read from the store: those that are asked most.
const READ_MAX: usize = 12;

/// Seconds of which answers are asked for: from the first to before the second.
type Stretch = (i64, i64);

/// What a dependency answered, and whether the engine still had that by the second.
struct Found {
    answers: DependencyAnswers,
    usual: Stretch,
    is_known: bool,
    is_usual_known: bool,
}

impl Answers {
    /// Dependencies by the id of the hop on which they are asked, with their answers in a minute and usually. `onsets` are the seconds in
    /// which open shifts began, by hop; `calls` is how often each hop was called in the minute.
    pub(super) fn dependencies(
        &self,
        minute: Stretch,
        onsets: BTreeMap<String, i64>,
        calls: &BTreeMap<String, u64>,
    ) -> Answered<BTreeMap<String, DependencyAnswers>> {
        let shifted: BTreeSet<String> = onsets.keys().cloned().collect();
        let mut found = self.ask(0, move |engine| in_memory(engine, minute, &onsets))?;
        let mut asked: Vec<(&String, &mut Found)> = found.iter_mut().collect();
        // Those that a map shows: first who changed, then who is asked most.
        asked.sort_by_key(|(id, _)| {
            (!shifted.contains(*id), std::cmp::Reverse(calls.get(*id).copied().unwrap_or(0)))
        });
        for (id, found) in asked.into_iter().take(READ_MAX) {
            if !found.is_known {
                found.answers.answers = self.stored_answers(id, minute)?;
            }
            if !found.is_usual_known {
                found.answers.usual = self.stored_answers(id, found.usual)?;
            }
        }
        Ok(found.into_iter().map(|(id, found)| (id, found.answers)).collect())
    }

    /// Answers on a hop in whole stored windows.
    fn stored_answers(&self, hop: &str, (from, to): Stretch) -> Answered<BTreeMap<String, u64>> {
        let asked = WindowsAsked {
            hop: hop.to_owned(),
            from: Some(Timestamp::from_s(from)),
            to: Some(Timestamp::from_s(to)),
            step_s: None,
            items_max: u32::try_from(USUAL_S).unwrap_or(u32::MAX),
        };
        let mut sums = BTreeMap::new();
        let windows = self.window_list(&asked)?;
        for (value, n) in windows.iter().flat_map(|list| &list.items).flat_map(|it| &it.answers) {
            *sums.entry(value.clone()).or_default() += n;
        }
        Ok(sums)
    }
}

fn in_memory(
    engine: &Engine,
    (from, to): Stretch,
    onsets: &BTreeMap<String, i64>,
) -> BTreeMap<String, Found> {
    let flow = engine.flow();
    let known_from = engine.now().tick().0 - super::map::BY_SECOND_S;
    let hops: Vec<(HopIdx, Hop)> =
        flow.hops().filter_map(|hop| Some((hop, flow.hop_words(hop)?))).collect();
    let asked = asking(flow, &hops);
    hops.iter()
        .filter(|(hop, _)| asked.contains(hop))
        .map(|(hop, words)| {
            let id = words.id().0;
            let until = onsets.get(&id).copied().unwrap_or(from).min(from);
            let usual = (until - USUAL_S, until);
            let counted = |(from, to)| flow.answers(*hop, from, to).into_iter().collect();
            let answers = DependencyAnswers { answers: counted((from, to)), usual: counted(usual) };
            let [is_known, is_usual_known] = [from, usual.0].map(|first| known_from <= first);
            (id, Found { answers, usual, is_known, is_usual_known })
        })
        .collect()
}

/// Hops on which a dependency is asked: before items go on, with an answer that decides whether they do, or of a
/// service that calls nobody; and whatever is called only to answer on one.
fn asking(flow: &Flow, hops: &[(HopIdx, Hop)]) -> BTreeSet<HopIdx> {
    let mut leaving: BTreeMap<(&str, Option<&str>), Vec<HopIdx>> = BTreeMap::new();
    let mut arriving: BTreeMap<(&str, Option<&str>), Vec<HopIdx>> = BTreeMap::new();
    for (hop, words) in hops {
        let from = (words.caller.as_str(), words.entry.as_deref());
        let to = (words.callee.as_str(), Some(words.operation.as_str()));
        leaving.entry(from).or_default().push(*hop);
        arriving.entry(to).or_default().push(*hop);
    }
    let calls_nobody = |words: &Hop| {
        !leaving.contains_key(&(words.callee.as_str(), Some(words.operation.as_str())))
    };
    let is_dependency = |(hop, words): &&(HopIdx, Hop)| {
        flow.is_asked(*hop) && (flow.decides(*hop) || calls_nobody(words))
    };
    let mut asked: BTreeSet<HopIdx> =
        hops.iter().filter(is_dependency).map(|(hop, _)| *hop).collect();
    loop {
        let only_asked = arriving.iter().filter(|(_, hops)| hops.iter().all(|h| asked.contains(h)));
        let more: Vec<HopIdx> =
            only_asked.filter_map(|(place, _)| leaving.get(place)).flatten().copied().collect();
        let n = asked.len();
        asked.extend(more);
        if asked.len() == n {
            return asked;
        }
    }
}
