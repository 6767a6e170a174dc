//! Where MLS puts what it wants kept: memory that a snapshot is made of.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mls_rs::storage_provider::KeyPackageData;
use mls_rs::{GroupStateStorage, KeyPackageStorage};
use mls_rs_core::group::{EpochRecord, GroupState};
use zeroize::Zeroizing;

/// How many epochs before the current one can still be read.
pub(super) const PRIOR_EPOCHS: u64 = 3;

/// One room's storage. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<Stored>>);

#[derive(Default)]
struct Stored {
    state: Option<Zeroizing<Vec<u8>>>,
    epochs: BTreeMap<u64, Zeroizing<Vec<u8>>>,
    key_packages: BTreeMap<Vec<u8>, KeyPackageData>,
}

impl Shelf {
    /// A shelf as a snapshot describes it.
    pub(super) fn holding(state: Vec<u8>, epochs: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Self {
        let shelf = Self::default();
        {
            let mut stored = shelf.lock();
            stored.state = Some(Zeroizing::new(state));
            stored.epochs = epochs.into_iter().map(|(id, bytes)| (id, Zeroizing::new(bytes))).collect();
        }
        shelf
    }

    /// What MLS wrote last; the shelf keeps no second copy of it.
    pub(super) fn take_state(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.lock().state.take()
    }

    /// The prior epochs, oldest first.
    pub(super) fn epochs(&self) -> Vec<(u64, Zeroizing<Vec<u8>>)> {
        self.lock().epochs.iter().map(|(id, bytes)| (*id, bytes.clone())).collect()
    }

    /// Takes the one key package that was just made.
    pub(super) fn take_key_package(&self) -> Option<(Vec<u8>, KeyPackageData)> {
        self.lock().key_packages.pop_first()
    }

    /// Puts a key package's secrets where a join looks for them.
    pub(super) fn put_key_package(&self, id: Vec<u8>, data: KeyPackageData) {
        self.lock().key_packages.insert(id, data);
    }

    /// Forgets all key packages' secrets.
    pub(super) fn forget_key_packages(&self) {
        self.lock().key_packages.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Stored> {
        // Each change below is one insertion or removal: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GroupStateStorage for Shelf {
    type Error = Infallible;

    fn state(&self, _group_id: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, Infallible> {
        Ok(self.lock().state.clone())
    }

    fn epoch(&self, _group_id: &[u8], epoch_id: u64) -> Result<Option<Zeroizing<Vec<u8>>>, Infallible> {
        Ok(self.lock().epochs.get(&epoch_id).cloned())
    }

    fn write(
        &mut self,
        state: GroupState,
        epoch_inserts: Vec<EpochRecord>,
        epoch_updates: Vec<EpochRecord>,
    ) -> Result<(), Infallible> {
        let mut stored = self.lock();
        stored.state = Some(state.data);
        for record in epoch_inserts.into_iter().chain(epoch_updates) {
            stored.epochs.insert(record.id, record.data);
        }
        if let Some(newest) = stored.epochs.last_key_value().map(|(id, _)| *id) {
            stored.epochs.retain(|id, _| id + PRIOR_EPOCHS > newest);
        }
        Ok(())
    }

    fn max_epoch_id(&self, _group_id: &[u8]) -> Result<Option<u64>, Infallible> {
        Ok(self.lock().epochs.last_key_value().map(|(id, _)| *id))
    }
}

impl KeyPackageStorage for Shelf {
    type Error = Infallible;

    fn delete(&mut self, id: &[u8]) -> Result<(), Infallible> {
        self.lock().key_packages.remove(id);
        Ok(())
    }

    fn insert(&mut self, id: Vec<u8>, pkg: KeyPackageData) -> Result<(), Infallible> {
        self.put_key_package(id, pkg);
        Ok(())
    }

    fn get(&self, id: &[u8]) -> Result<Option<KeyPackageData>, Infallible> {
        Ok(self.lock().key_packages.get(id).cloned())
    }
}
