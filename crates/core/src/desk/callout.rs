//! Call-outs (flow 1.5): asking the nearest trained people to go and look.
//!
//! What an entry holds is coarse: the exact place goes only into the acceptance, sealed to those who
//! go. Offers and signs come from the response stream; any device records them, and the frame's place
//! in that stream makes a second recording harmless.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::sha256;
use bystand_wire::{AlertId, CallOutId, Cell, IncidentId, OfferId, Role, Seq, StreamId, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::alert::Alert;
use super::breach::{Breach, Step, Stop};
use super::event::check_text;
use super::ids::Stamp;
use super::incident::Note;
use super::responder::{Responder, ResponderPhase, SignFrom};
use super::rules::{
    ACCEPTED_AT_ONCE, ARRIVAL_GRACE_MS, CALL_OUT_ZONES, DECLINED_AT_ONCE, GATHER_MS, MAX_MINUTES,
    UNANSWERED_MS,
};
use super::state::DeskState;
use super::work::check_coarse;

mod event;

pub use event::CallOutEvent;

/// What a call-out asks for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Request {
    /// Its id.
    #[n(0)]
    pub id: CallOutId,
    /// The alert id drawn for whatever is found.
    #[n(1)]
    pub alert: AlertId,
    /// Where, roughly.
    #[n(2)]
    pub cell: Cell,
    /// Zones it is passed into, the incident's own first.
    #[n(3)]
    pub zones: Vec<ZoneId>,
    /// Who is needed, in ascending order.
    #[n(4)]
    pub roles: Vec<Role>,
    /// How soon, in minutes.
    #[n(5)]
    pub within_min: u16,
    /// Where offers go.
    #[n(6)]
    pub responses: StreamId,
}

/// Where a call-out stands. Read from the rest of it:
///
/// | from | by | to |
/// | --- | --- | --- |
/// | - | opened | `Calling` |
/// | `Calling` | 60 s without an offer | `Unanswered` |
/// | `Calling`, `Unanswered` | an offer | `Answered` |
/// | `Answered` | accepted | `Staffed` |
/// | `Answered`, `Staffed` | all of them withdrawn or declined | `Calling` or `Unanswered` |
/// | `Staffed` | nobody arrives in time | `NobodyArrived`; back when somebody does |
/// | any, nobody out | closed | `Closed` (end) |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallOutPhase {
    /// Waiting for offers.
    Calling,
    /// Nobody answered in time.
    Unanswered,
    /// There are offers.
    Answered,
    /// People are going.
    Staffed,
    /// They should have arrived.
    NobodyArrived,
    /// Over.
    Closed,
}

words!(CallOutPhase, Calling => "calling", Unanswered => "unanswered", Answered => "answered", Staffed => "staffed", NobodyArrived => "nobody-arrived", Closed => "closed");

/// A call-out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CallOut {
    /// What it asks.
    #[n(0)]
    pub request: Request,
    /// By whom and when.
    #[n(1)]
    pub opened: Stamp,
    /// Who offered.
    #[n(2)]
    pub responders: BTreeMap<OfferId, Box<Responder>>,
    /// Nobody had answered in time.
    #[n(3)]
    pub unanswered: bool,
    /// On-call volunteers rung.
    #[n(4)]
    pub rung: u32,
    /// Nobody had arrived in time.
    #[n(5)]
    pub nobody_arrived: bool,
    /// Notes of calls to responders.
    #[n(6)]
    pub notes: Vec<Note>,
    /// When it was closed, by whom.
    #[n(7)]
    pub closed: Option<Stamp>,
}

impl CallOut {
    /// Where it stands.
    pub fn phase(&self) -> CallOutPhase {
        let any = |test: fn(ResponderPhase) -> bool| self.responders.values().any(|r| test(r.phase));
        if self.closed.is_some() {
            CallOutPhase::Closed
        } else if any(|phase| phase.is_out() || phase == ResponderPhase::Left) {
            if self.nobody_arrived { CallOutPhase::NobodyArrived } else { CallOutPhase::Staffed }
        } else if any(|phase| phase == ResponderPhase::Offered) {
            CallOutPhase::Answered
        } else if self.unanswered {
            CallOutPhase::Unanswered
        } else {
            CallOutPhase::Calling
        }
    }

    /// Whether anybody has the place and is not back yet.
    pub fn has_responders_out(&self) -> bool {
        self.responders.values().any(|responder| responder.phase.is_out())
    }

