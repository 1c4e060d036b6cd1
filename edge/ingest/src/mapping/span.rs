//! A span as an end record.

use super::Context;
use super::answers::Answers;
use super::facts::Facts;
use super::items::items;
use super::operation::{kind, operation};
use super::outcome::{outcome, status_code};
use super::peer::{path, peer};
use super::sender::Sender;
use super::weight::weight;
use crate::options::Subject;
use crate::request::Span;
use hw_flow::ShapeText;
use hw_model::SpanEnd;

impl Context<'_, '_, '_> {
    /// Adds the record of a span, and those of the flags that were evaluated in it.
    pub(super) fn span(&mut self, sender: &Sender<'_>, span: &Span<'_>) {
        let facts = Facts::new(span.attributes.of(&self.request.attributes));
        let links = span.links.of(&self.request.links);
        let kind = kind(span, &facts);
        let operation = operation(kind, &span.name, &facts);
        let peer = peer(kind, &facts);
        let subject = Subject {
            service: sender.service,
            kind: Some(kind),
            peer: Some(&peer),
            operation: &operation,
        };
        let code = status_code(&facts);
        let mut answers = Answers::default();
        let status = code.as_ref().map(|code| &*code.word);
        answers.declare(&self.options.decisions, &subject, &facts, status.or(error(span)));
        answers.status(code.as_ref());
        answers.attributes(facts.all());
        let items = items(&facts, links.len(), &self.options.items, &subject);
        let text = ShapeText { kind, operation: &operation, peer: &peer, path: path(kind, &facts) };
        let shape = self.dictionary.shape(sender.id, text);
        let (pairs, declared) = answers.pairs();
        let end = SpanEnd {
            trace: span.trace,
            span: span.span,
            parent: span.parent,
            started_at: span.started_at,
            ended_at: span.ended_at,
            source: sender.id,
            shape,
            answers: self.dictionary.answers(shape, &pairs, declared),
            outcome: outcome(code.as_ref(), span.status),
            items,
            weight: weight(&span.trace_state),
            links: links.to_vec(),
        };
        self.evaluations_of_span(sender, span, &end);
        self.pending.spans.push(end);
        self.tally.spans += 1;
    }
}

/// The status of a span that says it failed, where no code says more.
fn error(span: &Span<'_>) -> Option<&'static str> {
    (span.status == 2).then_some("ERROR")
}
