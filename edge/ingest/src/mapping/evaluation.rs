//! Feature flags: an evaluation is a question to a dependency that needs no call. It becomes a span
//! of its own below the span it happened in, with the variant and the reason as answers.
//!
//! Read from span events (of both names) and from log events that carry a trace.

use super::Context;
use super::answers::Answers;
use super::facts::Facts;
use super::sender::Sender;
use crate::hash::Hash;
use crate::keys::Key;
use crate::request::{Log, Span, instant};
use hw_flow::ShapeText;
use hw_model::{Outcome, SpanEnd, SpanId, SpanKind, Timestamp, TraceId};

/// The peer where the provider is not named.
const ANY_PROVIDER: &str = "feature flags";

/// Name of the log event.
const EVALUATION: &str = "feature_flag.evaluation";

/// The span in which a flag was evaluated, and when.
struct Place {
    trace: TraceId,
    parent: SpanId,
    at: Timestamp,
    /// Tells this evaluation from others in the span.
    ordinal: u64,
    weight: f32,
}

impl Context<'_, '_, '_> {
    /// Adds the evaluations among the events of a span.
    pub(super) fn evaluations_of_span(
        &mut self,
        sender: &Sender<'_>,
        span: &Span<'_>,
        end: &SpanEnd,
    ) {
        for event in span.events.of(&self.request.events) {
            let place = Place {
                trace: end.trace,
                parent: end.span,
                at: instant(event.at).unwrap_or(end.started_at),
                ordinal: event.ordinal,
                weight: end.weight,
            };
            let facts = Facts::new(event.attributes.of(&self.request.event_attributes));
            self.evaluation(sender, &place, &facts);
        }
    }

    /// Adds the evaluation that a log line tells of, if it does and says in which span.
    pub(super) fn evaluation_of_log(&mut self, sender: &Sender<'_>, log: &Log<'_>) {
        let facts = Facts::new(log.attributes.of(&self.request.attributes));
        let is_evaluation =
            log.event_name == EVALUATION || facts.text(Key::EventName) == Some(EVALUATION);
        if let Some((trace, parent)) = log.context.filter(|_| is_evaluation) {
            let ordinal = log.at.0.cast_unsigned();
            let place = Place { trace, parent, at: log.at, ordinal, weight: 0.0 };
            self.evaluation(sender, &place, &facts);
        }
    }

    fn evaluation(&mut self, sender: &Sender<'_>, place: &Place, facts: &Facts<'_, '_>) {
        let Some(flag) = facts.text(Key::Flag) else { return };
        let peer = facts.text(Key::FlagProvider).unwrap_or(ANY_PROVIDER);
        let text = ShapeText { kind: SpanKind::Evaluation, operation: flag, peer, path: "" };
        let shape = self.dictionary.shape(sender.id, text);
        let mut answers = Answers::default();
        let variant = facts.word(Key::FlagVariant).or_else(|| facts.word(Key::FlagValue));
        answers.add("variant", variant.unwrap_or_default());
        answers.add("reason", facts.word(Key::FlagReason).unwrap_or_default());
        let id = Hash::new().number(place.parent.0).number(place.ordinal).text(flag).finish();
        self.pending.evaluations.push(SpanEnd {
            trace: place.trace,
            span: SpanId(id.max(1)),
            parent: place.parent,
            started_at: place.at,
            ended_at: place.at,
            source: sender.id,
            shape,
            answers: self.dictionary.answers(shape, &answers.pairs().0, &[]),
            outcome: Outcome::Ok,
            items: 1,
            weight: place.weight,
            links: Vec::new(),
        });
        self.tally.evaluations += 1;
    }
}
