//! A pool of read connections, used off the asynchronous threads.

use std::sync::{Arc, Mutex, PoisonError};

use bystand_wire::problem::Code;
use tokio::sync::Semaphore;

use crate::rules::Refusal;
use crate::store::{Reader, Store, Stored};

/// Readers that wait for work; clones share them.
#[derive(Clone)]
pub struct Readers {
    free: Arc<Mutex<Vec<Box<dyn Reader>>>>,
    permits: Arc<Semaphore>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").field("free", &self.permits.available_permits()).finish()
    }
}

impl Readers {
    /// Opens a number of readers.
    pub fn open(store: &dyn Store, count: usize) -> Stored<Self> {
        let readers: Stored<Vec<_>> = (0..count.max(1)).map(|_| store.reader()).collect();
        let readers = readers?;
        let permits = Arc::new(Semaphore::new(readers.len()));
        Ok(Self { free: Arc::new(Mutex::new(readers)), permits })
    }

    /// Reads.
    ///
    /// # Errors
    /// `cannot-store` when the disk or database fails.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Stored<T> + Send + 'static,
    {
        const FAILED: Refusal = Refusal::new(Code::CannotStore, "The relay cannot read its database now.");
        const BUG: Refusal = Refusal::new(Code::Internal, "A reader is missing.");
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| BUG)?;
        let free = self.free.clone();
        let done = tokio::task::spawn_blocking(move || {
            let taken = free.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut reader) = taken else { return Err(BUG) };
            let result = work(reader.as_mut());
            free.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            drop(permit);
            result.map_err(|error| {
                tracing::error!("cannot read: {error}");
                FAILED
            })
        });
        done.await.map_err(|_| BUG)?
    }
}
