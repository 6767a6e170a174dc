//! Where the runner makes an engine's records durable.

use bystand_core::io::Batch;

use crate::vault::VaultError;

/// A place for records. Carried out on a blocking thread; when [`Store::commit`] returns, the batch
/// is durable.
pub trait Store: Send + 'static {
    /// Makes a batch durable as a whole, or fails and keeps nothing of it.
    ///
    /// # Errors
    /// [`VaultError`]; the runner then stops before anything that depends on the batch is sent.
    fn commit(&mut self, batch: &Batch) -> Result<(), VaultError>;

    /// Called when there is nothing else to do.
    ///
    /// # Errors
    /// As [`Store::commit`].
    fn tidy(&mut self) -> Result<(), VaultError>;
}

/// Keeps nothing: for looking at public things without a vault.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forgetful;

impl Store for Forgetful {
    fn commit(&mut self, _: &Batch) -> Result<(), VaultError> {
        Ok(())
    }

    fn tidy(&mut self) -> Result<(), VaultError> {
        Ok(())
    }
}
