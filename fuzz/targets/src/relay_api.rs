//! The bodies of the relay's interface. The first byte chooses the type, the rest is the body.

use bystand_wire::relay_api::*;
use bystand_wire::{DecodeError, decode, encode};

/// Decodes bytes as a type and encodes what was read again.
type Recode = fn(&[u8]) -> Result<Vec<u8>, DecodeError>;

fn recode<T>(bytes: &[u8]) -> Result<Vec<u8>, DecodeError>
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    decode::<T>(bytes).map(|value| encode(&value))
}

macro_rules! bodies {
    ($($name:ident),* $(,)?) => {
        /// The types by their first byte. New ones go to the end: the corpus counts on the order.
        pub const BODIES: &[(&str, Recode)] = &[$((stringify!($name), recode::<$name>)),*];
    };
}

bodies!(
    SignedBytes,
    AppendRule,
    ReadRule,
    Policy,
    CreateStream,
    Admission,
    AppendContext,
    Commit,
    Pass,
    Redemption,
    UseContext,
    WorkProof,
    WorkOffer,
    Append,
    Appended,
    Created,
    StoredFrame,
    Lane,
    Frames,
    ReadAuth,
    ReadContext,
    Erase,
    EraseContext,
    Erased,
    LiveIn,
    LiveOut,
    PutBlob,
    LeaseBlob,
    Grant,
    LeaseContext,
    LogKind,
    LogEntry,
    LogLeaf,
    Logged,
    LoggedEntry,
    LogEntries,
    Network,
    CommitContext,
);

/// A byte for the type, then its body.
pub fn run(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else { return };
    let Some((name, recode)) = BODIES.get(usize::from(*choice)) else { return };
    if let Ok(again) = recode(body) {
        assert_eq!(again, body, "two encodings of one {name}");
    }
}
