//! Signed notes (c2sp.org/signed-note) and checkpoints of the public log (c2sp.org/tlog-checkpoint),
//! so that tools which are not ours can verify them.
//!
//! A note is a text that ends in a newline, an empty line, and signature lines
//! `— <name> <base64 of key id (4 bytes, big-endian) and payload>`. Two kinds of signatures are used:
//! the log's, of the standard type `0x01` (Ed25519 over the text), and those of passes on alerts, of
//! the custom type `0xff`, whose payload is opaque here ([`custom_key_id`]).
//!
//! A note's text is not in the form of our other signatures, so keys that sign notes sign nothing
//! else ([`LogKey`] gives its key to nobody).

mod checkpoint;

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use bystand_wire::{PublicKey, SignatureBytes, limits};
use minicbor::{Decode, Decoder, Encode, Encoder};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

#[cfg(test)]
pub(crate) use checkpoint::TreeHead;
pub use checkpoint::{Checkpoint, log_name};

use crate::sign::{SigningKey, verify_raw};

/// The longest note, in bytes.
pub const MAX_NOTE_LEN: usize = limits::ALERT_NOTE_LEN;
/// The most signatures on a note; the specification asks for at least as many.
pub const MAX_SIGNATURES: usize = 16;
/// Signature type of Ed25519 over the text.
const TYPE_ED25519: u8 = 0x01;
/// Signature type of whatever has no number of its own; followed by a longer identifier.
const TYPE_CUSTOM: u8 = 0xff;

/// Why a note, its key or a checkpoint does not count. Always bad remote input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than the limit, or with more signatures.
    #[error("the note is too long or has too many signatures")]
    TooLong,
    /// Not in the form of a signed note.
    #[error("not a signed note")]
    Malformed,
    /// A key's name is empty, or has spaces or a plus sign.
    #[error("not a valid name for a note key")]
    BadName,
    /// The text form of a key is not in order.
    #[error("not a note verifier key")]
    BadKey,
    /// The key that was asked about has not signed the note.
    #[error("the note is not signed by the expected key")]
    NotSigned,
    /// A signature in the key's name does not verify.
    #[error("a signature on the note does not verify")]
    BadSignature,
    /// Signed, and the text is not a checkpoint of this log.
    #[error("not a checkpoint of this log")]
    NotACheckpoint,
}

impl NoteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            NoteError::TooLong => "note-too-long",
            NoteError::Malformed => "note-malformed",
            NoteError::BadName => "note-bad-name",
            NoteError::BadKey => "note-bad-key",
            NoteError::NotSigned => "note-not-signed",
            NoteError::BadSignature => "note-bad-signature",
            NoteError::NotACheckpoint => "note-not-a-checkpoint",
        }
    }
}

/// One signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The key's short id; a hint for finding the key, and no proof of anything.
    pub key_id: u32,
    /// What follows the key id: for the standard type the 64 bytes of an Ed25519 signature.
    pub payload: Vec<u8>,
}

/// A note: its text and its signatures, none of which has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteText {
    /// The text, with its final newline.
    pub text: String,
    /// The signatures, in the order they stand.
    pub signatures: Vec<NoteSignature>,
}

impl NoteText {
    /// Reads a signed note. Encoding the result gives the same bytes again.
    ///
    /// # Errors
    /// [`NoteError::TooLong`], [`NoteError::Malformed`].
    pub fn parse(note: &[u8]) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_LEN {
            return Err(NoteError::TooLong);
        }
        let note = std::str::from_utf8(note).map_err(|_| NoteError::Malformed)?;
        if note.chars().any(is_forbidden) {
            return Err(NoteError::Malformed);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooLong);
            }
            signatures.push(NoteSignature::parse(line)?);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// Writes the note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when the text does not end in a newline or has control characters,
    /// or there is no signature; [`NoteError::BadName`]; [`NoteError::TooLong`].
    pub fn encode(&self) -> Result<String, NoteError> {
        if !self.text.ends_with('\n') || self.text.chars().any(is_forbidden) || self.signatures.is_empty() {
            return Err(NoteError::Malformed);
        }
        if self.signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::TooLong);
        }
        let mut note = format!("{}\n", self.text);
        for signature in &self.signatures {
            note.push_str(&signature.encode()?);
        }
        if note.len() > MAX_NOTE_LEN { Err(NoteError::TooLong) } else { Ok(note) }
    }
}

impl NoteSignature {
    /// A signature line without its newline. `signed_note` reads the line; what it would have
    /// written differently is refused.
    fn parse(line: &str) -> Result<Self, NoteError> {
        let read = signed_note::Signature::from_bytes(line.as_bytes()).map_err(|_| NoteError::Malformed)?;
        if read.to_bytes().strip_suffix(b"\n") != Some(line.as_bytes()) {
            return Err(NoteError::Malformed);
        }
        Ok(Self { name: read.name().to_owned(), key_id: read.id(), payload: read.signature().to_vec() })
    }

    fn encode(&self) -> Result<String, NoteError> {
        check_name(&self.name)?;
        if self.payload.is_empty() {
            return Err(NoteError::Malformed);
        }
        let bytes = [&self.key_id.to_be_bytes()[..], &self.payload].concat();
        Ok(format!("\u{2014} {} {}\n", self.name, Base64::encode_string(&bytes)))
    }
}

