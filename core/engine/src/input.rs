//! Everything that can wake the engine, and everything it can ask for.

use hw_model::{
    Batch, Change, ChangeId, Effect, IncidentId, Opening, ShiftId, Timestamp, ToldChange, Verdict,
};

/// What can wake the engine.
#[derive(Clone, Debug)]
pub enum Input {
    /// Telemetry arrived.
    Batch(Batch),
    /// Somebody told a change.
    Told(ToldChange),
    /// A person says that what a shifted figure does now is normal.
    Accepted(ShiftId),
    /// A person says that there is an incident. It gets the next number; what is known of it, people
    /// say.
    Opened(Opening),
    /// Time passed.
    Tick,
    /// No more telemetry will come: spans that still wait for others give up, windows are sealed.
    End,
}

/// What the engine asks for: facts to record, in the order in which they became known. Whoever
/// carries them out makes them durable before anybody is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A change was found in the telemetry, or told.
    ChangeFound {
        /// When it became known.
        at: Timestamp,
        /// The change.
        change: Change,
    },
    /// A figure shifted.
    ShiftDetected {
        /// When it could be said.
        at: Timestamp,
        /// The shift.
        shift: ShiftId,
        /// The incident it belongs to, or opened.
        incident: Option<IncidentId>,
    },
    /// A shift is over.
    ShiftEnded {
        /// When it had held for long enough.
        at: Timestamp,
        /// The shift.
        shift: ShiftId,
    },
    /// A person accepted what a figure does as the new normal: the shift is over.
    ShiftAccepted {
        /// When.
        at: Timestamp,
        /// The shift.
        shift: ShiftId,
    },
    /// A shift has lasted so long that what it does is usual now: it is over.
    ShiftSettled {
        /// When.
        at: Timestamp,
        /// The shift.
        shift: ShiftId,
    },
    /// A person opened an incident.
    IncidentOpened {
        /// When it was taken in.
        at: Timestamp,
        /// Its number.
        incident: IncidentId,
        /// What was said.
        opening: Opening,
    },
    /// The likeliest origin of an incident is another than before.
    OriginNamed {
        /// When.
        at: Timestamp,
        /// The incident.
        incident: IncidentId,
        /// The service.
        service: String,
        /// Its probability.
        confidence: f64,
    },
    /// A verdict was reached, or changed.
    VerdictChanged {
        /// When.
        at: Timestamp,
        /// The incident.
        incident: IncidentId,
        /// The change.
        change: ChangeId,
        /// What is said now.
        verdict: Verdict,
        /// Probability that the change caused the incident.
        probability: f64,
    },
    /// The effect of an attempt to help became known, or changed.
    EffectKnown {
        /// When.
        at: Timestamp,
        /// The incident.
        incident: IncidentId,
        /// The attempt.
        change: ChangeId,
        /// What it did.
        effect: Effect,
    },
    /// An incident is over.
    IncidentEnded {
        /// When its last shift had been back for long enough.
        at: Timestamp,
        /// The incident.
        incident: IncidentId,
    },
    /// What a restart stopped counts as repaired: its service runs another version since, and that held.
    RepairSeen {
        /// When it had held for long enough.
        at: Timestamp,
        /// The incident.
        incident: IncidentId,
        /// What brought the other version.
        change: ChangeId,
    },
}
