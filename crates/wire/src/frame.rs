//! A frame: one sealed item of a stream. `version (1 byte) | kind (1 byte) | body`.

use alloc::vec::Vec;

use crate::{DecodeError, limits};

/// The version this program writes and reads.
pub const VERSION: u8 = 1;

/// What a frame's body is. The relay sees it; the body is sealed, encrypted or signed by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameKind {
    /// Drop: a report sealed to the report key.
    Report,
    /// Reply stream: a message between desk and reporter under the follow-up key.
    Reply,
    /// Room: an encrypted MLS commit, or the hash and key of a blob that holds it.
    RoomCommit,
    /// Room: an encrypted MLS application message.
    RoomMessage,
    /// Welcome stream: an MLS Welcome (or where its blob is) with its newcomers' references.
    RoomWelcome,
    /// Door: a key package and its pass, sealed to the door key.
    DoorRequest,
    /// Hosts' public stream: a signed day note.
    DayNote,
    /// Casebook: an encrypted entry.
    CasebookEntry,
    /// Hosts' inbox: something of the desk's (call-out, heads-up, alert) sealed to the door key.
    ForHosts,
    /// Response stream: an offer, sealed to the desk.
    Offer,
    /// Response stream: an acceptance, question or answer, sealed to one responder.
    ToResponder,
    /// Response stream: a responder's sign or finding, sealed to the desk.
    FromResponder,
    /// Mailbox: a newcomer's or member's request, sealed to the registrar.
    Enroll,
    /// Mailbox: the registrar's answer, sealed to the device.
    Enrolled,
    /// Registrars' inbox: a team's new public keys, sealed to the registrars.
    TeamKeys,
}

impl FrameKind {
    /// All kinds with their codes.
    pub const ALL: [(FrameKind, u8); 15] = [
        (FrameKind::Report, 1),
        (FrameKind::Reply, 2),
        (FrameKind::RoomCommit, 3),
        (FrameKind::RoomMessage, 4),
        (FrameKind::RoomWelcome, 5),
        (FrameKind::DoorRequest, 6),
        (FrameKind::DayNote, 7),
        (FrameKind::CasebookEntry, 8),
        (FrameKind::ForHosts, 9),
        (FrameKind::Offer, 10),
        (FrameKind::ToResponder, 11),
        (FrameKind::FromResponder, 12),
        (FrameKind::Enroll, 13),
        (FrameKind::Enrolled, 14),
        (FrameKind::TeamKeys, 15),
    ];

    /// The byte on the wire.
    pub fn code(self) -> u8 {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or(0, |(_, code)| code)
    }

    /// The kind of a byte.
    ///
    /// # Errors
    /// [`DecodeError::Unknown`].
    pub fn from_code(code: u8) -> Result<Self, DecodeError> {
        Self::ALL
            .into_iter()
            .find(|(_, c)| *c == code)
            .map(|(kind, _)| kind)
            .ok_or(DecodeError::Unknown(code))
    }
}

/// A parsed frame that borrows its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the body is.
    pub kind: FrameKind,
    /// The sealed bytes.
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`DecodeError`] when it is too long, too short, or of an unknown version or kind.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        if bytes.len() > limits::FRAME_LEN {
            return Err(DecodeError::TooLong { actual: bytes.len(), limit: limits::FRAME_LEN });
        }
        match bytes {
            [VERSION, kind, body @ ..] => Ok(Frame { kind: FrameKind::from_code(*kind)?, body }),
            [version, ..] => Err(DecodeError::Unknown(*version)),
            [] => Err(DecodeError::NotCanonical),
        }
    }

    /// Writes a frame.
    pub fn build(kind: FrameKind, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(body.len() + 2);
        bytes.push(VERSION);
        bytes.push(kind.code());
        bytes.extend_from_slice(body);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_unique_and_pinned() {
        let mut codes: Vec<u8> = FrameKind::ALL.iter().map(|(_, c)| *c).collect();
        codes.dedup();
        assert_eq!(codes, (1..=15).collect::<Vec<u8>>());
        assert_eq!(Frame::build(FrameKind::Report, &[0xaa]), [1, 1, 0xaa]);
        assert_eq!(Frame::build(FrameKind::TeamKeys, &[]), [1, 15]);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for bad in [&[][..], &[1], &[2, 1], &[1, 0], &[1, 16, 0]] {
            assert!(Frame::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Frame::parse(&alloc::vec![1; limits::FRAME_LEN + 1]).is_err());
        assert!(Frame::parse(&alloc::vec![1; limits::FRAME_LEN]).is_ok());
    }

    proptest! {
        #[test]
        fn round_trips_and_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(frame) = Frame::parse(&bytes) {
                prop_assert_eq!(Frame::build(frame.kind, frame.body), bytes);
            }
        }
    }
}
