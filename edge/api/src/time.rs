//! Times as the API writes them.

use hw_model::Timestamp;

/// `2026-11-22T06:43:54.654Z`: UTC, milliseconds, cut and not rounded.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    let ms = at.0.div_euclid(1_000_000);
    let Ok(time) = jiff::Timestamp::from_millisecond(ms) else {
        return "unknown".to_owned();
    };
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(rfc3339(Timestamp(1_795_329_834_653_958_997)), "2026-11-22T06:43:54.653Z");
        assert_eq!(rfc3339(Timestamp::from_s(1_795_329_834)), "2026-11-22T06:43:54.000Z");
        assert_eq!(rfc3339(Timestamp(-1)), "1969-12-31T23:59:59.999Z");
    }
}
