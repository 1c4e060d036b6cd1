//! A connection on which pieces are sent as they come, as server-sent events.

use crate::asking::Site;
use crate::problem::Problem;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hw_api::Caller;
use hyper::body::{Bytes, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

/// Pieces that wait for whoever follows.
const PIECES_MAX: usize = 4;

/// The sending end of one connection.
pub(crate) struct Line {
    pub(crate) site: Arc<Site>,
    pub(crate) caller: Caller,
    pieces: mpsc::Sender<Bytes>,
}

/// Why nothing more is sent: nobody reads, or may read, any more.
pub(crate) struct End;

impl Line {
    /// A line and the answer that it feeds, if there is a place for one more.
    pub(crate) fn open(site: Arc<Site>, caller: Caller) -> Result<(Self, Response), Problem> {
        let Ok(place) = Arc::clone(&site.followers).try_acquire_owned() else {
            let detail = format!(
                "{} follow events already, which is as many as may",
                site.settings.followers_max
            );
            return Err(Problem::unavailable(detail, 5));
        };
        let (pieces, received) = mpsc::channel(PIECES_MAX);
        let body = Body::new(Feed { pieces: received, _place: place });
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Ok((Self { site, caller, pieces }, (headers, body).into_response()))
    }

    /// Sends a piece.
    pub(crate) async fn send(&self, piece: String) -> Result<(), End> {
        // A token may end or be revoked while its holder follows.
        if !self.site.keeper().still_admits(&self.caller) {
            return Err(End);
        }
        let sent = timeout(self.site.settings.stall_timeout, self.pieces.send(piece.into())).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End),
        }
    }

    /// Waits until nobody reads any more.
    pub(crate) async fn closed(&self) {
        self.pieces.closed().await;
    }
}

/// Lets `sending` go on beside everything else, until it ends or the server stops.
pub(crate) fn keep(site: &Site, sending: impl Future<Output = Result<(), End>> + Send + 'static) {
    let mut stopping = site.stopping.clone();
    drop(tokio::spawn(async move {
        tokio::select! {
            _ = sending => {}
            _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
        }
    }));
}

/// Pieces as the body of an answer.
struct Feed {
    pieces: mpsc::Receiver<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl hyper::body::Body for Feed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.pieces.poll_recv(ctx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
