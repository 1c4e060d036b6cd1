//! What people did, in sentences.

use hw_api::rfc3339;
use hw_model::Timestamp;
use hw_wire::WhatV1;

/// Kind, subject and facts.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller has what Highwater says")]
pub(super) fn parts(what: &WhatV1) -> (&'static str, Option<String>, &[String]) {
    let entry = |number: &u64| Some(format!("entry {number}"));
    let change = |number: &Option<u32>| number.map(|number| format!("C{number}"));
    match what {
        WhatV1::IncidentOpened { .. } => ("incident_opened", None, &[]),
        WhatV1::TitleSet { .. } => ("title_set", None, &[]),
        WhatV1::StatusSet { .. } => ("status_set", None, &[]),
        WhatV1::SeveritySet { .. } => ("severity_set", None, &[]),
        WhatV1::RoleTaken { .. } => ("role_taken", None, &[]),
        WhatV1::RoleLeft { .. } => ("role_left", None, &[]),
        WhatV1::TimeCorrected { .. } => ("time_corrected", None, &[]),
        WhatV1::Noted { .. } => ("noted", None, &[]),
        WhatV1::Reported { found, .. } => ("reported", None, found),
        WhatV1::HypothesisOpened { change: number, .. } => {
            ("hypothesis_opened", change(number), &[])
        }
        WhatV1::HypothesisRuledOut { hypothesis, .. } => {
            ("hypothesis_ruled_out", entry(hypothesis), &[])
        }
        WhatV1::MitigationBegun { change: number, .. } => ("mitigation_begun", change(number), &[]),
        WhatV1::MitigationChecked { mitigation, .. } => {
            ("mitigation_checked", entry(mitigation), &[])
        }
        WhatV1::HandedOver { .. } => ("handed_over", None, &[]),
        WhatV1::UpdatePromised { .. } => ("update_promised", None, &[]),
        WhatV1::WaitBegun { .. } => ("wait_begun", None, &[]),
        WhatV1::Restricted { .. } => ("restricted", None, &[]),
        WhatV1::RestrictionLifted => ("restriction_lifted", None, &[]),
        WhatV1::WaitOver { wait, .. } => ("wait_over", entry(wait), &[]),
        WhatV1::UpdateOverdue { .. } => ("update_overdue", None, &[]),
        WhatV1::Amended { entry: number, .. } => ("amended", entry(number), &[]),
        WhatV1::Pinned { entry: number } => ("pinned", entry(number), &[]),
        WhatV1::Unpinned { entry: number } => ("unpinned", entry(number), &[]),
        _ => ("unknown", None, &[]),
    }
}

/// What it is on a timeline.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller has what Highwater says")]
pub(super) fn timeline(what: &WhatV1) -> &'static str {
    match what {
        WhatV1::SeveritySet { .. } => "severity",
        WhatV1::RoleTaken { .. } | WhatV1::RoleLeft { .. } | WhatV1::HandedOver { .. } => "role",
        WhatV1::Reported { .. } => "observation",
        WhatV1::HypothesisOpened { .. } | WhatV1::HypothesisRuledOut { .. } => "hypothesis",
        WhatV1::MitigationBegun { .. } => "action",
        WhatV1::MitigationChecked { .. } => "check",
        WhatV1::UpdatePromised { .. } => "communication",
        WhatV1::WaitBegun { .. } => "decision",
        WhatV1::WaitOver { .. } | WhatV1::UpdateOverdue { .. } => "follow_up",
        WhatV1::Noted { note_kind, .. } => match note_kind.as_str() {
            "observation" => "observation",
            "decision" => "decision",
            "action" => "action",
            "communication" => "communication",
            "follow_up" => "follow_up",
            _ => "note",
        },
        WhatV1::Amended { .. }
        | WhatV1::Pinned { .. }
        | WhatV1::Unpinned { .. }
        | WhatV1::TimeCorrected { .. } => "note",
        _ => "status",
    }
}

