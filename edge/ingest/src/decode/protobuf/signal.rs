//! Which signal a request holds, told by the fields of its records: its outer levels are alike.
//!
//! A span has its times in fields 7 and 8, a log line in 1 and 11, all of fixed width; a metric has
//! only texts and messages. Where no record is sure the first guess counts: what is left over then
//! (spans without times, log lines of a body alone) is turned away by whoever reads it, so that a
//! wrong guess costs nothing.

use super::Step;
use super::wire::{Bytes, Field, Message};
use crate::decode::Signal;

/// The signal of the request; `None` if it has no record that shows one.
pub(super) fn tell(request: Message<'_>) -> Step<Option<Signal>> {
    let mut guess = None;
    for group in request {
        let Field(1, Bytes::Message(group)) = group? else { continue };
        for scope in group {
            let Field(2, Bytes::Message(scope)) = scope? else { continue };
            for record in scope {
                let Field(2, Bytes::Message(record)) = record? else { continue };
                match of_record(record)? {
                    Told::Surely(signal) => return Ok(Some(signal)),
                    Told::Perhaps(signal) => guess = guess.or(signal),
                }
            }
        }
    }
    Ok(guess)
}

/// What a record says of its signal.
enum Told {
    Surely(Signal),
    Perhaps(Option<Signal>),
}

fn of_record(record: Message<'_>) -> Step<Told> {
    let mut guess = None;
    for field in record {
        match field? {
            Field(7 | 8, Bytes::Fixed64(_)) | Field(6, Bytes::Varint(_)) => {
                return Ok(Told::Surely(Signal::Traces));
            }
            Field(1 | 11, Bytes::Fixed64(_))
            | Field(2, Bytes::Varint(_))
            | Field(8, Bytes::Fixed32(_)) => return Ok(Told::Surely(Signal::Logs)),
            Field(7, Bytes::Message(_)) => return Ok(Told::Surely(Signal::Metrics)),
            Field(1, Bytes::Message(name)) if name.text().is_ok() => {
                guess = Some(Signal::Metrics);
            }
            Field(1, Bytes::Message(_)) => guess = Some(Signal::Traces),
            Field(5 | 6 | 9 | 10 | 12, Bytes::Message(_)) if guess.is_none() => {
                guess = Some(Signal::Logs);
            }
            _ => {}
        }
    }
    Ok(Told::Perhaps(guess))
}
