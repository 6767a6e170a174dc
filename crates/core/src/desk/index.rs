//! Where to find things fast; always rebuilt from the incidents, never stored.

use bystand_wire::{AlertId, CallOutId, Hash32, IncidentId, Seq};

use super::ids::{Author, FindingId};
use super::incident::Incident;
use super::joins::{Bucket, buckets_of};
use super::persistent::{Map, Set};

/// Indexes over the incidents that are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// These three serve look-ups by the engine; no rule uses them.
    call_outs: Set<(CallOutId, IncidentId)>,
    alerts: Set<(AlertId, IncidentId)>,
    findings: Set<(FindingId, IncidentId)>,
    claims: Map<Author, Set<IncidentId>>,
    /// Reports that came with a pass, the earliest first: only that one is vouched.
    passes: Map<Hash32, Set<(Seq, IncidentId)>>,
    /// Incidents that are neither closed nor joined, oldest first.
    open: Set<(Seq, IncidentId)>,
    /// Incidents by rough place and time.
    buckets: Map<Bucket, Set<IncidentId>>,
}

impl Index {
    pub(super) fn add(&mut self, incident: &Incident) {
        let id = incident.id;
        incident.call_outs.keys().for_each(|call_out| self.add_call_out(*call_out, id));
        incident.alerts.keys().for_each(|alert| self.add_alert(*alert, id));
        incident.findings.iter().for_each(|found| self.add_finding(found.finding.id, id));
        if let Some(claim) = incident.claim {
            put_into(&mut self.claims, claim.holder, id);
        }
        if let Some(vouch) = incident.vouch {
            put_into(&mut self.passes, vouch.pass, (incident.taken.seq, id));
        }
        self.set_open(incident);
        self.learn_place(incident);
    }

    pub(super) fn remove(&mut self, incident: &Incident) {
        for call_out in incident.call_outs.keys() {
            self.call_outs.remove(&(*call_out, incident.id));
        }
        for alert in incident.alerts.keys() {
            self.alerts.remove(&(*alert, incident.id));
        }
        for found in &incident.findings {
            self.findings.remove(&(found.finding.id, incident.id));
        }
        if let Some(claim) = incident.claim {
            take_from(&mut self.claims, &claim.holder, &incident.id);
        }
        if let Some(vouch) = incident.vouch {
            take_from(&mut self.passes, &vouch.pass, &(incident.taken.seq, incident.id));
        }
        self.forget_place(incident);
        self.open.remove(&(incident.taken.seq, incident.id));
    }

    /// To be called before an incident's place changes; [`Index::learn_place`] after it.
    pub(super) fn forget_place(&mut self, incident: &Incident) {
        for bucket in buckets_of(incident) {
            take_from(&mut self.buckets, &bucket, &incident.id);
        }
    }

    pub(super) fn learn_place(&mut self, incident: &Incident) {
        for bucket in buckets_of(incident) {
            put_into(&mut self.buckets, bucket, incident.id);
        }
    }

    /// Puts an incident among the open ones, or takes it out.
    pub(super) fn set_open(&mut self, incident: &Incident) {
        let key = (incident.taken.seq, incident.id);
        if incident.closing.is_none() && incident.joined_into.is_none() {
            self.open.insert(key);
        } else {
            self.open.remove(&key);
        }
    }

    pub(super) fn set_claim(&mut self, id: IncidentId, before: Option<Author>, after: Option<Author>) {
        if let Some(holder) = before {
            take_from(&mut self.claims, &holder, &id);
        }
        if let Some(holder) = after {
            put_into(&mut self.claims, holder, id);
        }
    }

    pub(super) fn add_call_out(&mut self, call_out: CallOutId, id: IncidentId) {
        self.call_outs.insert((call_out, id));
    }

    pub(super) fn add_alert(&mut self, alert: AlertId, id: IncidentId) {
        self.alerts.insert((alert, id));
    }

    pub(super) fn add_finding(&mut self, finding: FindingId, id: IncidentId) {
        self.findings.insert((finding, id));
    }

    pub(super) fn call_out(&self, call_out: CallOutId) -> Option<IncidentId> {
        first_with(&self.call_outs, call_out)
    }

    pub(super) fn alert(&self, alert: AlertId) -> Option<IncidentId> {
        first_with(&self.alerts, alert)
    }

    /// Every incident that an alert's id stands in: joined incidents may share one.
    pub(super) fn incidents_of_alert(&self, alert: AlertId) -> impl Iterator<Item = IncidentId> {
        self.alerts
            .range((alert, IncidentId([0; 16]))..)
            .take_while(move |(id, _)| *id == alert)
            .map(|(_, id)| *id)
    }

    pub(super) fn finding(&self, finding: FindingId) -> Option<IncidentId> {
        first_with(&self.findings, finding)
    }

    pub(super) fn claims_of(&self, holder: Author) -> impl Iterator<Item = IncidentId> + '_ {
        self.claims.get(&holder).into_iter().flatten().copied()
    }

    /// Whether this incident's report is the one that its pass vouches for.
    pub(super) fn is_first_of_pass(&self, pass: Hash32, seq: Seq, id: IncidentId) -> bool {
        self.passes.get(&pass).and_then(Set::get_min) == Some(&(seq, id))
    }

    pub(super) fn is_open(&self, incident: &Incident) -> bool {
        self.open.contains(&(incident.taken.seq, incident.id))
    }

    /// Incidents that are neither closed nor joined, oldest entry first.
    pub(super) fn open(&self) -> impl Iterator<Item = IncidentId> + '_ {
        self.open.iter().map(|(_, id)| *id)
    }

    pub(super) fn in_bucket(&self, bucket: &Bucket) -> impl Iterator<Item = IncidentId> + '_ {
        self.buckets.get(bucket).into_iter().flatten().copied()
    }
}

fn put_into<K: Ord + Clone, V: Ord + Clone>(map: &mut Map<K, Set<V>>, key: K, value: V) {
    map.entry(key).or_default().insert(value);
}

/// Takes one value from the set of a key, and the key when nothing is left.
fn take_from<K: Ord + Clone, V: Ord + Clone>(map: &mut Map<K, Set<V>>, key: &K, value: &V) {
    if let Some(set) = map.get_mut(key) {
        set.remove(value);
        if set.is_empty() {
            map.remove(key);
        }
    }
}

/// The first incident beside an id.
fn first_with<K: Ord + Copy>(pairs: &Set<(K, IncidentId)>, key: K) -> Option<IncidentId> {
    let least = IncidentId([0; IncidentId::LEN]);
    pairs.range((key, least)..).next().filter(|(found, _)| *found == key).map(|(_, id)| *id)
}
