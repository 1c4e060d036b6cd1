//! How numbers read in a sentence.
//!
//! Shares are rounded so that a tired reader sees a difference where there is one and none where there is none.

/// `50 %`, `0.7 %`, `99.8 %`; a share above 1 is a mean: `2.1 per item`.
#[must_use]
pub fn share_words(p: f64) -> String {
    let percent = p * 100.0;
    if p > 1.005 {
        format!("{p:.1} per item")
    } else if percent <= 0.0 {
        "0 %".to_owned()
    } else if percent < 0.1 {
        "under 0.1 %".to_owned()
    } else if percent < 2.0 || (percent > 98.0 && percent < 99.95) {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// `12,046`.
#[must_use]
pub fn count_words(n: f64) -> String {
    let whole = format!("{:.0}", n.abs());
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n <= -0.5 { format!("-{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0.0, 0.0004, 0.015, 0.5, 0.998, 1.0, 2.13].map(share_words),
            ["0 %", "under 0.1 %", "1.5 %", "50 %", "99.8 %", "100 %", "2.1 per item"]
        );
        assert_eq!(
            [0.0, 12.0, 1_234.0, 1_234_567.0, -2_040.0].map(count_words),
            ["0", "12", "1,234", "1,234,567", "-2,040"]
        );
    }
}
