//! Pictures of an incident: pure functions from plain data to SVG text.
//!
//! One drawing code serves the page, where colours are variables of the style sheet and links can be
//! followed, and paper, where they are numbers. Each picture is laid out anew for its width, says in words
//! what it shows, and gives the same data as tables. Every name is text, never markup.
//!
//! It deliberately does not know where figures come from, what a verdict rests on, how a page is built
//! around a picture, and how SVG becomes pixels.

mod answers;
mod axis;
mod close_up;
mod durations;
mod flow_map;
mod glyph;
mod ink;
mod lanes;
mod lengths;
mod measure;
mod pen;
mod plot;
mod ratio;
mod series;
mod svg;
mod sweep;
mod table;
mod words;
mod zone;

pub use answers::{
    AnswerCount, AnswerMix, Answering, Tense, answer_mix, answer_mix_tables, answer_mix_words,
};
pub use axis::Quantity;
pub use close_up::{OnsetCloseUp, onset_close_up, onset_close_up_tables, onset_close_up_words};
pub use durations::{
    DurationDot, DurationRow, Durations, Emphasis, durations, durations_tables, durations_words,
};
pub use flow_map::{
    Asked, FlowHop, FlowMap, FlowService, HopState, Standing, flow_map, flow_map_tables,
    flow_map_whole, flow_map_words,
};
pub use glyph::{Said, glyph};
pub use ink::{Form, Inks, PAGE, PAPER, Style};
pub use lanes::ChangeMark;
pub use measure::{Weight, text_width_px};
pub use ratio::{
    Mark, Onset, RatioOverTime, ratio_over_time, ratio_over_time_tables, ratio_over_time_words,
};
pub use series::{BandPoint, Baseline, POINTS_MAX, Point, Series};
pub use sweep::{
    SweepPoint, ThresholdSweep, threshold_sweep, threshold_sweep_tables, threshold_sweep_words,
};
pub use table::Table;
pub use zone::{View, Zone};
