//! Talks to a running server: to its API as a person would, and to its receiver as an exporter does.

mod address;
mod api;
mod sender;
mod trust;

pub(crate) use address::{Address, ServerFlag};
pub(crate) use api::{Api, Streamed};
pub(crate) use hw_model::percent_encoded;
pub(crate) use sender::{Sender, SenderFlag};

use std::fmt;

/// A server that could not be asked, or said no.
#[derive(Debug)]
pub(crate) enum ClientError {
    /// Nobody answers there.
    Unreachable { address: String, what: &'static str, why: String },
    /// It understood, and refuses.
    Refused { why: String },
    /// Something is wrong on its side.
    Failed { why: String },
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { address, what, why } => write!(
                f,
                "no answer from {address} ({why}): start a server with `highwater serve`, or say \
                 with {what} where it is"
            ),
            Self::Refused { why } => write!(f, "the server refused: {why}"),
            Self::Failed { why } => write!(f, "the server cannot: {why}"),
        }
    }
}

impl std::error::Error for ClientError {}

/// The end of a chain of errors is what the system said.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
