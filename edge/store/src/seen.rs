//! What was acknowledged in one minute of arrival: digests of requests and keys of items.

use crate::check::checksum;
use crate::error::ReadError;
use rusqlite::Connection;

/// What was seen in one minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenMinute {
    /// Minutes since the Unix epoch.
    pub minute: i64,
    /// Digests of requests.
    pub digests: Vec<u128>,
    /// Keys of items.
    pub keys: Vec<u64>,
}

impl SeenMinute {
    /// The number of digests, then digests, then keys, little end first.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(8 + self.digests.len() * 16 + self.keys.len() * 8);
        body.extend_from_slice(&(self.digests.len() as u64).to_le_bytes());
        self.digests.iter().for_each(|digest| body.extend_from_slice(&digest.to_le_bytes()));
        self.keys.iter().for_each(|key| body.extend_from_slice(&key.to_le_bytes()));
        body
    }

    fn decode(minute: i64, body: &[u8]) -> Option<Self> {
        let (n, rest) = body.split_first_chunk::<8>()?;
        let n = usize::try_from(u64::from_le_bytes(*n)).ok()?;
        let (digests, keys) = rest.split_at_checked(n.checked_mul(16)?)?;
        let (digests, _) = digests.as_chunks::<16>();
        let (keys, left) = keys.as_chunks::<8>();
        left.is_empty().then(|| Self {
            minute,
            digests: digests.iter().map(|digest| u128::from_le_bytes(*digest)).collect(),
            keys: keys.iter().map(|key| u64::from_le_bytes(*key)).collect(),
        })
    }
}

/// Every minute that is kept, oldest first; damaged ones by their number.
pub(crate) fn seen_minutes(
    connection: &Connection,
) -> Result<Vec<Result<SeenMinute, i64>>, ReadError> {
    let mut statement =
        connection.prepare_cached("select minute, body, checksum from seen order by minute")?;
    let rows = statement.query_map([], |row| {
        let (minute, body): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let is_whole = checksum(&[&minute.to_le_bytes(), &body]) == row.get::<_, i64>(2)?;
        let seen = SeenMinute::decode(minute, &body).filter(|_| is_whole);
        Ok(seen.ok_or(minute))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minute_comes_back_and_broken_bytes_do_not() {
        let seen = SeenMinute { minute: 5, digests: vec![1, u128::MAX], keys: vec![7, 8, 9] };
        let body = seen.encode();
        assert_eq!(SeenMinute::decode(5, &body), Some(seen));
        assert_eq!(SeenMinute::decode(5, &body[..body.len() - 1]), None);
        assert_eq!(SeenMinute::decode(5, &[255; 8]), None);
    }
}
