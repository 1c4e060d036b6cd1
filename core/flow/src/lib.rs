//! The data plane: end records in, judged ticks and stored windows out.
//!
//! It deliberately does not know what a normal ratio is, why one changed, or where records come
//! from.

mod dictionary;
mod names;
mod table;
mod templates;

pub use dictionary::{
    Dictionary, DictionaryLimits, Refusals, ShapeText, SourceText, SumSeriesText,
};
pub use names::OTHER;
