//! Lengths of time as dots on a line, from a second to a month. The scale is logarithmic: what takes
//! minutes and what takes days stand on one line, and none hides the others.

/// Columns of the line.
const COLUMNS: usize = 76;

/// The longest length that has its own place; what is longer stands there, too.
const LONGEST_S: f64 = 30.0 * 86_400.0;

/// What is written below the line.
const MARKS: [(f64, &str); 7] = [
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3_600.0, "1 h"),
    (86_400.0, "1 day"),
    (7.0 * 86_400.0, "1 week"),
];

/// The place of a length on the line.
fn column(seconds: f64) -> usize {
    let last = COLUMNS - 1;
    let share = seconds.clamp(1.0, LONGEST_S).ln() / LONGEST_S.ln();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of some columns"
    )]
    let place = (share * last as f64).round() as usize;
    place.min(last)
}

/// A dot for each length, a digit where several share a place, `+` where they are ten or more; `None` if
/// there is none.
pub(super) fn line(seconds: &[f64]) -> Option<String> {
    let mut counts = [0_u32; COLUMNS];
    for length in seconds {
        if let Some(count) = counts.get_mut(column(*length)) {
            *count += 1;
        }
    }
    let dot = |count: &u32| match count {
        0 => ' ',
        1 => '\u{2022}',
        n => char::from_digit(*n, 10).unwrap_or('+'),
    };
    let line: String = counts.iter().map(dot).collect();
    (!seconds.is_empty()).then(|| line.trim_end().to_owned())
}

/// What stands where.
pub(super) fn axis() -> String {
    let mut axis = String::new();
    for (seconds, name) in MARKS {
        let place = column(seconds);
        // A name that would touch the one before is left out.
        if axis.is_empty() || axis.chars().count() + 2 <= place {
            axis.push_str(&" ".repeat(place - axis.chars().count()));
            axis.push_str(name);
        }
    }
    axis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_lengths_stand_further_right() {
        let lengths = [0.0, 1.0, 5.0, 60.0, 600.0, 7_200.0, 90_000.0, LONGEST_S, 1e12];
        let places = lengths.map(column);
        assert!(places.windows(2).all(|pair| pair[0] <= pair[1]), "{places:?}");
        assert_eq!((places[0], places[1], places[7], places[8]), (0, 0, COLUMNS - 1, COLUMNS - 1));
    }

    #[test]
    fn marks_stand_below_what_they_name() {
        let axis = axis();
        assert_eq!(
            axis,
            "1 s         10 s     1 min      10 min    1 h             1 day     1 week"
        );
        for (seconds, name) in MARKS {
            let line = line(&[seconds]).unwrap();
            assert_eq!(axis.find(name), Some(line.chars().count() - 1), "{name}");
        }
    }

    #[test]
    fn several_on_one_place_are_counted() {
        let line = line(&[vec![60.0; 3], vec![1.0], vec![86_400.0; 12]].concat()).unwrap();
        assert_eq!(line.chars().filter(|c| *c != ' ').collect::<String>(), "\u{2022}3+");
        assert_eq!(super::line(&[]), None);
    }
}
