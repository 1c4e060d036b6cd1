//! Until when a certificate is good: the one thing rustls does not say of our own.
//!
//! A certificate is DER: each part a tag, a length, a content. The validity is the fifth part of the
//! first part, or the fourth where no version stands before it (RFC 5280, 4.1). Nothing else is read.

use hw_model::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Start and end of the validity of a certificate in DER.
pub(crate) fn validity(certificate: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (certificate, _) = content(certificate, SEQUENCE)?;
    let (mut rest, _) = content(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = part(rest)?.2;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        rest = part(rest)?.2;
    }
    let (validity, _) = content(rest, SEQUENCE)?;
    let (tag, start, rest) = part(validity)?;
    let start = time(tag, start)?;
    let (tag, end, _) = part(rest)?;
    Some((start, time(tag, end)?))
}

/// The content of a part with this tag, and what follows it.
fn content(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = part(bytes)?;
    (found == tag).then_some((content, rest))
}

/// Tag and content of the first part, and what follows it.
fn part(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let n = usize::from(first & 0x7F);
        if !(1..=4).contains(&n) {
            return None;
        }
        let (digits, rest) = rest.split_at_checked(n)?;
        (digits.iter().fold(0, |length, digit| length * 256 + usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ`, of 1950 to 2049, or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let digits = text.strip_suffix(b"Z")?;
    let number = |from: usize, to: usize| -> Option<i16> {
        let digits = digits.get(from..to)?;
        let are_digits = digits.iter().all(u8::is_ascii_digit);
        are_digits.then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
    };
    let (year, at) = match tag {
        UTC_TIME => {
            (number(0, 2).map(|year| if year < 50 { 2000 + year } else { 1900 + year })?, 2)
        }
        GENERALIZED_TIME => (number(0, 4)?, 4),
        _ => return None,
    };
    if digits.len() != at + 10 {
        return None;
    }
    let two = |place: usize| i8::try_from(number(at + place, at + place + 2)?).ok();
    let (month, day, hour) = (two(0)?, two(2)?, two(4)?);
    let at = DateTime::new(year, month, day, hour, two(6)?, two(8)?, 0).ok()?;
    // Beyond the year 2262 it is as good as for ever; so is 9999, which jiff does not reach.
    let nanoseconds = TimeZone::UTC.to_timestamp(at).ok().map(|at| at.as_nanosecond());
    let nanoseconds = nanoseconds.and_then(|n| i64::try_from(n).ok());
    Some(Timestamp(nanoseconds.unwrap_or(if year > 2000 { i64::MAX } else { i64::MIN })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(tag: u8, text: &str) -> Option<i64> {
        time(tag, text.as_bytes()).map(|at| at.0 / 1_000_000_000)
    }

    #[test]
    fn both_forms_of_times_are_read() {
        assert_eq!(ends(UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(ends(UTC_TIME, "491231235959Z"), ends(GENERALIZED_TIME, "20491231235959Z"));
        assert_eq!(ends(GENERALIZED_TIME, "20010909014640Z"), Some(1_000_000_000));
        assert_eq!(ends(GENERALIZED_TIME, "99991231235959Z"), Some(i64::MAX / 1_000_000_000));
        for wrong in ["", "Z", "700101000000", "7001010000Z", "701301000000Z", "7001010000-1Z"] {
            assert_eq!(ends(UTC_TIME, wrong), None, "{wrong}");
        }
        assert_eq!(ends(4, "700101000000Z"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            validity(&bytes);
            validity(&[&[SEQUENCE, 0x82, 0, 200, SEQUENCE, 0x81, 190][..], &bytes].concat());
        }
    }
}
