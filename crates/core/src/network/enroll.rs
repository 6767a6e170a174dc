//! Enrollment: how a device gets its certificate and passes, and how teams hand in their keys.
//!
//! ```text
//! joiner -> mailbox             Signed<EnrollRequest>  sealed to the registrar   (SealPurpose::Enroll)
//! joiner <- mailbox             EnrollReply            sealed to the device      (SealPurpose::Enrolled)
//! member -> registrars' inbox   Signed<PassAsk>        sealed to the registrar   (SealPurpose::Enroll)
//! member <- its mailbox         PassGrant in EnrollReply
//! team   -> registrars' inbox   Signed<TeamKeysUpdate> sealed to each registrar  (SealPurpose::TeamKeys)
//! ```
//!
//! Requests are signed by the device key they name, so nobody can have somebody else's key certified.
//! The same request again gets the same answer: registrars keep what they answered until the week
//! ends. Sealing, sending and ledgers are the registrar engine's business.

use bystand_crypto::hash::stream_id;
use bystand_crypto::passes::{BlindSignature, BlindedPass};
use bystand_crypto::seal::SealPublicKey;
use bystand_crypto::sign::{SignError, Signed, Statement};
use bystand_wire::codec::decode_within;
use bystand_wire::relay_api::Policy;
use bystand_wire::{
    DecodeError, Hash32, NetworkId, PassPurpose, Period, PublicKey, Role, StreamId, Timestamp, limits, pad,
};
use minicbor::{Decode, Encode};

use super::certificate::Certificate;
use super::invite::Token;
use super::keynote::{DeskKeys, HostKeys, TeamStreams, VerifiedKeyNote, period_fits};

/// The most blinded passes in one frame.
pub const BATCH: usize = 64;
/// How far ahead of `now` passes are given, in milliseconds: twelve weeks and a quarter's rest.
pub const AHEAD_MS: u64 = 100 * bystand_wire::time::DAY_MS;

/// How long an ask may wait for a registrar's box that is off, in milliseconds: a day.
pub const ASK_MS: u64 = bystand_wire::time::DAY_MS;

/// Why a request, an answer or a team's new keys are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrollError {
    /// Not readable, or too large.
    #[error("the message cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// Not signed by the device it names.
    #[error("the message is not signed by the device it names: {0}")]
    Signature(#[from] SignError),
    /// Lists out of their limits, periods that a purpose does not have, passes for the past.
    #[error("the message's {0} is not of the right form")]
    Field(&'static str),
    /// Dated further from now than clocks may differ.
    #[error("the message is dated {0}: check the clocks of both devices")]
    Clock(Timestamp),
    /// The key note has no issuer key for what was asked.
    #[error("there is no issuer key for {} passes of {period}", purpose.as_str())]
    NoIssuer {
        /// Purpose asked for.
        purpose: PassPurpose,
        /// Period asked for.
        period: Period,
    },
}

impl EnrollError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            EnrollError::Decode(_) => "enroll-malformed",
            EnrollError::Signature(_) => "enroll-signature",
            EnrollError::Field(_) => "enroll-field",
            EnrollError::Clock(_) => "enroll-clock",
            EnrollError::NoIssuer { .. } => "enroll-no-issuer",
        }
    }
}

/// Blinded passes of one purpose and period. The zone of a room pass is inside what is blinded.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BlindedBatch {
    /// What for.
    #[n(0)]
    pub purpose: PassPurpose,
    /// For when.
    #[n(1)]
    pub period: Period,
    /// At least one, at most [`BATCH`].
    #[n(2)]
    pub blinded: Vec<BlindedPass>,
}

/// The answer to a [`BlindedBatch`], in its order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PassGrant {
    /// What for.
    #[n(0)]
    pub purpose: PassPurpose,
    /// For when.
    #[n(1)]
    pub period: Period,
    /// As many as were asked for.
    #[n(2)]
    pub signatures: Vec<BlindSignature>,
}

