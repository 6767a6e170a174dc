//! Registrars' answers in the mailbox. Whoever could seal an answer had opened the request; beyond
//! that certificate and passes prove themselves.

use bystand_crypto::passes::OwnedPass;
use bystand_crypto::seal::{SealPurpose, open};
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::{SignedBytes, StoredFrame};
use bystand_wire::{Frame, FrameKind, Hash32, PassPurpose, decode};

use super::super::{Cx, Event, IDENTITY, Shared};
use super::{EARLY_MS, Enroll, EnrollEvent, REFUSED_MS, Taken};
use crate::network::enroll::{EnrollRefusal, EnrollReply, PassGrant};
use crate::network::{Certificate, check_certificate};

impl Enroll {
    pub(super) fn mailbox_frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, stored: &StoredFrame) {
        self.state.seen = stored.seq;
        self.store(ctx);
        let Ok(Frame { kind: FrameKind::Enrolled, body }) = Frame::parse(&stored.frame) else { return };
        let Some(mailbox) = shared.mailbox else { return };
        let secret = shared.identity.sealing();
        let opened = open(&ctx.network, SealPurpose::Enrolled, &secret, mailbox.as_ref(), body);
        // In a mailbox whose invitation two devices have, the other one's answers are not for us.
        let Some(reply) = opened.ok().and_then(|bytes| decode::<EnrollReply>(&bytes).ok()) else { return };
        if let Some(certificate) = reply.certificate {
            self.take_certificate(ctx, shared, certificate);
        }
        if let Some(grant) = reply.grant {
            self.take_passes(ctx, shared, &reply.answers, &grant);
        }
        if let Some(refusal) = reply.refusal {
            self.take_refusal(ctx, &reply.answers, refusal);
        }
        self.go_on(ctx, shared);
    }

    fn take_certificate(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, signed: Signed<Certificate>) {
        let Some(manifest) = shared.manifest() else { return };
        let checked = match check_certificate(&signed, manifest, shared.key_note(), ctx.now) {
            Ok(checked) => checked,
            Err(error) => {
                ctx.tell(Event::Enroll(EnrollEvent::Refused(error.code())));
                return;
            }
        };
        if checked.device() != shared.identity.device().public() {
            ctx.tell(Event::Enroll(EnrollEvent::Refused("enroll-other-device")));
            return;
        }
        let Ok(body) = signed.unverified_body() else { return };
        // An older certificate that a relay shows again takes nothing back.
        let held = shared.identity.certified();
        let is_older = held.is_some_and(|held| body.not_before <= held.not_before);
        self.state.is_new = false;
        self.state.renewal = None;
        self.store(ctx);
        let bytes = SignedBytes::from(signed);
        if is_older || shared.identity.certificate.as_ref() == Some(&bytes) {
            return;
        }
        shared.identity.certificate = Some(bytes);
        ctx.store(IDENTITY, &shared.identity);
        shared.present(ctx);
        let (certificate, roles, until) = (checked.hash(), checked.roles().to_vec(), checked.not_after());
        ctx.tell(Event::Enroll(EnrollEvent::Certified { certificate, roles, until }));
    }

    fn take_passes(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, answers: &Hash32, grant: &PassGrant) {
        let found = self.asks.iter().find(|(_, ask)| ask.sent.contains(answers)).map(|(id, _)| *id);
        let Some((id, ask)) = found.and_then(|id| Some((id, self.asks.get(&id)?))) else { return };
        let (purpose, period) = (ask.batch.purpose, ask.batch.period);
        let Some(issuer) = shared.key_note().and_then(|n| n.issuer_key(purpose, period)).cloned() else {
            return;
        };
        let fits = (grant.purpose, grant.period) == (purpose, period)
            && grant.signatures.len() == ask.requests.len();
        // All of them or none: one bad signature among good ones could mark the holder.
        let passes: Option<Vec<OwnedPass>> = fits
            .then(|| {
                ask.requests.iter().zip(&grant.signatures).map(|(r, s)| r.finish(&issuer, s).ok()).collect()
            })
            .flatten();
        let Some(passes) = passes else {
            ctx.tell(Event::Enroll(EnrollEvent::Refused("enroll-bad-passes")));
            return;
        };
        let zones = passes.iter().filter_map(|p| p.pass.zone.clone());
        let issuer = ask.issuer;
        let taken = self.state.taken.entry((purpose, period)).or_insert(Taken { issuer, zones: Vec::new() });
        taken.zones.extend(zones);
        self.store(ctx);
        self.forget_ask(ctx, &id);
        let count = passes.len();
        shared.wallet.put(ctx, passes);
        ctx.tell(Event::Enroll(EnrollEvent::Passes { purpose, period, count }));
    }

    fn take_refusal(&mut self, ctx: &mut Cx<'_>, answers: &Hash32, refusal: EnrollRefusal) {
        let found = self.asks.iter().find(|(_, ask)| ask.sent.contains(answers)).map(|(id, _)| *id);
        let is_request = self.state.request.is_some_and(|(hash, ..)| hash == *answers);
        let is_renewal = self.state.renewal.is_some_and(|(hash, _)| hash == *answers);
        if found.is_none() && !is_request && !is_renewal {
            return;
        }
        if let Some(ask) = found.and_then(|id| self.forget_ask(ctx, &id)) {
            let key = (ask.batch.purpose, ask.batch.period);
            // It may not have read its own newest key note yet.
            let is_early = refusal == EnrollRefusal::OtherRegistrar;
            let pause = if is_early { EARLY_MS } else { REFUSED_MS };
            self.refused.insert(key, ctx.now.plus_ms(pause));
            if refusal == EnrollRefusal::NoneLeft && ask.batch.purpose != PassPurpose::Room {
                // They came once before, whatever became of them: do not ask all week.
                let taken = Taken { issuer: ask.issuer, zones: Vec::new() };
                self.state.taken.entry(key).or_insert(taken);
            }
        }
        match refusal {
            // The invitation is of no use: nothing more is asked for with it.
            EnrollRefusal::TokenUsed | EnrollRefusal::InvitationOver if self.state.is_new => {
                self.state.is_new = false;
                self.state.request = None;
            }
            EnrollRefusal::TokenUsed
            | EnrollRefusal::InvitationOver
            | EnrollRefusal::NotForYourRoles
            | EnrollRefusal::NoneLeft
            | EnrollRefusal::OtherRegistrar
            | EnrollRefusal::Certificate => {}
        }
        self.store(ctx);
        ctx.tell(Event::Enroll(EnrollEvent::Refused(refusal.code())));
    }
}
