//! A responder: from an offer to the way home (flow 1.5).

use bystand_wire::{OfferId, Seq, Timestamp};
use minicbor::{Decode, Encode};

use super::ids::Stamp;
use super::rules::CHECK_IN_MS;

/// Where a responder stands.
///
/// | from | by | to |
/// | --- | --- | --- |
/// | - | offered | `Offered` |
/// | `Offered` | the desk accepts | `Accepted` |
/// | `Offered` | the desk declines | `Declined` (end) |
/// | `Offered`, `Accepted`, `OnTheWay` | they take it back | `Withdrawn` (end) |
/// | `Accepted` | *on the way* | `OnTheWay` |
/// | `Accepted`, `OnTheWay` | *I have parked* | `Parked` |
/// | `Accepted` to `Parked` | *on scene* | `OnScene` |
/// | `Accepted` to `OnScene` | *leaving* | `Leaving` |
/// | `Accepted` to `Leaving` | *home* | `Left` (end) |
/// | `Accepted` to `Leaving` | stopped or arrested | `Stopped` |
/// | `Stopped` | *leaving*, *home* | `Leaving`, `Left` |
///
/// Signs may be skipped (a frame can be lost), never turned back. Silence is beside all this: it is
/// noted by anybody's device and ended by the next sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ResponderPhase {
    /// They could go.
    #[n(0)]
    Offered,
    /// They were given the place.
    #[n(1)]
    Accepted,
    /// They are going.
    #[n(2)]
    OnTheWay,
    /// They stand still.
    #[n(3)]
    Parked,
    /// They see the place.
    #[n(4)]
    OnScene,
    /// They are going home.
    #[n(5)]
    Leaving,
    /// They are safe.
    #[n(6)]
    Left,
    /// They were stopped or arrested.
    #[n(7)]
    Stopped,
    /// The desk needed somebody else.
    #[n(8)]
    Declined,
    /// They took it back.
    #[n(9)]
    Withdrawn,
}

words!(ResponderPhase, Offered => "offered", Accepted => "accepted", OnTheWay => "on-the-way", Parked => "parked", OnScene => "on-scene", Leaving => "leaving", Left => "left", Stopped => "stopped", Declined => "declined", Withdrawn => "withdrawn");

/// What a responder's device sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum SignFrom {
    /// Check-in: still here, nothing new.
    #[n(0)]
    Fine,
    /// On the way.
    #[n(1)]
    OnTheWay,
    /// *I have parked.*
    #[n(2)]
    Parked,
    /// On scene.
    #[n(3)]
    OnScene,
    /// Leaving.
    #[n(4)]
    Leaving,
    /// Home, or safe elsewhere.
    #[n(5)]
    Left,
    /// Stopped or arrested (they, or their buddy).
    #[n(6)]
    Stopped,
    /// Cannot go after all.
    #[n(7)]
    Withdrawn,
}

words!(SignFrom, Fine => "fine", OnTheWay => "on-the-way", Parked => "parked", OnScene => "on-scene", Leaving => "leaving", Left => "left", Stopped => "stopped", Withdrawn => "withdrawn");

impl ResponderPhase {
    /// Whether they have the place and are not back yet.
    pub fn is_out(self) -> bool {
        match self {
            ResponderPhase::Accepted
            | ResponderPhase::OnTheWay
            | ResponderPhase::Parked
            | ResponderPhase::OnScene
            | ResponderPhase::Leaving
            | ResponderPhase::Stopped => true,
            ResponderPhase::Offered
            | ResponderPhase::Left
            | ResponderPhase::Declined
            | ResponderPhase::Withdrawn => false,
        }
    }

    /// Whether they are there, or will be: who goes home sees nothing more.
    pub fn sees_the_end(self) -> bool {
        match self {
            ResponderPhase::Accepted
            | ResponderPhase::OnTheWay
            | ResponderPhase::Parked
            | ResponderPhase::OnScene => true,
            ResponderPhase::Offered
            | ResponderPhase::Leaving
            | ResponderPhase::Left
            | ResponderPhase::Stopped
            | ResponderPhase::Declined
            | ResponderPhase::Withdrawn => false,
        }
    }

    /// Whether they may send a finding: parked or later, and on this call-out at all.
    pub fn may_find(self) -> bool {
        match self {
            ResponderPhase::Parked
            | ResponderPhase::OnScene
            | ResponderPhase::Leaving
            | ResponderPhase::Left
            | ResponderPhase::Stopped => true,
            ResponderPhase::Offered
            | ResponderPhase::Accepted
            | ResponderPhase::OnTheWay
            | ResponderPhase::Declined
            | ResponderPhase::Withdrawn => false,
        }
    }

