//! Answering a call-out: the offer, the way there, the finding, the way back.

use bystand_crypto::seal::{SealPurpose, open, seal};
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{
    CallOutId, Frame, FrameKind, OfferId, PassPurpose, Seq, StreamId, Timestamp, ZoneId, decode, encode,
    limits,
};
use minicbor::{Decode, Encode};
use rand_core::Rng;

use super::super::secrets::Seed;
use super::super::zones::Zones;
use super::super::{CommandError, Cx, Event, Listener, Owner, Shared};
use super::{Member, MemberEvent, MemberJob, MemberStream, week_name};
use crate::alerts::build::draw_alert_id;
use crate::alerts::{FindingProof, FindingStatement, Outcome as PublicOutcome, Place};
use crate::desk::SignFrom;
use crate::messages::{
    Acceptance, DeskToResponder, FoundMessage, FromResponder, Offer, ResponderHint, ResponderToDesk,
    ToResponder,
};
use crate::outbox::{AppendJob, By, Work};
use crate::report::{ReportIn, When};

/// A finding covers at least the last minutes before it, in milliseconds.
const LOOKED_MS: u64 = 2 * MINUTE_MS;

/// Where a responder stands. Offered → Accepted → OnTheWay → Parked → OnScene → Leaving; Declined and
/// Over end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum GoingState {
    /// The desk has not answered.
    #[n(0)]
    Offered,
    /// Please go.
    #[n(1)]
    Accepted,
    /// Driving normally.
    #[n(2)]
    OnTheWay,
    /// Parked: from here on a finding can be given.
    #[n(3)]
    Parked,
    /// There.
    #[n(4)]
    OnScene,
    /// Going home.
    #[n(5)]
    Leaving,
    /// Others go, or it is over: the place is forgotten.
    #[n(6)]
    Over,
}

/// A call-out that this member answered.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub struct Going {
    #[n(0)]
    call_out: CallOutId,
    #[n(1)]
    zone: ZoneId,
    #[n(2)]
    stream: StreamId,
    #[n(3)]
    reply: Seed,
    #[n(4)]
    signer: Seed,
    #[n(5)]
    state: GoingState,
    #[n(6)]
    acceptance: Option<Acceptance>,
    #[n(7)]
    arrived_at: Option<Timestamp>,
    #[n(8)]
    sign_due: Option<Timestamp>,
    #[n(9)]
    until: Timestamp,
}

impl Going {
    /// Which call-out.
    pub fn call_out(&self) -> CallOutId {
        self.call_out
    }

    /// Where this responder stands.
    pub fn state(&self) -> GoingState {
        self.state
    }

    /// The exact place, while it is needed.
    pub fn acceptance(&self) -> Option<&Acceptance> {
        self.acceptance.as_ref()
    }
}

impl Member {
    pub(super) fn offer(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        call_out: CallOutId,
        eta_min: u16,
    ) -> Result<(), CommandError> {
        let duty = self.duty.clone().ok_or_else(|| CommandError::NotNow("you are not on duty".to_owned()))?;
        let found = self.days.iter().find_map(|(z, d)| Some((z, d.view.call_outs.get(&call_out)?)));
        let (zone, asked) = found.ok_or(CommandError::Unknown("call-out"))?;
        if self.going.values().any(|g| g.call_out == call_out && g.state != GoingState::Over) {
            return Err(CommandError::NotNow("you have answered this call-out".to_owned()));
        }
        let (zone, stream, until) = (zone.clone(), asked.response, asked.until);
        let pass = shared.wallet.room_pass(&zone, ctx.now).ok_or(CommandError::NoPass("room"))?;
        let name = week_name(&pass.pass.key);
        let mut id = [0; OfferId::LEN];
        ctx.rng.fill_bytes(&mut id);
        let id = OfferId(id);
        let (reply, signer) = (Seed::generate(ctx.rng), Seed::generate(ctx.rng));
        let offer = Offer {
            id,
            call_out,
            eta_min,
            roles: duty.roles,
            reply: reply.sealing().public(),
            signer: signer.signing().public(),
            name,
        };
        let going = Going {
            call_out,
            zone,
            stream,
            reply,
            signer,
            state: GoingState::Offered,
            acceptance: None,
            arrived_at: None,
            sign_due: None,
            until,
        };
        let body = seal_to_desk(ctx, shared, SealPurpose::Offer, &encode(&offer))?;
        self.respond(ctx, shared, &going, (FrameKind::Offer, body), MemberJob::Offer(id))?;
        self.store_going(ctx, id, going);
        self.follow_responses(ctx, shared);
        Ok(())
    }