/// What it says.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller has what Highwater says")]
pub(super) fn words(what: &WhatV1) -> String {
    match what {
        WhatV1::Noted { text, .. } | WhatV1::Reported { text, .. } => text.clone(),
        WhatV1::HypothesisOpened { text, .. } => format!("hypothesis: {text}"),
        WhatV1::HypothesisRuledOut { hypothesis, fact } => {
            format!("hypothesis {hypothesis} is ruled out: {fact}")
        }
        WhatV1::MitigationBegun { text, expected, .. } => {
            let expected = expected.as_ref().map(|expected| format!("; expected: {expected}"));
            format!("{text}{}", expected.unwrap_or_default())
        }
        WhatV1::MitigationChecked { effect, text, .. } => {
            format!("it {}: {text}", hw_api::effect_words(effect))
        }
        WhatV1::HandedOver { team, text } => format!("handed over to {team}: {text}"),
        WhatV1::UpdatePromised { due } => {
            format!("the next word comes by {}", rfc3339(Timestamp(*due)))
        }
        WhatV1::WaitBegun { condition, until } => {
            format!("waiting until {}: {condition}", rfc3339(Timestamp(*until)))
        }
        WhatV1::WaitOver { condition, .. } => {
            format!("the time to wait is over, look now: {condition}")
        }
        WhatV1::UpdateOverdue { due, promised_by } => {
            let who =
                promised_by.as_ref().map_or_else(String::new, |who| format!(" {who} promised"));
            format!("the word{who} by {} has not come", rfc3339(Timestamp(*due)))
        }
        WhatV1::Amended { entry, text, when, reason } => {
            amended(*entry, (text.as_ref(), *when), reason.as_ref())
        }
        WhatV1::Pinned { entry } => format!("entry {entry} is pinned"),
        WhatV1::Unpinned { entry } => format!("entry {entry} is pinned no more"),
        other => moved(other),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller has what people write down")]
fn moved(what: &WhatV1) -> String {
    match what {
        WhatV1::IncidentOpened { title, is_declared: true } => format!("declared: {title}"),
        WhatV1::IncidentOpened { title, is_declared: false } => format!("watched: {title}"),
        WhatV1::TitleSet { title } => format!("title: {title}"),
        WhatV1::StatusSet { status, reason } => because(status.clone(), reason.as_ref()),
        WhatV1::SeveritySet { severity, reason } => because(severity.clone(), reason.as_ref()),
        WhatV1::RoleTaken { role, person } => format!("{person} is {role}"),
        WhatV1::RoleLeft { role, person } => format!("{person} is {role} no more"),
        WhatV1::TimeCorrected { moment, to, reason } => {
            format!("{moment} at {}: {reason}", rfc3339(Timestamp(*to)))
        }
        WhatV1::Restricted { to } => format!("only these may read it: {}", to.join(", ")),
        WhatV1::RestrictionLifted => "everybody may read it again".to_owned(),
        WhatV1::IncidentMerged { into, reason } => {
            because(format!("part of INC-{into}"), reason.as_ref())
        }
        _ => String::new(),
    }
}

fn because(what: String, reason: Option<&String>) -> String {
    match reason {
        Some(reason) => format!("{what}: {reason}"),
        None => what,
    }
}

fn amended(
    entry: u64,
    (text, when): (Option<&String>, Option<i64>),
    reason: Option<&String>,
) -> String {
    let text = text.map(|text| format!(" says now: {text}"));
    let when = when.map(|at| format!(" was at {}", rfc3339(Timestamp(at))));
    let both = if text.is_some() && when.is_some() { ", and" } else { "" };
    let what =
        format!("entry {entry}{}{both}{}", text.unwrap_or_default(), when.unwrap_or_default());
    let reason = reason.map(|reason| format!(" ({reason})"));
    format!("{what}{}", reason.unwrap_or_default())
}

/// Puts other words into an entry.
#[expect(clippy::wildcard_enum_match_arm, reason = "only entries of people are amended")]
pub(super) fn reword(what: &mut WhatV1, new: &str) {
    match what {
        WhatV1::Noted { text, .. }
        | WhatV1::Reported { text, .. }
        | WhatV1::HypothesisOpened { text, .. }
        | WhatV1::HypothesisRuledOut { fact: text, .. }
        | WhatV1::MitigationBegun { text, .. }
        | WhatV1::MitigationChecked { text, .. }
        | WhatV1::HandedOver { text, .. }
        | WhatV1::WaitBegun { condition: text, .. } => new.clone_into(text),
        _ => {}
    }
}
