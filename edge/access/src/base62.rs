//! Digits, capital and small letters: what survives a double click, a shell and a header.

/// The digits, in the order of ASCII.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `N` digits of a big-endian number: its lowest ones, if it has more.
pub(crate) fn encode<const N: usize>(number: &[u8]) -> String {
    let mut rest = number.to_vec();
    let mut digits = [0; N];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0;
        for byte in &mut rest {
            let value = remainder * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            remainder = value % 62;
        }
        *digit = DIGITS.get(remainder as usize).copied().unwrap_or(b'0');
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_are_wanted() {
        assert_eq!(encode::<6>(&0_u32.to_be_bytes()), "000000");
        assert_eq!(encode::<6>(&61_u32.to_be_bytes()), "00000z");
        assert_eq!(encode::<6>(&62_u32.to_be_bytes()), "000010");
        assert_eq!(encode::<6>(&u32::MAX.to_be_bytes()), "4gfFC3");
        // 62^43 is more than 2^256: the highest number has a first digit.
        assert_ne!(&encode::<43>(&[255; 32])[..1], "0");
    }
}
