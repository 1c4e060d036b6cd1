//! The last good reading of something that is read again and again.
//!
//! A feed that breaks does not make everybody free: what was read last stays in use, its age is said,
//! and so is what went wrong.

use hw_model::{Timestamp, length_words};

/// What went wrong at the last reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When it was tried.
    pub at: Timestamp,
    /// When the first of the failed readings was tried.
    pub since: Timestamp,
    /// What went wrong, fit to stand after a colon.
    pub why: String,
    /// How many readings in a row have failed.
    pub n_failed: u32,
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
                let before = self.trouble.as_ref();
                let n_failed = before.map_or(0, |trouble| trouble.n_failed);
                self.trouble = Some(Trouble {
                    at: now,
                    since: before.map_or(now, |trouble| trouble.since),
                    why: error.to_string(),
                    n_failed: n_failed.saturating_add(1),
                });
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

    /// Age and trouble in one sentence: `read 3 h 5 min ago`; `read ... ago, failing since: ...`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        let age = |at: Timestamp| length_words(now.seconds_since(at));
        let read = match self.read_at() {
            Some(read_at) => format!("read {} ago", age(read_at)),
            None => "never read".to_owned(),
        };
        match &self.trouble {
            None => read,
            Some(trouble) => {
                format!("{read}; tried {} ago in vain: {}", age(trouble.at), trouble.why)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_good_reading_stays_in_use() {
        let at = Timestamp::from_s;
        let mut kept: Kept<u32> = Kept::default();
        assert_eq!(kept.words(at(0)), "never read");
        kept.take(at(0), Err::<u32, _>("no answer"));
        assert_eq!(kept.words(at(60)), "never read; tried 60 s ago in vain: no answer");
        kept.take(at(100), Ok::<u32, &str>(7));
        assert_eq!((kept.good(), kept.trouble()), (Some(&7), None));
        kept.take(at(3_700), Err("a web page"));
        kept.take(at(7_300), Err("a web page"));
        assert_eq!((kept.good(), kept.read_at()), (Some(&7), Some(at(100))));
        let trouble = kept.trouble().unwrap();
        assert_eq!((trouble.n_failed, trouble.since, trouble.at), (2, at(3_700), at(7_300)));
        assert_eq!(kept.words(at(7_360)), "read 2 h 1 min ago; tried 60 s ago in vain: a web page");
        kept.take(at(9_000), Ok::<u32, &str>(8));
        assert_eq!((kept.good(), kept.trouble()), (Some(&8), None));
    }
}
