//! Which protocol a request speaks, told by its content type, so that either port serves both; and
//! the guard around all of it.

use super::content::Content;
use super::shared::Shared;
use super::{grpc, http};
use hyper::body::Incoming;
use hyper::{Request, Response};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Takes one request and answers it, whatever happens meanwhile.
pub(super) async fn answer(request: Request<Incoming>, shared: &Shared) -> Response<Content> {
    if grpc::is_grpc(request.headers()) {
        let response = guarded(grpc::serve(request, shared)).await;
        let refusal = || shared.broken_down("something failed on our side");
        response.unwrap_or_else(|| grpc::refuse(&refusal()))
    } else {
        let response = guarded(http::serve(request, shared)).await;
        response.unwrap_or_else(|| http::broken_down(shared.settings.retry_after_s))
    }
}

/// What `work` gives, or `None` if it panics. The panic has been printed by then.
async fn guarded<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // What the panic left half done is never looked at again: `work` is dropped with it.
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_caught_at_whatever_step() {
        assert_eq!(guarded(async { 7 }).await, Some(7));
        let at_once = async { panic!("as the test wants it") };
        assert_eq!(guarded::<u8>(at_once).await, None);
        let later = async {
            tokio::task::yield_now().await;
            panic!("as the test wants it")
        };
        assert_eq!(guarded::<u8>(later).await, None);
    }
}
