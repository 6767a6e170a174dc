//! Call-outs: asking for responders, giving the place to the few who go, hearing from them (flows 1.4 to
//! 1.6).

use bystand_crypto::hash::sha256;
use bystand_crypto::passes::{pass_id, verify_pass};
use bystand_crypto::seal::{SealPurpose, open, seal};
use bystand_crypto::sign::{Signed, SigningKey, verify};
use bystand_wire::relay_api::{AppendRule, ReadRule, StoredFrame};
use bystand_wire::time::{DAY_MS, HOUR_MS, SECOND_MS};
use bystand_wire::{
    CallOutId, Frame, FrameKind, IncidentId, OfferId, PassPurpose, Role, Seq, Timestamp, ZoneId, decode,
    encode,
};
use rand_core::Rng;

use super::super::zones::Zones;
use super::super::{CommandError, Cx, Event, Owner, Shared, policy};
use super::intake::sign_as_desk;
use super::{Desk, DeskEntry, DeskEvent, DeskJob, FoldOutcome, is_ready, secrets};
use crate::alerts::build::draw_alert_id;
use crate::alerts::{FindingProof, Outcome as PublicOutcome, Place};
use crate::desk::{
    Breach, CallOutEvent, Event as DeskFact, Finding, FindingEvent, FindingId, PublicPlace, Request,
    SignFrom, Signed as SignedFinding, Verdict, WorkEvent,
};
use crate::messages::{
    Acceptance, CallOut, CallOutOver, DeskMessage, DeskNote, DeskToResponder, FoundMessage, FromResponder,
    HeadsUp, Offer, ResponderHint, ResponderToDesk, ToResponder,
};
use crate::outbox::{AppendJob, By, Work};

/// How long a response stream lives, in milliseconds: a call-out is a matter of hours.
const RESPONSES_LIFE_MS: u64 = DAY_MS;
/// How long offers are of use, in milliseconds.
const OFFERS_MS: u64 = HOUR_MS;
/// A responder on the way gives a sign every so many minutes.
const CHECK_IN_MIN: u16 = 10;

/// How often something of a responder's is tried that the casebook does not allow yet: a finding can be here
/// before the entry that its author has parked. The pauses double, from one second to half an hour in all.
const TRIES: u32 = 12;

/// Something of a responder's that is not in the casebook yet.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The first fact is the one that matters.
    facts: Vec<DeskEntry>,
    incident: IncidentId,
    pub(super) turn: Timestamp,
    tries: u32,
}

impl Desk {
    /// *Check*: asks for responders near an incident.
    pub(super) fn call_out(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
        mut roles: Vec<Role>,
        within_min: u16,
    ) -> Result<(), CommandError> {
        let (cell, zones) = self.coarse_place(shared, incident)?;
        let creator = SigningKey::generate(ctx.rng);
        let room = desk_room(shared)?;
        let append = vec![AppendRule::Pass(vec![PassPurpose::Room]), AppendRule::Room(room)];
        let expires = ctx.now.plus_ms(RESPONSES_LIFE_MS);
        let rules = policy(&creator, append, ReadRule::Id, expires, RESPONSES_LIFE_MS);
        let responses = bystand_crypto::hash::stream_id(&creator.public());
        roles.sort_unstable();
        roles.dedup();
        let id = CallOutId(random(ctx));
        let alert = self.state.alert_for_look(incident).unwrap_or_else(|| draw_alert_id(ctx.rng));
        let request = Request { id, alert, cell, zones, roles, within_min, responses };
        let entry = self.write(ctx, shared, CallOutEvent::Opened { incident, request: request.clone() })?;
        shared.promise_stream(ctx, Owner::Desk(DeskJob::Message), &creator, &rules, By::Room(room));
        let call_out = CallOut {
            id,
            alert,
            zones: request.zones,
            cell,
            roles: request.roles,
            within_min,
            response: responses,
            at: ctx.now,
            until: ctx.now.plus_ms(OFFERS_MS),
        };
        let signed = sign_as_desk(ctx, shared, &call_out).ok_or(CommandError::NotInTeam)?;
        tell_hosts(ctx, shared, &DeskMessage::CallOut(signed), &[entry]);
        Ok(())
    }

