//! The table of hops.

use super::{count, plain};
use hw_engine::Report;

/// Hops shown at most; the rest is counted.
const HOPS_SHOWN: usize = 40;

/// Every hop with what entered and left, busiest callers first.
pub(crate) fn table(report: &Report) -> String {
    if report.hops.is_empty() {
        return String::new();
    }
    let mut rows =
        vec![["hop", "entered", "left", "received", "ratio", "answers"].map(str::to_owned)];
    for counted in report.hops.iter().take(HOPS_SHOWN) {
        let (hop, summary) = (&counted.hop, &counted.summary);
        let entry = hop.entry.as_deref().unwrap_or("(starts here)");
        let ratio = if summary.entered > 0 {
            format!("{:.3}", summary.left as f64 / summary.entered as f64)
        } else {
            "-".to_owned()
        };
        let answers: Vec<String> = summary
            .answers
            .iter()
            .map(|(value, n)| format!("{} {}", plain(value), count(*n)))
            .collect();
        rows.push([
            plain(&format!("{} {entry} -> {} {}", hop.caller, hop.callee, hop.operation)),
            count(summary.entered),
            count(summary.left),
            summary.received.map_or_else(|| "not seen".to_owned(), count),
            ratio,
            answers.join(", "),
        ]);
    }
    let mut out = "\nEvery hop, over the whole time\n".to_owned();
    out.push_str(&aligned(&rows));
    if let Some(more) = report.hops.len().checked_sub(HOPS_SHOWN).filter(|more| *more > 0) {
        out.push_str(&format!("  and {more} more; --format json has them all\n"));
    }
    out
}

/// Rows with their columns under each other: the first and last to the left, the rest to the right.
pub(super) fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut out = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            line.push(' ');
            if column == 0 || column == N - 1 {
                line.push_str(&format!("{cell:<width$}"));
            } else {
                line.push_str(&format!("{cell:>width$}"));
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
