//! The outbox after a restart: from its rows, as it was.

use super::Manner;
use super::lane::{Anchor, Parcel, Waiting};
use super::outbox::{Limits, Outbox};
use super::row::{Ending, Row, RowState};
use crate::notice::Kind;

impl Outbox {
    /// An outbox as its rows say, in the order in which they were made. Rows of receivers that are
    /// no more are ended, as the changes say. What was on its way is sent again, with its key.
    #[must_use]
    pub fn restored(
        limits: Limits,
        receivers: &[(&str, Manner)],
        rows: impl IntoIterator<Item = Row>,
    ) -> Self {
        let mut outbox = Self::new(limits, receivers);
        for row in rows {
            outbox.restore(row);
        }
        outbox.sweep_at = i64::MIN;
        let lanes = outbox.lanes.iter().flat_map(|(receiver, lane)| {
            lane.threads.keys().map(move |name| (receiver.clone(), name.clone()))
        });
        let names: Vec<(String, String)> = lanes.collect();
        for (receiver, name) in names {
            outbox.settle(&receiver, &name);
        }
        outbox
    }

    fn restore(&mut self, row: Row) {
        let Row { receiver, notice, pushed_at, state } = row;
        let seq = self.seq();
        let Some(lane) = self.lanes.get_mut(&receiver) else {
            if !matches!(state, RowState::Ended(_)) {
                let reason = "the receiver is not in the settings any more".to_owned();
                self.end(&receiver, &notice.key, Ending::Dropped { reason });
            }
            return;
        };
        match state {
            RowState::Ended(_) => {}
            RowState::Waiting { n_attempts, not_before, folded, net } => {
                lane.not_before = lane.not_before.max(not_before);
                lane.n_failures = lane.n_failures.max(n_attempts);
                let row = Waiting { seq, notice, pushed_at, n_attempts, folded, net };
                self.enqueue(&receiver, row);
            }
            RowState::Trying { message, as_thread, n_attempts, not_before, folded, net } => {
                lane.keys.insert(notice.key.clone());
                let thread = lane.threads.entry(notice.thread.clone()).or_default();
                thread.out = Some(message.clone());
                let row = Waiting { seq, notice, pushed_at, n_attempts, folded, net };
                let parcel = lane.frozen.entry(message.clone()).or_insert_with(|| Parcel {
                    message,
                    as_thread,
                    rows: Vec::new(),
                    n_attempts,
                    not_before,
                    may_have_arrived: true,
                });
                parcel.rows.push(row);
                self.n_pending += 1;
                self.restore_sent(&receiver, pushed_at, not_before);
            }
            RowState::Told { at, message, as_thread, is_over, counts, is_certain } => {
                lane.keys.insert(notice.key.clone());
                let name = notice.thread.clone();
                if counts && !lane.sent.iter().any(|(_, sent)| *sent == message) {
                    lane.sent.push((at, message.clone()));
                }
                let anchor = Anchor {
                    notice,
                    at,
                    message,
                    as_thread,
                    counts,
                    is_certain,
                    repeated_at: None,
                };
                lane.anchor(&name, anchor, is_over);
                if let Some(thread) = lane.threads.get_mut(&name) {
                    thread.last_sent_at = thread.last_sent_at.max(Some(at));
                }
            }
        }
    }

    /// Messages on their way count as sent when they are sent again, at the latest.
    fn restore_sent(&mut self, receiver: &str, pushed_at: i64, not_before: i64) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        for parcel in lane.frozen.values() {
            let is_page = parcel.rows.iter().any(|row| row.net != Kind::Resolved);
            let counts = match lane.manner {
                Manner::People => true,
                Manner::Pager => is_page,
                Manner::Alerts | Manner::Program => false,
            };
            if counts && !lane.sent.iter().any(|(_, sent)| *sent == parcel.message) {
                lane.sent.push((pushed_at.max(not_before), parcel.message.clone()));
            }
        }
    }
}
