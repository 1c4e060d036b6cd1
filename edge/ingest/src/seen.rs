//! What came in the last quarter of an hour: digests of requests, and keys of their records.
//!
//! A sender that was not answered in time sends again. The digest of the whole request knows an exact
//! copy; it is exact, too: what finds no place is refused, not forgotten. Somebody in between may have
//! cut the records into other requests; then the key of each record, 64 bits of it, knows it again.
//! Keys are many, so when there is no place for more the oldest minute goes, which is said.
//!
//! Records of a group that is not durable yet are *staged*: known like all others, and taken back if
//! the group fails.
//!
//! Of n keys the chance that any two are equal by accident is below n^2 / 2^65: 2 in 10 million for
//! four million keys. The key of the hash is drawn per data folder, so that nobody can make them.

use siphasher::sip::SipHasher13;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hasher;

/// How much is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenLimits {
    /// Minutes that are remembered.
    pub minutes: i64,
    /// Requests in that time; more are refused.
    pub digests_max: usize,
    /// Records in that time; beyond it the oldest minute's are forgotten.
    pub item_keys_max: usize,
}

impl SeenLimits {
    /// The product's limits: three times the five minutes for which a Collector tries again. Four
    /// million requests are 4,600 a second, about 200 MB; four million records about 100 MB.
    pub const STANDARD: Self =
        Self { minutes: 15, digests_max: 4_000_000, item_keys_max: 4_000_000 };
}

/// What came in one minute of arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// Minutes since the Unix epoch.
    pub minute: i64,
    /// Digests of requests.
    pub digests: Vec<u128>,
    /// Keys of records.
    pub keys: Vec<u64>,
}

/// Everything that came in the last minutes.
#[derive(Debug)]
pub struct Seen {
    limits: SeenLimits,
    secret: [u8; 16],
    digests: HashSet<u128>,
    keys: HashMap<u64, (), Plain>,
    minutes: VecDeque<Minute>,
    staged: Minute,
    /// Keys that were forgotten early.
    n_forgotten: u64,
}

/// Keys are hashes already.
type Plain = std::hash::BuildHasherDefault<AsItIs>;

