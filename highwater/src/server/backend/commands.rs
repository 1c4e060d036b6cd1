//! What people and pipelines do: made durable by the writer, applied by the engine, then shown.

use super::{Answers, PATIENCE, later};
use crate::server::clock::{ClockKind, wall};
use crate::server::orders::{Command, CommandKind, Ordered, ToWriter};
use hw_api::{Change, Shift, Told, rfc3339};
use hw_model::{ShiftId, Timestamp, ToldChange};
use hw_store::Kind;
use hw_web::{Answered, Failure};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// A change that is told this much before it happens is from a clock gone wrong.
const AHEAD_S: f64 = 300.0;

impl Answers {
    pub(super) fn tell_change(&self, told: Told, key: Option<String>) -> Answered<Change> {
        let is_timed = told.at.is_some();
        let told = self.timed(told)?;
        let key = key.map(|key| format!("change {key}"));
        let Ordered { step, told: first } = self.append(CommandKind::Tell(told.clone()), key)?;
        // A key may have been used before: what was told then is what counts.
        let first = first.unwrap_or_else(|| told.clone());
        let again = ToldChange { at: if is_timed { told.at } else { first.at }, ..told };
        if again != first {
            return Err(Failure::Invalid(
                "this Idempotency-Key was used for another change: take a new one".to_owned(),
            ));
        }
        let id = self.ask(step, move |engine| engine.told_as(&first))?;
        let forgotten = || {
            let what = "the change is durable, and is not remembered: it lies too far back";
            Failure::Conflict(what.to_owned())
        };
        let id = id.ok_or_else(forgotten)?;
        self.show()?;
        self.state(Kind::Change, id.0)?.ok_or_else(forgotten)
    }

    pub(super) fn accept_shift(&self, number: u32, key: Option<String>) -> Answered<Option<Shift>> {
        let Some(shift) = self.state::<Shift>(Kind::Shift, number)? else { return Ok(None) };
        if shift.accepted_at.is_some() {
            return Ok(Some(shift));
        }
        if let Some(ended_at) = &shift.ended_at {
            let what = format!("{} is over since {ended_at}: there is nothing to accept", shift.id);
            return Err(Failure::Conflict(what));
        }
        let key = key.map(|key| format!("accept {number} {key}"));
        let Ordered { step, .. } = self.append(CommandKind::Accept(ShiftId(number)), key)?;
        self.ask(step, |_| ())?;
        self.show()?;
        self.state(Kind::Shift, number)
    }

    /// What is now, by the clock of the data or of this machine.
    pub(in crate::server) fn time_now(&self) -> Answered<Timestamp> {
        match self.clock {
            ClockKind::Wall => Ok(wall()),
            ClockKind::Data => self.ask(0, hw_engine::Engine::now),
        }
    }

    /// A told change with its time.
    fn timed(&self, told: Told) -> Answered<ToldChange> {
        let now = self.time_now()?;
        if now == Timestamp(i64::MIN) && told.at.is_none() {
            return Err(Failure::Invalid(
                "at is missing: before the first record the data's clock says no time".to_owned(),
            ));
        }
        let ahead_s = told.at.map_or(0.0, |at| at.seconds_since(now));
        if self.clock == ClockKind::Wall && ahead_s > AHEAD_S {
            return Err(Failure::Invalid(format!(
                "at lies {} ahead; here it is {}: tell a change when it happens",
                hw_model::length_words(ahead_s),
                rfc3339(now)
            )));
        }
        Ok(told.at_or(now))
    }

    /// Makes a command durable; says in which row.
    pub(super) fn append(
        &self,
        what: CommandKind,
        idempotency_key: Option<String>,
    ) -> Answered<Ordered> {
        let (reply, answer) = oneshot::channel();
        let command = Command { what, idempotency_key, reply };
        let ending = || later("the server is ending".to_owned());
        self.writer.send(ToWriter::Command(command)).map_err(|_| ending())?;
        match self.runtime.block_on(async { timeout(PATIENCE, answer).await }) {
            Ok(Ok(Ok(ordered))) => Ok(ordered),
            Ok(Ok(Err(refused))) => {
                Err(later(format!("it was not taken, for nothing can be written: {}", refused.0)))
            }
            Ok(Err(_)) => Err(ending()),
            Err(_) => Err(later(
                "the disk is slow: it is not known whether it was taken. Send it again with the same \
                 Idempotency-Key"
                    .to_owned(),
            )),
        }
    }

    /// Waits until all that the engine said up to now stands in the record.
    pub(super) fn show(&self) -> Answered<()> {
        let (done, shown) = oneshot::channel();
        let unshown = || {
            later("it is taken and durable, and cannot be shown yet: look again later".to_owned())
        };
        self.writer.send(ToWriter::Flush(done)).map_err(|_| unshown())?;
        match self.runtime.block_on(async { timeout(PATIENCE, shown).await }) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(unshown()),
        }
    }
}
