//! Names that travel in manifests, notes and invitations, each with its one allowed form.

use core::fmt;
use core::str::FromStr;

use bystand_wire::limits;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// The longest address of a relay, in bytes.
pub const RELAY_URL_LEN: usize = 200;
/// The longest code of an incident kind, in bytes.
pub const KIND_CODE_LEN: usize = 32;
/// The longest name of a time zone, in bytes.
pub const TIME_ZONE_LEN: usize = 64;
/// The longest language tag, in bytes (RFC 5646 §4.4.1).
pub const LANGUAGE_LEN: usize = 35;

/// A text that is not a name of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct BadName(pub(crate) &'static str);

/// What kind of incident it is, as a code whose text the templates hold: lower-case letters, digits
/// and hyphens, 1 to 32 long. There is no free text in alerts, so this is all one may say.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindCode(String);

impl KindCode {
    /// Checks and takes a code.
    ///
    /// # Errors
    /// [`BadName`] when it is empty, too long or has other characters.
    pub fn new(code: &str) -> Result<Self, BadName> {
        let fits = (1..=KIND_CODE_LEN).contains(&code.len());
        let plain = code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && plain { Ok(Self(code.to_owned())) } else { Err(BadName("kind of incident")) }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of a relay: `https://host[:port][/path]` without a trailing slash, user name, query
/// or fragment. `http://` is allowed for trying things out on one machine and for onion services;
/// what travels is sealed and signed either way, and shells warn ([`RelayUrl::is_plain_http`]).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayUrl(String);

impl RelayUrl {
    /// Checks and takes an address; one trailing slash is dropped.
    ///
    /// # Errors
    /// [`BadName`].
    pub fn new(url: &str) -> Result<Self, BadName> {
        let url = url.strip_suffix('/').unwrap_or(url);
        let bad = BadName("relay address (it looks like https://relay.example.org)");
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(bad)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host_is_plain =
            host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'));
        let path_is_plain =
            path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'~' | b'/'));
        let fits =
            url.len() <= RELAY_URL_LEN && !host.is_empty() && !rest.ends_with('/') && !rest.contains("//");
        if fits && host_is_plain && path_is_plain { Ok(Self(url.to_owned())) } else { Err(bad) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the connection itself is not encrypted.
    pub fn is_plain_http(&self) -> bool {
        self.0.starts_with("http://")
    }
}

macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::new(text)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                Self::new(d.str()?).map_err(decode::Error::message)
            }
        }
    };
}

text_form!(KindCode);
text_form!(RelayUrl);

/// Whether a text may be shown as a name: not empty, not too long, no control characters (which
/// could hide or reorder what stands beside it on a terminal).
pub fn is_name(text: &str) -> bool {
    (1..=limits::NAME_CHARS).contains(&text.chars().count()) && !text.chars().any(is_unshowable)
}

/// Whether a text may be shown as a short note: may be empty and have lines.
pub fn is_note(text: &str) -> bool {
    text.chars().count() <= limits::NOTE_CHARS && !text.chars().any(|c| c != '\n' && is_unshowable(c))
}

/// Whether a text has the form of a language tag (RFC 5646), as `en` or `so-Latn`.
pub fn is_language(text: &str) -> bool {
    let part = |p: &str| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric());
    let first = text.split('-').next().unwrap_or_default();
    (2..=LANGUAGE_LEN).contains(&text.len())
        && text.split('-').all(part)
        && first.len() >= 2
        && first.bytes().all(|b| b.is_ascii_lowercase())
}

/// Whether a text has the form of an IANA time zone name, as `America/Chicago`.
pub fn is_time_zone(text: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
    };
    (1..=TIME_ZONE_LEN).contains(&text.len()) && text.split('/').all(part)
}

/// Whether a text is a telephone number: digits and the signs people group them with.
pub fn is_phone_number(text: &str) -> bool {
    let signs = |b: u8| matches!(b, b'+' | b'-' | b' ' | b'(' | b')' | b'.' | b'*' | b'#');
    (2..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit() || signs(b))
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// Control characters, and the marks that turn the direction of the text around them.
fn is_unshowable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relay_addresses_have_one_form() {
        for good in ["https://relay.example.org", "http://127.0.0.1:8080", "http://[::1]:80", "https://a/b/c"]
        {
            assert_eq!(RelayUrl::new(good).map(|u| u.to_string()), Ok(good.to_owned()), "{good}");
        }
        assert_eq!(RelayUrl::new("https://a/").map(|u| u.to_string()), Ok("https://a".to_owned()));
        for bad in [
            "",
            "https://",
            "https:///x",
            "ftp://a",
            "https://a/?q",
            "https://a/#f",
            "https://u@a",
            "https://a b",
            "https://a//",
            "https://a//b",
            "https://a/b//",
            "HTTPS://a",
        ] {
            assert!(RelayUrl::new(bad).is_err(), "{bad}");
        }
        assert!(RelayUrl::new(&format!("https://{}", "a".repeat(RELAY_URL_LEN))).is_err());
        assert!(RelayUrl::new("http://localhost").is_ok_and(|u| u.is_plain_http()));
    }

    #[test]
    fn names_are_bounded_and_plain() {
        let long = "x".repeat(limits::NAME_CHARS + 1);
        for (text, name, language, zone, phone) in [
            ("en", true, true, true, false),
            ("so-Latn", true, true, true, false),
            ("America/Chicago", true, false, true, false),
            ("Etc/GMT+5", true, false, true, false),
            ("+1 (612) 555-0100", true, false, false, true),
            ("", false, false, false, false),
            ("a\u{1b}[2J", false, false, false, false),
            ("a\u{202e}b", false, false, false, false),
            ("/etc", true, false, false, false),
            ("en--US", true, false, true, false),
            (long.as_str(), false, false, false, false),
        ] {
            let got = (is_name(text), is_language(text), is_time_zone(text), is_phone_number(text));
            assert_eq!(got, (name, language, zone, phone), "{text:?}");
        }
        assert!(is_note("") && is_note("two\nlines") && !is_note("\r"));
        assert!(!is_note(&"x".repeat(limits::NOTE_CHARS + 1)));
        for bad in ["", "Vehicle", "a b", "a_b", &"x".repeat(KIND_CODE_LEN + 1)] {
            assert!(KindCode::new(bad).is_err(), "{bad:?}");
        }
    }
}
