//! What piles up, in a sentence: how many, whether they become more, and when they are gone.
//!
//! That items lack is counted; that they wait is not. So it is said "if they wait", until more come out
//! than usual: only what waited can.

use crate::compare::{beside, moment};
use crate::words::count;
use hw_model::{Timestamp, length_words};
use hw_stats::{Backlog, BacklogCourse, Counts, Estimate, backlog};

/// Seconds at the end from which it is read how a backlog changes.
const RECENT_S: i64 = 300;

/// Steps of that, at least.
const RECENT_MIN: usize = 6;

/// What came in and went out of one place, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Piling {
    /// What lacks, as `items that were sent to worklist POST /items have not come in there`.
    pub lacks: String,
    /// Seconds of a step.
    pub step_s: i64,
    /// The end of the last step.
    pub to: Timestamp,
    /// Came in and went out before the onset.
    pub usual: Vec<Option<Counts>>,
    /// The same since.
    pub since: Vec<Option<Counts>>,
}

/// A backlog in words and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Pile {
    /// The sentence.
    pub words: String,
    /// The numbers.
    pub backlog: Backlog,
    /// Items by which it grows in a minute; negative if it shrinks.
    pub per_minute: Estimate,
    /// When it is drained as it shrinks now.
    pub drained: Option<Drained>,
}

/// When a backlog is drained as it shrinks now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// The best guess.
    pub at: Timestamp,
    /// The soonest.
    pub earliest: Timestamp,
    /// The latest.
    pub latest: Timestamp,
}

/// What piles up at one place, if anything does or did.
#[must_use]
pub fn pile(piling: &Piling) -> Option<Pile> {
    let recent = usize::try_from(RECENT_S / piling.step_s.max(1)).unwrap_or(0).max(RECENT_MIN);
    let found = backlog(&piling.usual, &piling.since, recent)?;
    let per = |row: f64| row * 60.0 / piling.step_s as f64;
    let per_minute = Estimate {
        value: per(found.per_row.value),
        low: per(found.per_row.low),
        high: per(found.per_row.high),
    };
    let at = |rows: f64| piling.to.plus_s(rows * piling.step_s as f64);
    let drained = found.drained_in.map(|rows| Drained {
        at: at(rows.value),
        earliest: at(rows.low),
        latest: at(rows.high),
    });
    let recent_s = recent.min(piling.since.len()) as f64 * piling.step_s as f64;
    let words = sentence(piling, &found, (per_minute, drained, recent_s));
    Some(Pile { words, backlog: found, per_minute, drained })
}

fn sentence(
    piling: &Piling,
    found: &Backlog,
    (per_minute, drained, recent_s): (Estimate, Option<Drained>, f64),
) -> String {
    let Estimate { value, low, high } = found.items;
    let lacks = &piling.lacks;
    let now = format!("About {} {lacks} ({} to {})", count(value), count(low), count(high));
    let rate = per_minute.value.abs();
    let rate = if rate < 10.0 { format!("{rate:.1}") } else { count(rate) };
    match (found.course, drained) {
        (BacklogCourse::Growing, _) => {
            format!("{now}. If they wait and are not lost, the backlog grows by {rate} a minute.")
        }
        (BacklogCourse::Draining, Some(Drained { at, earliest, latest })) => format!(
            "{now}; they were {} at most. {rate} a minute more come out than usual, so they waited; \
             at this rate the backlog is drained at {} ({} to {}).",
            count(found.most),
            moment(at),
            beside(earliest, at),
            beside(latest, at)
        ),
        (BacklogCourse::Standing | BacklogCourse::Draining, _) => format!(
            "{now}, and for {} they are no more and no fewer: if they wait, nothing works them off; \
             else they are lost, or were halted.",
            length_words(recent_s)
        ),
        (BacklogCourse::Drained, _) => format!(
            "Up to {} {lacks} for a while; they have come out since, so they waited.",
            count(found.most)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many steps in which 60 come in, and so many go out.
    fn steps(n: usize, out: f64) -> Vec<Option<Counts>> {
        // A little scatter, so that there is some.
        (0..n)
            .map(|at| Some(Counts::new(60.0, out + [0.0, 4.0, -4.0, 1.0, -1.0][at % 5])))
            .collect()
    }

    fn said(since: &[(usize, f64)]) -> String {
        let since = since.iter().flat_map(|(n, out)| steps(*n, *out)).collect();
        let piling = Piling {
            lacks: "items that were sent to worklist have not come in there".to_owned(),
            step_s: 10,
            to: Timestamp::from_s(1_795_330_494),
            usual: steps(120, 60.0),
            since,
        };
        pile(&piling).map_or_else(String::new, |pile| pile.words)
    }

    #[test]
    fn sentence_says_what_is_known_and_not_more() {
        for (since, words) in [
            (&[(40, 60.0)][..], ""),
            (&[(40, 20.0)], "If they wait and are not lost, the backlog grows by 240 a minute."),
            (
                &[(40, 20.0), (60, 60.0)],
                "nothing works them off; else they are lost, or were halted.",
            ),
            (&[(40, 20.0), (60, 70.0)], "60 a minute more come out than usual, so they waited; at"),
            (&[(40, 20.0), (60, 70.0)], "is drained at 07:11:34 UTC on 2026-11-22 ("),
            (
                &[(40, 20.0), (40, 100.0), (20, 60.0)],
                "Up to 1,600 items that were sent to worklist",
            ),
        ] {
            let said = said(since);
            assert!(
                said.contains(words) && said.is_empty() == words.is_empty(),
                "{since:?}: {said}"
            );
        }
        assert!(
            said(&[(40, 20.0)]).starts_with("About 1,600 items that were sent to worklist have")
        );
    }
}
