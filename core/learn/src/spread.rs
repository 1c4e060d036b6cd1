//! Lengths of time as they scatter: every value, the median, the length that nine in ten stay below.
//!
//! No mean: a night of one incident moves the mean of twenty by hours, so that a mean tells when the
//! worst one was, and nothing of the others (VOID's reports of ten thousand incidents say the same).
//! Fewer than three values have no median worth a name; they are said one by one.

use crate::words::{counted, length, listed};
use hw_model::IncidentId;

/// Values from which on a median is said.
const SAID_FROM: usize = 3;

/// Values from which on the largest tenth is more than the largest value.
const TENTH_FROM: usize = 10;

/// Values that are said one by one if they are too few.
const EACH_SAID: usize = 2;

/// One length, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The incident.
    pub incident: IncidentId,
    /// Seconds.
    pub seconds: f64,
}

/// Lengths of time of several incidents.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// All of them, the shortest first.
    pub values: Vec<Value>,
    /// Half are shorter; none if there are fewer than three.
    pub median_s: Option<f64>,
    /// Nine in ten are not longer; none if there are fewer than three.
    pub p90_s: Option<f64>,
    /// Incidents of which the length is not known.
    pub n_without: u64,
    /// The same in a sentence.
    pub words: String,
}

impl Spread {
    /// The spread of what is known of `all`: each an incident, with its length if it has one.
    pub(crate) fn of(all: impl Iterator<Item = (IncidentId, Option<f64>)>) -> Self {
        let (mut values, mut n_without) = (Vec::new(), 0);
        for (incident, seconds) in all {
            // What ended before it began was corrected by hand to what cannot be.
            match seconds.filter(|seconds| *seconds >= 0.0) {
                Some(seconds) => values.push(Value { incident, seconds }),
                None => n_without += 1,
            }
        }
        values.sort_by(|a, b| {
            a.seconds.total_cmp(&b.seconds).then_with(|| a.incident.cmp(&b.incident))
        });
        let is_said = values.len() >= SAID_FROM;
        let median_s = median(&values).filter(|_| is_said);
        let p90_s = nearest_rank(&values, 9, 10).filter(|_| is_said);
        let words = words(&values, median_s.zip(p90_s), n_without);
        Self { values, median_s, p90_s, n_without, words }
    }
}

/// The middle value, or the middle of the two in the middle.
fn median(values: &[Value]) -> Option<f64> {
    let upper = values.get(values.len() / 2)?.seconds;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = values.get(values.len() / 2 - 1)?.seconds;
    Some(f64::midpoint(lower, upper))
}

/// The smallest value that `part` of `whole` values do not exceed.
fn nearest_rank(values: &[Value], part: usize, whole: usize) -> Option<f64> {
    let rank = (values.len() * part).div_ceil(whole);
    values.get(rank.checked_sub(1)?).map(|value| value.seconds)
}

fn words(values: &[Value], said: Option<(f64, f64)>, n_without: u64) -> String {
    let without = match n_without {
        0 => String::new(),
        n => format!("; not known of {n} more"),
    };
    let n = values.len();
    let Some((median, p90)) = said else {
        let each: Vec<String> = values.iter().take(EACH_SAID).map(|v| length(v.seconds)).collect();
        let words = match (n, n_without) {
            (0, 0) => return "no incident".to_owned(),
            (0, n) => return format!("not known of {}", counted(n, "incident")),
            (1, _) => format!("{}: one value is too few to say what is usual", listed(&each)),
            (_, _) => format!("{}: two values are too few to say what is usual", listed(&each)),
        };
        return format!("{words}{without}");
    };
    let most = if n < TENTH_FROM {
        format!("{} at most", length(p90))
    } else {
        format!("nine in ten within {}", length(p90))
    };
    format!(
        "{} in the median, {most}, of {}{without}",
        length(median),
        counted(n as u64, "incident")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(seconds: &[Option<f64>]) -> Spread {
        Spread::of(seconds.iter().zip(1..).map(|(s, n)| (IncidentId(n), *s)))
    }

    fn known(seconds: &[f64]) -> Spread {
        spread(&seconds.iter().map(|s| Some(*s)).collect::<Vec<_>>())
    }

    #[test]
    fn fewer_than_three_are_said_one_by_one() {
        assert_eq!(known(&[]).words, "no incident");
        assert_eq!(spread(&[None, None]).words, "not known of 2 incidents");
        let one = known(&[240.0]);
        assert_eq!(one.words, "4 min: one value is too few to say what is usual");
        assert_eq!((one.median_s, one.p90_s, one.values.len()), (None, None, 1));
        assert_eq!(
            spread(&[Some(25_200.0), None, Some(240.0)]).words,
            "4 min and 7 h 0 min: two values are too few to say what is usual; not known of 1 more"
        );
    }

    #[test]
    fn three_and_more_have_a_median() {
        let three = known(&[600.0, 60.0, 240.0]);
        assert_eq!((three.median_s, three.p90_s), (Some(240.0), Some(600.0)));
        assert_eq!(three.words, "4 min in the median, 10 min at most, of 3 incidents");
        let four = known(&[600.0, 60.0, 240.0, 360.0]);
        assert_eq!(four.median_s, Some(300.0));
        assert_eq!(four.values.iter().map(|v| v.incident.0).collect::<Vec<_>>(), [2, 3, 4, 1]);
    }

    #[test]
    fn nine_in_ten_stay_within_the_ninetieth() {
        for n in 3..60_u32 {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            let spread = known(&values);
            let (median, p90) = (spread.median_s.unwrap(), spread.p90_s.unwrap());
            let within = |x: f64| values.iter().filter(|v| **v <= x).count();
            assert!(10 * within(p90) >= 9 * values.len(), "{n}");
            assert!(10 * within(p90 - 1.0) < 9 * values.len(), "{n}: no larger than it must be");
            let above = values.iter().filter(|v| **v > median).count();
            let below = values.iter().filter(|v| **v < median).count();
            assert_eq!(above, below, "{n}");
        }
        let ten = known(&(1..=10).map(|n| f64::from(n) * 60.0).collect::<Vec<_>>());
        assert_eq!(ten.words, "6 min in the median, nine in ten within 9 min, of 10 incidents");
    }

    #[test]
    fn what_ended_before_it_began_is_no_length() {
        let spread = known(&[-60.0, 60.0]);
        assert_eq!((spread.values.len(), spread.n_without), (1, 1));
    }
}
