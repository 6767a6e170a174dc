//! Who a leaf of a room is: a certified device in a team, a host or a bearer of a room pass in a day
//! room. The credential binds the leaf's signing key; the room's author is the leaf, nothing else.

use bystand_crypto::passes::{OwnedPass, sign_with_pass};
use bystand_crypto::sign::{Signed, SigningKey, Statement, sign, verify};
use bystand_wire::relay_api::{Pass, SignedBytes};
use bystand_wire::{DecodeError, Hash32, NetworkId, PublicKey, SignatureBytes, StreamId, decode, encode};
use minicbor::{Decode, Encode};

use crate::network::Certificate;

/// The longest credential, in bytes.
const CREDENTIAL_LEN: usize = 2 * 1024;

/// A leaf's credential, as it stands in MLS.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Credential {
    /// Team rooms: the device's certificate; the leaf key is the device key.
    #[n(0)]
    Device(#[n(0)] SignedBytes),
    /// Day rooms: a host box, by the hosts' key of the week.
    #[n(1)]
    Host(#[n(0)] PublicKey, #[n(1)] LeafStatement, #[n(2)] SignatureBytes),
    /// Day rooms: a member, by a room pass of the week.
    #[n(2)]
    Pass(#[n(0)] Pass, #[n(1)] LeafStatement, #[n(2)] SignatureBytes),
}

/// What certifies a fresh leaf key: signed by the host key or the pass key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LeafStatement {
    /// The leaf's signing key.
    #[n(0)]
    pub leaf: PublicKey,
    /// Counts up when the same pass comes back: a higher counter mutes the older leaf.
    #[n(1)]
    pub counter: u32,
}

impl Statement for LeafStatement {
    const PURPOSE: &'static str = "leaf";
}

impl Credential {
    /// A member's credential for one leaf key.
    pub fn by_pass(network: &NetworkId, pass: &OwnedPass, leaf: PublicKey, counter: u32) -> Self {
        let statement = LeafStatement { leaf, counter };
        let signature = sign_with_pass(network, pass, &statement);
        Credential::Pass(pass.pass.clone(), statement, signature)
    }

    /// A host box's credential for one leaf key.
    pub fn by_host(network: &NetworkId, host_key: &SigningKey, leaf: PublicKey, counter: u32) -> Self {
        let statement = LeafStatement { leaf, counter };
        let signature = sign(network, host_key, &statement);
        Credential::Host(host_key.public(), statement, signature)
    }

    /// Reads a credential from a leaf.
    ///
    /// # Errors
    /// [`DecodeError`] when it is not one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        bystand_wire::codec::decode_within(bytes, CREDENTIAL_LEN)
    }

    /// As it stands in the leaf.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Whether the credential speaks for this leaf key. The issuer's word (certificate, host key,
    /// blind signature) is checked elsewhere, where the key note is at hand.
    pub fn binds(&self, network: &NetworkId, leaf: &PublicKey) -> bool {
        match self {
            Credential::Device(signed) => {
                decode::<Certificate>(&signed.bytes).is_ok_and(|c| c.device == *leaf)
            }
            Credential::Host(key, statement, signature) => {
                statement.leaf == *leaf && verify(network, key, statement, signature).is_ok()
            }
            Credential::Pass(pass, statement, signature) => {
                statement.leaf == *leaf && verify(network, &pass.key, statement, signature).is_ok()
            }
        }
    }

    /// The device that a certificate names; other credentials name none.
    pub fn device(&self) -> Option<PublicKey> {
        match self {
            Credential::Device(signed) => decode::<Certificate>(&signed.bytes).ok().map(|c| c.device),
            Credential::Host(..) | Credential::Pass(..) => None,
        }
    }

    /// Who stands behind it, for 'is this the same member': the certificate, host leaf or pass.
    pub fn holder(&self) -> Holder {
        match self {
            Credential::Device(signed) => Holder::Device(Signed::<Certificate>::from(signed.clone()).hash()),
            Credential::Host(_, statement, _) => Holder::Host(statement.leaf),
            Credential::Pass(pass, _, _) => Holder::Pass(pass.key),
        }
    }

    /// The counter of a pass's leaf; 0 elsewhere.
    pub fn counter(&self) -> u32 {
        match self {
            Credential::Pass(_, statement, _) | Credential::Host(_, statement, _) => statement.counter,
            Credential::Device(_) => 0,
        }
    }
}

/// Who stands behind a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Holder {
    /// The hash of a device's certificate.
    #[n(0)]
    Device(#[n(0)] Hash32),
    /// A host's leaf.
    #[n(1)]
    Host(#[n(0)] PublicKey),
    /// A room pass: one name for the week.
    #[n(2)]
    Pass(#[n(0)] PublicKey),
}

/// A newcomer's request at a door, sealed to the door key or, in teams, sent by certificate.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DoorRequest {
    /// An MLS key package.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub key_package: Vec<u8>,
    /// The room asked for, so that an old request is not taken for a new room.
    #[n(1)]
    pub room: Option<StreamId>,
}

/// A Welcome on a welcome stream.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WelcomeFrame {
    /// The hashes of the key packages it is for.
    #[n(0)]
    pub newcomers: Vec<Hash32>,
    /// The MLS Welcome.
    #[n(1)]
    pub welcome: Carried,
}

/// Something that is carried in the frame, or in a blob when it is long.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Carried {
    /// Here.
    #[n(0)]
    Inline(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// In a blob of this name and hash; it is ciphertext in itself.
    #[n(1)]
    Blob(#[n(0)] bystand_wire::BlobId, #[n(1)] Hash32),
}
