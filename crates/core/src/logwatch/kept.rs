//! [`LogWatch`] as the vault keeps it. The log goes on all day, and the manifest holds the outlines of
//! all zones: only what changed is written.

use std::collections::{BTreeMap, BTreeSet};

use bystand_wire::{DecodeError, NetworkId, decode, encode};
use minicbor::{Decode, Encode};

use super::{LogWatch, Stage};
use crate::alerts::AlertBook;
use crate::network::Trust;
use crate::network::trust::TrustHead;

/// The record that is written at each step; the documents it names lie beside it.
const RECORD: &str = "log";
/// The documents' records.
const DOCUMENTS: &str = "log/";

#[derive(Encode, Decode)]
#[cbor(map)]
struct Kept {
    #[n(0)]
    network: NetworkId,
    #[n(1)]
    trust: Option<TrustHead>,
    #[n(2)]
    book: AlertBook,
    #[n(3)]
    stage: Stage,
    #[n(4)]
    suspicious: bool,
    #[n(5)]
    all_manifests: bool,
}

impl LogWatch {
    /// The records that are to be written (or, without a value, deleted) so that the vault holds all
    /// that [`LogWatch::load`] needs. What was given out before is not given out again.
    pub fn take_changes(&mut self) -> Vec<(String, Option<Vec<u8>>)> {
        let kept = Kept {
            network: self.network,
            trust: self.trust.as_ref().map(Trust::head),
            book: self.book.clone(),
            stage: self.stage,
            suspicious: self.suspicious,
            all_manifests: self.all_manifests,
        };
        let mut changes = vec![(RECORD.to_owned(), Some(encode(&kept)))];
        let mut wanted = BTreeSet::new();
        for (name, bytes) in self.trust.iter().flat_map(Trust::documents) {
            let name = format!("{DOCUMENTS}{name}");
            if !self.kept.contains(&name) {
                changes.push((name.clone(), Some(bytes.to_vec())));
            }
            wanted.insert(name);
        }
        changes.extend(self.kept.difference(&wanted).map(|name| (name.clone(), None)));
        self.kept = wanted;
        changes
    }

    /// Takes up the watch from the vault; `None` when it holds none. Signatures are checked again.
    ///
    /// # Errors
    /// [`DecodeError`] when a record is missing or damaged.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Result<Option<Self>, DecodeError> {
        let Some(record) = records.get(RECORD) else { return Ok(None) };
        let Kept { network, trust, book, stage, suspicious, all_manifests } = decode(record)?;
        let document = |name: &str| records.get(&format!("{DOCUMENTS}{name}")).map(Vec::as_slice);
        let trust = trust.map(|head| Trust::from_kept(&head, document)).transpose();
        let trust = trust.map_err(|error| DecodeError::Malformed(error.to_string()))?;
        if trust.as_ref().is_some_and(|trust| *trust.network() != network) {
            return Err(DecodeError::Malformed("trust in another network".to_owned()));
        }
        let documents = records.range(DOCUMENTS.to_owned()..).map(|(name, _)| name);
        let kept = documents.take_while(|name| name.starts_with(DOCUMENTS)).cloned().collect();
        Ok(Some(Self { network, trust, book, stage, suspicious, asked: None, all_manifests, kept }))
    }
}
