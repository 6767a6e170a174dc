//! A member on duty: joins the day rooms of their zones, sees heads-ups, call-outs and notes, decides on
//! the device whether a call-out is near, offers, goes, and says what they found (flows 1.4 to 1.6, 3).
//!
//! Where the owner is never leaves the device. The exact place of a call-out comes to it in an
//! acceptance alone and is forgotten when they have left.

mod day;
mod going;

use std::collections::BTreeMap;

use bystand_wire::relay_api::StoredFrame;
use bystand_wire::{CallOutId, OfferId, Role, StreamId, Timestamp, ZoneId, decode};
use minicbor::{Decode, Encode};

pub use day::{DayView, week_name};
pub use going::{Going, GoingState};

use super::{CommandError, Cx, Event, Listener, Owner, Shared};
use crate::alerts::Outcome as PublicOutcome;
use crate::desk::SignFrom;
use crate::geo::Point;
use crate::io::Response;
use crate::messages::{Acceptance, CallOut, FoundMessage, HeadsUp};
use crate::outbox::{Job, Outcome};
use crate::report::ReportIn;
use crate::room::{Knock, Leaf, RoomEvent, RoomSync, SyncError};

const DUTY: &str = "member/duty";
const ENVELOPE: &str = "member/envelope";

/// A job of a member's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum MemberJob {
    /// An offer.
    #[n(0)]
    Offer(#[n(0)] OfferId),
    /// A sign or finding.
    #[n(1)]
    Said(#[n(0)] OfferId),
    /// A knock at a day room's door.
    #[n(2)]
    Knock(#[n(0)] ZoneId),
}

/// A member makes no calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberCall {}

/// A stream a member listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberStream {
    /// The hosts' public notes of the day.
    DayNotes,
    /// The responses to a call-out that this member answered.
    Responses(OfferId),
}

/// What a member does.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberCommand {
    /// Goes on duty.
    DutyOn(Duty),
    /// Ends duty.
    DutyOff,
    /// *I can go*, in so many minutes.
    Offer(CallOutId, u16),
    /// A sign to the desk.
    Sign(OfferId, SignFrom),
    /// What was found on the scene, and how many looked.
    Finding(OfferId, PublicOutcome, u8, String),
    /// Could not check; why.
    CouldNotCheck(OfferId, String),
    /// Happened on something: report and finding in one step.
    ReportAndFind(Box<ReportIn>, PublicOutcome, u8),
    /// The emergency envelope: whom to call, which lawyer. Empty takes it away.
    Envelope(String),
    /// Says something in a zone's room (rooms of at most 150).
    Say(ZoneId, String),
    /// Looked around, all quiet.
    AllQuiet(ZoneId),
}

/// On duty: where, until when, as what.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Duty {
    /// Zones whose rooms are joined.
    #[n(0)]
    pub zones: Vec<ZoneId>,
    /// Until when.
    #[n(1)]
    pub until: Timestamp,
    /// Where the owner is; stays on the device.
    #[n(2)]
    pub place: Option<Point>,
    /// How far they would go, in meters.
    #[n(3)]
    pub reach_m: u32,
    /// As what.
    #[n(4)]
    pub roles: Vec<Role>,
}

/// What a member is told.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberEvent {
    /// In a zone's day room, under the week's name.
    Joined(ZoneId, String),
    /// A zone's room has so many members.
    Members(ZoneId, usize),
    /// Removed from a zone's room for the week.
    Removed(ZoneId),
    /// The day is over; everything of it is gone from this device.
    DayOver(ZoneId),
    /// No host has opened the zone's room today.
    NoRoom(ZoneId),
    /// No room pass for the zone this week.
    NoPass(ZoneId),
    /// Something here, unconfirmed, we are checking.
    HeadsUp(ZoneId, HeadsUp),
    /// A call-out, and whether it is near enough and asks for one of the owner's roles.
    CallOut(ZoneId, CallOut, bool),
    /// A call-out is over.
    CallOutOver(CallOutId),
    /// A note of the desk's.
    Note(ZoneId, String, Timestamp),
    /// An alert was passed on; the public log is what counts.
    AlertPassed(ZoneId),
    /// Somebody said something.
    Said(ZoneId, String, String),
    /// Somebody looked around, all quiet.
    Quiet(ZoneId, String),
    /// The relay has the offer.
    Offered(OfferId, CallOutId),
    /// Please go: the exact place.
    Accepted(OfferId, Box<Acceptance>),
    /// Thank you, others go.
    Declined(OfferId),
    /// The desk asks: are you all right?
    CheckIn(OfferId),
    /// Over, thank you: the place is forgotten.
    Released(OfferId),
    /// A sign is due.
    SignDue(OfferId),
    /// The relay has the sign or finding.
    Told(OfferId),
}

