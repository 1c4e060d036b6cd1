//! The words of Highwater: time, hops, records, shifts, changes, verdicts.
//!
//! Every room speaks with these types, so that one word means one thing in code, on the page and in
//! the JSON. It computes nothing that a reader with a calendar could not do in the head.
//!
//! It deliberately does not know how a span was read, counted, judged or shown.

mod calendar;
mod change;
mod code;
mod diagnosis;
mod hop;
mod letters;
mod log;
mod number;
mod record;
mod signal;
mod time;
mod title;

pub use calendar::{DAY_S, Date, clock_words, date_words, day_of, weekday_word};
pub use change::{
    Change, ChangeId, ChangeKind, ChangeSource, Effect, REDEPLOY_WATCHED_S, ToldChange, Verdict,
    change_name, versions_words,
};
pub use code::CodePlace;
pub use diagnosis::{
    Clearance, Diagnosis, Impact, Incident, IncidentId, Judgement, Lead, Mitigation, Opening,
    Origin, TrailStep,
};
pub use hop::{Hop, HopCount, HopId, ROOT_ENTRY, UNKNOWN};
pub use letters::{is_plain, markdown_text, percent_encoded, plain};
pub use log::{LogEnd, Severity};
pub use number::{count_words, share_words};
pub use record::{
    AnswerSetId, Batch, Definitions, Link, NameId, Outcome, Shape, ShapeId, Source, SourceId,
    SpanEnd, SpanId, SpanKind, SumKind, SumPoint, SumSeries, SumSeriesId, TemplateId, TraceId,
};
pub use signal::{CountOf, Direction, Shift, ShiftId, Signal, Target};
pub use time::{Interval, Tick, Timestamp, length_words};
pub use title::past_title;
