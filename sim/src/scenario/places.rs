//! Services and entries by name, and the small values that stand in a script.

use super::lines::{Line, Read};
use crate::clock::{MS, S, Us};
use crate::ids::{EntryId, ServiceId};
use crate::parts::Parts;
use crate::world::{Entry, Operation, World};

impl World {
    /// Takes the name of a service.
    pub(super) fn read_service(&self, line: &mut Line<'_>) -> Read<ServiceId> {
        line.value("the name of a service", |word| {
            self.services.iter().position(|service| service.name == word).map(ServiceId)
        })
    }

    /// Takes service and operation of an entry.
    pub(super) fn read_entry(&self, line: &mut Line<'_>) -> Read<EntryId> {
        let service = self.read_service(line)?;
        let operation = read_operation(line)?;
        let is_it = |entry: &Entry| entry.service == service && entry.operation == operation;
        let found = self.entries.iter().position(is_it).map(EntryId);
        found.ok_or_else(|| line.misfit("an entry of that service"))
    }
}

/// Takes the two words of an operation.
pub(super) fn read_operation(line: &mut Line<'_>) -> Read<Operation> {
    let is_verb = |word: &str| word == "process" || word.bytes().all(|b| b.is_ascii_uppercase());
    let verb = line.value("a method like POST, or \"process\"", |word| {
        is_verb(word).then(|| word.to_owned())
    })?;
    let object = line.word("a route, or a topic")?.to_owned();
    Ok(Operation { verb, object })
}

/// Takes a share.
pub(super) fn read_share(line: &mut Line<'_>) -> Read<Parts> {
    line.value("a share like 50%", Parts::parse)
}

/// Takes a length of time.
pub(super) fn read_length(line: &mut Line<'_>) -> Read<Us> {
    line.value("a length of time like 3s or 40ms", length)
}

/// Takes a whole number.
pub(super) fn read_number(line: &mut Line<'_>, expected: &str) -> Read<u32> {
    line.value(expected, |word| word.parse().ok())
}

/// Takes a rate.
pub(super) fn read_rate(line: &mut Line<'_>) -> Read<u32> {
    line.value("a rate like 9/s or 0.5/s", rate)
}

/// Reads `9/s` or `0.5/s`, in items per thousand seconds.
pub(super) fn rate(word: &str) -> Option<u32> {
    let number = word.strip_suffix("/s")?;
    let (whole, thousandths) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(thousandths) || thousandths.len() > 3 {
        return None;
    }
    let thousandths: u32 = format!("{thousandths:0<3}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(1_000)?.checked_add(thousandths)
}

/// Reads `3s`, `40ms`, `1500us`, with a sign or without.
fn length(word: &str) -> Option<Us> {
    let units = [("us", 1), ("ms", MS), ("s", S)];
    let (digits, unit) =
        units.iter().find_map(|(unit, us)| Some((word.strip_suffix(unit)?, us)))?;
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(*unit)
}

/// A length of time as it is read.
pub(super) fn length_words(length: Us) -> String {
    match (length % S, length % MS) {
        (0, _) => format!("{}s", length / S),
        (_, 0) => format!("{}ms", length / MS),
        (_, _) => format!("{length}us"),
    }
}

/// A rate as it is read.
pub(super) fn rate_words(per_1000_s: u32) -> String {
    match (per_1000_s / 1_000, per_1000_s % 1_000) {
        (whole, 0) => format!("{whole}/s"),
        (whole, rest) => format!("{whole}.{rest:03}/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_they_are_read() {
        for us in [0, 1, 1_500, MS, 40 * MS, 3 * S, -20 * S, 90 * S] {
            assert_eq!(length(&length_words(us)), Some(us), "{}", length_words(us));
        }
        for word in ["", "s", "3", "3m", "1.5s", "--1s", "x3s"] {
            assert_eq!(length(word), None, "{word}");
        }
    }
}
