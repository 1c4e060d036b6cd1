//! A hash that is the same in every run, on every machine and in every version: part of what we
//! record (identities of series, ids of flag evaluations) and of the order in which it is played.
//!
//! Multiply and fold, eight bytes at a time. Not against an adversary: who can choose the labels of
//! a series can also choose its values.

/// A hash under construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash(u64);

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;

impl Hash {
    pub(crate) const fn new() -> Self {
        Self(SEED)
    }

    /// With a number added.
    #[must_use]
    pub(crate) const fn number(self, number: u64) -> Self {
        let wide = (self.0 ^ number) as u128 * MULTIPLIER as u128;
        #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
        let folded = (wide >> 64) as u64 ^ wide as u64;
        Self(folded.wrapping_add(SEED))
    }

    /// With a text added. Its length is part of it: ("a", "bc") is not ("ab", "c").
    #[must_use]
    pub(crate) fn text(self, text: &str) -> Self {
        let mut hash = self.number(text.len() as u64);
        let (chunks, rest) = text.as_bytes().as_chunks::<8>();
        for chunk in chunks {
            hash = hash.number(u64::from_le_bytes(*chunk));
        }
        if rest.is_empty() {
            return hash;
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        hash.number(u64::from_le_bytes(last))
    }

    /// The finished hash.
    pub(crate) const fn finish(self) -> u64 {
        self.number(MULTIPLIER).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_the_same_in_every_version() {
        assert_eq!(Hash::new().finish(), 8_748_948_901_647_848_660);
        assert_eq!(Hash::new().text("service.name").number(7).finish(), 4_145_145_691_992_521_203);
    }

    #[test]
    fn borders_between_texts_count() {
        let ab = |a: &str, b: &str| Hash::new().text(a).text(b).finish();
        assert_ne!(ab("a", "bc"), ab("ab", "c"));
        assert_ne!(ab("", "a"), ab("a", ""));
        assert_ne!(ab("12345678", "9"), ab("123456789", ""));
    }
}
