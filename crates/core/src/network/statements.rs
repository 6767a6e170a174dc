//! Small signed statements for the public log, beside manifest, key note and alerts.

use bystand_crypto::sign::Statement;
use bystand_wire::{Hash32, PassPurpose, Period, StreamId, Timestamp};
use minicbor::{Decode, Encode};

use super::keynote::period_fits;

/// The most certificates one statement names.
pub const CERTIFICATES: usize = 1_000;

/// How many passes a registrar has certified for a purpose and period so far; signed with its device
/// key. Totals that outgrow the known number of members show that passes were minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct IssuanceTotals {
    /// Which passes.
    #[n(0)]
    pub purpose: PassPurpose,
    /// For when.
    #[n(1)]
    pub period: Period,
    /// How many, since the issuer key exists.
    #[n(2)]
    pub issued: u64,
    /// As of when.
    #[n(3)]
    pub at: Timestamp,
}

impl Statement for IssuanceTotals {
    const PURPOSE: &'static str = "issuance-totals";
}

impl IssuanceTotals {
    /// Whether the purpose has periods of this kind.
    pub fn has_form(&self) -> bool {
        period_fits(self.purpose, self.period)
    }
}

/// Hashes of the certificates a registrar has issued since its last such statement; signed with its
/// device key. Says how many were admitted, and nothing about whom.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CertificatesIssued {
    /// Ascending, at least one, at most [`CERTIFICATES`].
    #[n(0)]
    pub certificates: Vec<Hash32>,
    /// As of when.
    #[n(1)]
    pub at: Timestamp,
}

impl Statement for CertificatesIssued {
    const PURPOSE: &'static str = "certificates-issued";
}

impl CertificatesIssued {
    /// Whether the list has its one form and size.
    pub fn has_form(&self) -> bool {
        (1..=CERTIFICATES).contains(&self.certificates.len()) && self.certificates.is_sorted_by(|a, b| a < b)
    }
}

/// The authenticator of one epoch of a day room; signed with the host key. Two different ones for an
/// epoch show that the room was forked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EpochAuthenticator {
    /// The room.
    #[n(0)]
    pub room: StreamId,
    /// Its epoch.
    #[n(1)]
    pub epoch: u64,
    /// The MLS epoch authenticator (RFC 9420 §8.7), hashed.
    #[n(2)]
    pub authenticator: Hash32,
}

impl Statement for EpochAuthenticator {
    const PURPOSE: &'static str = "epoch-authenticator";
}
