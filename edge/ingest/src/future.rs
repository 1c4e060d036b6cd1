//! Clocks gone wrong, told by the rest of the request.

use hw_model::Timestamp;

/// A record this much later than the middle of its request, and than everything else in it, is
/// from the future: exporters send every few seconds.
const FUTURE_S: f64 = 300.0;

/// From when on a record of a request is from the future, if any is: behind the first gap after the
/// middle, if at most a third of the records is there. (A whole day in one request has no such gap, or
/// most of it behind one.) `arrivals` are those of all its records, and are sorted.
#[must_use]
pub fn from_the_future(arrivals: &mut [Timestamp]) -> Option<Timestamp> {
    let (first, last) = (arrivals.iter().min()?, arrivals.iter().max()?);
    if arrivals.len() < 3 || last.seconds_since(*first) <= FUTURE_S {
        return None;
    }
    arrivals.sort_unstable();
    let middle = (arrivals.len() - 1) / 2;
    let later = arrivals.get(middle..).unwrap_or_default();
    let gap = later.array_windows().position(|[a, b]| b.seconds_since(*a) > FUTURE_S)?;
    let n_behind = later.len() - gap - 1;
    let begins = later.get(gap + 1).copied();
    begins.filter(|_| n_behind <= arrivals.len() / 3)
}
