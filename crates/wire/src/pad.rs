//! Padding: bodies are padded to one of five sizes before they are sealed, so that a length says little.

use alloc::vec::Vec;

use crate::DecodeError;

/// The sizes, in bytes.
pub const SIZES: [usize; 5] = [256, 1024, 4 * 1024, 16 * 1024, 60 * 1024];

/// Bytes the length takes in front.
const PREFIX: usize = 4;

/// The longest body that can be padded, in bytes.
pub const MAX_BODY: usize = 60 * 1024 - PREFIX;

/// Pads to the smallest size that fits: a big-endian `u32` length, the body, zeros.
///
/// # Errors
/// [`DecodeError::TooLong`] when the body exceeds [`MAX_BODY`]; larger things go as blobs.
pub fn pad(body: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let too_long = DecodeError::TooLong { actual: body.len(), limit: MAX_BODY };
    let len = u32::try_from(body.len()).map_err(|_| too_long.clone())?;
    let size = SIZES.into_iter().find(|s| *s >= body.len() + PREFIX).ok_or(too_long)?;
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&len.to_be_bytes());
    padded.extend_from_slice(body);
    padded.resize(size, 0);
    Ok(padded)
}

/// Takes the padding off again and refuses any other form than [`pad`] makes.
///
/// # Errors
/// [`DecodeError::NotCanonical`].
pub fn unpad(padded: &[u8]) -> Result<&[u8], DecodeError> {
    let (prefix, rest) = padded.split_first_chunk::<PREFIX>().ok_or(DecodeError::NotCanonical)?;
    let len = usize::try_from(u32::from_be_bytes(*prefix)).map_err(|_| DecodeError::NotCanonical)?;
    let (body, zeros) = rest.split_at_checked(len).ok_or(DecodeError::NotCanonical)?;
    let smallest = SIZES.into_iter().find(|s| *s >= len + PREFIX);
    if smallest != Some(padded.len()) || zeros.iter().any(|z| *z != 0) {
        return Err(DecodeError::NotCanonical);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_forms() {
        let good = pad(b"body").expect("fits");
        assert_eq!(good.len(), 256);
        let mut dirty = good.clone();
        dirty[255] = 1;
        let mut longer = good.clone();
        longer.resize(1024, 0);
        let mut lying = good.clone();
        lying[0] = 0xff;
        for bad in [&[][..], &[0, 0, 0], &dirty, &longer, &lying, &good[..255]] {
            assert_eq!(unpad(bad), Err(DecodeError::NotCanonical));
        }
        assert!(pad(&alloc::vec![0; MAX_BODY + 1]).is_err());
        assert_eq!(pad(&alloc::vec![0; MAX_BODY]).map(|p| p.len()), Ok(60 * 1024));
    }

    proptest! {
        #[test]
        fn round_trips(body in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let padded = pad(&body).expect("fits");
            prop_assert!(SIZES.contains(&padded.len()));
            prop_assert_eq!(unpad(&padded).expect("ours"), &body[..]);
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = unpad(&bytes);
        }
    }
}