    /// *Heads-up*: one tap.
    pub(super) fn heads_up(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
    ) -> Result<(), CommandError> {
        let (cell, zones) = self.coarse_place(shared, incident)?;
        let zone = zones.first().cloned().ok_or(CommandError::Unknown("zone"))?;
        let entry = self.write(ctx, shared, WorkEvent::HeadsUp { incident, zone: zone.clone(), cell })?;
        let heads_up = HeadsUp { zones: vec![zone], cell, at: ctx.now };
        let signed = sign_as_desk(ctx, shared, &heads_up).ok_or(CommandError::NotInTeam)?;
        tell_hosts(ctx, shared, &DeskMessage::HeadsUp(signed), &[entry]);
        Ok(())
    }

    /// A note for the members of some zones.
    pub(super) fn note_to_zones(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zones: Vec<ZoneId>,
        text: String,
    ) -> Result<(), CommandError> {
        let note = DeskNote { zones, text, at: ctx.now };
        let signed = sign_as_desk(ctx, shared, &note).ok_or(CommandError::NotInTeam)?;
        tell_hosts(ctx, shared, &DeskMessage::Note(signed), &[]);
        Ok(())
    }

    /// Accepts offers: only these responders get the exact place.
    pub(super) fn accept(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        call_out: CallOutId,
        offers: Vec<OfferId>,
        alone_agreed: bool,
    ) -> Result<(), CommandError> {
        let incident = self.incident_of(call_out)?;
        let names: Vec<(OfferId, String)> = offers
            .iter()
            .map(|id| Ok((*id, self.offer_of(call_out, id)?.name.clone())))
            .collect::<Result<_, CommandError>>()?;
        let acceptance = self.acceptance(shared, incident, call_out)?;
        let fact = CallOutEvent::Accepted { incident, call_out, offers, alone_agreed };
        let entry = self.write(ctx, shared, fact)?;
        for (offer, _) in &names {
            let partners = names.iter().filter(|(o, _)| o != offer).map(|(_, n)| n.clone()).collect();
            let what = Box::new(Acceptance { partners, ..acceptance.clone() });
            self.tell_responder(ctx, shared, *offer, DeskToResponder::Accepted(what), &[entry])?;
        }
        Ok(())
    }

    /// The offer as the responder sent it. The casebook can be faster than the stream it came by.
    fn offer_of(&self, call_out: CallOutId, id: &OfferId) -> Result<&Offer, CommandError> {
        let is_told = || {
            let incident = self.state.incident(self.incident_of(call_out).ok()?)?;
            incident.call_outs.get(&call_out)?.responders.get(id)
        };
        self.offer(id).ok_or_else(|| match is_told() {
            Some(_) => {
                CommandError::NotNow("the offer is still on its way here: try again in a moment".to_owned())
            }
            None => CommandError::Unknown("offer"),
        })
    }

    /// Declines an offer with thanks.
    pub(super) fn decline(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        (call_out, offers): (CallOutId, Vec<OfferId>),
    ) -> Result<(), CommandError> {
        let incident = self.incident_of(call_out)?;
        let declined = CallOutEvent::Declined { incident, call_out, offers: offers.clone() };
        let entry = self.write(ctx, shared, declined)?;
        for offer in offers {
            self.tell_responder(ctx, shared, offer, DeskToResponder::Declined, &[entry])?;
        }
        Ok(())
    }

    /// Asks a responder whether all is well.
    pub(super) fn check_in(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
    ) -> Result<(), CommandError> {
        self.tell_responder(ctx, shared, offer, DeskToResponder::CheckIn, &[])
    }

