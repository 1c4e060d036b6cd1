//! Which later shifts belong to an incident that is still open.
//!
//! An incident of hours sees figures come back and go again, and sees what follows from it noticed
//! late: waiting at night is noticed with the traffic of the morning. Such a shift has its onset in the
//! middle of the incident, so overlapping onsets do not join it. Two things do. It is a *return*: the
//! same figure was shifted the same way in this incident before. Or it *follows*: waiting goes to
//! those who call, and both waiting and volume go where more items arrive. Whatever else begins later
//! (items, answers or failures where there were none) has its own cause until somebody merges it.

use super::{Case, SLACK_S, onset_interval, services_of};
use crate::graph::CallGraph;
use crate::shifts::{Shifts, Subject, Tracked};
use hw_flow::{Asked, Flow, ServiceIdx};
use hw_model::{Direction, ShiftId, Signal};

/// Whether a new shift is more of what an open incident is about.
pub(super) fn goes_on(
    (flow, graph): (&Flow, &mut CallGraph),
    shifts: &Shifts,
    case: &Case,
    new: ShiftId,
) -> bool {
    let Some(new) = shifts.get(new).filter(|_| !case.is_ended) else { return false };
    let known = case.shifts.iter().filter_map(|shift| shifts.get(*shift));
    let mut begun = known.filter(|known| began_before(known, new));
    begun.any(|known| returns(known, new) || follows((flow, &mut *graph), known, new))
}

fn began_before(known: &Tracked, new: &Tracked) -> bool {
    onset_interval(known).from.plus_s(-SLACK_S) <= onset_interval(new).to
}

fn direction(shift: &Tracked) -> Direction {
    shift.main().alarm.direction
}

/// Whether a shift of an incident that was over is back. Each answer is a figure of its own there: one that
/// now gains what another gained before is something else.
pub(crate) fn is_back(known: &Tracked, new: &Tracked) -> bool {
    let same_answer = || {
        let mut pairs = known.members.iter().flat_map(|a| new.members.iter().map(move |b| (a, b)));
        pairs.any(|(a, b)| (a.watched, a.alarm.direction) == (b.watched, b.alarm.direction))
    };
    match new.signal {
        Signal::Answers => {
            (known.subject, known.signal) == (new.subject, new.signal) && same_answer()
        }
        Signal::Transfer
        | Signal::Volume
        | Signal::Errors
        | Signal::Latency
        | Signal::Log
        | Signal::NoData => returns(known, new),
    }
}

fn returns(known: &Tracked, new: &Tracked) -> bool {
    let same_figure = (known.subject, known.signal) == (new.subject, new.signal);
    same_figure && direction(known) == direction(new)
}

fn follows((flow, graph): (&Flow, &mut CallGraph), known: &Tracked, new: &Tracked) -> bool {
    let lasted =
        known.over_at().is_none_or(|over| over.plus_s(SLACK_S) >= onset_interval(new).from);
    let Some(place) = place_of(flow, new).filter(|_| lasted) else { return false };
    let mut loads = |towards: Direction| {
        let source = place_of(flow, known).filter(|_| moves_items(known.signal));
        source.is_some_and(|source| graph.below(source).contains(&place))
            && direction(known) == towards
    };
    match new.signal {
        Signal::Volume => loads(direction(new)),
        Signal::Latency => {
            loads(Direction::Up) || {
                let below = graph.below(place);
                services_of(flow, known).iter().any(|service| below.contains(service))
            }
        }
        Signal::Transfer | Signal::Answers | Signal::Errors | Signal::Log | Signal::NoData => false,
    }
}

const fn moves_items(signal: Signal) -> bool {
    match signal {
        Signal::Transfer | Signal::Volume => true,
        Signal::Answers | Signal::Errors | Signal::Latency | Signal::Log | Signal::NoData => false,
    }
}

/// The service that works on what a figure counts: where calls and items go.
fn place_of(flow: &Flow, shift: &Tracked) -> Option<ServiceIdx> {
    match shift.subject {
        Subject::Hop(hop) | Subject::Answers(Asked::Hop(hop), _) => {
            flow.callee_of(hop).map(|(service, _)| service)
        }
        Subject::Entry(entry) => flow.entry_place(entry).map(|(service, _)| service),
        Subject::Answers(Asked::Counter(counter), _) => {
            flow.counter_place(counter).map(|(service, _)| service)
        }
        Subject::Service(service) => Some(service),
    }
}
