//! What became of the records of a request: accepted, ignored, or rejected and why.
//!
//! Every span, log line and metric point that was sent appears in exactly one of these counts.

use std::fmt;

/// Why a record was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rejection {
    /// A trace id that is not 16 bytes, or a span id that is not 8.
    IdLength,
    /// An id of zeros only, which stands for "none".
    IdZero,
    /// An id with a character that is no hexadecimal digit.
    IdNotHex,
    /// A span without a start time.
    StartMissing,
    /// A log line or a metric point without a time.
    TimeMissing,
    /// A time before the year 2000 or after 2200.
    TimeOutOfRange,
    /// A field of a type it cannot have, such as an enum by its name.
    WrongType,
    /// A sum that does not say whether it is delta or cumulative.
    TemporalityMissing,
    /// A metric without data.
    DataMissing,
    /// A point without a value.
    ValueMissing,
    /// A point of a counter that is negative or no number.
    ValueInvalid,
    /// Far later than everything it came with.
    FromTheFuture,
    /// Far earlier than everything else.
    FromThePast,
}

impl Rejection {
    /// All reasons, in the order in which they are shown.
    pub const ALL: [Self; 13] = [
        Self::IdLength,
        Self::IdZero,
        Self::IdNotHex,
        Self::StartMissing,
        Self::TimeMissing,
        Self::TimeOutOfRange,
        Self::WrongType,
        Self::TemporalityMissing,
        Self::DataMissing,
        Self::ValueMissing,
        Self::ValueInvalid,
        Self::FromTheFuture,
        Self::FromThePast,
    ];

    /// The reason in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::IdLength => "id of wrong length",
            Self::IdZero => "id is all zeros",
            Self::IdNotHex => "id is not hexadecimal",
            Self::StartMissing => "start time missing",
            Self::TimeMissing => "time missing",
            Self::TimeOutOfRange => "time out of range",
            Self::WrongType => "field of wrong type",
            Self::TemporalityMissing => "sum without temporality",
            Self::DataMissing => "metric without data",
            Self::ValueMissing => "point without value",
            Self::ValueInvalid => "counter negative or not a number",
            Self::FromTheFuture => "from the future",
            Self::FromThePast => "from the past",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// Counts of one request, or of many added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Spans accepted.
    pub spans: u64,
    /// Log lines accepted.
    pub logs: u64,
    /// Metric points accepted.
    pub points: u64,
    /// Feature flag evaluations found on spans and logs. They come on top of those.
    pub evaluations: u64,
    /// Metric points that are fine and carry no answer.
    pub ignored: u64,
    rejected: [u64; Rejection::ALL.len()],
}

impl Tally {
    /// Counts `n` records as rejected.
    pub fn reject(&mut self, reason: Rejection, n: u64) {
        if let Some(count) = self.rejected.get_mut(reason as usize) {
            *count += n;
        }
    }

    /// How many records were rejected for `reason`.
    #[must_use]
    pub fn rejected(&self, reason: Rejection) -> u64 {
        self.rejected.get(reason as usize).copied().unwrap_or_default()
    }

    /// How many records were rejected.
    #[must_use]
    pub fn n_rejected(&self) -> u64 {
        self.rejected.iter().sum()
    }

    /// The reasons that occurred, with their counts.
    pub fn rejections(&self) -> impl Iterator<Item = (Rejection, u64)> {
        let all = Rejection::ALL.map(|reason| (reason, self.rejected(reason)));
        all.into_iter().filter(|(_, n)| *n > 0)
    }

    /// Adds the counts of another request.
    pub fn add(&mut self, other: &Self) {
        self.spans += other.spans;
        self.logs += other.logs;
        self.points += other.points;
        self.evaluations += other.evaluations;
        self.ignored += other.ignored;
        for (count, n) in self.rejected.iter_mut().zip(other.rejected) {
            *count += n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_place() {
        for (idx, reason) in Rejection::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, idx);
        }
    }

    #[test]
    fn tallies_add_up() {
        let mut sum = Tally { spans: 1, ..Tally::default() };
        sum.reject(Rejection::IdZero, 2);
        let mut other = Tally { spans: 3, logs: 4, ..Tally::default() };
        other.reject(Rejection::IdZero, 1);
        sum.add(&other);
        assert_eq!((sum.spans, sum.logs, sum.n_rejected()), (4, 4, 3));
        assert_eq!(sum.rejections().collect::<Vec<_>>(), [(Rejection::IdZero, 3)]);
    }
}
