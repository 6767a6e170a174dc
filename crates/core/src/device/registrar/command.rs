//! What is asked of a registrar, what it tells, and the jobs in between.

use bystand_crypto::notes::LogVerifier;
use bystand_wire::{AlertId, Hash32, PassPurpose, Period, PublicKey, Quarter, Role, StreamId, Timestamp};
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::network::Manifest;
use crate::network::invite::Invitation;
use crate::team::TeamKind;

/// A job of this part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum RegistrarJob {
    /// A stream of the network's, made when it was founded.
    #[n(0)]
    Stream(#[n(0)] StreamId),
    /// A key note of this version.
    #[n(1)]
    KeyNote(#[n(0)] u64),
    /// A manifest of this version.
    #[n(2)]
    Manifest(#[n(0)] u64),
    /// Hashes of certificates, for the log.
    #[n(3)]
    Certificates(#[n(0)] Vec<Hash32>),
    /// A total, for the log.
    #[n(4)]
    Total(#[n(0)] PassPurpose, #[n(1)] Period, #[n(2)] u64),
    /// The mailbox of an invitation, which is handed out once the relay has the mailbox.
    #[n(5)]
    Mailbox(#[n(0)] Box<Invitation>),
    /// An answer to a device.
    #[n(6)]
    Answer,
    /// An entry of the casebook.
    #[n(7)]
    Entry,
    /// This device's application to become a registrar.
    #[n(8)]
    Application,
    /// A stream's renewed policy.
    #[n(9)]
    Policy(#[n(0)] StreamId),
    /// An alert with this registrar's signature on its way to the log.
    #[n(10)]
    Countersigned(#[n(0)] AlertId),
}

/// A call of this part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrarCall {
    /// Whether the relay has lost a room that a team hands in another one for.
    LostRoom(StreamId),
}

/// A stream this part listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrarStream {
    /// The mailbox of an invitation, by its token's hash.
    Mailbox(Hash32),
    /// Where members and teams write to the registrars.
    Inbox,
}

/// What a person asks of this part.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistrarCommand {
    /// Makes an invitation for one device.
    Invite {
        /// What the device is to be allowed.
        roles: Vec<Role>,
        /// How long it counts, in milliseconds; at most [`INVITATION_MS`](super::INVITATION_MS).
        life_ms: u64,
    },
    /// Takes an invitation back that nobody has used.
    TakeBack(Hash32),
    /// Makes card passes for a sheet of cards.
    Cards {
        /// How many, at most [`CARDS`](super::CARDS).
        count: u32,
        /// For which quarter.
        quarter: Quarter,
    },
    /// Takes a device's rights away: any of its certificates by the first hex digits of its hash.
    Revoke {
        /// At least eight hex digits.
        certificate: String,
    },
    /// Asks the registrars to make this device one of them.
    Apply,
    /// Proposes a manifest that makes an applicant a registrar.
    AddRegistrar(PublicKey),
    /// Proposes a manifest without a registrar.
    RemoveRegistrar(PublicKey),
    /// Signs an alert that a dispatcher asks it to sign, and publishes it.
    Countersign(AlertId),
    /// Makes this device's root key if it has none, and shows its public half.
    RootKey,
    /// Proposes other root keys.
    ProposeRoots {
        /// All of them, the old ones that stay included.
        keys: Vec<PublicKey>,
        /// How many must sign.
        threshold: u8,
    },
    /// Proposes another manifest: version, roots and date are filled in.
    ProposeManifest(Box<Manifest>),
    /// Proposes a manifest that names another log: a relay was restored from a backup that is older than
    /// what devices have seen, and begins its log anew.
    ProposeLog(LogVerifier),
    /// Signs somebody's proposal with this device's root key; sends it to the log when it is complete.
    Sign(Vec<u8>),
}

/// A text that holds a secret and is meant for a person.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<Zeroizing<String>> for SecretText {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(..)")
    }
}

/// What this part tells.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistrarEvent {
    /// An invitation, to be handed to one person.
    Invitation {
        /// Names it, for taking it back.
        id: Hash32,
        /// What to hand over.
        text: SecretText,
        /// What the device will be allowed.
        roles: Vec<Role>,
        /// Until when it counts.
        expires_at: Timestamp,
    },
    /// A device was admitted.
    Admitted {
        /// Its certificate's hash.
        certificate: Hash32,
        /// What it may do.
        roles: Vec<Role>,
    },
    /// Passes were certified.
    Issued {
        /// What for.
        purpose: PassPurpose,
        /// For when.
        period: Period,
        /// How many.
        count: u32,
    },
    /// Somebody was refused; the code says why.
    Refused(&'static str),
    /// Card links, one secret each.
    Cards {
        /// For which quarter.
        quarter: Quarter,
        /// What to print.
        links: Vec<SecretText>,
    },
    /// A certificate's device was revoked.
    Revoked(Vec<Hash32>),
    /// An issuer key was made; so many are still to be made.
    IssuerKey {
        /// What for.
        purpose: PassPurpose,
        /// For when.
        period: Period,
        /// How many are still missing.
        missing: usize,
    },
    /// A key note of this version is in the log.
    KeyNote(u64),
    /// A team handed in new keys.
    TeamKeys(TeamKind),
    /// A device asks to become a registrar.
    Application {
        /// Its key, as the manifest would list it.
        device: PublicKey,
        /// Its certificate's hash.
        certificate: Hash32,
    },
    /// A dispatcher asks for this registrar's signature on an alert: for a few minutes, since the log
    /// takes only what is fresh.
    CountersignAsked {
        /// Which alert.
        alert: AlertId,
        /// The dispatcher's certificate.
        from: Hash32,
        /// The alert's text.
        text: String,
    },
    /// This device's root key.
    RootKey(PublicKey),
    /// A proposal, to be handed to the next steward, or complete and on its way to the log.
    Proposal {
        /// The file's content.
        bytes: Vec<u8>,
        /// Whether it needs no more signatures.
        is_complete: bool,
        /// What it needs next: signatures by the old root keys, by the new ones, on the manifest.
        missing: (usize, usize, usize),
    },
    /// Something should be looked after: `key-note-stale`, `manifest-ends`, `issuers-missing`.
    Due(&'static str),
}
