//! Two counts of which one at least is a file: laid side by side and compared here.

use super::file::{CountFile, greatest_divisor};
use crate::client::{Api, percent_encoded};
use crate::compared::{Shown, fitting_step_s, shown};
use hw_api::{Comparison, CountSeries, CountSide, rfc3339};
use hw_diagnose::{Series, Sides, compare};
use hw_model::Timestamp;
use std::fmt;
use std::path::{Path, PathBuf};

/// Steps that are compared at once, as the server does.
const STEPS_MAX: i64 = 2_000;

/// A comparison that cannot be made as it is asked for.
#[derive(Debug)]
pub(crate) struct CompareError(pub String);

impl fmt::Display for CompareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CompareError {}

/// One of the two.
#[derive(Debug)]
pub(super) enum Side {
    /// What the server calls so.
    Named(String),
    /// A file.
    File(PathBuf),
}

/// When, and in which steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub step_s: Option<i64>,
}

impl Side {
    /// What ends like a file is one.
    pub(super) fn new(text: &str) -> Self {
        let path = Path::new(text);
        let ending = path.extension().and_then(|ending| ending.to_str());
        let is_file =
            ending.is_some_and(|e| ["csv", "tsv"].iter().any(|k| e.eq_ignore_ascii_case(k)));
        if is_file { Self::File(path.to_owned()) } else { Self::Named(text.to_owned()) }
    }
}

/// Seconds of a length, as the server reads it.
pub(super) fn length_s(text: &str) -> Result<i64, CompareError> {
    hw_api::length_s(text).ok_or_else(|| {
        CompareError(format!("\"{text}\" is no length: give seconds, or 5m, 1h, 1d"))
    })
}

/// One side, read.
enum Read {
    File(CountFile),
    Series(CountSeries),
}

/// Compares two sides of which one at least is a file.
pub(super) fn compared(
    sides: [&Side; 2],
    bounds: &Bounds,
    api: impl Fn() -> anyhow::Result<Api>,
) -> anyhow::Result<Comparison> {
    let file = |side: &Side| match side {
        Side::File(path) => CountFile::read(path).map(Some),
        Side::Named(_) => Ok(None),
    };
    let [a_file, b_file] = [file(sides[0])?, file(sides[1])?];
    let steps = Steps::of(&[&a_file, &b_file], bounds)?;
    let mut step_s = steps.step_s;
    let mut range = steps.range;
    let mut read = Vec::new();
    for (side, file) in sides.into_iter().zip([a_file, b_file]) {
        read.push(match (side, file) {
            (Side::Named(name), _) => {
                let series = asked(&api()?, name, &steps)?;
                step_s = series.step_s;
                range = ends(&series, step_s).unwrap_or(range);
                Read::Series(series)
            }
            (Side::File(_), Some(file)) => Read::File(file),
            (Side::File(path), None) => {
                let why = format!("{} was not read", path.display());
                return Err(CompareError(why).into());
            }
        });
    }
    let (first, end) = (range.0.div_euclid(step_s), range.1.div_euclid(step_s));
    let [a, b] = read.as_slice() else { return Err(CompareError("two sides".to_owned()).into()) };
    laid_out([a, b], (first, end), step_s)
}

/// Which seconds, and how long a step is.
struct Steps {
    range: (i64, i64),
    step_s: i64,
    /// What a step must be a multiple of.
    spacing_s: i64,
    is_said: bool,
}

