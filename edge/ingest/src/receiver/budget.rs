//! Memory of request bodies: counted over all requests, bounded, and never waited for.
//!
//! Whoever finds no room is refused and lets go of all it holds. A queue for room would fill up with
//! requests that each hold a part and wait for the rest.

use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Smallest piece of memory asked for: most requests fit into a few of them.
const GROWTH_BYTES_MIN: usize = 4 << 10;

/// Bytes that all bodies together may take.
#[derive(Debug)]
pub(super) struct Budget {
    taken: AtomicUsize,
    bytes_max: usize,
}

impl Budget {
    pub(super) fn new(bytes_max: usize) -> Arc<Self> {
        Arc::new(Self { taken: AtomicUsize::new(0), bytes_max })
    }

    /// Takes `n` bytes more, or none.
    fn take(&self, n: usize) -> Result<(), Full> {
        let more = |taken: usize| taken.checked_add(n).filter(|taken| *taken <= self.bytes_max);
        let taken = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.map(drop).map_err(|_| Full::Budget)
    }

    /// Bytes taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

/// Why bytes could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// This body is too long.
    Body,
    /// All bodies together are.
    Budget,
}

/// Bytes of one body, which count against the budget as long as they live.
#[derive(Debug)]
pub(super) struct Held {
    bytes: Vec<u8>,
    bytes_max: usize,
    // Invariant: `bytes.capacity()` at the last growth was taken from it, and no more.
    taken: usize,
    budget: Arc<Budget>,
}

impl Held {
    /// Nothing yet, and never more than `bytes_max`.
    pub(super) fn new(budget: &Arc<Budget>, bytes_max: usize) -> Self {
        Self { bytes: Vec::new(), bytes_max, taken: 0, budget: Arc::clone(budget) }
    }

    /// Keeps `chunk` too, or changes nothing.
    pub(super) fn extend(&mut self, chunk: &[u8]) -> Result<(), Full> {
        let n_bytes = self.bytes.len().saturating_add(chunk.len());
        if n_bytes > self.bytes_max {
            return Err(Full::Body);
        }
        self.make_room_for(n_bytes)?;
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// Doubles, so that a body of any length is copied about once; what a sender announces is not
    /// believed before it came.
    fn make_room_for(&mut self, n_bytes: usize) -> Result<(), Full> {
        if n_bytes <= self.taken {
            return Ok(());
        }
        let capacity = n_bytes.next_power_of_two().max(GROWTH_BYTES_MIN).min(self.bytes_max);
        self.budget.take(capacity - self.taken)?;
        self.taken = capacity;
        self.bytes.reserve_exact(capacity - self.bytes.len());
        Ok(())
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The same bytes, shared; they count until the last handle is gone.
    pub(super) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_takes_what_it_needs_and_gives_it_back() {
        let budget = Budget::new(1 << 20);
        let mut held = Held::new(&budget, 100_000);
        assert_eq!(budget.taken(), 0);
        held.extend(&[1; 10]).unwrap();
        assert_eq!(budget.taken(), 4096);
        held.extend(&[2; 70_000]).unwrap();
        assert_eq!(budget.taken(), 100_000, "never more than the body may be long");
        assert_eq!(held.extend(&[3; 29_991]), Err(Full::Body));
        held.extend(&[3; 29_990]).unwrap();
        let bytes = held.into_bytes();
        let part = bytes.slice(5..20);
        drop(bytes);
        assert_eq!(part, [[1; 5].as_slice(), &[2; 10]].concat());
        assert_eq!(budget.taken(), 100_000);
        drop(part);
        assert_eq!(budget.taken(), 0);
    }

    #[test]
    fn who_finds_no_room_takes_none() {
        let budget = Budget::new(10_000);
        let mut first = Held::new(&budget, 1 << 20);
        first.extend(&[0; 8000]).unwrap();
        let mut second = Held::new(&budget, 1 << 20);
        assert_eq!(second.extend(&[0; 1]), Err(Full::Budget));
        assert_eq!(budget.taken(), 8192);
        drop(first);
        second.extend(&[0; 1]).unwrap();
        assert_eq!((second.len(), budget.taken()), (1, 4096));
    }
}