    /// The offers by lot. The lot hangs on all of them, and each is sealed to the desk: nobody can make an
    /// offer that comes out first without knowing the others.
    fn by_lot(&self) -> Vec<OfferId> {
        let of = |r: &&Responder| r.phase == ResponderPhase::Offered;
        let mut offers: Vec<OfferId> =
            self.responders.values().map(Box::as_ref).filter(of).map(|r| r.offer).collect();
        let all: Vec<u8> = self.responders.keys().flat_map(|offer| offer.as_bytes().to_vec()).collect();
        offers.sort_by_cached_key(|offer| sha256("call-out-lot", &[&all, offer.as_bytes()]));
        offers
    }

    /// When the desk should be told that nobody answered; `None` once there was an offer.
    pub fn unanswered_after(&self) -> Option<Timestamp> {
        let waiting = self.closed.is_none() && !self.unanswered && self.responders.is_empty();
        waiting.then(|| self.opened.at.plus_ms(UNANSWERED_MS))
    }

    /// When the desk should be told that nobody arrived; `None` when nobody is awaited.
    pub fn arrival_overdue_after(&self) -> Option<Timestamp> {
        if self.closed.is_some() || self.nobody_arrived || self.responders.values().any(|r| r.arrived) {
            return None;
        }
        let promised = |r: &Responder| {
            let accepted = r.accepted_at.filter(|_| r.phase.is_out())?;
            Some(accepted.plus_ms(u64::from(r.minutes) * bystand_wire::time::MINUTE_MS))
        };
        self.responders.values().filter_map(|r| promised(r)).max().map(|at| at.plus_ms(ARRIVAL_GRACE_MS))
    }
}

impl DeskState {
    /// Who should be asked to go, of those who have offered: two, or three when no report of the group came
    /// with a pass, so that two who lie together do not make an alert. They are drawn by lot, and not before
    /// offers were gathered for [`GATHER_MS`]: the fastest to answer are those who wait for it. Empty while
    /// there are fewer than two, or somebody is out already. A person decides.
    pub fn proposed_responders(&self, call_out: CallOutId, now: Timestamp) -> Vec<OfferId> {
        let found = self.incident_of_call_out(call_out).and_then(|id| self.incidents.get(&id));
        let Some(call) = found.and_then(|incident| incident.call_outs.get(&call_out)) else {
            return Vec::new();
        };
        let is_open = call.closed.is_none() && !call.has_responders_out();
        if !is_open || now < call.opened.at.plus_ms(GATHER_MS) {
            return Vec::new();
        }
        let is_vouched = found.is_some_and(|incident| self.corroboration(incident.id) > 0);
        let mut chosen = call.by_lot();
        chosen.truncate(if is_vouched { 2 } else { ACCEPTED_AT_ONCE });
        if chosen.len() < 2 { Vec::new() } else { chosen }
    }

    pub(super) fn apply_call_out(&mut self, stamp: Stamp, event: CallOutEvent) -> Step {
        match event {
            CallOutEvent::Opened { incident, request } => self.open_call_out(stamp, incident, request),
            CallOutEvent::Offered { incident, call_out, offer, frame, minutes } => {
                self.open_call(incident, call_out)?.offered(stamp, offer, frame, minutes)
            }
            CallOutEvent::Accepted { incident, call_out, offers, alone_agreed } => {
                self.accept(stamp, incident, call_out, offers, alone_agreed)
            }
            CallOutEvent::Declined { incident, call_out, offers } => {
                self.held_root(incident, stamp.by)?;
                self.open_call(incident, call_out)?.declined(&offers)
            }
            CallOutEvent::Sign { incident, call_out, offer, frame, sign } => {
                self.open_call(incident, call_out)?.signed(stamp, offer, frame, sign)
            }
            CallOutEvent::Silent { incident, call_out, offer, last_frame } => {
                self.open_call(incident, call_out)?.silent(stamp, offer, last_frame)
            }
            CallOutEvent::Reached { incident, call_out, offer, note } => {
                check_text(&note)?;
                self.open_call(incident, call_out)?.reached(stamp, offer, note)
            }
            CallOutEvent::EnvelopeOpened { incident, call_out, offer } => {
                self.open_call(incident, call_out)?.envelope_opened(stamp, offer)
            }
            CallOutEvent::Unanswered { incident, call_out } => {
                self.open_call(incident, call_out)?.went_unanswered(stamp)
            }
            CallOutEvent::Rung { incident, call_out, count } => {
                let call = self.open_call(incident, call_out)?;
                call.rung = call.rung.saturating_add(u32::from(count));
                Ok(())
            }
            CallOutEvent::NobodyArrived { incident, call_out } => {
                self.open_call(incident, call_out)?.went_unattended(stamp)
            }
            CallOutEvent::Closed { incident, call_out } => {
                let call = self.open_call(incident, call_out)?;
                if call.has_responders_out() {
                    return Err(Breach::RespondersOut.into());
                }
                call.closed = Some(stamp);
                Ok(())
            }
        }
    }