/// A member's part of a device.
#[derive(Debug, Default)]
pub struct Member {
    duty: Option<Duty>,
    envelope: Option<String>,
    days: BTreeMap<ZoneId, day::Day>,
    going: BTreeMap<OfferId, Going>,
    /// Room passes whose certification was checked since the start.
    checked: std::collections::BTreeSet<bystand_wire::PublicKey>,
    said_no_room: std::collections::BTreeSet<ZoneId>,
}

impl Member {
    /// As it lies in the vault.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        let mut member = Self {
            duty: records.get(DUTY).and_then(|b| decode(b).ok()),
            envelope: records.get(ENVELOPE).and_then(|b| decode(b).ok()),
            ..Self::default()
        };
        for (name, bytes) in records.range("member/".to_owned()..) {
            let Some(rest) = name.strip_prefix("member/") else { break };
            if let Some(zone) = rest.strip_prefix("day/").and_then(|z| z.parse().ok())
                && let Ok(day) = decode(bytes)
            {
                member.days.insert(zone, day);
            } else if let Some(offer) = rest.strip_prefix("going/").and_then(|o| o.parse().ok())
                && let Ok(going) = decode(bytes)
            {
                member.going.insert(offer, going);
            }
        }
        member
    }

    /// The duty, while it lasts.
    pub fn duty(&self) -> Option<&Duty> {
        self.duty.as_ref()
    }

    /// What a zone's room shows.
    pub fn day(&self, zone: &ZoneId) -> Option<&DayView> {
        self.days.get(zone).map(|d| &d.view)
    }

    /// The call-outs this member answered.
    pub fn going(&self) -> impl Iterator<Item = (&OfferId, &Going)> {
        self.going.iter()
    }

    /// Rooms of the day, from the vault.
    ///
    /// # Errors
    /// [`SyncError`] when a room's record is damaged.
    pub fn load_rooms(
        &mut self,
        shared: &mut Shared,
        records: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), SyncError> {
        let zones: Vec<ZoneId> = self.days.keys().cloned().collect();
        for zone in zones {
            let Some(leaf) = self.room_leaf(shared, &zone, now) else { continue };
            let Some(day) = self.days.get(&zone) else { continue };
            if let Some(room) = day.room {
                shared.rooms.insert(room, RoomSync::load(leaf, room, records)?);
            }
            let knock = Knock::load_all(records).into_iter().find(|k| k.door == day.note.door);
            if let Some(knock) = knock {
                shared.knocks.insert(day.note.door, (knock, super::KnockFor::Day(zone)));
            }
        }
        Ok(())
    }

    /// Follows what is followed on duty.
    pub fn resume(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.follow(ctx, shared);
    }

    /// Manifest or key note changed.
    pub fn trust_changed(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.follow(ctx, shared);
        self.join_rooms(ctx, shared);
    }

    /// Does what the owner asks for.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn command(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        command: MemberCommand,
    ) -> Result<(), CommandError> {
        match command {
            MemberCommand::DutyOn(duty) => self.duty_on(ctx, shared, duty),
            MemberCommand::DutyOff => {
                self.duty_off(ctx, shared);
                Ok(())
            }
            MemberCommand::Offer(call_out, minutes) => self.offer(ctx, shared, call_out, minutes),
            MemberCommand::Sign(offer, sign) => self.sign(ctx, shared, offer, sign),
            MemberCommand::Finding(offer, outcome, seen_by, note) => {
                self.finding(ctx, shared, offer, (outcome, seen_by, note))
            }
            MemberCommand::CouldNotCheck(offer, note) => self.could_not_check(ctx, shared, offer, note),
            MemberCommand::ReportAndFind(..) => {
                Err(CommandError::Invalid("a report and finding goes through the device".to_owned()))
            }
            MemberCommand::Envelope(text) => {
                let envelope = Some(text).filter(|t| !t.is_empty());
                match &envelope {
                    Some(text) => ctx.store(ENVELOPE, text),
                    None => ctx.forget(ENVELOPE),
                }
                self.envelope = envelope;
                Ok(())
            }
            MemberCommand::Say(zone, text) => self.say(ctx, shared, &zone, text),
            MemberCommand::AllQuiet(zone) => {
                self.speak(ctx, shared, &zone, &crate::messages::DayMessage::AllQuiet)
            }
        }
    }

    /// The finding that goes with a report in one step; its pass is used up.
    ///
    /// # Errors
    /// [`CommandError`] when there is no finding pass or the place is not known.
    pub fn find_on_the_spot(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        report: &ReportIn,
        outcome: PublicOutcome,
        seen_by: u8,
    ) -> Result<FoundMessage, CommandError> {
        going::on_the_spot(ctx, shared, report, outcome, seen_by)
    }

    /// A frame of a stream that the member listens to.
    pub fn frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, what: MemberStream, stored: &StoredFrame) {
        match what {
            MemberStream::DayNotes => self.day_note(ctx, shared, stored),
            MemberStream::Responses(offer) => self.response(ctx, shared, offer, stored),
        }
    }

    /// One of the member's jobs ended.
    pub fn job_ended(
        &mut self,
        ctx: &mut Cx<'_>,
        _: &mut Shared,
        what: MemberJob,
        _: &Job<Owner>,
        outcome: Outcome,
    ) {
        match (what, outcome) {
            (MemberJob::Offer(offer), Outcome::Done(_)) => {
                if let Some(going) = self.going.get(&offer) {
                    ctx.tell(Event::Member(MemberEvent::Offered(offer, going.call_out())));
                }
            }
            (MemberJob::Said(offer), Outcome::Done(_)) => {
                ctx.tell(Event::Member(MemberEvent::Told(offer)));
            }
            (_, Outcome::Refused(refusal)) => {
                let text = format!("The relay refused what this device sent: {}.", refusal.code);
                ctx.tell(Event::Warning { code: refusal.code.as_str(), text });
            }
            (
                MemberJob::Offer(_) | MemberJob::Said(_) | MemberJob::Knock(_),
                Outcome::Done(_) | Outcome::Dropped | Outcome::Stale,
            ) => {}
        }
    }

    /// A member makes no calls.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: MemberCall, _: Response) {
        match what {}
    }

    /// Something happened in a day room.
    pub fn room_event(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, room: StreamId, event: &RoomEvent) {
        let zone = self.days.iter().find(|(_, d)| d.room == Some(room)).map(|(z, _)| z.clone());
        if let Some(zone) = zone {
            self.day_event(ctx, shared, &zone, event);
        }
    }

    /// The room of a zone was joined.
    pub fn entered(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, room: StreamId) {
        self.day_entered(ctx, shared, zone, room);
    }

    /// What makes this device a leaf of a zone's room.
    pub fn room_leaf(&self, shared: &Shared, zone: &ZoneId, now: Timestamp) -> Option<Leaf> {
        self.days.get(zone)?.leaf(shared, zone, now)
    }

    /// When something is due by the clock.
    pub fn next_due(&self) -> Option<Timestamp> {
        let duty = self.duty.as_ref().map(|d| d.until);
        [duty, self.days_due_next(), self.going_due_next()].into_iter().flatten().min()
    }

    /// What is due by the clock.
    pub fn due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if self.duty.as_ref().is_some_and(|d| d.until <= ctx.now) {
            self.duty_off(ctx, shared);
        }
        self.days_due(ctx, shared);
        self.going_due(ctx, shared);
        self.join_rooms(ctx, shared);
    }

    fn follow(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let notes = shared.key_note().map(|n| n.note().streams.day_notes);
        if let (Some(stream), true) = (notes, self.duty.is_some()) {
            let listener = Listener::Member(MemberStream::DayNotes);
            shared.follow(ctx, stream, listener, bystand_wire::Seq::START, None);
        }
        self.follow_responses(ctx, shared);
    }

    fn duty_on(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, duty: Duty) -> Result<(), CommandError> {
        let manifest = shared.manifest().ok_or(CommandError::NotSetUp)?;
        if duty.zones.iter().any(|z| manifest.zone(z).is_none()) {
            return Err(CommandError::Unknown("zone"));
        }
        if duty.until <= ctx.now {
            return Err(CommandError::Invalid("duty must end in the future".to_owned()));
        }
        if !shared.identity.has_role(Role::Observer, ctx.now)
            && !shared.identity.has_role(Role::Verifier, ctx.now)
        {
            return Err(CommandError::NotCertified(Role::Observer));
        }
        ctx.store(DUTY, &duty);
        self.duty = Some(duty);
        self.said_no_room.clear();
        // Notes that came before, while off duty or for other zones, were passed over.
        if let Some(notes) = shared.key_note().map(|n| n.note().streams.day_notes) {
            shared.leave(ctx, &notes);
        }
        self.follow(ctx, shared);
        self.join_rooms(ctx, shared);
        self.tell_duty(ctx, shared);
        Ok(())
    }

    fn duty_off(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if let Some(duty) = &mut self.duty {
            duty.until = Timestamp(0);
        }
        self.tell_duty(ctx, shared);
        self.duty = None;
        ctx.forget(DUTY);
    }
}