    /// Opens a silent or stopped responder's envelope. The entry comes first; only then is it opened.
    pub(super) fn open_envelope(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
    ) -> Result<(), CommandError> {
        let call_out = self.call_out_of(offer)?;
        let incident = self.incident_of(call_out)?;
        let sealed = self.envelopes.get(&offer).cloned().ok_or(CommandError::Unknown("envelope"))?;
        self.write(ctx, shared, CallOutEvent::EnvelopeOpened { incident, call_out, offer })?;
        let secrets = secrets(shared).ok_or(CommandError::NotInTeam)?;
        let opened = secrets.keys.by_likelihood(ctx.now).find_map(|keys| {
            open(&ctx.network, SealPurpose::Envelope, &keys.seal.sealing(), &[], &sealed).ok()
        });
        let text = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let text = text.ok_or_else(|| CommandError::NotNow("the envelope cannot be opened".to_owned()))?;
        ctx.tell(Event::Desk(DeskEvent::Envelope(offer, text)));
        Ok(())
    }

    /// Ends a call-out: everybody is back or stood down.
    pub(super) fn close_call_out(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        call_out: CallOutId,
    ) -> Result<(), CommandError> {
        let incident = self.incident_of(call_out)?;
        let found = self.state.incident(incident).and_then(|i| i.call_outs.get(&call_out));
        let zones = found.map(|c| c.request.zones.clone()).unwrap_or_default();
        let out: Vec<OfferId> = found
            .map(|c| c.responders.values().filter(|r| r.phase.is_out()).map(|r| r.offer).collect())
            .unwrap_or_default();
        let entry = self.write(ctx, shared, CallOutEvent::Closed { incident, call_out })?;
        for offer in out {
            self.tell_responder(ctx, shared, offer, DeskToResponder::Released, &[entry])?;
        }
        let over = CallOutOver { id: call_out, zones, at: ctx.now };
        let signed = sign_as_desk(ctx, shared, &over).ok_or(CommandError::NotInTeam)?;
        tell_hosts(ctx, shared, &DeskMessage::CallOutOver(signed), &[entry]);
        Ok(())
    }

    /// A frame of a response stream: an offer, a sign, a finding.
    pub(super) fn response_frame(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        call_out: CallOutId,
        stored: &StoredFrame,
    ) {
        let Some(incident) = self.state.incident_of_call_out(call_out) else { return };
        let facts = match Frame::parse(&stored.frame) {
            Ok(Frame { kind: FrameKind::Offer, body }) => {
                self.offered(ctx, shared, (incident, call_out), stored.seq, body)
            }
            Ok(Frame { kind: FrameKind::FromResponder, body }) => {
                self.heard(ctx, shared, (incident, call_out), stored, body)
            }
            Ok(_) | Err(_) => None,
        };
        if let Some(facts) = facts {
            let turn = self.turn(shared, &encode(&(call_out, stored.seq)), ctx.now);
            self.signs.insert((call_out, stored.seq), Waiting { facts, incident, turn, tries: 0 });
            self.signs_due(ctx, shared);
        }
    }

