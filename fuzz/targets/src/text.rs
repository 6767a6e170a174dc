//! What is read from addresses, headers and command lines: each value has one text.

use std::fmt::Display;
use std::str::FromStr;

use bystand_wire::*;

/// Any bytes; those that are text are read as everything that can be read from text.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    same_text::<NetworkId>(text);
    same_text::<StreamId>(text);
    same_text::<BlobId>(text);
    same_text::<PublicKey>(text);
    same_text::<SignatureBytes>(text);
    same_text::<ReportId>(text);
    same_text::<KeyId>(text);
    same_text::<ZoneId>(text);
    same_text::<Role>(text);
    same_text::<Timestamp>(text);
    same_text::<Period>(text);
    if let Ok(period) = text.parse::<Period>() {
        assert!(period.start() <= period.end(), "a period that ends before it begins");
    }
    if let Some(bytes) = from_hex(text) {
        assert_eq!(to_hex(&bytes), text, "two hex texts of the same bytes");
    }
    if let Some(code) = problem::Code::from_text(text) {
        assert_eq!(code.as_str(), text, "two texts of one problem");
    }
}

fn same_text<T: FromStr + Display>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text, "two texts of one value");
    }
}
