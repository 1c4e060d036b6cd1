//! Numbers as the API writes them: short enough to read, exact enough to compare.

/// Six digits after the point: shares, ratios.
#[must_use]
pub fn ratio(x: f64) -> f64 {
    digits(x, 1e6)
}

/// One digit after the point: expected items, nats.
pub(crate) fn tenth(x: f64) -> f64 {
    digits(x, 10.0)
}

/// A whole number of items; never beyond what an `i64` holds.
pub(crate) fn items(x: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is wanted here")]
    let whole = x.round() as i64;
    whole
}

fn digits(x: f64, scale: f64) -> f64 {
    let rounded = (x * scale).round() / scale;
    // No "-0.0" in the output.
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        assert!(ratio(-1e-9).is_sign_positive());
        assert!((ratio(2.0 / 3.0) - 0.666_667).abs() < 1e-12);
        assert_eq!(items(-2_039.6), -2_040);
    }
}