    /// Writes down what responders said, when this device's turn has come.
    pub(super) fn signs_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        // While the casebook is carried over nothing can be written, and nothing may be given up.
        if self.next.is_some() || !is_ready(shared) {
            return;
        }
        let due: Vec<(CallOutId, Seq)> =
            self.signs.iter().filter(|(_, w)| w.turn <= ctx.now).map(|(key, _)| *key).collect();
        for key in due {
            let Some(waiting) = self.signs.remove(&key) else { continue };
            match self.try_heard(ctx, shared, &waiting) {
                FoldOutcome::Applied => self.write_heard(ctx, shared, waiting),
                FoldOutcome::Duplicate => {}
                FoldOutcome::Refused(breach) => self.heard_too_early(ctx, key, waiting, breach),
            }
        }
    }

    fn try_heard(&self, ctx: &Cx<'_>, shared: &Shared, waiting: &Waiting) -> FoldOutcome {
        let first = waiting.facts.iter().find_map(|entry| match entry {
            DeskEntry::Fact(fact) => Some(fact.as_ref().clone()),
            DeskEntry::Proof(..) | DeskEntry::Draft(..) | DeskEntry::Carried(_) => None,
        });
        first.map_or(FoldOutcome::Duplicate, |fact| self.trial(ctx, shared, fact))
    }

    fn write_heard(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, waiting: Waiting) {
        for entry in waiting.facts {
            // What follows from the first may be so already.
            let _ = match entry {
                DeskEntry::Fact(fact) => self.write(ctx, shared, *fact),
                DeskEntry::Proof(..) | DeskEntry::Draft(..) | DeskEntry::Carried(_) => {
                    self.append(ctx, shared, Some(waiting.incident), &entry, DeskJob::Entry)
                }
            };
        }
    }

    fn heard_too_early(
        &mut self,
        ctx: &mut Cx<'_>,
        key: (CallOutId, Seq),
        mut waiting: Waiting,
        breach: Breach,
    ) {
        if waiting.tries == TRIES {
            let text = format!("What a responder sent is not in the casebook: {breach}. Ask them.");
            return ctx.tell(Event::Warning { code: "response-not-written", text });
        }
        waiting.turn = ctx.now.plus_ms(SECOND_MS << waiting.tries);
        waiting.tries += 1;
        self.signs.insert(key, waiting);
    }

    /// Another device wrote it down: this one need not. What came too early for it is tried again.
    pub(super) fn signs_folded(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, fact: &DeskFact) {
        let DeskFact::CallOut(event) = fact else { return };
        if let CallOutEvent::Offered { call_out, frame, .. } | CallOutEvent::Sign { call_out, frame, .. } =
            event
        {
            self.signs.remove(&(*call_out, *frame));
        }
        let of = fact.incident();
        for early in self.signs.values_mut().filter(|w| Some(w.incident) == of && w.tries > 0) {
            early.turn = ctx.now;
        }
        self.signs_due(ctx, shared);
    }

    fn offered(
        &mut self,
        ctx: &Cx<'_>,
        shared: &Shared,
        (incident, call_out): (IncidentId, CallOutId),
        frame: Seq,
        body: &[u8],
    ) -> Option<Vec<DeskEntry>> {
        let offer: Offer = decode(&open_for_desk(ctx, shared, SealPurpose::Offer, body)?).ok()?;
        if offer.call_out != call_out {
            return None;
        }
        let (id, minutes) = (offer.id, offer.eta_min);
        self.offers.entry(id).or_insert((call_out, offer));
        Some(vec![fact(CallOutEvent::Offered { incident, call_out, offer: id, frame, minutes })])
    }

    fn heard(
        &mut self,
        ctx: &Cx<'_>,
        shared: &Shared,
        (incident, call_out): (IncidentId, CallOutId),
        stored: &StoredFrame,
        body: &[u8],
    ) -> Option<Vec<DeskEntry>> {
        let opened = open_for_desk(ctx, shared, SealPurpose::FromResponder, body)?;
        let signed: Signed<FromResponder> = decode(&opened).ok()?;
        let claimed = signed.unverified_body().ok()?;
        let (of, offer) = self.offers.get(&claimed.offer)?;
        let said = signed.open(&ctx.network, &offer.signer).ok().filter(|_| *of == call_out)?;
        let (offer, frame) = (said.offer, stored.seq);
        match said.what {
            ResponderToDesk::Sign(sign, envelope) => {
                if let Some(envelope) = envelope {
                    self.envelopes.insert(offer, envelope);
                }
                Some(vec![fact(CallOutEvent::Sign { incident, call_out, offer, frame, sign })])
            }
            ResponderToDesk::Found(found) => {
                let finding = finding(shared, &found, Some((call_out, offer)))?;
                let sign = CallOutEvent::Sign { incident, call_out, offer, frame, sign: SignFrom::Fine };
                let recorded = FindingEvent::Recorded { incident, finding: Box::new(finding) };
                let proof = DeskEntry::Proof(incident, Box::new(found.proof));
                Some(vec![proof, fact(recorded), fact(sign)])
            }
            ResponderToDesk::CouldNotCheck(note) => {
                let finding = self.could_not_check(shared, (incident, call_out), offer, (stored, note))?;
                Some(vec![fact(FindingEvent::Recorded { incident, finding: Box::new(finding) })])
            }
        }
    }

    fn could_not_check(
        &self,
        shared: &Shared,
        (incident, call_out): (IncidentId, CallOutId),
        offer: OfferId,
        (stored, note): (&StoredFrame, String),
    ) -> Option<Finding> {
        let acceptance = self.acceptance(shared, incident, call_out).ok()?;
        let place = if acceptance.is_home {
            PublicPlace::Zone(acceptance.zone)
        } else {
            PublicPlace::Cell(acceptance.cell)
        };
        Some(Finding {
            id: finding_id(&[offer.as_ref(), &stored.seq.0.to_be_bytes()]),
            alert: acceptance.alert,
            answers: Some((call_out, offer)),
            kind: acceptance.kind.parse().ok()?,
            place,
            from: stored.at,
            until: stored.at,
            verdict: Verdict::CouldNotCheck,
            seen_by: 1,
            note: crate::desk::clean_text(&note),
            signed: None,
        })
    }

    /// What an accepted responder is told; the one place where the exact place leaves the desk.
    fn acceptance(
        &self,
        shared: &Shared,
        incident: IncidentId,
        call_out: CallOutId,
    ) -> Result<Acceptance, CommandError> {
        let found = self.state.incident(incident).ok_or(CommandError::Unknown("incident"))?;
        let asked = found.call_outs.get(&call_out).ok_or(CommandError::Unknown("call-out"))?;
        let said = found.report.said();
        let home = self.homes.get(&incident);
        let exact = said.place.point.or(home.and_then(|h| h.point));
        let zones = Zones::of(shared).ok_or(CommandError::NotSetUp)?;
        let resolution = zones.alert_resolution();
        let cell = exact.and_then(|p| crate::geo::cell_of(p, resolution).ok()).unwrap_or(asked.request.cell);
        let text = home.map_or(said.place.text.as_str(), |h| h.text.as_str());
        Ok(Acceptance {
            place: text.to_owned(),
            point: exact,
            is_home: said.place.home,
            activity: said.activity.clone(),
            kind: said.kind.as_str().to_owned(),
            alert: asked.request.alert,
            cell,
            zone: asked.request.zones.first().cloned().ok_or(CommandError::Unknown("zone"))?,
            partners: Vec::new(),
            check_in_min: CHECK_IN_MIN,
        })
    }

    /// About where an incident is, and whose rooms are asked: its zone and the zones next to it.
    fn coarse_place(
        &self,
        shared: &Shared,
        incident: IncidentId,
    ) -> Result<(bystand_wire::Cell, Vec<ZoneId>), CommandError> {
        let zones = Zones::of(shared).ok_or(CommandError::NotSetUp)?;
        let found = self.state.incident(incident).ok_or(CommandError::Unknown("incident"))?;
        let place = &found.report.said().place;
        let home = self.homes.get(&incident).and_then(|h| h.point);
        zones.coarse(place, home).ok_or_else(|| {
            CommandError::NotNow("the place is not known: ask the reporter, or note a zone".to_owned())
        })
    }

    fn tell_responder(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        offer: OfferId,
        what: DeskToResponder,
        after: &[crate::outbox::JobId],
    ) -> Result<(), CommandError> {
        let (call_out, made) = self.offers.get(&offer).ok_or(CommandError::Unknown("offer"))?;
        let incident = self.incident_of(*call_out)?;
        let stream = self
            .state
            .incident(incident)
            .and_then(|i| i.call_outs.get(call_out))
            .map(|c| c.request.responses)
            .ok_or(CommandError::Unknown("call-out"))?;
        let message = ToResponder { offer, at: ctx.now, what };
        let signed = sign_as_desk(ctx, shared, &message).ok_or(CommandError::NotInTeam)?;
        let purpose = SealPurpose::ToResponder;
        let sealed = seal(&ctx.network, purpose, &made.reply, ctx.rng, offer.as_ref(), &encode(&signed))
            .map_err(|e| CommandError::Invalid(e.to_string()))?;
        let frame = Frame::build(FrameKind::ToResponder, &ResponderHint::put_before(&offer, &sealed));
        let by = By::Room(desk_room(shared)?);
        let append = AppendJob { stream, frame, by, commit: None, tag: None, epoch: None };
        shared.promise(ctx, Owner::Desk(DeskJob::Message), Work::Append(append), after);
        Ok(())
    }

    pub(super) fn incident_of(&self, call_out: CallOutId) -> Result<IncidentId, CommandError> {
        self.state.incident_of_call_out(call_out).ok_or(CommandError::Unknown("call-out"))
    }

    pub(super) fn call_out_of(&self, offer: OfferId) -> Result<CallOutId, CommandError> {
        self.offers.get(&offer).map(|(call_out, _)| *call_out).ok_or(CommandError::Unknown("offer"))
    }
}

