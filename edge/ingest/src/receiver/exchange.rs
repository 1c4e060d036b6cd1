//! Handing a body over and waiting for its answer: the part that both protocols have in common.

use super::counts::{Outcome, Refused};
use super::delivery::{Answer, Delivery};
use super::messages::Acceptance;
use super::refusal::{Refusal, cut};
use super::shared::Shared;
use crate::decode::{Encoding, Signal};
use bytes::Bytes;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::timeout;

/// How a request ended.
pub(super) type Ending = Result<Acceptance, Refusal>;

/// What to count.
pub(super) fn outcome(ending: &Ending) -> Outcome {
    match ending {
        Ok(Acceptance { n_rejected: 0, .. }) => Outcome::Accepted,
        Ok(_) => Outcome::AcceptedInPart,
        Err(refusal) => Outcome::Refused(refusal.why),
    }
}

/// Refuses at once where nobody could take the request anyway, before work is done for it.
pub(super) fn check_queue(shared: &Shared) -> Result<(), Refusal> {
    if shared.deliveries.is_closed() {
        return Err(closed(shared));
    }
    if shared.deliveries.capacity() == 0 {
        return Err(queue_full(shared));
    }
    Ok(())
}

/// Hands `body` over and waits for the answer.
pub(super) async fn deliver(
    signal: Signal,
    encoding: Encoding,
    body: Bytes,
    shared: &Shared,
) -> Ending {
    // Nothing was sent: nothing can be lost, and nobody has to be asked.
    if body.is_empty() {
        return Ok(Acceptance::default());
    }
    let n_bytes = body.len();
    let (delivery, answer) = Delivery::new(signal, encoding, body);
    shared.deliveries.try_send(delivery).map_err(|error| match error {
        TrySendError::Full(_) => queue_full(shared),
        TrySendError::Closed(_) => closed(shared),
    })?;
    shared.counts.delivered(n_bytes);
    match timeout(shared.settings.answer_timeout, answer).await {
        Ok(Ok(answer)) => read(answer),
        Ok(Err(_)) => Err(shared.broken_down("the request was lost on our side")),
        Err(_) => Err(shared.broken_down("it takes too long to store the request")),
    }
}

fn read(answer: Answer) -> Ending {
    match answer {
        Answer::Accepted { rejected: n_rejected, message } => {
            let default = || format!("{n_rejected} records of the request are no good");
            let message = message.or_else(|| (n_rejected > 0).then(default)).map(cut);
            Ok(Acceptance { n_rejected, message })
        }
        Answer::Broken { reason } => Err(Refusal::for_good(Refused::Broken, reason)),
        Answer::Unavailable { retry_after_s, reason } => {
            Err(Refusal::for_now(Refused::Unavailable, retry_after_s, reason))
        }
        Answer::Overloaded { retry_after_s, reason } => {
            Err(Refusal::for_now(Refused::Overloaded, retry_after_s, reason))
        }
    }
}

fn queue_full(shared: &Shared) -> Refusal {
    let reason = "too many requests wait to be stored, come back later";
    Refusal::for_now(Refused::QueueFull, shared.settings.retry_after_s, reason)
}

fn closed(shared: &Shared) -> Refusal {
    shared.broken_down("shutting down")
}
