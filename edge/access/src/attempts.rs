//! Requests that were not admitted: how many came from where, within bounds.
//!
//! A token cannot be guessed, so wrong ones are slowed down for the sake of logs and of whoever reads
//! them. A right token is let in whatever else came from its address: nobody is locked out by others.

use hw_api::Turned;
use hw_model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};

/// Wrong attempts of one address in a minute after which it is asked to wait.
const PER_MINUTE_MAX: u32 = 30;

/// Seconds it is asked to wait at most: a minute.
const MINUTE_S: f64 = 60.0;

/// Addresses that are counted at one time. At the limit the one counted longest goes.
const ADDRESSES_MAX: usize = 1_024;

/// Addresses that are named in a summary.
const NAMED_MAX: usize = 8;

/// What was refused since the last time that was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// Without a token.
    pub missing: u64,
    /// With one that is not known, or unreadable.
    pub unknown: u64,
    /// With one that had expired.
    pub expired: u64,
    /// With one that was revoked.
    pub revoked: u64,
    /// With one that is for something else.
    pub forbidden: u64,
    /// Messages that are not signed, or not as they should be.
    pub unsigned: u64,
    /// From where; some of them, if there were many.
    pub addresses: BTreeSet<IpAddr>,
}

impl Refusals {
    /// All of them.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.missing + self.unknown + self.expired + self.revoked + self.forbidden + self.unsigned
    }

    /// Adds what was refused at another time.
    pub fn add(&mut self, other: &Self) {
        self.missing += other.missing;
        self.unknown += other.unknown;
        self.expired += other.expired;
        self.revoked += other.revoked;
        self.forbidden += other.forbidden;
        self.unsigned += other.unsigned;
        let left = NAMED_MAX.saturating_sub(self.addresses.len());
        let new: Vec<IpAddr> = other.addresses.difference(&self.addresses).copied().collect();
        self.addresses.extend(new.into_iter().take(left));
    }
}

/// Wrong attempts, by address.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    by_address: BTreeMap<IpAddr, (Timestamp, u32)>,
    refusals: Refusals,
}

impl Attempts {
    /// Counts one. Returns what its sender is told.
    pub(crate) fn refuse(&mut self, from: IpAddr, why: Turned, now: Timestamp) -> Turned {
        let refusals = &mut self.refusals;
        let (counter, is_wrong) = match why {
            Turned::Missing => (&mut refusals.missing, false),
            Turned::Unreadable | Turned::Unknown | Turned::TooMany { .. } => {
                (&mut refusals.unknown, true)
            }
            Turned::Expired(_) => (&mut refusals.expired, false),
            Turned::Revoked => (&mut refusals.revoked, false),
            Turned::Forbidden { .. } => (&mut refusals.forbidden, false),
        };
        *counter += 1;
        self.note(from);
        if !is_wrong {
            return why;
        }
        let left_s = self.count(network(from), now);
        left_s.map_or(why, |retry_after_s| Turned::TooMany { retry_after_s })
    }

    /// Counts a message with a wrong signature. Returns how many seconds its sender should wait, if it
    /// should.
    pub(crate) fn refuse_unsigned(&mut self, from: IpAddr, now: Timestamp) -> Option<u32> {
        self.refusals.unsigned += 1;
        self.note(from);
        self.count(network(from), now)
    }

    fn note(&mut self, from: IpAddr) {
        let addresses = &mut self.refusals.addresses;
        if addresses.len() < NAMED_MAX {
            addresses.insert(from.to_canonical());
        }
    }

    /// Counts a wrong token. Returns how many seconds its address should wait, if it should.
    fn count(&mut self, from: IpAddr, now: Timestamp) -> Option<u32> {
        if !self.by_address.contains_key(&from) && self.by_address.len() >= ADDRESSES_MAX {
            let oldest = self.by_address.iter().min_by_key(|(_, (since, _))| *since);
            let oldest = oldest.map(|(address, _)| *address);
            oldest.and_then(|address| self.by_address.remove(&address));
        }
        let (since, n) = self.by_address.entry(from).or_insert((now, 0));
        let age_s = now.seconds_since(*since);
        if !(0.0..MINUTE_S).contains(&age_s) {
            (*since, *n) = (now, 0);
        }
        *n = n.saturating_add(1);
        let left_s = (MINUTE_S - now.seconds_since(*since)).ceil().clamp(1.0, MINUTE_S);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 60")]
        let left_s = left_s as u32;
        (*n > PER_MINUTE_MAX).then_some(left_s)
    }

    /// What was refused since this was last asked.
    pub(crate) fn take(&mut self) -> Refusals {
        std::mem::take(&mut self.refusals)
    }
}

/// The address whose attempts are one: of IPv6 a whole /64, which one host has for itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_tokens_are_slowed_down_and_the_table_stays_small() {
        let mut attempts = Attempts::default();
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        let same: IpAddr = "2001:db8::2".parse().unwrap();
        let at = Timestamp::from_s;
        for n in 0..30 {
            let from = if n % 2 == 0 { one } else { same };
            assert_eq!(attempts.refuse(from, Turned::Unknown, at(n)), Turned::Unknown);
        }
        let told = attempts.refuse(one, Turned::Unknown, at(40));
        assert_eq!(told, Turned::TooMany { retry_after_s: 20 });
        assert_eq!(attempts.refuse(one, Turned::Missing, at(41)), Turned::Missing);
        assert_eq!(
            attempts.refuse(one, Turned::Unknown, at(60)),
            Turned::Unknown,
            "a minute later"
        );
        for n in 0..5_000_u32 {
            let from = IpAddr::from(n.to_be_bytes());
            assert_eq!(attempts.refuse(from, Turned::Unknown, at(61)), Turned::Unknown);
        }
        assert_eq!(attempts.by_address.len(), ADDRESSES_MAX);
        for n in 1..=31 {
            let told = attempts.refuse_unsigned(same, at(100 + n / 10));
            assert_eq!(told.is_some(), n > 30, "wrong signatures are slowed down alike");
        }
        let refusals = attempts.take();
        assert_eq!(refusals.unsigned, 31);
        let refusals = Refusals { unsigned: 0, ..refusals };
        assert_eq!((refusals.unknown, refusals.missing, refusals.n()), (5_032, 1, 5_033));
        assert_eq!(refusals.addresses.len(), NAMED_MAX);
        assert_eq!(attempts.take(), Refusals::default());
    }
}
