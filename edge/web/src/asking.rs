//! Asking the backend: on a thread that may wait, so many at a time, and not for ever.

use crate::backend::{Answered, Backend};
use crate::doorkeeper::Doorkeeper;
use crate::guard::Doors;
use crate::problem::{Problem, ProblemKind};
use crate::settings::WebSettings;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tracing::error;

/// What every request may use.
pub(crate) struct Site {
    pub settings: WebSettings,
    backend: Arc<dyn Backend>,
    pub doors: Doors,
    places: Arc<Semaphore>,
    /// Places for those who follow events.
    pub followers: Arc<Semaphore>,
    pub traffic: Traffic,
    pub stopping: watch::Receiver<bool>,
}

/// What the API counts of itself.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// Answers by the first digit of their status: 2, 3, 4, 5.
    pub answers: [AtomicU64; 4],
    /// Requests so far: their numbers.
    pub requests: AtomicU64,
    pub connections_open: AtomicU64,
    pub connections_refused: AtomicU64,
}

impl Traffic {
    /// The number of the next request, as it stands in its answer and in the log.
    pub(crate) fn next_id(&self) -> String {
        format!("{:08x}", self.requests.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

impl Site {
    pub(crate) fn new(
        settings: WebSettings,
        (backend, doors): (Arc<dyn Backend>, Doors),
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.questions_max)),
            followers: Arc::new(Semaphore::new(settings.followers_max)),
            traffic: Traffic::default(),
            settings,
            backend,
            doors,
            stopping,
        }
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    pub(crate) fn keeper(&self) -> &dyn Doorkeeper {
        &*self.doors.keeper
    }

    /// Asks whoever knows the tokens what may wait for the disk.
    pub(crate) async fn consult<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Doorkeeper) -> Answered<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let keeper = Arc::clone(&self.doors.keeper);
        self.ask_in_time(move |_| question(&*keeper), LATE_TOKEN).await
    }

    /// Asks a question that may wait for disk or engine.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Backend) -> Answered<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.ask_in_time(question, LATE).await
    }

    /// Asks a question to which an answer is of use within a time.
    pub(crate) async fn ask_within<T: Send + 'static>(
        &self,
        patience: Duration,
        question: impl FnOnce(&dyn Backend) -> Answered<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let answer = timeout(patience, self.ask_at_leisure(question)).await;
        answer.unwrap_or_else(|_| Err(Problem::unavailable(LATE, 5)))
    }

    /// The same, with what is said when no answer comes in time.
    async fn ask_in_time<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Backend) -> Answered<T> + Send + 'static,
        late: &'static str,
    ) -> Result<T, Problem> {
        let answer = timeout(self.settings.answer_timeout, self.ask_at_leisure(question)).await;
        answer.unwrap_or_else(|_| Err(Problem::unavailable(late, 5)))
    }

    async fn ask_at_leisure<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Backend) -> Answered<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let backend = Arc::clone(&self.backend);
        // The place is free when the answer is there, also if nobody waits for it any more.
        let asked = tokio::task::spawn_blocking(move || {
            let answer = question(&*backend);
            drop(place);
            answer
        });
        match asked.await {
            Ok(answer) => answer.inspect_err(log).map_err(Problem::from),
            Err(panic) => {
                error!(%panic, "a question made us panic");
                Err(Problem::new(ProblemKind::Broken, "the question made Highwater panic"))
            }
        }
    }
}

/// The answer to a question and to a command: of that it is not known whether it was taken.
const LATE: &str = "no answer came in time; if something was told, send it again with the same \
                    Idempotency-Key: it is done once";

/// The same of tokens: a secret is shown once, so it cannot be answered alike again.
const LATE_TOKEN: &str = "no answer came in time; if a token was to be made or revoked, list the \
                          tokens, and revoke what you did not get";

fn log(failure: &crate::backend::Failure) {
    if let crate::backend::Failure::Broken(reason) = failure {
        error!(reason, "a question cannot be answered");
    }
}
