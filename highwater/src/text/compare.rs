//! Two counts side by side: the answer, a picture, the stretches, and the steps around the parting.

use super::hops::aligned;
use super::picture::{Mark, bar, mark_lines};
use super::{WIDTH, count, paragraph, plain};
use hw_api::{ComparedStep, Comparison, CountSide, SameRatio};
use hw_model::Timestamp;

/// Columns left of the bars.
const LABEL: usize = 16;

/// Steps shown at the beginning and the end, and around the parting.
const AT_ENDS: usize = 4;
const AROUND: usize = 8;

/// Steps of which all are shown.
const ALL_SHOWN: usize = 40;

/// The page.
pub(crate) fn page(found: &Comparison, all: bool) -> String {
    let mut out = paragraph("", "", &found.answer);
    out.push('\n');
    for (letter, side) in [("A", &found.a), ("B", &found.b)] {
        out.push_str(&line_of(letter, side));
    }
    let (from, to) = (minute(&found.from), minute(&found.to));
    out.push_str(&format!("  from {from} to {to} UTC\n"));
    out.push_str(&picture(found));
    out.push_str(&stretches(&found.stretches));
    out.push_str(&steps(found, all));
    for note in &found.notes {
        out.push_str(&paragraph("  ", "  ", note));
    }
    out
}

/// The steps for spreadsheets.
pub(crate) fn csv(found: &Comparison) -> String {
    let cell = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
    let mut out = "time,a,b,difference,ratio\n".to_owned();
    for step in &found.items {
        let ComparedStep { from, a, b, difference, ratio } = step;
        let cells = [*a, *b, *difference, *ratio].map(cell).join(",");
        out.push_str(&format!("{from},{cells}\n"));
    }
    out
}

fn line_of(letter: &str, side: &CountSide) -> String {
    paragraph(&format!("  {letter}  "), "     ", &format!("{}: {}", side.name, number(side.total)))
}

