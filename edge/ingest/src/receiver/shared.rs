//! What all connections of a receiver share.

use super::budget::Budget;
use super::counts::{ReceiverCounts, Refused};
use super::delivery::Delivery;
use super::guard::Guard;
use super::refusal::Refusal;
use super::settings::ReceiverSettings;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::{Semaphore, mpsc};

/// Settings, limits and counters, and where requests go.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: ReceiverSettings,
    pub(super) guard: Guard,
    pub(super) deliveries: mpsc::Sender<Delivery>,
    pub(super) budget: Arc<Budget>,
    /// One for each core.
    pub(super) turns_to_unpack: Arc<Semaphore>,
    pub(super) counts: Arc<ReceiverCounts>,
}

impl Shared {
    pub(super) fn new(settings: ReceiverSettings, deliveries: mpsc::Sender<Delivery>) -> Self {
        let in_flight = settings.in_flight_bytes_max.max(settings.body_bytes_max.saturating_mul(2));
        let n_cores = available_parallelism().map_or(1, NonZero::get);
        let budget = Budget::new(in_flight);
        Self {
            settings,
            guard: Guard::default(),
            deliveries,
            turns_to_unpack: Arc::new(Semaphore::new(n_cores)),
            counts: ReceiverCounts::new(Arc::clone(&budget)),
            budget,
        }
    }

    /// Something of ours failed.
    pub(super) fn broken_down(&self, reason: impl Into<String>) -> Refusal {
        Refusal::for_now(Refused::Unavailable, self.settings.retry_after_s, reason)
    }
}
