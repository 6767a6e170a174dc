//! The public statement a verifier signs with a finding pass: what was found, where and when.

use core::fmt;
use core::str::FromStr;

use bystand_crypto::passes::{self, OwnedPass, sign_with_pass};
use bystand_crypto::sign::Statement;
use bystand_wire::relay_api::Pass;
use bystand_wire::time::SECOND_MS;
use bystand_wire::{AlertId, Cell, Hash32, NetworkId, SignatureBytes, Timestamp, ZoneId, limits};
use minicbor::{Decode, Encode};

use super::note::NoteError;
pub use crate::desk::{HowEnded, WhatItWas as FalseAlarm};
use crate::network::names::{BadName, KindCode};

/// Where, as coarsely as the public may know: a cell, or the zone only where the place is a home.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Place {
    /// An H3 cell, no finer than the manifest allows.
    #[n(0)]
    Cell(#[n(0)] Cell),
    /// A zone.
    #[n(1)]
    Zone(#[n(0)] ZoneId),
}

/// `cell 8928308280fffff` or `zone powderhorn-park`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Cell(cell) => write!(f, "cell {cell}"),
            Place::Zone(zone) => write!(f, "zone {zone}"),
        }
    }
}

impl FromStr for Place {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        let bad = BadName("place");
        match text.split_once(' ').ok_or(bad)? {
            ("cell", hex) => u64::from_str_radix(hex, 16).map(|n| Place::Cell(Cell(n))).map_err(|_| bad),
            ("zone", id) => id.parse().map(Place::Zone).map_err(|_| bad),
            _ => Err(bad),
        }
    }
}

/// What a verifier found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Outcome {
    /// It is so.
    #[n(0)]
    Confirmed,
    /// It is not so.
    #[n(1)]
    FalseAlarm(#[n(0)] FalseAlarm),
    /// It was so, and it is over.
    #[n(2)]
    Over(#[n(0)] HowEnded),
}

/// `confirmed`, `false-alarm city-police` or `over left-nobody-taken`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Confirmed => f.write_str("confirmed"),
            Outcome::FalseAlarm(what) => write!(f, "false-alarm {}", what.as_str()),
            Outcome::Over(how) => write!(f, "over {}", how.as_str()),
        }
    }
}

impl FromStr for Outcome {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        match text.split_once(' ') {
            None if text == "confirmed" => Ok(Outcome::Confirmed),
            Some(("false-alarm", what)) => {
                let known = FalseAlarm::ALL.into_iter().find(|w| w.as_str() == what);
                known.map(Outcome::FalseAlarm).ok_or(BadName("false alarm"))
            }
            Some(("over", how)) => {
                let known = HowEnded::ALL.into_iter().find(|h| h.as_str() == how);
                known.map(Outcome::Over).ok_or(BadName("way to end"))
            }
            None | Some(_) => Err(BadName("finding")),
        }
    }
}

/// What a finding pass signs. An alert's fields must equal it, so that what was found is what is said.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FindingStatement {
    /// The alert it belongs to.
    #[n(0)]
    pub alert: AlertId,
    /// What kind of incident.
    #[n(1)]
    pub kind: KindCode,
    /// Where.
    #[n(2)]
    pub place: Place,
    /// Seen from; whole seconds.
    #[n(3)]
    pub observed_from: Timestamp,
    /// Seen until; whole seconds.
    #[n(4)]
    pub observed_until: Timestamp,
    /// What was found.
    #[n(5)]
    pub outcome: Outcome,
}

impl Statement for FindingStatement {
    const PURPOSE: &'static str = "finding";
}

impl FindingStatement {
    /// Rounds the times down to whole seconds, the precision of notes.
    #[must_use]
    pub fn rounded(mut self) -> Self {
        self.observed_from = whole_seconds(self.observed_from);
        self.observed_until = whole_seconds(self.observed_until);
        self
    }

    /// Checks the times: whole seconds, in order, within what one alert may cover.
    ///
    /// # Errors
    /// [`NoteError::Times`].
    pub fn check(&self) -> Result<(), NoteError> {
        let (from, until) = (self.observed_from, self.observed_until);
        let whole = from == whole_seconds(from) && until == whole_seconds(until);
        let fits = from <= until && until.since_ms(from) <= limits::ALERT_LIFE_MS;
        if whole && fits { Ok(()) } else { Err(NoteError::Times) }
    }
}

/// A moment, rounded down to the second.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0 % SECOND_MS)
}

/// A finding as it travels from the scene to the desk: the statement and the pass that signed it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FindingProof {
    /// What was found.
    #[n(0)]
    pub statement: FindingStatement,
    /// A finding pass.
    #[n(1)]
    pub pass: Pass,
    /// By the pass's key over the statement.
    #[n(2)]
    pub signature: SignatureBytes,
}

impl FindingProof {
    /// Signs a statement (its times rounded) with a finding pass, which is used up by it.
    pub fn sign(network: &NetworkId, pass: &OwnedPass, statement: FindingStatement) -> Self {
        let statement = statement.rounded();
        let signature = sign_with_pass(network, pass, &statement);
        Self { statement, pass: pass.pass.clone(), signature }
    }

    /// What the spent sets know its pass by.
    pub fn pass_id(&self) -> Hash32 {
        passes::pass_id(&self.pass)
    }
}
