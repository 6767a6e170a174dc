//! What desk, hosts, members and reporters say to each other, beside casebooks and alerts.
//!
//! | message | from → to | carried in |
//! | --- | --- | --- |
//! | [`SealedReport`] | neighbor → desk | the drop, sealed to the report key |
//! | [`ReplyMessage`] | desk ↔ reporter | the reply stream, under the follow-up key |
//! | [`DeskMessage`] | desk → hosts → members | the hosts' inbox, then the day room |
//! | [`Offer`] | member → desk | the call-out's response stream, sealed to the report key |
//! | [`ToResponder`] | desk → one responder | the same, sealed to the offer's one-use key |
//! | [`FromResponder`] | responder → desk | the same, sealed to the report key |
//! | [`DayMessage`] | in a day room | MLS |

use bystand_crypto::hash::sha256;
use bystand_crypto::seal::SealPublicKey;
use bystand_crypto::sign::{Signed, SigningKey, Statement};
use bystand_crypto::symmetric::{SymmetricKey, derive};
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::{
    AlertId, CallOutId, Cell, OfferId, PublicKey, ReportId, Role, StreamId, Timestamp, ZoneId,
};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::alerts::FindingProof;
use crate::desk::SignFrom;
use crate::geo::Point;
use crate::report::{ReplySeed, ReportIn};

/// A report on its way to the desk: sealed to the report key (purpose `Report`), padded.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedReport {
    /// The report; its reply seed gives the keys of the reply stream ([`ReplyKeys`]).
    #[n(0)]
    pub report: ReportIn,
    /// A trained member who reports and finds in one step: the public statement signed with a
    /// finding pass.
    #[n(1)]
    pub finding: Option<FoundMessage>,
}

/// The keys of a reply stream, derived from the report's reply seed.
#[derive(Debug, Clone)]
pub struct ReplyKeys {
    /// Creates the stream and appends to it: both sides hold it.
    pub writer: SigningKey,
    /// Seals its messages.
    pub key: SymmetricKey,
}

impl ReplyKeys {
    /// From the seed.
    pub fn of(seed: &ReplySeed) -> Self {
        let root = SymmetricKey::from_bytes(seed.0);
        let writer = SigningKey::from_seed(derive(&root, "reply-writer").expose());
        Self { writer, key: derive(&root, "reply-key") }
    }

    /// The stream.
    pub fn stream(&self) -> StreamId {
        bystand_crypto::hash::stream_id(&self.writer.public())
    }
}

/// The desk has it: signed by the desk key (purpose `receipt`) after the casebook entry is durable.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// Which report.
    #[n(0)]
    pub report: ReportId,
    /// When.
    #[n(1)]
    pub at: Timestamp,
}

impl Statement for Receipt {
    const PURPOSE: &'static str = "receipt";
}

/// Something the desk says to a reporter, signed by the desk key (purpose `desk-says`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeskSays {
    /// To whose report.
    #[n(0)]
    pub report: ReportId,
    /// A question that wants an answer, or an answer.
    #[n(1)]
    pub is_question: bool,
    /// The text.
    #[n(2)]
    pub text: String,
    /// When.
    #[n(3)]
    pub at: Timestamp,
}

impl Statement for DeskSays {
    const PURPOSE: &'static str = "desk-says";
}

/// A message on a reply stream, sealed with the follow-up key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ReplyMessage {
    /// The desk has the report.
    #[n(0)]
    Receipt(#[n(0)] Signed<Receipt>),
    /// The desk asks or answers.
    #[n(1)]
    Desk(#[n(0)] Signed<DeskSays>),
    /// The reporter answers.
    #[n(2)]
    Reporter(#[n(0)] String, #[n(1)] Timestamp),
}

/// Go and look: signed by the desk key (purpose `call-out`). Coarse: the exact place is in the
/// acceptance alone.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CallOut {
    /// Its id.
    #[n(0)]
    pub id: CallOutId,
    /// The alert that will come of it, if it is confirmed.
    #[n(1)]
    pub alert: AlertId,
    /// Whose rooms it goes to: the zone and its neighbors.
    #[n(2)]
    pub zones: Vec<ZoneId>,
    /// About where.
    #[n(3)]
    pub cell: Cell,
    /// Who is needed.
    #[n(4)]
    pub roles: Vec<Role>,
    /// How soon, in minutes.
    #[n(5)]
    pub within_min: u16,
    /// Where offers go.
    #[n(6)]
    pub response: StreamId,
    /// When.
    #[n(7)]
    pub at: Timestamp,
    /// Until when offers are of use.
    #[n(8)]
    pub until: Timestamp,
}

impl Statement for CallOut {
    const PURPOSE: &'static str = "call-out";
}

/// A call-out is over: signed by the desk key (purpose `call-out-over`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CallOutOver {
    /// Which.
    #[n(0)]
    pub id: CallOutId,
    /// Its zones.
    #[n(1)]
    pub zones: Vec<ZoneId>,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

impl Statement for CallOutOver {
    const PURPOSE: &'static str = "call-out-over";
}

/// Something here, unconfirmed, we are checking: signed by the desk key (purpose `heads-up`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HeadsUp {
    /// Whose room it goes to.
    #[n(0)]
    pub zones: Vec<ZoneId>,
    /// About where.
    #[n(1)]
    pub cell: Cell,
    /// When; it is gone after twenty minutes.
    #[n(2)]
    pub at: Timestamp,
}

