//! A picture of one hop's ratio over time, made of characters.

use super::{WIDTH, plain};
use hw_engine::Counted;
use hw_model::Timestamp;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Columns left of the bars.
const LABEL: usize = 11;

/// Something to point at.
pub(crate) struct Mark {
    pub at: Timestamp,
    pub label: String,
}

/// The ratio of a hop, one bar per stretch, with marks below; `None` if there is too little to draw.
pub(crate) fn draw(counted: &Counted, window_s: i64, marks: &[Mark]) -> Option<String> {
    let (first, _) = counted.windows.first()?;
    let (last, _) = counted.windows.last()?;
    let n_windows = (last.tick().since(first.tick()) / window_s) + 1;
    let columns_max = i64::try_from(WIDTH - LABEL - 8).ok()?;
    let per_column = (n_windows + columns_max - 1).div_euclid(columns_max).max(1);
    let column_s = per_column * window_s;
    let column_of = |at: Timestamp| {
        usize::try_from(at.tick().since(first.tick()).div_euclid(column_s)).unwrap_or(0)
    };
    let mut sums = vec![(0u64, 0u64); column_of(*last) + 1];
    for (at, counts) in &counted.windows {
        if let Some((entered, left)) = sums.get_mut(column_of(*at)) {
            *entered += u64::from(counts.entered);
            *left += u64::from(counts.left);
        }
    }
    if sums.len() < 8 {
        return None;
    }
    let ratio =
        |(entered, left): &(u64, u64)| (*entered > 0).then(|| *left as f64 / *entered as f64);
    let top = sums.iter().filter_map(ratio).fold(1.0, f64::max);
    let bars: String = sums.iter().map(|sum| ratio(sum).map_or(' ', |r| bar(r / top))).collect();
    let what = format!(
        "share of what enters {} that goes on to {}, {column_s} s a mark",
        plain(&counted.hop.caller),
        plain(&counted.hop.callee)
    );
    let scale = format!("0-{:.0} %", top * 100.0);
    let mut picture = format!("  {what}\n  {scale:<width$}{bars}\n", width = LABEL - 2);
    for line in mark_lines(marks, column_of, sums.len()) {
        picture.push_str(&format!("{:LABEL$}{line}\n", ""));
    }
    Some(picture)
}

/// The bar for a share of the whole.
pub(super) fn bar(share: f64) -> char {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0-7")]
    let at = (share * 8.0 - 0.5).round().clamp(0.0, 7.0) as usize;
    BARS.get(at).copied().unwrap_or(' ')
}

/// Labels under their columns, on as many lines as it takes for none to hide another.
pub(super) fn mark_lines(
    marks: &[Mark],
    column_of: impl Fn(Timestamp) -> usize,
    n_columns: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for mark in marks {
        let column = column_of(mark.at).min(n_columns.saturating_sub(1));
        let text = format!("^{}", mark.label);
        let fits =
            |line: &&mut String| line.chars().count() < column || (column == 0 && line.is_empty());
        match lines.iter_mut().find(fits) {
            Some(line) => {
                let padding = column - line.chars().count();
                line.push_str(&" ".repeat(padding));
                line.push_str(&text);
            }
            None => lines.push(format!("{}{text}", " ".repeat(column))),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_go_from_nothing_to_full() {
        assert_eq!([0.0, 0.5, 1.0].map(bar), ['▁', '▅', '█']);
    }

    #[test]
    fn marks_never_hide_each_other() {
        let mark =
            |second, label: &str| Mark { at: Timestamp::from_s(second), label: label.into() };
        let marks = [mark(0, "C1"), mark(2, "onset"), mark(30, "C2")];
        let column = |at: Timestamp| usize::try_from(at.tick().0).unwrap();
        assert_eq!(
            mark_lines(&marks, column, 40),
            ["^C1                           ^C2", "  ^onset"]
        );
    }
}
