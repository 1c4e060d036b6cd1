//! What a token looks like: `hw_<scope>_<number>_<32 random bytes><check>`.
//!
//! The first parts say to people and to scanners for leaked secrets what they found; the check, a
//! CRC-32 over all before it, tells a token that was cut off from one that is not known. With 256
//! random bits a plain hash is kept: there is nothing to guess that a slow one would slow down.

use crate::base62;
use hw_api::Scope;

/// Digits of the random part and of the check.
const RANDOM_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;

/// A token in clear. It cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, to be shown once.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash_of(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(...)")
    }
}

/// Makes a token of random bytes.
#[must_use]
pub fn mint(scope: Scope, id: u32, random: &[u8; 32]) -> Secret {
    let body = base62::encode::<RANDOM_DIGITS>(random);
    let text = format!("hw_{}_{id}_{body}", scope.word());
    let check = check_of(&text);
    Secret(text + &check)
}

/// What is kept of a token.
#[must_use]
pub fn hash_of(token: &str) -> [u8; 32] {
    blake3::derive_key("highwater 2026 token v1", token.as_bytes())
}

/// The number in a token that is whole.
pub(crate) fn number_of(token: &str) -> Option<u32> {
    let mut parts = token.strip_prefix("hw_")?.split('_');
    let (scope, id, body) = (parts.next()?, parts.next()?, parts.next()?);
    let is_formed = parts.next().is_none()
        && Scope::from_word(scope).is_some()
        && body.len() == RANDOM_DIGITS + CHECK_DIGITS
        && id.bytes().all(|digit| digit.is_ascii_digit());
    if !is_formed || !token.is_ascii() {
        return None;
    }
    let (text, check) = token.split_at(token.len() - CHECK_DIGITS);
    (check_of(text) == check).then(|| id.parse().ok()).flatten()
}

fn check_of(text: &str) -> String {
    base62::encode::<CHECK_DIGITS>(&crc32(text.as_bytes()).to_be_bytes())
}

/// CRC-32 as of IEEE 802.3, bit by bit: sixty letters are no hot path.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let is_odd = crc & 1 == 1;
            crc = (crc >> 1) ^ if is_odd { 0xEDB8_8320 } else { 0 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn check_is_the_common_crc() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn token_says_what_it_is_and_hides_in_logs() {
        let token = mint(Scope::Respond, 12, &[7; 32]);
        assert_eq!(format!("{token:?}"), "Secret(...)");
        let text = token.clone().reveal();
        assert!(text.starts_with("hw_respond_12_"), "{text}");
        assert_eq!(text.len(), "hw_respond_12_".len() + 49);
        assert!(hw_api::names_token(&format!("GET /x?a={text}")));
        assert!(!hw_api::names_token("GET /hw_else_1"));
        assert_eq!(token.hash(), hash_of(&text));
    }

    proptest! {
        #[test]
        fn whole_tokens_are_read_and_altered_ones_are_not(
            random in any::<[u8; 32]>(), id in any::<u32>(), place in 0..100_usize, by in 1..127_u8,
        ) {
            let text = mint(Scope::Read, id, &random).reveal();
            prop_assert_eq!(number_of(&text), Some(id));
            prop_assert_eq!(number_of(&text[..text.len() - 1]), None);
            let mut bytes = text.clone().into_bytes();
            let place = place % bytes.len();
            bytes[place] = (bytes[place] ^ by) & 127;
            let altered = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(number_of(&altered), None);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}") {
            prop_assert_eq!(number_of(&text), None);
            prop_assert_eq!(number_of(&format!("hw_read_1_{text}")), None);
        }
    }
}