    /// The phase after a sign; `None` when the sign cannot follow.
    pub fn after(self, sign: SignFrom) -> Option<ResponderPhase> {
        let forward = |to: ResponderPhase| {
            let on_its_way = self >= ResponderPhase::Accepted && self <= ResponderPhase::Leaving;
            (on_its_way && self <= to).then_some(to)
        };
        match (sign, self) {
            (SignFrom::Fine, phase) => phase.is_out().then_some(phase),
            (SignFrom::Stopped, phase) => phase.is_out().then_some(ResponderPhase::Stopped),
            (SignFrom::Leaving, ResponderPhase::Stopped) => Some(ResponderPhase::Leaving),
            (SignFrom::Left, ResponderPhase::Stopped) => Some(ResponderPhase::Left),
            (
                SignFrom::Withdrawn,
                ResponderPhase::Offered | ResponderPhase::Accepted | ResponderPhase::OnTheWay,
            ) => Some(ResponderPhase::Withdrawn),
            (SignFrom::Withdrawn, _) => None,
            (SignFrom::OnTheWay, _) => forward(ResponderPhase::OnTheWay),
            (SignFrom::Parked, _) => forward(ResponderPhase::Parked),
            (SignFrom::OnScene, _) => forward(ResponderPhase::OnScene),
            (SignFrom::Leaving, _) => forward(ResponderPhase::Leaving),
            (SignFrom::Left, _) => forward(ResponderPhase::Left),
        }
    }
}

/// Somebody who offered to go.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Responder {
    /// The offer.
    #[n(0)]
    pub offer: OfferId,
    /// How many minutes they said they need.
    #[n(1)]
    pub minutes: u16,
    /// When the offer was recorded.
    #[n(2)]
    pub offered_at: Timestamp,
    /// Where they stand.
    #[n(3)]
    pub phase: ResponderPhase,
    /// When the desk accepted them.
    #[n(4)]
    pub accepted_at: Option<Timestamp>,
    /// They have been on scene (or parked) at some time.
    #[n(5)]
    pub arrived: bool,
    /// The place of their last sign in the response stream.
    #[n(6)]
    pub last_frame: Seq,
    /// When that was.
    #[n(7)]
    pub last_sign_at: Timestamp,
    /// Noted as silent, and not heard of since.
    #[n(8)]
    pub silent: Option<Stamp>,
    /// Their emergency envelope was opened, by whom and when.
    #[n(9)]
    pub envelope_opened: Vec<Stamp>,
    /// They agreed to go alone.
    #[n(10)]
    pub alone: bool,
}

impl Responder {
    /// When their silence becomes something to act on; `None` when nobody waits for a sign.
    pub fn silent_after(&self) -> Option<Timestamp> {
        if self.silent.is_some() {
            return None;
        }
        let on_the_way = u64::from(self.minutes) * bystand_wire::time::MINUTE_MS;
        match self.phase {
            ResponderPhase::Accepted | ResponderPhase::OnTheWay => {
                Some(self.last_sign_at.plus_ms(on_the_way).plus_ms(CHECK_IN_MS))
            }
            ResponderPhase::Parked | ResponderPhase::OnScene | ResponderPhase::Leaving => {
                Some(self.last_sign_at.plus_ms(CHECK_IN_MS))
            }
            // Whoever was stopped has the desk's attention already.
            ResponderPhase::Stopped
            | ResponderPhase::Offered
            | ResponderPhase::Left
            | ResponderPhase::Declined
            | ResponderPhase::Withdrawn => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ResponderPhase as P;

    #[test]
    fn the_table_is_what_the_docs_say() {
        let way = [P::Accepted, P::OnTheWay, P::Parked, P::OnScene, P::Leaving, P::Left];
        let signs =
            [SignFrom::OnTheWay, SignFrom::Parked, SignFrom::OnScene, SignFrom::Leaving, SignFrom::Left];
        for (from, phase) in way.iter().enumerate().take(5) {
            for (to, sign) in signs.iter().enumerate() {
                let expected = (to + 1 >= from).then(|| way[to + 1]);
                assert_eq!(phase.after(*sign), expected, "{phase:?} {sign:?}");
            }
            assert_eq!(phase.after(SignFrom::Stopped), Some(P::Stopped));
            assert_eq!(phase.after(SignFrom::Fine), Some(*phase));
            let can_take_back = matches!(phase, P::Accepted | P::OnTheWay);
            assert_eq!(phase.after(SignFrom::Withdrawn).is_some(), can_take_back);
        }
        for sign in signs {
            for ended in [P::Offered, P::Left, P::Declined, P::Withdrawn] {
                assert_eq!(ended.after(sign), None, "{ended:?} {sign:?}");
            }
        }
        assert_eq!(P::Stopped.after(SignFrom::Left), Some(P::Left));
        assert_eq!(P::Stopped.after(SignFrom::OnScene), None);
        assert_eq!(P::Offered.after(SignFrom::Withdrawn), Some(P::Withdrawn));
    }
}