/// Bars of both counts and of their ratio.
fn picture(found: &Comparison) -> String {
    let columns_max = WIDTH - LABEL;
    let per_column = found.items.len().div_ceil(columns_max).max(1);
    let columns: Vec<&[ComparedStep]> = found.items.chunks(per_column).collect();
    if columns.len() < 8 {
        return String::new();
    }
    let mean = |of: fn(&ComparedStep) -> Option<f64>| -> Vec<Option<f64>> {
        let mean = |steps: &&[ComparedStep]| {
            let known: Vec<f64> = steps.iter().filter_map(of).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        columns.iter().map(mean).collect()
    };
    let (a, b) = (mean(|step| step.a), mean(|step| step.b));
    let ratios: Vec<Option<f64>> = columns.iter().map(|steps| ratio_of(steps)).collect();
    let most = |rows: &[Option<f64>]| rows.iter().flatten().copied().fold(0.0, f64::max);
    let column_s = i64::try_from(per_column).unwrap_or(1).saturating_mul(found.step_s);
    let mut out = format!(
        "\n  per {} s, {} a mark; a gap has no data\n",
        found.step_s,
        hw_model::length_words(column_s as f64)
    );
    // One scale for both, so that they can be compared by eye, unless one is far below the other.
    let (high_a, high_b) = (most(&a), most(&b));
    let is_near = high_a.min(high_b) > 0.1 * high_a.max(high_b);
    let top = |own: f64| if is_near { high_a.max(high_b) } else { own };
    out.push_str(&bars("A", &a, top(high_a), &format!("0-{}", most_of(top(high_a)))));
    out.push_str(&bars("B", &b, top(high_b), &format!("0-{}", most_of(top(high_b)))));
    let top = most(&ratios);
    out.push_str(&bars("B/A", &ratios, top, &format!("0-{} %", short(100.0 * top))));
    let Some(first) = hw_api::instant(&found.from) else { return out };
    let column_of = |at: Timestamp| {
        usize::try_from(at.tick().since(first.tick()).div_euclid(column_s)).unwrap_or(0)
    };
    for line in mark_lines(&marks(found), column_of, columns.len()) {
        out.push_str(&format!("{:LABEL$}{line}\n", ""));
    }
    out
}

fn bars(name: &str, rows: &[Option<f64>], top: f64, scale: &str) -> String {
    let share = |row: f64| if top > 0.0 { row / top } else { 0.0 };
    let bars: String = rows.iter().map(|row| row.map_or(' ', |row| bar(share(row)))).collect();
    let label = format!("  {name} {scale}");
    format!("{label:<LABEL$}{}\n", bars.trim_end())
}

fn ratio_of(steps: &[ComparedStep]) -> Option<f64> {
    let both = steps.iter().filter_map(|step| step.a.zip(step.b));
    let (a, b) = both.fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    (a > 0.0).then(|| b / a)
}

/// Where they part, and what comes after; or where growth began and ended.
fn marks(found: &Comparison) -> Vec<Mark> {
    let mark = |at: &str, label: &str| {
        let at = hw_api::instant(at)?;
        Some(Mark { at, label: label.to_owned() })
    };
    if let Some(growth) = &found.growth {
        let ends = [mark(&growth.from, "begins"), mark(&growth.to, "ends")];
        return ends.into_iter().flatten().collect();
    }
    let turns = found.stretches.iter().skip(1).take(6);
    let label = |stretch: &SameRatio| {
        let is_first = found.parting.as_ref().is_some_and(|parting| parting.at == stretch.from);
        let time = clock(&stretch.from);
        if is_first { format!("part {time}") } else { time }
    };
    turns.filter_map(|stretch| mark(&stretch.from, &label(stretch))).collect()
}

fn stretches(stretches: &[SameRatio]) -> String {
    if stretches.len() < 2 {
        return String::new();
    }
    let row = |stretch: &SameRatio| {
        let percent = |p: Option<f64>| p.map(|p| short(100.0 * p));
        let interval = percent(stretch.low).zip(percent(stretch.high));
        [
            minute(&stretch.from),
            minute(&stretch.to),
            number(stretch.a),
            number(stretch.b),
            percent(stretch.ratio).map_or_else(|| "-".to_owned(), |p| format!("{p} %")),
            interval.map(|(low, high)| format!("{low} to {high}")).unwrap_or_default(),
        ]
    };
    let head = ["from (UTC)", "to", "A", "B", "B/A", "95 %"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(stretches.iter().map(row)).collect();
    format!("\nStretches of one ratio\n{}", aligned(&rows))
}

/// The steps, those far from the parting left out unless all are wanted.
fn steps(found: &Comparison, all: bool) -> String {
    let n = found.items.len();
    if n == 0 {
        return String::new();
    }
    let near = found.parting.as_ref().map(|parting| parting.at.as_str());
    let near = near.or(found.growth.as_ref().map(|growth| growth.from.as_str()));
    let near = near.and_then(|at| found.items.iter().position(|step| step.from == at));
    let is_shown = |at: usize| {
        all || n <= ALL_SHOWN
            || at < AT_ENDS
            || at + AT_ENDS >= n
            || near.is_some_and(|near| at + AROUND >= near && at < near + AROUND)
    };
    let label = if found.growth.is_some() { "<- begins" } else { "<- part" };
    let head = ["step (UTC)", "A", "B", "B - A", "B/A", ""];
    let mut rows = vec![head.map(str::to_owned)];
    let mut left_out = 0;
    for (at, step) in found.items.iter().enumerate() {
        if !is_shown(at) {
            left_out += 1;
            continue;
        }
        rows.extend(gap(&mut left_out));
        rows.push(row_of(step, if near == Some(at) { label } else { "" }));
    }
    let more = if all || n <= ALL_SHOWN { "" } else { "; --all shows every step" };
    format!("\nSteps of {} s{more}\n{}\n", found.step_s, aligned(&rows))
}

fn gap(left_out: &mut usize) -> Option<[String; 6]> {
    let n = std::mem::take(left_out);
    (n > 0).then(|| {
        let [a, b, c, d, e] = [const { String::new() }; 5];
        [format!("... {n} more"), a, b, c, d, e]
    })
}

fn row_of(step: &ComparedStep, label: &str) -> [String; 6] {
    let cell = |n: Option<f64>| n.map_or_else(|| "no data".to_owned(), number);
    let blank = |n: Option<f64>, words: fn(f64) -> String| n.map(words).unwrap_or_default();
    [
        minute(&step.from),
        cell(step.a),
        cell(step.b),
        blank(step.difference, signed),
        blank(step.ratio, |p| format!("{} %", short(100.0 * p))),
        label.to_owned(),
    ]
}

/// `2026-11-23 06:11:00`.
fn minute(at: &str) -> String {
    plain(at.split('.').next().unwrap_or_default().trim_end_matches('Z')).replace('T', " ")
}

/// `06:11:00`.
fn clock(at: &str) -> String {
    let time = minute(at);
    time.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// A count; files may have parts of one.
fn number(n: f64) -> String {
    if n.fract().abs() > 1e-9 {
        return format!("{n:.1}");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let whole = n.abs() as u64;
    count(whole)
}

fn signed(n: f64) -> String {
    if n < 0.0 { format!("-{}", number(-n)) } else { number(n) }
}

/// The end of a scale.
fn most_of(n: f64) -> String {
    if n < 10.0 { short(n) } else { format!("{n:.0}") }
}

/// As many digits as matter.
fn short(n: f64) -> String {
    // Near nothing and near everything two digits tell what one would hide.
    let digits = match n {
        n if n >= 100.95 => return format!("{n:.0}"),
        n if n < 1.0 || (n - 100.0).abs() < 0.95 => 2,
        _ => 1,
    };
    let text = format!("{n:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
