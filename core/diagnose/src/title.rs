//! One line that says what is wrong. `hw_model::past_title` knows its forms.

use crate::evidence::Evidence;
use crate::words::{share, usual_share};
use hw_model::{Direction, Shift, Signal, Target};

/// The title of an incident.
pub(crate) fn title(evidence: &Evidence) -> String {
    of(evidence.main())
}

fn of(main: &Shift) -> String {
    let service = &main.service;
    let (before, after) = (main.before, main.after);
    match main.signal {
        Signal::Transfer => format!(
            "{service} passes {} of what it receives; it usually passes {}",
            share(after),
            usual_share(before)
        ),
        Signal::Answers => format!(
            "{service} answers \"{}\" {} of the time; usually {}",
            main.value.as_deref().unwrap_or("?"),
            share(after),
            usual_share(before)
        ),
        Signal::Errors => {
            format!("{} of {} fail; usually {}", share(after), calls(main), share(before))
        }
        Signal::Latency => format!(
            "{} of {} take longer than {}; usually {}",
            share(after),
            calls(main),
            main.value.as_deref().unwrap_or("their limit"),
            share(before)
        ),
        Signal::Volume => format!(
            "{service} receives {after:.1} items/s; {} than the usual {before:.1}",
            match main.direction {
                Direction::Up => "more",
                Direction::Down => "fewer",
            }
        ),
        Signal::Log => format!("{service} logs \"{}\"", main.value.as_deref().unwrap_or("?")),
        Signal::NoData => format!("{service} sends no telemetry any more"),
    }
}

fn calls(main: &Shift) -> String {
    match &main.target {
        Target::Hop(hop) => format!("the calls from {} to {}", hop.caller, hop.callee),
        Target::Entry { service, operation } => format!("what {service} gets by {operation}"),
        Target::Service(service) => format!("the calls of {service}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_model::{Interval, Timestamp, past_title};

    #[test]
    fn every_title_can_be_told_as_what_was() {
        let at = Timestamp::from_s(0);
        for signal in Signal::ALL {
            let shift = Shift {
                signal,
                service: "a".to_owned(),
                target: Target::Service("a".to_owned()),
                value: None,
                direction: Direction::Up,
                before: 0.5,
                after: 0.9,
                onset_at: at,
                onset: Interval { from: at, to: at },
                detected_at: at,
                ended_at: None,
                accepted_at: None,
                back_since: None,
                evidence_nats: 20.0,
            };
            let is = of(&shift);
            let was = past_title(&is);
            assert_ne!(was, is);
            assert!(
                ["passed", "answered", "failed", "took", "received", "logged", "sent"]
                    .iter()
                    .any(|word| was.split(' ').any(|it| it.trim_end_matches(';') == *word)),
                "{was}"
            );
        }
    }
}
