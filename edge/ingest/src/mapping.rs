//! From OpenTelemetry's words to ours: what a span, log line or point of a counter means for flow.
//!
//! Reads the attributes of semantic conventions, of which `keys` has already made old and new ones
//! the same. Each question has its file: who sent it, what it did, whom it asked, what was answered,
//! how many items it stands for. It cannot fail: what is wrong with a record was found before.

mod answers;
mod code;
mod evaluation;
mod facts;
mod items;
mod log;
mod operation;
mod outcome;
mod peer;
mod sender;
mod span;
mod stack;
mod sum;
mod weight;

use crate::options::ReadOptions;
use crate::pending::Pending;
use crate::request::Request;
use crate::tally::Tally;
use hw_flow::Dictionary;
use sender::Sender;

/// What mapping a record needs beside the record.
struct Context<'r, 'a, 'i> {
    request: &'r Request<'a>,
    options: &'i ReadOptions,
    dictionary: &'i mut Dictionary,
    pending: &'i mut Pending,
    tally: Tally,
}

/// Adds the records of `request` to `pending`.
pub(crate) fn map(
    request: &Request<'_>,
    options: &ReadOptions,
    dictionary: &mut Dictionary,
    pending: &mut Pending,
) -> Tally {
    let of = |slice: &crate::request::Slice| {
        Sender::new(slice.of(&request.attributes), options, dictionary)
    };
    let senders: Vec<Sender<'_>> = request.resources.iter().map(of).collect();
    let tally = request.tally;
    let mut context = Context { request, options, dictionary, pending, tally };
    let unknown = Sender::unknown();
    let sender = |resource: usize| senders.get(resource).unwrap_or(&unknown);
    for span in &request.spans {
        context.span(sender(span.resource), span);
    }
    for log in &request.logs {
        context.log(sender(log.resource), log);
    }
    for metric in &request.metrics {
        context.metric(sender(metric.resource), metric);
    }
    context.tally
}

#[cfg(test)]
mod tests;