impl Statement for HeadsUp {
    const PURPOSE: &'static str = "heads-up";
}

/// A note of the desk's for a zone's members: signed by the desk key (purpose `desk-note`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeskNote {
    /// Whose rooms it goes to.
    #[n(0)]
    pub zones: Vec<ZoneId>,
    /// The text.
    #[n(1)]
    pub text: String,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

impl Statement for DeskNote {
    const PURPOSE: &'static str = "desk-note";
}

/// From the desk to the hosts (sealed to the door key, purpose `ForHosts`), and by them unchanged to
/// the members, who check the desk's signature themselves.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum DeskMessage {
    /// A call-out.
    #[n(0)]
    CallOut(#[n(0)] Signed<CallOut>),
    /// Its end.
    #[n(1)]
    CallOutOver(#[n(0)] Signed<CallOutOver>),
    /// A heads-up.
    #[n(2)]
    HeadsUp(#[n(0)] Signed<HeadsUp>),
    /// A note.
    #[n(3)]
    Note(#[n(0)] Signed<DeskNote>),
    /// An alert's signed note, as it stands in the public log, for these zones.
    #[n(4)]
    Alert(#[n(0)] Vec<ZoneId>, #[n(1)] String),
}

/// A message in a day room.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum DayMessage {
    /// Hosts only: what the desk said, one or more, also for newcomers.
    #[n(0)]
    Passed(#[n(0)] Vec<DeskMessage>),
    /// On duty until this moment; 0 ends it.
    #[n(1)]
    OnDuty(#[n(0)] Timestamp),
    /// I looked around, all quiet.
    #[n(2)]
    AllQuiet,
    /// Talk (rooms of at most 150).
    #[n(3)]
    Talk(#[n(0)] String),
}

/// I can go: sealed to the desk's report key (purpose `Offer`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Offer {
    /// Its id.
    #[n(0)]
    pub id: OfferId,
    /// To which call-out.
    #[n(1)]
    pub call_out: CallOutId,
    /// How soon, in minutes.
    #[n(2)]
    pub eta_min: u16,
    /// As what.
    #[n(3)]
    pub roles: Vec<Role>,
    /// One use: what the desk says is sealed to it.
    #[n(4)]
    pub reply: SealPublicKey,
    /// One use: what the responder says later is signed by it.
    #[n(5)]
    pub signer: PublicKey,
    /// The week's name, so that partners can find each other.
    #[n(6)]
    pub name: String,
}

/// From the desk to one responder: signed by the desk key (purpose `to-responder`), sealed to the
/// offer's key (purpose `ToResponder`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ToResponder {
    /// Whose offer.
    #[n(0)]
    pub offer: OfferId,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// What.
    #[n(2)]
    pub what: DeskToResponder,
}

impl Statement for ToResponder {
    const PURPOSE: &'static str = "to-responder";
}

/// What stands before the seal of a [`ToResponder`]: whoever made the offer sees that it is theirs without
/// trying to open what is sealed to others, which costs a phone more the more people offer. It is a hash
/// over the offer's secret id and the seal, so to everybody else it is noise that links nothing.
#[derive(Debug, Clone, Copy)]
pub struct ResponderHint;

impl ResponderHint {
    const LEN: usize = 4;

    /// The frame's body.
    pub fn put_before(offer: &OfferId, sealed: &[u8]) -> Vec<u8> {
        [&Self::of(offer, sealed)[..], sealed].concat()
    }

    /// The seal in a frame's body, if it is for this offer.
    pub fn sealed_to<'a>(offer: &OfferId, body: &'a [u8]) -> Option<&'a [u8]> {
        let (hint, sealed) = body.split_first_chunk::<{ Self::LEN }>()?;
        (*hint == Self::of(offer, sealed)).then_some(sealed)
    }

    fn of(offer: &OfferId, sealed: &[u8]) -> [u8; Self::LEN] {
        let [a, b, c, d, ..] = sha256("to-responder-hint", &[offer.as_ref(), sealed]).0;
        [a, b, c, d]
    }
}

/// What the desk tells a responder.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum DeskToResponder {
    /// Please go. The one message that holds the exact place.
    #[n(0)]
    Accepted(#[n(0)] Box<Acceptance>),
    /// Thank you, others go.
    #[n(1)]
    Declined,
    /// Are you all right?
    #[n(2)]
    CheckIn,
    /// It is over, thank you.
    #[n(3)]
    Released,
}

/// The exact place and what a finding about it must say.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Acceptance {
    /// In words: an address or cross streets.
    #[n(0)]
    pub place: String,
    /// On the map, if known.
    #[n(1)]
    pub point: Option<Point>,
    /// The place is a home: findings then name the zone only.
    #[n(2)]
    pub is_home: bool,
    /// What was reported, in one line.
    #[n(3)]
    pub activity: String,
    /// The kind's code in findings and alerts.
    #[n(4)]
    pub kind: String,
    /// For the finding.
    #[n(5)]
    pub alert: AlertId,
    /// For the finding.
    #[n(6)]
    pub cell: Cell,
    /// For the finding.
    #[n(7)]
    pub zone: ZoneId,
    /// The others who go.
    #[n(8)]
    pub partners: Vec<String>,
    /// A sign is expected every so many minutes.
    #[n(9)]
    pub check_in_min: u16,
}

/// From a responder to the desk: signed by the offer's signing key (purpose `from-responder`), sealed
/// to the report key (purpose `FromResponder`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FromResponder {
    /// Whose offer.
    #[n(0)]
    pub offer: OfferId,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// What.
    #[n(2)]
    pub what: ResponderToDesk,
}