impl BlindedBatch {
    /// Checks size, period and that the key note has an issuer key for it.
    ///
    /// # Errors
    /// [`EnrollError::Field`], [`EnrollError::NoIssuer`].
    pub fn check(&self, key_note: &VerifiedKeyNote, now: Timestamp) -> Result<(), EnrollError> {
        if !(1..=BATCH).contains(&self.blinded.len()) {
            return Err(EnrollError::Field("number of passes"));
        }
        let over = now >= self.period.end();
        let too_early = self.period.start() > now.plus_ms(AHEAD_MS);
        if !period_fits(self.purpose, self.period) || over || too_early {
            return Err(EnrollError::Field("period"));
        }
        let found = key_note.issuer_key(self.purpose, self.period);
        let missing = EnrollError::NoIssuer { purpose: self.purpose, period: self.period };
        found.map(|_| ()).ok_or(missing)
    }
}

/// One frame of a joiner's: who it is, and at most one batch. Signed by the device key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrollRequest {
    /// From the invitation.
    #[n(0)]
    pub token: Token,
    /// The device to be certified.
    #[n(1)]
    pub device: PublicKey,
    /// Answers are sealed to it.
    #[n(2)]
    pub sealing_key: SealPublicKey,
    /// Passes to be certified.
    #[n(3)]
    pub batch: Option<BlindedBatch>,
}

impl Statement for EnrollRequest {
    const PURPOSE: &'static str = "enroll";
}

/// One frame of the registrar's answer; sealed to the device, which is what vouches for it: whoever
/// could seal it had opened the request, and certificate and passes prove themselves.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrollReply {
    /// Hash of the signed request it answers.
    #[n(0)]
    pub answers: Hash32,
    /// The certificate, on the first answer and on renewal.
    #[n(1)]
    pub certificate: Option<Signed<Certificate>>,
    /// The passes asked for.
    #[n(2)]
    pub grant: Option<PassGrant>,
    /// Why there is nothing (more).
    #[n(3)]
    pub refusal: Option<EnrollRefusal>,
}

/// Why a registrar gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum EnrollRefusal {
    /// The invitation's token was used by another device.
    #[n(0)]
    TokenUsed,
    /// The invitation has ended, or was taken back.
    #[n(1)]
    InvitationOver,
    /// The roles of the certificate do not include these passes.
    #[n(2)]
    NotForYourRoles,
    /// This week's passes of this purpose were given out.
    #[n(3)]
    NoneLeft,
    /// Another registrar certifies these passes.
    #[n(4)]
    OtherRegistrar,
    /// The certificate does not count now.
    #[n(5)]
    Certificate,
}

impl EnrollRefusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            EnrollRefusal::TokenUsed => "enroll-token-used",
            EnrollRefusal::InvitationOver => "enroll-invitation-over",
            EnrollRefusal::NotForYourRoles => "enroll-not-for-your-roles",
            EnrollRefusal::NoneLeft => "enroll-none-left",
            EnrollRefusal::OtherRegistrar => "enroll-other-registrar",
            EnrollRefusal::Certificate => "enroll-certificate",
        }
    }
}

/// A member asks for passes of a later period, or to have the certificate renewed. Signed by the
/// device key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PassAsk {
    /// Who asks.
    #[n(0)]
    pub certificate: Signed<Certificate>,
    /// When; it counts for [`ASK_MS`].
    #[n(1)]
    pub at: Timestamp,
    /// The member's mailbox.
    #[n(2)]
    pub reply_to: StreamId,
    /// Answers are sealed to it.
    #[n(3)]
    pub sealing_key: SealPublicKey,
    /// Passes to be certified; none to renew the certificate only.
    #[n(4)]
    pub batch: Option<BlindedBatch>,
}

impl Statement for PassAsk {
    const PURPOSE: &'static str = "pass-ask";
}

/// A team's new public keys for the next key note. Signed by the device key of one of its members,
/// whose certificate must hold the team's role.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TeamKeysUpdate {
    /// Who hands them in.
    #[n(0)]
    pub certificate: Signed<Certificate>,
    /// When; the newest of a team counts.
    #[n(1)]
    pub at: Timestamp,
    /// Which keys.
    #[n(2)]
    pub keys: TeamKeys,
    /// When the relay has lost the team's room: the one that succeeds it. Without it the streams named with
    /// the keys change nothing.
    #[n(3)]
    pub succession: Option<Succession>,
}

/// A team's new room, after the relay has lost the one before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Succession {
    /// The room that is lost: the key note must still list it, so that of two successions one counts.
    #[n(0)]
    pub replaces: StreamId,
    /// The policies of the new streams (room, door, welcome, casebook), to be renewed before they end.
    #[n(1)]
    pub policies: Vec<Policy>,
}

