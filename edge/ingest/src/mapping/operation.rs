//! Which end of a call a span is, and what it did in words of low cardinality.
//!
//! Messages are told apart by operation: `receive` and `send` spans that come as CLIENT are the
//! consuming and producing ends, and `settle` (ack, nack) is neither, or every message would be
//! counted twice (docs/internals/reading.md). Where a library sends both `receive` and `process` for a
//! message, the second has a local parent if it nests, and is then internal; where it does not nest
//! both count, which a declared item rule can repair.

use super::facts::Facts;
use crate::keys::Key;
use crate::request::Span;
use hw_model::SpanKind;
use std::borrow::Cow;

/// Stands for an operation without a name.
const UNNAMED: &str = "~unnamed";

/// Span flags: whether it is known where the parent is, and whether it is elsewhere.
const PARENT_PLACE_KNOWN: u64 = 0x100;
const PARENT_IS_REMOTE: u64 = 0x200;

/// Which end of a call a span is.
pub(super) fn kind(span: &Span<'_>, facts: &Facts<'_, '_>) -> SpanKind {
    let place = span.flags & (PARENT_PLACE_KNOWN | PARENT_IS_REMOTE);
    let parent_is_local = !span.parent.is_none() && place == PARENT_PLACE_KNOWN;
    let said = match span.kind {
        2 | 5 if parent_is_local => SpanKind::Internal,
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    };
    match (messaging_operation(facts), said) {
        (Some("settle" | "ack" | "nack"), _) => SpanKind::Internal,
        (Some("receive"), SpanKind::Client) => SpanKind::Consumer,
        (Some("send" | "publish" | "create"), SpanKind::Client) => SpanKind::Producer,
        _ => said,
    }
}

/// The type of the messaging operation, else its name.
pub(super) fn messaging_operation<'r>(facts: &Facts<'r, '_>) -> Option<&'r str> {
    facts.text(Key::MessagingOperation).or_else(|| facts.text(Key::MessagingOperationName))
}

/// The destination of a message: its template if it has one, because names may be made up per
/// conversation.
fn messaging_destination<'r>(facts: &Facts<'r, '_>) -> Option<&'r str> {
    facts.text(Key::MessagingTemplate).or_else(|| facts.text(Key::MessagingDestination))
}

/// What a span did.
pub(super) fn operation<'r>(kind: SpanKind, name: &'r str, facts: &Facts<'r, '_>) -> Cow<'r, str> {
    let said = graphql(kind, facts)
        .or_else(|| http(kind, facts))
        .or_else(|| rpc(facts))
        .or_else(|| messaging(kind, facts))
        .or_else(|| database(kind, facts));
    match said {
        Some(operation) => operation,
        None if name.is_empty() => Cow::Borrowed(UNNAMED),
        None => Cow::Borrowed(name),
    }
}

/// All of a GraphQL server comes in by one route, so this goes before HTTP.
fn graphql<'r>(kind: SpanKind, facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    let operation = facts.text(Key::GraphqlType).filter(|_| kind == SpanKind::Server)?;
    Some(words(operation, facts.text(Key::GraphqlName)))
}

fn http<'r>(kind: SpanKind, facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    let method = facts.text(Key::HttpMethod)?;
    let template = || facts.text(Key::UrlTemplate).filter(|_| kind == SpanKind::Client);
    let route = facts.text(Key::HttpRoute).or_else(template)?;
    Some(words(method, Some(route)))
}

/// Today's conventions have service and method in one.
fn rpc<'r>(facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    let method = facts.text(Key::RpcMethod)?;
    Some(match facts.text(Key::RpcService) {
        Some(service) => Cow::Owned(format!("{service}/{method}")),
        None => Cow::Borrowed(method),
    })
}

fn messaging<'r>(kind: SpanKind, facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    let is_message = match kind {
        SpanKind::Consumer | SpanKind::Producer => true,
        SpanKind::Client => facts.text(Key::MessagingOperation).is_some(),
        SpanKind::Internal | SpanKind::Server | SpanKind::Evaluation => false,
    };
    let destination = messaging_destination(facts).filter(|_| is_message)?;
    Some(match messaging_operation(facts) {
        Some(operation) => words(operation, Some(destination)),
        None => Cow::Borrowed(destination),
    })
}

fn database<'r>(kind: SpanKind, facts: &Facts<'r, '_>) -> Option<Cow<'r, str>> {
    let operation = facts.text(Key::DbOperation).filter(|_| kind == SpanKind::Client)?;
    Some(words(operation, facts.text(Key::DbCollection)))
}

fn words<'r>(first: &'r str, second: Option<&'r str>) -> Cow<'r, str> {
    let Some(second) = second else { return Cow::Borrowed(first) };
    let mut words = String::with_capacity(first.len() + 1 + second.len());
    words.push_str(first);
    words.push(' ');
    words.push_str(second);
    Cow::Owned(words)
}
