//! A picture in a page: for wide pages and for phones, with its numbers for who reads them, and with its
//! points for the script that reads them aloud.

use crate::bar::for_script;
use crate::clock::Clock;
use hw_chart::{PAGE, Series, Style, Table, View};
use hw_model::share_words;
use maud::{Markup, PreEscaped, html};
use serde::Serialize;

/// Rows of a table of numbers that a page carries.
const ROWS_MAX: usize = 40;

/// What the script needs of a picture over time.
pub(crate) struct Readable {
    /// Its points, as JSON.
    points: String,
    /// The page that shows a stretch of it closer.
    closer: String,
}

impl Readable {
    /// Of a series, and where it can be looked at closer.
    pub(crate) fn new((series, view): (&Series, &View), clock: &Clock, closer: String) -> Self {
        Self { points: points(series, view, clock), closer }
    }
}

/// A picture that is drawn for two widths; one of them is shown.
pub(crate) fn chart(
    id: &str,
    widths: (u32, u32),
    draw: &dyn Fn(&Style<'_>) -> String,
    (tables, read): (&[Table], Option<Readable>),
) -> Markup {
    let (wide, narrow) = widths;
    let drawn = |width_px: u32, prefix: &str| {
        PreEscaped(draw(&Style { inks: &PAGE, width_px, id_prefix: prefix }))
    };
    html! {
        @let zoom = read.as_ref().map(|read| read.closer.as_str());
        figure class="chart" id=(id) data-chart[read.is_some()] data-zoom=[zoom] {
            div class="for-wide" { (drawn(wide, &format!("{id}w"))) }
            div class="for-narrow" { (drawn(narrow, &format!("{id}n"))) }
            div class="read" aria-live="polite" {}
            (numbers(tables))
            @if let Some(read) = &read {
                script type="application/json" class="points" { (PreEscaped(&read.points)) }
            }
        }
    }
}

/// The same as tables, folded.
fn numbers(tables: &[Table]) -> Markup {
    html! {
        @if tables.iter().any(|table| !table.rows.is_empty()) {
            details class="numbers" {
                summary { "Numbers" }
                @for table in tables {
                    div class="scroll" tabindex="0" role="group" aria-label=(table.caption) {
                        table {
                            caption { (table.caption) }
                            thead { tr { @for head in &table.head { th scope="col" { (head) } } } }
                            tbody {
                                @for row in table.rows.iter().take(ROWS_MAX) {
                                    tr { @for cell in row { td { (cell) } } }
                                }
                            }
                        }
                        @let n_more = table.rows.len().saturating_sub(ROWS_MAX);
                        @if n_more > 0 { p class="note" { (n_more) " more rows are in the API." } }
                    }
                }
            }
        }
    }
}

#[derive(Serialize)]
struct Points {
    from: f64,
    to: f64,
    points: Vec<(f64, Option<f64>, String)>,
}

/// The points of a series as the script takes them: what to say of each.
fn points(series: &Series, view: &View, clock: &Clock) -> String {
    let second = |at: hw_model::Timestamp| at.0 as f64 / 1e9;
    let points = series.points.iter().map(|point| {
        let words = match point.value {
            Some(value) => format!("{}: {}", clock.words(point.at), share_words(value)),
            None => format!("{}: no data", clock.words(point.at)),
        };
        (second(point.at), point.value, words)
    });
    for_script(&Points { from: second(view.from), to: second(view.to), points: points.collect() })
}