/// The short id of a key for a custom signature type:
/// `SHA-256(name || 0x0A || 0xff || type || public key)`, its first four bytes, big-endian.
/// `signature_type` is a longer identifier that is unlikely to collide (`bystand/v1/finding`).
pub fn custom_key_id(name: &str, signature_type: &str, key: &PublicKey) -> u32 {
    key_id(name, &[&[TYPE_CUSTOM], signature_type.as_bytes(), key.as_bytes()])
}

fn key_id(name: &str, parts: &[&[u8]]) -> u32 {
    let mut hasher = Sha256::new_with_prefix(name.as_bytes());
    hasher.update(b"\n");
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().first_chunk::<4>().map_or(0, |first| u32::from_be_bytes(*first))
}

/// Signed notes have no control characters but the newline.
fn is_forbidden(c: char) -> bool {
    c < ' ' && c != '\n'
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let fits = name.len() <= 256 && !name.chars().any(is_forbidden);
    if fits && signed_note::is_key_name_valid(name) { Ok(()) } else { Err(NoteError::BadName) }
}

/// The secret key of a log, which signs notes and nothing else. Shows its name only; wiped when
/// dropped.
///
/// Its CBOR encoding holds the secret: only for what is sealed or kept apart.
#[derive(Clone, PartialEq, Eq)]
pub struct LogKey {
    name: String,
    key: SigningKey,
}

impl LogKey {
    /// A log key from a name and a seed that is used for nothing else.
    ///
    /// # Errors
    /// [`NoteError::BadName`].
    pub fn new(name: &str, key: SigningKey) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// The seed, for those who store it apart.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        self.key.seed()
    }

    /// What verifies this key's signatures.
    pub fn verifier(&self) -> LogVerifier {
        LogVerifier { name: self.name.clone(), key: self.key.public() }
    }

    /// Signs a text, which must end in a newline.
    ///
    /// # Errors
    /// [`NoteError::Malformed`], [`NoteError::TooLong`].
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        let mut note = NoteText { text: text.to_owned(), signatures: Vec::new() };
        self.add_signature(&mut note);
        note.encode()
    }

    /// Adds this key's signature to a note.
    pub fn add_signature(&self, note: &mut NoteText) {
        let signature = self.key.sign_raw(note.text.as_bytes());
        note.signatures.push(NoteSignature {
            name: self.name.clone(),
            key_id: self.verifier().key_id(),
            payload: signature.0.to_vec(),
        });
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.name)
    }
}

impl<C> Encode<C> for LogKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        (&self.name, &self.key).encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for LogKey {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        let (name, key) = <(String, SigningKey)>::decode(d, c)?;
        Self::new(&name, key).map_err(minicbor::decode::Error::message)
    }
}

/// A log's public key with its name. Its text form is the *vkey* that other tools take:
/// `<name>+<key id in hex>+<base64 of 0x01 and the key>`; its CBOR encoding is that text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogVerifier {
    name: String,
    key: PublicKey,
}

impl LogVerifier {
    /// A verifier from its parts.
    ///
    /// # Errors
    /// [`NoteError::BadName`].
    pub fn new(name: &str, key: PublicKey) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// The key's short id.
    pub fn key_id(&self) -> u32 {
        key_id(&self.name, &[&[TYPE_ED25519], self.key.as_bytes()])
    }

    /// Checks that this key has signed the note. Signatures by other keys are left alone; one in
    /// this key's name that does not verify spoils the note.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`], [`NoteError::BadSignature`].
    pub fn verify(&self, note: &NoteText) -> Result<(), NoteError> {
        let ours = |s: &&NoteSignature| s.name == self.name && s.key_id == self.key_id();
        let mut signed = false;
        for signature in note.signatures.iter().filter(ours) {
            let bytes = SignatureBytes::try_from(signature.payload.as_slice());
            let bytes = bytes.map_err(|_| NoteError::BadSignature)?;
            verify_raw(&self.key, note.text.as_bytes(), &bytes).map_err(|_| NoteError::BadSignature)?;
            signed = true;
        }
        if signed { Ok(()) } else { Err(NoteError::NotSigned) }
    }
}

impl fmt::Display for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[TYPE_ED25519][..], self.key.as_bytes()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.key_id(), Base64::encode_string(&bytes))
    }
}

impl fmt::Debug for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogVerifier({self})")
    }
}

impl FromStr for LogVerifier {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, rest) = text.split_once('+').ok_or(NoteError::BadKey)?;
        let (_, encoded) = rest.split_once('+').ok_or(NoteError::BadKey)?;
        let mut buffer = [0; 64];
        let bytes = Base64::decode(encoded, &mut buffer).map_err(|_| NoteError::BadKey)?;
        let key = bytes.strip_prefix(&[TYPE_ED25519]).ok_or(NoteError::BadKey)?;
        let key = PublicKey::try_from(key).map_err(|_| NoteError::BadKey)?;
        let verifier = Self::new(name, key)?;
        // The key id and the one way to write it are checked by writing it again.
        if verifier.to_string() == text { Ok(verifier) } else { Err(NoteError::BadKey) }
    }
}

impl<C> Encode<C> for LogVerifier {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for LogVerifier {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.str()?.parse().map_err(minicbor::decode::Error::message)
    }
}

#[cfg(test)]
mod tests;
