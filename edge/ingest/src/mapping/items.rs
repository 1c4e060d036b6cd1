//! How many items a span stands for.

use super::facts::{self, Facts};
use super::operation::messaging_operation;
use crate::keys::Key;
use crate::options::{ItemRule, Subject};

/// The number a rule declares, else the size of the batch, else the number of messages it is linked
/// to, else one. A poll that received nothing counts nothing.
pub(super) fn items(
    facts: &Facts<'_, '_>,
    n_links: usize,
    rules: &[ItemRule],
    subject: &Subject<'_>,
) -> u32 {
    if let Some(rule) = rules.iter().find(|rule| rule.when.matches(subject)) {
        let declared = facts.named(&rule.key).and_then(facts::number).and_then(to_count);
        if let Some(n) = declared.or(rule.missing) {
            return n;
        }
    }
    if let Some(n) = facts.number(Key::MessagingBatch).and_then(to_count) {
        return n;
    }
    match messaging_operation(facts) {
        Some("receive" | "process") if n_links > 1 => u32::try_from(n_links).unwrap_or(u32::MAX),
        _ => 1,
    }
}

fn to_count(number: i64) -> Option<u32> {
    if number < 0 { None } else { Some(u32::try_from(number).unwrap_or(u32::MAX)) }
}