    fn open_call_out(&mut self, stamp: Stamp, id: IncidentId, request: Request) -> Step {
        check_coarse(request.cell)?;
        let zones: BTreeSet<&ZoneId> = request.zones.iter().collect();
        let zones_fit = (1..=CALL_OUT_ZONES).contains(&zones.len()) && zones.len() == request.zones.len();
        let roles_fit = !request.roles.is_empty() && request.roles.is_sorted_by(|a, b| a < b);
        if !zones_fit || !roles_fit || request.within_min > MAX_MINUTES {
            return Err(Breach::OutOfLimits.into());
        }
        self.held_root(id, stamp.by)?;
        let incident = self.known_mut(id)?;
        if incident.call_outs.contains_key(&request.id) {
            return Err(Stop::Duplicate);
        }
        let (call_out, alert) = (request.id, request.alert);
        incident.alerts.entry(alert).or_insert_with(|| Box::new(Alert::drawn(alert, stamp)));
        let opened = CallOut {
            request,
            opened: stamp,
            responders: BTreeMap::new(),
            unanswered: false,
            rung: 0,
            nobody_arrived: false,
            notes: Vec::new(),
            closed: None,
        };
        incident.call_outs.insert(call_out, Box::new(opened));
        self.index.add_call_out(call_out, id);
        self.index.add_alert(alert, id);
        Ok(())
    }

    /// An open call-out of an incident. Recording what responders do needs no claim: they are out.
    fn open_call(&mut self, incident: IncidentId, call_out: CallOutId) -> Result<&mut CallOut, Stop> {
        let call = self.known_mut(incident)?.call_outs.get_mut(&call_out).ok_or(Breach::Unknown)?;
        if call.closed.is_some() { Err(Stop::Duplicate) } else { Ok(call) }
    }

    fn accept(
        &mut self,
        stamp: Stamp,
        id: IncidentId,
        call_out: CallOutId,
        offers: Vec<OfferId>,
        alone_agreed: bool,
    ) -> Step {
        self.held_root(id, stamp.by)?;
        let accepted = self.open_call(id, call_out)?.accepted(stamp, &offers, alone_agreed)?;
        let zone = self.known(id)?.zone().cloned();
        self.shared.figures.count_responders(stamp.at, zone, accepted);
        Ok(())
    }
}

impl CallOut {
    fn offered(&mut self, stamp: Stamp, offer: OfferId, frame: Seq, minutes: u16) -> Step {
        if minutes > MAX_MINUTES {
            return Err(Breach::OutOfLimits.into());
        }
        if self.responders.contains_key(&offer) {
            return Err(Stop::Duplicate);
        }
        let responder = Responder {
            offer,
            minutes,
            offered_at: stamp.at,
            phase: ResponderPhase::Offered,
            accepted_at: None,
            arrived: false,
            last_frame: frame,
            last_sign_at: stamp.at,
            silent: None,
            envelope_opened: Vec::new(),
            alone: false,
        };
        self.responders.insert(offer, Box::new(responder));
        Ok(())
    }

    /// All or none: two people must not be sent because the third had withdrawn.
    fn accepted(&mut self, stamp: Stamp, offers: &[OfferId], alone_agreed: bool) -> Result<u32, Stop> {
        let chosen: BTreeSet<&OfferId> = offers.iter().collect();
        let out = self.responders.values().filter(|r| r.phase.is_out()).count();
        let alone = chosen.len() == 1 && out == 0;
        if chosen.is_empty() || chosen.len() != offers.len() || chosen.len() > ACCEPTED_AT_ONCE {
            return Err(Breach::NotInPairs.into());
        }
        if alone && !alone_agreed {
            return Err(Breach::NotInPairs.into());
        }
        let phase_of = |offer: &OfferId| self.responders.get(offer).map(|r| r.phase).ok_or(Breach::Unknown);
        let phases = offers.iter().map(phase_of).collect::<Result<Vec<_>, _>>()?;
        if phases.iter().all(|phase| phase.is_out()) {
            return Err(Stop::Duplicate);
        }
        if phases.iter().any(|phase| *phase != ResponderPhase::Offered) {
            return Err(Breach::Stale.into());
        }
        for offer in offers {
            if let Some(responder) = self.responders.get_mut(offer) {
                responder.phase = ResponderPhase::Accepted;
                responder.accepted_at = Some(stamp.at);
                responder.last_sign_at = stamp.at;
                responder.alone = alone;
            }
        }
        self.nobody_arrived = false;
        Ok(u32::try_from(offers.len()).unwrap_or(u32::MAX))
    }

