//! What a comparison says, in the shapes of the API: for the server, and for files that the command
//! line compares itself.

use hw_api::{
    BriefStretch, ComparedStep, Comparison, CountSide, Grown, Parting, PartingLeg, SameRatio,
    ratio, rfc3339,
};
use hw_diagnose::{FALSE_ALARMS, Outcome, Sides, Span};
use hw_model::Timestamp;

/// Steps that are aimed at.
const STEPS: i64 = 1_080;

/// Lengths of steps that people can read.
const LENGTHS_S: [i64; 16] =
    [1, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

/// The shortest step that people can read, of which not too many are needed, and that is a multiple of
/// a unit.
pub(crate) fn fitting_step_s(length_s: i64, unit_s: i64) -> i64 {
    let needed = length_s.saturating_add(STEPS - 1).div_euclid(STEPS).max(unit_s);
    let lengths = LENGTHS_S.into_iter().chain([unit_s]);
    let readable = lengths.filter(|s| *s >= needed && s % unit_s == 0);
    // Of several years, or of units of odd lengths.
    readable.min().unwrap_or_else(|| (needed / unit_s + 1).saturating_mul(unit_s))
}

/// What the numbers alone do not say.
pub(crate) struct Shown {
    pub a: CountSide,
    pub b: CountSide,
    pub notes: Vec<String>,
}

/// A comparison in the shapes of the API.
pub(crate) fn shown(sides: &Sides, found: &hw_diagnose::Comparison, shown: Shown) -> Comparison {
    let Shown { mut a, mut b, mut notes } = shown;
    (a.total, a.missing) = totals(&sides.a.rows);
    (b.total, b.missing) = totals(&sides.b.rows);
    let step_s = sides.step_s as f64;
    let n_rows = found.rows.len();
    let at = |row: usize| sides.from.plus_s(row as f64 * step_s);
    let lag_s = i64::try_from(found.lag).unwrap_or(0).saturating_mul(sides.step_s);
    notes.splice(0..0, remarks(sides, found, [&a, &b]));
    Comparison {
        answer: found.answer.clone(),
        outcome: outcome_word(found.outcome).to_owned(),
        a,
        b,
        from: rfc3339(sides.from),
        to: rfc3339(at(n_rows)),
        step_s: sides.step_s,
        false_alarm_rate: FALSE_ALARMS,
        lag_s,
        parting: found.parting.map(|parting| Parting {
            at: rfc3339(parting.at),
            to: rfc3339(parting.at.plus_s(step_s)),
            earliest: rfc3339(parting.within.0),
            latest: rfc3339(parting.within.1),
            evidence_nats: (parting.nats * 10.0).round() / 10.0,
        }),
        growth: found.growth.map(|grown| Grown {
            from: rfc3339(grown.from),
            to: rfc3339(grown.to),
            before: ratio(grown.before),
            after: ratio(grown.after),
        }),
        leg: found
            .leg
            .and_then(|leg| sides.legs.get(leg))
            .map(|leg| PartingLeg { hop: leg.hop.id().0, what: leg.what.clone() }),
        stretches: found.spans.iter().map(stretch).collect(),
        brief: found
            .brief
            .iter()
            .map(|(from, to)| BriefStretch { from: rfc3339(*from), to: rfc3339(*to) })
            .collect(),
        items: (0..).zip(&found.rows).map(|(row, (a, b))| step(at(row), *a, *b)).collect(),
        notes,
    }
}

/// Items in all rows, and rows without data.
pub(crate) fn totals(rows: &[Option<f64>]) -> (f64, u64) {
    let missing = rows.iter().filter(|row| row.is_none()).count();
    (rows.iter().flatten().sum(), missing as u64)
}

const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Parted => "parted",
        Outcome::Grew => "grew",
        Outcome::Together => "together",
        Outcome::TooLittle => "too_little",
    }
}

fn stretch(span: &Span) -> SameRatio {
    SameRatio {
        from: rfc3339(span.from),
        to: rfc3339(span.to),
        a: span.counts.n,
        b: span.counts.k,
        ratio: span.ratio.map(|estimate| ratio(estimate.value)),
        low: span.ratio.map(|estimate| ratio(estimate.low)),
        high: span.ratio.map(|estimate| ratio(estimate.high)),
    }
}

fn step(at: Timestamp, a: Option<f64>, b: Option<f64>) -> ComparedStep {
    let both = a.zip(b);
    ComparedStep {
        from: rfc3339(at),
        a,
        b,
        difference: both.map(|(a, b)| b - a),
        ratio: both.filter(|(a, _)| *a > 0.0).map(|(a, b)| ratio(b / a)),
    }
}

/// What should be known beside the answer.
fn remarks(sides: &Sides, found: &hw_diagnose::Comparison, both: [&CountSide; 2]) -> Vec<String> {
    let mut said = Vec::new();
    let seconds = hw_model::length_words(found.lag.unsigned_abs() as f64 * sides.step_s as f64);
    if found.lag != 0 {
        let (first, second) = if found.lag > 0 { ("A", "B") } else { ("B", "A") };
        said.push(format!(
            "{second} follows {first} by about {seconds}: each row has the B that {}",
            if found.lag > 0 { "came so much later" } else { "came so much earlier" }
        ));
    }
    for (letter, side) in ["A", "B"].into_iter().zip(both) {
        if side.missing > 0 {
            let (n, name) = (side.missing, &side.name);
            let windows = if n == 1 { "window has" } else { "windows have" };
            said.push(format!(
                "{n} {windows} no data of {letter} ({name}); they are left out, and are no zeros"
            ));
        }
    }
    if !found.brief.is_empty() {
        let n = found.brief.len();
        let times = if n == 1 { "once".to_owned() } else { format!("{n} times") };
        said.push(format!(
            "{times} the ratio differs for a window or two and comes back, which is no parting; --format \
             json says when"
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_such_that_people_can_read_them() {
        for (length_s, window_s, step_s) in [
            (3 * 3_600, 10, 10),
            (6 * 3_600, 10, 20),
            (86_400, 10, 120),
            (7 * 86_400, 10, 600),
            (60, 1, 1),
            (2_100, 1, 5),
            (3_600, 7, 7),
            (86_400, 7, 84),
            (400 * 86_400, 10, 43_200),
            (10_000 * 86_400, 10, 800_010),
        ] {
            assert_eq!(fitting_step_s(length_s, window_s), step_s, "{length_s} {window_s}");
            assert_eq!(step_s % window_s, 0);
        }
    }
}