    pub(super) fn sign(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
        sign: SignFrom,
    ) -> Result<(), CommandError> {
        let mut going = self.going.get(&offer).cloned().ok_or(CommandError::Unknown("offer"))?;
        if going.state == GoingState::Over {
            return Err(CommandError::NotNow("this call-out is over".to_owned()));
        }
        if going.state == GoingState::Offered && sign != SignFrom::Withdrawn {
            return Err(CommandError::NotNow("the desk has not accepted the offer".to_owned()));
        }
        let envelope = match (&self.envelope, sign) {
            (Some(text), SignFrom::OnTheWay) => {
                Some(seal_to_desk(ctx, shared, SealPurpose::Envelope, text.as_bytes())?.into())
            }
            (Some(_) | None, _) => None,
        };
        self.tell_desk(ctx, shared, offer, &going, ResponderToDesk::Sign(sign, envelope))?;
        going.state = after(going.state, sign);
        if sign == SignFrom::Parked || sign == SignFrom::OnScene {
            going.arrived_at.get_or_insert(ctx.now);
        }
        let every = going.acceptance.as_ref().map(|a| u64::from(a.check_in_min) * MINUTE_MS);
        going.sign_due = every.filter(|_| going.state < GoingState::Over).map(|ms| ctx.now.plus_ms(ms));
        if going.state == GoingState::Over {
            self.forget_going(ctx, shared, offer);
        } else {
            self.store_going(ctx, offer, going);
        }
        Ok(())
    }

    pub(super) fn finding(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
        (outcome, seen_by, note): (PublicOutcome, u8, String),
    ) -> Result<(), CommandError> {
        let going = self.going.get(&offer).cloned().ok_or(CommandError::Unknown("offer"))?;
        let arrived = going.arrived_at.ok_or_else(|| {
            CommandError::NotNow("say first that you have parked: never send a finding while driving".into())
        })?;
        let acceptance = going.acceptance.as_ref().ok_or(CommandError::Unknown("acceptance"))?;
        let place = if acceptance.is_home {
            Place::Zone(acceptance.zone.clone())
        } else {
            Place::Cell(acceptance.cell)
        };
        let statement = FindingStatement {
            alert: acceptance.alert,
            kind: acceptance.kind.parse().map_err(|_| CommandError::Unknown("kind"))?,
            place,
            observed_from: arrived.min(ctx.now.minus_ms(LOOKED_MS)),
            observed_until: ctx.now,
            outcome,
        };
        let pass = shared.wallet.take(ctx, PassPurpose::Finding).ok_or(CommandError::NoPass("finding"))?;
        let proof = FindingProof::sign(&ctx.network, &pass, statement);
        let found = FoundMessage { proof, seen_by, note: crate::desk::clean_text(&note) };
        self.tell_desk(ctx, shared, offer, &going, ResponderToDesk::Found(Box::new(found)))
    }

    pub(super) fn could_not_check(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
        note: String,
    ) -> Result<(), CommandError> {
        let going = self.going.get(&offer).cloned().ok_or(CommandError::Unknown("offer"))?;
        let what = ResponderToDesk::CouldNotCheck(crate::desk::clean_text(&note));
        self.tell_desk(ctx, shared, offer, &going, what)
    }

    /// A frame of a response stream: what the desk says to this responder alone.
    pub(super) fn response(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
        stored: &StoredFrame,
    ) {
        let Ok(Frame { kind: FrameKind::ToResponder, body }) = Frame::parse(&stored.frame) else { return };
        // To somebody else is the ordinary case: others answered too.
        let Some(sealed) = ResponderHint::sealed_to(&offer, body) else { return };
        let Some(mut going) = self.going.get(&offer).cloned() else { return };
        let secret = going.reply.sealing();
        let Ok(bytes) = open(&ctx.network, SealPurpose::ToResponder, &secret, offer.as_ref(), sealed) else {
            return;
        };
        let Some(note) = shared.key_note() else { return };
        let Ok(signed) = decode::<Signed<ToResponder>>(&bytes) else { return };
        let Ok((_, said)) = signed.open_by_any(&ctx.network, |key| note.is_desk_key(key)) else { return };
        if said.offer != offer {
            return;
        }
        match said.what {
            DeskToResponder::Accepted(acceptance) if going.state == GoingState::Offered => {
                going.state = GoingState::Accepted;
                going.sign_due = Some(ctx.now.plus_ms(u64::from(acceptance.check_in_min) * MINUTE_MS));
                going.acceptance = Some((*acceptance).clone());
                self.store_going(ctx, offer, going);
                ctx.tell(Event::Member(MemberEvent::Accepted(offer, acceptance)));
            }
            // Read again after a restart.
            DeskToResponder::Accepted(_) => {}
            DeskToResponder::Declined => {
                self.forget_going(ctx, shared, offer);
                ctx.tell(Event::Member(MemberEvent::Declined(offer)));
            }
            DeskToResponder::CheckIn => ctx.tell(Event::Member(MemberEvent::CheckIn(offer))),
            DeskToResponder::Released => {
                self.forget_going(ctx, shared, offer);
                ctx.tell(Event::Member(MemberEvent::Released(offer)));
            }
        }
    }

