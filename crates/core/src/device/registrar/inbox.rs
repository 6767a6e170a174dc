//! The registrars' inbox: members ask for later passes and for renewal, teams hand in their keys, a
//! device applies to become a registrar. All of it is sealed to this device and signed by its sender.

use bystand_crypto::seal::{SealPurpose, open};
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::{SignedBytes, StoredFrame};
use bystand_wire::time::DAY_MS;
use bystand_wire::{Frame, FrameKind};

use super::super::{Cx, Event, Shared};
use super::admit::{ReplyTo, certify};
use super::countersign::open_countersign;
use super::{Registrar, RegistrarEntry, RegistrarEvent};
use crate::network::certificate::VerifiedCertificate;
use crate::network::check_certificate;
use crate::network::enroll::{
    EnrollRefusal, EnrollReply, Opened, PassAsk, TeamKeys, TeamKeysUpdate, open_ask, open_team_keys,
};
use crate::network::keynote::TEAM_KEY_SETS;
use crate::outbox::By;
use crate::team::TeamKind;

/// A certificate is renewed when it ends within this time, in milliseconds: four weeks.
pub(crate) const RENEWAL_MS: u64 = 28 * DAY_MS;

/// The most asks kept until the next key note is here.
const LATER: usize = 1_024;

impl Registrar {
    pub(super) fn inbox_frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, stored: &StoredFrame) {
        self.kept.state.inbox_seen = stored.seq;
        self.kept.store_state(ctx);
        let Some(note) = &self.kept.state.note else { return };
        let inbox = note.streams.registrars_inbox;
        let Ok(frame) = Frame::parse(&stored.frame) else { return };
        let purpose = match frame.kind {
            FrameKind::Enroll => SealPurpose::Enroll,
            FrameKind::TeamKeys => SealPurpose::TeamKeys,
            FrameKind::Report
            | FrameKind::Reply
            | FrameKind::RoomCommit
            | FrameKind::RoomMessage
            | FrameKind::RoomWelcome
            | FrameKind::DoorRequest
            | FrameKind::DayNote
            | FrameKind::CasebookEntry
            | FrameKind::ForHosts
            | FrameKind::Offer
            | FrameKind::ToResponder
            | FrameKind::FromResponder
            | FrameKind::Enrolled => return,
        };
        let secret = shared.identity.sealing();
        let Ok(bytes) = open(&ctx.network, purpose, &secret, inbox.as_ref(), frame.body) else { return };
        if purpose == SealPurpose::TeamKeys {
            self.team_keys_frame(ctx, shared, &bytes);
        } else if let Ok(ask) = open_ask(&ctx.network, &bytes, ctx.now) {
            self.ask(ctx, shared, &ask);
        } else if let Ok(ask) = open_countersign(&ctx.network, &bytes) {
            self.countersign_frame(ctx, shared, ask);
        } else {
            self.application_frame(ctx, shared, &bytes);
        }
    }

    /// A member's ask: whatever it leads to, the member is told.
    fn ask(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, ask: &Opened<PassAsk>) {
        let body = &ask.body;
        let reply = match self.holder(ctx, shared, &body.certificate) {
            None => self.refusal(ctx, ask, EnrollRefusal::Certificate),
            Some(holder) => match &body.batch {
                Some(batch) => match self.grant(ctx, shared, holder.device(), holder.roles(), batch) {
                    Ok(grant) => {
                        let (answers, grant) = (ask.hash, Some(grant));
                        EnrollReply { answers, certificate: None, grant, refusal: None }
                    }
                    Err(EnrollRefusal::NoneLeft)
                        if self.later.len() < LATER
                            && self.is_replacing(shared, batch.purpose, batch.period) =>
                    {
                        return self.later.push(ask.clone());
                    }
                    Err(refusal) => self.refusal(ctx, ask, refusal),
                },
                None => self.renew(ctx, shared, ask, &holder),
            },
        };
        let (stream, sealing_key) = (body.reply_to, body.sealing_key.clone());
        Self::reply(ctx, shared, ReplyTo { stream, by: By::Certificate, sealing_key }, &reply);
    }

    /// Asks that came under a key note which this registrar had not seen yet.
    pub(super) fn ask_again(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        for ask in std::mem::take(&mut self.later) {
            self.ask(ctx, shared, &ask);
        }
    }

    fn refusal(&self, ctx: &mut Cx<'_>, ask: &Opened<PassAsk>, refusal: EnrollRefusal) -> EnrollReply {
        ctx.tell(Event::Registrar(RegistrarEvent::Refused(refusal.code())));
        EnrollReply { answers: ask.hash, certificate: None, grant: None, refusal: Some(refusal) }
    }

    fn renew(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        ask: &Opened<PassAsk>,
        holder: &VerifiedCertificate,
    ) -> EnrollReply {
        let kept = self.kept.state.renewed.get(&holder.device()).cloned();
        let ends = |c: &SignedBytes| {
            Signed::from(c.clone()).unverified_body().map(|c: crate::network::Certificate| c.not_after)
        };
        let kept = kept.filter(|c| ends(c).is_ok_and(|until| until > holder.not_after()));
        let certificate = match kept {
            Some(certificate) => certificate,
            // Not yet: the one it has is the answer.
            None if holder.not_after().since_ms(ctx.now) > RENEWAL_MS => ask.body.certificate.clone().into(),
            None => {
                let fresh = certify(ctx, shared, holder.device(), holder.roles().to_vec());
                let entry = RegistrarEntry::Certified(fresh.clone());
                if Self::append_entry(ctx, shared, &entry).is_err() {
                    return self.refusal(ctx, ask, EnrollRefusal::OtherRegistrar);
                }
                self.kept.state.renewed.insert(holder.device(), fresh.clone());
                self.kept.store_state(ctx);
                fresh
            }
        };
        let certificate = Some(Signed::from(certificate));
        EnrollReply { answers: ask.hash, certificate, grant: None, refusal: None }
    }

    /// The device behind a certificate, if it counts now, by the key note and by the casebook.
    pub(super) fn holder(
        &self,
        ctx: &Cx<'_>,
        shared: &Shared,
        certificate: &Signed<crate::network::Certificate>,
    ) -> Option<VerifiedCertificate> {
        let manifest = shared.manifest()?;
        let holder = check_certificate(certificate, manifest, shared.key_note(), ctx.now).ok()?;
        (!self.kept.book.is_revoked(&holder.device())).then_some(holder)
    }

    fn team_keys_frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, bytes: &[u8]) {
        let update = open_team_keys(&ctx.network, bytes, ctx.now).ok().map(|opened| opened.body);
        let Some(TeamKeysUpdate { certificate, at, keys, succession }) = update else {
            ctx.tell(Event::Registrar(RegistrarEvent::Refused("team-keys-malformed")));
            return;
        };
        let may = self.holder(ctx, shared, &certificate).is_some_and(|h| h.has_role(keys.role()));
        if !may || !is_sound(&keys) {
            ctx.tell(Event::Registrar(RegistrarEvent::Refused("team-keys-refused")));
            return;
        }
        if let Some(succession) = succession {
            self.take_succession(ctx, &keys, succession);
        }
        let (held, kind) = match &keys {
            TeamKeys::Desk(..) => (&mut self.kept.state.desk, TeamKind::Desk),
            TeamKeys::Hosts(..) => (&mut self.kept.state.hosts, TeamKind::Hosts),
        };
        if held.as_ref().is_none_or(|(before, _)| *before < at) {
            *held = Some((at, keys));
            self.look_at = ctx.now;
            self.kept.store_state(ctx);
            ctx.tell(Event::Registrar(RegistrarEvent::TeamKeys(kind)));
        }
    }
}

/// Whether the keys would pass the key note's own check.
fn is_sound(keys: &TeamKeys) -> bool {
    let windows: Vec<_> = match keys {
        TeamKeys::Desk(_, keys) => keys.iter().map(|k| (k.not_before, k.not_after)).collect(),
        TeamKeys::Hosts(_, keys, _) => keys.iter().map(|k| (k.not_before, k.not_after)).collect(),
    };
    let push = match keys {
        TeamKeys::Hosts(_, _, Some(push)) => {
            (1..=crate::network::keynote::PUSH_KEY_LEN).contains(&push.len())
        }
        TeamKeys::Desk(..) | TeamKeys::Hosts(_, _, None) => true,
    };
    push && (1..=TEAM_KEY_SETS).contains(&windows.len()) && windows.iter().all(|(from, to)| from < to)
}
