//! When the review of a post mortem is due, and whom Highwater reminds of one that is overdue.
//!
//! Whoever leads the incident is reminded when it is due and every week after it, a few times, as owners of
//! action items are. A due date that moves counts anew: another severity, or another end of the harm.

use super::nudge::{NUDGES_MAX, WEEK_S, weeks_over};
use super::{After, ReviewStatus};
use crate::clocks::Times;
use crate::record::Record;
use crate::words::{SeverityLevel, Status};
use hw_model::{DAY_S, Timestamp, day_of};

/// Reminders of a review that was due then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewNudges {
    /// When it was due.
    pub due: Timestamp,
    /// How many there were.
    pub n: u32,
}

impl Record {
    /// When the review is due, as long as nobody has brought it to its end.
    #[must_use]
    pub fn open_review_due(&self) -> Option<Timestamp> {
        let is_over = match self.status {
            Status::Mitigated | Status::Resolved | Status::Closed => true,
            Status::Triage | Status::Active | Status::Declined | Status::Merged => false,
        };
        let is_open = match self.review.status {
            ReviewStatus::Draft | ReviewStatus::InReview => true,
            ReviewStatus::Reviewed | ReviewStatus::Closed => false,
        };
        if is_over && is_open { review_due(self.severity, &self.times) } else { None }
    }

    /// When somebody has to be reminded of the review.
    pub(crate) fn next_review_nudge(&self) -> Option<Timestamp> {
        let due = self.open_review_due()?;
        let n = self.review_nudges(due);
        (n < NUDGES_MAX).then(|| due.plus_s(f64::from(n) * WEEK_S))
    }

    /// That the review was due, if somebody has to be reminded of it now.
    pub(crate) fn review_nudge(&self, now: Timestamp) -> Option<After> {
        self.next_review_nudge().filter(|at| *at <= now)?;
        let due = self.open_review_due()?;
        let n = weeks_over(due, now).max(self.review_nudges(due) + 1).min(NUDGES_MAX);
        Some(After::ReviewNudged { due, n, lead: self.lead().cloned() })
    }

    /// Reminders there were of a review that is due then.
    fn review_nudges(&self, due: Timestamp) -> u32 {
        self.review.nudges.filter(|nudges| nudges.due == due).map_or(0, |nudges| nudges.n)
    }
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
