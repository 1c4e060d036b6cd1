//! What differs since a figure of the hop shifted: all that was counted, side by side.

use super::{HopView, ms};
use crate::parts::card;
use hw_api::{Shift, Window, instant};
use hw_model::{Timestamp, count_words, share_words};
use maud::{Markup, html};

/// Steps of the stretch, apart from those in which the figure of the hop was shifted.
pub(super) struct Sides<'a> {
    /// What is usual there.
    pub usual: Vec<&'a Window>,
    /// What was counted while it was shifted.
    pub shifted: Vec<&'a Window>,
}

impl<'a> Sides<'a> {
    /// By the shifts of what passes and of what is answered.
    pub(super) fn of(view: &'a HopView) -> Self {
        let is_shifted =
            |window: &&Window| instant(&window.from).is_some_and(|at| is_shifted(view, at));
        let (shifted, usual) = view.windows.items.iter().partition(is_shifted);
        Self { usual, shifted }
    }
}

/// Whether the figure was shifted in the step that begins at a time.
fn is_shifted(view: &HopView, at: Timestamp) -> bool {
    let is_meant = |shift: &&Shift| matches!(shift.signal.as_str(), "answers" | "transfer");
    view.shifts.iter().filter(is_meant).any(|shift| {
        let has_begun = instant(&shift.onset_from).is_some_and(|from| from <= at);
        has_begun && shift.over_at().and_then(instant).is_none_or(|end| at < end)
    })
}

/// Seconds of the stretch, from the first step with a count on, in which it was usual, and shifted.
fn lengths_s(view: &HopView) -> (f64, f64) {
    let ends = view.windows.items.first().and_then(|window| instant(&window.from));
    let Some((from, to)) = ends.zip(instant(&view.windows.to)) else { return (0.0, 0.0) };
    let step_s = view.windows.step_s.max(1) as f64;
    let mut lengths = (0.0, 0.0);
    let mut at = from;
    while at < to {
        let length = if is_shifted(view, at) { &mut lengths.1 } else { &mut lengths.0 };
        *length += step_s;
        at = at.plus_s(step_s);
    }
    lengths
}

/// A figure of some steps, and of the seconds they are part of, in words; `None` where nothing says it.
type Figure = fn(&[&Window], f64) -> Option<String>;

const FIGURES: [(&str, Figure); 6] = [
    ("Came in", |steps, seconds| per_minute(steps, seconds, |window| window.entered)),
    ("Went on", |steps, seconds| per_minute(steps, seconds, |window| window.left)),
    ("Share that goes on", |steps, _| share(steps, |window| (window.left, window.entered))),
    ("Calls that failed", |steps, _| share(steps, |window| (window.errors, window.calls))),
    ("Half of the calls within", |steps, _| latency(steps, |latency| latency.p50)),
    ("95 of 100 calls within", |steps, _| latency(steps, |latency| latency.p95)),
];

/// What was counted: usually and since, or in all of the stretch where nothing shifted in it.
pub(super) fn counted(view: &HopView) -> Markup {
    let Sides { usual, shifted } = Sides::of(view);
    let (usual_s, shifted_s) = lengths_s(view);
    let is_split = !usual.is_empty() && !shifted.is_empty();
    let (all, all_s) = if usual.is_empty() { (&shifted, shifted_s) } else { (&usual, usual_s) };
    let rows = FIGURES.into_iter().filter_map(|(name, figure)| {
        let (first, second) = (figure(all, all_s), figure(&shifted, shifted_s));
        (first.is_some() || second.is_some()).then_some((name, first, second))
    });
    let body = html! {
        table class="rows" {
            thead { tr {
                th scope="col" { "Figure" }
                th scope="col" class="number" { @if is_split { "Usual" } @else { "In this stretch" } }
                @if is_split { th scope="col" class="number" { "While shifted" } }
            } }
            tbody {
                @for (name, first, second) in rows {
                    tr {
                        th scope="row" { (name) }
                        td data-label=(if is_split { "Usual" } else { "In this stretch" }) class="number" { (first.unwrap_or_default()) }
                        @if is_split { td data-label="While shifted" class="number" { (second.unwrap_or_default()) } }
                    }
                }
            }
        }
        p class="note" { "Of latency the middle one of the steps is shown." }
        @if view.windows.damaged_packs > 0 { p class="trouble" { (view.windows.damaged_packs) " packs of stored windows are damaged, and left out." } }
    };
    card(if is_split { "What differs" } else { "What was counted" }, "", &body)
}

fn per_minute(steps: &[&Window], seconds: f64, of: fn(&Window) -> u64) -> Option<String> {
    let all: u64 = steps.iter().map(|window| of(window)).sum();
    (seconds > 0.0).then(|| format!("{} / min", rate_words(all as f64 * 60.0 / seconds)))
}

fn rate_words(rate: f64) -> String {
    if rate > 0.0 && rate < 10.0 { format!("{rate:.1}") } else { count_words(rate) }
}

fn share(steps: &[&Window], of: fn(&Window) -> (u64, u64)) -> Option<String> {
    let (part, all) = steps.iter().fold((0, 0), |(part, all), window| {
        let (more, of_all) = of(window);
        (part + more, all + of_all)
    });
    (all > 0).then(|| share_words(part as f64 / all as f64))
}

fn latency(steps: &[&Window], of: fn(&hw_api::Latency) -> f64) -> Option<String> {
    let mut known: Vec<f64> =
        steps.iter().filter_map(|window| window.latency_ms.as_ref().map(of)).collect();
    known.sort_by(f64::total_cmp);
    known.get(known.len() / 2).map(|middle| ms(*middle))
}
