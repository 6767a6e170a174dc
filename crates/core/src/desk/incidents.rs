//! The incidents that are there, and when something of each is due next. A copy shares every incident that
//! neither side changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use bystand_wire::{IncidentId, Timestamp};

use super::incident::Incident;
use super::persistent::{Map, Set};

#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    incident: Arc<Incident>,
    due: Option<Timestamp>,
}

/// The incidents by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Incidents {
    held: Map<IncidentId, Held>,
    /// By when something of them is due.
    due: Set<(Timestamp, IncidentId)>,
    /// Those that were given out to be changed since [`Incidents::take_changed`].
    changed: BTreeSet<IncidentId>,
}

impl Incidents {
    /// All of them at once; those of one id are taken for one.
    pub(super) fn of(incidents: Vec<Arc<Incident>>) -> Self {
        let changed = incidents.iter().map(|incident| incident.id).collect();
        let hold = |incident: Arc<Incident>| (incident.id, Held { incident, due: None });
        Self { held: incidents.into_iter().map(hold).collect(), due: Set::default(), changed }
    }

    pub(super) fn contains_key(&self, id: &IncidentId) -> bool {
        self.held.contains_key(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub(super) fn get(&self, id: &IncidentId) -> Option<&Incident> {
        self.held.get(id).map(|held| held.incident.as_ref())
    }

    pub(super) fn get_mut(&mut self, id: &IncidentId) -> Option<&mut Incident> {
        let held = self.held.get_mut(id)?;
        self.changed.insert(*id);
        Some(Arc::make_mut(&mut held.incident))
    }

    /// Also in place of the one of that id.
    pub(super) fn insert(&mut self, incident: Incident) {
        let id = incident.id;
        let due = self.held.get(&id).and_then(|held| held.due);
        self.changed.insert(id);
        self.held.insert(id, Held { incident: Arc::new(incident), due });
    }

    pub(super) fn remove(&mut self, id: &IncidentId) -> Option<Arc<Incident>> {
        let held = self.held.get(id)?.clone();
        self.set_due(*id, None);
        self.held.remove(id);
        Some(held.incident)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &IncidentId> {
        self.held.keys()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Incident> {
        self.held.values().map(|held| held.incident.as_ref())
    }

    /// Those that may have changed since the last call.
    pub(super) fn take_changed(&mut self) -> BTreeSet<IncidentId> {
        std::mem::take(&mut self.changed)
    }

    /// Notes when something of an incident is due next.
    pub(super) fn set_due(&mut self, id: IncidentId, due: Option<Timestamp>) {
        let Some(before) = self.held.get(&id).map(|held| held.due).filter(|before| *before != due) else {
            return;
        };
        if let Some(held) = self.held.get_mut(&id) {
            held.due = due;
        }
        if let Some(at) = before {
            self.due.remove(&(at, id));
        }
        if let Some(at) = due {
            self.due.insert((at, id));
        }
    }

    /// Those of which something is due, the longest due first.
    pub(super) fn due_by(&self, now: Timestamp) -> impl Iterator<Item = &Incident> {
        let due = self.due.iter().take_while(move |(at, _)| *at <= now);
        due.filter_map(|(_, id)| self.get(id))
    }

    /// When the next of the others is due.
    pub(super) fn next_due_after(&self, now: Timestamp) -> Option<Timestamp> {
        let later = (now.plus_ms(1), IncidentId([0; IncidentId::LEN]));
        self.due.range(later..).next().map(|(at, _)| *at)
    }
}
