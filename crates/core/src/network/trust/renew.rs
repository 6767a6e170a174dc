//! Trust for those who look in for minutes: a page that seals a report does not follow the log.

use bystand_wire::Timestamp;
use bystand_wire::relay_api::Network;

use super::{Trust, TrustError};

impl Trust {
    /// Takes over what `GET /v1/network` says now, as a newcomer does, if nothing in it goes back. Whether the manifest
    /// or the key note is another than before.
    ///
    /// That the log continues the one seen before is not proven here: this is as much as a newcomer is told, and
    /// [`Trust::advance`] is for devices that stay.
    ///
    /// # Errors
    /// [`TrustError`]; what is known stays as it is.
    pub fn renew(&mut self, answer: &Network, now: Timestamp) -> Result<bool, TrustError> {
        let fresh = Self::begin(self.network(), answer, now)?;
        fresh.manifest().supersedes(self.manifest())?;
        let (new, old) = (fresh.newest_key_note(), self.newest_key_note());
        if let (Some(new), Some(old)) = (new, old) {
            new.supersedes(old)?;
        }
        if fresh.manifest().manifest().log == self.manifest().manifest().log {
            self.check_not_backwards(&fresh.position)?;
        }
        let is_new = fresh.manifest().manifest().version != self.manifest().manifest().version
            || new.map(|note| note.note().version) != old.map(|note| note.note().version);
        let past = self.registrars_ever().copied().collect();
        *self = Self { past_registrars: past, ..fresh };
        Ok(is_new)
    }
}
