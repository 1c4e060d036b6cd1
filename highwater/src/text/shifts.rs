//! Shifts, each in a line: those of an incident, and those that belong to none.

use super::paragraph;
use super::words::clock;
use hw_engine::{Numbered, Report};
use hw_model::{Incident, Signal, Timestamp};

/// The shifts that make up an incident.
pub(super) fn of_incident(report: &Report, incident: &Incident) -> String {
    let own = report.shifts.iter().filter(|shift| incident.shifts.contains(&shift.id));
    let lines: String = own.map(|shift| line(shift, incident.started_at)).collect();
    format!("\nShifts\n{lines}")
}

/// Shifts that are no incident: telemetry that was lost, and what returned before it was one.
pub(super) fn without_incident(report: &Report, day: Timestamp) -> String {
    let is_free = |shift: &&Numbered| {
        !report.incidents.iter().any(|incident| incident.shifts.contains(&shift.id))
    };
    let lines: String =
        report.shifts.iter().filter(is_free).map(|shift| line(shift, day)).collect();
    if lines.is_empty() { lines } else { format!("\nShifts that are no incident\n{lines}") }
}

fn line(numbered: &Numbered, day: Timestamp) -> String {
    let Numbered { id, shift, .. } = numbered;
    let line = if shift.signal == Signal::NoData {
        let until = shift.ended_at.map_or_else(
            || "on, and it is still missing".to_owned(),
            |at| format!("until {}", clock(at, day)),
        );
        format!(
            "{id}  no telemetry came from {service} from {} {until}; nothing can be said of what \
             {service} itself did meanwhile",
            clock(shift.onset_at, day),
            service = shift.service,
        )
    } else {
        let over = shift
            .ended_at
            .map_or_else(|| "still".to_owned(), |at| format!("until {}", clock(at, day)));
        let value = shift.value.as_ref().map_or_else(String::new, |value| format!(" \"{value}\""));
        format!(
            "{id}  {}{value} of {}: {} -> {}, onset {} to {}, noticed {}, {over}, {:.0} nats",
            shift.signal.word(),
            shift.service,
            figure(shift.signal, shift.before),
            figure(shift.signal, shift.after),
            clock(shift.onset.from, day),
            clock(shift.onset.to, day),
            clock(shift.detected_at, day),
            shift.evidence_nats
        )
    };
    paragraph("  ", "      ", &line)
}

fn figure(signal: Signal, value: f64) -> String {
    match signal {
        Signal::Volume => format!("{value:.1}/s"),
        Signal::Log => format!("{value:.2}/s"),
        Signal::Transfer | Signal::Answers | Signal::Errors | Signal::Latency | Signal::NoData => {
            format!("{value:.3}")
        }
    }
}
