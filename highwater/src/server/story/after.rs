//! What happened after an incident, in sentences.

use hw_api::rfc3339;
use hw_model::Timestamp;
use hw_wire::AfterV1;

/// Kind and subject.
pub(super) fn parts(did: &AfterV1) -> (&'static str, Option<String>) {
    let item = |number: &u32| Some(format!("action {number}"));
    match did {
        AfterV1::ActionAdded { action, .. } => ("action_added", item(action)),
        AfterV1::ActionChanged { action, .. } => ("action_changed", item(action)),
        AfterV1::ActionDone { action, .. } => ("action_done", item(action)),
        AfterV1::ActionDeclined { action, .. } => ("action_declined", item(action)),
        AfterV1::ActionReopened { action, .. } => ("action_reopened", item(action)),
        AfterV1::ActionTracked { action, .. } => ("action_tracked", item(action)),
        AfterV1::IssueWanted { action, .. } => ("issue_wanted", item(action)),
        AfterV1::IssueStood { action, .. } => ("issue_stood", item(action)),
        AfterV1::ActionNudged { action, .. } => ("action_nudged", item(action)),
        AfterV1::SectionWritten { section, .. } => {
            ("section_written", Some(format!("section {section}")))
        }
        AfterV1::ReviewMoved { .. } => ("review_moved", None),
        AfterV1::FiguresFrozen { .. } => ("figures_frozen", None),
        AfterV1::ReviewNudged { .. } => ("review_nudged", None),
    }
}

/// What it says as a word of a closed list.
pub(super) fn value(did: &AfterV1) -> Option<&str> {
    match did {
        AfterV1::ReviewMoved { to, .. } => Some(to),
        AfterV1::ActionAdded { action_kind, .. } => Some(action_kind),
        AfterV1::ActionDone { .. } => Some("done"),
        AfterV1::ActionDeclined { .. } => Some("declined"),
        AfterV1::ActionReopened { .. } => Some("open"),
        AfterV1::IssueStood { is_open, .. } => Some(if *is_open { "open" } else { "closed" }),
        AfterV1::ActionChanged { .. }
        | AfterV1::ActionTracked { .. }
        | AfterV1::IssueWanted { .. }
        | AfterV1::ActionNudged { .. }
        | AfterV1::SectionWritten { .. }
        | AfterV1::FiguresFrozen { .. }
        | AfterV1::ReviewNudged { .. } => None,
    }
}

/// What it says.
pub(super) fn words(did: &AfterV1) -> String {
    let day = |at: &i64| rfc3339(Timestamp(*at)).split('T').next().unwrap_or_default().to_owned();
    match did {
        AfterV1::ActionAdded { action, action_kind, text, owner, due, done_when } => format!(
            "action item {action} ({action_kind}): {text}; {owner}, until {}; done when: {done_when}",
            day(due)
        ),
        AfterV1::ActionChanged { action, action_kind, text, owner, due, done_when } => {
            let said = |name: &str, text: &Option<String>| {
                text.as_ref().map(|text| format!("{name} {text}"))
            };
            let due = due.as_ref().map(day);
            let all = [
                said("it is for", action_kind),
                said("it says", text),
                said("owner", owner),
                said("until", &due),
                said("done when", done_when),
            ];
            let all: Vec<String> = all.into_iter().flatten().collect();
            format!("action item {action} is another: {}", all.join("; "))
        }
        AfterV1::ActionDone { action, how } => format!("action item {action} is done: {how}"),
        AfterV1::ActionDeclined { action, reason } => {
            format!("action item {action} will not be done: {reason}")
        }
        AfterV1::ActionReopened { action, reason } => {
            format!("action item {action} is open again: {reason}")
        }
        AfterV1::ActionTracked { action, url } => format!("action item {action} stands at {url}"),
        AfterV1::IssueWanted { action, tracker } => {
            format!("action item {action} is to have an issue in {tracker}")
        }
        AfterV1::IssueStood { action, url: Some(url), .. } => {
            format!("the issue of action item {action} was opened: {url}")
        }
        AfterV1::IssueStood { action, url: None, is_open } => {
            let standing = if *is_open { "open" } else { "closed" };
            format!("the issue of action item {action} is {standing}")
        }
        AfterV1::ActionNudged { action, due, n } => {
            let times = if *n == 1 { String::new() } else { format!(", reminder {n}") };
            format!("action item {action} was due on {}, and is open{times}", day(due))
        }
        AfterV1::SectionWritten { section, text: Some(_) } => {
            format!("wrote \"{section}\" of the post mortem")
        }
        AfterV1::SectionWritten { section, text: None } => {
            format!("put Highwater's draft back for \"{section}\" of the post mortem")
        }
        AfterV1::ReviewMoved { to, reason } => {
            let reason = reason.as_ref().map(|reason| format!(": {reason}"));
            let to = to.replace('_', " ");
            format!("the post mortem is now: {to}{}", reason.unwrap_or_default())
        }
        AfterV1::FiguresFrozen { .. } => {
            "what was counted is kept with the incident, for when the counts expire".to_owned()
        }
        AfterV1::ReviewNudged { due, n, lead } => {
            let times = if *n == 1 { String::new() } else { format!(", reminder {n}") };
            let who = lead.as_deref().map_or_else(
                || "nobody leads the incident".to_owned(),
                |lead| format!("{lead} leads the incident"),
            );
            format!("the post mortem was due on {}, and is not reviewed; {who}{times}", day(due))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_afterwards_is_said_in_sentences() {
        let added = AfterV1::ActionAdded {
            action: 2,
            action_kind: "detect".to_owned(),
            text: "write the alert".to_owned(),
            owner: "Lea".to_owned(),
            due: 1_795_330_494_000_000_000,
            done_when: "it fires".to_owned(),
        };
        assert_eq!(
            words(&added),
            "action item 2 (detect): write the alert; Lea, until 2026-11-22; done when: it fires"
        );
        let nudged = AfterV1::ActionNudged { action: 2, due: 1_795_330_494_000_000_000, n: 3 };
        assert_eq!(words(&nudged), "action item 2 was due on 2026-11-22, and is open, reminder 3");
        let late = |lead: Option<&str>, n: u32| AfterV1::ReviewNudged {
            due: 1_795_330_494_000_000_000,
            n,
            lead: lead.map(str::to_owned),
        };
        let due = "the post mortem was due on 2026-11-22, and is not reviewed";
        assert_eq!(words(&late(Some("Lea"), 1)), format!("{due}; Lea leads the incident"));
        let second = format!("{due}; nobody leads the incident, reminder 2");
        assert_eq!(words(&late(None, 2)), second);
        let moved = AfterV1::ReviewMoved { to: "in_review".to_owned(), reason: None };
        assert_eq!(words(&moved), "the post mortem is now: in review");
        assert_eq!((parts(&moved), value(&moved)), (("review_moved", None), Some("in_review")));
    }
}
