//! Pasts to try rules on.

use super::*;
use hw_model::{Hop, Timestamp};

/// The instant so many minutes after the past begins.
pub(super) fn minutes(minutes: i64) -> Timestamp {
    Timestamp::from_s(60 * minutes)
}

/// Windows of ten seconds with ten items each: until so many minutes, such a share of them goes on.
pub(super) fn past(stretches: &[(i64, f64)]) -> Past {
    let end = stretches.last().map_or(0, |(end, _)| 6 * end);
    let share = |row: i64| stretches.iter().find(|(end, _)| row < 6 * end).map_or(0.0, |(_, p)| *p);
    let rows = (0..end).map(|row| Some(Counts::new(10.0, 10.0 * share(row)))).collect();
    Past { step_s: 10, first: 0, rows }
}

pub(super) fn hop() -> Target {
    Target::Hop(Hop {
        caller: "screening".into(),
        entry: Some("POST /items".into()),
        callee: "worklist".into(),
        operation: "POST /items".into(),
    })
}

/// A rule over five minutes, for one minute, kept for five.
pub(super) fn rule(bound: Bound, items_min: u64) -> Rule {
    let terms = Terms {
        name: "screening passes too much".into(),
        target: hop(),
        measure: Measure::Transfer,
        window_s: 300,
        bound,
        items_min,
        for_s: 60,
        keep_s: 300,
    };
    Rule::new(terms, 10).unwrap()
}
