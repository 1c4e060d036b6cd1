//! How fast: back-off with jitter, and how many messages people get.

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;

/// The five minutes of all limits on people.
pub(super) const WINDOW: i64 = 300 * SECOND;

/// Messages to one receiver of people in a window. Between the first and the second, and between
/// the second and the third, some time passes, so that what begins together is told together.
const MESSAGES_MAX: usize = 3;
const GAPS: [i64; MESSAGES_MAX] = [0, 30 * SECOND, 90 * SECOND];

/// A row is given up after a day.
pub(super) const EXPIRES_AFTER: i64 = 24 * 3600 * SECOND;

/// An alert is repeated every minute.
pub(super) const REPEAT_EVERY: i64 = 60 * SECOND;

/// The longest wait a receiver may ask for, or a saved instant may lie ahead: a clock that was set
/// back must not stop everything for years.
pub(super) const WAIT_MAX: i64 = 3600 * SECOND;

/// Back-off before attempt `n + 1`: doubles from one or two seconds to at most five minutes, of
/// which the upper half is jitter out of the key, so that the same restart gives the same wait.
pub(super) fn back_off(key: &str, n_attempts: u32) -> i64 {
    let whole = (SECOND << n_attempts.clamp(1, 16)).min(WINDOW);
    let half = whole / 2;
    let jitter = hash(key, n_attempts) % half.unsigned_abs().saturating_add(1);
    half.saturating_add(i64::try_from(jitter).unwrap_or(0))
}

/// FNV-1a: spreads well enough for jitter, and is the same on every machine.
fn hash(key: &str, n: u32) -> u64 {
    let bytes = key.bytes().chain(n.to_le_bytes());
    let mixed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mixed ^ (mixed >> 32)
}

/// An instant that was saved, or `now` if it lies absurdly far ahead.
pub(super) fn sane(at: i64, now: i64) -> i64 {
    if at.saturating_sub(now) > WAIT_MAX { now } else { at }
}

/// The first instant from `now` on at which another message may go to people.
pub(super) fn slot_at(sent: &[(i64, String)], now: i64) -> i64 {
    let ends = sent.iter().flat_map(|(at, _)| {
        GAPS.iter().map(|gap| at.saturating_add(*gap)).chain([at.saturating_add(WINDOW)])
    });
    let from_now = ends.chain([now]).filter(|&at| at >= now && is_free(sent, at));
    from_now.min().unwrap_or(now)
}

fn is_free(sent: &[(i64, String)], at: i64) -> bool {
    let recent = sent.iter().map(|(sent_at, _)| *sent_at).filter(|&s| is_recent(s, at));
    let (n, last) = recent.fold((0, i64::MIN), |(n, last), s| (n + 1, last.max(s)));
    n == 0 || GAPS.get(n).is_some_and(|gap| at.saturating_sub(last) >= *gap)
}

/// True if something happened within a window of an instant.
pub(super) fn is_recent(happened_at: i64, at: i64) -> bool {
    at.saturating_sub(happened_at).unsigned_abs() < WINDOW.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_grows_from_a_second_to_five_minutes_and_varies_by_key() {
        for n in 0..40 {
            let wait = back_off("key", n);
            assert!((SECOND..=WINDOW).contains(&wait), "{n}: {wait}");
        }
        assert!(back_off("key", 1) <= 2 * SECOND && back_off("key", 20) >= WINDOW / 2);
        let waits: std::collections::BTreeSet<i64> =
            (0..100).map(|i| back_off(&format!("key-{i}"), 9)).collect();
        assert!(waits.len() > 90, "{}", waits.len());
        assert_eq!(back_off("key", 5), back_off("key", 5));
    }

    #[test]
    fn people_get_three_messages_in_five_minutes() {
        let mut sent = Vec::new();
        let mut now = 0;
        for expect in [0, 30, 120, 300, 390, 480, 600] {
            now = slot_at(&sent, now);
            assert_eq!(now, expect * SECOND);
            sent.push((now, String::new()));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nothing() {
        let sent = vec![(WAIT_MAX * 2, String::new())];
        assert_eq!(slot_at(&sent, 0), 0);
        assert_eq!(sane(WAIT_MAX * 2, 0), 0);
        assert_eq!(sane(WAIT_MAX, 0), WAIT_MAX);
    }
}
