//! Who may know what: the threat model's *cannot*, as a table.
//!
//! | secret | who may have it, beside whose device it was written on |
//! | --- | --- |
//! | words of a report, a note in the casebook, what a finding says to the desk alone | the desk |
//! | an exact place, the words for a home | the desk; a responder whose offer was accepted, until it is over |
//! | a caller's number | the desk |
//! | an emergency envelope | a dispatcher who has opened it, on the screen |
//! | a note for a zone | the desk, the hosts, the zone's members |
//!
//! *The desk* is who is on it, and who was removed for what was written before. The relay may have none of it.

use std::collections::{BTreeMap, BTreeSet};

use bystand_wire::time::MINUTE_MS;
use bystand_wire::{IncidentId, OfferId, Timestamp, ZoneId};

use crate::ledger::{Kind, Secret, Where};
use crate::machine::MachineId;

/// A removal takes so long: revocation, commit, new keys, and the key note that names them.
const REMOVAL_MS: u64 = 5 * MINUTE_MS;

/// What somebody is in the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A dispatcher.
    Desk,
    /// Was one until this moment.
    WasDesk(Timestamp),
    /// A host box.
    Host,
    /// Keeps certificates and passes and nothing else.
    Registrar,
    /// On duty in this zone.
    Member(ZoneId),
}

/// Who is what, and whose offers were accepted for what.
#[derive(Debug, Default)]
pub struct Clearance {
    standing: BTreeMap<MachineId, Standing>,
    accepted: BTreeMap<OfferId, (Timestamp, BTreeSet<IncidentId>)>,
}

impl Clearance {
    /// Notes what somebody is.
    pub fn stands(&mut self, who: MachineId, standing: Standing) {
        self.standing.insert(who, standing);
    }

    /// Whether somebody is on the desk.
    pub fn is_desk(&self, who: MachineId) -> bool {
        self.standing.get(&who) == Some(&Standing::Desk)
    }

    /// The desk has accepted an offer for these incidents, which are one by its books.
    pub fn accept(
        &mut self,
        offer: OfferId,
        incidents: impl IntoIterator<Item = IncidentId>,
        now: Timestamp,
    ) {
        self.accepted.entry(offer).or_insert((now, BTreeSet::new())).1.extend(incidents);
    }

    /// When the desk has accepted an offer.
    pub fn accepted_at(&self, offer: &OfferId) -> Option<Timestamp> {
        self.accepted.get(offer).map(|(at, _)| *at)
    }

    /// Whether the desk has accepted an offer.
    pub fn is_accepted(&self, offer: &OfferId) -> bool {
        self.accepted.contains_key(offer)
    }

    /// Whether an offer was accepted for an incident.
    pub fn is_for(&self, offer: &OfferId, incident: IncidentId) -> bool {
        self.accepted.get(offer).is_some_and(|(_, incidents)| incidents.contains(&incident))
    }

    /// Whether somebody may have a secret there, who has made these offers.
    pub fn may(&self, who: MachineId, secret: &Secret, place: &Where, offers: &[OfferId]) -> bool {
        if secret.owner == who {
            return true;
        }
        let is_desk = match self.standing.get(&who) {
            Some(Standing::Desk) => true,
            Some(Standing::WasDesk(until)) => secret.at < until.plus_ms(REMOVAL_MS),
            Some(Standing::Host | Standing::Registrar | Standing::Member(_)) | None => false,
        };
        match secret.kind {
            Kind::Report | Kind::DeskNote | Kind::FindingNote | Kind::Callback => is_desk,
            Kind::Place | Kind::Home => {
                let is_accepted = |incident| offers.iter().any(|offer| self.is_for(offer, incident));
                is_desk || secret.incident.is_some_and(is_accepted)
            }
            Kind::Envelope => is_desk && matches!(place, Where::Screen(_)),
            Kind::ZoneNote => is_desk || self.is_in_zone(who, secret.zone.as_ref()),
        }
    }

    fn is_in_zone(&self, who: MachineId, zone: Option<&ZoneId>) -> bool {
        match self.standing.get(&who) {
            Some(Standing::Host) => true,
            Some(Standing::Member(own)) => Some(own) == zone,
            Some(Standing::Desk | Standing::WasDesk(_) | Standing::Registrar) | None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: MachineId = MachineId(1);
    const DESK: MachineId = MachineId(2);
    const REMOVED: MachineId = MachineId(3);
    const HOST: MachineId = MachineId(4);
    const REGISTRAR: MachineId = MachineId(5);
    const WEST: MachineId = MachineId(6);
    const EAST: MachineId = MachineId(7);
    const STRANGER: MachineId = MachineId(8);
    const ALL: [MachineId; 8] = [OWNER, DESK, REMOVED, HOST, REGISTRAR, WEST, EAST, STRANGER];

    #[test]
    fn everybody_has_what_the_table_says() {
        let zone = |name: &str| ZoneId::new(name).expect("a zone");
        let mut clearance = Clearance::default();
        for (who, standing) in [
            (DESK, Standing::Desk),
            (REMOVED, Standing::WasDesk(Timestamp(0))),
            (HOST, Standing::Host),
            (REGISTRAR, Standing::Registrar),
            (WEST, Standing::Member(zone("west"))),
            (EAST, Standing::Member(zone("east"))),
        ] {
            clearance.stands(who, standing);
        }
        let (incident, offer) = (IncidentId([1; 16]), OfferId([2; 16]));
        clearance.accept(offer, [incident], Timestamp(0));
        let who = |kind, at, place: &Where, offers: &[OfferId]| -> Vec<MachineId> {
            let secret =
                Secret { kind, owner: OWNER, incident: Some(incident), zone: Some(zone("west")), at };
            ALL.into_iter().filter(|who| clearance.may(*who, &secret, place, offers)).collect()
        };
        let (late, disk) = (Timestamp(REMOVAL_MS), Where::Disk(DESK, String::new()));
        for kind in [Kind::Report, Kind::DeskNote, Kind::FindingNote, Kind::Callback, Kind::Place, Kind::Home]
        {
            assert_eq!(who(kind, late, &disk, &[]), [OWNER, DESK], "{kind:?}");
            assert_eq!(who(kind, Timestamp(0), &disk, &[]), [OWNER, DESK, REMOVED], "{kind:?} from before");
        }
        assert_eq!(who(Kind::Place, late, &disk, &[offer]).len(), ALL.len(), "whoever's offer was accepted");
        assert_eq!(who(Kind::Report, late, &disk, &[offer]), [OWNER, DESK], "not the rest of the report");
        assert_eq!(who(Kind::Place, late, &disk, &[OfferId([3; 16])]), [OWNER, DESK]);
        assert_eq!(who(Kind::Envelope, late, &disk, &[]), [OWNER]);
        assert_eq!(who(Kind::Envelope, late, &Where::Screen(DESK), &[]), [OWNER, DESK]);
        assert_eq!(who(Kind::ZoneNote, late, &disk, &[]), [OWNER, DESK, HOST, WEST]);
    }
}