#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Seen {
    /// Nothing seen. `secret` is the hash key of the data folder.
    #[must_use]
    pub fn new(limits: SeenLimits, secret: [u8; 16]) -> Self {
        Self {
            limits,
            secret,
            digests: HashSet::new(),
            keys: HashMap::default(),
            minutes: VecDeque::new(),
            staged: Minute::default(),
            n_forgotten: 0,
        }
    }

    /// Takes in what an earlier run had seen in a minute. Minutes come in order; parts of one minute
    /// add up.
    pub fn restore(&mut self, minute: Minute) {
        self.digests.extend(&minute.digests);
        self.keys.extend(minute.keys.iter().map(|key| (*key, ())));
        match self.minutes.back_mut().filter(|last| last.minute == minute.minute) {
            Some(last) => {
                last.digests.extend(minute.digests);
                last.keys.extend(minute.keys);
            }
            None => self.minutes.push_back(minute),
        }
        self.forget_early();
    }

    /// Whether a request came before.
    #[must_use]
    pub fn knows(&self, digest: u128) -> bool {
        self.digests.contains(&digest)
    }

    /// Whether there is a place for one more request.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.digests.len() < self.limits.digests_max
    }

    /// Stages a request.
    pub fn stage(&mut self, digest: u128) {
        if self.digests.insert(digest) {
            self.staged.digests.push(digest);
        }
    }

    /// The key of a record.
    #[must_use]
    pub fn key(&self, kind: u8, identity: &[u64; 4]) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.secret);
        hasher.write_u8(kind);
        identity.iter().for_each(|part| hasher.write_u64(*part));
        hasher.finish()
    }

    /// Stages a record. Returns whether it is new.
    pub fn stage_item(&mut self, key: u64) -> bool {
        let is_new = self.keys.insert(key, ()).is_none();
        if is_new {
            self.staged.keys.push(key);
        }
        is_new
    }

    /// What was staged is durable: it came in this minute. Older minutes are forgotten.
    pub fn commit(&mut self, minute: i64) {
        let staged = std::mem::take(&mut self.staged);
        // A clock that was set back does not open a minute again.
        let minute = self.minutes.back().map_or(minute, |last| last.minute.max(minute));
        match self.minutes.back_mut().filter(|last| last.minute == minute) {
            Some(last) => {
                last.digests.extend(staged.digests);
                last.keys.extend(staged.keys);
            }
            None => self.minutes.push_back(Minute { minute, ..staged }),
        }
        let first = minute - self.limits.minutes;
        while let Some(old) = self.minutes.pop_front_if(|old| old.minute < first) {
            self.forget(&old);
        }
        self.forget_early();
    }

    /// What was staged did not become durable: it never came.
    pub fn take_back(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        self.forget(&staged);
    }

    /// Minutes that are over, oldest first: they change no more, and may be kept elsewhere.
    pub fn over(&self) -> impl Iterator<Item = &Minute> {
        let n = self.minutes.len().saturating_sub(1);
        self.minutes.iter().take(n)
    }

    /// Keys that were forgotten before their time, because there was no place for more.
    #[must_use]
    pub const fn n_forgotten(&self) -> u64 {
        self.n_forgotten
    }

    /// Requests and records that are remembered.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (self.digests.len(), self.keys.len())
    }

    /// Whether nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == (0, 0)
    }

    fn forget(&mut self, minute: &Minute) {
        for digest in &minute.digests {
            self.digests.remove(digest);
        }
        for key in &minute.keys {
            self.keys.remove(key);
        }
    }

    fn forget_early(&mut self) {
        for minute in &mut self.minutes {
            if self.keys.len() <= self.limits.item_keys_max {
                return;
            }
            let keys = std::mem::take(&mut minute.keys);
            self.n_forgotten += keys.len() as u64;
            for key in &keys {
                self.keys.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Seen {
        let limits = SeenLimits { minutes: 15, digests_max: 3, item_keys_max: 10 };
        Seen::new(limits, [7; 16])
    }

    #[test]
    fn what_came_is_known_for_a_quarter_of_an_hour() {
        let mut seen = seen();
        seen.stage(1);
        assert!(seen.stage_item(5) && !seen.stage_item(5));
        seen.commit(100);
        seen.commit(115);
        assert!(seen.knows(1) && !seen.stage_item(5));
        seen.commit(116);
        assert!(!seen.knows(1) && seen.stage_item(5));
    }

    #[test]
    fn what_did_not_become_durable_never_came() {
        let mut seen = seen();
        seen.stage(1);
        seen.stage_item(5);
        seen.commit(100);
        seen.stage(2);
        seen.stage(1);
        assert!(!seen.stage_item(5) && seen.stage_item(6));
        seen.take_back();
        assert!(seen.knows(1) && !seen.knows(2));
        assert!(!seen.stage_item(5) && seen.stage_item(6));
    }

    #[test]
    fn requests_are_refused_before_one_is_forgotten() {
        let mut seen = seen();
        (0..3).for_each(|digest| seen.stage(digest));
        assert!(!seen.has_room());
        seen.commit(100);
        seen.commit(116);
        assert!(seen.has_room());
    }

    #[test]
    fn records_of_the_oldest_minute_go_first_and_are_counted() {
        let mut seen = seen();
        (0..6).for_each(|key| assert!(seen.stage_item(key)));
        seen.commit(100);
        (6..12).for_each(|key| assert!(seen.stage_item(key)));
        seen.commit(101);
        assert_eq!(seen.n_forgotten(), 6);
        assert!(seen.stage_item(0) && !seen.stage_item(6));
    }

    #[test]
    fn restored_is_as_if_it_had_gone_on() {
        let mut first = seen();
        for minute in [100i64, 101, 102] {
            let digest = u128::from(minute.unsigned_abs());
            first.stage(digest);
            first.stage_item(u64::try_from(minute).unwrap());
            first.commit(minute);
        }
        let mut second = seen();
        first.over().cloned().for_each(|minute| second.restore(minute));
        assert!(second.knows(100) && second.knows(101) && !second.knows(102));
        assert_eq!(first.over().count(), 2);
    }

    #[test]
    fn clock_that_is_set_back_opens_no_minute_again() {
        let mut seen = seen();
        seen.stage_item(1);
        seen.commit(100);
        seen.stage_item(2);
        seen.commit(40);
        assert_eq!(seen.over().count(), 0);
        assert!(!seen.stage_item(1) && !seen.stage_item(2));
    }
}
