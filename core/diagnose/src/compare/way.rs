//! The way on which items go from one count to another, and every count that they pass.
//!
//! A hop leads to the hops that leave from the entry it calls. Of several ways the one with the fewest
//! hops is taken. Hops that are only asked lead nowhere further, so they are on no way to elsewhere.

use hw_model::{CountOf, Hop, HopCount, Target};
use std::collections::{BTreeMap, VecDeque};

/// Hops of a way, at most.
const HOPS_MAX: usize = 12;

/// Two counts of which the second is the next on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The hop on which both stand, or the earlier.
    pub hop: Hop,
    /// What lies between them, in words.
    pub what: String,
    /// The earlier count.
    pub before: CountOf,
    /// The later.
    pub after: CountOf,
}

/// Everything between two counts, in the order in which items pass it; empty if no way leads from `a`
/// to `b`. Each hop comes with whether its callee was heard itself.
#[must_use]
pub fn way(hops: &[(Hop, bool)], a: &CountOf, b: &CountOf) -> Vec<Passage> {
    let Some(path) = shortest(hops, &a.target, &b.target) else { return Vec::new() };
    let mut counts: Vec<(&Hop, CountOf)> = Vec::new();
    for (hop, is_heard) in &path {
        for count in [HopCount::Entered, HopCount::Left, HopCount::Received] {
            if count != HopCount::Received || *is_heard {
                counts.push((hop, CountOf { target: Target::Hop(hop.clone()), count }));
            }
        }
    }
    if let (Target::Entry { .. }, Some((hop, _))) = (&b.target, path.last()) {
        counts.push((hop, b.clone()));
    }
    let first = match &a.target {
        Target::Entry { .. } => (a.count == HopCount::Entered).then_some(0),
        Target::Hop(_) | Target::Service(_) => counts.iter().position(|(_, count)| count == a),
    };
    // A hop may be passed only once, so the last is the one.
    let last = counts.iter().rposition(|(_, count)| count == b);
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let passed = counts.get(first..=last).unwrap_or_default();
    passed.iter().zip(passed.iter().skip(1)).map(|(before, after)| passage(before, after)).collect()
}

fn passage((hop, before): &(&Hop, CountOf), (_, after): &(&Hop, CountOf)) -> Passage {
    let Hop { caller, callee, .. } = hop;
    let what = match (before.count, after.count) {
        (HopCount::Entered, _) => {
            format!("between what enters {caller} and what leaves it on this hop")
        }
        (HopCount::Left, HopCount::Received) => {
            format!("between what {caller} sends and what {callee} receives")
        }
        (HopCount::Received, _) => {
            format!("between what {callee} receives on it and what enters {callee} in all")
        }
        (HopCount::Left | HopCount::Calls | HopCount::Errors, _) => {
            format!("between what {caller} sends and what enters {callee} in all")
        }
    };
    Passage { hop: (*hop).clone(), what, before: before.clone(), after: after.clone() }
}

/// The hops from one place to another.
fn shortest(hops: &[(Hop, bool)], from: &Target, to: &Target) -> Option<Vec<(Hop, bool)>> {
    let begins = |hop: &Hop| match from {
        Target::Hop(first) => hop == first,
        Target::Entry { service, operation } => {
            hop.caller == *service && hop.entry.as_ref() == Some(operation)
        }
        Target::Service(_) => false,
    };
    let ends = |hop: &Hop| match to {
        Target::Hop(last) => hop == last,
        Target::Entry { service, operation } => {
            hop.callee == *service && hop.operation == *operation
        }
        Target::Service(_) => false,
    };
    let mut came_from: BTreeMap<usize, Option<usize>> = BTreeMap::new();
    let mut waiting: VecDeque<(usize, usize)> = VecDeque::new();
    for (at, _) in hops.iter().enumerate().filter(|(_, (hop, _))| begins(hop)) {
        came_from.insert(at, None);
        waiting.push_back((at, 1));
    }
    while let Some((at, length)) = waiting.pop_front() {
        let (hop, _) = hops.get(at)?;
        if ends(hop) {
            return Some(walked(hops, &came_from, at));
        }
        let follows =
            |next: &Hop| next.caller == hop.callee && next.entry.as_ref() == Some(&hop.operation);
        for (next, _) in hops.iter().enumerate().filter(|(_, (next, _))| follows(next)) {
            if length < HOPS_MAX && !came_from.contains_key(&next) {
                came_from.insert(next, Some(at));
                waiting.push_back((next, length + 1));
            }
        }
    }
    None
}

fn walked(
    hops: &[(Hop, bool)],
    came_from: &BTreeMap<usize, Option<usize>>,
    last: usize,
) -> Vec<(Hop, bool)> {
    let steps = std::iter::successors(Some(last), |at| came_from.get(at).copied().flatten());
    let mut path: Vec<(Hop, bool)> = steps.filter_map(|at| hops.get(at).cloned()).collect();
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(caller: &str, callee: &str) -> Hop {
        Hop {
            caller: caller.to_owned(),
            entry: Some("in".to_owned()),
            callee: callee.to_owned(),
            operation: "in".to_owned(),
        }
    }

    fn on(caller: &str, callee: &str, count: HopCount) -> CountOf {
        CountOf { target: Target::Hop(hop(caller, callee)), count }
    }

    fn entry(service: &str) -> CountOf {
        let target = Target::Entry { service: service.to_owned(), operation: "in".to_owned() };
        CountOf { target, count: HopCount::Entered }
    }

    fn hops() -> Vec<(Hop, bool)> {
        let pairs = [("a", "b"), ("b", "x"), ("b", "c"), ("c", "d"), ("d", "a")];
        pairs.map(|(caller, callee)| (hop(caller, callee), callee != "x")).to_vec()
    }

    fn passed(a: &CountOf, b: &CountOf) -> Vec<(String, String)> {
        let count = |of: &CountOf| match &of.target {
            Target::Hop(hop) => format!("{}>{} {}", hop.caller, hop.callee, of.count.word()),
            Target::Entry { service, .. } | Target::Service(service) => service.clone(),
        };
        way(&hops(), a, b).iter().map(|p| (count(&p.before), count(&p.after))).collect()
    }

    #[test]
    fn every_count_between_two_is_passed_in_order() {
        use HopCount::{Left, Received};
        let found = passed(&on("a", "b", Left), &on("c", "d", Received));
        let firsts: Vec<&str> = found.iter().map(|(before, _)| before.as_str()).collect();
        assert_eq!(
            firsts,
            [
                "a>b left",
                "a>b received",
                "b>c entered",
                "b>c left",
                "b>c received",
                "c>d entered",
                "c>d left"
            ]
        );
        assert_eq!(found.last().map(|(_, after)| after.as_str()), Some("c>d received"));
        let whole = passed(&entry("a"), &entry("c"));
        assert_eq!(whole.first().map(|(before, _)| before.as_str()), Some("a>b entered"));
        assert_eq!(whole.last().map(|(_, after)| after.as_str()), Some("c"));
    }

    #[test]
    fn there_is_no_way_back_nor_from_what_is_only_asked() {
        use HopCount::{Entered, Errors, Left};
        assert!(passed(&on("a", "b", Left), &on("a", "b", Entered)).is_empty());
        assert!(passed(&on("b", "x", Left), &on("c", "d", Left)).is_empty());
        assert!(passed(&on("a", "b", Errors), &on("c", "d", Left)).is_empty());
        assert!(passed(&entry("nobody"), &on("c", "d", Left)).is_empty());
    }
}
