//! What Highwater itself decides about an incident, from what its figures do. It says that the harm
//! has stopped, and that it is back; what people decide, people decide.

use crate::author::Author;
use crate::event::{Event, Finding, Move, What};
use crate::record::Record;
use crate::text::Text;
use crate::words::Status;
use hw_model::{Effect, Timestamp, length_words};

impl Record {
    /// The events that follow from one of Highwater's that was just applied.
    #[must_use]
    pub fn follow(&self, event: &Event) -> Vec<Event> {
        let (status, reason) = match (&event.what, self.status) {
            (
                What::Found(Finding::ShiftDetected { onset_at, .. }),
                Status::Mitigated | Status::Resolved | Status::Closed,
            ) => (Status::Active, self.relapse_words(event, *onset_at)),
            (What::Found(Finding::ShiftDetected { .. }), Status::Declined) => {
                (Status::Triage, "another figure has shifted since it was declined".to_owned())
            }
            (What::Found(Finding::Recovered), Status::Triage | Status::Active) => {
                (Status::Mitigated, self.recovery_words())
            }
            (_, _) => return Vec::new(),
        };
        let what = What::Moved(Move::StatusSet { status, reason: Some(Text::recorded(reason)) });
        vec![Event { happened_at: event.happened_at, by: Author::Highwater, what }]
    }

    fn relapse_words(&self, event: &Event, onset_at: Timestamp) -> String {
        let after = self.recovered_at.map(|at| {
            // It may have begun while it was still waited whether the harm stays away.
            let back_at = if onset_at > at { onset_at } else { event.happened_at };
            let gone_s = back_at.seconds_since(at);
            format!(", {} after its figures were back", length_words(gone_s))
        });
        let tried = self.mitigations.iter().rev().find(|tried| tried.effect == Effect::Worked);
        let tried = tried.and_then(|tried| tried.change).or(self.helped);
        let tried = tried.map(|change| format!(": {change} helped, and cured nothing"));
        format!("it is back{}{}", after.unwrap_or_default(), tried.unwrap_or_default())
    }

    fn recovery_words(&self) -> String {
        let helped = self.mitigations.iter().rev().find(|tried| tried.effect == Effect::Worked);
        let helped = helped.and_then(|tried| tried.change);
        let helped = helped.map(|change| format!(", since {change}"));
        format!("its figures are back at what is usual{}", helped.unwrap_or_default())
    }
}
