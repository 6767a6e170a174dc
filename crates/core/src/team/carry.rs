//! A casebook that goes on where another was lost: what a member's fold held is written into the new one in
//! pieces, before anything else, and everybody folds the new casebook from its start.
//!
//! Each piece is an entry like any other, signed by who carries it over and sealed with the key of the
//! incident it belongs to; so an incident that is erased later is erased here too.

use std::collections::BTreeMap;

use bystand_wire::{Hash32, IncidentId, Seq};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// The longest piece, in bytes: with its seals and signature it fits a frame.
const PIECE_LEN: usize = 48 * 1024;
/// The longest part, in bytes, that is put together from pieces.
const PART_LEN: usize = 16 * 1024 * 1024;

/// An entry that carries a fold over.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Carried {
    /// A piece of it.
    #[n(0)]
    Piece(#[n(0)] Piece),
    /// All of it is there, as it was after the entry at this place of the lost casebook.
    #[n(1)]
    All(#[n(0)] Seq),
}

/// A piece of a part of a fold.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Piece {
    /// The incident it belongs to; none for what belongs to no incident.
    #[n(0)]
    pub of: Option<IncidentId>,
    /// The last entry of the lost casebook that it sums up.
    #[n(1)]
    pub as_of: Seq,
    /// How many pieces of this part are still to come.
    #[n(2)]
    pub rest: u32,
    /// The piece.
    #[n(3)]
    pub bytes: ByteVec,
}

/// A part of a fold, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The incident it belongs to; none for what belongs to no incident.
    pub of: Option<IncidentId>,
    /// The last entry of the lost casebook that it sums up.
    pub as_of: Seq,
    /// The part, encoded.
    pub bytes: Vec<u8>,
}

impl Part {
    /// In pieces, each within a frame.
    pub fn pieces(&self) -> impl Iterator<Item = Carried> + '_ {
        let count = self.bytes.len().div_ceil(PIECE_LEN);
        self.bytes.chunks(PIECE_LEN).enumerate().map(move |(at, bytes)| {
            let rest = u32::try_from(count.saturating_sub(at + 1)).unwrap_or(u32::MAX);
            Carried::Piece(Piece { of: self.of, as_of: self.as_of, rest, bytes: bytes.to_vec().into() })
        })
    }
}

/// Puts parts together.
#[derive(Debug, Default)]
pub struct Carrier(BTreeMap<(Hash32, Option<IncidentId>), Vec<u8>>);

impl Carrier {
    /// Takes the next piece that an author carried over; gives the part once it is whole. The casebook
    /// keeps each author's pieces in order.
    pub fn take(&mut self, author: Hash32, piece: Piece) -> Option<Part> {
        let Piece { of, as_of, rest, bytes } = piece;
        let mut held = self.0.remove(&(author, of)).unwrap_or_default();
        if held.len().saturating_add(bytes.len()) > PART_LEN {
            return None;
        }
        held.extend_from_slice(&bytes);
        if rest == 0 {
            return Some(Part { of, as_of, bytes: held });
        }
        self.0.insert((author, of), held);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_together_whatever_their_length() {
        let author = Hash32([1; 32]);
        for len in [1, PIECE_LEN, PIECE_LEN + 1, 3 * PIECE_LEN] {
            let bytes: Vec<u8> = (0..len).map(|n| u8::try_from(n % 251).unwrap_or(0)).collect();
            let part = Part { of: Some(IncidentId([2; 16])), as_of: Seq(7), bytes };
            let mut carrier = Carrier::default();
            let mut whole = Vec::new();
            for piece in part.pieces() {
                let Carried::Piece(piece) = piece else { panic!("a piece") };
                // Another author's pieces in between belong to another part.
                let other = Piece { rest: 1, ..piece.clone() };
                assert_eq!(carrier.take(Hash32([9; 32]), other), None);
                whole.extend(carrier.take(author, piece));
            }
            assert_eq!(whole, [part], "{len}");
        }
    }

    #[test]
    fn a_part_without_end_takes_no_more_room_than_it_may() {
        let mut carrier = Carrier::default();
        let piece = Piece { of: None, as_of: Seq(1), rest: 1, bytes: vec![0; PIECE_LEN].into() };
        for _ in 0..2 * PART_LEN / PIECE_LEN {
            assert_eq!(carrier.take(Hash32([1; 32]), piece.clone()), None);
            assert!(carrier.0.values().map(Vec::len).sum::<usize>() <= PART_LEN);
        }
    }
}
