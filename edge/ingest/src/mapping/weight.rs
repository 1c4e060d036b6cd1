//! How many spans a sampled one stands for: the `th` of OpenTelemetry's probability sampling.

/// Thresholds have 56 bits.
const DIGITS: usize = 14;
const RANGE: u64 = 1 << 56;

/// The adjusted count 2^56 / (2^56 - T) of a trace state; 0 where it does not say.
pub(super) fn weight(trace_state: &str) -> f32 {
    let threshold = vendor(trace_state, "ot").and_then(threshold);
    #[expect(clippy::cast_possible_truncation, reason = "24 bits are more than sampling needs")]
    threshold.map_or(0.0, |threshold| (RANGE as f64 / (RANGE - threshold) as f64) as f32)
}

/// The value of one vendor's entry in a trace state.
fn vendor<'a>(trace_state: &'a str, vendor: &str) -> Option<&'a str> {
    let entries = trace_state.split(',').filter_map(|entry| entry.trim().split_once('='));
    entries.into_iter().find(|(key, _)| *key == vendor).map(|(_, value)| value)
}

/// The threshold: up to 14 hexadecimal digits, zeros left out at the end.
fn threshold(entry: &str) -> Option<u64> {
    let (_, digits) =
        entry.split(';').filter_map(|part| part.split_once(':')).find(|(key, _)| *key == "th")?;
    let missing = DIGITS.checked_sub(digits.len())?;
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let head = u64::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    Some(head << (4 * missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_of_the_specification_give_their_adjusted_counts() {
        let table = [("0", 1.0), ("8", 2.0), ("c", 4.0), ("aaab", 3.0), ("e666", 10.0)];
        let finer = [("fd70a", 99.9977), ("ffbe77", 1000.0), ("ffffffffffffff", 7.205_759_4e16)];
        for (digits, expect) in table.into_iter().chain(finer) {
            let found = f64::from(weight(&format!("ot=th:{digits}")));
            assert!((found / expect - 1.0).abs() < 1e-4, "th:{digits} gave {found}");
        }
    }

    #[test]
    fn entry_is_found_among_others() {
        for state in ["ot=rv:123;th:8", "a=b, ot=th:8", "ot=th:8;rv:6e6d1a75832a2f,x=y"] {
            assert!((weight(state) - 2.0).abs() < f32::EPSILON, "{state}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let states = ["", "ot=", "ot=rv:8", "ot=th:", "ot=th:xyz", "ot=th:+8", "ot=th:", "th:8"];
        for state in states.into_iter().chain(["ot=th:123456789abcdef"]) {
            assert!(weight(state).abs() < f32::EPSILON, "{state}");
        }
    }
}
