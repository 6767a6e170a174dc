//! Base 32 (RFC 4648, upper case, no padding) with a checksum, for codes that people scan, copy and
//! sometimes read out. Upper-case letters and digits make the smallest QR codes, and nobody has to
//! tell case apart.

use bystand_crypto::hash;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Bytes of checksum behind the content.
const CHECK_LEN: usize = 4;

/// Why a code could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCode {
    /// Longer than the limit.
    TooLong,
    /// A character that no code has.
    Character(char),
    /// The checksum does not fit: something is missing or changed.
    Checksum,
}

/// Writes bytes and their checksum. `domain` keeps a code of one kind from passing for another.
pub fn write(domain: &str, bytes: &[u8]) -> String {
    let check = hash::sha256(domain, &[bytes]);
    let mut text = String::with_capacity((bytes.len() + CHECK_LEN).div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes.iter().chain(check.0.iter().take(CHECK_LEN)) {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(digit(buffer >> bits));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(digit(buffer << (5 - bits)));
    }
    text
}

/// Reads what [`write()`] wrote. Case, spaces, line breaks and hyphens do not matter, since people and
/// messengers add them.
///
/// # Errors
/// [`BadCode`].
pub fn read(domain: &str, text: &str, limit: usize) -> Result<Vec<u8>, BadCode> {
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        buffer = (buffer << 5) | value(c).ok_or(BadCode::Character(c))?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits).map_err(|_| BadCode::Checksum)?);
            buffer &= (1 << bits) - 1;
        }
        if bytes.len() > limit.saturating_add(CHECK_LEN) {
            return Err(BadCode::TooLong);
        }
    }
    // What is left over is padding: fewer than five bits, all zero. Anything else is a lost character.
    if bits >= 5 || buffer != 0 {
        return Err(BadCode::Checksum);
    }
    let at = bytes.len().checked_sub(CHECK_LEN).ok_or(BadCode::Checksum)?;
    let check = bytes.split_off(at);
    if hash::sha256(domain, &[&bytes]).0.starts_with(&check) { Ok(bytes) } else { Err(BadCode::Checksum) }
}

fn digit(value: u32) -> char {
    let index = usize::try_from(value & 31).unwrap_or_default();
    ALPHABET.get(index).copied().map_or('A', char::from)
}

fn value(c: char) -> Option<u32> {
    match c.to_ascii_uppercase() {
        upper @ 'A'..='Z' => Some(u32::from(upper) - u32::from('A')),
        number @ '2'..='7' => Some(u32::from(number) - u32::from('2') + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_rfc_4648() {
        // RFC 4648 §10, with the checksum's characters cut off where they begin on a boundary.
        assert!(write("test", b"fooba").starts_with("MZXW6YTB"));
        assert!(write("test", b"foobarfoob").starts_with("MZXW6YTBOJTG633C"));
    }

    #[test]
    fn finds_damage() {
        let good = write("test", b"some content");
        let mut swapped: Vec<char> = good.chars().collect();
        swapped.swap(3, 4);
        let swapped: String = swapped.into_iter().collect();
        let longer = format!("{good}A");
        for (text, error) in [
            (&good[..good.len() - 1], BadCode::Checksum),
            (&good[1..], BadCode::Checksum),
            (swapped.as_str(), BadCode::Checksum),
            (longer.as_str(), BadCode::Checksum),
            ("", BadCode::Checksum),
            ("MZXW1", BadCode::Character('1')),
        ] {
            assert_eq!(read("test", text, 100), Err(error), "{text}");
        }
        assert_eq!(read("other", &good, 100), Err(BadCode::Checksum));
        assert_eq!(read("test", &good, 11), Err(BadCode::TooLong));
    }

    proptest! {
        #[test]
        fn round_trips_as_people_copy_it(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let text = write("test", &bytes);
            let copied: String = text.to_lowercase().chars().flat_map(|c| [c, ' ']).collect();
            prop_assert_eq!(read("test", &text, 80), Ok(bytes.clone()));
            prop_assert_eq!(read("test", &copied, 80), Ok(bytes));
        }

        #[test]
        fn never_panics(text in ".{0,60}") {
            let _ = read("test", &text, 30);
        }
    }
}
