//! The last good reading of something that is read again and again.
//!
//! A feed that breaks does not make everybody free: what was read last stays in use, its age is said,
//! and so is what went wrong.

use hw_model::Timestamp;

/// What went wrong at the last reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When the first of the failed readings was tried.
    pub since: Timestamp,
    /// What went wrong, fit to stand after a colon.
    pub why: String,
}

/// The last good reading, how old it is, and what has been wrong since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<T> {
    // Invariant: there is a time of reading exactly where there is something read.
    good: Option<(T, Timestamp)>,
    trouble: Option<Trouble>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { good: None, trouble: None }
    }
}

impl<T> Kept<T> {
    /// Takes the outcome of a reading at `now`: a good one replaces what is kept, a bad one is
    /// remembered beside it.
    pub fn take<E: std::fmt::Display>(&mut self, now: Timestamp, outcome: Result<T, E>) {
        match outcome {
            Ok(good) => {
                self.good = Some((good, now));
                self.trouble = None;
            }
            Err(error) => {
                let since = self.trouble.as_ref().map_or(now, |trouble| trouble.since);
                self.trouble = Some(Trouble { since, why: error.to_string() });
            }
        }
    }

    /// The last good reading.
    #[must_use]
    pub fn good(&self) -> Option<&T> {
        self.good.as_ref().map(|(good, _)| good)
    }

    /// When the last good reading was made.
    #[must_use]
    pub fn read_at(&self) -> Option<Timestamp> {
        self.good.as_ref().map(|(_, read_at)| *read_at)
    }

    /// What has been wrong since.
    #[must_use]
    pub const fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_good_reading_stays_in_use() {
        let at = Timestamp::from_s;
        let mut kept: Kept<u32> = Kept::default();
        kept.take(at(0), Err::<u32, _>("no answer"));
        kept.take(at(100), Ok::<u32, &str>(7));
        assert_eq!((kept.good(), kept.trouble()), (Some(&7), None));
        kept.take(at(3_700), Err("a web page"));
        kept.take(at(7_300), Err("a web page"));
        assert_eq!((kept.good(), kept.read_at()), (Some(&7), Some(at(100))));
        let trouble = kept.trouble().unwrap();
        assert_eq!((trouble.since, trouble.why.as_str()), (at(3_700), "a web page"));
        kept.take(at(9_000), Ok::<u32, &str>(8));
        assert_eq!((kept.good(), kept.trouble()), (Some(&8), None));
    }
}
