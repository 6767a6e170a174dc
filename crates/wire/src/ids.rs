//! Identifiers. Each is a type of its own, so that one cannot be passed for another.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::limits;

/// An identifier was not written as lower-case hex of the right length, or not a valid name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct BadId(&'static str);

/// Writes bytes as lower-case hex.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Reads lower-case hex; `None` when it is anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    bytes
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
            _ => None,
        })
        .collect()
}

macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The first eight hex digits: enough for a person to tell two apart on a screen.
            pub fn short(&self) -> String {
                to_hex(self.0.get(..4).unwrap_or_default())
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl From<[u8; $len]> for $name {
            fn from(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = BadId;
            fn try_from(bytes: &[u8]) -> Result<Self, BadId> {
                bytes.try_into().map(Self).map_err(|_| BadId($what))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                from_hex(text).and_then(|b| Self::try_from(b.as_slice()).ok()).ok_or(BadId($what))
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                Self::try_from(d.bytes()?).map_err(decode::Error::message)
            }
        }
    };
}

fixed_bytes!(
    /// A network: the hash of its first set of root keys.
    NetworkId, 32, "network id");
fixed_bytes!(
    /// A stream on a relay: the hash of its creator's public key.
    StreamId, 32, "stream id");
fixed_bytes!(
    /// A blob on a relay: random.
    BlobId, 32, "blob id");
fixed_bytes!(
    /// An Ed25519 public key (RFC 8032).
    PublicKey, 32, "public key");
fixed_bytes!(
    /// An Ed25519 signature (RFC 8032).
    SignatureBytes, 64, "signature");
fixed_bytes!(
    /// SHA-256 of a frame as it was sent.
    FrameHash, 32, "frame hash");
fixed_bytes!(
    /// SHA-256 of something that is not a frame: a certificate, a log entry, a tree.
    Hash32, 32, "hash");
fixed_bytes!(
    /// A report, drawn by the reporter's device.
    ReportId, 16, "report id");
fixed_bytes!(
    /// An incident the desk works on.
    IncidentId, 16, "incident id");
fixed_bytes!(
    /// An alert, drawn at the call-out and kept through updates, corrections and its end.
    AlertId, 16, "alert id");
fixed_bytes!(
    /// A call-out.
    CallOutId, 16, "call-out id");
fixed_bytes!(
    /// One offer that answers a call-out.
    OfferId, 16, "offer id");
fixed_bytes!(
    /// Names a symmetric key without revealing it: the start of its hash.
    KeyId, 16, "key id");

/// A frame's place in its stream, counted from 1; the relay gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Seq(#[n(0)] pub u64);

impl Seq {
    /// Before the first frame.
    pub const START: Seq = Seq(0);

    /// The next place.
    #[must_use]
    pub fn next(self) -> Seq {
        Seq(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A zone's stable name inside its network: lower-case letters, digits and hyphens, 1 to 64 long.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneId(String);

impl ZoneId {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`BadId`] when it is empty, too long or has other characters.
    pub fn new(name: &str) -> Result<Self, BadId> {
        let fits = (1..=limits::ZONE_ID_LEN).contains(&name.len());
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && plain { Ok(Self(name.to_string())) } else { Err(BadId("zone id")) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneId({})", self.0)
    }
}

impl FromStr for ZoneId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::new(text)
    }
}

impl<C> Encode<C> for ZoneId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for ZoneId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::new(d.str()?).map_err(decode::Error::message)
    }
}

/// A coarse place: an H3 cell index. `bystand-core` checks that it is a valid cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Cell(#[n(0)] pub u64);

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// What a certificate allows a device to do. A set of roles is a `Vec` in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Watches, goes to call-outs, takes part in day rooms.
    #[n(0)]
    Observer,
    /// Also signs findings.
    #[n(1)]
    Verifier,
    /// Works at the desk.
    #[n(2)]
    Dispatcher,
    /// Opens and closes day rooms.
    #[n(3)]
    Host,
    /// Admits people: certificates and passes.
    #[n(4)]
    Registrar,
    /// Trains people.
    #[n(5)]
    Trainer,
    /// Legal team.
    #[n(6)]
    Legal,
    /// Mutual aid team.
    #[n(7)]
    Aid,
    /// Drives.
    #[n(8)]
    Driver,
    /// Holds root keys and settings.
    #[n(9)]
    Steward,
}

impl Role {
    /// All roles, in order.
    pub const ALL: [Role; 10] = [
        Role::Observer,
        Role::Verifier,
        Role::Dispatcher,
        Role::Host,
        Role::Registrar,
        Role::Trainer,
        Role::Legal,
        Role::Aid,
        Role::Driver,
        Role::Steward,
    ];

    /// The word a person reads and types.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Observer => "observer",
            Role::Verifier => "verifier",
            Role::Dispatcher => "dispatcher",
            Role::Host => "host",
            Role::Registrar => "registrar",
            Role::Trainer => "trainer",
            Role::Legal => "legal",
            Role::Aid => "aid",
            Role::Driver => "driver",
            Role::Steward => "steward",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Role::ALL.into_iter().find(|r| r.as_str() == text).ok_or(BadId("role"))
    }
}

/// What a pass is good for (protocol: Passes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum PassPurpose {
    /// On a printed card: one report in the vouched lane; lives a quarter.
    #[n(0)]
    Card,
    /// A member's report in the vouched lane.
    #[n(1)]
    Report,
    /// Membership in one zone's day rooms for a week.
    #[n(2)]
    Room,
    /// One public finding.
    #[n(3)]
    Finding,
    /// One alert note.
    #[n(4)]
    Publish,
    /// One answer, ballot or pledge.
    #[n(5)]
    Voice,
}

impl PassPurpose {
    /// All purposes, in order.
    pub const ALL: [PassPurpose; 6] = [
        PassPurpose::Card,
        PassPurpose::Report,
        PassPurpose::Room,
        PassPurpose::Finding,
        PassPurpose::Publish,
        PassPurpose::Voice,
    ];

    /// How many one certificate may be issued for one period (cards: per batch, by the steward).
    pub fn per_period(self) -> u32 {
        match self {
            PassPurpose::Card => 0,
            PassPurpose::Report | PassPurpose::Finding => 10,
            PassPurpose::Room => 3,
            PassPurpose::Publish => 50,
            PassPurpose::Voice => 4,
        }
    }

    /// The word in logs, feeds and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            PassPurpose::Card => "card",
            PassPurpose::Report => "report",
            PassPurpose::Room => "room",
            PassPurpose::Finding => "finding",
            PassPurpose::Publish => "publish",
            PassPurpose::Voice => "voice",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_ids_have_their_length() {
        let of = |len: usize| ZoneId::new(&"z".repeat(len)).is_ok();
        assert!(!of(0) && of(1) && of(limits::ZONE_ID_LEN) && !of(limits::ZONE_ID_LEN + 1));
    }
}