/// Leaves something of the desk's with the hosts, for the members.
pub(super) fn tell_hosts(
    ctx: &mut Cx<'_>,
    shared: &mut Shared,
    message: &DeskMessage,
    after: &[crate::outbox::JobId],
) {
    let Some(note) = shared.key_note() else { return };
    let inbox = note.note().streams.hosts_inbox;
    let Some(to) = note.host_keys_at(ctx.now).map(|k| k.door_key.clone()) else { return };
    let Ok(room) = desk_room(shared) else { return };
    let purpose = SealPurpose::ForHosts;
    let Ok(sealed) = seal(&ctx.network, purpose, &to, ctx.rng, inbox.as_ref(), &encode(message)) else {
        return;
    };
    let frame = Frame::build(FrameKind::ForHosts, &sealed);
    let by = By::Room(room);
    let append = AppendJob { stream: inbox, frame, by, commit: None, tag: None, epoch: None };
    shared.promise(ctx, Owner::Desk(DeskJob::Message), Work::Append(append), after);
}

/// A verifier's finding, checked: the pass holds, the statement is signed by it.
pub(super) fn finding(
    shared: &Shared,
    found: &FoundMessage,
    answers: Option<(CallOutId, OfferId)>,
) -> Option<Finding> {
    let FindingProof { statement, pass, signature } = &found.proof;
    let network = shared.identity.network;
    let issuer = shared.key_note()?.issuer_key(pass.purpose, pass.period)?;
    let holds = pass.purpose == PassPurpose::Finding
        && verify_pass(&network, pass, issuer).is_ok()
        && verify(&network, &pass.key, statement, signature).is_ok();
    if !holds {
        return None;
    }
    let hash = super::alerts::statement_hash(statement);
    Some(Finding {
        id: finding_id(&[hash.as_ref(), pass.key.as_ref()]),
        alert: statement.alert,
        answers,
        kind: statement.kind.as_str().parse().ok()?,
        place: match &statement.place {
            Place::Cell(cell) => PublicPlace::Cell(*cell),
            Place::Zone(zone) => PublicPlace::Zone(zone.clone()),
        },
        from: statement.observed_from,
        until: statement.observed_until,
        verdict: match statement.outcome {
            PublicOutcome::Confirmed => Verdict::Confirmed,
            PublicOutcome::FalseAlarm(what) => Verdict::FalseAlarm(what),
            PublicOutcome::Over(how) => Verdict::Ended(how),
        },
        seen_by: found.seen_by.max(1),
        note: crate::desk::clean_text(&found.note),
        signed: Some(SignedFinding { statement: hash, pass: pass_id(pass) }),
    })
}

fn finding_id(parts: &[&[u8]]) -> FindingId {
    let hash = sha256("finding-id", parts);
    FindingId(hash.0.first_chunk().copied().unwrap_or_default())
}

fn fact(fact: impl Into<DeskFact>) -> DeskEntry {
    DeskEntry::Fact(Box::new(fact.into()))
}

fn open_for_desk(
    ctx: &Cx<'_>,
    shared: &Shared,
    purpose: SealPurpose,
    body: &[u8],
) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let secrets = secrets(shared)?;
    let mut keys = secrets.keys.by_likelihood(ctx.now);
    keys.find_map(|k| open(&ctx.network, purpose, &k.seal.sealing(), &[], body).ok())
}

fn desk_room(shared: &Shared) -> Result<bystand_wire::StreamId, CommandError> {
    let team = shared.teams.get(&crate::team::TeamKind::Desk).ok_or(CommandError::NotInTeam)?;
    Ok(team.room().id())
}

fn random(ctx: &mut Cx<'_>) -> [u8; 16] {
    let mut bytes = [0; 16];
    ctx.rng.fill_bytes(&mut bytes);
    bytes
}
