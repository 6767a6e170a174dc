//! Snapshots: the state in parts, each to be sealed with the key whose entries it sums up. So an erased
//! incident is gone from snapshots too, once its key is.

use std::collections::BTreeSet;
use std::sync::Arc;

use bystand_wire::{DecodeError, IncidentId, Seq, encode};
use minicbor::Decode;

use super::incident::Incident;
use super::incidents::Incidents;
use super::index::Index;
use super::persistent::Map;
use super::state::{DeskState, Shared};

/// The state in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskSnapshot {
    /// The last entry it sums up.
    pub last_seq: Seq,
    /// What belongs to no incident; to be sealed with the team's key.
    pub shared: Vec<u8>,
    /// Each incident; to be sealed with its own key.
    pub incidents: Vec<(IncidentId, Vec<u8>)>,
}

/// Why a snapshot could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// A part is not what this program writes.
    #[error("a part of the snapshot cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// A part is not the incident it is said to be, or is there twice.
    #[error("a part of the snapshot is not the incident it claims to be")]
    Mislabeled(IncidentId),
}

impl DeskState {
    /// The state in parts.
    pub fn snapshot(&self) -> DeskSnapshot {
        DeskSnapshot {
            last_seq: self.shared.last_seq,
            shared: self.shared_part(),
            incidents: self.incidents.values().map(|incident| (incident.id, encode(incident))).collect(),
        }
    }

    /// The part that belongs to no incident.
    pub fn shared_part(&self) -> Vec<u8> {
        encode(&self.shared)
    }

    /// An incident's part.
    pub fn incident_part(&self, id: IncidentId) -> Option<Vec<u8>> {
        self.incident(id).map(encode)
    }

    /// The state from its parts. Incidents whose part is missing (their key is gone) are absent; those
    /// that the shared part knows as erased are dropped.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn from_snapshot(snapshot: &DeskSnapshot) -> Result<DeskState, SnapshotError> {
        let incidents = snapshot.incidents.iter().map(|(id, part)| (*id, part.as_slice()));
        DeskState::from_parts(&snapshot.shared, incidents)
    }

    /// The state from its parts as they come: each can be opened, read and dropped before the next.
    ///
    /// # Errors
    /// As for [`DeskState::from_snapshot`].
    pub fn from_parts<Part: AsRef<[u8]>>(
        shared: &[u8],
        incidents: impl IntoIterator<Item = (IncidentId, Part)>,
    ) -> Result<DeskState, SnapshotError> {
        let shared: Shared = read(shared)?;
        let (mut known, mut kept) = (BTreeSet::new(), Vec::new());
        for (id, part) in incidents {
            let incident: Arc<Incident> = Arc::new(read(part.as_ref())?);
            if incident.id != id || !known.insert(id) {
                return Err(SnapshotError::Mislabeled(id));
            }
            if !shared.erased.contains_key(&id) {
                kept.push(incident);
            }
        }
        let mut state = DeskState { shared, incidents: Incidents::of(kept), ..DeskState::default() };
        state.mend_joins();
        state.rebuild();
        Ok(state)
    }

    /// Folds a part that was carried over from a lost casebook, where one has kept it. Total: a part that
    /// cannot be read or that comes too late has no effect, but that what was erased stays erased. Of two
    /// members' parts of one incident the one counts that sums up more, as long as nobody has worked on it
    /// in this casebook.
    pub fn carry(&mut self, seq: Seq, of: Option<IncidentId>, as_of: Seq, bytes: &[u8]) {
        self.apply_unreadable(seq);
        match of {
            None => self.carry_shared(seq, bytes),
            Some(id) => self.carry_incident(id, as_of, bytes),
        }
        self.reschedule();
    }

    /// All that one member carried over is there.
    pub fn carried_all(&mut self, seq: Seq) {
        self.apply_unreadable(seq);
        self.mend_joins();
        self.rebuild();
    }

    /// What is never stored: the index, and when something is due.
    fn rebuild(&mut self) {
        self.index = Index::default();
        self.incidents.values().for_each(|incident| self.index.add(incident));
        self.reschedule();
    }

    fn carry_shared(&mut self, seq: Seq, bytes: &[u8]) {
        let Ok(other) = read::<Shared>(bytes) else { return };
        let is_first = self.incidents.is_empty() && self.shared == Shared::at(seq);
        if is_first {
            self.shared = Shared { last_seq: seq, carried: Map::default(), ..other };
            return;
        }
        for (id, tombstone) in &other.erased {
            if let Some(gone) = self.incidents.remove(id) {
                self.index.remove(&gone);
            }
            self.shared.carried.remove(id);
            self.bury(*id, *tombstone);
        }
    }

    fn carry_incident(&mut self, id: IncidentId, as_of: Seq, bytes: &[u8]) {
        let Ok(incident) = read::<Incident>(bytes) else { return };
        let is_newer = match self.incidents.contains_key(&id) {
            true => self.shared.carried.get(&id).is_some_and(|held| *held < as_of),
            false => !self.shared.erased.contains_key(&id),
        };
        if incident.id != id || !is_newer {
            return;
        }
        if let Some(before) = self.incidents.get(&id) {
            self.index.remove(before);
        }
        self.index.add(&incident);
        self.incidents.insert(incident);
        self.shared.carried.insert(id, as_of);
    }

    /// Which incidents of an earlier fold, that summed up a lost casebook up to a place, this one lacks or
    /// has from somebody who had read less.
    pub fn lacks(&self, before: &DeskState, as_of: Seq) -> Vec<IncidentId> {
        let is_behind = |id: &IncidentId| match self.incidents.contains_key(id) {
            true => self.shared.carried.get(id).is_some_and(|held| *held < as_of),
            false => !self.shared.erased.contains_key(id),
        };
        let changed = |id: &IncidentId| self.incidents.get(id) != before.incidents.get(id);
        before.incidents.keys().filter(|id| is_behind(id) && changed(id)).copied().collect()
    }

    /// What was erased, as far as this fold knows.
    pub fn erased(&self) -> impl Iterator<Item = &IncidentId> {
        self.shared.erased.keys()
    }

    /// A member whose root is missing stands alone; a root forgets members that are missing.
    fn mend_joins(&mut self) {
        let joined_into: Vec<(IncidentId, IncidentId)> =
            self.incidents.values().filter_map(|i| Some((i.id, i.joined_into?))).collect();
        for (id, root) in &joined_into {
            let whole =
                self.incidents.get(root).is_some_and(|r| r.joined_into.is_none() && r.joined.contains(id));
            if let Some(incident) = self.incidents.get_mut(id).filter(|_| !whole) {
                incident.joined_into = None;
            }
        }
        let roots: Vec<IncidentId> =
            self.incidents.values().filter(|i| !i.joined.is_empty()).map(|i| i.id).collect();
        for root in roots {
            let missing = |id: &IncidentId| self.incidents.get(id).and_then(|i| i.joined_into) == Some(root);
            let present =
                self.incidents.get(&root).map(|r| r.joined.iter().copied().filter(missing).collect());
            if let (Some(present), Some(incident)) = (present, self.incidents.get_mut(&root)) {
                incident.joined = present;
            }
        }
    }
}

/// Without the check for the canonical form: nothing is signed here, the parts come from under our own
/// seal, and a desk with a month of incidents is to open in a moment.
fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, DecodeError> {
    minicbor::decode(bytes).map_err(|e| DecodeError::Malformed(e.to_string()))
}