    /// All of them or none: who has taken the offer back, or was declined before, is left as they are.
    fn declined(&mut self, offers: &[OfferId]) -> Step {
        if offers.len() > DECLINED_AT_ONCE {
            return Err(Breach::OutOfLimits.into());
        }
        let mut waiting = Vec::new();
        for offer in offers {
            match self.responders.get(offer).ok_or(Breach::Unknown)?.phase {
                ResponderPhase::Offered => waiting.push(*offer),
                ResponderPhase::Declined | ResponderPhase::Withdrawn => {}
                ResponderPhase::Accepted
                | ResponderPhase::OnTheWay
                | ResponderPhase::Parked
                | ResponderPhase::OnScene
                | ResponderPhase::Leaving
                | ResponderPhase::Left
                | ResponderPhase::Stopped => return Err(Breach::WrongOrder.into()),
            }
        }
        if waiting.is_empty() {
            return Err(Stop::Duplicate);
        }
        for offer in waiting {
            if let Some(responder) = self.responders.get_mut(&offer) {
                responder.phase = ResponderPhase::Declined;
            }
        }
        Ok(())
    }

    fn signed(&mut self, stamp: Stamp, offer: OfferId, frame: Seq, sign: SignFrom) -> Step {
        let responder = self.responders.get_mut(&offer).ok_or(Breach::Unknown)?;
        if frame <= responder.last_frame {
            return Err(Stop::Duplicate);
        }
        let phase = responder.phase.after(sign).ok_or(Breach::WrongOrder)?;
        responder.phase = phase;
        responder.last_frame = frame;
        responder.last_sign_at = stamp.at;
        responder.silent = None;
        if matches!(phase, ResponderPhase::Parked | ResponderPhase::OnScene) {
            responder.arrived = true;
            self.nobody_arrived = false;
        }
        Ok(())
    }

    fn silent(&mut self, stamp: Stamp, offer: OfferId, last_frame: Seq) -> Step {
        let responder = self.responders.get_mut(&offer).ok_or(Breach::Unknown)?;
        if responder.silent.is_some() {
            return Err(Stop::Duplicate);
        }
        if responder.last_frame != last_frame {
            return Err(Breach::Stale.into());
        }
        let after = responder.silent_after().ok_or(Breach::Stale)?;
        if stamp.at < after {
            return Err(Breach::TooSoon.into());
        }
        responder.silent = Some(stamp);
        Ok(())
    }

    fn reached(&mut self, stamp: Stamp, offer: OfferId, note: String) -> Step {
        let responder = self.responders.get_mut(&offer).ok_or(Breach::Unknown)?;
        if !responder.phase.is_out() {
            return Err(Breach::WrongOrder.into());
        }
        responder.silent = None;
        responder.last_sign_at = stamp.at;
        self.notes.push(Note { stamp, text: note });
        Ok(())
    }

    fn envelope_opened(&mut self, stamp: Stamp, offer: OfferId) -> Step {
        let responder = self.responders.get_mut(&offer).ok_or(Breach::Unknown)?;
        if responder.silent.is_none() && responder.phase != ResponderPhase::Stopped {
            return Err(Breach::NotEscalated.into());
        }
        responder.envelope_opened.push(stamp);
        Ok(())
    }

    fn went_unanswered(&mut self, stamp: Stamp) -> Step {
        let after = self.unanswered_after().ok_or(Stop::Duplicate)?;
        if stamp.at < after {
            return Err(Breach::TooSoon.into());
        }
        self.unanswered = true;
        Ok(())
    }

    fn went_unattended(&mut self, stamp: Stamp) -> Step {
        let after = self.arrival_overdue_after().ok_or(Stop::Duplicate)?;
        if stamp.at < after {
            return Err(Breach::TooSoon.into());
        }
        self.nobody_arrived = true;
        Ok(())
    }
}
