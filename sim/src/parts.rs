//! Shares as whole numbers: parts of ten thousand.

use std::fmt;

/// A share in parts of ten thousand. More than all is possible where it multiplies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parts(pub u32);

impl Parts {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(10_000);

    /// So many per cent.
    #[must_use]
    pub const fn percent(percent: u32) -> Self {
        Self(percent * 100)
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// This share of a number.
    #[must_use]
    pub fn of(self, number: i64) -> i64 {
        number * i64::from(self.0) / i64::from(Self::ALL.0)
    }

    /// Reads `50%` or `0.25%`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let digits = word.strip_suffix('%')?;
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(rest) || rest.len() > 2 {
            return None;
        }
        let hundredths: u32 = format!("{rest:0<2}").parse().ok()?;
        let parts = whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(hundredths)?;
        Some(Self(parts))
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}%"),
            (whole, rest) => write!(f, "{whole}.{rest:02}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_written_as_they_are_read() {
        for parts in [0, 1, 25, 100, 5_000, 9_999, 10_000, 20_000].map(Parts) {
            assert_eq!(Parts::parse(&parts.to_string()), Some(parts), "{parts}");
        }
        assert_eq!(Parts::parse("0.5%"), Some(Parts(50)));
        for word in ["", "%", "50", "-1%", "1.%", ".5%", "0.123%", "99999999%", "1e3%"] {
            assert_eq!(Parts::parse(word), None, "{word}");
        }
    }
}