impl Succession {
    /// The streams that these policies make; `None` when they are not a team's.
    pub fn streams(&self) -> Option<TeamStreams> {
        let [room, door, welcome, casebook] = self.policies.as_slice() else { return None };
        let id = |policy: &Policy| stream_id(&policy.creator);
        let streams =
            TeamStreams { room: id(room), door: id(door), welcome: id(welcome), casebook: id(casebook) };
        (streams.room != self.replaces).then_some(streams)
    }
}

impl Statement for TeamKeysUpdate {
    const PURPOSE: &'static str = "team-keys";
}

/// What a team hands in. Each list replaces the one in the key note.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum TeamKeys {
    /// The desk's.
    #[n(0)]
    Desk(#[n(0)] TeamStreams, #[n(1)] Vec<DeskKeys>),
    /// The hosts', with the key that wakes phones.
    #[n(1)]
    Hosts(
        #[n(0)] TeamStreams,
        #[n(1)] Vec<HostKeys>,
        #[cbor(n(2), with = "minicbor::bytes")] Option<Vec<u8>>,
    ),
}

impl TeamKeys {
    /// The role whose holders may hand these in.
    pub fn role(&self) -> Role {
        match self {
            TeamKeys::Desk(..) => Role::Dispatcher,
            TeamKeys::Hosts(..) => Role::Host,
        }
    }
}

/// A signed message whose body names its own signer.
trait SelfSigned: Statement {
    /// The device that must have signed, as the body says.
    fn signer(&self) -> Option<PublicKey>;
}

impl SelfSigned for EnrollRequest {
    fn signer(&self) -> Option<PublicKey> {
        Some(self.device)
    }
}

impl SelfSigned for PassAsk {
    fn signer(&self) -> Option<PublicKey> {
        self.certificate.unverified_body().ok().map(|c| c.device)
    }
}

impl SelfSigned for TeamKeysUpdate {
    fn signer(&self) -> Option<PublicKey> {
        self.certificate.unverified_body().ok().map(|c| c.device)
    }
}

/// A message that was opened, with the hash that names it in answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<T> {
    /// What it says. A certificate in it is still to be checked.
    pub body: T,
    /// Hash of the signed message.
    pub hash: Hash32,
}

/// Opens a joiner's request: signed by the device that it names.
///
/// # Errors
/// [`EnrollError`].
pub fn open_request(network: &NetworkId, bytes: &[u8]) -> Result<Opened<EnrollRequest>, EnrollError> {
    open_self_signed(network, bytes)
}

/// Opens a member's ask: signed by the device that its certificate names, and fresh. The certificate
/// is still to be checked with [`check_certificate`](super::check_certificate).
///
/// # Errors
/// [`EnrollError`].
pub fn open_ask(network: &NetworkId, bytes: &[u8], now: Timestamp) -> Result<Opened<PassAsk>, EnrollError> {
    let opened = open_self_signed::<PassAsk>(network, bytes)?;
    check_date(opened.body.at, ASK_MS, now)?;
    Ok(opened)
}

/// Opens a team's new keys: signed by the device that the certificate names, and fresh. The
/// certificate and its role are still to be checked.
///
/// # Errors
/// [`EnrollError`].
pub fn open_team_keys(
    network: &NetworkId,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Opened<TeamKeysUpdate>, EnrollError> {
    let opened = open_self_signed::<TeamKeysUpdate>(network, bytes)?;
    check_date(opened.body.at, limits::KEY_NOTE_MS, now)?;
    Ok(opened)
}

fn open_self_signed<T: SelfSigned>(network: &NetworkId, bytes: &[u8]) -> Result<Opened<T>, EnrollError> {
    let signed: Signed<T> = decode_within(bytes, pad::MAX_BODY)?;
    let body = signed.open(network, &signed.claimed_key())?;
    if body.signer() != Some(signed.claimed_key()) {
        return Err(SignError::WrongKey.into());
    }
    Ok(Opened { body, hash: signed.hash() })
}

/// Hours and days, not minutes: the registrar's box may have been off when the message came. An old
/// ask sent again does nothing, since the same ask gets the same answer.
fn check_date(at: Timestamp, life_ms: u64, now: Timestamp) -> Result<(), EnrollError> {
    let early = at > now.plus_ms(limits::CLOCK_SKEW_MS);
    if early || now.since_ms(at) > life_ms { Err(EnrollError::Clock(at)) } else { Ok(()) }
}
