//! Shares that go up and down: what makes a ratio scatter more than chance alone, in seconds or over
//! minutes.
//!
//! Straight lines between turns that are drawn from a hash of their place, so that nobody's asking
//! moves anything else. Turns a second apart make the items of a second share a fate; turns minutes apart
//! let the ratio drift.

use crate::clock::Us;
use crate::ids::EntryId;
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::world::Decision;

/// How shares go up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sway {
    /// How far at most.
    pub far: Parts,
    /// Between two turns.
    pub every: Us,
}

impl Sway {
    /// By how many parts of ten thousand shares of this entry are off at this time.
    pub(crate) fn by(&self, seed: u64, entry: EntryId, at: Us) -> i64 {
        let turn = at.div_euclid(self.every);
        let far = i64::from(self.far.0);
        let off = |turn: i64| {
            let place = [entry.0 as u64, turn.unsigned_abs()];
            Random::new(seed, Use::Sway, &place).between(-far, far)
        };
        let (here, there) = (off(turn), off(turn + 1));
        here + (there - here) * at.rem_euclid(self.every) / self.every
    }
}

/// A share that is off by so much.
pub(crate) fn moved(share: Parts, by: i64) -> Parts {
    let moved = (i64::from(share.0) + by).clamp(0, i64::from(Parts::ALL.0));
    Parts(u32::try_from(moved).expect("invariant: clamped to a share"))
}

/// The shares of all answers when that of the first is off by so much; the others share the rest as
/// they always do.
pub(crate) fn swayed(decision: &Decision, by: i64) -> Vec<Parts> {
    let first = decision.values.first().map_or(Parts::NONE, |(_, share)| *share);
    let moved = moved(first, by);
    let (rest, usual) = (Parts::ALL.0 - moved.0, (Parts::ALL.0 - first.0).max(1));
    let shares = decision.values.iter().map(|(_, share)| *share).enumerate();
    shares.map(|(at, share)| if at == 0 { moved } else { Parts(share.0 * rest / usual) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::S;

    const SWAY: Sway = Sway { far: Parts(500), every: 60 * S };

    #[test]
    fn it_goes_both_ways_as_far_as_it_says_and_not_in_jumps() {
        let by: Vec<i64> = (0..36_000).map(|s| SWAY.by(1, EntryId(2), s * S)).collect();
        let (least, most) = (by.iter().min().unwrap(), by.iter().max().unwrap());
        assert!((-500..-400).contains(least) && (401..=500).contains(most), "{least} {most}");
        assert!(by.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 1_000 / 60 + 1));
        let mean = by.iter().sum::<i64>() / 36_000;
        assert!(mean.abs() < 40, "{mean}");
    }

    #[test]
    fn answers_share_what_the_first_leaves() {
        let values = [("go", 5_000), ("halt", 3_000), ("later", 2_000)];
        let values = values.map(|(word, share)| (word.to_owned(), Parts(share))).to_vec();
        let decision = Decision { key: "answer".to_owned(), values };
        assert_eq!(swayed(&decision, 1_000), [6_000, 2_400, 1_600].map(Parts));
        assert_eq!(swayed(&decision, 9_000), [10_000, 0, 0].map(Parts));
        assert_eq!(swayed(&decision, -9_000), [0, 6_000, 4_000].map(Parts));
    }
}