impl Statement for FromResponder {
    const PURPOSE: &'static str = "from-responder";
}

/// What a responder tells the desk.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ResponderToDesk {
    /// A sign. The first one may bring the emergency envelope: sealed to the report key (purpose
    /// `Envelope`), opened on escalation only.
    #[n(0)]
    Sign(#[n(0)] SignFrom, #[n(1)] Option<ByteVec>),
    /// What they found, to be made public if the desk so decides.
    #[n(1)]
    Found(#[n(0)] Box<FoundMessage>),
    /// They could not check; why.
    #[n(2)]
    CouldNotCheck(#[n(0)] String),
}

/// A finding on its way to the desk.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FoundMessage {
    /// The public statement, signed with a finding pass.
    #[n(0)]
    pub proof: FindingProof,
    /// How many people looked.
    #[n(1)]
    pub seen_by: u8,
    /// For the desk only.
    #[n(2)]
    pub note: String,
}

/// A zone's day: signed by the host key (purpose `day-note`), on the hosts' public stream.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DayNote {
    /// The zone.
    #[n(0)]
    pub zone: ZoneId,
    /// From when.
    #[n(1)]
    pub from: Timestamp,
    /// Until when: then everything of it is erased everywhere.
    #[n(2)]
    pub until: Timestamp,
    /// Where to knock.
    #[n(3)]
    pub door: StreamId,
    /// Where Welcomes come.
    #[n(4)]
    pub welcome: StreamId,
    /// Counts up when a broken room was succeeded.
    #[n(5)]
    pub succession: u32,
}

impl Statement for DayNote {
    const PURPOSE: &'static str = "day-note";
}

/// A certificate with what its device signs, when it must be shown without a room.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Certified {
    /// The certificate.
    #[n(0)]
    pub certificate: SignedBytes,
    /// The signed message.
    #[n(1)]
    pub message: SignedBytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_offered_sees_that_a_seal_is_theirs() {
        let offer = |n: u8| OfferId([n; 16]);
        let body = ResponderHint::put_before(&offer(1), b"a seal");
        assert_eq!(ResponderHint::sealed_to(&offer(1), &body), Some(&b"a seal"[..]));
        assert_eq!(ResponderHint::sealed_to(&offer(2), &body), None);
        // The same offer, another seal: nothing links the two.
        let other = ResponderHint::put_before(&offer(1), b"another");
        assert_ne!(body.first_chunk::<4>(), other.first_chunk::<4>());
        for length in 0..body.len() {
            let cut = body.get(..length).expect("shorter");
            assert_eq!(ResponderHint::sealed_to(&offer(1), cut), None);
        }
    }
}
