//! How much of the timeline was written while it happened.
//!
//! What is written down days later is what is remembered. An entry is live if it was written within ten
//! minutes of what it tells, by the two times that every entry has.

use crate::log::{Case, Log};
use hw_model::{IncidentId, Interval};

/// Seconds within which an entry is live.
const LIVE_S: f64 = 600.0;

/// How much was written live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// What is counted.
    pub definition: &'static str,
    /// Entries of people that were written live.
    pub live: u64,
    /// Entries of people.
    pub all: u64,
    /// The same per incident, those in which people wrote nothing left out.
    pub incidents: Vec<LiveOf>,
    /// Why it is not known; none if it is.
    pub unknown: Option<&'static str>,
    /// The same in a sentence.
    pub words: String,
}

/// How much of one incident was written live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveOf {
    /// The incident.
    pub incident: IncidentId,
    /// Entries of people that were written live.
    pub live: u64,
    /// Entries of people.
    pub all: u64,
}

/// How much of the timelines of incidents that began in a stretch was written live.
#[must_use]
pub fn live(log: &Log, period: Interval) -> Live {
    let cases = log.cases(period);
    let is_other_clock =
        cases.iter().flat_map(|case| &case.written).any(|written| written.recorded_at.is_none());
    let incidents: Vec<LiveOf> = if is_other_clock {
        Vec::new()
    } else {
        cases.iter().map(|case| of_case(case)).filter(|of| of.all > 0).collect()
    };
    let live = incidents.iter().map(|of| of.live).sum();
    let all = incidents.iter().map(|of| of.all).sum();
    let unknown = is_other_clock.then_some(
        "the clock of the data says what is now on this server, and that of the machine when an entry was \
         written: the two cannot be compared",
    );
    Live {
        definition: "entries that people wrote within 10 min of what they tell, of all entries that people \
                     wrote",
        live,
        all,
        words: words((live, all), incidents.len(), unknown),
        incidents,
        unknown,
    }
}

fn of_case(case: &Case) -> LiveOf {
    let is_live = |written: &&crate::log::Written| {
        let recorded_at = written.recorded_at;
        recorded_at.is_some_and(|at| at.seconds_since(written.happened_at).abs() <= LIVE_S)
    };
    LiveOf {
        incident: case.id,
        live: case.written.iter().filter(is_live).count() as u64,
        all: case.written.len() as u64,
    }
}

fn words((live, all): (u64, u64), n: usize, unknown: Option<&str>) -> String {
    if let Some(why) = unknown {
        return format!("not known, because {why}");
    }
    match (all, n) {
        (0, _) => "people wrote nothing".to_owned(),
        (all, 1) => format!("{live} of {all} entries, in 1 incident"),
        (all, n) => format!("{live} of {all} entries, in {n} incidents"),
    }
}
