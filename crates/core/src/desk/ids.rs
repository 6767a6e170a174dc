//! Names of things at the desk.

use bystand_wire::{Hash32, IncidentId, ReportId, Seq, Timestamp};
use minicbor::{Decode, Encode};

/// Who appended an entry: the hash of their certificate. A pseudonym, never a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Author(#[n(0)] pub Hash32);

/// A finding, drawn by the verifier's device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct FindingId(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

/// A rumor, drawn by the dispatcher who first notes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct RumorId(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

/// Which entry, of whom, and when by their clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Stamp {
    /// Its place in the casebook.
    #[n(0)]
    pub seq: Seq,
    /// Its author's time.
    #[n(1)]
    pub at: Timestamp,
    /// Its author.
    #[n(2)]
    pub by: Author,
}

/// The incident a report opens. Both are the same random 16 bytes, so that a report taken by two
/// devices at once makes one incident, and an erased one is recognized when the report is resent.
pub fn incident_of_report(report: ReportId) -> IncidentId {
    IncidentId(report.0)
}