    pub(super) fn going_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let offers: Vec<OfferId> = self.going.keys().copied().collect();
        for offer in offers {
            let Some(going) = self.going.get(&offer).cloned() else { continue };
            // Whoever missed the end, as on a phone that lay off, does not keep the place.
            let kept_ms = if going.state == GoingState::Offered { 0 } else { limits::ACCEPTED_MS };
            if going.until.plus_ms(kept_ms) <= ctx.now {
                self.forget_going(ctx, shared, offer);
            } else if going.sign_due.is_some_and(|at| at <= ctx.now) {
                self.store_going(ctx, offer, Going { sign_due: None, ..going });
                ctx.tell(Event::Member(MemberEvent::SignDue(offer)));
            }
        }
    }

    /// When an offer ends or a sign is due.
    pub(super) fn going_due_next(&self) -> Option<Timestamp> {
        let ends = self.going.values().filter(|g| g.state == GoingState::Offered).map(|g| g.until);
        ends.chain(self.going.values().filter_map(|g| g.sign_due)).min()
    }

    pub(super) fn follow_responses(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        for (offer, going) in &self.going {
            let listener = Listener::Member(MemberStream::Responses(*offer));
            shared.follow(ctx, going.stream, listener, Seq::START, None);
        }
    }

    fn tell_desk(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
        going: &Going,
        what: ResponderToDesk,
    ) -> Result<(), CommandError> {
        let message = FromResponder { offer, at: ctx.now, what };
        let signed = Signed::sign(&ctx.network, &going.signer.signing(), &message);
        let body = seal_to_desk(ctx, shared, SealPurpose::FromResponder, &encode(&signed))?;
        self.respond(ctx, shared, going, (FrameKind::FromResponder, body), MemberJob::Said(offer))
    }

    fn respond(
        &self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        going: &Going,
        (kind, body): (FrameKind, Vec<u8>),
        job: MemberJob,
    ) -> Result<(), CommandError> {
        let pass = shared.wallet.room_pass(&going.zone, ctx.now).cloned();
        let by = By::Pass(Box::new(pass.ok_or(CommandError::NoPass("room"))?));
        let (stream, frame) = (going.stream, Frame::build(kind, &body));
        let append = AppendJob { stream, frame, by, commit: None, tag: None, epoch: None };
        shared.promise(ctx, Owner::Member(job), Work::Append(append), &[]);
        Ok(())
    }

    fn store_going(&mut self, ctx: &mut Cx<'_>, offer: OfferId, going: Going) {
        ctx.store(&format!("member/going/{offer}"), &going);
        self.going.insert(offer, going);
    }

    fn forget_going(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, offer: OfferId) {
        if let Some(going) = self.going.remove(&offer) {
            ctx.forget(&format!("member/going/{offer}"));
            shared.leave(ctx, &going.stream);
        }
    }
}

fn after(state: GoingState, sign: SignFrom) -> GoingState {
    match sign {
        SignFrom::Fine | SignFrom::Stopped => state,
        SignFrom::OnTheWay => GoingState::OnTheWay,
        SignFrom::Parked => GoingState::Parked,
        SignFrom::OnScene => GoingState::OnScene,
        SignFrom::Leaving => GoingState::Leaving,
        SignFrom::Left | SignFrom::Withdrawn => GoingState::Over,
    }
}

fn seal_to_desk(
    ctx: &mut Cx<'_>,
    shared: &Shared,
    purpose: SealPurpose,
    body: &[u8],
) -> Result<Vec<u8>, CommandError> {
    let keys = shared.key_note().and_then(|n| n.desk_keys_at(ctx.now)).ok_or(CommandError::NotSetUp)?;
    seal(&ctx.network, purpose, &keys.report_key, ctx.rng, &[], body)
        .map_err(|e| CommandError::Invalid(e.to_string()))
}

/// The finding that goes with a report in one step.
pub(super) fn on_the_spot(
    ctx: &mut Cx<'_>,
    shared: &mut Shared,
    report: &ReportIn,
    outcome: PublicOutcome,
    seen_by: u8,
) -> Result<FoundMessage, CommandError> {
    let zones = Zones::of(shared).ok_or(CommandError::NotSetUp)?;
    let unknown = || CommandError::Invalid("a finding needs a place: a point or a zone".to_owned());
    let zone = report.place.zone.clone().or_else(|| zones.at(report.place.point?).cloned());
    let place = match report.place.point.filter(|_| !report.place.home) {
        Some(point) => {
            Place::Cell(crate::geo::cell_of(point, zones.alert_resolution()).map_err(|_| unknown())?)
        }
        None => Place::Zone(zone.ok_or_else(unknown)?),
    };
    let seen_at = match report.seen {
        When::Now | When::Unknown => ctx.now,
        When::At(at) => at.min(ctx.now),
    };
    let statement = FindingStatement {
        alert: draw_alert_id(ctx.rng),
        kind: report.kind.as_str().parse().map_err(|_| CommandError::Unknown("kind"))?,
        place,
        observed_from: seen_at.min(ctx.now.minus_ms(LOOKED_MS)),
        observed_until: ctx.now,
        outcome,
    };
    let pass = shared.wallet.take(ctx, PassPurpose::Finding).ok_or(CommandError::NoPass("finding"))?;
    let proof = FindingProof::sign(&ctx.network, &pass, statement);
    Ok(FoundMessage { proof, seen_by, note: String::new() })
}
