//! Checkpoints: what the log says it holds, signed, with the time it said so.

use base64ct::{Base64, Encoding};
use bystand_wire::{Hash32, NetworkId, Timestamp};

use super::{LogKey, LogVerifier, NoteError, NoteText, check_name};

/// The name of a network's log: origin line of its checkpoints and name of its key.
///
/// Other notes begin with `bystand/v1/<purpose> <network id>`. Here a slash takes the place of the space,
/// because witnesses and monitors expect the origin to equal the key's name, and names have none.
pub fn log_name(network: &NetworkId) -> String {
    format!("bystand/v1/log/{network}")
}

/// A tree head of the public log. Its text is four lines: origin, size, root hash in base64, and
/// the extension `time <milliseconds since 1970>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Root of the tree of that size (RFC 6962 §2.1).
    pub root: Hash32,
    /// When the log said so. Refuses stale input; never expires anything.
    pub time: Timestamp,
}

impl Checkpoint {
    /// The note's text.
    pub fn text(&self) -> String {
        let Self { origin, size, root, time } = self;
        format!("{origin}\n{size}\n{}\ntime {}\n", Base64::encode_string(root.as_bytes()), time.0)
    }

    /// Reads a note's text in exactly the form that [`text`](Checkpoint::text) writes.
    ///
    /// # Errors
    /// [`NoteError::NotACheckpoint`].
    pub fn from_text(text: &str) -> Result<Self, NoteError> {
        let head = TreeHead::from_text(text).ok_or(NoteError::NotACheckpoint)?;
        let [extension] = head.extensions.as_slice() else { return Err(NoteError::NotACheckpoint) };
        let time = extension.strip_prefix("time ").and_then(decimal).ok_or(NoteError::NotACheckpoint)?;
        Ok(Self { origin: head.origin.to_owned(), size: head.size, root: head.root, time: Timestamp(time) })
    }

    /// Reads a signed checkpoint: the log's signature, the form, and that the origin is the log's.
    /// That it is consistent with earlier ones is for the caller ([`crate::tree::verify_consistency`]).
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn open(note: &[u8], log: &LogVerifier) -> Result<Self, NoteError> {
        let note = NoteText::parse(note)?;
        log.verify(&note)?;
        let checkpoint = Self::from_text(&note.text)?;
        if checkpoint.origin == log.name() { Ok(checkpoint) } else { Err(NoteError::NotACheckpoint) }
    }
}

impl LogKey {
    /// Signs a tree head. A log signs no head that contradicts one it has signed before: that is
    /// for the relay, which writes the tree to disk first.
    ///
    /// # Errors
    /// [`NoteError::TooLong`] (never, with a name of sensible length).
    pub fn sign_checkpoint(&self, size: u64, root: Hash32, time: Timestamp) -> Result<String, NoteError> {
        check_name(&self.name)?;
        self.sign(&Checkpoint { origin: self.name.clone(), size, root, time }.text())
    }
}

/// Any log's tree head (c2sp.org/tlog-checkpoint), as read from a note's text.
pub(crate) struct TreeHead<'a> {
    pub(crate) origin: &'a str,
    pub(crate) size: u64,
    pub(crate) root: Hash32,
    pub(crate) extensions: Vec<&'a str>,
}

impl<'a> TreeHead<'a> {
    pub(crate) fn from_text(text: &'a str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?;
        let size = decimal(lines.next()?)?;
        let encoded = lines.next()?;
        let mut buffer = [0; 48];
        let root = Hash32::try_from(Base64::decode(encoded, &mut buffer).ok()?).ok()?;
        let extensions: Vec<&str> = lines.collect();
        let canonical = Base64::encode_string(root.as_bytes()) == encoded;
        (canonical && extensions.iter().all(|line| !line.is_empty())).then_some(Self {
            origin,
            size,
            root,
            extensions,
        })
    }
}

/// A number without sign or leading zeros.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
