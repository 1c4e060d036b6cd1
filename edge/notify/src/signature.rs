//! HMAC-SHA256 as the signatures of webhooks use it, out and in.
//!
//! Comparing goes through the code of `ring`, whose time does not depend on where two texts differ.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// What a signing key of the Standard Webhooks begins with.
const STANDARD_PREFIX: &str = "whsec_";

/// Lengths of a signing key in bytes, as the specification asks.
const STANDARD_KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The key out of its text `whsec_<base64>`.
pub(crate) fn standard_key(text: &str) -> Result<hmac::Key, String> {
    let wrong = || {
        "a signing key must be whsec_ and then 24 to 64 random bytes in base64, as \
         `echo whsec_$(openssl rand -base64 32)` prints one"
            .to_owned()
    };
    let coded = text.strip_prefix(STANDARD_PREFIX).ok_or_else(wrong)?;
    let bytes = STANDARD.decode(coded).map_err(|_| wrong())?;
    if !STANDARD_KEY_BYTES.contains(&bytes.len()) {
        return Err(wrong());
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// What a signature of the Standard Webhooks is over.
pub(crate) fn standard_message(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

/// The header `webhook-signature` for one key.
pub(crate) fn standard_signature(key: &hmac::Key, message: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(hmac::sign(key, message)))
}

/// True if a tag is that of the message; the time it takes says nothing about the tag.
pub(crate) fn is_signed(key: &hmac::Key, message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(key, message, tag).is_ok()
}

/// True if two secrets are equal; the time it takes says nothing about where they differ.
pub(crate) fn is_same(expected: &str, given: &str) -> bool {
    // Both are hashed under one key; two texts of different length then take the same way.
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"compare");
    let tag = hmac::sign(&key, expected.as_bytes());
    hmac::verify(&key, given.as_bytes(), tag.as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_of_standard_webhooks_is_met() {
        let key = standard_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let message = standard_message(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(
            standard_signature(&key, &message),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn keys_of_the_wrong_form_are_refused_without_showing_them() {
        for text in ["", "canary", "whsec_", "whsec_canary!", "whsec_Y2FuYXJ5"] {
            let words = standard_key(text).unwrap_err();
            assert!(!words.contains("canary") && !words.contains("Y2Fu"), "{words}");
        }
    }

    #[test]
    fn same_is_same_and_nothing_else() {
        assert!(is_same("token", "token"));
        for other in ["", "token ", "Token", "toke", "tokem"] {
            assert!(!is_same("token", other), "{other}");
        }
    }
}
