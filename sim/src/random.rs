//! Chance from a seed: integers only, so that equal seeds give equal bytes on every machine.
//!
//! SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
//! Not a crate's generator: those may change between versions, and a seed that once failed must
//! fail again. What depends on a place rather than on an order (is this second slow, is this batch
//! late) is drawn from a hash of the place, so that it does not matter who asks first.

use crate::parts::Parts;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

/// What a stream is for: each use of a seed has its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Use {
    World,
    Traffic,
    Wander,
    SlowSecond,
    Skew,
    Exporter,
    Export,
    Loss,
    Stops,
    Day,
    Quiet,
    Sway,
    Stream,
    Sampling,
    Ordinary,
    Locate,
}

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    /// The stream for one use of a seed at one place.
    pub(crate) fn new(seed: u64, r#use: Use, place: &[u64]) -> Self {
        // Each part starts anew from a mixed state: streams of near places have nothing in common.
        let mut random = Self(seed);
        for part in std::iter::once(r#use as u64 + 1).chain(place.iter().copied()) {
            random = Self(random.next() ^ part.wrapping_mul(GAMMA));
        }
        Self(random.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to 1, which it never is.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(end);
        u64::try_from(wide >> 64).expect("invariant: the high half of 128 bits has 64")
    }

    /// A position in a list of this length; 0 if it is empty.
    pub(crate) fn position(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("invariant: below a usize")
    }

    /// A number between both, which may be either.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = most.saturating_sub(least).max(0).unsigned_abs();
        least.saturating_add_unsigned(self.below(width + 1))
    }

    /// True this often.
    pub(crate) fn chance(&mut self, parts: Parts) -> bool {
        !parts.is_none() && self.below(u64::from(Parts::ALL.0)) < u64::from(parts.0)
    }

    /// A share between both, which may be either.
    pub(crate) fn parts(&mut self, least: u32, most: u32) -> Parts {
        let width = u64::from(most.saturating_sub(least)) + 1;
        Parts(least + u32::try_from(self.below(width)).expect("invariant: below a u32"))
    }

    /// A number between both, which may be either.
    pub(crate) fn number(&mut self, least: u32, most: u32) -> u32 {
        self.parts(least, most).0
    }

    /// One of a list.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.position(list.len()))
    }

    /// A position in a list of weights, each as often as it weighs.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = Parts> + Clone) -> usize {
        let total: u64 = weights.clone().map(|weight| u64::from(weight.0)).sum();
        let mut left = self.below(total);
        for (at, weight) in weights.enumerate() {
            match left.checked_sub(u64::from(weight.0)) {
                Some(rest) => left = rest,
                None => return at,
            }
        }
        0
    }

    /// A length of time around `usual`, skewed as latencies are: the product of four factors between
    /// 0.71 and 1.41, which is close to log-normal with sigma 0.4.
    pub(crate) fn around(&mut self, usual: i64) -> i64 {
        let mut length = usual;
        for _ in 0..4 {
            length = length * self.between(724, 1_448) / 1_024;
        }
        length.max(1)
    }
}

/// For the distributions of `rand_distr`.
impl rand::TryRng for Random {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::try_from(self.next() >> 32).expect("invariant: the high half of 64 bits has 32"))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            let next = self.next().to_le_bytes();
            chunk.iter_mut().zip(next).for_each(|(byte, drawn)| *byte = drawn);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random() -> Random {
        Random::new(1, Use::World, &[])
    }

    #[test]
    fn uses_and_places_of_one_seed_differ() {
        let first = |r#use, place: &[u64]| Random::new(7, r#use, place).next();
        let all = [
            first(Use::World, &[]),
            first(Use::Loss, &[]),
            first(Use::Loss, &[0]),
            first(Use::Loss, &[1]),
            first(Use::Loss, &[0, 1]),
            first(Use::Loss, &[1, 0]),
        ];
        let distinct: std::collections::BTreeSet<u64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(first(Use::Loss, &[1, 0]), first(Use::Loss, &[1, 0]));
    }

    #[test]
    fn chance_is_as_often_as_it_says() {
        let mut random = random();
        let n = (0..10_000).filter(|_| random.chance(Parts(3_000))).count();
        assert!((2_850..3_150).contains(&n), "{n}");
        assert!((0..1_000).all(|_| random.chance(Parts::ALL) && !random.chance(Parts::NONE)));
    }

    #[test]
    fn weights_are_kept() {
        let mut random = random();
        let weights = [Parts(1_000), Parts::NONE, Parts(9_000)];
        let mut counts = [0; 3];
        (0..10_000).for_each(|_| counts[random.weighted(weights.into_iter())] += 1);
        assert!((900..1_100).contains(&counts[0]) && counts[1] == 0, "{counts:?}");
    }

    #[test]
    fn lengths_of_time_scatter_around_the_usual() {
        let mut random = random();
        let mut lengths: Vec<i64> = (0..1_001).map(|_| random.around(10_000)).collect();
        lengths.sort_unstable();
        assert!((9_500..13_000).contains(&lengths[500]), "{}", lengths[500]);
        assert!(lengths[990] > 2 * lengths[500] && lengths[10] < lengths[500] / 2);
    }
}
