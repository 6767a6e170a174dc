//! Padding: what comes off goes on again the same.

use bystand_wire::pad;

/// Any bytes.
pub fn run(data: &[u8]) {
    if let Ok(body) = pad::unpad(data) {
        assert_eq!(pad::pad(body).as_deref(), Ok(data), "two paddings of one body");
    }
}
