//! The words for changes, verdicts and times that all parts of the page share.

use hw_api::rfc3339;
use hw_model::{Change, ChangeKind, Timestamp, Verdict};

/// `deploy of router 1.4.2 -> 2.0.0`.
pub(super) fn words(change: &Change) -> String {
    let version = |version: &Option<String>| version.clone().unwrap_or_else(|| "?".to_owned());
    let (from, to) = (version(&change.from_version), version(&change.to_version));
    let kind = change.kind.word();
    match change.kind {
        ChangeKind::Deploy | ChangeKind::Rollback | ChangeKind::Instrumentation => {
            format!("{kind} of {} {from} -> {to}", change.service)
        }
        ChangeKind::Restart => format!("restart of {}", change.service),
        ChangeKind::Flag | ChangeKind::Config | ChangeKind::Other => {
            let to = change.to_version.as_ref().map_or_else(String::new, |to| format!(" to {to}"));
            format!("{kind} of {}{to}", change.service)
        }
    }
}

pub(super) const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Implicated => "implicated",
        Verdict::Undecided => "undecided",
        Verdict::NotImplicated => "not implicated",
        Verdict::Exonerated => "exonerated",
    }
}

/// `07:54:54`, on another day than `day` with its date.
pub(super) fn clock(at: Timestamp, day: Timestamp) -> String {
    let (at, day) = (rfc3339(at), rfc3339(day));
    let split = |text: &str| {
        let (date, time) = text.split_once('T').unwrap_or_default();
        (date.to_owned(), time.split(['.', 'Z']).next().unwrap_or_default().to_owned())
    };
    let ((date, time), (today, _)) = (split(&at), split(&day));
    if date == today { time } else { format!("{date} {time}") }
}

/// `2026-11-22`.
pub(super) fn date(at: Timestamp) -> String {
    rfc3339(at).split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_days_are_named() {
        let onset = Timestamp::from_s(1_795_330_494);
        assert_eq!(clock(onset, onset), "06:54:54");
        assert_eq!(clock(onset.plus_s(-86_400.0), onset), "2026-11-21 06:54:54");
        assert_eq!(date(onset), "2026-11-22");
    }
}
