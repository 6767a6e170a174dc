//! Every body of the relay's interface by name.

use bystand_wire::relay_api::*;
use bystand_wire::{DecodeError, Frame, decode, encode, pad};

/// Decodes bytes as a type and encodes what was read again.
pub type Recode = fn(&[u8]) -> Result<Vec<u8>, DecodeError>;

fn recode<T>(bytes: &[u8]) -> Result<Vec<u8>, DecodeError>
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    decode::<T>(bytes).map(|value| encode(&value))
}

macro_rules! bodies {
    ($($name:ident),* $(,)?) => {
        /// All types of `relay_api`.
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
    CommitContext,
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
);

/// The reader of a type named in a vector file.
pub fn reader(kind: &str) -> Recode {
    match kind {
        "Frame" => |bytes| Frame::parse(bytes).map(|f| Frame::build(f.kind, f.body)),
        "Padded" => |bytes| pad::unpad(bytes).and_then(pad::pad),
        _ => {
            BODIES.iter().find(|(name, _)| *name == kind).unwrap_or_else(|| panic!("no type named {kind}")).1
        }
    }
}

#[test]
fn no_body_is_missing() {
    let source = include_str!("../../src/relay_api.rs");
    let mut derived = false;
    let mut declared = Vec::new();
    for line in source.lines() {
        if line.starts_with("#[derive(") {
            derived = line.contains("Decode");
        }
        let name = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let (true, Some(name)) = (derived, name) {
            declared.push(name.split([' ', '(', '<', ';']).next().unwrap_or_default());
        }
    }
    let listed: Vec<&str> = BODIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(declared, listed, "list every body here, in the order of relay_api.rs");
}
