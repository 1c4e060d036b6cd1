//! Checksums of rows: SQLite notices 6 of 200 flipped bits of a plain table (docs/internals/record.md).

/// A checksum over the parts of a row. Lengths are part of it, so that parts cannot run together.
pub(crate) fn checksum(parts: &[&[u8]]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let hash = hasher.finalize();
    let (first, _) = hash.as_bytes().split_first_chunk::<8>().expect("invariant: 32 bytes");
    i64::from_le_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_between_parts_count() {
        assert_ne!(checksum(&[b"a", b"bc"]), checksum(&[b"ab", b"c"]));
        assert_ne!(checksum(&[b"a"]), checksum(&[b"a", b""]));
    }
}
