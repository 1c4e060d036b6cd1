//! The data plane: end records in, judged ticks and stored windows out.
//!
//! It counts what flows on every hop, by cohort: the counts of an entry and of all it causes stand
//! in the second in which the entry began. Read [`Flow`] first, then `linking` for what a link
//! between two spans means for the counts.
//!
//! It deliberately does not know what a normal ratio is, why one changed, or where records come
//! from.

mod answers;
mod arena;
mod cells;
mod counters;
mod dependencies;
mod dictionary;
mod export;
mod flow;
mod ids;
mod instances;
mod joins;
mod judging;
mod lags;
mod linking;
mod logbook;
mod names;
mod open;
mod peers;
mod places;
mod ring;
mod routes;
mod services;
mod sums;
mod table;
mod templates;
mod veiled;
mod views;
mod vocabulary;
mod windows;

pub use answers::ValueIdx;
pub use cells::{EntryTick, HopTick, LATENCY_SHARES};
pub use dictionary::{
    Dictionary, DictionaryLimits, Refusals, STATUS, ShapeText, SourceText, SumSeriesText,
};
pub use export::{Exported, ExportedOf, Rows};
pub use flow::{Coverage, Flow, FlowSettings};
pub use ids::{EntryIdx, HopIdx};
pub use instances::{Instance, Voice};
pub use judging::{Asked, Judged, JudgedAt, Mix};
pub use names::{OTHER, OWN_SERVICE};
pub use services::ServiceIdx;
pub use sums::CounterIdx;
pub use views::{HopSummary, LogCounts};
pub use vocabulary::{TemplateText, Vocabulary};
pub use windows::{OpenView, WindowCounts};
