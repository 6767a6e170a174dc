//! Claims and the quick keys (flows 1.3 and 1.4).
//!
//! Whatever sends people, asks somebody or decides something needs the claim. The claim of an
//! incident that was joined to another is the claim of that other.

use bystand_wire::{Cell, IncidentId, Seq, ZoneId};
use minicbor::{Decode, Encode};

use super::breach::{Breach, Step, Stop};
use super::event::check_text;
use super::ids::{Author, Stamp};
use super::incident::{Drawer, HeadsUp, Helpers, Note, Referral};
use super::rules::{CLAIM_LAPSE_MS, HEADS_UP_MS};
use super::state::DeskState;
use crate::geo::{CALL_OUT_RESOLUTION, cell_resolution};

/// Entries about working on an incident.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum WorkEvent {
    /// The author takes it. Exclusive: the first in the casebook's order has it.
    #[n(0)]
    Claimed {
        /// What.
        #[n(0)]
        incident: IncidentId,
    },
    /// The author lets go of it.
    #[n(1)]
    Released {
        /// What.
        #[n(0)]
        incident: IncidentId,
    },
    /// The holder gave no sign for three minutes; any device says so. Void when there was a sign
    /// after the one it names.
    #[n(2)]
    ClaimLapsed {
        /// What.
        #[n(0)]
        incident: IncidentId,
        /// Whose claim.
        #[n(1)]
        holder: Author,
        /// Their last sign, as the author saw it.
        #[n(2)]
        last_sign: Seq,
    },
    /// A note. Any dispatcher.
    #[n(3)]
    Noted {
        /// On what.
        #[n(0)]
        incident: IncidentId,
        /// What they wrote.
        #[n(1)]
        note: String,
    },
    /// Triage into one of three drawers.
    #[n(4)]
    Sorted {
        /// What.
        #[n(0)]
        incident: IncidentId,
        /// Into which.
        #[n(1)]
        drawer: Drawer,
    },
    /// *Heads-up*: something here, unconfirmed, we are checking.
    #[n(5)]
    HeadsUp {
        /// About what.
        #[n(0)]
        incident: IncidentId,
        /// To whose on-duty members.
        #[n(1)]
        zone: ZoneId,
        /// Where, roughly.
        #[n(2)]
        cell: Cell,
    },
    /// *Aid/legal*: handed to another team, in its own compartment.
    #[n(6)]
    Referred {
        /// What.
        #[n(0)]
        incident: IncidentId,
        /// To whom.
        #[n(1)]
        to: Helpers,
        /// What they need to know.
        #[n(2)]
        note: String,
    },
}

impl WorkEvent {
    pub(super) fn incident(&self) -> IncidentId {
        match self {
            WorkEvent::Claimed { incident }
            | WorkEvent::Released { incident }
            | WorkEvent::ClaimLapsed { incident, .. }
            | WorkEvent::Noted { incident, .. }
            | WorkEvent::Sorted { incident, .. }
            | WorkEvent::HeadsUp { incident, .. }
            | WorkEvent::Referred { incident, .. } => *incident,
        }
    }
}

impl DeskState {
    pub(super) fn apply_work(&mut self, stamp: Stamp, event: WorkEvent) -> Step {
        match event {
            WorkEvent::Claimed { incident } => self.claim(stamp, incident),
            WorkEvent::Released { incident } => self.release(stamp, incident),
            WorkEvent::ClaimLapsed { incident, holder, last_sign } => {
                self.lapse_claim(stamp, incident, holder, last_sign)
            }
            WorkEvent::Noted { incident, note } => {
                check_text(&note)?;
                self.known_mut(incident)?.notes.push(Note { stamp, text: note });
                Ok(())
            }
            WorkEvent::Sorted { incident, drawer } => self.sort(stamp, incident, drawer),
            WorkEvent::HeadsUp { incident, zone, cell } => self.heads_up(stamp, incident, zone, cell),
            WorkEvent::Referred { incident, to, note } => {
                check_text(&note)?;
                self.held_root(incident, stamp.by)?;
                self.known_mut(incident)?.referrals.push(Referral { stamp, to, note });
                Ok(())
            }
        }
    }

    fn claim(&mut self, stamp: Stamp, incident: IncidentId) -> Step {
        let root = self.open_root(incident)?;
        match root.claim {
            Some(claim) if claim.holder == stamp.by => Err(Stop::Duplicate),
            Some(_) => Err(Breach::HeldByOther.into()),
            None => {
                self.set_claim(root.id, Some((stamp.by, stamp)));
                Ok(())
            }
        }
    }

    fn release(&mut self, stamp: Stamp, incident: IncidentId) -> Step {
        let root = self.open_root(incident)?;
        let claim = root.claim.ok_or(Stop::Duplicate)?;
        if claim.holder != stamp.by {
            return Err(Breach::HeldByOther.into());
        }
        self.set_claim(root.id, None);
        Ok(())
    }

    fn lapse_claim(&mut self, stamp: Stamp, incident: IncidentId, holder: Author, last_sign: Seq) -> Step {
        let root = self.open_root(incident)?;
        let claim = root.claim.ok_or(Stop::Duplicate)?;
        if claim.holder != holder || claim.last_sign != last_sign {
            return Err(Breach::Stale.into());
        }
        if stamp.at.since_ms(claim.last_sign_at) < CLAIM_LAPSE_MS {
            return Err(Breach::TooSoon.into());
        }
        self.set_claim(root.id, None);
        Ok(())
    }

    fn sort(&mut self, stamp: Stamp, incident: IncidentId, drawer: Drawer) -> Step {
        let root = self.held_root(incident, stamp.by)?.id;
        let root = self.known_mut(root)?;
        if root.drawer == Some(drawer) {
            return Err(Stop::Duplicate);
        }
        root.drawer = Some(drawer);
        Ok(())
    }

    fn heads_up(&mut self, stamp: Stamp, incident: IncidentId, zone: ZoneId, cell: Cell) -> Step {
        check_coarse(cell)?;
        let root = self.held_root(incident, stamp.by)?.id;
        let root = self.known_mut(root)?;
        let still_there =
            |h: &HeadsUp| h.zone == zone && h.cell == cell && stamp.at < h.stamp.at.plus_ms(HEADS_UP_MS);
        if root.heads_ups.iter().rev().any(still_there) {
            return Err(Stop::Duplicate);
        }
        root.heads_ups.push(HeadsUp { stamp, zone, cell });
        Ok(())
    }
}

/// A cell no finer than call-outs use.
pub(super) fn check_coarse(cell: Cell) -> Result<(), Breach> {
    match cell_resolution(cell) {
        Ok(resolution) if resolution <= CALL_OUT_RESOLUTION => Ok(()),
        Ok(_) | Err(_) => Err(Breach::BadCell),
    }
}
