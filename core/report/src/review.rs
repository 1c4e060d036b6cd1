//! Where a post mortem stands, what people wrote into it, and when it is due.

use crate::document::{SectionKind, Written};
use hw_incident::{ReviewStatus, SeverityLevel, Times};
use hw_model::{DAY_S, Timestamp, day_of};

/// The review of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Where it stands.
    pub state: ReviewStatus,
    /// How often something of it was altered: who writes says which version they saw.
    pub version: u64,
    /// What people wrote, by section.
    pub written: Vec<(SectionKind, Written)>,
}

/// How long a review may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    /// Days of the calendar.
    Days(i64),
    /// Days from Monday to Friday. Holidays are not known here.
    BusinessDays(u32),
}

/// When the post mortem is due at the latest: counted from when the incident was resolved, or else from when
/// the harm stopped. `None` while it goes on, and where none is due.
///
/// SEV1 three calendar days and SEV2 five business days (PagerDuty's); SEV3 ten business days, because memory
/// fades within two weeks; SEV4 twenty, because nobody was hurt yet. SEV5, for information, needs none. An
/// incident without a severity has no due date, and the draft asks for the severity.
#[must_use]
pub fn review_due(severity: Option<SeverityLevel>, times: &Times) -> Option<Timestamp> {
    let from = times.resolved.or(times.mitigated)?;
    let term = match severity? {
        SeverityLevel::Sev1 => Term::Days(3),
        SeverityLevel::Sev2 => Term::BusinessDays(5),
        SeverityLevel::Sev3 => Term::BusinessDays(10),
        SeverityLevel::Sev4 => Term::BusinessDays(20),
        SeverityLevel::Sev5 => return None,
    };
    Some(match term {
        Term::Days(days) => after_days(from, days),
        Term::BusinessDays(days) => after_business_days(from, days),
    })
}

fn after_days(from: Timestamp, days: i64) -> Timestamp {
    Timestamp(from.0.saturating_add(Timestamp::from_s(days * DAY_S).0))
}

/// The same time of day, so many days from Monday to Friday later.
fn after_business_days(from: Timestamp, n: u32) -> Timestamp {
    let (mut at, mut left) = (from, n);
    while left > 0 {
        at = after_days(at, 1);
        // 1970-01-01 was a Thursday: Monday is 0.
        let is_business = (day_of(at) + 3).rem_euclid(7) < 5;
        left -= u32::from(is_business);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_model::{Date, weekday_word};

    fn due(severity: Option<SeverityLevel>, resolved_s: i64) -> Option<String> {
        let times = Times { resolved: Some(Timestamp::from_s(resolved_s)), ..Times::default() };
        let due = review_due(severity, &times)?;
        assert_eq!(due.tick().0.rem_euclid(DAY_S), resolved_s.rem_euclid(DAY_S), "the same hour");
        Some(format!("{} {}", weekday_word(due), Date::of(due)))
    }

    #[test]
    fn due_dates_leave_weekends_out_but_for_the_worst() {
        // Wednesday, 25 November 2026, 10:54.
        let wednesday = 1_795_604_040;
        let expect = [
            (SeverityLevel::Sev1, Some("Sat 2026-11-28")),
            (SeverityLevel::Sev2, Some("Wed 2026-12-02")),
            (SeverityLevel::Sev3, Some("Wed 2026-12-09")),
            (SeverityLevel::Sev4, Some("Wed 2026-12-23")),
            (SeverityLevel::Sev5, None),
        ];
        for (severity, expect) in expect {
            assert_eq!(due(Some(severity), wednesday).as_deref(), expect, "{severity:?}");
        }
        assert_eq!(due(None, wednesday), None);
        // From a Saturday or a Sunday on, the first business day is Monday.
        for days in [3, 4] {
            let weekend = wednesday + days * DAY_S;
            assert_eq!(due(Some(SeverityLevel::Sev2), weekend).as_deref(), Some("Fri 2026-12-04"));
        }
    }

    #[test]
    fn it_is_due_from_when_the_harm_stopped_until_it_is_resolved() {
        let at = Timestamp::from_s(1_795_604_040);
        let mut times = Times::default();
        assert_eq!(review_due(Some(SeverityLevel::Sev1), &times), None);
        times.mitigated = Some(at);
        assert_eq!(review_due(Some(SeverityLevel::Sev1), &times), Some(at.plus_s(3.0 * 86_400.0)));
        times.resolved = Some(at.plus_s(3_600.0));
        let later = at.plus_s(3.0 * 86_400.0 + 3_600.0);
        assert_eq!(review_due(Some(SeverityLevel::Sev1), &times), Some(later));
    }
}