impl Steps {
    /// What the files have in common, within the bounds.
    fn of(files: &[&Option<CountFile>], bounds: &Bounds) -> Result<Self, CompareError> {
        let files = || files.iter().filter_map(|file| file.as_ref());
        let from = files().map(|file| file.extent().0).max().unwrap_or(0);
        let to = files().map(|file| file.extent().1).min().unwrap_or(0);
        let spacing_s = files().fold(1, |all, file| least_multiple(all, file.spacing_s));
        let range = (
            bounds.from.map_or(from, |at| at.tick().0.max(from)),
            bounds.to.map_or(to, |at| at.tick().0.min(to)),
        );
        let at = |second: i64| rfc3339(Timestamp::from_s(second));
        if range.0 >= range.1 {
            let names: Vec<String> = files().map(|file| file.path.display().to_string()).collect();
            return Err(CompareError(format!(
                "{} and the times that are asked for have none in common: from {} to {}",
                names.join(", "),
                at(range.0),
                at(range.1)
            )));
        }
        let length_s = range.1 - range.0;
        let step_s = bounds.step_s.unwrap_or_else(|| fitting_step_s(length_s, spacing_s));
        if step_s % spacing_s != 0 {
            return Err(CompareError(format!(
                "--step must be a multiple of {spacing_s} s: so far apart are the rows of the file"
            )));
        }
        if length_s / step_s > STEPS_MAX {
            return Err(CompareError(format!(
                "{} steps are more than the {STEPS_MAX} that are compared at once: take --step {}",
                length_s / step_s,
                fitting_step_s(length_s, spacing_s)
            )));
        }
        Ok(Self { range, step_s, spacing_s, is_said: bounds.step_s.is_some() })
    }
}

fn least_multiple(a: i64, b: i64) -> i64 {
    a.saturating_mul(b / greatest_divisor(a, b).max(1))
}

/// The count of the server over the same time. The step is the server's to choose, in multiples of what
/// the file allows.
fn asked(api: &Api, name: &str, steps: &Steps) -> anyhow::Result<CountSeries> {
    let at = |second: i64| percent_encoded(&rfc3339(Timestamp::from_s(second)));
    let (from, to) = (at(steps.range.0), at(steps.range.1));
    let path = format!("/api/v1/counts?of={}&from={from}&to={to}", percent_encoded(name));
    if steps.is_said {
        return Ok(api.get(&format!("{path}&step={}", steps.step_s))?);
    }
    let series: CountSeries = api.get(&path)?;
    if series.step_s % steps.spacing_s == 0 {
        return Ok(series);
    }
    let unit_s = least_multiple(steps.spacing_s, series.window_s);
    let step_s = fitting_step_s(steps.range.1 - steps.range.0, unit_s);
    Ok(api.get(&format!("{path}&step={step_s}"))?)
}

/// The seconds between which a series of the server lies.
fn ends(series: &CountSeries, step_s: i64) -> Option<(i64, i64)> {
    let first = hw_api::instant(&series.from)?.tick().0;
    let n = i64::try_from(series.items.len()).ok()?;
    Some((first, first.saturating_add(n.saturating_mul(step_s))))
}

fn uneven(file: &CountFile) -> String {
    format!(
        "the rows of {} are not evenly spaced: a step without one counts as zero; take a --step well \
         above their distance",
        file.path.display()
    )
}

fn laid_out(read: [&Read; 2], range: (i64, i64), step_s: i64) -> anyhow::Result<Comparison> {
    let rows = read.map(|side| match side {
        Read::File(file) => file.rows(range, step_s),
        Read::Series(series) => {
            series.items.iter().map(|item| item.n.map(|n| n as f64)).collect::<Vec<_>>()
        }
    });
    let [a, b] = read.map(|side| match side {
        Read::File(file) => CountSide {
            name: file.path.display().to_string(),
            count: "rows".to_owned(),
            ..CountSide::default()
        },
        Read::Series(series) => series.of.clone(),
    });
    let notes = read.iter().flat_map(|side| match side {
        Read::Series(series) => series.notes.clone(),
        Read::File(file) => file.is_uneven.then(|| uneven(file)).into_iter().collect(),
    });
    let mut notes: Vec<String> = notes.collect();
    if read.iter().any(|side| matches!(side, Read::File(_))) {
        notes.push("no hop is named: where a file was counted is not known".to_owned());
    }
    let [a_rows, b_rows] = rows;
    let sides = Sides {
        from: Timestamp::from_s(range.0.saturating_mul(step_s)),
        step_s,
        a: Series { name: a.name.clone(), rows: a_rows },
        b: Series { name: b.name.clone(), rows: b_rows },
        may_follow: true,
        legs: Vec::new(),
    };
    let found = compare(&sides);
    Ok(shown(&sides, &found, Shown { a, b, notes }))
}
